"""Erases a person: all that the store knows of a profile goes for good, and an empty profile takes its place.

Its past is purged, and so are the settled conflicts about it; under its id stands a profile that was made anew, with no
more than a name to tell it by, so that its links and the documents behind them stay whole. What was merged into it is
the same person and is erased with it. Then the file is written anew, for a freed page may still hold what it held. A
mark in the store tells that this is still to be done, so that the next call does it where this one was interrupted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain
from typing import Any, Final, NamedTuple

import msgspec

from core import acl, audit, audit_values, conflicts, leftovers, mentions, merged, permissions, purge, search
from core.access_values import Erasure
from core.audit_chain import ERASED, record_text
from core.errors import Conflict, Unavailable
from core.fields import FIELDS, Entity
from core.merge_values import WHOLE
from core.open_request import OpenRequest
from core.reading import Reading
from core.records import Row, filled, load, load_one, stored_fields
from core.rights import has
from core.store import Connection, Store
from core.values import Actor, RecordId, Ref, id_text

TOLD: Final = "erased a profile"
UNFINISHED: Final = "erasure:unfinished"
"""The key in memory that is there from an erasure until the file is written anew."""
PATIENCE: Final = 10.0  # seconds that writing the file anew waits for others
PERSONAL: Final = ("name", "aliases", "emails", "phones", "attributes", "notes", "distinct_from")
OF_RECORD: Final = {"external ids": ("external_id",), "words of sources": ("source_value", "source_word")}


class Person(NamedTuple):
    """The profile to be erased, then those that were merged into it; the settled conflicts about any of them."""

    rows: list[Row]
    settled: list[Row]

    @property
    def ids(self) -> list[int]:
        return [row[0] for row in self.rows]

    @property
    def records(self) -> list[tuple[Entity, Row]]:
        return [("conflict", row) for row in self.settled] + [("profile", row) for row in self.rows]

    @property
    def doomed(self) -> dict[Entity, list[int]]:
        return {"profile": self.ids, "conflict": [row[0] for row in self.settled]}

    @property
    def uids(self) -> list[bytes]:
        return [row[1] for row in (*self.rows, *self.settled)]

    @property
    def texts(self) -> list[str]:
        """What others may call the person by, or reach it under."""
        found: list[str] = []
        for row in self.rows:
            fields = stored_fields("profile", row)
            found += (fields["name"], *fields["aliases"])
            found += (entry["value"] for entry in chain(fields["emails"], fields["phones"]))
        return list(dict.fromkeys(found))


def erase(store: Store, actor: Actor, profile: RecordId, *, dry_run: bool, reason: str) -> Erasure:
    """What is removed, and what is left elsewhere. Raises NotFound, Denied, ReasonNeeded, Conflict for a profile that
    was erased already or merged into another, that an open conflict is about or an account is tied to, Unavailable
    where the file cannot be written anew yet.

    What is left is looked for before anything is written, for that takes long and others would have to wait.
    """
    ref = Ref("profile", profile)
    with store.read() as db:
        request = OpenRequest(db, actor, reason)
        preview = _preview(request, ref, _find(request, ref))
    if dry_run:
        return preview
    with store.write() as db:
        request = OpenRequest(db, actor, reason, told=TOLD)
        person = _find(request, ref)
        removed = _count(db, person)
        if person.rows:
            _erase(request, person)
    _write_anew(store, name_of(profile))
    return msgspec.structs.replace(preview, removed=removed, dry_run=False)


def _preview(request: OpenRequest, ref: Ref, person: Person) -> Erasure:
    title = stored_fields("profile", load_one(request.db, ref))["name"]
    left = mentions.find(Reading(request.db, request.viewer), person.texts, person.doomed)
    return Erasure(ref, title, _count(request.db, person), left, dry_run=True)


def name_of(profile: RecordId) -> str:
    """What an erased profile is called; the end of its id tells it from others.

    >>> name_of(bytes(15) + b"a")
    '(erased) 00000061'
    """
    return f"(erased) {profile.hex()[-8:]}"


def _erase(request: OpenRequest, person: Person) -> None:
    db, doomed = request.db, person.doomed
    for entity, row in person.records:
        request.log(entity, row[0], "purged", row[2] + 1, request.next_version(), {}, {})
    request.flush()
    audit_values.forget(db, doomed)
    purge.empty_the_log(request)
    for entity, ids in doomed.items():
        for table in chain.from_iterable(OF_RECORD.values()):
            db.executemany(f"DELETE FROM {table} WHERE entity = ? AND record_id = ?", [(entity, id) for id in ids])
    db.executemany("DELETE FROM conflict WHERE id = ?", [(id,) for id in doomed["conflict"]])
    leftovers.forget(db, person.uids)
    _forget_sessions(db, person)
    for row in person.rows:
        _make_anew(request, row)
    request.finish([])
    for row in person.rows:
        acl.put_in_order(db, "profile", row[0])
        said = {"request": request.uid.hex(), "reason": request.reason}
        audit.append_event(db, request.by, request.at, ERASED, record=Ref("profile", row[1]), **said)
    db.execute("INSERT OR REPLACE INTO memory(key, value) VALUES (?, 'true')", (UNFINISHED,))


def _make_anew(request: OpenRequest, row: Row) -> None:
    """The profile as one that was made just now; one in the trash goes there again."""
    id, uid, deleted_at = row[0], row[1], row[6]
    before = stored_fields("profile", row)
    fields = {name: FIELDS["profile"][name].empty for name in PERSONAL} | {"name": name_of(uid)}
    kept = {"kind": before["kind"], "created": before["created"]}
    versions = [request.next_version() for _ in (("created",) if deleted_at is None else ("created", "deleted"))]
    columns: dict[str, Any] = request.columns("profile", fields)
    columns |= {"revision": len(versions), "version": versions[-1], "updated_at": request.at}
    if deleted_at is not None:
        columns["deleted_at"] = request.at
    sets = ", ".join(f"{column} = ?" for column in columns)
    request.db.execute(f"UPDATE profile SET {sets} WHERE id = ?", (*columns.values(), id))
    request.log("profile", id, "created", 1, versions[0], {}, filled("profile", fields | kept))
    if deleted_at is None:
        search.put_in_index(request.db, "profile", id, fields)
        return
    into = before["merged_into"]
    led = ({"merged_into": ""}, {"merged_into": into}) if into else ({}, {})
    request.log("profile", id, "deleted", 2, versions[1], *led)


def _forget_sessions(db: Connection, person: Person) -> None:
    """What was typed to find the person, a beginning of a word as a rule, is remembered with the last screen."""
    words = tuple(_words(" ".join(person.texts)))
    for key, value in db.execute("SELECT key, value FROM memory WHERE instr(key, 'session:')").fetchall():
        typed = [word for word in _words(value) if len(word) >= mentions.SHORTEST]
        if any(word.startswith(beginning) for beginning in typed for word in words):
            db.execute("DELETE FROM memory WHERE key = ?", (key,))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


# --- whom, and whether ----------------------------------------------------------------------------------------


def _find(request: OpenRequest, ref: Ref) -> Person:
    """Nobody where the person is erased already and only the file is still to be written anew. Raises as `erase`."""
    permissions.check_erasure(request, ref)
    db = request.db
    row = load_one(db, ref)
    name = stored_fields("profile", row)["name"]
    if _is_erased(db, row):
        if not _is_unfinished(db):
            raise Conflict(f"{name} is erased already")
        return Person([], [])
    merged.refuse(db, row, "erase that one")
    person = _with_merged(request, row)
    _refuse_open_conflicts(db, person, name)
    _refuse_tied_accounts(request, person, name)
    return person


def _with_merged(request: OpenRequest, row: Row) -> Person:
    db, rows = request.db, [row]
    for one in rows:  # which grows on the way
        into = "t.deleted_at IS NOT NULL AND t.merged_into = ?"
        rows += [other for other in load(db, "profile", into, (id_text(one[1]),)) if other not in rows]
    settled = []
    for one in rows:
        permissions.demand(request, "profile", one[0], "administer")
        about = "t.entity = 'profile' AND t.record_id = ? AND t.deleted_at IS NOT NULL"
        settled += load(db, "conflict", about, (one[0],))
    return Person(rows, settled)


def _is_erased(db: Connection, row: Row) -> bool:
    """Whether the profile is as an erasure left it, and its past too."""
    fields = stored_fields("profile", row)
    is_empty = all(fields[name] == FIELDS["profile"][name].empty for name in PERSONAL if name != "name")
    updated = "SELECT 1 FROM change WHERE entity = 'profile' AND record_id = ? AND kind = 'updated'"
    return fields["name"] == name_of(row[1]) and is_empty and not db.execute(updated, (row[0],)).fetchone()


def _refuse_open_conflicts(db: Connection, person: Person, name: str) -> None:
    asked: list[str] = []
    for id in person.ids:
        for row in load(db, "conflict", conflicts.OF_RECORD, ("profile", id)):
            names = (one.field for one in conflicts.open_fields(db, stored_fields("conflict", row)))
            fields = FIELDS["profile"]
            asked += ("whether it stays" if field == WHOLE else fields[field].label.lower() for field in names)
    if asked:
        raise Conflict(f"{name} has an open conflict about {_listed(asked)}; settle it first (rolodoc conflicts list)")


def _refuse_tied_accounts(request: OpenRequest, person: Person, name: str) -> None:
    tied: list[str] = []
    for uid in person.uids:
        sql = "SELECT name FROM account WHERE deleted_at IS NULL AND tied_to = ?"
        tied += (account for (account,) in request.db.execute(sql, (id_text(uid),)))
    if tied:
        sees = has(request.viewer.area_rights("access"), "see")
        who = f"the account {_listed(tied)}" if sees else "an account"
        raise Conflict(f"{who} is tied to {name}; untie or delete it first")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


# --- how much -------------------------------------------------------------------------------------------------


def _count(db: Connection, person: Person) -> dict[str, int]:
    """By kind of place; what there is none of is left out."""
    of_records = [(entity, id) for entity, ids in person.doomed.items() for id in ids]

    def rows(table: str) -> int:
        sql = f"SELECT count(*) FROM {table} WHERE entity = ? AND record_id = ?"
        return sum(int(db.execute(sql, record).fetchone()[0]) for record in of_records)

    entries = [
        db.execute("SELECT count(*) FROM audit WHERE record = ?", (record_text(Ref(entity, row[1])),)).fetchone()[0]
        for entity, row in person.records
    ]
    counts = {
        "fields": sum(len(filled("profile", _personal(row))) for row in person.rows),
        "changes": rows("change"),
        "audit entries": sum(entries),
        "merged profiles": len(person.rows[1:]),
        "settled conflicts": len(person.settled),
        **{what: sum(map(rows, tables)) for what, tables in OF_RECORD.items()},
        "drafts": len(leftovers.memories_of(db, person.uids)),
    }
    return {what: count for what, count in counts.items() if count}


def _personal(row: Row) -> dict[str, Any]:
    return {name: value for name, value in stored_fields("profile", row).items() if name in PERSONAL}


# --- the file -------------------------------------------------------------------------------------------------


def _is_unfinished(db: Connection) -> bool:
    return db.execute("SELECT 1 FROM memory WHERE key = ?", (UNFINISHED,)).fetchone() is not None


def _write_anew(store: Store, name: str) -> None:
    """Raises Unavailable."""
    try:
        leftovers.forget_words(store, ["profile"])
        store.write_anew(patience=PATIENCE)
    except Unavailable as error:
        raise type(error)(
            f"{name} is erased, but the file could not be written anew yet and may still hold what it held ({error});"
            " erase it again to finish"
        ) from None
    with store.write() as db:
        db.execute("DELETE FROM memory WHERE key = ?", (UNFINISHED,))
