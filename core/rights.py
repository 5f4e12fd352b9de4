"""What may be granted, as bits: the five actions that imply each other, and `confidential`.

>>> has(RIGHTS["link"], "edit"), has(RIGHTS["link"], "share")
(True, False)
>>> names(effective(RIGHTS["administer"], DENIED["link"]))
('see', 'edit')
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from core.fields import ACTIONS, Entity

Action = Literal["see", "edit", "link", "share", "administer", "confidential"]
Area = Literal["profiles", "documents", "access", "settings", "audit"]

BITS: Final[Mapping[str, int]] = {action: 1 << place for place, action in enumerate(ACTIONS)}
"""The bit that an action needs."""
RIGHTS: Final[Mapping[str, int]] = {
    action: BITS["see"] | bit if action == "confidential" else 2 * bit - 1 for action, bit in BITS.items()
}
"""What a grant of the action gives: with it, all that it implies."""
ALL: Final = sum(BITS.values())
DENIED: Final[Mapping[str, int]] = {
    action: sum(BITS[other] for other, rights in RIGHTS.items() if rights & bit) for action, bit in BITS.items()
}
"""What a denial of the action takes: with it, all that imply it."""
DERIVED: Final = 1 << 6
"""Marks sight of a profile that comes through a document."""

AREA_OF: Final[Mapping[Entity, Area]] = {
    "profile": "profiles",
    "document": "documents",
    "type": "settings",
    "rule": "settings",
    "account": "access",
    "group": "access",
    "role": "access",
    "grant": "access",
    "mark": "access",
    "retention": "access",
}
OWNER: Final = "owner"
AUDITOR: Final = "auditor"
BUILT_IN: Final[Mapping[str, int]] = {OWNER: ALL, AUDITOR: RIGHTS["see"]}
"""The roles that every store has, with what they may in every area."""


def effective(allowed: int, denied: int) -> int:
    """What is left; nothing where seeing is denied, or was never allowed."""
    left = allowed & ALL & ~denied
    return left if left & BITS["see"] else 0


def has(rights: int, action: str) -> bool:
    return bool(rights & BITS[action])


def names(rights: int) -> tuple[str, ...]:
    """The actions, in their order."""
    return tuple(action for action, bit in BITS.items() if rights & bit)
