"""What is sent piece by piece adds up to what one repaint of everything shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.workspace import Workspace
from tests.end_to_end.conftest import Open

REST = "rest"  # in a walk: what the key before opens is read before the next key is pressed
NARROW, WIDE = (80, 24), (120, 40)
Walk = tuple[tuple[int, int], list[str], Callable[[str], bool]]
"""Size, keys, and how the screen looks when all of them have had their effect."""

WALKS: dict[str, Walk] = {
    "list beside detail": (
        WIDE,
        [*["down"] * 12, "up", "up"],
        lambda screen: "11 / 30" in screen and screen.count("Person 08") == 2,
    ),
    "list alone": (NARROW, [*["down"] * 25, *["up"] * 12, "home", "pagedown", "end", "up"], lambda s: "29 / 30" in s),
    "trail": (
        WIDE,
        ["down", REST, "enter", REST, "down", REST, "enter", REST, "backspace", REST, "down"],
        lambda screen: "›   Tunnel costs" in screen,
    ),
    "panels": (NARROW, ["?", "down", "q", "x", "n", "h", "q", "y", "q", "down"], lambda screen: "2 / 30" in screen),
    "screens": (
        WIDE,
        ["2", "down", "3", "down", "5", "6", "1", "p", "down", "p", "S"],
        lambda screen: "29 / 30" in screen and screen.count("Mira Holm") == 2,
    ),
}


@pytest.mark.parametrize("walk", WALKS)
def test_after_a_walk_the_screen_is_as_a_repaint_shows_it(library: Workspace, open_terminal: Open, walk: str) -> None:
    # given
    (columns, lines), keys, arrived = WALKS[walk]
    assert library.stats().profiles == 30
    terminal = open_terminal(columns=columns, lines=lines)
    terminal.wait("1 / 30")

    # when
    for key in keys:
        if key == REST:
            terminal.wait_rest()
        else:
            terminal.press(key)
    terminal.wait(arrived)
    piecemeal = terminal.wait_rest()

    # then
    key_line = piecemeal.splitlines()[-1]
    terminal.resize(columns - 1, lines)
    terminal.wait(lambda screen: len(screen.splitlines()[-1]) == len(key_line) - 1)
    terminal.resize(columns, lines)
    terminal.wait(lambda screen: screen == piecemeal)
