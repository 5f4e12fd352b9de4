"""`show` of every noun: a record's fields, and what its links join it with, by relationship."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import typer

from core.cli.command import Session
from core.cli.objects import record_object, row_object
from core.cli.output import format_time
from core.fields import FIELDS
from core.values import Group, LinkRow, Query, Record, id_text

Shown = Annotated[int, typer.Option("--limit", min=0, help="At most so many links of each relationship type.")]
DEFAULT_SHOWN = 50


def show_record(session: Session, record: Record) -> None:
    """Writes title, identity and the fields that are not empty, for people."""
    out = session.out
    out.line(record.title, bold=True)
    out.line(
        f"{record.ref.entity} {id_text(record.ref.id)}, rev {record.revision}, "
        f"updated {format_time(record.updated_at)} by {record.updated_by}"
    )
    if record.deleted_at is not None:
        out.line(f"in the trash since {format_time(record.deleted_at)}")
    external = [("external id", f"{id} ({source})" if source else id) for source, id in record.external]
    out.pairs([*external, *filled_fields(record)])


def filled_fields(record: Record) -> list[tuple[str, str]]:
    """Name and text of each field that holds something and is not in the title already."""
    fields = FIELDS[record.ref.entity].values()
    shown = [(field, record.fields.get(field.name, field.empty)) for field in fields]
    return [
        (field.name, field.format(value))
        for field, value in shown
        if value not in ("", None, [], {}) and field.kind not in ("reference", "type") and value != record.title
    ]


def show_with_links(
    session: Session,
    record: Record,
    limit: int,
    heading: Callable[[Group], str],
    end: Callable[[LinkRow], list[str]],
) -> None:
    """The record, then under each relationship the other ends of its links."""
    out = session.out
    groups = [(group, _links(session, record, group, limit)) for group in session.workspace.groups(record.ref)]
    if out.json:
        links = [
            {
                "type": group.type.name,
                "inverse": group.type.inverse,
                "count": group.count.value,
                "exact": group.count.exact,
                "links": [row_object("link", row) for row in rows],
            }
            for group, rows in groups
        ]
        out.object(record_object(record) | {"links": links})
        return
    show_record(session, record)
    for group, rows in groups:
        out.line()
        out.line(heading(group), bold=True)
        out.table([""] * 3, indent="  ").rows(end(row) for row in rows)
        if len(rows) < group.count.value or not group.count.exact:
            out.line(f"  and more: rolodoc link list --{record.ref.entity} {id_text(record.ref.id)} --all")


def _links(session: Session, record: Record, group: Group, limit: int) -> list[LinkRow]:
    if not limit:
        return []
    end: dict[str, Any] = {record.ref.entity: record.ref.id}
    query = Query(entity="link", type=group.type.name, **end)
    named = {"document_title" if record.ref.entity == "document" else "profile_name": record.title}
    return [msgspec.structs.replace(row, **named) for row in session.workspace.page(query, limit=limit).rows]
