"""What each source said last of a record: the base when its file and the record meet again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from core.fields import Entity
from core.records import TABLES, body_of, in_chunks, keep_body, to_log
from core.store import Connection
from core.values import RecordId


def keep(db: Connection, entity: Entity, id: int, source: str, fields: Mapping[str, Any]) -> None:
    """Remembers what the source says of these fields; what it said of others stays."""
    if earlier := said_of(db, entity, id, source):
        fields = {**earlier, **fields}
    if text := fields.get("text"):
        keep_body(db, text)
    keep_many(db, entity, source, [(id, fields)])


def keep_many(db: Connection, entity: Entity, source: str, said: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """In place of what the source said of these records before, if anything; each with its local id."""
    encode = msgspec.json.encode
    db.executemany(
        "INSERT OR REPLACE INTO source_value(entity, record_id, source, fields) VALUES (?, ?, ?, ?)",
        [
            (entity, id, source, encode({name: to_log(name, value) for name, value in fields.items()}).decode())
            for id, fields in said
        ],
    )


def said_of(db: Connection, entity: Entity, id: int, source: str) -> dict[str, Any]:
    """The fields that the source named when it spoke last of the record."""
    found = db.execute(
        "SELECT fields FROM source_value WHERE entity = ? AND record_id = ? AND source = ?", (entity, id, source)
    ).fetchone()
    return _decode(db, found[0]) if found else {}


def said(db: Connection, entity: Entity, source: str, ids: Sequence[RecordId]) -> dict[RecordId, dict[str, Any]]:
    """The same of many, by public id; without those it never spoke of."""
    sql = (
        f"SELECT t.uid, s.fields FROM {TABLES[entity]} t"
        " JOIN source_value s ON s.entity = ? AND s.record_id = t.id AND s.source = ? WHERE t.uid IN"
    )
    return {uid: _decode(db, fields) for uid, fields in in_chunks(db, sql, list(ids), (entity, source))}


def take_back(db: Connection, entity: Entity, id: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """A value that goes from `before` to `after`, as the log has them, was not said where it was a source's last word:
    what the source says next meets what was there before."""
    for source, text in db.execute(
        "SELECT source, fields FROM source_value WHERE entity = ? AND record_id = ?", (entity, id)
    ).fetchall():
        said = msgspec.json.decode(text)
        unsaid = {name: after[name] for name in said if name in after and said[name] == before[name]}
        if unsaid:
            db.execute(
                "UPDATE source_value SET fields = ? WHERE entity = ? AND record_id = ? AND source = ?",
                (msgspec.json.encode(said | unsaid).decode(), entity, id, source),
            )


def _decode(db: Connection, text: str) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.json.decode(text)
    if fields.get("text"):
        fields["text"] = body_of(db, fields["text"])
    return fields
