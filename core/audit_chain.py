"""The chain of the audit: what an entry says, and how each one vouches for those before it.

hash = SHA-256(hash of the entry before || seq as 8 bytes || SHA-256(body)); before the first entry stand 32 zero
bytes. The body is canonical JSON, its keys sorted. Of a change it holds the digest of the whole entry of the change
log, with a secret before it: without the secret, which goes with the values, nobody can try out what was said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final, cast

import msgspec

from core.store import Connection
from core.values import Ref

BEGINNING: Final = bytes(32)
"""What stands in place of the hash before the first entry."""
SALT: Final = 16  # bytes
KEY_ENTRY: Final = "audit.key"
"""Kind of the entry that says which key signs from there on."""
ERASED: Final = "profile.erased"
"""Kind of the entry that says that the values of a profile are gone."""
CHANGES_PRUNED: Final = "changes.pruned"
"""Kind of the entry that says that the change log begins after its `change`."""
AUDIT_PRUNED: Final = "audit.pruned"
"""Kind of the entry that says that entries were removed, up to a checkpoint of the kind `prune`; it names the keys."""


class Body(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """What is hashed of an entry; `record` is "document:" and the id in hexadecimal."""

    at: int
    actor: str
    kind: str
    via: str = ""
    address: str = msgspec.field(default="", name="from")
    record: str = ""
    request: str = ""
    reason: str = ""
    change: int = 0  # seq in the change log
    digest: str = ""  # of that change
    fields: tuple[str, ...] = ()  # that the change set
    before: dict[str, Any] | None = None  # of accounts, grants and the like, as the change log has them
    after: dict[str, Any] | None = None
    sealed: str = ""  # before and after of a profile, under its key
    decision: str = ""  # "denied", else allowed
    action: str = ""  # that was tried
    method: str = ""  # of the workspace, by which it was tried
    count: int = 0  # how often, where more than once
    keys: tuple[str, ...] = ()  # public ones, that sign what follows
    detail: str = ""


Entry = tuple[Body, bytes | None]
"""A body to be appended, and the salt of its digest."""


_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(Body).decode


def decode(body: str | bytes) -> Body:
    """Raises msgspec.DecodeError, msgspec.ValidationError."""
    return _decode(body)


def record_text(ref: Ref) -> str:
    """How a body names a record.

    >>> record_text(Ref("document", bytes(16)))
    'document:00000000000000000000000000000000'
    """
    return f"{ref.entity}:{ref.id.hex()}"


def record_ref(text: str) -> Ref | None:
    entity, colon, id = text.partition(":")
    return Ref(cast(Any, entity), bytes.fromhex(id)) if colon else None


def link(before: bytes, seq: int, body: bytes) -> bytes:
    """The hash of an entry; `before` is that of the entry before it."""
    return hashlib.sha256(before + seq.to_bytes(8) + hashlib.sha256(body).digest()).digest()


def digest(secret: bytes, change: str) -> str:
    """The digest of a change as CHANGE_TEXT has it."""
    return hashlib.sha256(secret + change.encode()).hexdigest()


CHANGE_TEXT: Final = (
    """concat_ws(' ', c.entity, c.record_id, c.kind, c.revision, c.version, c.before, c.after, c.taken)"""
)
"""All that the change log says of one change, as SQL over change c."""


def append(db: Connection, entries: Sequence[Entry]) -> int:
    """Puts the entries at the end of the chain; returns the seq of the last. To be called in a write transaction."""
    seq, before = end(db)
    rows = []
    for said, salt in entries:
        seq += 1
        body = _encode(said)
        before = link(before, seq, body)
        rows.append((seq, body.decode(), before, salt))
    db.executemany("INSERT INTO audit(seq, body, hash, salt) VALUES (?, ?, ?, ?)", rows)
    return seq


def end(db: Connection) -> tuple[int, bytes]:
    """The seq that was given out last, and the hash of the last entry: where entries are missing at the end, the next
    one leaves a gap that stays."""
    given_out, last = db.execute(
        "SELECT (SELECT seq FROM sqlite_sequence WHERE name = 'audit'),"
        " (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1)"
    ).fetchone()
    return given_out or 0, last or BEGINNING
