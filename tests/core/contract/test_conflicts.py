"""Where two versions of a record meet: what is merged, what becomes a conflict, and how it follows its record."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Conflict, Invalid, NotFound, Stale
from core.merge_values import DELETED, KEPT, WHOLE
from core.rules import Rule
from core.values import RecordId, Ref
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Resolve
from tests.core.clashing import clash, open_conflicts, save_late
from tests.core.making import (
    delete,
    edit,
    fields_of,
    make_linked,
    make_profile,
)

# --- a save over a newer row --------------------------------------------------------------------------------


def test_different_fields_are_merged_without_a_question(ann: Workspace, bob: Workspace) -> None:
    # given a profile that Ann read, and that Bob changed since
    ref = make_profile(ann, "Acme", notes="old", aliases=["A"])
    read = ann.get(ref).version
    edit(bob, ref, name="Acme GmbH", aliases=["A", "Acme"])

    # when Ann saves other fields, and other members of the same set
    receipt = save_late(ann, ref, read, notes="new", aliases=["A", "ACME"])

    # then both are there, and nobody is asked
    fields = fields_of(ann, ref)
    assert (fields["name"], fields["notes"]) == ("Acme GmbH", "new")
    assert set(fields["aliases"]) == {"A", "Acme", "ACME"}
    assert receipt.conflicts == []
    assert open_conflicts(ann) == []


def test_the_same_value_on_both_sides_is_no_conflict(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, notes="old")
    read = ann.get(ref).version
    edit(bob, ref, notes="Zoë", aliases=["x", "y"])

    # the same in decomposed letters, and in another order
    receipt = save_late(ann, ref, read, notes="Zoe\u0308", aliases=["y", "x"])

    assert receipt.changes == 0
    assert open_conflicts(ann) == []


def test_one_field_changed_on_both_sides_is_a_conflict_and_theirs_stays(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "Acme", notes="old")

    id = clash(ann, bob, ref, {"name": "Acme Ltd", "notes": "mine"}, {"name": "Acme AG"})

    # then theirs stands, what only Ann changed is in, and the conflict holds the three values and who
    assert (fields_of(ann, ref)["name"], fields_of(ann, ref)["notes"]) == ("Acme AG", "mine")
    conflict = ann.conflict(id)
    (open_field,) = conflict.fields
    assert (open_field.field, open_field.base, open_field.mine, open_field.theirs) == (
        "name", "Acme", "Acme Ltd", "Acme AG",
    )  # fmt: skip
    assert (conflict.mine.actor, conflict.theirs.actor, conflict.record) == ("ann", "bob", ref)
    assert conflict.theirs.revision == 2
    (row,) = open_conflicts(bob)
    assert (row.id, row.title, row.fields, row.mine.actor) == (id, "Acme AG", ["name"], "ann")
    assert ann.stats().conflicts == 1


def test_a_version_that_never_was_is_refused(ann: Workspace) -> None:
    ref = make_profile(ann)
    with pytest.raises(NotFound, match="read it again"):
        save_late(ann, ref, 12345, notes="x")
    assert fields_of(ann, ref)["notes"] == ""


def test_a_value_that_does_not_fit_is_refused_before_anything_meets(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann)
    read = ann.get(ref).version
    edit(bob, ref, name="B")
    with pytest.raises(Invalid, match="must be one line"):
        save_late(ann, ref, read, name="two\nlines")
    assert open_conflicts(ann) == []


def test_the_same_person_saving_again_goes_on_with_the_same_conflict(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "Acme")
    read = ann.get(ref).version
    id = clash(ann, bob, ref, {"name": "Acme Ltd"}, {"name": "Acme AG"})

    # when she saves again over what she read first, then what Bob has
    assert save_late(ann, ref, read, name="Acme Limited").conflicts == [id]
    assert ann.conflict(id).fields[0].mine == "Acme Limited"
    save_late(ann, ref, read, name="Acme AG")

    # then nothing is left to ask
    assert open_conflicts(ann) == []
    assert ann.conflict(id).settled_at is not None


def test_a_window_that_would_end_before_it_begins_is_asked_about(ann: Workspace, bob: Workspace) -> None:
    *_, link = make_linked(ann)
    ann.write([Edit(link, {"valid_from": 100, "valid_until": 200})])

    id = clash(ann, bob, link, {"valid_from": 180}, {"valid_until": 150})

    assert {one.field for one in ann.conflict(id).fields} == {"valid_from", "valid_until"}
    assert (fields_of(ann, link)["valid_from"], fields_of(ann, link)["valid_until"]) == (100, 150)


# --- deletions ------------------------------------------------------------------------------------------------


def test_deleting_what_was_changed_since_asks_and_the_record_lives(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "Acme")
    read = ann.get(ref).version
    edit(bob, ref, notes="important")

    (id,) = ann.write([Delete(ref, read, merge=True)]).conflicts

    assert ann.get(ref).deleted_at is None
    conflict = ann.conflict(id)
    assert (conflict.question, conflict.fields[0].mine, conflict.fields[0].theirs) == ("deletion", DELETED, KEPT)
    # and it goes when that is what is chosen
    ann.write([Resolve(id, {WHOLE: "mine"})])
    assert ann.get(ref).deleted_at is not None
    assert open_conflicts(ann) == []


def test_editing_what_was_deleted_since_asks_and_the_record_lives(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "Acme")
    read = ann.get(ref).version
    delete(bob, ref)

    (id,) = save_late(ann, ref, read, notes="important").conflicts

    assert ann.get(ref).deleted_at is None
    assert fields_of(ann, ref)["notes"] == "important"
    conflict = ann.conflict(id)
    assert (conflict.question, conflict.fields[0].mine, conflict.fields[0].theirs) == ("deletion", KEPT, DELETED)
    ann.write([Resolve(id, {WHOLE: "theirs"})])
    assert ann.get(ref).deleted_at is not None


def test_deleting_what_was_not_changed_is_no_question(ann: Workspace) -> None:
    ref = make_profile(ann)
    ann.write([Delete(ref, ann.get(ref).version, merge=True)])
    assert ann.get(ref).deleted_at is not None
    assert open_conflicts(ann) == []


def test_a_deletion_by_hand_answers_the_question(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann)
    read = ann.get(ref).version
    edit(bob, ref, notes="x")
    ann.write([Delete(ref, read, merge=True)])
    delete(bob, ref)
    assert open_conflicts(ann) == []


def test_editing_a_link_whose_end_is_gone_asks_and_keeping_brings_the_end_back(ann: Workspace, bob: Workspace) -> None:
    # given a link that went with its document
    document, _, link = make_linked(ann)
    read = ann.get(link).version
    delete(bob, document)

    # when it is edited
    (id,) = save_late(ann, link, read, note="kept").conflicts

    # then it waits in the trash until someone chooses
    assert ann.conflict(id).question == "dangling"
    assert ann.get(link).deleted_at is not None
    ann.write([Resolve(id, {WHOLE: "mine"})])
    assert ann.get(document).deleted_at is None
    assert (ann.get(link).deleted_at, fields_of(ann, link)["note"]) == (None, "kept")
    assert open_conflicts(ann) == []


# --- what a source says ------------------------------------------------------------------------------------------


def test_a_source_that_says_the_same_again_leaves_local_edits(ann: Workspace) -> None:
    (ref,) = ann.write([Create("profile", {"name": "Ann", "notes": "a"}, ("crm", "1"), source="crm")]).refs
    edit(ann, ref, notes="edited here")

    ann.write([Edit(ref, {"name": "Ann", "notes": "a"}, source="crm")])

    assert fields_of(ann, ref)["notes"] == "edited here"
    assert ann.said("profile", "crm", [ref.id]) == {ref.id: {"name": "Ann", "notes": "a"}}


def test_a_source_that_says_something_new_meets_a_local_edit(ann: Workspace) -> None:
    (ref,) = ann.write([Create("profile", {"name": "Ann", "notes": "a"}, ("crm", "1"), source="crm")]).refs
    edit(ann, ref, notes="edited here", name="Ann B.")

    (id,) = ann.write([Edit(ref, {"name": "Ann", "notes": "b"}, source="crm")]).conflicts

    conflict = ann.conflict(id)
    assert [(one.field, one.base, one.mine, one.theirs) for one in conflict.fields] == [
        ("notes", "a", "b", "edited here")
    ]
    assert conflict.mine.source == "crm"
    # and what it says next is about the same question
    ann.write([Edit(ref, {"notes": "c"}, source="crm")])
    assert [(one.base, one.mine) for one in ann.conflict(id).fields] == [("a", "c")]
    assert ann.stats().conflicts == 1


def test_two_sources_have_a_conflict_each(ann: Workspace) -> None:
    (ref,) = ann.write([Create("profile", {"name": "Ann", "notes": "a"}, ("crm", "1"), source="crm")]).refs
    edit(ann, ref, notes="edited here")
    ann.write([Edit(ref, {"notes": "b"}, source="crm")])
    ann.write([Edit(ref, {"notes": "c"}, source="hr")])
    assert {row.mine.source for row in open_conflicts(ann)} == {"crm", "hr"}

    # when one is settled, the other one is about what stands there then
    by_source = {row.mine.source: row.id for row in open_conflicts(ann)}
    ann.write([Resolve(by_source["crm"], {"notes": "mine"})])
    assert ann.conflict(by_source["hr"]).fields[0].theirs == "b"


# --- the record moves on --------------------------------------------------------------------------------------


def test_theirs_follows_the_record(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "B")
    id = clash(ann, bob, ref, {"name": "M"}, {"name": "T"})
    version = ann.conflict(id).version

    edit(bob, ref, name="T2")

    conflict = ann.conflict(id)
    assert (conflict.fields[0].theirs, conflict.theirs.revision) == ("T2", 3)
    with pytest.raises(Stale):
        ann.write([Resolve(id, {"name": "mine"}, version)])


def test_a_record_that_comes_to_hold_mine_is_no_question_any_more(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "B")
    id = clash(ann, bob, ref, {"name": "M"}, {"name": "T"})
    edit(bob, ref, name="M")
    assert open_conflicts(ann) == []
    # and undo of that opens it again
    bob.undo()
    assert [row.id for row in open_conflicts(ann)] == [id]


def test_undo_of_the_late_save_takes_its_conflict_along(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "B", notes="b")
    clash(ann, bob, ref, {"name": "M", "notes": "m"}, {"name": "T"})
    ann.undo()
    assert open_conflicts(ann) == []
    assert (fields_of(ann, ref)["name"], fields_of(ann, ref)["notes"]) == ("T", "b")


def test_a_conflict_of_a_record_in_the_trash_can_be_settled(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "B")
    id = clash(ann, bob, ref, {"name": "M"}, {"name": "T"})
    delete(bob, ref)
    ann.write([Resolve(id, {"name": "mine"})])
    assert fields_of(ann, ref)["name"] == "M"
    assert ann.get(ref).deleted_at is not None


# --- several people -----------------------------------------------------------------------------------------


def test_a_conflict_that_is_opened_again_is_about_what_is_stored_now(ann: Workspace, bob: Workspace) -> None:
    # given a conflict that Ann settled as Bob had it, and a new name by Bob
    ref = make_profile(ann, "B")
    id = clash(ann, bob, ref, {"name": "M"}, {"name": "T"})
    ann.write([Resolve(id, {"name": "theirs"})])
    edit(bob, ref, name="Z")

    # when Ann takes that back
    ann.undo()

    # then the question is about the new name, and theirs keeps it
    assert ann.conflict(id).fields[0].theirs == "Z"
    ann.write([Resolve(id, {"name": "theirs"})])
    assert fields_of(ann, ref)["name"] == "Z"


def test_a_late_save_is_taken_back_after_others_edited_what_is_open(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "B", notes="b")
    clash(ann, bob, ref, {"name": "M", "notes": "m"}, {"name": "T"})
    edit(bob, ref, name="Z")

    ann.undo()

    assert open_conflicts(ann) == []
    assert (fields_of(ann, ref)["name"], fields_of(ann, ref)["notes"]) == ("Z", "b")


def test_an_undo_that_others_overtook_says_which_conflict(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "B", notes="b")
    id = clash(ann, bob, ref, {"name": "M", "notes": "m"}, {"name": "T", "notes": "t"})
    bob.write([Resolve(id, {"name": "theirs"})])
    cursor = ann.cursor()

    with pytest.raises(Conflict, match="bob changed the conflict about T later"):
        ann.undo()
    assert ann.cursor() == cursor


def test_what_is_saved_by_someone_who_saw_the_answer_counts(ann: Workspace, bob: Workspace) -> None:
    # given a conflict of Ann, who then read the record as Bob left it
    ref = make_profile(ann, "B")
    clash(ann, bob, ref, {"name": "M"}, {"name": "T"})
    read = ann.get(ref).version
    edit(bob, ref, notes="meanwhile")

    # when she saves the name as it was in the beginning
    save_late(ann, ref, read, name="B")

    # then that is the name
    assert (fields_of(ann, ref)["name"], fields_of(ann, ref)["notes"]) == ("B", "meanwhile")
    assert open_conflicts(ann) == []


def test_two_conflicts_of_one_record_settled_at_once_in_any_order(ann: Workspace) -> None:
    def given() -> tuple[Ref, dict[str, RecordId]]:
        (ref,) = ann.write([Create("profile", {"name": "Ann", "notes": "a"}, source="crm")]).refs
        edit(ann, ref, notes="here")
        ids = {s: ann.write([Edit(ref, {"notes": s}, source=s)]).conflicts[-1] for s in ("crm", "hr")}
        return ref, ids

    for sources in (("crm", "hr"), ("hr", "crm")):
        ref, ids = given()
        choice: dict[str, Any] = {"crm": "mine", "hr": "theirs"}
        ann.write([Resolve(ids[source], {"notes": choice[source]}) for source in sources])
        assert fields_of(ann, ref)["notes"] == "crm"
        assert open_conflicts(ann) == []


def test_a_rule_that_deletes_or_keeps_is_named_with_what_it_overruled(ann: Workspace, bob: Workspace) -> None:
    ann.write([Create("rule", {"name": "gone is gone", "field": WHOLE, "prefer": "theirs"})])
    ref = make_profile(ann, "B")
    read = ann.get(ref).version
    delete(bob, ref)

    save_late(ann, ref, read, notes="typed much")

    assert ann.get(ref).deleted_at is not None
    taken = ann.changes(ref=ref)[0].taken[WHOLE]
    assert taken.how == "rule 1 (gone is gone)"
    assert "typed much" in str(taken.overruled)


def test_one_conflict_that_cannot_be_as_decided_does_not_stop_the_others(ann: Workspace, bob: Workspace) -> None:
    # given a type whose new name another type took meanwhile, and five plain conflicts
    (type,) = ann.write([Create("type", {"name": "author", "inverse": "author of"})]).refs
    clash(ann, bob, type, {"name": "writer"}, {"name": "scribe"})
    ann.write([Create("type", {"name": "writer", "inverse": "writer of"})])
    for number in range(5):
        clash(ann, bob, make_profile(ann, f"B{number}"), {"name": "M"}, {"name": "T"})

    # when a rule is tried, it says so, and does the same when it is applied
    for dry_run in (True, False):
        settlement = ann.settle(Rule(prefer="mine"), dry_run=dry_run)
        assert (settlement.decided, settlement.total, settlement.open) == (5, 6, 1)
        ((title, reason),) = settlement.refused
        assert title == "scribe"
        assert 'a relationship type "writer"' in reason
    assert [row.title for row in open_conflicts(ann)] == ["scribe"]


def test_what_a_source_said_is_known_on_both_sides(ann: Workspace) -> None:
    (ref,) = ann.write([Create("profile", {"name": "Ann", "notes": "a"}, source="book")]).refs
    read = ann.get(ref).version
    ann.write([Edit(ref, {"notes": "b"}, source="book")])

    (id,) = save_late(ann, ref, read, notes="typed").conflicts

    assert ann.conflict(id).theirs.source == "book"
    assert ann.settle(Rule(prefer="source", preferred="book")).decided == 1
    assert fields_of(ann, ref)["notes"] == "b"


def test_who_set_the_field_long_ago_is_known(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "B")
    read = ann.get(ref).version
    edit(bob, ref, notes="by bob")
    for number in range(25):
        edit(ann, ref, attributes={"n": number})

    (id,) = save_late(ann, ref, read, notes="late").conflicts

    assert (ann.conflict(id).theirs.actor, ann.conflict(id).theirs.revision) == ("bob", 2)
