"""Accounts, groups and roles: made, put into each other, deleted and restored by keys; what each may stands beside."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.values import Query, Ref, id_text
from core.write_values import Create, Edit
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal, Terminal
from tests.tui.staff import FAR, Staff, workspace_of
from tests.tui.test_app import RAW
from tests.tui.waiting import until


@pytest.fixture
def staff(office: Office) -> Staff:
    return Staff(office)


def accounts(office: Office) -> dict[str, list[str]]:
    """The roles of each, by name."""
    return {row.name: row.roles for row in office.workspace.page(Query(entity="account")).rows}


async def open_accounts(t: Terminal) -> None:
    await t.press("colon")
    await t.type("accounts")
    await t.stands_on("Accounts")
    await t.press("enter")
    await t.shows("Accounts ", "Groups ", "Roles ")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
async def test_three_lists_with_what_each_may(terminal: OpenTerminal, staff: Staff, size: tuple[int, int]) -> None:
    async with terminal(size) as t:
        await open_accounts(t)
        await t.shows("[Accounts 5]", "Groups 2", "Roles 1", "ann", "office", "bob", "clerk")
        await t.stands_on("ann")
        await t.shows("account ann", "groups        office › hr")
        await t.press("enter", "end")
        await t.shows("+ edit", "Report  through group hr")
        await t.press("escape", "right")
        await t.shows("[Groups 2]", "Human resources")
        await t.stands_on("hr")
        await t.press("right")
        await t.shows("[Roles 1]", "role clerk", "all documents", "Who is in it  1")


async def test_an_account_says_what_it_may_with_everything_and_by_which_grants(
    terminal: OpenTerminal, staff: Staff
) -> None:
    async with terminal(WIDE) as t:
        await open_accounts(t)
        await t.press("down")
        await t.stands_on("bob")
        await t.shows("account bob", "May, with all of a kind", "all documents see", "roles         clerk")
        await t.shows("- deny see      Letter  “he wrote it”", "+ see           all documents  through role clerk")
        await t.press("end")
        await t.stands_on("tester")
        await t.shows("owner (may do everything; no rule", "all profiles  everything")


async def test_a_group_says_who_is_in_it(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(WIDE) as t:
        await open_accounts(t)
        await t.press("right")
        await t.stands_on("hr")
        await t.shows("Who is in it  1", "group    office", f"until {FAR}")
        await t.press("down")
        await t.shows("account  ann", "groups        hr")


# --- making them ---------------------------------------------------------------------------------------------------


async def test_the_first_account_makes_the_operator_the_owner(terminal: OpenTerminal, office: Office) -> None:
    async with terminal(NARROW) as t:
        await t.press("6", "end")
        await t.shows("This terminal")
        await t.press("up")
        await t.stands_on("who there is")
        await t.shows("0 accounts, 0 groups, 0 roles")
        await t.press("enter")
        await t.shows("there is no account: you are the only one here; n makes one")
        await t.press("n")
        await t.shows("New account", "System user")
        await t.type("eve")
        await t.press("tab", "right", "tab")
        await t.type("eve1")
        await t.press("f2")
        await t.shows("New account?", "yours, tester, becomes")
        await t.press("enter")
        await t.shows("account eve is made; u takes it back", "[Accounts 2]", "tester", "a service")
        assert accounts(office) == {"eve": [], "tester": ["owner"]}
        await until(t.pilot, lambda: t.lines[1].endswith("tester"))
        await t.press("u")
        await t.shows("[Accounts 0]")
    assert accounts(office) == {}


async def test_an_account_is_tied_to_a_profile_and_what_that_opens_is_told(
    terminal: OpenTerminal, staff: Staff, office: Office, store_path: Path
) -> None:
    async with terminal(WIDE) as t:
        await open_accounts(t)
        await t.press("n")
        await t.shows("New account", "Tied to")
        await t.type("ada")
        await t.press("tab", "tab", "tab")
        await t.type("lovel")
        await t.shows("tied to: type a part of the name", "Ada Lovelace")
        await t.press("enter")
        await t.shows("Ada Lovelace (profile)")
        await t.press("f2")
        await t.shows("New account?", "opens 6 records for 1 account: ada 6")
        await t.press("enter")
        await t.shows("account ada is made", "[Accounts 6]")
    row = next(row for row in office.workspace.page(Query(entity="account")).rows if row.name == "ada")
    assert row.tied_to == id_text(office.ids["Ada Lovelace"])
    with workspace_of("ada", store_path) as own:
        assert own.may(office.ref("Charter")) == ("see",)


async def test_an_account_is_edited_and_untied(terminal: OpenTerminal, staff: Staff, office: Office) -> None:
    async with terminal(WIDE) as t:
        await open_accounts(t)
        await t.press("down", "down")
        await t.stands_on("cleo")
        await t.shows("tied to       Cleo Ngata")
        await t.press("e")
        await t.shows("Edit account cleo", "Cleo Ngata (profile)")
        await t.press("tab", "tab")
        await t.type("cn")
        await t.press("tab", "delete")
        await t.shows("none")
        await t.press("f2")
        await t.shows("Edit account cleo?", "- closes 3 records for 1 account: cleo 3")
        await t.press("enter")
        await t.shows("account cleo is changed; u takes it back", "system user   cn", "tied to       no profile")


async def test_groups_and_roles_are_made_and_named_once(terminal: OpenTerminal, staff: Staff, office: Office) -> None:
    async with terminal(NARROW) as t:
        await open_accounts(t)
        await t.press("right", "n")
        await t.shows("New group", "Description")
        await t.type("board")
        await t.press("enter")
        await t.shows("group board is made; u takes it back", "[Groups 3]")
        await t.press("n")
        await t.shows("New group")
        await t.type("hr")
        await t.press("enter")
        await t.shows("✗ ", 'there is a living group "hr"; choose another name, or rename or delete that')
        await t.press("escape", "right", "n")
        await t.shows("New role")
        await t.press("f2")
        await t.shows("✗ must not be empty")
        await t.type("owner")
        await t.press("enter")
        await t.shows("✗ ", "owner")
        await t.press("escape")
        await t.shows("[Roles 1]")


@pytest.mark.parametrize(("name", "said"), [("ann", "there is a living account"), ("x" * 101, "101 characters long")])
async def test_a_name_that_does_not_fit_is_told_and_stays(
    terminal: OpenTerminal, staff: Staff, office: Office, name: str, said: str
) -> None:
    before = accounts(office)
    async with terminal(WIDE) as t:
        await open_accounts(t)
        await t.press("n")
        await t.shows("New account")
        await t.type(name)
        await t.press("f2")
        await t.shows("✗ ", said, name[:40])
    assert accounts(office) == before


# --- memberships ----------------------------------------------------------------------------------------------------


async def test_an_account_is_put_into_a_group_after_a_dry_run(
    terminal: OpenTerminal, staff: Staff, office: Office, store_path: Path
) -> None:
    async with terminal(WIDE) as t:
        await open_accounts(t)
        await t.press("down", "down", "down")
        await t.stands_on("dan")
        await t.press("m")
        await t.shows("Memberships of dan", "[ ] group  hr", "[ ] role   owner  may do everything")
        await t.type("off")
        await t.stands_on("office")
        await t.press("enter")
        await t.shows("[x] group  office")
        await t.press("f2")
        await t.shows("Memberships of dan?", "opens 3 records for 1 account: dan 3")
        await t.press("enter")
        await t.shows("memberships of dan are changed; u takes it back", "groups        office › hr")
        with workspace_of("dan", store_path) as dan:
            assert dan.may(office.ref("Report")) == ("see", "edit")
        await t.press("escape", "5")
        await t.shows("put dan into office")
        await t.press("u")
        await t.shows("took dan out of office")


async def test_a_group_is_not_put_into_itself(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(WIDE) as t:
        await open_accounts(t)
        await t.press("right", "m")
        await t.shows("Memberships of hr", "[ ] group  office")
        assert "group  hr" not in t.text
        await t.press("enter", "f2")
        await t.shows("✗ ", "hr")
        assert "⏎ do it" not in t.text


async def test_the_last_owner_stays(terminal: OpenTerminal, staff: Staff, office: Office) -> None:
    async with terminal(WIDE) as t:
        await open_accounts(t)
        await t.press("end", "m")
        await t.shows("Memberships of tester", "[x] role   owner")
        await t.type("owner")
        await t.stands_on("owner")
        await t.press("enter", "f2")
        await t.shows("✗ ", "owner")
        await t.press("escape", "x")
        await t.shows("✗ ", "owner")
    assert accounts(office)["tester"] == ["owner"]


async def test_a_role_has_no_memberships(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(WIDE) as t:
        await open_accounts(t)
        await t.press("left")
        await t.shows("[Roles 1]")
        await t.press("m")
        await t.shows("Memberships: a role is given to accounts and groups")


# --- deleting, restoring, granting ------------------------------------------------------------------------------------


async def test_a_group_is_deleted_with_a_preview_and_restored(
    terminal: OpenTerminal, staff: Staff, office: Office
) -> None:
    async with terminal(NARROW) as t:
        await open_accounts(t)
        await t.press("right")
        await t.stands_on("hr")
        await t.press("x")
        await t.shows("Delete group hr?", "closes 3 records for 1 account: ann 3")
        await t.press("enter")
        await t.shows("group hr is deleted; u takes it back", "[Groups 1]")
        await t.press("T")
        await t.shows("in the trash", "[Groups 1]")
        await t.stands_on("hr")
        await t.press("n", "e")
        await t.shows("it is in the trash; R restores it first")
        await t.press("R")
        await t.shows("Restore group hr?", "opens 3 records for 1 account: ann 3")
        await t.press("enter")
        await t.shows("group hr is back", "no group is in the trash")
        await t.press("T")
        await t.shows("[Groups 2]")


async def test_a_grant_to_an_account_is_made_from_it_and_revoked_there(
    terminal: OpenTerminal, staff: Staff, office: Office
) -> None:
    async with terminal(WIDE) as t:
        await open_accounts(t)
        await t.press("down", "down", "down", "g")
        await t.shows("on: type a part of the name", "all documents", "the audit")
        await t.type("all prof")
        await t.stands_on("all profiles")
        await t.press("enter")
        await t.shows("Allow to dan", "all profiles", "dan (account)")
        await t.press("f2")
        await t.shows("Allow dan to see all profiles?", "opens 4 records for 1 account: dan 4")
        await t.press("enter")
        await t.shows("allow dan to see all profiles: done", "all profiles  see", "+ see           all profiles")
        await t.press("enter", "end")
        await t.stands_on("all profiles")
        await t.press("x")
        await t.shows("Revoke: Allow dan to see all profiles?")
        await t.press("enter")
        await t.shows("revoked; u takes it back", "May, with all of a kind", "nothing")


async def test_why_an_account_may_not_see_a_record_that_one_chooses(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(NARROW) as t:
        await open_accounts(t)
        await t.press("down", "w")
        await t.shows("which record?")
        await t.type("lett")
        await t.shows("document   Letter")
        await t.press("enter")
        await t.shows("bob and Letter", "✗ bob may not see Letter", "stands against it", "+ allows see", "role clerk")
        await t.press("right")
        await t.shows("✗ bob may not edit Letter")
        await t.press("escape")
        await t.shows("[Accounts 5]")


# --- finding, and who may -------------------------------------------------------------------------------------------


async def test_the_list_is_filtered_by_what_is_typed(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(WIDE) as t:
        await open_accounts(t)
        await t.press("slash")
        await t.type("cl")
        await t.shows("/ cl", "account cleo")
        await t.shows_no("tester  ")
        await t.press("enter", "e")
        await t.shows("Edit account cleo")
        await t.press("escape", "slash")
        await t.type("x")
        await t.shows("none has this in its name")
        await t.press("escape")
        await t.shows("[Accounts 5]", "bob", "tester  ")


async def test_one_who_may_not_see_the_administration_sees_himself_alone(
    terminal: OpenTerminal, staff: Staff, store_path: Path
) -> None:
    with workspace_of("cleo", store_path) as cleo:
        async with terminal(WIDE, first="Cleo Ngata", workspace=cleo) as t:
            await open_accounts(t)
            await t.shows("[Accounts 1]", "Groups 0", "account cleo", "May, with all of a kind", "nothing")
            await t.press("n")
            await t.shows("New account")
            await t.type("mole")
            await t.press("f2")
            await t.shows("✗ not done: cleo may not", "mole")
    assert "mole" not in accounts(staff.office)


async def test_a_history_of_an_account(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(WIDE) as t:
        await open_accounts(t)
        await t.press("h")
        await t.shows("History of ann", "rev 2 of 2", "+ office")


async def test_markup_in_names_is_shown_as_text(terminal: OpenTerminal, staff: Staff, office: Office) -> None:
    hostile = "[@click=app.bell]x[/] [/y]"
    (group,) = office.workspace.write(
        [Create("group", {"name": hostile, "description": f"{hostile}\n\x1b[31mred"})]
    ).refs
    office.workspace.write([Edit(Ref("account", staff.ids["dan"]), {"groups": [id_text(group.id)]})])
    async with terminal(WIDE) as t:
        await open_accounts(t)
        await t.press("down", "down", "down")
        await t.stands_on("dan")
        await t.shows(f"groups        {hostile}")
        await t.press("m")
        await t.shows(f"[x] group  {hostile}")
        await t.press("escape", "right", "home")
        await t.shows(f"group {hostile}", "account  dan")
        assert not RAW.search(t.text)
