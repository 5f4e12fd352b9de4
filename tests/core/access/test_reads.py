"""What an account reads one by one: what it may not see is to every question as what does not exist."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.changes import LOOKED_AT
from core.errors import Ambiguous, Denied, Invalid, NotFound
from core.fields import AREAS, FIELDS
from core.local import LocalWorkspace
from core.records import TABLES
from core.rights import names
from core.rights_of_many import rights_of
from core.rules import Rule
from core.values import Change, Ref, id_text
from core.viewer import context_of, identify, view
from core.workspace import Workspace
from core.write_values import Create, MergeProfiles
from tests.core.access.building import Built, made
from tests.core.access.oracle import Oracle
from tests.core.access.people import People, people
from tests.core.access.worlds import CONTEXTS, random_world
from tests.core.clashing import save_late
from tests.core.making import (
    delete,
    edit,
    make_document,
    make_link,
    make_linked,
    make_profile,
    make_type,
    new_link,
)

WORLDS = 8
RECORDS = ("profile", "document", "link", "conflict")
UNKNOWN = bytes.fromhex("0190" + "0" * 28)


@pytest.fixture
def office(empty_store: Path, tmp_path: Path) -> Iterator[People]:
    """The owner, and whom a test adds."""
    with people(empty_store, tmp_path / "office.db") as found:
        yield found


def sentence(call: Callable[[], Any]) -> str:
    """That of the NotFound that the call ends with."""
    with pytest.raises(NotFound) as refused:
        call()
    return str(refused.value)


def told(changes: list[Change]) -> list[tuple[Ref, str]]:
    return [(change.ref, change.kind) for change in changes]


def whole_log(workspace: Workspace, **asked: Any) -> list[Change]:
    """Every change, page by page."""
    found: list[Change] = []
    page = workspace.changes(limit=7, **asked)
    found += page
    while page.go_on is not None:
        page = workspace.changes(limit=7, **(asked | {"after" if "after" in asked else "before": page.go_on}))
        found += page
    return found


# --- as the oracle says -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(WORLDS))
def test_what_an_account_reads_is_what_the_oracle_says(seed: int, empty_store: Path, tmp_path: Path) -> None:
    random = Random(seed)
    world = random_world(random)
    with made(world, random, empty_store, tmp_path) as built:
        for context in CONTEXTS:
            oracle = Oracle(world, context)
            for account in filter(oracle.exists, world.accounts):
                with built.asked_by(account, context) as workspace, built.asked_by("olga", context) as owner:
                    assert_reads_agree(built, oracle, account, workspace, owner)


def assert_reads_agree(
    built: Built, oracle: Oracle, account: str, workspace: LocalWorkspace, owner: LocalWorkspace
) -> None:
    seen: set[Ref] = set()
    for entity in RECORDS:
        for name in built.world.records(entity):
            ref, actions = built.ref(entity, name), oracle.actions(account, entity, name)
            if "see" in actions:
                seen.add(ref)
                assert set(workspace.may(ref)) == actions
                assert workspace.resolve(id_text(ref.id), ref.entity) == ref
                assert workspace.changes(ref=ref, limit=1)
                assert workspace.blame(ref).keys() <= owner.blame(ref).keys()
                assert_withheld(oracle, account, name, workspace, owner, ref)
            else:
                assert_is_as_unknown(workspace, ref)
    known = {ref for ref in built.refs.values() if ref.entity in RECORDS}
    log = {change.ref for change in whole_log(workspace)} & known
    assert log == {change.ref for change in whole_log(workspace, after=0)} & known == seen
    assert_many_are_as_one(workspace)


def assert_withheld(
    oracle: Oracle, account: str, name: Any, workspace: LocalWorkspace, owner: LocalWorkspace, ref: Ref
) -> None:
    found, whole = workspace.get(ref), owner.get(ref)
    withheld = oracle.withheld(account, ref.entity, name) if ref.entity in ("profile", "document") else set()
    assert set(found.withheld) == withheld
    for field, value in whole.fields.items():
        if field in withheld:
            assert found.fields[field] == FIELDS[ref.entity][field].empty
        elif field == "attributes" and ref.entity != "link":
            assert found.fields[field] == {key: v for key, v in value.items() if f"attributes.{key}" not in withheld}
        else:
            assert found.fields[field] == value


def assert_is_as_unknown(workspace: LocalWorkspace, ref: Ref) -> None:
    unknown = Ref(ref.entity, UNKNOWN)
    for call in (workspace.get, workspace.may, workspace.blame):
        assert sentence(lambda call=call: call(ref)) == sentence(lambda call=call: call(unknown)).replace(
            id_text(UNKNOWN), id_text(ref.id)
        )
    assert sentence(lambda: workspace.get(ref, revision=1)) == f"there is no {ref}"
    assert sentence(lambda: workspace.resolve(id_text(ref.id))) == f'there is no record "{id_text(ref.id)}"'
    assert workspace.changes(ref=ref) == []


def assert_many_are_as_one(workspace: LocalWorkspace) -> None:
    """What is asked of many records at once is what is asked of each."""
    with workspace.store.read() as db:
        viewer = view(identify(db, workspace.actor), context_of(workspace.actor, workspace.clock(), workspace.reason))
        for entity in RECORDS:
            ids = dict(db.execute(f"SELECT uid, id FROM {TABLES[entity]}").fetchall())
            rights = rights_of(db, viewer, entity, ids.values())
            for uid, id in ids.items():
                if rights[id]:
                    assert workspace.may(Ref(entity, uid)) == names(rights[id])
                else:
                    assert_is_as_unknown(workspace, Ref(entity, uid))


# --- who asks -----------------------------------------------------------------------------------------------


def test_who_is_alone_may_everything(office: People) -> None:
    me = office.owner.me()

    assert (me.name, me.alone, me.owner) == ("olga", True, True)
    assert me.areas == dict.fromkeys(AREAS, FIELDS["grant"]["action"].choices)


def test_an_account_is_told_what_it_may_in_each_area(office: People) -> None:
    ann = office.account("ann")
    office.grant("ann", "link", "documents")
    office.grant("ann", "see", "audit")

    me = ann.me()

    assert (me.name, me.alone, me.owner, me.id) == ("ann", False, False, office.accounts["ann"].id)
    assert me.areas == dict.fromkeys(AREAS, ()) | {"documents": ("see", "edit", "link"), "audit": ("see",)}
    assert office.owner.me().owner


def test_nobody_without_an_account_reads_anything(office: People) -> None:
    ada = make_profile(office.owner)
    conflict = Ref("conflict", UNKNOWN)
    office.account("ann")
    stranger = office.workspace("mallory")

    for call in (
        stranger.me,
        stranger.rules,
        stranger.cursor,
        stranger.changes,
        stranger.candidates,
        lambda: stranger.get(ada),
        lambda: stranger.may(ada),
        lambda: stranger.blame(ada),
        lambda: stranger.resolve("Ada Lovelace"),
        lambda: stranger.find_external("profile", "hr", ["1"]),
        lambda: stranger.said("profile", "hr", [ada.id]),
        lambda: stranger.find_links([]),
        lambda: stranger.conflict(conflict.id),
        lambda: stranger.preview_merge(ada.id, ada.id),
        lambda: stranger.open_content("0" * 64),
        lambda: stranger.remember("screen", 1),
        lambda: stranger.recall(""),
    ):
        with pytest.raises(Denied, match='there is no account "mallory" here'):
            call()  # type: ignore[operator]


# --- names --------------------------------------------------------------------------------------------------


def test_a_name_stands_for_the_one_that_is_seen_of_several(office: People) -> None:
    seen, _hidden = make_profile(office.owner, "Ada Smith"), make_profile(office.owner, "Ada Smith")
    other = make_profile(office.owner, "Adá smith")
    ann = office.account("ann")
    office.grant("ann", "see", seen)

    assert ann.resolve("Ada Smith") == seen
    assert ann.resolve("ada smith") == seen
    office.grant("ann", "see", other)
    assert ann.resolve("Ada Smith") == seen  # spelled just so


def test_candidates_for_a_name_are_those_that_are_seen(office: People) -> None:
    seen = [make_profile(office.owner, "Ada Smith", emails=[f"ada{n}@example.org"]) for n in range(2)]
    hidden = [make_profile(office.owner, "Ada Smith", emails=[f"secret{n}@example.org"]) for n in range(12)]
    ann = office.account("ann")
    for ref in seen:
        office.grant("ann", "see", ref)

    with pytest.raises(Ambiguous) as refused:
        ann.resolve("Ada Smith")

    assert [line.partition(" ")[0] for line in refused.value.candidates] == [id_text(ref.id) for ref in seen]
    assert "names 2 records" in str(refused.value)
    assert "secret" not in str(refused.value)
    assert not any(id_text(ref.id) in str(refused.value) for ref in hidden)


@pytest.mark.parametrize("way", ["id", "name", "alias", "external id", "name in the trash"])
def test_what_is_hidden_has_no_name(office: People, way: str) -> None:
    ada = office.made(Create("profile", {"name": "Ada", "aliases": ["Countess"]}, external=("hr", "E-7")))
    gone = make_profile(office.owner, "Gone")
    delete(office.owner, gone)
    name = {"id": id_text(ada.id), "name": "Ada", "alias": "Countess", "external id": "E-7"}.get(way, "Gone")
    ann = office.account("ann")

    assert sentence(lambda: ann.resolve(name)) == f'there is no record "{name}"'
    assert sentence(lambda: ann.resolve(name, "profile")) == f'there is no profile "{name}"'
    office.grant("ann", "see", "profiles")
    assert ann.resolve(name) in (ada, gone)


def test_what_named_a_merged_profile_names_the_other_one_to_who_sees_that(office: People) -> None:
    away = office.made(Create("profile", {"name": "A. Byron"}, external=("hr", "E-7")))
    stays = make_profile(office.owner, "Ada Lovelace")
    ann, bob = office.account("ann"), office.account("bob")
    office.grant("ann", "see", stays)
    office.grant("bob", "see", away)
    office.owner.write([MergeProfiles(stays.id, away.id)])

    assert ann.resolve("E-7") == ann.resolve("A. Byron") == stays
    assert ann.find_external("profile", "hr", ["E-7"])["E-7"].ref == stays
    assert sentence(lambda: bob.resolve("E-7")) == 'there is no record "E-7"'
    assert bob.find_external("profile", "hr", ["E-7"]) == {}
    assert bob.find_external("profile", "hr", ["E-7"], follow=False)["E-7"].ref == away


# --- look-ups of imports ------------------------------------------------------------------------------------


def test_look_ups_of_an_import_find_what_is_seen(office: People) -> None:
    seen, hidden = (
        office.made(Create("profile", {"name": name}, external=("hr", name), source="hr")) for name in ("Ada", "Bob")
    )
    ann = office.account("ann")
    office.grant("ann", "see", seen)

    assert ann.find_external("profile", "hr", ["Ada", "Bob", "Eve"]).keys() == {"Ada"}
    assert ann.said("profile", "hr", [seen.id, hidden.id, UNKNOWN]) == {seen.id: {"name": "Ada"}}


def test_a_link_is_found_by_who_sees_both_of_its_ends(office: People) -> None:
    document, profile, link = make_linked(office.owner)
    key = (document.id, profile.id, "author")
    ann, bob, eve = office.account("ann"), office.account("bob"), office.account("eve")
    office.grant("ann", "see", document)  # and so the profile
    office.grant("bob", "see", profile)

    assert ann.find_links([key])[key].ref == link
    assert bob.find_links([key]) == eve.find_links([key]) == {}
    assert bob.may(profile) == ("see",)


# --- pairs of profiles --------------------------------------------------------------------------------------


def test_candidates_are_pairs_that_are_seen_and_hidden_ones_count_for_nothing(office: People) -> None:
    shared = [{"label": "", "value": "byron@example.org"}]
    ada, eva = (make_profile(office.owner, name, emails=shared) for name in ("Ada Byron", "Eva Stone"))
    for name in ("Max Dorn", "Ida Wolf", "Leo Kraus"):
        make_profile(office.owner, name, emails=shared)
    ann = office.account("ann")
    for ref in (ada, eva):
        office.grant("ann", "see", ref)

    (pair,) = ann.candidates()

    assert {pair.one.id, pair.other.id} == {ada.id, eva.id}  # to the owner an address of so many is that of a group
    assert office.owner.candidates() == []


def test_a_merge_is_previewed_by_who_sees_both(office: People) -> None:
    one, other = make_profile(office.owner, "Ada"), make_profile(office.owner, "A. Lovelace")
    ann = office.account("ann")
    office.grant("ann", "see", one)

    for pair in ((one, other), (other, one)):
        assert sentence(lambda pair=pair: ann.preview_merge(pair[0].id, pair[1].id)) == f"there is no {other}"
    assert sentence(lambda: ann.preview_merge(one.id, UNKNOWN)) == f"there is no {Ref('profile', UNKNOWN)}"
    office.grant("ann", "see", other)
    assert ann.preview_merge(one.id, other.id).into.title == "Ada"


def test_a_preview_counts_the_links_that_are_seen(office: People) -> None:
    make_type(office.owner)
    one, other = make_profile(office.owner, "Ada"), make_profile(office.owner, "A. Lovelace")
    seen = make_document(office.owner, "Seen")
    for document in (seen, make_document(office.owner, "Hidden"), make_document(office.owner, "Hidden too")):
        make_link(office.owner, document, other)
    ann = office.account("ann")
    for ref in (one, other, seen):
        office.grant("ann", "see", ref)

    assert ann.preview_merge(one.id, other.id).moved == 1
    assert office.owner.preview_merge(one.id, other.id).moved == 3


# --- conflicts and rules ------------------------------------------------------------------------------------


def test_a_conflict_is_read_by_who_sees_its_record(office: People) -> None:
    ada = make_profile(office.owner)
    read = office.owner.get(ada).version
    edit(office.owner, ada, notes="one")
    (conflict,) = save_late(office.owner, ada, read, notes="other").conflicts
    ann = office.account("ann")

    hidden = sentence(lambda: ann.conflict(conflict))
    assert hidden == sentence(lambda: ann.conflict(UNKNOWN)) == sentence(lambda: office.owner.conflict(UNKNOWN))
    office.grant("ann", "see", ada)
    assert ann.conflict(conflict).fields[0].mine == "other"


def test_everyone_with_an_account_reads_the_rules(office: People) -> None:
    office.made(Create("rule", {"name": "newest", "prefer": "newest"}))
    ann = office.account("ann")

    (rule,) = ann.rules()

    assert isinstance(rule, Rule)
    assert rule.name == "newest"


# --- the past -----------------------------------------------------------------------------------------------


def test_who_sees_a_record_now_sees_its_past_and_who_does_not_sees_none(office: People) -> None:
    ada = make_profile(office.owner, "Ada Byron")
    ann = office.account("ann")
    grant = office.grant("ann", "see", ada)
    edit(office.owner, ada, name="Ada Lovelace")
    then = office.owner.get(ada).updated_at

    assert ann.get(ada, revision=1).title == "Ada Byron"
    assert ann.get(ada, at=then).title == "Ada Lovelace"
    assert [change.kind for change in ann.changes(ref=ada)] == ["updated", "created"]
    assert ann.blame(ada)["name"].revision == 2
    delete(office.owner, grant)
    for call in (lambda: ann.get(ada, revision=1), lambda: ann.get(ada, at=then), lambda: ann.blame(ada)):
        assert sentence(call) == f"there is no {ada}"
    assert ann.changes(ref=ada) == []


def test_a_revision_that_a_hidden_record_never_had_is_not_told(office: People) -> None:
    ada = make_profile(office.owner)
    ann = office.account("ann")

    assert sentence(lambda: ann.get(ada, revision=99)) == f"there is no {ada}"
    assert sentence(lambda: ann.get(ada, at=0)) == f"there is no {ada}"


# --- the log ------------------------------------------------------------------------------------------------


def test_the_log_tells_of_what_is_seen_now(office: People) -> None:
    document, profile, link = make_linked(office.owner)
    hidden = make_document(office.owner, "Hidden")
    ann = office.account("ann")
    office.grant("ann", "see", document)

    told_to_ann = [ref for ref, _ in told(ann.changes()) if ref.entity not in ("type", "account")]

    assert told_to_ann == [link, profile, document]
    assert hidden in [change.ref for change in office.owner.changes()]
    assert ann.changes(ref=hidden) == ann.changes(ref=Ref("document", UNKNOWN)) == []


def test_of_the_administration_an_account_is_told_what_is_its_own(office: People) -> None:
    document = make_document(office.owner)
    ann, bob = office.account("ann"), office.account("bob")
    shared = office.grant("ann", "share", document)
    other = office.grant("bob", "see", "profiles")

    assert {change.ref for change in ann.changes()} == {document, shared, office.accounts["ann"]}
    assert {change.ref for change in bob.changes()} == {office.accounts["bob"]}
    office.grant("bob", "see", "access")
    assert {shared, other, office.accounts["ann"]} <= {change.ref for change in bob.changes()}


def test_what_was_purged_is_told_to_who_sees_everything(office: People) -> None:
    ada = make_profile(office.owner)
    ann = office.account("ann")
    office.grant("ann", "see", "profiles")
    delete(office.owner, ada)
    assert [kind for ref, kind in told(ann.changes()) if ref == ada] == ["deleted", "created"]

    office.owner.purge(office.owner.get(ada).deleted_at + 1)  # type: ignore[operator]

    assert "purged" in [change.kind for change in office.owner.changes()]
    assert {change.ref.entity for change in ann.changes()} == {"account"}


def test_a_request_is_as_large_as_what_is_seen_of_it(office: People) -> None:
    receipt = office.owner.write([Create("profile", {"name": f"Person {n}"}) for n in range(5)])
    ann = office.account("ann")
    for ref in receipt.refs[:2]:
        office.grant("ann", "see", ref)

    assert receipt.request is not None
    changes = ann.changes(request=receipt.request)
    assert told(changes) == [(ref, "created") for ref in reversed(receipt.refs[:2])]
    assert {change.size for change in changes} == {2}
    assert {change.size for change in office.owner.changes(request=receipt.request)} == {5}


def test_a_page_of_the_log_is_full_although_most_is_hidden(office: People) -> None:
    refs = office.owner.write([Create("profile", {"name": f"Person {n}"}) for n in range(300)]).refs
    ann = office.account("ann")
    seen = refs[::10]
    for ref in seen:
        office.grant("ann", "see", ref)

    latest = ann.changes(entity="profile", limit=20)
    assert told(latest) == [(ref, "created") for ref in seen[:-21:-1]]
    rest = ann.changes(entity="profile", before=latest.go_on, limit=20)
    assert told(rest) == [(ref, "created") for ref in seen[9::-1]]
    assert rest.go_on is None
    oldest = ann.changes(entity="profile", after=0, limit=20)
    assert told(oldest) == [(ref, "created") for ref in seen[:20]]
    by_owner = ann.changes(actor="olga", entity="profile", limit=30)
    assert told(by_owner) == [(ref, "created") for ref in seen[::-1]]


def test_a_long_stretch_of_hidden_changes_does_not_end_the_log(office: People) -> None:
    make_type(office.owner)
    ada = make_profile(office.owner)
    people = office.owner.write([Create("profile", {"name": f"Person {n}"}) for n in range(150)]).refs
    documents = office.owner.write([Create("document", {"title": f"Paper {n}"}) for n in range(150)]).refs
    office.owner.write([new_link(document, person) for document in documents for person in people])
    ann = office.account("ann")
    office.grant("ann", "see", ada)
    after = office.owner.cursor() - LOOKED_AT - 100

    empty = ann.changes(entity="link", limit=10)
    assert (list(empty), empty.go_on is None) == ([], False)
    assert ann.changes(entity="link", after=after, limit=10).go_on is not None
    assert (ada, "created") in told(whole_log(ann))


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_a_page_of_the_log_holds_no_more_than_was_asked_for(office: People, limit: int) -> None:
    for n in range(3):
        make_profile(office.owner, f"Person {n}")
    ann = office.account("ann")
    office.grant("ann", "see", "profiles")

    for workspace in (office.owner, ann):
        assert len(workspace.changes(entity="profile", limit=limit)) == limit


def test_the_end_of_the_log_is_told_to_who_sees_everything_too(office: People) -> None:
    for n in range(3):
        make_profile(office.owner, f"Person {n}")

    assert office.owner.changes(limit=2).go_on == 2
    assert office.owner.changes(limit=4).go_on is None
    assert len(whole_log(office.owner)) == 3


# --- what is remembered -------------------------------------------------------------------------------------


def test_each_account_remembers_for_itself(office: People) -> None:
    office.owner.remember("screen", "people")
    ann, bob = office.account("ann"), office.account("bob")

    ann.remember("screen", "links")
    ann.remember("draft:new", 1)

    assert office.owner.recall("") == {"screen": "people"}
    assert ann.recall("") == {"screen": "links", "draft:new": 1}
    assert ann.recall("draft:") == {"draft:new": 1}
    assert bob.recall("") == {}
    ann.remember("screen", None)
    assert ann.recall("screen") == {}
    assert office.owner.recall("screen") == {"screen": "people"}


def test_what_is_remembered_has_no_key_that_could_be_of_another_account(office: People) -> None:
    with pytest.raises(Invalid, match="must not begin with"):
        office.owner.remember("@2:screen", 1)

    assert office.owner.recall("") == {}


def test_a_purge_forgets_the_drafts_of_every_account(office: People) -> None:
    ada = make_profile(office.owner)
    ann = office.account("ann")
    for workspace in (office.owner, ann):
        workspace.remember(f"draft:profile:{ada.id.hex()}", {"fields": {}})
    delete(office.owner, ada)

    office.owner.purge(office.owner.get(ada).deleted_at + 1)  # type: ignore[operator]

    assert office.owner.recall("") == ann.recall("") == {}
