"""One link: its id, its type, and how it is made or made again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from core.errors import Exists, Invalid, NotFound
from core.fields import FIELDS
from core.records import ENDS, Row, filled, load, record, stored_fields
from core.values import Ref

if TYPE_CHECKING:
    from core.open_request import OpenRequest

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


def create(request: OpenRequest, fields: dict[str, Any]) -> tuple[Ref, int]:
    """Links, or links again what was unlinked; returns the link and its local id.

    Raises NotFound, Conflict (an end in the trash), Exists, Invalid.
    """
    ends = {}
    for end in ("document", "profile"):
        found = request.local_ids(end, [fields[end]])
        if not found:
            request.refuse_missing(end, fields[end])
        ends[end] = found[fields[end]]
    type = find_type(request, fields["type"])
    _check_kind(request, ends["profile"], fields["type"], type)
    ends["type"] = type.id
    complete = PLAIN | without_ends(fields)
    complete["created"] = request.at if complete["created"] is None else complete["created"]
    found_rows = load(
        request.db, "link", "t.document_id = ? AND t.profile_id = ? AND t.type_id = ?", tuple(ends.values())
    )
    uid = link_id(fields["document"], fields["profile"], type.uid)
    if found_rows:
        _revive(request, found_rows[0], complete)
        return Ref("link", uid), found_rows[0][0]
    version = request.next_version()
    columns = request.columns("link", complete) | {f"{end}_id": id for end, id in ends.items()}
    columns |= {"uid": uid, "revision": 1, "version": version, "updated_at": request.at}
    id = request.insert("link", columns)
    request.count("link", ends, 1)
    request.log("link", id, "created", 1, version, {}, filled("link", ends | complete))
    return Ref("link", uid), id


def _revive(request: OpenRequest, row: Row, fields: dict[str, Any]) -> None:
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


def without_ends(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in ENDS}
