"""A screen that shows a log, the latest first: read further back by its last line, filtered in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from tui.action import Context
from tui.screens.filtered import Filtered
from tui.session import ListState
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span


@dataclass(frozen=True, slots=True)
class AtOlder:
    """The line that reads further back."""

    before: int


class LogScreen(Filtered):
    """`read_filtered` and `read_older` end in `show_log`; `entry` is what the cursor is on."""

    order: ClassVar[str]
    """How the list is ordered, for the header."""

    def entry(self) -> object | None:
        """What of the log is under the cursor."""
        raise NotImplementedError

    def read_older(self, before: int) -> None:
        """Reads what lies before that."""
        raise NotImplementedError

    @property
    def view(self) -> LineView:
        return self.query_one("#list", LineView)

    def on_mount(self) -> None:
        self.filter_text = self.app.session.lists.get(self.name_, ListState()).filter
        self.read_filtered()

    def state(self) -> ListState:
        return ListState(self.filter_text)

    def list_state(self) -> str:
        return f"/ {self.filter_text}" if self.filter_text else self.order

    def show_log(self, lines: Sequence[Line], older: int | None, empty: str, *, to_top: bool) -> None:
        """Shows these lines and, where it goes on, one that reads further back; `empty` where there is none."""
        told = [*lines]
        if older is not None and lines:
            told.append(line(Span("… older", "accent"), key=AtOlder(older)))
        first = lines[0].key if lines and to_top else None
        nothing = [line(Span(empty, "label"), wraps=True)]
        self.view.show(told or nothing, cursor=first, top=0 if to_top else None)
        self.show_detail_of_cursor()
        self.refresh_keys()

    def context(self) -> Context:
        return msgspec.structs.replace(super().context(), change=self.entry() is not None)

    def on_line_view_moved(self, message: LineView.Moved) -> None:
        if message.view is self.view:
            self.show_detail_of_cursor()
        self.refresh_keys()

    async def on_line_view_chosen(self, message: LineView.Chosen) -> None:
        if message.view is not self.view:
            await super().on_line_view_chosen(message)
        elif isinstance(message.key, AtOlder):
            self.read_older(message.key.before)
        else:
            self.call_later(self.do_open)

    def do_clear(self) -> None:
        if self.panel is not None or self.trail:
            super().do_clear()
        else:
            self.clear_filter()

    def do_refresh(self) -> None:
        self.read_filtered()
