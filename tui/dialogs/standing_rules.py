"""The standing rules, in the order in which they are asked when two versions meet."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.fields import FIELDS, Entity
from core.rules import Rule, find_useless
from core.values import RecordId, Ref
from core.write_values import Delete, Edit, Receipt
from tui.describe import field_label
from tui.dialogs.panel import Panel
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span


class StandingRulesPanel(Panel):
    """The first rule that matches and can tell decides; `n` adds one, `K` and `J` move it up and down."""

    title = "Standing rules"
    wide = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "New rule", show=False, id="rules.add"),
        Binding("e,enter", "edit", "Edit the rule", show=False, id="rules.edit"),
        Binding("x", "remove", "Remove the rule", show=False, id="rules.remove"),
        Binding("K,shift+up", "shift(-1)", "Ask it earlier", show=False, id="rules.up"),
        Binding("J,shift+down", "shift(1)", "Ask it later", show=False, id="rules.down"),
        Binding("u", "undo", "Take the last change back", show=False, id="rules.undo"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rules: list[Rule] = []

    def compose(self) -> ComposeResult:
        yield LineView(id="rules")

    def key_hints(self) -> list[tuple[str, str]]:
        return [
            self.hint("rules.add", "new"),
            self.hint("rules.edit", "edit"),
            self.hint("rules.remove", "remove"),
            self.hint("rules.up", "earlier"),
            self.hint("rules.down", "later"),
            self.hint("rules.undo", "undo"),
            ("esc", "close"),
        ]

    @property
    def view(self) -> LineView:
        return self.query_one(LineView)

    @property
    def rule(self) -> Rule | None:
        """The rule under the cursor."""
        return next((rule for rule in self._rules if rule.id == self.view.cursor_key), None)

    def on_mount(self) -> None:
        self.take_keys(self.view)
        self.read()

    def shown_again(self) -> None:
        self.read()

    def read(self, cursor: RecordId | None = None) -> None:
        """Reads them as they are now."""
        self.ask(self.app.workspace.rules, lambda rules: self._show(rules, cursor), group="rules")

    def _show(self, rules: list[Rule], cursor: RecordId | None) -> None:
        self._rules = rules
        about = "the first that matches and can tell decides; what none decides becomes a conflict"
        empty = [line(Span(f"there is no standing rule; {self.hint('rules.add')[0]} makes one", "label"), wraps=True)]
        useless = {rule.id: reason for rule, reason in find_useless(rules)}
        lines: list[Line] = []
        for rule in rules:
            lines.append(self._line(rule))
            if rule.id in useless:
                lines.append(line(Span(f"decides nothing: {useless[rule.id]}", "warn"), wraps=True))
        self.view.show([line(Span(about, "label"), wraps=True), line(), *(lines or empty)], cursor=cursor)

    def _line(self, rule: Rule) -> Line:
        prefers = f"prefers {rule.prefer} {rule.preferred}".strip()
        return line(
            Span(f"{rule.number:>3}  ", "key"),
            Span(f"{rule.name:<28.28} "),
            Span(f"{prefers}  ", "accent"),
            Span(matched(rule), "label"),
            key=rule.id,
        )

    # --- what can be done with them ---------------------------------------------------------------------------

    async def action_add(self) -> None:
        from tui.dialogs.form import FormPanel

        await self.work.open_panel(FormPanel("rule"), over=True)

    async def action_edit(self) -> None:
        from tui.dialogs.form import FormPanel

        if (rule := self.rule) is not None:
            await self.work.open_panel(FormPanel("rule", Ref("rule", rule.id)), over=True)

    def action_remove(self) -> None:
        if (rule := self.rule) is not None:
            undo = self.hint("rules.undo")[0]
            self.write([Delete(Ref("rule", rule.id))], lambda _: self._done(f"{rule.name} is removed; {undo} undoes"))

    def action_shift(self, step: int) -> None:
        """Moves the rule one place; all of them get the numbers in which they then stand."""
        rule = self.rule
        if rule is None:
            return
        order = [one.id for one in self._rules]
        at = order.index(rule.id)
        to = at + step
        if not 0 <= to < len(order):
            self.work.say("it is asked first already" if step < 0 else "it is asked last already")
            return
        order[at], order[to] = order[to], order[at]
        edits = [Edit(Ref("rule", id), {"position": number}) for number, id in enumerate(order, 1)]
        self.write(edits, lambda _: self._done(f"{rule.name} is rule {to + 1} now", rule.id))

    def action_undo(self) -> None:
        self.write(self.app.workspace.undo, self._undone)

    def _undone(self, receipt: Receipt) -> None:
        self._done(receipt.summary)

    def _done(self, said: str, cursor: RecordId | None = None) -> None:
        self.work.say(said, "good")
        self.read(cursor)

    def on_line_view_chosen(self, message: LineView.Chosen) -> None:
        message.stop()
        self.run_worker(self.action_edit())


def matched(rule: Rule) -> str:
    """What it matches, in words."""
    entity: Entity | None = rule.entity if rule.entity in FIELDS else None  # type: ignore[assignment]
    field = (field_label(entity, rule.field) if entity else rule.field).lower()
    parts = [
        f"field {field}" if field else "every field",
        f"of {rule.entity}s" if entity else "of any record",
        f"tagged {rule.tag}" if rule.tag else "",
        f"linked as {rule.relationship}" if rule.relationship else "",
        f"where {rule.actor} is one side" if rule.actor else "",
        f"where source {rule.source} is one side" if rule.source else "",
    ]
    return " ".join(filter(None, parts))
