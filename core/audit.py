"""Who did: an entry in the audit for each change and for each thing done or tried that is no change.

The entries of a request are made from its rows in the change log, so none gets around them, and in its transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from core import audit_chain, audit_values, checkpoints
from core.audit_chain import AUDIT_PRUNED, CHANGE_TEXT, Body, Entry, record_text
from core.errors import Corrupt, Invalid, NotFound
from core.fields import Entity, Field
from core.instants import now
from core.records import TABLES
from core.store import Connection, Store
from core.values import Actor, Ref

if TYPE_CHECKING:
    from core.open_request import OpenRequest

IN_THE_OPEN: Final[frozenset[Entity]] = frozenset({"account", "group", "role", "grant", "mark", "retention"})
LONG: Final = 500  # characters of a reason; what is longer stands whole in the first entry of its request alone

_names_of = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def append_changes(request: OpenRequest) -> None:
    """Adds an entry for each change that was logged since the last call. Raises Corrupt for one without a record."""
    first, count = request.first_seq + request.audited, request.total - request.audited
    if not count:
        return
    entries: list[Entry] = []
    for entity in {entity for _, entity in request.done}:
        rows = request.db.execute(CHANGES[entity], (first, first + count - 1, entity)).fetchall()
        entries += _entries(request, entity, rows)
    if len(entries) != count:
        raise Corrupt(f"{count - len(entries)} changes are about records that are not there; nothing was written")
    last = audit_chain.append(request.db, sorted(entries, key=_seq))
    request.audited = request.total
    checkpoints.keep(request.db, request.by, request.at, last)


CHANGES: Final = {
    entity: f"""
SELECT c.seq, c.kind, t.uid, c.record_id, c.before, c.after, {CHANGE_TEXT}
FROM change c JOIN {table} t ON t.id = c.record_id
WHERE c.seq BETWEEN ? AND ? AND +c.entity = ? ORDER BY c.seq
"""
    for entity, table in TABLES.items()
}


def _seq(entry: Entry) -> int:
    return entry[0].change


def _entries(request: OpenRequest, entity: Entity, rows: Sequence[tuple[Any, ...]]) -> Iterator[Entry]:
    """One for each row of CHANGES; the whole reason stands in the first of the request alone."""
    uid, reason = request.uid.hex(), request.reason[:LONG]
    secrets, salts = _secrets(request.db, entity, rows)
    for (seq, kind, id, _, before, after, text), secret, salt in zip(rows, secrets, salts, strict=True):
        record = record_text(Ref(entity, id))
        is_open = entity in IN_THE_OPEN
        body = Body(
            at=request.at,
            actor=request.actor,
            via=request.via,
            address=request.by.address,
            kind=f"{entity}.{kind}",
            record=record,
            request=uid,
            reason=request.reason if seq == request.first_seq else reason,
            change=seq,
            digest=audit_chain.digest(secret, text),
            fields=_changed(before, after) if kind == "updated" else (),
            sealed=audit_values.seal(secret, record, before, after) if entity == "profile" else "",
            before=audit_values.in_the_open(before) if is_open else None,
            after=audit_values.in_the_open(after) if is_open else None,
        )
        yield body, salt


def _secrets(
    db: Connection, entity: Entity, rows: Sequence[tuple[Any, ...]]
) -> tuple[Sequence[bytes], Sequence[bytes | None]]:
    """What stands before each change in its digest, and of that, what is kept as a salt: nothing for a profile."""
    if entity == "profile":
        profiles = [row[3] for row in rows]
        keys = audit_values.keys_of(db, profiles, make=True)
        return [keys[profile] for profile in profiles], [None] * len(rows)
    salts = audit_values.new_salts(len(rows))
    return salts, salts


def _changed(before: str, after: str) -> tuple[str, ...]:
    return tuple(sorted(_names_of(before).keys() | _names_of(after).keys()))


# --- what is no change --------------------------------------------------------------------------------------


def append_event(db: Connection, actor: Actor, at: int, kind: str, *, record: Ref | None = None, **said: Any) -> None:
    """Adds an entry of this kind; `said` are more fields of a Body. To be called in a write transaction."""
    body = Body(
        at=at,
        actor=actor.name,
        via=actor.via,
        address=actor.address,
        kind=kind,
        record=record_text(record) if record else "",
        **said,
    )
    last = audit_chain.append(db, [(body, None)])
    checkpoints.keep(db, actor, at, last)


def note(store: Store, actor: Actor, kind: str, detail: str, reason: str) -> None:
    """Adds what an account says that it did. Raises Invalid for a kind that is none of NOTED."""
    if kind not in NOTED:
        raise Invalid(f'"{kind[:60]}" cannot be noted; it must be one of {", ".join(NOTED)}', "kind")
    detail, reason = DETAIL.check(detail), REASON.check(reason)
    with store.write() as db:
        append_event(db, actor, now(), kind, detail=detail, reason=reason)


NOTED: Final = ("login", "logout", "export")
DETAIL: Final = Field("detail", "line", "Detail", limit=500)
REASON: Final = Field("reason", "text", "Reason", limit=10_000)


def drop(db: Connection, actor: Actor, at: int, through: int) -> int:
    """Removes the entries up to this seq, which a signed checkpoint then stands for, and returns how many.

    The last entry stays, as the next one is chained to it. Raises NotFound for a seq that is not before it, Unavailable
    where nothing can be signed: then nothing may be removed.
    """
    sql = "SELECT hash FROM audit WHERE seq = ? AND seq < (SELECT max(seq) FROM audit)"
    row = db.execute(sql, (through,)).fetchone()
    if not row:
        raise NotFound(f"there is no entry {through} before the last one of the audit")
    keys = checkpoints.sign_prune(db, at, through, row[0])
    removed = int(db.execute("DELETE FROM audit WHERE seq <= ?", (through,)).rowcount)
    append_event(db, actor, at, AUDIT_PRUNED, keys=keys, count=removed)
    return removed
