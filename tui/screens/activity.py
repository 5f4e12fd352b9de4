"""The live feed of changes: one line for each request, the latest first."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Sequence
from functools import partial

from core.values import Change, Ref
from tui.describe import moment, what_happened
from tui.feed import Feed, FeedFilter, find_filter, read_feed
from tui.screens.log import LogScreen
from tui.widgets.line_view import Line, line
from tui.widgets.painted import Span, fit

KEPT = 2_000  # requests; of a longer feed the oldest are read again when they are asked for


class ActivityScreen(LogScreen):
    """Enter shows what a request changed, field by field; undo takes back the one under the cursor."""

    name_ = "activity"
    title_ = "Activity"
    order = "latest first"

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[Change] = []
        self.filter = FeedFilter()
        self._older: int | None = None
        self._arrived: set[bytes] = set()

    # --- reading ------------------------------------------------------------------------------------

    def read_filtered(self) -> None:
        self.is_reading = True
        text = self.filter_text

        def read() -> tuple[FeedFilter, Feed]:
            found = find_filter(self.app.workspace, text)
            return found, read_feed(self.app.workspace, found)

        self.ask(read, self._take_feed, group="feed", refuse=self.refuse_filter)

    def _take_feed(self, answer: tuple[FeedFilter, Feed]) -> None:
        self.filter, (self.requests, self._older) = answer
        self._arrived.clear()
        self.tell(self.filter.note)
        self._show_feed(to_top=True)
        self.list_read()

    def read_older(self, before: int) -> None:
        self.ask(lambda: read_feed(self.app.workspace, self.filter, before), self._take_older, group="feed")

    def _take_older(self, feed: Feed) -> None:
        older, self._older = feed
        self.requests = [*self.requests, *older]
        self._show_feed()

    def _show_feed(self, *, to_top: bool = False) -> None:
        empty = "nothing was changed yet" if not self.filter_text else "nothing matches"
        self.show_log([self._line(change) for change in self.requests], self._older, empty, to_top=to_top)

    def names_changed(self) -> None:
        self._show_feed()

    def _line(self, change: Change) -> Line:
        foreign = change.actor.name != self.app.workspace.actor.name
        return line(
            Span(f"{moment(change.at)[:10]:<10} ", "label"),
            Span(f"{fit(change.actor.name, 12):<12} ", "key" if foreign else ""),
            Span(what_happened(change, self.app.names)),
            key=change.request,
            end=f"and {change.size - 1:,} more" if change.size > 1 else "",
            mark="+" if change.request in self._arrived else "",
        )

    # --- what is under the cursor ---------------------------------------------------------------------

    def entry(self) -> Change | None:
        """The first change of the request under the cursor."""
        key = self.view.cursor_key
        return next((change for change in self.requests if change.request == key), None)

    def list_ref(self) -> Ref | None:
        change = self.entry()
        return change.ref if change is not None else None

    def show_detail_of_cursor(self) -> None:
        if not self.trail and not self.is_single and self.panel is None:
            self.detail.read(self.entry())

    def do_open(self) -> Awaitable[None] | None:
        change = self.entry()
        if self.focused is self.detail:
            return super().do_open()
        if change is not None:
            self.enter(change, f"{change.actor.name}, {moment(change.at)}")
        return None

    def do_undo(self) -> None:
        change = self.entry()
        if change is None:
            super().do_undo()
        else:
            self.write(lambda: self.app.workspace.undo(change.request), self.written)

    async def do_take_back(self) -> None:
        from tui.dialogs.taking_back import TakingBackPanel, find_offers

        if (change := self.entry()) is not None:
            undone_by = f"{self.app.key_named('undo')} on top undoes that"
            find = partial(find_offers, self.app.workspace, change)
            await self.open_panel(TakingBackPanel("Take back", find, undone_by))

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
