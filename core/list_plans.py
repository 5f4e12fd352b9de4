"""From a query, and who asks, to the shape of its statement: which conditions, and what leads.

A filter without an index for the order asked for is either narrow (up to COUNT_LIMIT records: they are looked up and
sorted) or wide (the order is walked and every so many rows fit). So it is with what a viewer sees: one with few rights
is looked up from these, for others the records are walked and each is asked about (core.visibility).
"""

from __future__ import annotations

from typing import Any, Final

from core import access, search, visibility
from core.errors import Invalid, NotFound
from core.fields import Entity
from core.list_sql import Shape
from core.records import TABLES
from core.rights import has
from core.store import Store
from core.subjects import NUMBERS, PLACES
from core.values import COUNT_LIMIT, Query, Ref
from core.viewer import Viewer
from core.visibility import Sight, sees, sees_few, sees_link, sees_of_few

ORDERS: Final[dict[Entity, dict[str, tuple[str, bool]]]] = {
    entity: {
        "name": ("t.sort_key", False),
        "updated": ("t.updated_at", True),
        "created": ("t.created_at", True),
    }
    for entity in ("profile", "document", "type", "account", "group", "role", "mark", "retention")
} | {
    "grant": {"name": ("t.created_at", True)},
    "rule": {"name": ("t.position", False)},
    "conflict": {"name": ("t.created_at", True)},
}
INDEXED_BY_NAME: Final[dict[Entity, str]] = {"profile": "kind", "document": "category"}
"""The field of an entity whose records an index holds by name."""

Parameters = dict[str, Any]


def plan(store: Store, viewer: Viewer, query: Query, *, ordered: bool = True) -> tuple[Shape, Parameters]:
    """The shape, and what its conditions name; one that is not `ordered` is for counting alone.

    Raises NotFound for a type that there is not, and for a record that the query names and the viewer does not see.

    To a viewer who sees all records it is left to `refuse_unknown` to say so, once nothing is found.
    """
    sight = visibility.sight_of(viewer)
    bound = visibility.parameters(viewer)
    if not viewer.unrestricted:
        refuse_unknown(store, viewer, query)
    if query.entity == "link":
        return _plan_link(store, sight, query, bound, ordered=ordered)
    if query.entity in ("profile", "document"):
        return _plan_record(store, sight, query, bound)
    return _plan_other(store, viewer, query, bound)


def refuse_unknown(store: Store, viewer: Viewer, query: Query) -> None:
    """Raises NotFound for a record that the query names and the viewer does not see."""
    ends: dict[Entity, bytes | None] = {"profile": query.profile, "document": query.document}
    named = [Ref(entity, id) for entity, id in ends.items() if id is not None and query.entity == "link"]
    named += [ref for ref in (query.subject, query.target) if ref is not None and query.entity == "grant"]
    if named:
        with store.read() as db:
            for ref in named:
                access.see(db, viewer, ref)


def total_sql(viewer: Viewer, query: Query) -> str | None:
    """The statement for a total that is kept, if the query asks for one and the viewer sees all that it counts."""
    all_links = Query(entity="link", type=query.type, sort=query.sort, descending=query.descending)
    if query not in (Query(entity=query.entity, sort=query.sort, descending=query.descending), all_links):
        return None
    if not viewer.unrestricted and not _sees_all(viewer, query.entity):
        return None
    if query == all_links and query.type:
        return (
            "SELECT value FROM stat WHERE name ="
            " (SELECT 'links:' || id FROM relationship_type WHERE name = :type AND deleted_at IS NULL)"
        )
    return f"SELECT value FROM stat WHERE name = '{query.entity}s'"


def type_id(store: Store, name: str) -> int:
    """Raises NotFound."""
    found = store.fetch("SELECT id FROM relationship_type WHERE name = ? AND deleted_at IS NULL", (name,))
    if not found:
        raise NotFound(f'there is no relationship type "{name}"')
    return int(found[0][0])


def type_of_link(link: str, end: str) -> str:
    """Served by link_of_profile_by_type; for other ends the sign keeps link_by_type out, which would read far more."""
    return f"{'' if end == 'profile_id' else '+'}{link}.type_id"


def _sees_all(viewer: Viewer, entity: Entity) -> bool:
    sight = visibility.sight_of(viewer)
    if entity == "link":
        return not sees_link(sight, "t", living=True)
    if entity in ("profile", "document"):
        return not sees(sight, entity, "t.id")
    return not _seen_of_others(viewer, entity)


# --- profiles and documents -------------------------------------------------------------------------------


def _plan_record(store: Store, sight: Sight, query: Query, bound: Parameters) -> tuple[Shape, Parameters]:
    entity = query.entity
    column, newest_first = (
        ("t.deleted_at", True) if query.trash else ORDERS[entity].get(query.sort, ("t.sort_key", False))
    )
    descends = newest_first != query.descending
    where, narrow = _filters(store, sight, query, column, bound)
    if query.text.strip():
        return _plan_words(store, sight, query, Shape(entity, column, descends, tuple(where), sight=sight), bound)
    for candidates in narrow:
        limited = f"{candidates} LIMIT {COUNT_LIMIT + 1}"
        ((found,),) = store.fetch(f"SELECT count(*) FROM ({limited})", bound)
        if found <= COUNT_LIMIT:
            # The sign keeps the order's index out, so that the few candidates lead.
            where = [f"t.id IN ({candidates})", *where, *sees(sight, entity, "t.id")]
            return Shape(entity, f"+{column}", descends, tuple(where), sight=sight), bound
    if sight.way(entity) != "listed":
        return Shape(entity, column, descends, (*where, *sees(sight, entity, "t.id")), sight=sight), bound
    has_index = query.trash or (column == "t.sort_key" and bool(getattr(query, INDEXED_BY_NAME[entity])))
    few = has_index and sees_few(store, sight, entity, bound)
    if query.trash and few:
        where += sees_of_few(sight, entity, "t.id")
        return Shape(entity, f"+{column}", descends, tuple(where), sight=sight), bound
    if has_index and not few:
        return Shape(entity, column, descends, (*where, *sees(sight, entity, "t.id")), sight=sight), bound
    where += visibility.not_denied(sight, entity, "t.id")
    return Shape(entity, column, descends, tuple(where), sight=sight, by_rights=True), bound


def _filters(store: Store, sight: Sight, query: Query, column: str, bound: Parameters) -> tuple[list[str], list[str]]:
    """The conditions, and the statements for candidates that may be narrow."""
    entity = query.entity
    where = ["t.deleted_at IS NOT NULL" if query.trash else "t.deleted_at IS NULL"]
    narrow: list[str] = []
    name = INDEXED_BY_NAME[entity]
    if getattr(query, name):
        bound[name] = getattr(query, name)
        if column == "t.sort_key" or query.trash:
            where.append(f"t.{name} = :{name}")
        else:
            # The sign keeps that index out, since all of the kind or category would have to be sorted anew.
            where.append(f"+t.{name} = :{name}")
            narrow.append(f"SELECT id FROM {entity} WHERE {name} = :{name} AND deleted_at IS NULL")
    if query.tag and entity == "document" and query.trash:
        bound["tag"] = query.tag
        where.append(TAGGED)
    elif query.tag and entity == "document":
        bound["tag"] = query.tag
        where.append("EXISTS (SELECT 1 FROM document_tag g WHERE g.tag = :tag AND g.document_id = t.id)")
        narrow.append("SELECT document_id FROM document_tag WHERE tag = :tag")
    if query.type:
        bound["type"] = type_id(store, query.type)
        end = f"{entity}_id"
        of_type = f"{type_of_link('l', end)} = :type AND l.deleted_at IS NULL"
        seen = "".join(f" AND {condition}" for condition in sees_link(sight, "l", living=True, known=(entity,)))
        where.append(f"EXISTS (SELECT 1 FROM link l WHERE l.{end} = t.id AND {of_type}{seen})")
        narrow.append(f"SELECT l.{end} FROM link l WHERE l.type_id = :type AND l.deleted_at IS NULL")
    return where, narrow


def _plan_words(store: Store, sight: Sight, query: Query, shape: Shape, bound: Parameters) -> tuple[Shape, Parameters]:
    if query.trash:
        raise Invalid("the trash cannot be searched by words; list it, or restore first", "text")
    bound["text"] = search.match_expression(query.text)
    if not bound["text"]:
        return shape._replace(where=("0",), words=True), bound
    where = (f"{shape.entity}_search MATCH :text", *shape.where, *sees_match(store, sight, shape.entity, bound))
    return shape._replace(where=where, words=True), bound


def sees_match(store: Store, sight: Sight, entity: Entity, bound: Parameters) -> tuple[str, ...]:
    """Conditions that a match of words is seen; the sign keeps the index from being asked for each record seen."""
    seen = sees_of_few if sees_few(store, sight, entity, bound) else sees
    return seen(sight, entity, f"+{entity}_search.rowid")


# --- links ------------------------------------------------------------------------------------------------


def _plan_link(
    store: Store, sight: Sight, query: Query, bound: Parameters, *, ordered: bool
) -> tuple[Shape, Parameters]:
    where = ["t.deleted_at IS NOT NULL" if query.trash else "t.deleted_at IS NULL"]
    ends = tuple(end for end in ("document", "profile") if getattr(query, end) is not None)
    column, newest_first = "t.id", True
    if query.document is not None:
        column, newest_first = "t.position", False
    if query.profile is not None:
        column, newest_first = "t.created_at", True
    if query.trash:
        column, newest_first = "t.deleted_at", True
    for end in ends:
        bound[end] = getattr(query, end)
    if query.type:
        bound["type"] = type_id(store, query.type)
    by_rights = not ordered and not ends and not query.trash and _counted_by_rights(store, sight, query, bound)
    from_rights = not by_rights and "document" not in ends and leads_to_links(store, sight, ends, bound)
    plus = "+" if from_rights else ""  # keeps other indexes out
    if from_rights:
        where.append(of_seen_documents(sight, "t"))
        column = column if column == "t.id" else f"+{column}"
    where += [f"{plus}t.{end}_id = (SELECT id FROM {end} WHERE uid = :{end})" for end in ends]
    where += sees_link(sight, "t", living=not query.trash, known=ends)
    if query.type:
        has_index = not (from_rights or by_rights or ends == ("document",))
        where.append(f"{type_of_link('t', 'profile_id' if has_index else 'document_id')} = :type")
    where += _link_filters(query, bound)
    if query.text.strip():
        bound["text"] = search.match_expression(query.text)
        where.append(_links_of_words(store, sight, bound) if bound["text"] else "0")
    descends = newest_first != query.descending
    return Shape("link", column, descends, tuple(where), ends, sight=sight, by_rights=by_rights), bound


def _counted_by_rights(store: Store, sight: Sight, query: Query, bound: Parameters) -> bool:
    """Whether links are counted as the documents are seen, as each has some; not those of a rare type."""
    if sight.documents != "listed":
        return False
    if not query.type:
        return True
    found = store.fetch("SELECT value FROM stat WHERE name = 'links:' || :type", bound)
    return bool(found and found[0][0] > RARE)


RARE: Final = 20_000  # links of a type


def leads_to_links(store: Store, sight: Sight, ends: tuple[str, ...], bound: Parameters) -> bool:
    """Whether links are looked up from the few documents that are seen: not where one of few links is asked about.

    `bound` names the profile where that is an end.
    """
    if sight.documents != "listed" or ("profile" in ends and _has_few_links(store, bound)):
        return False
    return sees_few(store, sight, "document", bound)


def of_seen_documents(sight: Sight, link: str) -> str:
    rights = visibility.in_any_order(sight, "document")
    return f"{link}.id IN (SELECT seen.id FROM ({rights}) m CROSS JOIN link seen ON seen.document_id = m.id)"


def _has_few_links(store: Store, bound: Parameters) -> bool:
    of_profile = "profile_id = (SELECT id FROM profile WHERE uid = :profile) AND deleted_at IS NULL"
    sql = f"SELECT count(*) FROM (SELECT 1 FROM link WHERE {of_profile} LIMIT {COUNT_LIMIT + 1})"
    ((found,),) = store.fetch(sql, bound)
    return bool(found <= COUNT_LIMIT)


def _link_filters(query: Query, bound: Parameters) -> list[str]:
    where = []
    if query.valid_at is not None:
        where.append("(t.valid_from IS NULL OR t.valid_from <= :at) AND (t.valid_until IS NULL OR t.valid_until > :at)")
        bound["at"] = query.valid_at
    if query.category:
        where.append("t.category = :category")
        bound["category"] = query.category
    if query.tag:
        where.append(TAGGED)
        bound["tag"] = query.tag
    if query.kind:
        where.append("(SELECT kind FROM profile WHERE id = t.profile_id) = :kind")
        bound["kind"] = query.kind
    return where


TAGGED: Final = "EXISTS (SELECT 1 FROM json_each(t.tags) WHERE value = :tag)"


def _links_of_words(store: Store, sight: Sight, bound: Parameters) -> str:
    seen = {
        entity: "".join(f" AND {condition}" for condition in sees_match(store, sight, entity, bound))
        for entity in search.FIELDS
    }
    return LINKS_OF_WORDS.format(**seen)


LINKS_OF_WORDS: Final = """t.id IN (
    SELECT id FROM link WHERE document_id IN (
        SELECT rowid FROM document_search WHERE document_search MATCH :text{document} ORDER BY rowid DESC LIMIT 1000)
    UNION SELECT id FROM link WHERE deleted_at IS NULL AND profile_id IN (
        SELECT rowid FROM profile_search WHERE profile_search MATCH :text{profile} ORDER BY rowid DESC LIMIT 1000))"""


# --- all others -------------------------------------------------------------------------------------------


def _plan_other(store: Store, viewer: Viewer, query: Query, bound: Parameters) -> tuple[Shape, Parameters]:
    orders = ORDERS[query.entity]
    column, newest_first = ("t.deleted_at", True) if query.trash else orders.get(query.sort, orders["name"])
    where = ["t.deleted_at IS NOT NULL" if query.trash else "t.deleted_at IS NULL"]
    seen = _seen_of_others(viewer, query.entity)
    if query.entity == "grant":
        where += _grant_filters(query, bound)
        if seen and query.target is not None and _shares(store, viewer, query.target):
            seen = ()
    elif query.entity == "account":
        bound["me"] = viewer.identity.account
    sight = visibility.sight_of(viewer)
    return Shape(query.entity, column, newest_first != query.descending, (*where, *seen), sight=sight), bound


def _grant_filters(query: Query, bound: Parameters) -> list[str]:
    """Served by grant_of_subject and grant_on_record; the numbers are worked out here so that the indexes are used."""
    where = []
    if query.subject is not None:
        kind, bound["subject"] = query.subject
        local = f"(SELECT id FROM {TABLES[kind]} WHERE uid = :subject)"
        where.append(f"t.subject_code = {local} * {PLACES} + {NUMBERS[kind]}")
    if query.target is not None:
        kind, bound["target"] = query.target
        where.append(f"t.target_kind = '{kind}' AND t.record_id = (SELECT id FROM {TABLES[kind]} WHERE uid = :target)")
    return where


def _shares(store: Store, viewer: Viewer, ref: Ref) -> bool:
    with store.read() as db:
        return has(access.rights_on(db, viewer, ref.entity, access.see(db, viewer, ref)), "share")


def _seen_of_others(viewer: Viewer, entity: Entity) -> tuple[str, ...]:
    """Conditions that a record of a kind without rights of its own is seen."""
    if viewer.unrestricted or entity in ("type", "rule"):
        return ()
    if entity == "conflict":
        return _about_what_is_seen(visibility.sight_of(viewer))
    if has(viewer.area_rights("access"), "see"):
        return ()
    if entity == "account":
        return ("t.id = :me",)
    return (_on_what_is_shared(visibility.sight_of(viewer, "share")),) if entity == "grant" else ("0",)


def _about_what_is_seen(sight: Sight) -> tuple[str, ...]:
    """Conditions for conflicts, which are about a record each."""
    profile, document = (sees(sight, entity, "t.record_id") for entity in ("profile", "document"))
    link = sees_link(sight, "ends", living=False)
    if not (profile or document or link):
        return ()
    ends = " AND ".join(("ends.id = t.record_id", *link))
    return (
        f"CASE t.entity WHEN 'profile' THEN {' AND '.join(profile) or '1'}"
        f" WHEN 'document' THEN {' AND '.join(document) or '1'}"
        f" WHEN 'link' THEN EXISTS (SELECT 1 FROM link ends WHERE {ends}) ELSE 1 END",
    )


def _on_what_is_shared(sight: Sight) -> str:
    """A condition for grants; `sight` is that of the action to share."""
    profile, document = (visibility.may(sight, entity, "t.record_id", "share") for entity in ("profile", "document"))
    return f"CASE t.target_kind WHEN 'profile' THEN {profile} WHEN 'document' THEN {document} ELSE 0 END"
