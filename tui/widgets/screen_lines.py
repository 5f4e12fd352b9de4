"""Lines on the screen that know what the terminal shows of them, so that only cells that differ are sent."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets import scroll_region
from tui.widgets.resized import Resized

STRIPS = 1_000  # kept


class Line(NamedTuple):
    """One line; `look` names the component class that styles it, "" is the widget's own style."""

    glyphs: str = ""
    text: str = ""
    look: str = ""


class ScreenLines(Resized, Widget):
    """`show_lines` hands it the lines as they should stand. It draws no border and no padding.

    Subclasses style them by component classes `<prefix>--<look>`, and their glyphs by `<prefix>--glyph`.
    """

    prefix = "screen-lines"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: list[Line | None] = []
        self._unpainted: set[int] = set()  # asked to be painted, and not handed to the terminal yet
        self._strips: dict[Line, Strip] = {}

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Repaints what differs from the lines shown before; there are as many lines as the widget is high."""
        width = self.size.width
        before, self._lines = self._lines, list(lines)
        for y, (old, new) in enumerate(zip_longest(before, lines)):
            if old != new:
                first, last = (0, width) if old is None or new is None else differing_cells(old, new, width)
                self._unpainted.add(y)
                self.refresh(Region(first, y, last - first, 1))

    def forget_lines(self) -> None:
        """After a change of size nothing is known of the screen, except that it is blank at the very start."""
        self._lines = [None if self._lines else Line()] * self.size.height
        self._strips.clear()

    def scroll_lines(self, first: int, shift: int) -> bool:
        """Lets the terminal move the lines from `first` on up by `shift`; False where it may not, then nothing is done.

        What is shown next is compared with the lines where they stand then.
        """
        height = self.size.height
        region = self.region
        moved = Region(region.x, region.y + first, region.width, height - first)
        if len(self._lines) != height or not scroll_region.can_scroll(self, moved):
            return False
        scroll_region.scroll(self, moved, shift)
        known = [None if y in self._unpainted else line for y, line in enumerate(self._lines)]
        for y in range(first, height):
            self._lines[y] = known[y + shift] if first <= y + shift < height else None
        return True

    def render_line(self, y: int) -> Strip:
        line = self._lines[y] if y < len(self._lines) else None
        if line is None:
            return Strip.blank(self.size.width, self.rich_style)
        strip = self._strips.get(line)
        if strip is None:
            if len(self._strips) >= STRIPS:
                self._strips.clear()
            strip = self._strips[line] = self._strip(line)
        return strip

    def render_lines(self, crop: Region) -> list[Strip]:
        background = self.background_colors[1]
        strips = [self.render_line(y) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        if crop.size == self.size:
            if scroll_region.is_painted(self):
                self._unpainted.clear()
            return strips
        return [strip.crop(crop.x, crop.right) for strip in strips]

    def notify_style_update(self) -> None:
        self._strips.clear()
        super().notify_style_update()

    def style_of(self, look: str) -> Style:
        return self.get_component_rich_style(f"{self.prefix}--{look}") if look else self.rich_style

    def _strip(self, line: Line) -> Strip:
        style = self.style_of(line.look)
        if line.look or not line.glyphs.strip():
            segments = [Segment(line.glyphs + line.text, style)]
        else:
            segments = [Segment(line.glyphs, self.style_of("glyph")), Segment(line.text, style)]
        return Strip(segments).adjust_cell_length(self.size.width, style)


def differing_cells(old: Line, new: Line, width: int) -> tuple[int, int]:
    """The cells [first, last) that must be painted to turn one line into the other."""
    if old.look != new.look:
        return 0, width
    glyphs = cell_len(new.glyphs)
    if old.text == new.text and cell_len(old.glyphs) == glyphs:
        return 0, glyphs
    a, b = old.glyphs + old.text, new.glyphs + new.text
    if old.glyphs != new.glyphs or not (_is_narrow(a) and _is_narrow(b) and len(a) == len(b)):
        return 0, width
    differing = [x for x, (one, other) in enumerate(zip(a, b, strict=True)) if one != other]
    return differing[0], differing[-1] + 1


def _is_narrow(text: str) -> bool:
    return text.isascii() or text.replace("…", "").isascii()
