"""Random writes, undos and settings back; whatever was read at any revision is read again, and comes back."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from core.errors import Conflict, NotFound
from core.fields import FIELDS
from core.records import filled
from core.values import Record, Ref
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Restore, TakingBack, Write
from tests.core.contract.conftest import NewPlace
from tests.core.contract.test_undo_machine import changes_of
from tests.core.making import new_link

numbers = st.integers(0, 1_000)
people = st.sampled_from(["ann", "bob"])


class Past(RuleBasedStateMachine):
    """Two people write; every state that was read is kept, and compared with what its revision is later read as."""

    def __init__(self, new_place: NewPlace) -> None:
        super().__init__()
        self.closing = contextlib.ExitStack()
        place = self.closing.enter_context(new_place())
        self.people = {name: place.open(name) for name in ("ann", "bob")}
        self.read: dict[Ref, dict[int, Record]] = {}

    def teardown(self) -> None:
        try:
            for ref, records in self.read.items():
                self.the_past_is_as_it_was_read(ref, records)
                self.blame_names_the_revision_that_set_a_field(ref, records)
        finally:
            self.closing.close()

    @property
    def workspace(self) -> Workspace:
        return self.people["ann"]

    def pick(self, number: int, *entities: str) -> Ref | None:
        among = [ref for ref in self.read if not entities or ref.entity in entities]
        return among[number % len(among)] if among else None

    def write(self, who: str, *writes: Write) -> None:
        with contextlib.suppress(Conflict, NotFound):
            for ref in self.people[who].write(writes).refs:
                self.read.setdefault(ref, {})
        self.look()

    def look(self) -> None:
        for ref, records in self.read.items():
            record = self.workspace.get(ref)
            records[record.revision] = record

    @initialize()
    def start(self) -> None:
        self.write("ann", Create("type", {"name": "author"}))

    @rule(who=people, fields=changes_of("profile"))
    def create_profile(self, who: str, fields: dict[str, Any]) -> None:
        self.write(who, Create("profile", {"name": "P"} | fields))

    @rule(who=people, fields=changes_of("document"))
    def create_document(self, who: str, fields: dict[str, Any]) -> None:
        self.write(who, Create("document", {"title": "D"} | fields))

    @rule(who=people, one=numbers, other=numbers, fields=changes_of("link"))
    def link(self, who: str, one: int, other: int, fields: dict[str, Any]) -> None:
        document, profile = self.pick(one, "document"), self.pick(other, "profile")
        if document and profile:
            self.write(who, new_link(document, profile, "author", **fields))

    @rule(who=people, number=numbers, data=st.data())
    def edit(self, who: str, number: int, data: st.DataObject) -> None:
        if ref := self.pick(number):
            self.write(who, Edit(ref, data.draw(changes_of(ref.entity))))

    @rule(who=people, number=numbers, age=st.integers(0, 5), data=st.data())
    def save_over_a_newer_row(self, who: str, number: int, age: int, data: st.DataObject) -> None:
        if ref := self.pick(number, "profile", "document", "link"):
            revisions = sorted(self.read[ref])
            version = self.read[ref][revisions[max(0, len(revisions) - 1 - age)]].version
            self.write(who, Edit(ref, data.draw(changes_of(ref.entity)), version, merge=True))

    @rule(who=people, number=numbers, kind=st.sampled_from([Delete, Restore]))
    def delete_or_restore(self, who: str, number: int, kind: Any) -> None:
        if ref := self.pick(number):
            self.write(who, kind(ref))

    @rule(who=people, redo=st.booleans())
    def undo_or_redo(self, who: str, redo: bool) -> None:
        with contextlib.suppress(Conflict, NotFound):
            _ = self.people[who].redo() if redo else self.people[who].undo()
        self.look()

    @rule(who=people, number=numbers, back=numbers)
    def set_back(self, who: str, number: int, back: int) -> None:
        """Gives the record that was read then, alive or not; what stands in the way is told."""
        if not (ref := self.pick(number)):
            return
        revision = sorted(self.read[ref])[back % len(self.read[ref])]
        then = self.read[ref][revision]
        with contextlib.suppress(NotFound):
            taking = self.people[who].take_back(TakingBack(ref=ref, revision=revision))
            now = self.workspace.get(ref)
            assert taking.kept or (now.fields, now.deleted_at is None) == (then.fields, then.deleted_at is None)
        self.look()

    def the_past_is_as_it_was_read(self, ref: Ref, records: dict[int, Record]) -> None:
        title = self.workspace.get(ref).title
        for revision, record in records.items():
            if ref.entity == "link":  # which is named as its ends are now
                record = msgspec.structs.replace(record, title=title)
            assert self.workspace.get(ref, revision=revision) == record
            at_that_time = self.workspace.get(ref, at=record.updated_at)
            assert at_that_time == record or at_that_time.revision > revision

    def blame_names_the_revision_that_set_a_field(self, ref: Ref, records: dict[int, Record]) -> None:
        blame, now = self.workspace.blame(ref), self.workspace.get(ref)
        assert blame.keys() == filled(ref.entity, now.fields).keys()
        for name, who in blame.items():
            field = FIELDS[ref.entity][name]
            since = [record for revision, record in records.items() if revision >= who.revision]
            assert all(field.same(record.fields[name], now.fields[name]) for record in since)


def test_the_past_is_read_as_it_was(new_place: NewPlace) -> None:
    run_state_machine_as_test(lambda: Past(new_place), settings=settings(max_examples=40, stateful_step_count=25))


class Apart(RuleBasedStateMachine):
    """Ann and Bob edit the same records, each their own fields: taking back what one did leaves the other's alone."""

    FIELDS = {"ann": ("name", "notes", "emails"), "bob": ("aliases", "attributes", "phones")}

    def __init__(self, new_place: NewPlace) -> None:
        super().__init__()
        self.closing = contextlib.ExitStack()
        place = self.closing.enter_context(new_place())
        self.people = {name: place.open(name) for name in ("ann", "bob")}
        self.refs = self.people["ann"].write([Create("profile", {"name": name}) for name in "ABC"]).refs
        self.marks: list[tuple[int, dict[Ref, dict[str, Any]]]] = []
        self.mark()

    def teardown(self) -> None:
        self.closing.close()

    def fields(self) -> dict[Ref, dict[str, Any]]:
        return {ref: self.people["ann"].get(ref).fields for ref in self.refs}

    @rule()
    def mark(self) -> None:
        latest = self.people["ann"].changes(limit=1)[0].at
        self.marks.append((latest, self.fields()))

    @rule(who=people, picks=st.sets(st.integers(0, 2), min_size=1), data=st.data())
    def edit(self, who: str, picks: set[int], data: st.DataObject) -> None:
        fields = data.draw(changes_of("profile"))
        if mine := {name: value for name, value in fields.items() if name in self.FIELDS[who]}:
            self.people[who].write([Edit(self.refs[pick], mine) for pick in sorted(picks)])

    @rule(by=people, of=people, number=numbers)
    def take_back(self, by: str, of: str, number: int) -> None:
        at, then = self.marks[number % len(self.marks)]
        before = self.fields()
        try:
            taking = self.people[by].take_back(TakingBack(actor=of, since=at))
        except NotFound:
            return
        after = self.fields()
        other = "ann" if of == "bob" else "bob"
        for ref in self.refs:
            assert {name: after[ref][name] for name in self.FIELDS[other]} == {
                name: before[ref][name] for name in self.FIELDS[other]
            }, "what the other wrote stays"
            assert {name: after[ref][name] for name in self.FIELDS[of]} == {
                name: then[ref][name] for name in self.FIELDS[of]
            }, "what was taken back is as it was"
        assert taking.kept == 0
        assert taking.receipt is not None
        if taking.receipt.request:
            # It ends undone, for it wrote fields that were not its author's own.
            self.people[by].undo()
            assert self.fields() == before
            self.people[by].redo()
            assert self.fields() == after
            self.people[by].undo()


def test_taking_back_leaves_the_fields_of_others_alone(new_place: NewPlace) -> None:
    run_state_machine_as_test(lambda: Apart(new_place), settings=settings(max_examples=25, stateful_step_count=20))
