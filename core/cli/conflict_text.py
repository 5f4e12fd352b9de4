"""How a conflict is named on the command line, and how one is written out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from core.cli.command import Session
from core.cli.names import find_record
from core.cli.output import format_time
from core.cli.shortening import shorten
from core.errors import Ambiguous, Invalid, NotFound
from core.fields import Entity
from core.merge import take
from core.merge_values import WHOLE, FieldConflict, Side, field_of
from core.rows import ConflictRow
from core.rules import Rule
from core.values import ConflictRecord, Query, RecordId, id_text, tell_withheld
from core.workspace import Workspace

ID: Final = re.compile("[0-9a-f]{1,32}")
LISTED: Final = 10  # conflicts that an ambiguous name lists
PAGE: Final = 1_000  # conflicts
OPEN, SETTLED = "?", "="
QUESTIONS: Final = {
    "deletion": "One side changed the record and the other deleted it. Does it stay?",
    "dangling": "What the link joins is in the trash. Is that restored, or the link dropped?",
}


def find_conflict(workspace: Workspace, name: str) -> RecordId:
    """By id, by how an id starts, or by the record it is about. Raises NotFound, Ambiguous."""
    digits = name.replace("-", "").lower()
    is_id = ID.fullmatch(digits) is not None
    if is_id and len(digits) == 32:
        return bytes.fromhex(digits)
    open_rows = list(_rows(workspace, settled=False))
    if is_id:
        for rows in (open_rows, _rows(workspace, settled=True)):
            if found := [row for row in rows if row.id.hex().startswith(digits)]:
                return _only(name, found)
    if found := [row for row in open_rows if row.title == name]:
        return _only(name, found)
    try:
        ref = find_record(workspace, name)
    except NotFound:
        raise NotFound(
            f'there is no conflict "{name[:100]}", and no record of that name; '
            "rolodoc conflicts list shows what is open"
        ) from None
    if found := [row for row in open_rows if row.record == ref]:
        return _only(name, found)
    raise NotFound(f'"{name[:100]}" has no open conflict; rolodoc conflicts list shows what is open')


def show_conflict(session: Session, conflict: ConflictRecord, *, full: bool) -> None:
    """Who brought which side, the three values of each open field, how the others were settled, and what would settle
    the open ones."""
    out, number = session.out, id_text(conflict.id)
    total = len(conflict.fields) + len(conflict.outcome)
    state = f"{len(conflict.fields)} of {total} fields open"
    if conflict.settled_at is not None:
        state = f"settled {format_time(conflict.settled_at)}"
    out.line(conflict.title, bold=True)
    out.line(f"conflict {number}, {state}, since {format_time(conflict.created_at)}")
    out.line(f"about {conflict.record}")
    out.pairs([("mine", _side_text(conflict.mine)), ("theirs", _side_text(conflict.theirs))])
    if conflict.question in QUESTIONS:
        out.line(QUESTIONS[conflict.question])
    for one in conflict.fields:
        out.line()
        out.line(f"{OPEN} {field_name(one.field)}", bold=True)
        _show_values(session, conflict.record.entity, one, full=full)
    if conflict.outcome:
        out.line()
        out.pairs((f"{SETTLED} {field_name(name)}", taken.how) for name, taken in conflict.outcome.items())
    if conflict.withheld:
        out.line(tell_withheld(conflict.withheld))
    if conflict.fields:
        out.line()
        out.line("To settle it", bold=True)
        for line in _ways(session.workspace, conflict):
            out.line(f"  {line}")


def field_name(name: str) -> str:
    """A field as it is named on the command line; the whole record is called so."""
    return "record" if name == WHOLE else name


def value_text(entity: Entity, name: str, value: Any) -> str:
    return field_of(entity, name).format(value) or "(empty)"


# --- helpers ------------------------------------------------------------------------------------------------------


def _rows(workspace: Workspace, *, settled: bool) -> Iterator[ConflictRow]:
    query = Query(entity="conflict", trash=settled)
    page = workspace.page(query, limit=PAGE)
    while page.rows:
        yield from page.rows
        page = workspace.page(query, key=page.last, limit=PAGE)


def _only(name: str, found: list[ConflictRow]) -> RecordId:
    if len(found) > 1:
        shown = [f"{id_text(row.id)} {row.title} ({', '.join(row.fields)})" for row in found[:LISTED]]
        raise Ambiguous(name, shown, more=len(found) > LISTED)
    return found[0].id


def _side_text(side: Side) -> str:
    """Who, by which way or for which source, and when."""
    parts = [side.actor or "(unknown)", side.via]
    if side.source:
        parts.append(f"source {side.source}")
    if side.revision:
        parts.append(f"rev {side.revision}")
    return ", ".join(filter(None, [*parts, format_time(side.at) if side.at else ""]))


def _show_values(session: Session, entity: Entity, conflict: FieldConflict, *, full: bool) -> None:
    out = session.out
    texts = [value_text(entity, conflict.field, value) for value in (conflict.base, conflict.mine, conflict.theirs)]
    labels = ["base", "mine", "theirs"]
    if merged := _both_text(entity, conflict):
        labels.append("both")
        texts.append(merged)
    if not full or not any("\n" in text for text in texts):
        shown = texts if full else shorten(*texts)
        out.pairs(zip(labels, shown, strict=True), indent="    ")
        return
    for label, text in zip(labels, texts, strict=True):
        out.line(f"    {label}")
        out.lines(text, indent="        ")


def _both_text(entity: Entity, conflict: FieldConflict) -> str:
    """What taking both gives, "" where the field cannot hold both."""
    try:
        return value_text(entity, conflict.field, take(entity, conflict, "both"))
    except Invalid:
        return ""


def _ways(workspace: Workspace, conflict: ConflictRecord) -> Iterator[str]:
    """Command lines, the rules among them with what they would decide."""
    resolve = f"rolodoc conflicts resolve {id_text(conflict.id)}"
    holds_both = [one for one in conflict.fields if _both_text(conflict.record.entity, one)]
    takes = "mine|theirs|base|both" if len(holds_both) == len(conflict.fields) else "mine|theirs|base"
    yield f"{resolve} --take {takes}"
    if len(conflict.fields) > 1 or holds_both:
        yield f"{resolve} --field {field_name(conflict.fields[0].field)} --take ... or --value ..., field by field"
    rules = [(str(rule.number), rule) for rule in workspace.rules()]
    if conflict.suggested:
        rules.append((conflict.suggested, Rule(prefer=conflict.suggested)))  # type: ignore[arg-type]
    for name, rule in rules:
        settlement = workspace.settle(rule, [conflict.id], dry_run=True)
        if settlement.decided:
            decided = ", ".join(label for _, label, _ in settlement.sample)
            yield f"{resolve} --rule {name}, which decides {decided}"
