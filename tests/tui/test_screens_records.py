"""Profiles, Documents and Links: list, detail, trail, filter and order, at 80x24 and at 120x40."""

from __future__ import annotations

import pytest

from core.values import Query, Ref
from core.write_values import Create, Delete, Edit
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])


@SIZES
async def test_from_a_person_to_a_document_to_its_people_and_back(
    terminal: OpenTerminal, size: tuple[int, int]
) -> None:
    async with terminal(size) as t:
        await t.press("slash")
        await t.type("lovel")
        await t.press("enter")
        await t.shows("Profiles › Ada Lovelace", "author of  2")
        await t.stands_on("Report")

        await t.press("down", "enter")
        await t.shows("Profiles › Ada Lovelace › Charter", "signer  2", "Acme GmbH", "We, the undersigned")
        await t.stands_on("Ada Lovelace")

        await t.press("down", "down")
        await t.stands_on("Acme GmbH")
        await t.press("enter")
        await t.shows("› Charter › Acme GmbH", "signer of  1", "Makes anvils.")

        await t.press("backspace")
        await t.stands_on("Acme GmbH")
        await t.press("backspace")
        await t.stands_on("Charter")
        await t.press("backspace")
        await t.shows_no("Profiles › Ada")
        assert "/ lovel" in t.lines[1]


async def test_the_detail_stands_beside_the_list_when_there_is_room(terminal: OpenTerminal) -> None:
    async with terminal(WIDE) as t:
        await t.shows("Acme GmbH", "Makes anvils.", "signer of  1")
        await t.press("down")
        await t.shows("ada@example.org", "author of  2")
    async with terminal(NARROW) as t:
        assert "author of" not in t.text


async def test_the_filter_works_as_one_types_and_esc_takes_it_away(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("slash")
        await t.type("kind:org")
        await t.shows_no("Ada Lovelace")
        await t.shows("Acme GmbH", "kind organisation", "1 / 1")
        await t.press("escape")
        await t.shows("Ada Lovelace", "1 / 4")


async def test_down_leaves_the_filter_for_the_list(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("slash")
        await t.type("type:author")
        await t.shows("1 / 3")
        await t.press("down", "down")
        await t.shows("2 / 3", "/ type:author")


async def test_a_filter_that_fits_nothing_says_what_there_is(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("slash")
        await t.type("kind:x")
        await t.shows("no kind begins with “x”; there are person, organisation, group")


async def test_orders_turn_by_key(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        assert "by name" in t.lines[1]
        await t.press("S")
        await t.shows("by name, Z first")
        await t.press("s")
        await t.shows("latest change first")
        await t.press("s")
        await t.shows("newest first")


async def test_documents_are_filtered_by_category_and_tag(terminal: OpenTerminal) -> None:
    async with terminal(WIDE) as t:
        await t.press("2")
        await t.shows("Charter", "Letter", "Report", "1 / 3")
        await t.press("slash")
        await t.type("tag:yearly category:report")
        await t.shows("Report", "1 / 1", "#draft #yearly", "Anvils sold well.")


async def test_links_are_filtered_by_type_and_either_end(terminal: OpenTerminal) -> None:
    async with terminal(WIDE) as t:
        await t.press("3")
        await t.shows("1 / 6")
        await t.press("slash")
        await t.type("type:signer")
        await t.shows("1 / 2")
        await t.type(" profile:bob")
        await t.shows("1 / 1", "profile Bob Marsh")
        await t.press("enter")
        await t.shows("Links › Charter · signer · Bob Marsh")
        await t.press("enter")
        await t.shows("› Charter", "We, the undersigned")


async def test_a_profiles_documents_are_grouped_anew_by_key(terminal: OpenTerminal) -> None:
    async with terminal(WIDE) as t:
        await t.press("down")
        await t.shows("author of  2")
        await t.press("o")
        await t.shows("grouped by collection", "no collection  2")
        await t.press("o", "o", "o")
        await t.shows("author of  2")


async def test_the_trash_is_a_list_of_its_own_and_gives_back(terminal: OpenTerminal, office: Office) -> None:
    office.workspace.write([Delete(office.ref("Ada Lovelace"))])
    async with terminal(NARROW, first="Bob Marsh") as t:
        await t.press("T")
        await t.shows("trash", "Ada Lovelace", "1 / 1")
        await t.press("e")
        await t.shows("Edit: it is in the trash; R restores it first")
        await t.press("R")
        await t.shows("empty")
        await t.press("T")
        await t.shows("Ada Lovelace", "1 / 4")
        await t.press("down", "enter")
        await t.shows("author of  2")


async def test_a_record_that_went_meanwhile_is_told(terminal: OpenTerminal, office: Office) -> None:
    async with terminal(NARROW) as t:
        office.workspace.write([Delete(office.ref("Acme GmbH"))])
        await t.press("enter")
        await t.shows("in the trash since")


async def test_keys_that_cannot_be_used_now_say_why(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("L")
        await t.shows("Link marked: nothing is marked; space marks a record")
        await t.press("backspace")
        await t.shows("Back: this is where the trail starts")
        await t.press("3")
        await t.shows("Charter")
        await t.press("n")
        await t.shows("New: links are made with l, from a profile or document")


async def test_a_profiles_documents_stand_under_the_tags_of_their_links(terminal: OpenTerminal, office: Office) -> None:
    links = office.workspace.page(Query(entity="link", profile=office.ids["Ada Lovelace"])).rows
    office.workspace.write([Edit(Ref("link", links[0].id), {"tags": ["old"], "collection": "Shelf 2"})])
    async with terminal(WIDE) as t:
        await t.press("down")
        await t.shows("author of  2")
        await t.press("o")
        await t.shows("Shelf 2  1", "no collection  1", "author · Shelf 2")
        await t.press("o", "o")
        await t.shows("old  1", "no tag  1")


async def test_more_links_than_fit_are_shown_when_asked_for(terminal: OpenTerminal, office: Office) -> None:
    documents = [Create("document", {"title": f"Paper {number:03}"}) for number in range(120)]
    refs = office.workspace.write(documents).refs
    ends = {"profile": office.ids["Cleo Ngata"], "type": "author"}
    office.workspace.write([Create("link", {**ends, "document": ref.id}) for ref in refs])
    async with terminal(NARROW) as t:
        await t.press("down", "down", "down", "enter")
        await t.shows("author of  121")
        await t.press("end")
        await t.stands_on("… more")
        await t.press("enter", "end")
        await t.stands_on("Report")


async def test_the_pane_can_be_put_away(terminal: OpenTerminal) -> None:
    async with terminal(WIDE) as t:
        await t.shows("signer of  1")
        await t.press("p")
        await t.shows_no("signer of")
        await t.press("p")
        await t.shows("signer of  1")


async def test_what_was_done_stays_told_where_the_list_is_filtered(terminal: OpenTerminal) -> None:
    # given a list that is filtered
    async with terminal(WIDE) as t:
        await t.press("slash")
        await t.type("ada")
        await t.press("enter")
        await t.shows("Profiles › Ada Lovelace")
        await t.press("backspace")
        await t.shows("1 / 1")

        # when a profile is made that the filter shows too
        await t.press("n")
        await t.shows("New profile")
        await t.type("Adam Bede")
        await t.press("f2")

        # then the list has it, and still says what was done
        await t.shows("2 / 2", "Adam Bede")
        assert "created 1 profile" in t.text
