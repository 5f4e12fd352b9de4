"""`rolodoc audit`: what was done and tried, and whether that can be trusted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from core import checkpoint_text
from core.access_values import AuditEntry, AuditQuery, Checkpoint, Verdict
from core.cli.command import Session, command, noun
from core.cli.failure import UsageError
from core.cli.listing import DEFAULT_LIMIT, All, Limit
from core.cli.moments import TIME, parse_moment
from core.cli.names import find_record, parse_request
from core.cli.objects import fields_object
from core.cli.output import format_time
from core.cli.progress import progress_bar
from core.errors import Corrupt, Invalid, Unavailable
from core.instants import format_instant
from core.values import id_text
from core.workspace import PAGE, Workspace

app = noun("audit", "What was done and tried, by whom, and whether the record of it holds.")

By = Annotated[str, typer.Option("--by", metavar="ACCOUNT", help="Only what this account did or tried.")]
Record = Annotated[str, typer.Option("--record", metavar="RECORD", help="Only what is about this record.")]
Kind = Annotated[
    str, typer.Option("--kind", metavar="KIND", help="Such as document.updated, access.denied; grant. for all of them.")
]
Request = Annotated[str, typer.Option("--request", metavar="ID", help="Only what this request did.")]
Since = Annotated[str, typer.Option("--since", metavar="TIME", help=f"Only from then on: {TIME}.")]
Until = Annotated[str, typer.Option("--until", metavar="TIME", help="Only before then.")]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A file that there is not yet.")]


@command(app, "list")
def list_entries(
    session: Session,
    by: By = "",
    record: Record = "",
    kind: Kind = "",
    request: Request = "",
    since: Since = "",
    until: Until = "",
    limit: Limit = DEFAULT_LIMIT,
    all: All = False,
) -> None:
    """List entries, the newest first."""
    workspace, out = session.workspace, session.out
    query = AuditQuery(
        actor=by,
        record=find_record(workspace, record) if record else None,
        kind=kind,
        request=parse_request(request) if request else None,
        since=parse_moment(since, "--since"),
        until=parse_moment(until, "--until"),
    )
    table = out.table(["", "when", "who", "what", "record", ""])
    shown = 0
    for entries in _pages(workspace, query, None if all else limit):
        shown += len(entries)
        if out.json:
            for entry in entries:
                out.object(entry_object(entry))
        else:
            table.rows(_cells(entry) for entry in entries)
    if not shown:
        out.note("no entry yet" if query == AuditQuery() else "no entry fits")
    elif shown == limit and not all:
        out.note(f"the latest {limit}; --limit N or --all shows more")


@command(app, "verify")
def verify(
    session: Session,
    kept: Annotated[
        list[Path] | None,
        typer.Option("--checkpoint", metavar="FILE", help="A checkpoint that was kept elsewhere; again and again."),
    ] = None,
) -> int:
    """Verify that no entry was changed, removed or put in; exit code 8 names the first that is wrong.

    Only a checkpoint that was kept outside of the store finds that all of it was written anew.
    """
    known = [_read_checkpoint(path) for path in kept or ()]
    with progress_bar("verify") as progress:
        verdict = session.workspace.verify_audit(known, progress=progress)
    out = session.out
    if out.json:
        out.object(verdict_object(verdict))
    else:
        for remark in verdict.remarks:
            out.note(remark)
    if verdict.bad is not None:
        raise Corrupt(verdict.sentence)
    if not out.json:
        out.line(f"the audit holds: {verdict.entries:,} entries, {verdict.checkpoints:,} checkpoints")
    return 0


@command(app, "export")
def export(session: Session, file: File) -> None:
    """Write all entries to a file, one JSON object a line, the oldest first; the audit tells of it."""
    workspace = session.workspace
    workspace.audit(AuditQuery(), limit=1)  # one who may not read it leaves neither a file nor an export in the audit
    count = 0
    with _new_file(file) as handle:
        workspace.note("export", detail=f"audit to {file.name}"[:500])
        after = 0
        while entries := workspace.audit(AuditQuery(), after=after, limit=PAGE):
            handle.writelines(_line(entry_object(entry)) for entry in entries)
            count += len(entries)
            after = entries[-1].seq
    session.out.line(f"wrote {count:,} entries to {file}")


@command(app, "checkpoint")
def checkpoint(session: Session, file: File) -> None:
    """Write a signed checkpoint of the latest entry to a file, to be kept elsewhere."""
    signed = session.workspace.checkpoint_audit()
    with _new_file(file) as handle:
        handle.write(checkpoint_text.to_text(signed) + "\n")
    session.out.line(f"wrote a checkpoint of entry {signed.seq:,} to {file}; keep it where nobody here can change it")


# --- helpers ------------------------------------------------------------------------------------------------


def entry_object(entry: AuditEntry) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, values in (("before", entry.before), ("after", entry.after)):
        plain = values is None or entry.record is None
        fields[name] = values if plain else fields_object(entry.record.entity, values)  # type: ignore[union-attr,arg-type]
    return {
        "seq": entry.seq,
        "at": format_instant(entry.at),
        "actor": entry.actor.name,
        "via": entry.actor.via,
        "from": entry.actor.address,
        "kind": entry.kind,
        "record": None if entry.record is None else {"entity": entry.record.entity, "id": id_text(entry.record.id)},
        "title": entry.title,
        "request": None if entry.request is None else id_text(entry.request),
        "decision": entry.decision,
        "reason": entry.reason,
        "detail": entry.detail,
        "hash": entry.hash.hex(),
        **fields,
    }


def verdict_object(verdict: Verdict) -> dict[str, Any]:
    return {
        "holds": verdict.bad is None,
        "entries": verdict.entries,
        "first": verdict.first,
        "last": verdict.last,
        "checkpoints": verdict.checkpoints,
        "bad": verdict.bad,
        "problem": verdict.problem,
        "remarks": verdict.remarks,
    }


def _pages(workspace: Workspace, query: AuditQuery, limit: int | None) -> Iterator[list[AuditEntry]]:
    before, left = None, limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        entries = workspace.audit(query, before=before, limit=size)
        yield entries
        if len(entries) < size:
            return
        before = entries[-1].seq
        left = None if left is None else left - size


def _cells(entry: AuditEntry) -> list[str]:
    via = "" if entry.actor.via == "cli" else f" via {entry.actor.via}"
    record = entry.title or (f"{entry.record.entity} {id_text(entry.record.id)}" if entry.record else "")
    words = [entry.detail, f"reason: {entry.reason}" if entry.reason else ""]
    kind = entry.kind if entry.decision != "denied" or entry.kind == "access.denied" else f"{entry.kind} denied"
    return [
        str(entry.seq),
        format_time(entry.at),
        f"{entry.actor.name}{via}",
        kind,
        record,
        "; ".join(filter(None, words)),
    ]


def _read_checkpoint(path: Path) -> Checkpoint:
    try:
        return checkpoint_text.from_text(path.read_text("utf-8"))
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Invalid(f"{path} is no checkpoint; rolodoc audit checkpoint FILE writes one") from None


def _new_file(path: Path) -> Any:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
    except FileExistsError:
        raise UsageError(f"{path} is there already; name a file that is not") from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}") from None


def _line(value: dict[str, Any]) -> str:
    return msgspec.json.encode(value).decode() + "\n"
