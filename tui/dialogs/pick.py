"""A panel to type into, with the lines below that match: commands, relationship types, the other end of a link."""

from __future__ import annotations

from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from tui.dialogs.panel import Panel
from tui.widgets.fields import Label
from tui.widgets.line_view import Line, LineView
from tui.widgets.one_line import OneLine


class PickPanel(Panel):
    """`typed` is called for what is typed, `picked` for the line that enter picks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Next", show=False, priority=True),
        Binding("up", "move(-1)", "Previous", show=False, priority=True),
        Binding("pagedown", "page(1)", "Next page", show=False, priority=True),
        Binding("pageup", "page(-1)", "Previous page", show=False, priority=True),
    ]
    hints = (("↑↓", "move"), ("⏎", "pick"), ("esc", "close"))
    question = ""
    _answered = False  # the lines are those for what is typed
    _picks_first = False  # enter came before the answer

    def compose(self) -> ComposeResult:
        yield Label(f" {self.question}", classes="question")
        yield OneLine(classes="pick")
        yield LineView(id="picks")

    @property
    def view(self) -> LineView:
        return self.query_one(LineView)

    @property
    def input(self) -> Input:
        return self.query_one(Input)

    def on_mount(self) -> None:
        self.view.can_focus, self.view.is_led = False, True
        self.take_keys(self.input)
        self.typed("")

    def typed(self, text: str) -> None:
        """Shows what matches."""

    def picked(self, key: Any) -> None:
        """Does what was picked."""

    def show(self, lines: list[Line]) -> None:
        """Shows these lines, with the cursor on the first that can be picked."""
        first = next((entry.key for entry in lines if entry.key is not None), None)
        self.view.show(lines, cursor=first, top=0)
        self._answered = True
        if self._picks_first:
            self._picks_first = False
            self._pick()

    def put_question(self, question: str) -> None:
        """Asks for something else, with an empty line to type into."""
        self.query_one(Label).show_text(f" {question}", "label")
        with self.prevent(Input.Changed):
            self.input.value = ""
        self._answered = False
        self.typed("")

    def action_move(self, step: int) -> None:
        self.view.action_move(step)

    def action_page(self, direction: int) -> None:
        self.view.action_page(direction)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._answered = self._picks_first = False
        self.typed(event.value.strip())

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._answered:
            self._pick()
        else:
            self._picks_first = True

    def _pick(self) -> None:
        if (key := self.view.cursor_key) is not None:
            self.picked(key)

    @on(LineView.Chosen)
    def _chosen(self, message: LineView.Chosen) -> None:
        message.stop()
        self.picked(message.key)
