"""Accounts, groups, roles, grants and what they come to; the audit; how long logs are kept.

Revision ID: 0003
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ALIVE: dict[str, Any] = {
    "sqlite_where": sa.text("deleted_at IS NULL"),
    "postgresql_where": sa.text("deleted_at IS NULL"),
}
DENIAL: dict[str, Any] = {
    "sqlite_where": sa.text("deleted_at IS NULL AND effect = 'deny'"),
    "postgresql_where": sa.text("deleted_at IS NULL AND effect = 'deny'"),
}
ENTITIES = (
    "profile",
    "document",
    "link",
    "type",
    "rule",
    "conflict",
    "account",
    "group",
    "role",
    "grant",
    "mark",
    "retention",
)


def upgrade() -> None:
    _rebuild_change()
    op.create_table(
        "access_condition",
        sa.Column("id", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("text"),
        sqlite_strict=True,
    )
    op.create_table(
        "access_grant",
        sa.Column("id", BIG, nullable=False),
        sa.Column("uid", sa.LargeBinary(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        _words("effect", "allow"),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        _words("subject"),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target_kind", sa.Text(), nullable=False),
        _words("target"),
        sa.Column("valid_from", BIG, nullable=True),
        sa.Column("valid_until", BIG, nullable=True),
        _words("condition"),
        sa.Column("subject_code", BIG, nullable=False),
        sa.Column("record_id", BIG, nullable=True),
        sa.Column("rights", BIG, nullable=False),
        sa.Column("condition_id", BIG, server_default="0", nullable=False),
        *_state(),
        _words("note"),
        sa.CheckConstraint("length(condition) <= 500", name="grant_condition_limit"),
        sa.CheckConstraint("length(subject) <= 36", name="grant_subject_limit"),
        sa.CheckConstraint("length(target) <= 36", name="grant_target_limit"),
        sa.CheckConstraint("valid_until > valid_from", name="grant_validity"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid"),
        sqlite_strict=True,
    )
    op.create_index("grant_by_created", "access_grant", ["created_at", "id"], **ALIVE)
    op.create_index("grant_denials", "access_grant", ["target_kind", "record_id", "subject_code"], **DENIAL)
    op.create_index("grant_of_subject", "access_grant", ["subject_code", "target_kind", "record_id"], **ALIVE)
    op.create_index("grant_on_record", "access_grant", ["target_kind", "record_id", "subject_code"], **ALIVE)
    op.create_table(
        "account",
        sa.Column("id", BIG, nullable=False),
        sa.Column("uid", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        _words("kind", "person"),
        _words("tied_to"),
        _words("groups", "[]"),
        _words("roles", "[]"),
        _words("system_user"),
        *_state(),
        sa.CheckConstraint("length(name) <= 100", name="account_name_limit"),
        sa.CheckConstraint("length(tied_to) <= 36", name="account_tied_to_limit"),
        sa.CheckConstraint("length(system_user) <= 100", name="account_system_user_limit"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid"),
        sqlite_strict=True,
    )
    op.create_index("account_by_name", "account", ["name"], unique=True, **ALIVE)
    op.create_table(
        "account_group",
        sa.Column("id", BIG, nullable=False),
        sa.Column("uid", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        _words("groups", "[]"),
        _words("roles", "[]"),
        *_state(),
        _words("description"),
        sa.CheckConstraint("length(name) <= 100", name="group_name_limit"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid"),
        sqlite_strict=True,
    )
    op.create_index("account_group_by_name", "account_group", ["name"], unique=True, **ALIVE)
    op.create_table(
        "audit",
        sa.Column("seq", BIG, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", BIG, sa.Computed("body ->> '$.at'", persisted=False), nullable=True),
        sa.Column("actor", sa.Text(), sa.Computed("body ->> '$.actor'", persisted=False), nullable=True),
        sa.Column("kind", sa.Text(), sa.Computed("body ->> '$.kind'", persisted=False), nullable=True),
        sa.Column("record", sa.Text(), sa.Computed("body ->> '$.record'", persisted=False), nullable=True),
        sa.Column("request", sa.Text(), sa.Computed("body ->> '$.request'", persisted=False), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_index("audit_by_actor", "audit", ["actor", "seq"])
    op.create_index("audit_by_kind", "audit", ["kind", "seq"])
    op.create_index("audit_by_record", "audit", ["record", "seq"])
    op.create_index("audit_by_request", "audit", ["request", "seq"])
    op.create_table(
        "audit_checkpoint",
        sa.Column("id", BIG, nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("checkpoint_by_seq", "audit_checkpoint", ["seq"])
    op.create_table(
        "confidential_mark",
        sa.Column("id", BIG, nullable=False),
        sa.Column("uid", sa.LargeBinary(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        *_state(),
        sa.CheckConstraint("length(attribute) <= 500", name="mark_attribute_limit"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid"),
        sqlite_strict=True,
    )
    op.create_index("mark_by_attribute", "confidential_mark", ["entity", "attribute"], unique=True, **ALIVE)
    op.create_table(
        "credential",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "document_acl",
        sa.Column("record_id", BIG, autoincrement=False, nullable=False),
        sa.Column("subject", BIG, autoincrement=False, nullable=False),
        sa.Column("rights", BIG, autoincrement=False, nullable=False),
        sa.Column("condition_id", BIG, autoincrement=False, nullable=False),
        sa.Column("valid_from", BIG, autoincrement=False, nullable=False),
        sa.Column("valid_until", BIG, autoincrement=False, nullable=False),
        sa.Column("support", BIG, nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("record_id", "subject", "rights", "condition_id", "valid_from", "valid_until"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("document_acl_by_created", "document_acl", ["subject", "created_at", "record_id"])
    op.create_index("document_acl_by_name", "document_acl", ["subject", "sort_key", "record_id"])
    op.create_index("document_acl_by_updated", "document_acl", ["subject", "updated_at", "record_id"])
    op.create_table(
        "profile_acl",
        sa.Column("record_id", BIG, autoincrement=False, nullable=False),
        sa.Column("subject", BIG, autoincrement=False, nullable=False),
        sa.Column("rights", BIG, autoincrement=False, nullable=False),
        sa.Column("condition_id", BIG, autoincrement=False, nullable=False),
        sa.Column("valid_from", BIG, autoincrement=False, nullable=False),
        sa.Column("valid_until", BIG, autoincrement=False, nullable=False),
        sa.Column("support", BIG, nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("record_id", "subject", "rights", "condition_id", "valid_from", "valid_until"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("profile_acl_by_created", "profile_acl", ["subject", "created_at", "record_id"])
    op.create_index("profile_acl_by_name", "profile_acl", ["subject", "sort_key", "record_id"])
    op.create_index("profile_acl_by_updated", "profile_acl", ["subject", "updated_at", "record_id"])
    op.create_table(
        "profile_key",
        sa.Column("profile_id", BIG, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("profile_id"),
        sqlite_strict=True,
    )
    op.create_table(
        "retention",
        sa.Column("id", BIG, nullable=False),
        sa.Column("uid", sa.LargeBinary(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("days", BIG, nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid"),
        sqlite_strict=True,
    )
    op.create_index("retention_of_log", "retention", ["log"], unique=True, **ALIVE)
    op.create_table(
        "role",
        sa.Column("id", BIG, nullable=False),
        sa.Column("uid", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Text(), nullable=False),
        *_state(),
        _words("description"),
        sa.CheckConstraint("length(name) <= 100", name="role_name_limit"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uid"),
        sqlite_strict=True,
    )
    op.create_index("role_by_name", "role", ["name"], unique=True, **ALIVE)
    op.add_column("document", _words("confidential", "no"))
    op.add_column("relationship_type", _words("grants", "none"))


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
        sa.CheckConstraint(f"entity IN {ENTITIES}", name="change_entity"),
        sa.CheckConstraint("kind IN ('created', 'updated', 'deleted', 'restored', 'purged')", name="change_kind"),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"]),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.execute("INSERT INTO new_change SELECT * FROM change ORDER BY seq")
    op.drop_table("change")
    op.rename_table("new_change", "change")
    op.create_index("change_of_record", "change", ["entity", "record_id"])


def _state() -> list[sa.Column[Any]]:
    return [
        sa.Column("revision", BIG, nullable=False),
        sa.Column("version", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.Column("deleted_at", BIG, nullable=True),
    ]


def _words(name: str, default: str = "") -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), server_default=default, nullable=False)
