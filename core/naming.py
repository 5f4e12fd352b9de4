"""The ways to name a record: by id, external id, name and alias. What may not be seen has no name."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from core import access, merged, search
from core.errors import Ambiguous, NotFound
from core.fields import RECORDS, Entity, sort_key
from core.reading import Reading
from core.records import TABLES, TITLES, load
from core.rows import decode_tags
from core.values import Ref, id_text

SHOWN: Final = 10  # of several that have the name
CHUNK: Final = 200  # records that are asked about at a time


def resolve(reading: Reading, name: str, entity: Entity | None = None) -> Ref:
    """The record of this id, external id, unique name or alias. Raises NotFound, Ambiguous."""
    entities = [entity] if entity else RECORDS
    for find in (_by_id, _by_external_id, _by_name, _by_alias, _by_name_in_trash):
        found = [row for known in entities for row in islice(find(reading, known, name), SHOWN + 1)]
        if len(found) > 1:
            candidates = [_candidate(reading, *one) for one in found[:SHOWN]]
            raise Ambiguous(name, candidates, more=len(found) > SHOWN)
        if found:
            of, row = found[0]
            return Ref(of, row[1])
    sentence = f'there is no {entity or "record"} "{name[:100]}"'
    for known in entities:
        if hidden := _rows_of_id(reading, known, name):
            raise access.Hidden(Ref(known, hidden[0][1]), sentence)
    raise NotFound(sentence)


Found = Iterator[tuple[Entity, Any]]
"""Whole rows, each once, of records that may be seen."""


def _by_id(reading: Reading, entity: Entity, name: str) -> Found:
    yield from _seen(reading, entity, _rows_of_id(reading, entity, name))


def _rows_of_id(reading: Reading, entity: Entity, name: str) -> list[Any]:
    """The record of this id, be it to be seen or not."""
    if not re.fullmatch(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}", name):
        return []
    return load(reading.db, entity, "t.uid = ?", (uuid.UUID(name).bytes,))


def _by_external_id(reading: Reading, entity: Entity, name: str) -> Found:
    sql = "SELECT DISTINCT record_id FROM external_id WHERE entity = ? AND external_id = ?"
    return _standing_for(reading, entity, (id for (id,) in reading.db.execute(sql, (entity, name))))


def _by_name(reading: Reading, entity: Entity, name: str) -> Found:
    """Living records of this name, or if none is spelled just so, of this name without case and accents."""
    key, spelled = sort_key(name), unicodedata.normalize("NFC", name)
    if entity not in TITLES or not key:
        return
    title = TITLES[entity]
    rows = reading.db.execute(
        f"SELECT id, {title} = ? FROM {TABLES[entity]} WHERE sort_key = ? AND deleted_at IS NULL ORDER BY 2 DESC",
        (spelled, key),
    )
    is_exact = None
    for id, exact in _chosen(reading, entity, rows):
        if is_exact and not exact:
            return
        is_exact = exact
        yield entity, _row(reading, entity, id)


def _by_alias(reading: Reading, entity: Entity, name: str) -> Found:
    """Living profiles with this alias, but for case and accents; by the search index."""
    words = search.match_expression(f"{name} ")
    if entity != "profile" or not words:
        return
    key = sort_key(name)
    rows = reading.db.execute(
        "SELECT p.id, p.aliases FROM profile_search s JOIN profile p ON p.id = s.rowid"
        " WHERE profile_search MATCH ? LIMIT 10000",
        (f"aliases : ({words})",),
    )
    having = ((id, text) for id, text in rows if key in map(sort_key, decode_tags(text)))
    for id, _ in _chosen(reading, entity, having):
        yield entity, _row(reading, entity, id)


def _by_name_in_trash(reading: Reading, entity: Entity, name: str) -> Found:
    """For restoring what was deleted; no index serves it, and the trash is small. What was merged stands for itself
    no more."""
    if entity not in TITLES:
        return iter(())
    sql = f"SELECT id FROM {TABLES[entity]} WHERE deleted_at IS NOT NULL AND {TITLES[entity]} = ?"
    return _standing_for(reading, entity, (id for (id,) in reading.db.execute(sql, (name,))))


# --- helpers ------------------------------------------------------------------------------------------------


def _standing_for(reading: Reading, entity: Entity, ids: Iterator[int]) -> Found:
    """The records, or those that they were merged into."""
    met: set[int] = set()
    for id in ids:
        row = _row(reading, entity, id)
        row = merged.successor(reading.db, entity, row) or row
        if row[0] not in met:
            met.add(row[0])
            yield from _seen(reading, entity, [row])


def _seen(reading: Reading, entity: Entity, rows: Iterable[Any]) -> Found:
    for row in rows:
        if reading.seen(entity, [row[0]]):
            yield entity, row


def _chosen(reading: Reading, entity: Entity, rows: Iterator[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    """Those of the rows, which begin with a local id, whose records may be seen."""
    while chunk := list(islice(rows, CHUNK)):
        seen = reading.seen(entity, [id for id, _ in chunk])
        yield from (row for row in chunk if row[0] in seen)


def _row(reading: Reading, entity: Entity, id: int) -> Any:
    return load(reading.db, entity, "t.id = ?", (id,))[0]


def _candidate(reading: Reading, entity: Entity, row: Any) -> str:
    found = reading.record(entity, row)
    marks = [entity, found.fields.get("kind") or found.fields.get("category") or ""]
    emails = found.fields.get("emails") or []
    marks += [emails[0]["value"]] if emails else []
    return f"{id_text(found.ref.id)} {found.title} ({', '.join(filter(None, marks))})"
