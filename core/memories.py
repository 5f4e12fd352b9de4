"""What this place remembers for each account: drafts, the last screen. Neither logged nor synced.

The first account of a store is that of the one who was alone before, and goes on with what was remembered then. Those
of the others stand under keys of their own.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from core.errors import Invalid
from core.logins import TRIES
from core.store import Store
from core.viewer import Identity

FIRST: Final = 1  # the local id of the first account
OF_OTHERS: Final = "@"
"""What the keys of the others begin with: "@7:draft:..."."""
KEPT_FREE: Final = (OF_OTHERS, TRIES)
"""Nobody remembers anything among those, nor where wrong passwords are counted."""


def keep(store: Store, identity: Identity, key: str, value: Any) -> None:
    """Remembers the value, or forgets what there was where it is None. Raises Invalid."""
    if found := next(filter(key.startswith, KEPT_FREE), None):
        raise Invalid(f'must not begin with "{found}"', "key")
    stored = _space(identity) + key
    with store.write() as db:
        if value is None:
            db.execute("DELETE FROM memory WHERE key = ?", (stored,))
        else:
            json = msgspec.json.encode(value).decode()
            db.execute("INSERT OR REPLACE INTO memory(key, value) VALUES (?, ?)", (stored, json))


def find(store: Store, identity: Identity, prefix: str) -> dict[str, Any]:
    """What is remembered under keys that begin so."""
    space = _space(identity)
    rows = store.fetch(
        "SELECT key, value FROM memory WHERE substr(key, 1, ?) = ?", (len(space + prefix), space + prefix)
    )
    return {
        key[len(space) :]: msgspec.json.decode(value) for key, value in rows if space or not key.startswith(KEPT_FREE)
    }


def _space(identity: Identity) -> str:
    return "" if identity.alone or identity.account == FIRST else f"{OF_OTHERS}{identity.account}:"
