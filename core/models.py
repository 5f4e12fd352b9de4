"""The schema: every table of a store, as SQLModel classes.

Integer primary keys are local to a store; `uid` is the public id. Times are UTC microseconds. Sets, lists and maps
are JSON text. Long values stand last in a row, so that reading a list does not touch their pages. The migrations
make these tables; a test compares the two. The full-text indexes, which SQLModel cannot express, are in the
migration alone: `profile_search(name, aliases, other)` and `document_search(title, tags, description, text)`, FTS5,
contentless, with the row's id as rowid.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlmodel import Field as Attribute
from sqlmodel import SQLModel

from core.field_kinds import NO_POSITION
from core.fields import FIELDS, PREFERENCES, PROFILE_KINDS, QUESTIONS

BIG: Final = BigInteger().with_variant(Integer, "sqlite")  # SQLite's INTEGER has 64 bits, and STRICT knows no BIGINT
STRICT: Final = {"sqlite_strict": True}
ALIVE: Final = text("deleted_at IS NULL")
TRASHED: Final = text("deleted_at IS NOT NULL")
DENIAL: Final = text("deleted_at IS NULL AND effect = 'deny'")


def _key() -> Any:
    return Attribute(default=None, sa_column=Column(BIG, primary_key=True))


def _number(*, null: bool = False, default: str | None = None, unique: bool = False, of: str = "") -> Any:
    """A number; `of` names the key that it refers to."""
    keys = [ForeignKey(of)] if of else []
    return Attribute(sa_column=Column(BIG, *keys, nullable=null, server_default=default, unique=unique))


def _words(default: str | None = "", *, unique: bool = False) -> Any:
    return Attribute(sa_column=Column(Text, nullable=False, server_default=default, unique=unique))


def _uid() -> Any:
    return Attribute(sa_column=Column(LargeBinary, nullable=False, unique=True))


def _index(name: str, *columns: str, where: Any = ALIVE) -> Index:
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


def _part_of_key() -> Any:
    return Attribute(sa_column=Column(BIG, primary_key=True, autoincrement=False))


def _read_out(name: str, kind: Any) -> Any:
    return Attribute(sa_column=Column(kind, Computed(f"body ->> '$.{name}'", persisted=False)))


def _name_indexes(table: str) -> tuple[Index, Index]:
    """No name twice; one that reads like another is looked up."""
    unique = Index(f"{table}_by_name", "name", unique=True, sqlite_where=ALIVE, postgresql_where=ALIVE)
    return unique, _index(f"{table}_by_sort_key", "sort_key")


def _acl_indexes(entity: str) -> tuple[Any, ...]:
    """One for each order that a list of the entity can have."""
    return (
        Index(f"{entity}_acl_by_name", "subject", "sort_key", "record_id"),
        Index(f"{entity}_acl_by_updated", "subject", "updated_at", "record_id"),
        Index(f"{entity}_acl_by_created", "subject", "created_at", "record_id"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )


def _limits(entity: Any) -> list[CheckConstraint]:
    """What core.fields states of lines, once more where nothing can get around it."""
    return [
        CheckConstraint(f"length({field.name}) <= {field.limit}", name=f"{entity}_{field.name}_limit")
        for field in FIELDS[entity].values()
        if field.kind == "line" and not field.internal
    ]


class Profile(SQLModel, table=True):
    __tablename__: ClassVar[str] = "profile"
    __table_args__ = (
        CheckConstraint(f"kind IN {PROFILE_KINDS}", name="profile_kind"),
        *_limits("profile"),
        _index("profile_by_name", "sort_key", "id"),
        _index("profile_by_kind", "kind", "sort_key", "id"),
        _index("profile_by_updated", "updated_at", "id"),
        _index("profile_by_created", "created_at", "id"),
        _index("profile_trash", "deleted_at", "id", where=TRASHED),
        STRICT,
    )

    id: int | None = _key()
    uid: bytes = _uid()
    kind: str = _words(None)
    name: str = _words(None)
    sort_key: str = _words(None)
    revision: int = _number()
    version: int = _number()
    created_at: int = _number()
    updated_at: int = _number()
    deleted_at: int | None = _number(null=True)
    emails: str = _words("[]")
    phones: str = _words("[]")
    aliases: str = _words("[]")
    attributes: str = _words("{}")
    notes: str = _words()
    merged_into: str = _words()
    distinct_from: str = _words("[]")


class Document(SQLModel, table=True):
    __tablename__: ClassVar[str] = "document"
    __table_args__ = (
        *_limits("document"),
        _index("document_by_title", "sort_key", "id"),
        _index("document_by_category", "category", "sort_key", "id"),
        _index("document_by_updated", "updated_at", "id"),
        _index("document_by_created", "created_at", "id"),
        _index("document_trash", "deleted_at", "id", where=TRASHED),
        STRICT,
    )

    id: int | None = _key()
    uid: bytes = _uid()
    title: str = _words(None)
    sort_key: str = _words(None)
    category: str = _words()
    tags: str = _words("[]")
    media_type: str = _words()
    revision: int = _number()
    version: int = _number()
    created_at: int = _number()
    updated_at: int = _number()
    deleted_at: int | None = _number(null=True)
    text_id: int | None = _number(null=True, of="body.id")
    attributes: str = _words("{}")
    contents: str = _words("[]")
    description: str = _words()
    confidential: str = _words("no")


class Body(SQLModel, table=True):
    """A document's text, each distinct one stored once; the change log names it by its digest."""

    __tablename__: ClassVar[str] = "body"
    __table_args__ = (CheckConstraint("length(sha256) = 32", name="body_sha256"), STRICT)

    id: int | None = _key()
    sha256: bytes = Attribute(sa_column=Column(LargeBinary, nullable=False, unique=True))
    text: str = _words(None)


class DocumentTag(SQLModel, table=True):
    """The tags of living documents, for look-up; `document.tags` is the record of them."""

    __tablename__: ClassVar[str] = "document_tag"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    tag: str = Attribute(sa_column=Column(Text, primary_key=True))
    document_id: int = Attribute(sa_column=Column(BIG, primary_key=True))


class RelationshipType(SQLModel, table=True):
    __tablename__: ClassVar[str] = "relationship_type"
    __table_args__ = (*_limits("type"), STRICT)

    id: int | None = _key()
    uid: bytes = _uid()
    name: str = _words(None, unique=True)
    inverse: str = _words()
    sort_key: str = _words(None)
    profile_kinds: str = _words("[]")
    revision: int = _number()
    version: int = _number()
    created_at: int = _number()
    updated_at: int = _number()
    deleted_at: int | None = _number(null=True)
    grants: str = _words("none")


class Link(SQLModel, table=True):
    """One row, read from both ends. An unlinked one stays, as a tombstone that the same link revives."""

    __tablename__: ClassVar[str] = "link"
    __table_args__ = (
        CheckConstraint("valid_until >= valid_from", name="link_validity"),
        *_limits("link"),
        Index("link_ends", "document_id", "profile_id", "type_id", unique=True),
        _index("link_of_profile", "profile_id", "created_at", "id"),
        _index("link_of_profile_by_type", "profile_id", "type_id", "created_at", "id"),
        _index("link_of_document", "document_id", "position", "id"),
        _index("link_by_type", "type_id"),
        _index("link_trash", "deleted_at", "id", where=TRASHED),
        STRICT,
    )

    id: int | None = _key()
    uid: bytes = _uid()
    document_id: int = _number(of="document.id")
    profile_id: int = _number(of="profile.id")
    type_id: int = _number(of="relationship_type.id")
    position: int = _number(default=str(NO_POSITION))
    valid_from: int | None = _number(null=True)
    valid_until: int | None = _number(null=True)
    revision: int = _number()
    version: int = _number()
    created_at: int = _number()
    updated_at: int = _number()
    deleted_at: int | None = _number(null=True)
    reference_type: str = _words()
    title: str = _words()
    category: str = _words()
    collection: str = _words()
    tags: str = _words("[]")
    attributes: str = _words("{}")
    description: str = _words()
    note: str = _words()
    merged_into: str = _words()


class ExternalId(SQLModel, table=True):
    __tablename__: ClassVar[str] = "external_id"
    __table_args__ = (
        Index("external_id_of_record", "entity", "record_id"),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    entity: str = Attribute(sa_column=Column(Text, primary_key=True))
    external_id: str = Attribute(sa_column=Column(Text, primary_key=True))
    source: str = Attribute(sa_column=Column(Text, primary_key=True))
    record_id: int = _number()


class SourceValue(SQLModel, table=True):
    """What a source said of a record when it was last imported: the base when its file and the record meet again."""

    __tablename__: ClassVar[str] = "source_value"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    entity: str = Attribute(sa_column=Column(Text, primary_key=True))
    record_id: int = Attribute(sa_column=Column(BIG, primary_key=True))
    source: str = Attribute(sa_column=Column(Text, primary_key=True))
    fields: str = _words("{}")


class SourceWord(SQLModel, table=True):
    """What a source said anew in a request, and what it had said before, so that an undo unsays it."""

    __tablename__: ClassVar[str] = "source_word"
    __table_args__ = (
        Index("source_word_of_request", "request_id"),
        Index("source_word_of_record", "entity", "record_id"),
        STRICT,
    )

    id: int | None = _key()
    request_id: int = _number(of="request.id")
    entity: str = _words(None)
    record_id: int = _number()
    source: str = _words(None)
    before: str = _words("{}")
    after: str = _words("{}")


class Rule(SQLModel, table=True):
    """A priority rule of the merge; the first one by position that can decide, decides."""

    __tablename__: ClassVar[str] = "rule"
    __table_args__ = (
        CheckConstraint(f"prefer IN {PREFERENCES}", name="rule_prefer"),
        *_limits("rule"),
        _index("rule_by_position", "position", "id"),
        STRICT,
    )

    id: int | None = _key()
    uid: bytes = _uid()
    name: str = _words(None)
    sort_key: str = _words(None)
    position: int = _number(default=str(NO_POSITION))
    revision: int = _number()
    version: int = _number()
    created_at: int = _number()
    updated_at: int = _number()
    deleted_at: int | None = _number(null=True)
    entity: str = _words("any")
    field: str = _words()
    relationship: str = _words()
    actor: str = _words()
    source: str = _words()
    tag: str = _words()
    prefer: str = _words(None)
    preferred: str = _words()


class Conflict(SQLModel, table=True):
    """Two versions of a record that no rule could merge; settled when `deleted_at` is set.

    `base`, `mine` and `theirs` hold the open fields alone, a document's text by its digest.
    """

    __tablename__: ClassVar[str] = "conflict"
    __table_args__ = (
        CheckConstraint(f"question IN {QUESTIONS}", name="conflict_question"),
        _index("conflict_by_created", "created_at", "id"),
        _index("conflict_of_record", "entity", "record_id"),
        _index("conflict_settled", "deleted_at", "id", where=TRASHED),
        STRICT,
    )

    id: int | None = _key()
    uid: bytes = _uid()
    entity: str = _words(None)
    record_id: int = _number()
    question: str = _words(None)
    revision: int = _number()
    version: int = _number()
    created_at: int = _number()
    updated_at: int = _number()
    deleted_at: int | None = _number(null=True)
    suggested: str = _words()
    sides: str = _words("{}")
    outcome: str = _words("{}")
    base: str = _words("{}")
    mine: str = _words("{}")
    theirs: str = _words("{}")


class Account(SQLModel, table=True):
    __tablename__: ClassVar[str] = "account"
    __table_args__ = (*_limits("account"), *_name_indexes("account"), STRICT)

    id: int | None = _key()
    uid: bytes = _uid()
    name: str = _words(None)
    sort_key: str = _words(None)
    kind: str = _words("person")
    tied_to: str = _words()
    groups: str = _words("[]")
    roles: str = _words("[]")
    system_user: str = _words()
    revision: int = _number()
    version: int = _number()
    created_at: int = _number()
    updated_at: int = _number()
    deleted_at: int | None = _number(null=True)


class Credential(SQLModel, table=True):
    """The password of an account, as an Argon2id hash. Neither logged nor synced nor exported."""

    __tablename__: ClassVar[str] = "credential"
    __table_args__ = (STRICT,)

    account_id: int = _key()
    password: str = _words(None)


class AccountGroup(SQLModel, table=True):
    __tablename__: ClassVar[str] = "account_group"
    __table_args__ = (*_limits("group"), *_name_indexes("account_group"), STRICT)

    id: int | None = _key()
    uid: bytes = _uid()
    name: str = _words(None)
    sort_key: str = _words(None)
    groups: str = _words("[]")
    roles: str = _words("[]")
    revision: int = _number()
    version: int = _number()
    created_at: int = _number()
    updated_at: int = _number()
    deleted_at: int | None = _number(null=True)
    description: str = _words()


class Role(SQLModel, table=True):
    __tablename__: ClassVar[str] = "role"
    __table_args__ = (*_limits("role"), *_name_indexes("role"), STRICT)

    id: int | None = _key()
    uid: bytes = _uid()
    name: str = _words(None)
    sort_key: str = _words(None)
    revision: int = _number()
    version: int = _number()
    created_at: int = _number()
    updated_at: int = _number()
    deleted_at: int | None = _number(null=True)
    description: str = _words()


class AccessGrant(SQLModel, table=True):
    """What a subject may or may not do with a record or an area.

    `subject_code`, `record_id` (NULL for an area), `rights` and `condition_id` are what the fields mean, as
    core.subjects, core.rights and access_condition have it, so that no reading has to work it out.
    """

    __tablename__: ClassVar[str] = "access_grant"
    __table_args__ = (
        *_limits("grant"),
        CheckConstraint("valid_until > valid_from", name="grant_validity"),
        _index("grant_of_subject", "subject_code", "target_kind", "record_id"),
        _index("grant_on_record", "target_kind", "record_id", "subject_code"),
        _index("grant_by_created", "created_at", "id"),
        _index("grant_denials", "target_kind", "record_id", "subject_code", where=DENIAL),
        STRICT,
    )

    id: int | None = _key()
    uid: bytes = _uid()
    sort_key: str = _words(None)
    effect: str = _words("allow")
    subject_kind: str = _words(None)
    subject: str = _words()
    action: str = _words(None)
    target_kind: str = _words(None)
    target: str = _words()
    valid_from: int | None = _number(null=True)
    valid_until: int | None = _number(null=True)
    condition: str = _words()
    subject_code: int = _number()
    record_id: int | None = _number(null=True)
    rights: int = _number()
    condition_id: int = _number(default="0")
    revision: int = _number()
    version: int = _number()
    created_at: int = _number()
    updated_at: int = _number()
    deleted_at: int | None = _number(null=True)
    note: str = _words()


class AccessCondition(SQLModel, table=True):
    """The conditions that grants name, each distinct one once; 0 stands for none."""

    __tablename__: ClassVar[str] = "access_condition"
    __table_args__ = (STRICT,)

    id: int | None = _key()
    text: str = _words(None, unique=True)


class ConfidentialMark(SQLModel, table=True):
    """An attribute that is confidential in every profile or document."""

    __tablename__: ClassVar[str] = "confidential_mark"
    __table_args__ = (
        *_limits("mark"),
        Index("mark_by_attribute", "entity", "attribute", unique=True, sqlite_where=ALIVE, postgresql_where=ALIVE),
        STRICT,
    )

    id: int | None = _key()
    uid: bytes = _uid()
    sort_key: str = _words(None)
    entity: str = _words(None)
    attribute: str = _words(None)
    revision: int = _number()
    version: int = _number()
    created_at: int = _number()
    updated_at: int = _number()
    deleted_at: int | None = _number(null=True)


class Retention(SQLModel, table=True):
    """How many days the entries of a log are kept."""

    __tablename__: ClassVar[str] = "retention"
    __table_args__ = (
        Index("retention_of_log", "log", unique=True, sqlite_where=ALIVE, postgresql_where=ALIVE),
        STRICT,
    )

    id: int | None = _key()
    uid: bytes = _uid()
    sort_key: str = _words(None)
    log: str = _words(None)
    days: int = _number()
    revision: int = _number()
    version: int = _number()
    created_at: int = _number()
    updated_at: int = _number()
    deleted_at: int | None = _number(null=True)


class TiedProfile(SQLModel, table=True):
    """The profiles that accounts are tied to, and those that these were merged into: as them somebody can ask."""

    __tablename__: ClassVar[str] = "tied_profile"
    __table_args__ = (STRICT,)

    profile_id: int = _key()


class DocumentAcl(SQLModel, table=True):
    """Who may do what with which document: what grants come to, and links of granting types to profiles that somebody
    is tied to (core.acl).

    `support` counts the grants and links that say the same. Of the document it holds what lists are ordered by.
    """

    __tablename__: ClassVar[str] = "document_acl"
    __table_args__ = _acl_indexes("document")

    record_id: int = _part_of_key()
    subject: int = _part_of_key()
    rights: int = _part_of_key()
    condition_id: int = _part_of_key()
    valid_from: int = _part_of_key()
    valid_until: int = _part_of_key()
    support: int = _number()
    sort_key: str = _words(None)
    updated_at: int = _number()
    created_at: int = _number()


class ProfileAcl(SQLModel, table=True):
    """The same of profiles. Sight through documents is here too, marked by the bit DERIVED of its rights, once for each
    right to a document that brings it."""

    __tablename__: ClassVar[str] = "profile_acl"
    __table_args__ = _acl_indexes("profile")

    record_id: int = _part_of_key()
    subject: int = _part_of_key()
    rights: int = _part_of_key()
    condition_id: int = _part_of_key()
    valid_from: int = _part_of_key()
    valid_until: int = _part_of_key()
    support: int = _number()
    sort_key: str = _words(None)
    updated_at: int = _number()
    created_at: int = _number()


class Audit(SQLModel, table=True):
    """What was done and tried. The columns from `at` to `request` are read out of the body, so none can be changed
    without the hash. The `salt` of the digest in a body goes with the values that the digest is of."""

    __tablename__: ClassVar[str] = "audit"
    __table_args__ = (
        Index("audit_by_actor", "actor", "seq"),
        Index("audit_by_record", "record", "seq"),
        Index("audit_by_kind", "kind", "seq"),
        Index("audit_by_request", "request", "seq"),
        {"sqlite_strict": True, "sqlite_autoincrement": True},
    )

    seq: int | None = _key()
    body: str = _words(None)
    hash: bytes = Attribute(sa_column=Column(LargeBinary, nullable=False))
    at: int = _read_out("at", BIG)
    actor: str = _read_out("actor", Text)
    kind: str = _read_out("kind", Text)
    record: str | None = _read_out("record", Text)
    request: str | None = _read_out("request", Text)
    salt: bytes | None = Attribute(sa_column=Column(LargeBinary, nullable=True))


class AuditCheckpoint(SQLModel, table=True):
    """A signed statement of what the hash of an entry is; a prune says from which entry on the audit is kept."""

    __tablename__: ClassVar[str] = "audit_checkpoint"
    __table_args__ = (Index("checkpoint_by_seq", "seq"), STRICT)

    id: int | None = _key()
    seq: int = _number()
    body: str = _words(None)
    public_key: bytes = Attribute(sa_column=Column(LargeBinary, nullable=False))
    signature: bytes = Attribute(sa_column=Column(LargeBinary, nullable=False))


class ProfileKey(SQLModel, table=True):
    """The key of what the audit holds of a profile; an erasure drops it."""

    __tablename__: ClassVar[str] = "profile_key"
    __table_args__ = (STRICT,)

    profile_id: int = _key()
    key: bytes = Attribute(sa_column=Column(LargeBinary, nullable=False))


class Request(SQLModel, table=True):
    """What one call of the write path did: its changes are those from `first_seq` to `last_seq`."""

    __tablename__: ClassVar[str] = "request"
    __table_args__ = (Index("request_of_actor", "actor", "id"), STRICT)

    id: int | None = _key()
    uid: bytes = _uid()
    actor: str = _words(None)
    via: str = _words(None)
    at: int = _number()
    reason: str = _words()
    reverts: int | None = _number(null=True, unique=True)  # the request that this one undid or redid
    undo: int = _number(default="0")  # 1 when this one is an undo
    first_seq: int = _number()
    last_seq: int = _number()


class Change(SQLModel, table=True):
    """The log. `before` and `after` name a text by its digest, the ends and type of a link by their local ids."""

    __tablename__: ClassVar[str] = "change"
    __table_args__ = (
        CheckConstraint(f"entity IN {tuple(FIELDS)}", name="change_entity"),
        CheckConstraint("kind IN ('created', 'updated', 'deleted', 'restored', 'purged')", name="change_kind"),
        Index("change_of_record", "entity", "record_id"),
        {"sqlite_strict": True, "sqlite_autoincrement": True},
    )

    seq: int | None = _key()
    request_id: int = _number(of="request.id")
    entity: str = _words(None)
    record_id: int = _number()
    kind: str = _words(None)
    revision: int = _number()
    version: int = _number()
    before: str = _words("{}")
    after: str = _words("{}")
    taken: str = _words("{}")  # by field, how the merge came to it and what was overruled


class Stat(SQLModel, table=True):
    """Global totals, kept in the transaction that changes them."""

    __tablename__: ClassVar[str] = "stat"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    name: str = Attribute(sa_column=Column(Text, primary_key=True))
    value: int = _number()


class Memory(SQLModel, table=True):
    """What this place alone remembers: drafts, the last screen. Neither logged nor synced."""

    __tablename__: ClassVar[str] = "memory"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    key: str = Attribute(sa_column=Column(Text, primary_key=True))
    value: str = _words(None)
