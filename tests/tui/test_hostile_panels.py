"""Hostile text in history, merge, split, duplicates and taking back: shown as text, and in its column."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from core.values import Ref
from core.write_values import Create, Edit
from tests.tui.conftest import NARROW, Office, OpenTerminal, Terminal
from tests.tui.test_app import HOSTILE as ALL
from tests.tui.test_app import RAW

HOSTILE = [text.replace("\x00", "") for text in ALL]  # a field may not hold it


@pytest.fixture
def pair(office: Office) -> tuple[Ref, Ref]:
    """Two profiles with one address, hostile in whatever people can type."""
    text = " ".join(HOSTILE)
    fields = {"emails": ["h@example.org"], "notes": "\n".join(HOSTILE), "attributes": {HOSTILE[0]: HOSTILE[1]}}
    one, other = office.workspace.write(
        [
            Create("profile", {"name": f"0 {HOSTILE[0]} {HOSTILE[3]}", **fields}),
            Create("profile", {"name": f"0 {HOSTILE[2]} {HOSTILE[5]}", "phones": [text[:50]], **fields}),
        ]
    ).refs
    office.ids |= {"one": one.id, "other": other.id}
    office.workspace.write([office.link("Charter", "one", "author"), office.link("Letter", "other", "author")])
    office.workspace.write([Edit(one, {"notes": f"again {text}", "aliases": HOSTILE[:3]})], reason=text[:200])
    return one, other


async def shows_harmless(t: Terminal, *texts: str) -> None:
    await t.shows(*texts)
    assert not RAW.search(t.text)


async def test_every_panel_shows_hostile_text_as_text(terminal: OpenTerminal, pair: tuple[Ref, Ref]) -> None:
    async with terminal(NARROW) as t:
        await t.press("home", "h")
        await shows_harmless(t, "rev 2 of 2")
        await t.press("left_square_bracket")
        await shows_harmless(t, "rev 1 of 2")
        await t.press("R")
        await shows_harmless(t, "Restore the record?", "do it")
        await t.press("escape", "b")
        await shows_harmless(t, "who set each field")
        await t.press("escape", "escape")
        await t.shows_no("History of")

        await t.press("home", "space", "down", "space")
        await t.shows("2 marked")
        await t.press("m")
        await shows_harmless(t, "this one stays", "? 1 open: Notes")
        column = t.lines[2].index("result")
        kind = next(line for line in t.lines if "Kind" in line)
        assert kind[column:] == "person"
        name = next(line for line in t.lines if "= Name" in line)
        assert cell_len(name[: name.rindex("0 ")]) == column
        await t.press("3", "w")
        await t.shows("two profiles are one")
        await t.press("M")
        await shows_harmless(t, "0 of 2 marked")
        await t.press("space", "enter")
        await shows_harmless(t, "to whom go")
        await t.press("enter")
        await t.shows("went; u brings all of it back")

        await t.press("D")
        await shows_harmless(t, "● strong")
        await t.press("escape", "5")
        await t.shows("latest first")
        await t.press("B")
        await shows_harmless(t, "Take back?", "everything that this request did")
