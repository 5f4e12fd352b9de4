"""What accounts, groups and roles are called, and who is in which: read whole, since they are few."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from core.errors import NotFound
from core.fields import Entity
from core.rights import AUDITOR, OWNER
from core.rows import AccountRow, GrantRow, GroupRow, RoleRow
from core.values import Query, Ref, id_text
from core.workspace import PAGE, Workspace
from tui.describe_access import grant_words
from tui.widgets.picked import Picked

Row = AccountRow | GroupRow | RoleRow
KINDS: Final[tuple[Entity, ...]] = ("account", "group", "role")
MOST: Final = 20_000  # of each kind
BUILT_IN_SAYS: Final = {OWNER: "may do everything; no rule binds it", AUDITOR: "sees everything, changes nothing"}


@dataclass(frozen=True, slots=True)
class Directory:
    """All accounts, groups and roles that one may see, each by name."""

    accounts: list[AccountRow] = field(default_factory=list)
    groups: list[GroupRow] = field(default_factory=list)
    roles: list[RoleRow] = field(default_factory=list)

    def of(self, entity: Entity) -> list[Any]:
        """The rows of this kind."""
        rows: dict[str, list[Any]] = {"account": self.accounts, "group": self.groups, "role": self.roles}
        return rows[entity]

    def find(self, entity: Entity, id: str) -> Row | None:
        """The one with this id as text, if it is among them."""
        return next((row for row in self.of(entity) if id_text(row.id) == id), None)

    def name(self, entity: Entity, id: str) -> str:
        """Its name; "" where it is in the trash, or may not be seen."""
        if entity == "role" and id in BUILT_IN_SAYS:
            return id
        row = self.find(entity, id)
        return row.name if row is not None else ""

    def above(self, row: AccountRow | GroupRow) -> list[tuple[GroupRow, list[str]]]:
        """The groups that it is in, also through others, each with the path of names up to it."""
        found: dict[bytes, tuple[GroupRow, list[str]]] = {}
        wave: list[tuple[AccountRow | GroupRow, list[str]]] = [(row, [row.name])]
        by_id = {id_text(group.id): group for group in self.groups}
        while wave:
            member, path = wave.pop(0)
            for group in filter(None, map(by_id.get, member.groups)):
                if group.id not in found and group.id != row.id:
                    found[group.id] = (group, [*path, group.name])
                    wave.append(found[group.id])
        return list(found.values())

    def members(self, entity: Entity, id: str) -> list[AccountRow | GroupRow]:
        """The groups and accounts that this group or role is named by."""
        of = "groups" if entity == "group" else "roles"
        everybody: list[AccountRow | GroupRow] = [*self.groups, *self.accounts]
        return [row for row in everybody if id in getattr(row, of)]


def read_directory(workspace: Workspace, *, trash: bool = False) -> Directory:
    """Raises Denied for an account that there is not any more."""
    return Directory(*(_read_all(workspace, entity, trash) for entity in KINDS))


def read_names(workspace: Workspace) -> dict[str, str]:
    """What describe_access calls Names: of all accounts, groups and roles, and of the latest grants, in the trash or
    not. Raises as read_directory."""
    names: dict[str, str] = {}
    for trash in (True, False):
        directory = read_directory(workspace, trash=trash)
        names |= {id_text(row.id): row.name for entity in KINDS for row in directory.of(entity)}
        rows: list[GrantRow] = workspace.page(Query(entity="grant", trash=trash)).rows
        names |= {id_text(row.id): grant_words(row) for row in rows}
    return names


def find_tied(workspace: Workspace, id: str) -> Picked | None:
    """The profile that an account is tied to; None for none, and for one that may not be seen."""
    if not id:
        return None
    try:
        record = workspace.get(Ref("profile", UUID(id).bytes))
    except NotFound:
        return Picked("profile", id, "a profile that you may not see")
    return Picked("profile", id, record.title)


def _read_all(workspace: Workspace, entity: Entity, trash: bool) -> list[Any]:
    query = Query(entity=entity, trash=trash)
    rows: list[Any] = []
    while len(rows) < MOST:
        page = workspace.page(query, key=(rows[-1].sort_value, rows[-1].number) if rows else None)
        rows += page.rows
        if len(page.rows) < PAGE:
            break
    return rows
