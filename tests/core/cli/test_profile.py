"""rolodoc profile list, show."""

import json

import pytest

from core.values import id_text
from core.write_values import Create


def test_list_shows_a_line_for_each_profile_by_name(run, library):
    # when
    outcome = run("profile", "list")

    # then
    assert outcome.code == 0
    first, second = outcome.out.splitlines()
    assert first == f"Ada Lovelace     person  ada@example.org  {id_text(library['ada'].id)}"
    assert second == f"Charles Babbage  person                   {id_text(library['charles'].id)}"


def test_list_as_json_has_one_object_a_line(run, library):
    ada, charles = run("profile", "list", "--json").objects

    assert (ada["entity"], ada["name"], ada["kind"], ada["email"]) == (
        "profile",
        "Ada Lovelace",
        "person",
        "ada@example.org",
    )
    assert ada["id"] == id_text(library["ada"].id)
    assert charles["email"] is None
    assert "sort_value" not in ada


@pytest.mark.parametrize(
    ("options", "names"),
    [
        (["--reverse"], ["Charles Babbage", "Ada Lovelace"]),
        (["--limit", "1"], ["Ada Lovelace"]),
        (["--text", "lovel"], ["Ada Lovelace"]),
        (["--kind", "group"], []),
        (["--type", "author", "--sort", "name"], ["Ada Lovelace", "Charles Babbage"]),
        (["--type", "reviewer"], []),
        (["--trash"], []),
    ],
)
@pytest.mark.usefixtures("library")
def test_list_filters_and_sorts(run, options, names):
    assert [row["name"] for row in run("profile", "list", "--json", *options).objects] == names


@pytest.mark.usefixtures("library")
def test_list_says_when_there_is_more(run):
    outcome = run("profile", "list", "--limit", "1")
    as_json = run("profile", "list", "--limit", "1", "--json")

    assert outcome.err == "1 of 2 shown; --limit N or --all shows more\n"
    assert json.loads(as_json.err) == {"note": "1 of 2 shown; --limit N or --all shows more"}


def test_list_all_goes_on_over_many_pages(run, workspace):
    # given
    workspace.write([Create("profile", {"name": f"Person {n:03}", "kind": "person"}) for n in range(450)])

    # when
    outcome = run("profile", "list", "--all", "--json")

    # then
    assert [row["name"] for row in outcome.objects] == [f"Person {n:03}" for n in range(450)]


def test_list_of_an_empty_store_says_so_beside_the_output(run):
    outcome = run("profile", "list")

    assert (outcome.code, outcome.out, outcome.err) == (0, "", "no profile yet\n")


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        (["--kind", "cat"], 4, "kind: must be one of person, organisation, group"),
        (["--type", "enemy"], 3, 'there is no relationship type "enemy"'),
        (["--sort", "age"], 2, "'age' is not one of"),
        (["--limit", "0"], 2, "--limit"),
        (["--limit", "many"], 2, "--limit"),
        (["--colour"], 2, "No such option: --colour"),
        (["extra"], 2, "extra"),
        (["--trash", "--text", "ada"], 4, "the trash cannot be searched"),
    ],
)
@pytest.mark.usefixtures("library")
def test_list_refuses_what_it_cannot_do(run, options, code, reason):
    outcome = run("profile", "list", *options)

    assert outcome.code == code
    assert reason in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert outcome.out == ""


def test_show_counts_the_documents_by_relationship(run, library):
    outcome = run("profile", "show", "Ada Lovelace")

    lines = outcome.out.splitlines()
    assert lines[0] == "Ada Lovelace"
    assert lines[1].startswith(f"profile {id_text(library['ada'].id)}, rev 1, updated ")
    assert lines[1].endswith(" by librarian")
    assert "external id  p-1 (crm)" in lines
    assert "emails       ada@example.org" in lines
    assert "author of: 1 document" in lines
    assert lines[-1] == f"  Notes on the Engine  {id_text(library['notes'].id)}"


@pytest.mark.usefixtures("library")
def test_show_as_json_has_fields_and_links(run):
    shown = run("profile", "show", "Ada Lovelace", "--json").object

    assert shown["title"] == "Ada Lovelace"
    assert shown["fields"]["emails"] == [{"label": "", "value": "ada@example.org"}]
    assert shown["external"] == [{"source": "crm", "id": "p-1"}]
    (group,) = shown["links"]
    assert (group["type"], group["inverse"], group["count"]) == ("author", "author of", 1)
    assert [(link["document_title"], link["profile_name"]) for link in group["links"]] == [
        ("Notes on the Engine", "Ada Lovelace")
    ]


def test_show_with_a_limit_says_how_to_see_the_rest(run, library):
    outcome = run("profile", "show", "Ada Lovelace", "--limit", "0")

    assert outcome.out.splitlines()[-2:] == [
        "author of: 1 document",
        f"  and more: rolodoc link list --profile {id_text(library['ada'].id)} --type author --all",
    ]


def test_show_needs_a_record(run):
    outcome = run("profile", "show")

    assert outcome.code == 2
    assert "see rolodoc profile show --help" in outcome.err
