"""The screens with a list of records: Profiles, Documents, Links."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from time import monotonic
from typing import ClassVar

import msgspec
from textual import on
from textual.timer import Timer

from core.fields import Entity
from core.values import Change, Query, RecordId, Ref, Sort
from tui.actions import Context
from tui.filtering import FilterReading, read_filter
from tui.screens.filtered import Filtered
from tui.session import ListState
from tui.widgets.columns import (
    DOCUMENT_COLUMNS,
    DOCUMENT_LINK_COLUMNS,
    LINK_COLUMNS,
    PROFILE_COLUMNS,
    PROFILE_LINK_COLUMNS,
    Columns,
)
from tui.widgets.record_list import RecordList

REST = 0.25  # seconds after which a running cursor counts as resting: what it passes is not read
ORDERS: dict[Sort, tuple[str, str]] = {
    "name": ("by name", "by name, Z first"),
    "updated": ("latest change first", "oldest change first"),
    "created": ("newest first", "oldest first"),
}


class RecordScreen(Filtered):
    """One list over the records of an entity."""

    columns: ClassVar[Columns]
    entity: ClassVar[Entity]

    def __init__(self) -> None:
        super().__init__()
        self.base = Query(entity=self.entity)
        self._rest: Timer | None = None
        self._last_move = 0.0

    def make_list(self) -> RecordList:
        records = RecordList(self.columns, id="list")
        records.follower = self.show_list_position
        return records

    @property
    def records(self) -> RecordList:
        return self.query_one(RecordList)

    def on_mount(self) -> None:
        state = self.app.session.lists.get(self.name_, ListState())
        self.filter_text = state.filter
        self.base = msgspec.structs.replace(self.base, sort=state.sort, descending=state.descending)
        self.read_list(cursor=bytes.fromhex(state.cursor) if state.cursor else None)

    def state(self) -> ListState:
        cursor = self.records.cursor_id
        sort = self.base.sort if self.base.sort in ORDERS else "name"
        return ListState(self.filter_text, sort, self.base.descending, cursor.hex() if cursor else "")

    def context(self) -> Context:
        return msgspec.structs.replace(
            super().context(),
            marked=len(self.records.marked) if not self.trail else 0,
            trash=self.base.trash and not self.trail,
            filtered=bool(self.filter_text),
        )

    def list_ref(self) -> Ref | None:
        id = self.records.cursor_id
        return Ref(self.entity, id) if id is not None else None

    def chosen(self) -> list[Ref]:
        marked = self.records.marked
        return [Ref(self.entity, id) for id in marked] if marked and not self.trail else super().chosen()

    def list_state(self) -> str:
        parts = [f"{len(self.records.marked):,} marked"] if self.records.marked else []
        parts += ["trash"] if self.base.trash else []
        parts += [f"/ {self.filter_text}"] if self.filter_text else []
        if self.base.sort in ORDERS and self.entity != "link":
            parts.append(ORDERS[self.base.sort][self.base.descending])
        elif self.base.descending:
            parts.append("turned round")
        return "   ".join(parts)

    def apply_changes(self, changes: Sequence[Change]) -> bool:
        self.records.apply_changes(changes)
        touched = any(self.records.shows(change.ref.id) for change in changes)
        return self.detail.apply_changes(changes) or touched

    def read_again(self) -> None:
        self.records.reload()
        super().read_again()

    def _titles(self) -> dict[Ref, str]:
        row = self.records.cursor_row
        named = {Ref(self.entity, row.id): row.label} if row is not None else {}
        return named | super()._titles()

    def concerns(self, change: Change) -> bool:
        return self.records.shows(change.ref.id) or super().concerns(change)

    # --- the list -----------------------------------------------------------------------------------

    def read_filtered(self) -> None:
        self.read_list()

    def read_list(self, *, cursor: RecordId | None = None) -> None:
        """Reads the list by the filter and order of now; the cursor goes to that record if it is there."""
        self.is_reading = True
        text, base = self.filter_text, self.base
        if text.strip():
            self.ask(
                lambda: read_filter(self.app.workspace, base, text),
                lambda reading: self._take_filter(reading, cursor),
                group="filter",
                refuse=self.refuse_filter,
            )
        else:
            self.forget("filter")
            self._show(base, cursor)

    def _take_filter(self, reading: FilterReading, cursor: RecordId | None) -> None:
        self.tell(reading.note)
        self._show(reading.query, cursor)

    def _show(self, query: Query, cursor: RecordId | None) -> None:
        self.records.use_columns(self.columns_for(query))
        self.records.show(self.app.workspace, query, cursor=cursor)

    def columns_for(self, query: Query) -> Columns:
        """A list does not repeat in each row what the filter says of all."""
        if query.profile is not None:
            return PROFILE_LINK_COLUMNS
        return DOCUMENT_LINK_COLUMNS if query.document is not None else self.columns

    @on(RecordList.Loaded)
    def _list_loaded(self) -> None:
        self.show_list_position()
        self._cursor_rests()
        self.list_read()

    @on(RecordList.LoadFailed)
    def _list_failed(self, message: RecordList.LoadFailed) -> None:
        self.is_reading = False
        self.say(str(message.error), "bad")

    @on(RecordList.NewRows)
    def _rows_came(self, message: RecordList.NewRows) -> None:
        self.say(f"{message.count:,} new, {self.app.key_named('refresh')} shows them", "news")

    @on(RecordList.MarksChanged)
    def _marks_changed(self) -> None:
        self.refresh_header()

    @on(RecordList.RowChosen)
    async def _row_chosen(self) -> None:
        await self.open_row()

    @on(RecordList.CursorMoved)
    def _cursor_moved(self) -> None:
        now = monotonic()
        running = now - self._last_move < REST
        self._last_move = now
        if self._rest is not None:
            self._rest.reset()
        elif running:
            self._rest = self.set_timer(REST, self._cursor_rests)
        else:
            self._cursor_rests()

    def _cursor_rests(self) -> None:
        self._rest = None
        if not self.trail and self.panel is None and not self.is_single:
            self.show_detail_of_cursor()
        self.refresh_keys()

    def show_list_position(self) -> None:
        at, count = self.records.position
        self.show_position(f"{at:,} / {count}" if at else ("nothing found" if self.filter_text else "empty"))

    # --- actions on the list ------------------------------------------------------------------------

    def do_open(self) -> Awaitable[None] | None:
        return super().do_open() if self.focused is self.detail else self.open_row()

    async def open_row(self) -> None:
        """Goes to the detail of the row under the cursor."""
        row = self.records.cursor_row
        if row is not None:
            self.enter(Ref(self.entity, row.id), row.label)

    def do_clear(self) -> None:
        if self.panel is not None or self.trail:
            super().do_clear()
        elif self.records.marked:
            self.records.clear_marks()
        elif self.filter_text or not self.base.trash:
            self.clear_filter()
        else:
            self.do_trash()

    def do_sort(self) -> None:
        orders = list(ORDERS)
        at = orders.index(self.base.sort) if self.base.sort in ORDERS else -1
        self._order(msgspec.structs.replace(self.base, sort=orders[(at + 1) % len(orders)], descending=False))

    def do_sort_turn(self) -> None:
        self._order(msgspec.structs.replace(self.base, descending=not self.base.descending))

    def _order(self, base: Query) -> None:
        self.base = base
        self.read_list(cursor=self.records.cursor_id)
        self.refresh_header()

    def do_trash(self) -> None:
        self.show_trash(not self.base.trash)

    def show_filtered(self, text: str) -> None:
        """Shows the list by this filter."""
        self.trail.clear()
        self.place_parts()
        self.base = Query(entity=self.entity)
        self.filter_text = text
        self.read_list()
        self.refresh_header()

    def show_trash(self, trash: bool) -> None:
        """Shows what was deleted, or what was not."""
        self.trail.clear()
        self.place_parts()
        self.base = Query(entity=self.entity, trash=trash, sort="deleted" if trash else "name")
        self.filter_text = ""
        self.records.clear_marks()
        self.read_list()
        self.refresh_header()

    def do_refresh(self) -> None:
        self.records.reload()
        self.detail.reload()

    def do_mark(self) -> None:
        self.records.toggle_mark()

    def do_mark_range(self) -> None:
        self.records.mark_range()

    def after_write(self) -> None:
        self.records.clear_marks()
        self.records.reload()

    def show_new(self, ref: Ref) -> None:
        if ref.entity == self.entity:
            self.read_list(cursor=ref.id)


class ProfilesScreen(RecordScreen):
    name_ = "profiles"
    title_ = "Profiles"
    entity = "profile"
    columns = PROFILE_COLUMNS


class DocumentsScreen(RecordScreen):
    name_ = "documents"
    title_ = "Documents"
    entity = "document"
    columns = DOCUMENT_COLUMNS


class LinksScreen(RecordScreen):
    name_ = "links"
    title_ = "Links"
    entity = "link"
    columns = LINK_COLUMNS
