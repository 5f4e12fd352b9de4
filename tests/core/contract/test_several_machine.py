"""Several people and sources at the same record, each over what the others do."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.errors import Conflict, Invalid, NotFound
from core.merge_values import WHOLE
from core.rules import Rule
from core.values import RecordId, Ref
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Receipt, Resolve, Restore, TakingBack
from tests.core.contract.conftest import NewPlace, Place
from tests.core.contract.test_merge_machine import NEW, RUNS, SOURCES, given_fields, same


class Several(RuleBasedStateMachine):
    """Two people and two sources save late, settle, take back and do again over what the others do. What is asked is
    about what is stored, and what is refused changes nothing."""

    def __init__(self, place: Place, numbers: Iterator[int]) -> None:
        super().__init__()
        number = next(numbers)
        self.people = {name: place.open(f"{name} {number}") for name in ("ann", "bob")}
        self.ref = Ref("profile", bytes(16))
        self.read: dict[str, int] = {}
        self.known: dict[RecordId, None] = {}

    def teardown(self) -> None:
        for workspace in self.people.values():
            workspace.close()

    @initialize()
    def make(self) -> None:
        (self.ref,) = self.people["ann"].write([Create("profile", dict(NEW))]).refs
        for who in self.people:
            self.look(who)
        self.edit("bob", {"name": "B"})
        self.save_late("ann", {"name": "C"})

    people = st.sampled_from(["ann", "bob"])

    @rule(who=people)
    def look(self, who: str) -> None:
        self.read[who] = self.people[who].get(self.ref).version

    @rule(who=people, given=given_fields)
    def edit(self, who: str, given: dict[str, Any]) -> None:
        self.attempt(who, lambda workspace: workspace.write([Edit(self.ref, given)]))

    @rule(who=people, given=given_fields)
    def save_late(self, who: str, given: dict[str, Any]) -> None:
        write = Edit(self.ref, given, self.read[who], merge=True)
        self.attempt(who, lambda workspace: workspace.write([write]))

    @rule(who=people, source=st.sampled_from(SOURCES[1:]), given=given_fields)
    def hear(self, who: str, source: str, given: dict[str, Any]) -> None:
        self.attempt(who, lambda workspace: workspace.write([Edit(self.ref, given, source=source)]))

    @rule(who=people)
    def delete_late(self, who: str) -> None:
        self.attempt(who, lambda workspace: workspace.write([Delete(self.ref, self.read[who], merge=True)]))

    @rule(who=people)
    def restore(self, who: str) -> None:
        self.attempt(who, lambda workspace: workspace.write([Restore(self.ref)]))

    @rule(who=people, choices=st.lists(st.sampled_from(["mine", "theirs", "base"]), min_size=1, max_size=3))
    def resolve(self, who: str, choices: list[Any]) -> None:
        still_open = [one for one in map(self.people[who].conflict, self.known) if one.fields]
        writes = [
            Resolve(one.id, {one.fields[0].field: choice}, one.version)
            for one, choice in zip(still_open, choices, strict=False)
        ]
        self.attempt(who, lambda workspace: workspace.write(writes))

    @rule(who=people, prefer=st.sampled_from(["mine", "theirs", "newest", "union"]))
    def settle(self, who: str, prefer: Any) -> None:
        ids = [id for id in self.known if self.people[who].conflict(id).settled_at is None]
        self.attempt(who, lambda workspace: workspace.settle(Rule(prefer=prefer), ids).receipt)

    @rule(who=people)
    def undo(self, who: str) -> None:
        self.attempt(who, lambda workspace: workspace.undo())

    @rule(who=people)
    def redo(self, who: str) -> None:
        self.attempt(who, lambda workspace: workspace.redo())

    @rule(who=people, revision=st.integers(1, 30))
    def set_back(self, who: str, revision: int) -> None:
        scope = TakingBack(ref=self.ref, revision=revision)
        self.attempt(who, lambda workspace: workspace.take_back(scope).receipt)

    def attempt(self, who: str, act: Callable[[Workspace], Receipt | None]) -> None:
        workspace = self.people[who]
        before, cursor = self.state(workspace), workspace.cursor()
        try:
            receipt = act(workspace)
        except (Conflict, NotFound, Invalid):
            assert (self.state(workspace), workspace.cursor()) == (before, cursor), "what is refused changes nothing"
            return
        self.known |= dict.fromkeys(receipt.conflicts if receipt else ())

    def state(self, workspace: Workspace) -> Any:
        return workspace.get(self.ref), [workspace.conflict(id) for id in self.known]

    @invariant()
    def what_is_asked_is_about_what_is_stored(self) -> None:
        if self.ref.id == bytes(16):
            return
        for workspace in self.people.values():
            record = workspace.get(self.ref)
            for conflict in map(workspace.conflict, self.known):
                for one in conflict.fields:
                    if one.field != WHOLE:
                        assert same(one.theirs, record.fields[one.field])
                        assert not same(one.mine, one.theirs)
                    elif conflict.question == "deletion":
                        assert record.deleted_at is None


def test_several_people_meet_in_the_same_record(new_place: NewPlace) -> None:
    numbers = count()
    with contextlib.ExitStack() as closing:
        place = closing.enter_context(new_place())
        run_state_machine_as_test(
            lambda: Several(place, numbers),
            settings=settings(
                max_examples=RUNS // 2, stateful_step_count=25, suppress_health_check=list(HealthCheck), deadline=None
            ),
        )
