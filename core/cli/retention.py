"""`rolodoc retention`: how long the change log and the audit are kept."""

from __future__ import annotations

from typing import Annotated

import typer

from core.access_values import Pruning
from core.cli.asking import YES, is_confirmed
from core.cli.command import Session, command, noun
from core.cli.listing import Column, list_rows
from core.cli.writing import tell_receipt
from core.errors import NotFound
from core.fields import LOGS
from core.instants import format_instant
from core.values import Query, Ref, id_text
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit

app = noun("retention", "How many days the change log and the audit are kept. Without a rule they are kept for ever.")

COLUMNS = [
    Column("log", lambda row: row.log),
    Column("days", lambda row: f"{row.days:,}"),
    Column("id", lambda row: id_text(row.id)),
]

Log = Annotated[str, typer.Argument(metavar="LOG", help=" or ".join(LOGS))]


@command(app, "list")
def list_rules(session: Session) -> None:
    """List the rules."""
    list_rows(session, Query(entity="retention"), COLUMNS, None, nothing="all logs are kept for ever")


@command(app, "set")
def set_rule(
    session: Session, log: Log, days: Annotated[int, typer.Argument(metavar="DAYS", help="What is older may go.")]
) -> int:
    """Say how many days a log is kept; nothing goes before retention apply."""
    ref = _find(session.workspace, log)
    write = Create("retention", {"log": log, "days": days}) if ref is None else Edit(ref, {"days": days})
    return tell_receipt(session, session.workspace.write([write]))


@command(app, "unset")
def unset(session: Session, log: Log) -> int:
    """Keep a log for ever."""
    ref = _find(session.workspace, log)
    if ref is None:
        raise NotFound(f"there is no rule for the log {log[:60]}; rolodoc retention list shows those there are")
    return tell_receipt(session, session.workspace.write([Delete(ref)]))


@command(app, "apply")
def apply(
    session: Session,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help=YES)] = False,
) -> None:
    """Remove for good what the rules let go; a signed checkpoint says what the audit held until then."""
    workspace = session.workspace
    if dry_run or not yes:
        preview = workspace.prune(dry_run=True)
        _tell(session, preview, "would remove")
        if dry_run or not preview.changes + preview.audit:
            return
        if not is_confirmed(session, "remove all that for good?", yes):
            return
    _tell(session, workspace.prune(), "removed")


def _find(workspace: Workspace, log: str) -> Ref | None:
    rows = workspace.page(Query(entity="retention"), limit=10).rows
    return next((Ref("retention", row.id) for row in rows if row.log == log), None)


def _tell(session: Session, pruning: Pruning, done: str) -> None:
    out = session.out
    if out.json:
        out.object(
            {
                "changes": pruning.changes,
                "audit": pruning.audit,
                "changes_before": _instant(pruning.changes_before),
                "audit_before": _instant(pruning.audit_before),
                "dry_run": pruning.dry_run,
            }
        )
    elif not pruning.changes + pruning.audit:
        out.line("nothing is as old as that, so nothing goes")
    else:
        out.line(f"{done} {pruning.changes:,} changes and {pruning.audit:,} entries of the audit")


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)
