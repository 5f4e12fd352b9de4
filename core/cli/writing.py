"""`new`, `edit`, `delete` and `restore` of every noun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, NamedTuple

import typer

from core.cli.command import Session, command
from core.cli.editor import edited
from core.cli.failure import UsageError
from core.cli.names import find_record
from core.cli.numbers import LARGEST
from core.cli.objects import receipt_object
from core.errors import Conflict, Invalid
from core.fields import FIELDS, Entity
from core.fields import field as find_field
from core.form_text import editable_fields, format_form, parse_form
from core.values import ConflictRecord, Record, Ref, id_text, tell_withheld
from core.write_values import Create, Delete, Edit, Receipt, Restore

TOLD: Final = 10  # conflicts that a receipt tells one by one

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
Revision = Annotated[
    int | None,
    typer.Option(
        "--if-revision",
        metavar="REV",
        min=1,
        max=LARGEST,
        help="Of the record that was read; what others changed since is merged, and what clashes becomes a conflict.",
    ),
]


def declare_writing(app: typer.Typer, entity: Entity) -> None:
    """Gives the noun's group the four commands."""
    fields = ", ".join(field.name for field in FIELDS[entity].values() if not field.internal)

    def new(session: Session, assignments: Assignments = None) -> int:
        return create(session, entity, assignments or [])

    def edit(
        session: Session,
        record: Named,
        assignments: Assignments = None,
        version: Read = "",
        revision: Revision = None,
    ) -> int:
        workspace = session.workspace
        ref = find_record(workspace, record, entity)
        seen = _seen(session, ref, version, revision)
        if not assignments:
            return _edit_by_hand(session, workspace.get(ref, revision=revision), seen)
        values = parse_assignments(session, entity, assignments)
        return tell_receipt(session, workspace.write([Edit(ref, values, seen.version, seen.merge)]))

    def delete(session: Session, records: AllNamed, version: Read = "", revision: Revision = None) -> int:
        refs = find_each(session, entity, records)
        all_seen = [_seen(session, ref, version, revision) for ref in refs]
        writes = [Delete(ref, seen.version, seen.merge) for ref, seen in zip(refs, all_seen, strict=True)]
        return tell_receipt(session, session.workspace.write(writes))

    def restore(session: Session, records: AllNamed) -> int:
        refs = find_each(session, entity, records)
        return tell_receipt(session, session.workspace.write([Restore(ref) for ref in refs]))

    for function, sentence in (
        (new, f"Make a {entity}. Fields: {fields}. Without --set, your editor opens on an empty one."),
        (edit, f"Change a {entity}. Fields: {fields}. Without --set, your editor opens on it."),
        (delete, f"Put {entity}s into the trash; restore takes them back."),
        (restore, f"Take {entity}s back from the trash."),
    ):
        function.__doc__ = sentence
        command(app, function.__name__)(function)


def create(session: Session, entity: Entity, assignments: Sequence[str]) -> int:
    """Makes a record of the fields assigned, or of what the person types in an editor; returns the exit code."""
    workspace = session.workspace
    if assignments:
        values = parse_assignments(session, entity, assignments)
        return tell_receipt(session, workspace.write([Create(entity, values)]))
    if entity == "link":
        raise UsageError("give --set document=..., --set profile=... and --set type=..., or use link add")
    form = format_form(entity, {}, [f"a new {entity}; save and leave the editor, or leave it unsaved to make none"])
    with edited(form, f"new-{entity}") as text:
        values = parse_form(entity, text, {})
        if values:
            return tell_receipt(session, workspace.write([Create(entity, values)]))
        session.out.note("nothing was typed, so nothing was made")
        return 0


class _Seen(NamedTuple):
    """The version that a person saw, and whether what others wrote since is merged; else it refuses the write."""

    version: int | None
    merge: bool = False


def _seen(session: Session, ref: Ref, version: str, revision: int | None) -> _Seen:
    """What --if-version and --if-revision say of a record."""
    if version and revision is not None:
        raise UsageError("--if-version refuses what moved on and --if-revision merges with it; give one of them")
    if revision is not None:
        return _Seen(session.workspace.get(ref, revision=revision).version, merge=True)
    return _Seen(_version(version) if version else None)


def _edit_by_hand(session: Session, before: Record, seen: _Seen) -> int:
    """Merges what was typed with what others wrote while the editor was open, so that neither is lost."""
    remarks = [
        f"{before.ref.entity} {id_text(before.ref.id)}, rev {before.revision}: {before.title}",
        "Save and leave the editor to write; leave it unsaved to change nothing.",
    ]
    entity = before.ref.entity
    if before.withheld:
        remarks.append(f"{tell_withheld(before.withheld)}; what is not shown stays as it is.")
    shown = {field.name for field in editable_fields(entity, before.withheld)}
    with edited(format_form(entity, before.fields, remarks, only=shown), entity) as text:
        values = parse_form(entity, text, before.fields)
        version, merge = seen if seen.version is not None else (before.version, True)
        return tell_receipt(session, session.workspace.write([Edit(before.ref, values, version, merge)]))


def parse_assignments(session: Session, entity: Entity, assignments: Sequence[str]) -> dict[str, Any]:
    """The values of `FIELD=VALUE`, parsed; raises Invalid."""
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise UsageError(f'--set: "{assignment}" is not FIELD=VALUE')
        field = find_field(entity, name)
        if field.internal:
            raise Invalid("is kept by rolodoc itself and cannot be set", name)
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


def tell_receipt(session: Session, receipt: Receipt) -> int:
    """Says what was done, and where that left a conflict open how it is settled; returns the exit code."""
    tell_done(session, receipt)
    return tell_open(session, receipt)


def tell_open(session: Session, receipt: Receipt) -> int:
    """Says how the conflicts that were left open are settled; returns the exit code."""
    for id in receipt.conflicts[:TOLD]:
        session.out.note(_what_is_open(session.workspace.conflict(id)))
    if len(receipt.conflicts) > TOLD:
        session.out.note(f"and {len(receipt.conflicts) - TOLD:,} more conflicts; rolodoc conflicts list shows them")
    return Conflict.exit_code if receipt.conflicts else 0


def tell_done(session: Session, receipt: Receipt) -> None:
    """Says what was done, and for one record its id."""
    if session.out.json:
        session.out.object(receipt_object(receipt))
    elif not receipt.changes:
        session.out.line("nothing had to change")
    elif len(receipt.refs) == 1:
        session.out.line(f"{receipt.summary} ({id_text(receipt.refs[0].id)})")
    else:
        session.out.line(receipt.summary)


def _what_is_open(conflict: ConflictRecord) -> str:
    number = id_text(conflict.id)
    ways = (
        f"rolodoc conflicts show {number} shows both sides, rolodoc conflicts resolve {number} --take mine settles it"
    )
    by = conflict.theirs.actor
    if conflict.question == "fields":
        fields = ", ".join(one.field for one in conflict.fields)
        return (
            f"{conflict.title}: {by} changed {fields} too; theirs stays and yours is kept until one is chosen: {ways}"
        )
    if conflict.question == "dangling":
        return f"{conflict.title}: what it joins is in the trash; what you wrote is kept until somebody decides: {ways}"
    return f"{conflict.title}: one side changed it and the other deleted it; it stays until somebody decides: {ways}"


def _version(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise UsageError(f'--if-version: "{text}" is not a version as show --json tells it') from None
