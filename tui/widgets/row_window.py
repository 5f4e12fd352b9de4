"""The rows of a query that are near the eye: pages read by keyset, found by index, the oldest forgotten.

A page holds the rows `[number * PAGE, (number + 1) * PAGE)`. Of each page that was met the keys of its first and
last row are kept, so that its neighbours are one keyset hop away; a page far from all of them is reached by an
offset from the nearest known place: a met page, the start or the end.

Rows come and go meanwhile. A page that no longer fits the one after it makes the window forget what lies beyond
the seam, and a read that was planned before that is dropped.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from threading import Lock
from typing import NamedTuple

from core.rows import Row, key_of
from core.values import Count, Key, Query, RecordId
from core.workspace import PAGE, Workspace

KEPT = 20  # pages


class Edges(NamedTuple):
    first: Key
    last: Key


class Plan(NamedTuple):
    """How to read a page: `limit` rows, `offset` rows away from `key`."""

    page: int
    generation: int
    key: Key | None
    backwards: bool
    offset: int
    limit: int


class RowWindow:
    """Rows by index. Methods that block say so and run in any thread; the others only look."""

    def __init__(self, workspace: Workspace, query: Query) -> None:
        self.workspace = workspace
        self.query = query
        self.generation = 0
        self.length = 0
        self.exact = False
        self._pages: OrderedDict[int, list[Row]] = OrderedDict()
        self._edges: dict[int, Edges] = {}
        self._places: dict[RecordId, int] = {}
        self._lock = Lock()

    @property
    def count(self) -> Count:
        """How many rows there are, as far as is known."""
        return Count(self.length, self.exact)

    def row(self, index: int) -> Row | None:
        """The row; None where it is not loaded, or where there is none."""
        number, offset = divmod(index, PAGE)
        rows = self._pages.get(number)
        return rows[offset] if rows is not None and offset < len(rows) else None

    def index_of(self, id: RecordId) -> int | None:
        """Where a loaded record stands."""
        return self._places.get(id)

    def wanted(self, first: int, last: int, direction: int = 1) -> int | None:
        """An index that ought to be loaded when the rows first..last are shown and the eye travels that way."""
        last = min(last, self.length - 1)
        if last < first:
            return None
        with self._lock:
            for number in range(first // PAGE, last // PAGE + 1):
                if number not in self._pages:
                    return number * PAGE
                self._pages.move_to_end(number)
        near = last + PAGE // 2 if direction > 0 else first - PAGE // 2
        number = near // PAGE
        if number in self._pages or near < 0 or (self.exact and number * PAGE >= self.length):
            return None
        return number * PAGE

    def replace(self, row: Row) -> None:
        """Shows this row in place of the loaded one with the same id."""
        with self._lock:
            index = self._places.get(row.id)
            if index is not None:
                self._pages[index // PAGE][index % PAGE] = row

    def loaded(self) -> Iterator[Row]:
        """All rows at hand, in no order."""
        with self._lock:
            pages = list(self._pages.values())
        for rows in pages:
            yield from rows

    # --- blocking ----------------------------------------------------------------------------------

    def open(self, cursor: RecordId | None = None, near: int = 0) -> int:
        """Counts the rows and loads the page of the cursor's record, or of the index `near` without one.

        Returns the index it stands at (0 in an empty list). Blocks; raises what Workspace.count and page raise.
        """
        self._recount()
        index = self.find(cursor) if cursor is not None else None
        index = max(0, min(near if index is None else index, self.length - 1))
        self.load(index)
        return max(0, min(index, self.length - 1))

    def load(self, index: int) -> bool:
        """Reads the page of this index; False when the window changed under it and the rows were dropped. Blocks."""
        number = index // PAGE
        with self._lock:
            plan = self._plan(number)
        rows = self.workspace.page(
            self.query, key=plan.key, backwards=plan.backwards, offset=plan.offset, limit=plan.limit
        ).rows
        with self._lock:
            if plan.generation != self.generation:
                return False
            if self._take(plan, rows):
                return True
        self._recount()
        return self._start_again(number)

    def load_end(self) -> int:
        """Loads the last page and learns the length; returns the last index (-1 in an empty list). Blocks."""
        if not self.exact:
            rows = self.workspace.page(self.query, backwards=True, limit=1).rows
            before = self.workspace.rank(self.query, rows[0].id) if rows else None
            with self._lock:
                self.length = 0 if before is None else before + 1
                self.exact = True
        if self.length:
            self.load(self.length - 1)
        return self.length - 1

    def load_percent(self, percent: int) -> int:
        """Loads the row that has this part of all rows before it; returns its index. Blocks."""
        last = self.length - 1 if self.exact else self.load_end()
        index = max(0, min(self.length * percent // 100, last))
        self.load(index)
        return index

    def find(self, id: RecordId) -> int | None:
        """Where a record stands, loaded or not; None when the query does not hold it. Blocks, costs a count."""
        index = self.index_of(id)
        return self.workspace.rank(self.query, id) if index is None else index

    def between(self, first: int, last: int) -> list[Row]:
        """The rows first..last, read page by page where they are not loaded. Blocks."""
        found: list[Row] = []
        for index in range(first, last + 1):
            if self.row(index) is None and (index % PAGE == 0 or index == first):
                self.load(index)
            if (row := self.row(index)) is not None:
                found.append(row)
        return found

    # --- inside: under the lock, down to _forget_after ------------------------------------------------------

    def _plan(self, number: int) -> Plan:
        """The cheapest way to a page: the least offset from a place whose key is known."""
        ways: list[tuple[int, bool, Key | None]] = [(number * PAGE, False, None)]
        if number - 1 in self._edges:
            ways.append((0, False, self._edges[number - 1].last))
        elif number + 1 in self._edges:
            ways.append((0, True, self._edges[number + 1].first))
        else:
            below = max((known for known in self._edges if known < number), default=None)
            above = min((known for known in self._edges if known > number), default=None)
            if below is not None:
                ways.append(((number - below - 1) * PAGE, False, self._edges[below].last))
            if above is not None:
                ways.append(((above - number - 1) * PAGE, True, self._edges[above].first))
        limit = PAGE
        if self.exact and number * PAGE < self.length:
            ways.append((max(0, self.length - (number + 1) * PAGE), True, None))
        offset, backwards, key = min(ways, key=lambda way: way[:2])
        if backwards and key is None:
            limit = min(PAGE, self.length - number * PAGE)
        return Plan(number, self.generation, key, backwards, offset, limit if backwards else limit + 1)

    def _take(self, plan: Plan, rows: list[Row]) -> bool:
        """Puts a page in its place; False when rows are missing that the length promised."""
        number, start = plan.page, plan.page * PAGE
        if plan.backwards:
            if len(rows) < plan.limit:
                return False
        elif len(rows) > PAGE:
            self._grow(start + PAGE + 1)
            beyond = self._edges.get(number + 1)
            if beyond is not None and beyond.first != key_of(rows[PAGE]):
                self._forget_after(number)
            rows = rows[:PAGE]
        elif rows or plan.offset == 0:
            self._forget_after(number)
            self.length, self.exact = start + len(rows), True
        else:
            return False
        self._keep(number, rows)
        return True

    def _keep(self, number: int, rows: list[Row]) -> None:
        self._drop(number)
        if not rows:
            self._edges.pop(number, None)
            return
        self._pages[number] = rows
        self._edges[number] = Edges(key_of(rows[0]), key_of(rows[-1]))
        self._places.update((row.id, number * PAGE + offset) for offset, row in enumerate(rows))
        if len(self._pages) > KEPT:
            self._drop(next(iter(self._pages)))

    def _drop(self, number: int) -> None:
        for row in self._pages.pop(number, ()):
            if self._places.get(row.id, -1) // PAGE == number:
                del self._places[row.id]

    def _grow(self, length: int) -> None:
        if length > self.length:
            self.length, self.exact = length, False

    def _forget_after(self, number: int) -> None:
        beyond = [known for known in self._edges if known > number]
        for known in beyond:
            del self._edges[known]
            self._drop(known)
        if beyond:
            self.generation += 1

    def _recount(self) -> None:
        count = self.workspace.count(self.query)
        with self._lock:
            self.length, self.exact = count.value, count.exact

    def _start_again(self, number: int) -> bool:
        """Rows before this page went: forgets all, and reads the page (the last one, if it went too) by offset."""
        with self._lock:
            self._edges.clear()
            for known in list(self._pages):
                self._drop(known)
            self.generation += 1
            generation, exact, length = self.generation, self.exact, self.length
        if exact and number * PAGE >= length:
            number = max(0, length - 1) // PAGE
        rows = self.workspace.page(self.query, offset=number * PAGE, limit=PAGE + 1).rows
        with self._lock:
            if generation != self.generation:
                return False
            return self._take(Plan(number, generation, None, False, number * PAGE, PAGE + 1), rows)


class Opening(NamedTuple):
    """A query that is being read, and where the cursor shall stand in it."""

    window: RowWindow
    cursor: RecordId | None = None
    near: int = 0  # the index, where the query does not hold that record
    again: bool = False  # the same query as before
