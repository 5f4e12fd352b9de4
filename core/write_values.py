"""What is asked of a workspace to be done, and what came or would come of it: writes, receipts, previews."""

from __future__ import annotations

from typing import Any

import msgspec

from core.errors import Invalid
from core.fields import Entity
from core.merge_values import MergeResult, Take
from core.values import ChangeKind, Record, RecordId, Ref, id_text


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
    """From the trash, with the links that went with it and whose other end is there. A link whose profile was merged
    into another comes back at that one."""

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
    `into` has them. Names that are given up become aliases also of `fields`. With `versions`, of the two Records that
    were read, it raises Stale when either is not current.
    """

    into: RecordId
    other: RecordId
    fields: dict[str, Any] = {}
    versions: tuple[int, int] | None = None  # of `into` and of `other`


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
    refused: list[tuple[str, str]] = []  # of the first that cannot be as decided and stay open: title, reason


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
