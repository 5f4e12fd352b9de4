"""--if-revision: a write that merges with what others wrote since the revision that was read."""

import json

import pytest

from core.values import id_text


def fields(run, name="p-1"):
    return run("profile", "show", name, "--json").object["fields"]


@pytest.mark.usefixtures("library")
def test_fields_that_nobody_else_changed_go_in(run):
    # given
    run("profile", "edit", "p-1", "--set", "phones=555")

    # when
    outcome = run("profile", "edit", "p-1", "--set", "notes=mine", "--if-revision", "1")

    # then
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("updated 1 profile")
    assert (fields(run)["notes"], fields(run)["phones"]) == ("mine", [{"label": "", "value": "555"}])


@pytest.mark.usefixtures("library")
def test_sets_are_merged_member_by_member(run):
    run("profile", "edit", "p-1", "--set", "aliases=Ada; Countess")

    outcome = run("profile", "edit", "p-1", "--set", "aliases=Enchantress", "--if-revision", "1")

    assert outcome.code == 0
    assert set(fields(run)["aliases"]) == {"Ada", "Countess", "Enchantress"}


@pytest.mark.usefixtures("library")
def test_what_clashes_stays_theirs_and_tells_what_is_open_and_the_next_step(run):
    # given
    run("profile", "edit", "p-1", "--set", "name=Ada Byron", "--set", "notes=theirs", "--as", "Charles")

    # when
    written = ("--set", "name=Ada King", "--set", "notes=mine", "--set", "phones=555")
    outcome = run("profile", "edit", "p-1", *written, "--if-revision", "1")

    # then
    assert outcome.code == 5
    assert outcome.out.startswith("updated 1 profile, opened 1 conflict")
    (conflict,) = run("conflicts", "list", "--json").objects
    assert len(outcome.err.splitlines()) == 1
    assert "Ada Byron: Charles changed name, notes too" in outcome.err
    assert f"rolodoc conflicts resolve {conflict['id']} --take mine" in outcome.err
    now = fields(run)
    assert (now["name"], now["notes"], now["phones"][0]["value"]) == ("Ada Byron", "theirs", "555")

    # and the next step is as told
    assert run("conflicts", "resolve", conflict["id"], "--take", "mine").code == 0
    assert (fields(run)["name"], fields(run)["notes"]) == ("Ada King", "mine")


@pytest.mark.usefixtures("library")
def test_a_conflict_is_told_as_json(run):
    run("profile", "edit", "p-1", "--set", "notes=theirs")

    outcome = run("profile", "edit", "p-1", "--set", "notes=mine", "--if-revision", "1", "--json")

    assert outcome.code == 5
    assert outcome.object["conflicts"] == [run("conflicts", "list", "--json").object["id"]]
    assert "notes" in json.loads(outcome.err)["note"]


@pytest.mark.usefixtures("library")
def test_the_same_value_on_both_sides_is_no_conflict(run):
    run("profile", "edit", "p-1", "--set", "notes=same")

    outcome = run("profile", "edit", "p-1", "--set", "notes=same", "--if-revision", "1")

    assert (outcome.code, outcome.out) == (0, "nothing had to change\n")


@pytest.mark.usefixtures("library")
def test_the_current_revision_is_a_plain_edit(run):
    outcome = run("profile", "edit", "p-1", "--set", "notes=mine", "--if-revision", "1")

    assert (outcome.code, fields(run)["notes"]) == (0, "mine")


@pytest.mark.usefixtures("library")
def test_a_delete_of_what_was_edited_since_is_left_to_somebody(run):
    # given
    run("profile", "edit", "p-1", "--set", "notes=important")

    # when
    outcome = run("profile", "delete", "p-1", "--if-revision", "1")

    # then
    assert outcome.code == 5
    assert "Ada Lovelace: one side changed it and the other deleted it" in outcome.err
    assert fields(run)["notes"] == "important"
    assert "does it stay" in run("conflicts", "show", "Ada Lovelace").out.lower()
    assert run("conflicts", "resolve", "Ada Lovelace", "--field", "record", "--take", "mine").code == 0
    assert "in the trash since" in run("profile", "show", "p-1").out


@pytest.mark.usefixtures("library")
def test_a_delete_of_what_nobody_touched_goes_through(run):
    assert run("profile", "delete", "p-1", "p-2", "--if-revision", "1").code == 0
    assert run("profile", "list").out == ""


def test_links_take_it_too(run, library):
    link = id_text(library["link"].id)
    run("link", "edit", link, "--set", "position=1")

    outcome = run("link", "edit", link, "--set", "position=2", "--if-revision", "1")

    assert outcome.code == 5
    assert "changed position too" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("--if-revision", "7"), 3, "revision"),
        (("--if-revision", "0"), 2, "--if-revision"),
        (("--if-revision", "first"), 2, "--if-revision"),
        (("--if-revision", "1", "--if-version", "1"), 2, "give one of them"),
    ],
)
@pytest.mark.usefixtures("library")
def test_a_revision_that_is_none_changes_nothing(run, arguments, code, reason):
    before = run("stats", "--json").object["changes"]

    for verb in (("edit", "p-1", "--set", "notes=x"), ("delete", "p-1")):
        outcome = run("profile", *verb, *arguments)

        assert outcome.code == code
        assert reason in outcome.err
        assert len(outcome.err.splitlines()) == 1
    assert run("stats", "--json").object["changes"] == before


@pytest.mark.usefixtures("library")
def test_what_rolodoc_keeps_itself_cannot_be_set(run):
    outcome = run("profile", "edit", "p-1", "--set", "merged_into=x")

    assert outcome.code == 4
    assert "merged_into: is kept by rolodoc itself" in outcome.err
    assert "merged_into" not in run("profile", "new", "--help").out
