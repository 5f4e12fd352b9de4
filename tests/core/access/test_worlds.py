"""What core says of who may do what is what the oracle says, on random worlds.

The suite takes some of them; `ROLODOC_RUNS=1000` takes as many as it says.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.conditions import Context
from core.errors import Denied, NotFound
from core.values import Query
from tests.core.access.agreement import (
    Check,
    differences,
    explanations,
    groups_of_links,
    holders,
    kept_in_step,
    lists,
    point_checks,
    searches,
    single_records,
    whole_lists,
)
from tests.core.access.building import made
from tests.core.access.oracle import Account, Document, Grant, Link, Oracle, Profile, Type, World
from tests.core.access.worlds import CONTEXTS, HOUR, NOW, OWNER, at_instant, instants, random_world, smaller_worlds

RUNS = int(os.environ.get("ROLODOC_RUNS", "40"))


# --- random worlds ------------------------------------------------------------------------------------------------

EVERYTHING: tuple[Check, ...] = (
    point_checks,
    single_records,
    lists,
    whole_lists,
    groups_of_links,
    searches,
    explanations,
    holders,
    kept_in_step,
)


@pytest.mark.parametrize("seed", range(RUNS))
def test_all_answers_are_as_the_oracle_says(seed: int, empty_store: Path, tmp_path: Path) -> None:
    _agree(seed, one_context, empty_store, tmp_path, *EVERYTHING)


@pytest.mark.parametrize("seed", range(RUNS, RUNS + max(RUNS // 10, 4)))
def test_so_is_each_point_check_at_and_around_each_edge_of_a_window(
    seed: int, empty_store: Path, tmp_path: Path
) -> None:
    _agree(seed, all_instants, empty_store, tmp_path, point_checks)


def one_context(random: Random, world: World) -> list[Context]:
    """A way to come, at an instant that makes a difference."""
    return [at_instant(random.choice(CONTEXTS), random.choice(instants(world)))]


def all_instants(random: Random, world: World) -> list[Context]:
    return [at_instant(random.choice(CONTEXTS), at) for at in instants(world)]


def _agree(seed: int, contexts: Any, empty_store: Path, folder: Path, *checks: Check) -> None:
    """Of a world that does not agree, the smallest part that does not either is told."""

    def disagreements(world: World) -> list[str]:
        with made(world, Random(seed), empty_store, folder) as built:
            found = (differences(built, Oracle(world, one), *checks) for one in contexts(Random(seed), world))
            return [line for lines in found for line in lines]

    world = random_world(Random(seed))
    if found := disagreements(world):
        while smaller := next(filter(disagreements, smaller_worlds(world)), None):
            world = smaller
        pytest.fail(f"seed {seed}: {found[0]}\nthe same in small: {disagreements(world)[0]}\n{world}")


# --- one world by hand, and a clock that moves ----------------------------------------------------------------------

BEN = World(
    accounts={OWNER: Account(roles=("owner",)), "ben": Account(tied_to="ben")},
    types={"author": Type("edit")},
    profiles={"ben": Profile(), "carl": Profile()},
    documents={"letter": Document()},
)
WINDOW = {"valid_from": NOW, "valid_until": NOW + HOUR}


@pytest.mark.parametrize(
    "records",
    [
        {"grants": {"a grant": Grant("account", "ben", "see", "document", "letter", **WINDOW)}},
        {"grants": {"a grant": Grant("everyone", "", "see", "documents", **WINDOW)}},
        {"links": {("letter", "ben", "author"): Link(**WINDOW)}},
    ],
)
def test_a_record_comes_and_goes_with_its_window(records: dict[str, Any], empty_store: Path, tmp_path: Path) -> None:
    seen = _by_instant(replace(BEN, **records), "document", "letter", empty_store, tmp_path)

    assert seen == {NOW - 1: False, NOW: True, NOW + HOUR - 1: True, NOW + HOUR: False}


@pytest.mark.parametrize("target", [("document", "letter"), ("documents", "")])
def test_a_denial_holds_within_its_window(target: tuple[str, str], empty_store: Path, tmp_path: Path) -> None:
    allows = Grant("account", "ben", "administer", "document", "letter")
    denies = Grant("account", "ben", "see", *target, "deny", **WINDOW)
    seen = _by_instant(
        replace(BEN, grants={"one": allows, "other": denies}), "document", "letter", empty_store, tmp_path
    )

    assert seen == {NOW - 1: True, NOW: False, NOW + HOUR - 1: False, NOW + HOUR: True}


def test_a_profile_comes_and_goes_with_the_sight_of_its_document(empty_store: Path, tmp_path: Path) -> None:
    """As the window of the grant on the document says, not that of the link, which is told and gives nothing here."""
    grants = {"a grant": Grant("account", "ben", "see", "document", "letter", **WINDOW)}
    world = replace(BEN, grants=grants, links={("letter", "carl", "author"): Link(valid_until=NOW - HOUR)})
    seen = _by_instant(world, "profile", "carl", empty_store, tmp_path)

    assert seen == {NOW - 1: False, NOW: True, NOW + HOUR - 1: True, NOW + HOUR: False}


def _by_instant(world: World, kind: Any, name: str, empty_store: Path, folder: Path) -> dict[int, bool]:
    """Whether the account sees it, at the edges of the window, in one workspace that stays open."""
    seen: dict[int, bool] = {}
    with made(world, Random(1), empty_store, folder) as built, built.asked_by("ben", CONTEXTS[0]) as workspace:
        ref = built.ref(kind, name)
        for at in (NOW - 1, NOW, NOW + HOUR - 1, NOW + HOUR):
            workspace.clock = lambda at=at: at
            try:
                seen[at] = workspace.get(ref).ref == ref
            except NotFound:
                seen[at] = False
    return seen


# --- who is asked -----------------------------------------------------------------------------------------------------


def test_one_operator_alone_sees_all_by_any_name(empty_store: Path, tmp_path: Path) -> None:
    world = replace(BEN, accounts={OWNER: Account(roles=("owner",)), "ben": Account(in_trash=True)})
    with made(world, Random(1), empty_store, tmp_path) as built:
        for name in (OWNER, "ben", "somebody"):
            with built.asked_by(name, CONTEXTS[0]) as workspace:
                assert [row.title for row in workspace.page(Query(entity="document")).rows] == ["letter"]


def test_an_account_in_the_trash_and_a_name_that_none_has_are_told_so(empty_store: Path, tmp_path: Path) -> None:
    world = replace(BEN, accounts=dict(BEN.accounts) | {"dora": Account(in_trash=True)})
    with made(world, Random(1), empty_store, tmp_path) as built:
        for name in ("dora", "somebody"):
            with (
                built.asked_by(name, CONTEXTS[0]) as workspace,
                pytest.raises(Denied, match=f'there is no account "{name}" here; say with --as which one is yours'),
            ):
                workspace.get(built.ref("document", "letter"))
