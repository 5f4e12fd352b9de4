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
    inner = _matched_words(base[head : len(base) - tail], side[head : len(side) - tail])
    return matched | {head + place: head + other for place, other in inner.items()}


def _matched_words(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """White space is matched beside a word that is: alone it is no reason to see the same stretch in two places."""
    matched: dict[int, int] = {}
    last, last_other = -1, -1
    for at, other in _word_pairs(old, new):
        back = 1
        while at - back > last and other - back > last_other and _same_space(old[at - back], new[other - back]):
            matched[at - back] = other - back
            back += 1
        matched[at] = other
        last, last_other = at, other
        while last + 1 < len(old) and last_other + 1 < len(new) and _same_space(old[last + 1], new[last_other + 1]):
            last, last_other = last + 1, last_other + 1
            matched[last] = last_other
    return matched


def _word_pairs(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """The places of the members, white space left out, that the longest common stretches match."""
    places, others = ([at for at, one in enumerate(members) if not one.isspace()] for members in (old, new))
    words, other_words = [old[at] for at in places], [new[at] for at in others]
    counts = Counter(other_words)
    if sum(counts[word] for word in words) > PAIRS:
        return []
    blocks = SequenceMatcher(None, words, other_words, autojunk=False).get_matching_blocks()
    return [(places[block.a + at], others[block.b + at]) for block in blocks for at in range(block.size)]


def _same_space(one: str, other: str) -> bool:
    return one == other and one.isspace()
