"""Undo and redo: from the log, as new changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from core.errors import Conflict, NotFound
from core.values import Query, Ref
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Receipt, Restore, Write
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


def visible(workspace: Workspace) -> dict[Ref, dict[str, Any]]:
    """Everything that lives, with its fields."""
    refs = [
        Ref(entity, row.id)
        for entity in ("profile", "document", "link", "type")
        for row in workspace.page(Query(entity=entity), limit=10_000).rows
    ]
    return {ref: fields_of(workspace, ref) for ref in refs}


class Scene(NamedTuple):
    """A document, its author and the link between them."""

    workspace: Workspace
    document: Ref
    profile: Ref
    link: Ref

    def write(self, *writes: Write) -> Receipt:
        return self.workspace.write(writes)


NEW = Ref("profile", bytes(range(16)))
NEW_PROFILE = Create("profile", {"name": "A"}, id=NEW.id)
NEW_DOCUMENT = Create("document", {"title": "New", "tags": ["a"], "text": "t"}, id=NEW.id)
FULL_EDIT = {"title": "New", "text": "new", "tags": ["x"], "attributes": {"a": {"b": [1]}}}
ACTS: dict[str, Callable[[Scene], Receipt]] = {
    "create": lambda scene: scene.write(NEW_DOCUMENT),
    "edit": lambda scene: scene.write(Edit(scene.document, FULL_EDIT)),
    "edit a link": lambda scene: scene.write(Edit(scene.link, {"note": "n", "position": 3, "tags": ["t"]})),
    "rename a type": lambda scene: scene.write(Edit(scene.workspace.resolve("author", "type"), {"name": "writer"})),
    "delete": lambda scene: scene.write(Delete(scene.link)),
    "delete with links": lambda scene: scene.write(Delete(scene.profile)),
    "delete both ends": lambda scene: scene.write(Delete(scene.document), Delete(scene.profile)),
    "create and link": lambda scene: scene.write(NEW_DOCUMENT, new_link(Ref("document", NEW.id), scene.profile)),
    "edit twice": lambda scene: scene.write(*(Edit(scene.document, {"title": title}) for title in "BC")),
    "create and edit": lambda scene: scene.write(NEW_PROFILE, Edit(NEW, {"name": "B"})),
    "edit and delete": lambda scene: scene.write(Edit(scene.profile, {"name": "B"}), Delete(scene.profile)),
    "delete and restore": lambda scene: scene.write(Delete(scene.profile), Restore(scene.profile)),
    "unlink and link anew": lambda scene: scene.write(
        Delete(scene.link), new_link(scene.document, scene.profile, note="again")
    ),
    "create and delete": lambda scene: scene.write(NEW_PROFILE, Delete(NEW)),
}


@pytest.mark.parametrize("act", ACTS)
def test_undo_gives_the_state_before_and_redo_the_state_after(workspace: Workspace, act: str) -> None:
    document, profile, link = make_linked(workspace)
    edit(workspace, document, text="old", tags=["o"], description="d")
    before, totals = visible(workspace), workspace.stats().links_by_type

    request = ACTS[act](Scene(workspace, document, profile, link)).request
    after = visible(workspace)

    assert workspace.undo().request is not None
    assert visible(workspace) == before
    assert workspace.stats().links_by_type == totals
    workspace.redo()
    assert visible(workspace) == after
    workspace.undo()
    assert visible(workspace) == before
    assert {change.request for change in workspace.changes(limit=1_000)} >= {request}


def test_undo_of_a_restoration(workspace: Workspace) -> None:
    _, profile, _ = make_linked(workspace)
    delete(workspace, profile)
    before = visible(workspace)
    restore(workspace, profile)

    workspace.undo()

    assert visible(workspace) == before


def test_undo_of_a_revived_link_also_undoes_its_new_fields(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    edit(workspace, link, note="old", position=1)
    delete(workspace, link)
    make_link(workspace, document, profile, note="new")

    workspace.undo()
    assert workspace.get(link).deleted_at is not None
    workspace.redo()
    assert fields_of(workspace, link)["note"] == "new"
    workspace.undo()
    workspace.undo()

    assert workspace.get(link).deleted_at is None
    assert (fields_of(workspace, link)["note"], fields_of(workspace, link)["position"]) == ("old", 1)


def test_undo_and_redo_step_by_step(workspace: Workspace) -> None:
    ref = make_document(workspace, "A")
    for title in "BCD":
        edit(workspace, ref, title=title)

    def title() -> str:
        return str(fields_of(workspace, ref)["title"])

    assert [workspace.undo() and title() for _ in range(3)] == ["C", "B", "A"]
    assert [workspace.redo() and title() for _ in range(2)] == ["B", "C"]
    assert workspace.undo()
    assert title() == "B"
    edit(workspace, ref, title="E")
    with pytest.raises(NotFound, match="nothing to redo"):
        workspace.redo()
    assert [workspace.undo() and title() for _ in range(3)] == ["B", "A", "A"]
    assert workspace.get(ref).deleted_at is not None
    with pytest.raises(NotFound, match="nothing to undo"):
        workspace.undo()


def test_undo_adds_to_the_log_and_takes_nothing_out_of_it(workspace: Workspace) -> None:
    ref = make_profile(workspace, "A")
    request = edit(workspace, ref, name="B").request
    versions = {change.version for change in workspace.changes()}

    receipt = workspace.undo()

    newest = workspace.changes()[0]
    assert receipt.changes == 1
    assert receipt.summary == "updated 1 profile"
    assert (newest.seq, newest.type, newest.revision) == (3, "profile.updated", 3)
    assert (newest.before, newest.after) == ({"name": "B"}, {"name": "A"})
    assert (newest.request, newest.reverts) == (receipt.request, request)
    assert newest.version not in versions, "the state is the old one, the version is not"


def test_undo_takes_back_the_actors_own_latest(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    first, second = make_profile(ann, "Of Ann"), make_profile(bob, "Of Bob")

    ann.undo()

    assert bob.get(first).deleted_at is not None
    assert bob.get(second).deleted_at is None
    with pytest.raises(NotFound):
        ann.undo()
    with pytest.raises(NotFound):
        bob.redo()


def test_a_request_of_anyone_can_be_undone_by_its_id(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    ref = make_profile(ann, "A")
    request = edit(ann, ref, name="B").request

    bob.undo(request)

    assert ann.get(ref).title == "A"
    with pytest.raises(Conflict, match="bob has undone that already"):
        ann.undo(request)
    bob.undo(bob.changes()[0].request)
    assert ann.get(ref).title == "B"


def test_an_earlier_request_can_be_undone_where_nothing_later_touched_it(workspace: Workspace) -> None:
    ref = make_profile(workspace, "A", notes="n")
    request = edit(workspace, ref, name="B").request
    edit(workspace, ref, notes="m")

    workspace.undo(request)

    assert (fields_of(workspace, ref)["name"], fields_of(workspace, ref)["notes"]) == ("A", "m")


def test_what_is_not_there_cannot_be_undone(workspace: Workspace) -> None:
    for ask in (
        workspace.undo,
        workspace.redo,
        lambda: workspace.undo(bytes(16)),
        lambda: workspace.undo(seq=1),
        lambda: workspace.undo(seq=-1),
    ):
        with pytest.raises(NotFound):
            ask()


# --- refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("later", [lambda ref: Edit(ref, {"title": "Later"}), Delete])
def test_an_undo_that_would_overwrite_a_later_edit_does_nothing(place: Place, later: Callable[[Ref], Write]) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    document, profile, link = make_linked(ann)
    # given a request over several records, one of which someone else changed later
    request = ann.write(
        [Edit(document, {"title": "B"}), Edit(profile, {"name": "B"}), Edit(link, {"note": "B"})]
    ).request
    bob.write([later(document)])
    before, cursor = visible(ann), ann.cursor()
    # then the undo says who and what
    with pytest.raises(
        Conflict, match=r"bob changed .* later, 20.*; an undo would overwrite that, so nothing was undone"
    ):
        ann.undo(request)
    # and nothing of it happened
    assert (visible(ann), ann.cursor()) == (before, cursor)


def test_a_creation_is_not_undone_when_the_record_was_edited_later(workspace: Workspace) -> None:
    receipt = workspace.write([Create("profile", {"name": "A"}, id=bytes(range(16)))])
    edit(workspace, receipt.refs[0], notes="worked on")

    with pytest.raises(Conflict, match="ann changed A later"):
        workspace.undo(receipt.request)

    assert workspace.get(receipt.refs[0]).deleted_at is None


def test_a_creation_with_an_edit_is_not_undone_when_another_field_was_edited_later(workspace: Workspace) -> None:
    ref = Ref("profile", bytes(range(16)))
    request = workspace.write([Create("profile", {"name": "A"}, id=ref.id), Edit(ref, {"name": "B"})]).request
    edit(workspace, ref, notes="worked on")

    with pytest.raises(Conflict, match=r"ann changed . later"):
        workspace.undo(request)

    assert (fields_of(workspace, ref)["name"], fields_of(workspace, ref)["notes"]) == ("B", "worked on")


def test_a_creation_is_not_undone_when_the_record_was_linked_since(workspace: Workspace) -> None:
    make_type(workspace)
    document = make_document(workspace)
    receipt = workspace.write([Create("profile", {"name": "A"})])
    make_link(workspace, document, receipt.refs[0])

    with pytest.raises(Conflict, match="A has been linked since"):
        workspace.undo(receipt.request)

    assert workspace.stats().links == 1


def test_a_deletion_is_not_undone_when_the_record_was_restored_and_edited(workspace: Workspace) -> None:
    ref = make_profile(workspace, "A")
    request = delete(workspace, ref).request
    restore(workspace, ref)
    edit(workspace, ref, name="B")

    with pytest.raises(Conflict, match="changed B later"):
        workspace.undo(request)

    assert workspace.get(ref).title == "B"


def test_an_unlinking_is_not_undone_while_an_end_is_in_the_trash(workspace: Workspace) -> None:
    _, profile, link = make_linked(workspace)
    request = delete(workspace, link).request
    delete(workspace, profile)

    with pytest.raises(Conflict, match="is in the trash; restore that first"):
        workspace.undo(request)

    assert workspace.get(link).deleted_at is not None


def test_an_undo_is_not_redone_over_a_later_edit(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    ref = make_profile(ann, "A")
    edit(ann, ref, name="B")
    ann.undo()
    edit(bob, ref, name="C")

    with pytest.raises(Conflict, match=r"bob changed C \(name\) later"):
        ann.redo()

    assert ann.get(ref).title == "C"


def test_a_later_edit_of_a_type_of_value_alone_is_not_overwritten(workspace: Workspace) -> None:
    ref = make_profile(workspace)
    request = edit(workspace, ref, attributes={"active": 1}).request
    edit(workspace, ref, attributes={"active": True})

    with pytest.raises(Conflict, match="later"):
        workspace.undo(request)


# --- one change of several -----------------------------------------------------------------------------


def test_one_change_of_a_request_is_undone_by_itself(workspace: Workspace) -> None:
    refs = [make_profile(workspace, name) for name in "ABC"]
    request = workspace.write([Edit(ref, {"notes": "bulk"}) for ref in refs]).request
    second = workspace.changes(request=request)[1]

    receipt = workspace.undo(seq=second.seq)

    assert receipt.changes == 1
    assert [fields_of(workspace, ref)["notes"] for ref in refs] == ["bulk", "", "bulk"]
    # and that can be undone
    workspace.undo()
    assert [fields_of(workspace, ref)["notes"] for ref in refs] == ["bulk", "bulk", "bulk"]
    workspace.redo()
    assert [fields_of(workspace, ref)["notes"] for ref in refs] == ["bulk", "", "bulk"]


def test_the_only_change_of_a_request_is_the_request(workspace: Workspace) -> None:
    ref = make_profile(workspace, "A")
    request = edit(workspace, ref, name="B").request

    workspace.undo(seq=2)

    assert workspace.changes()[0].reverts == request
    with pytest.raises(Conflict, match="undone that already"):
        workspace.undo(request)


def test_one_change_is_not_undone_over_a_later_edit(workspace: Workspace) -> None:
    refs = [make_profile(workspace, name) for name in "AB"]
    request = workspace.write([Edit(ref, {"notes": "bulk"}) for ref in refs]).request
    edit(workspace, refs[0], notes="later")

    with pytest.raises(Conflict, match="later"):
        workspace.undo(seq=workspace.changes(request=request)[1].seq)

    workspace.undo(seq=workspace.changes(request=request)[0].seq)
    assert [fields_of(workspace, ref)["notes"] for ref in refs] == ["later", ""]


def test_a_bulk_of_links_is_one_undo(workspace: Workspace) -> None:
    make_type(workspace)
    author = make_profile(workspace)
    documents = workspace.write([Create("document", {"title": f"D{n}"}) for n in range(100)]).refs
    workspace.write([new_link(document, author) for document in documents])
    after = visible(workspace)

    receipt = workspace.undo()

    assert (receipt.changes, receipt.summary) == (100, "unlinked 100 links")
    assert workspace.stats().links == 0
    workspace.redo()
    assert visible(workspace) == after
