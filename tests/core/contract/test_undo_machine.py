"""Random writes, undos and redos against a stack of snapshots."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core.errors import Conflict, NotFound
from core.fields import FIELDS
from core.values import Query, Ref
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Receipt, Restore, Write
from tests.core.contract.conftest import NewPlace
from tests.core.making import new_link

Snapshot = dict[Ref, tuple[bool, dict[str, Any]]]
"""For each record whether it lives, and its fields."""

numbers = st.integers(0, 1_000)
words = st.sampled_from(["", "one", "Zwei", "três", "漢字", "one two\nthree"])
values = {
    "line": st.sampled_from(["A", "B", "Ä b"]),
    "text": words,
    "set": st.lists(st.sampled_from(["a", "b", "ü"]), unique=True, max_size=3),
    "list": st.lists(st.builds(lambda v: {"label": "l", "value": v}, st.sampled_from(["1", "2"])), max_size=2),
    "map": st.dictionaries(st.sampled_from("xyz"), st.sampled_from([None, 1, True, 1.5, "s", ["n"], {}]), max_size=3),
    "instant": st.integers(-(10**15), 10**15),
    "number": st.none() | st.integers(-5, 5),
    "contents": st.just([]),
}


def changes_of(entity: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Some fields of such a record, each with a new value."""
    left_out = {"valid_until", "profile_kinds"} | ({"name"} if entity == "type" else set())
    fields = {
        field.name: st.sampled_from(field.choices) if field.kind == "choice" else values[field.kind]
        for field in FIELDS[entity].values()
        if not field.fixed and field.name not in left_out
    }
    return st.sets(st.sampled_from(sorted(fields)), min_size=1, max_size=3).flatmap(
        lambda names: st.fixed_dictionaries({name: fields[name] for name in sorted(names)})
    )


class Machine(RuleBasedStateMachine):
    """Writes by one person, taken back and done again."""

    def __init__(self, new_place: NewPlace) -> None:
        super().__init__()
        self.closing = contextlib.ExitStack()
        self.workspace: Workspace = self.closing.enter_context(new_place()).open()
        self.refs: list[Ref] = []
        self.done: list[tuple[Snapshot, Snapshot]] = []
        self.undone: list[tuple[Snapshot, Snapshot]] = []

    def teardown(self) -> None:
        self.closing.close()

    def snapshot(self) -> Snapshot:
        records = [self.workspace.get(ref) for ref in self.refs]
        return {record.ref: (record.deleted_at is None, record.fields) for record in records}

    def pick(self, number: int, *entities: str) -> Ref | None:
        among = [ref for ref in self.refs if not entities or ref.entity in entities]
        return among[number % len(among)] if among else None

    def write(self, *writes: Write) -> None:
        """What is refused must change nothing; what is written can be undone."""
        before, cursor = self.snapshot(), self.workspace.cursor()
        try:
            receipt = self.workspace.write(writes)
        except (Conflict, NotFound):
            assert (self.snapshot(), self.workspace.cursor()) == (before, cursor)
            return
        self.refs += [ref for ref in dict.fromkeys(receipt.refs) if ref not in self.refs]
        if receipt.request:
            self.done.append((before, self.snapshot()))
            self.undone.clear()

    @initialize()
    def start(self) -> None:
        for name in ("author", "editor"):
            self.write(Create("type", {"name": name}))

    @rule(fields=changes_of("profile"))
    def create_profile(self, fields: dict[str, Any]) -> None:
        self.write(Create("profile", {"name": "P"} | fields))

    @rule(fields=changes_of("document"))
    def create_document(self, fields: dict[str, Any]) -> None:
        self.write(Create("document", {"title": "D"} | fields))

    @rule(one=numbers, other=numbers, type=st.sampled_from(["author", "editor"]), fields=changes_of("link"))
    def link(self, one: int, other: int, type: str, fields: dict[str, Any]) -> None:
        document, profile = self.pick(one, "document"), self.pick(other, "profile")
        if document and profile:
            self.write(new_link(document, profile, type, **fields))

    @rule(number=numbers, data=st.data())
    def edit(self, number: int, data: st.DataObject) -> None:
        if ref := self.pick(number):
            self.write(Edit(ref, data.draw(changes_of(ref.entity))))

    @rule(number=numbers)
    def delete(self, number: int) -> None:
        if ref := self.pick(number):
            self.write(Delete(ref))

    @rule(number=numbers)
    def restore(self, number: int) -> None:
        if ref := self.pick(number):
            self.write(Restore(ref))

    @rule(picks=st.lists(st.tuples(numbers, st.sampled_from([Edit, Delete, Restore])), max_size=5), data=st.data())
    def several_at_once(self, picks: list[tuple[int, type]], data: st.DataObject) -> None:
        writes: list[Write] = []
        for number, kind in picks:
            if ref := self.pick(number):
                writes.append(Edit(ref, data.draw(changes_of(ref.entity))) if kind is Edit else kind(ref))
        self.write(*writes)

    @rule()
    def undo(self) -> None:
        self.take(self.workspace.undo, self.done, self.undone, 0)

    @rule()
    def redo(self) -> None:
        self.take(self.workspace.redo, self.undone, self.done, 1)

    def take(self, act: Callable[[], Receipt], source: list[Any], target: list[Any], side: int) -> None:
        """Undo gives the state before the step, redo the state after it."""
        if not source:
            with pytest.raises(NotFound):
                act()
            return
        act()
        step = source.pop()
        target.append(step)
        now, expected = self.snapshot(), step[side]
        assert {ref: now[ref] for ref in expected} == expected
        assert not any(now[ref][0] for ref in now.keys() - expected.keys()), "what was not there is in the trash"

    @invariant()
    def totals_and_lists_agree(self) -> None:
        alive = [ref for ref, (lives, _) in self.snapshot().items() if lives]
        stats = self.workspace.stats()
        counted = {entity: sum(ref.entity == entity for ref in alive) for entity in ("profile", "document", "link")}
        assert {"profile": stats.profiles, "document": stats.documents, "link": stats.links} == counted
        assert stats.trash == len(self.refs) - len(alive)
        for entity in FIELDS:
            listed = {Ref(entity, row.id) for row in self.workspace.page(Query(entity=entity)).rows}
            assert listed == {ref for ref in alive if ref.entity == entity}
        log = self.workspace.changes(after=0, limit=100_000)
        assert [change.seq for change in log] == list(range(1, len(log) + 1))

    @invariant()
    def tags_are_found(self) -> None:
        for tag in ("a", "ü"):
            listed = {row.id for row in self.workspace.page(Query(entity="document", tag=tag)).rows}
            assert listed == {
                ref.id
                for ref, (lives, fields) in self.snapshot().items()
                if lives and ref.entity == "document" and tag in fields["tags"]
            }


def test_undo_and_redo_of_anything(new_place: NewPlace) -> None:
    run_state_machine_as_test(lambda: Machine(new_place), settings=settings(max_examples=15, stateful_step_count=25))


class Two(RuleBasedStateMachine):
    """Two people write the same few records. No undo may take away what the other wrote last."""

    def __init__(self, new_place: NewPlace) -> None:
        super().__init__()
        self.closing = contextlib.ExitStack()
        place = self.closing.enter_context(new_place())
        self.people = {name: place.open(name) for name in ("ann", "bob")}
        refs = self.people["ann"].write([Create("profile", {"name": name}) for name in "ABC"]).refs
        self.refs = refs
        self.standing: dict[tuple[Ref, str], list[tuple[str, str]]] = defaultdict(list)  # who wrote what, last one last

    def teardown(self) -> None:
        self.closing.close()

    @rule(
        who=st.sampled_from(["ann", "bob"]),
        picks=st.sets(st.integers(0, 2), min_size=1),
        field=st.sampled_from(["name", "notes"]),
        value=st.sampled_from(["x", "y", "z"]),
    )
    def edit(self, who: str, picks: set[int], field: str, value: str) -> None:
        before = {ref: self.people[who].get(ref) for ref in self.refs}
        refs = [self.refs[pick] for pick in sorted(picks)]
        with contextlib.suppress(Conflict):
            self.people[who].write([Edit(ref, {field: value}) for ref in refs])
            for ref in refs:
                if before[ref].fields[field] != value:
                    self.standing[ref, field].append((who, value))

    @rule(who=st.sampled_from(["ann", "bob"]), redo=st.booleans())
    def take_back(self, who: str, redo: bool) -> None:
        workspace = self.people[who]
        before, cursor = [workspace.get(ref) for ref in self.refs], workspace.cursor()
        try:
            receipt = workspace.redo() if redo else workspace.undo()
        except (Conflict, NotFound):
            assert ([workspace.get(ref) for ref in self.refs], workspace.cursor()) == (before, cursor)
            return
        for change in workspace.changes(request=receipt.request):
            for field, value in change.after.items():
                if redo:
                    self.standing[change.ref, field].append((who, value))
                else:
                    writer, _ = self.standing[change.ref, field].pop()
                    assert writer == who, f"{who} took away what {writer} wrote"

    @invariant()
    def what_was_written_last_is_there(self) -> None:
        for (ref, field), written in self.standing.items():
            for workspace in self.people.values():
                assert not written or workspace.get(ref).fields[field] == written[-1][1]


def test_no_undo_takes_away_what_another_wrote_later(new_place: NewPlace) -> None:
    run_state_machine_as_test(lambda: Two(new_place), settings=settings(max_examples=15, stateful_step_count=25))
