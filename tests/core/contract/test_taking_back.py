"""Taking back what a request, an actor or an import did, and setting a record back to how it was."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Conflict, Invalid, NotFound, RolodocError
from core.merge_values import WHOLE
from core.rows import ConflictRow
from core.rules import Rule
from core.values import Query, Record, Ref
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, MergeProfiles, Resolve, Taking, TakingBack, Touched
from tests.core.contract.conftest import Place
from tests.core.making import (
    delete,
    edit,
    fields_of,
    make_document,
    make_link,
    make_linked,
    make_profile,
    make_type,
    new_link,
    restore,
)


@pytest.fixture
def ann(place: Place) -> Workspace:
    return place.open("ann")


@pytest.fixture
def bob(place: Place) -> Workspace:
    return place.open("bob")


def open_conflicts(workspace: Workspace) -> list[ConflictRow]:
    return workspace.page(Query(entity="conflict", sort="created")).rows


def everything(workspace: Workspace) -> dict[Ref, Record]:
    return {
        ref: workspace.get(ref)
        for entity in ("profile", "document", "link", "type", "rule", "conflict")
        for trash in (False, True)
        for ref in (Ref(entity, row.id) for row in workspace.page(Query(entity=entity, trash=trash), limit=10_000).rows)
    }


def state(workspace: Workspace) -> dict[Ref, tuple[bool, dict[str, Any]]]:
    """Of each record whether it lives and what it holds, whatever its revision."""
    return {ref: (record.deleted_at is None, record.fields) for ref, record in everything(workspace).items()}


def preview_and_take_back(workspace: Workspace, scope: TakingBack) -> Taking:
    """What was taken back, which the preview must have told without changing anything."""
    before, cursor = everything(workspace), workspace.cursor()
    preview = workspace.take_back(scope, dry_run=True)
    assert (everything(workspace), workspace.cursor(), preview.receipt) == (before, cursor, None)
    taking = workspace.take_back(scope)
    assert (preview.touched, preview.records, preview.summary, preview.kept) == (
        taking.touched, taking.records, taking.summary, taking.kept,
    )  # fmt: skip
    return taking


# --- a record and its fields ----------------------------------------------------------------------------------


def test_a_record_is_set_back_to_a_revision_whoever_changed_it_since(ann: Workspace, bob: Workspace) -> None:
    ref = make_document(ann, "A", text="one", tags=["x"], attributes={"a": 1})
    edit(bob, ref, title="B", text="two")
    edit(ann, ref, tags=[], description="d")

    taking = preview_and_take_back(ann, TakingBack(ref=ref, revision=1))

    assert fields_of(ann, ref) == ann.get(ref, revision=1).fields
    assert [(one.kind, one.fields, one.overtaken) for one in taking.touched] == [
        ("updated", ["title", "description", "tags", "text"], [])
    ]
    assert (taking.records, taking.summary) == (1, "updated 1 document")
    assert ann.changes(ref=ref)[0].reason.startswith("set back to rev 1, 20")
    # and that is one step
    ann.undo()
    assert fields_of(ann, ref)["title"] == "B"


def test_a_field_is_set_back_to_an_instant_and_the_others_stay(workspace: Workspace) -> None:
    ref = make_profile(workspace, "A", notes="old")
    then = workspace.get(ref).updated_at
    edit(workspace, ref, name="B", notes="new")

    workspace.take_back(TakingBack(ref=ref, fields=("notes",), since=then), reason="typo")

    assert (fields_of(workspace, ref)["name"], fields_of(workspace, ref)["notes"]) == ("B", "old")
    assert workspace.changes(ref=ref)[0].reason == "typo"


def test_a_deleted_record_is_set_back_with_the_links_that_went_with_it(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    edit(workspace, profile, notes="later")
    delete(workspace, profile)

    taking = preview_and_take_back(workspace, TakingBack(ref=profile, revision=1))

    assert [one.kind for one in taking.touched] == ["restored"]
    assert (workspace.get(profile).deleted_at, workspace.get(link).deleted_at) == (None, None)
    assert fields_of(workspace, profile)["notes"] == ""
    assert workspace.stats().links == 1
    assert workspace.get(document).revision == 1


def test_a_record_that_was_in_the_trash_then_goes_back_there(workspace: Workspace) -> None:
    ref = make_profile(workspace, "A")
    delete(workspace, ref)
    restore(workspace, ref)
    edit(workspace, ref, notes="n")

    workspace.take_back(TakingBack(ref=ref, revision=2))

    assert workspace.get(ref).deleted_at is not None
    assert fields_of(workspace, ref)["notes"] == ""


def test_a_link_is_set_back(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    edit(workspace, link, note="n", position=3)
    delete(workspace, link)
    make_link(workspace, document, profile, note="anew")

    workspace.take_back(TakingBack(ref=link, revision=2))

    assert (fields_of(workspace, link)["note"], fields_of(workspace, link)["position"]) == ("n", 3)


def test_setting_back_settles_the_open_conflict_that_asks_for_it(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "A", notes="first")
    edit(ann, ref, notes="read")
    read = ann.get(ref).version
    edit(bob, ref, notes="theirs")
    (id,) = ann.write([Edit(ref, {"notes": "first"}, read, merge=True)]).conflicts

    ann.take_back(TakingBack(ref=ref, revision=1))

    assert open_conflicts(ann) == []
    assert ann.conflict(id).outcome["notes"].how == "mine"


# --- a request ----------------------------------------------------------------------------------------------


def test_a_bulk_edit_is_taken_back_and_what_others_did_to_other_fields_stays(ann: Workspace, bob: Workspace) -> None:
    refs = [make_profile(ann, name) for name in "ABC"]
    request = ann.write([Edit(ref, {"notes": "bulk", "aliases": ["x"]}) for ref in refs]).request
    edit(bob, refs[1], name="Bert")

    taking = preview_and_take_back(bob, TakingBack(request=request))

    assert [fields_of(ann, ref)["notes"] for ref in refs] == ["", "", ""]
    assert fields_of(ann, refs[1])["name"] == "Bert"
    assert (taking.records, taking.summary) == (3, "updated 3 profiles")
    assert {tuple(one.overtaken) for one in taking.touched} == {()}
    # one request, which can be undone
    bob.undo()
    assert [fields_of(ann, ref)["notes"] for ref in refs] == ["bulk"] * 3


def test_a_field_that_someone_changed_later_is_merged(ann: Workspace, bob: Workspace) -> None:
    ref = make_document(ann, tags=["a"], text="one\ntwo\nthree\n")
    request = edit(ann, ref, tags=["a", "wrong"], text="one\nWRONG\nthree\n").request
    edit(bob, ref, tags=["a", "wrong", "b"], text="one\nWRONG\nthree\nfour\n")

    taking = preview_and_take_back(ann, TakingBack(request=request))

    assert set(fields_of(ann, ref)["tags"]) == {"a", "b"}
    assert fields_of(ann, ref)["text"] == "one\ntwo\nthree\nfour\n"
    assert [(one.overtaken, one.clashing) for one in taking.touched] == [(["tags", "text"], [])]
    assert ann.changes(ref=ref)[0].taken["tags"].how == "both"
    assert open_conflicts(ann) == []


def test_a_value_that_someone_typed_over_later_becomes_a_conflict(ann: Workspace, bob: Workspace) -> None:
    # given a bulk edit that Bob corrected in one record
    refs = [make_profile(ann, name, notes="old") for name in "ABC"]
    request = ann.write([Edit(ref, {"notes": "bulk"}) for ref in refs]).request
    edit(bob, refs[1], notes="by hand")

    # when it is taken back
    taking = preview_and_take_back(ann, TakingBack(request=request))

    # then Bob's value stands until somebody chooses
    assert [fields_of(ann, ref)["notes"] for ref in refs] == ["old", "by hand", "old"]
    (touched,) = [one for one in taking.touched if one.overtaken]
    assert (touched.ref, touched.overtaken, touched.clashing, touched.kept) == (refs[1], ["notes"], ["notes"], "")
    (row,) = open_conflicts(ann)
    assert taking.receipt is not None
    assert taking.receipt.conflicts == [row.id]
    (asked,) = ann.conflict(row.id).fields
    assert (asked.base, asked.mine, asked.theirs) == ("bulk", "old", "by hand")
    assert (row.mine.actor, row.theirs.actor) == ("ann", "bob")
    ann.write([Resolve(row.id, {"notes": "mine"})])
    assert fields_of(ann, refs[1])["notes"] == "old"


def test_no_stored_rule_overwrites_what_someone_typed_later(ann: Workspace, bob: Workspace) -> None:
    ann.write([Create("rule", {"name": "newest", "prefer": "newest"})])
    ref = make_profile(ann, notes="old")
    request = edit(ann, ref, notes="bulk").request
    edit(bob, ref, notes="by hand")

    ann.take_back(TakingBack(request=request))

    assert fields_of(ann, ref)["notes"] == "by hand"
    assert len(open_conflicts(ann)) == 1


def test_what_someone_wrote_between_two_changes_that_are_taken_back_comes_forth(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, notes="first", aliases=["a"])
    since = ann.get(ref).updated_at
    edit(ann, ref, aliases=["a", "x"])
    edit(bob, ref, aliases=["a", "x", "b"], notes="Bob's")
    edit(ann, ref, aliases=["a", "x", "b", "y"], notes="Ann's")

    preview_and_take_back(bob, TakingBack(actor="ann", since=since))

    assert set(fields_of(ann, ref)["aliases"]) == {"a", "b"}
    assert fields_of(ann, ref)["notes"] == "Bob's"
    assert open_conflicts(ann) == []


def test_a_window_does_not_end_before_it_begins(ann: Workspace, bob: Workspace) -> None:
    _, _, link = make_linked(ann)
    edit(ann, link, valid_from="2026-01-01", valid_until="2026-12-31")
    request = edit(ann, link, valid_from="2020-01-01", valid_until="2020-12-31").request
    edit(bob, link, valid_until="2021-12-31")

    preview_and_take_back(ann, TakingBack(request=request))

    fields = fields_of(ann, link)
    assert fields["valid_from"] <= fields["valid_until"]
    (row,) = open_conflicts(ann)
    assert row.fields == ["valid_from", "valid_until"]


# --- records that were made or deleted ------------------------------------------------------------------------


def test_what_a_request_made_goes_to_the_trash_links_first(ann: Workspace, bob: Workspace) -> None:
    make_type(ann)
    author = make_profile(ann, "Author")
    document = Ref("document", bytes(range(16)))
    request = ann.write([Create("document", {"title": "D"}, id=document.id), new_link(document, author)]).request

    taking = preview_and_take_back(bob, TakingBack(request=request))

    assert (taking.records, taking.summary) == (2, "unlinked 1 link, deleted 1 document")
    assert ann.get(document).deleted_at is not None
    assert ann.get(author).deleted_at is None
    assert (ann.stats().documents, ann.stats().links, ann.stats().trash) == (0, 0, 2)


def test_what_was_linked_since_by_others_stays_and_is_told(ann: Workspace, bob: Workspace) -> None:
    make_type(ann)
    made = ann.write([Create("profile", {"name": name}) for name in "ABC"])
    make_link(bob, make_document(bob), made.refs[1])

    taking = preview_and_take_back(ann, TakingBack(request=made.request))

    assert [ann.get(ref).deleted_at is None for ref in made.refs] == [False, True, False]
    assert (taking.records, taking.kept) == (2, 1)
    assert (taking.touched[0].ref, taking.touched[0].kept) == (
        made.refs[1],
        "it has been linked since (1 link); unlink it first",
    )


def test_whether_what_was_edited_since_by_others_stays_is_a_question(ann: Workspace, bob: Workspace) -> None:
    made = ann.write([Create("profile", {"name": name}) for name in "AB"])
    edit(bob, made.refs[0], notes="worked on")

    taking = preview_and_take_back(ann, TakingBack(request=made.request))

    assert [ann.get(ref).deleted_at is None for ref in made.refs] == [True, False]
    (row,) = open_conflicts(ann)
    assert (row.record, row.question, row.fields) == (made.refs[0], "deletion", [WHOLE])
    assert {tuple(one.overtaken) for one in taking.touched} == {("notes",), ()}
    ann.write([Resolve(row.id, {WHOLE: "mine"})])
    assert ann.get(made.refs[0]).deleted_at is not None


def test_what_a_request_deleted_comes_back_with_its_links(ann: Workspace, bob: Workspace) -> None:
    document, profile, link = make_linked(ann)
    request = ann.write([Delete(document), Delete(profile)]).request
    before = state(ann)

    taking = preview_and_take_back(bob, TakingBack(request=request))

    assert taking.records == 3
    assert all(ann.get(ref).deleted_at is None for ref in (document, profile, link))
    assert ann.stats().links_by_type == {"author": 1}
    bob.undo()
    assert state(ann) == before


def test_a_link_whose_other_end_was_deleted_later_stays_unlinked_and_is_told(ann: Workspace, bob: Workspace) -> None:
    document, profile, link = make_linked(ann)
    request = delete(ann, document).request
    delete(bob, profile)

    taking = preview_and_take_back(ann, TakingBack(request=request))

    assert ann.get(document).deleted_at is None
    assert ann.get(link).deleted_at is not None
    assert (taking.records, taking.kept) == (1, 1)
    assert taking.touched[0].kept == "its profile Ada Lovelace is in the trash; restore that first"


def test_what_others_deleted_later_stays_deleted(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "A", notes="old")
    request = edit(ann, ref, notes="bulk").request
    delete(bob, ref)

    ann.take_back(TakingBack(request=request))

    assert ann.get(ref).deleted_at is not None
    restore(bob, ref)
    assert fields_of(ann, ref)["notes"] == "old"


def test_a_type_that_a_request_made_stays_while_links_have_it(ann: Workspace, bob: Workspace) -> None:
    made = ann.write([Create("type", {"name": "author"})])
    make_link(bob, make_document(bob), make_profile(bob))

    taking = preview_and_take_back(ann, TakingBack(request=made.request))

    assert [(one.ref, one.kept) for one in taking.touched] == [
        (made.refs[0], 'links of the type "author" exist; unlink them first')
    ]


def test_settled_conflicts_are_open_again(ann: Workspace, bob: Workspace) -> None:
    refs = [make_profile(ann, name, notes="base") for name in "ABC"]
    for ref in refs:
        read = ann.get(ref).version
        edit(bob, ref, notes="theirs")
        ann.write([Edit(ref, {"notes": "mine"}, read, merge=True)])
    settled = ann.settle(Rule(prefer="mine")).receipt
    assert settled is not None
    assert open_conflicts(ann) == []

    preview_and_take_back(bob, TakingBack(request=settled.request))

    assert [fields_of(ann, ref)["notes"] for ref in refs] == ["theirs"] * 3
    assert len(open_conflicts(ann)) == ann.stats().conflicts == 3
    for row in open_conflicts(ann):
        (asked,) = ann.conflict(row.id).fields
        assert (asked.mine, asked.theirs) == ("mine", "theirs")


def test_a_question_that_a_conflict_takes_up_on_the_way_is_not_lost_with_it(ann: Workspace, bob: Workspace) -> None:
    # given a conflict of Ann's, and a name of hers that Bob typed over
    ref = make_profile(ann, "A", notes="base")
    first = ann.get(ref)
    edit(bob, ref, notes="theirs")
    ann.write([Edit(ref, {"notes": "mine"}, first.version, merge=True)])
    edit(ann, ref, name="Ann's")
    edit(bob, ref, name="Bob's")

    # when Ann takes back all she did since
    preview_and_take_back(ann, TakingBack(actor="ann", since=first.updated_at))

    # then which name counts is asked
    assert fields_of(ann, ref)["name"] == "Bob's"
    (row,) = open_conflicts(ann)
    asked = {one.field: (one.mine, one.theirs) for one in ann.conflict(row.id).fields}
    assert asked["name"] == ("A", "Bob's")


# --- an actor, and a way in ------------------------------------------------------------------------------------


def test_all_that_an_actor_did_since_an_instant(ann: Workspace, bob: Workspace) -> None:
    document, profile, link = make_linked(ann)
    edit(bob, document, title="Before")
    since = ann.get(document).updated_at
    before = state(ann)
    edit(bob, document, title="Bob's", tags=["b"])
    edit(bob, link, note="n")
    made = make_document(bob, "Made")
    make_link(bob, made, profile)
    delete(bob, document)
    edit(ann, profile, notes="Ann's")

    taking = preview_and_take_back(ann, TakingBack(actor="bob", since=since))

    after = state(ann)
    assert after[profile][1]["notes"] == "Ann's"
    assert {ref: after[ref] for ref in before if ref != profile} == {
        ref: value for ref, value in before.items() if ref != profile
    }
    assert not any(after[ref][0] for ref in after.keys() - before.keys())
    assert taking.records == 4
    assert ann.changes()[0].reason.startswith("took back what bob did since 20")


def test_all_that_came_in_by_one_way(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "A", notes="old")
    since = ann.get(ref).updated_at
    edit(bob, ref, notes="new")

    with pytest.raises(NotFound, match="nothing came in via import since 20"):
        ann.take_back(TakingBack(via="import", since=since))
    ann.take_back(TakingBack(via="terminal", since=since))

    assert fields_of(ann, ref)["notes"] == "old"


def test_of_one_record_only_what_one_actor_did(ann: Workspace, bob: Workspace) -> None:
    one, other = make_profile(ann, "A", notes="old"), make_profile(ann, "B", notes="old")
    since = ann.get(other).updated_at
    for ref in (one, other):
        edit(bob, ref, notes="Bob's", aliases=["b"])
    edit(ann, one, phones=["1"])

    preview_and_take_back(ann, TakingBack(ref=one, actor="bob", fields=("notes",), since=since))

    assert (fields_of(ann, one)["notes"], fields_of(ann, one)["aliases"]) == ("old", ["b"])
    assert fields_of(ann, one)["phones"] == [{"label": "", "value": "1"}]
    assert fields_of(ann, other)["notes"] == "Bob's"


def test_what_was_undone_or_taken_back_already_changes_nothing(ann: Workspace, bob: Workspace) -> None:
    ref = make_profile(ann, "A")
    since = ann.get(ref).updated_at
    request = edit(ann, ref, name="B").request
    ann.take_back(TakingBack(request=request))
    cursor = ann.cursor()

    for scope in (TakingBack(request=request), TakingBack(actor="ann", since=since)):
        taking = preview_and_take_back(ann, scope)
        assert (taking.touched, taking.records) == ([], 0)
        assert taking.receipt is not None
        assert taking.receipt.changes == 0

    assert ann.cursor() == cursor


def test_an_import_that_was_taken_back_does_not_stand_in_the_way_of_the_next(ann: Workspace) -> None:
    ref = ann.write([Create("profile", {"name": "A", "notes": "old"}, source="crm")]).refs[0]
    bad = ann.write([Edit(ref, {"notes": "bad", "aliases": ["x"]}, source="crm")]).request
    ann.take_back(TakingBack(request=bad))
    assert fields_of(ann, ref)["notes"] == "old"

    receipt = ann.write([Edit(ref, {"notes": "good", "aliases": ["y"]}, source="crm")])

    assert (fields_of(ann, ref)["notes"], fields_of(ann, ref)["aliases"]) == ("good", ["y"])
    assert receipt.conflicts == []


def test_a_bulk_of_thousands(ann: Workspace, bob: Workspace) -> None:
    refs = ann.write([Create("profile", {"name": f"P{number}", "notes": "old"}) for number in range(2_000)]).refs
    request = ann.write([Edit(ref, {"notes": "bulk"}) for ref in refs]).request
    bob.write([Edit(ref, {"notes": "by hand"}) for ref in refs[::200]])

    taking = ann.take_back(TakingBack(request=request))

    assert (taking.records, len(taking.touched)) == (2_000, 1_000)
    assert taking.summary == "updated 1,990 profiles, opened 10 conflicts"
    assert fields_of(ann, refs[1])["notes"] == "old"
    assert fields_of(ann, refs[200])["notes"] == "by hand"


# --- bad input -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "error", "sentence"),
    [
        ({}, Invalid, "say which request is to be taken back"),
        ({"since": 0}, Invalid, "say whose changes are to be taken back"),
        ({"ref": "A"}, Invalid, "or everything since when"),
        ({"actor": "ann"}, Invalid, "or everything since when"),
        ({"request": bytes(16)}, NotFound, "there is no such request"),
        ({"request": b"\xff" * 99}, NotFound, "there is no such request"),
        ({"actor": "eve", "since": 0}, NotFound, '"eve" never changed anything here; ann did'),
        ({"via": "fax", "since": 0}, Invalid, '"fax" is no way in; it is one of terminal, cli'),
        ({"ref": "A", "since": 10**12}, Invalid, "since: lies in the future"),
        ({"ref": "A", "since": -(10**9)}, NotFound, "A was made only on 20.*name a later time"),
        ({"ref": "A", "revision": 7}, NotFound, "A has no revision 7; name one from 1 to 2"),
        ({"ref": "A", "revision": 2}, NotFound, "A has not changed since rev 2"),
        ({"ref": "A", "since": 0}, NotFound, "A has not changed since rev 2"),
        ({"actor": "ann", "since": 0}, NotFound, "there is nothing to take back: ann did nothing since 20"),
        ({"ref": "A", "actor": "ann", "since": 0}, NotFound, "ann did nothing to A since 20"),
        ({"ref": "A", "revision": 1, "since": 0}, Invalid, "not for both"),
        ({"revision": 1, "actor": "ann"}, Invalid, "revision: "),
        ({"ref": "A", "revision": 1, "fields": ("colour",)}, Invalid, "colour: a profile has no such field"),
        ({"actor": "ann", "since": -1, "fields": ("colour",)}, Invalid, "colour: no kind of record has such a field"),
        ({"actor": "ann", "since": -1, "fields": ("profile",)}, Invalid, "profile: never changes"),
        ({"ref": "nobody", "since": 0}, NotFound, "there is no profile"),
        ({"ref": "A", "revision": 10**30}, Invalid, "out of range"),
    ],
)
def test_what_cannot_be_taken_back_is_refused_and_nothing_changes(
    workspace: Workspace, scope: dict[str, Any], error: type[RolodocError], sentence: str
) -> None:
    """`since` counts from the last change of A."""
    ref = make_profile(workspace, "A")
    edit(workspace, ref, notes="n")
    if "ref" in scope:
        scope = scope | {"ref": ref if scope["ref"] == "A" else Ref("profile", bytes(16))}
    if "since" in scope:
        scope = scope | {"since": workspace.get(ref).updated_at + scope["since"]}

    for dry_run in (True, False):
        with pytest.raises(error, match=sentence):
            workspace.take_back(TakingBack(**scope), dry_run=dry_run)

    assert workspace.cursor() == 2


def test_a_record_is_named_once_however_often_it_was_changed(workspace: Workspace) -> None:
    ref = make_profile(workspace, "A")
    since = workspace.get(ref).updated_at
    for name in "BCD":
        edit(workspace, ref, name=name)

    taking = preview_and_take_back(workspace, TakingBack(actor="ann", since=since))

    assert taking.touched == [Touched(ref, "D", "updated", ["name"])]


def test_a_merge_of_two_profiles_is_taken_back_and_later_work_stays(ann: Workspace, bob: Workspace) -> None:
    # given two profiles with a link each and one that both have, merged by Bob
    make_type(ann)
    documents = [make_document(ann, title) for title in "DEF"]
    into, other = make_profile(ann, "Ada", emails=["a@x.org"]), make_profile(ann, "A. Lovelace", phones=["1"])
    for document, profile in ((0, into), (1, other), (2, into), (2, other)):
        make_link(ann, documents[document], profile)
    before = state(ann)
    request = bob.write([MergeProfiles(into.id, other.id)]).request
    assert ann.stats().links == 3
    edit(ann, into, notes="later")

    # when it is taken back
    taking = preview_and_take_back(ann, TakingBack(request=request))

    # then both are there as before, and what was written since
    assert taking.kept == 0
    after = state(ann)
    assert {ref: after[ref] for ref in before if ref != into} == {ref: before[ref] for ref in before if ref != into}
    assert after[into][1] == before[into][1] | {"notes": "later"}
    assert not any(after[ref][0] for ref in after.keys() - before.keys())
    ann.undo()
    assert ann.stats().links == 3


@pytest.mark.parametrize("dry_run", [True, False])
def test_what_was_merged_into_another_is_not_set_back_by_itself(workspace: Workspace, dry_run: bool) -> None:
    """Its name and its link would be at both."""
    make_type(workspace)
    into, other = make_profile(workspace, "Ada"), make_profile(workspace, "A. Lovelace")
    link = make_link(workspace, make_document(workspace), other)
    request = workspace.write([MergeProfiles(into.id, other.id)]).request
    before, cursor = everything(workspace), workspace.cursor()

    for scope in (
        TakingBack(ref=other, revision=1),
        TakingBack(ref=other, request=request),
        TakingBack(ref=other, since=0, actor="ann"),
    ):
        with pytest.raises(Conflict, match=r"A\. Lovelace was merged into Ada; split that one to take it back"):
            workspace.take_back(scope, dry_run=dry_run)
    with pytest.raises(Conflict, match=r"Notes · author · A\. Lovelace stands as Notes · author · Ada now; split that"):
        workspace.take_back(TakingBack(ref=link, revision=1), dry_run=dry_run)

    assert (everything(workspace), workspace.cursor()) == (before, cursor)
    # and with its whole request it is
    assert workspace.take_back(TakingBack(request=request), dry_run=dry_run).kept == 0
