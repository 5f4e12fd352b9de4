"""Whether the table of the audit is still what it was made as: its columns read out of the body, its indexes true."""

from __future__ import annotations

from typing import Final, NamedTuple

from core.store import Connection, Store, translated

COLUMNS: Final = {"at": "INTEGER", "actor": "TEXT", "kind": "TEXT", "record": "TEXT", "request": "TEXT"}
"""What SQLite reads out of the body, so that none of it can be changed without the hash."""
MAPPED: Final = 2_000_000_000  # bytes of the file, while each entry is looked for in each index
INDEXED: Final = ("actor", "kind", "record", "request")
_GENERATED: Final = ", ".join(
    f"{name} {kind} GENERATED ALWAYS AS (body ->> '$.{name}') VIRTUAL" for name, kind in COLUMNS.items()
)
MADE_AS: Final = {
    "audit": "CREATE TABLE audit (seq INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL,"
    f" hash BLOB NOT NULL, {_GENERATED}, salt BLOB) STRICT",
    **{f"audit_by_{name}": f"CREATE INDEX audit_by_{name} ON audit ({name}, seq)" for name in INDEXED},
}


class Fault(NamedTuple):
    """A fault: of which entry, and what it is."""

    seq: int
    problem: str


def wrong_table(db: Connection) -> Fault | None:
    """Where the table or an index is not as it was made, or something changes entries by itself."""
    found = dict(db.execute("SELECT name, sql FROM sqlite_schema WHERE tbl_name = 'audit' AND sql IS NOT NULL"))
    if {name: _plain(sql) for name, sql in found.items()} == {name: _plain(sql) for name, sql in MADE_AS.items()}:
        return None
    for name in COLUMNS:
        sql = f"SELECT seq FROM audit NOT INDEXED WHERE {name} IS NOT body ->> '$.{name}' ORDER BY seq LIMIT 1"
        if differs := db.execute(sql).fetchone():
            return Fault(
                differs[0], f"the column {name} of entry {differs[0]} was changed: it is not what the entry says"
            )
    first = db.execute("SELECT min(seq) FROM audit").fetchone()[0]
    return Fault(first or 1, "the table of the audit was replaced by another, or something was added to it")


def wrong_index(store: Store) -> Fault | None:
    """Where an index does not hold what the entries say, by a look through all of them."""
    db = store.connect()
    try:
        with translated(store.path):
            db.execute(f"PRAGMA mmap_size = {MAPPED}")
            db.execute("BEGIN")
            return _wrong_index(db)
    finally:
        db.close()


def _wrong_index(db: Connection) -> Fault | None:
    problems = [text for (text,) in db.execute("PRAGMA integrity_check(audit)") if text != "ok"]
    if not problems:
        return None
    for name in INDEXED:
        true = dict(db.execute(f"SELECT seq, body ->> '$.{name}' FROM audit NOT INDEXED"))
        kept = dict(db.execute(f"SELECT seq, {name} FROM audit INDEXED BY audit_by_{name} WHERE {name} IS NOT ''"))
        if wrong := [seq for seq in true.keys() | kept.keys() if true.get(seq) != kept.get(seq)]:
            which = f"entry {min(wrong)}"
            return Fault(
                min(wrong), f"the index of the audit by {name} was changed: it does not hold what {which} says"
            )
    first = db.execute("SELECT min(seq) FROM audit").fetchone()[0]
    return Fault(first or 1, f"the table of the audit is damaged ({problems[0][:200]})")


def _plain(sql: str) -> str:
    return "".join(sql.replace('"', "").split()).lower()
