"""Where the change log begins, once a rule of retention removed what was older.

Every change after that is there. Of those up to it there is, of each record, the latest, from which on its history is
whole, and the latest that gave or took its life; the values that they set may be gone.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from core.fields import Entity
from core.instants import format_instant
from core.store import Connection


class Removed(NamedTuple):
    """What was removed: changes up to the seq `through`, made before the instant, by a rule of so many days."""

    through: int
    before: int
    days: int

    def __str__(self) -> str:
        when = format_instant(self.before - self.before % 1_000_000)
        return f"history before {when} was removed by the rule of {self.days:,} day{'' if self.days == 1 else 's'}"


NAMES: Final = {field: f"log.{field}" for field in Removed._fields}
"""In the table of totals."""
THROUGH: Final = f"coalesce((SELECT value FROM stat WHERE name = '{NAMES['through']}'), 0)"
"""As SQL: the last seq that may be missing, 0 where nothing was removed."""


def read(db: Connection) -> Removed | None:
    """None where nothing was removed."""
    found = dict(db.execute("SELECT name, value FROM stat WHERE name >= 'log.' AND name < 'log/'"))
    return Removed(*(found[name] for name in NAMES.values())) if found else None


def keep(db: Connection, removed: Removed) -> None:
    rows = [(name, value) for name, value in zip(NAMES.values(), removed, strict=True)]
    db.executemany("INSERT OR REPLACE INTO stat(name, value) VALUES (?, ?)", rows)


def whole_from(db: Connection, entity: Entity, id: int) -> int:
    """The seq from which on the history of the record is whole; 0 where all of it is."""
    found = db.execute(
        f"SELECT max(seq) FROM change WHERE entity = ? AND record_id = ? AND seq <= {THROUGH}", (entity, id)
    ).fetchone()
    return found[0] or 0
