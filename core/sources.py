"""What each source said last of a record: the base when its file and the record meet again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import msgspec

from core.fields import Entity
from core.records import TABLES, body_of, in_chunks, keep_body, to_log
from core.store import Connection
from core.values import RecordId

if TYPE_CHECKING:
    from core.open_request import OpenRequest


class Word(NamedTuple):
    """What a source said anew of a record, in place of what: the fields that differ, as the log has them. One that is
    missing on a side was not said there."""

    entity: Entity
    id: int
    source: str
    before: dict[str, Any]
    after: dict[str, Any]


def keep(request: OpenRequest, entity: Entity, id: int, source: str, fields: Mapping[str, Any]) -> None:
    """Remembers what the source says of these fields; what it said of others stays. Undo of the request unsays it."""
    if text := fields.get("text"):
        keep_body(request.db, text)
    earlier = _logged(request.db, entity, id, source)
    after = {name: value for name, value in _as_logged(fields).items() if earlier.get(name, NEVER) != value}
    if after:
        before = {name: earlier[name] for name in after if name in earlier}
        request.words.append(Word(entity, id, source, before, after))
    _store(request.db, entity, id, source, earlier | after)


def keep_many(db: Connection, entity: Entity, source: str, said: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """What the source says of new records, each with its local id."""
    db.executemany(
        "INSERT OR REPLACE INTO source_value(entity, record_id, source, fields) VALUES (?, ?, ?, ?)",
        [(entity, id, source, _json(_as_logged(fields))) for id, fields in said],
    )


def said_of(db: Connection, entity: Entity, id: int, source: str) -> dict[str, Any]:
    """The fields that the source named when it spoke last of the record."""
    return _with_text(db, _logged(db, entity, id, source))


def said(db: Connection, entity: Entity, source: str, ids: Sequence[RecordId]) -> dict[RecordId, dict[str, Any]]:
    """The same of many, by public id; without those it never spoke of."""
    sql = (
        f"SELECT t.uid, s.fields FROM {TABLES[entity]} t"
        " JOIN source_value s ON s.entity = ? AND s.record_id = t.id AND s.source = ? WHERE t.uid IN"
    )
    return {
        uid: _with_text(db, msgspec.json.decode(fields))
        for uid, fields in in_chunks(db, sql, list(ids), (entity, source))
    }


def speaker(db: Connection, entity: Entity, id: int, request: int, *, made: bool) -> str:
    """The source that said in this request what the record is, "" when none did; `made` when the request made it."""
    found = db.execute(
        "SELECT source FROM source_word WHERE request_id = ? AND entity = ? AND record_id = ?", (request, entity, id)
    ).fetchone()
    if not found and made:
        # What a source says of a new record is kept without a word, so it is one that never began from nothing.
        found = db.execute(
            "SELECT source FROM source_value s WHERE entity = ?1 AND record_id = ?2 AND NOT EXISTS (SELECT 1"
            " FROM source_word w WHERE w.entity = ?1 AND w.record_id = ?2 AND w.source = s.source AND w.before = '{}')",
            (entity, id),
        ).fetchone()
    return str(found[0]) if found else ""


def log_words(request: OpenRequest) -> None:
    """Keeps what this request said with it. A word that changed nothing else stands by itself: no undo unsays it."""
    if not request.words:
        return
    if request.id is None:
        for word in request.words:
            for name in word.after:
                path = f'$."{name}"'
                request.db.execute(FORGET, (path, path, word.entity, word.id, word.source))
        return
    request.db.executemany(
        "INSERT INTO source_word(request_id, entity, record_id, source, before, after) VALUES (?, ?, ?, ?, ?, ?)",
        [(request.id, *word[:3], _json(word.before), _json(word.after)) for word in request.words],
    )


def take_back(
    request: OpenRequest,
    requests: Iterable[int],
    record: tuple[Entity, int] | None = None,
    fields: Collection[str] = (),
) -> None:
    """Unsays what was said in these requests (of this record and these fields alone, where they are given): what the
    source says next meets what it had said before. What it said since stays."""
    rows = in_chunks(request.db, WORDS, sorted(requests))
    for _, entity, id, source, before, after in sorted(rows, reverse=True):
        if record in (None, (entity, id)):
            word = Word(entity, id, source, msgspec.json.decode(before), msgspec.json.decode(after))
            _unsay(request, word, fields)


def _unsay(request: OpenRequest, word: Word, fields: Collection[str]) -> None:
    """Where nothing was said since."""
    entity, id, source, before, after = word
    said = _logged(request.db, entity, id, source)
    names = [
        name
        for name in before.keys() | after.keys()
        if said.get(name, NEVER) == after.get(name, NEVER) and (not fields or name in fields)
    ]
    if names:
        then = {name: before[name] for name in names if name in before}
        now = {name: after[name] for name in names if name in after}
        _store(request.db, entity, id, source, {n: v for n, v in said.items() if n not in names} | then)
        request.words.append(Word(entity, id, source, now, then))


WORDS: Final = "SELECT id, entity, record_id, source, before, after FROM source_word WHERE request_id IN"
FORGET: Final = """
UPDATE source_word SET before = json_remove(before, ?), after = json_remove(after, ?)
WHERE entity = ? AND record_id = ? AND source = ?
"""
NEVER: Final = object()


def _as_logged(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: to_log(name, value) for name, value in fields.items()}


def _logged(db: Connection, entity: Entity, id: int, source: str) -> dict[str, Any]:
    found = db.execute(
        "SELECT fields FROM source_value WHERE entity = ? AND record_id = ? AND source = ?", (entity, id, source)
    ).fetchone()
    return cast(dict[str, Any], msgspec.json.decode(found[0])) if found else {}


def _store(db: Connection, entity: Entity, id: int, source: str, logged: Mapping[str, Any]) -> None:
    db.execute(
        "INSERT OR REPLACE INTO source_value(entity, record_id, source, fields) VALUES (?, ?, ?, ?)",
        (entity, id, source, _json(logged)),
    )


def _json(fields: Mapping[str, Any]) -> str:
    return msgspec.json.encode(fields).decode()


def _with_text(db: Connection, fields: dict[str, Any]) -> dict[str, Any]:
    if fields.get("text"):
        fields["text"] = body_of(db, fields["text"])
    return fields
