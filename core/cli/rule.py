"""`rolodoc rule`: the rules that settle what two versions leave open, in the order in which they are asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from core.cli.command import Session, command, noun
from core.cli.failure import UsageError
from core.cli.listing import Column
from core.cli.objects import rule_object, settlement_object
from core.cli.shortening import shorten
from core.cli.writing import tell_receipt
from core.errors import Ambiguous, NotFound
from core.fields import FIELDS, PREFERENCES, RECORDS, Field
from core.rules import Rule, find_useless
from core.values import Ref, id_text
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Settlement, Write

app = noun("rule", "Rules that decide where two versions of a record clash; the first that can decide does.")

COLUMNS = [
    Column("", lambda rule: str(rule.number)),
    Column("name", lambda rule: rule.name),
    Column("where", lambda rule: describe_conditions(rule)),
    Column("prefer", lambda rule: describe_preference(rule)),
    Column("id", lambda rule: id_text(rule.id)),
]

KIND = Field("kind", "choice", "Kind", choices=("any", *RECORDS))

Kind = Annotated[str, typer.Option("--kind", help="Only records of this kind: profile, document, link or type.")]
FieldName = Annotated[str, typer.Option("--field", help="Only this field; * for whether a record stays.")]
Relationship = Annotated[str, typer.Option("--relationship", help="Only links of this relationship type.")]
Actor = Annotated[str, typer.Option("--actor", help="Only what this person or program brought, on either side.")]
Source = Annotated[str, typer.Option("--source", help="Only what this source said, on either side.")]
Tag = Annotated[str, typer.Option("--tag", help="Only records with this tag.")]
Prefer = Annotated[str, typer.Option("--prefer", help=f"What it takes: {', '.join(PREFERENCES)}.")]
Preferred = Annotated[str, typer.Option("--preferred", metavar="NAME", help="With source or role: which one.")]


@command(app, "list")
def list_rules(session: Session) -> None:
    """List the rules, in the order in which they are asked."""
    rules = session.workspace.rules()
    if session.out.json:
        for rule in rules:
            session.out.object(rule_object(rule))
        return
    table = session.out.table([column.heading for column in COLUMNS])
    table.rows([column.cell(rule) for column in COLUMNS] for rule in rules)
    if not rules:
        session.out.note("no rule yet; rolodoc rule add --prefer newest makes one")


@command(app, "add")
def add(
    session: Session,
    prefer: Prefer,
    preferred: Preferred = "",
    kind: Kind = "",
    field: FieldName = "",
    relationship: Relationship = "",
    by: Actor = "",
    source: Source = "",
    tag: Tag = "",
    name: Annotated[
        str, typer.Option("--name", help="What history calls it; else a name is made of what it says.")
    ] = "",
    position: Annotated[
        int | None, typer.Option("--position", min=1, help="Its place in the order; else last.")
    ] = None,
) -> int:
    """Add a rule. It decides what clashes from now on; conflicts resolve --rule asks it about what is open."""
    workspace = session.workspace
    fields = _conditions(kind, field, relationship, by, source, tag) | {"prefer": prefer, "preferred": preferred}
    fields = {key: FIELDS["rule"][key].check(value) for key, value in fields.items() if value}
    fields["name"] = name or _name_of(Rule(**fields))
    moves: list[Write] = []
    if position is not None:
        place = min(position, len(workspace.rules()) + 1)
        moves, fields["position"] = _make_room(workspace, place), place
    code = tell_receipt(session, workspace.write([*moves, Create("rule", fields)]))
    _tell_useless(session)
    _tell_unknown(session, fields)
    return code


@command(app, "remove")
def remove(
    session: Session,
    rules: Annotated[list[str], typer.Argument(metavar="RULE", help="Numbers, names or ids, as rule list tells them.")],
) -> int:
    """Remove rules. What they decided stays as it is."""
    stored = session.workspace.rules()
    found = dict.fromkeys(Ref("rule", find_stored_rule(stored, text).id) for text in rules)
    return tell_receipt(session, session.workspace.write([Delete(ref) for ref in found]))


@command(app, "test")
def try_out(
    session: Session,
    rule: Annotated[str, typer.Argument(metavar="[RULE]", help="Number, name or id of a rule, or a preference.")] = "",
    prefer: Prefer = "",
    preferred: Preferred = "",
    kind: Kind = "",
    field: FieldName = "",
    relationship: Relationship = "",
    by: Actor = "",
    source: Source = "",
    tag: Tag = "",
) -> None:
    """Show what a rule, or without one each standing rule, would decide of the open conflicts; nothing is written."""
    conditions = _conditions(kind, field, relationship, by, source, tag)
    standing = session.workspace.rules()
    if not (rule or prefer or preferred or any(conditions.values())) and standing:
        for one in standing:
            tell_settlement(session, one, session.workspace.settle(one, dry_run=True))
        return
    if bool(rule) == bool(prefer):
        raise UsageError("name a rule, or say with --prefer what one would prefer")
    if rule and (preferred or any(conditions.values())):
        raise UsageError("a rule is tested as it is; leave the name out to test other conditions")
    if rule:
        asked = find_rule(session.workspace, rule)
    else:
        fields = {"prefer": FIELDS["rule"]["prefer"].check(prefer), "preferred": preferred} | conditions
        asked = Rule(**{key: value for key, value in fields.items() if value})
    tell_settlement(session, asked, session.workspace.settle(asked, dry_run=True))


# --- finding rules, and what they decide; also for conflicts resolve ------------------------------------------


def find_rule(workspace: Workspace, text: str) -> Rule:
    """The stored rule of this number, name or id, or one that only has this preference: `newest`, `source:crm`.

    Raises NotFound, Ambiguous.
    """
    stored = workspace.rules()
    try:
        return find_stored_rule(stored, text)
    except NotFound:
        prefer, _, preferred = text.partition(":")
        if prefer in PREFERENCES:
            return Rule(prefer=prefer, preferred=preferred)  # type: ignore[arg-type]
        raise NotFound(
            f'there is no rule "{text[:100]}"; rolodoc rule list shows those there are, '
            f"and a preference goes by itself: {', '.join(PREFERENCES)}"
        ) from None


def find_stored_rule(stored: list[Rule], text: str) -> Rule:
    """Raises NotFound, Ambiguous."""
    if re.fullmatch("[0-9]{1,9}", text):
        found = [rule for rule in stored if rule.number == int(text)]
    else:
        found = [rule for rule in stored if text.lower() in (id_text(rule.id), rule.id.hex())]
    found = found or [rule for rule in stored if rule.name == text]
    if len(found) > 1:
        raise Ambiguous(text, [f"{id_text(rule.id)} rule {rule.number}" for rule in found])
    if not found:
        raise NotFound(f'there is no rule "{text[:100]}"; rolodoc rule list shows those there are')
    return found[0]


def tell_settlement(session: Session, rule: Rule, settlement: Settlement) -> None:
    """What a rule decides, with some of the values that it takes; or that it has decided."""
    out = session.out
    if out.json:
        out.object(settlement_object(settlement))
        return
    one = settlement.records == 1
    fields = f"{settlement.decided:,} of {settlement.total:,} field{'' if settlement.total == 1 else 's'}"
    where = (
        f"{fields} in {settlement.records:,} record{'' if one else 's'}; {settlement.open:,} {stay(settlement.open)}"
    )
    for title, reason in settlement.refused:
        out.note(f"{title} stays open: {reason}")
    if settlement.receipt is not None:
        out.line(f"{rule.label} settled {where}")
        if settlement.receipt.changes:
            out.note("rolodoc undo takes all of it back")
        return
    out.line(f"{rule.label} applies to {where}")
    out.table(["title", "field", "value"], indent="  ").rows(
        [title, field, shorten(value or "(empty)")[0]] for title, field, value in settlement.sample
    )
    if settlement.decided > len(settlement.sample):
        out.note(f"and {settlement.decided - len(settlement.sample):,} more")


def stay(count: int) -> str:
    return "stays open" if count == 1 else "stay open"


# --- helpers ----------------------------------------------------------------------------------------------------


def describe_conditions(rule: Rule) -> str:
    """Which conflicts it is about, in a few words."""
    subject = " ".join(filter(None, ("" if rule.entity == "any" else rule.entity, rule.field)))
    words = [
        f"{label} {value}"
        for label, value in (
            ("relationship", rule.relationship),
            ("actor", rule.actor),
            ("source", rule.source),
            ("tag", rule.tag),
        )
        if value
    ]
    return ", ".join(filter(None, (subject, *words))) or "everything"


def describe_preference(rule: Rule) -> str:
    return f"{rule.prefer} {rule.preferred}".rstrip()


def _name_of(rule: Rule) -> str:
    limit = FIELDS["rule"]["name"].limit
    return f"{describe_preference(rule)} of {describe_conditions(rule)}"[:limit].strip()


def _conditions(kind: str, field: str, relationship: str, by: str, source: str, tag: str) -> dict[str, Any]:
    return {
        "entity": KIND.check(kind) if kind else "",
        "field": field,
        "relationship": relationship,
        "actor": by,
        "source": source,
        "tag": tag,
    }


def _tell_useless(session: Session) -> None:
    """Says which rules never get to decide, as one may when another is put before it."""
    for rule, reason in find_useless(session.workspace.rules()):
        session.out.note(f"{rule.label} decides nothing any more: {reason}")


def _tell_unknown(session: Session, fields: Mapping[str, Any]) -> None:
    """Says what the conditions name that the store does not know, and that may be mistyped."""
    relationship, actor = fields.get("relationship"), fields.get("actor")
    if relationship and all(row.name != relationship for row in session.workspace.types()):
        session.out.note(f'the rule matches nothing yet: there is no relationship type "{relationship}"')
    if actor and not session.workspace.changes(actor=actor, limit=1):
        session.out.note(f'the rule matches nothing yet: "{actor}" has changed nothing here')


def _make_room(workspace: Workspace, place: int) -> list[Write]:
    """Moves the rules so that one of them can stand at `place`: the last first, so that none passes another."""
    moves: list[Write] = []
    for rule in reversed(workspace.rules()):
        ref = Ref("rule", rule.id)
        wanted = rule.number + (rule.number >= place)
        record = workspace.get(ref)
        if record.fields["position"] != wanted:
            moves.append(Edit(ref, {"position": wanted}, record.version))
    return moves
