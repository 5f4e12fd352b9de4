"""The whole taxonomy of errors: each has a sentence for people and an exit code for scripts.

RolodocError
  NotFound              3   no such record
  Invalid               4   a value that does not fit: field and reason
    Ambiguous           4   a name that several records share: the candidates
  Conflict              5   what is stored speaks against it
    Exists              5   the same link, external id or type is there already
    Stale               5   the record moved on since it was read: its current state
  Denied                6   not allowed: which rule
    ReasonNeeded        6   allowed to one who gives a reason
  Unavailable           7   not now: the store is busy, read-only or full
    Timeout             7   took longer than the caller was ready to wait
  Corrupt               8   what is stored is damaged: what and where
  Incompatible          9   another schema, version or kind of file
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

    from core.values import Record, Ref


class RolodocError(Exception):
    """`str(error)` is one sentence that says what is wrong and, where there is one, the next step."""

    exit_code = 1
    index: int | None = None
    """Of a write among several: the position of the one that was refused."""


class NotFound(RolodocError):
    exit_code = 3


class Invalid(RolodocError):
    """`field` names the field that was refused ("" when it is not about one field)."""

    exit_code = 4

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(f"{field}: {reason}" if field else reason)
        self.field = field
        self.reason = reason


class Ambiguous(Invalid):
    """`candidates` are lines that tell the records apart; with `more` there are others."""

    def __init__(self, name: str, candidates: list[str], *, more: bool = False) -> None:
        count = f"{'more than ' if more else ''}{len(candidates)}"
        super().__init__(f'"{name}" names {count} records; say which by its id: {"; ".join(candidates)}')
        self.candidates = candidates


class Conflict(RolodocError):
    exit_code = 5


class Exists(Conflict):
    pass


class Stale(Conflict):
    """`current` is the record as it is stored now; the caller still holds what it wanted to write. `handed_out` are the
    records of which that holds something confidential."""

    def __init__(self, current: Record, handed_out: Iterable[Ref] = ()) -> None:
        super().__init__(
            f"{current.title} was changed by someone else meanwhile (now rev {current.revision}); "
            "read it again and decide what to keep"
        )
        self.current = current
        self.handed_out = list(handed_out)


class Denied(RolodocError):
    """`ref` and `action` say what was tried, where that is known; `told`, that the audit knows of it."""

    exit_code = 6
    ref: Ref | None = None
    action: str = ""
    told: bool = False

    def about(self, ref: Ref, action: str) -> Self:
        self.ref, self.action = ref, action
        return self

    def trying(self, action: str) -> Self:
        self.action = action
        return self


class ReasonNeeded(Denied):
    """The same again with a reason may be allowed."""


class Unavailable(RolodocError):
    exit_code = 7


class Timeout(Unavailable):
    pass


class Corrupt(RolodocError):
    exit_code = 8


class Incompatible(RolodocError):
    exit_code = 9
