"""Deleting for good what has been in the trash long enough."""

from __future__ import annotations

import io
from typing import Any

import pytest

from core.drafts import Draft, find_draft, save_draft
from core.errors import Conflict, Invalid, NotFound
from core.instants import now
from core.merge_values import WHOLE
from core.values import Query
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, MergeProfiles, Resolve, TakingBack
from tests.core.contract.conftest import Place
from tests.core.following import following
from tests.core.making import (
    delete,
    edit,
    fields_of,
    make_document,
    make_link,
    make_linked,
    make_profile,
    restore,
)

LATER = 10**9  # microseconds


@pytest.fixture
def ann(place: Place) -> Workspace:
    return place.open("ann")


@pytest.fixture
def bob(place: Place) -> Workspace:
    return place.open("bob")


def purge_all(workspace: Workspace) -> dict[str, int]:
    """Everything in the trash goes; the preview must have told so and changed nothing."""
    before, cursor, stats = now() + LATER, workspace.cursor(), workspace.stats()
    preview = workspace.purge(before, dry_run=True)
    assert (workspace.cursor(), workspace.stats()) == (cursor, stats)
    counts = workspace.purge(before)
    assert counts == preview
    return counts


def content(workspace: Workspace, data: bytes) -> dict[str, Any]:
    sha256, size = workspace.store_content(io.BytesIO(data))
    return {"name": "a.txt", "media_type": "text/plain", "bytes": size, "sha256": sha256}


def test_what_is_in_the_trash_goes_for_good_and_what_lives_stays(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    lives = make_profile(workspace, "Lives")
    delete(workspace, profile)
    assert workspace.stats().trash == 2

    counts = purge_all(workspace)

    assert counts == {"profile": 1, "link": 1}
    for ref in (profile, link):
        with pytest.raises(NotFound, match="there is no"):
            workspace.get(ref)
    assert workspace.stats().trash == 0
    assert (workspace.stats().profiles, workspace.stats().documents) == (1, 1)
    assert workspace.get(document).title == "Notes"
    assert workspace.get(lives).title == "Lives"
    assert workspace.page(Query(entity="profile", trash=True)).rows == []


def test_only_what_went_to_the_trash_before_the_instant(workspace: Workspace) -> None:
    old, young = make_profile(workspace, "Old"), make_profile(workspace, "Young")
    delete(workspace, old)
    delete(workspace, young)
    deleted_at = workspace.get(young).deleted_at
    assert deleted_at is not None

    assert workspace.purge(0) == {}
    assert workspace.purge(deleted_at) == {"profile": 1}

    assert workspace.get(young).deleted_at == deleted_at
    with pytest.raises(NotFound):
        workspace.get(old)


def test_links_to_what_goes_go_too_however_young(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    delete(workspace, document)
    cut = now() + 1
    # a link of the document that is still in the trash with it, revived and unlinked later
    restore(workspace, document)
    delete(workspace, document)
    assert workspace.purge(cut) == {}

    assert workspace.purge(now() + LATER) == {"document": 1, "link": 1}

    assert workspace.get(profile).deleted_at is None
    with pytest.raises(NotFound):
        workspace.get(link)


def test_the_log_keeps_its_numbers_and_loses_the_content(place: Place, ann: Workspace, bob: Workspace) -> None:
    # given a document with a history, and one beside it
    kept = make_document(ann, "Kept", text="kept text")
    gone = make_document(ann, "Secret title", text="secret text", attributes={"a": "secret value"})
    edit(bob, gone, title="Other secret", text="")
    delete(ann, gone)
    before = ann.changes(after=0)

    purge_all(bob)

    # then the log has as many entries and one more, which say that something was, and nothing of what
    log = ann.changes(after=0)
    assert [(one.seq, one.kind, one.revision, one.version, one.actor, one.at) for one in before] == [
        (one.seq, one.kind, one.revision, one.version, one.actor, one.at) for one in log[:-1]
    ]
    assert (log[-1].type, log[-1].revision, log[-1].actor.name) == ("document.purged", 4, "bob")
    assert {(one.title, str(one.before), str(one.after)) for one in log[1:]} == {("(purged)", "{}", "{}")}
    assert ann.changes(ref=kept)[0].after["text"] == "kept text"
    assert fields_of(ann, kept)["text"] == "kept text"
    assert ann.search("secret") == []


def test_a_follower_hears_of_a_purge(ann: Workspace, bob: Workspace) -> None:
    delete(ann, make_profile(ann))

    with following(bob) as follower:
        ann.purge(now() + LATER)
        (change,) = follower.wait_for(1)

    assert (change.type, change.title, change.actor.name) == ("profile.purged", "(purged)", "ann")


def test_a_new_record_does_not_take_up_the_history_of_a_purged_one(workspace: Workspace) -> None:
    delete(workspace, make_profile(workspace, "First"))
    purge_all(workspace)

    second = make_profile(workspace, "Second")
    edit(workspace, second, notes="n")

    assert [change.title for change in workspace.changes(ref=second)] == ["Second"] * 2
    assert [change.title for change in workspace.changes(after=0, limit=3)] == ["(purged)"] * 3
    assert workspace.get(second, revision=1).title == "Second"
    assert workspace.blame(second)["name"].seq == 4
    # and so on, with the second under the same number
    delete(workspace, second)
    purge_all(workspace)
    make_profile(workspace, "Third")
    assert len(workspace.changes(after=0)) == 8


def test_a_text_goes_with_the_last_that_names_it(workspace: Workspace) -> None:
    shared = make_document(workspace, "Lives", text="shared")
    edit(workspace, shared, text="new")
    for text in ("shared", "alone"):
        delete(workspace, make_document(workspace, "Goes", text=text))

    purge_all(workspace)

    assert workspace.get(shared, revision=1).fields["text"] == "shared"
    workspace.undo(workspace.changes(ref=shared)[0].request)
    assert fields_of(workspace, shared)["text"] == "shared"


def test_contents_go_with_the_last_document_that_names_them(workspace: Workspace) -> None:
    alone, shared, earlier = (content(workspace, data) for data in (b"alone", b"shared", b"earlier"))
    lives = make_document(workspace, "Lives", contents=[earlier])
    edit(workspace, lives, contents=[shared])
    delete(workspace, make_document(workspace, "Goes", contents=[alone, shared, earlier]))

    assert purge_all(workspace) == {"document": 1, "content": 1}

    for kept in (shared, earlier):  # of one the history can be gone back to
        workspace.open_content(kept["sha256"]).close()
    with pytest.raises(NotFound):
        workspace.open_content(alone["sha256"])


def test_a_content_in_the_trash_or_in_a_draft_stays(workspace: Workspace) -> None:
    trashed, drafted = content(workspace, b"trashed"), content(workspace, b"drafted")
    goes = make_document(workspace, "Goes", contents=[trashed, drafted])
    delete(workspace, goes)
    cut = now() + 1
    save_draft(workspace, Draft(entity="document", fields={"title": "D", "contents": [drafted]}, at=1))
    stays = make_document(workspace, "Stays", contents=[trashed])
    delete(workspace, stays)

    assert workspace.purge(cut) == {"document": 1}

    for kept in (trashed, drafted):
        workspace.open_content(kept["sha256"]).close()


def test_a_content_that_was_stored_anew_since_stays_for_who_is_about_to_name_it(workspace: Workspace) -> None:
    page = content(workspace, b"page")
    delete(workspace, make_document(workspace, contents=[page]))
    again = content(workspace, b"page")

    assert workspace.purge(now() + LATER) == {"document": 1}

    make_document(workspace, "Again", contents=[again])
    workspace.open_content(again["sha256"]).close()


def test_drafts_external_ids_and_what_a_source_said_go_too(workspace: Workspace) -> None:
    create = Create("profile", {"name": "Ada", "notes": "n"}, ("crm", "p-1"), source="crm")
    ref = workspace.write([create]).refs[0]
    save_draft(workspace, Draft(entity="profile", id=ref.id, fields={"name": "typed"}, base={"name": "Ada"}, at=1))
    workspace.remember("screen", "people")
    delete(workspace, ref)

    purge_all(workspace)

    assert find_draft(workspace, "profile", ref.id) is None
    assert workspace.recall("") == {"screen": "people"}
    assert workspace.find_external("profile", "crm", ["p-1"]) == {}
    again = workspace.write([create]).refs[0]
    assert workspace.said("profile", "crm", [again.id]) == {again.id: {"name": "Ada", "notes": "n"}}


def test_types_and_rules_in_the_trash_go(workspace: Workspace) -> None:
    _, _, link = make_linked(workspace)
    type = workspace.resolve("author", "type")
    rule = workspace.write([Create("rule", {"name": "r", "prefer": "newest"})]).refs[0]
    workspace.write([Delete(link), Delete(type), Delete(rule)])

    assert purge_all(workspace) == {"link": 1, "type": 1, "rule": 1}

    assert workspace.types() == []
    # and the name is free again
    assert workspace.write([Create("type", {"name": "author"})]).changes == 1


# --- conflicts, and what was merged ---------------------------------------------------------------------------


def test_conflicts_that_are_settled_go_with_time_and_with_their_record(ann: Workspace, bob: Workspace) -> None:
    refs = [make_profile(ann, name, notes="base") for name in "AB"]
    ids = []
    for ref in refs:
        read = ann.get(ref).version
        edit(bob, ref, notes="theirs")
        ids += ann.write([Edit(ref, {"notes": "mine"}, read, merge=True)]).conflicts
        edit(bob, ref, notes="mine")
    cut = now() + 1
    delete(ann, refs[0])

    assert ann.purge(cut) == {"conflict": 2}

    with pytest.raises(NotFound, match="no such conflict"):
        ann.conflict(ids[1])
    assert fields_of(ann, refs[1])["notes"] == "mine"
    assert purge_all(ann) == {"profile": 1}


def test_what_an_open_conflict_asks_about_stays_until_it_is_settled(ann: Workspace, bob: Workspace) -> None:
    document, _, link = make_linked(ann)
    read = ann.get(link).version
    delete(bob, document)
    (id,) = ann.write([Edit(link, {"note": "important"}, read, merge=True)]).conflicts

    assert purge_all(ann) == {}
    assert ann.conflict(id).question == "dangling"

    ann.write([Resolve(id, {WHOLE: "theirs"})])
    assert purge_all(ann) == {"document": 1, "link": 1, "conflict": 1}


def test_what_was_merged_into_a_profile_stays_as_long_as_that_one_and_goes_with_it(workspace: Workspace) -> None:
    into = make_profile(workspace, "Ada")
    other = workspace.write([Create("profile", {"name": "A. Lovelace"}, ("crm", "p-2"))]).refs[0]
    workspace.write([MergeProfiles(into.id, other.id)])

    assert purge_all(workspace) == {}
    assert workspace.find_external("profile", "crm", ["p-2"])["p-2"].ref == into, "no import makes it anew"

    delete(workspace, into)
    assert purge_all(workspace) == {"profile": 2}
    assert workspace.find_external("profile", "crm", ["p-2"]) == {}


# --- what cannot be done with what is gone --------------------------------------------------------------------


def test_what_took_a_purged_profile_to_the_trash_cannot_be_undone_change_by_change(workspace: Workspace) -> None:
    _, profile, link = make_linked(workspace)
    changes = workspace.changes(request=delete(workspace, profile).request)
    assert {change.ref for change in changes} == {profile, link}
    purge_all(workspace)

    for change in changes:
        with pytest.raises(Conflict, match="of that request was purged since, so nothing was undone"):
            workspace.undo(seq=change.seq)


def test_a_purge_cannot_be_undone_and_undo_passes_over_it(workspace: Workspace) -> None:
    kept, gone = make_profile(workspace, "Kept"), make_profile(workspace, "Gone")
    edit(workspace, kept, notes="n")
    both = workspace.write([Edit(kept, {"name": "K"}), Delete(gone)]).request
    purge_all(workspace)
    (purged,) = workspace.changes(limit=1)

    for ask in (lambda: workspace.undo(purged.request), lambda: workspace.undo(seq=purged.seq)):
        with pytest.raises(Conflict, match="a purge cannot be undone"):
            ask()
    with pytest.raises(Conflict, match="a profile of that request was purged since, so nothing was undone"):
        workspace.undo(both)
    assert workspace.get(kept).title == "K"

    workspace.undo()
    assert (workspace.get(kept).title, fields_of(workspace, kept)["notes"]) == ("K", "")


def test_taking_back_tells_of_what_was_purged_and_does_the_rest(workspace: Workspace) -> None:
    refs = [make_profile(workspace, name) for name in "AB"]
    request = workspace.write([Edit(ref, {"notes": "bulk"}) for ref in refs]).request
    delete(workspace, refs[0])
    purge_all(workspace)

    taking = workspace.take_back(TakingBack(request=request))

    assert fields_of(workspace, refs[1])["notes"] == ""
    assert (taking.records, taking.kept) == (1, 1)
    assert (taking.touched[0].title, taking.touched[0].kept) == ("(purged)", "it was purged, so it cannot come back")
    for scope in (TakingBack(ref=refs[0], revision=1), TakingBack(ref=refs[0], since=0)):
        with pytest.raises(NotFound, match="there is no profile"):
            workspace.take_back(scope)


def test_a_purged_record_has_no_past(workspace: Workspace) -> None:
    ref = make_profile(workspace)
    delete(workspace, ref)
    purge_all(workspace)

    for ask in (lambda: workspace.get(ref, revision=1), lambda: workspace.blame(ref), lambda: restore(workspace, ref)):
        with pytest.raises(NotFound, match="there is no profile"):
            ask()
    assert workspace.changes(ref=ref) == []


@pytest.mark.parametrize("before", [10**30, -(10**30), 2**62])
def test_an_instant_that_there_is_not(workspace: Workspace, before: int) -> None:
    with pytest.raises(Invalid, match="out of range"):
        workspace.purge(before)


def test_thousands_with_links_at_once(workspace: Workspace) -> None:
    document, _, _ = make_linked(workspace)
    refs = workspace.write([Create("profile", {"name": f"P{number}"}) for number in range(2_000)]).refs
    for ref in refs[:50]:
        make_link(workspace, document, ref)
    workspace.write([Delete(ref) for ref in refs])

    assert workspace.purge(now() + LATER) == {"profile": 2_000, "link": 50}

    assert (workspace.stats().trash, workspace.stats().links) == (0, 1)
