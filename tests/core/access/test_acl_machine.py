"""Random writes of every kind that can change who may, and after each the tables of it against the slow and plain way.

The suite takes a part of the runs; `ROLODOC_RUNS=2000` takes as many as it says.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections import Counter
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core import acl, bulk_links
from core.errors import Conflict, Exists, Invalid, NotFound
from core.fields import ACTIONS, Entity
from core.instants import now
from core.local import LocalWorkspace
from core.records import TABLES
from core.store import Connection
from core.values import Actor, Query, Ref, id_text
from core.write_values import Create, Delete, Edit, MergeProfiles, Restore, SplitProfile, TakingBack, Write
from tests.core.acl_soundness import assert_acl_is_sound
from tests.core.making import new_link

RUNS = int(os.environ.get("ROLODOC_RUNS", "40"))
STEPS = 40
LATER = 10**9  # microseconds
TYPES = {"author": "see", "owner": "edit", "mentions": "none"}
CONDITION = "weekdays 8-18 UTC"
WHAT = (
    *("grant", "window of a grant", "revoke", "link", "many links", "window of a link", "unlink", "type", "create"),
    *("edit", "trash", "restore", "merge", "split", "at once", "undo", "redo", "undo of a change", "take back"),
    *("purge", "tie"),
)
KINDS: tuple[Entity, ...] = ("document", "profile", "link", "grant", "type")

numbers = st.integers(0, 1_000)
windows = st.tuples(st.sampled_from([None, -5, 0, 10]), st.sampled_from([None, 20, 10**15])).map(
    lambda ends: {"valid_from": ends[0], "valid_until": ends[1]}
)
conditions = st.sampled_from(["", "", CONDITION, "terminal"])
names = st.sampled_from(["A", "b", "Ç"])
times = st.sampled_from([0, 1, 10**15])


class Machine(RuleBasedStateMachine):
    """An owner writes, from two places at once."""

    done: Counter[str]  # what was done, in all examples

    def __init__(self, empty_store: Path, folder: Path) -> None:
        super().__init__()
        self.path = folder / "store.db"
        for left in folder.iterdir():
            left.unlink()
        shutil.copyfile(empty_store, self.path)
        self.made = 0  # the seq of the last change that is not to be taken back
        self.places = [LocalWorkspace(self.path, Actor("ann", "terminal")) for _ in range(2)]

    def teardown(self) -> None:
        for place in self.places:
            place.close()

    @initialize(linked=st.lists(st.tuples(numbers, numbers, st.sampled_from(list(TYPES))), max_size=6))
    def start(self, linked: list[tuple[int, int, str]]) -> None:
        """By somebody else, so that no undo takes it back."""
        olga = LocalWorkspace(self.path, Actor("olga", "terminal"))
        olga.write([Create("type", {"name": name, "grants": grants}) for name, grants in TYPES.items()])
        olga.write([Create("document", {"title": title}) for title in "DEF"])
        profiles = olga.write([Create("profile", {"name": name}) for name in "PQR"]).refs
        olga.write([Create("account", {"name": "ann", "roles": ["owner"]})])
        (group, _) = olga.write([Create("group", {"name": "office"}), Create("role", {"name": "reader"})]).refs
        for name, tie in zip(("bob", "cid"), profiles, strict=False):
            olga.write([Create("account", {"name": name, "groups": [id_text(group.id)], "tied_to": id_text(tie.id)})])
        self.made = olga.cursor()
        olga.close()
        for document, profile, type in linked:
            self.link((document, profile, 0), type, {})
        for number, to in enumerate(("group", "profile", "everyone")):
            self.grant((0, number, 0), to, "document", "see", "allow", {}, "")

    # --- one step ---------------------------------------------------------------------------------------------

    def do(self, what: str, number: int, work: Callable[[LocalWorkspace], Any]) -> None:
        """From one of the places; what is refused changes nothing, which the totals of the log tell."""
        cursor = self.places[0].cursor()
        try:
            work(self.places[number % 2])
        except (Conflict, Exists, Invalid, NotFound):
            assert self.places[0].cursor() == cursor
        done = self.places[0].cursor() - cursor
        if done:
            Machine.done[what] += 1
            Machine.done["changes"] += done

    def write(self, what: str, number: int, *writes: Write) -> None:
        if writes:
            self.do(what, number, lambda place: place.write(writes))

    def all(self, entity: Entity, where: str = "1") -> list[Ref]:
        rows = self.places[0].store.fetch(f"SELECT uid FROM {TABLES[entity]} WHERE {where} ORDER BY id")
        return [Ref(entity, uid) for (uid,) in rows]

    def pick(self, number: int, entity: Entity, where: str = "1") -> list[Ref]:
        """One of them, or none where there is none."""
        found = self.all(entity, where)
        return [found[number % len(found)]] if found else []

    # --- grants -------------------------------------------------------------------------------------------------

    @rule(
        numbers=st.tuples(numbers, numbers, numbers),
        to=st.sampled_from(["account", "group", "role", "profile", "profile", "everyone"]),
        on=st.sampled_from(["document", "document", "profile", "documents"]),
        action=st.sampled_from(ACTIONS),
        effect=st.sampled_from(["allow", "allow", "allow", "deny"]),
        window=windows,
        condition=conditions,
    )
    def grant(
        self, numbers: tuple[int, int, int], to: Any, on: Any, action: str, effect: str, window: Any, condition: str
    ) -> None:
        subjects = [""] if to == "everyone" else [id_text(ref.id) for ref in self.pick(numbers[0], to)]
        targets = [""] if on == "documents" else [id_text(ref.id) for ref in self.pick(numbers[1], on)]
        for subject, target in product(subjects, targets):
            fields = {"subject_kind": to, "subject": subject, "target_kind": on, "target": target}
            fields |= {"action": action, "effect": effect, "condition": condition, **window}
            self.write("grant", numbers[2], Create("grant", fields))

    @rule(number=numbers, window=windows)
    def move_window_of_grant(self, number: int, window: dict[str, Any]) -> None:
        self.write("window of a grant", number, *(Edit(ref, window) for ref in self.pick(number, "grant")))

    @rule(number=numbers)
    def revoke(self, number: int) -> None:
        self.write("revoke", number, *(Delete(ref) for ref in self.pick(number, "grant", "deleted_at IS NULL")))

    # --- links and their types ------------------------------------------------------------------------------------

    @rule(numbers=st.tuples(numbers, numbers, numbers), type=st.sampled_from(list(TYPES)), window=windows)
    def link(self, numbers: tuple[int, int, int], type: str, window: dict[str, Any]) -> None:
        ends = product(self.pick(numbers[0], "document"), self.pick(numbers[1], "profile"))
        self.write("link", numbers[2], *(new_link(document, profile, type, **window) for document, profile in ends))

    @rule(
        number=numbers,
        kept=st.integers(0, 2**16),
        types=st.sets(st.sampled_from(list(TYPES)), min_size=1),
        window=windows,
    )
    def link_many(self, number: int, kept: int, types: set[str], window: dict[str, Any]) -> None:
        """As an import does it, of ends that are alive and not linked yet for the most part."""
        living = "deleted_at IS NULL"
        ends = product(self.all("document", living), self.all("profile", living), sorted(types))
        chosen = [end for place, end in enumerate(ends) if kept >> place % 16 & 1]
        self.write("many links", number, *(new_link(*end, **window) for end in chosen))

    @rule(number=numbers, window=windows)
    def move_window_of_link(self, number: int, window: dict[str, Any]) -> None:
        self.write("window of a link", number, *(Edit(ref, window) for ref in self.pick(number, "link")))

    @rule(number=numbers)
    def unlink(self, number: int) -> None:
        self.write("unlink", number, *(Delete(ref) for ref in self.pick(number, "link", "deleted_at IS NULL")))

    @rule(number=numbers, grants=st.sampled_from(["none", "see", "edit", "share"]))
    def change_type(self, number: int, grants: str) -> None:
        self.write("type", number, *(Edit(ref, {"grants": grants}) for ref in self.pick(number, "type")))

    # --- who is somebody ------------------------------------------------------------------------------------------

    @rule(numbers=st.tuples(numbers, numbers), to_nobody=st.booleans())
    def tie(self, numbers: tuple[int, int], to_nobody: bool) -> None:
        profiles = [""] if to_nobody else [id_text(ref.id) for ref in self.pick(numbers[1], "profile")]
        ends = product(self.pick(numbers[0], "account", "name IN ('bob', 'cid')"), profiles)
        self.write("tie", numbers[1], *(Edit(account, {"tied_to": profile}) for account, profile in ends))

    @rule(number=numbers)
    def delete_account(self, number: int) -> None:
        living = "deleted_at IS NULL AND name IN ('bob', 'cid')"
        self.write("trash", number, *(Delete(ref) for ref in self.pick(number, "account", living)))

    # --- documents and profiles -------------------------------------------------------------------------------------

    @rule(number=numbers, name=names, entity=st.sampled_from(["document", "profile"]))
    def create(self, number: int, name: str, entity: Any) -> None:
        if len(self.all(entity)) < 6:
            self.write("create", number, Create(entity, {"title" if entity == "document" else "name": name}))

    @rule(number=numbers, name=names, created=times)
    def edit_document(self, number: int, name: str, created: int) -> None:
        edits = (Edit(ref, {"title": name, "created": created}) for ref in self.pick(number, "document"))
        self.write("edit", number, *edits)

    @rule(number=numbers, name=names, created=times)
    def edit_profile(self, number: int, name: str, created: int) -> None:
        edits = (Edit(ref, {"name": name, "created": created}) for ref in self.pick(number, "profile"))
        self.write("edit", number, *edits)

    @rule(number=numbers, entity=st.sampled_from(["document", "document", "profile"]))
    def delete(self, number: int, entity: Any) -> None:
        self.write("trash", number, *(Delete(ref) for ref in self.pick(number, entity, "deleted_at IS NULL")))

    @rule(number=numbers, entity=st.sampled_from(["document", "document", "profile", "link", "grant", "account"]))
    def restore(self, number: int, entity: Any) -> None:
        self.write("restore", number, *(Restore(ref) for ref in self.pick(number, entity, "deleted_at IS NOT NULL")))

    @rule(one=numbers, other=numbers)
    def merge_profiles(self, one: int, other: int) -> None:
        ends = product(self.pick(one, "profile"), self.pick(other, "profile"))
        self.write("merge", one, *(MergeProfiles(into.id, goes.id) for into, goes in ends))

    @rule(one=numbers, other=numbers, anew=st.booleans())
    def split_profile(self, one: int, other: int, anew: bool) -> None:
        if not self.all("profile", "merged_into <> ''"):
            self.merge_profiles(one, other)
        for profile, goes in product(self.pick(one, "profile"), self.pick(other, "profile", "merged_into <> ''")):
            of_profile = Query(entity="link", profile=profile.id)
            links = [row.id for row in self.places[0].page(of_profile).rows][::2]
            split = SplitProfile(profile.id, links, None if anew else goes.id, {"name": "New"} if anew else {})
            self.write("split", one, split)

    # --- several things in one request ------------------------------------------------------------------------------

    @rule(
        number=numbers,
        picks=st.lists(st.tuples(numbers, st.sampled_from(KINDS)), min_size=1, max_size=3),
        works=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["edit", "trash"])), min_size=2, max_size=6),
        window=windows,
        grants=st.sampled_from(["none", "see", "link"]),
    )
    def at_once(self, number: int, picks: list[Any], works: list[tuple[int, str]], window: Any, grants: str) -> None:
        """To few records, so that one of them is written more than once: into the trash and out of it, and edited."""
        fields: dict[Entity, dict[str, Any]] = {"document": {"title": "T"}, "profile": {"name": "N"}}
        fields |= {"link": window, "grant": window, "type": {"grants": grants}}
        refs = [ref for pick, entity in picks for ref in self.pick(pick, entity)]
        if not refs:
            return
        writes: list[Write] = []
        lives = {ref: self.places[0].get(ref).deleted_at is None for ref in refs}
        for place, work in works:
            ref = refs[place % len(refs)]
            if work == "edit" or ref.entity == "type":
                writes.append(Edit(ref, fields[ref.entity]))
            else:
                writes.append(Delete(ref) if lives[ref] else Restore(ref))
                lives[ref] = not lives[ref]
        self.write("at once", number, *writes)

    # --- back ---------------------------------------------------------------------------------------------------------

    @rule(number=numbers, again=st.booleans())
    def undo(self, number: int, again: bool) -> None:
        self.do("undo", number, lambda place: place.undo())
        if again:
            self.the_tables_are_as_if_worked_out_anew()
            self.do("redo", number, lambda place: place.redo())

    @rule(number=numbers)
    def undo_a_change(self, number: int) -> None:
        seq = max(self.made, self.places[0].cursor() - 1 - number % 30) + 1
        self.do("undo of a change", number, lambda place: place.undo(seq=seq))

    @rule(number=numbers)
    def take_back(self, number: int) -> None:
        sql = "SELECT uid FROM request WHERE actor = 'ann' ORDER BY id DESC LIMIT 20"
        if requests := self.places[0].store.fetch(sql):
            (uid,) = requests[number % len(requests)]
            self.do("take back", number, lambda place: place.take_back(TakingBack(request=uid)))

    @rule(number=numbers, all=st.booleans())
    def purge(self, number: int, all: bool) -> None:
        """What is in the trash, or the older half of it; of which a preview leaves everything as it is."""
        sql = "SELECT deleted_at FROM {} WHERE deleted_at IS NOT NULL"
        sql = " UNION ALL ".join(sql.format(table) for table in ("link", "document", "profile"))
        deleted = sorted(at for (at,) in self.places[0].store.fetch(sql))
        if not deleted:
            self.delete(number, "document")
        before = now() + LATER if all or not deleted else deleted[len(deleted) // 2]
        self.do("preview", number, lambda place: place.purge(before, dry_run=True))
        self.the_tables_are_as_if_worked_out_anew()
        self.do("purge", number, lambda place: place.purge(before))

    # --- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def the_tables_are_as_if_worked_out_anew(self) -> None:
        with self.places[0].store.read() as db:
            assert_acl_is_sound(db)
        with contextlib.suppress(_LookedAtError), self.places[0].store.write() as db:
            kept = rows(db)
            assert acl.rebuild(db) == 0
            db.execute("DELETE FROM document_acl")
            db.execute("DELETE FROM profile_acl")
            assert acl.rebuild(db) == len(kept)
            assert rows(db) == kept
            raise _LookedAtError


class _LookedAtError(Exception):
    """Rolls back what was done only to look at it."""


def rows(db: Connection) -> list[Any]:
    return [row for table in ("document_acl", "profile_acl") for row in db.execute(f"SELECT '{table}', * FROM {table}")]


def test_the_tables_are_in_step_after_whatever_was_done(
    empty_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_links, "WORTHWHILE", 3)  # a few links go the way of many
    Machine.done = Counter()

    run_state_machine_as_test(
        lambda: Machine(empty_store, tmp_path),
        settings=settings(
            max_examples=RUNS, stateful_step_count=STEPS, suppress_health_check=list(HealthCheck), deadline=None
        ),
    )

    assert Machine.done.keys() == {*WHAT, "changes"}, "what was to be tested happened"
