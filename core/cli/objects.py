"""Records, rows, changes and receipts as JSON objects: ids and instants as text, everything else as it is."""

from __future__ import annotations

from typing import Any

import msgspec

from core.fields import FIELDS, Entity
from core.instants import format_instant
from core.merge_values import Side, Taken
from core.rows import ConflictRow, Row
from core.rules import Rule
from core.values import Blame, Change, ConflictRecord, Record, Ref, id_text
from core.write_values import Receipt, Settlement, Taking


def row_object(entity: Entity, row: Row) -> dict[str, Any]:
    """A row of a list. Its keys are those of core.values, without what only the store's order needs."""
    if isinstance(row, ConflictRow):
        return _conflict_row_object(row)
    shown: dict[str, Any] = {"entity": entity}
    for name, value in msgspec.structs.asdict(row).items():
        if name in ("sort_value", "number"):
            continue
        if name.endswith("_json"):
            shown[name.removesuffix("_json")] = msgspec.json.decode(value)
        elif isinstance(value, bytes):
            shown[name] = id_text(value)
        elif name in INSTANTS and value is not None:
            shown[name] = format_instant(value)
        else:
            shown[name] = value
    return shown


INSTANTS = frozenset({"created_at", "updated_at", "deleted_at", "valid_from", "valid_until"})


def record_object(record: Record) -> dict[str, Any]:
    """A whole record. The version is text: it may be beyond what a JSON number holds exactly."""
    return {
        "entity": record.ref.entity,
        "id": id_text(record.ref.id),
        "title": record.title,
        "external": [{"source": source, "id": id} for source, id in record.external],
        "revision": record.revision,
        "version": str(record.version),
        "created_at": format_instant(record.created_at),
        "updated_at": format_instant(record.updated_at),
        "updated_by": record.updated_by,
        "deleted_at": None if record.deleted_at is None else format_instant(record.deleted_at),
        "fields": fields_object(record.ref.entity, record.fields),
        "withheld": record.withheld,
    }


def change_object(change: Change) -> dict[str, Any]:
    return {
        "seq": change.seq,
        "type": change.type,
        "id": id_text(change.ref.id),
        "title": change.title,
        "revision": change.revision,
        "version": str(change.version),
        "actor": change.actor.name,
        "via": change.actor.via,
        "at": format_instant(change.at),
        "reason": change.reason,
        "request": id_text(change.request),
        "reverts": None if change.reverts is None else id_text(change.reverts),
        "before": fields_object(change.ref.entity, change.before),
        "after": fields_object(change.ref.entity, change.after),
        "taken": {name: taken_object(change.ref.entity, name, how) for name, how in change.taken.items()},
        "withheld": change.withheld,
    }


def taken_object(entity: Entity, name: str, taken: Taken) -> dict[str, Any]:
    """How a merged field came about, and what was overruled."""
    return {"how": taken.how, "overruled": value_object(entity, name, taken.overruled)}


def blame_object(name: str, value: Any, blame: Blame) -> dict[str, Any]:
    """Who set a field to what it holds; `value` is one of fields_object."""
    return {
        "field": name,
        "value": value,
        "actor": blame.actor.name,
        "via": blame.actor.via,
        "at": format_instant(blame.at),
        "revision": blame.revision,
        "seq": blame.seq,
        "how": blame.how,
    }


def taking_object(taking: Taking) -> dict[str, Any]:
    """What taking back touches; `receipt` is null for a preview."""
    return {
        "records": taking.records,
        "kept": taking.kept,
        "summary": taking.summary,
        "touched": [
            ref_object(one.ref)
            | {
                "title": one.title,
                "kind": one.kind,
                "fields": one.fields,
                "overtaken": one.overtaken,
                "clashing": one.clashing,
                "kept": one.kept,
            }
            for one in taking.touched
        ],
        "receipt": None if taking.receipt is None else receipt_object(taking.receipt),
    }


def receipt_object(receipt: Receipt) -> dict[str, Any]:
    return {
        "request": None if receipt.request is None else id_text(receipt.request),
        "changes": receipt.changes,
        "summary": receipt.summary,
        "records": [ref_object(ref) for ref in receipt.refs],
        "conflicts": [id_text(id) for id in receipt.conflicts],
    }


def _conflict_row_object(row: ConflictRow) -> dict[str, Any]:
    return {
        "entity": "conflict",
        "id": id_text(row.id),
        "record": ref_object(row.record),
        "title": row.title,
        "question": row.question,
        "fields": row.fields,
        "mine": _side_object(row.mine),
        "theirs": _side_object(row.theirs),
        "suggested": row.suggested,
        "revision": row.revision,
        "created_at": format_instant(row.created_at),
        "updated_at": format_instant(row.updated_at),
    }


def conflict_object(conflict: ConflictRecord) -> dict[str, Any]:
    """A whole conflict: the open fields with their three values, and how the others were settled."""
    entity = conflict.record.entity
    return {
        "entity": "conflict",
        "id": id_text(conflict.id),
        "record": ref_object(conflict.record),
        "title": conflict.title,
        "question": conflict.question,
        "fields": [
            {"field": one.field}
            | {side: value_object(entity, one.field, getattr(one, side)) for side in ("base", "mine", "theirs")}
            for one in conflict.fields
        ],
        "outcome": {name: taken_object(entity, name, taken) for name, taken in conflict.outcome.items()},
        "withheld": conflict.withheld,
        "mine": _side_object(conflict.mine),
        "theirs": _side_object(conflict.theirs),
        "suggested": conflict.suggested,
        "revision": conflict.revision,
        "version": str(conflict.version),
        "created_at": format_instant(conflict.created_at),
        "settled_at": None if conflict.settled_at is None else format_instant(conflict.settled_at),
    }


def _side_object(side: Side) -> dict[str, Any]:
    return {
        "actor": side.actor,
        "via": side.via,
        "source": side.source,
        "at": format_instant(side.at),
        "revision": side.revision,
    }


def rule_object(rule: Rule) -> dict[str, Any]:
    """`number` is its place in the order, `kind` the kind of record that it is about."""
    conditions = {name: getattr(rule, name) for name in ("field", "relationship", "actor", "source", "tag")}
    return {
        "entity": "rule",
        "id": id_text(rule.id),
        "number": rule.number,
        "name": rule.name,
        "kind": rule.entity,
        **conditions,
        "prefer": rule.prefer,
        "preferred": rule.preferred,
        "revision": rule.revision,
    }


def settlement_object(settlement: Settlement) -> dict[str, Any]:
    return {
        "decided": settlement.decided,
        "total": settlement.total,
        "records": settlement.records,
        "open": settlement.open,
        "sample": [{"title": title, "field": field, "value": value} for title, field, value in settlement.sample],
        "refused": [{"title": title, "reason": reason} for title, reason in settlement.refused],
        "receipt": None if settlement.receipt is None else receipt_object(settlement.receipt),
    }


def ref_object(ref: Ref) -> dict[str, str]:
    return {"entity": ref.entity, "id": id_text(ref.id)}


def fields_object(entity: Entity, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields, with references as ids and instants as text."""
    return {name: value_object(entity, name, value) for name, value in fields.items()}


def value_object(entity: Entity, name: str, value: Any) -> Any:
    field = FIELDS[entity].get(name)
    if field is None or value is None:
        return value
    if field.kind == "reference":
        return id_text(value)
    if field.kind == "instant":
        return format_instant(value)
    return value
