"""Versions of a record as lines: what differs is told by a sign, and who set each field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from core.fields import FIELDS, Entity, Field
from core.values import Actor, Blame, Change, Record, tell_withheld
from tui.describe import differences, field_label, moment
from tui.details import flattened
from tui.widgets.line_view import Line, line
from tui.widgets.painted import Span

LABEL: Final = 14  # cells, as in tui.describe.differences
SHOWN: Final = 1_500  # characters of a value that does not differ
EMPTY: Final = ("", None, [], {})


@dataclass(frozen=True, slots=True)
class AtField:
    """The line of a field of the record."""

    name: str


@dataclass(frozen=True, slots=True)
class AtRevision:
    """The line of a change, or of a field that this change set."""

    revision: int
    seq: int
    field: str = ""


def slider(at: int, count: int, width: int) -> str:
    """Where the revision `at` stands among `count`, in `width` cells: ├──●───┤"""
    room = max(1, width - 2)
    before = 0 if count <= 1 else round((at - 1) * (room - 1) / (count - 1))
    return f"├{'─' * before}●{'─' * (room - 1 - before)}┤"


def who_and_when(actor: Actor, at: int) -> str:
    """Ann, terminal, 2026-11-03 10:07"""
    return f"{actor.name}, {actor.via}, {datetime.fromtimestamp(at / 1_000_000):%Y-%m-%d %H:%M}"


def change_lines(change: Change) -> list[Line]:
    """A revision: who and when, then each field before and after, and how a merge came by it."""
    head = line(
        Span(f"rev {change.revision} ", "key"),
        Span(f"{change.kind} ", "accent"),
        Span(f"{moment(change.at)} by {change.actor.name} ({change.actor.via})"),
        key=AtRevision(change.revision, change.seq),
    )
    reason = [line(Span(change.reason, "label"), wraps=True)] if change.reason else []
    entity = change.ref.entity
    merged = [
        line(Span(f"{field_label(entity, name):<{LABEL}} ", "label"), Span(f"merged: {how.how}", "label"))
        for name, how in change.taken.items()
    ]
    withheld = [line(Span(tell_withheld(change.withheld), "label"))] if change.withheld else []
    return [head, *reason, *differences(entity, change.before, change.after), *merged, *withheld, line()]


def version_lines(entity: Entity, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Line]:
    """The record, field by field; where `new` is another than `old`, both stand there, with - and +."""
    lines: list[Line] = []
    for name, field in FIELDS[entity].items():
        if field.kind != "reference":
            lines += _field_lines(entity, field, old.get(name, field.empty), new.get(name, field.empty))
    return lines or [line(Span("it holds nothing", "label"))]


def blame_lines(record: Record, blame: Mapping[str, Blame]) -> list[Line]:
    """Each field that holds something, and below it who set it, when and how."""
    lines: list[Line] = []
    for name, field in FIELDS[record.ref.entity].items():
        if name not in blame or field.kind == "reference":
            continue
        by = blame[name]
        value = Span(value_text(field, record.fields.get(name))[:SHOWN].partition("\n")[0])
        label = Span(f"{field.label:<{LABEL}} ", "label")
        lines.append(line(label, value, key=AtRevision(by.revision, by.seq, name)))
        told = [who_and_when(by.actor, by.at), f"rev {by.revision}", by.how and f"merged: {by.how}"]
        lines.append(line(Span("    "), Span(" · ".join(filter(None, told)), "label"), wraps=True))
    return lines or [line(Span("no field holds anything", "label"))]


def _field_lines(entity: Entity, field: Field, old: Any, new: Any) -> Iterator[Line]:
    label, key = Span(f"{field.label:<{LABEL}} ", "label"), AtField(field.name)
    lines = [] if field.same(old, new) else _difference(entity, field, label, old, new)
    if lines:
        sign = "+" if old in EMPTY else "-" if new in EMPTY else "~"
        yield replace(lines[0], key=key, mark=sign)
        yield from lines[1:]
    elif new not in EMPTY and (field.required or new != field.default):
        text = value_text(field, new)
        yield line(label, Span(text[:SHOWN] + (" …" if len(text) > SHOWN else "")), key=key, wraps=True)


def _difference(entity: Entity, field: Field, label: Span, old: Any, new: Any) -> list[Line]:
    before, after = _members(field, old), _members(field, new)
    if set(before) == set(after):
        return list(differences(entity, {field.name: old}, {field.name: new}))
    kept = "; ".join(member for member in after if member in before)
    told = [(Span(kept),)] if kept else []
    told += [(Span("- ", "bad"), Span(member, "bad")) for member in before if member not in after]
    told += [(Span("+ ", "good"), Span(member, "good")) for member in after if member not in before]
    blank = Span(" " * len(label.text))
    return [line(blank if at else label, *spans, wraps=True) for at, spans in enumerate(told)]


def _members(field: Field, value: Any) -> list[str]:
    """What a set, list or map consists of; of any other value, nothing."""
    if field.kind == "map":
        return [f"{name}: {text}" for name, text in flattened("", value)] if value else []
    if field.kind == "contents":
        return [f"{one['name']} ({one['bytes']:,} bytes, {one['sha256'][:8]})" for one in value]
    return [field.format([member]) for member in value] if field.kind in ("set", "list") else []


def value_text(field: Field, value: Any) -> str:
    """The value as a person reads it, a map by its entries."""
    return "; ".join(_members(field, value)) or field.format(value)
