"""The workspace on a store file of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

from core import (
    access,
    access_preview,
    acl,
    attempts,
    audit,
    audit_reads,
    audit_verify,
    best_matches,
    blobs,
    candidates,
    changes,
    checkpoints,
    conflicts,
    erasure,
    explain,
    history,
    holders,
    logins,
    lookups,
    memories,
    naming,
    profile_merge,
    purge,
    reads,
    retention,
    rights,
    settling,
    taking_back,
    totals,
    undo,
    writes,
)
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
from core.attempts import Attempt, Attempts
from core.errors import Denied
from core.fields import Entity
from core.instants import now
from core.reading import Reading
from core.rights import Action
from core.rows import Candidate, Group, Hit, Page, TypeRow
from core.rule_store import stored_rules
from core.rules import Rule
from core.store import Connection, Store
from core.values import Actor, Blame, Change, Changes, ConflictRecord, Count, Key, Query, Record, RecordId, Ref, Stats
from core.viewer import Identity, Viewer, context_of, identify, is_current, read_epoch, view
from core.workspace import PAGE, Progress
from core.write_values import ProfileMerge, Receipt, Settlement, Taking, TakingBack, Write


@attempts.guarded
class LocalWorkspace:
    """See core.workspace.Workspace for what each method returns and raises."""

    def __init__(self, path: str | Path, actor: Actor, *, create: bool = True) -> None:
        self.actor = actor
        self.reason = ""
        self.clock: Callable[[], int] = now
        """Tells the instant that reads are about; a test sets it."""
        self.store = Store(path, create=create)
        self._blobs = Path(f"{path}-blobs")
        self._identity: Identity | None = None
        self._stored_here: set[str] = set()  # contents, by their SHA-256
        self._attempts = Attempts(self.store, lambda: self.clock())

    def _viewer(self, at: int | None = None) -> Viewer:
        """As whom a read is answered, now or at an instant."""
        identity = self._identity
        if identity is not None and is_current(identity, self.store):
            return self._view(identity, at)
        with self.store.read() as db:
            return self._viewer_in(db, at)

    def _viewer_in(self, db: Connection, at: int | None = None) -> Viewer:
        identity = self._identity
        if identity is None or identity.epoch != read_epoch(db):
            self._identity = identity = identify(db, self.actor)
        return self._view(identity, at)

    def _view(self, identity: Identity, at: int | None) -> Viewer:
        return view(identity, context_of(self.actor, self.clock() if at is None else at, self.reason))

    @contextmanager
    def _reading(self) -> Iterator[Reading]:
        """One reading of the store for this account; what it handed out of confidential is told afterwards."""
        with self.store.read() as db:
            reading = Reading(db, self._viewer_in(db))
            yield reading
        if reading.handed_out:
            self._read_confidential(list(reading.handed_out))

    def _read_confidential(self, refs: Sequence[Ref]) -> None:
        """Something confidential of these records is read by an account that may. Raises Unavailable where that cannot
        be recorded."""
        said = {"reason": self.reason}
        self._attempts.read([Attempt(self.actor, f"{ref.entity}.read", ref, said) for ref in refs])

    def log_in(self, name: str = "", ask: Callable[[str], str] | None = None) -> None:
        asked: list[str] = []

        def ask_and_remember(name: str) -> str:
            asked.append(name)
            return ask(name) if ask else ""

        try:
            self.actor = logins.log_in(self.store, self.actor, name, ask_and_remember if ask else None)
        except Denied as error:
            raise attempts.at_account(self.store, name, error) from None
        self._identity = None
        if asked:
            audit.note(self.store, self.actor, "login", "by password", "")

    def set_password(self, account: str, password: str) -> None:
        logins.set_password(self.store, self.actor, self._viewer(), account, password)

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
        return reads.page(self.store, self._viewer(), query, key, backwards, offset, limit)

    def count(self, query: Query) -> Count:
        return reads.count(self.store, self._viewer(), query)

    def rank(self, query: Query, id: RecordId) -> int | None:
        return reads.rank(self.store, self._viewer(), query, id)

    def groups(self, ref: Ref) -> list[Group]:
        return reads.groups(self.store, self._viewer(), ref)

    def types(self) -> list[TypeRow]:
        return reads.types(self.store, self._viewer())

    def search(self, text: str, *, entity: Entity | None = None, limit: int = 50) -> list[Hit]:
        return best_matches.find(self.store, self._viewer(), text, entity, limit)

    def stats(self) -> Stats:
        return totals.read(self.store, self._viewer())

    # --- records -------------------------------------------------------------------------------

    def get(self, ref: Ref, *, at: int | None = None, revision: int | None = None) -> Record:
        with self._reading() as reading:
            return lookups.get(reading, ref, at=at, revision=revision)

    def resolve(self, name: str, entity: Entity | None = None) -> Ref:
        with self._reading() as reading:
            return naming.resolve(reading, name, entity)

    def find_external(
        self, entity: Entity, source: str, ids: Sequence[str], *, follow: bool = True
    ) -> dict[str, Record]:
        with self._reading() as reading:
            return lookups.find_external(reading, entity, source, ids, follow=follow)

    def said(self, entity: Entity, source: str, ids: Sequence[RecordId]) -> dict[RecordId, dict[str, Any]]:
        with self._reading() as reading:
            return lookups.said(reading, entity, source, ids)

    def find_links(
        self, keys: Sequence[tuple[RecordId, RecordId, str]]
    ) -> dict[tuple[RecordId, RecordId, str], Record]:
        with self._reading() as reading:
            return lookups.find_links(reading, keys)

    # --- the one write path --------------------------------------------------------------------

    def write(self, requested: Sequence[Write], *, reason: str = "", progress: Progress | None = None) -> Receipt:
        return writes.apply(
            self.store,
            self.actor,
            requested,
            reason=reason or self.reason,
            progress=progress,
            stored_here=self._stored_here,
        )

    def undo(self, request: RecordId | None = None, *, seq: int | None = None) -> Receipt:
        if seq is not None:
            return undo.undo_change(self.store, self.actor, seq, reason=self.reason)
        return undo.undo(self.store, self.actor, request, reason=self.reason)

    def redo(self) -> Receipt:
        return undo.redo(self.store, self.actor, reason=self.reason)

    def purge(self, before: int, *, dry_run: bool = False) -> dict[str, int]:
        return purge.purge(self.store, self._blobs, self.actor, before, dry_run=dry_run, reason=self.reason)

    # --- conflicts and rules -------------------------------------------------------------------

    def conflict(self, id: RecordId) -> ConflictRecord:
        with self._reading() as reading:
            return conflicts.read(reading, id)

    def rules(self) -> list[Rule]:
        with self._reading() as reading:
            return stored_rules(reading.db)

    def settle(self, rule: Rule, ids: Sequence[RecordId] | None = None, *, dry_run: bool = False) -> Settlement:
        return settling.settle(
            self.store, self.actor, rule, ids, self._read_confidential, dry_run=dry_run, reason=self.reason
        )

    # --- profiles that are one person ------------------------------------------------------------

    def candidates(self, *, limit: int = 1_000) -> list[Candidate]:
        with self._reading() as reading:
            return candidates.find(reading, limit)

    def preview_merge(self, into: RecordId, other: RecordId) -> ProfileMerge:
        with self._reading() as reading:
            return profile_merge.preview(reading, into, other)

    # --- the change log ------------------------------------------------------------------------

    def blame(self, ref: Ref) -> dict[str, Blame]:
        with self._reading() as reading:
            return history.blame(reading, ref)

    def take_back(self, scope: TakingBack, *, dry_run: bool = False, reason: str = "") -> Taking:
        return taking_back.take_back(self.store, self.actor, scope, dry_run=dry_run, reason=reason or self.reason)

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
        with self._reading() as reading:
            return changes.read(
                reading,
                ref=ref,
                request=request,
                actor=actor,
                entity=entity,
                after=after,
                before=before,
                limit=limit,
            )

    def cursor(self) -> int:
        with self._reading() as reading:
            return changes.cursor(reading.db)

    def follow(self, stop: Event, *, after: int | None = None) -> Iterator[list[Change]]:
        return changes.follow(self.store, stop, self.cursor() if after is None else after, self._viewer_in)

    def explain(self, account: str, target: Ref | str, *, action: Action = "see", at: int | None = None) -> Explanation:
        with self._reading() as reading:
            instant = self.clock() if at is None else at
            return explain.explain(reading.db, reading.viewer, account, target, action, instant)

    def who(self, ref: Ref, *, at: int | None = None) -> list[Holder]:
        with self._reading() as reading:
            return holders.holders(reading.db, reading.viewer, ref, self.clock() if at is None else at)

    def preview_access(self, writes: Sequence[Write]) -> AccessPreview:
        return access_preview.preview(self.store, self.actor, writes, self.reason)

    def rebuild_access(self) -> int:
        with self.store.write() as db:
            access.require_area(self._viewer_in(db), "access", "administer", "rebuild what the rules of access come to")
            return acl.rebuild(db)

    # --- who may -------------------------------------------------------------------------------

    def me(self) -> Me:
        with self._reading() as reading:
            return lookups.me(reading.viewer)

    def may(self, ref: Ref, *, with_reason: bool = False) -> tuple[str, ...]:
        with self._reading() as reading:
            id = reading.see(ref)
            viewer = access.with_reason(reading.viewer) if with_reason else reading.viewer
            return rights.names(access.rights_on(reading.db, viewer, ref.entity, id))

    # --- who did -------------------------------------------------------------------------------

    def audit(
        self, query: AuditQuery, *, after: int | None = None, before: int | None = None, limit: int = PAGE
    ) -> list[AuditEntry]:
        self._attempts.settle()
        with self._reading() as reading:
            return audit_reads.read(reading, query, after=after, before=before, limit=limit)

    def verify_audit(self, checkpoints: Sequence[Checkpoint] = (), *, progress: Progress | None = None) -> Verdict:
        self._attempts.settle()
        access.require_area(self._viewer(), "audit", "see", "verify the audit")
        return audit_verify.verify(self.store, checkpoints, progress)

    def checkpoint_audit(self) -> Checkpoint:
        self._attempts.settle()
        access.require_area(self._viewer(), "audit", "see", "sign a checkpoint of the audit")
        return checkpoints.of_latest(self.store, self.actor)

    def note(self, kind: str, *, detail: str = "") -> None:
        self._viewer()
        audit.note(self.store, self.actor, kind, detail, self.reason)

    # --- erasure and retention ------------------------------------------------------------------

    def erase(self, profile: RecordId, *, dry_run: bool = False, reason: str = "") -> Erasure:
        return erasure.erase(self.store, self.actor, profile, dry_run=dry_run, reason=reason or self.reason)

    def prune(self, *, dry_run: bool = False) -> Pruning:
        return retention.prune(self.store, self.actor, self.clock(), dry_run=dry_run, reason=self.reason)

    # --- contents, and what this place remembers -------------------------------------------------

    def store_content(self, stream: BinaryIO) -> tuple[str, int]:
        sha256, size = blobs.store_content(self._blobs, stream)
        self._stored_here.add(sha256)
        return sha256, size

    def open_content(self, sha256: str, document: RecordId | None = None) -> BinaryIO:
        with self._reading() as reading:
            lookups.allow_content(reading, sha256, document)
        return blobs.open_content(self._blobs, sha256)

    def remember(self, key: str, value: Any) -> None:
        memories.keep(self.store, self._viewer().identity, key, value)

    def recall(self, prefix: str) -> dict[str, Any]:
        return memories.find(self.store, self._viewer().identity, prefix)

    def close(self) -> None:
        self._attempts.close()
        checkpoints.sign_the_rest(self.store, self.actor)
        self.store.close()
