"""Conflicts, rules, what sources said last, and records that were merged into others.

Revision ID: 0002
"""

from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ALIVE: dict[str, Any] = {
    "sqlite_where": sa.text("deleted_at IS NULL"),
    "postgresql_where": sa.text("deleted_at IS NULL"),
}
TRASHED: dict[str, Any] = {
    "sqlite_where": sa.text("deleted_at IS NOT NULL"),
    "postgresql_where": sa.text("deleted_at IS NOT NULL"),
}
PREFERENCES = "('mine', 'theirs', 'newest', 'oldest', 'longest', 'non-empty', 'union', 'source', 'role')"


def upgrade() -> None:
    op.add_column("profile", _words("merged_into"))
    op.add_column("profile", _words("distinct_from", "[]"))
    op.add_column("link", _words("merged_into"))
    _rebuild_change()
    op.create_table(
        "source_value",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", BIG, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        _words("fields", "{}"),
        sa.PrimaryKeyConstraint("entity", "record_id", "source"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "source_word",
        sa.Column("id", BIG, nullable=False),
        sa.Column("request_id", BIG, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", BIG, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        _words("before", "{}"),
        _words("after", "{}"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("source_word_of_request", "source_word", ["request_id"])
    op.create_index("source_word_of_record", "source_word", ["entity", "record_id"])
    op.create_table(
        "rule",
        *_head(),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("position", BIG, server_default="2147483647", nullable=False),
        _words("entity", "any"),
        *(_words(name) for name in ("field", "relationship", "actor", "source", "tag", "preferred")),
        sa.Column("prefer", sa.Text(), nullable=False),
        sa.CheckConstraint(f"prefer IN {PREFERENCES}", name="rule_prefer"),
        *(
            sa.CheckConstraint(f"length({name}) <= {limit}", name=f"rule_{name}_limit")
            for name, limit in (
                ("name", 100),
                ("field", 100),
                ("relationship", 100),
                ("actor", 500),
                ("source", 500),
                ("tag", 200),
                ("preferred", 500),
            )
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid"),
        sqlite_strict=True,
    )
    op.create_index("rule_by_position", "rule", ["position", "id"], **ALIVE)
    op.create_table(
        "conflict",
        *_head(),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", BIG, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        _words("suggested"),
        *(_words(name, "{}") for name in ("sides", "outcome", "base", "mine", "theirs")),
        sa.CheckConstraint("question IN ('fields', 'deletion', 'dangling')", name="conflict_question"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid"),
        sqlite_strict=True,
    )
    op.create_index("conflict_by_created", "conflict", ["created_at", "id"], **ALIVE)
    op.create_index("conflict_of_record", "conflict", ["entity", "record_id"], **ALIVE)
    op.create_index("conflict_settled", "conflict", ["deleted_at", "id"], **TRASHED)
    _gather_what_sources_said()


def _rebuild_change() -> None:
    """SQLite cannot change the checks of a table that is there; the rows keep their numbers."""
    op.create_table(
        "new_change",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("request_id", BIG, nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", BIG, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("revision", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        _words("before", "{}"),
        _words("after", "{}"),
        _words("taken", "{}"),
        sa.CheckConstraint(
            "entity IN ('profile', 'document', 'link', 'type', 'rule', 'conflict')", name="change_entity"
        ),
        sa.CheckConstraint("kind IN ('created', 'updated', 'deleted', 'restored', 'purged')", name="change_kind"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    columns = "seq, request_id, entity, record_id, kind, revision, version, before, after"
    op.execute(f"INSERT INTO new_change({columns}) SELECT {columns} FROM change ORDER BY seq")
    op.drop_table("change")
    op.rename_table("new_change", "change")
    op.create_index("change_of_record", "change", ["entity", "record_id"])


def _gather_what_sources_said() -> None:
    """From the log: what imports made, and what they changed of it later. Without it the next import of the same files
    would clash with whatever was edited here since."""
    db = op.get_bind()
    db.exec_driver_sql(SAID_BY_EXTERNAL_ID)
    db.exec_driver_sql(SAID_BY_REASON)
    for entity, id, source, after in db.exec_driver_sql(SAID_LATER):
        found = db.exec_driver_sql(
            "SELECT source, fields FROM source_value WHERE entity = ? AND record_id = ?", (entity, id)
        ).fetchall()
        earlier = {one: msgspec.json.decode(fields) for one, fields in found}
        for one in [source] if source else earlier:
            fields = earlier.get(one, {}) | msgspec.json.decode(after)
            db.exec_driver_sql(
                "INSERT OR REPLACE INTO source_value(entity, record_id, source, fields) VALUES (?, ?, ?, ?)",
                (entity, id, one, msgspec.json.encode(fields).decode()),
            )


SAID = """
CASE c.entity WHEN 'link' THEN json_remove(c.after, '$.document', '$.profile', '$.type') ELSE c.after END
"""
SOURCE_OF_REASON = """
CASE WHEN r.reason LIKE 'import of _%' AND instr(r.reason, ', ') = 0 THEN substr(r.reason, 11) ELSE '' END
"""
"""An import of one source names it as its reason."""

SAID_BY_EXTERNAL_ID = f"""
INSERT INTO source_value(entity, record_id, source, fields)
SELECT DISTINCT c.entity, c.record_id, e.source, {SAID}
FROM change c JOIN request r ON r.id = c.request_id
JOIN external_id e ON e.entity = c.entity AND e.record_id = c.record_id
WHERE r.via = 'import' AND c.kind = 'created' AND c.revision = 1
"""
SAID_BY_REASON = f"""
WITH known(source) AS (SELECT DISTINCT source FROM external_id),
named(reason, source) AS (
    SELECT DISTINCT r.reason, {SOURCE_OF_REASON} FROM request r WHERE r.via = 'import' AND {SOURCE_OF_REASON} <> ''
    UNION SELECT DISTINCT r.reason, k.source FROM request r JOIN known k
    ON r.reason LIKE 'import of _%' AND instr(', ' || substr(r.reason, 11) || ', ', ', ' || k.source || ', ')
    WHERE r.via = 'import'
)
INSERT OR IGNORE INTO source_value(entity, record_id, source, fields)
SELECT c.entity, c.record_id, n.source, {SAID}
FROM named n CROSS JOIN request r ON r.reason = n.reason AND r.via = 'import'
CROSS JOIN change c ON c.seq BETWEEN r.first_seq AND r.last_seq
WHERE c.kind = 'created' AND c.revision = 1
AND (c.entity IN ('link', 'type') OR n.source = {SOURCE_OF_REASON})
AND (c.entity <> 'link' OR json_remove({SAID}, '$.created') <> '{{}}' OR c.after ->> '$.created' <> r.at)
"""
"""Of links and types, which seldom have external ids, and of records that had those of others."""

SAID_LATER = f"""
SELECT c.entity, c.record_id, {SOURCE_OF_REASON}, {SAID}
FROM change c JOIN request r ON r.id = c.request_id
WHERE r.via = 'import' AND c.kind IN ('updated', 'restored') AND c.entity IN ('profile', 'document', 'link', 'type')
ORDER BY c.seq
"""


def _head() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", BIG, nullable=False),
        sa.Column("uid", sa.LargeBinary(), nullable=False),
        sa.Column("revision", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.Column("deleted_at", BIG, nullable=True),
    ]


def _words(name: str, default: str = "") -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)
