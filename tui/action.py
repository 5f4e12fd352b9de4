"""What an action is, and what is known of where the person is when one is asked for."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from core.fields import Entity
from core.values import Ref


class AtConflict(msgspec.Struct, frozen=True):
    """Where the person is in a conflict: the labels of its open fields, and what can be done with the one under the
    cursor."""

    open: tuple[str, ...] = ()
    field: str = ""  # "" on a field that is settled already
    chosen: bool = False
    both: str = ""  # why it cannot hold both
    typed: str = ""  # why no other value can be typed
    settled: str = ""  # who settled the whole conflict meanwhile


class Context(msgspec.Struct, frozen=True):
    """What the person is at; `disabled` of an action looks at this alone."""

    screen: str = ""
    entity: Entity | None = None  # of the records that this screen lists
    subject: Ref | None = None  # the record under the cursor
    record: Ref | None = None  # the profile or document that is read: a new link starts from it
    listed: bool = False  # a list of records has the keys
    marked: int = 0
    trash: bool = False  # the list shows the trash
    draft: bool = False  # the cursor is on a draft
    change: bool = False  # the cursor is on a change
    depth: int = 0  # steps that `back` can take
    filtered: bool = False
    panel: str = ""  # the title of the panel that is open
    forced: bool = False  # a forced command of an SSH server: no other program may be started
    conflict: AtConflict | None = None  # the conflict that is open
    conflicts: int = 0  # in the list of conflicts
    may: tuple[str, ...] | None = None  # what the account may do with the subject, where it is known


Disabled = Callable[[Context], str | None]


def never(_: Context) -> None:
    return None


def unless_panel(context: Context) -> str | None:
    return f"{context.panel} is open; esc closes it first" if context.panel else None


def needs(check: Disabled) -> Disabled:
    """What cannot be done while a panel is open, nor where `check` gives a reason."""
    return lambda context: unless_panel(context) or check(context)


class Action(msgspec.Struct, frozen=True):
    """`disabled` gives the reason why it cannot be done now, or None. `screens` show it in their footer."""

    id: str
    keys: str
    name: str
    sentence: str
    disabled: Disabled = never
    screens: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        return f"do_{self.id.replace('.', '_')}"
