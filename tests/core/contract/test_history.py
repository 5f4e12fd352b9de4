"""A record as it was at any time, and who set each of its fields."""

from __future__ import annotations

import pytest

from core.errors import Invalid, NotFound
from core.merge_values import Taken
from core.values import Actor, Ref
from core.workspace import Workspace
from core.write_values import Create, Edit
from tests.core.contract.conftest import Place
from tests.core.making import delete, edit, fields_of, make_document, make_link, make_linked, make_profile, restore


def test_a_record_is_read_as_each_revision_was(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    ref = make_document(ann, "A", text="one", tags=["x"])
    read = [ann.get(ref)]
    edit(bob, ref, title="B", text="two")
    read.append(ann.get(ref))
    delete(ann, ref)
    read.append(ann.get(ref))
    restore(ann, ref)
    edit(ann, ref, tags=[], attributes={"a": {"b": 1}})

    assert [ann.get(ref, revision=number) for number in (1, 2, 3)] == read
    assert ann.get(ref, revision=2).updated_by == "bob"
    assert ann.get(ref, revision=5) == ann.get(ref)


def test_a_record_is_read_as_it_was_at_an_instant(workspace: Workspace) -> None:
    ref = make_profile(workspace, "A")
    first = workspace.get(ref)
    edit(workspace, ref, name="B")
    second = workspace.get(ref)

    assert workspace.get(ref, at=first.updated_at) == first
    assert workspace.get(ref, at=second.updated_at - 1) == first
    assert workspace.get(ref, at=second.updated_at) == second
    assert workspace.get(ref, at=second.updated_at + 10**15) == second


def test_a_link_as_it_was_names_its_ends_as_ever(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    edit(workspace, link, note="n", position=2)
    edit(workspace, link, position=None)
    delete(workspace, profile)

    as_it_was = workspace.get(link, revision=2)

    assert (as_it_was.fields["document"], as_it_was.fields["profile"]) == (document.id, profile.id)
    assert (as_it_was.fields["type"], as_it_was.fields["note"], as_it_was.fields["position"]) == ("author", "n", 2)
    assert as_it_was.deleted_at is None
    assert workspace.get(link, revision=4).deleted_at == workspace.get(link).deleted_at


# --- who set what -----------------------------------------------------------------------------------------


def test_blame_names_who_set_each_field_that_holds_something(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    ref = make_profile(ann, "Ada", notes="n", aliases=["A"])
    edit(bob, ref, notes="m", aliases=[])
    edit(ann, ref, phones=["1"])

    blame = ann.blame(ref)

    assert list(blame) == ["name", "kind", "phones", "notes", "created"]
    assert (blame["name"].actor.name, blame["name"].revision, blame["name"].seq) == ("ann", 1, 1)
    assert (blame["notes"].actor, blame["notes"].revision, blame["notes"].how) == (Actor("bob", "terminal"), 2, "")
    assert (blame["phones"].revision, blame["phones"].at) == (3, ann.get(ref).updated_at)


def test_blame_of_a_revived_link_is_by_what_its_log_says(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    edit(workspace, link, note="old")
    delete(workspace, link)
    make_link(workspace, document, profile, note="new")

    blame = workspace.blame(link)

    assert {"document", "profile", "type", "note"} <= blame.keys()
    assert (blame["note"].revision, blame["document"].revision) == (4, 1)


def test_history_and_blame_tell_how_a_merge_came_to_a_field_and_what_it_overruled(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    ann.write([Create("rule", {"name": "keep longest", "entity": "document", "field": "text", "prefer": "longest"})])
    ref = make_document(ann, "D", text="base", tags=["a"], category="c")
    read = ann.get(ref).version
    edit(bob, ref, text="theirs", tags=["a", "b"])

    ann.write([Edit(ref, {"text": "mine, longer", "tags": ["a", "c"]}, read, merge=True)])

    latest = ann.changes(ref=ref)[0]
    assert set(fields_of(ann, ref)["tags"]) == {"a", "b", "c"}
    assert latest.taken == {"tags": Taken("both"), "text": Taken("rule 1 (keep longest)", "theirs")}
    blame = ann.blame(ref)
    assert (blame["tags"].how, blame["text"].how, blame["category"].how) == ("both", "rule 1 (keep longest)", "")


def test_a_text_that_was_overruled_and_never_stood_in_the_record_is_in_its_history(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    ann.write([Create("rule", {"name": "theirs", "prefer": "theirs"})])
    ref = make_document(ann, "D", text="base")
    read = ann.get(ref).version
    edit(bob, ref, text="theirs")

    ann.write([Edit(ref, {"text": "typed by Ann"}, read, merge=True)])

    assert ann.changes(ref=ref)[0].taken["text"] == Taken("rule 1 (theirs)", "typed by Ann")
    assert ann.changes()[0].taken["text"].overruled == "typed by Ann"
    assert ann.blame(ref)["text"].actor.name == "bob"


# --- what there never was --------------------------------------------------------------------------------


@pytest.mark.parametrize("revision", [0, -1, 3, 10**9])
def test_a_revision_that_there_never_was(workspace: Workspace, revision: int) -> None:
    ref = make_profile(workspace, "Ada")
    edit(workspace, ref, notes="n")

    with pytest.raises(NotFound, match=rf"Ada has no revision {revision}; name one from 1 to 2"):
        workspace.get(ref, revision=revision)


def test_before_it_was_made_there_was_no_record(workspace: Workspace) -> None:
    ref = make_profile(workspace, "Ada", created="1815-12-10")
    made = workspace.get(ref).updated_at

    with pytest.raises(NotFound, match=r"Ada was made only on 20\d\d-\d\d-\d\dT.*; name a later time"):
        workspace.get(ref, at=made - 1)


def test_an_instant_and_a_revision_at_once_are_refused(workspace: Workspace) -> None:
    ref = make_profile(workspace)

    with pytest.raises(Invalid, match="not for both"):
        workspace.get(ref, at=1, revision=1)


def test_a_record_that_is_not_there_has_no_past(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="there is no profile"):
        workspace.get(Ref("profile", bytes(16)), revision=1)
    assert fields_of(workspace, make_profile(workspace, "B"))["name"] == "B"
