"""rolodoc trash list, purge."""

import os
import pty

import pytest

from core.values import id_text

pytestmark = pytest.mark.usefixtures("library")


def test_list_tells_what_was_deleted_the_latest_first(run, library):
    run("profile", "delete", "p-1")
    run("document", "delete", "Letter to Ada")

    lines = run("trash", "list").out.splitlines()

    kinds = [line.split()[1] for line in lines]
    assert (sorted(kinds[:2]), sorted(kinds[2:])) == (["document", "link"], ["link", "profile"])
    assert any("Ada Lovelace" in line and line.endswith(id_text(library["ada"].id)) for line in lines)
    rows = run("trash", "list", "--json").objects
    assert {(row["entity"], row["id"]) for row in rows} == {
        (ref.entity, id_text(ref.id)) for ref in (library[name] for name in ("ada", "letter", "link", "link2"))
    }
    assert all(row["deleted_at"].startswith("20") for row in rows)


def test_list_says_when_there_is_more_or_nothing(run):
    assert run("trash", "list").err == "the trash is empty\n"
    run("profile", "delete", "p-1")

    outcome = run("trash", "list", "--limit", "1")

    assert outcome.err == "1 of 2 shown; --limit N or --all shows more\n"
    assert len(outcome.out.splitlines()) == 1


def test_purge_deletes_for_good_what_has_been_there_long_enough(run, library):
    run("profile", "delete", "p-1")

    assert run("trash", "purge", "--yes").out == "nothing has been in the trash for 30 days, so nothing goes\n"
    preview = run("trash", "purge", "--older-than", "0", "--dry-run")
    assert (preview.code, preview.out) == (0, "would delete for good: 1 profile, 1 link\n")
    assert len(run("trash", "list").out.splitlines()) == 2

    assert run("trash", "purge", "--older-than", "0", "--yes").out == "deleted for good: 1 profile, 1 link\n"

    assert run("trash", "list").out == ""
    assert "(purged)" in run("watch", "--after", "0", "--limit", "3").out
    assert run("profile", "show", id_text(library["ada"].id)).code == 3
    assert "in the trash  0" in run("stats").out


def test_purge_as_json(run):
    run("document", "delete", "Letter to Ada")

    assert run("trash", "purge", "--older-than", "0", "--yes", "--json").object == {"document": 1, "link": 1}
    assert run("trash", "purge", "--older-than", "0", "--yes", "--json").object == {}


def test_purge_without_a_terminal_wants_yes(run):
    run("profile", "delete", "p-1")

    outcome = run("trash", "purge", "--older-than", "0")

    assert outcome.code == 2
    assert "give --yes" in outcome.err
    assert len(run("trash", "list").out.splitlines()) == 2


@pytest.mark.parametrize(("answer", "left"), [("y", 0), ("no", 2)])
def test_purge_asks_on_a_terminal(run, launch, answer, left):
    run("profile", "delete", "p-1")
    ours, theirs = pty.openpty()
    process = launch("trash", "purge", "--older-than", "0", stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while b"delete all that for good? [y/N]" not in shown:
        shown += os.read(ours, 10_000)

    os.write(ours, f"{answer}\n".encode())
    assert process.wait(30) == 0
    os.close(ours)

    assert len(run("trash", "list").out.splitlines()) == left


def test_a_purge_is_not_undone(run, library):
    run("document", "delete", "Letter to Ada")
    run("trash", "purge", "--older-than", "0", "--yes")
    purge = run("watch", "--after", "0", "--limit", "12", "--json").objects[-1]

    for name in (purge["request"], str(purge["seq"])):
        outcome = run("undo", name)
        assert outcome.code == 5
        assert "a purge cannot be undone" in outcome.err


@pytest.mark.parametrize("days", ["-1", "some", "99999999999"])
def test_purge_wants_a_number_of_days(run, days):
    outcome = run("trash", "purge", "--older-than", days, "--yes")

    assert outcome.code == 2
    assert "--older-than" in outcome.err
