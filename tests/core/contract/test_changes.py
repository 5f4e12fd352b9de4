"""The change log: what it says, and how it is followed."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import RolodocError
from core.values import Query, Ref
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Restore
from tests.core.contract.conftest import Place
from tests.core.following import following
from tests.core.making import (
    delete,
    edit,
    make_document,
    make_link,
    make_linked,
    make_profile,
    make_type,
    restore,
)


def test_the_log_tells_what_changed_who_and_why(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    ref = make_profile(ann, "Ada", kind="person", emails=["a@b.c"])

    receipt = bob.write([Edit(ref, {"name": "Augusta", "kind": "person", "notes": "n"})], reason="maiden name")

    newest, oldest = ann.changes()
    created = ann.get(ref).created_at
    assert (oldest.type, oldest.ref, oldest.title) == ("profile.created", ref, "Augusta")
    assert (oldest.seq, oldest.revision, oldest.actor.name, oldest.actor.via) == (1, 1, "ann", "terminal")
    assert oldest.before == {}
    assert oldest.after == {
        "name": "Ada",
        "kind": "person",
        "emails": [{"label": "", "value": "a@b.c"}],
        "created": created,
    }
    assert (newest.type, newest.seq, newest.revision, newest.actor.name) == ("profile.updated", 2, 2, "bob")
    assert (newest.before, newest.after) == ({"name": "Ada", "notes": ""}, {"name": "Augusta", "notes": "n"})
    assert (newest.request, newest.reason, newest.reverts, newest.size) == (receipt.request, "maiden name", None, 1)
    assert newest.version == ann.get(ref).version
    assert newest.at == ann.get(ref).updated_at
    assert ann.get(ref).updated_by == "bob"


def test_the_log_of_a_link_names_its_ends(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    edit(workspace, link, note="n")

    updated, created = workspace.changes(ref=link)

    assert created.title == "Notes · author · Ada Lovelace"
    assert created.after | {"document": document.id, "profile": profile.id, "type": "author"} == created.after
    assert (updated.before, updated.after) == ({"note": ""}, {"note": "n"})


def test_deletions_and_restorations_are_logged(workspace: Workspace) -> None:
    document, _, link = make_linked(workspace)
    before = workspace.cursor()

    delete(workspace, document)
    restore(workspace, document)

    log = workspace.changes(after=before)
    assert [(change.type, change.ref) for change in log] == [
        ("link.deleted", link),
        ("document.deleted", document),
        ("document.restored", document),
        ("link.restored", link),
    ]
    assert [change.revision for change in log] == [2, 2, 3, 3]
    assert log[0].request == log[1].request != log[2].request == log[3].request


def test_the_history_of_a_text_is_kept_whole(workspace: Workspace) -> None:
    first, second = "one " * 5_000, "two " * 5_000
    ref = make_document(workspace, text=first)
    edit(workspace, ref, text=second)
    edit(workspace, ref, text="")

    history = workspace.changes(ref=ref)

    assert [change.before.get("text") for change in history] == [second, first, None]
    assert [change.after.get("text") for change in history] == ["", second, first]


def test_the_log_of_everything_shows_the_beginning_of_a_text(workspace: Workspace) -> None:
    text = "one " * 5_000
    make_document(workspace, text=text)

    (change,) = workspace.changes()

    assert text.startswith(change.after["text"])
    assert 100 <= len(change.after["text"]) < len(text)


def test_parts_of_the_log(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    document, profile, link = make_linked(ann)  # 1 type, 2 document, 3 profile, 4 link
    request = edit(bob, document, title="B").request  # 5
    edit(ann, document, title="C")  # 6

    def seqs(**parts: Any) -> list[int]:
        return [change.seq for change in ann.changes(**parts)]

    assert seqs() == [6, 5, 4, 3, 2, 1]
    assert seqs(limit=2) == [6, 5]
    assert seqs(before=5) == [4, 3, 2, 1]
    assert seqs(after=0) == [1, 2, 3, 4, 5, 6]
    assert seqs(after=2, before=6, limit=2) == [3, 4]
    assert seqs(after=6) == []
    assert seqs(ref=document) == [6, 5, 2]
    assert seqs(ref=document, after=2) == [5, 6]
    assert seqs(ref=profile) == [3]
    assert seqs(ref=Ref("profile", bytes(16))) == []
    assert seqs(request=request) == [5]
    assert seqs(request=bytes(16)) == []
    assert seqs(actor="bob") == [5]
    assert seqs(actor="nobody") == []
    assert seqs(entity="document") == [6, 5, 2]
    assert seqs(entity="link") == [4]
    assert seqs(entity="document", actor="ann") == [6, 2]
    assert link.entity == "link"


def test_the_log_has_no_gap_after_writes_that_were_refused(workspace: Workspace) -> None:
    document, _, _ = make_linked(workspace)
    refused = [
        [Create("document", {"title": "A"}), Edit(document, {"title": ""})],
        [Create("profile", {"name": f"P{n}"}) for n in range(50)] + [Create("profile", {})],
    ]
    for writes in refused:
        with pytest.raises(RolodocError):
            workspace.write(writes)
        make_document(workspace)

    assert [change.seq for change in workspace.changes(after=0)] == list(range(1, workspace.cursor() + 1))
    assert workspace.cursor() == 6


def test_a_log_is_read_on_page_by_page(workspace: Workspace) -> None:
    workspace.write([Create("profile", {"name": f"P{n}"}) for n in range(450)])

    pages, seq = [], 0
    while page := workspace.changes(after=seq):
        pages.append([change.seq for change in page])
        seq = page[-1].seq

    assert [len(page) for page in pages] == [200, 200, 50]
    assert [seq for page in pages for seq in page] == list(range(1, 451))


# --- following ---------------------------------------------------------------------------------------


def test_a_follower_gets_what_others_write_from_now_on(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    make_profile(ann, "Earlier")

    with following(ann) as follower:
        ref = make_profile(bob, "Ada")
        (first,) = follower.wait_for(1)
        edit(bob, ref, notes="more")
        (second,) = follower.wait_for(1)

    assert (first.type, first.title, first.actor.name, first.seq) == ("profile.created", "Ada", "bob", 2)
    assert (second.type, second.after) == ("profile.updated", {"notes": "more"})


def test_a_follower_also_gets_what_its_own_workspace_writes(workspace: Workspace) -> None:
    with following(workspace) as follower:
        ref = make_profile(workspace, "Ada")
        assert [change.ref for change in follower.wait_for(1)] == [ref]


def test_a_follower_may_start_from_a_place_in_the_log(workspace: Workspace) -> None:
    refs = [make_profile(workspace, name) for name in "ABC"]

    with following(workspace, after=1) as follower:
        assert [change.ref for change in follower.wait_for(2)] == refs[1:]


def test_a_follower_gets_every_change_of_a_large_request_in_order(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")

    with following(ann) as follower:
        bob.write([Create("profile", {"name": f"P{n}"}) for n in range(2_500)])
        arrived = follower.wait_for(2_500)

    assert [change.seq for change in arrived] == list(range(1, 2_501))


def test_every_follower_gets_everything(place: Place) -> None:
    ann, bob, eve = place.open("ann"), place.open("bob"), place.open("eve")

    with following(ann) as first, following(ann) as second, following(bob) as third:
        document, profile, link = make_linked(eve)
        seen = [[change.ref for change in follower.wait_for(4)][1:] for follower in (first, second, third)]

    assert seen == [[document, profile, link]] * 3


def test_what_another_workspace_wrote_is_there_to_read(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    make_type(ann)
    document, profile = make_document(ann), make_profile(bob)

    link = make_link(bob, document, profile)

    assert ann.get(link).updated_by == "bob"
    assert [row.id for row in ann.page(Query(entity="link")).rows] == [link.id]
    assert ann.stats().links == 1
    ann.write([Delete(link)])
    assert bob.get(link).deleted_at is not None
    bob.write([Restore(link)])
    assert ann.get(link).deleted_at is None
