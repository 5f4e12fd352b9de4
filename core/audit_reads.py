"""Reads the audit: what did this account do, who touched that record, what was refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, cast

from core import access, audit_chain, audit_values, changes
from core.access_values import AuditEntry, AuditQuery
from core.audit_chain import Body, record_ref, record_text
from core.fields import Entity
from core.reading import Reading
from core.records import TABLES, in_chunks
from core.store import Connection
from core.values import Actor, Ref

COUNTED: Final = (10_000, 100_000, 1_000_000)  # entries; filters are counted as far as it takes to tell them apart
SLACK: Final = 86_400_000_000  # microseconds that a clock may have been set back between entries


def read(reading: Reading, query: AuditQuery, *, after: int | None, before: int | None, limit: int) -> list[AuditEntry]:
    """See core.workspace.Workspace.audit. Raises Denied for who may not see the audit."""
    access.require_area(reading.viewer, "audit", "see", "read the audit")
    rows = _rows(reading.db, query, after, before, limit)
    bodies = [(seq, audit_chain.decode(body), hash) for seq, body, hash in rows]
    told = _Told(reading, [body for _, body, _ in bodies])
    return [_entry(seq, body, hash, told) for seq, body, hash in bodies]


def _entry(seq: int, body: Body, hash: bytes, told: _Told) -> AuditEntry:
    before, after = told.values(body)
    return AuditEntry(
        seq=seq,
        actor=Actor(body.actor, cast(Any, body.via), body.address),
        at=body.at,
        kind=body.kind,
        record=record_ref(body.record),
        title=told.titles.get(body.record, ""),
        request=bytes.fromhex(body.request) or None,
        before=before,
        after=after,
        decision=body.decision or "allowed",
        reason=body.reason,
        detail=_detail(body),
        hash=hash,
    )


def _detail(body: Body) -> str:
    parts = [
        body.detail,
        f"{body.action or 'an attempt'} was refused" if body.decision == "denied" else "",
        f"by {body.method}" if body.method and not body.action else "",
        ", ".join(body.fields),
        f"{body.count} times" if body.count else "",
        f"key {', '.join(body.keys)}" if body.keys else "",
    ]
    return ", ".join(filter(None, parts))


# --- which entries --------------------------------------------------------------------------------------------


class _Filter(NamedTuple):
    """A column that must have one of these values; an index has the column."""

    column: str
    values: tuple[str, ...]


def _rows(
    db: Connection, query: AuditQuery, after: int | None, before: int | None, limit: int
) -> list[tuple[int, str, bytes]]:
    """By the index of the filter that fewest entries meet; the others are looked at in what that finds."""
    filters = _narrowest_first(db, list(_filters(db, query)))
    first = _first_at(db, query.since - SLACK) if query.since is not None else 0
    last = _first_at(db, query.until + SLACK) if query.until is not None else 2**62
    bounds = {
        "seq > ?": max(first - 1, -1 if after is None else after),
        "seq < ?": min(last, 2**62 if before is None else before),
        "+at >= ?": query.since,
        "+at < ?": query.until,
    }
    where = [sql for sql, value in bounds.items() if value is not None]
    parameters: list[Any] = [value for value in bounds.values() if value is not None]
    for column, values in filters[1:]:
        where.append(f"+{column} IN ({','.join('?' * len(values))})")
        parameters += values
    way = "ASC" if after is not None else "DESC"
    tail = f"{' AND '.join(where)} ORDER BY seq {way} LIMIT {limit:d}"
    if not filters:
        sql = f"SELECT seq, body, hash FROM audit NOT INDEXED WHERE {tail}"
        return cast(list[tuple[int, str, bytes]], db.execute(sql, parameters).fetchall())
    column, values = filters[0]
    arm = f"SELECT seq, body, hash FROM audit INDEXED BY audit_by_{column} WHERE {column} = ? AND {tail}"
    rows = [row for value in values for row in db.execute(arm, (value, *parameters))]
    return sorted(rows, reverse=after is None)[:limit]


def _filters(db: Connection, query: AuditQuery) -> Iterator[_Filter]:
    if query.request is not None:
        yield _Filter("request", (query.request.hex(),))
    if query.record is not None:
        yield _Filter("record", (record_text(query.record),))
    if query.actor:
        yield _Filter("actor", (query.actor,))
    if query.kind:
        yield _Filter("kind", tuple(_kinds(db, query.kind)) if query.kind.endswith(".") else (query.kind,))


def _kinds(db: Connection, beginning: str) -> Iterator[str]:
    """The kinds that begin so, each by one look into the index."""
    kind = beginning
    while True:
        (kind,) = db.execute("SELECT min(kind) FROM audit WHERE kind > ?", (kind,)).fetchone()
        if kind is None or not kind.startswith(beginning):
            return
        yield kind


def _narrowest_first(db: Connection, filters: list[_Filter]) -> list[_Filter]:
    """So that the first is the one that fewest entries meet, where there is one with less than the last of COUNTED."""
    for limit in COUNTED if len(filters) > 1 else ():
        narrowest, fewest = None, limit
        for one in filters:
            if (count := _count(db, one, fewest)) < fewest:
                narrowest, fewest = one, count
        if narrowest:
            return [narrowest, *(one for one in filters if one is not narrowest)]
    return filters


def _count(db: Connection, filter: _Filter, limit: int) -> int:
    """How many entries meet it, of up to `limit`."""
    sql = (
        f"SELECT count(*) FROM (SELECT 1 FROM audit WHERE {filter.column}"
        f" IN ({','.join('?' * len(filter.values))}) LIMIT {limit})"
    )
    return int(db.execute(sql, filter.values).fetchone()[0])


def _first_at(db: Connection, instant: int) -> int:
    """The seq of the first entry that is not older, found by halving, since entries follow each other in time."""
    low, high = db.execute(
        "SELECT (SELECT coalesce(min(seq), 1) FROM audit), (SELECT coalesce(max(seq), 0) + 1 FROM audit)"
    ).fetchone()
    while low < high:
        middle = (low + high) // 2
        seq, at = db.execute("SELECT seq, at FROM audit WHERE seq >= ? ORDER BY seq LIMIT 1", (middle,)).fetchone()
        if at < instant:
            low = seq + 1
        else:
            high = middle
    return int(low)


# --- what they say of records -------------------------------------------------------------------------------


class _Told:
    """What may be told of the records that entries are about: their titles, and what changed in them."""

    def __init__(self, reading: Reading, bodies: Sequence[Body]) -> None:
        self.reading = reading
        self.ids = _seen(reading, {body.record for body in bodies} - {""})
        self.titles = {record: title for record, (_, title) in self.ids.items()}
        wanted = [body.change for body in bodies if body.change and body.record in self.ids]
        self._changes = {change.seq: change for change in changes.numbered(reading, wanted)}
        self._keys: dict[int, bytes] = {}

    def values(self, body: Body) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
        """Before and after: from the change log, else as the entry itself has them; none where they are gone."""
        id, _ = self.ids.get(body.record, (0, ""))
        key = self._key(id) if body.sealed else None
        if not id or (body.sealed and key is None):
            return None, None
        if change := self._changes.get(body.change):
            return change.before, change.after
        kept = audit_values.unseal(key, body.record, body.sealed) if key else (body.before or {}, body.after or {})
        if kept is None or not any(kept):
            return None, None
        ref = cast(Ref, record_ref(body.record))
        before, after = (dict(self.reading.fields(ref.entity, id, ref, values)[0]) for values in kept)
        return before, after

    def _key(self, profile: int) -> bytes | None:
        if profile not in self._keys:
            self._keys |= audit_values.keys_of(self.reading.db, [profile])
        return self._keys.get(profile)


def _seen(reading: Reading, records: Iterable[str]) -> dict[str, tuple[int, str]]:
    """The local ids and titles of those that are there and may be seen."""
    uids: defaultdict[Entity, list[bytes]] = defaultdict(list)
    for record in records:
        ref = cast(Ref, record_ref(record))
        uids[ref.entity].append(ref.id)
    found: dict[str, tuple[int, str]] = {}
    for entity, wanted in uids.items():
        ids = [id for (id,) in in_chunks(reading.db, f"SELECT id FROM {TABLES[entity]} WHERE uid IN", wanted)]
        for id, name in reading.names(entity, reading.seen(entity, ids)).items():
            found[record_text(Ref(entity, name.uid))] = (id, name.title)
    return found
