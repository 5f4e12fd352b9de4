"""A request while it is open: it checks versions and rights, writes rows with their search entries and totals, and
appends to the change log and the audit. A request that changes nothing leaves no trace."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any, Final, cast

import msgspec
import uuid_utils

from core import (
    acl,
    administration,
    audit,
    confidential,
    conflicts,
    creation,
    grants,
    link_moves,
    listed_contents,
    meeting,
    merged,
    permissions,
    profile_merge,
    profile_split,
    search,
    sources,
    trash,
)
from core.errors import Conflict, Exists, Invalid
from core.fields import ADMINISTRATION, FIELDS, RECORDS, Entity, Field, check_fields, check_validity, sort_key
from core.instants import now
from core.members import tied_profiles
from core.merge_values import Side, Taken
from core.reading import Reading
from core.records import (
    COLUMNS,
    META,
    TABLES,
    TITLES,
    Row,
    encode,
    in_chunks,
    keep_body,
    load_one,
    names,
    record,
    stored_fields,
    to_log,
)
from core.rule_store import check_stored_rule, stored_rules
from core.rules import Rule
from core.store import Connection
from core.values import Actor, ChangeKind, RecordId, Ref
from core.viewer import EPOCH, Viewer, context_of, identify_again, read_marks, view
from core.write_values import Create, Delete, Edit, MergeProfiles, Receipt, Resolve, SplitProfile, Write

ACTOR: Final = Field("actor", "line", "Actor", required=True)
REASON: Final = Field("reason", "text", "Reason", limit=10_000)
FLUSH: Final = 10_000  # changes held before they are appended
STATS: Final[Mapping[Entity, str]] = {
    "profile": "profiles",
    "document": "documents",
    "link": "links",
    "type": "types",
    "rule": "rules",
    "conflict": "conflicts",
    "account": "accounts",
    "group": "groups",
    "role": "roles",
    "grant": "grants",
    "mark": "marks",
    "retention": "retentions",
}

WORDS: Final[Mapping[tuple[ChangeKind, Entity], str]] = {
    ("created", "link"): "linked",
    ("deleted", "link"): "unlinked",
    ("created", "conflict"): "opened",
    ("deleted", "conflict"): "settled",
    ("restored", "conflict"): "reopened",
}
"""What was done, where it is not named as the log names it."""
ANEW: Final[Mapping[Entity, str]] = {"link": "unlink and link anew", "grant": "revoke it and grant anew"}
"""What to do instead of changing what is fixed."""
NOTHING_TAKEN: Final[Mapping[str, Taken]] = {}

_json = msgspec.json.Encoder().encode


class OpenRequest:
    """A request while its transaction is open: what it has changed so far, and the ways to change more."""

    def __init__(
        self,
        db: Connection,
        actor: Actor,
        reason: str = "",
        *,
        told: str = "",
        reverts: int | None = None,
        undo: bool = False,
        stored_here: Collection[str] = (),
    ) -> None:
        """`told` is what the log tells where nobody gives a reason; no condition is met by it. `stored_here` are the
        contents whose bytes the one who asks has brought."""
        self.db = db
        self.by = actor
        self.actor = ACTOR.check(actor.name)
        self.via = actor.via
        self.given = REASON.check(reason)
        self.reason = REASON.check(reason or told)
        self.reverts = reverts
        self.undo = undo
        self.stored_here = frozenset(stored_here)
        self.at = now()
        self.uid = uuid_utils.uuid7().bytes
        self.id: int | None = None
        self.total = 0
        self.first_seq = 0  # in the change log
        self.audited = 0  # changes that have their entry in the audit
        self.done: Counter[tuple[ChangeKind, Entity]] = Counter()
        self.stats: Counter[str] = Counter()
        self.conflicts: dict[RecordId, None] = {}  # met or made, in order
        self.words: list[sources.Word] = []  # that sources said anew
        self.touched: dict[tuple[Entity, int], None] = {}  # records whose open conflicts are to be looked at again
        self.allowed: set[tuple[Entity, int, str]] = set()  # what a restricted viewer was found to may
        self.checked: set[tuple[Entity, int]] = set()  # the records of these
        self._changes: list[tuple[Any, ...]] = []
        # Versions are drawn anew for each request, so that a restored backup cannot give one out a second time.
        self._next_version = int.from_bytes(os.urandom(8)) >> 2

    def perform(self, write: Write) -> Ref:
        if isinstance(write, Create):
            return creation.create(self, write)
        permissions.check(self, write)
        if isinstance(write, Resolve):
            return conflicts.resolve(self, write)
        if isinstance(write, MergeProfiles):
            return profile_merge.merge(self, write)
        if isinstance(write, SplitProfile):
            return profile_split.split(self, write)
        row = load_one(self.db, write.ref)
        if write.ref.entity == "conflict":
            raise Invalid("a conflict is changed by settling it")
        if isinstance(write, Edit):
            write = confidential.check_edit(self, write, row)
            if into := merged.successor(self.db, write.ref.entity, row):
                return merged.edit(self, write, row, into)
            if write.ref.entity not in ADMINISTRATION and (
                write.source or (write.merge and write.version not in (None, row[3]))
            ):
                meeting.edit(self, write, row)
            else:
                self._compare(write.ref, row, write.version)
                self.edit(write.ref.entity, row, check_fields(write.ref.entity, write.fields))
        elif isinstance(write, Delete):
            if write.ref.entity not in ADMINISTRATION and write.merge and write.version not in (None, row[3]):
                meeting.delete(self, write, row)
            else:
                self._compare(write.ref, row, write.version)
                trash.delete(self, write.ref.entity, row)
        else:
            if write.ref.entity == "profile":
                merged.refuse(self.db, row, merged.SPLIT)
            if write.ref.entity == "link":
                return self.restore_link(row)
            trash.restore(self, write.ref.entity, row)
        return write.ref

    def finish(self, refs: list[Ref]) -> Receipt:
        """Appends what is left of the changes and the totals; to be called once, before the transaction ends."""
        self.conclude()
        if self.id is None:
            return Receipt(None, refs, 0, "nothing had to change", self._open_conflicts())
        if any(entity in ADMINISTRATION for _, entity in self.done) or not acl.MOVES["profile"].isdisjoint(self.done):
            self.stats[EPOCH] += 1
        self.db.executemany(
            "INSERT INTO stat(name, value) VALUES (?, ?)"
            " ON CONFLICT(name) DO UPDATE SET value = value + excluded.value",
            [(name, by) for name, by in self.stats.items() if by],
        )
        return Receipt(self.uid, refs, self.total, self._summary(), self._open_conflicts())

    def conclude(self) -> None:
        """What follows from the changes: open conflicts, the log and what the rules of access come to. Raises Invalid,
        Conflict for what cannot be when all is done."""
        sources.log_words(self)
        conflicts.look_again(self)
        administration.check_whole(self)
        self.flush()
        if self.id is None:
            return
        if self.total > 1:
            self.db.execute("UPDATE request SET last_seq = first_seq + ? - 1 WHERE id = ?", (self.total, self.id))
        acl.keep(self)

    @property
    def span(self) -> tuple[int, int]:
        """The first and last of its changes in the log; to be asked once it is concluded and has any."""
        return self.first_seq, self.first_seq + self.total - 1

    def _open_conflicts(self) -> list[RecordId]:
        """Those that were met or made and are not settled by now."""
        sql = "SELECT uid FROM conflict WHERE deleted_at IS NULL AND uid IN"
        still_open = {uid for (uid,) in in_chunks(self.db, sql, list(self.conflicts))}
        return [uid for uid in self.conflicts if uid in still_open]

    # --- the change log ----------------------------------------------------------------------------

    def next_version(self, count: int = 1) -> int:
        """The first of `count` versions that follow each other."""
        first = self._next_version + 1
        self._next_version += count
        return first

    def log(
        self,
        entity: Entity,
        id: int,
        kind: ChangeKind,
        revision: int,
        version: int,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        taken: Mapping[str, Taken] = NOTHING_TAKEN,
    ) -> None:
        if not self.viewer.unrestricted:
            permissions.fence(self, entity, id, is_new=kind == "created")
        if "text" in taken:
            keep_body(self.db, taken["text"].overruled or "")  # it stands nowhere else
        logged = (_log_json(before), _log_json(after), _taken_json(taken))
        self._changes.append((self.begin(), entity, id, kind, revision, version, *logged))
        self.done[kind, entity] += 1
        if entity == "account":
            self.__dict__.pop("tied", None)  # somebody else may be from here on
        if len(self._changes) >= FLUSH:
            self.flush()

    def begin(self) -> int:
        """The local id of the request, which has a row from now on."""
        if self.id is None:
            given_out = self.db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'change'").fetchone()
            self.first_seq = first = given_out[0] + 1 if given_out else 1
            self.id = self.db.execute(
                "INSERT INTO request(uid, actor, via, at, reason, reverts, undo, first_seq, last_seq)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self.uid,
                    self.actor,
                    self.via,
                    self.at,
                    self.reason,
                    self.reverts,
                    self.undo,
                    first,
                    first,
                ),
            ).lastrowid
        return self.id

    def flush(self) -> None:
        if self._changes:
            self.db.executemany(
                "INSERT INTO change(request_id, entity, record_id, kind, revision, version, before, after, taken)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                self._changes,
            )
            self.total += len(self._changes)
            self._changes = []
        audit.append_changes(self)

    def _summary(self) -> str:
        parts = []
        for (kind, entity), count in self.done.items():
            word = WORDS.get((kind, entity), kind)
            parts.append(f"{word} {count:,} {entity}{'' if count == 1 else 's'}")
        return ", ".join(parts)

    # --- rows ---------------------------------------------------------------------------------------

    def insert(self, table: str, columns: Mapping[str, Any]) -> int:
        sql = f"INSERT INTO {table}({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        return cast(int, self.db.execute(sql, tuple(columns.values())).lastrowid)

    def check_type(self, fields: Mapping[str, Any], id: int | None) -> None:
        """Raises Invalid for a kind of profile that there is not, Exists for a name that another type has."""
        for kind in fields["profile_kinds"]:
            FIELDS["profile"]["kind"].check(kind)
        found = self.db.execute(
            "SELECT deleted_at FROM relationship_type WHERE name = ? AND id IS NOT ?", (fields["name"], id)
        ).fetchone()
        if found:
            where = " in the trash; restore that one" if found[0] else " already"
            raise Exists(f'there is a relationship type "{fields["name"]}"{where}')

    # --- edit --------------------------------------------------------------------------------------

    def _compare(self, ref: Ref, row: Row, version: int | None) -> None:
        if version is not None and version != row[3]:
            raise Reading(self.db, self.viewer).stale(ref.entity, row)

    @cached_property
    def viewer(self) -> Viewer:
        """As whom the request is checked; raises Denied for an account that there is not."""
        return view(identify_again(self.db, self.by), context_of(self.by, self.at, self.given))

    @cached_property
    def tied(self) -> set[int]:
        """The profiles that accounts are tied to; of those who have rules to keep alone."""
        return tied_profiles(self.db)

    @cached_property
    def rules(self) -> list[Rule]:
        return stored_rules(self.db)

    @property
    def side(self) -> Side:
        """Who brings what this request writes."""
        return Side(self.actor, self.via, self.at)

    def edit(
        self,
        entity: Entity,
        row: Row,
        fields: Mapping[str, Any],
        taken: Mapping[str, Taken] = NOTHING_TAKEN,
        *,
        in_trash: bool = False,
    ) -> None:
        """Sets checked fields of a living record, or of one `in_trash`; nothing when they are so already.

        What a merge overruled is logged also where nothing else changes, since it would stand nowhere otherwise.
        """
        if row[6] is not None and not in_trash:
            raise Conflict(f"{self.name(entity, row)} is in the trash; restore it first")
        if entity in ADMINISTRATION:
            fields = administration.tidy(entity, fields)
        current = stored_fields(entity, row)
        after: dict[str, Any] = {}
        for name, value in fields.items():
            field = FIELDS[entity][name]
            if field.fixed:
                raise Invalid(f"cannot be changed; {ANEW.get(entity, 'delete it and make another')}", name)
            if name == "created" and value is None:
                raise Invalid("must not be empty", name)
            if not field.same(value, current[name]):
                after[name] = value
        overruled = any(one.overruled is not None for one in taken.values())
        if not after and not overruled:
            return
        permissions.check_change(self, entity, current, after)
        confidential.check_change(self, entity, row, current, after)
        if "contents" in after:
            listed_contents.check(self, row[1], current["contents"], after["contents"])
        merged = current | after
        self.check_whole(entity, row[0], merged)
        if entity in ADMINISTRATION:
            administration.check_edit(self, entity, row, current, merged)
        before = {name: current[name] for name in after}
        told = {name: one for name, one in taken.items() if name in after or one.overruled is not None}
        self.update(entity, row, self.columns(entity, after), "updated", before, after, told)
        if row[6] is not None:
            return
        if search.FIELDS.get(entity, frozenset()) & after.keys():
            self.put_in_index(entity, row[0], merged)
        if entity == "document" and "tags" in after:
            self._set_tags(row[0], current["tags"], after["tags"])

    def check_whole(self, entity: Entity, id: int, fields: Mapping[str, Any]) -> None:
        """Raises Invalid, Exists for fields that do not go together, or not with other records."""
        if entity == "type":
            self.check_type(fields, id)
        elif entity == "rule":
            check_stored_rule(self.db, fields, id)
        elif entity == "link":
            check_validity(fields)

    def update(
        self,
        entity: Entity,
        row: Row,
        columns: Mapping[str, Any],
        kind: ChangeKind,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        taken: Mapping[str, Taken] = NOTHING_TAKEN,
    ) -> None:
        version = self.next_version()
        columns = {**columns, "revision": row[2] + 1, "version": version, "updated_at": self.at}
        sets = ", ".join(f"{name} = ?" for name in columns)
        self.db.execute(f"UPDATE {TABLES[entity]} SET {sets} WHERE id = ?", (*columns.values(), row[0]))
        self.log(entity, row[0], kind, row[2] + 1, version, before, after, taken)
        if entity in RECORDS:
            self.touched[entity, row[0]] = None
        elif entity == "conflict":
            self.touched[row[META], row[META + 1]] = None  # the record that it is about

    # --- what goes with a row -------------------------------------------------------------------------

    def columns(self, entity: Entity, fields: Mapping[str, Any]) -> dict[str, Any]:
        columns: dict[str, Any] = {}
        for name, value in fields.items():
            if name == "text":
                columns["text_id"] = keep_body(self.db, value)
            else:
                columns[COLUMNS.get(name, name)] = encode(entity, name, value)
        if TITLES.get(entity) in fields:
            columns["sort_key"] = sort_key(str(fields[TITLES[entity]]))
        if entity == "grant" and "condition" in fields:
            columns["condition_id"] = grants.condition_id(self.db, fields["condition"])
        return columns

    def enter(self, entity: Entity, id: int, fields: Mapping[str, Any]) -> None:
        """A record came to life: into the search index, the tags and the totals."""
        self.put_in_index(entity, id, fields)
        if entity == "mark":
            confidential.renew_marks(self, fields)
        if entity == "document":
            self._set_tags(id, [], fields["tags"])
        self.count(entity, fields, 1)

    def leave(self, entity: Entity, id: int, fields: Mapping[str, Any]) -> None:
        """A record went to the trash: out of all that."""
        search.take_from_index(self.db, entity, id)
        if entity == "mark":
            confidential.renew_marks(self, fields)
        if entity == "document":
            self._set_tags(id, fields["tags"], [])
        self.count(entity, fields, -1)
        if entity in RECORDS:
            self.stats["trash"] += 1

    def put_in_index(self, entity: Entity, id: int, fields: Mapping[str, Any]) -> None:
        """Renews the entry of a living profile or document, without what is confidential."""
        if entity in search.FIELDS:
            search.put_in_index(self.db, entity, id, confidential.for_index(self.marks, entity, fields))

    @cached_property
    def marks(self) -> dict[str, frozenset[str]]:
        """The attributes that are confidential, by kind of record."""
        return read_marks(self.db)

    def count(self, entity: Entity, fields: Mapping[str, Any], by: int) -> None:
        self.stats[STATS[entity]] += by
        if entity == "link":
            self.stats[f"links:{fields['type']}"] += by

    def _set_tags(self, id: int, old: list[str], new: list[str]) -> None:
        for tag in old:
            self.db.execute("DELETE FROM document_tag WHERE tag = ? AND document_id = ?", (tag, id))
        for tag in new:
            self.db.execute("INSERT INTO document_tag(tag, document_id) VALUES (?, ?)", (tag, id))

    def name(self, entity: Entity, row: Row) -> str:
        if entity == "conflict":
            return f"the conflict about {names(self.db, entity, [row[0]])[row[0]].title}"
        if entity == "link":
            return record(self.db, entity, row).title
        return str(row[META + list(FIELDS[entity]).index(TITLES[entity])])

    def local_ids(self, entity: Entity, uids: list[bytes]) -> dict[bytes, int]:
        """The local ids of living records; one that does not live is not in the answer."""
        sql = f"SELECT uid, id FROM {TABLES[entity]} WHERE deleted_at IS NULL AND uid IN"
        return dict(in_chunks(self.db, sql, uids))

    def restore_link(self, row: Row) -> Ref:
        """As link_moves.restore; also for the modules that it stands on."""
        return link_moves.restore(self, row)

    def refuse_missing(self, entity: Entity, uid: bytes) -> None:
        """Raises what there is to say of a record that does not live."""
        row = load_one(self.db, Ref(entity, uid))
        if entity == "profile":
            merged.refuse(self.db, row, "link that one")
        raise Conflict(f"{self.name(entity, row)} is in the trash; restore it first")


def _taken_json(taken: Mapping[str, Taken]) -> str:
    if not taken:
        return "{}"
    logged = {name: Taken(one.how, to_log(name, one.overruled)) for name, one in taken.items()}
    return _json(logged).decode()


def _log_json(fields: Mapping[str, Any]) -> str:
    if not fields:
        return "{}"
    return _json({name: to_log(name, value) for name, value in fields.items()}).decode()
