"""Settles many conflicts by one rule: what each rule would decide stands there before one is applied."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.errors import RolodocError
from core.fields import Entity
from core.merge_values import WHOLE
from core.rows import ConflictRow
from core.rules import Prefer, Rule
from core.values import Query, RecordId
from core.write_values import Create, Receipt, Settlement
from tui.describe import field_label
from tui.dialogs.panel import Panel
from tui.widgets.bars import Bar
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span

if TYPE_CHECKING:
    from tui.screens.conflicts import ConflictsScreen

T = TypeVar("T")
LOOKED_AT = 1_000  # conflicts, for the fields and sources that a rule can be about
SAYS: dict[Prefer, str] = {
    "newest": "what was saved last, by when it reached the store",
    "mine": "what came in and waits, the column of key 1",
    "theirs": "what the record holds now, the column of key 2",
    "union": "both, of sets, lists and maps",
    "longest": "the longer text",
    "non-empty": "what is not empty",
    "oldest": "what was saved first",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """What the rule is about: all fields, those of one kind of record, or one field of it."""

    entity: Entity | None = None
    field: str = ""

    @property
    def label(self) -> str:
        if self.entity is None:
            return "all fields"
        if not self.field:
            return f"all fields of {self.entity}s"
        if self.field == WHOLE:
            return f"whether a {self.entity} stays"
        return f"{field_label(self.entity, self.field).lower()} of {self.entity}s"


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be chosen from."""

    rules: list[tuple[Prefer, str]]  # preference, and the source or role that it prefers
    scopes: list[Scope]
    suggested: str


class RulesPanel(Panel):
    """Enter applies the rule under the cursor as one step that can be undone; `s` keeps it for what comes."""

    title = "Rules"
    wide = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "apply", "Settle by this rule", show=False, id="rules.apply"),
        Binding("right", "scope(1)", "Next field or kind of record", show=False, id="rules.next_scope"),
        Binding("left", "scope(-1)", "Previous field or kind of record", show=False, id="rules.previous_scope"),
        Binding("1", "prefer('mine')", "To mine", show=False, id="rules.mine"),
        Binding("2", "prefer('theirs')", "To theirs", show=False, id="rules.theirs"),
        Binding("3", "prefer('union')", "To both", show=False, id="rules.both"),
        Binding("s", "save", "Keep it as a standing rule", show=False, id="rules.save"),
        Binding("l", "standing", "The standing rules", show=False, id="rules.standing"),
    ]

    def __init__(self, conflicts: Sequence[RecordId] | None) -> None:
        super().__init__(classes="rules")
        self._conflicts = conflicts
        self._offer = Offer([(prefer, "") for prefer in SAYS], [Scope()], "")
        self._has_moved = False  # the cursor, before there was something to suggest
        self._scope = 0
        self._applies = False  # once what can be chosen from is there

    def compose(self) -> ComposeResult:
        yield Bar(id="scope")
        yield LineView(id="preferences")
        yield Bar(id="verdict")
        sample = LineView(id="sample")
        sample.can_focus = False
        yield sample

    def key_hints(self) -> list[tuple[str, str]]:
        return [
            ("↑↓", "rule"),
            ("←→", "field"),
            self.hint("rules.apply", "settle"),
            self.hint("rules.save", "keep as standing rule"),
            self.hint("rules.standing", "standing rules"),
            ("esc", "close"),
        ]

    @property
    def view(self) -> LineView:
        return self.query_one("#preferences", LineView)

    def on_mount(self) -> None:
        self.take_keys(self.view)
        self._show(to="newest")
        self.ask(self._read_offer, self._take_offer, group="offer")

    # --- what can be chosen from ----------------------------------------------------------------------------

    def _read_offer(self) -> Offer:
        workspace = self.app.workspace
        if self._conflicts is None:
            rows = workspace.page(Query(entity="conflict", sort="created"), limit=LOOKED_AT).rows
            return _offer(rows)
        conflicts = [workspace.conflict(id) for id in self._conflicts[:LOOKED_AT]]
        return _offered(
            [Scope(one.record.entity, field.field) for one in conflicts for field in one.fields],
            [side.source for one in conflicts for side in (one.mine, one.theirs)],
            [one.suggested for one in conflicts],
        )

    def _take_offer(self, offer: Offer) -> None:
        self._offer = offer
        self._show(to="" if self._has_moved else offer.suggested or "newest")

    def _show(self, *, to: str = "") -> None:
        lines = [self._line(prefer, preferred) for prefer, preferred in self._offer.rules]
        self.view.styles.height = len(lines)
        cursor = next((rule for rule in self._offer.rules if rule[0] == to), None) if to else None
        self.view.show(lines, cursor=cursor)
        self._show_scope()
        self._try()

    def _line(self, prefer: Prefer, preferred: str) -> Line:
        says = SAYS.get(prefer) or (f"what {preferred} said" if prefer == "source" else f"what a {preferred} wrote")
        name = f"{prefer} {preferred}".strip()
        hint = "  suggested" if prefer == self._offer.suggested else ""
        return line(Span(f"{name:<16} "), Span(says, "label"), Span(hint, "good"), key=(prefer, preferred))

    def _show_scope(self) -> None:
        about = "1 conflict" if self._conflicts is not None and len(self._conflicts) == 1 else ""
        about = about or ("all open conflicts" if self._conflicts is None else f"{len(self._conflicts):,} conflicts")
        scopes = len(self._offer.scopes)
        turn = f"   ← {self._scope + 1} of {scopes} →" if scopes > 1 else ""
        label = self._offer.scopes[self._scope].label
        self.query_one("#scope", Bar).show([Span(f"  {about}: ", "label"), Span(label, "title"), Span(turn, "label")])

    @property
    def rule(self) -> Rule:
        """The rule under the cursor, for the scope of now."""
        prefer, preferred = self.view.cursor_key or self._offer.rules[0]
        scope = self._offer.scopes[self._scope]
        return Rule(entity=scope.entity or "any", field=scope.field, prefer=prefer, preferred=preferred)

    def action_scope(self, step: int) -> None:
        self._scope = (self._scope + step) % len(self._offer.scopes)
        self._show_scope()
        self._try()

    def action_prefer(self, prefer: Prefer) -> None:
        self.view.move_to((prefer, ""))

    def on_line_view_moved(self, message: LineView.Moved) -> None:
        message.stop()
        self._has_moved = True
        self._try()

    # --- what it would decide ---------------------------------------------------------------------------------

    def _try(self) -> None:
        """Shows what the rule would decide, without deciding it."""
        workspace, rule, conflicts = self.app.workspace, self.rule, self._conflicts
        self.ask(
            lambda: workspace.settle(rule, conflicts, dry_run=True),
            self._show_verdict,
            group="dry-run",
            refuse=self._show_refusal,
        )

    def _show_verdict(self, found: Settlement) -> None:
        self.query_one("#verdict", Bar).show([Span(f"  {verdict(found)}", "good" if found.decided else "warn")])
        lines = [
            line(Span(f"! {title} stays open: {reason}", "warn"), wraps=True) for title, reason in found.refused
        ] + [
            line(
                Span(f"{title[:30]:<30} ", ""),
                Span(f"{label:<14} ", "label"),
                Span(value.replace("\n", " ") or "(empty)"),
            )
            for title, label, value in found.sample
        ]
        self.query_one("#sample", LineView).show(lines, top=0)

    def _show_refusal(self, error: RolodocError) -> None:
        self.query_one("#verdict", Bar).show([Span(f"  ✗ {error}", "bad")])
        self.query_one("#sample", LineView).show([])

    # --- deciding -----------------------------------------------------------------------------------------------

    def on_line_view_chosen(self, message: LineView.Chosen) -> None:
        message.stop()
        self.action_apply()

    def action_apply(self) -> None:
        """Settles what the rule can decide, as one request."""
        if self._applies:
            return
        self._applies = True
        workspace, rule, conflicts = self.app.workspace, self.rule, self._conflicts
        settlements: list[Settlement] = []

        def settle() -> Receipt:
            settlement = workspace.settle(rule, conflicts)
            settlements.append(settlement)
            return settlement.receipt or Receipt(None, [], 0)

        self.write(settle, lambda _: self._applied(settlements[0], rule), refuse=self._not_applied)

    def _applied(self, settlement: Settlement, rule: Rule) -> None:
        self._applies = False
        if not settlement.decided:
            self.work.say(f"{rule.prefer} decides nothing here; choose another rule, or another field with ←→", "warn")
            return
        cast("ConflictsScreen", self.work).settled_by_rule(settlement, f"{rule.prefer} {rule.preferred}".strip())

    def _not_applied(self, error: RolodocError) -> None:
        self._applies = False
        self.work.say(str(error), "bad")

    def action_save(self) -> None:
        """Keeps the rule: from now on it decides before anybody is asked."""
        rule, scope = self.rule, self._offer.scopes[self._scope]
        name = f"{rule.prefer} {rule.preferred}".strip() + (f" for {scope.label}" if scope.entity else "")
        fields = {"name": name[:100], "entity": rule.entity, "field": rule.field, "prefer": rule.prefer}
        if rule.preferred:
            fields["preferred"] = rule.preferred
        self.write([Create("rule", fields)], lambda _: self._saved(name))

    def _saved(self, name: str) -> None:
        standing = self.hint("rules.standing")[0]
        self.work.say(f"“{name}” stands: it decides what clashes from now on; {standing} lists the rules", "good")

    async def action_standing(self) -> None:
        from tui.dialogs.standing_rules import StandingRulesPanel

        await self.work.open_panel(StandingRulesPanel(), over=True)

    def shown_again(self) -> None:
        self._try()


def verdict(found: Settlement) -> str:
    """What a rule decides, in a sentence."""
    if not found.decided:
        return f"decides none of {plural(found.total, 'open field')}"
    left = f"{found.open:,} {'stays' if found.open == 1 else 'stay'} open" if found.open else "none stays open"
    where = plural(found.records, "record")
    return f"applies to {found.decided:,} of {plural(found.total, 'field')} in {where}; {left}"


def plural(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _offer(rows: Sequence[ConflictRow]) -> Offer:
    return _offered(
        [Scope(row.record_entity, name) for row in rows for name in row.fields],
        [side.source for row in rows for side in (row.mine, row.theirs)],
        [row.suggested for row in rows],
    )


def _offered(fields: Sequence[Scope], sources: Sequence[str], suggested: Sequence[str]) -> Offer:
    """What there is most of stands first."""
    entities = _most(scope.entity or "" for scope in fields)
    kinds = [Scope(cast(Entity, entity)) for entity in entities] if len(entities) > 1 else []
    rules: list[tuple[Prefer, str]] = [(prefer, "") for prefer in SAYS]
    rules += [("source", name) for name in _most(filter(None, sources))]
    suggestion, count = next(iter(Counter(suggested).most_common(1)), ("", 0))
    suggestion = suggestion if 2 * count > len(suggested) else ""
    return Offer([*rules, *_roles()], [Scope(), *kinds, *_most(fields)], suggestion)


def _most(names: Iterable[T]) -> list[T]:
    return [name for name, _ in Counter(names).most_common()]


def _roles() -> Iterator[tuple[Prefer, str]]:
    yield "role", "person"
    yield "role", "program"
