"""A save that met a newer row: which fields both sides changed, and what comes of the choices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from core.values import Record

Side = Literal["mine", "theirs", "base"]
SIDES: Final[tuple[Side, ...]] = ("mine", "theirs", "base")


@dataclass
class Clash:
    """`mine` holds the fields that were typed, `base` the same as they were read, `theirs` the record as it is now."""

    base: Mapping[str, Any]
    mine: Mapping[str, Any]
    theirs: Record
    base_version: int | None = None
    choices: dict[str, Side] = field(default_factory=dict)

    @property
    def disputed(self) -> list[str]:
        """Fields that both sides changed, and not to the same value."""
        now = self.theirs.fields
        return [
            name for name, value in self.mine.items() if now.get(name) != value and now.get(name) != self.base.get(name)
        ]

    @property
    def open(self) -> list[str]:
        return [name for name in self.disputed if name not in self.choices]

    def value(self, name: str, side: Side) -> Any:
        return {"mine": self.mine, "theirs": self.theirs.fields, "base": self.base}[side].get(name)

    def result(self) -> dict[str, Any]:
        """The fields to write over theirs; a disputed one that is not chosen yet stays theirs."""
        disputed = self.disputed
        merged = {name: value for name, value in self.mine.items() if name not in disputed}
        merged |= {name: self.value(name, side) for name, side in self.choices.items() if name in disputed}
        return {name: value for name, value in merged.items() if value != self.theirs.fields.get(name)}

    def moved_on(self, theirs: Record) -> Clash:
        """The same over a still newer row; a choice stays where what it was made from is unchanged."""
        kept = {n: s for n, s in self.choices.items() if theirs.fields.get(n) == self.theirs.fields.get(n)}
        return Clash(self.base, self.mine, theirs, self.base_version, kept)
