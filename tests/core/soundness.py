"""Looks into the file of a store for what must hold whatever happened to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from core.fields import FIELDS
from core.records import load, stored_fields, to_log
from tests.core.acl_soundness import assert_acl_is_sound
from tests.core.audit_soundness import assert_audit_is_sound

TOTALS = """
SELECT 'profiles', count(*) FROM profile WHERE deleted_at IS NULL
UNION ALL SELECT 'documents', count(*) FROM document WHERE deleted_at IS NULL
UNION ALL SELECT 'links', count(*) FROM link WHERE deleted_at IS NULL
UNION ALL SELECT 'types', count(*) FROM relationship_type WHERE deleted_at IS NULL
UNION ALL SELECT 'rules', count(*) FROM rule WHERE deleted_at IS NULL
UNION ALL SELECT 'conflicts', count(*) FROM conflict WHERE deleted_at IS NULL
UNION ALL SELECT 'accounts', count(*) FROM account WHERE deleted_at IS NULL
UNION ALL SELECT 'groups', count(*) FROM account_group WHERE deleted_at IS NULL
UNION ALL SELECT 'roles', count(*) FROM role WHERE deleted_at IS NULL
UNION ALL SELECT 'grants', count(*) FROM access_grant WHERE deleted_at IS NULL
UNION ALL SELECT 'marks', count(*) FROM confidential_mark WHERE deleted_at IS NULL
UNION ALL SELECT 'retentions', count(*) FROM retention WHERE deleted_at IS NULL
UNION ALL SELECT 'links:' || type_id, count(*) FROM link WHERE deleted_at IS NULL GROUP BY type_id
UNION ALL SELECT 'trash', (SELECT count(*) FROM profile WHERE deleted_at IS NOT NULL)
    + (SELECT count(*) FROM document WHERE deleted_at IS NOT NULL)
    + (SELECT count(*) FROM link WHERE deleted_at IS NOT NULL)
    + (SELECT count(*) FROM relationship_type WHERE deleted_at IS NOT NULL)
"""
LATEST = """
SELECT c.entity, c.record_id FROM {table} t
JOIN change c ON c.seq = (SELECT max(seq) FROM change WHERE entity = '{entity}' AND record_id = t.id)
WHERE c.version <> t.version OR c.revision <> t.revision
OR c.kind = CASE WHEN t.deleted_at IS NULL THEN 'deleted' ELSE 'restored' END
OR (c.kind = 'created' AND t.deleted_at IS NOT NULL)
"""
TABLES = {
    "profile": "profile",
    "document": "document",
    "link": "link",
    "type": "relationship_type",
    "rule": "rule",
    "conflict": "conflict",
    "account": "account",
    "group": "account_group",
    "role": "role",
    "grant": "access_grant",
    "mark": "confidential_mark",
    "retention": "retention",
}
PURGED = """
SELECT seq FROM change c WHERE record_id < 0 AND (before || after || taken <> '{}{}{}' OR -record_id <>
    (SELECT max(seq) FROM change WHERE kind = 'purged' AND entity = c.entity AND record_id = c.record_id))
"""
LATEST_OLD = """
SELECT max(seq) FROM change WHERE seq <= {start} GROUP BY entity, record_id
"""
LATEST_OLD_OF_LIFE = """
SELECT max(seq) FROM change WHERE seq <= {start} AND kind IN ('created', 'deleted', 'restored')
GROUP BY entity, record_id
"""
"""Of a log that was pruned, what is left of the part that was."""
OLD_REQUESTS = """
SELECT id FROM request WHERE last_seq <= {start} EXCEPT SELECT request_id FROM change
EXCEPT SELECT request_id FROM source_word EXCEPT SELECT reverts FROM request
"""
ASKED = """
SELECT entity, record_id, mine, theirs, outcome FROM conflict WHERE deleted_at IS NULL AND question = 'fields'
"""
NOTHING_ASKED = """
SELECT count(*) FROM conflict c WHERE deleted_at IS NULL
AND NOT EXISTS (SELECT 1 FROM json_each(c.mine) WHERE key NOT IN (SELECT key FROM json_each(c.outcome)))
"""


def assert_sound(path: Path) -> None:
    """Pages and keys hold; totals, search, tags and who may agree with the rows; the log has no gap, and its end is
    true."""
    db = sqlite.connect(f"file:{path}", uri=True)
    try:
        assert ask(db, "PRAGMA integrity_check") == [("ok",)]
        assert ask(db, "PRAGMA foreign_key_check") == []
        totals = "SELECT name, value FROM stat WHERE name NOT IN ('access', 'log.through', 'log.before', 'log.days')"
        kept = {name: value for name, value in ask(db, totals) if value}
        assert kept == {name: value for name, value in ask(db, TOTALS) if value}
        for entity in ("profile", "document"):
            db.execute(f"INSERT INTO {entity}_search({entity}_search) VALUES ('integrity-check')")
            indexed = ask(db, f"SELECT rowid FROM {entity}_search ORDER BY 1")
            assert indexed == ask(db, f"SELECT id FROM {entity} WHERE deleted_at IS NULL ORDER BY 1")
        assert ask(db, "SELECT document_id, tag FROM document_tag ORDER BY 1, 2") == ask(
            db,
            "SELECT DISTINCT d.id, j.value FROM document d, json_each(d.tags) j WHERE deleted_at IS NULL ORDER BY 1, 2",
        )
        assert_acl_is_sound(db)
        start = log_start(db)
        assert_nothing_but_what_is_needed_before(db, start)
        seqs = [seq for (seq,) in ask(db, f"SELECT seq FROM change WHERE seq > {start} ORDER BY seq")]
        assert seqs == list(range(start + 1, start + len(seqs) + 1)), "no gap and no duplicate"
        spans = [
            range(first, last + 1)
            for first, last in ask(db, f"SELECT first_seq, last_seq FROM request WHERE last_seq > {start} ORDER BY id")
        ]
        assert [seq for span in spans for seq in span] == seqs, "each change is of one request"
        assert (
            ask(
                db,
                "SELECT seq FROM change c JOIN request r ON r.id = request_id"
                " WHERE seq NOT BETWEEN first_seq AND last_seq",
            )
            == []
        )
        assert ask(db, NOTHING_ASKED) == [(0,)], "a conflict is open as long as one of its fields is, no longer"
        assert_theirs_is_stored(db)
        assert ask(db, PURGED) == [], "of what was purged the log holds no value"
        for entity, table in TABLES.items():
            assert ask(db, LATEST.format(entity=entity, table=table)) == []
            revisions = f"SELECT count(*), sum(revision) FROM {table}"
            logged = (
                f"SELECT count(DISTINCT record_id), count(*) FILTER (WHERE seq > {start})"
                f" + total(revision) FILTER (WHERE seq IN ({LATEST_OLD.format(start=start)}))"
                f" FROM change WHERE entity = '{entity}' AND record_id > 0"
            )
            ((rows, total),) = ask(db, revisions)
            assert [(rows, total or 0)] == ask(db, logged), "each revision has its change"
        assert_audit_is_sound(db, path)
    finally:
        db.close()


def log_start(db: Any) -> int:
    """The last change that may be missing, since a rule of retention let those up to it go; 0 where none was let go."""
    ((start,),) = ask(db, "SELECT coalesce((SELECT value FROM stat WHERE name = 'log.through'), 0)")
    return int(start)


def assert_nothing_but_what_is_needed_before(db: Any, start: int) -> None:
    """Of the part of the log that was pruned: the latest change of each record, and the latest of its life."""
    left = ask(db, f"SELECT seq FROM change WHERE seq <= {start} ORDER BY seq")
    needed = ask(db, f"{LATEST_OLD} UNION {LATEST_OLD_OF_LIFE}".format(start=start))
    assert left == sorted(needed), "no change is left that nothing stands on"
    assert ask(db, OLD_REQUESTS.format(start=start)) == [], "nor any request"


def assert_theirs_is_stored(db: Any) -> None:
    """What an open conflict calls theirs is what its record holds."""
    for entity, id, mine, theirs, outcome in ask(db, ASKED):
        row = load(db, entity, "t.id = ?", (id,))[0]
        fields = stored_fields(entity, row)
        for name in json.loads(mine).keys() - json.loads(outcome).keys():
            stored = to_log(name, fields[name])
            assert FIELDS[entity][name].same(json.loads(theirs).get(name), stored), f"{entity} {id}: {name}"


def ask(db: Any, sql: str) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = db.execute(sql).fetchall()
    return rows
