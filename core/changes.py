"""Reads and follows the change log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from threading import Event
from typing import Any, Final, cast

import msgspec

from core.errors import NotFound
from core.fields import Entity
from core.merge_values import Taken
from core.records import DIGEST, ENDS, TABLES, Name, body_of, names
from core.store import Connection, Store
from core.values import Actor, Change, RecordId, Ref

POLL: Final = 0.05  # seconds; a look at PRAGMA data_version costs some 5 us
BATCH: Final = 1_000  # changes
PURGED: Final = Name(bytes(16), "(purged)")
GLIMPSE: Final = 1_000  # characters of a text, where the feed of all records shows one

_decode_taken = msgspec.json.Decoder(dict[str, Taken]).decode

SELECT: Final = """
SELECT c.seq, r.uid, c.entity, c.record_id, c.kind, c.revision, c.version, c.before, c.after,
       r.actor, r.via, r.at, r.reason, v.uid, r.last_seq - r.first_seq + 1, c.taken
FROM {log} LEFT JOIN request v ON v.id = r.reverts
"""
LOG: Final = "change c JOIN request r ON r.id = c.request_id"
LOG_OF_ACTOR: Final = "request r CROSS JOIN change c ON c.seq BETWEEN r.first_seq AND r.last_seq"
"""The same rows, by request_of_actor; requests follow each other as their changes do."""


def read(
    store: Store,
    *,
    ref: Ref | None = None,
    request: RecordId | None = None,
    actor: str = "",
    entity: Entity | None = None,
    after: int | None = None,
    before: int | None = None,
    limit: int,
) -> list[Change]:
    where: list[str] = []
    parameters: dict[str, Any] = {}
    log, order = LOG, "c.seq {way}"
    if ref is not None:
        where.append(f"c.entity = :entity AND c.record_id = (SELECT id FROM {TABLES[ref.entity]} WHERE uid = :uid)")
        parameters |= {"entity": ref.entity, "uid": ref.id}
    elif entity is not None:
        where.append("+c.entity = :entity")  # the sign keeps change_of_record out, which would have to be sorted
        parameters["entity"] = entity
    if request is not None:
        span = store.fetch("SELECT first_seq, last_seq FROM request WHERE uid = ?", (request,))
        where.append("c.seq BETWEEN :first AND :last")
        parameters["first"], parameters["last"] = span[0] if span else (1, 0)
    if actor:
        where.append("r.actor = :actor")
        parameters["actor"] = actor
        if ref is None:
            log, order = LOG_OF_ACTOR, "r.id {way}, c.seq {way}"
    if after is not None:
        where.append("c.seq > :after")
        parameters["after"] = after
    if before is not None:
        where.append("c.seq < :before")
        parameters["before"] = before
    sql = SELECT.format(log=log) + (f" WHERE {' AND '.join(where)}" if where else "")
    sql += f" ORDER BY {order.format(way='DESC' if after is None else 'ASC')} LIMIT {limit:d}"
    with store.read() as db:
        rows = db.execute(sql, parameters).fetchall()
        return _changes(db, rows, whole=ref is not None or request is not None)


def cursor(store: Store) -> int:
    """The seq of the latest change; 0 when there is none."""
    ((seq,),) = store.fetch("SELECT max(seq) FROM change")
    return int(seq or 0)


def follow(store: Store, stop: Event, after: int | None) -> Iterator[list[Change]]:
    """Changes committed from this call on (or after that seq), by whichever process; ends when `stop` is set."""
    return _follow(store, stop, cursor(store) if after is None else after)


def _follow(store: Store, stop: Event, seen: int) -> Iterator[list[Change]]:
    db = store.connect()
    try:
        version = None
        while not stop.is_set():
            (latest,) = db.execute("PRAGMA data_version").fetchone()
            if latest == version:
                stop.wait(POLL)
                continue
            version = latest
            while batch := read(store, after=seen, limit=BATCH):
                seen = batch[-1].seq
                yield batch
    finally:
        db.close()


# --- from rows to changes -----------------------------------------------------------------------------


def _changes(db: Connection, rows: list[tuple[Any, ...]], *, whole: bool) -> list[Change]:
    """The values of the log as fields; texts whole or their beginning."""
    parsed = [(row, msgspec.json.decode(row[7]), msgspec.json.decode(row[8])) for row in rows]
    wanted: dict[Entity, set[int]] = defaultdict(set)
    for row, before, after in parsed:
        wanted[row[2]].add(row[3])
        if row[2] == "link":
            for values in (before, after):
                for end in ENDS.keys() & values.keys():
                    wanted[cast(Entity, end)].add(values[end])
    known = {entity: names(db, entity, ids) for entity, ids in wanted.items()}
    changes = []
    for row, before, after in parsed:
        name = known[row[2]].get(row[3], PURGED)
        for values in (before, after):
            _as_fields(db, row[2], values, known, whole)
        changes.append(
            Change(
                seq=row[0],
                request=row[1],
                ref=Ref(row[2], name.uid),
                title=name.title,
                kind=row[4],
                revision=row[5],
                version=row[6],
                before=before,
                after=after,
                actor=Actor(row[9], row[10]),
                at=row[11],
                ends=name.ends,
                reason=row[12],
                reverts=row[13],
                size=row[14],
                taken=_taken(db, row[2], row[15], whole),
            )
        )
    return changes


def _as_fields(
    db: Connection,
    entity: Entity,
    values: dict[str, Any],
    known: dict[Entity, dict[int, Name]],
    whole: bool,
) -> None:
    if entity == "link":
        for end in ENDS.keys() & values.keys():
            name = known[cast(Entity, end)].get(values[end], PURGED)
            values[end] = name.title if end == "type" else name.uid
    text = values.get("text")
    if entity == "document" and text:
        values["text"] = _body(db, text, whole)


def taken_of(text: str) -> dict[str, Taken]:
    """By field how a merge came to it, as the log has it: what was overruled of a text by its digest."""
    return {} if text == "{}" else _decode_taken(text)


def _taken(db: Connection, entity: Entity, text: str, whole: bool) -> dict[str, Taken]:
    taken = taken_of(text)
    merged = taken.get("text")
    if entity == "document" and merged and merged.overruled:
        taken["text"] = Taken(merged.how, _body(db, merged.overruled, whole))
    return taken


def _body(db: Connection, value: str, whole: bool) -> str:
    if whole or not value.startswith(DIGEST):
        try:
            return body_of(db, value)
        except NotFound as error:
            return f"({error})"
    found = db.execute(
        "SELECT substr(text, 1, ?) FROM body WHERE sha256 = ?", (GLIMPSE, bytes.fromhex(value[len(DIGEST) :]))
    ).fetchone()
    return found[0] if found else ""
