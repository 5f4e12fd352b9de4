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
from tui.details import FIRST_LINKS, GROUPINGS, MORE_LINKS, AtMore, Detail, Grouping, load_detail
from tui.widgets.line_view import LineView, line
from tui.widgets.painted import Span

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
        self.ref: Ref | None = None
        self.record: Record | None = None
        self.grouping: Grouping = "relationship"
        self._links: frozenset[bytes] = frozenset()
        self._marks: dict[bytes, str] = {}
        self._opened: dict[str, int] = {}
        self._generation = 0
        self._goal: tuple[Any, int | None] | None = None  # where the cursor goes when it is loaded
        self._to_links = False

    def read(self, ref: Ref | None, *, cursor: Any = None, top: int | None = None, to_links: bool = False) -> None:
        """Shows this record; with `to_links` the cursor goes to its first link, else to `cursor`."""
        if ref is None:
            self._generation += 1
            self.ref = self.record = None
            self.show([])
            return
        if ref == self.ref and self.record is not None:
            if to_links:
                self._go_to_links()
            return
        self.ref, self.record = ref, None
        self._marks, self._opened, self._links = {}, {}, frozenset()
        self._goal, self._to_links = (cursor, top or 0), to_links
        self._load()

    def enter_links(self) -> None:
        """Puts the cursor on the first link, as soon as they are there, unless it is on one."""
        if self.record is None:
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
        if self.ref is not None:
            self._goal = self._goal if self.record is None else None
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
        if change.ref == self.ref or change.ref.id in self._links:
            return True
        ends = {**change.before, **change.after}
        return change.ref.entity == "link" and ends.get(self.ref.entity) == self.ref.id

    def _load(self) -> None:
        self._generation += 1
        assert self.ref is not None
        self._read_record(self._generation, self.ref, self.grouping, dict(self._opened), dict(self._marks))

    @work(thread=True, exclusive=True, group="detail", exit_on_error=False)
    def _read_record(
        self, generation: int, ref: Ref, grouping: Grouping, opened: dict[str, int], marks: dict[bytes, str]
    ) -> None:
        try:
            loaded = self.Loaded(generation, load_detail(self.workspace, ref, grouping, opened, marks))
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
        self.post_message(self.Read(detail.record))

    def _go_to_links(self) -> None:
        from tui.details import AtLink

        self._to_links = False
        if not isinstance(self.cursor_key, AtLink):
            self.move_to(next((entry.key for entry in self.lines if isinstance(entry.key, AtLink)), None))
