"""Who may do what with a record, and by which rules; grants and denials on it are made and taken from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from core.access_values import Explanation, Holder, Me
from core.errors import Denied, Invalid
from core.fields import ACTIONS, Field
from core.rights import Action
from core.rows import GrantRow
from core.values import Query, Ref, id_text
from core.workspace import Workspace
from core.write_values import Delete, Receipt
from tui.access_lines import (
    AtGrant,
    AtHolder,
    action_spans,
    explanation_lines,
    fact,
    grant_line,
    holder_lines,
    instant,
    state_of,
    strongest,
    window,
)
from tui.dialogs.access_change import try_out
from tui.dialogs.grant import Effect, GrantEdit, GrantForm, told
from tui.dialogs.two_panes import TwoPanes
from tui.widgets.fields import FieldRow
from tui.widgets.line_view import Line, line
from tui.widgets.painted import Span
from tui.widgets.picked import Picked

AT = Field("at", "instant", "As at")


@dataclass(frozen=True, slots=True)
class Access:
    """What is known of the access to a record; `holders` are None where one may only ask about oneself."""

    me: Me
    title: str
    may: tuple[str, ...]
    holders: list[Holder] | None
    grants: list[GrantRow]


class AccessPanel(TwoPanes):
    """Who sees a record, and for the account under the cursor why; the grants on the record stand below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "turn(1)", "Ask about the next action", show=False, id="access.next_action"),
        Binding("left", "turn(-1)", "Ask about the action before", show=False, id="access.previous_action"),
        Binding("t", "ask_time", "As it is at another time", show=False, id="access.at"),
        Binding("g", "grant('allow')", "Grant", show=False, id="access.grant"),
        Binding("d", "grant('deny')", "Deny", show=False, id="access.deny"),
        Binding("x", "revoke", "Revoke the grant", show=False, id="access.revoke"),
        Binding("e", "edit", "Edit window and condition of the grant", show=False, id="access.edit"),
        Binding("h", "history", "Who made the grant, and every change of it", show=False, id="access.history"),
        Binding("u", "undo", "Undo", show=False, id="access.undo"),
        Binding("U", "redo", "Redo", show=False, id="access.redo"),
    ]
    title = "Access"

    def __init__(self, ref: Ref) -> None:
        super().__init__(classes="two-panes")
        self._ref = ref
        self._access: Access | None = None
        self._action: Action = "see"
        self._at: int | None = None  # the instant that is asked about; None for now

    @property
    def refs(self) -> tuple[Ref, ...]:
        return (self._ref,)

    def key_hints(self) -> list[tuple[str, str]]:
        if self.in_second:
            return [("↑↓", "scroll"), ("←→", "action"), ("esc", "to the list")]
        make = [self.hint("access.grant"), self.hint("access.deny")]
        at_grant = isinstance(self.first.cursor_key, AtGrant)
        of_grant = [("revoke", "revoke"), ("edit", "edit"), ("history", "history")] if at_grant else []
        change = [self.hint(f"access.{id}", does) for id, does in of_grant]
        asks = [] if at_grant else [("←→", "action"), ("⏎", "why"), self.hint("access.at", "time")]
        return [*asks, *change, *make, self.hint("access.undo"), ("esc", "close")]

    # --- reading ----------------------------------------------------------------------------------------------

    def read(self) -> None:
        workspace, ref, at = self.app.workspace, self._ref, self._at
        self.ask(lambda: read_access(workspace, ref, at), self._show, group="access")

    def _show(self, access: Access) -> None:
        self._access = access
        self.title = f"Access to {access.title}"
        self.work.refresh_header()
        self.first.show(self._lines(access))
        self.read_second()
        self.work.refresh_keys()

    def _lines(self, access: Access) -> list[Line]:
        me = access.me
        if access.holders is None:
            own = "what you may do; who else may, is told to those who administer access or may share it"
            lines = [line(Span(own, "label"), wraps=True), _own_line(access)]
        elif me.alone:
            only = "you are the only one here: a second account makes rules count; “accounts” in : makes one"
            lines = [line(Span(only, "label"), wraps=True), _own_line(access)]
        else:
            lines = holder_lines(access.holders)
        lines += [line(), line(Span("Grants on it", "title"))]
        lines += [grant_line(row) for row in access.grants]
        if not access.grants:
            makes = f"; {self.hint('access.grant')[0]} makes one" if access.holders is not None else ""
            lines.append(line(Span(f"there is none on this very record{makes}", "label"), wraps=True))
        return lines

    def read_second(self) -> None:
        """Why the account under the cursor may, or the grant under it in full."""
        key, workspace, ref, action, at = self.first.cursor_key, self.app.workspace, self._ref, self._action, self._at
        if (row := self.grant) is not None:
            self.forget("why")
            self.about(Span("the grant under the cursor", "label"), right=self._count)
            self.tell(grant_facts(row), top=0)
        elif isinstance(key, AtHolder):
            name = key.account
            self.about(*action_spans(action), right=self._count)
            self.ask(
                lambda: workspace.explain(name, ref, action=action, at=at),
                self._show_why,
                group="why",
                refuse=self.tell_error,
            )
        else:
            self.forget("why")
            self.about(right=self._count)
            self.tell([])

    def _show_why(self, explanation: Explanation) -> None:
        if self._access is not None:
            self.tell(explanation_lines(explanation, self._access.me.name), top=0)

    @property
    def _count(self) -> str:
        access = self._access
        if access is None or access.holders is None or access.me.alone:
            return ""
        count = len(access.holders)
        when = f" at {instant(self._at)}" if self._at is not None else ""
        return f"{count or 'no'} account{'' if count == 1 else 's'} may see it{when}"

    @property
    def grant(self) -> GrantRow | None:
        """The grant under the cursor."""
        key = self.first.cursor_key
        rows = self._access.grants if self._access is not None else []
        return next((row for row in rows if isinstance(key, AtGrant) and row.id == key.id), None)

    # --- what can be done ---------------------------------------------------------------------------------------

    def action_turn(self, step: int) -> None:
        at = ACTIONS.index(self._action)
        self._action = ACTIONS[(at + step) % len(ACTIONS)]
        self.read_second()

    async def action_ask_time(self) -> None:
        """Asks for the instant that is asked about."""
        if not self.query(FieldRow):
            await self.mount(FieldRow(AT, self._at), after="#about")
        self.go_into(self.query_one(FieldRow).editor)

    @on(Input.Submitted)
    def _take_time(self, event: Input.Submitted) -> None:
        event.stop()
        row = self.query_one(FieldRow)
        try:
            self._at = AT.parse(row.text)
        except Invalid as error:
            row.show_error(error.reason)
            return
        self._leave_time(row)
        self.read()

    @on(FieldRow.Changed)
    def _time_typed(self, message: FieldRow.Changed) -> None:
        message.stop()

    def _leave_time(self, row: FieldRow) -> None:
        self.go_into(self.first)
        row.remove()

    def leave(self) -> None:
        if rows := self.query(FieldRow):
            self._leave_time(rows.first())
        else:
            super().leave()

    async def action_grant(self, effect: Effect) -> None:
        access = self._access
        if access is not None and access.holders is None:
            needs = "that needs share on this record, or the administration of access; ask an owner"
            self.work.say(f"{'Grant' if effect == 'allow' else 'Deny'}: {needs}", "warn")
        elif access is not None:
            on = Picked(self._ref.entity, id_text(self._ref.id), access.title)
            await self.work.open_panel(GrantForm(effect, on=on), over=True)

    async def action_history(self) -> None:
        from tui.dialogs.history import HistoryPanel

        if (row := self._needed("History")) is not None:
            await self.work.open_panel(HistoryPanel(Ref("grant", row.id)), over=True)

    async def action_edit(self) -> None:
        if (row := self._needed("Edit")) is not None:
            await self.work.open_panel(GrantEdit(row), over=True)

    def action_revoke(self) -> None:
        if (row := self._needed("Revoke")) is not None:
            try_out(self, f"Revoke: {told(row)}", [Delete(Ref("grant", row.id))], self._revoked)

    def _revoked(self, receipt: Receipt) -> None:
        del receipt
        self.work.say(f"revoked; {self.hint('access.undo')[0]} takes it back", "good")

    def _needed(self, what: str) -> GrantRow | None:
        if self.grant is None:
            self.work.say(f"{what}: put the cursor on a grant; what a link or a role gives ends with that", "warn")
        return self.grant


def read_access(workspace: Workspace, ref: Ref, at: int | None = None) -> Access:
    """Raises NotFound."""
    me, may = workspace.me(), workspace.may(ref)
    title = workspace.explain(me.name, ref).title
    if "share" not in may and "see" not in me.areas.get("access", ()):
        return Access(me, title, may, None, [])  # to ask all the same would be told by the audit as an attempt
    try:
        holders = workspace.who(ref, at=at)
        grants = workspace.page(Query(entity="grant", target=ref)).rows
    except Denied:
        return Access(me, title, may, None, [])
    return Access(me, title, may, holders, grants)


def grant_facts(row: GrantRow) -> list[Line]:
    """A grant, in full."""
    state = state_of(row.valid_from, row.valid_until) or "EFFECTIVE"
    facts = [
        fact("window", f"{state} · {window(row.valid_from, row.valid_until)}"),
        fact("condition", row.condition or "none"),
        fact("note", row.note or "none"),
        fact("made", f"{instant(row.created_at)} · rev {row.revision}"),
    ]
    return [line(Span(told(row), "title"), wraps=True), *facts]


def _own_line(access: Access) -> Line:
    return line(
        Span("you              "),
        Span(strongest(access.may), "key"),
        key=AtHolder(access.me.name),
    )
