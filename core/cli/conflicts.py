"""`rolodoc conflicts`: what a merge left open, and settling it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, NamedTuple, cast

import msgspec
import typer

from core.cli.command import Session, command, noun
from core.cli.conflict_text import field_name, find_conflict, show_conflict, value_text
from core.cli.failure import UsageError
from core.cli.listing import DEFAULT_LIMIT, All, Column, Limit, Reverse, list_rows
from core.cli.objects import conflict_object, value_object
from core.cli.output import format_time
from core.cli.rule import find_rule, stay, tell_settlement
from core.cli.shortening import shorten
from core.cli.writing import tell_done
from core.errors import Conflict, Invalid
from core.merge import take as taken_value
from core.merge_values import WHOLE, FieldConflict, Side, field_of
from core.merge_values import Take as Choice
from core.rows import ConflictRow
from core.values import ConflictRecord, Query, RecordId, id_text
from core.write_values import Resolve, Value

app = noun("conflicts", "What two versions of a record left open, and settling it.")

ALL = "all"


class Take(StrEnum):
    mine = "mine"
    theirs = "theirs"
    base = "base"
    both = "both"


def _open(row: ConflictRow) -> str:
    if not row.fields:
        return "settled"
    return ", ".join(row.fields) if row.question == "fields" else row.question


def _who(side: Side) -> str:
    return side.source or side.actor


COLUMNS = [
    Column("title", lambda row: row.title),
    Column("kind", lambda row: row.record_entity),
    Column("open", _open),
    Column("mine", lambda row: _who(row.mine)),
    Column("theirs", lambda row: _who(row.theirs)),
    Column("since", lambda row: format_time(row.created_at)),
    Column("suggested", lambda row: row.suggested),
    Column("id", lambda row: id_text(row.id)),
]


@command(app, "list")
def list_conflicts(
    session: Session,
    settled: Annotated[bool, typer.Option("--settled", help="List what was settled instead.")] = False,
    reverse: Reverse = False,
    limit: Limit = DEFAULT_LIMIT,
    all: All = False,
) -> None:
    """List conflicts, the newest first."""
    query = Query(entity="conflict", sort="created", descending=reverse, trash=settled)
    nothing = "no conflict was settled yet" if settled else "no conflict is open"
    list_rows(session, query, COLUMNS, None if all else limit, nothing=nothing)


@command(app, "show")
def show(
    session: Session,
    conflict: Annotated[str, typer.Argument(metavar="ID", help="Id, the start of one, or the name of the record.")],
    full: Annotated[bool, typer.Option("--full", help="Show long values whole.")] = False,
) -> None:
    """Show a conflict: both sides of each open field, what they started from, and what would settle it."""
    found = session.workspace.conflict(find_conflict(session.workspace, conflict))
    if session.out.json:
        session.out.object(conflict_object(found))
    else:
        show_conflict(session, found, full=full)


@command(app, "resolve")
def resolve(
    session: Session,
    conflicts: Annotated[
        list[str],
        typer.Argument(metavar="ID", help="Ids, starts of ids or names of records; with --rule also the word all."),
    ],
    fields: Annotated[
        list[str] | None, typer.Option("--field", metavar="FIELD", help="Only this one; again and again.")
    ] = None,
    take: Annotated[Take | None, typer.Option("--take", help="Which value the open fields take.")] = None,
    value: Annotated[
        str | None, typer.Option("--value", metavar="VALUE", help="Another value for the one field.")
    ] = None,
    rule: Annotated[
        str,
        typer.Option("--rule", metavar="RULE", help="A rule, by number, name or id, or a preference such as newest."),
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
) -> None:
    """Settle conflicts, as one step that undo takes back."""
    if (take is not None) + (value is not None) + bool(rule) != 1:
        raise UsageError("say how: --take mine, theirs, base or both, or --value VALUE, or --rule RULE")
    if rule:
        _settle_by_rule(session, conflicts, fields or [], rule, dry_run)
        return
    if ALL in conflicts:
        raise UsageError("all goes with --rule, which says how each is settled: --rule mine, --rule newest, ...")
    workspace = session.workspace
    found = [workspace.conflict(id) for id in _find_each(session, conflicts)]
    decisions = [_decide(conflict, fields or [], take, value) for conflict in found]
    if dry_run:
        for decision in decisions:
            _tell_decision(session, decision)
        return
    receipt = workspace.write([decision.write for decision in decisions])
    tell_done(session, receipt)
    for id in receipt.conflicts:
        conflict = workspace.conflict(id)
        session.out.note(f"{conflict.title}: {_listed(conflict.fields)} {stay(len(conflict.fields))}")


# --- settling field by field --------------------------------------------------------------------------------------


class Decision(NamedTuple):
    """What is to be written about one conflict: for each field the choice, and the value that it stands for."""

    conflict: ConflictRecord
    choices: dict[str, Choice | Value]
    values: dict[str, Any]

    @property
    def write(self) -> Resolve:
        return Resolve(self.conflict.id, self.choices, self.conflict.version)


def _decide(conflict: ConflictRecord, names: list[str], take: Take | None, value: str | None) -> Decision:
    """Raises Conflict for what is settled, Invalid for a value or choice that does not fit."""
    _refuse_settled(conflict)
    asked = [_open_field(conflict, name) for name in dict.fromkeys(names)] or conflict.fields
    entity = conflict.record.entity
    choices: dict[str, Choice | Value] = {}
    values: dict[str, Any] = {}
    if value is not None and len(asked) > 1:
        raise UsageError(f"--value is for one field; say which with --field: {_listed(asked)}")
    for one in asked:
        if value is not None:
            values[one.field] = field_of(entity, one.field).parse(value)
            choices[one.field] = Value(values[one.field])
        else:
            choice = cast(Choice, str(take))
            values[one.field] = taken_value(entity, one, choice)
            choices[one.field] = choice
    return Decision(conflict, choices, values)


def _refuse_settled(conflict: ConflictRecord) -> None:
    if conflict.settled_at is not None:
        raise Conflict(f"the conflict of {conflict.title} is settled already; rolodoc conflicts show tells how")


def _open_field(conflict: ConflictRecord, name: str) -> FieldConflict:
    if conflict.question != "fields" and name == field_name(WHOLE):
        name = WHOLE
    for one in conflict.fields:
        if one.field == name:
            return one
    field = field_of(conflict.record.entity, name)
    if name in conflict.outcome:
        raise Conflict(f"{field_name(name)} is settled already ({conflict.outcome[name].how})")
    raise Invalid(f"is not open in this conflict; open are {_listed(conflict.fields)}", field.name)


def _tell_decision(session: Session, decision: Decision) -> None:
    out, conflict = session.out, decision.conflict
    entity = conflict.record.entity
    if out.json:
        values = {name: value_object(entity, name, value) for name, value in decision.values.items()}
        out.object({"dry_run": True, "conflict": id_text(conflict.id), "title": conflict.title, "fields": values})
        return
    left = len(conflict.fields) - len(decision.values)
    rest = f"; {left} {stay(left)}" if left else ""
    out.line(f"would settle {len(decision.values)} of {len(conflict.fields)} open fields of {conflict.title}{rest}")
    shown = {name: shorten(value_text(entity, name, value))[0] for name, value in decision.values.items()}
    out.pairs(((field_name(name), text) for name, text in shown.items()), indent="  ")


def _listed(fields: list[FieldConflict]) -> str:
    return ", ".join(field_name(one.field) for one in fields)


# --- settling by rule ---------------------------------------------------------------------------------------------


def _settle_by_rule(session: Session, conflicts: list[str], fields: list[str], rule: str, dry_run: bool) -> None:
    workspace = session.workspace
    if ALL in conflicts and len(conflicts) > 1:
        raise UsageError("all stands for every open conflict; name no others beside it")
    if len(fields) > 1:
        raise UsageError("a rule is about one field or about all; give --field once, or not at all")
    asked = find_rule(workspace, rule)
    if fields:
        name = WHOLE if fields[0] == field_name(WHOLE) else fields[0]
        if asked.field not in ("", name):
            raise Invalid(f"{asked.label} is about {asked.field} alone", "--field")
        asked = msgspec.structs.replace(asked, field=name)
    ids = None if conflicts == [ALL] else _find_each(session, conflicts)
    for conflict in map(workspace.conflict, ids or ()):
        _refuse_settled(conflict)
    tell_settlement(session, asked, workspace.settle(asked, ids, dry_run=dry_run))


def _find_each(session: Session, names: list[str]) -> list[RecordId]:
    """Each once."""
    return list(dict.fromkeys(find_conflict(session.workspace, name) for name in names))
