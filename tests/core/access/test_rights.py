"""Rights as bits are the sets of actions that they stand for, and subjects as numbers whom they stand for."""

from __future__ import annotations

from functools import reduce
from itertools import product
from operator import or_

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fields import ACTIONS, SUBJECTS
from core.rights import ALL, BITS, BUILT_IN, DENIED, DERIVED, RIGHTS, effective, has, names
from core.subjects import EVERYONE, code_of, kind_of
from tests.core.access.oracle import implied, lost, without

SETS = range(ALL + 1)
some_actions = st.lists(st.sampled_from(ACTIONS), max_size=4)


def as_set(rights: int) -> frozenset[str]:
    return frozenset(names(rights))


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_brings_all_that_it_implies(action: str) -> None:
    assert as_set(RIGHTS[action]) == implied(action)


@pytest.mark.parametrize("action", ACTIONS)
def test_a_denial_takes_all_that_would_imply_the_action(action: str) -> None:
    assert as_set(DENIED[action]) == lost(action)


def test_the_actions_stand_in_their_order() -> None:
    assert names(ALL) == ACTIONS
    assert names(RIGHTS["share"]) == ("see", "edit", "link", "share")
    assert names(0) == ()


def test_confidential_stands_beside_the_others() -> None:
    assert names(RIGHTS["confidential"]) == ("see", "confidential")
    assert not any(has(RIGHTS[action], "confidential") for action in ACTIONS[:5])


def test_the_built_in_roles_may_all_and_see_all() -> None:
    assert {role: names(rights) for role, rights in BUILT_IN.items()} == {"owner": ACTIONS, "auditor": ("see",)}


def test_a_right_is_had_when_its_bit_is_there() -> None:
    for rights, action in product(SETS, ACTIONS):
        assert has(rights, action) is (action in as_set(rights))


def test_what_is_left_of_every_allowance_under_every_denial() -> None:
    for allowed, denied in product(SETS, SETS):
        left = effective(allowed, denied)

        assert as_set(left) == without(as_set(allowed), as_set(denied))
        assert not left & denied, "a denial wins"
        assert left == 0 or has(left, "see"), "who may not see may nothing"
        assert effective(left, denied) == left
        assert effective(allowed | DERIVED, denied) == left, "the mark of derived sight is no right"


@given(some_actions, some_actions)
def test_grants_and_denials_together_come_to_what_the_oracle_says(granted: list[str], denied: list[str]) -> None:
    bits = effective(
        reduce(or_, (RIGHTS[action] for action in granted), 0), reduce(or_, (DENIED[action] for action in denied), 0)
    )

    allowed = frozenset().union(*(implied(action) for action in granted))
    assert as_set(bits) == without(allowed, frozenset().union(*(lost(action) for action in denied)))
    for action in denied:
        assert not has(bits, action)
    for action, other in product(granted, ACTIONS):
        if not denied and other in implied(action):
            assert has(bits, other)


@given(some_actions, some_actions, st.sampled_from(ACTIONS))
def test_one_more_grant_takes_nothing_and_one_more_denial_gives_nothing(
    granted: list[str], denied: list[str], more: str
) -> None:
    allowed = reduce(or_, (RIGHTS[action] for action in granted), 0)
    taken = reduce(or_, (DENIED[action] for action in denied), 0)

    assert as_set(effective(allowed, taken)) <= as_set(effective(allowed | RIGHTS[more], taken))
    assert as_set(effective(allowed, taken)) >= as_set(effective(allowed, taken | DENIED[more]))


def test_each_action_has_a_bit_of_its_own_and_derived_sight_another() -> None:
    assert sum(BITS.values()) == ALL == 2 ** len(ACTIONS) - 1
    assert DERIVED & ALL == 0


@given(st.sampled_from(SUBJECTS), st.integers(0, 2**50))
def test_a_subject_is_read_back_from_its_number(kind: str, id: int) -> None:
    assert kind_of(code_of(kind, id)) == (kind, id)


def test_no_two_subjects_have_one_number() -> None:
    codes = [code_of(kind, id) for kind in SUBJECTS for id in range(100)]

    assert len(set(codes)) == len(codes)
    assert kind_of(EVERYONE) == ("everyone", 0)
