"""Where two versions of a record meet in the write path: a save over a newer row, and what a source says again.

What is stored now is theirs, what is to be written is mine. What the merge settles is written at once; what it leaves
open becomes a conflict, and theirs stays until somebody chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core import conflicts, history, sources, trash
from core.errors import Invalid, NotFound
from core.fields import FIELDS, Entity, check_fields
from core.merge import merge
from core.merge_values import WHOLE, Context, MergeResult, Side
from core.records import Row, load, stored_fields
from core.store import Connection
from core.write_values import Delete, Edit

if TYPE_CHECKING:
    from core.open_request import OpenRequest

WINDOW = ("valid_from", "valid_until")


def edit(request: OpenRequest, write: Edit, row: Row) -> None:
    """Merges an edit into what is stored. Raises Invalid, and NotFound for a version that there never was."""
    entity = write.ref.entity
    fields = check_fields(entity, write.fields)
    if fixed := [name for name in fields if FIELDS[entity][name].fixed]:
        raise Invalid("cannot be changed; unlink and link anew", fixed[0])
    mine_side = Side(request.actor, request.via, request.at, write.source)
    names = names_of(entity, fields)
    base = base_of(request, write, row, names)
    if write.source:
        # It speaks from what it said before, not from what is stored: the question that is open stays the same one.
        base |= conflicts.open_base(request.db, entity, row[0], mine_side)
    base = {name: value for name, value in base.items() if name in names}
    mine = base | (put_in(entity, base, fields) if write.source else fields)
    if write.source:
        sources.keep(request, entity, row[0], write.source, fields)
    if row[6] is not None:
        if not _outlives_deletion(request, entity, row, base, mine, mine_side):
            return
        row = load(request.db, entity, "t.id = ?", (row[0],))[0]
    current = stored_fields(entity, row)
    theirs = {name: current[name] for name in names}
    theirs_side = conflicts.last_side(request.db, entity, row[0], names)
    context = context_of(request.db, entity, current, mine_side, theirs_side)
    result = merge(entity, base, mine, theirs, rules=request.rules, context=context)
    assert result.value is not None
    request.edit(entity, row, result.value, result.taken, in_trash=True)
    conflicts.meet(request, entity, row[0], fields, result, context)


def delete(request: OpenRequest, write: Delete, row: Row) -> None:
    """Deletes what was not changed since it was read; otherwise whether it stays becomes a conflict."""
    entity = write.ref.entity
    if row[6] is not None:
        return
    assert write.version is not None
    seq = history.seq_of_version(request.db, entity, row[0], write.version)
    base, theirs = history.fields_after(request.db, entity, row, seq), stored_fields(entity, row)
    theirs_side = conflicts.last_side(request.db, entity, row[0], theirs)
    context = context_of(request.db, entity, theirs, request.side, theirs_side)
    result = merge(entity, base, None, theirs, rules=request.rules, context=context)
    if result.value is None:
        trash.delete(request, entity, row)
    _tell_decision(request, entity, row[0], result)
    conflicts.meet(request, entity, row[0], {}, result, context)


def _outlives_deletion(
    request: OpenRequest,
    entity: Entity,
    row: Row,
    base: Mapping[str, Any],
    mine: Mapping[str, Any],
    mine_side: Side,
) -> bool:
    """Whether an edit of what is in the trash counts. The record is alive again until somebody settles it; a link
    whose end is gone waits in the trash for that."""
    current = stored_fields(entity, row)
    theirs_side = conflicts.last_side(request.db, entity, row[0])
    context = context_of(request.db, entity, current, mine_side, theirs_side)
    result = merge(entity, base, mine, None, rules=request.rules, context=context)
    if result.value is not None and not context.dead_ends:
        trash.restore(request, entity, row)
    _tell_decision(request, entity, row[0], result)
    conflicts.meet(request, entity, row[0], (), result, context)
    return result.value is not None


def _tell_decision(request: OpenRequest, entity: Entity, id: int, result: MergeResult) -> None:
    """A rule that kept or deleted a record is named in its history, with what it overruled."""
    decided = {name: one for name, one in result.taken.items() if name == WHOLE and one.overruled is not None}
    if decided:
        request.edit(entity, load(request.db, entity, "t.id = ?", (id,))[0], {}, decided, in_trash=True)


def context_of(db: Connection, entity: Entity, fields: Mapping[str, Any], mine: Side, theirs: Side) -> Context:
    """What rules may look at; `fields` are stored ones."""
    if entity != "link":
        return Context(mine, theirs, tags=frozenset(fields.get("tags") or ()))
    (relationship,) = db.execute("SELECT name FROM relationship_type WHERE id = ?", (fields["type"],)).fetchone()
    return Context(mine, theirs, relationship, frozenset(fields["tags"]), trash.trashed_ends(db, fields))


def names_of(entity: Entity, fields: Mapping[str, Any]) -> list[str]:
    """The fields that meet. The two ends of a window go together, so that no merge turns it round."""
    paired = WINDOW if entity == "link" and any(name in fields for name in WINDOW) else ()
    return list(dict.fromkeys((*fields, *paired)))


def put_in(entity: Entity, base: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a source, of a map those keys that it does not name as they were."""
    return {name: base[name] | value if FIELDS[entity][name].kind == "map" else value for name, value in fields.items()}


def base_of(request: OpenRequest, write: Edit, row: Row, names: list[str]) -> dict[str, Any]:
    """What the edit started from. Raises NotFound for a version that there never was."""
    entity = write.ref.entity
    if write.version is not None:
        try:
            seq = history.seq_of_version(request.db, entity, row[0], write.version)
            return history.fields_after(request.db, entity, row, seq)
        except NotFound:
            if not write.source:
                raise
    empty = {name: FIELDS[entity][name].empty for name in names}
    return empty | sources.said_of(request.db, entity, row[0], write.source)
