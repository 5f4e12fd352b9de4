"""Priority rules: which side an open field takes, decided by the first rule that can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from core.fields import Entity
from core.merge_values import Context, FieldConflict

Prefer = Literal["mine", "theirs", "newest", "oldest", "longest", "non-empty", "union", "source", "role"]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What it matches and what it prefers; an empty condition matches everything."""

    name: str = ""
    number: int = 0  # its place in the order, from 1; 0 for one that is not stored
    id: bytes = b""
    revision: int = 0
    entity: str = "any"
    field: str = ""
    relationship: str = ""
    actor: str = ""  # of either side
    source: str = ""  # of either side
    tag: str = ""
    prefer: Prefer
    preferred: str = ""  # the source or role that `prefer` source, role asks for

    @property
    def label(self) -> str:
        """How a decision names it: "rule 3 (newest)", or "newest" for one that is not stored."""
        return f"rule {self.number} ({self.name or self.prefer})" if self.number else self.prefer


class Decision(msgspec.Struct, frozen=True):
    rule: Rule
    value: Any


def decide(rules: Sequence[Rule], entity: Entity, conflict: FieldConflict, context: Context) -> Decision | None:
    """The value by the first rule that matches and can tell; None when none can."""
    raise NotImplementedError


def check_rule(fields: Mapping[str, Any], earlier: Sequence[Rule]) -> None:
    """Raises Invalid for a rule that can match nothing, or that an earlier one always forestalls."""
    raise NotImplementedError
