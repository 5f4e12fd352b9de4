"""`rolodoc trash`: what was deleted, and deleting it for good."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Annotated, Final

import typer

from core.cli.asking import YES, is_confirmed
from core.cli.command import Session, command, noun
from core.cli.listing import DEFAULT_LIMIT, All, Limit
from core.cli.moments import DAY
from core.cli.objects import row_object
from core.cli.output import format_time
from core.fields import RECORDS, Entity
from core.instants import format_instant, now
from core.rows import Row
from core.values import Query, id_text
from core.workspace import PAGE, Workspace

app = noun("trash", "What was deleted: restore takes it back, purge deletes it for good.")

DAYS: Final = 30


@command(app, "list")
def list_trash(session: Session, limit: Limit = DEFAULT_LIMIT, all: All = False) -> None:
    """List what is in the trash, the latest deleted first."""
    workspace, out = session.workspace, session.out
    found = merge(*(_trashed(workspace, entity) for entity in RECORDS), key=_when, reverse=True)
    table = out.table(["deleted", "", "name", "id"])
    wanted = found if all else islice(found, limit)
    shown = 0
    while rows := list(islice(wanted, PAGE)):
        shown += len(rows)
        if out.json:
            for entity, row in rows:
                out.object(row_object(entity, row) | {"deleted_at": format_instant(row.sort_value)})
        else:
            table.rows([format_time(row.sort_value), entity, row.label, id_text(row.id)] for entity, row in rows)
    if not shown:
        out.note("the trash is empty")
    elif (stats := workspace.stats()).trash > shown:
        out.note(f"{shown:,} of {stats.shown(stats.trash)} shown; --limit N or --all shows more")


@command(app, "purge")
def purge(
    session: Session,
    older_than: Annotated[
        int, typer.Option("--older-than", metavar="DAYS", min=0, max=36_500, help="What went there so long ago.")
    ] = DAYS,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help=YES)] = False,
) -> None:
    """Delete for good what has been in the trash for 30 days, with its history; nothing brings it back.

    What an open conflict asks about stays until that is settled, and what was merged into a record as long as that one.
    """
    workspace = session.workspace
    before = now() - older_than * DAY
    if not yes or dry_run:
        counts = workspace.purge(before, dry_run=True)
        _tell(session, counts, older_than, "would delete for good")
        if dry_run or not counts:
            return
        if not is_confirmed(session, "delete all that for good?", yes):
            return
    _tell(session, workspace.purge(before), older_than, "deleted for good")


def _tell(session: Session, counts: dict[str, int], days: int, done: str) -> None:
    if session.out.json:
        session.out.object(counts)
    elif counts:
        session.out.line(f"{done}: {', '.join(_many(kind, count) for kind, count in counts.items())}")
    else:
        session.out.line(f"nothing has been in the trash for {days} days, so nothing goes")


def _many(kind: str, count: int) -> str:
    return f"{count:,} {kind}{'' if count == 1 else 's'}"


def _trashed(workspace: Workspace, entity: Entity) -> Iterator[tuple[Entity, Row]]:
    query, key = Query(entity=entity, trash=True), None
    while rows := workspace.page(query, key=key).rows:
        yield from ((entity, row) for row in rows)
        if len(rows) < PAGE:
            return
        key = (rows[-1].sort_value, rows[-1].number)


def _when(found: tuple[Entity, Row]) -> int:
    return int(found[1].sort_value)
