"""What people may follows what is done to grants, links, types and records, at once and whichever way it is done."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from core.acl_sql import APPLY, DIFFERENCES, ORDER, PAIRS, PASSING_TABLES, REMOVE, SIGHT
from core.errors import Conflict, Denied, Invalid, NotFound
from core.fields import ACTIONS
from core.instants import now
from core.local import LocalWorkspace
from core.values import Query, Ref, id_text
from core.write_values import Create, Delete, Edit, MergeProfiles, SplitProfile, TakingBack
from tests.core.access.people import People, grant_to, hours_from_now, people, refusal
from tests.core.making import (
    delete,
    edit,
    made,
    make_document,
    make_link,
    make_profile,
    make_type,
    new_link,
    restore,
)
from tests.core.soundness import assert_sound

SEE = ("see",)
EDIT = ("see", "edit")
MANY = 100  # enough for the fast path of links
LATER = 10**9  # microseconds


@pytest.fixture
def office(empty_store: Path, store_path: Path) -> Iterator[People]:
    with people(empty_store, store_path) as office:
        make_type(office.owner, grants="see")
        yield office
    assert_sound(store_path)


@pytest.fixture
def owner(office: People) -> LocalWorkspace:
    return office.owner


@pytest.fixture
def ann_herself(owner: LocalWorkspace) -> Ref:
    """The profile that Ann is tied to."""
    return make_profile(owner, "Ann")


@pytest.fixture
def ann(office: People, ann_herself: Ref) -> LocalWorkspace:
    """Somebody who may nothing but what the test gives."""
    return office.account("ann", tied_to=id_text(ann_herself.id))


def may(workspace: LocalWorkspace, ref: Ref) -> tuple[str, ...]:
    """Nothing where it is as if the record was not there."""
    try:
        return workspace.may(ref)
    except NotFound:
        return ()


def titles(workspace: LocalWorkspace, entity: Any = "document", **query: Any) -> list[str]:
    return [row.label for row in workspace.page(Query(entity=entity, **query)).rows]


# --- links ------------------------------------------------------------------------------------------------------


def test_a_link_opens_its_document_and_the_other_profiles_of_it(
    owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    document, other = make_document(owner), make_profile(owner, "Other")
    make_link(owner, document, other)
    assert (may(ann, document), may(ann, other)) == ((), ())

    link = make_link(owner, document, ann_herself)

    assert (may(ann, document), may(ann, other), may(ann, ann_herself)) == (SEE, SEE, SEE)
    delete(owner, link)
    assert (may(ann, document), may(ann, other), may(ann, ann_herself)) == ((), (), ())
    restore(owner, link)
    assert (may(ann, document), may(ann, other)) == (SEE, SEE)


def test_a_profile_is_open_as_long_as_one_open_document_is_linked_to_it(
    owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    one, two, other = make_document(owner, "One"), make_document(owner, "Two"), make_profile(owner, "Other")
    make_type(owner, "mentions")
    links = [make_link(owner, document, other, "mentions") for document in (one, two)]
    for document in (one, two):
        make_link(owner, document, ann_herself)

    delete(owner, links[0])
    assert may(ann, other) == SEE
    delete(owner, links[1])
    assert may(ann, other) == ()


def test_two_links_that_say_the_same_are_two_reasons(
    owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    document = make_document(owner)
    make_type(owner, "reader", grants="see")
    links = [make_link(owner, document, ann_herself, type) for type in ("author", "reader")]

    delete(owner, links[0])
    assert may(ann, document) == SEE
    delete(owner, links[1])
    assert may(ann, document) == ()


def test_a_link_opens_while_it_is_valid(owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref) -> None:
    document = make_document(owner)
    link = make_link(owner, document, ann_herself, valid_until=hours_from_now(-1))
    assert may(ann, document) == ()

    edit(owner, link, valid_until=hours_from_now(1))
    assert may(ann, document) == SEE
    edit(owner, link, valid_from=hours_from_now(0.5))
    assert may(ann, document) == ()
    edit(owner, link, valid_from=-1, valid_until=None)
    assert may(ann, document) == SEE


def test_many_links_at_once_open_each_document(owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref) -> None:
    documents = owner.write([Create("document", {"title": f"D{number:03}"}) for number in range(MANY)]).refs

    owner.write([new_link(document, ann_herself) for document in documents])

    assert titles(ann) == [f"D{number:03}" for number in range(MANY)]
    owner.undo()
    assert titles(ann) == []
    owner.redo()
    assert len(titles(ann)) == MANY


def test_links_that_move_with_their_profile_open_to_whom_they_come(
    office: People, owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    document, double, other = make_document(owner), make_profile(owner, "Anne"), make_profile(owner, "Other")
    link = make_link(owner, document, double)
    make_link(owner, document, other)

    owner.write([MergeProfiles(ann_herself.id, double.id)])
    assert (may(ann, document), may(ann, other)) == (SEE, SEE)
    (moved,) = [row.id for row in owner.page(Query(entity="link", profile=ann_herself.id)).rows]
    owner.write([SplitProfile(ann_herself.id, [moved], double.id)])
    assert (may(ann, document), may(ann, other)) == ((), ())
    owner.undo()
    owner.undo()
    assert owner.get(link).deleted_at is None
    assert may(ann, document) == ()


# --- types ------------------------------------------------------------------------------------------------------


def test_a_type_opens_and_closes_what_its_links_join(
    owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    type = make_type(owner, "owner")
    document, in_trash, other = make_document(owner), make_document(owner, "Trash"), make_profile(owner, "Other")
    for one in (document, in_trash):
        make_link(owner, one, ann_herself, "owner")
    make_link(owner, document, other)
    delete(owner, in_trash)
    assert (may(ann, document), may(ann, in_trash), may(ann, other)) == ((), (), ())

    edit(owner, type, grants="edit")
    assert (may(ann, document), may(ann, in_trash), may(ann, other)) == (EDIT, EDIT, SEE)
    edit(owner, type, grants="see")
    assert (may(ann, document), may(ann, in_trash), may(ann, other)) == (SEE, SEE, SEE)
    edit(owner, type, grants="none")
    assert (may(ann, document), may(ann, in_trash), may(ann, other)) == ((), (), ())


def test_a_type_that_stops_to_grant_in_the_request_that_unlinks(
    owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    type = make_type(owner, "owner", grants="edit")
    document, other = make_document(owner), make_profile(owner, "Other")
    link = make_link(owner, document, ann_herself, "owner")
    make_link(owner, document, other, "owner")

    owner.write([Edit(type, {"grants": "none"}), Delete(link)])
    assert (may(ann, document), may(ann, other)) == ((), ())
    owner.undo()
    assert (may(ann, document), may(ann, other)) == (EDIT, SEE)


# --- who is somebody --------------------------------------------------------------------------------------------


def test_links_open_documents_from_when_somebody_is_tied_to_the_profile(office: People, owner: LocalWorkspace) -> None:
    # given a document that is linked to Bob and to others, and one of the same in the trash
    himself, other = make_profile(owner, "Bob"), make_profile(owner, "Other")
    document, in_trash = make_document(owner), make_document(owner, "Trash")
    for ends in product((document, in_trash), (himself, other)):
        make_link(owner, *ends)
    delete(owner, in_trash)
    bob = office.account("bob")

    def seen() -> list[tuple[str, ...]]:
        return [may(bob, document), may(bob, in_trash), may(bob, other)]

    # when the account is tied to the profile, goes, comes back, and is untied
    edit(owner, office.accounts["bob"], tied_to=id_text(himself.id))
    assert seen() == [SEE, SEE, SEE]
    delete(owner, office.accounts["bob"])
    assert rows_of(owner, himself) == 0
    restore(owner, office.accounts["bob"])
    assert seen() == [SEE, SEE, SEE]
    edit(owner, office.accounts["bob"], tied_to="")

    # then it sees them just as long
    assert seen() == [(), (), ()]
    owner.undo()
    assert seen() == [SEE, SEE, SEE]


def test_who_is_tied_to_a_profile_that_was_purged_is_the_one_that_is_made_anew_under_its_id(
    owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    document = make_document(owner)
    delete(owner, ann_herself)
    owner.purge(now() + 1)
    assert may(ann, document) == ()

    owner.write([Create("profile", {"name": "Ann again"}, id=ann_herself.id), new_link(document, ann_herself)])

    assert (may(ann, document), may(ann, ann_herself)) == (SEE, SEE)


def test_who_is_tied_follows_what_is_said_to_stand_for_a_profile(
    owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    document, other = make_document(owner), make_profile(owner, "Other")
    make_link(owner, document, other)

    edit(owner, ann_herself, merged_into=id_text(other.id))
    assert (may(ann, document), rows_of(owner, other)) == ((), 0), "while the profile lives"
    assert owner.rebuild_access() == 0
    delete(owner, ann_herself)

    assert may(ann, document) == SEE


def test_what_nobody_is_tied_to_has_no_rows(owner: LocalWorkspace, ann: LocalWorkspace) -> None:
    document, nobody = make_document(owner), make_profile(owner, "Nobody")

    make_link(owner, document, nobody)

    assert rows_of(owner, nobody) == 0


def rows_of(workspace: LocalWorkspace, profile: Ref) -> int:
    """Documents that are open to who is tied to the profile."""
    sql = "SELECT count(*) FROM document_acl WHERE subject = (SELECT id FROM profile WHERE uid = ?) * 8 + 3"
    ((rows,),) = workspace.store.fetch(sql, (profile.id,))
    return int(rows)


# --- the trash --------------------------------------------------------------------------------------------------


def test_a_document_in_the_trash_stays_open_to_whom_its_links_open_it(
    office: People, owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    himself, other = make_profile(owner, "Bob"), make_profile(owner, "Other")
    bob = office.account("bob", tied_to=id_text(himself.id))
    document = make_document(owner)
    make_link(owner, document, ann_herself)
    make_link(owner, document, other)
    delete(owner, make_link(owner, document, himself))  # before the document

    delete(owner, document)
    assert (may(ann, document), may(bob, document)) == (SEE, ())
    assert may(ann, other) == (), "what is in the trash shows no profile"
    restore(owner, document)
    assert (may(ann, document), may(ann, other), may(bob, document)) == (SEE, SEE, ())


def test_a_document_that_comes_back_without_a_link_is_closed_to_its_profile(
    owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    document, other = make_document(owner), make_profile(owner, "Other")
    make_link(owner, document, ann_herself)
    make_link(owner, document, other)
    delete(owner, document)
    delete(owner, ann_herself)

    restore(owner, document)
    restore(owner, ann_herself)

    assert (may(ann, document), may(ann, other)) == ((), ())


# --- grants -----------------------------------------------------------------------------------------------------


def test_grants_on_documents_and_profiles_come_and_go(office: People, owner: LocalWorkspace) -> None:
    ann = office.account("ann")
    document, profile, linked = make_document(owner), make_profile(owner), make_profile(owner, "Linked")
    make_link(owner, document, linked)

    of_document = office.grant("ann", "edit", document)
    of_profile = office.grant("ann", "link", profile)
    assert (may(ann, document), may(ann, profile), may(ann, linked)) == (EDIT, ("see", "edit", "link"), SEE)
    owner.write([Delete(of_document), Delete(of_profile)])
    assert (may(ann, document), may(ann, profile), may(ann, linked)) == ((), (), ())
    owner.undo()
    assert (may(ann, document), may(ann, profile), may(ann, linked)) == (EDIT, ("see", "edit", "link"), SEE)
    edit(owner, of_document, valid_until=hours_from_now(-1))
    assert (may(ann, document), may(ann, linked)) == ((), ())
    edit(owner, of_document, valid_until=None, condition="terminal")
    assert (may(ann, document), may(ann, linked)) == (EDIT, SEE)
    edit(owner, of_document, condition="not terminal")
    assert (may(ann, document), may(ann, linked)) == ((), ())


def test_a_right_that_two_rules_give_stays_when_one_goes(
    owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    document, other = make_document(owner), make_profile(owner, "Other")
    make_link(owner, document, other)
    link = make_link(owner, document, ann_herself)
    grants = [made(owner, grant_to(ann_herself, "see", document, valid_from=since)) for since in (None, -1)]

    for ref in (link, *grants):
        assert (may(ann, document), may(ann, other)) == (SEE, SEE)
        delete(owner, ref)
    assert (may(ann, document), may(ann, other)) == ((), ())


def test_a_grant_on_what_is_made_in_the_same_request(office: People, owner: LocalWorkspace) -> None:
    ann = office.account("ann")
    id = bytes(range(16))
    document = Ref("document", id)

    owner.write([Create("document", {"title": "New"}, id=id), grant_to(office.accounts["ann"], "see", document)])

    assert titles(ann) == ["New"]


def test_what_is_taken_back_is_closed_again(office: People, owner: LocalWorkspace) -> None:
    ann = office.account("ann")
    documents = [make_document(owner, title) for title in "AB"]
    receipt = owner.write([grant_to(office.accounts["ann"], "see", document) for document in documents])
    assert titles(ann) == ["A", "B"]

    preview = owner.take_back(TakingBack(request=receipt.request), dry_run=True)
    assert (preview.records, titles(ann)) == (2, ["A", "B"])
    owner.take_back(TakingBack(request=receipt.request))

    assert titles(ann) == []


def test_a_refused_request_opens_nothing(office: People, owner: LocalWorkspace) -> None:
    ann = office.account("ann")
    document = make_document(owner)
    writes = [grant_to(office.accounts["ann"], "see", document), Edit(document, {"title": ""})]

    error = refusal(owner, lambda: owner.write(writes))

    assert isinstance(error, Invalid)
    assert may(ann, document) == ()


# --- in which order ---------------------------------------------------------------------------------------------


def test_lists_of_what_one_may_see_follow_new_names(office: People, owner: LocalWorkspace) -> None:
    ann = office.account("ann")
    documents = [make_document(owner, title) for title in ("alpha", "beta", "gamma")]
    profiles = [make_profile(owner, name) for name in ("Ada", "Bob", "Cid")]
    for ref in (*documents, *profiles):
        office.grant("ann", "see", ref)

    edit(owner, documents[0], title="omega")
    edit(owner, profiles[2], name="Aaron")

    assert titles(ann) == ["beta", "gamma", "omega"]
    assert titles(ann, "profile") == ["Aaron", "Ada", "Bob"]
    owner.undo()
    assert titles(ann, "profile") == ["Ada", "Bob", "Cid"]


def test_lists_of_what_one_may_see_follow_edits_and_times_of_creation(office: People, owner: LocalWorkspace) -> None:
    ann = office.account("ann")
    documents = [make_document(owner, title, created=number) for number, title in enumerate("abc")]
    for ref in documents:
        office.grant("ann", "see", ref)

    edit(owner, documents[1], category="letter")
    assert titles(ann, sort="updated")[0] == "b"
    edit(owner, documents[0], created=10)
    assert titles(ann, sort="created") == ["a", "c", "b"]
    delete(owner, documents[2])
    restore(owner, documents[2])
    assert titles(ann, sort="updated")[0] == "c"


# --- purging ----------------------------------------------------------------------------------------------------


def test_whoever_gets_a_purged_local_id_does_not_get_its_grants(
    office: People, owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    # given a document that Ann may edit, a profile that she may see, and one that is granted a document
    document, profile, granted = make_document(owner), make_profile(owner, "P"), make_profile(owner, "Granted")
    kept = make_document(owner, "Kept")
    office.grant("ann", "edit", document)
    office.grant("ann", "see", profile)
    for effect, on in (("allow", kept), ("deny", make_document(owner, "Denied")), ("allow", "documents")):
        made(owner, grant_to(granted, "see", on, effect=effect))
    revoked = made(owner, grant_to(granted, "edit", kept))
    delete(owner, revoked)
    latest = owner.cursor()
    for ref in (document, profile, granted):
        delete(owner, ref)

    # when they are purged, and others get their places
    preview = owner.purge(now() + LATER, dry_run=True)
    assert (may(ann, document), owner.cursor()) == (EDIT, latest + 3)
    counts = owner.purge(now() + LATER)
    others = [make_document(owner, "Other"), *(make_profile(owner, name) for name in ("Q", "R"))]

    # then nothing of it is open to anybody, and the grants are gone with a change each
    assert counts == preview == {"profile": 2, "document": 1, "grant": 6}
    eve = office.account("eve", tied_to=id_text(others[2].id))
    assert {may(someone, ref) for someone in (ann, eve) for ref in (*others, kept)} == {()}
    assert titles(owner, "grant") == []
    purged = [change for change in owner.changes(after=latest) if change.kind == "purged"]
    assert sum(change.ref.entity == "grant" for change in purged) == 6
    with pytest.raises(NotFound):
        owner.get(revoked)


def test_what_gave_a_purged_grant_cannot_be_undone(office: People, owner: LocalWorkspace) -> None:
    office.account("ann")
    document = make_document(owner)
    receipt = owner.write([grant_to(office.accounts["ann"], "see", document)])
    delete(owner, document)
    owner.purge(now() + LATER)

    error = refusal(owner, lambda: owner.undo(receipt.request))

    assert isinstance(error, Conflict)
    assert str(error).startswith("a grant of that request was purged since, so nothing was undone")


def test_a_purged_link_opens_no_document_that_stays_in_the_trash(
    owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    document = make_document(owner)
    make_link(owner, document, ann_herself)
    version = owner.get(document).version
    edit(owner, document, category="one")
    owner.write([Edit(document, {"category": "other"}, version, merge=True)])  # an open conflict keeps the document
    delete(owner, document)
    assert may(ann, document) == SEE

    assert owner.purge(now() + LATER) == {"link": 1}

    assert (may(owner, document), may(ann, document)) == (ACTIONS, ())


# --- at what cost -----------------------------------------------------------------------------------------------


def test_no_table_is_read_whole_to_keep_up_with_a_request(owner: LocalWorkspace) -> None:
    passing = ("SCAN p", "SCAN x", "SCAN f", "SCAN (subquery", "SCAN temp.")
    statements = [
        *PAIRS.values(),
        *APPLY.values(),
        *REMOVE.values(),
        *(text for both in ORDER.values() for text in both),
    ]
    with owner.store.write() as db:
        for text in PASSING_TABLES:
            db.execute(text)
        for text in (*statements, *DIFFERENCES.values(), SIGHT):
            plan = db.execute(f"EXPLAIN QUERY PLAN {text}", (1, 2) if "?2" in text else ()).fetchall()
            scans = [step for *_, step in plan if step.startswith("SCAN") and not step.startswith(passing)]
            assert scans == [], text


# --- working it out anew ----------------------------------------------------------------------------------------


def test_a_rebuild_repairs_and_says_how_much_was_wrong(
    owner: LocalWorkspace, ann: LocalWorkspace, ann_herself: Ref
) -> None:
    # given a document and a profile that Ann should see, and one that she should not
    document, other, closed = make_document(owner), make_profile(owner, "Other"), make_document(owner, "Closed")
    for profile in (ann_herself, other):
        make_link(owner, document, profile)
    assert owner.rebuild_access() == 0

    # when the tables are damaged: a row is lost, one says too much, one is of no record, one is in the wrong place
    with owner.store.write() as db:
        db.execute("DELETE FROM profile_acl WHERE sort_key = 'other'")
        db.execute(
            "INSERT INTO document_acl SELECT (SELECT id FROM document WHERE title = 'Closed'), subject, rights,"
            " condition_id, valid_from, valid_until, 1, 'closed', 0, 0 FROM document_acl"
        )
        db.execute("INSERT INTO profile_acl SELECT 1000, subject, 1, 0, 0, 1, 1, '', 0, 0 FROM document_acl LIMIT 1")
        db.execute("UPDATE document_acl SET sort_key = 'zzz' WHERE sort_key = 'notes'")
    assert (may(ann, closed), may(ann, other)) == (SEE, ())

    # then the rebuild finds each, and all is as it should be
    assert owner.rebuild_access() > 4
    assert (may(ann, document), may(ann, closed), may(ann, other)) == (SEE, (), SEE)
    assert owner.rebuild_access() == 0


def test_a_rebuild_is_for_those_who_administer_access(office: People, owner: LocalWorkspace) -> None:
    ann = office.account("ann")
    office.grant("ann", "edit", "access")

    error = refusal(owner, ann.rebuild_access)

    assert isinstance(error, Denied)
    assert str(error) == "ann may not rebuild what the rules of access come to; that needs administer on access"
    office.grant("ann", "administer", "access")
    assert ann.rebuild_access() == 0
