"""The values that pass between a workspace and its callers: queries, pages, records, writes, changes."""

from __future__ import annotations

import uuid
from typing import Any, Final, Literal, NamedTuple

import msgspec

from core.fields import Entity

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


Row = ProfileRow | DocumentRow | LinkRow | TypeRow


def key_of(row: Row) -> Key:
    """The place of a row in the order of the query that it came from."""
    return (row.sort_value, row.number)


_decode_strings = msgspec.json.Decoder(list[str]).decode


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
    path: str = ""
    size: int = 0  # bytes on disk


# --- writing ---------------------------------------------------------------------------------------


class Create(msgspec.Struct, frozen=True):
    """A new record; a field that is not given is empty. A link to what an unlinked one joined revives that one."""

    entity: Entity
    fields: dict[str, Any]
    external: tuple[str, str] | None = None  # (source, external id), unique for each entity
    id: RecordId | None = None


class Edit(msgspec.Struct, frozen=True):
    """Sets the fields given. With `version` (of the Record that was read) it raises Stale when that is not current."""

    ref: Ref
    fields: dict[str, Any]
    version: int | None = None


class Delete(msgspec.Struct, frozen=True):
    """To the trash; the links of a profile or document go with it."""

    ref: Ref
    version: int | None = None


class Restore(msgspec.Struct, frozen=True):
    """From the trash, with the links that went with it and whose other end is there."""

    ref: Ref


Write = Create | Edit | Delete | Restore


class Receipt(msgspec.Struct, frozen=True):
    """What a request did. `refs` has a Ref for each write, in order; `changes` counts entries of the change log."""

    request: RecordId | None  # None when nothing had to change
    refs: list[Ref]
    changes: int
    summary: str = ""  # for people: "linked 3 records"


ChangeKind = Literal["created", "updated", "deleted", "restored"]


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

    @property
    def type(self) -> str:
        return f"{self.ref.entity}.{self.kind}"
