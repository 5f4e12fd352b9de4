"""Asks why: some things are allowed to one who says so."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from tui.dialogs.panel import Panel
from tui.widgets.fields import Label
from tui.widgets.line_view import LineView, line
from tui.widgets.one_line import OneLine
from tui.widgets.painted import Span


class ReasonPanel(Panel):
    """`give` is called with what was typed; `leave_it` when nothing is."""

    title = "Reason"
    hints = (("⏎", "go on with this reason"), ("esc", "leave it"))

    def __init__(
        self, why: str, give: Callable[[str], object], leave_it: Callable[[], object] | None = None, typed: str = ""
    ) -> None:
        super().__init__()
        why = why.removesuffix("; give one (--reason)")  # the command line's next step; here it is the field below
        self._why, self._give, self._leave_it, self._typed = why, give, leave_it, typed

    def compose(self) -> ComposeResult:
        yield LineView(id="reason")
        yield Label(" reason", classes="question")
        yield OneLine(self._typed, classes="pick", max_length=10_000)

    def on_mount(self) -> None:
        view = self.query_one(LineView)
        view.can_focus = False
        told = "It stands in the history and in the audit."
        lines = [line(Span("Why?", "title")), line(), line(self._why, wraps=True)]
        view.show([*lines, line(Span(told, "label"), wraps=True)])
        self.take_keys(self.query_one(Input))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if reason := event.value.strip():
            self.close()
            self._give(reason)
        else:
            self.work.say("say why, or esc leaves it", "warn")

    def leave(self) -> None:
        self.close()
        if self._leave_it is not None:
            self._leave_it()
