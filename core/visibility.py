"""Which records a viewer sees, as conditions of SQL: what core.access says of one record, said of all of a list.

Who sees all of a kind is asked nothing, or only about denials. For others there is one row for each right in
{document,profile}_acl, in the orders that lists have, by subject: a list merges those of the viewer's subjects, each
read along its index and only as far as the page goes. A plus before a column keeps an index out that would be slower
there; one before EXISTS keeps SQLite from making a join of it, which would be asked after all other conditions. Values
are bound by name; see `parameters`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from core.fields import Entity
from core.rights import AREA_OF, BITS, DENIED, DERIVED, has
from core.store import Connection, Store
from core.viewer import Viewer

Way = Literal["all", "linked", "listed", "none"]
"""Whether all records of a kind are seen; profiles that some document is linked to; those that acl lists; none."""

ARMS: Final = 400
"""Subjects that one statement merges; SQLite allows 500."""
LISTED: Final = 200
"""Records that are denied to be seen, which are looked for in a list of them first."""
FEW: Final = 3_000
"""A viewer with no more rights to records than that is looked up from the rights, not from the records."""


class Sight(NamedTuple):
    """What the SQL of a list depends on beside its query."""

    documents: Way = "all"
    profiles: Way = "all"
    denied: frozenset[str] = frozenset()  # kinds of record of which single ones are denied
    denied_few: frozenset[str] = frozenset()  # of which so few are denied to be seen that they are listed
    subjects: int = 0
    conditions: int = 0

    def way(self, entity: Entity) -> Way:
        return self.documents if entity == "document" else self.profiles


EVERYTHING: Final = Sight()
LINKS_OF_DENIED: Final = "json_each(:denied_document) gone CROSS JOIN link via ON via.document_id = gone.value"
DIRECT: Final = f" AND acl.rights & {DERIVED} = 0"


def sight_of(viewer: Viewer, action: str = "see") -> Sight:
    """The same for another action than to see; it reaches no profile through a document."""
    if viewer.unrestricted:
        return EVERYTHING
    documents = _way(viewer, "document", action)
    profiles = _way(viewer, "profile", action)
    if action == "see" and documents == "all" and profiles == "listed":
        profiles = "linked"
    denials = viewer.identity.denies_on
    denied = frozenset(kind for kind, hidden in denials.items() if hidden or action != "see")
    few = frozenset(kind for kind, hidden in denials.items() if len(hidden) <= LISTED)
    return Sight(documents, profiles, denied, few, len(viewer.subjects), len(viewer.conditions))


def _way(viewer: Viewer, entity: Entity, action: str) -> Way:
    if has(viewer.denied[AREA_OF[entity]], action):
        return "none"
    return "all" if has(viewer.all_rights(entity), action) else "listed"


def parameters(viewer: Viewer) -> dict[str, Any]:
    """What the conditions of this module name."""
    if viewer.unrestricted:
        return {}
    bound: dict[str, Any] = {f"s{place}": code for place, code in enumerate(viewer.subjects)}
    bound |= {f"c{place}": id for place, id in enumerate(viewer.conditions)}
    bound |= {f"denied_{kind}": str(list(hidden)) for kind, hidden in viewer.identity.denies_on.items()}
    return bound | {"now": viewer.at}


# --- one record among others --------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def sees(sight: Sight, entity: Entity, id: str) -> tuple[str, ...]:
    """Conditions that the profile or document of this local id, an expression, is seen; none where all are."""
    way = sight.way(entity)
    if way == "none":
        return ("0",)
    listed: tuple[str, ...] = ()
    if way == "listed":
        listed = (_listed(sight, entity, id, _brought_by_documents(sight, entity)),)
    elif way == "linked":
        listed = (f"({_listed(sight, entity, id, DIRECT)} OR {_through_a_document(sight, id)})",)
    return (*listed, *not_denied(sight, entity, id))


def sees_of_few(sight: Sight, entity: Entity, id: str) -> tuple[str, ...]:
    """The same where `sees_few`: the rights are collected once, and the record is looked for among them."""
    return (f"{id} IN ({in_any_order(sight, entity)})", *not_denied(sight, entity, id))


@lru_cache(maxsize=256)
def not_denied(sight: Sight, entity: Entity, id: str) -> tuple[str, ...]:
    """Conditions that a record with a right to it is seen none the less; for one from `in_order`."""
    if sight.way(entity) == "none":
        return ("0",)
    conditions = [f"NOT {denied(sight, entity, id)}"] if entity in sight.denied else []
    if entity == "profile" and sight.profiles == sight.documents == "listed" and "document" in sight.denied:
        conditions.append(_still_seen_through_a_document(sight, id))
    return tuple(conditions)


@lru_cache(maxsize=256)
def sees_link(sight: Sight, link: str, *, living: bool, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Conditions that both ends of the link of this alias are seen, but for those known to be.

    Who sees the document of a living link sees its profile, unless that is denied.
    """
    conditions: tuple[str, ...] = ()
    if "document" not in known:
        conditions += sees(sight, "document", f"{link}.document_id")
    if "profile" in known:
        return conditions
    profile = f"{link}.profile_id"
    if not living:
        return conditions + sees(sight, "profile", profile)
    if sight.profiles == "none":
        return ("0",)
    return (*conditions, f"NOT {denied(sight, 'profile', profile)}") if "profile" in sight.denied else conditions


@lru_cache(maxsize=256)
def denied(sight: Sight, entity: Entity, id: str, action: str = "see") -> str:
    """Whether the action is taken from the viewer by a denial on the record itself."""
    denial = _denial(sight, entity, id, action)
    if action == "see" and entity in sight.denied_few:
        return f"({id} IN (SELECT value FROM json_each(:denied_{entity})) AND {denial})"
    return denial


def _denial(sight: Sight, entity: Entity, id: str, action: str = "see") -> str:
    """By grant_denials, which is small."""
    taking = ", ".join(f"'{name}'" for name in BITS if DENIED[name] & BITS[action])
    return (
        "EXISTS (SELECT 1 FROM access_grant deny INDEXED BY grant_denials"
        f" WHERE deny.target_kind = '{entity}' AND deny.record_id = {id}"
        f" AND deny.deleted_at IS NULL AND deny.effect = 'deny' AND deny.action IN ({taking})"
        f" AND +deny.subject_code IN ({_subjects(sight)}) AND deny.condition_id IN ({_conditions(sight)})"
        " AND coalesce(deny.valid_from, 0) <= :now AND (deny.valid_until IS NULL OR deny.valid_until > :now))"
    )


def may(sight: Sight, entity: Entity, id: str, action: str) -> str:
    """A condition that the action may be done with the record; `sight` is that of the action, and not to see."""
    way = sight.way(entity)
    if way == "none":
        return "0"
    parts = [_listed(sight, entity, id, f" AND acl.rights & {BITS[action]}")] if way == "listed" else []
    if entity in sight.denied:
        parts.append(f"NOT {denied(sight, entity, id, action)}")
    return " AND ".join(parts) or "1"


def _listed(sight: Sight, entity: Entity, id: str, rights: str = "") -> str:
    """By the primary key: of a document, which few have rights to, all rows are read; of a profile, which is seen
    through many documents, those of each subject are looked up."""
    plus = "+" if entity == "document" else ""
    return (
        f"+EXISTS (SELECT 1 FROM {entity}_acl acl WHERE acl.record_id = {id}"
        f" AND {plus}acl.subject IN ({_subjects(sight)})"
        f" AND {_in_force(sight)}{rights})"
    )


def _through_a_document(sight: Sight, profile: str) -> str:
    """Whether a document that is seen is linked to the profile."""
    seen = "".join(f" AND {condition}" for condition in sees(sight, "document", "via.document_id"))
    return f"EXISTS (SELECT 1 FROM link via WHERE via.profile_id = {profile} AND via.deleted_at IS NULL{seen})"


def _still_seen_through_a_document(sight: Sight, profile: str) -> str:
    """Rows of derived sight know of no denial. Where a denied document is linked to, it is counted what the denied ones
    leave of them; if very many are denied, the others are looked at."""
    of_denied = f"SELECT via.profile_id FROM {LINKS_OF_DENIED} WHERE via.deleted_at IS NULL"
    if "document" in sight.denied_few:
        left = _some_are_left(sight, profile)
    else:
        left = f"{_listed(sight, 'profile', profile, DIRECT)} OR {_through_a_document(sight, profile)}"
    return f"(+{profile} NOT IN ({of_denied}) OR {left})"


def _some_are_left(sight: Sight, profile: str) -> str:
    """Whether a row is of the profile's own, or stands for more than what denied documents bring; its support counts
    that."""
    brought_by_denied = (
        f"SELECT count(*) FROM {LINKS_OF_DENIED} CROSS JOIN document_acl brings ON brings.record_id = gone.value"
        f" WHERE via.profile_id = {profile} AND via.deleted_at IS NULL AND {_denial(sight, 'document', 'gone.value')}"
        " AND brings.subject = acl.subject AND brings.condition_id = acl.condition_id"
        " AND brings.valid_from = acl.valid_from AND brings.valid_until = acl.valid_until"
    )
    left = f" AND (acl.rights & {DERIVED} = 0 OR acl.support > ({brought_by_denied}))"
    return _listed(sight, "profile", profile, left)


def is_seen_through_a_document(db: Connection, viewer: Viewer, profile: int) -> bool:
    """Whether a document that the viewer sees is linked to the profile of this local id, which acl lists unless the
    viewer sees all documents."""
    sight, bound = sight_of(viewer), parameters(viewer) | {"profile": profile}
    find = _through_a_document if sight.documents == "all" else _still_seen_through_a_document
    return bool(db.execute(f"SELECT {find(sight, ':profile')}", bound).fetchone()[0])


# --- from the rights ------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def in_order(
    sight: Sight, entity: Entity, column: str, descending: bool, from_key: bool, subjects: tuple[int, int]
) -> str:
    """Local ids (`id`) and places (`sort`) of what the subjects from the first to before the last have rights to, in
    that order, each once. Read as the first of a CROSS JOIN it is read as far as the page goes.

    The LIMIT, which is none, keeps SQLite from dropping the order; a test holds it to that.
    """
    way, compare = ("DESC", "<") if descending else ("ASC", ">")
    beyond = f" AND (acl.{column}, acl.record_id) {compare} (:sort, :number)" if from_key else ""
    once = "DISTINCT " if subjects[1] - subjects[0] == 1 else ""  # of several, the union holds each once
    arms = (
        f"SELECT {once}acl.{column} AS sort, acl.record_id AS id FROM {entity}_acl acl WHERE acl.subject = :s{place}"
        f" AND {_in_force(sight)}{_brought_by_documents(sight, entity)}{beyond}"
        for place in range(*subjects)
    )
    return f"{' UNION '.join(arms)} ORDER BY 1 {way}, 2 {way} LIMIT -1"


@lru_cache(maxsize=256)
def in_any_order(sight: Sight, entity: Entity, column: str = "created_at", beyond: str = "") -> str:
    """The same local ids, as the rights are found; `beyond` may bound the column of acl by a sign."""
    bound = f" AND (acl.{column}, acl.record_id) {beyond} (:sort, :number)" if beyond else ""
    return (
        f"SELECT DISTINCT acl.record_id AS id FROM {entity}_acl acl INDEXED BY {entity}_acl_by_{ORDERS[column]}"
        f" WHERE acl.subject IN ({_subjects(sight)})"
        f" AND {_in_force(sight)}{_brought_by_documents(sight, entity)}{bound}"
    )


ORDERS: Final = {"sort_key": "name", "updated_at": "updated", "created_at": "created"}
"""What the index of each column is called by."""


def sees_few(store: Store, sight: Sight, entity: Entity, bound: dict[str, Any]) -> bool:
    """Whether the viewer has few rights to records of the kind, and no other way to them; some 0.2 ms where not."""
    if sight.way(entity) != "listed":
        return False
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {entity}_acl WHERE subject IN ({_subjects(sight)}) LIMIT {FEW + 1})"
    ((found,),) = store.fetch(sql, bound)
    return bool(found <= FEW)


def _brought_by_documents(sight: Sight, entity: Entity) -> str:
    """Who may see no document at all sees nothing through one."""
    return DIRECT if entity == "profile" and sight.documents == "none" else ""


def _in_force(sight: Sight) -> str:
    return f"acl.condition_id IN ({_conditions(sight)}) AND acl.valid_from <= :now AND acl.valid_until > :now"


def _subjects(sight: Sight) -> str:
    return ", ".join(f":s{place}" for place in range(sight.subjects))


def _conditions(sight: Sight) -> str:
    return ", ".join(f":c{place}" for place in range(sight.conditions))
