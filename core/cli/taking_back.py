"""`rolodoc take-back` and `rolodoc restore`: what was done is made as it was before."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from core.cli.asking import YES, is_confirmed
from core.cli.command import Session, command
from core.cli.failure import UsageError
from core.cli.moments import TIME, parse_moment
from core.cli.names import find_record, parse_request
from core.cli.numbers import LARGEST
from core.cli.objects import taking_object
from core.cli.writing import tell_done, tell_open
from core.write_values import Taking, TakingBack, Touched

SHOWN: Final = 20  # records of a preview

Fields = Annotated[list[str] | None, typer.Option("--field", metavar="FIELD", help="Only this field; again and again.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]


def declare(app: typer.Typer) -> None:
    command(app, "take-back")(take_back)
    command(app, "restore")(restore)


def take_back(
    session: Session,
    request: Annotated[str, typer.Option("--request", metavar="ID", help="What this request did.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="ACTOR", help="What this person or program did.")] = "",
    via: Annotated[
        str, typer.Option("--via", metavar="WAY", help="What came this way: import, terminal, cli, api, ...")
    ] = "",
    since: Annotated[str, typer.Option("--since", metavar="TIME", help=f"What was done after that: {TIME}.")] = "",
    record: Annotated[str, typer.Option("--record", metavar="RECORD", help="Only of this record.")] = "",
    fields: Fields = None,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help=YES)] = False,
) -> int:
    """Take back all that one request, person or way in did since a time.

    What others did since stays. Where they changed the same value, a conflict asks which one counts.
    """
    workspace = session.workspace
    scope = TakingBack(
        ref=find_record(workspace, record) if record else None,
        fields=tuple(fields or ()),
        request=parse_request(request) if request else None,
        actor=by,
        via=via,
        since=parse_moment(since, "--since"),
    )
    if not yes or dry_run:
        preview = workspace.take_back(scope, dry_run=True)
        _tell_preview(session, preview)
        if dry_run or not preview.records:
            return 0
        if not is_confirmed(session, "take all that back?", yes):
            return 0
    return _tell_done(session, workspace.take_back(scope))


def restore(
    session: Session,
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Id, external id or unique name.")],
    at: Annotated[str, typer.Option("--at", metavar="TIME", help=f"How it was then: {TIME}.")] = "",
    revision: Annotated[
        int | None, typer.Option("--revision", min=1, max=LARGEST, metavar="N", help="How this revision of it was.")
    ] = None,
    fields: Fields = None,
    dry_run: DryRun = False,
) -> int:
    """Set a record back to how it was, whoever changed it since. To take it out of the trash, see profile restore."""
    if (not at) == (revision is None):
        raise UsageError("say to which state: --at TIME or --revision N")
    workspace = session.workspace
    scope = TakingBack(
        ref=find_record(workspace, record),
        fields=tuple(fields or ()),
        since=parse_moment(at, "--at"),
        revision=revision,
    )
    if dry_run:
        _tell_preview(session, workspace.take_back(scope, dry_run=True))
        return 0
    return _tell_done(session, workspace.take_back(scope))


# --- what it touches ----------------------------------------------------------------------------------------------


def _tell_preview(session: Session, preview: Taking) -> None:
    out = session.out
    if out.json:
        out.object(taking_object(preview))
        return
    changed = [one for one in preview.touched if not one.kept]
    if not preview.records:
        out.line("nothing would have to change")
    else:
        out.line(f"would touch {_records(preview.records)}: {preview.summary}")
    out.table(["", "", "", ""], indent="  ").rows(
        [one.kind, one.ref.entity, one.title, _remark(one)] for one in changed[:SHOWN]
    )
    if preview.records > SHOWN:
        out.line(f"  and {preview.records - SHOWN:,} more")
    _tell_kept(session, preview)


def _tell_done(session: Session, taking: Taking) -> int:
    assert taking.receipt is not None
    if session.out.json:
        session.out.object(taking_object(taking))
    else:
        tell_done(session, taking.receipt)
    _tell_kept(session, taking)
    return tell_open(session, taking.receipt)


def _tell_kept(session: Session, taking: Taking) -> None:
    for one in [one for one in taking.touched if one.kept][:SHOWN]:
        session.out.note(f"{one.ref.entity} {one.title} stays as it is: {one.kept}")
    if taking.kept > SHOWN:
        session.out.note(f"and {taking.kept - SHOWN:,} more stay as they are")


def _remark(one: Touched) -> str:
    """Which fields, and what of them others changed since."""
    parts = [", ".join(one.fields)]
    if merged := [name for name in one.overtaken if name not in one.clashing and not _asks_whether(one)]:
        parts.append(f"{', '.join(merged)} changed since: merged")
    if _asks_whether(one):
        parts.append(f"{', '.join(one.overtaken)} changed since: a conflict asks whether it stays")
    elif one.clashing:
        parts.append(f"{', '.join(one.clashing)} changed since: a conflict asks")
    return "; ".join(filter(None, parts))


def _asks_whether(one: Touched) -> bool:
    return one.kind == "deleted" and bool(one.clashing)


def _records(count: int) -> str:
    return f"{count:,} record{'' if count == 1 else 's'}"
