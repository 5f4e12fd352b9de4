"""Nobody gives more than they have: not by a grant, a group, a role, a tie, nor by taking a denial away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import Denied, NotFound, ReasonNeeded
from core.local import LocalWorkspace
from core.values import Ref, id_text
from core.write_values import Create, Delete, Edit, MergeProfiles, Restore, SplitProfile, TakingBack, Write
from tests.core.access.people import People, changes_something, grant_to, hours_from_now, people, refusal

Given = Callable[["Firm"], Write]


class Firm(People):
    """`adam` administers access and nothing else; `sue` may share the report and nothing else; `dora` may do all with
    documents and profiles and administers access, but owns nothing."""

    def furnish(self) -> None:
        self.adam, self.sue, self.dora = (self.account(name) for name in ("adam", "sue", "dora"))
        self.account("ben")
        self.report, self.plan = (self.made(Create("document", {"title": title})) for title in ("Report", "Plan"))
        self.carl = self.made(Create("profile", {"name": "Carl"}))
        self.clerks = self.made(Create("group", {"name": "clerks"}))
        self.heads = self.made(Create("group", {"name": "heads"}))
        self.judge = self.made(Create("role", {"name": "judge"}))
        self.made(Create("type", {"name": "author", "grants": "edit"}))
        self.grant("adam", "administer", "access")
        self.grant("sue", "share", self.report)
        for area in ("access", "documents", "profiles"):
            self.grant("dora", "administer", area)
        self.soon, self.later = hours_from_now(1), hours_from_now(2)

    def asking(self, name: str) -> LocalWorkspace:
        return {"adam": self.adam, "sue": self.sue, "dora": self.dora}[name]

    def ben(self) -> Ref:
        return self.accounts["ben"]

    def put(self, account: Ref, group: Ref) -> None:
        self.owner.write([Edit(account, {"groups": ids(group)})])

    def in_heads(self) -> Ref:
        """ben, who is one of the heads."""
        self.put(self.ben(), self.heads)
        return self.ben()

    def revoked(self, grant: Ref) -> Ref:
        self.owner.write([Delete(grant)])
        return grant

    def own(self, name: str) -> Ref:
        return self.accounts[name]

    def joins(self, name: str, given: Create) -> Write:
        """ben, who joins the group that this is given to."""
        self.made(given)
        return Edit(self.ben(), {"groups": ids(getattr(self, name))})


@pytest.fixture
def firm(empty_store: Path, store_path: Path) -> Iterator[Firm]:
    with people(empty_store, store_path) as opened:
        found = Firm(opened.path)
        found.furnish()
        yield found
        found.close()


def ids(*refs: Ref) -> list[str]:
    return [id_text(ref.id) for ref in refs]


def gives_to(subject: str, action: str, on: str, **fields: Any) -> Callable[[Firm], Any]:
    """A grant that the owner makes first."""

    def make(firm: Firm) -> Ref:
        return firm.made(grant_to(getattr(firm, subject), action, getattr(firm, on, on), **fields))

    return make


def nothing(_firm: Firm) -> None:
    """Nothing else was given before."""


def tied(firm: Firm) -> None:
    """Carl is an author of the plan, which opens it to whoever is tied to him."""
    firm.made(Create("link", {"document": firm.plan.id, "profile": firm.carl.id, "type": "author"}))


def tied_in_the_trash(firm: Firm) -> None:
    """The same, of a plan that is in the trash."""
    tied(firm)
    firm.owner.write([Delete(firm.plan)])


# who, what was given before, what is written
REFUSED: dict[str, tuple[str, Callable[[Firm], Any], Callable[[Firm, Any], Write]]] = {
    "a grant of more than one has": ("sue", nothing, lambda firm, _: grant_to(firm.ben(), "administer", firm.report)),
    "confidential, which one has not": (
        "sue",
        nothing,
        lambda firm, _: grant_to(firm.ben(), "confidential", firm.report),
    ),
    "a grant on all documents": ("sue", nothing, lambda firm, _: grant_to(firm.ben(), "see", "documents")),
    "a grant on an area that one has not": ("adam", nothing, lambda firm, _: grant_to(firm.ben(), "see", "documents")),
    "a grant to oneself": ("adam", nothing, lambda firm, _: grant_to(firm.own("adam"), "see", "audit")),
    "a revocation of what is above one": (
        "sue",
        gives_to("clerks", "administer", "report"),
        lambda _, made: Delete(made),
    ),
    "a window made longer": (
        "adam",
        gives_to("clerks", "see", "documents", valid_until=hours_from_now(1)),
        lambda _, made: Edit(made, {"valid_until": hours_from_now(9)}),
    ),
    "a condition taken away": (
        "adam",
        gives_to("clerks", "see", "documents", condition="terminal"),
        lambda _, made: Edit(made, {"condition": ""}),
    ),
    "another condition": (
        "adam",
        gives_to("clerks", "see", "documents", condition="tls"),
        lambda _, made: Edit(made, {"condition": "terminal"}),
    ),
    "a denial taken away": (
        "adam",
        gives_to("clerks", "see", "documents", effect="deny"),
        lambda _, made: Delete(made),
    ),
    "a denial that ends": (
        "adam",
        gives_to("clerks", "see", "documents", effect="deny"),
        lambda _, made: Edit(made, {"valid_until": hours_from_now(1)}),
    ),
    "a group with rights on an area": (
        "adam",
        gives_to("heads", "see", "documents"),
        lambda firm, _: Edit(firm.ben(), {"groups": ids(firm.heads)}),
    ),
    "a group with rights on a record": (
        "adam",
        gives_to("heads", "see", "plan"),
        lambda firm, _: Edit(firm.ben(), {"groups": ids(firm.heads)}),
    ),
    "a group in such a group": (
        "adam",
        gives_to("heads", "see", "plan"),
        lambda firm, _: Edit(firm.clerks, {"groups": ids(firm.heads)}),
    ),
    "a new account in such a group": (
        "adam",
        gives_to("heads", "see", "plan"),
        lambda firm, _: Create("account", {"name": "new", "groups": ids(firm.heads)}),
    ),
    "a role with rights": (
        "adam",
        gives_to("judge", "edit", "plan"),
        lambda firm, _: Create("group", {"name": "new", "roles": ids(firm.judge)}),
    ),
    "a tie to a profile with rights": (
        "adam",
        lambda firm: (tied(firm), firm.grant("adam", "see", firm.carl)),
        lambda firm, _: Edit(firm.ben(), {"tied_to": ids(firm.carl)[0]}),
    ),
    "a tie to a profile with rights in the trash": (
        "adam",
        lambda firm: (tied_in_the_trash(firm), firm.grant("adam", "see", firm.carl)),
        lambda firm, _: Edit(firm.ben(), {"tied_to": ids(firm.carl)[0]}),
    ),
    "the role owner": ("dora", nothing, lambda firm, _: Edit(firm.ben(), {"roles": ["owner"]})),
    "the role owner of a group": ("dora", nothing, lambda firm, _: Edit(firm.clerks, {"roles": ["owner"]})),
    "the role auditor": ("adam", nothing, lambda firm, _: Edit(firm.ben(), {"roles": ["auditor"]})),
    "one's own groups": ("dora", nothing, lambda firm, _: Edit(firm.own("dora"), {"groups": ids(firm.clerks)})),
    "one's own roles": ("dora", nothing, lambda firm, _: Edit(firm.own("dora"), {"roles": ids(firm.judge)})),
    "one's own tie": ("dora", nothing, lambda firm, _: Edit(firm.own("dora"), {"tied_to": ids(firm.carl)[0]})),
    "an owner's deletion": ("dora", nothing, lambda firm, _: Delete(firm.owner.resolve("olga", "account"))),
    "an owner's role": ("dora", nothing, lambda firm, _: Edit(firm.owner.resolve("olga", "account"), {"roles": []})),
    "who logs in as an owner": (
        "dora",
        nothing,
        lambda firm, _: Edit(firm.owner.resolve("olga", "account"), {"system_user": "dora"}),
    ),
    "who logs in as another": (
        "adam",
        gives_to("heads", "see", "plan"),
        lambda firm, _: Edit(firm.in_heads(), {"system_user": "adam"}),
    ),
    "a membership that denies": (
        "adam",
        lambda firm: (gives_to("clerks", "see", "plan", effect="deny")(firm), firm.put(firm.ben(), firm.clerks)),
        lambda firm, _: Edit(firm.ben(), {"groups": []}),
    ),
    "a group that denies": (
        "adam",
        gives_to("clerks", "see", "plan", effect="deny"),
        lambda firm, _: Delete(firm.clerks),
    ),
    "a group brought back": (
        "adam",
        lambda firm: (gives_to("heads", "see", "plan")(firm), firm.owner.write([Delete(firm.heads)])),
        lambda firm, _: Restore(firm.heads),
    ),
    "an account brought back": (
        "adam",
        lambda firm: (firm.grant("ben", "see", firm.plan), firm.owner.write([Delete(firm.ben())])),
        lambda firm, _: Restore(firm.ben()),
    ),
    "a grant brought back": (
        "adam",
        lambda firm: firm.revoked(gives_to("clerks", "see", "documents")(firm)),
        lambda _, made: Restore(made),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_more_than_one_has_is_not_given(case: str, firm: Firm) -> None:
    who, prepare, make = REFUSED[case]
    write = make(firm, prepare(firm))

    refused = refusal(firm.owner, lambda: firm.asking(who).write([write]))

    assert isinstance(refused, Denied)
    assert who in str(refused) or "owner" in str(refused)


ALLOWED: dict[str, tuple[str, Callable[[Firm], Any], Callable[[Firm, Any], Write]]] = {
    "a grant of what one has": ("sue", nothing, lambda firm, _: grant_to(firm.ben(), "link", firm.report)),
    "a grant of the same": ("sue", nothing, lambda firm, _: grant_to(firm.ben(), "share", firm.report)),
    "a denial on what one shares": (
        "sue",
        nothing,
        lambda firm, _: grant_to(firm.ben(), "edit", firm.report, effect="deny"),
    ),
    "an end to that denial": (
        "sue",
        gives_to("clerks", "edit", "report", effect="deny"),
        lambda _, made: Delete(made),
    ),
    "a revocation of what one has": ("sue", gives_to("clerks", "edit", "report"), lambda _, made: Delete(made)),
    "a revocation by who administers access": (
        "adam",
        gives_to("clerks", "administer", "plan"),
        lambda _, made: Delete(made),
    ),
    "a window made shorter": (
        "adam",
        gives_to("clerks", "see", "documents"),
        lambda _, made: Edit(made, {"valid_until": hours_from_now(1)}),
    ),
    "a note": ("adam", gives_to("clerks", "see", "documents"), lambda _, made: Edit(made, {"note": "asked by Carl"})),
    "a denial by who administers access": (
        "adam",
        nothing,
        lambda firm, _: grant_to(firm.ben(), "see", "documents", effect="deny"),
    ),
    "a new account": ("adam", nothing, lambda _firm, _: Create("account", {"name": "new"})),
    "a new group": ("adam", nothing, lambda _firm, _: Create("group", {"name": "new"})),
    "a new role": ("adam", nothing, lambda _firm, _: Create("role", {"name": "new"})),
    "an empty group": ("adam", nothing, lambda firm, _: Edit(firm.ben(), {"groups": ids(firm.clerks)})),
    "a group whose rights ended": (
        "adam",
        gives_to("heads", "see", "plan", valid_until=hours_from_now(-1)),
        lambda firm, _: Edit(firm.ben(), {"groups": ids(firm.heads)}),
    ),
    "a membership taken away": (
        "adam",
        lambda firm: (gives_to("heads", "see", "plan")(firm), firm.put(firm.ben(), firm.heads)),
        lambda firm, _: Edit(firm.ben(), {"groups": []}),
    ),
    "a group with rights deleted": (
        "adam",
        gives_to("heads", "see", "plan"),
        lambda firm, _: Delete(firm.heads),
    ),
    "an account deleted": ("adam", nothing, lambda firm, _: Delete(firm.ben())),
    "a group with less than one has": (
        "dora",
        gives_to("heads", "edit", "plan"),
        lambda firm, _: Edit(firm.ben(), {"groups": ids(firm.heads)}),
    ),
    "a tie with less than one has": (
        "dora",
        tied,
        lambda firm, _: Edit(firm.ben(), {"tied_to": ids(firm.carl)[0]}),
    ),
    "a grant by who has all of it": ("dora", nothing, lambda firm, _: grant_to(firm.ben(), "administer", firm.plan)),
    "one's own name": ("dora", nothing, lambda firm, _: Edit(firm.own("dora"), {"system_user": "dora"})),
    "a name": ("adam", nothing, lambda firm, _: Edit(firm.ben(), {"name": "benjamin"})),
}


@pytest.mark.parametrize("case", ALLOWED)
def test_what_one_has_is_given(case: str, firm: Firm) -> None:
    who, prepare, make = ALLOWED[case]
    write = make(firm, prepare(firm))

    assert changes_something(firm.asking(who).write([write]))


def test_the_refusal_says_what_would_be_given_and_whom_to_ask(firm: Firm) -> None:
    gives_to("heads", "see", "documents")(firm)

    refused = refusal(firm.owner, lambda: firm.adam.write([Edit(firm.ben(), {"groups": ids(firm.heads)})]))

    assert str(refused) == (
        "adam may not do that: it would give the account ben see on documents, more than adam has; ask an owner"
    )


def test_an_undo_gives_no_more_than_a_write(firm: Firm) -> None:
    made = gives_to("clerks", "see", "documents", effect="deny")(firm)
    firm.grant("adam", "see", "documents")
    revoked = firm.adam.write([Delete(made)])
    firm.adam.undo(revoked.request)
    firm.owner.write([Delete(firm.owner.write([grant_to(firm.own("adam"), "edit", "documents")]).refs[0])])
    firm.owner.write([grant_to(firm.own("adam"), "see", "documents", effect="deny")])

    refused = refusal(firm.owner, lambda: firm.adam.redo())

    assert isinstance(refused, Denied)


def test_a_record_that_is_hidden_is_not_there_to_grant_on(firm: Firm) -> None:
    hidden = refusal(firm.owner, lambda: firm.adam.write([grant_to(firm.ben(), "see", firm.plan)]))
    unknown = Ref("document", bytes(16))
    missing = refusal(firm.owner, lambda: firm.adam.write([grant_to(firm.ben(), "see", unknown)]))

    assert (type(hidden), str(hidden)) == (NotFound, f"there is no {firm.plan}")
    assert (type(missing), str(missing)) == (NotFound, f"there is no {unknown}")


def test_what_one_has_with_a_reason_is_given_with_a_reason(firm: Firm) -> None:
    firm.grant("adam", "see", "documents", condition="reason")
    write = grant_to(firm.ben(), "see", "documents", condition="reason")

    refused = refusal(firm.owner, lambda: firm.adam.write([write]))

    assert isinstance(refused, ReasonNeeded)
    assert changes_something(firm.adam.write([write], reason="Carl asked"))


# what the giver was given, what they give of it that is more, and as much as they have
PARTLY: dict[str, tuple[Given, Given, Given]] = {
    "a grant without end by who has it for a time": (
        lambda firm: grant_to(firm.own("adam"), "see", "documents", valid_until=firm.soon),
        lambda firm: grant_to(firm.ben(), "see", "documents"),
        lambda firm: grant_to(firm.ben(), "see", "documents", valid_until=firm.soon),
    ),
    "a longer grant on a record": (
        lambda firm: grant_to(firm.own("adam"), "see", firm.plan, valid_until=firm.soon),
        lambda firm: grant_to(firm.ben(), "see", firm.plan, valid_until=firm.later),
        lambda firm: grant_to(firm.ben(), "see", firm.plan, valid_until=firm.soon - 1),
    ),
    "a grant without a condition by who has it under one": (
        lambda firm: grant_to(firm.own("adam"), "see", "documents", condition="terminal"),
        lambda firm: grant_to(firm.ben(), "see", "documents"),
        lambda firm: grant_to(firm.ben(), "see", "documents", condition="terminal"),
    ),
    "a grant on a record under another condition": (
        lambda firm: grant_to(firm.own("adam"), "see", firm.plan, condition="terminal"),
        lambda firm: grant_to(firm.ben(), "see", firm.plan, condition="terminal or tls"),
        lambda firm: grant_to(firm.ben(), "see", firm.plan, condition="terminal"),
    ),
    "the end of a denial, by who has what it denies for a time": (
        lambda firm: grant_to(firm.own("adam"), "see", "documents", valid_until=firm.soon),
        lambda firm: Delete(firm.made(grant_to(firm.ben(), "see", "documents", effect="deny"))),
        lambda firm: Delete(
            firm.made(grant_to(firm.ben(), "see", "documents", effect="deny", valid_until=firm.soon)),
        ),
    ),
    "a grant over a time when one has it not": (
        lambda firm: grant_to(firm.own("adam"), "see", "documents", valid_until=firm.soon),
        lambda firm: (
            firm.grant("adam", "see", "documents", valid_from=firm.later),
            grant_to(firm.ben(), "see", "documents"),
        )[1],
        lambda firm: grant_to(firm.ben(), "see", "documents", valid_until=firm.soon),
    ),
    "a grant on a record over a time when one has it not": (
        lambda firm: grant_to(firm.own("adam"), "see", firm.plan, valid_until=firm.soon),
        lambda firm: (
            firm.grant("adam", "see", firm.plan, valid_from=firm.later),
            grant_to(firm.ben(), "see", firm.plan),
        )[1],
        lambda firm: grant_to(firm.ben(), "see", firm.plan, valid_until=firm.soon),
    ),
    "a grant on a record that one is denied for a while, later": (
        lambda firm: grant_to(firm.own("adam"), "see", "documents"),
        lambda firm: (
            firm.grant("adam", "see", firm.plan, effect="deny", valid_from=firm.soon, valid_until=firm.later),
            grant_to(firm.ben(), "see", firm.plan),
        )[1],
        lambda firm: grant_to(firm.ben(), "see", firm.plan, valid_until=firm.soon),
    ),
    "a grant on a record that one is denied under a condition": (
        lambda firm: grant_to(firm.own("adam"), "see", "documents"),
        lambda firm: (
            firm.grant("adam", "see", firm.plan, effect="deny", condition="not terminal"),
            grant_to(firm.ben(), "see", firm.plan),
        )[1],
        lambda firm: grant_to(firm.ben(), "see", firm.report),
    ),
    "a denial that ends sooner, by who has what it denies for a time": (
        lambda firm: grant_to(firm.own("adam"), "see", "documents", valid_until=firm.later),
        lambda firm: Edit(
            firm.made(grant_to(firm.ben(), "see", "documents", effect="deny")), {"valid_until": firm.soon}
        ),
        lambda firm: Edit(
            firm.made(grant_to(firm.ben(), "see", "documents", effect="deny", valid_until=firm.later)),
            {"valid_until": firm.soon},
        ),
    ),
    "a group whose rights last longer": (
        lambda firm: grant_to(firm.own("adam"), "see", "documents", valid_until=firm.soon),
        lambda firm: firm.joins("heads", grant_to(firm.heads, "see", firm.plan)),
        lambda firm: firm.joins("clerks", grant_to(firm.clerks, "see", firm.plan, valid_until=firm.soon)),
    ),
    "a group with more of an area": (
        lambda firm: grant_to(firm.own("adam"), "see", "documents", condition="terminal"),
        lambda firm: firm.joins("heads", grant_to(firm.heads, "see", "documents")),
        lambda firm: firm.joins("clerks", grant_to(firm.clerks, "see", "documents", condition="terminal")),
    ),
}


@pytest.mark.parametrize("case", PARTLY)
def test_what_one_has_for_a_time_or_under_a_condition_is_given_no_further(case: str, firm: Firm) -> None:
    given, more, as_much = (make(firm) for make in PARTLY[case])
    firm.made(given)

    refused = refusal(firm.owner, lambda: firm.adam.write([more]))

    assert isinstance(refused, Denied)
    assert ("for that long" in str(refused)) or ("more than adam has" in str(refused))
    assert changes_something(firm.adam.write([as_much]))


@pytest.mark.parametrize("on", ["documents", "plan"])
def test_rights_that_follow_each_other_are_given_as_one(on: str, firm: Firm) -> None:
    target = getattr(firm, on, on)
    firm.grant("adam", "see", target, valid_until=firm.soon)
    firm.grant("adam", "see", target, valid_from=firm.soon)

    assert changes_something(firm.adam.write([grant_to(firm.ben(), "see", target)]))


def test_what_has_ended_is_nothing(firm: Firm) -> None:
    firm.grant("adam", "see", "documents", valid_from=hours_from_now(-1))
    ended = {"valid_until": hours_from_now(-2)}
    denial = firm.made(grant_to(firm.ben(), "see", "documents", effect="deny", **ended))
    grant = firm.revoked(firm.made(grant_to(firm.ben(), "see", "documents", **ended)))

    assert changes_something(firm.adam.write([Delete(denial), Restore(grant)]))


def test_who_sees_everything_for_a_time_makes_no_auditor(firm: Firm) -> None:
    areas = ("documents", "profiles", "settings", "audit")
    for area in areas:
        firm.grant("adam", "see", area, valid_until=firm.soon)
    write = Edit(firm.ben(), {"roles": ["auditor"]})

    refused = refusal(firm.owner, lambda: firm.adam.write([write]))

    assert str(refused) == (
        "adam may not do that: it would give the account ben the role auditor, which sees everything, more than adam"
        " has; ask an owner"
    )
    for area in areas:
        firm.grant("adam", "see", area)
    assert changes_something(firm.adam.write([write]))


def test_who_may_edit_documents_for_a_time_lets_no_type_grant_that(firm: Firm) -> None:
    firm.grant("adam", "edit", "settings")
    firm.grant("adam", "edit", "documents", valid_until=firm.soon)
    author = firm.owner.resolve("author", "type")
    see = Edit(author, {"grants": "see"})

    for write in (Create("type", {"name": "editor", "grants": "edit"}), see):
        refused = refusal(firm.owner, lambda write=write: firm.adam.write([write]))
        assert isinstance(refused, Denied)
        assert "documents for a shorter time or under a condition; ask an owner" in str(refused)

    assert changes_something(firm.adam.write([Edit(author, {"grants": "none"})]))
    firm.grant("adam", "see", "documents")
    assert changes_something(firm.adam.write([see]))


# --- ties that come about on the way ------------------------------------------------------------------------------


def test_a_tie_is_known_to_the_rest_of_its_request(firm: Firm) -> None:
    # given adam, who may merge profiles, and Carl, an author of the plan, which adam may not see
    firm.grant("adam", "share", "profiles")
    tied(firm)
    one, two, bens = (firm.made(Create("profile", {"name": name})) for name in ("One", "Two", "Ben"))
    writes = [
        MergeProfiles(one.id, two.id),
        Edit(firm.ben(), {"tied_to": ids(bens)[0]}),
        MergeProfiles(bens.id, firm.carl.id),
    ]

    refused = refusal(firm.owner, lambda: firm.adam.write(writes))

    assert isinstance(refused, Denied)
    assert "it would give who is tied to Ben see, edit on a document, more than adam has" in str(refused)
    assert changes_something(firm.adam.write(writes[:2]))


def test_a_split_ends_no_denial_of_who_is_tied(firm: Firm) -> None:
    # given ben, tied to a profile that was merged into Carl, to whom the plan is denied
    firm.grant("adam", "share", "profiles")
    bens = firm.made(Create("profile", {"name": "Ben"}))
    firm.owner.write([Edit(firm.ben(), {"tied_to": ids(bens)[0]}), MergeProfiles(firm.carl.id, bens.id)])
    denial = firm.made(grant_to(firm.carl, "see", firm.plan, effect="deny"))
    write = SplitProfile(firm.carl.id, [], bens.id)

    refused = refusal(firm.owner, lambda: firm.adam.write([write]))

    assert isinstance(refused, Denied)
    assert "it would give who is tied to Ben an end to a denial of see on a document" in str(refused)
    firm.owner.write([Delete(denial)])
    assert changes_something(firm.adam.write([write]))


def test_an_undone_split_gives_who_is_tied_no_more_than_one_has(firm: Firm) -> None:
    # given that adam split what ben is tied to from Carl, to whom the plan was opened since
    firm.grant("adam", "share", "profiles")
    bens = firm.made(Create("profile", {"name": "Ben"}))
    firm.owner.write([Edit(firm.ben(), {"tied_to": ids(bens)[0]}), MergeProfiles(firm.carl.id, bens.id)])
    split = firm.adam.write([SplitProfile(firm.carl.id, [], bens.id)])
    given = firm.made(grant_to(firm.carl, "see", firm.plan))

    refused = refusal(firm.owner, lambda: firm.adam.undo(split.request))

    assert isinstance(refused, Denied)
    assert "it would give who is tied to Ben see on a document, more than adam has" in str(refused)
    firm.owner.write([Delete(given)])
    assert changes_something(firm.adam.undo(split.request))


def test_a_profile_comes_back_with_no_link_that_gives_for_longer_than_one_has(firm: Firm) -> None:
    # given ben, tied to Carl, who went to the trash with his link to the plan, which adam may edit for a time
    firm.grant("adam", "edit", "profiles")
    firm.grant("adam", "edit", "documents", valid_until=firm.soon)
    firm.owner.write([Edit(firm.ben(), {"tied_to": ids(firm.carl)[0]})])
    tied(firm)
    firm.owner.write([Delete(firm.carl)])

    refused = refusal(firm.owner, lambda: firm.adam.write([Restore(firm.carl)]))

    assert isinstance(refused, Denied)
    assert "it would give who is tied to Carl see, edit on a document, more than adam has" in str(refused)
    firm.grant("adam", "edit", "documents")
    assert changes_something(firm.adam.write([Restore(firm.carl)]))


def test_a_password_of_another_needs_all_that_the_other_has(firm: Firm) -> None:
    firm.adam.set_password("ben", "as long as ben has nothing")
    firm.grant("ben", "see", firm.plan)

    refused = refusal(firm.owner, lambda: firm.adam.set_password("ben", "now that he has"))

    assert isinstance(refused, Denied)
    assert "it would give the account ben see on a document, more than adam has" in str(refused)
    firm.dora.set_password("ben", "by one who has it too")


def test_what_would_give_too_much_is_kept_where_others_are_taken_back(firm: Firm) -> None:
    sees = gives_to("clerks", "see", "documents")(firm)
    started = firm.owner.write([Delete(sees), Create("group", {"name": "new"})])

    taking = firm.adam.take_back(TakingBack(request=started.request))

    assert taking.records == 1
    ((kept, why),) = [(one.ref, one.kept) for one in taking.touched if one.kept]
    assert kept == sees
    assert "adam may not give see on documents" in why
