"""Scrolling by the terminal itself and painting the lines anew end in the same screen, in a real terminal."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import pyte
import pytest
from textual.geometry import Region

from core.values import Actor
from core.workspace import open_workspace
from core.write_values import Create
from tests.end_to_end.terminal import Terminal
from tui.widgets.scroll_region import sequence

PROGRAM = Path(__file__).with_name("list_program.py")
NAMES = (
    "Person {}",
    "Müller {}",
    "山田 {}",
    "👨\u200d👩\u200d👧 {}",
    "a long name that goes on {}",
    "evil \x1b[2J\u202e {}",
)
MARGINS = re.compile(rb"\x1b\[3;\d+r")
MOVES = ["down", "up", "j", "k", "pagedown", "pageup", "\x04", "\x15"]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of 700 profiles, more than one screen or page, some with names that are hard to print."""
    names = [NAMES[number % len(NAMES)].format(f"{number:04d}") for number in range(700)]
    path = tmp_path / "store.db"
    workspace = open_workspace(str(path), Actor("tester"))
    workspace.write([Create("profile", {"name": name, "kind": "person"}) for name in names])
    workspace.close()
    return path


class Walker:
    """A person at the list program, who waits until the screen shows what the keys did."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.keys, self.reads, self.covered = 0, 1, False
        terminal.wait(" of 700.")
        self.press("x")  # now all of the start is painted

    def press(self, *keys: str) -> None:
        self.keys += len(keys)
        self.reads += keys.count("g")
        self.covered ^= keys.count("o") % 2 == 1
        self.terminal.type("".join(RAW.get(key, key) for key in keys))
        self.terminal.wait(self.is_done)

    def is_done(self, screen: str) -> bool:
        counted = f"\n{self.keys} keys, {self.reads} reads" in screen
        return counted and "···" not in screen and ("laid over the list" in screen) == self.covered

    def sent_for(self, key: str) -> bytes:
        """What the program sends for a key and for the bar that counts it, with all that may come late."""
        before = len(self.terminal.output)
        self.press(key)
        self.press("x")  # which does nothing
        return bytes(self.terminal.output[before:])

    def cells(self) -> list[list[Any]]:
        """Every cell, with its colours and attributes."""
        screen = self.terminal._screen
        return [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]


RAW = {
    "down": "\x1b[B",
    "up": "\x1b[A",
    "pagedown": "\x1b[6~",
    "pageup": "\x1b[5~",
    "home": "\x1b[H",
    "end": "\x1b[F",
}


@contextmanager
def walking(store: Path, *, region: bool, **env: str) -> Iterator[Walker]:
    env["ROLODOC_SCROLL_REGION"] = "on" if region else "off"
    with Terminal([sys.executable, PROGRAM, str(store)], env=env) as terminal:
        yield Walker(terminal)


def walk(chance: random.Random) -> Iterator[tuple[str, ...]]:
    """Bursts of keys: along the list, over its edges, with marks, changes, reloads and a thing laid over it."""
    for _ in range(90):
        kind = chance.random()
        if kind < 0.08:
            yield (chance.choice("go"),)
        elif kind < 0.12:
            yield (chance.choice(["home", "end"]),)
        elif kind < 0.22:
            yield (chance.choice(["c", " "]),)
        elif kind < 0.6:
            yield tuple([chance.choice(["down", "up"])] * chance.randrange(1, 30))
        else:
            yield tuple(chance.choices([*MOVES, " "], k=chance.randrange(1, 9)))


@pytest.mark.parametrize("region", [True, False])
@pytest.mark.parametrize("seed", [1, 2])
def test_after_a_random_walk_the_screen_is_as_if_painted_anew(store: Path, seed: int, region: bool) -> None:
    with walking(store, region=region) as walker:
        for number, keys in enumerate(walk(random.Random(seed)), 1):
            walker.press(*keys)
            if number % 10 == 0:
                walker.press("x")  # a frame after the last, so that nothing is on its way
                left = walker.cells()
                walker.press("p")
                assert walker.cells()[:-1] == left[:-1]  # the last line counts keys

        scrolls = MARGINS.findall(bytes(walker.terminal.output))
        assert len(scrolls) > 50 if region else not scrolls


def test_after_a_resize_the_screen_is_as_if_painted_anew(store: Path) -> None:
    with walking(store, region=True) as walker:
        walker.press(*["down"] * 30)
        for columns, lines in ((50, 12), (100, 30)):
            walker.terminal.resize(columns, lines)
            walker.terminal.wait(lambda screen, lines=lines: " reads, " in "\n".join(screen.split("\n")[lines - 1 :]))
            walker.press(*["down"] * 30)
            walker.press("x")
            left = walker.cells()
            walker.press("p")
            assert walker.cells()[:-1] == left[:-1]


def test_without_colours_the_cursors_row_stands_out(store: Path) -> None:
    with walking(store, region=True, NO_COLOR="1") as walker:
        walker.press("down")
        walker.press("x")

        reversed_lines = [y for y, line in enumerate(walker.cells()) if all(cell.reverse for cell in line)]
        assert reversed_lines == [3]


def test_both_ways_show_the_same_rows(store: Path) -> None:
    with walking(store, region=True) as moved, walking(store, region=False) as painted:
        for keys in (["down"] * 30, ["end"], ["up"] * 40, ["home"], ["pagedown"] * 3, ["up"] * 66):
            moved.press(*keys)
            painted.press(*keys)

        assert moved.cells() == painted.cells()


@pytest.mark.parametrize("condition", ["a list beside it", "something laid over it"])
def test_the_terminal_does_not_move_lines_that_are_not_the_lists_alone(store: Path, condition: str) -> None:
    with walking(store, region=True) as walker:
        walker.press("s" if condition == "a list beside it" else "o")
        walker.press(*["down"] * 40)

        assert not MARGINS.search(bytes(walker.terminal.output))


@pytest.mark.parametrize("shift", [1, 3, -1, -3])
def test_the_lines_between_the_margins_move_and_no_others(shift: int) -> None:
    screen = pyte.Screen(10, 10)
    pyte.Stream(screen).feed("\r\n".join(f"line {number}" for number in range(10)))

    pyte.Stream(screen).feed(sequence(Region(0, 2, 10, 6), shift))

    inside = [f"line {number}" if 2 <= number < 8 else "" for number in range(2 + shift, 8 + shift)]
    expected = ["line 0", "line 1", *inside, "line 8", "line 9"]
    assert [line.rstrip() for line in screen.display] == expected
    assert screen.margins is None


def test_a_key_sends_few_bytes(store: Path) -> None:
    with walking(store, region=True) as walker:
        counted = len(walker.sent_for("x"))
        moves = [len(walker.sent_for("down")) - counted for _ in range(40)]

        assert 100 < median(moves) < 400


def test_a_change_sends_one_line_and_nothing_where_it_is_not_in_view(store: Path) -> None:
    with walking(store, region=True) as walker:
        counted = len(walker.sent_for("x"))
        sent = walker.sent_for("c")
        assert painted_lines(sent) == {3, BAR}
        assert len(sent) - counted < 400

        assert painted_lines(walker.sent_for("i")) == {BAR}


BAR = 24


def painted_lines(sent: bytes) -> set[int]:
    """The lines of the screen, from 1 on, that something was written to."""
    return {int(line) for line, text in re.findall(rb"\x1b\[(\d+);\d+H([^\n]*)", sent) if b" " in text}
