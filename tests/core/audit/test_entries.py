"""Each change has its entry, in the transaction of the change: who, via what, from where, which record, and why."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from core.access_values import AuditQuery
from core.errors import Stale
from core.instants import now
from core.local import LocalWorkspace
from core.rules import Rule
from core.values import Actor, Ref, id_text
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, MergeProfiles, TakingBack
from tests.core.access.people import People, grant_to
from tests.core.audit.raw import bodies, entries, kinds, raw
from tests.core.clashing import clash
from tests.core.making import delete, edit, make_document, make_linked, make_profile, make_type, new_link, restore
from tests.core.soundness import assert_sound


def test_a_change_is_told_with_who_when_how_and_why(store_path: Path, workspace: Workspace) -> None:
    document = make_document(workspace, "Report")

    receipt = workspace.write([Edit(document, {"title": "Annual report", "tags": ["a"]})], reason="the board asked")

    entry = entries(workspace)[0]
    (change, _) = workspace.changes(ref=document)
    assert entry.seq == 2
    assert (entry.actor, entry.at) == (Actor("tester", "terminal"), change.at)
    assert (entry.kind, entry.record, entry.title) == ("document.updated", document, "Annual report")
    assert entry.request == receipt.request
    assert entry.before == {"title": "Report", "tags": []}
    assert entry.after == {"title": "Annual report", "tags": ["a"]}
    assert (entry.decision, entry.reason, entry.detail) == ("allowed", "the board asked", "tags, title")
    assert_sound(store_path)


def test_the_address_that_a_request_came_from_is_told(store_path: Path, workspace: Workspace) -> None:
    far = LocalWorkspace(store_path, Actor("tester", "api", "192.0.2.7"))

    make_document(far, "Report")

    assert entries(workspace)[0].actor == Actor("tester", "api", "192.0.2.7")
    far.close()


def test_every_kind_of_write_is_told_once_for_each_change(store_path: Path, workspace: Workspace) -> None:
    start = now()
    document, profile, link = make_linked(workspace)
    other = make_profile(workspace, "A. Lovelace")
    edit(workspace, link, note="first")
    delete(workspace, document)
    restore(workspace, document)
    workspace.write([MergeProfiles(profile.id, other.id)])
    workspace.undo()
    workspace.redo()
    workspace.write([Create("rule", {"name": "newest", "prefer": "newest"})])
    workspace.take_back(TakingBack(actor="tester", since=start))

    changes = workspace.changes(after=0)

    assert [f"{change.ref.entity}.{change.kind}" for change in changes] == [
        kind for kind in kinds(store_path) if kind != "audit.key"
    ]
    assert [entry.request for entry in reversed(entries(workspace))] == [change.request for change in changes]
    assert_sound(store_path)


def test_a_settled_conflict_is_told(store_path: Path, workspace: Workspace) -> None:
    document = make_document(workspace, "Report")
    clash(workspace, workspace, document, {"title": "Mine"}, {"title": "Theirs"})

    workspace.settle(Rule(prefer="mine"))

    assert kinds(store_path)[-2:] == ["document.updated", "conflict.deleted"]
    assert_sound(store_path)


@pytest.mark.parametrize("count", [31, 32, 20_050])
def test_links_made_at_once_are_told_one_by_one(store_path: Path, workspace: Workspace, count: int) -> None:
    """Few go one by one, many by the hot path of imports, those over a batch in several."""
    make_type(workspace)
    profile = make_profile(workspace)
    documents = workspace.write([Create("document", {"title": f"D{n}"}) for n in range(count)]).refs

    receipt = workspace.write([new_link(document, profile) for document in documents], reason="all of them")

    told = [body for body in bodies(store_path) if body["kind"] == "link.created"]
    assert [body["record"] for body in told] == [f"link:{ref.id.hex()}" for ref in in_order(workspace, receipt.refs)]
    assert {(body["request"], body["reason"]) for body in told} == {(receipt.request.hex(), "all of them")}
    assert_sound(store_path)


def in_order(workspace: Workspace, refs: list[Ref]) -> list[Ref]:
    """As the change log has them."""
    wanted = set(refs)
    return [change.ref for change in workspace.changes(entity="link", after=0, limit=100_000) if change.ref in wanted]


def test_a_long_reason_stands_once(store_path: Path, workspace: Workspace) -> None:
    writes = [Create("document", {"title": f"D{n}"}) for n in range(3)]

    workspace.write(writes, reason="x" * 9_000)

    assert [len(body["reason"]) for body in bodies(store_path)] == [9_000, 500, 500]


def test_what_is_not_done_is_not_told(store_path: Path, workspace: Workspace) -> None:
    document = make_document(workspace, "Report")
    delete(workspace, make_document(workspace, "Old"))
    told = kinds(store_path)

    with pytest.raises(Stale):
        workspace.write([Edit(document, {"title": "A"}), Edit(document, {"title": "B"}, version=7)])
    workspace.write([Edit(document, {"title": "Report"})])
    workspace.purge(now(), dry_run=True)
    workspace.take_back(TakingBack(actor="tester", since=0), dry_run=True)

    assert kinds(store_path) == told
    assert_sound(store_path)


def test_an_administrator_s_changes_stand_in_the_open_without_notes(store_path: Path, office: People) -> None:
    bob = office.account("bob").actor
    document = make_document(office.owner, "Report")

    office.grant("bob", "see", document, note="for Mr Smith")

    body = bodies(office.path)[-1]
    assert bob.name == "bob"
    assert body["kind"] == "grant.created"
    assert body["after"].keys() >= {"action", "subject", "subject_kind", "target", "target_kind"}
    assert body["after"]["target"] == id_text(document.id)
    assert "Smith" not in str(bodies(office.path))
    assert entries(office.owner)[0].after["note"] == "for Mr Smith"  # as long as the change log has it
    assert_sound(office.path)


def test_a_preview_of_access_is_not_told(office: People) -> None:
    office.account("bob")
    document = make_document(office.owner, "Report")
    told = kinds(office.path)

    office.owner.preview_access([grant_to(office.accounts["bob"], "see", document)])

    assert kinds(office.path) == told


# --- values --------------------------------------------------------------------------------------------------


def test_no_entry_holds_a_value_of_a_record_for_all_to_read(store_path: Path, workspace: Workspace) -> None:
    make_type(workspace, "author-of-note")
    profile = make_profile(workspace, "Ada Lovelace", notes="likes numbers")
    document = make_document(
        workspace, "Analytical engine", text="a long text", attributes={"shelf": "behind the stove"}
    )
    workspace.write([new_link(document, profile, "author-of-note", title="Translator", note="with notes")])
    delete(workspace, profile)

    with raw(store_path) as db:
        told = str(db.execute("SELECT body FROM audit").fetchall())

    for value in ("Ada", "Lovelace", "numbers", "Analytical", "long text", "stove", "Translator", "with notes"):
        assert value not in told
    assert entries(workspace)[0].title == "Ada Lovelace"


def test_what_a_profile_was_can_be_read_as_long_as_its_key_is_there(store_path: Path, workspace: Workspace) -> None:
    profile = make_profile(workspace, "Ada King", notes="a countess")
    edit(workspace, profile, name="Ada Lovelace")
    workspace.close()
    with raw(store_path) as db:
        db.execute("DELETE FROM change")  # as when the change log was pruned
    again = LocalWorkspace(store_path, Actor("tester"))

    updated, created = entries(again, record=profile)

    assert (updated.before, updated.after) == ({"name": "Ada King"}, {"name": "Ada Lovelace"})
    assert created.after == {"name": "Ada King", "kind": "person", "notes": "a countess", "created": created.at}

    with again.store.write() as db:
        db.execute("DELETE FROM profile_key")

    assert [(entry.before, entry.after) for entry in entries(again, record=profile)] == [(None, None), (None, None)]
    again.close()


def test_each_profile_has_a_key_of_its_own(store_path: Path, workspace: Workspace) -> None:
    workspace.write([Create("profile", {"name": "Ada"}), Create("profile", {"name": "Bob"})])
    edit(workspace, make_profile(workspace, "Cid"), notes="new")

    with raw(store_path) as db:
        keys = db.execute("SELECT key FROM profile_key").fetchall()

    assert len(set(keys)) == 3
    assert {len(key) for (key,) in keys} == {32}


def test_a_purge_leaves_entries_that_say_nothing_and_a_chain_that_holds(store_path: Path, workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    kept = make_document(workspace, "Kept")
    digest, _ = workspace.store_content(io.BytesIO(b"bytes"))
    edit(workspace, document, contents=[{"name": "a", "media_type": "", "bytes": 5, "sha256": digest}])
    for ref in (document, profile):
        delete(workspace, ref)
    count = len(bodies(store_path))

    workspace.purge(now() + 1)

    gone = {ref.id.hex() for ref in (document, profile, link)}
    with raw(store_path) as db:
        salts = db.execute("SELECT substr(record, -32), kind, salt FROM audit WHERE record IS NOT NULL").fetchall()
        assert db.execute("SELECT count(*) FROM profile_key").fetchall() == [(0,)]
    assert len([body for body in bodies(store_path) if "change" in body]) == count + 3
    assert all((salt is None) == (record in gone) for record, _, salt in salts)
    assert [(one.title, one.before, one.after) for one in entries(workspace, record=document)] == [("", None, None)] * 4
    assert entries(workspace, record=kept)[0].after is not None
    assert workspace.verify_audit().bad is None
    assert any("purged or erased" in remark for remark in workspace.verify_audit().remarks)
    assert_sound(store_path)


def test_whoever_gets_the_local_id_of_what_was_purged_gets_a_new_key(store_path: Path, workspace: Workspace) -> None:
    delete(workspace, make_profile(workspace, "Ada"))
    with raw(store_path) as db:
        before = db.execute("SELECT profile_id, key FROM profile_key").fetchall()
    workspace.purge(now() + 1)

    make_profile(workspace, "Bob")

    with raw(store_path) as db:
        after = db.execute("SELECT profile_id, key FROM profile_key").fetchall()
    assert [id for id, _ in before] == [id for id, _ in after]
    assert before != after
    assert_sound(store_path)


# --- the terminal's start --------------------------------------------------------------------------------------


def test_only_who_writes_profiles_needs_ciphers(launch: Any, store_path: Path, workspace: Workspace) -> None:
    """In a process of its own, since this one has them."""
    import subprocess
    import sys

    program = (
        "import sys; from core.workspace import open_workspace; from core.values import Actor, Query;"
        "from core.write_values import Create; w = open_workspace(sys.argv[1], Actor('tester'));"
        "w.page(Query(entity='profile')); w.write([Create('document', {'title': 'D'})]);"
        "assert not [name for name in sys.modules if name.startswith(('cryptography', 'argon2'))];"
        "w.write([Create('profile', {'name': 'Ada'})]);"
        "assert 'cryptography' in sys.modules"
    )

    subprocess.run([sys.executable, "-c", program, str(store_path)], check=True)


def test_an_audit_query_is_not_told(store_path: Path, workspace: Workspace) -> None:
    make_document(workspace)
    told = kinds(store_path)

    workspace.audit(AuditQuery())
    workspace.verify_audit()

    assert kinds(store_path) == told


def test_deleting_with_links_tells_of_the_links_too(store_path: Path, workspace: Workspace) -> None:
    document, _, link = make_linked(workspace)

    workspace.write([Delete(document)])

    assert {(entry.kind, entry.record) for entry in entries(workspace)[:2]} == {
        ("document.deleted", document),
        ("link.deleted", link),
    }
