"""The tabs and the keys of a screen, in the room there is."""

from __future__ import annotations

import pytest

from core.workspace import Workspace
from tests.core.clashing import clash
from tests.tui.conftest import NARROW, Office, OpenTerminal
from tui.screens.work import with_badge


@pytest.mark.parametrize(
    ("width", "tabs"),
    [
        (120, "  1 Profiles  2 Documents  3 Links [4 Conflicts (1)] 5 Activity  6 System  7 Drafts  8 Audit"),
        (80, " 1 Profiles 2 Documents 3 Links[4 Conflicts (1)] 5 Activity 6 System 7 Drafts 8"),
        (70, "  1  2  3 [4 Conflicts (1)] 5  6  7  8"),
    ],
)
async def test_all_tabs_are_named_where_there_is_room(
    terminal: OpenTerminal, office: Office, colleague: Workspace, width: int, tabs: str
) -> None:
    clash(office.workspace, colleague, office.ref("Bob Marsh"), {"name": "a"}, {"name": "b"})
    async with terminal((width, 24)) as t:
        await t.press("4")
        await t.shows("(1)", "newest first")
        assert t.lines[0].startswith(tabs)


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, "Conflicts"), (42, "Conflicts (42)"), (999, "Conflicts (999)"), (10_400, "Conflicts (10k)")],
)
def test_a_badge_tells_how_many_wait(count: int, shown: str) -> None:
    assert with_badge("Conflicts", count) == shown


async def test_a_key_that_is_disabled_takes_the_same_room(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    clash(office.workspace, colleague, office.ref("Bob Marsh"), {"name": "a"}, {"name": "b"})
    async with terminal(NARROW) as t:
        await t.press("4", "enter")
        await t.shows("(w write)")
        before = t.lines[-1].index("R rules")
        await t.press("1")
        await t.shows(" w write ")
        assert t.lines[-1].index("R rules") == before


async def test_a_message_longer_than_its_line_goes_on_in_that_of_the_keys(
    terminal: OpenTerminal, office: Office
) -> None:
    async with terminal(NARROW) as t:
        await t.shows("1 / 4", "n new")
        t.app.screen.say(f"{'word ' * 20}and the next step", "bad")

        await t.shows("✗ word word", "and the next step")
        assert len(t.lines) == 24
        assert "n new" not in t.text
        await t.pilot.resize_terminal(160, 24)
        await t.shows("n new")
        assert t.lines[-2].endswith("and the next step")
        await t.pilot.resize_terminal(80, 24)
        await t.shows_no("n new")
        t.app.screen.say("")

        await t.shows("1 / 4", "n new")
