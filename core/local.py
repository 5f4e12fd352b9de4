"""The workspace on a store file of this machine."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

import msgspec

from core import (
    access,
    acl,
    best_matches,
    blobs,
    candidates,
    changes,
    conflicts,
    history,
    links,
    logins,
    merged,
    profile_merge,
    purge,
    reads,
    search,
    settling,
    sources,
    taking_back,
    undo,
    writes,
)
from core.errors import Ambiguous, NotFound
from core.fields import RECORDS, Entity, now, sort_key
from core.records import TABLES, TITLES, in_chunks, load, load_one, record
from core.rule_store import stored_rules
from core.rules import Rule
from core.store import Connection, Store
from core.values import (
    Actor,
    Blame,
    Candidate,
    Change,
    ConflictRecord,
    Count,
    Group,
    Hit,
    Key,
    Page,
    Query,
    Record,
    RecordId,
    Ref,
    Stats,
    TypeRow,
    decode_tags,
    id_text,
)
from core.viewer import Identity, Viewer, context_of, identify, read_epoch, view
from core.workspace import PAGE, Progress
from core.write_values import ProfileMerge, Receipt, Settlement, Taking, TakingBack, Write


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

    def _viewer(self, at: int | None = None) -> Viewer:
        """As whom a read is answered, now or at an instant."""
        with self.store.read() as db:
            if self._identity is None or self._identity.epoch != read_epoch(db):
                self._identity = identify(db, self.actor)
        return view(self._identity, context_of(self.actor, self.clock() if at is None else at, self.reason))

    def log_in(self, name: str = "", ask: Callable[[str], str] | None = None) -> None:
        self.actor = logins.log_in(self.store, self.actor, name, ask)
        self._identity = None

    def set_password(self, account: str, password: str) -> None:
        logins.set_password(self.store, self._viewer(), account, password)

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
        return reads.page(self.store, query, key, backwards, offset, limit)

    def count(self, query: Query) -> Count:
        return reads.count(self.store, query)

    def rank(self, query: Query, id: RecordId) -> int | None:
        return reads.rank(self.store, query, id)

    def groups(self, ref: Ref) -> list[Group]:
        return reads.groups(self.store, ref)

    def types(self) -> list[TypeRow]:
        return reads.types(self.store)

    def search(self, text: str, *, entity: Entity | None = None, limit: int = 50) -> list[Hit]:
        return best_matches.find(self.store, text, entity, limit)

    def stats(self) -> Stats:
        with self.store.read() as db:
            totals = dict(db.execute("SELECT name, value FROM stat").fetchall())
            names = dict(db.execute("SELECT 'links:' || id, name FROM relationship_type").fetchall())
            (seq,) = db.execute("SELECT coalesce(max(seq), 0) FROM change").fetchone()
        by_type = sorted(
            ((names[key], n) for key, n in totals.items() if key in names and n), key=lambda t: (-t[1], t[0])
        )
        return Stats(
            profiles=totals.get("profiles", 0),
            documents=totals.get("documents", 0),
            links=totals.get("links", 0),
            links_by_type=dict(by_type),
            trash=totals.get("trash", 0),
            conflicts=totals.get("conflicts", 0),
            changes=seq,
            path=str(self.store.path),
            size=self.store.size(),
        )

    # --- records -------------------------------------------------------------------------------

    def get(self, ref: Ref, *, at: int | None = None, revision: int | None = None) -> Record:
        if at is not None or revision is not None:
            return history.record_at(self.store, ref, at=at, revision=revision)
        with self.store.read() as db:
            return record(db, ref.entity, load_one(db, ref))

    def resolve(self, name: str, entity: Entity | None = None) -> Ref:
        entities = [entity] if entity else RECORDS
        with self.store.read() as db:
            for find in (_by_id, _by_external_id, _by_name, _by_alias, _by_name_in_trash):
                found = [ref for known in entities for ref in find(db, known, name)]
                if len(found) > 1:
                    raise Ambiguous(name, [_candidate(db, ref) for ref in found[:10]], more=len(found) > 10)
                if found:
                    return found[0]
        raise NotFound(f'there is no {entity or "record"} "{name[:100]}"')

    def find_external(
        self, entity: Entity, source: str, ids: Sequence[str], *, follow: bool = True
    ) -> dict[str, Record]:
        with self.store.read() as db:
            sql = "SELECT external_id, record_id FROM external_id WHERE entity = ? AND source = ? AND external_id IN"
            found = dict(in_chunks(db, sql, list(ids), (entity, source)))
            records = _records(db, entity, list(found.values()), follow=follow)
        return {external_id: records[id] for external_id, id in found.items() if id in records}

    def said(self, entity: Entity, source: str, ids: Sequence[RecordId]) -> dict[RecordId, dict[str, Any]]:
        with self.store.read() as db:
            return sources.said(db, entity, source, ids)

    def find_links(
        self, keys: Sequence[tuple[RecordId, RecordId, str]]
    ) -> dict[tuple[RecordId, RecordId, str], Record]:
        types = {type.name: type.id for type in self.types()}
        uids = {
            links.link_id(document, profile, types[type]): (document, profile, type)
            for document, profile, type in keys
            if type in types
        }
        with self.store.read() as db:
            ids = [id for (id,) in in_chunks(db, "SELECT id FROM link WHERE uid IN", list(uids))]
            return {uids[found.ref.id]: found for found in _records(db, "link", ids).values()}

    # --- the one write path --------------------------------------------------------------------

    def write(self, requested: Sequence[Write], *, reason: str = "", progress: Progress | None = None) -> Receipt:
        return writes.apply(self.store, self.actor, requested, reason=reason, progress=progress)

    def undo(self, request: RecordId | None = None, *, seq: int | None = None) -> Receipt:
        if seq is not None:
            return undo.undo_change(self.store, self.actor, seq)
        return undo.undo(self.store, self.actor, request)

    def redo(self) -> Receipt:
        return undo.redo(self.store, self.actor)

    def purge(self, before: int, *, dry_run: bool = False) -> dict[str, int]:
        return purge.purge(self.store, self._blobs, self.actor, before, dry_run=dry_run)

    # --- conflicts and rules -------------------------------------------------------------------

    def conflict(self, id: RecordId) -> ConflictRecord:
        return conflicts.read(self.store, id)

    def rules(self) -> list[Rule]:
        with self.store.read() as db:
            return stored_rules(db)

    def settle(self, rule: Rule, ids: Sequence[RecordId] | None = None, *, dry_run: bool = False) -> Settlement:
        return settling.settle(self.store, self.actor, rule, ids, dry_run=dry_run)

    # --- profiles that are one person ------------------------------------------------------------

    def candidates(self, *, limit: int = 1_000) -> list[Candidate]:
        return candidates.find(self.store, limit)

    def preview_merge(self, into: RecordId, other: RecordId) -> ProfileMerge:
        return profile_merge.preview(self.store, into, other)

    # --- the change log ------------------------------------------------------------------------

    def blame(self, ref: Ref) -> dict[str, Blame]:
        return history.blame(self.store, ref)

    def take_back(self, scope: TakingBack, *, dry_run: bool = False, reason: str = "") -> Taking:
        return taking_back.take_back(self.store, self.actor, scope, dry_run=dry_run, reason=reason)

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
    ) -> list[Change]:
        return changes.read(
            self.store,
            ref=ref,
            request=request,
            actor=actor,
            entity=entity,
            after=after,
            before=before,
            limit=limit,
        )

    def cursor(self) -> int:
        return changes.cursor(self.store)

    def follow(self, stop: Event, *, after: int | None = None) -> Iterator[list[Change]]:
        return changes.follow(self.store, stop, after)

    def rebuild_access(self) -> int:
        with self.store.write() as db:
            viewer = view(identify(db, self.actor), context_of(self.actor, now(), self.reason))
            access.require_area(viewer, "access", "administer", "rebuild what the rules of access come to")
            return acl.rebuild(db)

    # --- contents, and what this place remembers -------------------------------------------------

    def store_content(self, stream: BinaryIO) -> tuple[str, int]:
        return blobs.store_content(self._blobs, stream)

    def open_content(self, sha256: str) -> BinaryIO:
        return blobs.open_content(self._blobs, sha256)

    def remember(self, key: str, value: Any) -> None:
        with self.store.write() as db:
            if value is None:
                db.execute("DELETE FROM memory WHERE key = ?", (key,))
            else:
                db.execute(
                    "INSERT OR REPLACE INTO memory(key, value) VALUES (?, ?)",
                    (key, msgspec.json.encode(value).decode()),
                )

    def recall(self, prefix: str) -> dict[str, Any]:
        rows = self.store.fetch("SELECT key, value FROM memory WHERE substr(key, 1, ?) = ?", (len(prefix), prefix))
        return {key: msgspec.json.decode(value) for key, value in rows}

    def close(self) -> None:
        self.store.close()


# --- the ways to name a record ----------------------------------------------------------------------------


def _by_id(db: Connection, entity: Entity, name: str) -> list[Ref]:
    if not re.fullmatch(r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}", name):
        return []
    id = uuid.UUID(name).bytes
    rows = db.execute(f"SELECT uid FROM {TABLES[entity]} WHERE uid = ?", (id,)).fetchall()
    return [Ref(entity, uid) for (uid,) in rows]


def _by_external_id(db: Connection, entity: Entity, name: str) -> list[Ref]:
    sql = "SELECT DISTINCT record_id FROM external_id WHERE entity = ? AND external_id = ? LIMIT 11"
    ids = [id for (id,) in db.execute(sql, (entity, name))]
    return list(dict.fromkeys(found.ref for found in _records(db, entity, ids, follow=True).values()))


def _by_name(db: Connection, entity: Entity, name: str) -> list[Ref]:
    """Living records of this name, or if none is spelled just so, of this name without case and accents."""
    key, spelled = sort_key(name), unicodedata.normalize("NFC", name)
    if entity == "link" or not key:
        return []
    title = TITLES[entity]
    rows = db.execute(
        f"SELECT uid, {title} FROM {TABLES[entity]} WHERE sort_key = ? AND deleted_at IS NULL"
        f" ORDER BY {title} <> ? LIMIT 11",
        (key, spelled),
    ).fetchall()
    exact = [uid for uid, title in rows if title == spelled]
    return [Ref(entity, uid) for uid in exact or [uid for uid, _ in rows]]


def _by_alias(db: Connection, entity: Entity, name: str) -> list[Ref]:
    """Living profiles with this alias, but for case and accents; by the search index."""
    words = search.match_expression(f"{name} ")
    if entity != "profile" or not words:
        return []
    key = sort_key(name)
    rows = db.execute(
        "SELECT p.uid, p.aliases FROM profile_search s JOIN profile p ON p.id = s.rowid"
        " WHERE profile_search MATCH ? LIMIT 1000",
        (f"aliases : ({words})",),
    ).fetchall()
    return [Ref("profile", uid) for uid, text in rows if key in map(sort_key, decode_tags(text))]


def _by_name_in_trash(db: Connection, entity: Entity, name: str) -> list[Ref]:
    """For restoring what was deleted; no index serves it, and the trash is small. What was merged stands for itself
    no more."""
    if entity == "link":
        return []
    sql = f"SELECT id FROM {TABLES[entity]} WHERE deleted_at IS NOT NULL AND {TITLES[entity]} = ? LIMIT 11"
    ids = [id for (id,) in db.execute(sql, (name,))]
    return list(dict.fromkeys(found.ref for found in _records(db, entity, ids, follow=True).values()))


def _candidate(db: Connection, ref: Ref) -> str:
    found = record(db, ref.entity, load_one(db, ref))
    marks = [ref.entity, found.fields.get("kind") or found.fields.get("category") or ""]
    emails = found.fields.get("emails") or []
    marks += [emails[0]["value"]] if emails else []
    return f"{id_text(ref.id)} {found.title} ({', '.join(filter(None, marks))})"


def _records(db: Connection, entity: Entity, ids: list[int], *, follow: bool = False) -> dict[int, Record]:
    """Whole records by local id; to `follow` puts in place of what was merged into another that other one."""
    rows: list[Any] = []
    for start in range(0, len(ids), 1000):
        chunk = ids[start : start + 1000]
        rows += load(db, entity, f"t.id IN ({','.join('?' * len(chunk))})", chunk)
    stand_for = {row[0]: (merged.successor(db, entity, row) if follow else None) or row for row in rows}
    return {id: record(db, entity, row) for id, row in stand_for.items()}
