"""`rolodoc access`: why somebody may or may not, who may, and which attributes are confidential."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from core.access_values import Explanation, Holder, Reason
from core.cli.command import Session, command, noun
from core.cli.listing import Column, list_rows
from core.cli.moments import At, parse_moment
from core.cli.names import find_record
from core.cli.subject_names import TARGET_HELP, find_target
from core.cli.writing import tell_receipt
from core.errors import Denied, NotFound
from core.fields import ACTIONS
from core.instants import format_instant
from core.values import Query, Ref, id_text
from core.write_values import Create, Delete

app = noun("access", "Why somebody may or may not do something, and who may.")

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Name of an account.")]
Kind = Annotated[str, typer.Argument(metavar="KIND", help="profile or document.")]
Attribute = Annotated[str, typer.Argument(metavar="ATTRIBUTE", help="A name in the attributes, such as salary.")]


@command(app, "explain")
def explain(
    session: Session,
    account: Account,
    target: Annotated[str, typer.Argument(metavar="ON", help=TARGET_HELP)],
    action: Annotated[str, typer.Option("--action", metavar="ACTION", help=", ".join(ACTIONS))] = "see",
    at: At = "",
) -> int:
    """Say whether an account may do something with a record, and by which rule; exit code 6 where it may not."""
    workspace = session.workspace
    found = find_target(workspace, target)
    answer = workspace.explain(account, found, action=action, at=parse_moment(at, "--at"))  # type: ignore[arg-type]
    if session.out.json:
        session.out.object(explanation_object(answer))
    else:
        _tell(session, answer)
    return 0 if answer.allowed else Denied.exit_code


@command(app, "who")
def who(
    session: Session,
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Id, external id or unique name.")],
    at: At = "",
) -> None:
    """List the accounts that may see a record, what else they may do with it, and by which rules."""
    workspace, out = session.workspace, session.out
    ref = find_record(workspace, record)
    holders = workspace.who(ref, at=parse_moment(at, "--at"))
    if out.json:
        for one in holders:
            out.object(_holder_object(one))
        return
    out.table(["account", "may", "by"]).rows(
        [one.account, ", ".join(one.actions), "; ".join(dict.fromkeys(reason.rule for reason in one.reasons))]
        for one in holders
    )
    if not holders:
        out.note("nobody may see it but owners")


@command(app, "rebuild")
def rebuild(session: Session) -> None:
    """Work out anew what all grants and links come to, should it ever be wrong."""
    wrong = session.workspace.rebuild_access()
    if session.out.json:
        session.out.object({"wrong": wrong})
    else:
        session.out.line(f"{wrong:,} rows were wrong and are right now" if wrong else "everything was right")


@command(app, "marks")
def marks(session: Session) -> None:
    """List the attributes that are confidential."""
    columns = [
        Column("kind", lambda row: row.entity),
        Column("attribute", lambda row: row.attribute),
        Column("id", lambda row: id_text(row.id)),
    ]
    list_rows(session, Query(entity="mark"), columns, None, nothing="no attribute is confidential")


@command(app, "mark")
def mark(session: Session, kind: Kind, attribute: Attribute) -> int:
    """Make an attribute confidential: who reads it needs the action confidential."""
    fields = {"entity": kind, "attribute": attribute}
    return tell_receipt(session, session.workspace.write([Create("mark", fields)]))


@command(app, "unmark")
def unmark(session: Session, kind: Kind, attribute: Attribute) -> int:
    """Make an attribute as open as its record again."""
    workspace = session.workspace
    rows = workspace.page(Query(entity="mark"), limit=10_000).rows
    found = [Ref("mark", row.id) for row in rows if (row.entity, row.attribute) == (kind, attribute)]
    if not found:
        raise NotFound(f"the attribute {attribute} of a {kind} is not confidential; rolodoc access marks lists what is")
    return tell_receipt(session, workspace.write([Delete(found[0])]))


# --- as people read it --------------------------------------------------------------------------------------


def _tell(session: Session, answer: Explanation) -> None:
    out = session.out
    may = "may" if answer.allowed else "may not"
    does = "read what is confidential in" if answer.action == "confidential" else answer.action
    out.line(f"{answer.account} {may} {does} {answer.title}", bold=True)
    for reason in answer.reasons:
        out.line(f"  {'counts' if reason.counts else 'does not count'}: {reason.effect} {reason.action}, {reason.rule}")
        for line in _details(reason):
            out.line(f"    {line}")
    if answer.missing:
        out.line(f"  {answer.missing}")


def _details(reason: Reason) -> Iterator[str]:
    if reason.path:
        yield "by " + " > ".join(reason.path)
    if reason.valid_from is not None or reason.valid_until is not None:
        parts = [("from", reason.valid_from), ("until", reason.valid_until)]
        window = " ".join(f"{word} {format_instant(at)}" for word, at in parts if at is not None)
        yield f"{window}: {reason.state}"
    if reason.condition:
        yield f"if {reason.condition}: {'holds now' if reason.holds else 'does not hold now'}"


def explanation_object(answer: Explanation) -> dict[str, Any]:
    target = {"area": answer.target} if isinstance(answer.target, str) else _ref_object(answer.target)
    return {
        "account": answer.account,
        "action": answer.action,
        "target": target,
        "title": answer.title,
        "allowed": answer.allowed,
        "at": format_instant(answer.at),
        "reasons": [_reason_object(reason) for reason in answer.reasons],
        "missing": answer.missing,
    }


def _holder_object(holder: Holder) -> dict[str, Any]:
    return {
        "account": holder.account,
        "id": id_text(holder.id),
        "actions": list(holder.actions),
        "reasons": [_reason_object(reason) for reason in holder.reasons],
    }


def _reason_object(reason: Reason) -> dict[str, Any]:
    return {
        "effect": reason.effect,
        "action": reason.action,
        "rule": reason.rule,
        "path": reason.path,
        "ref": None if reason.ref is None else _ref_object(reason.ref),
        "valid_from": None if reason.valid_from is None else format_instant(reason.valid_from),
        "valid_until": None if reason.valid_until is None else format_instant(reason.valid_until),
        "state": reason.state,
        "condition": reason.condition,
        "holds": reason.holds,
        "counts": reason.counts,
    }


def _ref_object(ref: Ref) -> dict[str, str]:
    return {"entity": ref.entity, "id": id_text(ref.id)}
