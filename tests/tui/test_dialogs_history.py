"""History, commands, help, copy: the panels that show something."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from core.values import Edit
from core.workspace import Workspace
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal
from tui.actions import ACTIONS
from tui.clipboard import LARGEST, copy_sequence


async def test_history_shows_each_revision_field_by_field_and_takes_one_back(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    ada = office.ref("Ada Lovelace")
    colleague.write([Edit(ada, {"notes": "Likes engines."})])
    office.workspace.write([Edit(ada, {"name": "Ada King"})])
    async with terminal(NARROW, first="Ada King") as t:
        await t.press("down", "h")
        await t.shows("History of Ada King", "rev 3", "- Ada Lovelace", "+ Ada King", "rev 2", "by Ann")
        await t.press("down", "u")
        await t.shows("rev 4", "- Likes engines.")
        await t.press("escape")
        await t.shows("1 Profiles")
    assert office.workspace.get(ada).fields["notes"] == ""


async def test_the_palette_finds_commands_by_name_and_does_them(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("colon")
        await t.shows("type the name of a command")
        await t.type("turn")
        await t.shows_no("Documents, what they say")
        await t.press("enter")
        await t.shows("by name, Z first")
        await t.press("ctrl+p")
        await t.type("link marked")
        await t.shows("(nothing is marked; space marks a record)")
        await t.press("enter")
        await t.shows("Link marked: nothing is marked")


async def test_the_palette_offers_no_screenshot(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("colon")
        await t.type("screenshot")
        await t.shows("no command has this name")


async def test_help_tells_every_action_and_the_filter_line(terminal: OpenTerminal) -> None:
    async with terminal((120, 200)) as t:
        await t.press("question_mark")
        await t.shows("Next row", "kind:", "valid:")
        for action in ACTIONS:
            assert f"{action.name}: {action.sentence}" in t.text


async def test_copying_goes_through_the_terminal(terminal: OpenTerminal, monkeypatch: pytest.MonkeyPatch) -> None:
    async with terminal(NARROW) as t:
        sent: list[str] = []
        monkeypatch.setattr(t.app._driver, "write", sent.append)
        await t.press("down", "y")
        await t.shows("all fields")
        await t.press("enter")
        await t.shows("title copied to the terminal's clipboard (12 bytes)")
        assert f"\x1b]52;c;{base64.b64encode(b'Ada Lovelace').decode()}\x07" in sent


async def test_what_is_too_large_for_a_clipboard_goes_to_a_file(
    terminal: OpenTerminal, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    office.workspace.write([Edit(office.ref("Charter"), {"text": "x" * (LARGEST + 1)})])
    async with terminal(WIDE) as t:
        await t.press("2")
        await t.shows("Charter")
        await t.press("y")
        await t.shows("all fields")
        await t.press("end", "enter")
        await t.shows("too large for a clipboard; written to")
    (written,) = tmp_path.glob("rolodoc-*.txt")
    assert written.read_text() == "x" * (LARGEST + 1)


def test_tmux_and_screen_are_told_to_pass_the_copy_on() -> None:
    plain = copy_sequence("abc", {})
    assert plain == "\x1b]52;c;YWJj\x07"
    assert copy_sequence("abc", {"TMUX": "/tmp/x", "TERM": "screen"}) == "\x1bPtmux;\x1b\x1b]52;c;YWJj\x07\x1b\\"
    in_screen = copy_sequence("a" * 3_000, {"TERM": "screen-256color"})
    assert in_screen is not None
    parts = in_screen.removesuffix("\x1b\\").split("\x1b\\")
    assert all(part.startswith("\x1bP") and len(part) <= 768 for part in parts)
    assert "".join(part.removeprefix("\x1bP") for part in parts) == copy_sequence("a" * 3_000, {})


def test_what_is_larger_than_a_terminal_takes_is_not_sent() -> None:
    assert copy_sequence("a" * LARGEST, {}) is not None
    assert copy_sequence("a" * (LARGEST + 1), {}) is None
