"""What a viewer may do with many records: as core.access says of one, a thousand of them a question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from core import access
from core.access import Statement, allowances, denials, marks, plus
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
        for id, action in in_chunks(db, *denials(viewer, entity, ids)):
            denied[id] |= DENIED[action]
    derived: set[int] = set()
    for id, rights in in_chunks(db, *allowances(viewer, entity, ids)):
        if rights & DERIVED:
            derived.add(id)
        else:
            allowed[id] |= rights
    found = {id: effective(allowed[id], denied[id]) for id in ids}
    if entity == "profile":
        through_all = has(viewer.all_rights("document"), "see")
        missing = [id for id in ids if not (found[id] or has(denied[id], "see")) and (through_all or id in derived)]
        found |= dict.fromkeys(seen_through_documents(db, viewer, missing), BITS["see"])
    return found


def seen_through_documents(db: Connection, viewer: Viewer, profiles: Sequence[int]) -> set[int]:
    """Those of the profiles to which a document is linked that the viewer sees.

    Rows of derived sight count the pairs of a right and a link that are behind them: where there are more than those of
    documents that are denied, another document is left. So no hub has to be read through.
    """
    if not profiles or has(viewer.denied["documents"], "see"):
        return set()
    denied = _denied_documents(db, viewer)
    if has(viewer.all_rights("document"), "see"):
        return {id for (id,) in in_chunks(db, LINKED, list(profiles), (denied,))}
    behind: Counter[int] = Counter()
    for id, pairs in in_chunks(db, *_sights(viewer, profiles)):
        behind[id] += pairs
    if denied != "[]":
        behind.subtract(id for (id,) in in_chunks(db, *_denied_pairs(viewer, denied, profiles)))
    return {id for id, pairs in behind.items() if pairs > 0}


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


LINKED: Final = """
SELECT p.id FROM profile p WHERE EXISTS (SELECT 1 FROM link WHERE profile_id = p.id AND deleted_at IS NULL
    AND document_id NOT IN (SELECT value FROM json_each(?))) AND p.id IN
"""


def _denied_documents(db: Connection, viewer: Viewer) -> str:
    """The local ids of those that the viewer may not see, as JSON."""
    if "document" not in viewer.identity.denies_on:
        return "[]"
    subjects, conditions = viewer.subjects, viewer.conditions
    rows = db.execute(
        "SELECT DISTINCT record_id FROM access_grant INDEXED BY grant_denials WHERE target_kind = 'document'"
        " AND deleted_at IS NULL AND effect = 'deny' AND action = 'see' AND record_id IS NOT NULL"
        f" AND +subject_code IN ({marks(subjects)}) AND condition_id IN ({marks(conditions)})"
        " AND coalesce(valid_from, 0) <= ? AND (valid_until IS NULL OR valid_until > ?)",
        (*subjects, *conditions, viewer.at, viewer.at),
    )
    return msgspec.json.encode([id for (id,) in rows]).decode()


def _sights(viewer: Viewer, profiles: Sequence[int]) -> Statement:
    subjects, conditions = viewer.subjects, viewer.conditions
    return (
        f"SELECT record_id, support FROM profile_acl WHERE rights & {DERIVED}"
        f" AND {plus(subjects)}subject IN ({marks(subjects)})"
        f" AND condition_id IN ({marks(conditions)}) AND valid_from <= ? AND valid_until > ? AND record_id IN",
        list(profiles),
        (*subjects, *conditions, viewer.at, viewer.at),
    )


def _denied_pairs(viewer: Viewer, denied: str, profiles: Sequence[int]) -> Statement:
    """The profile of each pair of a right to one of these documents and a link of it."""
    subjects, conditions = viewer.subjects, viewer.conditions
    return (
        "SELECT l.profile_id FROM json_each(?) d CROSS JOIN document_acl a ON a.record_id = d.value"
        " CROSS JOIN link l ON l.document_id = d.value AND l.deleted_at IS NULL"
        f" WHERE +a.subject IN ({marks(subjects)}) AND a.condition_id IN ({marks(conditions)})"
        " AND a.valid_from <= ? AND a.valid_until > ? AND +l.profile_id IN",
        list(profiles),
        (denied, *subjects, *conditions, viewer.at, viewer.at),
    )
