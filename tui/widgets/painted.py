"""A widget that keeps its lines as strips and repaints only the part of a line that differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.safe_text import safe_text
from tui.themes import text_styles
from tui.widgets.resized import Resized

NEAR: Final = 12  # cells between two runs; to begin anew costs about as many bytes


class Span(NamedTuple):
    """A piece of text in one style: one of tui.themes.text_styles, or ""."""

    text: str
    style: str = ""


class Painted(Resized, Widget):
    """`paint` hands it the lines to show; what stays the same is not sent again. It has no border and no padding."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._strips: list[Strip] = []
        self._blank = Strip([], 0)
        self._own_style: Style | None = None
        self._styles: dict[str, Style] = {}

    def paint(self, strips: Sequence[Strip]) -> None:
        """Shows these lines from the top of the widget on."""
        old, self._strips = self._strips, list(strips)
        width = self.size.width
        for y in range(max(len(old), len(self._strips))):
            before = old[y] if y < len(old) else Strip.blank(width)
            after = self._strips[y] if y < len(self._strips) else Strip.blank(width)
            if before is not after:
                for first, last in differing_runs(before, after):
                    self.refresh(Region(first, y, last - first, 1))

    def render_line(self, y: int) -> Strip:
        if y < len(self._strips):
            return self._strips[y].adjust_cell_length(self.size.width, self.style_of(""))
        if self._blank.cell_length != self.size.width:
            self._blank = Strip.blank(self.size.width, self.style_of(""))
        return self._blank

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines as they are: for each frame Textual asks every visible widget for all of its lines."""
        background = self.background_colors[1]
        strips = [self.render_line(y) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return strips if crop.size == self.size else [strip.crop(crop.x, crop.right) for strip in strips]

    def style_of(self, name: str) -> Style:
        own = self._own_style
        if own is None:
            own = self._own_style = self.rich_style
            self._styles = {}
        if not name:
            return own
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = own + text_styles(self.app.theme, self.app.no_color)[name]
        return style

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._own_style = None
        self._blank = Strip([], 0)

    def strip_of(self, spans: Iterable[Span], width: int, *, under: str = "") -> Strip:
        """The spans as one line of exactly `width` cells, cut with an ellipsis; `under` is laid over every style."""
        segments: list[Segment] = []
        room = width
        base = self.style_of("")
        over = self.style_of(under) if under else None
        for text, name in spans:
            if room <= 0:
                break
            text = fit(safe_text(text), room)
            style = over or (self.style_of(name) if name else base)
            if segments and segments[-1].style == style:
                segments[-1] = Segment(segments[-1].text + text, style)
            else:
                segments.append(Segment(text, style))
            room -= cell_len(text)
        if room > 0:
            style = over or base
            if segments and segments[-1].style == style:
                segments[-1] = Segment(segments[-1].text + " " * room, style)
            else:
                segments.append(Segment(" " * room, style))
        return Strip(segments, width)


def fit(text: str, width: int) -> str:
    """The text, cut to `width` cells with an ellipsis where it is longer."""
    if cell_len(text) <= width:
        return text
    if width <= 1:
        return "…"[:width]
    return chop_cells(text, width - 1)[0] + "…"


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` cells, broken between words where that is possible."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            candidate = f"{line} {word}" if line else word
            if cell_len(candidate) <= width:
                line = candidate
                continue
            if line:
                lines.append(line)
            *full, line = chop_cells(word, max(1, width)) or [""]
            lines.extend(full)
        lines.append(line)
    return lines


def differing_runs(before: Strip, after: Strip) -> list[tuple[int, int]]:
    """The columns [first, last) of each run in which two lines differ; runs near each other are one."""
    a, b = _cells(before), _cells(after)
    if a == b:
        return []
    length = max(len(a), len(b))
    blank = [(" ", None)] * length
    a, b = (a + blank)[:length], (b + blank)[:length]
    runs: list[tuple[int, int]] = []
    for x in [x for x, (one, other) in enumerate(zip(a, b, strict=True)) if one != other]:
        first, last = x, x + 1
        # A wide character is painted whole.
        while first and not (a[first][0] and b[first][0]):
            first -= 1
        while last < length and not (a[last][0] and b[last][0]):
            last += 1
        if runs and first - runs[-1][1] < NEAR:
            first = runs.pop()[0]
        runs.append((first, last))
    return runs


def _cells(strip: Strip) -> list[tuple[str, Style | None]]:
    """The character of each cell; "" in the second half of a wide one."""
    cells: list[tuple[str, Style | None]] = []
    for text, style, _ in strip:
        if text.isascii():
            cells.extend([(character, style) for character in text])
            continue
        for character in text:
            size = cell_len(character)
            if size:
                cells.extend([(character, style), ("", style)][:size])
            elif cells:
                cells[-1] = (cells[-1][0] + character, cells[-1][1])
    return cells
