"""Keyset pages, look-ups and counts.

A page is one statement: the rows after a key in an order that an index holds, so it costs the same in a large store as
in a small one. What it asks is decided in core.list_plans and written in core.list_sql.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any, Final

from core import access, visibility
from core.list_plans import leads_to_links, of_seen_documents, plan, refuse_unknown, total_sql, type_id, type_of_link
from core.list_sql import ROWS, Shape, count_sql, key_sql, page_sql, rank_sql
from core.rows import Group, Page, Row, TypeRow, key_of
from core.store import Store
from core.values import COUNT_LIMIT, Count, Key, Query, RecordId, Ref
from core.viewer import Viewer
from core.visibility import ARMS

WHOLE: Final = 200
"""Up to so many matches of typed words are read whole and put in the order asked for."""


def page(store: Store, viewer: Viewer, query: Query, key: Key | None, backwards: bool, offset: int, limit: int) -> Page:
    shape, bound = plan(store, viewer, query)
    if shape.words and (key is None or isinstance(key[0], tuple)):
        found = _fetch(store, shape, bound, None, False, 0, WHOLE + 1)
        if len(found) <= WHOLE:
            return Page(_slice(_sorted(shape, found), key, backwards, offset, limit))
        if key is None and not backwards and not offset and limit <= WHOLE:
            return Page([ROWS[shape.entity](*row) for row in found[:limit]])
    rows = _rows(store, shape, bound, key, backwards, offset, limit)
    if not rows and key is None:
        refuse_unknown(store, viewer, query)
    return Page(rows)


def count(store: Store, viewer: Viewer, query: Query) -> Count:
    total = total_sql(viewer, query)
    if total is not None:
        rows = store.fetch(total, {"type": query.type})
        if query.type and not rows:
            type_id(store, query.type)
        return Count(rows[0][0] if rows else 0)
    shape, bound = plan(store, viewer, query, ordered=False)
    ((found,),) = store.fetch(count_sql(shape), bound)
    if not found:
        refuse_unknown(store, viewer, query)
    return Count(min(found, COUNT_LIMIT), found <= COUNT_LIMIT)


def rank(store: Store, viewer: Viewer, query: Query, id: RecordId) -> int | None:
    shape, bound = plan(store, viewer, query)
    if shape.words:
        matches = _fetch(store, shape, bound, None, False, 0, WHOLE + 1)
        if len(matches) <= WHOLE:
            return next((index for index, row in enumerate(_sorted(shape, matches)) if row.id == id), None)
    found = store.fetch(key_sql(shape), bound | {"uid": id})
    if not found:
        return None
    ((before,),) = store.fetch(rank_sql(shape), bound | {"sort": found[0][0], "number": found[0][1]})
    return int(before)


def groups(store: Store, viewer: Viewer, ref: Ref) -> list[Group]:
    """Served by link_of_profile_by_type, or by link_of_document."""
    with store.read() as db:
        id = access.see(db, viewer, ref)
    sight = visibility.sight_of(viewer)
    bound = visibility.parameters(viewer) | {"id": id, ref.entity: ref.id}
    end = f"l.{ref.entity}_id"
    type = type_of_link("l", f"{ref.entity}_id")
    seen = visibility.sees_link(sight, "l", living=True, known=(ref.entity,))
    if ref.entity == "profile" and leads_to_links(store, sight, (ref.entity,), bound):
        end, type, seen = f"+{end}", f"+{type}", (of_seen_documents(sight, "l"), *seen)
    sql = GROUPS.format(
        end=end, type=type, seen="".join(f" AND {condition}" for condition in seen), limit=COUNT_LIMIT + 1
    )
    counts = dict(store.fetch(sql, bound))
    return [
        Group(type, Count(min(counts[type.number], COUNT_LIMIT), counts[type.number] <= COUNT_LIMIT))
        for type in types(store, viewer)
        if counts.get(type.number)
    ]


GROUPS: Final = """
SELECT t.id, (SELECT count(*) FROM (
    SELECT 1 FROM link l WHERE {end} = :id AND {type} = t.id AND l.deleted_at IS NULL{seen} LIMIT {limit}
)) FROM relationship_type t WHERE t.deleted_at IS NULL
"""


def types(store: Store, viewer: Viewer) -> list[TypeRow]:
    return page(store, viewer, Query(entity="type"), None, False, 0, 10_000).rows


# --- rows of typed words ----------------------------------------------------------------------------------


def _sorted(shape: Shape, found: list[tuple[Any, ...]]) -> list[Row]:
    """The few matches in the order asked for. A key of theirs is a tuple, which tells it from one of many matches."""
    found.sort(key=itemgetter(-2, -1), reverse=shape.newest_first)
    make = ROWS[shape.entity]
    return [make(*row[:-2], (shape.newest_first, row[-2]), row[-1]) for row in found]


def _slice(rows: list[Row], key: Key | None, backwards: bool, offset: int, limit: int) -> list[Row]:
    if key is not None:
        descending = key[0][0] != backwards
        rows = [row for row in rows if (key_of(row) < key if descending else key_of(row) > key)]
    if backwards:
        return rows[max(0, len(rows) - offset - limit) : len(rows) - offset]
    return rows[offset : offset + limit]


# --- rows by statement ------------------------------------------------------------------------------------


def _rows(
    store: Store, shape: Shape, bound: dict[str, Any], key: Key | None, backwards: bool, offset: int, limit: int
) -> list[Row]:
    make = ROWS[shape.entity]
    rows = [make(*row) for row in _fetch(store, shape, bound, key, backwards, offset, limit)]
    if backwards:
        rows.reverse()
    return rows


def _fetch(
    store: Store, shape: Shape, bound: dict[str, Any], key: Key | None, backwards: bool, offset: int, limit: int
) -> list[tuple[Any, ...]]:
    if offset:
        bound["offset"] = offset
    if key is not None:
        bound["sort"], bound["number"] = key
    if shape.by_rights and shape.sight.subjects > ARMS:
        return _merged(store, shape, bound, key, backwards, offset, limit)
    sql = page_sql(shape, key is not None, backwards, offset > 0, limit, (0, shape.sight.subjects))
    return store.fetch(sql, bound)


def _merged(
    store: Store, shape: Shape, bound: dict[str, Any], key: Key | None, backwards: bool, offset: int, limit: int
) -> list[tuple[Any, ...]]:
    """Of more subjects than a statement takes: the beginnings of several ones, put in order here."""
    subjects = shape.sight.subjects
    found: dict[int, tuple[Any, ...]] = {}
    for first in range(0, subjects, ARMS):
        part = (first, min(first + ARMS, subjects))
        rows = store.fetch(page_sql(shape, key is not None, backwards, False, offset + limit, part), bound)
        found |= {row[-1]: row for row in rows}
    ordered = sorted(found.values(), key=itemgetter(-2, -1), reverse=shape.newest_first != backwards)
    return ordered[offset : offset + limit]
