"""The values of a merge: who brought a version, what is open between two, and what a merge answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from core.fields import Entity, Field, field

Question = Literal["fields", "deletion", "dangling"]
"""What a conflict asks: which value of each field, whether the record stays, whether a link's dead end is restored."""

WHOLE: Final = "*"
"""The name of the one open field of a deletion or dangling conflict; its values are KEPT, DELETED."""
KEPT: Final = "kept"
DELETED: Final = "deleted"

WHOLE_FIELD: Final = Field(WHOLE, "choice", "Record", choices=(KEPT, DELETED))

Take = Literal["mine", "theirs", "base", "both"]
"""A choice for one open field. `both`: of a set or list the union, of a text mine and then theirs where they clash."""

PEOPLE: Final = frozenset({"terminal", "cli", "api"})
"""The ways in that a person uses; the others are programs."""


class Side(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who brought a version, by which way and when."""

    actor: str = ""
    via: str = ""
    at: int = 0  # microseconds, in the order in which the store received them
    source: str = ""
    revision: int = 0  # of the record, where the version is stored as one

    @property
    def roles(self) -> frozenset[str]:
        """What a rule with `prefer role` looks at: the way in, and whether a person or a program used it."""
        return frozenset({self.via, "person" if self.via in PEOPLE else "program"})


class FieldConflict(msgspec.Struct, frozen=True):
    """One open field. What could be merged is merged in all three, so they differ only where the question is;
    `theirs` is what the record holds until somebody chooses."""

    field: str  # a name of core.fields, or WHOLE
    base: Any
    mine: Any
    theirs: Any


class Context(msgspec.Struct, frozen=True):
    """What rules may look at beside the values."""

    mine: Side = Side()
    theirs: Side = Side()
    relationship: str = ""  # the type's name, of a link
    tags: frozenset[str] = frozenset()  # of the record
    dead_ends: tuple[str, ...] = ()  # of a link: "document", "profile" that are in the trash


class Taken(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a merged field came about: "mine", "theirs", "both", or "rule 3 (newest)" with what that overruled."""

    how: str
    overruled: Any = None


class MergeResult(msgspec.Struct, frozen=True):
    """`value` is the record as it is to be stored, open fields as theirs has them; None when it is to be deleted."""

    value: dict[str, Any] | None
    taken: dict[str, Taken]  # of the fields in which the sides differed and that are not open
    conflicts: list[FieldConflict]
    question: Question = "fields"

    @property
    def is_clean(self) -> bool:
        return not self.conflicts


Fields = Mapping[str, Any]


def field_of(entity: Entity, name: str) -> Field:
    """The field that a conflict asks about. Raises Invalid for an unknown one."""
    return WHOLE_FIELD if name == WHOLE else field(entity, name)
