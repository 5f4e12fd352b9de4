"""A record in the editor that the person likes best, from the terminal."""

from __future__ import annotations

from pathlib import Path

from core.workspace import Workspace
from tests.end_to_end.conftest import Open


def test_what_is_typed_in_the_editor_comes_back_into_the_form(
    library: Workspace, open_terminal: Open, tmp_path: Path
) -> None:
    # given
    terminal = open_terminal(env={"EDITOR": "sed -i s/Berg/Dale/"})
    terminal.wait("Jonas Berg")

    # when
    terminal.press("E")
    terminal.wait("Jonas Dale")
    terminal.press("enter")

    # then
    terminal.wait("updated 1 profile")
    assert library.get(library.resolve("Jonas Dale")).revision == 2


def test_an_editor_that_fails_is_told_and_nothing_is_lost(library: Workspace, open_terminal: Open) -> None:
    terminal = open_terminal(columns=120, env={"EDITOR": "false"})
    terminal.wait("Jonas Berg")
    terminal.press("E")
    terminal.wait("the editor false ended with exit code 1; nothing was saved")
    terminal.press("escape")
    terminal.wait("1 / 30")
