"""Who asks: proven by the system user or by a password, once there is a second account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core import logins
from core.errors import Denied, Invalid, NotFound, Unavailable
from core.values import Actor, Query
from core.workspace import Workspace, open_workspace
from core.write_values import Create

SECRET = "correct horse battery"

Open = Callable[..., Workspace]


@pytest.fixture
def open_as(tmp_path: Path) -> Iterator[Open]:
    opened: list[Workspace] = []

    def open(name: str = "ann", system_user: str = "ann") -> Workspace:
        opened.append(open_workspace(str(tmp_path / "store.db"), Actor(name, "cli", system_user=system_user)))
        return opened[-1]

    yield open
    for workspace in opened:
        workspace.close()


@pytest.fixture
def owner(open_as: Open) -> Workspace:
    """Of a store with two accounts, of which bob's has a password."""
    workspace = open_as()
    workspace.write([Create("account", {"name": "bob"})])
    workspace.set_password("bob", SECRET)
    return workspace


def test_one_operator_is_asked_for_nothing_and_goes_by_any_name(open_as: Open) -> None:
    workspace = open_as("whoever")

    workspace.log_in("whoever")

    assert workspace.actor.name == "whoever"
    workspace.write([Create("profile", {"name": "Ada"})])


def test_the_first_account_makes_an_owner_of_whoever_makes_it(owner: Workspace) -> None:
    accounts = owner.page(Query(entity="account")).rows

    assert [(one.name, one.roles, one.system_user) for one in accounts] == [("ann", ["owner"], "ann"), ("bob", [], "")]


def test_the_system_user_is_proof_enough(owner: Workspace, open_as: Open) -> None:
    workspace = open_as("ann", system_user="ann")

    workspace.log_in()

    assert workspace.actor.name == "ann"


@pytest.mark.parametrize("name", ["ann", "bob"])
def test_another_user_of_the_machine_is_asked_for_a_password(owner: Workspace, open_as: Open, name: str) -> None:
    workspace = open_as(name, system_user="eve")

    with pytest.raises(Denied, match="asks for a password"):
        workspace.log_in(name)


def test_a_password_opens_its_account(owner: Workspace, open_as: Open) -> None:
    workspace = open_as("bob", system_user="eve")

    workspace.log_in("bob", lambda _: SECRET)

    assert workspace.actor.name == "bob"


@pytest.mark.parametrize("name", ["bob", "ann", "nobody"])
def test_a_wrong_password_and_an_account_that_is_not_there_are_answered_alike(
    owner: Workspace, open_as: Open, name: str
) -> None:
    workspace = open_as(name, system_user="eve")

    with pytest.raises(Denied, match=r"^there is no such account with this password, or it has none"):
        workspace.log_in(name, lambda _: "a guess of mine")

    assert workspace.actor.name == name


def test_without_a_name_one_must_be_known_to_the_machine(owner: Workspace, open_as: Open) -> None:
    workspace = open_as("eve", system_user="eve")

    with pytest.raises(Denied, match="say with --as NAME which one is yours"):
        workspace.log_in()


@pytest.mark.parametrize("name", ["bob", "nobody"])
def test_an_account_waits_after_several_wrong_passwords_be_it_there_or_not(
    owner: Workspace, open_as: Open, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    workspace = open_as("bob", system_user="eve")
    for _ in range(logins.LIMIT):
        with pytest.raises(Denied):
            workspace.log_in(name, lambda _: "a guess of mine")

    with pytest.raises(Unavailable, match=r"too many wrong passwords; try again in \d+ seconds"):
        workspace.log_in(name, lambda _: SECRET)

    later = logins.now() + logins.WAIT
    monkeypatch.setattr(logins, "now", lambda: later)
    workspace.log_in("bob", lambda _: SECRET)
    assert workspace.actor.name == "bob"


def test_a_password_is_kept_as_a_hash_alone(owner: Workspace, tmp_path: Path) -> None:
    owner.close()

    assert not any(SECRET.encode() in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.parametrize(
    ("account", "password", "error", "sentence"),
    [
        ("bob", "short", Invalid, "must have 8 to 1,000 characters"),
        ("bob", "x" * 1001, Invalid, "must have 8 to 1,000 characters"),
        ("nobody", SECRET, NotFound, 'there is no account "nobody"'),
    ],
)
def test_a_password_that_cannot_be_is_refused(
    owner: Workspace, open_as: Open, account: str, password: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        owner.set_password(account, password)

    open_as("bob", "eve").log_in("bob", lambda _: SECRET)


def test_one_sets_ones_own_password_and_nobody_elses(owner: Workspace, open_as: Open) -> None:
    bob = open_as("bob", "eve")
    bob.log_in("bob", lambda _: SECRET)

    bob.set_password("bob", "another one")
    for name in ("ann", "nobody"):
        with pytest.raises(Denied, match="bob may not set the password of another account"):
            bob.set_password(name, "another one")

    with pytest.raises(Denied):
        open_as("bob", "eve").log_in("bob", lambda _: SECRET)
    open_as("bob", "eve").log_in("bob", lambda _: "another one")


def test_who_administers_access_sets_passwords_but_not_an_owners(owner: Workspace, open_as: Open) -> None:
    owner.write([Create("grant", {"subject_kind": "everyone", "action": "administer", "target_kind": "access"})])
    owner.write([Create("account", {"name": "cy"})])
    bob = open_as("bob", "eve")

    bob.set_password("cy", "something new")
    with pytest.raises(Denied, match="ask an owner"):
        bob.set_password("ann", "something new")

    open_as("cy", "eve").log_in("cy", lambda _: "something new")


def test_a_password_can_be_taken_away(owner: Workspace, open_as: Open) -> None:
    owner.set_password("bob", "")

    with pytest.raises(Denied, match="or it has none"):
        open_as("bob", "eve").log_in("bob", lambda _: "")
