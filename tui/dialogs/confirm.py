"""Asks once before something goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.dialogs.panel import Panel
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span


class ConfirmPanel(Panel):
    """Shows what will go, and calls `then` on enter."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "confirm", "Do it", show=False, id="confirm.yes"),
        Binding("n", "leave", "Do not", show=False, id="confirm.no"),
    ]
    hints = (("⏎", "do it"), ("esc", "leave all as it is"))

    def __init__(self, title: str, lines: list[Line], then: Callable[[], object] | None = None) -> None:
        super().__init__()
        self.title = title
        self._what = lines
        self._then = then
        self.is_ready = bool(lines)

    def compose(self) -> ComposeResult:
        yield LineView(id="confirm")

    def on_mount(self) -> None:
        self.take_keys(self.query_one(LineView))
        if self.is_ready:
            self.put_question(self._what)

    def put_question(self, lines: list[Line]) -> None:
        """Shows what will go; from now on enter does it."""
        self.is_ready = True
        answer = line(Span("⏎", "key"), " do it     ", Span("esc", "key"), " leave all as it is")
        self.query_one(LineView).show([line(Span(f"{self.title}?", "title")), line(), *lines, line(), answer])

    def action_confirm(self) -> None:
        if self.is_ready:
            self.is_ready = False
            self.confirmed()

    def confirmed(self) -> None:
        """Does it."""
        self.close()
        if self._then is not None:
            self._then()
