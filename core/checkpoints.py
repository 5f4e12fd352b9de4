"""Checkpoints: signed statements of what the hash of an entry of the audit is.

A chain alone stops neither its being cut short nor its being written anew; a checkpoint that is kept outside of the
store does both. The key (Ed25519) lies in a file beside the store, so that a copy of the store without it can be read
and verified, but not signed.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from core import audit_chain
from core.access_values import Checkpoint
from core.audit_chain import KEY_ENTRY, Body
from core.checkpoint_text import PURPOSE, from_row, statement
from core.errors import Invalid, NotFound, Unavailable
from core.instants import now
from core.store import Connection, Store
from core.values import Actor

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

EVERY: Final = 1_000  # entries
WITHIN: Final = 60_000_000  # microseconds
PATIENCE: Final = 0.5  # seconds that closing a workspace waits for others who write


def keep(db: Connection, actor: Actor, at: int, last: int) -> None:
    """Signs where it is time. To be called in the write transaction that appended the entries up to the seq `last`."""
    found = db.execute(LATEST).fetchone()
    if not found:
        found = (0, *(db.execute("SELECT at FROM audit ORDER BY seq LIMIT 1").fetchone() or (at,)))
    if last - found[0] >= EVERY or at - found[1] >= WITHIN:
        sign(db, actor, at)


LATEST: Final = """
SELECT seq, CASE WHEN json_valid(body) THEN CAST(body ->> '$.at' AS INTEGER) ELSE 0 END FROM audit_checkpoint
ORDER BY id DESC LIMIT 1
"""
"""Also where somebody made it unreadable: verifying finds that, and writing goes on."""


def sign(db: Connection, actor: Actor, at: int) -> Checkpoint | None:
    """A checkpoint of the last entry, kept in the store too; None where there is no entry, or no key can be had.

    Where another key signed before, an entry tells the new one first.
    """
    if not db.execute("SELECT 1 FROM audit LIMIT 1").fetchone() or (key := _key(_key_file(db))) is None:
        return None
    public = key.public_key().public_bytes_raw()
    latest = stored(db)
    if latest is None or latest.public_key != public:
        told = Body(at=at, actor=actor.name, via=actor.via, kind=KEY_ENTRY, keys=(public.hex(),))
        audit_chain.append(db, [(told, None)])
    seq, hash = db.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    if latest is not None and latest.seq == seq:
        return latest
    return _add(db, key, Checkpoint(seq, hash, at, public, b""))


def of_latest(store: Store, actor: Actor) -> Checkpoint:
    """A checkpoint of the latest entry. Raises NotFound without any, Unavailable where none can be signed."""
    if not store.fetch("SELECT 1 FROM audit LIMIT 1"):
        raise NotFound("the audit has no entry yet, so there is nothing to sign")
    with store.read() as db:
        latest = stored(db)
        if latest is not None and db.execute("SELECT max(seq) FROM audit").fetchone()[0] == latest.seq:
            return latest
    with store.write() as db:
        if signed := sign(db, actor, now()):
            return signed
        raise Unavailable(
            f"{_key_file(db)} can neither be read nor made, so nothing can be signed; see its permissions"
        )


def sign_prune(db: Connection, at: int, through: int, hash: bytes) -> tuple[str, ...]:
    """Puts a checkpoint of the kind `prune` in place of those up to its entry; returns the keys that count from now on.
    Raises Unavailable where none can be signed."""
    key = _key(_key_file(db))
    if key is None:
        raise Unavailable(f"{_key_file(db)} can neither be read nor made, so nothing is pruned; see its permissions")
    db.execute("DELETE FROM audit_checkpoint WHERE seq <= ?", (through,))
    _add(db, key, Checkpoint(through, hash, at, key.public_key().public_bytes_raw(), b"", "prune"))
    keys = db.execute("SELECT DISTINCT public_key FROM audit_checkpoint ORDER BY 1")
    return tuple(key.hex() for (key,) in keys)


def _add(db: Connection, key: Ed25519PrivateKey, unsigned: Checkpoint) -> Checkpoint:
    """Signs it and puts it into the store."""
    signed = msgspec.structs.replace(unsigned, signature=key.sign(PURPOSE + statement(unsigned)))
    db.execute(
        "INSERT INTO audit_checkpoint(seq, body, public_key, signature) VALUES (?, ?, ?, ?)",
        (signed.seq, statement(signed).decode(), signed.public_key, signed.signature),
    )
    return signed


def sign_the_rest(store: Store, actor: Actor) -> None:
    """What a workspace that wrote leaves unsigned when it closes. Whatever goes wrong, it is signed another time."""
    with suppress(Exception):
        if store.has_written and store.fetch(UNSIGNED):
            with store.write(patience=PATIENCE) as db:
                sign(db, actor, now())


UNSIGNED: Final = """
SELECT 1 FROM audit WHERE seq > (SELECT coalesce(max(seq), 0) FROM audit_checkpoint) LIMIT 1
"""


def stored(db: Connection) -> Checkpoint | None:
    """The latest in the store that can be read."""
    rows = db.execute("SELECT seq, body, public_key, signature FROM audit_checkpoint ORDER BY id DESC")
    for row in rows:
        with suppress(Invalid):
            return from_row(*row)
    return None


# --- the key ------------------------------------------------------------------------------------------------


def _key_file(db: Connection) -> Path:
    """Beside the store; its name need not be valid text."""
    (path,) = db.execute("SELECT CAST(file AS BLOB) FROM pragma_database_list WHERE name = 'main'").fetchone()
    return Path(f"{os.fsdecode(path)}-audit-key")


def _key(path: Path) -> Ed25519PrivateKey | None:
    """The key in the file, which is made where there is none; None where it can be neither read nor made."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    try:
        text = path.read_text("ascii").strip() if path.exists() else ""
    except ValueError:
        text = ""
    except OSError:
        return None
    if re.fullmatch("[0-9a-f]{64}", text):
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))
    key = Ed25519PrivateKey.generate()
    try:
        _write(path, key.private_bytes_raw().hex())
    except OSError:
        return None
    return key


def _write(path: Path, text: str) -> None:
    """Nobody else makes it at the same time: who signs holds the write transaction. A torn file is no key."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(f"{text}\n")
        file.flush()
        os.fsync(file.fileno())
