"""Where else the store holds a name, an address or a number, as it is written: in other records, the log and the audit.

The whole store is looked through, which takes a second for some 100 MB of texts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from core.field_kinds import Kind
from core.fields import FIELDS, Entity
from core.reading import Reading
from core.records import COLUMNS, TABLES
from core.store import Connection

SHORTEST: Final = 3  # characters; what is shorter stands by chance in anything
SHOWN: Final = 3  # titles that a line names
HOLDING_TEXT: Final[frozenset[Kind]] = frozenset({"line", "text", "set", "list", "map", "contents"})
BODY: Final = "(SELECT text FROM body WHERE body.id = t.text_id)"


def find(reading: Reading, texts: Collection[str], without: Mapping[Entity, Sequence[int]]) -> list[str]:
    """A line for each kind of place, with how many there are, but for the records `without`, by local id.

    What the viewer may not see, or only in part, is not told of; the log, the audit and what this place remembers only
    to who sees everything.
    """
    texts = _as_written(texts)
    if not texts:
        return []
    lines = []
    for entity in FIELDS:
        ids = [id for id in _records(reading.db, entity, texts) if id not in without.get(entity, ())]
        seen = sorted(reading.seen(entity, ids))
        if shown := [id for id in seen if not reading.kept_from(entity, id)]:
            titles = [name.title for name in reading.names(entity, shown[:SHOWN]).values()]
            more = ", ..." if len(shown) > SHOWN else ""
            lines.append(f"{_many(len(shown), entity)}: {', '.join(titles)}{more}")
    return lines + (list(_elsewhere(reading.db, texts, without)) if reading.viewer.unrestricted else [])


def _as_written(texts: Collection[str]) -> list[str]:
    """As they stand in a column, and where that differs in one that holds JSON."""
    long = [text for text in texts if len(text) >= SHORTEST]
    return list(dict.fromkeys(form for text in long for form in (text, msgspec.json.encode(text).decode()[1:-1])))


def _records(db: Connection, entity: Entity, texts: Sequence[str]) -> list[int]:
    columns = ", ".join(
        BODY if name == "text" else f"t.{COLUMNS.get(name, name)}"
        for name, field in FIELDS[entity].items()
        if field.kind in HOLDING_TEXT
    )
    if not columns:
        return []
    sql = f"SELECT id FROM {TABLES[entity]} t WHERE {_holds(f'concat_ws(char(10), {columns})', texts)}"
    return [id for (id,) in db.execute(sql, texts)]


def _elsewhere(db: Connection, texts: Sequence[str], without: Mapping[Entity, Sequence[int]]) -> Iterator[str]:
    own = {(entity, id) for entity, ids in without.items() for id in ids}
    logged = db.execute(
        f"SELECT entity, record_id FROM change WHERE {_holds('before || after || taken', texts)}", texts
    ).fetchall()
    if changes := sum(record not in own for record in logged):
        yield f"{_many(changes, 'change')} in the history of other records"
    for what, table, column, where in PLACES:
        sql = f"SELECT count(*) FROM {table} WHERE {where} AND {_holds(column, texts)}"
        if found := _count(db, sql, texts):
            yield _many(found, what)


PLACES: Final = (
    ("former text of a document", "body", "text", "id NOT IN (SELECT text_id FROM document WHERE text_id NOTNULL)"),
    ("request, in its reason or by who made it", "request", "concat_ws(char(10), actor, reason)", "true"),
    ("entry of the audit, which cannot be changed", "audit", "body", "true"),
    ("draft", "memory", "value", "instr(key, 'draft:')"),
)


def _holds(column: str, texts: Sequence[str]) -> str:
    return f"({' OR '.join(f'instr({column}, ?{number})' for number in range(1, len(texts) + 1))})"


def _count(db: Connection, sql: str, parameters: Sequence[Any]) -> int:
    return int(db.execute(sql, parameters).fetchone()[0])


def _many(count: int, what: str) -> str:
    """1 document, 2 entries of the audit."""
    if count == 1:
        return f"1 {what}"
    first, space, rest = what.partition(" of ") if " of " in what else what.partition(",")
    plural = f"{first[:-1]}ies" if first.endswith("ry") else f"{first}s"
    return f"{count:,} {plural}{space}{rest}"
