"""What the audit holds of the values of a change, so that none of it outlives the record or the person.

Of every change it holds a digest, which proves the change log and tells nothing by itself. What a profile was and
became is sealed in the entry, with AES-256-GCM under a key of that profile; once the key is dropped, nobody can read
it. What was said of accounts, groups, roles, grants, marks and retention stands in the open, but for notes.
"""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from typing import Any, Final, cast

import msgspec

from core.audit_chain import SALT, record_text
from core.fields import Entity
from core.records import TABLES, in_chunks
from core.store import Connection
from core.values import Ref

KEY: Final = 32  # bytes
NONCE: Final = 12  # bytes
FREE_TEXT: Final = frozenset({"note", "description"})

_decode = msgspec.json.Decoder(dict[str, Any]).decode


def keys_of(db: Connection, profiles: Collection[int], *, make: bool = False) -> dict[int, bytes]:
    """The keys of these profiles by local id; one that has none is given one, where they are to be made."""
    known: dict[int, bytes] = dict(
        in_chunks(db, "SELECT profile_id, key FROM profile_key WHERE profile_id IN", sorted(set(profiles)))
    )
    if make and (missing := sorted(set(profiles) - known.keys())):
        made = {profile: os.urandom(KEY) for profile in missing}
        db.executemany("INSERT INTO profile_key(profile_id, key) VALUES (?, ?)", list(made.items()))
        known |= made
    return known


def new_salts(count: int) -> list[bytes]:
    random = os.urandom(SALT * count)
    return [random[start : start + SALT] for start in range(0, len(random), SALT)]


def in_the_open(logged: str) -> dict[str, Any] | None:
    """Values of the administration of access as they stand in a body, from their JSON in the change log; None without
    any."""
    return {name: value for name, value in _decode(logged).items() if name not in FREE_TEXT} or None


def seal(key: bytes, record: str, before: str, after: str) -> str:
    """What a profile was and became, both as the change log has them, for nobody to read without the key."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE)
    values = f'{{"after":{after},"before":{before}}}'.encode()
    return b64encode(nonce + AESGCM(key).encrypt(nonce, values, record.encode())).decode()


def unseal(key: bytes, record: str, sealed: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Before and after; None where it is not what was sealed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        whole = b64decode(sealed, validate=True)
        values = _decode(AESGCM(key).decrypt(whole[:NONCE], whole[NONCE:], record.encode()))
    except (InvalidTag, ValueError):  # of which those of base64 and of msgspec are
        return None
    return values["before"], values["after"]


def forget(db: Connection, records: Mapping[Entity, Collection[int]]) -> int:
    """Drops the keys and salts of these records, by local ids, so that what the audit holds of their values means
    nothing any more; returns how many entries that were. To be called while the records still are there."""
    db.executemany("DELETE FROM profile_key WHERE profile_id = ?", [(id,) for id in records.get("profile", ())])
    entries = 0
    for entity, ids in records.items():
        sql = f"SELECT uid FROM {TABLES[entity]} WHERE id IN"
        names = [(record_text(Ref(entity, uid)),) for (uid,) in in_chunks(db, sql, list(ids))]
        entries += cast(int, db.executemany("UPDATE audit SET salt = NULL WHERE record = ?", names).rowcount)
    return entries
