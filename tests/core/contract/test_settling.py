"""How conflicts are settled: by a choice for each field, or by a rule for many."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Conflict, Invalid, NotFound, Stale
from core.merge_values import Taken
from core.rules import Rule
from core.values import Query, RecordId, Ref
from core.workspace import Workspace
from core.write_values import Create, Edit, Resolve, Value
from tests.core.clashing import clash, open_conflicts, save_late
from tests.core.making import (
    edit,
    fields_of,
    make_document,
    make_linked,
    make_profile,
    new_link,
)

PHONES = {
    name: [{"label": "", "value": number}]
    for name, number in (("base", "030 1"), ("mine", "030 2"), ("theirs", "030 3"))
}


# --- settling -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("choice", "expected"), [("mine", "M"), ("theirs", "T"), ("base", "B"), (Value("N"), "N")])
def test_a_choice_is_written_and_the_conflict_goes(ann: Workspace, bob: Workspace, choice: Any, expected: str) -> None:
    ref = make_profile(ann, "B")
    id = clash(ann, bob, ref, {"name": "M"}, {"name": "T"})

    receipt = ann.write([Resolve(id, {"name": choice}, ann.conflict(id).version)])

    assert fields_of(ann, ref)["name"] == expected
    assert open_conflicts(ann) == []
    assert [row.id for row in ann.page(Query(entity="conflict", trash=True)).rows] == [id]
    assert "settled 1 conflict" in receipt.summary
    # and one undo opens it again, one redo settles it
    ann.undo()
    assert (fields_of(ann, ref)["name"], [row.id for row in open_conflicts(ann)]) == ("T", [id])
    assert [one.field for one in ann.conflict(id).fields] == ["name"]
    ann.redo()
    assert (fields_of(ann, ref)["name"], open_conflicts(ann)) == (expected, [])


def test_no_losing_value_is_gone(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "B")
    id = clash(ann, bob, ref, {"name": "M"}, {"name": "T"})
    ann.write([Resolve(id, {"name": "theirs"})])
    assert ann.conflict(id).outcome == {"name": Taken("theirs", "M")}
    assert any(change.taken.get("name") == Taken("theirs", "M") for change in ann.changes(ref=ref))


def test_both_of_a_list_and_of_a_text(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "B", phones=PHONES["base"], notes="one")
    id = clash(
        ann, bob, ref, {"phones": [{"label": "a", "value": "1"}], "notes": "two"},
        {"phones": [{"label": "b", "value": "1"}], "notes": "three"},
    )  # fmt: skip
    choices: Any = {one.field: "both" for one in ann.conflict(id).fields}
    ann.write([Resolve(id, choices)])
    assert all(text in fields_of(ann, ref)["notes"] for text in ("two", "three"))
    assert open_conflicts(ann) == []


def test_one_field_at_a_time(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "B", notes="b")
    id = clash(ann, bob, ref, {"name": "M", "notes": "m"}, {"name": "T", "notes": "t"})

    ann.write([Resolve(id, {"name": "mine"})])

    assert [one.field for one in ann.conflict(id).fields] == ["notes"]
    assert [row.fields for row in open_conflicts(ann)] == [["notes"]]


def test_what_is_refused_changes_nothing(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "B")
    id = clash(ann, bob, ref, {"name": "M", "attributes": {"a": 1}}, {"name": "T", "attributes": {"a": 2}})
    version, cursor = ann.conflict(id).version, ann.cursor()

    def deep(levels: int) -> dict[str, Any]:
        return {"a": deep(levels - 1)} if levels else {}

    unknown = RecordId(16)

    def refused(error: type[Exception], sentence: str, *writes: Any) -> None:
        with pytest.raises(error, match=sentence):
            ann.write(writes)
        assert ann.cursor() == cursor

    refused(NotFound, "no such conflict", Resolve(unknown, {"name": "mine"}))
    refused(Stale, "changed by someone else", Resolve(id, {"name": "mine"}, version + 1))
    refused(Invalid, "is not open", Resolve(id, {"notes": "mine"}))
    refused(Invalid, "both", Resolve(id, {"name": "both"}))
    refused(Invalid, "must be one line", Resolve(id, {"name": Value("a\nb")}))
    refused(Invalid, "characters long", Resolve(id, {"name": Value("x" * 1_000_000)}))
    refused(Invalid, "nested deeper than 32 levels", Resolve(id, {"attributes": Value(deep(100))}))
    refused(Invalid, "settling", Edit(Ref("conflict", id), {"suggested": "mine"}))
    refused(Invalid, "made where two versions", Create("conflict", {}))


def test_what_was_there_before_both_may_be_nothing_that_can_be_chosen(ann: Workspace) -> None:
    # given a name that a source gives to a profile that it never spoke of before
    ref = make_profile(ann, "T")
    (id,) = ann.write([Edit(ref, {"name": "M"}, source="crm")]).conflicts

    with pytest.raises(Invalid, match="name: must not be empty"):
        ann.write([Resolve(id, {"name": "base"})])

    assert fields_of(ann, ref)["name"] == "T"
    assert [row.id for row in open_conflicts(ann)] == [id]


def test_a_settled_conflict_is_not_settled_twice(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "B")
    id = clash(ann, bob, ref, {"name": "M"}, {"name": "T"})
    ann.write([Resolve(id, {"name": "mine"})])
    with pytest.raises(Conflict, match="settled already"):
        bob.write([Resolve(id, {"name": "theirs"})])


# --- rules ------------------------------------------------------------------------------------------------------


def test_a_standing_rule_decides_at_once_and_is_named(ann: Workspace, bob: Workspace) -> None:
    ann.write([Create("rule", {"name": "names by hand", "field": "name", "prefer": "theirs"})])
    ref = make_profile(ann, "B", notes="b")
    read = ann.get(ref).version
    edit(bob, ref, name="T", notes="t")

    (id,) = save_late(ann, ref, read, name="M", notes="m").conflicts

    assert [one.field for one in ann.conflict(id).fields] == ["notes"]
    change = ann.changes(ref=ref)[0]
    assert change.taken["name"] == Taken("rule 1 (names by hand)", "M")


def test_rules_keep_their_order(ann: Workspace) -> None:
    ann.write([Create("rule", {"name": "last", "prefer": "theirs", "field": "notes"})])
    ann.write([Create("rule", {"name": "first", "prefer": "mine", "field": "name", "position": 1})])
    assert [(rule.number, rule.name) for rule in ann.rules()] == [(1, "first"), (2, "last")]
    assert [row.label for row in ann.page(Query(entity="rule")).rows] == ["first", "last"]


@pytest.mark.parametrize(
    "fields",
    [
        {"prefer": "loudest"},
        {"prefer": "mine", "field": "colour"},
        {"prefer": "source"},
        {"prefer": "mine", "relationship": "author", "entity": "profile"},
        {"prefer": "mine"},
    ],
)
def test_a_rule_that_could_not_decide_is_refused(ann: Workspace, fields: dict[str, Any]) -> None:
    ann.write([Create("rule", {"name": "all", "prefer": "theirs"})])
    with pytest.raises(Invalid):
        ann.write([Create("rule", {"name": "x"} | fields)])
    assert len(ann.rules()) == 1


def test_a_rule_settles_what_it_can_as_one_step(ann: Workspace, bob: Workspace) -> None:
    # given twelve conflicts, ten of names and two of notes
    refs = [make_profile(ann, f"B{n}", notes="b") for n in range(12)]
    for n, ref in enumerate(refs):
        field = "name" if n < 10 else "notes"
        clash(ann, bob, ref, {field: "M"}, {field: "T"})
    rule = Rule(prefer="mine", field="name")

    # when it is tried, nothing changes
    cursor = ann.cursor()
    tried = ann.settle(rule, dry_run=True)
    assert (tried.decided, tried.total, tried.records, tried.open) == (10, 12, 10, 2)
    assert tried.sample[0][1:] == ("Name", "M")
    assert ann.cursor() == cursor

    # when it is applied, that is what happens
    done = ann.settle(rule)
    assert (done.decided, done.open) == (10, 2)
    assert len(open_conflicts(ann)) == 2
    assert [fields_of(ann, ref)["name"] for ref in refs[:10]] == ["M"] * 10
    assert ann.changes(ref=refs[0])[0].taken["name"] == Taken("mine", "T")

    # and one undo brings all of them back
    ann.undo()
    assert len(open_conflicts(ann)) == 12
    assert [fields_of(ann, ref)["name"] for ref in refs[:10]] == ["T"] * 10


def test_a_rule_for_chosen_conflicts(ann: Workspace, bob: Workspace) -> None:
    ids = [clash(ann, bob, make_profile(ann, f"B{n}"), {"name": "M"}, {"name": "T"}) for n in range(3)]
    assert ann.settle(Rule(prefer="theirs"), ids[:2]).decided == 2
    assert [row.id for row in open_conflicts(ann)] == ids[2:]
    with pytest.raises(NotFound, match="gone"):
        ann.settle(Rule(prefer="theirs"), [RecordId(16)])


def test_a_rule_over_two_conflicts_of_one_record(ann: Workspace) -> None:
    (ref,) = ann.write([Create("profile", {"name": "Ann", "notes": "a"}, ("crm", "1"), source="crm")]).refs
    edit(ann, ref, notes="edited here")
    ann.write([Edit(ref, {"notes": "b"}, source="crm")])
    ann.write([Edit(ref, {"notes": "c"}, source="hr")])

    ann.settle(Rule(prefer="mine"))

    assert open_conflicts(ann) == []
    assert fields_of(ann, ref)["notes"] == "c"
    ann.undo()
    assert (fields_of(ann, ref)["notes"], len(open_conflicts(ann))) == ("edited here", 2)


def test_a_rule_by_tag_relationship_and_source(ann: Workspace, bob: Workspace) -> None:
    tagged, plain = make_document(ann, "D1", tags=["legal"]), make_document(ann, "D2")
    for ref in (tagged, plain):
        clash(ann, bob, ref, {"category": "M"}, {"category": "T"})
    assert ann.settle(Rule(prefer="mine", tag="legal"), dry_run=True).decided == 1
    assert ann.settle(Rule(prefer="mine", source="crm"), dry_run=True).decided == 0
    assert ann.settle(Rule(prefer="role", preferred="person"), dry_run=True).decided == 0


def test_links_are_told_apart_by_relationship(ann: Workspace, bob: Workspace) -> None:
    document, profile, link = make_linked(ann)
    ann.write([Create("type", {"name": "editor", "inverse": "editor of"})])
    (other,) = ann.write([new_link(document, profile, "editor")]).refs
    for ref in (link, other):
        clash(ann, bob, ref, {"note": "M"}, {"note": "T"})
    assert ann.settle(Rule(prefer="mine", entity="link", relationship="editor"), dry_run=True).decided == 1


def test_texts_of_documents_in_conflict_are_read_whole(ann: Workspace, bob: Workspace) -> None:
    ref = make_document(ann, "D", text="one line\n" * 3)
    id = clash(ann, bob, ref, {"text": "mine\n" * 2}, {"text": "theirs\n" * 2})
    (one,) = ann.conflict(id).fields
    assert "mine" in one.mine
    assert "theirs" in one.theirs
    ann.write([Resolve(id, {"text": "mine"})])
    assert "mine" in fields_of(ann, ref)["text"]
