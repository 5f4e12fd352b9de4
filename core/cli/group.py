"""`rolodoc group` and `rolodoc role`: what accounts have in common, so that it is granted once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from core.cli.access_effects import DryRun, Yes, write_after_preview
from core.cli.command import Session, command, noun
from core.cli.failure import UsageError
from core.cli.listing import Column, Trash, list_rows
from core.cli.membership import declare_memberships
from core.cli.names import find_record
from core.cli.objects import record_object, row_object
from core.cli.subject_names import membership_names
from core.cli.writing import find_each, tell_receipt
from core.fields import Entity
from core.rights import AUDITOR, OWNER
from core.rows import AccountRow, GroupRow
from core.values import Query, Record, id_text
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Restore

BUILT_IN = {OWNER: "may do everything; no rule binds it", AUDITOR: "sees everything, changes nothing"}

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name or id.")]
Names = Annotated[list[str], typer.Argument(metavar="NAME", help="Names or ids.")]
NewName = Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")]
Description = Annotated[str | None, typer.Option("--description", metavar="TEXT", help="What it is for.")]
Renamed = Annotated[str, typer.Option("--name", help="A new name.")]


def _noun_of(entity: Entity, sentence: str) -> typer.Typer:
    app = noun(entity, sentence)

    def list_all(session: Session, trash: Trash = False) -> None:
        names = membership_names(session.workspace, "group") | membership_names(session.workspace, "role")
        columns = [Column("name", lambda row: row.name), Column("description", lambda row: row.description)]
        if entity == "group":
            columns += [
                Column("member of", lambda row: "; ".join(names[one] for one in row.groups if one in names)),
                Column("roles", lambda row: "; ".join(names[one] for one in row.roles if one in names)),
            ]
        elif not trash:
            _tell_built_in(session)
        columns.append(Column("id", lambda row: id_text(row.id)))
        list_rows(session, Query(entity=entity, trash=trash), columns, None)

    def show(session: Session, name: Name) -> None:
        _show(session, entity, name)

    def new(session: Session, name: NewName, description: Description = None) -> int:
        fields = {"name": name} | ({"description": description} if description else {})
        return tell_receipt(session, session.workspace.write([Create(entity, fields)]))

    def edit(session: Session, name: Name, renamed: Renamed = "", description: Description = None) -> int:
        record = session.workspace.get(find_record(session.workspace, name, entity))
        fields: dict[str, Any] = {"name": renamed} if renamed else {}
        if description is not None:
            fields["description"] = description
        if not fields:
            raise UsageError("say what to change: --name or --description")
        return tell_receipt(session, session.workspace.write([Edit(record.ref, fields, record.version)]))

    def delete(session: Session, names: Names, dry_run: DryRun = False, yes: Yes = False) -> int:
        writes = [Delete(ref) for ref in find_each(session, entity, names)]
        return write_after_preview(session, writes, dry_run=dry_run, yes=yes)

    def restore(session: Session, names: Names, dry_run: DryRun = False, yes: Yes = False) -> int:
        writes = [Restore(ref) for ref in find_each(session, entity, names)]
        return write_after_preview(session, writes, dry_run=dry_run, yes=yes)

    for function, name, sentence in (
        (list_all, "list", f"List the {entity}s."),
        (show, "show", f"Show a {entity}, and who is in it or has it."),
        (new, "new", f"Make a {entity}."),
        (edit, "edit", f"Change a {entity}."),
        (delete, "delete", f"Put {entity}s into the trash; what they gave counts no more until restore."),
        (restore, "restore", f"Take {entity}s back from the trash."),
    ):
        function.__doc__ = sentence
        command(app, name)(function)
    return app


def _tell_built_in(session: Session) -> None:
    for name, description in BUILT_IN.items():
        if session.out.json:
            session.out.object({"entity": "role", "name": name, "description": description, "built_in": True})
        else:
            session.out.note(f"{name} is built in: {description}")


def _show(session: Session, entity: Entity, name: str) -> None:
    workspace, out = session.workspace, session.out
    if entity == "role" and name in BUILT_IN:
        id, title, description = name, name, BUILT_IN[name]
        told = {"entity": "role", "name": name, "description": description, "built_in": True}
        above: list[tuple[str, str]] = []
    else:
        record = workspace.get(find_record(workspace, name, entity))
        id, title, description = id_text(record.ref.id), record.title, record.fields["description"]
        told = record_object(record)
        above = _above(workspace, record) if entity == "group" else []
    members = list(_members(workspace, entity, id))
    if out.json:
        out.object(told | {"members": [row_object(of, row) for of, row in members]})
        return
    out.line(title, bold=True)
    if description:
        out.lines(description)
    out.pairs(above)
    out.table(["", "", ""]).rows([of, row.name, id_text(row.id)] for of, row in members)
    if not members:
        out.note("nobody is in it" if entity == "group" else "nobody has it")
    if title not in BUILT_IN:
        out.note(f"rolodoc grant list --to {entity}:{title} shows what it was granted")


def _above(workspace: Workspace, group: Record) -> list[tuple[str, str]]:
    """What the group is a member of, and the roles that it has."""
    told = []
    kinds: tuple[tuple[str, str, Entity], ...] = (("member of", "groups", "group"), ("roles", "roles", "role"))
    for label, field, entity in kinds:
        names = membership_names(workspace, entity)
        told.append((label, "; ".join(names.get(one, "(in the trash)") for one in group.fields[field])))
    return [(label, value) for label, value in told if value]


def _members(workspace: Workspace, entity: Entity, id: str) -> Iterator[tuple[Entity, AccountRow | GroupRow]]:
    kinds: tuple[Entity, ...] = ("account", "group")
    for of in kinds:
        for row in workspace.page(Query(entity=of), limit=10_000).rows:
            if id in (row.groups if entity == "group" else row.roles):
                yield of, row


group_app = _noun_of("group", "Groups of accounts; a group can be a member of groups, and has what those have.")
role_app = _noun_of("role", "Roles, which are given to accounts and groups.")
declare_memberships(group_app, "group")
