"""What some of a record's changes did to it, read out of the log, so that it can be taken back.

The fields that are merged as one are a unit: each by itself, the two ends of a link's window together; whether the
record lives is one more. A run is a row of changes of one unit that are all to be taken back; what others changed in
between parts two runs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from core.fields import FIELDS, Entity
from core.meeting import WINDOW
from core.merge_values import WHOLE
from core.records import DIGEST, Row, body_of, keep_body, stored_fields, to_log
from core.store import Connection

Unit = tuple[str, ...]
Values = dict[str, Any]

LIFE: Final[Unit] = (WHOLE,)
LIVES_AFTER: Final = {"restored": True, "deleted": False}
"""By kind of change; after any other a record lives as before."""


class Run(NamedTuple):
    before: Values
    after: Values


class Course:
    """What became of one record since the first of the changes that are to be taken back.

    Texts are named by their digest, the ends and type of a link by local ids.
    """

    def __init__(self, entity: Entity, row: Row) -> None:
        self.entity = entity
        self.current: Values = {name: to_log(name, value) for name, value in stored_fields(entity, row).items()}
        self.is_alive = row[6] is None
        self.was_made = False  # by one of the changes
        self.runs: dict[Unit, list[Run]] = {}  # the latest first
        self.left: Values = {}  # what others changed since, as the last of the changes left it

    @property
    def lives_without(self) -> bool:
        """Whether it would live without the changes. Nothing is merged: what others decided since stands."""
        if self.was_made:
            return False
        lives = self.is_alive
        for before, after in self.runs.get(LIFE, ()):
            lives = before[WHOLE] if lives == after[WHOLE] else lives
        return lives

    @property
    def overtaken(self) -> list[str]:
        """The fields that others changed since, and that are not again as they were left."""
        return [name for name, value in self.left.items() if not is_same(self.entity, {name: value}, self.current)]


def read_course(db: Connection, entity: Entity, row: Row, seqs: Collection[int], only: Collection[str] = ()) -> Course:
    """Walks the log from now back to the first of the changes `seqs`; of `only` these fields where any are named."""
    course = Course(entity, row)
    state = course.current | {WHOLE: course.is_alive}
    running: set[Unit] = set()
    for seq, kind, before, after in db.execute(CHANGES, (entity, row[0], min(seqs))):
        taken_back = seq in seqs
        if kind == "created":
            course.was_made = taken_back and not only
            break
        earlier = _values_before(entity, kind, before, after)
        for unit in _units(entity, earlier, only):
            later = {name: state[name] for name in unit}
            state |= {name: earlier[name] for name in unit if name in earlier}
            now = {name: state[name] for name in unit}
            if not taken_back:
                running.discard(unit)
                if unit not in course.runs and unit != LIFE:
                    course.left |= now
            elif unit in running:
                course.runs[unit][-1] = Run(now, course.runs[unit][-1].after)
            else:
                running.add(unit)
                course.runs.setdefault(unit, []).append(Run(now, later))
    return course


def is_same(entity: Entity, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether the fields of `one` mean the same in `other`."""
    return all(FIELDS[entity][name].same(value, other[name]) for name, value in one.items())


def with_text(db: Connection, values: Mapping[str, Any]) -> Values:
    """The values with the text that the log names by its digest."""
    text = values.get("text")
    return {**values, "text": body_of(db, text)} if text and text.startswith(DIGEST) else dict(values)


def as_logged(db: Connection, values: Mapping[str, Any]) -> Values:
    """The values with their text stored and named by its digest."""
    if values.get("text"):
        keep_body(db, values["text"])
    return {name: to_log(name, value) for name, value in values.items()}


CHANGES: Final = """
SELECT seq, kind, before, after FROM change WHERE entity = ? AND record_id = ? AND seq >= ? ORDER BY seq DESC
"""
"""By change_of_record."""


def _values_before(entity: Entity, kind: str, before: str, after: str) -> Values:
    """The fields that a change set, as they were before it, and whether the record lived where it changed that."""
    earlier = msgspec.json.decode(before)
    values = {name: earlier.get(name, FIELDS[entity][name].empty) for name in msgspec.json.decode(after)}
    return values | ({WHOLE: not LIVES_AFTER[kind]} if kind in LIVES_AFTER else {})


def _units(entity: Entity, names: Iterable[str], only: Collection[str]) -> list[Unit]:
    wanted = [name for name in names if not only or name in only]
    window = tuple(name for name in WINDOW if not only or name in only)
    return list(dict.fromkeys(window if entity == "link" and name in WINDOW else (name,) for name in wanted))
