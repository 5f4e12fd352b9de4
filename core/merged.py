"""What stands for a profile or link that was merged into another: `merged_into` is followed, over many steps."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final

from core import conflicts, meeting, sources
from core.errors import Conflict
from core.fields import FIELDS, Entity, check_fields
from core.merge import merge
from core.merge_values import Side
from core.records import Row, load, stored_fields
from core.store import Connection
from core.values import RecordId, Ref
from core.write_values import Edit

if TYPE_CHECKING:
    from core.open_request import OpenRequest

MERGEABLE: Final[frozenset[Entity]] = frozenset({"profile", "link"})
SPLIT: Final = "split that one to take it back"
"""What to do instead of bringing a merged profile back by itself."""


def steps(db: Connection, entity: Entity, row: Row) -> list[Row]:
    """The records that this one was merged into, one after the other; none where it was not, or those were purged.

    What lives is never followed, and a merge wants two that live, so the steps do not come back to where they began.
    """
    found: list[Row] = []
    passed = {row[0]}
    while entity in MERGEABLE and row[6] is not None:
        rows = load(db, entity, "t.uid = ?", (_id(stored_fields(entity, row)["merged_into"]),))
        if not rows or rows[0][0] in passed:
            break
        row = rows[0]
        passed.add(row[0])
        found.append(row)
    return found


def successor(db: Connection, entity: Entity, row: Row) -> Row | None:
    """The record that stands for this one, in the trash or not; None for one that was not merged."""
    found = steps(db, entity, row)
    return found[-1] if found else None


def living_id(db: Connection, entity: Entity, text: str) -> RecordId:
    """The public id that the text names, or of what stands for that record now."""
    rows = load(db, entity, "t.uid = ?", (_id(text),))
    found = successor(db, entity, rows[0]) if rows else None
    return _id(text) if found is None else bytes(found[1])


def refuse(db: Connection, row: Row, instead: str) -> None:
    """Raises Conflict for a profile that was merged into another; `instead` says what to do with that one."""
    if found := successor(db, "profile", row):
        name, other = (stored_fields("profile", one)["name"] for one in (row, found))
        raise Conflict(f"{name} was merged into {other}; {instead}")


def edit(request: OpenRequest, write: Edit, row: Row, into: Row) -> Ref:
    """Merges an edit of what was merged away into the one that stands for it, from the base that it started from.

    The name of the one is an alias of the other, so a new name is a new alias. Returns the record that was edited.
    Raises Conflict for an edit that is not to be merged.
    """
    if not write.source and not (write.merge and write.version not in (None, row[3])):
        if write.ref.entity == "profile":
            refuse(request.db, row, "edit that one")
        raise Conflict(f"{request.name('link', row)} is in the trash; restore it first")
    entity = write.ref.entity
    fields = check_fields(entity, write.fields)
    names = meeting.names_of(entity, fields)
    if write.source and write.version is None:
        base = stored_fields(entity, row) | sources.said_of(request.db, entity, row[0], write.source)
    else:
        base = meeting.base_of(request, write, row, names)
    base = {name: base[name] for name in names}
    mine = base | (meeting.put_in(entity, base, fields) if write.source else fields)
    if write.source:
        sources.keep(request, entity, row[0], write.source, fields)
    if entity == "profile":
        base, mine = _named_as_alias(base), _named_as_alias(mine)
    spoken = {name for name in mine if not FIELDS[entity][name].same(mine[name], base[name])}
    ref = Ref(entity, into[1])
    if not spoken:
        return ref
    if into[6] is not None:
        raise Conflict(f"{request.name(entity, into)} is in the trash; restore it first")
    current = stored_fields(entity, into)
    mine_side = Side(request.actor, request.via, request.at, write.source)
    theirs_side = conflicts.last_side(request.db, entity, into[0], spoken)
    context = meeting.context_of(request.db, entity, current, mine_side, theirs_side)
    theirs = {name: current[name] for name in mine}
    result = merge(entity, base, mine, theirs, rules=request.rules, context=context)
    assert result.value is not None
    request.edit(entity, into, result.value, result.taken)
    conflicts.meet(request, entity, into[0], spoken, result, context)
    return ref


def _named_as_alias(fields: dict[str, Any]) -> dict[str, Any]:
    if "name" not in fields:
        return fields
    others = {name: value for name, value in fields.items() if name != "name"}
    return others | {"aliases": list(dict.fromkeys((*fields.get("aliases", ()), fields["name"])))}


def _id(text: str) -> bytes:
    try:
        return uuid.UUID(text).bytes
    except ValueError:
        return b""
