"""A record as it was at any time, and who set each of its fields."""

from __future__ import annotations

import pytest

from core.errors import Invalid, NotFound
from core.values import Ref
from core.workspace import Workspace
from tests.core.contract.conftest import Place
from tests.core.making import delete, edit, fields_of, make_document, make_linked, make_profile, restore


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
