"""The detail of one record: reads it off the UI thread and shows it, changed lines marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from textual import work
from textual.message import Message
from textual.worker import get_current_worker

from core.errors import RolodocError
from core.values import Change, Record, Ref
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
from tui.widgets.line_view import LineView, line
from tui.widgets.painted import Span

Source = Ref | Change
"""A record, or any change of a request."""

GLYPHS = {"created": "+", "restored": "+", "updated": "~", "deleted": "-"}


class DetailPane(LineView):
    """`read` shows a record; `Read` tells when it is there."""

    @dataclass
    class Loaded(Message):
        generation: int
        detail: Detail | None
        error: str = ""

    @dataclass
    class Read(Message):
        """The record is shown."""

        record: Record

    def __init__(self, workspace: Workspace, **options: Any) -> None:
        super().__init__(**options)
        self.workspace = workspace
        self.source: Source | None = None
        self.record: Record | None = None
        self.grouping: Grouping = "relationship"
        self._links: frozenset[bytes] = frozenset()
        self._marks: dict[bytes, str] = {}
        self._opened: dict[str, int] = {}
        self._generation = 0
        self._goal: tuple[Any, int | None] | None = None  # where the cursor goes when it is loaded
        self._to_links = False

    @property
    def ref(self) -> Ref | None:
        """The record that is shown."""
        return self.source if isinstance(self.source, Ref) else None

    def read(
        self, source: Source | None, *, cursor: Any = None, top: int | None = None, to_links: bool = False
    ) -> None:
        """Shows this record, or what the request of this change did; `to_links` takes the cursor to the first link."""
        if source is None:
            self._generation += 1
            self.source = self.record = None
            self.show([])
            return
        if source == self.source and self.lines and self._goal is None:
            if to_links:
                self._go_to_links()
            return
        self.source, self.record = source, None
        self._marks, self._opened, self._links = {}, {}, frozenset()
        self._goal, self._to_links = (cursor, top or 0), to_links
        self._load()

    def enter_links(self) -> None:
        """Puts the cursor on the first link, as soon as they are there, unless it is on one."""
        if self._goal is not None:
            self._to_links = True
        else:
            self._go_to_links()

    def turn_grouping(self) -> Grouping:
        """The next way to group a profile's documents."""
        self.grouping = GROUPINGS[(GROUPINGS.index(self.grouping) + 1) % len(GROUPINGS)]
        self.reload()
        return self.grouping

    def reload(self) -> None:
        """Reads the record again; the cursor stays."""
        if self.source is not None:
            self._load()

    def apply_changes(self, changes: Sequence[Change]) -> bool:
        """Reads again where a change touches what is shown, and marks it; tells whether one did."""
        if self.ref is None:
            return False
        touching = [change for change in changes if self.touches(change)]
        for change in touching:
            if change.ref.entity == "link":
                self._marks[change.ref.id] = GLYPHS[change.kind]
        if touching:
            self.reload()
        return bool(touching)

    def open_further(self, at: AtMore) -> None:
        """Shows more links of a group, or the whole text."""
        self._opened[at.group] = self._opened.get(at.group, FIRST_LINKS if at.group else MORE_LINKS) + MORE_LINKS
        self.reload()

    def touches(self, change: Change) -> bool:
        """Whether this change is about the record that is shown, or about one of its links."""
        if self.ref is None:
            return False
        return change.ref == self.ref or self.ref.id in change.ends

    def _load(self) -> None:
        self._generation += 1
        assert self.source is not None
        self._read_source(self._generation, self.source, self.grouping, dict(self._opened), dict(self._marks))

    @work(thread=True, exclusive=True, group="detail", exit_on_error=False)
    def _read_source(
        self, generation: int, source: Source, grouping: Grouping, opened: dict[str, int], marks: dict[bytes, str]
    ) -> None:
        try:
            if isinstance(source, Ref):
                detail = load_detail(self.workspace, source, grouping, opened, marks)
            else:
                detail = load_request(self.workspace, source)
            loaded = self.Loaded(generation, detail)
        except RolodocError as error:
            loaded = self.Loaded(generation, None, str(error))
        if not get_current_worker().is_cancelled:
            self.post_message(loaded)

    def on_detail_pane_loaded(self, message: DetailPane.Loaded) -> None:
        message.stop()
        if message.generation != self._generation:
            return
        detail = message.detail
        if detail is None:
            self._goal = None
            self.show([line(Span(message.error, "bad"), wraps=True)])
            return
        self.record, self._links = detail.record, detail.links
        if self._goal is None:
            self.show(detail.lines)
        else:
            cursor, top = self._goal
            self._goal = None
            self.show(detail.lines, cursor=cursor if cursor is not None else detail.lines[0].key, top=top)
        if self._to_links:
            self._go_to_links()
        if detail.record is not None:
            self.post_message(self.Read(detail.record))

    def _go_to_links(self) -> None:
        self._to_links = False
        if not isinstance(self.cursor_key, AtLink):
            self.move_to(next((entry.key for entry in self.lines if isinstance(entry.key, AtLink)), None))
