"""`rolodoc document`: documents of any kind."""

from __future__ import annotations

from typing import Annotated

import typer

from core.cli.command import Session, command, noun
from core.cli.listing import (
    DEFAULT_LIMIT,
    All,
    Column,
    Limit,
    Order,
    Reverse,
    Sort,
    Text,
    Trash,
    Type,
    list_rows,
)
from core.cli.moments import At, Revision, read_record
from core.cli.show import DEFAULT_SHOWN, Shown, show_past, show_with_links
from core.cli.writing import declare_writing
from core.rows import Group, LinkRow
from core.values import Query, id_text

app = noun("document", "Documents of any kind.")

COLUMNS = [
    Column("title", lambda row: row.title),
    Column("category", lambda row: row.category),
    Column("tags", lambda row: "; ".join(row.tags)),
    Column("id", lambda row: id_text(row.id)),
]


@command(app, "list")
def list_documents(
    session: Session,
    category: Annotated[str, typer.Option("--category", help="Only of this category.")] = "",
    tag: Annotated[str, typer.Option("--tag", help="Only with this tag.")] = "",
    type: Type = "",
    text: Text = "",
    sort: Sort = Order.name,
    reverse: Reverse = False,
    trash: Trash = False,
    limit: Limit = DEFAULT_LIMIT,
    all: All = False,
) -> None:
    """List documents."""
    query = Query(
        entity="document",
        category=category,
        tag=tag,
        type=type,
        text=text,
        sort=sort.value,
        descending=reverse,
        trash=trash,
    )
    list_rows(session, query, COLUMNS, None if all else limit)


@command(app, "show")
def show(
    session: Session,
    document: Annotated[str, typer.Argument(help="Id, external id or unique title.")],
    limit: Shown = DEFAULT_SHOWN,
    at: At = "",
    revision: Revision = None,
) -> None:
    """Show a document, and its people by relationship."""
    record = read_record(session.workspace, document, "document", at, revision)
    if at or revision is not None:
        show_past(session, record)
        return
    show_with_links(session, record, limit, _heading, _profile)


def _heading(group: Group) -> str:
    noun = "profile" if str(group.count) == "1" else "profiles"
    return f"{group.type.name}: {group.count} {noun}"


def _profile(link: LinkRow) -> list[str]:
    return [link.profile_name, link.profile_kind, id_text(link.profile)]


declare_writing(app, "document")
