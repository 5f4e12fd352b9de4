"""The one list of records: of a million rows, those on the screen are read and painted.

The cursor is a record; where it stands is found again when the rows are read anew. Every change of state ends in
`_show`, which works out the lines as they should stand; ScreenLines sends what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from core.errors import Invalid
from core.rows import Row
from core.values import Change, Count, Query, RecordId
from core.workspace import PAGE, Workspace
from tui.awaited import Awaited
from tui.off_loop import OffLoop
from tui.widgets.columns import Columns
from tui.widgets.row_changes import LiveRows
from tui.widgets.row_lines import RowLines, empty_line
from tui.widgets.row_window import Opening, RowWindow
from tui.widgets.screen_lines import Line, ScreenLines
from tui.widgets.viewport import Viewport

HEADER = 1  # lines
PATIENCE = 0.1  # seconds until rows that are not read yet show as dots
MARK = "•"
MARKS = 10_000  # rows that one range may mark


class RecordList(Awaited, OffLoop, ScreenLines, can_focus=True):
    """Shows the rows of a query; the cursor stands on a record, and stays on it whatever comes and goes."""

    DEFAULT_CSS = """
    RecordList { width: 1fr; height: 1fr; overflow: hidden hidden; }
    RecordList > .record-list--header { text-style: bold; }
    RecordList > .record-list--cursor { text-style: reverse; }
    RecordList > .record-list--rest { text-style: underline; }
    RecordList > .record-list--gone { text-style: strike; }
    RecordList > .record-list--dim { text-style: dim; }
    RecordList > .record-list--glyph { text-style: bold; }
    """
    prefix = "record-list"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record-list--header",
        "record-list--cursor",  # the cursor's row while the list has the focus
        "record-list--rest",  # and while it has not
        "record-list--gone",  # a deleted row, until the list is read again
        "record-list--dim",  # a row that is not read yet
        "record-list--glyph",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Next row", show=False, id="move.down"),
        Binding("up,k", "move(-1)", "Previous row", show=False, id="move.up"),
        Binding("pagedown,ctrl+f", "page(1)", "Next page", show=False, id="move.page_down"),
        Binding("pageup", "page(-1)", "Previous page", show=False, id="move.page_up"),
        Binding("ctrl+d", "page(0.5)", "Half a page down", show=False, id="move.half_down"),
        Binding("ctrl+u", "page(-0.5)", "Half a page up", show=False, id="move.half_up"),
        Binding("home", "first", "First row", show=False, id="move.first"),
        Binding("end,G", "last", "Last row", show=False, id="move.last"),
        Binding("enter", "choose", "Open", show=False, id="list.open"),
    ]

    @dataclass
    class ListMessage(Message):
        """Of one list; `@on(..., "#id")` finds it by that list's id."""

        record_list: RecordList

        @property
        def control(self) -> RecordList:
            return self.record_list

    @dataclass
    class CursorMoved(ListMessage):
        """The cursor stands elsewhere; `row` is None until it is read, and in an empty list."""

        row: Row | None
        position: tuple[int, Count]

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, type(self)) and message.record_list is self.record_list

    @dataclass
    class RowChosen(ListMessage):
        """Enter, or a second click, on a row."""

        row: Row

    @dataclass
    class NewRows(ListMessage):
        """Records that came into the query since it was read; `reload` shows them."""

        count: int

    @dataclass
    class MarksChanged(ListMessage):
        count: int

    @dataclass
    class Loaded(ListMessage):
        """A query was read for the first time, or anew."""

        count: Count

    @dataclass
    class LoadFailed(ListMessage):
        """Rows could not be read; what was there stays."""

        error: Exception

    def __init__(self, columns: Columns, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._columns = columns
        self.marked: dict[RecordId, Row] = {}
        self._window: RowWindow | None = None
        self._opening: Opening | None = None
        self._live: LiveRows | None = None
        self._reading: int | None = None  # the page that is on its way
        self._jump: object = None  # the jump that was asked for last; a move forgets it
        self._view = Viewport()
        self._cursor_id: RecordId | None = None
        self._noted: tuple[RecordId | None, tuple[int, Count]] | None = None  # said last of the cursor
        self._range_start: int | None = None
        self._fade_timer: Timer | None = None
        self._wait_timer: Timer | None = None
        self._row_lines = RowLines(columns)
        self.follower: Callable[[], None] | None = None  # called as the cursor moves, to be painted in the same frame

    # --- what it shows -----------------------------------------------------------------------------

    def show(self, workspace: Workspace, query: Query, *, cursor: RecordId | None = None) -> None:
        """Reads the query and shows it when it is there; the cursor goes to that record if the query holds it."""
        self._open(Opening(RowWindow(workspace, query), cursor))

    def use_columns(self, columns: Columns) -> None:
        """Shows other columns of the same rows."""
        if columns is not self._columns:
            self._columns = columns
            self._row_lines = RowLines(columns, self.size.width)
            self._show()

    def reload(self) -> None:
        """Reads the query anew: shows what came, forgets what went, keeps the cursor on its record."""
        if self._opening and not self._opening.again:
            self._open(self._opening)
        elif self._window:
            window = RowWindow(self._window.workspace, self._window.query)
            self._open(Opening(window, self._cursor_id, self._view.index, again=True))

    @property
    def cursor_row(self) -> Row | None:
        return self._window.row(self._view.index) if self._window else None

    @property
    def cursor_id(self) -> RecordId | None:
        return self._cursor_id

    @property
    def is_waiting(self) -> bool:
        """Whether the row under the cursor is on its way."""
        return self._is_opening or (self.position[0] > 0 and self.cursor_row is None)

    @property
    def lets_move(self) -> bool:
        return not self._is_opening

    @property
    def _is_opening(self) -> bool:
        """Whether other rows are on their way."""
        return self.is_asking and self._opening is not None and not self._opening.again

    def shows(self, id: RecordId) -> bool:
        """Whether this record stands on the screen now."""
        return self._view.holds(self._window.index_of(id) if self._window else None)

    @property
    def position(self) -> tuple[int, Count]:
        """Where the cursor stands, from 1 on (0 in an empty list), and how many rows there are."""
        if self._window is None or not self._window.length:
            return 0, Count(0)
        return self._view.index + 1, self._window.count

    @property
    def count(self) -> Count:
        return self.position[1]

    # --- marks -------------------------------------------------------------------------------------

    def toggle_mark(self) -> None:
        """Marks the row under the cursor, or takes its mark away."""
        row = self.cursor_row
        if row is None:
            return
        if self.marked.pop(row.id, None) is None:
            self.marked[row.id] = row
        self._range_start = self._view.index
        self._marks_changed()

    def mark_range(self) -> None:
        """Marks every row from the last one marked to the cursor."""
        window, row = self._window, self.cursor_row
        if window is None or row is None:
            return
        start = self._view.index if self._range_start is None else min(self._range_start, window.length - 1)
        first, last = min(start, self._view.index), max(start, self._view.index)
        if last - first >= MARKS:
            self.post_message(self.LoadFailed(self, Invalid(f"a range marks {MARKS:,} rows at most")))
            return
        rows = [window.row(index) for index in range(first, last + 1)]
        if all(rows):
            self._mark([row for row in rows if row])
        else:
            self._read(window, "range", lambda: window.between(first, last), self._mark)

    def clear_marks(self) -> None:
        if self.marked:
            self.marked.clear()
            self._marks_changed()

    def _mark(self, rows: Sequence[Row]) -> None:
        self.marked.update((row.id, row) for row in rows)
        self._marks_changed()

    def _marks_changed(self) -> None:
        self._show()
        self.post_message(self.MarksChanged(self, len(self.marked)))

    # --- changes of others -------------------------------------------------------------------------

    def apply_changes(self, changes: Sequence[Change]) -> None:
        """Shows what these changes did to rows at hand, marked for a moment; moves neither cursor nor scroll."""
        live = self._live
        if live is None:
            return
        new = len(live.new)
        for change in changes:
            live.apply(change, self._view.top, self._view.bottom)
        if len(live.new) != new:
            self.post_message(self.NewRows(self, len(live.new)))
        self._show()
        if self._fade_timer is None:
            self._fade()

    def _fade(self) -> None:
        """Takes the marks of changes that are not new any more away, all in one repaint."""
        left = self._live.fade() if self._live else None
        self._fade_timer = None if left is None else self.set_timer(left, self._fade)
        self._show()

    # --- moving ------------------------------------------------------------------------------------

    def action_move(self, rows: int) -> None:
        self.move_to(self._view.index + rows)

    def action_page(self, pages: float) -> None:
        self.move_to(self._view.index + int(pages * max(1, self._view.height - 1)))

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        if self._window and self._window.exact:
            self.move_to(self._window.length - 1)
        else:
            self._read_jump(lambda window: window.load_end())

    def go_to_percent(self, percent: int) -> None:
        """Goes to the row that has this part of all rows before it."""
        if self._window and self._window.exact:
            self.move_to(self._window.length * percent // 100)
        else:
            self._read_jump(lambda window: window.load_percent(percent))

    def action_choose(self) -> None:
        row = self.cursor_row
        if row is not None:
            self.post_message(self.RowChosen(self, row))

    def move_to(self, index: int) -> None:
        """Puts the cursor on the row of this index, or on the nearest there is."""
        self._jump = None
        if self._window and self._window.length and self._view.go(index, self._window.length):
            self._follow_cursor()
            self._note_cursor()
            self._read_ahead()

    def on_click(self, event: events.Click) -> None:
        index = self._view.top + event.y - HEADER
        if event.y >= HEADER and self._window and index < self._window.length:
            if index == self._view.index and event.chain > 1:
                self.action_choose()
            self.move_to(index)

    def on_mouse_scroll_down(self) -> None:
        self.action_move(3)

    def on_mouse_scroll_up(self) -> None:
        self.action_move(-3)

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._show()

    def on_resize(self) -> None:
        self._view.height = max(0, self.size.height - HEADER)
        self._row_lines = RowLines(self._columns, self.size.width)
        self.forget_lines()
        self._follow_cursor()
        self._read_ahead()

    def _note_cursor(self) -> None:
        """Says where the cursor stands, when that is news."""
        row = self.cursor_row
        self._cursor_id = row.id if row else None
        if (self._cursor_id, self.position) != self._noted:
            self._noted = (self._cursor_id, self.position)
            self.post_message(self.CursorMoved(self, row, self.position))
            if self.follower is not None:
                self.follower()

    def _follow_cursor(self) -> None:
        """Brings the cursor into view: at once, or when its row is read, which seldom takes as long as PATIENCE."""
        length = self._window.length if self._window else 0
        waits = length > 0 and self.cursor_row is None
        self._view.follow(length, lambda shift: not waits and self.scroll_lines(HEADER, shift))
        if not waits:
            self._show()
        elif self._wait_timer is None:
            self._wait_timer = self.set_timer(PATIENCE, self._show)

    # --- reading, off the loop -----------------------------------------------------------------------

    def _open(self, opening: Opening) -> None:
        self._opening, window = opening, opening.window
        self._read(window, "open", lambda: window.open(opening.cursor, opening.near), self._take_opened)

    def _take_opened(self, index: int) -> None:
        opening, view = self._opening, self._view
        if opening is None:
            return
        if opening.again and (self._cursor_id, view.index) != (opening.cursor, opening.near):
            self.reload()  # the cursor moved on meanwhile
            return
        window = opening.window
        line = view.line if opening.again else min(index, view.height // 3)
        if self._window is None or self._window.query.entity != window.query.entity:
            self.clear_marks()
        self._window, self._opening, self._live = window, None, LiveRows(window)
        self._reading = self._range_start = self._noted = None
        self.post_message(self.Loaded(self, window.count))
        self._arrive(index, line)

    def _read_ahead(self) -> None:
        """Asks for a page that is in view or will soon be; one that is on its way is not asked for again."""
        window, view = self._window, self._view
        if window is None or not view.height:
            return
        index = window.wanted(view.top, view.bottom, view.direction)
        if index is not None and index // PAGE != self._reading:
            self._reading = index // PAGE
            self._read(window, "page", lambda: window.load(index), self._take_page)

    def _take_page(self, taken: bool) -> None:
        window, view = self._window, self._view
        if window is None:
            return
        self._reading = None
        place = window.index_of(self._cursor_id) if self._cursor_id else None
        view.place(max(0, min(view.index, window.length - 1)) if place is None else place, view.line)
        self._follow_cursor()
        self._note_cursor()
        if taken:
            self._read_ahead()

    def _read_jump(self, find: Callable[[RowWindow], int]) -> None:
        window = self._window
        if window is not None:
            self._jump = object()
            jump = self._jump
            self._read(window, "jump", lambda: find(window), lambda index: self._take_jump(jump, index))

    def _take_jump(self, jump: object, index: int) -> None:
        if jump is self._jump:
            self.move_to(index)

    def _arrive(self, index: int, line: int) -> None:
        self._view.place(index, line)
        self._follow_cursor()
        self._note_cursor()
        self._read_ahead()

    def _read(self, window: RowWindow, group: str, read: Callable[[], Any], take: Callable[[Any], None]) -> None:
        """Reads off the loop; the answer counts while the window is shown or about to be."""

        def is_current() -> bool:
            return window is self._window or (self._opening is not None and window is self._opening.window)

        self.ask(
            read,
            lambda answer: take(answer) if is_current() else None,
            group=group,
            refuse=lambda error: self._report(error) if is_current() else None,
        )

    def _report(self, error: Exception) -> None:
        self._reading = None
        self._show()
        self.post_message(self.LoadFailed(self, error))

    # --- the lines -----------------------------------------------------------------------------------

    def _show(self) -> None:
        view = self._view
        if self._wait_timer is not None:
            self._wait_timer.stop()
            self._wait_timer = None
        if self.size.height:
            self.show_lines([self._row_lines.header(), *map(self._line, range(view.top, view.bottom + 1))])

    def _line(self, index: int) -> Line:
        window, live = self._window, self._live
        if window is None or live is None or index >= window.length:
            return Line() if window is None or index else empty_line(window.query)
        row = window.row(index)
        at_cursor = "" if index != self._view.index else "cursor" if self.has_focus else "rest"
        if row is None:
            return self._row_lines.row(None, "", at_cursor)
        glyphs = f"{MARK if row.id in self.marked else ' '}{live.glyph(row.id)} "
        return self._row_lines.row(row, glyphs, at_cursor or ("gone" if row.id in live.gone else ""))
