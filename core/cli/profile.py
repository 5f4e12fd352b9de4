"""`rolodoc profile`: people, organisations and groups."""

from __future__ import annotations

from typing import Annotated

import typer

from core.cli import erasing, merging
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
from core.fields import FIELDS, PROFILE_KINDS
from core.rows import Group, LinkRow
from core.values import Query, id_text

app = noun("profile", "People, organisations and groups.")

COLUMNS = [
    Column("name", lambda row: row.name),
    Column("kind", lambda row: row.kind),
    Column("email", lambda row: row.email or ""),
    Column("id", lambda row: id_text(row.id)),
]

Kind = Annotated[str, typer.Option("--kind", help=f"Only {', '.join(PROFILE_KINDS)}.")]


@command(app, "list")
def list_profiles(
    session: Session,
    kind: Kind = "",
    type: Type = "",
    text: Text = "",
    sort: Sort = Order.name,
    reverse: Reverse = False,
    trash: Trash = False,
    limit: Limit = DEFAULT_LIMIT,
    all: All = False,
) -> None:
    """List profiles."""
    if kind:
        FIELDS["profile"]["kind"].check(kind)
    query = Query(entity="profile", kind=kind, type=type, text=text, sort=sort.value, descending=reverse, trash=trash)
    list_rows(session, query, COLUMNS, None if all else limit)


@command(app, "show")
def show(
    session: Session,
    profile: Annotated[str, typer.Argument(help="Id, external id or unique name.")],
    limit: Shown = DEFAULT_SHOWN,
    at: At = "",
    revision: Revision = None,
) -> None:
    """Show a profile, and its documents by relationship."""
    record = read_record(session.workspace, profile, "profile", at, revision)
    if at or revision is not None:
        show_past(session, record)
        return
    show_with_links(session, record, limit, _heading, _document)


def _heading(group: Group) -> str:
    noun = "document" if str(group.count) == "1" else "documents"
    return f"{group.type.inverse or group.type.name}: {group.count} {noun}"


def _document(link: LinkRow) -> list[str]:
    return [link.document_title, link.category, id_text(link.document)]


declare_writing(app, "profile")
merging.declare(app)
erasing.declare(app)
