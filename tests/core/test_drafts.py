"""Drafts: what was typed and not saved is there again, in this place alone."""

from __future__ import annotations

from core.drafts import Draft, drop_draft, find_draft, list_drafts, save_draft
from core.values import Actor
from core.workspace import Workspace, open_workspace
from tests.core.making import make_linked, make_profile


def test_a_draft_is_there_in_the_next_session(workspace: Workspace, store_path) -> None:
    ref = make_profile(workspace)
    read = workspace.get(ref)
    draft = Draft(
        entity="profile",
        id=ref.id,
        fields={"name": "Ada King", "emails": [{"label": "", "value": "ada@example.org"}]},
        base={"name": read.title, "emails": []},
        base_version=read.version,
        at=5,
    )
    save_draft(workspace, draft)
    workspace.close()

    later = open_workspace(str(store_path), Actor("tester"))

    assert find_draft(later, "profile", ref.id) == draft
    assert list_drafts(later) == [draft]
    assert draft.ref == ref
    later.close()


def test_the_ends_of_a_link_stay_ids(workspace: Workspace) -> None:
    document, profile, _ = make_linked(workspace)
    draft = Draft(entity="link", fields={"document": document.id, "profile": profile.id, "type": "author"}, at=1)

    save_draft(workspace, draft)

    assert find_draft(workspace, "link") == draft
    assert draft.ref is None


def test_a_later_draft_of_a_record_replaces_the_earlier(workspace: Workspace) -> None:
    ref = make_profile(workspace)
    save_draft(workspace, Draft(entity="profile", id=ref.id, fields={"notes": "a"}, at=1))
    save_draft(workspace, Draft(entity="profile", id=ref.id, fields={"notes": "b"}, at=2))
    save_draft(workspace, Draft(entity="profile", fields={"name": "New"}, at=3))

    assert [draft.fields for draft in list_drafts(workspace)] == [{"name": "New"}, {"notes": "b"}]


def test_a_dropped_draft_is_gone(workspace: Workspace) -> None:
    draft = Draft(entity="profile", fields={"name": "New"}, at=1)
    save_draft(workspace, draft)

    drop_draft(workspace, draft)

    assert find_draft(workspace, "profile") is None
    assert list_drafts(workspace) == []
