"""A new record: checked, completed, and known from then on by the id that it has elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import uuid_utils

from core import administration, links, listed_contents, permissions, sources
from core.errors import Exists, Invalid
from core.field_kinds import LINE
from core.fields import ADMINISTRATION, FIELDS, Entity, check_fields
from core.records import TABLES, filled
from core.rule_store import check_stored_rule
from core.store import Connection
from core.values import Ref
from core.write_values import Create

if TYPE_CHECKING:
    from core.open_request import OpenRequest


def create(request: OpenRequest, write: Create) -> Ref:
    """Makes a record. Raises Invalid, NotFound, Exists; Conflict for a link to what is in the trash."""
    entity = write.entity
    if entity == "conflict":
        raise Invalid("a conflict is made where two versions of a record meet")
    fields = check_fields(entity, write.fields)
    for field in FIELDS[entity].values():
        if field.required and fields.get(field.name) in (None, "") and not field.default:
            raise Invalid("is missing", field.name)
    if entity in ADMINISTRATION:
        fields = administration.tidy(entity, fields)
    permissions.check_new(request, entity, fields)
    if entity == "link":
        return _create_link(request, write, fields)
    complete = {name: fields.get(name, f.default or f.empty) for name, f in FIELDS[entity].items()}
    complete["created"] = complete["created"] if complete["created"] is not None else request.at
    if entity == "type":
        request.check_type(complete, None)
    if entity == "rule":
        check_stored_rule(request.db, complete, None)
    if entity == "document":
        listed_contents.check(request, None, (), complete["contents"])
    if entity == "account":
        administration.make_owner_first(request, complete)
    uid = uuid_utils.uuid7().bytes if write.id is None else write.id
    if not isinstance(uid, bytes) or len(uid) != 16:
        raise Invalid("must be 16 bytes", "id")
    version = request.next_version()
    columns = request.columns(entity, complete) | {
        "uid": uid,
        "revision": 1,
        "version": version,
        "updated_at": request.at,
    }
    if entity in ADMINISTRATION:
        columns |= administration.check_new(request, entity, complete)
    try:
        id = request.insert(TABLES[entity], columns)
    except Exception as error:
        if "UNIQUE" in str(error):
            raise Exists(f"there is a {entity} with this id already") from None
        raise
    if write.external:
        _keep_external(request.db, entity, id, write.external)
    if write.source:
        sources.keep_many(request.db, entity, write.source, [(id, fields)])
    request.enter(entity, id, complete)
    request.log(entity, id, "created", 1, version, {}, filled(entity, complete))
    return Ref(entity, uid)


def _create_link(request: OpenRequest, write: Create, fields: dict[str, Any]) -> Ref:
    ref, id = links.create(request, fields)
    if write.id not in (None, ref.id):
        raise Invalid("the id of a link follows from its ends and type", "id")
    if write.external:
        _keep_external(request.db, "link", id, write.external)
    if write.source:
        sources.keep(request, "link", id, write.source, links.without_ends(fields))
    return ref


def _keep_external(db: Connection, entity: Entity, id: int, external: tuple[str, str]) -> None:
    source, external_id = external
    for name in external:
        if not isinstance(name, str) or not 0 < len(name) <= LINE or "\0" in name:
            raise Invalid(f"must be a source and an id of 1 to {LINE} characters, none of them NUL", "external")
    added = db.execute(
        "INSERT OR IGNORE INTO external_id(entity, external_id, source, record_id) VALUES (?, ?, ?, ?)",
        (entity, external_id, source, id),
    ).rowcount
    if not added and _external_record(db, entity, external) != id:
        raise Exists(f'there is a {entity} with the id "{external_id}" of "{source}" already')


def _external_record(db: Connection, entity: Entity, external: tuple[str, str]) -> int:
    """The local id of the record that has this external id."""
    (id,) = db.execute(
        "SELECT record_id FROM external_id WHERE entity = ? AND source = ? AND external_id = ?", (entity, *external)
    ).fetchone()
    return cast(int, id)
