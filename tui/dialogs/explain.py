"""Why an account may or may not do something with a record, in full."""

from __future__ import annotations

from typing import ClassVar, cast
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.access_values import Explanation
from core.errors import RolodocError
from core.fields import ACTIONS, Entity
from core.rights import Action
from core.values import Ref
from tui.access_lines import action_spans, explanation_lines
from tui.dialogs.panel import Panel
from tui.widgets.bars import Bar
from tui.widgets.line_view import LineView, line
from tui.widgets.painted import Span
from tui.widgets.picked import Picked


class ExplainPanel(Panel):
    """Asks for one action after the other with ← and →."""

    wide = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "turn(1)", "Ask about the next action", show=False, id="access.next_action"),
        Binding("left", "turn(-1)", "Ask about the action before", show=False, id="access.previous_action"),
    ]
    hints = (("←→", "action"), ("↑↓", "scroll"), ("esc", "close"))

    def __init__(self, account: str, on: Picked) -> None:
        super().__init__()
        self._account, self._ref = account, Ref(cast(Entity, on.kind), UUID(on.id).bytes)
        self._action: Action = "see"
        self.title = f"{account} and {on.name}"

    def compose(self) -> ComposeResult:
        yield Bar(id="about")
        yield LineView(id="why")

    @property
    def view(self) -> LineView:
        return self.query_one(LineView)

    def on_mount(self) -> None:
        self.take_keys(self.view)
        self.read()

    def read(self) -> None:
        """Asks, and shows what is answered."""
        workspace, account, ref, action = self.app.workspace, self._account, self._ref, self._action
        self.query_one("#about", Bar).show([Span(" "), *action_spans(action)])
        self.ask(lambda: workspace.explain(account, ref, action=action), self._show, group="why", refuse=self._cannot)

    def action_turn(self, step: int) -> None:
        self._action = ACTIONS[(ACTIONS.index(self._action) + step) % len(ACTIONS)]
        self.read()

    def _show(self, explanation: Explanation) -> None:
        self.view.show(explanation_lines(explanation, ""), top=0)

    def _cannot(self, error: RolodocError) -> None:
        self.view.show([line(Span(str(error), "warn"), wraps=True)], top=0)
