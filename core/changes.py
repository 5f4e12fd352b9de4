"""Reads and follows the change log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Event
from typing import Any, Final, NamedTuple, cast

import msgspec

from core.errors import NotFound
from core.fields import ADMINISTRATION, Entity
from core.merge_values import Taken
from core.reading import Reading
from core.records import DIGEST, ENDS, TABLES, Name, body_of, in_chunks
from core.store import Connection, Store
from core.values import COUNT_LIMIT, Actor, Change, Changes, RecordId, Ref, access_notice
from core.viewer import Viewer

POLL: Final = 0.05  # seconds; a look at PRAGMA data_version costs some 5 us
BATCH: Final = 1_000  # changes
LOOKED_AT: Final = 20_000
"""Entries, at most, that are looked at for one answer to who does not see everything."""
PURGED: Final = Name(bytes(16), "(purged)")
GLIMPSE: Final = 1_000  # characters of a text, where the feed of all records shows one

Entry = tuple[Any, ...]
"""A row of SELECT."""

_decode_taken = msgspec.json.Decoder(dict[str, Taken]).decode

SELECT: Final = """
SELECT c.seq, r.uid, c.entity, c.record_id, c.kind, c.revision, c.version, c.before, c.after,
       r.actor, r.via, r.at, r.reason, v.uid, r.last_seq - r.first_seq + 1, c.taken, r.first_seq
FROM {log} LEFT JOIN request v ON v.id = r.reverts
"""
LOG: Final = "change c JOIN request r ON r.id = c.request_id"
LOG_OF_ACTOR: Final = "request r CROSS JOIN change c ON c.seq BETWEEN r.first_seq AND r.last_seq"
"""The same rows, by request_of_actor; requests follow each other as their changes do."""


def read(
    reading: Reading,
    *,
    ref: Ref | None = None,
    request: RecordId | None = None,
    actor: str = "",
    entity: Entity | None = None,
    after: int | None = None,
    before: int | None = None,
    limit: int,
) -> Changes:
    """Those that are asked for and may be seen. At most LOOKED_AT entries are looked at for that."""
    db = reading.db
    asked = _asked(db, ref=ref, request=request, actor=actor, entity=entity)
    forward = after is not None

    def fetch(seq: int | None, size: int) -> list[Entry]:
        """Those that follow this one, the first ones without it."""
        bounds = {"after": seq if forward and seq is not None else after}
        bounds["before"] = seq if not forward and seq is not None else before
        return asked.fetch(db, forward, bounds, size)

    if reading.viewer.unrestricted:
        rows = fetch(None, limit)
        go_on = rows[-1][0] if rows and len(rows) == limit else None
    else:
        rows, go_on = _seen_of(reading, fetch, limit)
    return Changes(_changes(reading, rows, whole=ref is not None or request is not None), go_on)


def numbered(reading: Reading, seqs: Sequence[int]) -> list[Change]:
    """Those of these seqs whose records may be seen."""
    entries = in_chunks(reading.db, f"{SELECT.format(log=LOG)} WHERE c.seq IN", list(seqs))
    return _changes(reading, _seen(reading, entries), whole=False)


def cursor(db: Connection) -> int:
    """The seq of the latest change; 0 when there is none."""
    (seq,) = db.execute("SELECT max(seq) FROM change").fetchone()
    return int(seq or 0)


# --- following ----------------------------------------------------------------------------------------------


def follow(store: Store, stop: Event, seen: int, viewer: Callable[[Connection], Viewer]) -> Iterator[list[Change]]:
    """Changes committed after this seq, by whichever process; ends when `stop` is set.

    Each batch is what the follower, who is asked for anew, may see of it then, and ends with an access_notice where it
    may see more or less since. What is confidential is withheld whoever follows, as nobody asked for it: it would have
    to be told to the audit. Raises what `viewer` raises.
    """
    db = store.connect()
    was_bound = False  # by rules
    try:
        version = None
        while not stop.is_set():
            (latest,) = db.execute("PRAGMA data_version").fetchone()
            if latest == version:
                stop.wait(POLL)
                continue
            version = latest
            while True:
                with store.read() as snapshot:
                    reading = Reading(snapshot, viewer(snapshot), unasked=True)
                    entries = EVERYTHING.fetch(snapshot, True, {"after": seen}, BATCH)
                    batch = _batch(reading, entries, was_bound=was_bound)
                was_bound = not reading.viewer.unrestricted
                if not entries:
                    break
                seen = entries[-1][0]
                if batch:
                    yield batch
    finally:
        db.close()


def _batch(reading: Reading, entries: list[Entry], *, was_bound: bool) -> list[Change]:
    is_bound = not reading.viewer.unrestricted
    batch = _changes(reading, _seen(reading, entries) if is_bound else entries, whole=False)
    if not (is_bound or was_bound):
        return batch
    if any(map(_may_move_sight, entries)):
        identity = reading.viewer.identity
        batch.append(access_notice(identity.id, identity.name, entries[-1][0], entries[-1][11]))
    return batch


def _may_move_sight(entry: Entry) -> bool:
    """Whether the change may have opened or closed records other than its own to somebody."""
    entity, kind = entry[2], entry[4]
    if entity in ADMINISTRATION or entity == "type":
        return True
    if kind == "updated":
        return entity == "link" and "valid_" in entry[8]
    return entity == "link" or (entity in ("profile", "document") and kind != "created")


# --- what of the log is asked for, and may be seen ------------------------------------------------------------


class Asked(NamedTuple):
    """A part of the log, as SQL."""

    log: str
    order: str
    where: tuple[str, ...]
    parameters: Mapping[str, Any]

    def fetch(self, db: Connection, forward: bool, bounds: Mapping[str, int | None], size: int) -> list[Entry]:
        """Up to `size` entries between the bounds, the oldest first where they are read `forward`."""
        given = {name: seq for name, seq in bounds.items() if seq is not None}
        where = [*self.where, *(BOUNDS[name] for name in given)]
        sql = SELECT.format(log=self.log) + (f" WHERE {' AND '.join(where)}" if where else "")
        sql += f" ORDER BY {self.order.format(way='ASC' if forward else 'DESC')} LIMIT {size:d}"
        entries: list[Entry] = db.execute(sql, {**self.parameters, **given}).fetchall()
        return entries


BOUNDS: Final = {"after": "c.seq > :after", "before": "c.seq < :before"}
EVERYTHING: Final = Asked(LOG, "c.seq {way}", (), {})


def _asked(db: Connection, *, ref: Ref | None, request: RecordId | None, actor: str, entity: Entity | None) -> Asked:
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
        span = db.execute("SELECT first_seq, last_seq FROM request WHERE uid = ?", (request,)).fetchone()
        where.append("c.seq BETWEEN :first AND :last")
        parameters["first"], parameters["last"] = span or (1, 0)
    if actor:
        where.append("r.actor = :actor")
        parameters["actor"] = actor
        if ref is None:
            log, order = LOG_OF_ACTOR, "r.id {way}, c.seq {way}"
    return Asked(log, order, tuple(where), parameters)


def _seen_of(
    reading: Reading, fetch: Callable[[int | None, int], list[Entry]], limit: int
) -> tuple[list[Entry], int | None]:
    """Up to `limit` entries that may be seen, and from which one to go on."""
    found: list[Entry] = []
    looked_at, last = 0, None
    size = min(max(limit, 50), 1_000)
    while len(found) < limit and looked_at < LOOKED_AT:
        entries = fetch(last, size)
        found += _seen(reading, entries)
        looked_at += len(entries)
        last = entries[-1][0] if len(entries) == size else None
        if last is None:
            break
    if len(found) > limit:
        return found[:limit], found[limit - 1][0] if limit else None
    return found, last


def _seen(reading: Reading, entries: list[Entry]) -> list[Entry]:
    """Those of records that may be seen now; what was purged is told to those alone who see everything."""
    ids: defaultdict[Entity, set[int]] = defaultdict(set)
    for entry in entries:
        if entry[3] > 0:
            ids[entry[2]].add(entry[3])
    seen = {entity: reading.seen(entity, of_entity) for entity, of_entity in ids.items()}
    return [entry for entry in entries if entry[3] > 0 and entry[3] in seen[entry[2]]]


def _sizes(reading: Reading, entries: list[Entry]) -> dict[RecordId, int]:
    """How many changes of these requests may be seen, of up to COUNT_LIMIT of each; all where everything is seen."""
    sizes = {entry[1]: entry[14] for entry in entries}
    if reading.viewer.unrestricted:
        return sizes
    shown = Counter(entry[1] for entry in entries)
    for request, first in {entry[1]: entry[16] for entry in entries if entry[14] > 1}.items():
        span = {"after": first - 1, "before": first + min(sizes[request], COUNT_LIMIT)}
        sizes[request] = max(shown[request], len(_seen(reading, EVERYTHING.fetch(reading.db, True, span, COUNT_LIMIT))))
    return sizes


# --- from rows to changes -----------------------------------------------------------------------------


def _changes(reading: Reading, rows: list[Entry], *, whole: bool) -> list[Change]:
    """The values of the log as fields, without what is withheld; texts whole or their beginning."""
    db, sizes = reading.db, _sizes(reading, rows)
    parsed = [(row, msgspec.json.decode(row[7]), msgspec.json.decode(row[8])) for row in rows]
    wanted: dict[Entity, set[int]] = defaultdict(set)
    for row, before, after in parsed:
        wanted[row[2]].add(row[3])
        if row[2] == "link":
            for values in (before, after):
                for end in ENDS.keys() & values.keys():
                    wanted[cast(Entity, end)].add(values[end])
    known = {entity: reading.names(entity, ids) for entity, ids in wanted.items()}
    confidential = {entity: reading.parts(entity, known[entity]) for entity in wanted}
    changes = []
    for row, before, after in parsed:
        name = known[row[2]].get(row[3], PURGED)
        told = Told(before, after, taken_of(row[15]), [])
        if confidential[row[2]].get(row[3]):
            told = _without_withheld(reading, row, Ref(row[2], name.uid), told)
        for values in (told.before, told.after):
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
                before=told.before,
                after=told.after,
                actor=Actor(row[9], row[10]),
                at=row[11],
                ends=name.ends,
                reason=row[12],
                reverts=row[13],
                size=sizes[row[1]],
                taken=_with_text(db, row[2], told.taken, whole),
                withheld=told.withheld,
            )
        )
    return changes


class Told(NamedTuple):
    """What of a change may be told."""

    before: dict[str, Any]
    after: dict[str, Any]
    taken: dict[str, Taken]
    withheld: list[str]


def _without_withheld(reading: Reading, row: Entry, ref: Ref, told: Told) -> Told:
    overruled = {name: one.overruled for name, one in told.taken.items()}
    parts = (reading.fields(row[2], row[3], ref, values) for values in (told.before, told.after, overruled))
    shown, names = zip(*parts, strict=True)
    before, after = dict(shown[0]), dict(shown[1])
    withheld = list(dict.fromkeys(name for some in names for name in some))
    if withheld and (before.get("attributes") or {}) == (after.get("attributes") or {}):
        before.pop("attributes", None)
        after.pop("attributes", None)
    taken = {name: Taken(told.taken[name].how, value) for name, value in shown[2].items()}
    return Told(before, after, taken, withheld)


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


def _with_text(db: Connection, entity: Entity, taken: dict[str, Taken], whole: bool) -> dict[str, Taken]:
    merged = taken.get("text")
    if entity == "document" and merged and merged.overruled:
        return taken | {"text": Taken(merged.how, _body(db, merged.overruled, whole))}
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
