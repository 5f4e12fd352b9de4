"""`rolodoc link`: who stands to which document in which relationship."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from core.cli.command import Session, command, noun
from core.cli.listing import DEFAULT_LIMIT, All, Column, Limit, Reverse, Text, Trash, list_rows
from core.cli.moments import At, Revision, read_record
from core.cli.names import find_record
from core.cli.objects import record_object
from core.cli.show import shown_record
from core.cli.writing import Assignments, create, declare_writing
from core.errors import Invalid
from core.fields import Entity
from core.instants import parse_instant
from core.values import Query, RecordId, Ref, id_text
from core.workspace import Workspace

app = noun("link", "Links between documents and profiles.")

ENDS: Final[tuple[Entity, ...]] = ("document", "profile")

COLUMNS = [
    Column("document", lambda row: row.document_title),
    Column("type", lambda row: row.type),
    Column("profile", lambda row: row.profile_name),
    Column("id", lambda row: id_text(row.id)),
]


@command(app, "list")
def list_links(
    session: Session,
    document: Annotated[str, typer.Option("--document", help="Only of this document.")] = "",
    profile: Annotated[str, typer.Option("--profile", help="Only of this profile.")] = "",
    type: Annotated[str, typer.Option("--type", help="Only of this relationship type.")] = "",
    category: Annotated[str, typer.Option("--category", help="Only of this reference category.")] = "",
    tag: Annotated[str, typer.Option("--tag", help="Only with this reference tag.")] = "",
    text: Text = "",
    valid_at: Annotated[str, typer.Option("--valid-at", metavar="DATE", help="Only those valid then.")] = "",
    reverse: Reverse = False,
    trash: Trash = False,
    limit: Limit = DEFAULT_LIMIT,
    all: All = False,
) -> None:
    """List links: those of a document by type and position, others the latest first."""
    workspace = session.workspace
    ends: dict[str, Any] = {}
    known: dict[str, str] = {}
    if document:
        ends["document"], known["document_title"] = _end(workspace, "document", document)
    if profile:
        ends["profile"], known["profile_name"] = _end(workspace, "profile", profile)
    query = Query(
        entity="link",
        **ends,
        type=type,
        category=category,
        tag=tag,
        text=text,
        valid_at=_instant(valid_at),
        sort="created",
        descending=reverse,
        trash=trash,
    )
    list_rows(session, query, COLUMNS, None if all else limit, known)


def _end(workspace: Workspace, entity: Entity, name: str) -> tuple[RecordId, str]:
    """Id and title of the record at one end."""
    record = workspace.get(find_record(workspace, name, entity))
    return record.ref.id, record.title


def _instant(text: str) -> int | None:
    if not text:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise Invalid(str(error), "--valid-at") from None


@command(app, "show")
def show(
    session: Session,
    link: Annotated[str, typer.Argument(help="Id of the link.")],
    at: At = "",
    revision: Revision = None,
) -> None:
    """Show a link."""
    workspace = session.workspace
    record = read_record(workspace, link, "link", at, revision)
    if session.out.json:
        session.out.object(record_object(record))
        return
    with shown_record(session, record):
        for end in ENDS:
            id = record.fields[end]
            session.out.line(f"{end}: {workspace.get(Ref(end, id)).title} ({id_text(id)})")


@command(app, "add")
def add(
    session: Session,
    document: Annotated[str, typer.Argument(help="Id, external id or unique title.")],
    profile: Annotated[str, typer.Argument(help="Id, external id or unique name.")],
    type: Annotated[str, typer.Option("--type", help="Relationship type, as the document says it.")],
    assignments: Assignments = None,
) -> int:
    """Link a document with a profile."""
    ends = [f"document={document}", f"profile={profile}", f"type={type}"]
    return create(session, "link", [*ends, *(assignments or [])])


declare_writing(app, "link")
