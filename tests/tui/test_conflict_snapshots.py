"""The conflict screen as it looks, kept at 80x24 and 120x40, in sixteen colours and in none.

Below a line of the screen stand the attributes of its cells that need no colour: b bold, d dim, r reversed,
u underlined.
`pytest --snapshot-update` keeps what it looks like now.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count

import pytest
from rich.cells import cell_len
from syrupy.assertion import SnapshotAssertion
from textual.strip import Strip

from core.workspace import Workspace
from core.write_values import Create, Edit
from tests.core.clashing import clash
from tests.tui.clashing import PHONES, clash_in_three, delete_against_edit
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal, Terminal

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
BEGIN, STEP = 1_709_632_920_000_000, 300_000_000  # 2024-03-05 10:02, and five minutes between two writes


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every write has an instant of its own, the same in each run, told in UTC."""
    instants = count(BEGIN, STEP)
    monkeypatch.setattr("core.open_request.now", lambda: next(instants))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def conflicts(office: Office, colleague: Workspace) -> None:
    """One in three fields, one with a source, a deletion against an edit."""
    (ref,) = office.workspace.write([Create("profile", {"name": "Dora Quist", "notes": "a"}, source="crm")]).refs
    office.workspace.write([Edit(ref, {"notes": "Lives in Bern since May."})])
    colleague.write([Edit(ref, {"notes": "Lives in Basel since May.", "aliases": ["D. Q."]}, source="crm")])
    delete_against_edit(office.workspace, colleague, office.ref("Cleo Ngata"))
    clash(office.workspace, colleague, office.ref("Acme GmbH"), {"name": "Acme"}, {"name": "Acme AG"})
    clash_in_three(office.workspace, colleague, office.ref("Bob Marsh"))


async def picture(t: Terminal) -> str:
    """The lines of the screen once it rests; below each the attributes of its cells, where there are any."""
    await t.rests()
    strips = t.app.screen._compositor.render_strips()
    shown = []
    for strip in strips:
        shown.append(strip.text.rstrip())
        if marks := attributes(strip).rstrip():
            shown.append(f"~{marks[1:]}" if marks[0] == " " else marks)
    return "\n".join(shown)


def attributes(strip: Strip) -> str:
    marks = []
    for text, style, _ in strip:
        mark = " "
        if style is not None and text.strip():
            mark = (
                "r" if style.reverse else "u" if style.underline else "b" if style.bold else "d" if style.dim else " "
            )
        marks.append(mark * cell_len(text))
    return "".join(marks)


@SIZES
async def test_the_inbox(
    terminal: OpenTerminal, conflicts: None, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    async with terminal(size, theme="ansi") as t:
        await t.press("4")
        await t.shows("1 / 4", "4 Conflicts (4)")
        await t.press("down", "space", "down")
        await t.shows("3 / 4", "1 marked")
        assert await picture(t) == snapshot


@SIZES
async def test_a_conflict_in_every_state(
    terminal: OpenTerminal, conflicts: None, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    async with terminal(size, theme="ansi") as t:
        await t.press("4", "enter")
        await t.shows("Bob N (person)", "3 of 3 fields open")
        await t.press("1", "3")
        await t.shows("1 of 3 fields open")
        assert await picture(t) == snapshot


@SIZES
async def test_a_deletion(
    terminal: OpenTerminal, conflicts: None, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    async with terminal(size, theme="ansi") as t:
        await t.press("4", "down", "down", "enter")
        await t.shows("Cleo Ngata (person)", "1 of 1 field open", "2 keep it")
        assert await picture(t) == snapshot


@SIZES
async def test_a_source_and_a_banner(
    terminal: OpenTerminal,
    office: Office,
    colleague: Workspace,
    conflicts: None,
    snapshot: SnapshotAssertion,
    size: tuple[int, int],
) -> None:
    async with terminal(size, theme="ansi") as t:
        await t.press("4", "G", "enter")
        await t.shows("Dora Quist (person)", "1 of 1 field open")
        colleague.write(
            [Edit(office.workspace.resolve("Dora Quist"), {"notes": "Lives in Rome.", "phones": PHONES["new"]})]
        )
        await t.shows("again, ")
        assert await picture(t) == snapshot


@SIZES
async def test_rules(
    terminal: OpenTerminal, conflicts: None, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    async with terminal(size, theme="ansi") as t:
        await t.press("4", "R", "1")
        await t.shows("source crm", "applies to 5 of 6 fields in 3 records; 1 stays open")
        await t.stands_on("mine")
        assert await picture(t) == snapshot


@SIZES
async def test_typing_what_does_not_fit(
    terminal: OpenTerminal,
    office: Office,
    colleague: Workspace,
    snapshot: SnapshotAssertion,
    size: tuple[int, int],
) -> None:
    (link,) = office.workspace.write([office.link("Report", "Bob Marsh", "signer")]).refs
    clash(office.workspace, colleague, link, {"position": 3}, {"position": 5})
    async with terminal(size, theme="ansi") as t:
        await t.press("4", "enter")
        await t.shows("1 of 1 field open")
        await t.press("e")
        await t.shows("take it")
        await t.press("x", "enter")
        await t.shows("is not a whole number")
        assert await picture(t) == snapshot


@pytest.mark.parametrize("keys", [("4",), ("4", "enter"), ("4", "enter", "1", "3"), ("4", "R")], ids="-".join)
async def test_without_colours_all_the_same_is_told(
    terminal: OpenTerminal, conflicts: None, monkeypatch: pytest.MonkeyPatch, keys: tuple[str, ...]
) -> None:
    pictures = []
    for colours in (True, False):
        if not colours:
            monkeypatch.setenv("NO_COLOR", "1")
        async with terminal(NARROW, first="4 Conflicts (4)", theme="terminal") as t:
            await t.press("1", *keys[:1])
            await t.shows("1 / 4")
            await t.press(*keys[1:])
            last = {
                "4": "1 / 4",
                "enter": "the record as it will look",
                "3": "1 of 3 fields open",
                "R": "of 6 fields in",
            }
            await t.shows(last[keys[-1]])
            await t.rests()
            pictures.append(t.text)
            if not colours:
                strips = t.app.screen._compositor.render_strips()
                styles = [style for strip in strips for _, style, _ in strip if style is not None]
                assert all(style.color is None or style.color.is_default for style in styles)
                assert any(style.reverse for style in styles)
    assert pictures[0] == pictures[1]
