"""Whom rights are given to: accounts, groups, roles, profiles and everyone, each as one number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.fields import SUBJECTS

PLACES: Final = 8
NUMBERS: Final[Mapping[str, int]] = {kind: number for number, kind in enumerate(SUBJECTS)}
EVERYONE: Final = NUMBERS["everyone"]


def code_of(kind: str, id: int = 0) -> int:
    """The number that stands for the account, group, role or profile of this local id, or for everyone.

    >>> code_of("group", 7), code_of("everyone")
    (57, 4)
    """
    return id * PLACES + NUMBERS[kind]


def kind_of(code: int) -> tuple[str, int]:
    """The kind and local id that the number stands for.

    >>> kind_of(57)
    ('group', 7)
    """
    return SUBJECTS[code % PLACES], code // PLACES
