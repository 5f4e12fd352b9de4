"""Two terminals, two accounts: what one takes back leaves the other's screen, and what is typed there is not saved."""

from __future__ import annotations

import pytest

from core.values import Query, Ref, id_text
from core.workspace import Workspace
from core.write_values import Create, Edit
from tests.end_to_end.conftest import Open
from tests.end_to_end.terminal import Terminal

SECRET = "a long password"
GONE = "is not shown to you any more: access was taken away"


@pytest.fixture
def staff(library: Workspace) -> Workspace:
    """The tester, who owns the store, and bob, who may edit the Harbour survey until that is taken back."""
    survey = library.resolve("Harbour survey", "document")
    (account,) = library.write([Create("account", {"name": "bob"})]).refs
    owner = library.resolve(library.actor.name, "account")
    library.write([Edit(owner, {"system_user": ""})])
    grant = {"subject_kind": "account", "subject": id_text(account.id), "action": "edit"}
    library.write([Create("grant", grant | {"target_kind": "document", "target": id_text(survey.id)})])
    for name in ("bob", library.actor.name):
        library.set_password(name, SECRET)
    return library


@pytest.fixture
def owners(staff: Workspace, open_terminal: Open) -> Terminal:
    terminal = open_terminal("--as", staff.actor.name, env={"ROLODOC_PASSWORD": SECRET}, columns=120, lines=40)
    terminal.wait("Jonas Berg")
    terminal.type("2/harbour\r")
    terminal.wait("The quay wall needs work")
    return terminal


@pytest.fixture
def bobs(staff: Workspace, open_terminal: Open) -> Terminal:
    terminal = open_terminal("--as", "bob", env={"ROLODOC_PASSWORD": SECRET})
    terminal.wait("Profiles")
    terminal.press("2")
    terminal.wait("1 / 1")
    return terminal


def revoke(terminal: Terminal) -> None:
    """By keys: the access of the record, the grant on it, and that it is meant."""
    terminal.press("A")
    terminal.wait("Grants on it")
    terminal.press("end")
    terminal.wait("x revoke")
    terminal.press("x")
    terminal.wait("takes it back")  # of the dry run, which has the keys by then
    terminal.press("enter")


def test_what_is_revoked_in_one_terminal_leaves_the_other(owners: Terminal, bobs: Terminal, staff: Workspace) -> None:
    # given bob's list, with the survey alone
    assert "Harbour survey" in bobs.text

    # when
    revoke(owners)

    # then
    bobs.wait(lambda screen: f"Harbour survey {GONE}" in screen and "There is no document yet" in screen)
    assert not staff.page(Query(entity="grant")).rows

    # and both terminals go on
    bobs.press("1")
    bobs.wait("There is no profile yet")
    owners.press("escape", "u")
    owners.wait("restored 1 grant")
    bobs.press("2")
    bobs.wait("Harbour survey")


def test_an_open_edit_of_it_cannot_be_saved(owners: Terminal, bobs: Terminal, staff: Workspace) -> None:
    # given a form with something typed into it
    bobs.press("e")
    bobs.wait("Title *")
    bobs.type(" of 1901")
    bobs.wait("Harbour survey of 1901")

    # when
    revoke(owners)
    bobs.wait("not shown to you any more")
    bobs.type("\x07")  # ctrl-g saves

    # then
    bobs.wait("not saved: there is no document")
    assert staff.get(Ref("document", staff.resolve("Harbour survey").id)).title == "Harbour survey"
    bobs.press("escape")
    bobs.wait("kept as a draft")
