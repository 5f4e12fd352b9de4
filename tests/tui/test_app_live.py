"""What others change while one looks: it is shown where it stands, marked, and moves nothing."""

from __future__ import annotations

from core.workspace import Workspace
from core.write_values import Create, Delete, Edit
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal
from tests.tui.waiting import until


async def test_a_link_of_another_appears_marked_and_the_cursor_stays(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    async with terminal(NARROW) as t:
        await t.press("down", "enter", "down")
        await t.stands_on("Charter")
        colleague.write([office.link("Letter", "Ada Lovelace", "author")])
        await t.shows("author of  3", "+  Letter", "• Ann linked Letter · author · Ada Lovelace")
        assert "Charter" in t.marked_line


async def test_a_row_that_another_changed_is_shown_anew_and_named(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    async with terminal(NARROW) as t:
        await t.press("down", "down")
        await t.shows("3 / 4")
        colleague.write([Edit(office.ref("Cleo Ngata"), {"name": "Cleo Nguyen"})])
        await t.shows("Cleo Nguyen", "• Ann changed name of Cleo Nguyen")
        assert t.app.work_screen.list_ref() == office.ref("Bob Marsh")


async def test_new_rows_are_counted_and_shown_when_asked_for(
    terminal: OpenTerminal, colleague: Workspace, office: Office
) -> None:
    async with terminal(NARROW) as t:
        await t.press("down", "down")
        await t.shows("3 / 4")
        colleague.write([Create("profile", {"name": name, "kind": "person"}) for name in ("Abe", "Al")])
        await t.shows("2 new, g shows them")
        assert "Abe" not in t.text
        await t.press("g")
        await t.shows("Abe", "Al", "5 / 6")
        assert t.app.work_screen.list_ref() == office.ref("Bob Marsh")


async def test_what_is_not_on_the_screen_makes_no_noise(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    async with terminal(NARROW) as t:
        before = t.text
        colleague.write([Edit(office.ref("Letter"), {"title": "Long letter"})])
        await until(t.pilot, lambda: office.workspace.cursor() == t.app.seen)
        assert t.text == before


async def test_many_changes_at_once_are_one_sentence(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    async with terminal(NARROW) as t:
        names = ("Ada Lovelace", "Bob Marsh", "Cleo Ngata")
        colleague.write([Edit(office.ref(name), {"notes": "x"}) for name in names])
        await t.shows("• Ann changed notes of Ada Lovelace and 2 more")


async def test_own_changes_make_no_news(terminal: OpenTerminal, office: Office) -> None:
    async with terminal(NARROW) as t:
        await t.press("down", "e")
        await t.shows("Edit Ada Lovelace")
        await t.type("!")
        await t.press("enter")
        await t.shows("✓ updated 1 profile", "Ada Lovelace!")
        await until(t.pilot, lambda: office.workspace.cursor() == t.app.seen)
        assert "•" not in t.lines[-2]


async def test_what_another_deletes_stays_in_sight_until_the_list_is_read_again(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    async with terminal(WIDE) as t:
        await t.press("down")
        await t.shows("author of  2")
        colleague.write([Delete(office.ref("Ada Lovelace"))])
        await t.shows("in the trash since", "• Ann deleted Ada Lovelace and 2 more")
        assert "− Ada Lovelace" in t.text
        await t.press("g")
        await t.shows("/ 3")
