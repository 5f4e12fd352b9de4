"""What is asked about access and audit, and what is answered."""

from __future__ import annotations

import re
from typing import Any, Literal

import msgspec

from core.rights import Action
from core.values import Actor, RecordId, Ref

State = Literal["PENDING", "EFFECTIVE", "EXPIRED"]


def state_at(valid_from: int | None, valid_until: int | None, at: int) -> State:
    """Of what is in force from and until these instants."""
    if valid_from is not None and at < valid_from:
        return "PENDING"
    return "EXPIRED" if valid_until is not None and valid_until <= at else "EFFECTIVE"


class Me(msgspec.Struct, frozen=True):
    """The account that a workspace is asked by. `alone` is the one operator of a store without a second account."""

    name: str
    alone: bool
    owner: bool
    id: RecordId = b""
    areas: dict[str, tuple[str, ...]] = {}  # the actions that it has in each area


class Reason(msgspec.Struct, frozen=True):
    """One rule that is about an account and a record, in force or not.

    `path` names how it reaches the account and the record: ["ann", "group office", "group hr"], or the link that
    brings it. It counts when it is EFFECTIVE and its condition holds.
    """

    effect: Literal["allow", "deny"]
    action: str
    path: list[str]
    rule: str  # "grant see on documents", "role auditor", "author of Report", "sight of Report"
    ref: Ref | None = None  # the grant, or the link
    valid_from: int | None = None
    valid_until: int | None = None
    state: State = "EFFECTIVE"
    condition: str = ""
    holds: bool = True

    @property
    def counts(self) -> bool:
        return self.state == "EFFECTIVE" and self.holds


class Explanation(msgspec.Struct, frozen=True):
    """Whether an account may do an action with a record or an area at an instant, and every rule about that."""

    account: str
    action: Action
    target: Ref | str
    title: str
    allowed: bool
    at: int
    reasons: list[Reason]  # what decides first
    missing: str = ""  # of a denial, for people: what denies it, or what would have to be granted


class Holder(msgspec.Struct, frozen=True):
    """An account and what it may do with a record, by which rules."""

    account: str
    id: RecordId
    actions: tuple[str, ...]
    reasons: list[Reason]  # those that count


class Effect(msgspec.Struct, frozen=True):
    """What a change of access does to one account: records that open and close to it, and how it may do with others."""

    account: str
    opens: int
    closes: int
    changes: int = 0  # records that it sees before and after, and may do other things with
    exact: bool = True  # False where only so many were counted


class AccessPreview(msgspec.Struct, frozen=True):
    """What writes to accounts, groups, roles, grants and types would open and close, for whom."""

    effects: list[Effect]  # up to 100 accounts, those with the most first
    accounts: int  # that anything changes for
    opens: int
    closes: int


# --- audit -----------------------------------------------------------------------------------------------


class AuditQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries; every filter that is given must hold."""

    actor: str = ""
    record: Ref | None = None
    kind: str = ""  # "document.updated", "access.denied", "login", ...; with a trailing dot all that begin so
    request: RecordId | None = None
    since: int | None = None  # microseconds
    until: int | None = None


class AuditEntry(msgspec.Struct, frozen=True):
    """One entry: who, via what, when, from where, what, on which record, with which outcome, and why if said.

    `before` and `after` are None where they were erased.
    """

    seq: int
    actor: Actor
    at: int
    kind: str
    record: Ref | None
    title: str  # of the record as it is now; "" for one that is gone, and where there is none
    request: RecordId | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    decision: str  # "allowed", "denied"
    reason: str
    detail: str = ""  # for people: which rule denied, how often, what was exported
    hash: bytes = b""


class Checkpoint(msgspec.Struct, frozen=True):
    """A signed statement that entry `seq` has this hash, to be kept outside of the store.

    Its text is one line of JSON; `core.checkpoints` writes and reads it.
    """

    seq: int
    hash: bytes
    at: int
    public_key: bytes
    signature: bytes
    kind: Literal["checkpoint", "prune"] = "checkpoint"


class Verdict(msgspec.Struct, frozen=True):
    """Whether the audit holds; `bad` is the seq of the first entry that is wrong, None where all are right."""

    entries: int
    first: int
    last: int
    checkpoints: int
    bad: int | None = None
    problem: str = ""  # for people: "entry 17 was changed after it was written"
    remarks: list[str] = []  # what is no fault but should be known: entries after the last checkpoint, a new key

    @property
    def sentence(self) -> str:
        """What is to be told of one that is bad; names the first bad entry.

        >>> Verdict(40, 1, 40, 1, bad=3, problem="change 3 has no entry; entry 31 is about change 4").sentence
        'the audit does not hold: entry 3: change 3 has no entry; entry 31 is about change 4'
        >>> Verdict(40, 1, 40, 1, bad=3, problem="entries 3 to 5 are missing").sentence
        'the audit does not hold: entries 3 to 5 are missing'
        """
        names_it = re.search(rf"\b(entry|entries) {self.bad}\b", self.problem)
        return f"the audit does not hold: {'' if names_it else f'entry {self.bad}: '}{self.problem}"


# --- erasure and retention -----------------------------------------------------------------------------------


class Erasure(msgspec.Struct, frozen=True):
    """What erasing a profile removes, or removed; `left` says what mentions it and is not its own."""

    profile: Ref
    title: str
    removed: dict[str, int]  # by kind of place: "fields", "changes", "audit entries", "drafts", ...
    left: list[str]
    dry_run: bool


class Pruning(msgspec.Struct, frozen=True):
    """What the rules of retention remove, or removed, by log."""

    changes: int
    audit: int
    changes_before: int | None  # instant
    audit_before: int | None
    dry_run: bool
