"""Whole numbers as they are typed: counts, revisions and the numbers of changes."""

from __future__ import annotations

from typing import Final

from core.cli.failure import UsageError

LARGEST: Final = 10**12
"""More than a store ever has of anything, and well within what it can be asked."""


def parse_number(digits: str, name: str) -> int:
    """The number of these digits. Raises UsageError, with the `name` of what it was given for."""
    if len(digits) > 1_000 or int(digits) > LARGEST:  # Python reads no more than some thousand digits
        raise UsageError(f"{name}: {digits[:40]} is out of range; the largest number is {LARGEST}")
    return int(digits)
