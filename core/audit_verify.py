"""Whether the audit holds: the chain, what was signed, and that the change log says the same.

One pass over the entries, with the changes beside them; meanwhile SQLite looks through the indexes (core.audit_table).
The first entry that is wrong is named, and nothing after it is looked at: it would prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from core import audit_table, checkpoint_text
from core.access_values import Checkpoint, Verdict
from core.audit_chain import BEGINNING, CHANGE_TEXT, CHANGES_PRUNED, ERASED, KEY_ENTRY
from core.audit_table import Fault
from core.errors import Invalid
from core.fields import FIELDS
from core.instants import format_instant
from core.store import Connection, Store
from core.workspace import Progress

BATCH: Final = 1_000  # rows


def verify(store: Store, given: Sequence[Checkpoint], progress: Progress | None) -> Verdict:
    """See core.workspace.Workspace.verify_audit. Raises Invalid for a given checkpoint that is not genuine."""
    from concurrent.futures import ThreadPoolExecutor

    for checkpoint in given:
        if not checkpoint_text.is_signed(checkpoint):
            raise Invalid(f"the checkpoint of entry {checkpoint.seq} was changed after it was signed; use another copy")
    with ThreadPoolExecutor(1) as beside, store.read() as db:
        indexes = beside.submit(audit_table.wrong_index, store)
        walk = _Walk(db, given)
        faults = [walk.go(progress), audit_table.wrong_table(db), indexes.result()]
    fault = min(filter(None, faults), default=None)
    return Verdict(
        entries=walk.entries,
        first=walk.first,
        last=walk.last,
        checkpoints=len(walk.stored),
        bad=fault.seq if fault else None,
        problem=fault.problem if fault else "",
        remarks=walk.remarks(),
    )


class _Said(msgspec.Struct, gc=False):
    """What is looked at of a body."""

    at: int
    actor: str
    kind: str
    record: str = ""
    request: str = ""
    change: int = 0
    digest: str = ""
    keys: tuple[str, ...] = ()


_decode = msgspec.json.Decoder(_Said).decode


_Request = tuple[int, str, str, int]
"""The local id of a request, its id in hexadecimal, its actor and time."""
_Change = tuple[int, bytes, bytes | None, _Request]
"""Of a change its seq, what its digest is of, the key of the profile that it is about, and its request."""
STRANGE_PRUNE: Final = (
    "another key than that of the given checkpoints signed what was pruned; unless the key was replaced before that,"
    " somebody removed these entries"
)
NO_REQUEST: Final[_Request] = (2**63, "", "", 0)
NO_CHANGE: Final[_Change] = (2**63, b"", None, NO_REQUEST)
"""They stand behind the last ones."""


class _Walk:
    """One pass over the chain; what it met on the way is told afterwards."""

    def __init__(self, db: Connection, given: Sequence[Checkpoint]) -> None:
        self.db = db
        self.given = given
        self.unreadable: list[int] = []  # entries whose checkpoint says nothing
        signed = list(self._stored())
        self.stored = [checkpoint for checkpoint in signed if checkpoint.kind == "checkpoint"]
        self.entries = 0
        self.first, self.last = db.execute(
            "SELECT (SELECT coalesce(min(seq), 0) FROM audit), (SELECT coalesce(max(seq), 0) FROM audit)"
        ).fetchone()
        self.prune = next((one for one in signed if one.kind == "prune" and one.seq == self.first - 1), None)
        self.keys: dict[str, int] = {}  # that the entries name, each with the seq from which on
        self.signed_new: list[int] = []  # entries that begin with another key
        self.valueless = 0
        self.agreed = self.first - 1  # the last entry whose hash a checkpoint confirms
        self.first_change = 0
        self._changes: Iterator[_Change] = iter(())
        self._gone = _records_without_values(db)
        (self.pruned_changes,) = db.execute(
            "SELECT coalesce(max(body ->> '$.change'), 0) FROM audit WHERE kind = ?", (CHANGES_PRUNED,)
        ).fetchone()

    def go(self, progress: Progress | None) -> Fault | None:
        """The first fault of the chain, the checkpoints and the changes."""
        return self._missing_start() or self._entries(progress) or self._missing_end() or self._wrong_keys()

    # --- the chain ----------------------------------------------------------------------------------

    def _missing_start(self) -> Fault | None:
        if self.first > 1 and self.prune is None:
            return Fault(1, f"{_entries(1, self.first - 1)} missing, and no checkpoint says that they were pruned")
        if self.prune is not None and not checkpoint_text.is_signed(self.prune):
            return Fault(self.first, f"the checkpoint that says what was pruned before entry {self.first} is forged")
        return None

    def _entries(self, progress: Progress | None) -> Fault | None:
        signed: dict[int, list[Checkpoint]] = {}
        for checkpoint in (*self.stored, *self.given):
            signed.setdefault(checkpoint.seq, []).append(checkpoint)
        hash = self.prune.hash if self.prune else BEGINNING
        seq = self.first - 1
        rows = self.db.execute("SELECT seq, CAST(body AS BLOB), hash, salt FROM audit ORDER BY seq")
        while batch := rows.fetchmany(BATCH):
            for found, body, stored, salt in batch:
                seq += 1
                if found != seq:
                    return Fault(seq, f"{_entries(seq, found - 1)} missing")
                hash = sha256(hash + seq.to_bytes(8) + sha256(body).digest()).digest()
                if hash != stored:
                    return Fault(seq, f"entry {seq} is not what was written, or not where it was written")
                try:
                    said = _decode(body)
                except msgspec.MsgspecError:
                    return Fault(seq, f"entry {seq} does not say what an entry says")
                if said.keys:
                    self._new_keys(seq, said)
                if said.change and said.digest and (fault := self._compare_change(seq, said, salt)):
                    return fault
                if seq in signed and (fault := self._compare(seq, hash, signed[seq])):
                    return fault
            self.entries += len(batch)
            if progress:
                progress(self.entries, self.last - self.first + 1)
        return None

    def _missing_end(self) -> Fault | None:
        """Of entries that something else tells of."""
        (given_out,) = self.db.execute(
            "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0)"
        ).fetchone()
        after = self.last + 1
        beyond = [one.seq for one in (*self.stored, *self.given) if one.seq > self.last]
        if beyond:
            return Fault(
                after, f"{_entries(after, max(beyond))} missing: a checkpoint was signed of entry {max(beyond)}"
            )
        if given_out != self.last:
            many = (
                f"{_entries(after, given_out)} missing at the end" if given_out > self.last else "its end was changed"
            )
            return Fault(after, f"{many}: the store counted {given_out:,} entries, and {self.last:,} is the last one")
        if left := next(self._changes, None):
            return Fault(after, f"change {left[0]} has no entry: those from {after} on were removed")
        return None

    # --- what was signed ----------------------------------------------------------------------------

    def _stored(self) -> Iterator[Checkpoint]:
        sql = "SELECT seq, body, public_key, signature FROM audit_checkpoint ORDER BY seq, id"
        for row in self.db.execute(sql):
            try:
                yield checkpoint_text.from_row(*row)
            except Invalid:
                self.unreadable.append(max(row[0], 1))

    def _compare(self, seq: int, hash: bytes, signed: Sequence[Checkpoint]) -> Fault | None:
        for checkpoint in signed:
            if checkpoint.hash != hash:
                first = self.agreed + 1
                which = f"one of entries {first} to {seq}" if first < seq else f"entry {seq}"
                where = " that was kept elsewhere" if any(checkpoint is one for one in self.given) else ""
                return Fault(first, f"{which} was written anew: the checkpoint of entry {seq}{where} confirms another")
            if not checkpoint_text.is_signed(checkpoint):
                return Fault(seq, f"the checkpoint of entry {seq} is forged")
        self.agreed = seq
        return None

    def _new_keys(self, seq: int, said: _Said) -> None:
        if self.keys and (said.kind == KEY_ENTRY or not self.keys.keys() >= set(said.keys)):
            self.signed_new.append(seq)
        for key in said.keys:
            self.keys.setdefault(key, seq)

    def _wrong_keys(self) -> Fault | None:
        """A checkpoint that says nothing, or by a key that no entry names; an entry of a key without a checkpoint."""
        if self.unreadable:
            return Fault(self.unreadable[0], f"the checkpoint of entry {self.unreadable[0]} is forged")
        signers = [*self.stored, *([self.prune] if self.prune else [])]
        for checkpoint in signers:
            if checkpoint.public_key.hex() not in self.keys:
                return Fault(
                    max(checkpoint.seq, self.first), f"a strange key signed the checkpoint of entry {checkpoint.seq}"
                )
        signed = {checkpoint.public_key.hex() for checkpoint in signers}
        lost = [seq for key, seq in self.keys.items() if key not in signed]
        return Fault(min(lost), f"the checkpoint of entry {min(lost)} was removed") if lost else None

    # --- the change log beside it -------------------------------------------------------------------

    def _compare_change(self, seq: int, said: _Said, salt: bytes | None) -> Fault | None:
        if not self.first_change:
            self.first_change = said.change
            self._changes = _changes(self.db, max(said.change, self.pruned_changes + 1))
        if said.change <= self.pruned_changes:
            return None
        change, text, key, (_, request, actor, at) = next(self._changes, NO_CHANGE)
        if change != said.change:
            if change < said.change:
                return Fault(seq, f"change {change} has no entry; entry {seq} is about change {said.change}")
            return Fault(seq, f"the change that entry {seq} is about, {said.change}, is not in the change log")
        if request != said.request or actor != said.actor or at != said.at:
            return Fault(seq, f"the change log says otherwise than entry {seq} who made change {change}, or when")
        secret = key or salt
        if secret is None:
            self.valueless += 1
            if said.record not in self._gone:
                return Fault(seq, f"what proves entry {seq} was removed, and its record was neither purged nor erased")
        elif sha256(secret + text).hexdigest() != said.digest:
            return Fault(seq, f"change {change} is not what it was when entry {seq} was written")
        return None

    # --- what is no fault -----------------------------------------------------------------------------

    def remarks(self) -> list[str]:
        return list(filter(None, self._remarks()))

    def _remarks(self) -> Iterator[str]:
        if self.prune is not None:
            yield f"{_entries(1, self.prune.seq)} gone, pruned on {format_instant(self.prune.at)}"
        if self.given and self.first > 1:
            old = sum(one.seq < self.first for one in self.given)
            yield f"{old} of the given checkpoints are of entries that were pruned" if old else ""
        signers = {one.public_key for one in self.given if one.seq < self.first}
        if self.prune is not None and signers and self.prune.public_key not in signers:
            yield STRANGE_PRUNE
        for seq in self.signed_new:
            yield f"another key signs since entry {seq}: that of before was missing or replaced"
        latest = max((one.seq for one in self.stored), default=self.first - 1)
        if self.entries and latest < self.last:
            yield f"{_entries(latest + 1, self.last)} not signed yet"
        if self.pruned_changes:
            yield f"the change log was pruned up to change {self.pruned_changes}, so older entries stand alone"
        elif earlier := self._earlier_changes():
            yield f"{earlier:,} changes have no entry: they are older than the audit that is kept"
        if self.valueless:
            yield f"the values of {self.valueless:,} entries are gone, with records that were purged or erased"

    def _earlier_changes(self) -> int:
        sql = "SELECT count(*) FROM change" + (" WHERE seq < ?" if self.first_change else "")
        return int(self.db.execute(sql, (self.first_change,) if self.first_change else ()).fetchone()[0])


def _changes(db: Connection, first: int) -> Iterator[_Change]:
    """From this seq on, each with its request: these come in the same order."""
    rows = db.execute(CHANGES.format(text=CHANGE_TEXT), (first,))
    requests = iter(db.execute(REQUESTS, (first,)))
    request = (0, "", "", 0)
    while batch := rows.fetchmany(BATCH):
        for seq, text, key, id in batch:
            while request[0] < id:
                request = next(requests, NO_REQUEST)
            yield seq, text, key, request if request[0] == id else NO_REQUEST


CHANGES: Final = """
SELECT c.seq, CAST({text} AS BLOB), k.key, c.request_id FROM change c
LEFT JOIN profile_key k ON c.entity = 'profile' AND k.profile_id = c.record_id WHERE c.seq >= ? ORDER BY c.seq
"""
REQUESTS: Final = """
SELECT id, lower(hex(uid)), actor, at FROM request
WHERE id >= (SELECT request_id FROM change WHERE seq >= ? ORDER BY seq LIMIT 1) ORDER BY id
"""


def _records_without_values(db: Connection) -> set[str]:
    """Those that entries say were purged or erased."""
    kinds = [*(f"{entity}.purged" for entity in FIELDS), ERASED]
    marks = ",".join("?" * len(kinds))
    return {record for (record,) in db.execute(f"SELECT record FROM audit WHERE kind IN ({marks})", kinds)}


def _entries(first: int, last: int) -> str:
    """entry 7 is, entries 7 to 9 are."""
    return f"entry {first} is" if first == last else f"entries {first} to {last} are"
