"""`rolodoc type`: the relationship types that links are made of."""

from __future__ import annotations

from typing import Annotated

import typer

from core.cli.command import Session, command, noun
from core.cli.listing import Column, Trash, list_rows
from core.cli.moments import At, Revision, read_record
from core.cli.objects import record_object
from core.cli.show import show_past, shown_record
from core.cli.writing import declare_writing
from core.values import Query, id_text

app = noun("type", "Relationship types.")

COLUMNS = [
    Column("name", lambda row: row.name),
    Column("inverse", lambda row: row.inverse),
    Column("kinds", lambda row: "; ".join(row.profile_kinds)),
    Column("id", lambda row: id_text(row.id)),
]


@command(app, "list")
def list_types(session: Session, trash: Trash = False) -> None:
    """List relationship types."""
    list_rows(session, Query(entity="type", trash=trash), COLUMNS, None)


@command(app, "show")
def show(
    session: Session,
    type: Annotated[str, typer.Argument(help="Name or id.")],
    at: At = "",
    revision: Revision = None,
) -> None:
    """Show a relationship type, and how many links it has."""
    workspace, out = session.workspace, session.out
    record = read_record(workspace, type, "type", at, revision)
    if at or revision is not None:
        show_past(session, record)
        return
    totals = workspace.stats()
    links = totals.links_by_type.get(record.title, 0)
    if out.json:
        out.object(record_object(record) | {"links": links})
        return
    with shown_record(session, record):
        out.line(f"{totals.shown(links)} {'link' if links == 1 else 'links'}")


declare_writing(app, "type")
