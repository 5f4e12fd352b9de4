"""`rolodoc grant`: who is allowed or denied what, on which records, when and under which conditions."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from core.access_values import state_at
from core.cli.access_effects import DryRun, Yes, write_after_preview
from core.cli.command import Session, command, noun
from core.cli.failure import UsageError
from core.cli.listing import DEFAULT_LIMIT, All, Column, Limit, list_rows
from core.cli.moments import TIME, parse_moment
from core.cli.names import find_record
from core.cli.subject_names import SUBJECT_HELP, TARGET_HELP, find_subject, find_target
from core.conditions import HELP
from core.fields import ACTIONS
from core.instants import format_instant, now
from core.rows import GrantRow
from core.values import Query, Ref, as_uid, id_text
from core.write_values import Create, Delete, Edit

app = noun("grant", "What accounts, groups, roles and profiles are allowed and denied.")

COLUMNS = [
    Column("", lambda row: row.effect),
    Column("action", lambda row: row.action),
    Column("on", lambda row: row.target_name or "(hidden)"),
    Column("to", lambda row: f"{row.subject_kind} {row.subject_name}".replace("everyone everyone", "everyone")),
    Column("when", lambda row: _when(row)),
    Column("if", lambda row: row.condition),
    Column("id", lambda row: id_text(row.id)),
]

Action = Annotated[str, typer.Argument(metavar="ACTION", help=", ".join(ACTIONS))]
Target = Annotated[str, typer.Argument(metavar="ON", help=TARGET_HELP)]
To = Annotated[str, typer.Option("--to", metavar="WHO", help=SUBJECT_HELP)]
From = Annotated[str, typer.Option("--from", metavar="TIME", help=f"From then on: {TIME}.")]
Until = Annotated[str, typer.Option("--until", metavar="TIME", help="Until then.")]
Condition = Annotated[str, typer.Option("--if", metavar="CONDITION", help=f"Only then: {HELP}.")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="What it is for.")]
Grants = Annotated[list[str], typer.Argument(metavar="GRANT", help="Ids of grants, as grant list tells them.")]


@command(app, "list")
def list_grants(
    session: Session,
    to: Annotated[str, typer.Option("--to", metavar="WHO", help=SUBJECT_HELP)] = "",
    on: Annotated[str, typer.Option("--on", metavar="RECORD", help="Only those on this record.")] = "",
    trash: Annotated[bool, typer.Option("--trash", help="List what was revoked instead.")] = False,
    limit: Limit = DEFAULT_LIMIT,
    all: All = False,
) -> None:
    """List grants and denials, the newest first."""
    workspace = session.workspace
    target = find_target(workspace, on) if on else None
    if isinstance(target, str):
        raise UsageError("--on names a record")
    subject = None
    if to:
        kind, id = find_subject(workspace, to)
        if kind == "everyone":
            raise UsageError("--to names one account, group, role or profile")
        subject = Ref(kind, as_uid(id))  # type: ignore[arg-type]
    query = Query(entity="grant", sort="created", subject=subject, target=target, trash=trash)
    list_rows(
        session,
        query,
        COLUMNS,
        None if all else limit,
        nothing=f"nothing is granted {'there' if to or on or trash else 'yet'}",
    )


def _declare_making(effect: str, sentence: str) -> None:
    def make(
        session: Session,
        action: Action,
        target: Target,
        to: To,
        since: From = "",
        until: Until = "",
        condition: Condition = "",
        note: Note = "",
        dry_run: DryRun = False,
        yes: Yes = False,
    ) -> int:
        workspace = session.workspace
        on = find_target(workspace, target)
        kind, subject = find_subject(workspace, to)
        valid_from, valid_until = parse_moment(since, "--from"), parse_moment(until, "--until")
        fields = {
            "effect": effect,
            "subject_kind": kind,
            "subject": subject,
            "action": action,
            "target_kind": on.entity if isinstance(on, Ref) else on,
            "target": id_text(on.id) if isinstance(on, Ref) else "",
            "valid_from": valid_from,
            "valid_until": valid_until,
            "condition": condition,
            "note": note,
        }
        code = write_after_preview(session, [Create("grant", fields)], dry_run=dry_run, yes=yes)
        if state_at(valid_from, valid_until, now()) == "EXPIRED":
            session.out.note(f"--until {until} is in the past: that changes nothing now")
        return code

    make.__doc__ = sentence
    command(app, effect)(make)


_declare_making(
    "allow",
    "Allow an action on a record, or on all records of a kind. Each but confidential brings those named before it.",
)
_declare_making("deny", "Deny an action, and all that would bring it; a denial wins over whatever allows it.")


@command(app, "edit")
def edit(
    session: Session,
    grant: Annotated[str, typer.Argument(metavar="GRANT", help="Its id.")],
    since: Annotated[str | None, typer.Option("--from", metavar="TIME", help="From then on; empty: from ever.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help="Until then; empty: for ever.")] = None,
    condition: Annotated[
        str | None, typer.Option("--if", metavar="CONDITION", help="Only then; empty: always.")
    ] = None,
    note: Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What it is for.")] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> int:
    """Change when and under which condition a grant holds."""
    ref = find_record(session.workspace, grant, "grant")
    fields: dict[str, Any] = {}
    if since is not None:
        fields["valid_from"] = parse_moment(since, "--from")
    if until is not None:
        fields["valid_until"] = parse_moment(until, "--until")
    fields |= {name: value for name, value in (("condition", condition), ("note", note)) if value is not None}
    if not fields:
        raise UsageError("say what to change: --from, --until, --if or --note")
    return write_after_preview(session, [Edit(ref, fields)], dry_run=dry_run, yes=yes)


@command(app, "revoke")
def revoke(session: Session, grants: Grants, dry_run: DryRun = False, yes: Yes = False) -> int:
    """Take back grants or denials; undo gives them again."""
    refs = list(dict.fromkeys(find_record(session.workspace, grant, "grant") for grant in grants))
    return write_after_preview(session, [Delete(ref) for ref in refs], dry_run=dry_run, yes=yes)


def _when(row: GrantRow) -> str:
    parts = [("from", row.valid_from), ("until", row.valid_until)]
    told = " ".join(f"{word} {format_instant(at)}" for word, at in parts if at is not None)
    state = state_at(row.valid_from, row.valid_until, now())
    return ", ".join(filter(None, (told, "" if state == "EFFECTIVE" else state)))
