"""A scrolling view of lines, some of which can be chosen: details, differences, choices and help are shown in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from tui.awaited import Awaited
from tui.safe_text import safe_text
from tui.widgets.painted import Painted, Span, wrap


@dataclass(frozen=True, slots=True)
class Line:
    """One line. With a `key` it can be chosen; with `wraps` its last span may take several lines."""

    spans: tuple[Span, ...] = ()
    key: Any = None
    wraps: bool = False
    mark: str = ""  # a glyph in the margin: + new, ~ changed
    end: tuple[Span, ...] = ()  # at the right edge


def line(*spans: Span | str, key: Any = None, wraps: bool = False, mark: str = "", end: str = "") -> Line:
    """A Line of spans, or of plain text."""
    return Line(
        tuple(Span(span) if isinstance(span, str) else span for span in spans),
        key,
        wraps,
        mark,
        (Span(end, "label"),) if end else (),
    )


@dataclass(slots=True)
class _Row:
    """One row of the screen: a line, or a part of one that wraps."""

    line: int
    spans: tuple[Span, ...]
    end: tuple[Span, ...] = ()
    strips: dict[str, Strip] = field(default_factory=dict)


MARGIN = 2
READABLE = 30  # cells that are left to a line before its end is left out
LEAD = 3  # rows kept above a line that was far away


class LineView(Awaited, Painted, can_focus=True):
    """Shows lines; the cursor stands on one that has a key, and stays on it when the lines are shown anew."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next line", show=False, id="move.down"),
        Binding("up,k", "move(-1)", "Previous line", show=False, id="move.up"),
        Binding("pagedown", "page(1)", "Next page", show=False, id="move.page_down"),
        Binding("pageup", "page(-1)", "Previous page", show=False, id="move.page_up"),
        Binding("home", "end(-1)", "First line", show=False, id="move.first"),
        Binding("end,G", "end(1)", "Last line", show=False, id="move.last"),
        Binding("enter", "choose", "Open", show=False, id="list.open"),
    ]

    @dataclass
    class Moved(Message):
        """The cursor stands on another line."""

        view: LineView
        key: Any

        @property
        def control(self) -> LineView:
            return self.view

    @dataclass
    class Chosen(Message):
        """Enter was pressed, or the mouse clicked, on a line."""

        view: LineView
        key: Any

        @property
        def control(self) -> LineView:
            return self.view

    def __init__(self, lines: Sequence[Line] = (), **options: Any) -> None:
        super().__init__(**options)
        self.is_led = False  # its cursor is moved from a line that is typed into
        self._lines: list[Line] = list(lines)
        self._rows: list[_Row] = []
        self._first_row: dict[int, int] = {}
        self._cursor: int | None = None
        self._top = 0
        self._width = 0

    @property
    def lines(self) -> list[Line]:
        return self._lines

    @property
    def cursor_key(self) -> Any:
        """The key of the line under the cursor; None where no line can be chosen."""
        return None if self._cursor is None else self._lines[self._cursor].key

    @property
    def place(self) -> tuple[Any, int]:
        """Where the reader is: cursor and scroll position, for `show` to go back to."""
        return (self.cursor_key, self._top)

    @property
    def lets_move(self) -> bool:
        return bool(self._lines)

    @property
    def at_top(self) -> bool:
        return self._top == 0

    def show(self, lines: Sequence[Line], *, cursor: Any = None, top: int | None = None) -> None:
        """Shows these lines; the cursor goes to the line with that key, else stays where it was, else to the first."""
        before, had, shown = self._cursor, self.cursor_key, self._lines
        self._lines = list(lines)
        keys = {entry.key: at for at, entry in reversed(list(enumerate(self._lines))) if entry.key is not None}
        wanted = had if cursor is None else cursor
        if wanted in keys:
            self._cursor = keys[wanted]
        elif keys:
            stops = sorted(keys.values())
            near = before if cursor is None and before is not None and had is not None else 0
            self._cursor = next((stop for stop in stops if stop >= near), stops[-1])
        else:
            self._cursor = None
        if top is not None:
            self._top = top
        elif cursor is not None or had is None:
            self._top = 0 if cursor is None else self._top
        self._lay_out(shown)
        self._reveal()
        self._paint()

    def move_to(self, key: Any) -> None:
        """Puts the cursor on the line with this key, if there is one."""
        at = next((at for at, entry in enumerate(self._lines) if entry.key == key and key is not None), None)
        if at is not None:
            self._set_cursor(at)

    def action_move(self, step: int) -> None:
        height = max(1, self.size.height)
        target = self._next_stop(step)
        if target is not None:
            row = self._first_row[target]
            distance = row - (self._top + height - 1) if step > 0 else self._top - row
            if distance < height:
                self._set_cursor(target)
                return
        self._scroll(step)

    def action_page(self, direction: int) -> None:
        height = max(1, self.size.height)
        self._scroll(direction * max(1, height - 1))
        stops = [at for at in self._stops() if self._top <= self._first_row[at] < self._top + height]
        if stops:
            self._set_cursor(stops[-1] if direction > 0 else stops[0])

    def action_end(self, direction: int) -> None:
        stops = self._stops()
        if stops:
            self._set_cursor(stops[-1] if direction > 0 else stops[0])
        self._scroll(direction * len(self._rows))

    def action_choose(self) -> None:
        """Chooses the line under the cursor; where there is none, the key is left to others."""
        if self._cursor is None:
            raise SkipAction
        self.post_message(self.Chosen(self, self.cursor_key))

    # --- inside ------------------------------------------------------------------------------------

    def _stops(self) -> list[int]:
        return [at for at, entry in enumerate(self._lines) if entry.key is not None]

    def _next_stop(self, step: int) -> int | None:
        at = self._cursor
        if at is None:
            return None
        along = range(at + 1, len(self._lines)) if step > 0 else range(at - 1, -1, -1)
        return next((other for other in along if self._lines[other].key is not None), None)

    def _set_cursor(self, at: int) -> None:
        changed = at != self._cursor
        self._cursor = at
        self._reveal()
        self._paint()
        if changed:
            self.post_message(self.Moved(self, self.cursor_key))

    def _scroll(self, rows: int) -> None:
        top = min(max(0, self._top + rows), max(0, len(self._rows) - self.size.height))
        if top != self._top:
            self._top = top
            self._paint()

    def _reveal(self) -> None:
        height = self.size.height
        if not height:
            return
        self._top = min(self._top, max(0, len(self._rows) - height))
        if self._cursor is None:
            return
        row = self._first_row.get(self._cursor, 0)
        if row < self._top:
            first = self._stops()[0] == self._cursor
            self._top = 0 if first and row < height else row
        elif row >= self._top + 2 * height:
            self._top = row - min(LEAD, height - 1)
        elif row >= self._top + height:
            self._top = row - height + 1

    def _lay_out(self, before: Sequence[Line] = ()) -> None:
        """Makes rows of the lines; one that stands where it stood `before` keeps its rows, painted as they are."""
        width = max(1, self.size.width - MARGIN - 1)
        kept: dict[int, list[_Row]] = {}
        if self._width == self.size.width:
            for row in self._rows:
                kept.setdefault(row.line, []).append(row)
        self._width = self.size.width
        self._rows, self._first_row = [], {}
        for at, entry in enumerate(self._lines):
            self._first_row[at] = len(self._rows)
            if at < len(before) and at in kept and before[at] == entry:
                self._rows += kept[at]
                continue
            if not entry.wraps:
                self._rows.append(_Row(at, entry.spans, entry.end))
                continue
            *prefix, last = entry.spans
            indent = sum(cell_len(safe_text(span.text)) for span in prefix)
            parts = wrap(safe_text(last.text, keep_lines=True), max(8, width - indent))
            for number, part in enumerate(parts):
                lead = tuple(prefix) if number == 0 else (Span(" " * indent),) if indent else ()
                self._rows.append(_Row(at, (*lead, Span(part, last.style))))

    def _paint(self) -> None:
        if self.size.height and self.size.width:
            rows = self._rows[self._top : self._top + self.size.height]
            self.paint([self._strip(row) for row in rows])

    def _strip(self, row: _Row) -> Strip:
        at_cursor = row.line == self._cursor and row is self._rows[self._first_row[row.line]]
        state = ("cursor" if self.has_focus or self.is_led else "rest") if at_cursor else ""
        strip = row.strips.get(state)
        if strip is None:
            mark = self._lines[row.line].mark if row is self._rows[self._first_row[row.line]] else ""
            strip = row.strips[state] = self._compose_strip(row, state, mark)
        return strip

    def _compose_strip(self, row: _Row, state: str, mark: str) -> Strip:
        width = self.size.width
        glyph = ("›" if state == "cursor" else "·" if state else " ") + (mark or " ")
        under = state if state else ""
        margin = Span(glyph, "accent" if mark else "")
        tail = sum(cell_len(span.text) for span in row.end)
        room = width - tail - 2
        if not tail or room < READABLE:
            return self.strip_of((margin, *row.spans), width, under=under)
        left = self.strip_of((margin, *row.spans), room, under=under)
        right = self.strip_of((Span(" "), *row.end, Span(" ")), width - room, under=under)
        return Strip.join([left, right]).simplify()

    def on_resize(self, event: events.Resize) -> None:
        if event.size.width != self._width:
            self._lay_out()
        self._reveal()
        self._paint()

    def on_focus(self) -> None:
        self._paint()

    def on_blur(self) -> None:
        self._paint()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        for row in self._rows:
            row.strips.clear()
        self._paint()
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        row = self._top + event.y
        if row < len(self._rows):
            at = self._rows[row].line
            if self._lines[at].key is not None:
                again = at == self._cursor and self.has_focus
                self._set_cursor(at)
                if again or event.chain > 1:
                    self.action_choose()

    def on_mouse_scroll_down(self) -> None:
        self._scroll(3)

    def on_mouse_scroll_up(self) -> None:
        self._scroll(-3)
