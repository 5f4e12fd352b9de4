"""What a change of access would open and close is what it does, and asking leaves no trace."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.access_states import LIMIT
from core.access_values import AccessPreview, Effect
from core.errors import Denied, RolodocError
from core.fields import ACTIONS, SUBJECTS, Entity
from core.local import LocalWorkspace
from core.members import living_accounts
from core.records import load
from core.rights import BITS
from core.rights_of_many import rights_of
from core.values import Actor, Ref, id_text
from core.viewer import context_of, identify, view
from core.write_values import Create, Delete, Edit, Restore, Write
from tests.core.access.building import Built, made
from tests.core.access.people import People, contents_of, grant_to, hours_from_now, people, refusal
from tests.core.access.worlds import OWNER, random_world
from tests.core.making import make_profile, make_type, new_link

RUNS = int(os.environ.get("ROLODOC_RUNS", "10"))
TRIES = 12
RECORDS: tuple[Entity, ...] = ("document", "profile")
Rights = dict[tuple[str, Entity, int], int]


def test_what_a_tie_keeps_open_is_not_told_as_closed(empty_store: Path, store_path: Path) -> None:
    """Also where there is too much to look at each."""
    with people(empty_store, store_path) as office:
        # given Ann, who sees all documents through a group, and a profile with links to most of them
        make_type(office.owner, grants="see")
        herself = make_profile(office.owner)
        documents = office.owner.write([Create("document", {"title": "D"}) for _ in range(LIMIT + 300)]).refs
        office.owner.write([new_link(document, herself) for document in documents[: LIMIT + 100]])
        group = office.made(Create("group", {"name": "readers"}))
        office.made(grant_to(group, "see", "documents"))
        office.account("ann", groups=[id_text(group.id)])

        # when she is to leave the group, and to be tied to the profile
        write = Edit(office.accounts["ann"], {"groups": [], "tied_to": id_text(herself.id)})
        (told,) = office.owner.preview_access([write]).effects

        # then at least the others close
        assert (told.account, told.opens, told.closes, told.exact) == ("ann", 0, 200, False)


@pytest.mark.parametrize("seed", range(RUNS))
def test_it_tells_what_comes_of_the_writes(seed: int, empty_store: Path, tmp_path: Path) -> None:
    random = Random(seed)
    with made(random_world(random), random, empty_store, tmp_path) as built:
        workspace = LocalWorkspace(built.path, Actor(OWNER, "terminal"), create=False)
        for _ in range(TRIES):
            write = random_write(random, built)
            before = rights_in(workspace)
            told = answer_of(workspace.preview_access, write)
            assert rights_in(workspace) == before
            done = answer_of(workspace.write, write)
            if isinstance(told, str):
                assert told == done
                continue
            expected = compared(before, rights_in(workspace))
            if not expected:
                continue  # it may tell what the grant will open when it is in force
            assert {one.account: one for one in told.effects} == expected, write
            assert told.accounts == len(expected)
            assert (told.opens, told.closes) == tuple(
                sum(getattr(one, what) for one in expected.values()) for what in ("opens", "closes")
            )
        workspace.close()


def answer_of(call: Callable[[list[Write]], Any], write: Write) -> Any:
    """What it answers, or the sentence of the refusal."""
    try:
        return call([write])
    except RolodocError as error:
        return f"{type(error).__name__}: {error}"


def random_write(random: Random, built: Built) -> Write:
    """A change of who may what, of any kind."""
    kind = random.choice(("grant", "revoke", "account", "group", "type", "delete", "restore", "link"))

    def any_of(entity: Entity) -> Ref:
        return random.choice([ref for (known, _), ref in built.refs.items() if known == entity])

    def ids(entity: Entity) -> list[str]:
        return [id_text(any_of(entity).id) for _ in range(random.randint(0, 2))]

    if kind == "grant":
        subject, target = random.choice(SUBJECTS), random.choice(("document", "profile", "documents", "profiles"))
        fields = {"subject_kind": subject, "target_kind": target, "action": random.choice(ACTIONS)}
        fields["subject"] = "" if subject == "everyone" else id_text(any_of(subject).id)
        fields["target"] = id_text(any_of(target).id) if target in RECORDS else ""
        return Create("grant", fields | {"effect": random.choice(("allow", "allow", "deny"))})
    if kind == "revoke":
        return Delete(any_of("grant"))
    if kind == "account":
        name = f"new {random.random()}"
        new: Write = Create("account", {"name": name, "groups": ids("group"), "roles": ids("role")})
        old = Edit(any_of("account"), {"groups": ids("group"), "tied_to": (*ids("profile"), "")[0]})
        return random.choice((new, old))
    if kind == "group":
        roles = [*ids("role"), *random.choice(([], ["auditor"]))]
        return Edit(any_of("group"), {"groups": ids("group"), "roles": roles})
    if kind == "type":
        return Edit(any_of("type"), {"grants": random.choice(("none", "see", "administer"))})
    if kind == "link":
        return random.choice((Delete, Restore))(any_of("link"))
    return (Delete if kind == "delete" else Restore)(any_of(random.choice(("account", "group", "role", "grant"))))


def rights_in(workspace: LocalWorkspace) -> Rights:
    """What each account may do with each living record."""
    found: Rights = {}
    with workspace.store.read() as db:
        for account in living_accounts(db):
            viewer = view(identify(db, Actor(account.name)), context_of(workspace.actor, workspace.clock()))
            for entity in RECORDS:
                rows = load(db, entity, "t.deleted_at IS NULL", ())
                rights = rights_of(db, viewer, entity, [row[0] for row in rows])
                found |= {(account.name, entity, id): may for id, may in rights.items()}
    return found


def compared(before: Rights, after: Rights) -> dict[str, Effect]:
    counts: dict[str, Counter[str]] = {}
    for key in {**before, **after}:
        had, has = before.get(key, 0), after.get(key, 0)
        if had != has:
            saw, sees = had & BITS["see"], has & BITS["see"]
            counts.setdefault(key[0], Counter())["changes" if saw and sees else "opens" if sees else "closes"] += 1
    return {name: Effect(name, of["opens"], of["closes"], of["changes"]) for name, of in counts.items()}


# --- what it says -------------------------------------------------------------------------------------------------


@pytest.fixture
def office(empty_store: Path, store_path: Path) -> Iterator[People]:
    with people(empty_store, store_path) as opened:
        opened.account("ann")
        opened.account("bob")
        yield opened


def documents(office: People, number: int) -> list[Ref]:
    return office.owner.write([Create("document", {"title": f"Letter {n}"}) for n in range(number)]).refs


def test_a_grant_tells_for_whom_how_many_records_open(office: People) -> None:
    letters = documents(office, 3)
    hr = office.made(Create("group", {"name": "hr"}))
    office.owner.write([Edit(office.accounts["ann"], {"groups": [id_text(hr.id)]})])
    office.grant("ann", "see", letters[0])

    told = office.owner.preview_access([grant_to(hr, "edit", letter) for letter in letters])

    assert told == AccessPreview([Effect("ann", opens=2, closes=0, changes=1)], accounts=1, opens=2, closes=0)


def test_a_revocation_tells_what_closes_with_the_profiles_behind_it(office: People) -> None:
    (letter,) = documents(office, 1)
    carl = office.made(Create("profile", {"name": "Carl"}))
    office.made(Create("type", {"name": "author"}))
    office.made(Create("link", {"document": letter.id, "profile": carl.id, "type": "author"}))
    made = office.grant("ann", "see", letter)

    told = office.owner.preview_access([Delete(made)])

    assert told.effects == [Effect("ann", opens=0, closes=2)]


@pytest.mark.parametrize(
    "fields",
    [
        {"valid_from": hours_from_now(1)},
        {"condition": "network 192.0.2.0/24"},
        {"condition": "reason and not terminal"},
    ],
    ids=["later", "from elsewhere", "otherwise"],
)
def test_a_grant_that_waits_tells_what_it_opens_when_it_is_in_force(fields: dict[str, Any], office: People) -> None:
    letters = documents(office, 3)

    of_one = office.owner.preview_access([grant_to(office.accounts["ann"], "see", letters[0], **fields)])
    of_all = office.owner.preview_access([grant_to(office.accounts["ann"], "see", "documents", **fields)])

    assert of_one.effects == [Effect("ann", opens=1, closes=0)]
    assert of_all.effects == [Effect("ann", opens=3, closes=0)]


def test_it_leaves_no_trace(office: People) -> None:
    letters = documents(office, 3)
    before, files = contents_of(office.owner), sorted(office.path.parent.iterdir())

    office.owner.preview_access([grant_to(office.accounts["ann"], "see", letter) for letter in letters])

    assert contents_of(office.owner) == before
    audit = office.owner.store.fetch("SELECT count(*) FROM audit WHERE kind LIKE 'grant%'")
    assert audit == [(0,)]
    assert sorted(office.path.parent.iterdir()) == files


def test_one_whose_grants_would_be_refused_is_told_nothing_else(office: People) -> None:
    (letter,) = documents(office, 1)
    ann = office.workspace("ann")
    office.grant("ann", "see", letter)

    refused = refusal(office.owner, lambda: ann.preview_access([grant_to(office.accounts["bob"], "see", letter)]))

    assert isinstance(refused, Denied)


def test_all_of_a_kind_is_one_number_however_many(office: People) -> None:
    letters = documents(office, 1_200)
    office.grant("ann", "edit", letters[0])
    everyone = {"subject_kind": "everyone", "target_kind": "documents", "action": "see"}

    told = office.owner.preview_access([Create("grant", everyone)])

    assert told.effects == [Effect("bob", opens=1_200, closes=0), Effect("ann", opens=1_199, closes=0)]


def test_of_more_single_records_than_are_counted_it_says_so(office: People) -> None:
    hr = office.made(Create("group", {"name": "hr"}))
    office.owner.write([grant_to(hr, "see", letter) for letter in documents(office, 1_100)])

    told = office.owner.preview_access([Edit(office.accounts["ann"], {"groups": [id_text(hr.id)]})])

    assert told.effects == [Effect("ann", opens=1_000, closes=0, exact=False)]


def test_where_many_have_rights_of_their_own_at_least_the_others_open(office: People) -> None:
    letters = documents(office, 1_300)
    office.owner.write([grant_to(office.accounts["ann"], "see", letter) for letter in letters[:1_100]])

    told = office.owner.preview_access([grant_to(office.accounts["ann"], "see", "documents")])

    assert told.effects == [Effect("ann", opens=200, closes=0, exact=False)]


def test_the_first_account_changes_nothing_for_the_operator(workspace: LocalWorkspace) -> None:
    documents_of_one = workspace.write([Create("document", {"title": "Notes"})])

    told = workspace.preview_access([Create("account", {"name": "bob"})])

    assert documents_of_one.changes == 1
    assert told == AccessPreview([], accounts=0, opens=0, closes=0)
    assert workspace.me().alone


def test_a_thousand_accounts_are_counted(office: People) -> None:
    hr = office.made(Create("group", {"name": "hr"}))
    member = {"groups": [id_text(hr.id)]}
    office.owner.write([Create("account", {"name": f"account {n:04}"} | member) for n in range(1_000)])
    letters = documents(office, 500)

    one = office.owner.preview_access([grant_to(hr, "see", letters[0])])
    of_all = office.owner.preview_access([grant_to(hr, "see", "documents")])

    assert (one.accounts, one.opens, len(one.effects)) == (1_000, 1_000, 100)
    assert (of_all.accounts, of_all.opens) == (1_000, 500_000)
