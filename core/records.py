"""Between the fields of a record (core.fields) and the columns of its row (core.models)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, cast

import msgspec

from core.errors import NotFound
from core.field_kinds import NO_POSITION, Kind
from core.fields import FIELDS, Entity
from core.store import Connection
from core.values import Record, RecordId, Ref

TABLES: Final[Mapping[Entity, str]] = {
    "profile": "profile",
    "document": "document",
    "link": "link",
    "type": "relationship_type",
    "rule": "rule",
    "conflict": "conflict",
    "account": "account",
    "group": "account_group",
    "role": "role",
    "grant": "access_grant",
    "mark": "confidential_mark",
    "retention": "retention",
}
TITLES: Final[Mapping[Entity, str]] = {
    "profile": "name",
    "document": "title",
    "type": "name",
    "rule": "name",
    "account": "name",
    "group": "name",
    "role": "name",
    "grant": "action",
    "mark": "attribute",
    "retention": "log",
}
COLUMNS: Final[Mapping[str, str]] = {
    "created": "created_at",
    "text": "text_id",
    "document": "document_id",
    "profile": "profile_id",
    "type": "type_id",
    "record": "record_id",
}
"""The columns that are not named as their field is."""

JSON_KINDS: Final[frozenset[Kind]] = frozenset({"set", "list", "map", "contents"})
DIGEST: Final = "sha256:"

SELECT: Final[Mapping[Entity, str]] = {
    entity: ", ".join(
        ["t.id", "t.uid", "t.revision", "t.version", "t.created_at", "t.updated_at", "t.deleted_at"]
        + [
            "(SELECT body.text FROM body WHERE body.id = t.text_id)"
            if name == "text"
            else f"t.{COLUMNS.get(name, name)}"
            for name in fields
        ]
    )
    for entity, fields in FIELDS.items()
}
META: Final = 7  # columns of SELECT before the fields

Row = tuple[Any, ...]


def load(db: Connection, entity: Entity, where: str, parameters: Any) -> list[Row]:
    """Whole rows, in the column order of SELECT; `where` is SQL of our own over the table t."""
    rows: list[Row] = db.execute(
        f"SELECT {SELECT[entity]} FROM {TABLES[entity]} t WHERE {where}",
        parameters,
    ).fetchall()
    return rows


def load_one(db: Connection, ref: Ref) -> Row:
    """Raises NotFound."""
    rows = load(db, ref.entity, "t.uid = ?", (ref.id,))
    if not rows:
        raise NotFound(f"there is no {ref}")
    return rows[0]


def stored_fields(entity: Entity, row: Row) -> dict[str, Any]:
    """The fields of a whole row; the ends and type of a link still as local ids."""
    fields: dict[str, Any] = {}
    for (name, field), value in zip(FIELDS[entity].items(), row[META:], strict=True):
        if field.kind in JSON_KINDS:
            fields[name] = msgspec.json.decode(value)
        elif name == "position":
            fields[name] = None if value == NO_POSITION else value
        else:
            fields[name] = "" if value is None and field.kind == "text" else value
    return fields


def encode(entity: Entity, name: str, value: Any) -> Any:
    """A checked field value as its column holds it; not for a document's text, which `keep_body` stores."""
    if FIELDS[entity][name].kind in JSON_KINDS:
        return msgspec.json.encode(value).decode()
    if name == "position" and value is None:
        return NO_POSITION
    return value


def keep_body(db: Connection, text: str) -> int | None:
    """The id of the body with this text, stored once; None for an empty text."""
    if not text:
        return None
    sha256 = hashlib.sha256(text.encode()).digest()
    found = db.execute("SELECT id FROM body WHERE sha256 = ?", (sha256,)).fetchone()
    if found:
        return cast(int, found[0])
    return cast(int, db.execute("INSERT INTO body(sha256, text) VALUES (?, ?)", (sha256, text)).lastrowid)


def filled(entity: Entity, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without the fields that are empty, or hold what they hold where nobody says anything."""
    known = FIELDS[entity]
    return {
        name: value
        for name, value in fields.items()
        if value not in (None, "", [], {}) and (known[name].required or value != known[name].default)
    }


# --- the change log's form of values -------------------------------------------------------------------


def to_log(name: str, value: Any) -> Any:
    """A text is named by its digest, so that the log does not repeat it."""
    if name == "text" and value:
        return DIGEST + hashlib.sha256(value.encode()).hexdigest()
    return value


def body_of(db: Connection, value: str) -> str:
    """The text that the log names; raises NotFound when it was purged."""
    if not value.startswith(DIGEST):
        return value
    found = db.execute("SELECT text FROM body WHERE sha256 = ?", (bytes.fromhex(value[len(DIGEST) :]),)).fetchone()
    if not found:
        raise NotFound("the text of that time was purged")
    return cast(str, found[0])


# --- whole records -------------------------------------------------------------------------------------


def record(db: Connection, entity: Entity, row: Row) -> Record:
    """The row as a Record, with its title, external ids and who changed it last."""
    id, uid, revision, version, created_at, updated_at, deleted_at = row[:META]
    fields = stored_fields(entity, row)
    if entity == "link":
        title = names(db, "link", [id])[id].title
        for name, table in ENDS.items():
            (fields[name],) = db.execute(
                f"SELECT {'name' if name == 'type' else 'uid'} FROM {table} WHERE id = ?",
                (fields[name],),
            ).fetchone()
    elif entity in ("conflict", "grant"):
        title = names(db, entity, [id])[id].title
    else:
        title = fields[TITLES[entity]]
    (author,) = db.execute(
        "SELECT r.actor FROM change c JOIN request r ON r.id = c.request_id"
        " WHERE c.entity = ? AND c.record_id = ? ORDER BY c.seq DESC LIMIT 1",
        (entity, id),
    ).fetchone() or ("",)
    external = db.execute(
        "SELECT source, external_id FROM external_id WHERE entity = ? AND record_id = ? ORDER BY 1, 2",
        (entity, id),
    ).fetchall()
    return Record(
        Ref(entity, uid),
        title,
        fields,
        revision,
        version,
        created_at,
        updated_at,
        author,
        deleted_at,
        external,
    )


ENDS: Final = {"document": "document", "profile": "profile", "type": "relationship_type"}


class Name(NamedTuple):
    """How a record is named outside of the store. `ends` are the document and the profile of a link."""

    uid: RecordId
    title: str
    ends: tuple[RecordId, ...] = ()


def names(db: Connection, entity: Entity, ids: Iterable[int]) -> dict[int, Name]:
    """For each local id its record's name; that of a link is "document · type · profile"."""
    if entity == "link":
        found = in_chunks(db, LINK_NAMES, list(ids))
        return {id: Name(uid, title, (document, profile)) for id, uid, title, document, profile in found}
    if entity == "conflict":
        sql = f"SELECT t.id, t.uid, {CONFLICT_TITLE} FROM conflict t WHERE t.id IN"
        return {id: Name(uid, title or "(purged)") for id, uid, title in in_chunks(db, sql, list(ids))}
    if entity == "grant":
        return {id: Name(uid, title) for id, uid, title in in_chunks(db, GRANT_NAMES, list(ids))}
    sql = f"SELECT id, uid, {TITLES[entity]} FROM {TABLES[entity]} WHERE id IN"
    return {id: Name(uid, title) for id, uid, title in in_chunks(db, sql, list(ids))}


LINK_NAMES: Final = """
SELECT l.id, l.uid, d.title || ' · ' || t.name || ' · ' || p.name, d.uid, p.uid FROM link l
JOIN document d ON d.id = l.document_id JOIN profile p ON p.id = l.profile_id
JOIN relationship_type t ON t.id = l.type_id WHERE l.id IN
"""


CONFLICT_TITLE: Final = """CASE t.entity
    WHEN 'profile' THEN (SELECT name FROM profile WHERE id = t.record_id)
    WHEN 'document' THEN (SELECT title FROM document WHERE id = t.record_id)
    WHEN 'link' THEN (SELECT d.title || ' · ' || y.name || ' · ' || p.name FROM link l
        JOIN document d ON d.id = l.document_id JOIN profile p ON p.id = l.profile_id
        JOIN relationship_type y ON y.id = l.type_id WHERE l.id = t.record_id)
    ELSE (SELECT name FROM relationship_type WHERE id = t.record_id) END"""
"""A conflict is named as the record that it is about."""


SUBJECT_NAME: Final = """CASE t.subject_kind
    WHEN 'account' THEN (SELECT name FROM account WHERE id = t.subject_code / 8)
    WHEN 'group' THEN (SELECT name FROM account_group WHERE id = t.subject_code / 8)
    WHEN 'role' THEN (SELECT name FROM role WHERE id = t.subject_code / 8)
    WHEN 'profile' THEN 'a profile' ELSE 'everyone' END"""
GRANT_NAMES: Final = f"""
SELECT t.id, t.uid, t.effect || ' ' || t.action || ' ' || CASE t.target_kind
    WHEN 'document' THEN 'a document' WHEN 'profile' THEN 'a profile' ELSE t.target_kind END
    || ' to ' || {SUBJECT_NAME} FROM access_grant t WHERE t.id IN
"""
"""Without the names of records, which not everybody may know who reads it; core.grants names those that one may."""


def in_chunks(db: Connection, sql: str, values: list[Any], before: tuple[Any, ...] = ()) -> list[Any]:
    """The rows of `sql` followed by a list of the values, asked for a thousand values at a time."""
    rows: list[Any] = []
    for start in range(0, len(values), 1000):
        chunk = values[start : start + 1000]
        rows += db.execute(f"{sql} ({','.join('?' * len(chunk))})", (*before, *chunk)).fetchall()
    return rows
