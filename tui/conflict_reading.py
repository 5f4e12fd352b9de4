"""What is read of one conflict: itself, its record as it is now, and the fields that needed no question."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from core.fields import Field, field
from core.merge_values import WHOLE, WHOLE_FIELD, Taken
from core.values import Change, ConflictRecord, Record, RecordId, Ref
from core.workspace import Workspace
from tui.sides import who

THE_RECORD = replace(WHOLE_FIELD, label="The record")


@dataclass(frozen=True, slots=True)
class Settled:
    """A field that was touched and is not open: how it came about, and the sides as far as they are told."""

    name: str
    mark: str  # "=" one side, "+" both
    note: str
    mine: Any = None
    theirs: Any = None


@dataclass(frozen=True, slots=True)
class Reading:
    conflict: ConflictRecord
    record: Record
    settled: list[Settled]
    edit: Change | None = None  # of a record that the other side deleted: what was edited in it

    def field(self, name: str) -> Field:
        return THE_RECORD if name == WHOLE else field(self.record.ref.entity, name)


def read_conflict(workspace: Workspace, id: RecordId) -> Reading:
    """Raises NotFound."""
    conflict = workspace.conflict(id)
    record = workspace.get(conflict.record)
    opened = workspace.changes(ref=Ref("conflict", id), after=0, limit=1)
    met = workspace.changes(ref=conflict.record, request=opened[0].request) if opened else []
    me = workspace.actor.name
    settled = {
        name: _merged(conflict, change, name, taken, me) for change in met for name, taken in change.taken.items()
    } | {name: _chosen(conflict, name, taken, me) for name, taken in conflict.outcome.items()}
    still_open = {one.field for one in conflict.fields} | {WHOLE}
    edit = None
    if conflict.question != "fields":
        edits = workspace.changes(ref=conflict.record, limit=20)
        edit = next((change for change in edits if change.kind == "updated"), None)
    return Reading(conflict, record, [one for name, one in settled.items() if name not in still_open], edit)


def _merged(conflict: ConflictRecord, change: Change, name: str, taken: Taken, me: str) -> Settled:
    """A field that the merge settled when the two versions met."""
    before, after = change.before.get(name), change.after.get(name)
    if taken.how == "mine":
        return Settled(name, "=", f"only {who(conflict.mine, me)} changed it", after, before)
    if taken.how == "theirs":
        return Settled(name, "=", f"only {who(conflict.theirs, me)} changed it")
    if taken.how == "both":
        return Settled(name, "+", "both, merged", None, before)
    return Settled(name, "=", f"by {taken.how}", None, before)


def _chosen(conflict: ConflictRecord, name: str, taken: Taken, me: str) -> Settled:
    """A field that somebody chose for, or that came to be as one side wanted it."""
    words = {
        "mine": f"settled as {who(conflict.mine, me)} had it",
        "theirs": f"settled as {who(conflict.theirs, me)} had it",
        "base": "settled as it was before",
        "both": "settled with both",
        "value": "settled with another value",
    }
    return Settled(name, "+" if taken.how == "both" else "=", words.get(taken.how, f"settled by {taken.how}"))
