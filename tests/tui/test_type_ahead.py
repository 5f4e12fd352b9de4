"""Keys that are typed before what they are for is read: none is lost, and none does something else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.events import Key
from textual.widget import Widget

from core.instants import now
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit
from tests.core.clashing import clash
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal, Terminal
from tests.tui.waiting import until
from tui.type_ahead import TypeAheadApp


class Gate:
    """Holds back what a method of the workspace reads, from the moment that it is closed."""

    def __init__(self) -> None:
        self._open = Event()
        self._open.set()

    def guard(self, read: Any) -> Any:
        def guarded(*arguments: Any, **options: Any) -> Any:
            assert self._open.wait(60)
            return read(*arguments, **options)

        return guarded

    def close(self) -> None:
        self._open.clear()

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def gate(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """A store that answers late: lists, records, conflicts and histories wait at this gate."""
    gate = Gate()
    for name in ("page", "get", "conflict", "changes", "search", "audit"):
        monkeypatch.setattr(office.workspace, name, gate.guard(getattr(office.workspace, name)))
    yield gate
    gate.open()


async def hurry(t: Terminal, *keys: str) -> None:
    """Presses the keys, although what they are for is not there."""
    for key in keys:
        await t.pilot.press(key)


async def test_enter_and_moves_wait_for_a_list(terminal: OpenTerminal, gate: Gate) -> None:
    async with terminal(NARROW) as t:
        gate.close()
        await hurry(t, "2", "down", "enter")
        await t.shows("[2 Documents]")
        assert "Letter" not in t.text

        gate.open()
        await t.shows("Documents › Letter", "Attributes")


async def test_they_wait_for_the_list_in_another_order(terminal: OpenTerminal, gate: Gate) -> None:
    async with terminal(NARROW) as t:
        gate.close()
        await hurry(t, "S", "up", "e")
        await t.shows("by name, Z first")
        assert "Edit" not in t.lines[1]

        gate.open()
        await t.shows("Edit Ada Lovelace")


async def test_what_needs_no_row_is_done_at_once(terminal: OpenTerminal, gate: Gate) -> None:
    async with terminal(NARROW) as t:
        gate.close()
        await hurry(t, "2")
        await t.press("question_mark")
        await t.shows("Help")
        await t.press("escape", "4")
        await t.shows("[4 Conflicts]")
        gate.open()


async def test_a_choice_waits_for_the_conflict(
    terminal: OpenTerminal, office: Office, colleague: Workspace, gate: Gate
) -> None:
    clash(office.workspace, colleague, office.ref("Bob Marsh"), {"name": "a"}, {"name": "b"})
    clash(office.workspace, colleague, office.ref("Acme GmbH"), {"name": "c"}, {"name": "d"})
    async with terminal(NARROW, first="4 Conflicts (2)") as t:
        await t.press("4", "enter")
        await t.shows("Conflict 1 of 2", "1 of 1 field open")
        gate.close()

        # when the next conflict is asked for, and a side of it is chosen before it is there
        await hurry(t, "right_square_bracket", "2")
        gate.open()

        # then the choice is for that one
        await t.shows("Conflict 2 of 2", "0 of 1 field open")
        await t.press("left_square_bracket")
        await t.shows("Conflict 1 of 2", "1 of 1 field open")


async def test_steps_in_a_history_wait_for_it(terminal: OpenTerminal, office: Office, gate: Gate) -> None:
    for name in ("Ada King", "Ada Byron"):
        office.workspace.write([Edit(office.ref("Ada Lovelace"), {"name": name})])
    async with terminal(NARROW, first="Ada Byron") as t:
        gate.close()
        await hurry(t, "down", "h", "left_square_bracket", "left_square_bracket")

        gate.open()
        await t.shows("rev 1 of 3")


async def test_what_is_typed_before_a_form_is_there_goes_into_it(
    terminal: OpenTerminal, office: Office, gate: Gate
) -> None:
    async with terminal(WIDE) as t:
        gate.close()
        await hurry(t, "e", *"2nd", "tab", "right", "f2")
        await t.shows("Profiles › Edit")

        gate.open()
        await t.shows("updated 1 profile")
    record = office.workspace.get(office.ref("Acme GmbH"))
    assert (record.title, record.fields["kind"]) == ("Acme GmbH2nd", "group")


async def test_a_form_of_what_is_gone_closes_and_says_so(terminal: OpenTerminal, office: Office, gate: Gate) -> None:
    async with terminal(NARROW) as t:
        gate.close()
        await hurry(t, "e", *"2nd")
        await t.shows("Profiles › Edit")
        office.workspace.write([Delete(office.ref("Acme GmbH"))])
        office.workspace.purge(now() + 1)

        gate.open()
        await t.shows("there is no profile")
        await t.shows_no("Edit")


async def test_the_program_can_be_left_while_nothing_is_read(terminal: OpenTerminal, gate: Gate) -> None:
    async with terminal(NARROW) as t:
        gate.close()
        await hurry(t, "e", *"2nd")
        await t.shows("Profiles › Edit")
        await t.rests()

        await hurry(t, "ctrl+q")
        gate.open()
        await until(t.pilot, lambda: t.app._exit)


async def test_escape_leaves_what_is_not_there_yet_and_drops_what_was_typed_for_it(
    terminal: OpenTerminal, office: Office, gate: Gate
) -> None:
    async with terminal(NARROW) as t:
        gate.close()
        await hurry(t, "e", *"2nd", "f2")
        await t.shows("Profiles › Edit")

        await t.rests()
        await hurry(t, "escape")
        await t.shows_no("Edit")
        gate.open()
        await t.press("down", "enter")
        await t.shows("Profiles › Ada Lovelace")
    assert office.workspace.get(office.ref("Acme GmbH")).revision == 1


async def test_a_key_waits_for_what_the_one_before_writes(terminal: OpenTerminal, office: Office) -> None:
    names = ("name", "notes", "phones")
    office.workspace.write([Create("rule", {"name": name, "field": name, "prefer": "mine"}) for name in names])
    async with terminal(WIDE) as t:
        await t.press("colon")
        await t.type("standing rules")
        await t.press("enter")
        await t.stands_on("1  name")

        for _ in range(2):
            t.app.post_message(Key("J", "J"))

        await t.shows("1  notes", "2  phones", "3  name")


async def test_what_came_of_a_key_stays_told_when_the_list_comes_after_it(terminal: OpenTerminal, gate: Gate) -> None:
    async with terminal(WIDE) as t:
        gate.close()
        await hurry(t, "8", "v")
        await t.shows("the audit holds:")

        gate.open()

        await t.stands_on("link.created")
        assert "the audit holds:" in t.text


async def test_what_is_wrong_with_a_filter_goes_with_it(terminal: OpenTerminal, office: Office) -> None:
    async with terminal(WIDE) as t:
        await t.press("8", "slash")
        await t.type("since:soon")
        await t.shows('"soon" is not a date')

        await t.press("escape")

        await t.shows_no("is not a date")


class Keyed(Widget, can_focus=True):
    """Keeps the keys that it gets; o takes it a while, and gives the keys to the other one."""

    other: Keyed

    def __init__(self) -> None:
        super().__init__()
        self.keys = ""

    async def on_key(self, event: Key) -> None:
        self.keys += event.key
        if event.key == "o":
            for _ in range(100):
                await asyncio.sleep(0)
            self.other.focus()


class TwoKeyed(TypeAheadApp):
    def compose(self) -> ComposeResult:
        self.first, self.second = Keyed(), Keyed()
        self.first.other, self.second.other = self.second, self.first
        yield from (self.first, self.second)

    @property
    def keys(self) -> str:
        return self.first.keys + self.second.keys


@pytest.mark.parametrize("before", ["a", "aa", "aaa"])
async def test_a_key_waits_for_the_one_before_however_fast_others_came_until_then(before: str) -> None:
    app = TwoKeyed()

    async def press_at_once(keys: str) -> None:
        pressed = len(app.keys) + len(keys)
        for key in keys:
            app.post_message(Key(key, key))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        while app.is_typed_ahead or len(app.keys) < pressed:
            await asyncio.sleep(0)

    async with app.run_test():
        app.set_focus(app.first)
        await press_at_once(before)

        app.set_focus(app.second)
        await press_at_once("ox")

        assert (app.first.keys, app.second.keys) == (f"{before}x", "o")
