"""The columns of each list, and how they share the width there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from rich.cells import cell_len, chop_cells

from core.rows import DocumentRow, LinkRow, Row
from tui.safe_text import safe_text


class Column(NamedTuple):
    """One column. The least important, of the highest `rank`, is the first to go where the list is narrow."""

    title: str
    width: int  # cells; with `flex`, at least
    value: Callable[[Any], str]
    flex: int = 0  # share of the cells left over
    rank: int = 0


Columns = tuple[Column, ...]
GAP = 2  # cells between columns


@lru_cache(64)
def lay_out(columns: Columns, width: int) -> tuple[tuple[Column, int], ...]:
    """The columns that fit into `width` cells, in their order, each with its cells."""
    kept = list(columns)
    while len(kept) > 1 and sum(column.width for column in kept) + GAP * (len(kept) - 1) > width:
        kept.remove(max(kept, key=lambda column: column.rank))
    spare = width - sum(column.width for column in kept) - GAP * (len(kept) - 1)
    shares = sum(column.flex for column in kept)
    cells = []
    for column in kept:
        extra = spare * column.flex // shares if column.flex and spare > 0 else min(0, spare)
        spare, shares = spare - extra, shares - column.flex
        cells.append((column, max(0, column.width + extra)))
    return tuple(cells)


def row_text(layout: Sequence[tuple[Column, int]], row: Row) -> str:
    """A row as one safe line, as wide as the layout."""
    return (" " * GAP).join(fit(safe_text(column.value(row)), width) for column, width in layout)


def header_text(layout: Sequence[tuple[Column, int]]) -> str:
    return (" " * GAP).join(fit(column.title, width) for column, width in layout)


def fit(text: str, width: int) -> str:
    """The text in exactly `width` cells: filled with blanks, or cut with an ellipsis."""
    if text.isascii():
        return text.ljust(width) if len(text) <= width else text[: max(0, width - 1)] + "…"[:width]
    cells = cell_len(text)
    if cells > width:
        text = chop_cells(text, width - 1)[0] + "…" if width > 1 else "…"[:width]
        cells = cell_len(text)
    return text + " " * (width - cells)


@lru_cache(4096)
def _day(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
    except (ValueError, OverflowError, OSError):
        return "?"


def day(instant: int | None) -> str:
    """The day of an instant (microseconds), as 2026-03-01; "" for None."""
    return "" if instant is None else _day(instant // 86_400_000_000 * 86_400)


def _document_tags(row: DocumentRow) -> str:
    return ", ".join(row.tags) if row.tags_json != "[]" else ""


def _validity(row: LinkRow) -> str:
    if row.valid_from is None and row.valid_until is None:
        return ""
    return f"{day(row.valid_from)}..{day(row.valid_until)}"


def _position(row: LinkRow) -> str:
    return "" if row.position is None else str(row.position)


_CREATED = Column("Created", 10, lambda row: day(row.created_at), rank=4)
_UPDATED = Column("Updated", 10, lambda row: day(row.updated_at), rank=2)
_LINK_TYPE = Column("Relationship", 12, lambda row: row.type, flex=1, rank=1)
_LINK_DOCUMENT = Column("Document", 18, lambda row: row.document_title, flex=4)
_LINK_PROFILE = Column("Profile", 14, lambda row: row.profile_name, flex=2)
_LINK_VALIDITY = Column("Valid", 22, _validity, rank=6)
_LINK_POSITION = Column("No", 3, _position, rank=5)

PROFILE_COLUMNS: Columns = (
    Column("Name", 24, lambda row: row.name, flex=3),
    Column("Kind", 12, lambda row: row.kind, rank=1),
    Column("Email", 18, lambda row: row.email or "", flex=2, rank=3),
    _UPDATED,
)
DOCUMENT_COLUMNS: Columns = (
    Column("Title", 24, lambda row: row.title, flex=4),
    Column("Category", 12, lambda row: row.category, flex=1, rank=1),
    Column("Tags", 14, _document_tags, flex=1, rank=3),
    _UPDATED,
)
LINK_COLUMNS: Columns = (_LINK_DOCUMENT, _LINK_TYPE, _LINK_PROFILE, _LINK_VALIDITY, _CREATED)
PROFILE_LINK_COLUMNS: Columns = (_LINK_DOCUMENT, _LINK_TYPE, _LINK_VALIDITY, _CREATED)
DOCUMENT_LINK_COLUMNS: Columns = (_LINK_POSITION, _LINK_PROFILE, _LINK_TYPE, _LINK_VALIDITY)
TYPE_COLUMNS: Columns = (
    Column("Name", 16, lambda row: row.name, flex=1),
    Column("Inverse", 16, lambda row: row.inverse, flex=1),
)
