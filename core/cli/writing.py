"""`new`, `edit`, `delete` and `restore` of every noun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from core.cli.command import Session, command
from core.cli.editor import edited
from core.cli.failure import UsageError
from core.cli.names import find_record
from core.cli.objects import receipt_object
from core.errors import Invalid
from core.fields import FIELDS, Entity
from core.fields import field as find_field
from core.form_text import format_form, parse_form
from core.values import Create, Delete, Edit, Receipt, Record, Ref, Restore, id_text

Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help="Give a field a value; again and again."),
]
Named = Annotated[str, typer.Argument(metavar="RECORD", help="Id, external id or unique name.")]
AllNamed = Annotated[list[str], typer.Argument(metavar="RECORD", help="Ids, external ids or unique names.")]
Read = Annotated[
    str,
    typer.Option("--if-version", metavar="VERSION", help="Only if this is the version still, as show --json tells it."),
]


def declare_writing(app: typer.Typer, entity: Entity) -> None:
    """Gives the noun's group the four commands."""
    fields = ", ".join(FIELDS[entity])

    def new(session: Session, assignments: Assignments = None) -> None:
        create(session, entity, assignments or [])

    def edit(session: Session, record: Named, assignments: Assignments = None, version: Read = "") -> None:
        before = session.workspace.get(find_record(session.workspace, record, entity))
        if assignments:
            values = parse_assignments(session, entity, assignments)
            expected = _version(version) if version else None
            tell_receipt(session, session.workspace.write([Edit(before.ref, values, expected)]))
        else:
            _edit_by_hand(session, before)

    def delete(session: Session, records: AllNamed, version: Read = "") -> None:
        refs = find_each(session, entity, records)
        expected = _version(version) if version else None
        tell_receipt(session, session.workspace.write([Delete(ref, expected) for ref in refs]))

    def restore(session: Session, records: AllNamed) -> None:
        refs = find_each(session, entity, records)
        tell_receipt(session, session.workspace.write([Restore(ref) for ref in refs]))

    for function, sentence in (
        (new, f"Make a {entity}. Fields: {fields}. Without --set, your editor opens on an empty one."),
        (edit, f"Change a {entity}. Fields: {fields}. Without --set, your editor opens on it."),
        (delete, f"Put {entity}s into the trash; restore takes them back."),
        (restore, f"Take {entity}s back from the trash."),
    ):
        function.__doc__ = sentence
        command(app, function.__name__)(function)


def create(session: Session, entity: Entity, assignments: Sequence[str]) -> None:
    """Makes a record of the fields assigned, or of what the person types in an editor."""
    workspace = session.workspace
    if assignments:
        values = parse_assignments(session, entity, assignments)
        tell_receipt(session, workspace.write([Create(entity, values)]))
        return
    if entity == "link":
        raise UsageError("give --set document=..., --set profile=... and --set type=..., or use link add")
    form = format_form(entity, {}, [f"a new {entity}; save and leave the editor, or leave it unsaved to make none"])
    with edited(form, f"new-{entity}") as text:
        values = parse_form(entity, text, {})
        if values:
            tell_receipt(session, workspace.write([Create(entity, values)]))
        else:
            session.out.note("nothing was typed, so nothing was made")


def _edit_by_hand(session: Session, before: Record) -> None:
    """Writes against the version that was read, so that nobody's change meanwhile is lost."""
    remarks = [
        f"{before.ref.entity} {id_text(before.ref.id)}, rev {before.revision}: {before.title}",
        "Save and leave the editor to write; leave it unsaved to change nothing.",
    ]
    entity = before.ref.entity
    with edited(format_form(entity, before.fields, remarks), entity) as text:
        values = parse_form(entity, text, before.fields)
        tell_receipt(session, session.workspace.write([Edit(before.ref, values, before.version)]))


def parse_assignments(session: Session, entity: Entity, assignments: Sequence[str]) -> dict[str, Any]:
    """The values of `FIELD=VALUE`, parsed; raises Invalid."""
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise UsageError(f'--set: "{assignment}" is not FIELD=VALUE')
        field = find_field(entity, name)
        if name in values:
            raise Invalid("is set twice", name)
        if field.kind == "reference":
            values[name] = find_record(session.workspace, text, "document" if name == "document" else "profile").id
        else:
            values[name] = field.parse(text)
    return values


def find_each(session: Session, entity: Entity, names: Sequence[str]) -> list[Ref]:
    """The records of these names, each once."""
    return list(dict.fromkeys(find_record(session.workspace, name, entity) for name in names))


def tell_receipt(session: Session, receipt: Receipt) -> None:
    """Says what was done, and for one record its id."""
    if session.out.json:
        session.out.object(receipt_object(receipt))
    elif not receipt.changes:
        session.out.line("nothing had to change")
    elif len(receipt.refs) == 1:
        session.out.line(f"{receipt.summary} ({id_text(receipt.refs[0].id)})")
    else:
        session.out.line(receipt.summary)


def _version(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(f'--if-version: "{text}" is not a version as show --json tells it') from None
