"""Looks into the file of a store for what must hold of its audit."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from core.audit_verify import verify
from core.store import Store

CHANGES = "SELECT seq, entity || '.' || kind FROM change WHERE seq >= ? ORDER BY seq"
ENTRIES = "SELECT seq, body, hash FROM audit ORDER BY seq"
PRUNED = "SELECT unhex(body ->> '$.hash') FROM audit_checkpoint WHERE body ->> '$.kind' = 'prune' ORDER BY id DESC"
KEYS = "SELECT profile_id FROM profile_key EXCEPT SELECT id FROM profile"


def assert_audit_is_sound(db: Any, path: Path) -> None:
    """Each change that was not pruned, since the first one that has an entry, has just one, of its kind; the chain
    holds, worked out here and by verifying; no key is left of a profile that is gone."""
    told: list[tuple[int, str]] = []
    ((start,),) = db.execute("SELECT coalesce((SELECT value FROM stat WHERE name = 'log.through'), 0)").fetchall()
    hash = (db.execute(PRUNED).fetchone() or (bytes(32),))[0]
    for seq, text, stored in db.execute(ENTRIES):
        hash = hashlib.sha256(hash + seq.to_bytes(8, "big") + hashlib.sha256(text.encode()).digest()).digest()
        assert hash == stored, f"entry {seq} follows the one before it"
        body = json.loads(text)
        assert list(body) == sorted(body), "the JSON is canonical"
        if "digest" in body and body["change"] > start:
            told.append((body["change"], body["kind"]))
    if told:
        assert told == db.execute(CHANGES, (told[0][0],)).fetchall()
    assert db.execute(KEYS).fetchall() == []
    store = Store(path, create=False)
    verdict = verify(store, [], None)
    store.close()
    assert verdict.bad is None, verdict.problem
