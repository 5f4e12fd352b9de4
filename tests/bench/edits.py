"""A single edit, against raw statements for the rows that it stores, on a copy of the same file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.fields import Entity
from core.search import put_in_index
from core.values import Query, RecordId, Ref
from core.workspace import Workspace, open_workspace
from core.write_values import Edit
from tests.bench.runner import Row, compare
from tests.bench.stores import ACTOR, copy_of, raw_writer

EDITED: tuple[tuple[Entity, str], ...] = (("profile", "notes"), ("document", "title"), ("link", "note"))
RECORDS = 100


def single_edits(store: Path, runs: int) -> Iterator[Row]:
    with TemporaryDirectory(dir=store.parent) as folder:
        workspace = open_workspace(str(copy_of(store, Path(folder), "ours.db")), ACTOR)
        db = raw_writer(copy_of(store, Path(folder), "raw.db"))
        for entity, field in EDITED:
            ids = [row.id for row in workspace.page(Query(entity=entity), limit=RECORDS).rows]
            yield compare(
                f"edit of a {entity}'s {field} with its change",
                edits_of(workspace, entity, field, ids),
                _raw(db, workspace, entity, field, ids),
                runs=runs,
                at_most=3,
            )
        workspace.close()
        db.close()


def edits_of(workspace: Workspace, entity: Entity, field: str, ids: list[RecordId]) -> Callable[[], object]:
    """Edits the records in turn."""
    numbers = count()

    def edit() -> None:
        number = next(numbers)
        workspace.write([Edit(Ref(entity, ids[number % RECORDS]), {field: f"Something new {number}"})])

    return edit


def _raw(db: Any, workspace: Workspace, entity: Entity, field: str, ids: list[RecordId]) -> Callable[[], object]:
    """The row and its sort key, its place in the search index, the request, the change and what the audit says of it,
    whose hashes are not worked out."""
    numbers = count()
    rows = dict(db.execute(f"SELECT uid, id FROM {entity}").fetchall())
    fields = {id: workspace.get(Ref(entity, id)).fields for id in ids}
    sorted_by = ", sort_key = :sort" if field == "title" else ""
    update = (
        f"UPDATE {entity} SET {field} = :value{sorted_by}, revision = revision + 1, version = :number,"
        " updated_at = updated_at + 1 WHERE id = :id"
    )

    def edit() -> None:
        number = next(numbers)
        id, value = ids[number % RECORDS], f"Something new {number}"
        values = {"value": value, "number": number, "id": rows[id]}
        if sorted_by:
            values["sort"] = value.lower()
        db.execute("BEGIN IMMEDIATE")
        db.execute(update, values)
        put_in_index(db, entity, rows[id], fields[id] | {field: value})
        request = db.execute(
            "INSERT INTO request(uid, actor, via, at, first_seq, last_seq)"
            " VALUES (randomblob(16), 'raw', 'cli', 1, 1, 1)"
        ).lastrowid
        db.execute(
            "INSERT INTO change(request_id, entity, record_id, kind, revision, version, before, after)"
            " VALUES (?, ?, ?, 'updated', 2, ?, ?, ?)",
            (request, entity, values["id"], number, f'{{"{field}":"Something old"}}', f'{{"{field}":"{value}"}}'),
        )
        db.execute(RAW_ENTRY, raw_entry(f"{entity}.updated", number, 32 * "e", 32 * "f"))
        db.commit()

    return edit


RAW_ENTRY = "INSERT INTO audit(body, hash, salt) VALUES (?, randomblob(32), randomblob(16))"


def raw_entry(kind: str, change: int, record: str, request: str) -> tuple[str]:
    """As long as those of the program; `record` and `request` are 32 hexadecimal digits. No hash is worked out."""
    entity = kind.partition(".")[0]
    return (
        f'{{"actor":"raw","at":1700000000000000,"change":{change},"digest":"{64 * "d"}","kind":"{kind}",'
        f'"record":"{entity}:{record}","request":"{request}","via":"cli"}}',
    )
