"""Ways around the rules that somebody tried once: to get more than one was given, and to read unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from core import audit
from core.access_values import AuditQuery
from core.errors import Denied, Invalid, NotFound, ReasonNeeded, RolodocError, Stale, Unavailable
from core.instants import now
from core.local import LocalWorkspace
from core.logins import LIMIT
from core.rules import Rule
from core.values import Actor, Ref, id_text
from core.write_values import Create, Delete, Edit, MergeProfiles, Resolve, Restore, SplitProfile, Write
from tests.core.access.people import People, changes_something, grant_to, people, refusal
from tests.core.clashing import clash
from tests.core.making import new_link


class House(People):
    """`ann` is tied to the profile of that name; `adam` administers access and may see profiles. The plan is kept by
    the chief, who may do all with it by that."""

    def furnish(self) -> None:
        self.me, self.chief = (self.made(Create("profile", {"name": name})) for name in ("Ann", "Chief"))
        self.plan = self.made(Create("document", {"title": "Plan", "text": "the way in"}))
        self.made(Create("type", {"name": "keeper", "grants": "administer"}))
        self.keeping = self.made(new_link(self.plan, self.chief, "keeper"))
        self.ann = self.account("ann", tied_to=id_text(self.me.id))
        self.adam = self.account("adam")
        self.grant("adam", "administer", "access")
        self.grant("adam", "see", "profiles")

    def denied_to_me(self) -> Ref:
        """ann sees all documents but the plan, which is denied to the profile that she is tied to."""
        self.grant("ann", "see", "documents")
        return self.made(grant_to(self.me, "see", self.plan, effect="deny"))

    def told(self, kind: str) -> list[tuple[str, Ref | None]]:
        """Who it was that the audit tells of, and the record."""
        return [(entry.actor.name, entry.record) for entry in self.owner.audit(AuditQuery(kind=kind))]


@pytest.fixture
def house(empty_store: Path, store_path: Path) -> Iterator[House]:
    with people(empty_store, store_path) as opened:
        found = House(opened.path)
        found.furnish()
        yield found
        found.close()


def refusal_of(call: Callable[[], object]) -> RolodocError:
    with pytest.raises(RolodocError) as told:
        call()
    return told.value


def assert_hidden(workspace: LocalWorkspace, ref: Ref) -> None:
    with pytest.raises(NotFound):
        workspace.get(ref)


# --- to be alone ----------------------------------------------------------------------------------------------


def without(*names: str) -> Callable[[House], list[Write]]:
    return lambda house: [Delete(house.accounts[name]) for name in names]


@pytest.mark.parametrize("writes", [without("ann", "adam"), without("adam", "ann")])
def test_who_administers_access_does_not_end_all_rules_by_removing_every_account_but_one(
    house: House, writes: Callable[[House], list[Write]]
) -> None:
    refused = refusal(house.owner, lambda: house.adam.write(writes(house)))

    assert isinstance(refused, Denied)
    assert "only an owner may leave the store with one account" in str(refused)
    assert_hidden(house.adam, house.plan)


def test_nor_one_after_the_other(house: House) -> None:
    assert changes_something(house.adam.write(without("ann")(house)))

    refused = refusal(house.owner, lambda: house.adam.write(without("adam")(house)))

    assert isinstance(refused, Denied)
    assert_hidden(house.adam, house.plan)


def test_an_owner_may_be_alone_again(house: House) -> None:
    assert changes_something(house.owner.write(without("ann", "adam")(house)))

    assert house.owner.me().alone


# --- to be somebody else ------------------------------------------------------------------------------------------


def test_nobody_becomes_an_owner_by_giving_the_owner_ones_own_name(house: House) -> None:
    olga = house.owner.resolve("olga", "account")
    swap = [Edit(house.accounts["adam"], {"name": "nobody"}), Edit(olga, {"name": "adam"})]

    refused = refusal(house.owner, lambda: house.adam.write(swap))

    assert isinstance(refused, Denied)
    assert "only an owner may say who is the owner olga" in str(refused)
    assert_hidden(house.adam, house.plan)


def test_nor_somebody_who_has_more(house: House) -> None:
    house.grant("ann", "see", house.plan)
    swap = [Edit(house.accounts["adam"], {"name": "nobody"}), Edit(house.accounts["ann"], {"name": "adam"})]

    assert isinstance(refusal(house.owner, lambda: house.adam.write(swap)), Denied)
    assert_hidden(house.adam, house.plan)


def test_many_passwords_tried_at_once_are_no_more_than_one_after_the_other(house: House) -> None:
    house.owner.set_password("ann", "a good password")

    def tried(number: int) -> RolodocError:
        guess = f"a bad password {number}"
        return refusal_of(lambda: house.workspace("eve").log_in("ann", lambda _: guess))

    with ThreadPoolExecutor(LIMIT + 3) as beside:
        errors = list(beside.map(tried, range(LIMIT + 3)))

    assert sum(isinstance(error, Denied) for error in errors) == LIMIT
    assert sum("too many wrong passwords" in str(error) for error in errors) == 3


@pytest.mark.parametrize("value", [None, [0, 0]])
def test_who_has_the_first_account_does_not_wipe_out_what_was_tried(house: House, value: object) -> None:
    for _ in range(LIMIT):
        refusal_of(lambda: house.workspace("eve").log_in("ann", lambda _: "a bad password"))

    refused = refusal(house.owner, lambda: house.owner.remember("log-in:ann", value))

    assert isinstance(refused, Invalid)
    assert house.owner.recall("log-in:") == {}
    with pytest.raises(Unavailable):
        house.workspace("eve").log_in("ann", lambda _: "a bad password")


# --- by the profile that one is tied to -----------------------------------------------------------------------------


@pytest.mark.parametrize("into_the_chief", [True, False])
def test_nobody_gets_the_rights_of_another_by_becoming_one_with_their_profile(
    house: House, into_the_chief: bool
) -> None:
    house.grant("ann", "share", house.me)
    house.grant("ann", "share", house.chief)
    two = (house.chief.id, house.me.id) if into_the_chief else (house.me.id, house.chief.id)

    refused = refusal(house.owner, lambda: house.ann.write([MergeProfiles(*two)]))

    assert isinstance(refused, Denied)
    assert "more than ann has" in str(refused)
    assert_hidden(house.ann, house.plan)


def test_who_has_all_that_both_were_given_merges_them(house: House) -> None:
    for area in ("profiles", "documents"):
        house.grant("ann", "administer", area)

    assert changes_something(house.ann.write([MergeProfiles(house.chief.id, house.me.id)]))


def test_a_profile_that_nobody_is_tied_to_is_merged_as_before(house: House) -> None:
    other = house.made(Create("profile", {"name": "The Chief"}))
    house.grant("ann", "share", house.chief)
    house.grant("ann", "share", other)

    assert changes_something(house.ann.write([MergeProfiles(house.chief.id, other.id)]))


def test_a_denial_does_not_end_with_the_profile_that_it_is_to(house: House) -> None:
    house.denied_to_me()
    house.grant("ann", "edit", house.me)

    refused = refusal(house.owner, lambda: house.ann.write([Delete(house.me)]))

    assert isinstance(refused, Denied)
    assert "an end to a denial" in str(refused)
    assert_hidden(house.ann, house.plan)


def test_nor_when_that_profile_is_merged_into_another(house: House) -> None:
    house.denied_to_me()
    blank = house.made(Create("profile", {"name": "Blank"}))
    house.grant("ann", "share", house.me)
    house.grant("ann", "share", blank)

    assert isinstance(refusal(house.owner, lambda: house.ann.write([MergeProfiles(blank.id, house.me.id)])), Denied)
    assert_hidden(house.ann, house.plan)


def kept_by_me(house: House) -> None:
    house.made(new_link(house.plan, house.me, "keeper"))


def granted_to_me(house: House) -> None:
    house.made(grant_to(house.me, "administer", house.plan))


@pytest.mark.parametrize("give", [kept_by_me, granted_to_me])
@pytest.mark.parametrize("way", ["restore", "undo"])
def test_what_went_with_a_profile_does_not_come_back_by_who_has_it_not(
    house: House, give: Callable[[House], None], way: str
) -> None:
    give(house)
    house.grant("ann", "edit", "profiles")
    request = house.owner.write([Delete(house.me)]).request

    ways = {"restore": lambda: house.ann.write([Restore(house.me)]), "undo": lambda: house.ann.undo(request)}

    assert isinstance(refusal(house.owner, ways[way]), Denied)
    assert_hidden(house.ann, house.plan)


def test_nor_by_a_split(house: House) -> None:
    granted_to_me(house)
    house.owner.write([MergeProfiles(house.chief.id, house.me.id), Delete(house.keeping)])
    house.grant("ann", "share", "profiles")

    refused = refusal(house.owner, lambda: house.ann.write([SplitProfile(house.chief.id, [], house.me.id)]))

    assert isinstance(refused, Denied)
    assert_hidden(house.ann, house.plan)


def test_a_profile_without_rights_comes_back_as_before(house: House) -> None:
    house.grant("ann", "edit", "profiles")
    house.owner.write([Delete(house.me)])

    assert changes_something(house.ann.write([Restore(house.me)]))


# --- by taking back ---------------------------------------------------------------------------------------------------


def test_a_link_that_was_taken_away_does_not_come_back_with_what_else_its_request_did(house: House) -> None:
    kept = house.made(new_link(house.plan, house.me, "keeper"))
    house.owner.write([Delete(house.keeping)])
    for ref in (house.plan, house.me):
        house.grant("ann", "edit", ref)
    request = house.owner.write([Delete(kept), Delete(house.plan), Restore(house.plan)]).request

    assert isinstance(refusal(house.owner, lambda: house.ann.undo(request)), Denied)
    assert house.ann.may(house.plan) == ("see", "edit")


# --- what is confidential -------------------------------------------------------------------------------------------


def test_a_mark_is_not_taken_away_by_who_may_not_read_what_it_closes(house: House) -> None:
    house.owner.write([Edit(house.chief, {"attributes": {"salary": "9,000"}})])
    mark = house.made(Create("mark", {"entity": "profile", "attribute": "salary"}))

    refused = refusal(house.owner, lambda: house.adam.write([Delete(mark)]))

    assert isinstance(refused, Denied)
    assert "needs confidential on profiles" in str(refused)
    assert house.adam.get(house.chief).fields["attributes"] == {}


def test_a_mark_is_taken_away_by_who_may_read_it(house: House) -> None:
    mark = house.made(Create("mark", {"entity": "profile", "attribute": "salary"}))
    house.grant("adam", "confidential", "profiles")

    assert changes_something(house.adam.write([Delete(mark)]))


def closed_plan(house: House) -> Ref:
    house.owner.write([Edit(house.plan, {"confidential": "yes"})])
    for action in ("edit", "confidential"):
        house.grant("ann", action, house.plan)
    return house.plan


def test_an_edit_that_comes_too_late_does_not_read_unseen(house: House) -> None:
    plan = closed_plan(house)

    with pytest.raises(Stale) as told:
        house.ann.write([Edit(plan, {"title": "Mine"}, version=1)])

    assert told.value.current.fields["text"] == "the way in"
    assert ("ann", plan) in house.told("document.read")


def test_nor_does_a_choice_that_comes_too_late(house: House) -> None:
    plan = closed_plan(house)
    conflict = clash(house.owner, house.owner, plan, {"description": "mine"}, {"description": "theirs"})

    with pytest.raises(Stale):
        house.ann.write([Resolve(conflict, {"description": "mine"}, version=1)])

    assert ("ann", Ref("conflict", conflict)) in house.told("conflict.read")


def test_nor_a_rule_that_is_only_tried(house: House) -> None:
    plan = closed_plan(house)
    clash(house.owner, house.owner, plan, {"description": "mine"}, {"description": "theirs"})

    settlement = house.ann.settle(Rule(prefer="mine"), dry_run=True)

    assert settlement.sample == [("Plan", "Description", "mine")]
    assert ("ann", plan) in house.told("document.read")


def test_what_is_only_seen_with_a_reason_is_not_named_without_one(house: House) -> None:
    house.grant("ann", "edit", house.plan, condition="reason")

    refused = refusal(house.owner, lambda: house.ann.write([Edit(house.plan, {"category": "mine"})]))

    assert isinstance(refused, ReasonNeeded)
    assert str(refused) == "to edit this document a reason is needed; give one (--reason)"


def content(workspace: LocalWorkspace, text: bytes) -> dict[str, Any]:
    sha256, size = workspace.store_content(BytesIO(text))
    return {"name": "way.txt", "media_type": "text/plain", "bytes": size, "sha256": sha256}


def test_who_could_read_a_content_once_does_not_read_it_again_by_listing_its_digest(house: House) -> None:
    way = content(house.owner, b"through the cellar")
    house.owner.write([Edit(house.plan, {"contents": [way]})])
    house.grant("ann", "edit", "documents")
    mine = house.made(Create("document", {"title": "Mine"}))
    house.made(grant_to(house.accounts["ann"], "see", house.plan, effect="deny"))
    for write in (Edit(mine, {"contents": [way]}), Create("document", {"title": "New", "contents": [way]})):
        refused = refusal(house.owner, lambda write=write: house.ann.write([write]))

        assert isinstance(refused, NotFound)
        assert "attach the file itself" in str(refused)
    with pytest.raises(NotFound):
        house.ann.open_content(way["sha256"])


def test_nor_does_one_that_nobody_has_tell_itself_from_it(house: House) -> None:
    way = content(house.owner, b"through the cellar")
    house.owner.write([Edit(house.plan, {"contents": [way]})])
    mine = house.made(Create("document", {"title": "Mine"}))
    house.grant("ann", "edit", mine)

    said = [
        str(refusal(house.owner, lambda one=one: house.ann.write([Edit(mine, {"contents": [one]})]))).replace(
            one["sha256"], ""
        )
        for one in (way, way | {"sha256": "0" * 64})
    ]

    assert said[0] == said[1]


def test_who_has_the_same_bytes_lists_them_and_takes_their_listing_back(house: House) -> None:
    house.owner.write([Edit(house.plan, {"contents": [content(house.owner, b"through the cellar")]})])
    mine = house.made(Create("document", {"title": "Mine"}))
    house.grant("ann", "edit", mine)
    way = content(house.ann, b"through the cellar")

    house.ann.write([Edit(mine, {"contents": [way]})])
    house.ann.undo()
    house.ann.redo()

    assert house.ann.get(mine).fields["contents"] == [way]


# --- the audit ------------------------------------------------------------------------------------------------------


def prune_with_a_key_of_ones_own(house: House, through: int) -> None:
    """Removes the entries up to there, as who can write the file and not read its key."""
    key = Path(f"{house.path}-audit-key")
    kept = key.read_text()
    key.unlink()
    with house.owner.store.write() as db:
        audit.drop(db, Actor("olga"), now(), through)
    key.write_text(kept)


def test_who_removes_entries_and_signs_that_with_another_key_is_found_out(house: House) -> None:
    signed = house.owner.checkpoint_audit()
    house.owner.write([Edit(house.plan, {"title": "The plan"})])

    prune_with_a_key_of_ones_own(house, signed.seq - 1)

    assert any("another key signs since" in remark for remark in house.owner.verify_audit().remarks)


def test_also_where_nothing_of_the_first_key_is_left_but_a_checkpoint_elsewhere(house: House) -> None:
    signed = house.owner.checkpoint_audit()
    house.owner.write([Edit(house.plan, {"title": "The plan"})])

    prune_with_a_key_of_ones_own(house, signed.seq)

    assert any("somebody removed these entries" in remark for remark in house.owner.verify_audit([signed]).remarks)


def test_a_prune_by_the_key_that_always_signed_is_nothing_strange(house: House) -> None:
    signed = house.owner.checkpoint_audit()
    house.owner.write([Edit(house.plan, {"title": "The plan"})])
    with house.owner.store.write() as db:
        audit.drop(db, Actor("olga"), now(), signed.seq)

    verdict = house.owner.verify_audit([signed])

    assert verdict.bad is None
    assert not any("key" in remark for remark in verdict.remarks)
