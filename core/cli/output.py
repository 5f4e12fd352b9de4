"""What a command answers with: plain aligned lines for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from rich.cells import cell_len, set_cell_size

from core.instants import format_instant
from core.safe_text import safe_text

GAP = "  "
NARROWEST = 20  # cells that a column keeps when the lines are cut to the screen


class Output:
    """Writes to stdout; notes go to stderr, so that a script reads results alone."""

    def __init__(self, json: bool) -> None:
        self.json = json
        self._screen = sys.stdout.isatty()
        self._colour = self._screen and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"

    @property
    def width(self) -> int | None:
        """Cells of a line of the screen; None in a pipe, where nothing is cut."""
        return shutil.get_terminal_size().columns if self._screen else None

    def object(self, value: Any) -> None:
        """One line of JSON, in UTF-8 whatever the locale says."""
        try:
            line = msgspec.json.encode(value)
        except UnicodeEncodeError:  # a path that is not text; json writes its bytes as escapes
            line = json.dumps(msgspec.to_builtins(value)).encode()
        sys.stdout.buffer.write(line + b"\n")

    def line(self, text: str = "", *, bold: bool = False) -> None:
        """One line, made safe."""
        text = safe_text(text)
        sys.stdout.write(f"\x1b[1m{text}\x1b[0m\n" if bold and self._colour else f"{text}\n")

    def lines(self, text: str, indent: str = "") -> None:
        """A text of several lines, each made safe."""
        for line in safe_text(text, keep_lines=True).split("\n"):
            sys.stdout.write(f"{indent}{line}".rstrip() + "\n")

    def note(self, text: str) -> None:
        """A remark beside the result."""
        text = safe_text(text)
        sys.stderr.write(f"{msgspec.json.encode({'note': text}).decode() if self.json else text}\n")

    def flush(self) -> None:
        sys.stdout.flush()

    def table(self, headings: Sequence[str], indent: str = "") -> Table:
        return Table(self, headings, indent)

    def pairs(self, pairs: Iterable[tuple[str, str]], indent: str = "") -> None:
        """Names and values in two columns."""
        shown = list(pairs)
        width = max((cell_len(name) for name, _ in shown), default=0)
        for name, value in shown:
            self.line(f"{indent}{set_cell_size(name, width)}{GAP}{value}")


def format_time(value: int) -> str:
    """When something happened, to the second."""
    return format_instant(value - value % 1_000_000)


class Table:
    """Rows of cells in aligned columns: whole in a pipe, under a heading and cut to fit on a screen."""

    def __init__(self, out: Output, headings: Sequence[str], indent: str) -> None:
        self._out = out
        self._headings = headings
        self._indent = indent
        self._widths = [0] * len(headings)
        self._headed = not out._screen or not any(headings)

    def rows(self, rows: Iterable[Sequence[str]]) -> None:
        """Writes some rows; those of a later call stand in the same columns, or in wider ones."""
        shown = [[safe_text(cell) for cell in row] for row in rows]
        if not shown:
            return
        measured = shown if self._headed else [self._headings, *shown]
        for column, width in enumerate(self._widths):
            self._widths[column] = max(width, *(cell_len(row[column]) for row in measured))
        if self._out._screen:
            self._fit()
        if not self._headed:
            self._headed = True
            self._out.line(self._aligned(self._headings), bold=True)
        for row in shown:
            self._out.line(self._aligned(row))

    def _aligned(self, row: Sequence[str]) -> str:
        cells = (set_cell_size(cell, width) for cell, width in zip(row, self._widths, strict=True) if width)
        return (self._indent + GAP.join(cells)).rstrip()

    def _fit(self) -> None:
        """Takes what is over the width of the screen from the widest column."""
        room = (self._out.width or 0) - len(self._indent) - len(GAP) * (len(self._widths) - 1)
        widest = self._widths.index(max(self._widths))
        over = sum(self._widths) - room
        if over > 0:
            self._widths[widest] = max(NARROWEST, self._widths[widest] - over)
