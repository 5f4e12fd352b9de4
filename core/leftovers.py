"""What is left when records are gone: texts and contents that nothing names any more, what was remembered of them, and
their words in the search index.

Named is what a record, the log, a conflict, a source's last word or a draft of this place still holds.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.records import DIGEST, in_chunks
from core.store import Connection, Store, file_errors

SHA256: Final = re.compile("[0-9a-f]{64}")
MANY: Final = 10  # rows, from which on a passing index pays
DAY: Final = 86_400_000_000  # microseconds
STEP: Final = 1_000  # pages of the search index, some 0.2 s

NAMES: Final = """
SELECT before || after || taken FROM change WHERE entity IN ('document', 'conflict')
    AND (instr(before, 'sha256') OR instr(after, 'sha256') OR instr(taken, 'sha256'))
UNION ALL SELECT contents FROM document WHERE contents <> '[]'
UNION ALL SELECT base || mine || theirs || outcome FROM conflict
UNION ALL SELECT fields FROM source_value WHERE entity = 'document'
UNION ALL SELECT before || after FROM source_word WHERE entity = 'document'
UNION ALL SELECT value FROM memory
"""


def contents_of(db: Connection, documents: Sequence[int]) -> dict[str, int]:
    """The contents that these documents in the trash have or had, each with when the last of them went there."""
    found: dict[str, int] = {}
    rows = in_chunks(db, "SELECT id, contents, deleted_at FROM document WHERE id IN", list(documents))
    deleted = {id: at for id, _, at in rows}
    texts = [(id, text) for id, text, _ in rows]
    sql = "SELECT record_id, before || after FROM change WHERE entity = 'document' AND record_id IN"
    texts += in_chunks(db, sql, list(documents))
    for id, text in texts:
        for sha256 in SHA256.findall(text):
            found[sha256] = max(found.get(sha256, 0), deleted[id])
    return found


def forget(db: Connection, uids: Sequence[bytes]) -> None:
    """What this place remembers of records, such as drafts."""
    db.executemany("DELETE FROM memory WHERE key = ?", [(key,) for key in memories_of(db, uids)])


def memories_of(db: Connection, uids: Sequence[bytes]) -> list[str]:
    """The keys of what this place remembers of records: their id is a part of the key."""
    gone = {uid.hex() for uid in uids}
    keys = (key for (key,) in db.execute("SELECT key FROM memory"))
    return [key for key in keys if not gone.isdisjoint(key.replace("-", "").split(":"))]


def delete_unnamed_bodies(db: Connection) -> None:
    """Texts of no document, and of nothing else either."""
    orphans = dict(
        db.execute(
            "SELECT sha256, id FROM body WHERE id NOT IN (SELECT text_id FROM document WHERE text_id IS NOT NULL)"
        ).fetchall()
    )
    if orphans:
        for sha256 in _named(db, DIGEST):
            orphans.pop(bytes.fromhex(sha256), None)
        with passing_index(db, "document", "text_id", len(orphans)):
            db.executemany("DELETE FROM body WHERE id = ?", [(id,) for id in orphans.values()])


@contextmanager
def passing_index(db: Connection, table: str, column: str, rows: int) -> Iterator[None]:
    """An index for the block, where it pays: of each row that goes, the column of this table is looked through."""
    if rows <= MANY:
        yield
        return
    db.execute(f"CREATE INDEX passing_index_of_{table} ON {table}({column})")
    yield
    db.execute(f"DROP INDEX passing_index_of_{table}")


def unnamed_contents(db: Connection, folder: Path, of_purged: Mapping[str, int]) -> list[Path]:
    """Files of contents that nothing names: those `of_purged` documents that nobody stored anew since the given
    instants, and any that were stored more than a day ago, so that none is taken that is about to be named."""
    with file_errors(folder):
        yesterday = time.time_ns() // 1_000 - DAY
        files = {
            path.name: path
            for path in folder.glob("??/*")
            if SHA256.fullmatch(path.name) and path.stat().st_mtime_ns // 1_000 < of_purged.get(path.name, yesterday)
        }
    if files:
        for sha256 in _named(db, ""):
            files.pop(sha256, None)
    return sorted(files.values())


def delete_contents(files: Sequence[Path]) -> None:
    """Raises Unavailable."""
    for path in files:
        with file_errors(path):
            path.unlink(missing_ok=True)


def forget_words(store: Store, entities: Iterable[str]) -> None:
    """Writes the search indexes of these kinds of record anew without the words of what is gone, which stay in them
    until then; in steps, between which others may write."""
    for entity in entities:
        pages = -STEP  # what is less than nothing begins a merge of the whole index
        merged = 2  # rows that a step changed; SQLite says that fewer mean it is done
        while merged >= 2:
            with store.write() as db:
                before = db.total_changes
                db.execute(f"INSERT INTO {entity}_search({entity}_search, rank) VALUES ('merge', ?)", (pages,))
                merged = db.total_changes - before
            pages = STEP


def _named(db: Connection, prefix: str) -> Iterator[str]:
    """Every digest that something names."""
    pattern = re.compile(f"{prefix}([0-9a-f]{{64}})")
    for (text,) in db.execute(NAMES):
        yield from pattern.findall(text)
