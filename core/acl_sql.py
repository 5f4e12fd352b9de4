"""The statements of core.acl: what grants and links come to, and how the tables of that differ from it.

A pair is a record and a subject: what is to be looked at anew. A difference is a row of document_acl or profile_acl
that has more or less behind it than it says: `by` is how much, `rows` whether it comes (1) or goes (-1). Both stand in
temporary tables of the writing connection; `?1` and `?2` are the first and last seq of a request, or local ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.fields import Entity
from core.rights import BITS, DERIVED, RIGHTS
from core.subjects import NUMBERS, PLACES

LISTED: Final[tuple[Entity, ...]] = ("document", "profile")
"""What has rows: the kinds of record whose lists are ordered and filtered by who may."""

FOREVER: Final = 2**62
"""Stored for a right without end, as 0 is for one without beginning, so that comparison meets no NULL."""
KEY: Final = "record_id, subject, rights, condition_id, valid_from, valid_until"

OF_PROFILE: Final = f"l.profile_id * {PLACES} + {NUMBERS['profile']}"
"""The profile of a link as a subject."""
RIGHTS_OF_TYPE: Final = f"CASE t.grants {' '.join(f'WHEN {a!r} THEN {r}' for a, r in RIGHTS.items())} END"
SEEN_THROUGH: Final = DERIVED | BITS["see"]
SOMEBODY: Final = "(SELECT profile_id FROM tied_profile)"
"""The profiles that somebody is: what links give to others has no rows."""
LIFE: Final = "('created', 'restored', 'deleted')"

ANYTHING: Final = """
SELECT EXISTS (SELECT 1 FROM document_acl) OR EXISTS (SELECT 1 FROM profile_acl)
    OR EXISTS (SELECT 1 FROM relationship_type WHERE grants <> 'none')
"""

PASSING_TABLES: Final = [
    statement
    for entity in LISTED
    for statement in (
        f"CREATE TEMP TABLE IF NOT EXISTS {entity}_pair"
        "(record_id INTEGER, subject INTEGER, PRIMARY KEY (record_id, subject)) WITHOUT ROWID",
        f"CREATE TEMP TABLE IF NOT EXISTS {entity}_difference({KEY}, by, rows)",
    )
]
PASSING_TABLES_ARE_MADE: Final = f"SELECT count(*) = {len(PASSING_TABLES)} FROM temp.sqlite_schema WHERE type = 'table'"
HAS_ROWS: Final = "SELECT EXISTS (SELECT 1 FROM temp.{rows})"


def _window(of: str) -> str:
    return f"max(coalesce({of}.valid_from, 0), 0) AS valid_from, coalesce({of}.valid_until, {FOREVER}) AS valid_until"


# --- which pairs a request touched ------------------------------------------------------------------------------

_PAIR: Final = "INSERT OR IGNORE INTO temp.{entity}_pair(record_id, subject) "
_CHANGED: Final = "FROM change c NOT INDEXED"  # by seq, which no other index can serve
_GRANTING: Final = "(SELECT id FROM relationship_type WHERE grants <> 'none')"
_TYPES: Final = (
    "(SELECT record_id FROM change NOT INDEXED"
    " WHERE seq BETWEEN ?1 AND ?2 AND entity = 'type' AND instr(after, '\"grants\"'))"
)

_PAIR_OF_CHANGED_GRANT: Final = f"""{_PAIR}
SELECT g.record_id, g.subject_code {_CHANGED} CROSS JOIN access_grant g ON g.id = c.record_id
WHERE c.seq BETWEEN ?1 AND ?2 AND c.entity = 'grant' AND g.target_kind = '{{entity}}'"""
PAIRS: Final[Mapping[tuple[Entity, Entity], str]] = {
    ("document", "document"): f"""{_PAIR.format(entity="document")}
SELECT l.document_id, {OF_PROFILE} {_CHANGED} CROSS JOIN link l ON l.document_id = c.record_id
WHERE c.seq BETWEEN ?1 AND ?2 AND c.entity = 'document' AND c.kind IN ('deleted', 'restored')
    AND l.profile_id IN {SOMEBODY}""",
    ("link", "document"): f"""{_PAIR.format(entity="document")}
SELECT l.document_id, {OF_PROFILE} {_CHANGED} CROSS JOIN link l ON l.id = c.record_id
CROSS JOIN relationship_type t ON t.id = l.type_id
WHERE c.seq BETWEEN ?1 AND ?2 AND c.entity = 'link' AND (c.kind IN {LIFE} OR instr(c.after, '"valid_'))
    AND (t.grants <> 'none' OR t.id IN {_TYPES}) AND l.profile_id IN {SOMEBODY}""",
    ("type", "document"): f"""{_PAIR.format(entity="document")}
SELECT l.document_id, {OF_PROFILE} FROM tied_profile p CROSS JOIN link l ON l.profile_id = p.profile_id
WHERE l.type_id IN {_TYPES} AND l.deleted_at IS NULL
UNION ALL SELECT l.document_id, {OF_PROFILE} FROM document d CROSS JOIN link l ON l.document_id = d.id
WHERE d.deleted_at IS NOT NULL AND l.type_id IN {_TYPES} AND l.profile_id IN {SOMEBODY} AND EXISTS {_TYPES}""",
    ("grant", "document"): _PAIR_OF_CHANGED_GRANT.format(entity="document"),
    ("grant", "profile"): _PAIR_OF_CHANGED_GRANT.format(entity="profile"),
}
"""By the kind of record that changed, and the kind that it opens or closes. Of a document in the trash the links count
that went along with it, so all links of it are looked at when it comes or goes."""
PAIRS_OF_TIES: Final = f"""{_PAIR.format(entity="document")}
SELECT l.document_id, {OF_PROFILE} FROM json_each(?1) p CROSS JOIN link l ON l.profile_id = p.value
WHERE l.type_id IN {_GRANTING} AND l.deleted_at IS NULL
UNION ALL SELECT l.document_id, {OF_PROFILE} FROM document d CROSS JOIN link l ON l.document_id = d.id
WHERE d.deleted_at IS NOT NULL AND l.type_id IN {_GRANTING} AND l.profile_id IN (SELECT value FROM json_each(?1))
UNION ALL SELECT a.record_id, a.subject
FROM json_each(?1) p CROSS JOIN document_acl a ON a.subject = p.value * {PLACES} + {NUMBERS["profile"]}
"""
"""Of the profiles of these local ids, whose accounts come or go."""
MADE_TIED: Final = f"""
SELECT EXISTS (
    SELECT 1 {_CHANGED} CROSS JOIN profile p ON p.id = c.record_id
    WHERE c.seq BETWEEN ?1 AND ?2 AND c.entity = 'profile' AND c.kind = 'created'
        AND p.uid IN (SELECT unhex(tied_to, '-') FROM account WHERE tied_to <> '')
)"""
"""Whether a profile was made under the id of one that was purged, which an account is still tied to."""
PAIR_OF_LINK: Final = f"{_PAIR.format(entity='document')} SELECT l.document_id, {OF_PROFILE} FROM link l WHERE l.id = ?"
PAIR_OF_GRANT: Final[Mapping[str, str]] = {
    entity: f"{_PAIR.format(entity=entity)} SELECT record_id, subject_code FROM access_grant"
    f" WHERE id = ? AND target_kind = '{entity}'"
    for entity in LISTED
}


def _all_pairs(entity: str, more: str = "") -> str:
    return f"""{_PAIR.format(entity=entity)}
SELECT record_id, subject FROM {entity}_acl WHERE record_id BETWEEN ?1 AND ?2
UNION ALL SELECT record_id, subject_code FROM access_grant
WHERE target_kind = '{entity}' AND record_id BETWEEN ?1 AND ?2 AND deleted_at IS NULL {more}
"""


ALL_PAIRS: Final[Mapping[str, str]] = {
    "document": _all_pairs(
        "document",
        f"UNION ALL SELECT l.document_id, {OF_PROFILE} FROM link l WHERE l.document_id BETWEEN ?1 AND ?2"
        f" AND l.type_id IN {_GRANTING} AND l.profile_id IN {SOMEBODY}",
    ),
    "profile": _all_pairs("profile"),
}

# --- how the tables differ from what should be ------------------------------------------------------------------

_GRANTS: Final = f"""
SELECT p.record_id, p.subject, g.rights, g.condition_id, {_window("g")}, 1 AS due, 0 AS held
FROM temp.{{entity}}_pair p CROSS JOIN access_grant g ON g.target_kind = '{{entity}}' AND g.record_id = p.record_id
    AND g.subject_code = p.subject AND g.deleted_at IS NULL WHERE g.effect = 'allow'
"""
_LINKS: Final = f"""
SELECT p.record_id, p.subject, {RIGHTS_OF_TYPE}, 0, {_window("l")}, 1, 0
FROM temp.document_pair p CROSS JOIN document d ON d.id = p.record_id
CROSS JOIN link l ON l.document_id = d.id AND l.profile_id = p.subject / {PLACES}
CROSS JOIN relationship_type t ON t.id = l.type_id
WHERE p.subject % {PLACES} = {NUMBERS["profile"]} AND t.grants <> 'none'
    AND l.profile_id IN {SOMEBODY} AND (l.deleted_at IS NULL OR l.deleted_at = d.deleted_at)
"""
_HELD: Final = f"""
SELECT {", ".join(f"a.{name}" for name in KEY.split(", "))}, 0, a.support
FROM temp.{{entity}}_pair p CROSS JOIN {{entity}}_acl a ON a.record_id = p.record_id AND a.subject = p.subject
"""
_HELD_DIRECTLY: Final = f"{_HELD} WHERE NOT a.rights & {DERIVED}"


def _differences(entity: str, *sources: str) -> str:
    return f"""
INSERT INTO temp.{entity}_difference
SELECT {KEY}, sum(due) - sum(held), (sum(due) > 0) - (sum(held) > 0)
FROM ({" UNION ALL ".join(sources).format(entity=entity)}) GROUP BY {KEY} HAVING sum(due) <> sum(held)
"""


DIFFERENCES: Final = {
    "document": _differences("document", _GRANTS, _LINKS, _HELD),
    "profile": _differences("profile", _GRANTS, _HELD_DIRECTLY),
}

SIGHT: Final = f"""
INSERT INTO temp.profile_difference
SELECT {KEY}, sum(by), 0 FROM (
    SELECT l.profile_id AS record_id, x.subject, {SEEN_THROUGH} AS rights, x.condition_id, x.valid_from, x.valid_until,
        x.rows AS by
    FROM temp.document_difference x CROSS JOIN link l ON l.document_id = x.record_id AND l.deleted_at IS NULL
    WHERE x.rows <> 0
    UNION ALL
    SELECT l.profile_id, a.subject, {SEEN_THROUGH}, a.condition_id, a.valid_from, a.valid_until,
        (l.deleted_at IS NULL) - (f.kind = 'deleted')
    FROM (
        SELECT record_id, kind, min(seq) FROM change NOT INDEXED
        WHERE seq BETWEEN ?1 AND ?2 AND entity = 'link' AND kind IN {LIFE} GROUP BY record_id
    ) f CROSS JOIN link l ON l.id = f.record_id CROSS JOIN document_acl a ON a.record_id = l.document_id
    WHERE (l.deleted_at IS NULL) <> (f.kind = 'deleted')
) GROUP BY {KEY} HAVING sum(by) <> 0
"""
"""Sight of a profile comes from a right to a document and a living link of the two, so what changes is: the rights that
changed with the links there are now, and the rights there were with the links that changed. A link was alive before a
request when the first that the request did to its life was to delete it."""
ALL_SIGHT: Final = f"""
INSERT INTO temp.profile_difference
SELECT {KEY}, sum(due) - sum(held), 0 FROM (
    SELECT l.profile_id AS record_id, a.subject, {SEEN_THROUGH} AS rights, a.condition_id, a.valid_from, a.valid_until,
        1 AS due, 0 AS held
    FROM link l CROSS JOIN document_acl a ON a.record_id = l.document_id
    WHERE l.profile_id BETWEEN ?1 AND ?2 AND l.deleted_at IS NULL
    UNION ALL
    SELECT {KEY}, 0, support FROM profile_acl WHERE record_id BETWEEN ?1 AND ?2 AND rights & {DERIVED}
) GROUP BY {KEY} HAVING sum(due) <> sum(held)
"""

# --- the tables as they should be -------------------------------------------------------------------------------

APPLY: Final[Mapping[str, str]] = {
    entity: f"""
INSERT INTO {entity}_acl({KEY}, support, sort_key, updated_at, created_at)
SELECT {", ".join(f"x.{name}" for name in KEY.split(", "))}, x.by, r.sort_key, r.updated_at, r.created_at
FROM temp.{entity}_difference x CROSS JOIN {entity} r ON r.id = x.record_id WHERE true
ON CONFLICT DO UPDATE SET support = support + excluded.support"""
    for entity in LISTED
}
REMOVE: Final[Mapping[str, str]] = {
    entity: f"""
DELETE FROM {entity}_acl WHERE support <= 0
AND ({KEY}) IN (SELECT {KEY} FROM temp.{entity}_difference WHERE by < 0)"""
    for entity in LISTED
}
"""Rows that nothing is behind any more."""


def _follow(entity: str, columns: str, which: str) -> str:
    return (
        f"UPDATE {entity}_acl AS a SET ({columns}) = (SELECT {columns} FROM {entity} WHERE id = a.record_id)"
        " WHERE a.record_id IN (SELECT record_id FROM change NOT INDEXED"
        f" WHERE seq BETWEEN ?1 AND ?2 AND entity = '{entity}' AND {which})"
    )


ORDER: Final[Mapping[str, tuple[str, str]]] = {
    entity: (
        _follow(entity, "updated_at", "kind <> 'created'"),
        _follow(entity, "sort_key, created_at", f"(instr(after, '\"{title}\"') OR instr(after, '\"created\"'))"),
    )
    for entity, title in (("document", "title"), ("profile", "name"))
}
"""What lists are ordered by. The second is apart from the first because it is rare, and its indexes dear."""
DISORDER: Final[Mapping[str, str]] = {
    entity: f"""
UPDATE {entity}_acl AS a
SET (sort_key, updated_at, created_at) = (SELECT sort_key, updated_at, created_at FROM {entity} WHERE id = a.record_id)
WHERE a.record_id BETWEEN ?1 AND ?2 AND EXISTS (SELECT 1 FROM {entity} r WHERE r.id = a.record_id
    AND (r.sort_key, r.updated_at, r.created_at) <> (a.sort_key, a.updated_at, a.created_at))"""
    for entity in LISTED
}
ORPHANS: Final[Mapping[str, str]] = {
    entity: f"DELETE FROM {entity}_acl WHERE record_id NOT IN (SELECT id FROM {entity})" for entity in LISTED
}
