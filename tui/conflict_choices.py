"""What a person chose for the open fields of a conflict, step by step, and kept as a draft until it is written."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final, cast, get_args

import msgspec

from core.instants import now
from core.merge import take
from core.merge_values import FieldConflict, Take
from core.values import ConflictRecord, RecordId
from core.workspace import Workspace
from core.write_values import Value

PREFIX: Final = "choices:"
Choice = Take | Value


class Choices:
    """The choices for one conflict; each change of them is a step that can be undone."""

    def __init__(self, conflict: ConflictRecord, made: Mapping[str, Choice] | None = None) -> None:
        self.conflict = conflict
        self.fields = {one.field: one for one in conflict.fields}
        self.made: dict[str, Choice] = dict(made or {})
        self._done: list[dict[str, Choice]] = []
        self._undone: list[dict[str, Choice]] = []
        self._taken: dict[tuple[str, Take], Any] = {}  # both of a long text takes a while to put together

    @property
    def open(self) -> list[str]:
        """The fields that nothing is chosen for."""
        return [name for name in self.fields if name not in self.made]

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def value(self, name: str, choice: Choice) -> Any:
        """What the field would hold. Raises Invalid for `both` of a field that holds one value."""
        if isinstance(choice, Value):
            return choice.value
        if (name, choice) not in self._taken:
            self._taken[name, choice] = take(self.conflict.record.entity, self.fields[name], choice)
        return self._taken[name, choice]

    def result(self, name: str) -> Any:
        """What the field will hold; while it is open, what the record holds now."""
        return self.value(name, self.made.get(name, "theirs"))

    def choose(self, choices: Mapping[str, Choice]) -> None:
        """One step. Raises Invalid, and chooses nothing, when one of them cannot be."""
        for name, choice in choices.items():
            self.value(name, choice)
        self._step({**self.made, **choices})

    def take_back(self, name: str) -> None:
        self._step({other: choice for other, choice in self.made.items() if other != name})

    def undo(self) -> None:
        """Takes the last step back; there must be one."""
        self._undone.append(self.made)
        self.made = self._done.pop()

    def redo(self) -> None:
        self._done.append(self.made)
        self.made = self._undone.pop()

    def carried_to(self, conflict: ConflictRecord) -> tuple[Choices, list[str]]:
        """The same for a newer version of the conflict, and the fields that have to be chosen for once more, because
        what their choice was made from is another now."""
        carried = Choices(conflict)
        same = {name for name, one in self.fields.items() if name in carried.fields and one == carried.fields[name]}
        carried.made = _of(self.made, same)
        carried._done = [_of(step, same) for step in self._done]
        carried._undone = [_of(step, same) for step in self._undone]
        return carried, [name for name in self.made if name in carried.fields and name not in same]

    def _step(self, made: dict[str, Choice]) -> None:
        if made != self.made:
            self._done.append(self.made)
            self._undone.clear()
            self.made = made


def _of(made: Mapping[str, Choice], names: set[str]) -> dict[str, Choice]:
    return {name: choice for name, choice in made.items() if name in names}


# --- kept until they are written ------------------------------------------------------------------------------


def keep_choices(workspace: Workspace, choices: Choices) -> None:
    """Keeps them for the next time this conflict is opened; forgets them where there are none."""
    if not choices.made:
        drop_choices(workspace, choices.conflict.id)
        return
    stored = {
        name: {"inputs": _digest(choices.fields[name]), **_stored(choice)} for name, choice in choices.made.items()
    }
    workspace.remember(_key(choices.conflict.id), {"at": now(), "made": stored})


def recall_choices(workspace: Workspace, conflict: ConflictRecord) -> tuple[Choices, list[str]]:
    """Those kept for this conflict, and the fields that have to be chosen for once more."""
    choices = Choices(conflict)
    stored = workspace.recall(_key(conflict.id)).get(_key(conflict.id), {"made": {}})
    reopened = []
    for name, entry in stored["made"].items():
        if name not in choices.fields:
            continue
        if entry["inputs"] == _digest(choices.fields[name]):
            choices.made[name] = _choice(entry)
        else:
            reopened.append(name)
    return choices, reopened


def drop_choices(workspace: Workspace, conflict: RecordId) -> None:
    workspace.remember(_key(conflict), None)


def kept_choices(workspace: Workspace) -> dict[RecordId, int]:
    """How many are kept, by conflict."""
    kept = workspace.recall(PREFIX).items()
    return {bytes.fromhex(key.removeprefix(PREFIX)): len(stored["made"]) for key, stored in kept}


def _key(conflict: RecordId) -> str:
    return PREFIX + conflict.hex()


def _digest(one: FieldConflict) -> str:
    return sha256(msgspec.json.encode((one.base, one.mine, one.theirs))).hexdigest()


def _stored(choice: Choice) -> dict[str, Any]:
    return {"value": choice.value} if isinstance(choice, Value) else {"take": choice}


def _choice(entry: Mapping[str, Any]) -> Choice:
    if entry.get("take") in get_args(Take):
        return cast(Take, entry["take"])
    return Value(entry.get("value"))
