"""To the trash and back."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from core import administration, ties
from core.errors import Conflict, Invalid
from core.fields import ADMINISTRATION, RECORDS, Entity
from core.records import TABLES, Row, load, stored_fields
from core.store import Connection

if TYPE_CHECKING:
    from core.open_request import OpenRequest

ENDS: Final[tuple[Entity, ...]] = ("document", "profile", "type")
OTHER_LIVES: Final = "(SELECT deleted_at FROM {other} WHERE id = t.{other}_id) IS NULL"
PROFILE_WAS_MERGED: Final = (
    "EXISTS (SELECT 1 FROM profile p WHERE p.id = t.profile_id AND p.deleted_at IS NOT NULL AND p.merged_into <> '')"
)


def delete(request: OpenRequest, entity: Entity, row: Row) -> None:
    """To the trash, the links of a profile or document first; nothing when it is there already.

    Raises Conflict for a relationship type that links have.
    """
    if row[6] is not None:
        return
    check_deletion(request, entity, row)
    if entity in ("profile", "document"):
        for link in load(request.db, "link", f"t.{entity}_id = ? AND t.deleted_at IS NULL", (row[0],)):
            delete(request, "link", link)
    request.update(entity, row, {"deleted_at": request.at}, "deleted", {}, {})
    request.leave(entity, row[0], stored_fields(entity, row))


def check_deletion(request: OpenRequest, entity: Entity, row: Row) -> None:
    """Raises Conflict for a relationship type that links have, Denied for what only others may take away."""
    if entity == "type" and _has_links(request, row):
        raise Conflict(f'links of the type "{request.name(entity, row)}" exist; unlink them first')
    if entity == "profile":
        ties.check_going(request, row)
    if entity in ADMINISTRATION:
        administration.check_deletion(request, entity, row)


def restore(request: OpenRequest, entity: Entity, row: Row, *, with_links: bool = True) -> None:
    """From the trash; with the links that its deletion took along, where their other end and type are alive. Of a
    profile that was merged away since, the one that stands for it is the end.

    Raises Conflict for a link while what it joins is in the trash.
    """
    if row[6] is None:
        return
    fields = stored_fields(entity, row)
    if entity == "link":
        refuse_trashed_ends(request, fields)
    if entity == "type":
        request.check_type(fields, row[0])
    if entity in ADMINISTRATION:
        administration.check_restoration(request, entity, row, fields)
    links: list[Row] = []
    if entity == "profile" or (with_links and entity == "document"):
        other = "document" if entity == "profile" else "profile"
        links = _links_deleted_with(request, entity, row, OTHER_LIVES.format(other=other))
    if entity == "profile":  # also where each link comes back by itself
        ties.check_coming(request, row, links)
    request.update(entity, row, {"deleted_at": None}, "restored", {}, {})
    request.enter(entity, row[0], fields)
    if entity in RECORDS:
        request.stats["trash"] -= 1
    for link in links if with_links else ():
        restore(request, "link", link)
    if with_links and entity == "document":
        for link in _links_deleted_with(request, entity, row, PROFILE_WAS_MERGED):
            with suppress(Conflict, Invalid):  # the profile that stands for it is in the trash, or of another kind
                request.restore_link(link)


def _has_links(request: OpenRequest, row: Row) -> bool:
    sql = "SELECT 1 FROM link WHERE type_id = ? AND deleted_at IS NULL"
    return request.db.execute(sql, (row[0],)).fetchone() is not None


def refuse_trashed_ends(request: OpenRequest, fields: Mapping[str, Any]) -> None:
    """Raises Conflict while what a link joins is in the trash; the fields hold local ids."""
    for end in trashed_ends(request.db, fields):
        row = load(request.db, end, "t.id = ?", (fields[end],))[0]
        if end == "profile" and stored_fields(end, row)["merged_into"]:
            raise Conflict(f"its profile {request.name(end, row)} was merged away; restore the link or its document")
        raise Conflict(f"its {end} {request.name(end, row)} is in the trash; restore that first")


def trashed_ends(db: Connection, fields: Mapping[str, Any]) -> tuple[Entity, ...]:
    """Those of what a link joins that are in the trash; the fields hold local ids."""
    return tuple(
        end
        for end in ENDS
        if db.execute(f"SELECT 1 FROM {TABLES[end]} WHERE id = ? AND deleted_at IS NOT NULL", (fields[end],)).fetchone()
    )


def _links_deleted_with(request: OpenRequest, entity: Entity, row: Row, condition: str) -> list[Row]:
    """Those that the deletion of the record took along; not those that were moved away by the same request."""
    span = request.db.execute(
        "SELECT r.first_seq, r.last_seq FROM change c JOIN request r ON r.id = c.request_id"
        " WHERE c.entity = ? AND c.record_id = ? AND c.kind = 'deleted' ORDER BY c.seq DESC LIMIT 1",
        (entity, row[0]),
    ).fetchone()
    if not span:
        return []
    return load(
        request.db,
        "link",
        f"t.{entity}_id = ? AND t.deleted_at IS NOT NULL AND t.merged_into = ''"
        " AND EXISTS (SELECT 1 FROM change c WHERE c.entity = 'link' AND c.record_id = t.id"
        "  AND c.seq BETWEEN ? AND ? AND c.version = t.version AND c.kind = 'deleted')"
        f" AND {condition}"
        " AND (SELECT deleted_at FROM relationship_type WHERE id = t.type_id) IS NULL",
        (row[0], *span),
    )
