"""Duplicates: pairs of profiles that may be one person, merged or told apart one by one."""

from __future__ import annotations

import pytest

from core.values import Ref
from core.write_values import Create
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal


@pytest.fixture
def twins(office: Office) -> tuple[Ref, Ref]:
    """One more profile with the address of Ada Lovelace, and one with nearly the name of Bob Marsh."""
    ada, bob = office.workspace.write(
        [
            Create("profile", {"name": "The Countess", "emails": ["ada@example.org"]}),
            Create("profile", {"name": "B. Marsh"}),
        ]
    ).refs
    return ada, bob


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
async def test_pairs_are_merged_or_told_apart_one_after_the_other_and_each_is_undone(
    terminal: OpenTerminal, office: Office, twins: tuple[Ref, Ref], size: tuple[int, int]
) -> None:
    countess, marsh = twins
    async with terminal(size) as t:
        # given a strong pair by address and a weak one by name, each told by a sign and a word
        await t.press("D")
        await t.shows("2 pairs that may be one person; nothing is merged by itself")
        await t.shows("● strong  Ada Lovelace", "The Countess", "email ada@example.org")
        await t.shows("○ weak    Bob Marsh", "B. Marsh")

        # when the first is looked at and merged
        await t.press("enter")
        await t.shows("Duplicates › Merge The Countess into Ada Lovelace", "✓ all is decided")
        await t.press("w")

        # then the list goes on at the next
        await t.shows("1 pair that may be one person", "two profiles are one")
        await t.stands_on("Bob Marsh")
        assert office.workspace.get(countess).deleted_at is not None

        # and when that is told apart, nothing is left, now and for ever
        await t.press("x")
        await t.shows("all pairs are looked through", "Bob Marsh and B. Marsh are two; u undoes that")
        assert office.workspace.candidates() == []

        # and each of the two is undone
        await t.press("u")
        await t.shows("1 pair that may be one person", "○ weak    Bob Marsh")
        await t.press("u")
        await t.shows("2 pairs that may be one person", "● strong  Ada Lovelace")
        await t.press("u")
        await t.shows("Undo: nothing was decided here yet")
    assert office.workspace.get(countess).deleted_at is None
    assert office.workspace.get(marsh).deleted_at is None
    assert len(office.workspace.candidates()) == 2


async def test_leaving_the_comparison_leaves_the_pair_open(
    terminal: OpenTerminal, office: Office, twins: tuple[Ref, Ref]
) -> None:
    before = office.workspace.cursor()
    async with terminal(NARROW) as t:
        await t.press("D")
        await t.shows("2 pairs")
        await t.press("down", "enter")
        await t.shows("Merge B. Marsh into Bob Marsh")
        await t.press("escape")
        await t.shows("2 pairs")
        await t.stands_on("Bob Marsh")
        await t.press("escape")
        await t.shows_no("2 pairs")
    assert office.workspace.cursor() == before


async def test_without_pairs_it_says_so(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("D")
        await t.shows("no two profiles look like one person", "New ones are found as they come.")


async def test_it_is_found_by_name_and_only_from_profiles(terminal: OpenTerminal, twins: tuple[Ref, Ref]) -> None:
    async with terminal(NARROW) as t:
        await t.press("colon")
        await t.type("duplicates")
        await t.shows("Pairs of profiles that may be one person")
        await t.press("enter")
        await t.shows("2 pairs that may be one person")
        await t.press("escape", "2")
        await t.shows("Charter")
        await t.press("D")
        await t.shows("Duplicates: duplicates are looked through in 1 Profiles")
