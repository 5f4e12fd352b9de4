"""`list` of every noun: pages of one query, one line a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, NamedTuple

import msgspec
import typer

from core.cli.command import Session
from core.cli.numbers import LARGEST
from core.cli.objects import row_object
from core.rows import Page
from core.values import Query
from core.workspace import PAGE

DEFAULT_LIMIT = 100  # rows


class Column(NamedTuple):
    heading: str
    cell: Callable[[Any], str]  # of a row


class Order(StrEnum):
    name = "name"
    updated = "updated"
    created = "created"


Text = Annotated[str, typer.Option("--text", help="Only those that hold these words; the last may be a beginning.")]
Type = Annotated[str, typer.Option("--type", help="Only with a link of this relationship type.")]
Sort = Annotated[Order, typer.Option("--sort", help="Names from A, times from the latest.")]
Reverse = Annotated[bool, typer.Option("--reverse", help="Turn the order round.")]
Trash = Annotated[bool, typer.Option("--trash", help="List what was deleted instead.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=LARGEST, help="At most so many rows.")]
All = Annotated[bool, typer.Option("--all", help="All rows, however many.")]


def list_rows(
    session: Session,
    query: Query,
    columns: Sequence[Column],
    limit: int | None,
    known: Mapping[str, str] | None = None,
    nothing: str = "",
) -> None:
    """Writes up to `limit` rows (None: all), and says on stderr where there are more, or `nothing` where there is none.
    `known` are values of the rows that the query has named, which a page therefore leaves out.
    """
    out = session.out
    table = out.table([column.heading for column in columns])
    shown = 0
    for page in _pages(session, query, limit):
        rows = [msgspec.structs.replace(row, **known) for row in page.rows] if known else page.rows
        shown += len(rows)
        if out.json:
            for row in rows:
                out.object(row_object(query.entity, row))
        else:
            table.rows([column.cell(row) for column in columns] for row in rows)
    if not shown and nothing:
        out.note(nothing)
    elif not shown:
        out.note(f"no {query.entity} fits" if query != Query(entity=query.entity) else f"no {query.entity} yet")
    elif shown == limit:
        count = session.workspace.count(query)
        if not count.exact or count.value > shown:
            out.note(f"{shown:,} of {count} shown; --limit N or --all shows more")


def _pages(session: Session, query: Query, limit: int | None) -> Iterator[Page]:
    key, left = None, limit
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        page = session.workspace.page(query, key=key, limit=size)
        yield page
        if len(page.rows) < size:
            return
        key = page.last
        left = None if left is None else left - size
