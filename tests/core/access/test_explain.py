"""Why an account may or may not: the answer agrees with the oracle on random worlds, and names the rules."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.access_values import Explanation, Reason
from core.errors import Denied, Invalid, NotFound
from core.fields import ACTIONS, AREAS
from core.local import LocalWorkspace
from core.reasons import rights_by
from core.rights import names
from core.values import Ref, id_text
from core.write_values import Create, Edit
from tests.core.access.building import made
from tests.core.access.oracle import Oracle
from tests.core.access.people import OWNER as OLGA
from tests.core.access.people import People, grant_to, hours_from_now, people, refusal
from tests.core.access.worlds import CONTEXTS, OWNER, at_instant, instants, random_world

RUNS = int(os.environ.get("ROLODOC_RUNS", "10"))
KINDS = ("document", "profile", "link", "conflict", "type", "account", "group", "grant")
SEEN = ("grant",)
"""Of these the oracle says who sees them; what else may be done depends on what one has oneself."""


@pytest.mark.parametrize("seed", range(RUNS))
def test_it_agrees_with_the_oracle(seed: int, empty_store: Path, tmp_path: Path) -> None:
    random = Random(seed)
    world = random_world(random)
    contexts = [CONTEXTS[0], at_instant(random.choice(CONTEXTS), random.choice(instants(world)))]
    with made(world, random, empty_store, tmp_path) as built:
        for context in contexts:
            oracle = Oracle(world, context)
            living = [account for account in world.accounts if oracle.exists(account)]
            with built.asked_by(OWNER, context) as workspace:
                for kind in KINDS:
                    for name in world.records(kind):
                        ref: Any = built.ref(kind, name)
                        may = {account: oracle.actions(account, kind, name) for account in living}
                        holders = {holder.account: set(holder.actions) for holder in workspace.who(ref)}
                        if kind in SEEN:
                            assert holders.keys() == {account for account, actions in may.items() if actions}, ref
                        else:
                            assert holders == {account: actions for account, actions in may.items() if actions}, ref
                        for account in living:
                            action: Any = "see" if kind in SEEN else random.choice(ACTIONS)
                            found = workspace.explain(account, ref, action=action)
                            assert found.allowed is (action in may[account]), (account, ref, action, found)
                            assert bool(found.missing) is not found.allowed
                            if kind in ("document", "profile") and not oracle.unrestricted(account):
                                assert set(names(rights_by(found.reasons))) == may[account], (account, name, found)
                for area in AREAS:
                    for account in living:
                        action = random.choice(ACTIONS)
                        found = workspace.explain(account, area, action=action)
                        assert found.allowed is (action in oracle.in_area(account, area)), (account, area, found)


# --- what it says -------------------------------------------------------------------------------------------


class Office(People):
    """With the account of ann, a document and a profile."""

    def furnish(self) -> None:
        self.ann = self.account("ann")
        self.report = self.made(Create("document", {"title": "Report"}))
        self.carl = self.made(Create("profile", {"name": "Carl"}))


@pytest.fixture
def office(empty_store: Path, store_path: Path) -> Iterator[Office]:
    with people(empty_store, store_path) as opened:
        found = Office(opened.path)
        found.furnish()
        yield found
        found.close()


def group(office: Office, name: str, *above: Ref) -> Ref:
    return office.made(Create("group", {"name": name, "groups": [id_text(one.id) for one in above]}))


def join(office: Office, **fields: Any) -> None:
    office.owner.write([Edit(office.accounts["ann"], fields)])


def author(office: Office, grants: str = "see", **window: Any) -> Ref:
    """Carl is author of the report."""
    office.made(Create("type", {"name": "author", "inverse": "author of", "grants": grants}))
    ends = {"document": office.report.id, "profile": office.carl.id, "type": "author"}
    return office.made(Create("link", ends | window))


def test_a_grant_through_groups_is_named_with_its_path(office: Office) -> None:
    hr = group(office, "hr")
    join(office, groups=[id_text(group(office, "office", hr).id)])
    made = office.made(grant_to(hr, "edit", office.report, note="as agreed"))

    found = office.owner.explain("ann", office.report, action="edit")

    assert found == Explanation(
        "ann",
        "edit",
        office.report,
        "Report",
        True,
        found.at,
        [Reason("allow", "edit", ["ann", "group office", "group hr"], "grant edit on Report", made)],
    )


@pytest.mark.parametrize(
    ("begins", "ends", "state", "missing"),
    [
        (1, None, "PENDING", "grant see on Report begins "),
        (None, -1, "EXPIRED", "grant see on Report ended "),
        (-1, 1, "EFFECTIVE", ""),
    ],
)
def test_the_window_is_told(begins: Any, ends: Any, state: str, missing: str, office: Office) -> None:
    window = {"valid_from": begins and hours_from_now(begins), "valid_until": ends and hours_from_now(ends)}
    office.grant("ann", "see", office.report, **window)

    found = office.owner.explain("ann", office.report)

    (reason,) = found.reasons
    assert (reason.state, reason.valid_from, reason.valid_until) == (state, *window.values())
    assert found.allowed is (state == "EFFECTIVE")
    assert found.missing.startswith(missing)


def test_it_can_be_asked_of_another_instant(office: Office) -> None:
    begins, ends = hours_from_now(1), hours_from_now(2)
    office.grant("ann", "see", office.report, valid_from=begins, valid_until=ends)

    instants = (begins - 1, begins, ends - 1, ends)

    allowed = [office.owner.explain("ann", office.report, at=at).allowed for at in instants]
    listed = [[holder.account for holder in office.owner.who(office.report, at=at)] for at in instants]

    assert allowed == [False, True, True, False]
    assert listed == [[OLGA], ["ann", OLGA], ["ann", OLGA], [OLGA]]


def test_a_condition_that_does_not_hold_is_told(office: Office) -> None:
    office.grant("ann", "see", office.report, condition="not terminal")

    found = office.owner.explain("ann", office.report)

    assert (found.allowed, found.reasons[0].holds) == (False, False)
    assert found.missing == "grant see on Report holds only under its condition: not terminal"


def test_a_reason_that_has_to_be_given_is_told(office: Office) -> None:
    office.grant("ann", "see", office.report, condition="reason")

    assert office.owner.explain("ann", office.report).missing == "a reason has to be given (--reason)"
    office.owner.reason = "Carl asked"
    assert office.owner.explain("ann", office.report).allowed


def test_a_denial_stands_first_and_says_that_no_grant_helps(office: Office) -> None:
    hr = group(office, "hr")
    join(office, groups=[id_text(hr.id)])
    office.grant("ann", "administer", "documents")
    office.made(grant_to(hr, "edit", office.report, effect="deny"))

    found = office.owner.explain("ann", office.report, action="share")

    assert (found.reasons[0].effect, found.reasons[0].rule) == ("deny", "denial of edit on Report")
    assert found.missing == (
        "the denial of edit on Report to group hr stands against it; no grant helps while that is in force"
    )
    assert office.owner.explain("ann", office.report).allowed


def test_where_no_rule_allows_it_what_would_is_told(office: Office) -> None:
    for target, needed in {
        office.report: "grant edit on Report, or on all documents, to ann, or a group or role of that account",
        "settings": "grant edit on settings to ann, or a group or role of that account",
        office.accounts["ann"]: "grant edit on access to ann, or a group or role of that account",
    }.items():
        found = office.owner.explain("ann", target, action="edit")

        assert found.missing == f"no rule allows it; {needed}"


def test_a_link_that_opens_a_document_is_named(office: Office) -> None:
    join(office, tied_to=id_text(office.carl.id))
    link = author(office, "edit", valid_until=hours_from_now(1))

    (reason,) = office.owner.explain("ann", office.report).reasons

    assert (reason.rule, reason.path, reason.ref) == ("author of Report", ["ann", "profile Carl"], link)
    assert (reason.action, reason.valid_until is not None) == ("edit", True)


def test_sight_of_a_profile_names_the_document_and_how_that_is_seen(office: Office) -> None:
    link = author(office)
    office.grant("ann", "edit", office.report)

    found = office.owner.explain("ann", office.carl)

    (reason,) = found.reasons
    assert (reason.action, reason.rule, reason.ref) == ("see", "sight of Report", link)
    assert reason.path == ["ann", "grant edit on Report"]
    assert not office.owner.explain("ann", office.carl, action="edit").allowed
    (holder,) = [one for one in office.owner.who(office.carl) if one.account == "ann"]
    assert (holder.actions, holder.reasons[0].rule) == (("see",), "sight of Report")


def test_a_document_that_is_denied_twice_takes_the_sight_of_no_other(office: Office) -> None:
    author(office)
    letter = office.made(Create("document", {"title": "Letter"}))
    office.made(Create("link", {"document": letter.id, "profile": office.carl.id, "type": "author"}))
    hr, staff = group(office, "hr"), group(office, "staff")
    join(office, groups=[id_text(one.id) for one in (hr, staff)])
    office.owner.write([grant_to(office.accounts["ann"], "see", ref) for ref in (office.report, letter)])
    office.owner.write([grant_to(one, "see", office.report, effect="deny") for one in (hr, staff)])

    found = office.owner.explain("ann", office.carl)

    assert [reason.rule for reason in found.reasons] == ["sight of Letter"]
    assert [holder.account for holder in office.owner.who(office.carl)] == ["ann", OLGA]


def test_of_many_documents_that_bring_sight_some_are_named(office: Office) -> None:
    office.made(Create("type", {"name": "author"}))
    new = office.owner.write([Create("document", {"title": f"Letter {n}"}) for n in range(30)]).refs
    office.owner.write(
        [Create("link", {"document": one.id, "profile": office.carl.id, "type": "author"}) for one in new]
    )
    office.grant("ann", "see", "documents")

    found = office.owner.explain("ann", office.carl).reasons

    assert len(found) == 21
    assert len({reason.rule for reason in found[:20]}) == 20
    assert found[-1].rule == "sight of more documents than these 20"


def test_a_document_that_would_bring_sight_later_is_named(office: Office) -> None:
    author(office)
    office.grant("ann", "see", office.report, valid_from=hours_from_now(1))

    found = office.owner.explain("ann", office.carl)

    assert [(reason.rule, reason.state) for reason in found.reasons] == [("sight of Report", "PENDING")]
    assert found.missing.startswith("sight of Report begins ")


def test_owners_and_auditors_are_named_by_their_role(office: Office) -> None:
    join(office, groups=[id_text(office.made(Create("group", {"name": "board", "roles": ["auditor"]})).id)])

    (owner,) = office.owner.explain(OLGA, office.report).reasons
    (auditor,) = office.owner.explain("ann", office.report).reasons

    assert (owner.rule, owner.path) == ("role owner", [OLGA, "role owner"])
    assert (auditor.rule, auditor.path) == ("role auditor", ["ann", "group board", "role auditor"])
    assert {holder.account: holder.actions for holder in office.owner.who(office.report)} == {
        OLGA: ACTIONS,
        "ann": ("see",),
    }


def test_one_operator_alone_is_told_so(workspace: LocalWorkspace) -> None:
    document = workspace.write([Create("document", {"title": "Notes"})]).refs[0]

    found = workspace.explain("tester", document, action="administer")

    assert (found.allowed, found.reasons[0].rule) == (True, "the only operator of the store, whom no rule binds")
    assert [holder.account for holder in workspace.who(document)] == ["tester"]


# --- who may ask, and what is kept from them ----------------------------------------------------------------


def test_everyone_may_ask_about_oneself_and_no_more(office: Office) -> None:
    office.account("bob")
    office.grant("ann", "see", office.report)

    assert office.ann.explain("ann", office.report).allowed
    refused = refusal(office.owner, lambda: office.ann.explain("bob", office.report))
    assert isinstance(refused, Denied)
    assert str(refused) == "ann may not ask what others may; that needs see on access, or share on the record"
    unknown = refusal(office.owner, lambda: office.ann.explain("nobody", office.report))
    assert str(unknown) == str(refused), "whether there is an account is not told"
    who = refusal(office.owner, lambda: office.ann.who(office.report))
    assert str(who) == "ann may not ask who sees this; that needs see on access, or share on the record"


def test_who_shares_a_record_may_ask_about_others(office: Office) -> None:
    office.account("bob")
    office.grant("ann", "share", office.report)
    office.grant("bob", "edit", office.report)

    assert office.ann.explain("bob", office.report, action="edit").allowed
    assert [holder.account for holder in office.ann.who(office.report)] == ["ann", "bob", OLGA]
    assert isinstance(refusal(office.owner, lambda: office.ann.explain("bob", "documents")), Denied)


def test_what_one_may_not_see_is_asked_about_in_vain(office: Office) -> None:
    office.grant("ann", "see", "access")
    unknown = Ref("document", bytes(16))

    for ref in (office.report, unknown):
        for ask in (office.ann.who, lambda ref: office.ann.explain("ann", ref)):
            refused = refusal(office.owner, lambda ask=ask, ref=ref: ask(ref))
            assert (type(refused), str(refused)) == (NotFound, f"there is no {ref}")


def test_a_record_that_one_may_not_see_is_not_named(office: Office) -> None:
    office.account("bob", tied_to=id_text(office.carl.id))
    author(office)
    office.grant("ann", "share", office.report)
    office.grant("ann", "see", office.carl, effect="deny")

    (reason,) = office.ann.explain("bob", office.report).reasons

    assert (reason.rule, reason.path) == ("author of Report", ["bob", "a profile that you may not see"])
    assert reason.ref is None, "nor by the id of its link"


def test_a_document_that_one_may_not_see_is_not_named(office: Office) -> None:
    author(office)
    office.account("bob")
    office.grant("bob", "see", office.report)
    office.grant("ann", "share", office.carl)

    (reason,) = office.ann.explain("bob", office.carl).reasons
    (holder,) = [one for one in office.ann.who(office.carl) if one.account == "bob"]

    for found in (reason, holder.reasons[0]):
        assert (found.rule, found.ref) == ("sight of a document that you may not see", None)
        assert "Report" not in " ".join(found.path)


@pytest.mark.parametrize(
    ("target", "action", "error", "sentence"),
    [
        ("cellar", "see", Invalid, "area: must be one of profiles, documents, access, settings, audit, or a record"),
        ("documents", "own", Invalid, "action: must be one of see, edit, link, share, administer, confidential"),
    ],
)
def test_what_there_is_not_cannot_be_asked_about(
    target: str, action: Any, error: type[Exception], sentence: str, office: Office
) -> None:
    refused = refusal(office.owner, lambda: office.owner.explain("ann", target, action=action))

    assert (type(refused), str(refused)) == (error, sentence)


def test_an_account_that_there_is_not_cannot_be_asked_about(office: Office) -> None:
    refused = refusal(office.owner, lambda: office.owner.explain("nobody", office.report))

    assert str(refused) == 'there is no account "nobody"'


def test_who_answers_for_a_thousand_accounts_at_once(office: Office) -> None:
    hr = group(office, "hr")
    office.owner.write(
        [Create("account", {"name": f"account {n:04}", "groups": [id_text(hr.id)]}) for n in range(1_000)]
    )
    office.made(grant_to(hr, "see", office.report))

    found = office.owner.who(office.report)

    assert len(found) == 1_001
