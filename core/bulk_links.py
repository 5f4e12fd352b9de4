"""New links: one by one, and many at once.

Many at once is the hot path of imports: the ends are looked up a thousand at a time and the rows go in by one
`executemany`. Where a row of the batch is refused by the unique index, the batch goes one by one instead, which
revives what was unlinked before and names what is there already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
from sqlcipher3 import dbapi2 as sqlite

from core.errors import Exists, Invalid, NotFound, RolodocError
from core.fields import FIELDS
from core.records import ENDS, encode, filled, load, record, stored_fields
from core.values import Create, Ref

if TYPE_CHECKING:
    from core.writes import OpenRequest

WORTHWHILE: Final = 32  # links from which on a batch pays

NAMESPACE: Final = bytes.fromhex("7f1c9f0e6b0d5b0aa9d5e2a1c4f3b7d8")
"""Of the uuid5 (RFC 9562) of document, profile and type that is a link's public id, the same everywhere."""

PLAIN: Final = {name: field.empty for name, field in FIELDS["link"].items() if name not in ENDS}


class Type(NamedTuple):
    id: int
    uid: bytes
    kinds: list[str]


def link_id(document: bytes, profile: bytes, type: bytes) -> bytes:
    digest = bytearray(hashlib.sha1(NAMESPACE + document + profile + type, usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return bytes(digest)


def create(request: OpenRequest, writes: list[Create], progress: Callable[[int, int], None] | None) -> list[Ref]:
    """Raises what `create_one` raises, with the position in the batch as `index`."""
    refs: list[Ref] = []
    for start in range(0, len(writes), 10_000):
        batch = writes[start : start + 10_000]
        try:
            refs += _create_batch(request, batch)
        except _NotPlainError:
            for write in batch:
                try:
                    refs.append(request.create(write))
                except RolodocError as error:
                    error.index = len(refs)
                    raise
        if progress:
            progress(len(refs), len(writes))
    return refs


class _NotPlainError(Exception):
    """Something in the batch needs to be looked at by itself."""


def _create_batch(request: OpenRequest, batch: list[Create]) -> list[Ref]:
    try:
        documents = request.local_ids("document", list({write.fields["document"] for write in batch}))
        profiles = request.local_ids("profile", list({write.fields["profile"] for write in batch}))
        types = {name: find_type(request, name) for name in {write.fields["type"] for write in batch}}
        rows, logged = _rows(request, batch, documents, profiles, types)
    except (KeyError, TypeError, RolodocError):
        raise _NotPlainError from None
    request.flush()
    db = request.db
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM link").fetchone()
    db.execute("SAVEPOINT links")
    try:
        db.executemany(INSERT, [(last + number, *row) for number, row in enumerate(rows, 1)])
    except sqlite.IntegrityError:
        db.execute("ROLLBACK TO links")
        raise _NotPlainError from None
    finally:
        db.execute("RELEASE links")
    id = request.begin()
    db.executemany(
        "INSERT INTO change(request_id, entity, record_id, kind, revision, version, after)"
        f" VALUES ({id:d}, 'link', ?, 'created', 1, ?, ?)",
        [(last + number, version, after) for number, (version, after) in enumerate(logged, 1)],
    )
    request.total += len(rows)
    request.done["created", "link"] += len(rows)
    request.stats["links"] += len(rows)
    for type in types.values():
        request.stats[f"links:{type.id}"] += sum(row[3] == type.id for row in rows)
    return [Ref("link", row[0]) for row in rows]


def _rows(
    request: OpenRequest,
    batch: list[Create],
    documents: dict[bytes, int],
    profiles: dict[bytes, int],
    types: dict[str, Type],
) -> tuple[list[tuple[Any, ...]], list[tuple[int, str]]]:
    """For each link its row from uid on, and the version and JSON of its change; KeyError for an end not alive."""
    rows, logged = [], []
    at, encode_json, next_version = request.at, msgspec.json.Encoder().encode, request.next_version
    checks = {name: field.check for name, field in FIELDS["link"].items()}
    for type in types.values():
        if type.kinds:
            raise _NotPlainError
    for write in batch:
        fields = write.fields
        document, profile, type = fields["document"], fields["profile"], types[fields["type"]]
        after: dict[str, Any] = {
            "document": documents[document],
            "profile": profiles[profile],
            "type": type.id,
        }
        values: tuple[Any, ...] = EMPTY
        created = at
        if len(fields) > 3:
            others = {name: checks[name](value) for name, value in fields.items() if name not in ENDS}
            if (others.get("valid_from") or 0) > (others.get("valid_until") or 2**62):
                raise _NotPlainError
            created = others.get("created") or at
            after |= filled(others)
            values = tuple([encode("link", name, others.get(name, empty)) for name, empty in ORDER])
        after["created"] = created
        version = next_version()
        uid = link_id(document, profile, type.uid)
        rows.append((uid, after["document"], after["profile"], type.id, version, created, at, *values))
        logged.append((version, encode_json(after).decode()))
    return rows, logged


ORDER: Final = [(name, empty) for name, empty in PLAIN.items() if name != "created"]
EMPTY: Final = tuple(encode("link", name, empty) for name, empty in ORDER)
INSERT: Final = (
    "INSERT INTO link(id, uid, document_id, profile_id, type_id, revision, version, created_at, updated_at,"
    f" {', '.join(name for name, _ in ORDER)}) VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, {', '.join('?' * len(ORDER))})"
)


def create_one(request: OpenRequest, fields: dict[str, Any]) -> Ref:
    """Links, or links again what was unlinked. Raises NotFound, Conflict (an end in the trash), Exists, Invalid."""
    ends = {}
    for end in ("document", "profile"):
        found = request.local_ids(end, [fields[end]])
        if not found:
            request.refuse_missing(end, fields[end])
        ends[end] = found[fields[end]]
    type = find_type(request, fields["type"])
    _check_kind(request, ends["profile"], fields["type"], type)
    ends["type"] = type.id
    complete = PLAIN | {name: value for name, value in fields.items() if name not in ENDS}
    complete["created"] = complete["created"] or request.at
    found_rows = load(
        request.db, "link", "t.document_id = ? AND t.profile_id = ? AND t.type_id = ?", tuple(ends.values())
    )
    uid = link_id(fields["document"], fields["profile"], type.uid)
    if found_rows:
        _revive(request, found_rows[0], complete)
        return Ref("link", uid)
    version = request.next_version()
    columns = request.columns("link", complete) | {f"{end}_id": id for end, id in ends.items()}
    columns |= {"uid": uid, "revision": 1, "version": version, "updated_at": request.at}
    id = request.insert("link", columns)
    request.count("link", ends, 1)
    request.log("link", id, "created", 1, version, {}, filled(ends | complete))
    return Ref("link", uid)


def _revive(request: OpenRequest, row: Any, fields: dict[str, Any]) -> None:
    if row[6] is None:
        raise Exists(f"this link exists already: {record(request.db, 'link', row).title}")
    current = stored_fields("link", row)
    after = {name: value for name, value in fields.items() if value != current[name]}
    before = {name: current[name] for name in after}
    columns = request.columns("link", after) | {"deleted_at": None}
    request.update("link", row, columns, "restored", before, after)
    request.count("link", current, 1)
    request.stats["trash"] -= 1


def find_type(request: OpenRequest, name: str) -> Type:
    found = request.db.execute(
        "SELECT id, uid, profile_kinds FROM relationship_type WHERE name = ? AND deleted_at IS NULL", (name,)
    ).fetchone()
    if not found:
        raise NotFound(f'there is no relationship type "{name}"; make it first (rolodoc type new)')
    return Type(found[0], found[1], msgspec.json.decode(found[2]))


def _check_kind(request: OpenRequest, profile: int, name: str, type: Type) -> None:
    if type.kinds:
        (kind,) = request.db.execute("SELECT kind FROM profile WHERE id = ?", (profile,)).fetchone()
        if kind not in type.kinds:
            raise Invalid(f'"{name}" links {" and ".join(type.kinds)} profiles, this one is of kind {kind}', "type")
