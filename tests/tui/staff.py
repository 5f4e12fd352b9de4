"""Several people in the office: an owner, members of nested groups, a clerk by a role, one tied to a profile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.instants import parse_instant
from core.rows import GrantRow
from core.values import Actor, Query, RecordId, Ref, id_text
from core.workspace import Workspace, open_workspace
from core.write_values import Create, Edit
from tests.tui.conftest import Office

FAR = "2099-12-31"


class Staff:
    """tester owns the store; ann is in office, which is in hr; bob is a clerk; cleo is tied to Cleo Ngata; dan has
    nothing. hr may edit the Report until 2099, clerks see all documents but bob not the Letter, authors see what they
    wrote."""

    def __init__(self, office: Office) -> None:
        self.office, self.workspace = office, office.workspace
        write = self.workspace.write
        self.ids: dict[str, RecordId] = {}
        self._keep("ann", Create("account", {"name": "ann"}))
        self._keep("hr", Create("group", {"name": "hr", "description": "Human resources"}))
        self._keep("office", Create("group", {"name": "office", "groups": [self.id("hr")]}))
        self._keep("clerk", Create("role", {"name": "clerk"}))
        write([Edit(Ref("account", self.ids["ann"]), {"groups": [self.id("office")]})])
        self._keep("bob", Create("account", {"name": "bob", "roles": [self.id("clerk")]}))
        self._keep("cleo", Create("account", {"name": "cleo", "tied_to": id_text(office.ids["Cleo Ngata"])}))
        self._keep("dan", Create("account", {"name": "dan"}))
        write([Edit(self.workspace.resolve("author", "type"), {"grants": "see"})])
        self.grant("edit", group="hr", on="Report", valid_until=parse_instant(FAR))
        self.grant("see", role="clerk", on="documents")
        self.grant("see", account="bob", on="Letter", effect="deny", note="he wrote it")

    def _keep(self, name: str, write: Create) -> None:
        (ref,) = self.workspace.write([write]).refs
        self.ids[name] = ref.id

    def id(self, name: str) -> str:
        """As the fields of others hold it."""
        return id_text(self.ids[name])

    def grant(self, action: str, *, on: str, **fields: Any) -> Ref:
        """Grants to account=, group=, role= or profile= of this name on a record or an area."""
        kind = next(kind for kind in ("account", "group", "role", "profile") if kind in fields)
        name = fields.pop(kind)
        subject = id_text(self.office.ids[name]) if kind == "profile" else self.id(name)
        area = on in ("profiles", "documents", "access", "settings", "audit")
        target = (
            {"target_kind": on}
            if area
            else {"target_kind": self.office.ref(on).entity, "target": id_text(self.office.ids[on])}
        )
        (ref,) = self.workspace.write(
            [Create("grant", {"action": action, "subject_kind": kind, "subject": subject, **target, **fields})]
        ).refs
        return ref

    def grants(self) -> list[tuple[str, str, str, str]]:
        """Those there are: effect, action, to whom, on what."""
        rows: list[GrantRow] = self.workspace.page(Query(entity="grant")).rows
        return sorted((row.effect, row.action, row.subject_name, row.target_name) for row in rows)


@contextmanager
def workspace_of(name: str, store_path: Path) -> Iterator[Workspace]:
    """The store as this account sees it."""
    opened = open_workspace(str(store_path), Actor(name, "terminal"))
    yield opened
    opened.close()
