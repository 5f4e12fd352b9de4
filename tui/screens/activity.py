"""The live feed of changes: one line for each request, the latest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
from textual import on, work
from textual.message import Message
from textual.worker import get_current_worker

from core.errors import RolodocError
from core.values import Change, Ref
from tui.actions import Context
from tui.describe import moment, what_happened
from tui.feed import FeedFilter, find_filter, read_feed
from tui.screens.filtered import Filtered
from tui.session import ListState
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span, fit

KEPT = 2_000  # requests; of a longer feed the oldest are read again when they are asked for


@dataclass(frozen=True, slots=True)
class AtOlder:
    """The line that reads further back."""

    before: int


class ActivityScreen(Filtered):
    """Enter shows what a request changed, field by field; undo takes back the one under the cursor."""

    name_ = "activity"
    title_ = "Activity"

    @dataclass
    class FeedRead(Message):
        text: str
        filter: FeedFilter
        requests: list[Change]  # of each request the first change
        further: bool  # added to what is there
        before: int | None  # where the next read goes on

    @dataclass
    class FeedFailed(Message):
        text: str
        error: str

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Change] = []
        self.filter = FeedFilter()
        self._older: int | None = None
        self._arrived: set[bytes] = set()

    @property
    def view(self) -> LineView:
        return self.query_one("#list", LineView)

    def on_mount(self) -> None:
        self.filter_text = self.app.session.lists.get(self.name_, ListState()).filter
        self.read_filtered()

    def state(self) -> ListState:
        return ListState(self.filter_text)

    def list_state(self) -> str:
        return f"/ {self.filter_text}" if self.filter_text else "latest first"

    # --- reading ------------------------------------------------------------------------------------

    def read_filtered(self) -> None:
        self.is_reading = True
        self._read(self.filter_text, None)

    @work(thread=True, exclusive=True, group="feed", exit_on_error=False)
    def _read(self, text: str, before: int | None) -> None:
        try:
            found = find_filter(self.app.workspace, text)
            requests, older = read_feed(self.app.workspace, found, before)
            message: Message = self.FeedRead(text, found, requests, before is not None, older)
        except RolodocError as error:
            message = self.FeedFailed(text, str(error))
        if not get_current_worker().is_cancelled:
            self.post_message(message)

    @on(FeedRead)
    def _feed_read(self, message: FeedRead) -> None:
        if message.text != self.filter_text:
            return
        self.filter, self._older = message.filter, message.before
        self.requests = [*self.requests, *message.requests] if message.further else message.requests
        if not message.further:
            self._arrived.clear()
            if message.filter.note:
                self.say(message.filter.note)
        self._show_feed(to_top=not message.further)
        self.list_read()

    @on(FeedFailed)
    def _feed_failed(self, message: FeedFailed) -> None:
        if message.text == self.filter_text:
            self.is_reading = False
            self.say(message.error, "warn")

    def _show_feed(self, *, to_top: bool = False) -> None:
        lines = [self._line(change) for change in self.requests]
        if self._older is not None and lines:
            lines.append(line(Span("… older", "accent"), key=AtOlder(self._older)))
        empty = [line(Span("nothing was changed yet" if not self.filter_text else "nothing matches", "label"))]
        first = lines[0].key if lines and to_top else None
        self.view.show(lines or empty, cursor=first, top=0 if to_top else None)
        self.show_detail_of_cursor()
        self.refresh_keys()

    def _line(self, change: Change) -> Line:
        return line(
            Span(f"{moment(change.at)[:10]:<10} ", "label"),
            Span(
                f"{fit(change.actor.name, 12):<12} ",
                "key" if change.actor.name != self.app.workspace.actor.name else "",
            ),
            Span(f"{what_happened(change)}"),
            key=change.request,
            end=f"and {change.size - 1:,} more" if change.size > 1 else "",
            mark="+" if change.request in self._arrived else "",
        )

    # --- what is under the cursor ---------------------------------------------------------------------

    def change(self) -> Change | None:
        """The first change of the request under the cursor."""
        key = self.view.cursor_key
        return next((change for change in self.requests if change.request == key), None)

    def context(self) -> Context:
        return msgspec.structs.replace(super().context(), change=self.change() is not None)

    def list_ref(self) -> Ref | None:
        change = self.change()
        return change.ref if change is not None else None

    def show_detail_of_cursor(self) -> None:
        if not self.trail and not self.is_single and self.panel is None:
            self.detail.read(self.change())

    def on_line_view_moved(self, message: LineView.Moved) -> None:
        if message.view is self.view:
            self.show_detail_of_cursor()
        self.refresh_keys()

    async def on_line_view_chosen(self, message: LineView.Chosen) -> None:
        if message.view is not self.view:
            await super().on_line_view_chosen(message)
        elif isinstance(message.key, AtOlder):
            self._read(self.filter_text, message.key.before)
        else:
            self.do_open()

    def do_open(self) -> None:
        change = self.change()
        if self.focused is self.detail:
            super().do_open()
        elif change is not None:
            self.enter(change, f"{change.actor.name}, {moment(change.at)}")

    def do_undo(self) -> None:
        change = self.change()
        if change is None:
            super().do_undo()
        else:
            self.carry_out(lambda: self.app.workspace.undo(change.request))

    def do_clear(self) -> None:
        if self.panel is not None or self.trail:
            super().do_clear()
        else:
            self.clear_filter()

    def do_refresh(self) -> None:
        self.read_filtered()

    # --- live ---------------------------------------------------------------------------------------

    def apply_changes(self, changes: Sequence[Change]) -> bool:
        known = {change.request for change in self.requests}
        fresh = [change for change in first_of_each(changes) if change.request not in known]
        fresh = [change for change in fresh if self.filter.holds(change)]
        if fresh:
            self._arrived.update(change.request for change in fresh)
            self.requests = [*reversed(fresh), *self.requests][:KEPT]
            self._show_feed()
        return False


def first_of_each(changes: Iterable[Change]) -> list[Change]:
    """Of each request the first change."""
    by_request: dict[bytes, Change] = {}
    for change in changes:
        by_request.setdefault(change.request, change)
    return list(by_request.values())
