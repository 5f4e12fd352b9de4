"""Accounts, groups, roles and grants that cannot be: each is refused with a sentence, and nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import Conflict, Exists, Invalid, NotFound, RolodocError, Stale
from core.instants import parse_instant
from core.local import LocalWorkspace
from core.values import Actor, Query, Ref, id_text
from core.viewer import DEPTH
from core.write_values import Create, Delete, Edit, MergeProfiles, Restore, Write
from tests.core.access.people import OWNER, People, chain, grant_to, hours_from_now, people, refusal

NOBODY = "0192f0c1-2d3e-7a4b-8c5d-6e7f80912233"


class Office(People):
    """With the accounts of ann and bob, groups, a role, a document and two profiles."""

    def furnish(self) -> None:
        self.ann, self.bob = self.account("ann"), self.account("bob")
        self.hr, self.staff = (self.made(Create("group", {"name": name})) for name in ("hr", "staff"))
        self.clerk = self.made(Create("role", {"name": "clerk"}))
        self.report = self.made(Create("document", {"title": "Report"}))
        self.carl = self.made(Create("profile", {"name": "Carl"}))

    def join(self, member: Ref, *groups: Ref) -> None:
        self.owner.write([Edit(member, {"groups": ids(*groups)})])

    def trashed(self, ref: Ref) -> str:
        self.owner.write([Delete(ref)])
        return id_text(ref.id)

    def own(self) -> Ref:
        return self.owner.resolve(OWNER, "account")

    def known_system_user(self) -> str:
        """That of ann."""
        self.owner.write([Edit(self.accounts["ann"], {"system_user": "ann-at-home"})])
        return "ann-at-home"

    def repeated(self, write: Create) -> Create:
        """The write, which was done once."""
        self.owner.write([write])
        return write

    def restricted(self, name: str, **areas: str) -> LocalWorkspace:
        """A new account that may do these actions in these areas."""
        workspace = self.account(name)
        for area, action in areas.items():
            self.grant(name, action, area)
        return workspace


@pytest.fixture
def office(empty_store: Path, store_path: Path) -> Iterator[Office]:
    with people(empty_store, store_path) as opened:
        found = Office(opened.path)
        found.furnish()
        yield found
        found.close()


def ids(*refs: Ref) -> list[str]:
    return [id_text(ref.id) for ref in refs]


def grant(office: Office, **fields: Any) -> Create:
    """To ann, on the report; `fields` say otherwise."""
    whole = {"subject_kind": "account", "action": "see", "target_kind": "document", "target": ids(office.report)[0]}
    return Create("grant", whole | {"subject": ids(office.accounts["ann"])[0]} | fields)


# --- what is refused, whoever writes it ----------------------------------------------------------------------------

Bad = Callable[[Office], Write]

BAD: dict[str, tuple[Bad | Write, type[RolodocError], str]] = {
    # groups
    "a group in itself": (
        lambda office: Edit(office.hr, {"groups": ids(office.hr)}),
        Invalid,
        "groups: hr would be a member of itself; leave it out",
    ),
    "an unknown group": (
        lambda office: Edit(office.accounts["ann"], {"groups": [NOBODY]}),
        NotFound,
        f"there is no group {NOBODY}",
    ),
    "a group by its name": (
        lambda office: Edit(office.accounts["ann"], {"groups": ["hr"]}),
        NotFound,
        'there is no group "hr"; name it by its id',
    ),
    "a role as a group": (
        lambda office: Edit(office.accounts["ann"], {"groups": ids(office.clerk)}),
        NotFound,
        "there is no group",
    ),
    "a group in the trash": (
        lambda office: Edit(office.accounts["ann"], {"groups": [office.trashed(office.hr)]}),
        Conflict,
        "the group hr is in the trash; restore it first",
    ),
    "an unknown role": (
        Create("group", {"name": "new", "roles": [NOBODY]}),
        NotFound,
        f"there is no role {NOBODY}",
    ),
    "a role in the trash": (
        lambda office: Create("account", {"name": "new", "roles": [office.trashed(office.clerk)]}),
        Conflict,
        "the role clerk is in the trash; restore it first",
    ),
    # ties
    "a tie to nobody": (
        lambda office: Edit(office.accounts["ann"], {"tied_to": NOBODY}),
        NotFound,
        f"there is no profile {NOBODY}",
    ),
    "a tie to no id": (
        lambda office: Edit(office.accounts["ann"], {"tied_to": "Carl"}),
        NotFound,
        'there is no profile "Carl"; name it by its id',
    ),
    "a tie to the trash": (
        lambda office: Edit(office.accounts["ann"], {"tied_to": office.trashed(office.carl)}),
        Conflict,
        "Carl is in the trash; restore it first",
    ),
    # names
    "an escape character": (
        Create("account", {"name": "an\x1bn"}),
        Invalid,
        "name: must not hold the invisible character U\\+001B",
    ),
    "a zero-width character": (
        Create("group", {"name": "h\u200br"}),
        Invalid,
        "name: must not hold the invisible character U\\+200B",
    ),
    "a change of direction": (
        Create("role", {"name": "cl\u202eerk"}),
        Invalid,
        "name: must not hold the invisible character U\\+202E",
    ),
    "a line separator": (
        lambda office: Edit(office.hr, {"name": "h\u2028r"}),
        Invalid,
        "name: must not hold the invisible character U\\+2028",
    ),
    "two lines": (Create("account", {"name": "an\nn"}), Invalid, "name: must be one line"),
    "a control character in a system user": (
        lambda office: Edit(office.accounts["ann"], {"system_user": "a\x07"}),
        Invalid,
        "system_user: must not hold the invisible character U\\+0007",
    ),
    "a control character in a mark": (
        Create("mark", {"entity": "profile", "attribute": "sal\x9bary"}),
        Invalid,
        "attribute: must not hold the invisible character U\\+009B",
    ),
    "no name": (Create("group", {"name": " "}), Invalid, "name: must not be empty"),
    "too long a name": (Create("role", {"name": "x" * 101}), Invalid, "name: is 101 characters long"),
    "a name that exists": (
        Create("account", {"name": "ann"}),
        Exists,
        'there is a living account "ann"; choose another name, or rename or delete that one',
    ),
    "a name that reads like another's": (
        lambda _: Create("account", {"name": "ANN"}),
        Exists,
        'the name of a living account reads like "ANN"; choose another name',
    ),
    "another's name": (lambda office: Edit(office.hr, {"name": "staff"}), Exists, 'there is a living group "staff"'),
    "a built-in role": (
        Create("role", {"name": "Owner"}),
        Invalid,
        'name: "Owner" is a role that every store has; choose another name',
    ),
    "another's system user": (
        lambda office: Create("account", {"name": "new", "system_user": office.known_system_user()}),
        Exists,
        'another account has the system user "ann-at-home"; take it from that one first',
    ),
    # grants
    "a grant to no one named": (
        lambda office: grant(office, subject=""),
        Invalid,
        "subject: must name the account that it is to",
    ),
    "a grant to nobody": (lambda office: grant(office, subject=NOBODY), NotFound, f"there is no account {NOBODY}"),
    "a grant to no id": (lambda office: grant(office, subject="ann"), NotFound, 'there is no account "ann"'),
    "a grant to the trash": (
        lambda office: grant(office, subject_kind="group", subject=office.trashed(office.hr)),
        Conflict,
        "hr is in the trash; restore it first",
    ),
    "a grant to everyone by name": (
        lambda office: grant(office, subject_kind="everyone"),
        Invalid,
        "subject: everyone needs no name",
    ),
    "a grant to a built-in role": (
        lambda office: grant(office, subject_kind="role", subject="auditor"),
        Invalid,
        "subject: what the role auditor may is the same in every store; make a role of its own",
    ),
    "a grant to a kind of nobody": (
        lambda office: grant(office, subject_kind="robot"),
        Invalid,
        "subject_kind: must be one of account, group, role, profile, everyone",
    ),
    "a grant on nothing": (
        lambda office: grant(office, target=""),
        Invalid,
        "target: must name the document; to grant on all of them, name the area documents",
    ),
    "a grant on no record": (lambda office: grant(office, target=NOBODY), NotFound, f"there is no document {NOBODY}"),
    "a grant on another kind": (
        lambda office: grant(office, target=ids(office.carl)[0]),
        NotFound,
        "there is no document",
    ),
    "a grant on the trash": (
        lambda office: grant(office, target=office.trashed(office.report)),
        Conflict,
        "Report is in the trash; restore it first",
    ),
    "a record of an area": (
        lambda office: grant(office, target_kind="documents"),
        Invalid,
        "target: documents are granted as a whole; leave the record out, or name its kind",
    ),
    "an unknown action": (
        lambda office: grant(office, action="own"),
        Invalid,
        "action: must be one of see, edit, link, share, administer, confidential",
    ),
    "an action that the area has not": (
        lambda office: grant(office, target_kind="audit", target="", action="confidential"),
        Invalid,
        "action: on audit there is no confidential; choose see, edit, administer",
    ),
    "until before from": (
        lambda office: grant(office, valid_from="2030-01-02", valid_until="2030-01-01"),
        Invalid,
        "valid_until: must not be before the beginning",
    ),
    "until equal to from": (
        lambda office: grant(office, valid_from="2030-01-02", valid_until="2030-01-02"),
        Invalid,
        "valid_until: must be after valid_from",
    ),
    "no date": (lambda office: grant(office, valid_until="soon"), Invalid, '"soon" is not a date; write it as'),
    "a condition that is none": (
        lambda office: grant(office, condition="at night"),
        Invalid,
        'condition: "at night" is no condition; write terms such as',
    ),
    "a grant twice": (
        lambda office: office.repeated(grant(office)),
        Exists,
        "there is a grant that says the same already; edit or revoke that one",
    ),
    # marks and retention
    "a mark with a dot": (
        Create("mark", {"entity": "profile", "attribute": "pay.salary"}),
        Invalid,
        "attribute: must be one name of the map of attributes, without a dot",
    ),
    "a mark twice": (
        lambda office: office.repeated(Create("mark", {"entity": "profile", "attribute": "salary"})),
        Exists,
        '"salary" of profiles is marked as confidential already',
    ),
    "a log kept twice": (
        lambda office: office.repeated(Create("retention", {"log": "audit", "days": 30})),
        Exists,
        'there is a rule of retention for the log "audit" already; edit that one',
    ),
    "a log kept for no day": (
        Create("retention", {"log": "audit", "days": 0}),
        Invalid,
        "days: must be 1 or more; to keep a log for good, delete its rule",
    ),
    "an unknown log": (Create("retention", {"log": "mail", "days": 1}), Invalid, "log: must be one of"),
    # owners
    "the last owner deleted": (lambda office: Delete(office.own()), Conflict, "without an owner; give another account"),
    "the last owner's role taken": (
        lambda office: Edit(office.own(), {"roles": []}),
        Conflict,
        "that would leave the store without an owner; give another account the role owner first",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_is_refused_in_a_sentence(case: str, office: Office) -> None:
    make, error, sentence = BAD[case]
    write = make(office) if callable(make) else make

    for attempt in (office.owner.write, office.owner.preview_access):
        refused = refusal(office.owner, lambda attempt=attempt: attempt([write]))

        assert type(refused) is error
        with pytest.raises(error, match=sentence):
            raise refused


# --- groups in groups --------------------------------------------------------------------------------


def test_a_group_cannot_contain_itself_through_others(office: Office) -> None:
    board = office.made(Create("group", {"name": "board", "groups": ids(office.staff)}))
    office.join(office.staff, office.hr)

    refused = refusal(office.owner, lambda: office.join(office.hr, board))

    assert isinstance(refused, Invalid)
    assert "would be a member of itself through others" in str(refused)
    assert all(name in str(refused) for name in ("hr", "staff", "board"))


def test_a_circle_that_only_the_trash_parts_is_not_closed(office: Office) -> None:
    board = office.made(Create("group", {"name": "board"}))
    office.join(office.hr, office.staff)
    office.join(office.staff, board)
    office.owner.write([Delete(office.staff)])
    office.join(board, office.hr)

    refused = refusal(office.owner, lambda: office.owner.write([Restore(office.staff)]))

    assert "would be a member of itself through others" in str(refused)


def test_groups_may_stand_so_deep_and_no_deeper(office: Office) -> None:
    deepest = office.owner.write(chain(DEPTH)).refs[-1]
    below = Create("group", {"name": "one more", "groups": ids(deepest)})

    refused = refusal(office.owner, lambda: office.owner.write([below]))

    sentence = f"groups: one more would stand more than {DEPTH} groups deep; put it into a group further up"
    assert str(refused) == sentence


@pytest.mark.parametrize("by_owner", [True, False], ids=["by the owner", "by another"])
def test_ten_thousand_groups_deep_are_refused(by_owner: bool, office: Office) -> None:
    writes = chain(10_000)
    workspace = office.owner if by_owner else office.restricted("adam", access="administer")

    refused = refusal(office.owner, lambda: workspace.write(writes))

    assert isinstance(refused, Invalid)
    assert f"more than {DEPTH} groups deep; put it into a group further up" in str(refused)


# --- an owner stays --------------------------------------------------------------------------------


def through_a_group(office: Office) -> Ref:
    """The one owner is so by a group above the one that is joined."""
    owners = office.made(Create("group", {"name": "owners", "roles": ["owner"]}))
    office.join(office.hr, owners)
    office.join(office.own(), office.hr)
    office.owner.write([Edit(office.own(), {"roles": []})])
    return owners


@pytest.mark.parametrize(
    "write",
    [
        lambda office, _owners: Edit(office.own(), {"groups": []}),
        lambda office, _owners: Edit(office.hr, {"groups": []}),
        lambda _office, owners: Edit(owners, {"roles": []}),
        lambda office, _owners: Delete(office.hr),
        lambda _office, owners: Delete(owners),
        lambda office, _owners: Delete(office.own()),
    ],
    ids=["leaving it", "parting the groups", "taking its role", "deleting one", "deleting the other", "deleting"],
)
def test_the_last_owner_by_a_group_stays(write: Callable[[Office, Ref], Write], office: Office) -> None:
    owners = through_a_group(office)

    refused = refusal(office.owner, lambda: office.owner.write([write(office, owners)]))

    assert str(refused) == "that would leave the store without an owner; give another account the role owner first"


def test_an_undo_does_not_take_the_last_owner(office: Office) -> None:
    given = office.owner.write([Edit(office.accounts["ann"], {"roles": ["owner"]})])
    office.owner.write([Edit(office.own(), {"roles": []})])

    refused = refusal(office.owner, lambda: office.ann.undo(given.request))

    assert "without an owner" in str(refused)
    assert office.ann.me().owner


def test_ownership_passes_on_in_one_request(office: Office) -> None:
    passed_on = [Edit(office.own(), {"roles": []}), Edit(office.accounts["ann"], {"roles": ["owner"]})]

    office.owner.write(passed_on)

    assert (office.owner.me().owner, office.ann.me().owner) == (False, True)


def test_undoing_the_first_account_leaves_a_store_of_one_operator(workspace: LocalWorkspace) -> None:
    workspace.write([Create("account", {"name": "bob"})])
    assert [row.name for row in workspace.page(Query(entity="account")).rows] == ["bob", "tester"]

    workspace.undo()

    assert workspace.me().alone
    assert workspace.page(Query(entity="account")).rows == []


def test_the_first_account_of_the_operator_owns_the_store(workspace: LocalWorkspace) -> None:
    workspace.write([Create("account", {"name": "tester"})])
    workspace.write([Create("account", {"name": "bob"})])

    assert workspace.me().owner


def test_an_operator_without_an_account_gets_one_before_rules_bind(store_path: Path, workspace: LocalWorkspace) -> None:
    workspace.write([Create("account", {"name": "tester"})])
    other = LocalWorkspace(store_path, Actor("other"))

    other.write([Create("account", {"name": "bob"})])

    assert other.me().owner
    other.close()


# --- grants that are changed --------------------------------------------------------------------------------


def sees(workspace: LocalWorkspace, ref: Ref) -> bool:
    try:
        return workspace.get(ref).ref == ref
    except NotFound:
        return False


@pytest.mark.parametrize(
    "narrower",
    [{"valid_until": parse_instant("2020-01-01")}, {"valid_from": hours_from_now(1)}, {"condition": "not  terminal"}],
    ids=["ended", "later", "under a condition"],
)
def test_a_changed_grant_counts_as_it_is_now_and_after_an_undo_as_before(
    narrower: dict[str, Any], office: Office
) -> None:
    made = office.grant("ann", "see", office.report)
    assert sees(office.ann, office.report)

    office.owner.write([Edit(made, narrower)])
    assert not sees(office.ann, office.report)

    office.owner.undo()
    assert sees(office.ann, office.report)
    office.owner.redo()
    assert not sees(office.ann, office.report)


def test_a_condition_is_kept_with_single_spaces(office: Office) -> None:
    made = office.grant("ann", "see", office.report, condition="  weekdays   8-18 ")

    assert office.owner.get(made).fields["condition"] == "weekdays 8-18"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"action": "edit"}, "action: cannot be changed; revoke it and grant anew"),
        ({"subject": NOBODY}, "subject: cannot be changed; revoke it and grant anew"),
        ({"target_kind": "documents"}, "target_kind: cannot be changed; revoke it and grant anew"),
        ({"effect": "deny"}, "effect: cannot be changed; revoke it and grant anew"),
        ({"valid_until": parse_instant("2029-01-01")}, "valid_until: must be after valid_from"),
        ({"condition": "whenever"}, 'condition: "whenever" is no condition'),
    ],
)
def test_what_a_grant_says_is_fixed(fields: dict[str, Any], sentence: str, office: Office) -> None:
    made = office.grant("ann", "see", office.report, valid_from=parse_instant("2029-01-01"))

    refused = refusal(office.owner, lambda: office.owner.write([Edit(made, fields)]))

    assert str(refused).startswith(sentence)


def test_an_edit_that_makes_a_grant_like_another_is_refused(office: Office) -> None:
    office.grant("ann", "see", office.report)
    other = office.grant("ann", "see", office.report, condition="terminal")

    refused = refusal(office.owner, lambda: office.owner.write([Edit(other, {"condition": ""})]))

    assert isinstance(refused, Exists)


def test_two_edits_of_an_account_do_not_merge_into_a_conflict(office: Office) -> None:
    read = office.owner.get(office.accounts["ann"])
    office.owner.write([Edit(read.ref, {"kind": "service"})])

    refused = refusal(
        office.owner, lambda: office.owner.write([Edit(read.ref, {"kind": "person"}, read.version, merge=True)])
    )

    assert isinstance(refused, Stale)


# --- the trash --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["group", "role"])
def test_what_is_in_the_trash_gives_nothing_until_it_is_back(kind: str, office: Office) -> None:
    given = office.hr if kind == "group" else office.clerk
    office.owner.write([Edit(office.accounts["ann"], {f"{kind}s": ids(given)}), grant_to(given, "see", office.report)])
    assert sees(office.ann, office.report)

    office.owner.write([Delete(given)])
    assert not sees(office.ann, office.report)
    assert office.owner.get(office.accounts["ann"]).fields[f"{kind}s"] == ids(given)

    office.owner.write([Restore(given)])
    assert sees(office.ann, office.report)


def test_the_own_name_may_be_written_in_another_way(office: Office) -> None:
    office.owner.write([Edit(office.accounts["ann"], {"name": "Ann"})])

    assert office.owner.resolve("Ann", "account") == office.accounts["ann"]


def test_a_name_that_was_taken_meanwhile_stops_a_restoration(office: Office) -> None:
    office.owner.write([Delete(office.hr)])
    office.made(Create("group", {"name": "hr"}))

    refused = refusal(office.owner, lambda: office.owner.write([Restore(office.hr)]))

    assert str(refused) == 'there is a living group "hr"; choose another name, or rename or delete that one'


def test_a_grant_that_was_made_again_stops_a_restoration(office: Office) -> None:
    made = office.grant("ann", "see", office.report)
    office.owner.write([Delete(made)])
    office.grant("ann", "see", office.report)

    refused = refusal(office.owner, lambda: office.owner.write([Restore(made)]))

    assert isinstance(refused, Exists)


def test_a_tie_goes_to_the_profile_that_the_tied_one_was_merged_into(office: Office) -> None:
    other = office.made(Create("profile", {"name": "Carl the same"}))
    office.owner.write([Edit(office.accounts["ann"], {"tied_to": ids(other)[0]})])
    office.made(grant_to(office.carl, "see", office.report))

    office.owner.write([MergeProfiles(office.carl.id, other.id)])

    assert sees(office.ann, office.report)
    again = refusal(
        office.owner, lambda: office.owner.write([Edit(office.accounts["bob"], {"tied_to": ids(other)[0]})])
    )
    assert str(again) == "Carl the same was merged into Carl; tie the account to that one"


def test_a_title_of_a_grant_names_the_record_only_to_who_sees_it(office: Office) -> None:
    made = office.grant("ann", "edit", office.report)
    adam = office.restricted("adam", access="see")

    assert office.owner.get(made).title == "allow edit Report to ann"
    assert adam.get(made).title == "allow edit a document to ann"
    assert office.owner.changes(ref=made)[0].title == "allow edit Report to ann"
    assert adam.changes(ref=made)[0].title == "allow edit a document to ann"
