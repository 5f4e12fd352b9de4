"""The one interface that the terminal, the command line and the hub's routes call.

A workspace may be used by several threads at once. `open_workspace` gives the LocalWorkspace on a store file.
Every method may raise Unavailable (busy, read-only, full) and Corrupt beside what its docstring names, and Denied where
the account of the actor may see what it is about and not do that. What an account may not see is to every method as if
it did not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Event
from typing import Any, BinaryIO, Protocol

from core.access_values import (
    AccessPreview,
    AuditEntry,
    AuditQuery,
    Checkpoint,
    Erasure,
    Explanation,
    Holder,
    Me,
    Pruning,
    Verdict,
)
from core.fields import Entity
from core.rights import Action
from core.rows import Candidate, Group, Hit, Page, TypeRow
from core.rules import Rule
from core.values import Actor, Blame, Change, Changes, ConflictRecord, Count, Key, Query, Record, RecordId, Ref, Stats
from core.write_values import ProfileMerge, Receipt, Settlement, Taking, TakingBack, Write

Progress = Callable[[int, int], None]
"""Called now and then with (done, total)."""

PAGE = 200  # rows


class Workspace(Protocol):
    actor: Actor
    reason: str
    """Why what follows is read; a condition may ask for it. A write has a reason of its own."""

    # --- lists ---------------------------------------------------------------------------------

    def page(
        self,
        query: Query,
        *,
        key: Key | None = None,
        backwards: bool = False,
        offset: int = 0,
        limit: int = PAGE,
    ) -> Page:
        """Up to `limit` rows after `key` (before it when backwards), or from the start (the end).

        `offset` skips that many rows first; it costs time in proportion, a key does not. Raises NotFound when
        the query names a record or type that does not exist.
        """

    def count(self, query: Query) -> Count:
        """How many rows the query has: a total exactly where one is kept, otherwise exact up to 1,000."""

    def rank(self, query: Query, id: RecordId) -> int | None:
        """How many rows stand before this record; None when the query does not hold it. Costs a count."""

    def groups(self, ref: Ref) -> list[Group]:
        """The relationship types of a profile's or document's links, each with its count."""

    def types(self) -> list[TypeRow]:
        """All relationship types by name."""

    def search(self, text: str, *, entity: Entity | None = None, limit: int = 50) -> list[Hit]:
        """Up to `limit` profiles and as many documents that hold every word, the last one as a prefix.

        Those that hold them in the name or title come first; the best first where few match.
        """

    def stats(self) -> Stats: ...

    # --- records -------------------------------------------------------------------------------

    def get(self, ref: Ref, *, at: int | None = None, revision: int | None = None) -> Record:
        """The record, also from the trash; as it was at an instant or revision. Raises NotFound."""

    def resolve(self, name: str, entity: Entity | None = None) -> Ref:
        """The record of this id, external id, unique name or alias. Raises NotFound, Ambiguous.

        What named a profile that was merged into another names that other one; its id alone is still its own.
        """

    def find_external(
        self, entity: Entity, source: str, ids: Sequence[str], *, follow: bool = True
    ) -> dict[str, Record]:
        """The records, in the trash or not, that have one of these external ids of the source.

        In place of a profile that was merged into another stands that other one, unless it is not to `follow`.
        """

    def said(self, entity: Entity, source: str, ids: Sequence[RecordId]) -> dict[RecordId, dict[str, Any]]:
        """The fields that the source named when it spoke last of these records; of those it never did, nothing."""

    def find_links(
        self, keys: Sequence[tuple[RecordId, RecordId, str]]
    ) -> dict[tuple[RecordId, RecordId, str], Record]:
        """The links, in the trash or not, of these documents, profiles and types by name."""

    # --- the one write path --------------------------------------------------------------------

    def write(self, writes: Sequence[Write], *, reason: str = "", progress: Progress | None = None) -> Receipt:
        """All of the writes in one transaction under one request id, or none of them.

        An edit that changes nothing makes no change entry. Raises NotFound, Invalid, Exists, Stale.
        """

    def purge(self, before: int, *, dry_run: bool = False) -> dict[str, int]:
        """Deletes for good what went to the trash before the instant; counts by kind of record, and of "content".

        What an open conflict asks about stays, and what was merged into a record as long as that one. A purge cannot
        be undone, and neither can a request whose records were purged.
        """

    def undo(self, request: RecordId | None = None, *, seq: int | None = None) -> Receipt:
        """Takes back a request (the actor's latest by default), or the one change `seq`, as new changes.

        Raises Conflict when that would overwrite a later edit or was undone before, NotFound when there is
        nothing to undo; then nothing is changed.
        """

    def redo(self) -> Receipt:
        """Takes back the actor's latest undo. Raises as undo does."""

    # --- conflicts and rules, which page() lists and write() changes -------------------------------

    def conflict(self, id: RecordId) -> ConflictRecord:
        """Raises NotFound."""

    def rules(self) -> list[Rule]:
        """Those in force, in their order."""

    def settle(self, rule: Rule, conflicts: Sequence[RecordId] | None = None, *, dry_run: bool = False) -> Settlement:
        """Settles what the rule can decide, in these conflicts or in all open ones, as one request."""

    # --- profiles that are one person ------------------------------------------------------------

    def candidates(self, *, limit: int = 1_000) -> list[Candidate]:
        """Pairs of profiles that may be one, the strong first, without those that were told apart."""

    def preview_merge(self, into: RecordId, other: RecordId) -> ProfileMerge:
        """Raises NotFound, Invalid."""

    # --- the change log ------------------------------------------------------------------------

    def blame(self, ref: Ref) -> dict[str, Blame]:
        """For each field that holds something, who set it last. Raises NotFound."""

    def take_back(self, scope: TakingBack, *, dry_run: bool = False, reason: str = "") -> Taking:
        """Makes what the scope names as it was before, as one request that can be undone.

        What others changed since is merged with, and may become a conflict; a record that cannot follow is told as
        kept. Raises NotFound when nothing was done there, Invalid, Conflict for one that was merged into another.
        """

    def changes(
        self,
        *,
        ref: Ref | None = None,
        request: RecordId | None = None,
        actor: str = "",
        entity: Entity | None = None,
        after: int | None = None,
        before: int | None = None,
        limit: int = PAGE,
    ) -> Changes:
        """Entries of the log. With `after` (a seq) the oldest first from there, otherwise the newest first.

        For who does not see everything a call looks at so many entries and no more: an answer may be short, even
        empty, before the log ends. Where there is more, its `go_on` is where to go on from.
        """

    def cursor(self) -> int:
        """The seq of the latest change; 0 for an empty log."""

    def follow(self, stop: Event, *, after: int | None = None) -> Iterator[list[Change]]:
        """Batches of changes as they are committed by any process, until `stop` is set. Blocks its thread.

        A batch is what may be seen then. Where it may have opened or closed something else to the account, it ends
        with a Change that `is_access_notice`. Raises Denied when the account is gone.
        """

    # --- who may -------------------------------------------------------------------------------

    def log_in(self, name: str = "", ask: Callable[[str], str] | None = None) -> None:
        """Makes the account of this name, or the one of the system user, the actor of all that follows.

        An account is proven by its system user or, with `ask` (which is given its name), by its password. Nothing is
        asked while there is no second account. Raises Denied.
        """

    def set_password(self, account: str, password: str) -> None:
        """Sets the password of an account, one's own or as who administers access; "" takes it away.

        Raises NotFound, Denied, Invalid for one that is too short.
        """

    def me(self) -> Me:
        """The account that asks. Raises Denied for one that there is not any more."""

    def may(self, ref: Ref, *, with_reason: bool = False) -> tuple[str, ...]:
        """The actions that the account may do with the record, or might if it gave a reason, in the order of
        core.fields.ACTIONS. Raises NotFound."""

    def explain(self, account: str, target: Ref | str, *, action: Action = "see", at: int | None = None) -> Explanation:
        """Why the account of this name may or may not do that with a record or an area, now or at an instant.

        Everyone may ask about oneself; about others, who may see the administration of access or share the record.
        Raises NotFound, Invalid for an action or area that there is not.
        """

    def who(self, ref: Ref, *, at: int | None = None) -> list[Holder]:
        """The accounts that may see the record, by name, and by which rules; asked by whom explain may be."""

    def preview_access(self, writes: Sequence[Write]) -> AccessPreview:
        """What these writes would open and close. Raises what writing them would."""

    def rebuild_access(self) -> int:
        """Works out anew what all grants and links come to; returns how many rows were wrong. Raises Denied."""

    # --- who did -------------------------------------------------------------------------------

    def audit(
        self, query: AuditQuery, *, after: int | None = None, before: int | None = None, limit: int = PAGE
    ) -> list[AuditEntry]:
        """Entries of the audit. With `after` (a seq) the oldest first from there, otherwise the newest first."""

    def verify_audit(self, checkpoints: Sequence[Checkpoint] = (), *, progress: Progress | None = None) -> Verdict:
        """Whether the chain of the audit holds, and agrees with its checkpoints and with these, kept elsewhere."""

    def checkpoint_audit(self) -> Checkpoint:
        """A signed checkpoint of the latest entry, to be kept outside of the store. Raises NotFound without any."""

    def note(self, kind: str, *, detail: str = "") -> None:
        """Writes into the audit what is no change: a login, an export."""

    # --- erasure and retention --------------------------------------------------------------------

    def erase(self, profile: RecordId, *, dry_run: bool = False, reason: str = "") -> Erasure:
        """Removes for good what the store knows of a person; the profile stays, without a name, and so do its links.

        It cannot be undone, nor can what was done to the profile before. Raises NotFound, Denied, Conflict while an
        open conflict or an account needs it.
        """

    def prune(self, *, dry_run: bool = False) -> Pruning:
        """Removes from the logs what the rules of retention let go."""

    # --- contents, and what this place remembers -------------------------------------------------

    def store_content(self, stream: BinaryIO) -> tuple[str, int]:
        """Keeps the bytes, once; returns (sha-256, size) for an entry of a document's `contents`."""

    def open_content(self, sha256: str, document: RecordId | None = None) -> BinaryIO:
        """The bytes, as a content of that document or of any that the account may read. Raises NotFound, and Corrupt
        when the bytes do not have that digest."""

    def remember(self, key: str, value: Any) -> None:
        """Keeps a JSON-able value for this account at this place alone (a draft, the last screen); None forgets it."""

    def recall(self, prefix: str) -> dict[str, Any]:
        """What was remembered under keys that start with `prefix`."""

    def close(self) -> None: ...


def open_workspace(path: str, actor: Actor, *, create: bool = True) -> Workspace:
    """A workspace on the store file; makes it where there is none. Raises NotFound (with create=False), Incompatible,
    Corrupt and Unavailable."""
    from core.local import LocalWorkspace

    return LocalWorkspace(path, actor, create=create)
