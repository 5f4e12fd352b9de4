"""What is told to the audit though nothing is changed: attempts that were refused, reads of what is confidential.

The same within a minute is told once; the next entry says how often it was. A refusal is told by a thread of its own,
so that a record which may not be seen is answered for in the same time as one that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import wraps
from inspect import isfunction
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from core import access, audit
from core.errors import Denied, NotFound, RolodocError, Stale, Unavailable
from core.store import Store
from core.values import Actor, Ref

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor

WITHIN: Final = 60_000_000  # microseconds
DENIED: Final = "access.denied"
KEPT: Final = 10_000  # things told that are remembered
PATIENCE: Final = 5.0  # seconds that a refusal waits for others who write

Thing = tuple[str, str, str]
"""What counts as the same: account, kind, and the record or the method that it was about."""
W = TypeVar("W")


class Attempt(NamedTuple):
    """An entry to be made; `said` are more fields of its body, `times` is how often it was."""

    actor: Actor
    kind: str
    record: Ref | None
    said: dict[str, Any]
    times: int = 1

    @property
    def thing(self) -> Thing:
        return self.actor.name, self.kind, str(self.record or self.said.get("method", ""))


class Attempts:
    """Those of one workspace. `clock` tells the time in microseconds."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        self._store = store
        self._clock = clock
        self._lock = Lock()
        self._reads = Lock()
        self._told: dict[Thing, int] = {}  # when
        self._counted: dict[Thing, Attempt] = {}  # since then
        self._teller: ThreadPoolExecutor | None = None
        self._telling: Future[None] | None = None

    def refused(self, attempt: Attempt) -> None:
        """Tells of it beside; where the store cannot be written, the refusal stands without."""
        with self._lock:
            due = self._due([attempt])
            if due:
                self._telling = self._beside().submit(self._try_to_tell, due)

    def read(self, attempts: Sequence[Attempt]) -> None:
        """Tells of it before anything is shown. Raises Unavailable where that cannot be recorded."""
        with self._reads:  # so that nobody shows what another only tries to tell of
            with self._lock:
                due = self._due(attempts)
            try:
                self._tell(due)
            except RolodocError as error:
                raise Unavailable(
                    f"a confidential document is only shown where that can be recorded, and {error}"
                ) from None

    def settle(self) -> None:
        """Waits until what was refused is told."""
        with self._lock:
            telling = self._telling
        if telling is not None:
            telling.result()

    def close(self) -> None:
        """Tells of what was only counted so far."""
        self.settle()
        self._try_to_tell(list(self._counted.values()))
        if self._teller is not None:
            self._teller.shutdown()

    def _beside(self) -> ThreadPoolExecutor:
        from concurrent.futures import ThreadPoolExecutor

        self._teller = self._teller or ThreadPoolExecutor(1, "rolodoc-attempts")
        return self._teller

    def _due(self, attempts: Sequence[Attempt]) -> list[Attempt]:
        """Those that are to be told, with how often they were since they were told last; the others are counted."""
        at, due = self._clock(), []
        for attempt in attempts:
            thing = attempt.thing
            whole = _and_before(attempt, self._counted.pop(thing, None))
            if thing in self._told and abs(at - self._told[thing]) < WITHIN:
                self._counted[thing] = whole
            else:
                self._told[thing] = at
                due.append(whole)
        if len(self._told) > KEPT:
            self._told = {thing: when for thing, when in self._told.items() if abs(at - when) < WITHIN}
        return due

    def _try_to_tell(self, due: Sequence[Attempt]) -> None:
        with suppress(RolodocError):
            self._tell(due)

    def _tell(self, due: Sequence[Attempt]) -> None:
        if not due:
            return
        try:
            with self._store.write(patience=PATIENCE) as db:
                for actor, kind, record, said, times in due:
                    many = {"count": times} if times > 1 else {}
                    audit.append_event(db, actor, self._clock(), kind, record=record, **said, **many)
        except BaseException:
            with self._lock:
                for attempt in due:
                    self._told.pop(attempt.thing, None)
                    self._counted[attempt.thing] = _and_before(attempt, self._counted.get(attempt.thing))
            raise


def _and_before(attempt: Attempt, before: Attempt | None) -> Attempt:
    return attempt._replace(times=attempt.times + before.times) if before else attempt


# --- the boundary of a workspace ------------------------------------------------------------------------------


def guarded(workspace: type[W]) -> type[W]:
    """Wraps each public method, so that what it refuses is told by `_attempts` as `actor`, and what may not be seen is
    answered for as what is not there."""
    for name, method in list(vars(workspace).items()):
        if isfunction(method) and not name.startswith("_"):
            setattr(workspace, name, _guarded(method))
    return workspace


def _guarded(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def guarded(self: Any, *arguments: Any, **named: Any) -> Any:
        try:
            return method(self, *arguments, **named)
        except access.Hidden as error:
            self._attempts.refused(_refusal(self.actor, method.__name__, error.ref, "see"))
            unknown = NotFound(str(error))
            unknown.index = error.index
            raise unknown from None
        except Stale as error:
            said = {"reason": self.reason}
            self._attempts.read([Attempt(self.actor, f"{ref.entity}.read", ref, said) for ref in error.handed_out])
            raise
        except Denied as error:
            if not error.told:  # by a public method that this one calls
                error.told = True
                self._attempts.refused(_refusal(self.actor, method.__name__, error.ref, error.action))
            raise

    return guarded


def _refusal(actor: Actor, method: str, record: Ref | None, action: str) -> Attempt:
    return Attempt(actor, DENIED, record, {"decision": "denied", "method": method, "action": action})


def at_account(store: Store, name: str, error: Denied) -> Denied:
    """The refusal of a log-in as one that is about the account of this name, where there is one."""
    found = store.fetch("SELECT uid FROM account WHERE name = ? AND deleted_at IS NULL", (name,))
    return error.about(Ref("account", found[0][0]), "log in") if found else error
