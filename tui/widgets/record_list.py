"""The one list of records: of a million rows, those on the screen are read and painted.

The cursor is a record; where it stands is found again when the rows are read anew. Every change of state ends in
`_show`, which works out the lines as they should stand; ScreenLines sends what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer

from core.errors import Invalid
from core.values import Change, Count, Query, RecordId, Row
from core.workspace import PAGE, Workspace
from tui.widgets.columns import Columns
from tui.widgets.row_changes import LiveRows
from tui.widgets.row_lines import RowLines, empty_line
from tui.widgets.row_window import RowWindow
from tui.widgets.screen_lines import Line, ScreenLines

MARK = "•"
MARKS = 10_000  # rows that one range may mark


class Opening(NamedTuple):
    """A query that is being read, and where the cursor shall stand in it."""

    window: RowWindow
    cursor: RecordId | None = None
    near: int = 0  # the index, where the query does not hold that record
    again: bool = False  # the same query as before


class RecordList(ScreenLines, can_focus=True):
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

    @dataclass
    class _Answered(ListMessage, bubble=False):
        """A read came back: `take` takes its answer in, unless the window was left meanwhile."""

        window: RowWindow
        take: Callable[[Any], None]
        answer: Any

    def __init__(self, columns: Columns, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._columns = columns
        self.marked: dict[RecordId, Row] = {}
        self._window: RowWindow | None = None
        self._opening: Opening | None = None
        self._live: LiveRows | None = None
        self._reading: int | None = None  # the page that is on its way
        self._jump: object = None  # the jump that was asked for last; a move forgets it
        self._index = 0
        self._top = 0
        self._direction = 1
        self._cursor_id: RecordId | None = None
        self._noted: tuple[RecordId | None, tuple[int, Count]] | None = None  # said last of the cursor
        self._range_start: int | None = None
        self._fade_timer: Timer | None = None
        self._row_lines = RowLines(columns)

    # --- what it shows -----------------------------------------------------------------------------

    def show(self, workspace: Workspace, query: Query, *, cursor: RecordId | None = None) -> None:
        """Reads the query and shows it when it is there; the cursor goes to that record if the query holds it."""
        self._open(Opening(RowWindow(workspace, query), cursor))

    def use_columns(self, columns: Columns) -> None:
        """Shows other columns of the same rows."""
        if columns is not self._columns:
            self._columns = columns
            self._row_lines = RowLines(columns, self.size.width)
            self.forget_lines()
            self._show()

    def reload(self) -> None:
        """Reads the query anew: shows what came, forgets what went, keeps the cursor on its record."""
        if self._opening and not self._opening.again:
            self._open(self._opening)
        elif self._window:
            window = RowWindow(self._window.workspace, self._window.query)
            self._open(Opening(window, self._cursor_id, self._index, again=True))

    @property
    def cursor_row(self) -> Row | None:
        return self._window.row(self._index) if self._window else None

    @property
    def cursor_id(self) -> RecordId | None:
        return self._cursor_id

    def shows(self, id: RecordId) -> bool:
        """Whether this record stands on the screen now."""
        index = self._window.index_of(id) if self._window else None
        return index is not None and self._top <= index < self._top + self._height

    @property
    def position(self) -> tuple[int, Count]:
        """Where the cursor stands, from 1 on (0 in an empty list), and how many rows there are."""
        if self._window is None or not self._window.length:
            return 0, Count(0)
        return self._index + 1, self._window.count

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
        self._range_start = self._index
        self._marks_changed()

    def mark_range(self) -> None:
        """Marks every row from the last one marked to the cursor."""
        window, row = self._window, self.cursor_row
        if window is None or row is None:
            return
        start = self._index if self._range_start is None else min(self._range_start, window.length - 1)
        first, last = min(start, self._index), max(start, self._index)
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
            live.apply(change, self._top, self._top + self._height - 1)
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
        self.move_to(self._index + rows)

    def action_page(self, pages: float) -> None:
        self.move_to(self._index + int(pages * max(1, self._height - 1)))

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
        window = self._window
        if window is None or not window.length:
            return
        self._jump = None
        self._direction = 1 if index >= self._index else -1
        index = max(0, min(index, window.length - 1))
        if index == self._index:
            return
        self._arrive(index)

    def on_click(self, event: events.Click) -> None:
        index = self._top + event.y - 1
        if event.y and self._window and index < self._window.length:
            if index == self._index and event.chain > 1:
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

    def _follow_cursor(self) -> None:
        """Scrolls until the cursor's row is in view: by one row where the terminal moves the lines, else by several."""
        height = self._height
        below, above = self._index - (self._top + height - 1), self._top - self._index
        if height and max(below, above) > 0:
            shift = below if below > 0 else -above
            if not (abs(shift) < height // 2 and self.scroll_lines(1, shift)):
                shift += height // 3 if shift > 0 else -(height // 3)
            self._top += shift
        self._top = self._fitting(self._top)
        self._show()

    def _fitting(self, top: int) -> int:
        length = self._window.length if self._window else 0
        return max(0, min(top, length - self._height))

    # --- reading, off the loop -----------------------------------------------------------------------

    def _open(self, opening: Opening) -> None:
        self._opening, window = opening, opening.window
        self._read(window, "open", lambda: window.open(opening.cursor, opening.near), self._take_opened)

    def _take_opened(self, index: int) -> None:
        opening = self._opening
        if opening is None:
            return
        if opening.again and (self._cursor_id, self._index) != (opening.cursor, opening.near):
            self.reload()  # the cursor moved on meanwhile
            return
        window, line = opening.window, min(index, self._height // 3)
        if opening.again:
            line = self._index - self._top
        elif self._window is None or self._window.query.entity != window.query.entity:
            self.clear_marks()
        self._window, self._opening, self._live = window, None, LiveRows(window)
        self._reading = self._range_start = self._noted = None
        self._top = self._fitting(index - line)
        self.post_message(self.Loaded(self, window.count))
        self._arrive(index)

    def _read_ahead(self) -> None:
        """Asks for a page that is in view or will soon be; one that is on its way is not asked for again."""
        window = self._window
        if window is None or not self._height:
            return
        index = window.wanted(self._top, self._top + self._height - 1, self._direction)
        if index is not None and index // PAGE != self._reading:
            self._reading = index // PAGE
            self._read(window, "page", lambda: window.load(index), self._take_page)

    def _take_page(self, taken: bool) -> None:
        window = self._window
        if window is None:
            return
        self._reading = None
        place = window.index_of(self._cursor_id) if self._cursor_id else None
        index = max(0, min(self._index, window.length - 1)) if place is None else place
        self._top += index - self._index
        self._index = index
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
            self._arrive(max(0, index))

    def _arrive(self, index: int) -> None:
        self._index = index
        self._follow_cursor()
        self._note_cursor()
        self._read_ahead()

    def _read(self, window: RowWindow, group: str, ask: Callable[[], Any], take: Callable[[Any], None]) -> None:
        """Asks in a thread and takes the answer in here; the latest of a group counts."""

        def run() -> None:
            try:
                answered = self._Answered(self, window, take, ask())
            except Exception as error:
                answered = self._Answered(self, window, self._take_failure, error)
            self.post_message(answered)

        self.run_worker(run, thread=True, exclusive=True, group=group, exit_on_error=False)

    @on(_Answered)
    def _take_answer(self, message: _Answered) -> None:
        if message.window is (self._opening.window if self._opening else None) or message.window is self._window:
            message.take(message.answer)

    def _take_failure(self, error: Exception) -> None:
        self._reading = None
        self.post_message(self.LoadFailed(self, error))

    # --- the lines -----------------------------------------------------------------------------------

    @property
    def _height(self) -> int:
        """Rows in view, below the header."""
        return max(0, self.size.height - 1)

    def _show(self) -> None:
        if self.size.height:
            rows = range(self._top, self._top + self._height)
            self.show_lines([self._row_lines.header(), *map(self._line, rows)])

    def _line(self, index: int) -> Line:
        window, live = self._window, self._live
        if window is None or live is None or index >= window.length:
            return Line() if window is None or index else empty_line(window.query)
        row = window.row(index)
        at_cursor = "" if index != self._index else "cursor" if self.has_focus else "rest"
        if row is None:
            return self._row_lines.row(None, "", at_cursor)
        glyphs = f"{MARK if row.id in self.marked else ' '}{live.glyph(row.id)} "
        return self._row_lines.row(row, glyphs, at_cursor or ("gone" if row.id in live.gone else ""))
