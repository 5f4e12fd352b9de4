"""Bulk links with their changes and their entries in the audit, against raw `executemany` of the same rows into a copy
of the same file; its hashes are not worked out."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.workspace import open_workspace
from core.write_values import Create
from tests.bench.edits import RAW_ENTRY, raw_entry
from tests.bench.runner import Row, compare_speed, figure, timed
from tests.bench.stores import ACTOR, copy_of, raw_reader, raw_writer

BATCH = 20_000


def bulk_links(store: Path, runs: int) -> Iterator[Row]:
    with TemporaryDirectory(dir=store.parent) as folder:
        workspace = open_workspace(str(copy_of(store, Path(folder), "ours.db")), ACTOR)
        raw = raw_writer(copy_of(store, Path(folder), "raw.db"))
        batches = list(new_links(raw, runs))
        writes = iter([[write for write, _ in batch] for batch in batches])
        rows = iter([[row for _, row in batch] for batch in batches])
        yield compare_speed(
            f"{BATCH:,} links with their changes",
            lambda: workspace.write(next(writes)),
            lambda: write_links(raw, next(rows)),
            runs=runs,
            at_least=0.55,
            work=BATCH,
            unit="links",
        )
        assert _counts(raw) == _counts(raw_reader(Path(folder) / "ours.db"))
        raw.close()
        yield figure(f"undo of {BATCH:,} links", timed(workspace.undo), "s", digits=2)
        yield figure(f"redo of {BATCH:,} links", timed(workspace.redo), "s", digits=2)
        workspace.close()


def _counts(db: Any) -> Any:
    return db.execute("SELECT count(*), (SELECT count(*) FROM change) FROM link").fetchone()


def new_links(db: Any, batches: int) -> Iterator[list[tuple[Create, tuple[Any, ...]]]]:
    """Links that the store does not have, for each the write and the raw rows of link and change."""
    draw = random.Random(2)
    documents = db.execute("SELECT id, uid FROM document ORDER BY id").fetchall()
    profiles = db.execute("SELECT id, uid FROM profile ORDER BY id").fetchall()
    types = db.execute("SELECT id, uid, name FROM relationship_type").fetchall()
    seen = set(db.execute("SELECT document_id, profile_id, type_id FROM link").fetchall())
    (last,) = db.execute("SELECT max(id) FROM link").fetchone()
    for _ in range(batches):
        batch: list[tuple[Create, tuple[Any, ...]]] = []
        while len(batch) < BATCH:
            document, profile, type = draw.choice(documents), draw.choice(profiles), draw.choice(types)
            key = (document[0], profile[0], type[0])
            if key in seen:
                continue
            seen.add(key)
            last += 1
            write = Create("link", {"document": document[1], "profile": profile[1], "type": type[2]})
            at, version = 1_700_000_000_000_000, draw.getrandbits(62)
            after = '{{"document":{},"profile":{},"type":{},"created":{}}}'.format(*key, at)
            link = (last, draw.randbytes(16), *key, 2**31 - 1, version, at, at)
            batch.append((write, (link, (last, version, after))))
        yield batch


def write_links(db: Any, rows: list[tuple[Any, ...]]) -> None:
    db.execute("BEGIN IMMEDIATE")
    id = db.execute(
        "INSERT INTO request(uid, actor, via, at, first_seq, last_seq) VALUES (randomblob(16), 'raw', 'cli', 1, 1, 1)"
    ).lastrowid
    db.executemany(
        "INSERT INTO link(id, uid, document_id, profile_id, type_id, position, revision, version, created_at,"
        " updated_at) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, ?)",
        (row[0] for row in rows),
    )
    db.executemany(
        "INSERT INTO change(request_id, entity, record_id, kind, revision, version, after)"
        f" VALUES ({id:d}, 'link', ?, 'created', 1, ?, ?)",
        (row[1] for row in rows),
    )
    request = 32 * "f"
    db.executemany(RAW_ENTRY, (raw_entry("link.created", change[0], link[1].hex(), request) for link, change in rows))
    db.commit()
