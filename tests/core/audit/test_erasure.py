"""A person is erased: what is known of them goes, what they were part of stays, and the audit still holds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from core.drafts import Draft, find_draft, save_draft
from core.errors import Conflict, Denied, NotFound, Timeout
from core.instants import now
from core.local import LocalWorkspace
from core.values import Actor, Query, Ref, id_text
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, MergeProfiles, Resolve, SplitProfile, TakingBack
from tests.core.access.people import People, contents_of, refusal
from tests.core.audit.raw import entries, kinds, raw
from tests.core.clashing import clash
from tests.core.following import following
from tests.core.making import delete, edit, fields_of, make_document, make_linked, make_profile, make_type, new_link
from tests.core.making import restore as bring_back
from tests.core.soundness import assert_sound

EMPTY = {"aliases": [], "emails": [], "phones": [], "attributes": {}, "notes": "", "distinct_from": []}


def tombstone(ref: Ref) -> str:
    return f"(erased) {ref.id.hex()[-8:]}"


# --- what goes and what stays -----------------------------------------------------------------------------------


def test_the_profile_stays_without_anything_personal(store_path: Path, workspace: Workspace) -> None:
    ada = make_profile(
        workspace,
        "Ada King",
        kind="person",
        emails=["ada@example.org"],
        attributes={"born": "1815"},
        notes="a countess",
    )
    edit(workspace, ada, name="Ada Lovelace", aliases=["Enchantress"])

    erasure = workspace.erase(ada.id, reason="she asked")

    assert (erasure.title, erasure.profile, erasure.dry_run) == ("Ada Lovelace", ada, False)
    assert erasure.removed == {"fields": 5, "changes": 2, "audit entries": 2}
    record = workspace.get(ada)
    assert (record.title, record.revision) == (tombstone(ada), 1)
    assert record.fields == EMPTY | {
        "name": tombstone(ada),
        "kind": "person",
        "created": record.created_at,
        "merged_into": "",
    }
    assert_sound(store_path)


def test_links_and_documents_keep_their_places_and_counts(store_path: Path, workspace: Workspace) -> None:
    document, ada, link = make_linked(workspace)
    edit(workspace, link, note="by hand")
    before = workspace.stats()

    workspace.erase(ada.id)

    after = workspace.stats()
    assert (after.profiles, after.documents, after.links_by_type) == (1, 1, before.links_by_type)
    (row,) = workspace.page(Query(entity="link", profile=ada.id)).rows
    assert row.id == link.id
    assert workspace.get(link).title == f"Notes · author · {tombstone(ada)}"
    assert fields_of(workspace, link)["note"] == "by hand"
    assert [row.label for row in workspace.page(Query(entity="profile")).rows] == [tombstone(ada)]
    assert [hit.row.label for hit in workspace.search(f"erased {ada.id.hex()[-8:]}")] == [tombstone(ada)]
    assert workspace.search("Lovelace") == []
    assert document in [Ref("document", row.id) for row in workspace.page(Query(entity="document")).rows]
    assert_sound(store_path)


def test_external_ids_words_of_sources_and_drafts_go(store_path: Path, workspace: Workspace) -> None:
    (ada,) = workspace.write([Create("profile", {"name": "Ada"}, ("list", "ada@example.org"), source="list")]).refs
    workspace.write([Edit(ada, {"notes": "anew"}, source="list")])
    save_draft(workspace, Draft(entity="profile", id=ada.id, fields={"notes": "typed"}, at=1))
    workspace.remember("session:terminal", {"screen": "profiles", "lists": {"profiles": {"filter": "ADA"}}})

    removed = workspace.erase(ada.id).removed

    assert removed["external ids"] == 1
    assert removed["words of sources"] == 2
    assert removed["drafts"] == 1
    assert workspace.find_external("profile", "list", ["ada@example.org"]) == {}
    assert workspace.said("profile", "list", [ada.id]) == {}
    assert find_draft(workspace, "profile", ada.id) is None
    assert workspace.recall("session") == {}
    assert_sound(store_path)


def test_who_was_merged_into_the_profile_is_erased_with_it(store_path: Path, workspace: Workspace) -> None:
    document, ada, _ = make_linked(workspace)
    one, two = make_profile(workspace, "Lady Byron"), make_profile(workspace, "A. King", notes="the same")
    workspace.write([MergeProfiles(one.id, two.id)])
    workspace.write([MergeProfiles(ada.id, one.id)])

    removed = workspace.erase(ada.id).removed

    assert removed["merged profiles"] == 2
    for ref in (one, two):
        record = workspace.get(ref)
        assert (record.title, record.revision) == (tombstone(ref), 2)
        assert record.deleted_at is not None
        assert {name: record.fields[name] for name in EMPTY} == EMPTY
    assert workspace.resolve(id_text(two.id)) == two
    assert workspace.stats().trash == 2
    assert len(workspace.page(Query(entity="link", document=document.id)).rows) == 1
    # and one that comes back by a split comes back empty
    workspace.write([SplitProfile(ada.id, [], other=one.id)])
    assert workspace.get(one).title == tombstone(one)
    assert workspace.get(one).deleted_at is None
    assert_sound(store_path)


def test_one_in_the_trash_is_erased_there(store_path: Path, workspace: Workspace) -> None:
    ada = make_profile(workspace, "Ada")
    delete(workspace, ada)

    workspace.erase(ada.id)

    assert (workspace.get(ada).title, workspace.stats().trash) == (tombstone(ada), 1)
    assert workspace.get(ada).deleted_at is not None
    bring_back(workspace, ada)
    assert workspace.stats().profiles == 1
    workspace.purge(now() + 1)
    assert_sound(store_path)


def test_settled_conflicts_about_it_go_too(store_path: Path, workspace: Workspace) -> None:
    ada = make_profile(workspace, "Ada", notes="first")
    conflict = clash(workspace, workspace, ada, {"notes": "mine"}, {"notes": "theirs"})
    workspace.write([Resolve(conflict, {"notes": "mine"})])

    assert workspace.erase(ada.id).removed["settled conflicts"] == 1

    with pytest.raises(NotFound):
        workspace.conflict(conflict)
    assert_sound(store_path)


def test_what_mentions_the_person_elsewhere_is_told_and_not_touched(workspace: Workspace) -> None:
    ada = make_profile(workspace, "Ada Lovelace", emails=["ada@example.org"])
    titles = ["Ada Lovelace writes", "Letter", "Notes", "Sketch"]
    fields = [{}, {"text": "to ada@example.org"}, {"tags": ["Ada Lovelace"]}, {"attributes": {"by": "Ada Lovelace"}}]
    workspace.write([Create("document", {"title": t} | f) for t, f in zip(titles, fields, strict=True)])
    make_document(workspace, "Adaptation of a lovelace")
    make_type(workspace)
    other = make_profile(workspace, "Charles", notes="wrote to Ada Lovelace")
    link = workspace.write([new_link(make_document(workspace, "D"), other, note="for Ada Lovelace")]).refs[0]
    workspace.write([Edit(other, {"phones": ["1"]})], reason="Ada Lovelace asked")
    save_draft(workspace, Draft(entity="document", fields={"title": "Ada Lovelace"}, at=1))

    left = workspace.erase(ada.id).left

    assert left == [
        "1 profile: Charles",
        "4 documents: Ada Lovelace writes, Letter, Notes, ...",
        "1 link: D · author · Charles",
        "5 changes in the history of other records",
        "1 request, in its reason or by who made it",
        "1 entry of the audit, which cannot be changed",
        "1 draft",
    ]
    assert fields_of(workspace, link)["note"] == "for Ada Lovelace"
    assert fields_of(workspace, other)["notes"] == "wrote to Ada Lovelace"


def test_a_preview_counts_the_same_and_leaves_no_trace(store_path: Path, workspace: LocalWorkspace) -> None:
    _, ada, _ = make_linked(workspace)
    other = make_profile(workspace, "A. Lovelace")
    workspace.write([MergeProfiles(ada.id, other.id)])
    before, told = contents_of(workspace), kinds(store_path)

    preview = workspace.erase(ada.id, dry_run=True)

    assert preview.dry_run
    assert contents_of(workspace) == before
    assert kinds(store_path) == told
    done = workspace.erase(ada.id)
    assert (done.title, done.removed, done.left) == (preview.title, preview.removed, preview.left)


# --- the past -----------------------------------------------------------------------------------------------------


def test_nobody_reads_what_it_was(workspace: Workspace) -> None:
    ada = make_profile(workspace, "Ada")
    then = workspace.get(ada)
    edit(workspace, ada, notes="later")

    workspace.erase(ada.id)

    for ask in (
        lambda: workspace.get(ada, at=then.updated_at),
        lambda: workspace.get(ada, revision=2),
        lambda: workspace.take_back(TakingBack(ref=ada, since=then.updated_at)),
    ):
        with pytest.raises(NotFound):
            ask()
    assert {change.type for change in workspace.changes(ref=ada)} == {"profile.created"}
    assert "Ada" not in str(workspace.changes(after=0))
    assert {blame.revision for blame in workspace.blame(ada).values()} == {1}


def test_what_was_done_to_it_before_cannot_be_undone(store_path: Path, workspace: Workspace) -> None:
    ada, document = make_profile(workspace, "Ada"), make_document(workspace)
    both = workspace.write([Edit(ada, {"notes": "n"}), Edit(document, {"title": "T"})])
    workspace.erase(ada.id)
    (created,) = workspace.changes(ref=ada)
    assert both.request is not None
    before = workspace.changes(limit=1)[0].seq

    with pytest.raises(Conflict, match=r"^a profile of that request was erased since, so nothing was undone; "):
        workspace.undo(both.request)
    with pytest.raises(Conflict, match=r"^what was erased is gone for good; an erasure cannot be undone$"):
        workspace.undo(created.request)

    assert workspace.changes(limit=1)[0].seq == before
    other = make_document(workspace, "Other")
    workspace.erase(make_profile(workspace, "Bob").id)
    assert workspace.undo().summary == "deleted 1 document"  # it passes over an erasure and what was erased
    assert workspace.get(other).deleted_at is not None
    assert_sound(store_path)


def test_a_form_that_was_open_cannot_write_it_back(workspace: Workspace) -> None:
    ada = make_profile(workspace, "Ada", notes="secret")
    read = workspace.get(ada).version

    workspace.erase(ada.id)

    with pytest.raises(NotFound, match="that version of the record is not in its history; read it again"):
        workspace.write([Edit(ada, {"notes": "secret, and more"}, read, merge=True)])
    with pytest.raises(Conflict, match="was changed by someone else meanwhile"):
        workspace.write([Edit(ada, {"notes": "secret, and more"}, read)])
    assert fields_of(workspace, ada)["notes"] == ""


def test_a_follower_hears_of_it(workspace: Workspace, store_path: Path) -> None:
    ada = make_profile(workspace, "Ada")

    with following(workspace, after=workspace.cursor()) as follower:
        workspace.erase(ada.id)
        purged, created = follower.wait_for(2)

    assert (purged.type, purged.title) == ("profile.purged", "(purged)")
    assert (created.type, created.ref, created.title) == ("profile.created", ada, tombstone(ada))


# --- the audit ------------------------------------------------------------------------------------------------------


def test_the_audit_tells_of_it_and_holds_and_says_nothing_of_before(store_path: Path, workspace: Workspace) -> None:
    ada = make_profile(workspace, "Ada")
    edit(workspace, ada, name="Ada Lovelace")
    with raw(store_path) as db:
        ((key,),) = db.execute("SELECT key FROM profile_key").fetchall()

    workspace.erase(ada.id, reason="she asked")

    erased, created, purged, updated, first = entries(workspace, record=ada)
    assert (erased.kind, erased.record, erased.reason) == ("profile.erased", ada, "she asked")
    assert (purged.kind, updated.kind, first.kind) == ("profile.purged", "profile.updated", "profile.created")
    assert created.after == {"name": tombstone(ada), "kind": "person", "created": workspace.get(ada).created_at}
    assert [(one.before, one.after) for one in (purged, updated, first)] == [(None, None)] * 3
    with raw(store_path) as db:
        assert db.execute("SELECT count(*) FROM profile_key WHERE key = ?", (key,)).fetchall() == [(0,)]
        assert "Ada" not in str(db.execute("SELECT body FROM audit").fetchall())
    assert workspace.verify_audit().bad is None


def test_a_checkpoint_of_before_still_holds(workspace: Workspace) -> None:
    ada = make_profile(workspace, "Ada")
    checkpoint = workspace.checkpoint_audit()

    workspace.erase(ada.id)

    assert workspace.verify_audit([checkpoint]).bad is None


# --- what is refused ------------------------------------------------------------------------------------------------


def test_what_is_erased_already_is_said_to_be(workspace: LocalWorkspace) -> None:
    ada = make_profile(workspace, "Ada")
    workspace.erase(ada.id)

    error = refusal(workspace, lambda: workspace.erase(ada.id))

    assert (type(error), str(error)) == (Conflict, f"{tombstone(ada)} is erased already")


def test_one_that_was_written_to_since_can_be_erased_again(store_path: Path, workspace: Workspace) -> None:
    ada = make_profile(workspace, "Ada")
    workspace.erase(ada.id)
    edit(workspace, ada, notes="who this was: Ada")
    edit(workspace, ada, notes="")

    assert workspace.erase(ada.id).removed == {"fields": 1, "changes": 3, "audit entries": 6}

    assert "who this was" not in str(workspace.changes(after=0))
    assert_sound(store_path)


def test_one_that_was_merged_away_is_erased_with_the_other(workspace: LocalWorkspace) -> None:
    ada, other = make_profile(workspace, "Ada"), make_profile(workspace, "A. King")
    workspace.write([MergeProfiles(ada.id, other.id)])

    error = refusal(workspace, lambda: workspace.erase(other.id))

    assert (type(error), str(error)) == (Conflict, "A. King was merged into Ada; erase that one")


def test_an_open_conflict_is_settled_first(workspace: LocalWorkspace) -> None:
    ada = make_profile(workspace, "Ada", notes="first")
    clash(workspace, workspace, ada, {"notes": "mine"}, {"notes": "theirs"})

    error = refusal(workspace, lambda: workspace.erase(ada.id))

    assert str(error) == "Ada has an open conflict about notes; settle it first (rolodoc conflicts list)"


def test_an_account_that_is_tied_to_it_is_untied_first(office: People) -> None:
    ada, other = make_profile(office.owner, "Ada"), make_profile(office.owner, "A. King")
    office.account("ann", tied_to=id_text(other.id))
    office.owner.write([MergeProfiles(ada.id, other.id)])

    error = refusal(office.owner, lambda: office.owner.erase(ada.id))

    assert (type(error), str(error)) == (Conflict, "the account ann is tied to Ada; untie or delete it first")
    office.owner.write([Edit(office.accounts["ann"], {"tied_to": ""})])
    assert office.owner.erase(ada.id).title == "Ada"


def test_a_profile_that_there_is_not(workspace: LocalWorkspace) -> None:
    document = make_document(workspace)

    for id in (bytes(16), document.id):
        error = refusal(workspace, lambda id=id: workspace.erase(id))
        assert str(error) == f"there is no profile {id_text(id)}"


# --- who may --------------------------------------------------------------------------------------------------------


def test_it_takes_the_right_to_administer_the_profile_and_all_profiles(office: People) -> None:
    ada = make_profile(office.owner, "Ada Lovelace")
    ann = office.account("ann")
    steps = [(NotFound, "there is no profile"), (Denied, "ann may not administer Ada Lovelace")]
    for action, (kind, sentence) in zip((None, "share"), steps, strict=True):
        if action:
            office.grant("ann", action, ada)
        error = refusal(office.owner, lambda: ann.erase(ada.id))
        assert isinstance(error, kind)
        assert str(error).startswith(sentence)
    office.grant("ann", "administer", ada)
    error = refusal(office.owner, lambda: ann.erase(ada.id))
    assert str(error) == "ann may not erase a person for good; that needs administer on profiles"

    office.grant("ann", "administer", "profiles")
    assert ann.erase(ada.id).title == "Ada Lovelace"

    office.close()
    assert_sound(office.path)


def test_what_mentions_the_person_is_told_as_far_as_it_may_be_seen(office: People) -> None:
    ada = make_profile(office.owner, "Ada Lovelace")
    seen = make_document(office.owner, "About Ada Lovelace")
    make_document(office.owner, "Hidden", text="Ada Lovelace")
    withheld = make_document(office.owner, "Withheld", text="Ada Lovelace", confidential="yes")
    ann = office.account("ann")
    office.grant("ann", "administer", "profiles")
    for document in (seen, withheld):
        office.grant("ann", "see", document)

    assert ann.erase(ada.id, dry_run=True).left == ["1 document: About Ada Lovelace"]


# --- the file -------------------------------------------------------------------------------------------------------


@contextmanager
def a_reader(path: Path) -> Iterator[None]:
    """Another program that holds the state of now."""
    with raw(path) as db:
        db.execute("BEGIN")
        db.execute("SELECT count(*) FROM profile").fetchone()
        yield
        db.execute("ROLLBACK")


def test_while_another_program_reads_it_is_said_to_be_unfinished_and_the_next_call_finishes(
    store_path: Path, workspace: LocalWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = make_profile(workspace, "Zebraquux")
    other = make_profile(workspace, "Ada")
    monkeypatch.setattr("core.erasure.PATIENCE", 0.2)  # seconds

    with a_reader(store_path), pytest.raises(Timeout, match=r"is erased, but .* erase it again to finish") as refused:
        workspace.erase(ada.id)

    assert "Zebraquux" not in str(refused.value)
    assert workspace.get(ada).title == tombstone(ada)
    assert b"zebraquux" in files_of(store_path)
    assert workspace.erase(ada.id, dry_run=True).removed == {}
    assert workspace.erase(ada.id).removed == {}
    assert b"zebraquux" not in files_of(store_path)
    with pytest.raises(Conflict, match="is erased already"):
        workspace.erase(ada.id)
    assert workspace.get(other).title == "Ada"
    assert_sound(store_path)


def files_of(store: Path) -> bytes:
    return b"".join(path.read_bytes() for path in store.parent.glob(f"{store.name}*") if path.is_file()).lower()


def test_others_go_on_reading_and_writing_while_the_file_is_written_anew(
    store_path: Path, workspace: LocalWorkspace
) -> None:
    refs = [make_profile(workspace, f"Person {number}") for number in range(20)]
    with closing(LocalWorkspace(store_path, Actor("bob"))) as bob:
        for ref in refs[:5]:
            workspace.erase(ref.id)
            assert len(bob.page(Query(entity="profile")).rows) == 20
            edit(bob, refs[10], notes=str(ref))
        bob.write([Delete(refs[11])])
    assert_sound(store_path)


def test_two_that_are_erased_are_not_taken_for_one(workspace: Workspace) -> None:
    for name in ("Ada", "Bob", "Cid", "Dora"):
        workspace.erase(make_profile(workspace, name).id)

    assert workspace.candidates() == []
