"""Allows or denies: whom, what, on what, from when until when and on which condition; tried out before it is done."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from core import conditions
from core.fields import AREAS, FIELDS, Field
from core.rows import GrantRow
from core.values import Record, Ref
from core.write_values import Create, Edit, Receipt, Write
from tui.access_lines import window
from tui.describe_access import grant_words, in_words
from tui.dialogs import access_picks
from tui.dialogs.access_form import AccessForm
from tui.dialogs.access_picks import Find
from tui.widgets.fields import FieldRow
from tui.widgets.line_view import Line, line
from tui.widgets.painted import Span
from tui.widgets.picked import Picked, PickedRow

Effect = Literal["allow", "deny"]
GRANT = FIELDS["grant"]
TO = Field("subject", "line", "To", required=True)
ON = Field("target", "line", "On", required=True)
OPEN = ("valid_from", "valid_until", "condition", "note")
"""What can be changed of a grant that is there."""
DATE = "a date as 2026-01-31, or with a time in UTC as 2026-01-31T09:30"
HINTS = {
    "subject": "an account, a group, a role, everyone, or a profile: what a profile is granted, the accounts tied to it"
    " are; type a part of the name",
    "target": "a profile or document, or all of them, the administration of access, types and rules, the audit; type a"
    " part of the name",
    "action": "each implies those before it; confidential is for what is marked so, and implies see; ←→ choose",
    "valid_from": f"{DATE}; nothing: at once",
    "valid_until": f"{DATE}; nothing: without end",
    "condition": f"{conditions.HELP}; nothing: always",
    "note": "why, for those who ask later",
}


class GrantForm(AccessForm):
    """A new grant or denial; what is known of it already stands in its fields."""

    hints_of: ClassVar[dict[str, str]] = HINTS

    def __init__(self, effect: Effect, *, to: Picked | None = None, on: Picked | None = None) -> None:
        what = on.name if on is not None else to.name if to is not None else ""
        super().__init__(f"{effect.capitalize()} {'on' if on is not None else 'to'} {what}")
        self.effect, self._to, self._on = effect, to, on

    def make_rows(self, record: Record | None) -> list[FieldRow]:
        del record
        ends: list[FieldRow] = [PickedRow(TO, self._to), PickedRow(ON, self._on)]
        if self._to is not None:
            ends.reverse()
        return [*ends, *(FieldRow(GRANT[name], GRANT[name].empty) for name in ("action", *OPEN))]

    async def opened(self) -> None:
        """What is not known yet is asked for at once."""
        first = self.rows[0]
        if isinstance(first, PickedRow) and first.picked is None:
            await self.pick(first)

    def find_for(self, name: str) -> Find:
        return access_picks.subjects() if name == "subject" else access_picks.targets

    def writes(self, values: dict[str, Any]) -> list[Write]:
        to, on = self.picked("subject"), self.picked("target")
        assert to is not None
        assert on is not None
        conditions.check(values["condition"])
        fields = {
            "effect": self.effect,
            "subject_kind": to.kind,
            "subject": to.id,
            "target_kind": on.id if on.id in AREAS else on.kind,
            "target": "" if on.id in AREAS else on.id,
            **{name: values[name] for name in ("action", *OPEN)},
        }
        return [Create("grant", fields)]

    def told(self) -> list[Line]:
        """When it holds and on which condition, where that is not at once, for ever and always."""
        values = {row.field.name: self.value_of(row) for row in self.rows if row.field.name in OPEN}
        when = window(values["valid_from"], values["valid_until"])
        facts = [when if when != "always" else "", f"if {values['condition']}" if values["condition"] else ""]
        lines = [line(Span(said), wraps=True) for said in facts if said]
        return [*lines, line()] if lines else []

    def question(self) -> str:
        to, on, action = self.picked("subject"), self.picked("target"), self.row("action")
        assert to is not None
        assert on is not None
        assert action is not None
        return granted(self.effect, action.text, to.name, on.name)

    def shown_at(self, field: str) -> str:
        return {"subject_kind": "subject", "target_kind": "target"}.get(field, field)

    def done(self, receipt: Receipt) -> None:
        del receipt
        said = self.question()
        self.close(f"{said[0].lower()}{said[1:]}: done; {self.app.key_named('undo')} takes it back")


class GrantEdit(AccessForm):
    """The window, condition and note of a grant that is there."""

    hints_of: ClassVar[dict[str, str]] = HINTS

    def __init__(self, row: GrantRow) -> None:
        self.grant = row
        super().__init__(f"Edit: {told(row)}", Ref("grant", row.id))

    def make_rows(self, record: Record | None) -> list[FieldRow]:
        assert record is not None
        return [FieldRow(GRANT[name], record.fields[name]) for name in OPEN]

    def writes(self, values: dict[str, Any]) -> list[Write]:
        changed = {row.field.name: values[row.field.name] for row in self.rows if row.is_changed}
        if "condition" in changed:
            conditions.check(changed["condition"])
        assert self.ref is not None
        return [Edit(self.ref, changed, self.version)] if changed else []

    def question(self) -> str:
        values = {row.field.name: self.value_of(row) for row in self.rows}
        open_ends = window(values["valid_from"], values["valid_until"])
        condition = f" if {values['condition']}" if values["condition"] else ""
        return f"{told(self.grant)}: {open_ends}{condition}"

    def done(self, receipt: Receipt) -> None:
        del receipt
        self.close(f"{told(self.grant)} is changed; {self.app.key_named('undo')} takes it back")


def granted(effect: str, action: str, to: str, on: str) -> str:
    """>>> granted("allow", "see", "hr", "Report")
    'Allow hr to see Report'
    """
    return f"{effect.capitalize()} {to} to {in_words(action, on)}"


def told(row: GrantRow) -> str:
    """A grant that is there, in a few words."""
    return f"{row.effect.capitalize()} {grant_words(row)}"
