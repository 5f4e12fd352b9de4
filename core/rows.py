"""What lists hold: a row of each kind of record, and pages of them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from core.fields import Entity
from core.merge_values import Question, Side
from core.values import Count, Key, RecordId, Ref


class ProfileRow(msgspec.Struct, frozen=True, gc=False):
    """A profile in a list."""

    id: RecordId
    name: str
    kind: str
    email: str | None  # the first
    revision: int
    created_at: int
    updated_at: int
    sort_value: Any
    number: int

    @property
    def label(self) -> str:
        return self.name


class DocumentRow(msgspec.Struct, frozen=True, gc=False):
    """A document in a list."""

    id: RecordId
    title: str
    category: str
    tags_json: str
    media_type: str
    revision: int
    created_at: int
    updated_at: int
    sort_value: Any
    number: int

    @property
    def label(self) -> str:
        return self.title

    @property
    def tags(self) -> list[str]:
        return decode_tags(self.tags_json)


class LinkRow(msgspec.Struct, frozen=True, gc=False):
    """A link in a list. When the query names one end, that end's title or name is "": the caller knows it."""

    id: RecordId
    document: RecordId
    profile: RecordId
    type: str
    document_title: str
    profile_name: str
    profile_kind: str
    position: int | None
    valid_from: int | None
    valid_until: int | None
    category: str
    collection: str
    tags_json: str
    revision: int
    created_at: int
    updated_at: int
    sort_value: Any
    number: int

    @property
    def label(self) -> str:
        return " · ".join(filter(None, (self.document_title, self.type, self.profile_name)))

    @property
    def tags(self) -> list[str]:
        return decode_tags(self.tags_json)


class TypeRow(msgspec.Struct, frozen=True, gc=False):
    """A relationship type: from a document `name` ("author"), from a profile `inverse` ("author of")."""

    id: RecordId
    name: str
    inverse: str
    profile_kinds_json: str
    revision: int
    created_at: int
    updated_at: int
    sort_value: Any
    number: int

    @property
    def label(self) -> str:
        return self.name

    @property
    def profile_kinds(self) -> list[str]:
        return decode_tags(self.profile_kinds_json)


class RuleRow(msgspec.Struct, frozen=True, gc=False):
    """A rule in a list, in the order in which rules are asked."""

    id: RecordId
    name: str
    entity: str
    field: str
    relationship: str
    actor: str
    source: str
    tag: str
    prefer: str
    preferred: str
    revision: int
    created_at: int
    updated_at: int
    sort_value: Any
    number: int

    @property
    def label(self) -> str:
        return self.name


class ConflictRow(msgspec.Struct, frozen=True, gc=False):
    """A conflict in a list, the newest first. `question` is of core.fields.QUESTIONS."""

    id: RecordId
    record_entity: Entity
    record_id: RecordId
    title: str  # of the record as it is now
    question: Question
    fields_json: str  # names of the open fields
    sides_json: str
    suggested: str
    revision: int
    created_at: int
    updated_at: int
    sort_value: Any
    number: int

    @property
    def label(self) -> str:
        return self.title

    @property
    def record(self) -> Ref:
        return Ref(self.record_entity, self.record_id)

    @property
    def fields(self) -> list[str]:
        return decode_tags(self.fields_json)

    @property
    def mine(self) -> Side:
        return _decode_sides(self.sides_json)["mine"]

    @property
    def theirs(self) -> Side:
        return _decode_sides(self.sides_json)["theirs"]


class AccountRow(msgspec.Struct, frozen=True, gc=False):
    """An account in a list. Groups and roles are ids as text, or names of built-in roles."""

    id: RecordId
    name: str
    kind: str
    tied_to: str  # id of a profile as text, or ""
    groups_json: str
    roles_json: str
    system_user: str
    revision: int
    created_at: int
    updated_at: int
    sort_value: Any
    number: int

    @property
    def label(self) -> str:
        return self.name

    @property
    def groups(self) -> list[str]:
        return decode_tags(self.groups_json)

    @property
    def roles(self) -> list[str]:
        return decode_tags(self.roles_json)


class GroupRow(msgspec.Struct, frozen=True, gc=False):
    """A group of accounts in a list, with the groups that it is a member of."""

    id: RecordId
    name: str
    description: str
    groups_json: str
    roles_json: str
    revision: int
    created_at: int
    updated_at: int
    sort_value: Any
    number: int

    @property
    def label(self) -> str:
        return self.name

    @property
    def groups(self) -> list[str]:
        return decode_tags(self.groups_json)

    @property
    def roles(self) -> list[str]:
        return decode_tags(self.roles_json)


class RoleRow(msgspec.Struct, frozen=True, gc=False):
    """A role in a list."""

    id: RecordId
    name: str
    description: str
    revision: int
    created_at: int
    updated_at: int
    sort_value: Any
    number: int

    @property
    def label(self) -> str:
        return self.name


class GrantRow(msgspec.Struct, frozen=True, gc=False):
    """A grant or denial in a list, the newest first. `effect` is "allow" or "deny"."""

    id: RecordId
    effect: str
    subject_kind: str  # of core.fields.SUBJECTS
    subject: str  # its id as text; "" for everyone
    subject_name: str
    action: str  # of core.fields.ACTIONS
    target_kind: str  # "profile", "document", or of core.fields.AREAS
    target: str  # its id as text; "" for an area
    target_name: str
    valid_from: int | None
    valid_until: int | None
    condition: str
    note: str
    revision: int
    created_at: int
    updated_at: int
    sort_value: Any
    number: int

    @property
    def label(self) -> str:
        return " ".join((self.effect, self.action, self.target_name, "to", self.subject_name))


class MarkRow(msgspec.Struct, frozen=True, gc=False):
    """A confidential attribute in a list."""

    id: RecordId
    entity: str
    attribute: str
    revision: int
    created_at: int
    updated_at: int
    sort_value: Any
    number: int

    @property
    def label(self) -> str:
        return f"{self.entity} {self.attribute}"


class RetentionRow(msgspec.Struct, frozen=True, gc=False):
    """How many days a log ("changes", "audit") is kept."""

    id: RecordId
    log: str
    days: int
    revision: int
    created_at: int
    updated_at: int
    sort_value: Any
    number: int

    @property
    def label(self) -> str:
        return self.log


Row = (
    ProfileRow
    | DocumentRow
    | LinkRow
    | TypeRow
    | RuleRow
    | ConflictRow
    | AccountRow
    | GroupRow
    | RoleRow
    | GrantRow
    | MarkRow
    | RetentionRow
)


def key_of(row: Row) -> Key:
    """The place of a row in the order of the query that it came from."""
    return (row.sort_value, row.number)


_decode_strings = msgspec.json.Decoder(list[str]).decode
_decode_sides = msgspec.json.Decoder(dict[str, Side]).decode


def decode_tags(text: str) -> list[str]:
    return _decode_strings(text)


class Page(msgspec.Struct, frozen=True):
    """Rows in the order of the query, whichever way they were read."""

    rows: list[Any]  # of Row, all of one type

    @property
    def first(self) -> Key | None:
        return key_of(self.rows[0]) if self.rows else None

    @property
    def last(self) -> Key | None:
        return key_of(self.rows[-1]) if self.rows else None


class Group(msgspec.Struct, frozen=True):
    """The links of one type that a record has."""

    type: TypeRow
    count: Count


class Hit(msgspec.Struct, frozen=True):
    """A search result: the row, and for a document a line of its text around the first match."""

    entity: Entity
    row: ProfileRow | DocumentRow
    excerpt: str = ""


class Candidate(msgspec.Struct, frozen=True):
    """Two profiles that may be one person."""

    one: ProfileRow
    other: ProfileRow
    strength: Literal["strong", "weak"]
    why: str  # "email ann@example.org"
