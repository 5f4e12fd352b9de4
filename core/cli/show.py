"""`show` of every noun: a record's fields, and what its links join it with, by relationship."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from shlex import quote
from typing import Annotated, Any

import msgspec
import typer

from core.cli.command import Session
from core.cli.numbers import LARGEST
from core.cli.objects import record_object, row_object
from core.cli.output import format_time
from core.fields import FIELDS
from core.rows import Group, LinkRow
from core.values import Query, Record, id_text, tell_withheld

Shown = Annotated[
    int, typer.Option("--limit", min=0, max=LARGEST, help="At most so many links of each relationship type.")
]
DEFAULT_SHOWN = 100


def show_with_links(
    session: Session,
    record: Record,
    limit: int,
    heading: Callable[[Group], str],
    end: Callable[[LinkRow], list[str]],
) -> None:
    """The record, and under each relationship the other ends of its links."""
    groups = [(group, _links(session, record, group, limit)) for group in session.workspace.groups(record.ref)]
    if session.out.json:
        links = [_group_object(group, rows) for group, rows in groups]
        session.out.object(record_object(record) | {"links": links})
        return
    with shown_record(session, record):
        for group, rows in groups:
            session.out.line()
            session.out.line(heading(group), bold=True)
            session.out.table([""] * 3, indent="  ").rows(end(row) for row in rows)
            if len(rows) < group.count.value or not group.count.exact:
                these = f"--{record.ref.entity} {id_text(record.ref.id)} --type {quote(group.type.name)}"
                session.out.line(f"  and more: rolodoc link list {these} --all")


def show_past(session: Session, record: Record) -> None:
    """The record as it was, without links: which ones it had then is in their own histories."""
    if session.out.json:
        session.out.object(record_object(record))
        return
    with shown_record(session, record):
        pass


@contextmanager
def shown_record(session: Session, record: Record) -> Iterator[None]:
    """Writes what identifies a record and its fields before the block, and after it those of several lines."""
    out = session.out
    out.line(record.title, bold=True)
    out.line(
        f"{record.ref.entity} {id_text(record.ref.id)}, rev {record.revision}, "
        f"updated {format_time(record.updated_at)} by {record.updated_by}"
    )
    if record.deleted_at is not None:
        out.line(f"in the trash since {format_time(record.deleted_at)}")
    external = [("external id", f"{id} ({source})") for source, id in record.external]
    fields = _filled_fields(record)
    out.pairs([*external, *((name, text) for name, text in fields if "\n" not in text)])
    if record.withheld:
        out.line(tell_withheld(record.withheld))
    yield
    for name, text in fields:
        if "\n" in text:
            out.line()
            out.line(name, bold=True)
            out.lines(text, indent="  ")


def _filled_fields(record: Record) -> list[tuple[str, str]]:
    """Name and text of each field that holds something and is not in the title already."""
    return [
        (field.name, field.format(record.fields[field.name]))
        for field in FIELDS[record.ref.entity].values()
        if field.kind not in ("reference", "type")
        and not (field.required and field.kind == "line")
        and record.fields[field.name] != field.empty
    ]


def _links(session: Session, record: Record, group: Group, limit: int) -> list[LinkRow]:
    if not limit:
        return []
    end: dict[str, Any] = {record.ref.entity: record.ref.id}
    query = Query(entity="link", type=group.type.name, **end)
    named = {"document_title" if record.ref.entity == "document" else "profile_name": record.title}
    return [msgspec.structs.replace(row, **named) for row in session.workspace.page(query, limit=limit).rows]


def _group_object(group: Group, rows: list[LinkRow]) -> dict[str, Any]:
    return {
        "type": group.type.name,
        "inverse": group.type.inverse,
        "count": group.count.value,
        "exact": group.count.exact,
        "links": [row_object("link", row) for row in rows],
    }
