"""Forms of accounts, groups and roles, and the picker of what an account or group is a member of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from textual.binding import Binding, BindingType

from core.errors import Exists, Invalid, RolodocError
from core.fields import FIELDS, Entity
from core.rows import AccountRow, GroupRow
from core.values import Record, Ref, id_text
from core.write_values import Create, Edit, Receipt, Write
from tui.access_names import BUILT_IN_SAYS, Directory
from tui.dialogs import access_picks
from tui.dialogs.access_change import try_out
from tui.dialogs.access_form import AccessForm
from tui.dialogs.access_picks import Find
from tui.dialogs.pick import PickPanel
from tui.widgets.fields import FieldRow
from tui.widgets.line_view import Line, line
from tui.widgets.painted import Span
from tui.widgets.picked import Picked, PickedRow

SHOWN: Final[dict[Entity, tuple[str, ...]]] = {
    "account": ("name", "kind", "system_user", "tied_to"),
    "group": ("name", "description"),
    "role": ("name", "description"),
}


class SubjectForm(AccessForm):
    """A new account, group or role, or one that is there."""

    asks_always = False
    hints_of: ClassVar[dict[str, str]] = {
        "name": "how it is called here, and in every list of who did what",
        "kind": "a person, or a service: a program with an account of its own; ←→ choose",
        "system_user": "the log-in name on this machine by which it is known without a password",
        "tied_to": "the profile of this person: what is granted to it, and what links to it grant, counts for the"
        " account; type a part of the name, delete takes it away",
        "description": "what it is for",
    }

    def __init__(self, entity: Entity, ref: Ref | None = None, *, tied: Picked | None = None, first: str = "") -> None:
        """`tied` is the profile that the account is tied to; `first` names who becomes the owner with this account."""
        super().__init__(f"Edit {entity}" if ref else f"New {entity}", ref)
        self.entity, self._tied, self._first = entity, tied, first

    def make_rows(self, record: Record | None) -> list[FieldRow]:
        if record is not None:
            self.title = f"Edit {self.entity} {record.title}"
            self.work.refresh_header()
        fields = FIELDS[self.entity]
        stored = record.fields if record is not None else {}
        return [
            PickedRow(fields[name], self._tied, clears=True)
            if name == "tied_to"
            else FieldRow(fields[name], stored.get(name, fields[name].empty))
            for name in SHOWN[self.entity]
        ]

    def find_for(self, name: str) -> Find:
        del name
        return access_picks.profiles

    def writes(self, values: dict[str, Any]) -> list[Write]:
        if self.ref is None:
            return [Create(self.entity, values)]
        changed = {row.field.name: values[row.field.name] for row in self.rows if row.is_changed}
        return [Edit(self.ref, changed, self.version)] if changed else []

    def refuse(self, error: RolodocError) -> None:
        taken = isinstance(error, Exists)
        super().refuse(Invalid(str(error), "name") if taken else error)

    def told(self) -> Sequence[Line]:
        if not self._first:
            return ()
        says = f"From then on everybody needs an account here; yours, {self._first}, becomes the owner."
        return (line(Span(says, "warn"), wraps=True), line())

    def done(self, receipt: Receipt) -> None:
        row = self.row("name")
        name = row.text if row is not None else ""
        verb = "is changed" if self.ref is not None else "is made"
        del receipt
        self.close(f"{self.entity} {name} {verb}; {self.app.key_named('undo')} takes it back")


class MembershipPanel(PickPanel):
    """What an account or group is in: enter puts it in or takes it out, f2 tries that out and does it."""

    wide = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+g", "save", "Try it out, then do it", show=False, id="form.save"),
    ]

    def __init__(self, entity: Entity, row: AccountRow | GroupRow, directory: Directory) -> None:
        super().__init__()
        self.entity, self._row = entity, row
        self.title = f"Memberships of {row.name}"
        self.question = "groups and roles: type a part of the name"
        self._directory = directory
        self._in = {("group", id) for id in row.groups} | {("role", id) for id in row.roles}

    def key_hints(self) -> list[tuple[str, str]]:
        return [("↑↓", "move"), ("⏎", "in or out"), ("f2", "try it out, then do it"), ("esc", "leave all as it is")]

    def typed(self, text: str) -> None:
        part = text.casefold()
        self.show([self._line(one, says) for one, says in self._offered() if part in one.name.casefold()])

    def _offered(self) -> list[tuple[Picked, str]]:
        groups = [
            (Picked("group", id_text(row.id), row.name), row.description)
            for row in self._directory.groups
            if row.id != self._row.id
        ]
        roles = [(Picked("role", id_text(row.id), row.name), row.description) for row in self._directory.roles]
        return [*groups, *((Picked("role", name, name), BUILT_IN_SAYS[name]) for name in BUILT_IN_SAYS), *roles]

    def _line(self, one: Picked, says: str) -> Line:
        is_in = (one.kind, one.id) in self._in
        return line(
            Span("[x] " if is_in else "[ ] ", "good" if is_in else "label"),
            Span(f"{one.kind:<6} ", "label"),
            Span(f"{one.name}  "),
            Span(says.split("\n")[0], "label"),
            key=one,
        )

    def picked(self, key: Any) -> None:
        self._in ^= {(key.kind, key.id)}
        at = self.view.cursor_key
        self.typed(self.input.value.strip())
        self.view.move_to(at)

    def action_save(self) -> None:
        """Tries out what is chosen, and asks."""
        fields: dict[str, Any] = {}
        for name, kind in (("groups", "group"), ("roles", "role")):
            before = list(getattr(self._row, name))
            kept = [id for id in before if (kind, id) in self._in]
            after = [*kept, *sorted(id for at, id in self._in if at == kind and id not in before)]
            if after != before:
                fields[name] = after
        if not fields:
            self.close("nothing was changed", "")
            return
        try_out(self, self.title, [Edit(Ref(self.entity, self._row.id), fields)], self._done)

    def _done(self, receipt: Receipt) -> None:
        del receipt
        undo = self.app.key_named("undo")
        self.close(f"memberships of {self._row.name} are changed; {undo} takes it back")
