"""rolodoc history, undo, redo."""

import pytest

from core.values import id_text

pytestmark = pytest.mark.usefixtures("library")


def test_history_shows_before_and_after_of_each_field(run):
    # given
    run("document", "edit", "Letter to Ada", "--set", "category=note", "--set", "tags=a; b", "--as", "Grace")

    # when
    lines = run("history", "Letter to Ada").out.splitlines()

    # then
    assert lines[0].split("  ")[2] == "Grace updated document Letter to Ada, rev 2"
    assert lines[1:3] == ["  category  letter -> note", "  tags      (empty) -> a; b"]
    assert "librarian created document Letter to Ada, rev 1" in lines[3]


def test_history_as_json_has_whole_values(run):
    run("document", "edit", "Letter to Ada", "--set", "created=1843-07-03")

    latest, first = run("history", "Letter to Ada", "--json").objects

    assert (latest["type"], latest["revision"], latest["actor"], latest["via"]) == (
        "document.updated",
        2,
        "tester",
        "cli",
    )
    assert latest["before"] == {"created": "1843-07-02"}
    assert latest["after"] == {"created": "1843-07-03"}
    assert first["type"] == "document.created"


def test_history_shows_long_texts_around_their_first_difference(run):
    # given
    text = "word " * 500
    run("document", "edit", "Letter to Ada", "--set", f"text={text}")
    run("document", "edit", "Letter to Ada", "--set", f"text={text}and the end")

    # when
    line = run("history", "Letter to Ada", "--limit", "1").out.splitlines()[1]

    # then
    assert line.endswith("word and the end")
    assert len(line) < 250


def test_history_of_a_deleted_record(run, library):
    run("profile", "delete", "p-1")

    assert "deleted profile Ada Lovelace" in run("history", id_text(library["ada"].id)).out.splitlines()[0]


def test_history_says_when_there_is_more(run):
    run("profile", "edit", "p-1", "--set", "notes=x")

    outcome = run("history", "p-1", "--limit", "1")

    assert outcome.err == "the latest 1 changes; --limit N shows more\n"
    assert len(outcome.out.splitlines()) == 2


def test_undo_takes_back_ones_latest_and_redo_makes_it_again(run):
    # given
    run("profile", "edit", "p-1", "--set", "notes=mine")
    run("profile", "edit", "p-2", "--set", "notes=theirs", "--as", "Grace")

    # when, then
    assert run("undo").code == 0
    assert run("profile", "show", "p-1", "--json").object["fields"]["notes"] == ""
    assert run("profile", "show", "p-2", "--json").object["fields"]["notes"] == "theirs"
    assert run("redo").code == 0
    assert run("profile", "show", "p-1", "--json").object["fields"]["notes"] == "mine"


def test_undo_of_one_change_or_one_request_by_its_id(run):
    # given
    run("profile", "edit", "p-1", "--set", "notes=one")
    first = run("history", "p-1", "--json").objects[0]
    run("profile", "edit", "p-2", "--set", "notes=two")
    second = run("history", "p-2", "--json").objects[0]

    # when
    by_number = run("undo", str(first["seq"]))
    by_request = run("undo", second["request"])

    # then
    assert (by_number.code, by_request.code) == (0, 0)
    assert run("profile", "show", "p-1", "--json").object["fields"]["notes"] == ""
    assert run("profile", "show", "p-2", "--json").object["fields"]["notes"] == ""


def test_undo_that_would_overwrite_a_later_edit_does_nothing(run):
    # given
    run("profile", "edit", "p-1", "--set", "notes=first")
    seq = run("history", "p-1", "--json").objects[0]["seq"]
    run("profile", "edit", "p-1", "--set", "notes=second", "--as", "Grace")

    # when
    outcome = run("undo", str(seq))

    # then
    assert outcome.code == 5
    assert "Ada Lovelace" in outcome.err
    assert run("profile", "show", "p-1", "--json").object["fields"]["notes"] == "second"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["undo"], 3),
        (["redo"], 3),
        (["undo", "999999"], 3),
        (["undo", "99999999999999999999999999"], 4),
        (["undo", "01a2096c-e46c-7227-9bf0-01e998a32675"], 3),
        (["undo", "yesterday"], 2),
        (["undo", "-1"], 2),
        (["undo", "٣"], 2),
        (["history", "Nobody"], 3),
        (["history"], 2),
        (["history", "p-1", "--limit", "-1"], 2),
    ],
)
def test_what_is_not_there_cannot_be_taken_back(run, arguments, code):
    outcome = run(*arguments)

    assert outcome.code == code
    assert outcome.err.startswith("rolodoc: ")
    assert len(outcome.err.splitlines()) == 1
