"""Activity and System."""

from __future__ import annotations

from core.workspace import Workspace
from core.write_values import Delete, Edit
from tests.tui.conftest import NARROW, Office, OpenTerminal


async def test_the_feed_grows_while_one_looks(terminal: OpenTerminal, office: Office, colleague: Workspace) -> None:
    async with terminal(NARROW) as t:
        await t.press("5")
        await t.shows("Activity", "linked Charter · author · Ada Lovelace", "and 5 more")
        colleague.write([Edit(office.ref("Letter"), {"title": "Long letter"})])
        await t.shows("Ann", "changed title of Long letter")


async def test_a_request_is_shown_field_by_field_and_leads_to_its_records(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    colleague.write([Edit(office.ref("Letter"), {"title": "Long letter"}), Delete(office.ref("Cleo Ngata"))])
    async with terminal(NARROW) as t:
        await t.press("5")
        await t.shows("and 2 more")
        await t.press("enter")
        await t.shows("Ann (terminal)", "- Letter", "+ Long letter", "deleted Cleo Ngata")
        await t.stands_on("Long letter")
        await t.press("enter")
        await t.shows("› Long letter", "author  1", "Bob Marsh")
        await t.press("backspace", "backspace")
        await t.shows("latest first")


async def test_the_request_under_the_cursor_is_undone(terminal: OpenTerminal, office: Office) -> None:
    office.workspace.write([Edit(office.ref("Letter"), {"title": "Long letter"})])
    office.workspace.write([Edit(office.ref("Report"), {"title": "Long report"})])
    async with terminal(NARROW) as t:
        await t.press("5")
        await t.shows("Long report")
        await t.press("down", "u")
        await t.shows("changed title of Letter")
    assert office.workspace.get(office.ref("Letter")).title == "Letter"
    assert office.workspace.get(office.ref("Report")).title == "Long report"


async def test_the_feed_is_filtered_by_actor_type_and_record(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    colleague.write([Edit(office.ref("Letter"), {"title": "Long letter"})])
    office.workspace.write([Edit(office.ref("Cleo Ngata"), {"notes": "x"})])
    async with terminal(NARROW) as t:
        await t.press("5")
        await t.shows("changed notes of Cleo Ngata")
        await t.press("slash")
        await t.type("by:an")
        await t.shows("changed title of Long letter")
        await t.shows_no("notes of Cleo")
        await t.press("escape", "slash")
        await t.type("type:profile.upd")
        await t.shows("notes of Cleo")
        await t.shows_no("Long letter")
        await t.press("escape", "slash")
        await t.type("record:cleo")
        await t.shows("changes of Cleo Ngata", "changed notes of Cleo Ngata", "made Cleo Ngata")
        await t.press("escape", "slash")
        await t.type("by:nobody")
        await t.shows("nobody whose name begins with “nobody” changed anything lately")


async def test_the_feed_of_a_bulk_is_one_line(terminal: OpenTerminal, office: Office) -> None:
    from core.write_values import Create

    office.workspace.write([Create("profile", {"name": f"P{n:04}", "kind": "person"}) for n in range(450)])
    async with terminal(NARROW) as t:
        await t.press("5")
        await t.shows("and 449 more", "linked Charter")


async def test_system_counts_and_leads_on(terminal: OpenTerminal, office: Office) -> None:
    office.workspace.write([Delete(office.ref("Cleo Ngata"))])
    async with terminal(NARROW) as t:
        await t.press("6")
        await t.shows("store.db", "profiles           3", "documents          3", "links              5", "author")
        await t.press("down", "down", "enter")
        await t.shows("[1 Profiles]", "trash", "Cleo Ngata")
        await t.press("6", "end")
        await t.shows("This terminal", "thin               off")
        await t.press("home", "enter")
        await t.shows("[3 Links]", "/ type:author", "1 / 3")
