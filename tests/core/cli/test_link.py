"""rolodoc link list, show, add, edit, delete, restore."""

import pytest

from core.values import id_text

pytestmark = pytest.mark.usefixtures("library")


def test_add_joins_a_document_with_a_profile(run):
    # when
    outcome = run("link", "add", "Letter to Ada", "p-1", "--type", "reviewer", "--set", "note=in pencil")

    # then
    assert outcome.code == 0
    assert outcome.out.startswith("linked ")
    (link,) = run("link", "list", "--type", "reviewer", "--json").objects
    assert (link["document_title"], link["profile_name"]) == ("Letter to Ada", "Ada Lovelace")
    assert link["id"] in outcome.out


def test_new_links_too(run):
    ends = ["--set", "document=Letter to Ada", "--set", "profile=p-1", "--set", "type=author"]

    assert run("link", "new", *ends).code == 0


def test_the_same_link_twice_says_it_exists(run):
    outcome = run("link", "add", "Notes on the Engine", "Ada Lovelace", "--type", "author")

    assert outcome.code == 5
    assert "already" in outcome.err
    assert "Ada Lovelace" in outcome.err


def test_a_second_type_between_the_same_two_is_another_link(run):
    assert run("link", "add", "Notes on the Engine", "Ada Lovelace", "--type", "reviewer").code == 0
    assert len(run("link", "list", "--profile", "Ada Lovelace", "--json").objects) == 2


def test_a_link_to_a_deleted_record_is_refused(run, library):
    run("document", "delete", "Letter to Ada")

    outcome = run("link", "add", id_text(library["letter"].id), "Ada Lovelace", "--type", "author")

    assert outcome.code == 5
    assert "Letter to Ada is in the trash" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["Notes on the Engine", "Ada Lovelace"], 2, "Missing option '--type'"),
        (["Notes on the Engine", "--type", "author"], 2, "Missing argument"),
        (["Ada Lovelace", "Notes on the Engine", "--type", "author"], 3, 'there is no document "Ada Lovelace"'),
        (["Notes on the Engine", "Ada Lovelace", "--type", "autor"], 3, "autor"),
        (["Notes on the Engine", "Ada Lovelace", "--type", "reviewer", "--set", "valid_from=soon"], 4, "valid_from"),
        (["Notes on the Engine", "Ada Lovelace", "--type", "reviewer", "--set", "position=first"], 4, "position"),
        (["Notes on the Engine", "p-1", "--type", "reviewer", "--set", "colour=red"], 4, "colour: a link has no such"),
        (
            [
                *("Notes on the Engine", "p-1", "--type", "reviewer"),
                *("--set", "valid_from=2026-02-01", "--set", "valid_until=2026-01-01"),
            ],
            4,
            "valid_until: must not be before the beginning",
        ),
        (["Notes on the Engine", "p-1", "--type", "author", "--set", "type=reviewer"], 4, "type: is set twice"),
    ],
)
def test_add_refuses_what_does_not_fit(run, arguments, code, reason):
    outcome = run("link", "add", *arguments)

    assert outcome.code == code
    assert reason in outcome.err
    assert len(run("link", "list", "--json").objects) == 2


def test_list_names_both_ends_whichever_is_asked_for(run, library):
    of_document = run("link", "list", "--document", "Letter to Ada", "--json").objects
    of_profile = run("link", "list", "--profile", "Ada Lovelace").out

    assert [(row["document_title"], row["profile_name"]) for row in of_document] == [
        ("Letter to Ada", "Charles Babbage")
    ]
    assert of_profile == f"Notes on the Engine  author  Ada Lovelace  {id_text(library['link'].id)}\n"


def test_list_by_the_day_on_which_links_are_valid(run, library):
    # given
    run("link", "edit", id_text(library["link"].id), "--set", "valid_until=1900-01-01")

    # when
    valid = run("link", "list", "--valid-at", "2026-01-31", "--json").objects

    # then
    assert [row["id"] for row in valid] == [id_text(library["link2"].id)]


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        (["--profile", "Nobody"], 3, 'there is no profile "Nobody"'),
        (["--document", "Nothing"], 3, 'there is no document "Nothing"'),
        (["--type", "enemy"], 3, "enemy"),
        (["--valid-at", "someday"], 4, '--valid-at: "someday" is not a date'),
    ],
)
def test_list_refuses_what_is_not_there(run, options, code, reason):
    outcome = run("link", "list", *options)

    assert outcome.code == code
    assert reason in outcome.err


def test_show_names_both_ends(run, library):
    outcome = run("link", "show", id_text(library["link"].id))

    assert f"document: Notes on the Engine ({id_text(library['notes'].id)})" in outcome.out
    assert f"profile: Ada Lovelace ({id_text(library['ada'].id)})" in outcome.out
    assert "author" in outcome.out.splitlines()[0]


def test_show_as_json_holds_ids_as_text(run, library):
    fields = run("link", "show", id_text(library["link"].id), "--json").object["fields"]

    assert fields["document"] == id_text(library["notes"].id)
    assert fields["type"] == "author"


def test_the_ends_of_a_link_stay(run, library):
    outcome = run("link", "edit", id_text(library["link"].id), "--set", "profile=Charles Babbage")

    assert outcome.code == 4
    assert "profile" in outcome.err


def test_delete_unlinks_and_restore_links_again(run, library):
    link = id_text(library["link"].id)

    assert run("link", "delete", link).code == 0
    assert [row["id"] for row in run("link", "list", "--trash", "--json").objects] == [link]
    assert run("link", "restore", link).code == 0
    assert run("link", "list", "--trash").out == ""


def test_new_without_fields_says_what_it_needs(run):
    outcome = run("link", "new")

    assert outcome.code == 2
    assert "--set document=" in outcome.err
