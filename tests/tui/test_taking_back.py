"""Activity: what a request, an actor or an import did, taken back after a preview."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.values import Actor
from core.workspace import Workspace, open_workspace
from core.write_values import Create, Delete, Edit
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal
from tests.tui.waiting import until


@pytest.fixture
def importer(office: Office, store_path: Path) -> Iterator[Workspace]:
    """The workspace of an import that somebody else runs."""
    opened = open_workspace(str(store_path), Actor("Ann", "import"))
    yield opened
    opened.close()


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
async def test_a_request_is_taken_back_after_a_preview_and_that_is_undone(
    terminal: OpenTerminal, office: Office, colleague: Workspace, size: tuple[int, int]
) -> None:
    # given a request of Ann that changed, made and deleted something
    letter = office.ref("Letter")
    colleague.write(
        [Edit(letter, {"title": "Long letter"}), Create("profile", {"name": "Dan"}), Delete(office.ref("Report"))]
    )
    async with terminal(size) as t:
        await t.press("5")
        await t.shows("Ann")

        # when it is to be taken back
        await t.press("B")

        # then what that would do is told by a sign for each record, and esc leaves all as it is
        await t.shows("Take back?", "everything that this request did", "everything that Ann did since")
        await t.shows("~ Long letter  title", "- Dan  goes to the trash", "+ Report  comes back", "do it")
        await t.press("escape")
        await t.shows_no("Take back?")
        assert office.workspace.get(letter).title == "Long letter"

        # and enter does it
        await t.press("B")
        await t.shows("do it")
        await t.press("enter")
        await t.shows("5 records are as before; u on top undoes that")
        assert office.workspace.get(letter).title == "Letter"
        assert office.workspace.get(office.ref("Report")).deleted_at is None

        # and it is a request like any other
        await until(t.pilot, lambda: "tester" in t.lines[2])
        await t.press("home", "u")
        await until(t.pilot, lambda: office.workspace.get(letter).title == "Long letter")
    assert office.workspace.get(office.ref("Report")).deleted_at is not None


async def test_what_was_changed_later_is_told_before_and_becomes_a_conflict(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    letter = office.ref("Letter")
    colleague.write([Edit(letter, {"title": "Long letter", "category": "mail"})])
    office.workspace.write([Edit(letter, {"title": "Longest letter"})])
    async with terminal(NARROW) as t:
        await t.press("5")
        await t.shows("Ann")
        await t.press("down", "B")
        await t.shows("? Longest letter", "clashes with a later edit: title", "that becomes a conflict")
        await t.press("enter")
        await t.shows("1 record is as before; 1 conflict waits in 4")
    now = office.workspace.get(letter)
    assert (now.title, now.fields["category"]) == ("Longest letter", "letter")
    assert office.workspace.stats().conflicts == 1


async def test_all_that_an_actor_did_since_is_taken_back_and_what_was_before_stays(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    letter, report, charter = office.ref("Letter"), office.ref("Report"), office.ref("Charter")
    for ref in (letter, report, charter):
        colleague.write([Edit(ref, {"category": "Ann's"})])
    office.workspace.write([Edit(office.ref("Bob Marsh"), {"notes": "mine"})])
    async with terminal(NARROW) as t:
        await t.press("5")
        await t.shows("changed category of Charter")
        await t.press("down", "down", "B")
        await t.shows("~ Report", "do it")
        await t.press("down")
        await t.shows("~ Report", "~ Charter", "updated 2 documents")
        assert "Letter" not in "\n".join(t.lines[2:-2])
        await t.press("enter")
        await t.shows("2 records are as before")
    assert [office.workspace.get(ref).fields["category"] for ref in (letter, report, charter)] == [
        "Ann's",
        "report",
        "contract",
    ]
    assert office.workspace.get(office.ref("Bob Marsh")).fields["notes"] == "mine"


async def test_all_requests_of_an_import_are_taken_back_from_any_of_them(
    terminal: OpenTerminal, office: Office, importer: Workspace
) -> None:
    importer.write([Create("profile", {"name": "Xenia"})], reason="import of staff")
    importer.write([Create("profile", {"name": "Yuri"})], reason="import of staff")
    before = office.workspace.stats().profiles
    async with terminal(NARROW) as t:
        await t.press("5")
        await t.shows("made Yuri", "made Xenia")
        await t.press("B")
        await t.shows("everything from this import: what Ann brought in (import) since")
        await t.press("down", "down")
        await t.shows("- Xenia", "- Yuri", "do it")
        await t.press("enter")
        await t.shows("2 records are as before")
    assert office.workspace.stats().profiles == before - 2


async def test_what_was_no_import_says_so_and_enter_does_nothing(terminal: OpenTerminal, office: Office) -> None:
    office.workspace.write([Edit(office.ref("Letter"), {"title": "Long letter"})])
    before = office.workspace.cursor()
    async with terminal(NARROW) as t:
        await t.press("5")
        await t.shows("Long letter")
        await t.press("B")
        await t.shows("everything from an import  (this was not an import)", "do it")
        await t.press("down", "down")
        await t.stands_on("everything from an import")
        await t.press("enter")
        await t.shows("Take back: this was not an import")
    assert office.workspace.cursor() == before


async def test_what_was_taken_back_already_would_change_nothing(terminal: OpenTerminal, office: Office) -> None:
    office.workspace.write([Edit(office.ref("Letter"), {"title": "Long letter"})])
    office.workspace.undo()
    before = office.workspace.cursor()
    async with terminal(NARROW) as t:
        await t.press("5")
        await t.shows("changed title of Letter")
        await t.press("down", "B")
        await t.shows("nothing would change: it is like that now")
        await t.press("enter", "escape")
        await t.shows_no("Take back?")
    assert office.workspace.cursor() == before


async def test_elsewhere_it_says_where_to_go(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("B")
        await t.shows("Take back more: what was done is taken back in 5 Activity")
