"""Whole numbers as they are typed: counts, revisions and the numbers of changes."""

from __future__ import annotations

from typing import Final

from core.errors import Invalid

LARGEST: Final = 10**12
"""More than a store ever has of anything, and well within what it can be asked."""


def parse_number(digits: str, name: str) -> int:
    """The number of these digits. Raises Invalid, with the `name` of what it was given for."""
    if len(digits) > 1_000 or int(digits) > LARGEST:  # Python reads no more than some thousand digits
        raise Invalid(f"{digits[:40]} is out of range; the largest number is {LARGEST}", name)
    return int(digits)
