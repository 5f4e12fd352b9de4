"""The three-way difference: nothing is dropped, and hunks are as small as what both sides kept allows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.diff3 import Hunk, diff3

WORDS = st.lists(st.sampled_from(["a", "b", "c", " ", "\n"]), max_size=12)


@given(base=WORDS, mine=WORDS, theirs=WORDS)
def test_the_hunks_put_together_are_the_three_sequences(base: list[str], mine: list[str], theirs: list[str]) -> None:
    hunks = diff3(base, mine, theirs)

    for side, whole in enumerate((base, mine, theirs)):
        assert [member for hunk in hunks for member in hunk[side]] == whole


@given(base=WORDS, mine=WORDS, theirs=WORDS)
def test_swapped_sides_give_swapped_hunks(base: list[str], mine: list[str], theirs: list[str]) -> None:
    assert diff3(base, theirs, mine) == [Hunk(b, t, m) for b, m, t in diff3(base, mine, theirs)]


@given(base=WORDS, side=WORDS)
def test_an_unchanged_side_never_clashes(base: list[str], side: list[str]) -> None:
    assert all(hunk.theirs == hunk.base for hunk in diff3(base, side, base))


def test_the_example_of_the_paper() -> None:
    base, mine, theirs = "123456", "145236", "124536"

    hunks = [hunk for hunk in diff3(base, mine, theirs) if not hunk.base == hunk.mine == hunk.theirs]

    assert hunks == [Hunk("", "45", ""), Hunk("345", "3", "453")]


def test_what_lies_between_two_kept_members_is_one_hunk() -> None:
    hunks = diff3(list("abcde"), list("aXcde"), list("abcYe"))

    assert [hunk for hunk in hunks if not hunk.base == hunk.mine == hunk.theirs] == [
        Hunk(["b"], ["X"], ["b"]),
        Hunk(["d"], ["d"], ["Y"]),
    ]


def test_white_space_alone_does_not_tie_two_stretches() -> None:
    base, mine, theirs = ["one", " ", "two"], ["three", " ", "four"], ["five", " ", "six"]

    assert diff3(base, mine, theirs) == [Hunk(base, mine, theirs)]


def test_a_sequence_that_repeats_itself_is_not_lost() -> None:
    base, mine, theirs = ["a", "b"] * 5_000, ["b", "b", "a"] * 3_000, ["a", "a", "b"] * 3_000

    hunks = diff3(base, mine, theirs)

    assert [member for hunk in hunks for member in hunk.mine] == mine
