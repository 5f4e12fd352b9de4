"""Deletes for good what has been in the trash long enough: the rows, and all that the store knows of them beside.

A purged record's changes stay in the log, so that it has no gap, but without values and under a number of their own,
for the local id may be given out again. What somebody still needs stays in the trash: what an open conflict asks about,
and what was merged into a record that is there, since names and ids of it lead to that one. Grants on what goes, and
to profiles that go, go with it, since whoever gets the local id would have them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

from core import acl, audit_values, leftovers, merged, permissions, search
from core.fields import RECORDS, Entity
from core.instants import format_instant
from core.open_request import OpenRequest
from core.records import TABLES, in_chunks, load
from core.store import Connection, Store
from core.subjects import PLACES
from core.values import Actor

ORDER: Final[tuple[Entity, ...]] = ("grant", "conflict", "link", "document", "profile", "type", "rule")
"""What refers goes before what it refers to."""

ENDS: Final[tuple[Entity, ...]] = ("document", "profile", "type")
Doomed = dict[Entity, list[int]]
"""Local ids by kind of record."""


def purge(
    store: Store, contents: Path, actor: Actor, before: int, *, dry_run: bool, reason: str = ""
) -> dict[str, int]:
    """How many of each kind of record that went to the trash before the instant go, or would go, and how many contents.

    Files of contents and words in the search index go after all else is committed; what a fault leaves of them goes
    with the next purge. A preview is the work itself, rolled back. Raises Denied, Unavailable where a file cannot go.
    """
    with store.write(dry_run=dry_run) as db:
        told = f"purged what was in the trash before {format_instant(before)}"
        request = OpenRequest(db, actor, reason, told=told)
        permissions.check_purge(request)
        doomed = _old_ends(db, before)
        named = leftovers.contents_of(db, doomed["document"])
        # Only living links are in an index by their profile.
        with leftovers.passing_index(db, "link", "profile_id", len(doomed["profile"])):
            doomed |= {"link": _old_links(db, doomed, before)}
            doomed |= {"conflict": _conflicts(db, doomed, before)}
            doomed |= {"rule": _ids(db, "SELECT id FROM rule WHERE deleted_at < ?", before)}
            doomed |= {"grant": _grants(db, doomed)}
            _purge(request, doomed)
        files = leftovers.unnamed_contents(db, contents, named)
        counts: dict[str, int] = {entity: len(doomed[entity]) for entity in reversed(ORDER) if doomed[entity]}
        counts |= {"content": len(files)} if files else {}
    if dry_run:
        return counts
    leftovers.delete_contents(files)
    leftovers.forget_words(store, search.FIELDS.keys() & counts.keys())
    store.checkpoint()
    return counts


def _purge(request: OpenRequest, doomed: Doomed) -> None:
    db = request.db
    uids: list[bytes] = []
    for entity in ORDER:
        sql = f"SELECT id, uid, revision FROM {TABLES[entity]} WHERE id IN"
        for id, uid, revision in in_chunks(db, sql, doomed[entity]):
            uids.append(uid)
            request.log(entity, id, "purged", revision + 1, request.next_version(), {}, {})
        if entity in RECORDS:
            request.stats["trash"] -= len(doomed[entity])
    sql = "SELECT id FROM access_grant WHERE deleted_at IS NULL AND id IN"
    request.stats["grants"] -= len(in_chunks(db, sql, doomed["grant"]))
    request.flush()
    audit_values.forget(db, doomed)
    empty_the_log(request)
    acl.forget(db, doomed)
    for entity in ORDER:
        of_record = [(entity, id) for id in doomed[entity]]
        db.executemany("DELETE FROM external_id WHERE entity = ? AND record_id = ?", of_record)
        for table in ("source_value", "source_word"):
            db.executemany(f"DELETE FROM {table} WHERE entity = ? AND record_id = ?", of_record)
        db.executemany(f"DELETE FROM {TABLES[entity]} WHERE id = ?", [(id,) for id in doomed[entity]])
    leftovers.forget(db, uids)
    leftovers.delete_unnamed_bodies(db)
    request.finish([])


def empty_the_log(request: OpenRequest) -> None:
    """Files the changes of each purged record under the seq of its last one, which no other record can have."""
    purged = request.db.execute(
        "SELECT -seq, entity, record_id FROM change WHERE request_id = ?1 AND seq >="
        " (SELECT first_seq FROM request WHERE id = ?1)",
        (request.id,),
    ).fetchall()
    request.db.executemany(
        "UPDATE change SET record_id = ?, before = '{}', after = '{}', taken = '{}' WHERE entity = ? AND record_id = ?",
        purged,
    )


# --- what goes ------------------------------------------------------------------------------------------------


def _old_ends(db: Connection, before: int) -> Doomed:
    """Profiles, documents and types that no link joins and no open conflict asks about, nor about a link of theirs."""
    doomed: Doomed = {
        entity: _ids(
            db,
            f"SELECT id FROM {TABLES[entity]} t WHERE deleted_at < ?"
            f" AND NOT EXISTS (SELECT 1 FROM link WHERE {entity}_id = t.id AND deleted_at IS NULL)"
            " AND id NOT IN (SELECT record_id FROM conflict WHERE entity = ? AND deleted_at IS NULL)"
            f" AND id NOT IN (SELECT l.{entity}_id FROM conflict c JOIN link l ON l.id = c.record_id"
            "  WHERE c.entity = 'link' AND c.deleted_at IS NULL)",
            before,
            entity,
        )
        for entity in ENDS
    }
    return doomed | {"profile": _without_merged(db, "profile", before, doomed["profile"])}


def _old_links(db: Connection, doomed: Doomed, before: int) -> list[int]:
    """The old ones, and however old those of an end or type that goes."""
    old = _ids(
        db,
        "SELECT id FROM link WHERE deleted_at < ?"
        " AND id NOT IN (SELECT record_id FROM conflict WHERE entity = 'link' AND deleted_at IS NULL)",
        before,
    )
    of_ends = {
        id for entity in ENDS for (id,) in in_chunks(db, f"SELECT id FROM link WHERE {entity}_id IN", doomed[entity])
    }
    return sorted({*_without_merged(db, "link", before, old, of_ends), *of_ends})


def _without_merged(
    db: Connection, entity: Entity, before: int, old: list[int], going: set[int] | None = None
) -> list[int]:
    """What was merged into a record stays as long as that one, and goes with it; `going` are others that go."""
    ids = set(old)
    spared = set()
    for row in load(db, entity, "t.deleted_at < ? AND t.merged_into <> ''", (before,)):
        into = merged.successor(db, entity, row)
        if into is not None and into[0] not in ids | (going or set()):
            spared.add(row[0])
    return sorted(ids - spared)


def _conflicts(db: Connection, doomed: Doomed, before: int) -> list[int]:
    """The settled ones that are old, and however old those about what goes."""
    going = set(_ids(db, "SELECT id FROM conflict WHERE deleted_at < ?", before))
    for entity in RECORDS:
        sql = "SELECT id FROM conflict WHERE entity = ? AND record_id IN"
        going.update(id for (id,) in in_chunks(db, sql, doomed[entity], (entity,)))
    return sorted(going)


def _grants(db: Connection, doomed: Doomed) -> list[int]:
    """Those on records that go and those to profiles that go, given or taken back."""
    documents, profiles = (msgspec.json.encode(doomed[entity]).decode() for entity in ("document", "profile"))
    return _ids(
        db,
        "SELECT id FROM access_grant"
        " WHERE (target_kind = 'document' AND record_id IN (SELECT value FROM json_each(?1)))"
        " OR (target_kind = 'profile' AND record_id IN (SELECT value FROM json_each(?2)))"
        " OR (subject_kind = 'profile' AND subject_code / ?3 IN (SELECT value FROM json_each(?2)))",
        documents,
        profiles,
        PLACES,
    )


def _ids(db: Connection, sql: str, *parameters: Any) -> list[int]:
    return [id for (id,) in db.execute(sql, parameters)]
