"""Keeps document_acl and profile_acl in step with what they come from.

A document is open to whom a grant on it names, and to the profiles that a link of a granting type joins to it; as most
profiles are nobody's account, these have rows only from when somebody is tied to them. A
profile is open to whom a grant on it names and, which is marked as derived, to whom a document is open that a living
link joins to it. Denials and grants on areas are not in these tables.

One mechanism serves one link and all that an import brings: when a request ends, its changes say which pairs of record
and subject it touched; what these come to now is held against what the tables say, and the differences are applied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Final

import msgspec

from core.acl_sql import (
    ALL_PAIRS,
    ALL_SIGHT,
    ANYTHING,
    APPLY,
    DIFFERENCES,
    DISORDER,
    HAS_ROWS,
    LISTED,
    MADE_TIED,
    ORDER,
    ORPHANS,
    PAIR_OF_GRANT,
    PAIR_OF_LINK,
    PAIRS,
    PAIRS_OF_TIES,
    PASSING_TABLES,
    PASSING_TABLES_ARE_MADE,
    REMOVE,
    SIGHT,
)
from core.fields import Entity
from core.members import tied_profiles
from core.store import Connection
from core.viewer import EPOCH

if TYPE_CHECKING:
    from core.open_request import OpenRequest

RULES: Final[frozenset[Entity]] = frozenset({"link", "type", "grant"})
"""The kinds of record that who may comes from."""
MOVES: Final = {entity: {("deleted", entity), ("restored", entity)} for entity in LISTED}
"""What else changes who may, or of profiles, who is tied to which; all else that is done to documents and profiles
changes their place in lists."""
STEP: Final = 10_000  # records that a rebuild looks at together


def keep(request: OpenRequest) -> None:
    """Brings the tables in step with what the request did; to be called once, when its changes are in the log."""
    db = request.db
    kinds = {entity for _, entity in request.done}
    tied = _follow_ties(db) if _may_be_tied_anew(request, kinds) else []
    if tied:
        request.stats[EPOCH] += 1
    if kinds.isdisjoint(RULES.union(LISTED)) and not tied:
        return
    if not ("grant" in kinds or db.execute(ANYTHING).fetchone()[0]):
        return
    span = request.span
    for entity in LISTED:
        if entity in kinds:
            for follow in ORDER[entity]:
                db.execute(follow, span)
    if MOVES["document"].isdisjoint(request.done) and kinds.isdisjoint(RULES) and not tied:
        return
    _make_tables(db)
    if tied:
        db.execute(PAIRS_OF_TIES, (msgspec.json.encode(tied).decode(),))
    for (changed, _), statement in PAIRS.items():
        if changed in kinds:
            db.execute(statement, span)
    documents, profiles = (_find_differences(db, entity) for entity in LISTED)
    if documents or "link" in kinds:
        profiles += db.execute(SIGHT, span).rowcount
    _apply(db, "document", documents)
    _apply(db, "profile", profiles)


def forget(db: Connection, doomed: Mapping[Entity, Sequence[int]]) -> None:
    """Takes the rows of records out that are about to be purged, by local id; what links and grants among them opened
    elsewhere is looked at when the request ends."""
    _make_tables(db)
    db.executemany("DELETE FROM tied_profile WHERE profile_id = ?", [(id,) for id in doomed["profile"]])
    for entity in LISTED:
        db.executemany(f"DELETE FROM {entity}_acl WHERE record_id = ?", [(id,) for id in doomed[entity]])
        db.executemany(PAIR_OF_GRANT[entity], [(id,) for id in doomed["grant"]])
    db.executemany(PAIR_OF_LINK, [(id,) for id in doomed["link"]])


def put_in_order(db: Connection, entity: Entity, id: int) -> None:
    """The rows of a record that was made anew, under its local id, as lists are ordered by it now."""
    db.execute(DISORDER[entity], (id, id))


def rebuild(db: Connection) -> int:
    """Works out anew what every grant and link comes to. Returns how many rows were wrong."""
    _make_tables(db)
    _follow_ties(db)
    wrong = 0
    for entity in LISTED:
        wrong += db.execute(ORPHANS[entity]).rowcount
        for span in _spans(db, entity):
            wrong += db.execute(DISORDER[entity], span).rowcount
            db.execute(ALL_PAIRS[entity], span)
            differences = _find_differences(db, entity)
            if entity == "profile":
                differences += db.execute(ALL_SIGHT, span).rowcount
            _apply(db, entity, differences)
            wrong += differences
    return wrong


def _make_tables(db: Connection) -> None:
    if not db.execute(PASSING_TABLES_ARE_MADE).fetchone()[0]:
        for statement in PASSING_TABLES:
            db.execute(statement)


def _may_be_tied_anew(request: OpenRequest, kinds: Set[Entity]) -> bool:
    """Whether other profiles may be somebody now."""
    if "account" in kinds or not MOVES["profile"].isdisjoint(request.done):
        return True
    made = ("created", "profile") in request.done
    return made and bool(request.db.execute(MADE_TIED, request.span).fetchone()[0])


def _follow_ties(db: Connection) -> list[int]:
    """Brings the table of tied profiles in step with the accounts. Returns the profiles that came or went."""
    now, before = tied_profiles(db), {profile for (profile,) in db.execute("SELECT profile_id FROM tied_profile")}
    db.executemany("INSERT INTO tied_profile(profile_id) VALUES (?)", [(profile,) for profile in now - before])
    db.executemany("DELETE FROM tied_profile WHERE profile_id = ?", [(profile,) for profile in before - now])
    return sorted(now ^ before)


def _find_differences(db: Connection, entity: Entity) -> int:
    """Of the pairs that are to be looked at, which are then done with. Returns how many there are."""
    if not _has(db, f"{entity}_pair"):
        return 0
    differences = int(db.execute(DIFFERENCES[entity]).rowcount)
    db.execute(f"DELETE FROM temp.{entity}_pair")
    return differences


def _apply(db: Connection, entity: Entity, differences: int) -> None:
    if not differences:
        return
    db.execute(APPLY[entity])
    if _has(db, f"{entity}_difference WHERE by < 0"):
        db.execute(REMOVE[entity])
    db.execute(f"DELETE FROM temp.{entity}_difference")


def _has(db: Connection, rows: str) -> bool:
    """Whether a passing table has such rows."""
    return bool(db.execute(HAS_ROWS.format(rows=rows)).fetchone()[0])


def _spans(db: Connection, entity: Entity) -> Iterator[tuple[int, int]]:
    (last,) = db.execute(f"SELECT coalesce(max(id), 0) FROM {entity}").fetchone()
    for first in range(1, last + 1, STEP):
        yield first, first + STEP - 1
