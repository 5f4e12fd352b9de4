"""The program as a whole: sessions, settings, thin mode, themes, small terminals, hostile text."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.write_values import Create, Edit
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal
from tests.tui.waiting import until
from tui.app import RolodocApp

HOSTILE = [
    "\x1b]52;c;aGFjaw==\x07\x1b[2J",
    "[@click=app.leave]click[/]",
    "[/red] [bold",
    "\u202eevil\u2066 \u200bhidden\ufeff",
    "a\x00b\x7f\x9b31m",
    "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301x",
    "$(reboot) `id` {0} %s",
]
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


async def test_the_next_start_is_where_the_last_one_ended(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("2")
        await t.shows("1 / 3")
        await t.press("slash")
        await t.type("type:author")
        await t.shows("type:author")
        await t.press("down", "down", "S")
        await t.shows("Z first", "Letter")
        cursor = t.app.work_screen.list_ref()
        await t.press("q")
        await until(t.pilot, lambda: t.app._exit)
    async with terminal(NARROW, first="[2 Documents]") as t:
        await t.shows("/ type:author", "by name, Z first")
        await until(t.pilot, lambda: t.app.work_screen.list_ref() == cursor)


async def test_a_screen_is_shown_as_it_was_left(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("down", "enter")
        await t.shows("author of  2")
        await t.press("2")
        await t.shows("Letter")
        await t.press("1")
        await t.shows("Profiles › Ada Lovelace", "author of  2")


async def test_the_mouse_can_do_what_enter_and_the_numbers_do(terminal: OpenTerminal) -> None:
    async with terminal(WIDE) as t:
        await t.pilot.click("#list", offset=(5, 2), times=2)
        await t.shows("Profiles › Ada Lovelace", "author of  2")
        below_header = next(y for y, line in enumerate(t.lines) if "Charter" in line) - 2
        await t.pilot.click("#detail", offset=(6, below_header))
        await t.stands_on("Charter")
        await t.pilot.click("#detail", offset=(6, below_header))
        await t.shows("› Ada Lovelace › Charter")
        await t.pilot.click("#tabs", offset=(t.lines[0].index("Documents"), 0))
        await t.shows("[2 Documents]", "Letter")


async def test_the_keys_that_stop_other_programs(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("ctrl+c")
        await t.shows("q goes back and leaves, ctrl+q leaves at once")
        await t.press("ctrl+q")
        await until(t.pilot, lambda: t.app._exit)
        assert t.app.return_code == 0


async def test_thin_mode_is_automatic_over_ssh(terminal: OpenTerminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    async with terminal() as t:
        assert (t.app.thin, t.app.theme, t.app.animation_level) == (True, "ansi", "none")
    async with terminal(thin=False) as t:
        assert (t.app.thin, t.app.theme) == (False, "terminal")
    monkeypatch.delenv("SSH_CONNECTION")
    async with terminal(thin=True) as t:
        assert t.app.thin


@pytest.mark.parametrize("theme", ["terminal", "dark", "light", "ansi"])
async def test_the_cursor_is_told_in_every_theme_without_colours_too(
    terminal: OpenTerminal, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with terminal(NARROW, theme=theme) as t:
        await t.press("down", "enter")
        await t.stands_on("Report")
        strip = next(s for s in t.app.screen._compositor.render_strips() if "›   Report" in s.text)
        assert any(segment.style.reverse for segment in strip if segment.style and "Report" in segment.text)


async def test_themes_turn_from_the_palette(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        for theme in ("dark", "light", "ansi", "terminal"):
            await t.press("colon")
            await t.type("theme")
            await t.press("enter")
            await t.shows(f"theme: {theme}")


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (39, 24), (80, 9)])
async def test_a_terminal_that_is_too_small_says_so_and_works_again_when_it_grows(
    terminal: OpenTerminal, size: tuple[int, int]
) -> None:
    async with terminal(NARROW) as t:
        await t.pilot.resize_terminal(*size)
        await t.shows("too small: needs at least 40x10"[: size[0] - 1])
        await t.press("down", "enter")
        await t.pilot.resize_terminal(*WIDE)
        await t.shows("Acme GmbH", "1 / 4")
        await t.press("down", "enter")
        await t.shows("Profiles › Ada Lovelace", "author of  2")


async def test_the_program_starts_in_a_terminal_of_20x5(terminal: OpenTerminal) -> None:
    async with terminal((20, 5), first="too small: needs") as t:
        await t.pilot.resize_terminal(*NARROW)
        await t.shows("Ada Lovelace", "1 / 4")


async def test_a_trail_survives_a_change_of_size(terminal: OpenTerminal) -> None:
    async with terminal(WIDE) as t:
        await t.press("down", "enter")
        await t.stands_on("Report")
        await t.press("enter")
        await t.shows("› Report", "Anvils sold well.")
        await t.pilot.resize_terminal(*NARROW)
        await t.shows("› Report", "Anvils sold well.")
        await t.press("backspace")
        await t.stands_on("Report")


async def test_every_screen_at_the_smallest_size(terminal: OpenTerminal) -> None:
    async with terminal((40, 10)) as t:
        for key, shown in [
            ("2", "Charter"),
            ("3", "Bob Marsh"),
            ("4", "No conflict is open"),
            ("5", "tester       linked"),
            ("6", "Links by type"),
            ("7", "no drafts"),
        ]:
            await t.press(key)
            await t.shows(shown)


async def test_keys_and_theme_come_from_the_settings_file(terminal: OpenTerminal, tmp_path: Path) -> None:
    folder = tmp_path / "config" / "rolodoc"
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text('theme = "light"\n[keys]\nedit = "f6"\n"move.down" = "d"\n')
    async with terminal(NARROW) as t:
        assert t.app.theme == "light"
        await t.shows("f6 edit")
        await t.press("d")
        await t.shows("2 / 4")
        await t.press("f6")
        await t.shows("Edit Ada Lovelace")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("theme = ", "settings.toml is left aside"),
        ('colour = "red"', "unknown field `colour`"),
        ('[keys]\nfly = "f"', "there is no action fly"),
    ],
)
async def test_settings_that_do_not_fit_are_told_and_left_aside(
    terminal: OpenTerminal, tmp_path: Path, content: str, says: str
) -> None:
    folder = tmp_path / "config" / "rolodoc"
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text(content)
    async with terminal((200, 24)) as t:
        await t.shows(says)


async def test_text_from_data_reaches_no_screen_raw_nor_as_markup(terminal: OpenTerminal, office: Office) -> None:
    for number, text in enumerate(HOSTILE):
        line = text.replace("\x00", "")
        fields = {"name": f"0{number} {line}", "kind": "person", "notes": line, "attributes": {line or "x": line}}
        (person,) = office.workspace.write([Create("profile", fields)]).refs
        document = {"title": f"0{number} {line}", "category": line, "tags": [line], "text": line}
        (paper,) = office.workspace.write([Create("document", document)]).refs
        ends = {"document": paper.id, "profile": person.id, "type": "author"}
        office.workspace.write([Create("link", {**ends, "note": line, "category": line, "collection": line})])
        office.workspace.write([Edit(person, {"notes": f"{line}\n{line}"})])
    async with terminal(WIDE, first="00 ") as t:
        for screen in "123456":
            await t.press(screen)
            await t.shows("[" + screen)
            for _ in HOSTILE:
                await t.press("down")
                await t.press("enter", "enter", "backspace", "backspace")
                assert not RAW.search(t.text), (screen, t.text)
        await t.press("1", "home")
        for key in ("e", "h", "l", "x", "y", "colon"):
            await t.press(key)
            await until(t.pilot, lambda: t.app.work_screen.panel is not None)
            assert not RAW.search(t.text), (key, t.text)
            await t.press("escape")


def test_the_driver_that_the_environment_names_is_not_loaded(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textual.constants.DRIVER", "antigravity:Driver")
    from textual.drivers.linux_driver import LinuxDriver

    assert RolodocApp(office.workspace).driver_class is LinuxDriver


def test_the_first_screen_needs_no_dialog_and_no_database_library() -> None:
    heavy = ["tui.dialogs.panel", "textual.widgets._text_area", "textual.widgets._data_table", "tomllib"]
    heavy += ["sqlmodel", "sqlalchemy", "alembic", "typer", "pydantic", "vobject"]
    code = f"import sys, tui.app, tui.screens.records; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
