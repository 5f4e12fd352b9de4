"""The three-way difference of two sequences that come from one.

Sanjeev Khanna, Keshav Kunal and Benjamin C. Pierce, "A Formal Investigation of Diff3", FSTTCS 2007: the base is matched
with each side; what both matches share is stable, and what lies between two stable stretches is one hunk.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

PAIRS: Final = 100_000
"""Pairs of equal members that are compared at most, so that a text that repeats itself does not stall the merge."""


class Hunk(NamedTuple):
    """The same stretch in all three; in a stable one they are equal."""

    base: Sequence[str]
    mine: Sequence[str]
    theirs: Sequence[str]


def diff3(base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]) -> list[Hunk]:
    """The hunks in their order; put together again, each of the three sequences is whole. Members are not empty."""
    in_mine, in_theirs = _matched(base, mine), _matched(base, theirs)
    stable = [(at, in_mine[at], in_theirs[at]) for at in range(len(base)) if at in in_mine and at in in_theirs]
    hunks: list[Hunk] = []
    reached = (0, 0, 0)
    for ends in (*stable, (len(base), len(mine), len(theirs))):
        if ends != reached:
            hunks.append(_hunk(base, mine, theirs, reached, ends))
        reached = (ends[0] + 1, ends[1] + 1, ends[2] + 1)
        if ends[0] < len(base):
            hunks.append(_hunk(base, mine, theirs, ends, reached))
    return hunks


def _hunk(
    base: Sequence[str],
    mine: Sequence[str],
    theirs: Sequence[str],
    start: tuple[int, int, int],
    end: tuple[int, int, int],
) -> Hunk:
    return Hunk(base[start[0] : end[0]], mine[start[1] : end[1]], theirs[start[2] : end[2]])


def _matched(base: Sequence[str], side: Sequence[str]) -> dict[int, int]:
    """The place in the side of each place of the base that it kept."""
    shorter = min(len(base), len(side))
    head = next((at for at in range(shorter) if base[at] != side[at]), shorter)
    tail = next((at for at in range(shorter - head) if base[-1 - at] != side[-1 - at]), shorter - head)
    matched = {at: at for at in range(head)}
    matched |= {len(base) - at: len(side) - at for at in range(1, tail + 1)}
    old, new = base[head : len(base) - tail], side[head : len(side) - tail]
    if _pairs(old, new) <= PAIRS:
        # White space alone is no reason to see the same stretch in two places.
        for start, place, size in SequenceMatcher(str.isspace, old, new, autojunk=False).get_matching_blocks():
            matched |= {head + start + at: head + place + at for at in range(size)}
    return matched


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    counts = Counter(new)
    return sum(counts[member] for member in old if not member.isspace())
