"""Linking, unlinking, deleting, undo and redo, by keys."""

from __future__ import annotations

from core.values import Query, Ref
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal


def links(office: Office, **ends: object) -> list[tuple[str, str, str]]:
    rows = office.workspace.page(Query(entity="link", **ends)).rows  # type: ignore[arg-type]
    return sorted((row.document_title, row.type, row.profile_name) for row in rows)


async def test_a_link_is_made_type_first_then_the_other_end_and_undone_and_redone(
    terminal: OpenTerminal, office: Office
) -> None:
    async with terminal(NARROW) as t:
        await t.press("down", "enter")
        await t.shows("author of  2")
        await t.press("l")
        await t.shows("author", "signer of")
        await t.type("sig")
        await t.shows_no("author of")
        await t.press("enter")
        await t.shows("signer: which document?")
        await t.type("let")
        await t.shows("letter")
        await t.press("enter")
        await t.shows("linked signer · Letter; u takes it back", "signer of  1", "Letter")
        assert ("Letter", "signer", "Ada Lovelace") in links(office)
        await t.press("u")
        await t.shows_no("signer of")
        assert ("Letter", "signer", "Ada Lovelace") not in links(office)
        await t.press("U")
        await t.shows("signer of  1")


async def test_a_type_that_is_not_there_is_made_with_its_link(terminal: OpenTerminal, office: Office) -> None:
    async with terminal(WIDE) as t:
        await t.press("2")
        await t.shows("Charter")
        await t.press("l")
        await t.shows("which relationship?")
        await t.type("witness / witness of")
        await t.shows("make the type “witness / witness of”")
        await t.press("enter")
        await t.shows("witness: which profile?")
        await t.type("cleo")
        await t.shows("Cleo Ngata")
        await t.press("enter")
        await t.shows("linked witness · Cleo Ngata", "witness  1")
    assert ("Charter", "witness", "Cleo Ngata") in links(office)
    assert {row.inverse for row in office.workspace.types()} >= {"witness of"}


async def test_a_link_that_is_there_already_is_refused_with_a_sentence(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("down", "l")
        await t.shows("signer of")
        await t.type("auth")
        await t.press("enter")
        await t.shows("which document?")
        await t.type("charter")
        await t.press("enter")
        await t.shows("already")


async def test_all_that_is_marked_is_linked_at_once_and_undone_at_once(terminal: OpenTerminal, office: Office) -> None:
    async with terminal(NARROW) as t:
        await t.press("space", "down", "down", "v")
        await t.shows("3 marked")
        await t.press("L")
        await t.shows("Link 3 profiles")
        await t.type("signer")
        await t.press("enter")
        await t.type("letter")
        await t.press("enter")
        await t.shows("linked 3 profiles · Letter")
        assert len(links(office, document=office.ids["Letter"])) == 4
        await t.press("u")
        await t.shows("3 links")
        assert len(links(office, document=office.ids["Letter"])) == 1


async def test_unlinking_asks_and_can_be_undone(terminal: OpenTerminal, office: Office) -> None:
    async with terminal(NARROW) as t:
        await t.press("down", "enter")
        await t.stands_on("Report")
        await t.press("x")
        await t.shows("Unlink?", "Report · author · Ada Lovelace")
        await t.press("escape")
        await t.stands_on("Report")
        assert len(links(office, profile=office.ids["Ada Lovelace"])) == 2
        await t.press("x")
        await t.shows("Unlink?")
        await t.press("enter")
        await t.shows("unlinked 1 link; u brings it back", "author of  1")
        await t.press("u")
        await t.shows("author of  2")


async def test_deleting_says_how_many_links_go_along(terminal: OpenTerminal, office: Office) -> None:
    async with terminal(NARROW) as t:
        await t.press("down", "x")
        await t.shows("Delete?", "Ada Lovelace and its 2 links", "u brings it back")
        await t.press("enter")
        await t.shows("Bob Marsh", "2 / 3")
        await t.press("u")
        await t.shows("Ada Lovelace", "/ 4")
    assert len(links(office, profile=office.ids["Ada Lovelace"])) == 2


async def test_undo_that_would_overwrite_a_later_edit_is_refused(
    terminal: OpenTerminal, office: Office, colleague: object
) -> None:
    from core.write_values import Edit

    ref: Ref = office.ref("Ada Lovelace")
    office.workspace.write([Edit(ref, {"name": "Ada King"})])
    colleague.write([Edit(ref, {"name": "Ada Byron"})])  # type: ignore[attr-defined]
    async with terminal(NARROW, first="Ada Byron") as t:
        await t.press("u")
        await t.shows("✗ ")
        assert "Ada Byron" in t.text
