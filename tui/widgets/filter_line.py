"""The line that a filter is typed into, in place of the trail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input

from tui.widgets.one_line import OneLine


class FilterLine(OneLine):
    """Filters as one types; enter opens what the cursor is on, down goes into the list, esc takes the filter away."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "finish('open')", "Open", show=False, id="filter.open"),
        Binding("down,tab,pagedown", "finish('list')", "Into the list", show=False, id="filter.leave"),
        Binding("escape", "finish('clear')", "No filter", show=False, id="filter.clear"),
    ]

    @dataclass
    class Typed(Message):
        text: str

    @dataclass
    class Finished(Message):
        """`how` is open, list or clear."""

        how: str

    def __init__(self, text: str) -> None:
        super().__init__(text, select_on_focus=False, id="filter")

    def action_finish(self, how: str) -> None:
        self.post_message(self.Finished(how))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed(self.value))
