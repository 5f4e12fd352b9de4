"""Random edits, late saves, words of sources, resolutions, deletions, undo and redo, against a model of one record.

The suite takes a part of the runs; `ROLODOC_RUNS=2000` takes as many as it says.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.errors import Conflict, NotFound
from core.merge_values import DELETED, KEPT, WHOLE
from core.values import RecordId, Ref
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Resolve, Restore, TakingBack, Value, Write
from tests.core.contract.conftest import NewPlace, Place

RUNS = int(os.environ.get("ROLODOC_RUNS", "300"))
SOURCES = ("", "crm", "hr")
EMPTY: dict[str, Any] = {"name": "", "kind": None, "aliases": []}
NEW: dict[str, Any] = {"name": "A", "kind": "person", "aliases": []}

given_fields = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from("ABC"),
        "kind": st.sampled_from(["person", "group"]),
        "aliases": st.lists(st.sampled_from("xyz"), unique=True, max_size=3).map(sorted),
    },
)


class Open(NamedTuple):
    """A field that is asked about; what is theirs is what the record holds."""

    base: Any
    mine: Any


@dataclass
class Model:
    """One profile, what each source said of it, and what each side has open with it."""

    fields: dict[str, Any] = field(default_factory=lambda: deepcopy(NEW))
    lives: bool = True
    said: dict[str, dict[str, Any]] = field(default_factory=dict)
    open: dict[str, dict[str, Open]] = field(default_factory=lambda: {source: {} for source in SOURCES})
    doubted: dict[str, str] = field(default_factory=dict)  # by source: what it wants of the record, kept or deleted

    def meet(self, source: str, base: dict[str, Any], given: dict[str, Any]) -> None:
        if source:
            base = base | {name: one.base for name, one in self.open[source].items()}
        if not self.lives:
            if all(same(value, base[name]) for name, value in given.items()):
                return
            self.lives = True
            self.doubted[source] = KEPT
        for name, mine in given.items():
            merged, clashes = merged_value(name, base[name], mine, self.fields[name])
            self.open[source].pop(name, None)
            if clashes:
                self.open[source][name] = Open(base[name], mine)
            else:
                self.fields[name] = merged
        self.look_again()

    def hear(self, source: str, given: dict[str, Any]) -> None:
        self.said[source] = self.said.get(source, {}) | given

    def look_again(self) -> None:
        for asked in self.open.values():
            for name in [name for name, one in asked.items() if same(one.mine, self.fields[name])]:
                del asked[name]
        if not self.lives:
            self.doubted.clear()


def merged_value(name: str, base: Any, mine: Any, theirs: Any) -> tuple[Any, bool]:
    if same(theirs, base) or same(theirs, mine):
        return mine, False
    if same(mine, base):
        return theirs, False
    if name == "aliases":
        kept = {x for x in {*base, *mine, *theirs} if (x in mine and x in theirs) or (x not in base)}
        return sorted(kept), False
    return theirs, True


def same(one: Any, other: Any) -> bool:
    return bool(set(one) == set(other) if isinstance(one, list) else one == other)


class Machine(RuleBasedStateMachine):
    """One person does all of it, so that the latest step can always be taken back."""

    def __init__(self, place: Place, maker: Workspace, numbers: Iterator[int]) -> None:
        super().__init__()
        self.maker = maker
        self.workspace = place.open(f"person {next(numbers)}")
        self.model = Model()
        self.ref = Ref("profile", bytes(16))
        self.known: list[RecordId] = []
        self.read: tuple[int, dict[str, Any]] = (0, {})
        self.revisions: dict[int, Model] = {}
        self.done: list[tuple[tuple[Model, bytes], tuple[Model, bytes]]] = []
        self.undone: list[tuple[tuple[Model, bytes], tuple[Model, bytes]]] = []

    def teardown(self) -> None:
        self.workspace.close()

    @initialize()
    def make(self) -> None:
        (self.ref,) = self.maker.write([Create("profile", dict(NEW))]).refs
        self.look()

    @rule()
    def look(self) -> None:
        """Somebody opens a form; what is saved from it later is late."""
        record = self.workspace.get(self.ref)
        self.read = (record.version, {name: record.fields[name] for name in NEW})

    @rule(given=given_fields)
    def edit(self, given: dict[str, Any]) -> None:
        if self.model.lives:
            expected = deepcopy(self.model)
            expected.fields |= given
            expected.look_again()
            self.step(Edit(self.ref, given), expected)

    @rule(given=given_fields)
    def save_late(self, given: dict[str, Any]) -> None:
        version, base = self.read
        expected = deepcopy(self.model)
        if version == self.workspace.get(self.ref).version:
            if not self.model.lives:
                return
            expected.fields |= given
            expected.look_again()
        else:
            expected.meet("", base, given)
        self.step(Edit(self.ref, given, version, merge=True), expected)

    @rule(source=st.sampled_from(SOURCES[1:]), given=given_fields)
    def hear(self, source: str, given: dict[str, Any]) -> None:
        """A source says something, again or anew. Undo unsays it, unless it was all that came of the request."""
        expected = deepcopy(self.model)
        expected.meet(source, EMPTY | expected.said.get(source, {}), given)
        expected.hear(source, given)
        said = self.model.said.get(source, {})
        news = {name: value for name, value in given.items() if said.get(name) != value}
        cursor = self.workspace.cursor()
        self.step(Edit(self.ref, given, source=source), expected)
        if self.workspace.cursor() == cursor:
            for before, after in (*self.done, *self.undone):
                before[0].hear(source, news)
                after[0].hear(source, news)

    @rule()
    def delete(self) -> None:
        if self.model.lives:
            expected = deepcopy(self.model)
            expected.lives = False
            expected.look_again()
            self.step(Delete(self.ref), expected)

    @rule()
    def delete_late(self) -> None:
        version, base = self.read
        if not self.model.lives:
            return
        expected = deepcopy(self.model)
        if all(same(base[name], value) for name, value in self.model.fields.items()):
            expected.lives = False
            expected.look_again()
        else:
            expected.doubted[""] = DELETED
        self.step(Delete(self.ref, version, merge=True), expected)

    @rule()
    def restore(self) -> None:
        if not self.model.lives:
            expected = deepcopy(self.model)
            expected.lives = True
            self.step(Restore(self.ref), expected)

    @rule(
        source=st.sampled_from(SOURCES),
        choices=st.dictionaries(
            st.sampled_from(["name", "kind", "aliases"]), st.sampled_from(["mine", "theirs", "value"]), min_size=1
        ),
    )
    def resolve(self, source: str, choices: dict[str, Any]) -> None:
        asked = self.model.open[source]
        choices = {name: choice for name, choice in choices.items() if name in asked}
        if not choices:
            return
        expected = deepcopy(self.model)
        written: dict[str, Any] = {}
        for name, choice in choices.items():
            value = {"mine": asked[name].mine, "theirs": self.model.fields[name]}.get(choice, NEW[name])
            expected.fields[name] = value
            del expected.open[source][name]
            written[name] = choice if choice != "value" else Value(NEW[name])
        expected.look_again()
        self.step(Resolve(self.conflict(source, "fields"), written), expected)

    @rule(source=st.sampled_from(SOURCES), choice=st.sampled_from(["mine", "theirs"]))
    def resolve_deletion(self, source: str, choice: Any) -> None:
        wanted = self.model.doubted.get(source)
        if wanted is None:
            return
        expected = deepcopy(self.model)
        del expected.doubted[source]
        expected.lives = (wanted == KEPT) == (choice == "mine")
        expected.look_again()
        self.step(Resolve(self.conflict(source, "deletion"), {WHOLE: choice}), expected)

    @rule(number=st.integers(0, 1_000))
    def set_back(self, number: int) -> None:
        """To how the record was at a revision. What sources said in changes of it since is unsaid, what they said
        beside stays; the model takes over which."""
        revision = sorted(self.revisions)[number % len(self.revisions)]
        if revision == self.workspace.get(self.ref).revision:
            return
        then = self.revisions[revision]
        expected = deepcopy(self.model)
        expected.fields, expected.lives = deepcopy((then.fields, then.lives))
        expected.look_again()
        self.step(TakingBack(ref=self.ref, revision=revision), expected)
        expected.said = {source: self.said(source) for source in SOURCES[1:]}

    @rule()
    def undo(self) -> None:
        self.take(self.workspace.undo, self.done, self.undone, 0)

    @rule()
    def redo(self) -> None:
        self.take(self.workspace.redo, self.undone, self.done, 1)

    # --- one step and what must come of it ------------------------------------------------------------------

    def step(self, write: Write | TakingBack, expected: Model) -> None:
        before = (self.model, self.state())
        if isinstance(write, TakingBack):
            taking = self.workspace.take_back(write)
            assert taking.receipt
            receipt = taking.receipt
        else:
            receipt = self.workspace.write([write])
        for id in receipt.conflicts:
            if id not in self.known:
                self.known.append(id)
        self.model = expected
        if receipt.request:
            self.done.append((before, (expected, self.state())))
            self.undone.clear()

    def conflict(self, source: str, question: str) -> RecordId:
        """The open one of this source about this question."""
        conflicts = [self.workspace.conflict(id) for id in self.known]
        (found,) = [
            one.id for one in conflicts if (one.mine.source, one.question, one.settled_at) == (source, question, None)
        ]
        return found

    def said(self, source: str) -> dict[str, Any]:
        return self.workspace.said("profile", source, [self.ref.id]).get(self.ref.id, {})

    def state(self) -> bytes:
        """What is stored of the record and of its conflicts, to the byte; not that it was stored, and when."""
        record = self.workspace.get(self.ref)
        conflicts = [self.workspace.conflict(id) for id in self.known]
        return msgspec.json.encode(
            (
                {name: value for name, value in record.fields.items() if name != "created"},
                record.deleted_at is None,
                [(one.id, one.fields, one.outcome, one.settled_at is None) for one in conflicts],
            )
        )

    def take(self, act: Any, source: list[Any], target: list[Any], side: int) -> None:
        if not source:
            with pytest.raises((NotFound, Conflict)):
                act()
            return
        act()
        step = source.pop()
        target.append(step)
        self.model = step[side][0]
        now, then = (msgspec.json.decode(state) for state in (self.state(), step[side][1]))
        known = {one[0] for one in then[2]}
        assert now[:2] == then[:2]
        assert [one for one in now[2] if one[0] in known] == then[2]
        assert not any(one[3] for one in now[2] if one[0] not in known), "a conflict that was not there is not open"

    @invariant()
    def record_and_model_agree(self) -> None:
        if self.ref.id == bytes(16):
            return
        record = self.workspace.get(self.ref)
        assert (record.deleted_at is None) == self.model.lives
        assert {name: norm(record.fields[name]) for name in NEW} == {n: norm(v) for n, v in self.model.fields.items()}
        stored: dict[str, dict[str, Open]] = {source: {} for source in SOURCES}
        doubted: dict[str, str] = {}
        for id in self.known:
            conflict = self.workspace.conflict(id)
            for one in conflict.fields:
                if one.field == WHOLE:
                    doubted[conflict.mine.source] = one.mine
                else:
                    assert same(one.theirs, record.fields[one.field])
                    stored[conflict.mine.source][one.field] = Open(one.base, one.mine)
        assert stored == self.model.open
        for source, said in self.model.said.items():
            assert self.said(source) == said
        assert doubted == self.model.doubted
        self.revisions[record.revision] = deepcopy(self.model)


def norm(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def test_a_record_and_its_conflicts_are_as_a_simple_model_says(new_place: NewPlace) -> None:
    numbers = count()
    with contextlib.ExitStack() as closing:
        place = closing.enter_context(new_place())
        maker = place.open("maker")
        run_state_machine_as_test(
            lambda: Machine(place, maker, numbers),
            settings=settings(
                max_examples=RUNS, stateful_step_count=20, suppress_health_check=list(HealthCheck), deadline=None
            ),
        )
