"""What a single line of text is typed into."""

from __future__ import annotations

from typing import Any

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input


class OneLine(Input):
    """An Input of one row, whose cursor stands still. What is typed moves nothing on the screen, so the screen is not
    laid out anew for each key, as Textual does where a widget's text is longer than before: that took 4 ms a key."""

    virtual_size = Reactive(Size(0, 0), layout=False)

    def __init__(self, text: str = "", **options: Any) -> None:
        super().__init__(text, compact=True, **options)
        self.cursor_blink = False
