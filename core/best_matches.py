"""Search over names, titles and everything else, the best matches first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from core import search
from core.fields import Entity
from core.reads import COLUMNS, ROWS
from core.records import TABLES
from core.store import Connection, Store
from core.values import COUNT_LIMIT, Hit

NAMES: Final[dict[Entity, str]] = {"profile": "name aliases", "document": "title"}
"""The columns of the index whose matches come before all others."""


def find(store: Store, text: str, entity: Entity | None, limit: int) -> list[Hit]:
    """Up to `limit` hits of each entity: where the name or title holds the words, then where anything does."""
    expression = search.match_expression(text)
    if not expression:
        return []
    with store.read() as db:
        return [
            Hit(known, ROWS[known](*row), _excerpt(db, known, row[-1], text))
            for known in search.WEIGHTS
            if entity in (None, known)
            for row in _rows(db, known, expression, limit)
        ]


def _rows(db: Connection, entity: Entity, expression: str, limit: int) -> Iterator[tuple[Any, ...]]:
    seen: set[int] = set()
    for scope in (f"{{{NAMES[entity]}}} : ({expression})", expression):
        for row in _matches(db, entity, scope, limit):
            if len(seen) < limit and row[-1] not in seen:
                seen.add(row[-1])
                yield row
        if len(seen) == limit:
            return


def _matches(db: Connection, entity: Entity, expression: str, limit: int) -> list[tuple[Any, ...]]:
    """By rank where up to COUNT_LIMIT records match, because ranking reads them all; otherwise the newest first."""
    table = f"{entity}_search"
    (found,) = db.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {table} MATCH ? LIMIT {COUNT_LIMIT + 1})", (expression,)
    ).fetchone()
    order = f"bm25({table}, {search.WEIGHTS[entity]})" if found <= COUNT_LIMIT else f"{table}.rowid DESC"
    rows: list[tuple[Any, ...]] = db.execute(
        f"SELECT {COLUMNS[entity]}, t.id, t.id FROM {table} JOIN {TABLES[entity]} t ON t.id = {table}.rowid"
        f" WHERE {table} MATCH ? ORDER BY {order} LIMIT {limit:d}",
        (expression,),
    ).fetchall()
    return rows


def _excerpt(db: Connection, entity: Entity, id: int, text: str) -> str:
    if entity != "document":
        return ""
    body = db.execute("SELECT b.text FROM document d JOIN body b ON b.id = d.text_id WHERE d.id = ?", (id,)).fetchone()
    return search.excerpt(body[0], text) if body else ""
