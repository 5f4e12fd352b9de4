"""A screen whose list is filtered in place, as one types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.screens.doing import Doing
from tui.widgets.bars import Bar
from tui.widgets.painted import Span

if TYPE_CHECKING:
    from core.errors import RolodocError
    from tui.widgets.filter_line import FilterLine


class Filtered(Doing):
    """`filter_text` is what is typed; `read_filtered` is called whenever it becomes another."""

    def __init__(self) -> None:
        super().__init__()
        self.filter_text = ""
        self.is_reading = False  # the list does not yet show what is typed
        self._open_when_read = False
        self._told = ("", "")  # of the filter, and the kind of it

    @property
    def is_waiting(self) -> bool:
        return super().is_waiting or (self.is_reading and self.focused is self.listing)

    def read_filtered(self) -> None:
        """Reads the list by `filter_text`; ends in `list_read`."""

    def list_read(self) -> None:
        """The list shows what is typed."""
        self.is_reading = False
        if self._open_when_read:
            self._open_when_read = False
            self.call_later(self.do_open)

    def refuse_filter(self, error: RolodocError) -> None:
        """What is typed asks for nothing that can be read."""
        self.is_reading = False
        self.tell(str(error), "warn")

    def tell(self, text: str, kind: str = "") -> None:
        """Says what a person should see of the filter; "" takes that back, and nothing else that is said."""
        if text or self.said == self._told:
            self.say(text, kind)
        self._told = (text, kind)

    async def do_filter(self) -> None:
        from tui.widgets.filter_line import FilterLine

        if self.query(FilterLine):
            self.set_focus(self.query_one(FilterLine))
            return
        self.trail.clear()
        self.place_parts()
        self.add_class("-filtering")
        sign = Bar(id="filter-sign")
        await self.query_one("#top").mount(sign, FilterLine(self.filter_text))
        sign.show([Span(" /", "key")])
        self.set_focus(self.query_one(FilterLine))
        self.refresh_header()

    def on_filter_line_typed(self, message: FilterLine.Typed) -> None:
        if message.text != self.filter_text:
            self.filter_text = message.text
            self.is_reading = True
            self.read_filtered()

    def on_filter_line_finished(self, message: FilterLine.Finished) -> None:
        self.set_focus(self.listing)
        self.query("#filter, #filter-sign").remove()
        self.remove_class("-filtering")
        if message.how == "clear":
            self.clear_filter()
        elif message.how == "open" and self.is_reading:
            self._open_when_read = True
        elif message.how == "open":
            self.call_later(self.do_open)
        self.refresh_header()

    def clear_filter(self) -> None:
        """Shows the whole list again."""
        if self.filter_text:
            self.filter_text = ""
            self.is_reading = True
            self.read_filtered()
            self.tell("")
        self.refresh_header()
