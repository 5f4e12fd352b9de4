"""new, edit, delete and restore with --set: what goes in, and what is refused."""

import json

import pytest

from core.values import id_text


def test_the_first_command_makes_the_store(run, store_path):
    store_path.unlink()

    assert run("profile", "new", "--set", "name=Grace Hopper").code == 0

    assert [row["name"] for row in run("profile", "list", "--json").objects] == ["Grace Hopper"]


def test_new_makes_a_record_and_tells_its_id(run):
    # when
    outcome = run("profile", "new", "--set", "name=Grace Hopper", "--set", "kind=person", "--set", "phones=work=555 1")

    # then
    assert outcome.code == 0
    shown = run("profile", "show", "Grace Hopper", "--json").object
    assert shown["id"] in outcome.out
    assert shown["fields"]["phones"] == [{"label": "work", "value": "555 1"}]
    assert shown["updated_by"] == "tester"


def test_new_as_json_tells_the_receipt(run):
    receipt = run("document", "new", "--set", "title=Memo", "--json").object

    assert receipt["changes"] == 1
    assert receipt["records"] == [{"entity": "document", "id": run("document", "list", "--json").object["id"]}]


@pytest.mark.usefixtures("library")
def test_edit_sets_fields_and_leaves_the_others(run):
    outcome = run("document", "edit", "Letter to Ada", "--set", "tags=maths; letters", "--set", "category=")

    fields = run("document", "show", "Letter to Ada", "--json").object["fields"]
    assert outcome.code == 0
    assert (fields["tags"], fields["category"], fields["created"]) == (["maths", "letters"], "", "1843-07-02")


@pytest.mark.usefixtures("library")
def test_edit_to_what_is_there_changes_nothing(run):
    outcome = run("document", "edit", "Letter to Ada", "--set", "category=letter")

    assert outcome.out == "nothing had to change\n"
    assert run("document", "show", "Letter to Ada", "--json").object["revision"] == 1


@pytest.mark.usefixtures("library")
def test_a_value_may_hold_an_equals_sign_and_begin_with_a_dash(run):
    run("profile", "edit", "p-1", "--set", "notes=--a=b")

    assert run("profile", "show", "p-1", "--json").object["fields"]["notes"] == "--a=b"


@pytest.mark.usefixtures("library")
def test_edit_of_the_version_read_goes_in_once(run):
    # given
    version = run("profile", "show", "p-1", "--json").object["version"]

    # when
    first = run("profile", "edit", "p-1", "--set", "notes=mine", "--if-version", version)
    second = run("profile", "edit", "p-1", "--set", "notes=theirs", "--if-version", version)

    # then
    assert (first.code, second.code) == (0, 5)
    assert "was changed by someone else" in second.err
    assert run("profile", "show", "p-1", "--json").object["fields"]["notes"] == "mine"


@pytest.mark.parametrize(
    ("assignments", "code", "reason"),
    [
        (["name"], 2, '--set: "name" is not FIELD=VALUE'),
        (["=x"], 4, "a profile has no such field"),
        (["colour=red"], 4, "colour: a profile has no such field; it has name, kind"),
        (["kind=person"], 4, "name: is missing"),
        (["name=", "kind=person"], 4, "name: must not be empty"),
        (["name=Two\nlines", "kind=person"], 4, "name: must be one line"),
        (["name=A", "kind=cat"], 4, "kind: must be one of person, organisation, group"),
        (["name=A", "name=B", "kind=person"], 4, "name: is set twice"),
        (["name=A", "kind=person", "created=2026-02-30"], 4, 'created: "2026-02-30" is not a date'),
        (["name=A", "kind=person", "attributes=[1]"], 4, "attributes: must be a map"),
        (["name=A", "kind=person", "attributes={"], 4, "attributes: is not a JSON object"),
        ([f"name={'a' * 501}", "kind=person"], 4, "name: is 501 characters long; the limit is 500"),
        (["name=a\0b", "kind=person"], 4, "name: must not hold a NUL character"),
        (["name=\udcff", "kind=person"], 4, "name: is not valid Unicode text"),
    ],
)
def test_new_refuses_what_does_not_fit(run, assignments, code, reason):
    # when
    outcome = run("profile", "new", *(part for text in assignments for part in ("--set", text)))

    # then
    assert outcome.code == code
    assert reason in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert run("profile", "list").out == ""


@pytest.mark.usefixtures("library")
def test_a_refusal_as_json_names_the_field(run):
    outcome = run("profile", "edit", "p-1", "--set", "kind=cat", "--json")

    told = json.loads(outcome.err)
    assert (told["error"], told["field"], told["exit_code"]) == ("Invalid", "kind", 4)
    assert told["message"] == "kind: must be one of person, organisation, group"


def test_delete_puts_into_the_trash_and_restore_takes_back_with_links(run, library):
    # when
    deleted = run("document", "delete", "Letter to Ada")
    in_trash = run("document", "show", id_text(library["letter"].id))
    restored = run("document", "restore", id_text(library["letter"].id))

    # then
    assert (deleted.code, restored.code) == (0, 0)
    assert "in the trash since" in in_trash.out
    assert "author: 1 profile" in run("document", "show", "Letter to Ada").out


@pytest.mark.usefixtures("library")
def test_a_deleted_record_is_restored_by_its_name(run):
    run("document", "delete", "Letter to Ada")

    assert run("document", "restore", "Letter to Ada").code == 0
    assert run("document", "show", "Letter to Ada").code == 0


@pytest.mark.usefixtures("library")
def test_several_are_deleted_together_or_none(run):
    missed = run("document", "delete", "Letter to Ada", "Nothing of the kind")
    assert missed.code == 3
    assert len(run("document", "list", "--json").objects) == 2

    done = run("document", "delete", "Letter to Ada", "Notes on the Engine", "--json")
    assert done.code == 0
    assert run("document", "list").out == ""
    assert run("undo").code == 0
    assert len(run("document", "list", "--json").objects) == 2


def test_delete_needs_a_record(run):
    assert run("profile", "delete").code == 2


@pytest.mark.usefixtures("library")
def test_a_version_must_be_one(run):
    outcome = run("profile", "delete", "p-1", "--if-version", "latest")

    assert outcome.code == 2
    assert '"latest" is not a version' in outcome.err
