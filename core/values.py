"""What is asked of a workspace and what it answers: queries, pages, records, conflicts, changes."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from core.fields import Entity
from core.merge_values import FieldConflict, Question, Side, Taken

RecordId = bytes
"""The public id of a record: 16 bytes, a UUIDv7 (of a link: the uuid5 of its ends and type)."""


def id_text(id: RecordId) -> str:
    """The id as people and other programs write it: 8-4-4-4-12 hexadecimal digits."""
    return str(uuid.UUID(bytes=id))


def as_uid(id: str) -> RecordId:
    """The id that `id_text` wrote, as memberships and ties hold it. Raises ValueError."""
    return bytes.fromhex(id.replace("-", ""))


class Ref(NamedTuple):
    """Names one record."""

    entity: Entity
    id: RecordId

    def __str__(self) -> str:
        return f"{self.entity} {id_text(self.id)}"


class Actor(msgspec.Struct, frozen=True):
    """Who did it: account, via what, and from where. Whoever makes one has made sure of all that (core.logins)."""

    name: str
    via: Literal["terminal", "cli", "api", "import", "sync", "source", "demo"] = "cli"
    address: str = ""  # of the network that the request came over; "" on the machine of the store
    secure: bool = True  # over an encrypted connection, or over none
    system_user: str = ""  # who it is to the operating system of the machine


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
    subject: Ref | None = None  # of a grant: the account, group, role or profile that it is to
    target: Ref | None = None  # of a grant: the record that it is on
    sort: Sort = "name"
    descending: bool = False
    trash: bool = False


Key = tuple[Any, int]
"""A place in an order: sort value and tie-break. Opaque to callers."""


class Count(msgspec.Struct, frozen=True):
    """`str(count)` is "999", or "1000+" where nobody counted further."""

    value: int
    exact: bool = True

    def __str__(self) -> str:
        return f"{self.value:,}" if self.exact else f"{self.value}+"


COUNT_LIMIT: Final = 1_000


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
    withheld: list[str] = []  # what is confidential and not shown: fields, or attributes as "attributes.salary"


def tell_withheld(withheld: Sequence[str]) -> str:
    """A sentence for people; "" where nothing is withheld.

    >>> tell_withheld(["attributes.salary"])
    '1 confidential field is not shown'
    """
    count = len(withheld)
    return f"{count:,} confidential field{' is' if count == 1 else 's are'} not shown" if count else ""


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
    withheld: list[str] = []  # what is confidential and not shown, as in Record: some of these may be open


class Blame(msgspec.Struct, frozen=True):
    """Who set a field to what it holds, and when."""

    actor: Actor
    at: int
    revision: int
    seq: int
    how: str = ""  # of a merge: "both", "rule 3 (newest)"


class Stats(msgspec.Struct, frozen=True):
    """Global totals, kept by the write path; the trash is not counted in.

    For who does not see everything they are counts of what is seen, and where these are not `exact` a total of
    COUNT_LIMIT stands for that many or more. `changes` is the seq of the latest change that is seen.
    """

    profiles: int
    documents: int
    links: int
    links_by_type: dict[str, int]  # largest first
    trash: int
    changes: int
    conflicts: int = 0  # open
    path: str = ""
    size: int = 0  # bytes on disk
    exact: bool = True

    def shown(self, total: int) -> str:
        """One of the totals, for people."""
        return str(Count(total, self.exact or total != COUNT_LIMIT))


# --- the change log ----------------------------------------------------------------------------------


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
    size: int = 1  # changes in the same request; only up to 1,000 are counted for who does not see everything
    taken: dict[str, Taken] = {}  # of a merge: by field how it came about, and what was overruled
    withheld: list[str] = []  # what is confidential and not shown, as in Record

    @property
    def type(self) -> str:
        return f"{self.ref.entity}.{self.kind}"

    @property
    def is_access_notice(self) -> bool:
        """Whether this is no entry of the log: see access_notice."""
        return self.reason == ACCESS_CHANGED and not self.revision


ACCESS_CHANGED: Final = "access changed"


def access_notice(account: RecordId, name: str, seq: int, at: int) -> Change:
    """What a follower who does not see everything is told at the end of a batch that may open or close something for
    it: to read anew what it shows. It stands in no log, and tells nothing else."""
    return Change(
        seq=seq,
        request=bytes(16),
        ref=Ref("account", account),
        title=name,
        kind="updated",
        revision=0,
        version=0,
        before={},
        after={},
        actor=Actor(name),
        at=at,
        reason=ACCESS_CHANGED,
    )


class Changes(list[Change]):
    """What was found of the log. `go_on` is the seq to go on from, as `before` or `after`; None at the end of the log.

    For who does not see everything a part of the log may hold little or nothing: an answer that is short, or empty,
    is the last one only where `go_on` is None.
    """

    def __init__(self, changes: Iterable[Change] = (), go_on: int | None = None) -> None:
        super().__init__(changes)
        self.go_on = go_on
