"""What a viewer may do with many records: as core.access says of one, a thousand of them a question."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core import access
from core.fields import Entity
from core.records import in_chunks
from core.rights import ALL, AREA_OF, BITS, DENIED, DERIVED, effective, has
from core.store import Connection
from core.viewer import Viewer


def rights_of(db: Connection, viewer: Viewer, entity: Entity, ids: Iterable[int]) -> dict[int, int]:
    """By local id, as bits of core.rights: 0 for what may not be seen. The records exist, or did until a purge."""
    wanted = list(dict.fromkeys(ids))
    if viewer.unrestricted:
        return dict.fromkeys(wanted, ALL)
    if entity in ("profile", "document"):
        return _on_records(db, viewer, entity, wanted)
    if entity == "link":
        return _on_links(db, viewer, wanted)
    if entity == "conflict":
        return _on_conflicts(db, viewer, wanted)
    return {id: access.rights_on(db, viewer, entity, id) for id in wanted}


def _on_records(db: Connection, viewer: Viewer, entity: Entity, ids: list[int]) -> dict[int, int]:
    area = AREA_OF[entity]
    allowed = dict.fromkeys(ids, viewer.areas[area])
    denied = dict.fromkeys(ids, viewer.denied[area])
    if entity in viewer.identity.denies_on:
        for id, action in in_chunks(db, *_denials(viewer, entity, ids)):
            denied[id] |= DENIED[action]
    derived: set[int] = set()
    for id, rights in in_chunks(db, *_allowances(viewer, entity, ids)):
        if rights & DERIVED:
            derived.add(id)
        else:
            allowed[id] |= rights
    found = {id: effective(allowed[id], denied[id]) for id in ids}
    if entity == "profile":
        through_all = has(viewer.all_rights("document"), "see")
        may_be_denied = "document" in viewer.identity.denies_on or has(viewer.denied["documents"], "see")
        for id in ids:
            if found[id] or has(denied[id], "see"):
                continue
            if id in derived and not may_be_denied:
                found[id] = BITS["see"]
            elif id in derived or through_all:
                found[id] = access.rights_on(db, viewer, "profile", id)
    return found


def _on_links(db: Connection, viewer: Viewer, ids: list[int]) -> dict[int, int]:
    ends = in_chunks(db, "SELECT id, document_id, profile_id FROM link WHERE id IN", ids)
    documents = rights_of(db, viewer, "document", (document for _, document, _ in ends))
    profiles = rights_of(db, viewer, "profile", (profile for _, document, profile in ends if documents[document]))
    found = {id: documents[document] & profiles.get(profile, 0) for id, document, profile in ends}
    return dict.fromkeys(ids, 0) | found


def _on_conflicts(db: Connection, viewer: Viewer, ids: list[int]) -> dict[int, int]:
    found = dict.fromkeys(ids, 0)
    about: dict[Entity, dict[int, int]] = {}
    for id, entity, record in in_chunks(db, "SELECT id, entity, record_id FROM conflict WHERE id IN", ids):
        about.setdefault(entity, {})[id] = record
    for entity, records in about.items():
        rights = rights_of(db, viewer, entity, records.values())
        found |= {id: rights[record] for id, record in records.items()}
    return found


def _allowances(viewer: Viewer, entity: Entity, ids: list[int]) -> tuple[str, list[int], tuple[Any, ...]]:
    """By the primary key; the sign keeps the many subjects out of it."""
    subjects, conditions = viewer.subjects, viewer.conditions
    return (
        f"SELECT record_id, rights FROM {entity}_acl WHERE +subject IN ({_marks(subjects)})"
        f" AND condition_id IN ({_marks(conditions)}) AND valid_from <= ? AND valid_until > ? AND record_id IN",
        ids,
        (*subjects, *conditions, viewer.at, viewer.at),
    )


def _denials(viewer: Viewer, entity: Entity, ids: list[int]) -> tuple[str, list[int], tuple[Any, ...]]:
    """By grant_on_record."""
    subjects, conditions = viewer.subjects, viewer.conditions
    return (
        "SELECT record_id, action FROM access_grant WHERE target_kind = ? AND deleted_at IS NULL AND effect = 'deny'"
        f" AND +subject_code IN ({_marks(subjects)}) AND condition_id IN ({_marks(conditions)})"
        " AND coalesce(valid_from, 0) <= ? AND (valid_until IS NULL OR valid_until > ?) AND record_id IN",
        ids,
        (entity, *subjects, *conditions, viewer.at, viewer.at),
    )


def _marks(values: tuple[int, ...]) -> str:
    return ",".join("?" * len(values))
