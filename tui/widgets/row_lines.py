"""Rows as lines: the text of a row is made once, and kept for as long as the row and the width stay."""

from __future__ import annotations

from core.rows import Row
from core.values import Query, RecordId
from tui.widgets.columns import Columns, header_text, lay_out, row_text
from tui.widgets.row_changes import filters
from tui.widgets.screen_lines import Line

GLYPHS = 3  # cells before the text: the mark, what changed, a blank
TEXTS = 2_000  # kept


class RowLines:
    """Lines of one set of columns, `width` cells wide."""

    def __init__(self, columns: Columns, width: int = 0) -> None:
        self._layout = lay_out(columns, max(1, width - GLYPHS))
        self._texts: dict[RecordId, tuple[Row, str]] = {}

    def header(self) -> Line:
        return Line(" " * GLYPHS, header_text(self._layout), "header")

    def row(self, row: Row | None, glyphs: str, look: str) -> Line:
        """The line of a row, or of one that is not read yet."""
        if row is None:
            return Line(" " * GLYPHS, "···", look or "dim")
        known = self._texts.get(row.id)
        if known is None or known[0] is not row:
            if len(self._texts) >= TEXTS:
                self._texts.clear()
            known = self._texts[row.id] = (row, row_text(self._layout, row))
        return Line(glyphs, known[1], look)


def empty_line(query: Query) -> Line:
    """What an empty list says."""
    if query.entity == "conflict":
        return Line(" " * GLYPHS, "No conflict is open: nothing waits to be settled.", "dim")
    text = f"No {query.entity} matches." if filters(query) else f"There is no {query.entity} yet."
    return Line(" " * GLYPHS, "The trash is empty." if query.trash and not filters(query) else text, "dim")
