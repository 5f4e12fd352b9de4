"""The detail of one record: read off the UI thread, changed lines marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from textual.message import Message

from core.errors import RolodocError
from core.values import Change, Record, RecordId, Ref
from core.workspace import Workspace
from tui.details import (
    FIRST_LINKS,
    GROUPINGS,
    MORE_LINKS,
    AtLink,
    AtMore,
    Detail,
    Grouping,
    load_detail,
    load_request,
)
from tui.off_loop import OffLoop
from tui.widgets.line_view import LineView, line
from tui.widgets.painted import Span

Source = Ref | Change
"""A record, or any change of a request."""

GLYPHS = {"created": "+", "restored": "+", "updated": "~", "deleted": "-", "purged": "-"}


class DetailPane(OffLoop, LineView):
    """`read` shows a record; `Read` tells when it is there."""

    @dataclass
    class Read(Message):
        """The record is shown."""

        record: Record

    def __init__(self, workspace: Workspace, **options: Any) -> None:
        super().__init__(**options)
        self.workspace = workspace
        self.source: Source | None = None
        self.record: Record | None = None
        self.may: tuple[str, ...] | None = None  # what the account may do with it; None where nothing binds it
        self.grouping: Grouping = "relationship"
        self._others: frozenset[RecordId] = frozenset()
        self._marks: dict[RecordId, str] = {}
        self._opened: dict[str, int] = {}
        self._goal: tuple[Any, int] | None = None  # cursor and top, for when it is read
        self._to_links = False
        self._goes_further = False  # more of the record is on its way

    @property
    def ref(self) -> Ref | None:
        """The record that is shown."""
        return self.source if isinstance(self.source, Ref) else None

    @property
    def is_waiting(self) -> bool:
        return self._goal is not None or self._goes_further

    @property
    def lets_move(self) -> bool:
        return not self.is_waiting

    def read(self, source: Source | None, *, cursor: Any = None, top: int = 0, to_links: bool = False) -> None:
        """Shows this record, or what the request of this change did; `to_links` takes the cursor to the first link."""
        if source is None:
            self.forget("detail")
            self.source = self.record = None
            self.show([])
        elif source == self.source and self._goal is None:
            if to_links:
                self._go_to_links()
        else:
            self.source, self.record, self.may = source, None, None
            self._marks, self._opened, self._others = {}, {}, frozenset()
            self._goal, self._to_links = (cursor, top), to_links
            self._load(source)

    def reload(self) -> None:
        """Reads it again; the cursor stays."""
        if self.source is not None:
            self._load(self.source)

    def turn_grouping(self) -> Grouping:
        """The next way to group a profile's documents."""
        self.grouping = GROUPINGS[(GROUPINGS.index(self.grouping) + 1) % len(GROUPINGS)]
        self.reload()
        return self.grouping

    def open_further(self, at: AtMore) -> None:
        """Shows more links of a group, or the whole text."""
        self._goes_further = True
        self._opened[at.group] = self._opened.get(at.group, FIRST_LINKS if at.group else MORE_LINKS) + MORE_LINKS
        self.reload()

    def touches(self, change: Change) -> bool:
        """Whether this change is about the record that is shown, one of its links, or one at their far ends."""
        if self.ref is None:
            return False
        return change.ref == self.ref or self.ref.id in change.ends or change.ref.id in self._others

    def apply_changes(self, changes: Sequence[Change]) -> bool:
        """Reads again where a change touches what is shown, and marks it; tells whether one did."""
        touching = [change for change in changes if self.touches(change)]
        for change in touching:
            if change.ref != self.ref:
                self._marks[change.ref.id] = GLYPHS[change.kind]
        if touching:
            self.reload()
        return bool(touching)

    # --- reading ------------------------------------------------------------------------------------

    def _load(self, source: Source) -> None:
        workspace, grouping, opened, marks = self.workspace, self.grouping, dict(self._opened), dict(self._marks)
        bound, names = self.app.is_bound, self.app.names

        def read() -> tuple[Detail, tuple[str, ...] | None]:
            if isinstance(source, Ref):
                detail = load_detail(workspace, source, grouping, opened, marks)
                return detail, workspace.may(source, with_reason=True) if bound else None
            return load_request(workspace, source, names), None

        self.ask(read, lambda answer: self._show_detail(*answer), group="detail", refuse=self._show_error)

    def _show_detail(self, detail: Detail, may: tuple[str, ...] | None) -> None:
        self.record, self._others, self.may = detail.record, detail.others, may
        goal, self._goal, self._goes_further = self._goal, None, False
        if goal is None:
            self.show(detail.lines)
        else:
            cursor, top = goal
            self.show(detail.lines, cursor=cursor if cursor is not None else detail.lines[0].key, top=top)
        if self._to_links:
            self._go_to_links()
        if detail.record is not None:
            self.post_message(self.Read(detail.record))

    def _show_error(self, error: RolodocError) -> None:
        self._goal, self._goes_further = None, False
        self.show([line(Span(str(error), "bad"), wraps=True)])

    def _go_to_links(self) -> None:
        self._to_links = False
        if not isinstance(self.cursor_key, AtLink):
            self.move_to(next((entry.key for entry in self.lines if isinstance(entry.key, AtLink)), None))
