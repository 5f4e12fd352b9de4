"""The one merge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.fields import Entity
from core.merge_values import Context, FieldConflict, MergeResult, Take
from core.rules import Rule

NOBODY = Context()


def merge(
    entity: Entity,
    base: Mapping[str, Any] | None,
    mine: Mapping[str, Any] | None,
    theirs: Mapping[str, Any] | None,
    *,
    rules: Sequence[Rule] = (),
    context: Context = NOBODY,
) -> MergeResult:
    raise NotImplementedError


def take(entity: Entity, conflict: FieldConflict, choice: Take) -> Any:
    """The value that the choice gives the field; raises Invalid for `both` of a field that holds one value."""
    raise NotImplementedError


def suggest(entity: Entity, conflicts: Sequence[FieldConflict]) -> str:
    """The preference of core.fields.PREFERENCES that would settle most of them without a loss, "" when none does."""
    raise NotImplementedError
