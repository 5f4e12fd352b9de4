"""What happened, who did it, what happens now, and taking it back: history, blame, watch, undo, redo."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from threading import Event
from typing import Annotated, Any

import typer

from core.cli.command import Session, command
from core.cli.failure import UsageError
from core.cli.names import find_record
from core.cli.numbers import LARGEST, parse_number
from core.cli.objects import blame_object, change_object, fields_object
from core.cli.output import format_time
from core.cli.shortening import shorten
from core.cli.writing import tell_receipt
from core.fields import FIELDS, Entity
from core.values import Change, id_text, tell_withheld


def declare(app: typer.Typer) -> None:
    for function in (history, blame, watch, undo, redo):
        command(app, function.__name__)(function)


def history(
    session: Session,
    record: Annotated[str, typer.Argument(help="Id, external id or unique name.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=LARGEST, help="At most so many changes.")] = 50,
) -> None:
    """Show a record's changes, the latest first."""
    workspace, out = session.workspace, session.out
    ref = find_record(workspace, record)
    changes = workspace.changes(ref=ref, limit=limit)
    for change in changes:
        if out.json:
            out.object(change_object(change))
            continue
        out.line(_summary(change), bold=True)
        out.pairs(_differences(change), indent="  ")
    if len(changes) == limit and workspace.changes(ref=ref, before=changes[-1].seq, limit=1):
        out.note(f"the latest {limit} changes; --limit N shows more")


def blame(
    session: Session,
    record: Annotated[str, typer.Argument(help="Id, external id or unique name.")],
) -> None:
    """Show for each field of a record who set it last, when, and how a merge came to it."""
    workspace, out = session.workspace, session.out
    found = workspace.get(find_record(workspace, record))
    entity, shown = found.ref.entity, fields_object(found.ref.entity, found.fields)
    table = out.table(["field", "value", "who", "when", "rev", "how"])
    rows: list[list[str]] = []
    for name, who in workspace.blame(found.ref).items():
        if out.json:
            out.object(blame_object(name, shown[name], who))
            continue
        (value,) = shorten(_text(entity, name, found.fields[name]))
        via = "" if who.actor.via == "cli" else f" via {who.actor.via}"
        rows.append([name, value, f"{who.actor.name}{via}", format_time(who.at), str(who.revision), who.how])
    table.rows(rows)


def watch(
    session: Session,
    after: Annotated[
        int | None,
        typer.Option(
            "--after", min=0, max=LARGEST, metavar="SEQ", help="Begin with the changes that followed this one."
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, max=LARGEST, help="End after so many changes.")] = None,
) -> None:
    """Show changes as they are made, until ctrl-c."""
    out = session.out
    workspace = session.workspace
    out.note(f"following {session.settings.store_path}; ctrl-c ends")
    left = limit
    for changes in workspace.follow(Event(), after=after):
        changes = [change for change in changes if not change.is_access_notice]
        for change in changes[:left]:
            if out.json:
                out.object(change_object(change))
            else:
                out.line(f"{_summary(change)}{_brief(change)}")
        out.flush()
        if left is not None and (left := left - len(changes)) <= 0:
            return


def undo(
    session: Session,
    change: Annotated[
        str, typer.Argument(metavar="[ID]", help="Number of a change, or id of a request; else your latest.")
    ] = "",
) -> int:
    """Take back a change or a whole request."""
    workspace = session.workspace
    if not change:
        receipt = workspace.undo()
    elif change.isascii() and change.isdigit():
        receipt = workspace.undo(seq=parse_number(change, "ID"))
    else:
        receipt = workspace.undo(_request(change))
    return tell_receipt(session, receipt)


def redo(session: Session) -> int:
    """Take back your latest undo."""
    return tell_receipt(session, session.workspace.redo())


def _request(text: str) -> bytes:
    try:
        return uuid.UUID(text).bytes
    except ValueError:
        raise UsageError(
            f'"{text}" is neither the number of a change nor the id of a request; see rolodoc history'
        ) from None


def _summary(change: Change) -> str:
    return (
        f"{change.seq}  {format_time(change.at)}  {change.actor.name} {change.kind} "
        f"{change.ref.entity} {change.title}, rev {change.revision}"
    )


def _brief(change: Change) -> str:
    return f": {', '.join(change.after)}" if change.kind == "updated" else ""


def _differences(change: Change) -> Iterator[tuple[str, str]]:
    if change.actor.via != "cli":
        yield "via", change.actor.via
    if change.reason:
        yield "reason", change.reason
    if change.size > 1:
        yield "request", f"{id_text(change.request)}, of {change.size:,} changes"
    for name in {**change.before, **change.after}:
        before = _text(change.ref.entity, name, change.before.get(name))
        after = _text(change.ref.entity, name, change.after.get(name))
        before, after = shorten(before, after)
        if change.kind == "created":
            if after:
                yield name, after
        else:
            yield name, f"{before or '(empty)'} -> {after or '(empty)'}{_merged(change, name)}"
    for name in change.taken:
        if name not in change.after:
            yield name, f"stays{_merged(change, name)}"
    if change.withheld:
        yield "withheld", tell_withheld(change.withheld)


def _merged(change: Change, name: str) -> str:
    """How a merge came to the field, and which value it overruled."""
    taken = change.taken.get(name)
    if taken is None:
        return ""
    if taken.overruled is None:
        return f", merged: {taken.how}"
    (overruled,) = shorten(_text(change.ref.entity, name, taken.overruled))
    return f", merged: {taken.how} over {overruled or '(empty)'}"


def _text(entity: Entity, name: str, value: Any) -> str:
    field = FIELDS[entity].get(name)
    if value is None:
        return ""
    if field is None:
        return str(value)
    return field.format(value)
