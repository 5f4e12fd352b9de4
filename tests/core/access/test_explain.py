"""Why an account may or may not: the answer agrees with the oracle on random worlds, and names the rules."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.fields import ACTIONS, AREAS
from core.reasons import rights_by
from core.rights import names
from tests.core.access.building import made
from tests.core.access.oracle import Oracle
from tests.core.access.worlds import CONTEXTS, OWNER, at_instant, instants, random_world

RUNS = int(os.environ.get("ROLODOC_RUNS", "10"))
KINDS = ("document", "profile", "link", "conflict", "type", "account", "group", "grant")
SEEN = ("grant",)
"""Of these the oracle says who sees them; what else may be done depends on what one has oneself."""


@pytest.mark.parametrize("seed", range(RUNS))
def test_it_agrees_with_the_oracle(seed: int, empty_store: Path, tmp_path: Path) -> None:
    random = Random(seed)
    world = random_world(random)
    contexts = [CONTEXTS[0], at_instant(random.choice(CONTEXTS), random.choice(instants(world)))]
    with made(world, random, empty_store, tmp_path) as built:
        for context in contexts:
            oracle = Oracle(world, context)
            living = [account for account in world.accounts if oracle.exists(account)]
            with built.asked_by(OWNER, context) as workspace:
                for kind in KINDS:
                    for name in world.records(kind):
                        ref: Any = built.ref(kind, name)
                        may = {account: oracle.actions(account, kind, name) for account in living}
                        holders = {holder.account: set(holder.actions) for holder in workspace.who(ref)}
                        if kind in SEEN:
                            assert holders.keys() == {account for account, actions in may.items() if actions}, ref
                        else:
                            assert holders == {account: actions for account, actions in may.items() if actions}, ref
                        for account in living:
                            action: Any = "see" if kind in SEEN else random.choice(ACTIONS)
                            found = workspace.explain(account, ref, action=action)
                            assert found.allowed is (action in may[account]), (account, ref, action, found)
                            assert bool(found.missing) is not found.allowed
                            if kind in ("document", "profile") and not oracle.unrestricted(account):
                                assert set(names(rights_by(found.reasons))) == may[account], (account, name, found)
                for area in AREAS:
                    for account in living:
                        action = random.choice(ACTIONS)
                        found = workspace.explain(account, area, action=action)
                        assert found.allowed is (action in oracle.in_area(account, area)), (account, area, found)
