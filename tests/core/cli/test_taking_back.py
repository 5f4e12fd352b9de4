"""rolodoc take-back and restore."""

import os
import pty

import pytest

from core.values import id_text

pytestmark = pytest.mark.usefixtures("library")


def notes(run, name):
    return run("profile", "show", name, "--json").object["fields"]["notes"]


@pytest.fixture
def bulk(run):
    """Grace edits the notes of both profiles and makes a document; gives when she began, as --since takes it."""
    start = run("profile", "show", "p-1", "--json").object["updated_at"]
    for name in ("p-1", "p-2"):
        run("profile", "edit", name, "--set", "notes=bulk", "--as", "Grace")
    run("document", "new", "--set", "title=Made by Grace", "--as", "Grace")
    return start


def test_a_dry_run_tells_what_would_be_touched_and_changes_nothing(run, bulk):
    run("profile", "edit", "p-2", "--set", "notes=by hand")

    outcome = run("take-back", "--by", "Grace", "--since", bulk, "--dry-run")

    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "would touch 3 records: deleted 1 document, opened 1 conflict, updated 1 profile",
        "  deleted  document  Made by Grace",
        "  updated  profile   Charles Babbage  notes; notes changed since: a conflict asks",
        "  updated  profile   Ada Lovelace     notes",
    ]
    assert (notes(run, "p-1"), notes(run, "p-2")) == ("bulk", "by hand")


def test_it_is_taken_back_with_a_reason_and_undone_as_one_step(run, bulk):
    # when
    outcome = run("take-back", "--by", "Grace", "--since", bulk, "--yes", "--reason", "wrong file")

    # then
    assert (outcome.code, outcome.out) == (0, "deleted 1 document, updated 2 profiles\n")
    assert (notes(run, "p-1"), notes(run, "p-2")) == ("", "")
    assert "  reason   wrong file" in run("history", "p-1").out
    assert run("document", "list", "--trash").out.startswith("Made by Grace")

    # and back
    run("undo")
    assert (notes(run, "p-1"), notes(run, "p-2")) == ("bulk", "bulk")


def test_what_clashes_is_told_as_a_conflict(run, bulk):
    run("profile", "edit", "p-2", "--set", "notes=by hand")

    outcome = run("take-back", "--by", "Grace", "--since", bulk, "--yes")

    assert outcome.code == 5
    assert "Charles Babbage: tester changed notes too" in outcome.err
    assert (notes(run, "p-1"), notes(run, "p-2")) == ("", "by hand")
    assert "Charles Babbage" in run("conflicts", "list").out


def test_what_stays_is_told_with_the_reason(run, bulk):
    run("link", "add", "Made by Grace", "p-1", "--type", "author")

    outcome = run("take-back", "--by", "Grace", "--since", bulk, "--yes")

    assert outcome.code == 0
    assert outcome.err == (
        "document Made by Grace stays as it is: it has been linked since (1 link); unlink it first\n"
    )


def test_one_request_of_one_record_and_field(run, bulk):
    run("profile", "edit", "p-1", "--set", "notes=both", "--set", "aliases=Countess", "--as", "Grace")
    request = run("history", "p-1", "--json", "--limit", "1").object["request"]

    outcome = run("take-back", "--request", request, "--record", "p-1", "--field", "notes", "--yes", "--json")

    taken = outcome.object
    assert (taken["records"], taken["kept"], taken["summary"]) == (1, 0, "updated 1 profile")
    assert [(one["title"], one["kind"], one["fields"]) for one in taken["touched"]] == [
        ("Ada Lovelace", "updated", ["notes"])
    ]
    assert taken["receipt"]["changes"] == 1
    assert notes(run, "p-1") == "bulk"
    assert run("profile", "show", "p-1", "--json").object["fields"]["aliases"] == ["Countess"]


def test_what_came_in_by_import(run, tmp_path):
    # given
    before = run("profile", "show", "p-1", "--json").object["updated_at"]
    (tmp_path / "people.csv").write_text("id,name\nx-1,Imported One\nx-2,Imported Two\n")
    run("import", tmp_path / "people.csv")

    # when, then
    preview = run("take-back", "--via", "import", "--since", before, "--dry-run", "--json").object
    assert (preview["records"], preview["receipt"]) == (2, None)
    assert run("take-back", "--via", "import", "--since", before, "--yes").out == "deleted 2 profiles\n"


def test_a_long_preview_shows_the_first_of_them(run, tmp_path):
    rows = "".join(f"x-{number},Imported {number}\n" for number in range(31))
    (tmp_path / "people.csv").write_text(f"id,name\n{rows}")
    run("import", tmp_path / "people.csv")

    lines = run("take-back", "--via", "import", "--since", "1h", "--dry-run").out.splitlines()

    assert lines[0] == "would touch 31 records: deleted 31 profiles"
    assert (len(lines), lines[-1]) == (22, "  and 11 more")


def test_without_a_terminal_it_wants_yes_and_changes_nothing(run, bulk):
    outcome = run("take-back", "--by", "Grace", "--since", bulk)

    assert outcome.code == 2
    assert outcome.out.startswith("would touch 3 records")
    assert outcome.err == "rolodoc: nothing was changed: give --yes to do it where nobody can be asked\n"
    assert notes(run, "p-1") == "bulk"


@pytest.mark.parametrize(("answer", "left"), [("y", ""), ("yes", ""), ("n", "bulk"), ("", "bulk"), ("\x04", "bulk")])
def test_on_a_terminal_it_asks(run, launch, bulk, answer, left):
    # given a terminal
    ours, theirs = pty.openpty()
    process = launch("take-back", "--by", "Grace", "--since", bulk, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while b"take all that back? [y/N]" not in shown:
        shown += os.read(ours, 10_000)
    assert b"would touch 3 records" in shown

    # when
    os.write(ours, f"{answer}\n".encode() if answer != "\x04" else b"\x04")
    assert process.wait(30) == 0
    os.close(ours)

    # then
    assert notes(run, "p-1") == left


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        ([], 4, "say which request is to be taken back, or everything since when"),
        (["--by", "Grace"], 4, "or everything since when"),
        (["--since", "today"], 4, "say whose changes are to be taken back"),
        (["--by", "Nobody", "--since", "today"], 3, '"Nobody" never changed anything here; librarian did'),
        (["--by", "librarian", "--since", "2999-01-01"], 4, "since: lies in the future"),
        (["--by", "librarian", "--since", "soon"], 4, '--since: "soon" is no time'),
        (["--by", "librarian", "--since", "now"], 3, "there is nothing to take back: librarian did nothing since 20"),
        (["--via", "fax", "--since", "today"], 4, 'via: "fax" is no way in; it is one of terminal, cli'),
        (["--request", "12"], 2, '--request: "12" is no id of a request'),
        (["--request", "01a2096c-e46c-7227-9bf0-01e998a32675"], 3, "there is no such request"),
        (["--record", "Nobody", "--since", "today"], 3, 'there is no record "Nobody"'),
        (["--record", "p-1", "--since", "yesterday"], 3, "Ada Lovelace was made only on 20"),
        (
            ["--by", "librarian", "--since", "today", "--field", "colour"],
            4,
            "colour: no kind of record has such a field",
        ),
    ],
)
def test_what_cannot_be_taken_back(run, options, code, reason):
    outcome = run("take-back", *options, "--yes")

    assert (outcome.code, outcome.out) == (code, "")
    assert reason in outcome.err
    assert len(outcome.err.splitlines()) == 1


def test_what_was_taken_back_already(run, bulk):
    run("take-back", "--by", "Grace", "--since", bulk, "--yes")

    assert run("take-back", "--by", "Grace", "--since", bulk, "--yes").out == "nothing had to change\n"
    assert run("take-back", "--by", "Grace", "--since", bulk).out == "nothing would have to change\n"


# --- restore ------------------------------------------------------------------------------------------------


def test_restore_sets_a_record_back(run):
    run("profile", "edit", "p-1", "--set", "name=Augusta", "--set", "notes=n", "--as", "Grace")
    run("profile", "delete", "p-1")

    preview = run("restore", "p-1", "--revision", "1", "--dry-run")
    outcome = run("restore", "p-1", "--revision", "1", "--reason", "as it was")

    assert preview.out.splitlines() == [
        "would touch 1 record: restored 1 profile, restored 1 link, updated 1 profile",
        "  restored  profile  Augusta  name, notes",
    ]
    assert outcome.code == 0
    shown = run("profile", "show", "p-1", "--json").object
    assert (shown["title"], shown["fields"]["notes"], shown["deleted_at"]) == ("Ada Lovelace", "", None)
    assert len(shown["links"]) == 1


def test_restore_of_one_field_at_a_time(run):
    then = run("profile", "show", "p-1", "--json").object["updated_at"]
    run("profile", "edit", "p-1", "--set", "name=Augusta", "--set", "notes=n")

    assert run("restore", "p-1", "--at", then, "--field", "notes").out == "updated 1 profile\n"

    shown = run("profile", "show", "p-1", "--json").object
    assert (shown["title"], shown["fields"]["notes"]) == ("Augusta", "")


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        ([], 2, "say to which state: --at TIME or --revision N"),
        (["--at", "now", "--revision", "1"], 2, "say to which state"),
        (["--revision", "1"], 3, "Ada Lovelace has not changed since rev 1, so there is nothing to set back"),
        (["--revision", "9"], 3, "Ada Lovelace has no revision 9; name one from 1 to 1"),
        (["--at", "2000-01-01"], 3, "Ada Lovelace was made only on 20"),
        (["--at", "2999-01-01"], 4, "since: lies in the future"),
        (["--revision", "1", "--field", "colour"], 4, "colour: a profile has no such field"),
    ],
)
def test_a_state_that_a_record_cannot_be_set_back_to(run, options, code, reason):
    outcome = run("restore", "p-1", *options)

    assert (outcome.code, outcome.out) == (code, "")
    assert reason in outcome.err


def test_a_record_that_was_purged_cannot_be_restored(run, library):
    run("profile", "delete", "p-1")
    run("trash", "purge", "--older-than", "0", "--yes")

    outcome = run("restore", id_text(library["ada"].id), "--revision", "1")

    assert outcome.code == 3
    assert "there is no record" in outcome.err
