"""Undo and redo: the opposite of a request, worked out from the log and written as new changes.

A request can be taken back once: its opposite names it (`reverts`). Undo takes back a request or a redo, redo takes
back an undo. What someone edited later, and did not take back, is never overwritten: then the whole undo is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec

from core import log_start, merged, reversals, sources, trash
from core.errors import Conflict, NotFound
from core.fields import FIELDS, Entity
from core.instants import format_instant
from core.open_request import OpenRequest
from core.records import DIGEST, Row, body_of, load
from core.reversals import Past
from core.store import Connection, Store
from core.values import Actor, RecordId
from core.write_values import Receipt

Logged = tuple[int, Entity, int, str, int, dict[str, Any], dict[str, Any]]
"""seq, entity, local id, kind, version, before, after."""

WHOLE: Final = (
    f"q.first_seq > {log_start.THROUGH}"
    " AND NOT EXISTS (SELECT 1 FROM change WHERE seq BETWEEN q.first_seq AND q.last_seq AND record_id < 0)"
)
"""Nothing of the request was purged or is too old for the log, and it is no purge itself; those are passed over."""

LAST_DONE: Final = f"""
SELECT id FROM request q WHERE actor = ? AND undo = 0
AND NOT EXISTS (SELECT 1 FROM request WHERE reverts = q.id) AND {WHOLE} ORDER BY id DESC LIMIT 1
"""
LAST_UNDONE: Final = f"""
SELECT id FROM request q WHERE actor = ?1 AND undo = 1 AND reverts IS NOT NULL
AND NOT EXISTS (SELECT 1 FROM request WHERE reverts = q.id) AND {WHOLE}
AND NOT EXISTS (SELECT 1 FROM request WHERE actor = ?1 AND undo = 0 AND reverts IS NULL AND id > q.id)
ORDER BY id DESC LIMIT 1
"""


def undo(store: Store, actor: Actor, uid: RecordId | None, *, reason: str = "") -> Receipt:
    """Takes back a request, by default the actor's latest. Raises NotFound, Denied, Conflict."""
    with store.write() as db:
        if uid is None:
            found = db.execute(LAST_DONE, (actor.name,)).fetchone()
        else:
            found = db.execute("SELECT id FROM request WHERE uid = ?", (uid,)).fetchone()
        missing = "there is nothing to undo" if uid is None else "there is no such request to undo"
        if not found:
            removed = log_start.read(db) if uid is not None else None
            raise NotFound(f"{missing}; {removed}" if removed else missing)
        return _revert(db, actor, found[0], reason, missing)


def redo(store: Store, actor: Actor, *, reason: str = "") -> Receipt:
    """Takes back the actor's latest undo, while it did nothing else since. Raises NotFound, Denied, Conflict."""
    with store.write() as db:
        found = db.execute(LAST_UNDONE, (actor.name,)).fetchone()
        missing = "there is nothing to redo"
        if not found:
            raise NotFound(missing)
        return _revert(db, actor, found[0], reason, missing)


def undo_change(store: Store, actor: Actor, seq: int, *, reason: str = "") -> Receipt:
    """Takes back one change, as a request that can be undone itself. Raises NotFound, Denied, Conflict."""
    with store.write() as db:
        _refuse_removed(db, seq)
        changes = list(_logged(db, seq, seq))
        missing = f"there is no change {seq}"
        if not changes:
            raise NotFound(missing)
        id, size = db.execute(
            "SELECT r.id, r.last_seq - r.first_seq + 1 FROM change c JOIN request r ON r.id = c.request_id"
            " WHERE c.seq = ?",
            (seq,),
        ).fetchone()
        if size == 1:
            return _revert(db, actor, id, reason, missing)
        request = OpenRequest(db, actor, reason, told=f"undo of change {seq}")
        _check(request, changes, missing)
        _, entity, record, kind, *_ = changes[0]
        if entity == "profile" and kind == "deleted":
            merged.refuse(db, _row(request, entity, record), merged.SPLIT)
        sources.take_back(request, [id], record=(entity, record))
        return _take_back(request, changes)


def _revert(db: Connection, actor: Actor, id: int, reason: str, missing: str) -> Receipt:
    """`missing` is what is said where the viewer may not see all of the request."""
    undo, first, last = db.execute("SELECT undo, first_seq, last_seq FROM request WHERE id = ?", (id,)).fetchone()
    _refuse_removed(db, first)
    request = OpenRequest(db, actor, reason, reverts=id, undo=not undo)
    changes = _logged(db, first, last)
    _check(request, changes, missing)
    taken = db.execute("SELECT actor, at FROM request WHERE reverts = ?", (id,)).fetchone()
    if taken:
        raise Conflict(f"{taken[0]} has undone that already, {format_instant(taken[1])}")
    sources.take_back(request, [id])
    return _take_back(request, changes)


def _refuse_removed(db: Connection, seq: int) -> None:
    """Raises NotFound for a change that a rule of retention let go, or what it would take to take it back."""
    removed = log_start.read(db)
    if removed and 0 < seq <= removed.through:
        raise NotFound(f"{removed}, so that cannot be undone")


def _check(request: OpenRequest, changes: Iterable[Logged], missing: str) -> None:
    past = (Past(entity, id, kind, before, after) for _, entity, id, kind, _, before, after in changes)
    reversals.check(request, past, missing)


def _take_back(request: OpenRequest, changes: Iterable[Logged]) -> Receipt:
    """The changes come latest first, so the first of a record finds what happened to it since."""
    changes = list(changes)
    kinds = {change[3] for change in changes}
    if "purged" in kinds:
        gone, what = ("erased", "an erasure") if "created" in kinds else ("purged", "a purge")
        raise Conflict(f"what was {gone} is gone for good; {what} cannot be undone")
    since: dict[tuple[Entity, int], list[Later]] = {}
    for change in changes:
        seq, entity, id, kind, version, _, _ = change
        row = _row(request, entity, id)
        if (entity, id) not in since:
            since[entity, id] = [] if row[3] == version else _later(request.db, entity, id, seq)
        _OPPOSITES[kind](request, change, row, since[entity, id])
    return request.finish([])


def _logged(db: Connection, first: int, last: int) -> list[Logged]:
    """The changes from first to last, the latest first."""
    rows = db.execute(
        "SELECT seq, entity, record_id, kind, version, before, after FROM change"
        " WHERE seq BETWEEN ? AND ? ORDER BY seq DESC",
        (first, last),
    ).fetchall()
    decode = msgspec.json.decode
    return [(*row[:5], decode(row[5]), decode(row[6])) for row in rows]


# --- the opposite of each kind of change --------------------------------------------------------------------


def _delete(request: OpenRequest, change: Logged, row: Row, later: list[Later]) -> None:
    """Of a creation or a restoration: the record must be as that left it, and nothing may have been linked to it."""
    _, entity, id, kind, _, before, _ = change
    if entity == "conflict" and row[6] is not None:
        return  # it was settled since, so there is no question to take back
    if later:
        raise _overtaken(request, change, later[-1])
    if entity in ("profile", "document"):
        (found,) = request.db.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM link WHERE {entity}_id = ? AND deleted_at IS NULL LIMIT 1001)",
            (id,),
        ).fetchone()
        if found:
            raise Conflict(f"{request.name(entity, row)} has been linked since ({found} links); unlink it first")
    if kind == "restored" and before:
        request.edit(entity, row, _values(request.db, before))
        row = _row(request, entity, id)
    trash.delete(request, entity, row)


def _set_back(request: OpenRequest, change: Logged, row: Row, later: list[Later]) -> None:
    """Of an edit: nobody may have edited the same fields since."""
    _, entity, _, _, _, before, after = change
    overtaking = [one for one in later if row[6] is not None or one.fields & after.keys()]
    if overtaking:
        raise _overtaken(request, change, overtaking[-1])
    request.edit(entity, row, _values(request.db, before), in_trash=True)


def _bring_back(request: OpenRequest, change: Logged, row: Row, later: list[Later]) -> None:
    """Of a deletion: the links that went along have changes of their own."""
    _, entity, id, _, _, before, _ = change
    if later:
        raise _overtaken(request, change, later[-1])
    trash.restore(request, entity, row, with_links=False)
    if before:
        request.edit(entity, _row(request, entity, id), _values(request.db, before))


_OPPOSITES: Final = {"created": _delete, "updated": _set_back, "deleted": _bring_back, "restored": _delete}


def _row(request: OpenRequest, entity: Entity, id: int) -> Row:
    rows = load(request.db, entity, "t.id = ?", (id,))
    if not rows:
        gone = "erased" if request.db.execute(WAS_ERASED, (id,)).fetchone() else "purged"
        raise Conflict(
            f"a {entity} of that request was {gone} since, so nothing was undone; rolodoc take-back undoes the rest"
        )
    return rows[0]


WAS_ERASED: Final = """
SELECT 1 FROM change p JOIN request r ON r.id = p.request_id JOIN change c ON c.seq = r.last_seq
WHERE p.seq = -? AND c.kind <> 'purged'
"""
"""Of a record that is gone by its number in the log: an erasure ends with what it leaves in its place."""


def _values(db: Connection, logged: dict[str, Any]) -> dict[str, Any]:
    return {
        name: body_of(db, value) if name == "text" and str(value).startswith(DIGEST) else value
        for name, value in logged.items()
    }


FOLLOWING: Final = frozenset({"theirs", "sides", "suggested"})
"""Of a conflict, what changes by itself when its record does."""


class Later(NamedTuple):
    """What a request did to a record after the change that is to be taken back."""

    actor: str
    at: int
    fields: set[str]


def _later(db: Connection, entity: Entity, id: int, seq: int) -> list[Later]:
    """Those that stand: a request and the one that took it back are as if neither had been. What changed no field, but
    only told what a merge overruled, overtakes nothing; nor does a conflict that follows its record."""
    standing: dict[int, Later] = {}
    cancelled: set[int] = set()
    for request, reverts, actor, at, after in db.execute(
        "SELECT r.id, r.reverts, r.actor, r.at, c.after FROM change c JOIN request r ON r.id = c.request_id"
        " WHERE c.entity = ? AND c.record_id = ? AND c.seq > ? AND NOT (c.kind = 'updated' AND c.after = '{}')"
        " ORDER BY c.seq",
        (entity, id, seq),
    ):
        fields = msgspec.json.decode(after).keys()
        if entity == "conflict" and fields and fields <= FOLLOWING:
            continue
        if standing.pop(reverts, None):
            cancelled.add(request)
        if request not in cancelled:
            standing.setdefault(request, Later(actor, at, set())).fields.update(fields)
    return list(standing.values())


def _overtaken(request: OpenRequest, change: Logged, later: Later) -> Conflict:
    _, entity, id, _, _, before, after = change
    labels = ", ".join(FIELDS[entity][name].label.lower() for name in after if before)
    what = f" ({labels})" if labels else ""
    title = request.name(entity, _row(request, entity, id))
    return Conflict(
        f"{later.actor} changed {title}{what} later, {format_instant(later.at)};"
        " an undo would overwrite that, so nothing was undone"
    )
