"""The values that pass between a workspace and its callers: queries, pages, records, writes, changes."""

from __future__ import annotations

import uuid
from typing import Any, Final, Literal, NamedTuple

import msgspec

from core.errors import Invalid
from core.fields import Entity
from core.merge_values import FieldConflict, MergeResult, Question, Side, Take, Taken

RecordId = bytes
"""The public id of a record: 16 bytes, a UUIDv7 (of a link: the uuid5 of its ends and type)."""


def id_text(id: RecordId) -> str:
    """The id as people and other programs write it: 8-4-4-4-12 hexadecimal digits."""
    return str(uuid.UUID(bytes=id))


class Ref(NamedTuple):
    """Names one record."""

    entity: Entity
    id: RecordId

    def __str__(self) -> str:
        return f"{self.entity} {id_text(self.id)}"


class Actor(msgspec.Struct, frozen=True):
    """Who did it: account, and via what."""

    name: str
    via: Literal["terminal", "cli", "api", "import", "sync", "source", "demo"] = "cli"


# --- reading ---------------------------------------------------------------------------------------

Sort = Literal["name", "updated", "created", "position", "deleted"]


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """Which records, in which order. Every filter that is given must hold.

    Profiles and documents sort by name (A first), updated or created (newest first). The links of a profile are
    always newest first, those of a document by position, all others the latest made first; the trash
    the latest deleted first. `descending` turns any of these round.

    With `text`, up to 200 matches come in the order asked for, more of them the latest made first.
    """

    entity: Entity
    text: str = ""
    kind: str = ""
    category: str = ""
    tag: str = ""
    type: str = ""  # relationship type, by name: of a link, or of any link of a profile or document
    profile: RecordId | None = None  # of a link
    document: RecordId | None = None  # of a link
    valid_at: int | None = None  # of a link: valid at this instant (microseconds)
    sort: Sort = "name"
    descending: bool = False
    trash: bool = False


Key = tuple[Any, int]
"""A place in an order: sort value and tie-break. Opaque to callers."""


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


Row = ProfileRow | DocumentRow | LinkRow | TypeRow | RuleRow | ConflictRow


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


class Count(msgspec.Struct, frozen=True):
    """`str(count)` is "999", or "1000+" where nobody counted further."""

    value: int
    exact: bool = True

    def __str__(self) -> str:
        return f"{self.value:,}" if self.exact else f"{self.value}+"


COUNT_LIMIT: Final = 1_000


class Group(msgspec.Struct, frozen=True):
    """The links of one type that a record has."""

    type: TypeRow
    count: Count


class Record(msgspec.Struct, frozen=True):
    """One record, whole. `fields` are as core.fields describes them, every field of the entity present."""

    ref: Ref
    title: str
    fields: dict[str, Any]
    revision: int
    version: int  # opaque: compare for equality, hand back with an edit
    created_at: int
    updated_at: int
    updated_by: str
    deleted_at: int | None = None
    external: list[tuple[str, str]] = []  # (source, external id)


class ConflictRecord(msgspec.Struct, frozen=True):
    """One conflict, whole."""

    id: RecordId
    record: Ref  # what it is about
    title: str  # of that record now
    question: Question
    fields: list[FieldConflict]  # those that are open; empty once it is settled
    mine: Side
    theirs: Side
    suggested: str
    outcome: dict[str, Taken]  # of the fields that were settled
    revision: int
    version: int  # hand it back with a Resolve
    created_at: int
    settled_at: int | None = None


class Blame(msgspec.Struct, frozen=True):
    """Who set a field to what it holds, and when."""

    actor: Actor
    at: int
    revision: int
    seq: int
    how: str = ""  # of a merge: "both", "rule 3 (newest)"


class Hit(msgspec.Struct, frozen=True):
    """A search result: the row, and for a document a line of its text around the first match."""

    entity: Entity
    row: ProfileRow | DocumentRow
    excerpt: str = ""


class Stats(msgspec.Struct, frozen=True):
    """Global totals, exact, kept by the write path; the trash is not counted in."""

    profiles: int
    documents: int
    links: int
    links_by_type: dict[str, int]  # largest first
    trash: int
    changes: int
    conflicts: int = 0  # open
    path: str = ""
    size: int = 0  # bytes on disk


# --- writing ---------------------------------------------------------------------------------------


class Create(msgspec.Struct, frozen=True):
    """A new record; a field that is not given is empty. A link to what an unlinked one joined revives that one.

    `external` is a source and the id that the record has there, unique for each entity. `source` names the one that
    says so: what it says is kept as the base of its next Edit.
    """

    entity: Entity
    fields: dict[str, Any]
    external: tuple[str, str] | None = None
    id: RecordId | None = None
    source: str = ""


class Edit(msgspec.Struct, frozen=True):
    """Sets the fields given. With `version` (of the Record that was read) it raises Stale when that is not current.

    With `merge` it does not: the two versions are merged, with what was read as the base, and what no rule can settle
    becomes a conflict. With `source` they are merged too, with what that source said last as the base, or with the
    `version` that its file was made from, where the record has had it.
    """

    ref: Ref
    fields: dict[str, Any]
    version: int | None = None
    merge: bool = False
    source: str = ""


class Delete(msgspec.Struct, frozen=True):
    """To the trash; the links of a profile or document go with it. `version` and `merge` are as in Edit."""

    ref: Ref
    version: int | None = None
    merge: bool = False


class Restore(msgspec.Struct, frozen=True):
    """From the trash, with the links that went with it and whose other end is there."""

    ref: Ref


class Value(msgspec.Struct, frozen=True):
    """A choice that is none of the sides: this value."""

    value: Any


class Resolve(msgspec.Struct, frozen=True):
    """Settles fields of a conflict, and the conflict with its last one; raises Stale when `version` is not current."""

    conflict: RecordId
    choices: dict[str, Take | Value]  # by field
    version: int | None = None  # of the ConflictRecord that was read


class MergeProfiles(msgspec.Struct, frozen=True):
    """Makes `other` one with `into`: its links move, its name becomes an alias, and it goes to the trash.

    `fields` are those of the merged profile that a person decided; the others are merged, and where both clash stay as
    `into` has them. Names that are given up become aliases also of `fields`.
    """

    into: RecordId
    other: RecordId
    fields: dict[str, Any] = {}


class SplitProfile(msgspec.Struct, frozen=True):
    """Takes these links away from a profile, to another one (`other`) or a new one of `fields`.

    One that was merged into it comes back from the trash, and what that merge brought to the profile goes; of a link
    that both had before, each has its own again.
    """

    profile: RecordId
    links: list[RecordId]
    other: RecordId | None = None
    fields: dict[str, Any] = {}


Write = Create | Edit | Delete | Restore | Resolve | MergeProfiles | SplitProfile


class Receipt(msgspec.Struct, frozen=True):
    """What a request did. `refs` has a Ref for each write, in order; `changes` counts entries of the change log."""

    request: RecordId | None  # None when nothing had to change
    refs: list[Ref]
    changes: int
    summary: str = ""  # for people: "linked 3 records"
    conflicts: list[RecordId] = []  # open ones that this request met with or made


class Settlement(msgspec.Struct, frozen=True):
    """What a rule decides of the open conflicts, or has decided when there is a receipt."""

    decided: int  # fields
    total: int  # fields that were open
    records: int  # with a decided field
    open: int  # fields that stay so
    receipt: Receipt | None = None
    sample: list[tuple[str, str, str]] = []  # of the first: title, field, value as people read it


class Touched(msgspec.Struct, frozen=True):
    """What taking back would do to one record."""

    ref: Ref
    title: str
    kind: ChangeKind
    fields: list[str]
    overtaken: list[str] = []  # fields that someone changed later; they are merged
    clashing: list[str] = []  # of these, the ones that become a conflict
    kept: str = ""  # why the record stays as it is


class TakingBack(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be as it was: everything that a request, or a way in or an actor since an instant, did, as far as it
    is about `ref` and `fields` where those are given.

    With `ref` and an instant or a revision alone, the record is set back to how it was then, whoever changed it since.
    """

    ref: Ref | None = None
    fields: tuple[str, ...] = ()
    request: RecordId | None = None
    actor: str = ""
    via: str = ""
    since: int | None = None  # microseconds; everything after it
    revision: int | None = None  # of `ref`; everything after it


class Taking(msgspec.Struct, frozen=True):
    """What taking back touches, or touched when there is a receipt."""

    touched: list[Touched]  # up to 1,000, those that are kept first
    records: int  # that change
    receipt: Receipt | None = None
    summary: str = ""  # for people: "updated 30 profiles, restored 1 link"
    kept: int = 0  # records that stay as they are although they should change


class ProfileMerge(msgspec.Struct, frozen=True):
    """What a MergeProfiles would do."""

    into: Record
    other: Record
    result: MergeResult  # of its conflicts `mine` is what `into` holds, and what `value` has
    moved: int  # links
    joined: int  # links that both have, which become one


class Candidate(msgspec.Struct, frozen=True):
    """Two profiles that may be one person."""

    one: ProfileRow
    other: ProfileRow
    strength: Literal["strong", "weak"]
    why: str  # "email ann@example.org"


def tell_apart(one: Record, other: Record) -> list[Edit]:
    """The writes by which two profiles are never proposed as one again; merged, so that nobody's other mark is lost.

    Raises Invalid for one and the same.
    """
    if one.ref == other.ref:
        raise Invalid("a profile cannot be told apart from itself; name two profiles")
    return [
        Edit(
            profile.ref,
            {"distinct_from": list(dict.fromkeys((*profile.fields["distinct_from"], id_text(mark.ref.id))))},
            profile.version,
            merge=True,
        )
        for profile, mark in ((one, other), (other, one))
    ]


ChangeKind = Literal["created", "updated", "deleted", "restored", "purged"]


class Change(msgspec.Struct, frozen=True):
    """One entry of the change log. `before` and `after` hold the changed fields alone."""

    seq: int
    request: RecordId
    ref: Ref
    title: str  # of the record as it is now
    kind: ChangeKind
    revision: int
    version: int
    before: dict[str, Any]
    after: dict[str, Any]
    actor: Actor
    at: int
    ends: tuple[RecordId, ...] = ()  # of a link: its document and its profile
    reason: str = ""
    reverts: RecordId | None = None  # the request that this one undid or redid
    size: int = 1  # changes in the same request
    taken: dict[str, Taken] = {}  # of a merge: by field how it came about, and what was overruled

    @property
    def type(self) -> str:
        return f"{self.ref.entity}.{self.kind}"
