"""History, commands, help, copy: the panels that show something."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from core.values import Ref
from core.workspace import Workspace
from core.write_values import Edit
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal
from tui.actions import ACTIONS
from tui.clipboard import LARGEST, copy_sequence
from tui.describe import IN_LINE, differences
from tui.dialogs.history import REVISIONS


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


@pytest.fixture
def ada(office: Office, colleague: Workspace) -> Ref:
    """Ada Lovelace with three revisions: Ann noted something and gave her an alias, then her name was changed."""
    ada = office.ref("Ada Lovelace")
    colleague.write([Edit(ada, {"notes": "Likes engines.", "aliases": ["A. L.", "Countess"]})])
    office.workspace.write([Edit(ada, {"name": "Ada King", "aliases": ["Countess", "Ada"], "emails": []})])
    return ada


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
async def test_stepping_shows_the_whole_record_as_it_was_and_signs_tell_what_each_revision_changed(
    terminal: OpenTerminal, ada: Ref, size: tuple[int, int]
) -> None:
    async with terminal(size, first="Ada King") as t:
        # given her history, with the slider at the end
        await t.press("down", "h")
        await t.shows("rev 3 of 3 · tester, terminal, ", "●┤")

        # when a step is taken to the revision before
        await t.press("left_square_bracket")

        # then it is Ann's, with what she set, and what did not change stands there without a sign
        await t.shows("rev 2 of 3 · Ann, terminal, ", "against rev 1: - before, + since")
        await t.shows("+Notes          + Likes engines.", "+Aliases        + A. L.", "Name           Ada Lovelace")
        assert "●┤" not in t.text

        # and the first one has nothing before it
        await t.press("left_square_bracket")
        await t.shows("rev 1 of 3", "├●", "as it was made", "+Name           + Ada Lovelace")
        await t.press("left_square_bracket")
        await t.shows("this is the first revision")

        # and back again a field that lost its value has a sign of its own, as has one whose members differ
        await t.press("right_square_bracket", "right_square_bracket")
        await t.shows("-Emails         - ada@example.org", "~Name           - Ada Lovelace", "+ Ada King")
        await t.shows("~Aliases        Countess", "- A. L.", "+ Ada")
        await t.press("right_square_bracket")
        await t.shows("this is the latest revision")


async def test_a_revision_is_compared_with_now_instead_of_with_the_one_before(terminal: OpenTerminal, ada: Ref) -> None:
    async with terminal(NARROW, first="Ada King") as t:
        await t.press("down", "h")
        await t.shows("rev 3 of 3")
        await t.press("left_square_bracket")
        await t.shows("against rev 1")
        await t.press("c")
        await t.shows("against now: - then, + now", "~Name           - Ada Lovelace", "+ Ada King")
        assert "+Notes" not in t.text
        await t.press("c")
        await t.shows("against rev 1", "+Notes")


async def test_blame_names_who_set_each_field_and_leads_to_that_revision(terminal: OpenTerminal, ada: Ref) -> None:
    async with terminal(NARROW, first="Ada King") as t:
        await t.press("down", "h")
        await t.shows("rev 3 of 3")
        await t.press("b")
        await t.shows("who set each field", "Notes")
        await t.stands_on("Name")
        notes = next(y for y, line in enumerate(t.lines) if "Likes engines." in line)
        assert "Ann, terminal, " in t.lines[notes + 1]
        assert "rev 2" in t.lines[notes + 1]
        await t.go_up_to("Notes")
        await t.press("enter")
        await t.shows("rev 2 of 3", "+Notes")
        await t.stands_on("Notes")
        await t.press("escape")
        await t.shows("changes, the latest first")


async def test_a_field_is_restored_after_a_preview_and_one_key_takes_that_back(
    terminal: OpenTerminal, office: Office, ada: Ref
) -> None:
    async with terminal(NARROW, first="Ada King") as t:
        # given the cursor on her name as it was
        await t.press("down", "h")
        await t.shows("rev 3 of 3")
        await t.press("left_square_bracket")
        await t.shows("rev 2 of 3")
        await t.press("home")
        await t.stands_on("Name")

        # when it is to be restored, what that would do is told, and esc does nothing
        await t.press("r")
        await t.shows(
            "Restore Name?", "Name as at rev 2, Ann, terminal", "updated 1 profile", "- Ada King", "+ Ada Lov"
        )
        await t.press("escape")
        await t.shows("rev 2 of 3")
        assert office.workspace.get(ada).revision == 3

        # then enter does it, for this field alone
        await t.press("r")
        await t.shows("do it")
        await t.press("enter")
        await t.shows("rev 4 of 4", "restored to rev 2", "1 record is as before; u undoes that")
        assert office.workspace.get(ada).fields["name"] == "Ada Lovelace"
        assert office.workspace.get(ada).fields["aliases"] == ["Countess", "Ada"]

        # and u takes it back
        await t.press("u")
        await t.shows("rev 5 of 5", "+ Ada King")
    assert office.workspace.get(ada).fields["name"] == "Ada King"


async def test_a_whole_record_is_restored(terminal: OpenTerminal, office: Office, ada: Ref) -> None:
    then = office.workspace.get(ada, revision=2).fields
    async with terminal(WIDE, first="Ada King") as t:
        await t.press("down", "h")
        await t.shows("rev 3 of 3")
        await t.press("down", "R")
        await t.shows("Restore the record?", "as at rev 2", "- Ada King", "do it")
        await t.press("enter")
        await t.shows("rev 4", "restored to rev 2")
    assert office.workspace.get(ada).fields == then


async def test_what_is_so_now_is_not_restored_and_a_field_is_looked_for_first(
    terminal: OpenTerminal, office: Office, ada: Ref
) -> None:
    async with terminal(NARROW, first="Ada King") as t:
        await t.press("down", "h")
        await t.shows("rev 3 of 3")
        await t.press("R")
        await t.shows("Restore: this is how it is now; [ steps to what it was before")
        await t.press("r")
        await t.shows("[ shows the record as it was; put the cursor on a field there")
        await t.press("left_square_bracket")
        await t.shows("rev 2 of 3")
        await t.press("end", "r")
        await t.shows("Restore Created?", "nothing would change: it is like that now")
        await t.press("enter")
        await t.press("escape")
        await t.shows("rev 2 of 3")
    assert office.workspace.get(ada).revision == 3


async def test_a_long_history_is_read_further_back_as_one_goes(terminal: OpenTerminal, office: Office) -> None:
    ada = office.ref("Ada Lovelace")
    for number in range(REVISIONS + 20):
        office.workspace.write([Edit(ada, {"notes": f"note {number}"})])
    async with terminal(NARROW) as t:
        await t.press("down", "h")
        await t.shows(f"rev {REVISIONS + 21} of {REVISIONS + 21}")
        await t.press("end")
        await t.shows("… older")
        await t.press("enter", "end")
        await t.shows("rev 1 created")
        await t.press("enter")
        await t.shows(f"rev 1 of {REVISIONS + 21}", "Name           + Ada Lovelace")


async def test_what_others_change_meanwhile_lengthens_the_history_and_moves_nothing(
    terminal: OpenTerminal, ada: Ref, colleague: Workspace
) -> None:
    async with terminal(NARROW, first="Ada King") as t:
        await t.press("down", "h")
        await t.shows("rev 3 of 3")
        await t.press("left_square_bracket")
        await t.shows("rev 2 of 3", "+Notes")
        colleague.write([Edit(ada, {"notes": "Likes poetry."})])
        await t.shows("rev 2 of 4", "+ Likes engines.")
        await t.press("escape")
        await t.shows("rev 4 updated", "- Likes engines.")
        await t.stands_on("rev 2")
        colleague.write([Edit(ada, {"notes": "Likes both."})])
        await t.shows("rev 5 updated")
        await t.stands_on("rev 2")


async def test_help_tells_the_keys_of_a_history_and_goes_back_to_it(terminal: OpenTerminal, ada: Ref) -> None:
    async with terminal(WIDE, first="Ada King") as t:
        await t.press("down", "h")
        await t.shows("rev 3 of 3")
        await t.press("left_square_bracket")
        await t.shows("rev 2 of 3")
        await t.press("question_mark")
        await t.shows("Bring the field back to this revision", "Who set each field")
        await t.press("escape")
        await t.shows("rev 2 of 3")
        await t.press("left_square_bracket")
        await t.shows("rev 1 of 3")


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


def test_of_a_line_without_end_only_the_beginning_is_told() -> None:
    lines = list(differences("profile", {"notes": "b " * 500_000}, {"notes": "c " * 500_000}))
    assert sum(len(span.text) for one in lines for span in one.spans) < 3 * IN_LINE
