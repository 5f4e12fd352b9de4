"""Search over names, titles and everything else, the best matches first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from core import search, visibility
from core.fields import Entity
from core.list_plans import sees_match
from core.list_sql import COLUMNS, ROWS
from core.records import TABLES
from core.rows import Hit
from core.store import Connection, Store
from core.values import COUNT_LIMIT
from core.viewer import Viewer

NAMES: Final[dict[Entity, str]] = {"profile": "name aliases", "document": "title"}
"""The columns of the index whose matches come before all others."""


def find(store: Store, viewer: Viewer, text: str, entity: Entity | None, limit: int) -> list[Hit]:
    """Up to `limit` hits of each entity: where the name or title holds the words, then where anything does."""
    expression = search.match_expression(text)
    if not expression:
        return []
    sight, bound = visibility.sight_of(viewer), visibility.parameters(viewer)
    seen = {known: sees_match(store, sight, known, bound) for known in search.WEIGHTS if entity in (None, known)}
    with store.read() as db:
        return [
            Hit(known, ROWS[known](*row), _excerpt(db, known, row[-1], text))
            for known, conditions in seen.items()
            for row in _rows(db, known, expression, limit, conditions, bound)
        ]


def _rows(
    db: Connection, entity: Entity, expression: str, limit: int, conditions: tuple[str, ...], bound: dict[str, Any]
) -> Iterator[tuple[Any, ...]]:
    seen: set[int] = set()
    in_all = _count(db, entity, conditions, bound | {"text": expression})
    if not in_all:
        return
    for scope in (f"{{{NAMES[entity]}}} : ({expression})", expression):
        matching = bound | {"text": scope}
        are_known = scope == expression or in_all <= COUNT_LIMIT
        found = in_all if are_known else _count(db, entity, conditions, matching)
        for row in _matches(db, entity, limit, conditions, matching, ranked=found <= COUNT_LIMIT):
            if len(seen) < limit and row[-1] not in seen:
                seen.add(row[-1])
                yield row
        if len(seen) == limit:
            return


def _count(db: Connection, entity: Entity, conditions: tuple[str, ...], bound: dict[str, Any]) -> int:
    """Up to one more than COUNT_LIMIT. Only so many are ranked, because ranking reads them all."""
    where = " AND ".join((f"{entity}_search MATCH :text", *conditions))
    sql = f"SELECT count(*) FROM (SELECT 1 FROM {entity}_search WHERE {where} LIMIT {COUNT_LIMIT + 1})"
    return int(db.execute(sql, bound).fetchone()[0])


def _matches(
    db: Connection, entity: Entity, limit: int, conditions: tuple[str, ...], bound: dict[str, Any], *, ranked: bool
) -> list[tuple[Any, ...]]:
    """The best first where they are ranked, otherwise the newest."""
    table = f"{entity}_search"
    where = " AND ".join((f"{table} MATCH :text", *conditions))
    order = f"bm25({table}, {search.WEIGHTS[entity]})" if ranked else f"{table}.rowid DESC"
    rows: list[tuple[Any, ...]] = db.execute(
        f"SELECT {COLUMNS[entity]}, t.id, t.id FROM {table} JOIN {TABLES[entity]} t ON t.id = {table}.rowid"
        f" WHERE {where} ORDER BY {order} LIMIT {limit:d}",
        bound,
    ).fetchall()
    return rows


def _excerpt(db: Connection, entity: Entity, id: int, text: str) -> str:
    """A line around the first match; none of what is confidential, which no index holds either."""
    if entity != "document":
        return ""
    sql = "SELECT b.text FROM document d JOIN body b ON b.id = d.text_id WHERE d.id = ? AND d.confidential = 'no'"
    body = db.execute(sql, (id,)).fetchone()
    return search.excerpt(body[0], text) if body else ""
