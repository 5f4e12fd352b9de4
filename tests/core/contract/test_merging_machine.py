"""Random writes with merges and splits of profiles among them, undone and done again, against a stack of snapshots."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from core.errors import Conflict, Invalid, NotFound
from core.values import Query, Ref
from core.write_values import Create, MergeProfiles, SplitProfile, Write
from tests.core.contract.conftest import NewPlace
from tests.core.contract.test_undo_machine import Machine, numbers
from tests.core.making import new_link


class MergingMachine(Machine):
    merged = split = 0  # of all examples

    def __init__(self, new_place: NewPlace) -> None:
        super().__init__(new_place)
        self.merges: list[tuple[Ref, Ref]] = []

    @initialize(linked=st.sets(st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from(["author", "editor"]))))
    def start(self, linked: set[tuple[int, int, str]]) -> None:
        self.write(*(Create("type", {"name": name}) for name in ("author", "editor")))
        self.write(*(Create("profile", {"name": name}) for name in "PQR"))
        self.write(*(Create("document", {"title": title}) for title in "DEF"))
        profiles, documents = ([ref for ref in self.refs if ref.entity == entity] for entity in ("profile", "document"))
        for document, profile, type in sorted(linked):
            self.write(new_link(documents[document], profiles[profile], type, note=f"of {profile}", position=profile))

    def write(self, *writes: Write) -> None:
        """As of the other writes, and a merge may be refused for what does not fit."""
        before, cursor = self.snapshot(), self.workspace.cursor()
        try:
            receipt = self.workspace.write(writes)
        except (Conflict, NotFound, Invalid):
            assert (self.snapshot(), self.workspace.cursor()) == (before, cursor)
            return
        known = set(self.refs)
        self.refs += [ref for ref in self.everything() if ref not in known]
        if receipt.request:
            self.done.append((before, self.snapshot()))
            self.undone.clear()
        for write in writes:
            MergingMachine.merged += isinstance(write, MergeProfiles)
            MergingMachine.split += isinstance(write, SplitProfile)

    def everything(self) -> list[Ref]:
        """What is there, in the trash or not."""
        return [
            Ref(entity, row.id)
            for entity in ("type", "profile", "document", "link")
            for trash in (False, True)
            for row in self.workspace.page(Query(entity=entity, trash=trash), limit=10_000).rows
        ]

    def links_of(self, profile: Ref) -> list[bytes]:
        return [row.id for row in self.workspace.page(Query(entity="link", profile=profile.id)).rows]

    @rule(one=numbers, other=numbers, name=st.sampled_from(["", "N"]))
    def merge(self, one: int, other: int, name: str) -> None:
        into, goes = self.pick(one, "profile"), self.pick(other, "profile")
        if into and goes:
            links = {self.end(id) for id in self.links_of(into) + self.links_of(goes)}
            count = self.merged
            self.write(MergeProfiles(into.id, goes.id, {"name": name} if name else {}))
            if self.merged > count:
                self.merges.append((into, goes))
                assert {self.end(id) for id in self.links_of(into)} == links, "no link is lost"

    def end(self, link: bytes) -> tuple[bytes, str]:
        fields = self.workspace.get(Ref("link", link)).fields
        return fields["document"], fields["type"]

    @rule(one=numbers, other=numbers, picks=st.integers(0, 7), anew=st.booleans())
    def split_links(self, one: int, other: int, picks: int, anew: bool) -> None:
        profile, goes = self.pick(one, "profile"), self.pick(other, "profile")
        if profile and goes:
            links = [id for number, id in enumerate(self.links_of(profile)) if picks >> number % 3 & 1]
            if anew:
                self.write(SplitProfile(profile.id, links, None, {"name": "New"}))
            else:
                self.write(SplitProfile(profile.id, links, goes.id))

    @precondition(lambda self: self.merges)
    @rule(number=numbers)
    def split_what_was_merged(self, number: int) -> None:
        profile, goes = self.merges[number % len(self.merges)]
        self.write(SplitProfile(profile.id, self.links_of(profile), goes.id))


def test_undo_and_redo_of_merges_and_splits(new_place: NewPlace) -> None:
    MergingMachine.merged = MergingMachine.split = 0

    run_state_machine_as_test(
        lambda: MergingMachine(new_place), settings=settings(max_examples=40, stateful_step_count=30)
    )

    assert min(MergingMachine.merged, MergingMachine.split) > 10, "what was to be tested happened"
