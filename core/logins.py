"""Makes sure who asks: by the user of the operating system, or by a password.

Nothing is asked while a store has one operator. Passwords are kept as Argon2id hashes (RFC 9106), outside of the
change log; after LIMIT wrong ones in a row an account waits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec

from core import audit, escalation, members
from core.errors import Denied, Invalid, NotFound, Unavailable
from core.instants import now
from core.rights import has
from core.store import Connection, Store
from core.values import Actor, Ref
from core.viewer import Viewer, identify

SHORTEST: Final = 8  # characters of a password
LONGEST: Final = 1_000
LIMIT: Final = 5  # wrong passwords in a row
WAIT: Final = 60_000_000  # microseconds
PASSWORD: Final = "account.password"
"""Kind of the entry of the audit that says that a password was set."""
TRIES: Final = "log-in:"
"""How the keys of memory begin that count wrong passwords, by name, also of accounts that there are not."""


class Account(NamedTuple):
    id: int
    name: str
    system_user: str


def log_in(store: Store, actor: Actor, name: str, ask: Callable[[str], str] | None) -> Actor:
    """The actor under the name of the account that it has proven to be; as it is while there is no second account.

    Raises Denied, in the same words for an account that there is not and for a wrong password.
    """
    accounts = [Account(*row) for row in store.fetch(ACCOUNTS)]
    if len(accounts) < 2:
        return actor
    own = next((one for one in accounts if one.system_user and one.system_user == actor.system_user), None)
    if not name and own is None:
        raise Denied("this store has several accounts; say with --as NAME which one is yours")
    account = next((one for one in accounts if one.name == name), None) if name else own
    if account is None or account != own:
        if ask is None:
            raise Denied(f"the account {name} asks for a password, which cannot be typed here; set ROLODOC_PASSWORD")
        _prove(store, account, name, ask(name))
    return msgspec.structs.replace(actor, name=account.name if account else name)


def set_password(store: Store, by: Actor, viewer: Viewer, name: str, password: str) -> None:
    """Keeps the hash of a password, or none. Of another account it needs all that the account has. Raises NotFound,
    Denied, Invalid."""
    if password and not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(f"must have {SHORTEST} to {LONGEST:,} characters", "password")
    with store.write() as db:
        found = db.execute("SELECT id, uid FROM account WHERE name = ? AND deleted_at IS NULL", (name,)).fetchone()
        own = found is not None and found[0] == viewer.identity.account
        if not own and not _administers(db, viewer, name if found else ""):
            raise Denied(f"{viewer.identity.name} may not set the password of another account; ask an owner")
        if not found:
            raise NotFound(f'there is no account "{name[:100]}"')
        if not own:
            escalation.check_log_in(db, viewer, members.living_accounts(db, name)[0])
        db.execute("DELETE FROM credential WHERE account_id = ?", (found[0],))
        _forget_tries(db, name)
        if password:
            hashed = _hasher().hash(password)
            db.execute("INSERT INTO credential(account_id, password) VALUES (?, ?)", (found[0], hashed))
        audit.append_event(db, by, now(), PASSWORD, record=Ref("account", found[1]), detail="" if password else "none")


ACCOUNTS: Final = "SELECT id, name, system_user FROM account WHERE deleted_at IS NULL"


def _administers(db: Connection, viewer: Viewer, name: str) -> bool:
    """Who administers access may, but not for an owner, whose rights would be taken over."""
    if viewer.unrestricted:
        return True
    is_owner = bool(name) and identify(db, Actor(name)).unrestricted
    return has(viewer.area_rights("access"), "administer") and not is_owner


def _prove(store: Store, account: Account | None, name: str, password: str) -> None:
    """Raises Denied unless it is the password of the account; takes as long where there is no such account."""
    with store.write() as db:  # counted before it is looked at, so that many at once are not more than LIMIT
        if wait := _waits(db, name):
            raise Unavailable(f"too many wrong passwords; try again in {wait} seconds")
        _count_try(db, name)
    found = store.fetch("SELECT password FROM credential WHERE account_id = ?", (account.id if account else 0,))
    if _is_right(found[0][0] if found else NOBODY, password) and found:
        with store.write() as db:
            _forget_tries(db, name)
        return
    raise Denied("there is no such account with this password, or it has none; an owner can set one")


def _is_right(hashed: str, password: str) -> bool:
    from argon2.exceptions import VerificationError

    try:
        return bool(_hasher().verify(hashed, password))
    except VerificationError:
        return False


def _hasher() -> Any:
    from argon2 import PasswordHasher

    return PasswordHasher()


def _waits(db: Connection, name: str) -> int:
    """Seconds until another password is looked at."""
    found = db.execute("SELECT value FROM memory WHERE key = ?", (_key(name),)).fetchone()
    count, last = msgspec.json.decode(found[0]) if found else (0, 0)
    return max(0, -(-(last + WAIT - now()) // 1_000_000)) if count >= LIMIT else 0


def _count_try(db: Connection, name: str) -> None:
    found = db.execute("SELECT value FROM memory WHERE key = ?", (_key(name),)).fetchone()
    count = msgspec.json.decode(found[0])[0] if found else 0
    old = (TRIES, TRIES, now() - WAIT)
    db.execute("DELETE FROM memory WHERE substr(key, 1, length(?)) = ? AND value ->> '$[1]' < ?", old)
    value = msgspec.json.encode([count + 1, now()]).decode()
    db.execute("INSERT OR REPLACE INTO memory(key, value) VALUES (?, ?)", (_key(name), value))


def _forget_tries(db: Connection, name: str) -> None:
    db.execute("DELETE FROM memory WHERE key = ?", (_key(name),))


def _key(name: str) -> str:
    return f"{TRIES}{name[:100]}"


NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$Sd0kTqZ4n2n2yqF9F0hH8mB0m1o2Yz0m7Y3oJt2p8sA"
"""A hash of no password, for accounts that there are not."""
