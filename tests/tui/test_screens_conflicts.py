"""The inbox of conflicts."""

from __future__ import annotations

import pytest

from core.values import Query
from core.workspace import Workspace
from core.write_values import Create, Edit, Resolve
from tests.core.clashing import clash
from tests.tui.clashing import clash_in_three, delete_against_edit, is_settled, open_fields
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal
from tests.tui.waiting import until


async def test_an_empty_inbox_says_so(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("4")
        await t.shows("[4 Conflicts]", "No conflict is open: nothing waits to be settled.", "none open")
        await t.press("R")
        await t.shows("Rules: no conflict is open")
        await t.press("enter")
        await t.shows("none open")


async def test_the_newest_stands_first_with_fields_sides_and_what_is_suggested(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    clash_in_three(office.workspace, colleague, office.ref("Bob Marsh"))
    clash(office.workspace, colleague, office.ref("Acme GmbH"), {"name": "Acme"}, {"name": "Acme AG"})
    delete_against_edit(office.workspace, colleague, office.ref("Cleo Ngata"))
    async with terminal(WIDE) as t:
        await t.press("4")
        await t.shows("Cleo Ngata", "Acme AG", "Bob N", "1 / 3", "newest first", "4 Conflicts (3)")
        lines = [line for line in t.lines if "you / Ann" in line]
        assert ["Cleo" in lines[0], "Acme" in lines[1], "Bob N" in lines[2]] == [True] * 3
        assert "kept or deleted?" in lines[0]
        assert "longest" in lines[1]
        assert "name, phones, notes" in lines[2]


async def test_it_is_told_on_every_screen_how_many_are_open(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    async with terminal(NARROW) as t:
        await t.shows("4 Conflicts 5 Activity")
        conflict = clash(office.workspace, colleague, office.ref("Bob Marsh"), {"name": "a"}, {"name": "b"})
        await t.shows("4 Conflicts (1)")
        colleague.write([Resolve(conflict, {"name": "theirs"})])
        await t.shows("4 Conflicts 5 Activity")


async def test_new_ones_move_no_cursor_and_are_shown_when_asked_for(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    clash(office.workspace, colleague, office.ref("Bob Marsh"), {"name": "a"}, {"name": "b"})
    async with terminal(NARROW) as t:
        await t.press("4")
        await t.shows("1 / 1")
        clash(office.workspace, colleague, office.ref("Acme GmbH"), {"name": "Acme"}, {"name": "Acme AG"})
        await t.shows("1 new, g shows them")
        assert "Acme AG" not in t.text
        await t.press("g")
        await t.shows("Acme AG", "2 / 2")


async def test_a_row_tells_what_others_settled_of_it(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    conflict = clash_in_three(office.workspace, colleague, office.ref("Bob Marsh"))
    async with terminal(WIDE) as t:
        await t.press("4")
        await t.shows("name, phones, notes")
        colleague.write([Resolve(conflict, {"phones": "mine"})])
        await t.shows("Δ profile   Bob N", "name, notes")
        colleague.write([Resolve(conflict, {"name": "mine", "notes": "theirs"})])
        await t.shows("− profile")


async def test_choices_that_wait_are_told_in_the_list(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    clash_in_three(office.workspace, colleague, office.ref("Bob Marsh"))
    async with terminal(WIDE) as t:
        await t.press("4", "enter")
        await t.shows("3 of 3 fields open")
        await t.press("1", "2", "escape")
        await t.shows("what you chose is kept as a draft", "2 chosen: name, phones, notes")
        await t.press("enter")
        await t.shows("1 of 3 fields open", "goes on with what you chose before")


async def test_keys_that_a_list_of_conflicts_does_not_have_say_why(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    clash(office.workspace, colleague, office.ref("Bob Marsh"), {"name": "a"}, {"name": "b"})
    async with terminal(WIDE) as t:
        await t.press("4")
        await t.shows("1 / 1")
        for key, reason in (
            ("slash", "Filter: conflicts are not filtered"),
            ("n", "New: a conflict is made where two versions of a record meet"),
            ("x", "Remove: a conflict is settled, not removed"),
            ("s", "Sort: conflicts keep one order"),
            ("o", "Group: conflicts are not grouped"),
            ("T", "Trash: what was settled stands in the history of its record"),
        ):
            await t.press(key)
            await t.shows(reason)
        await t.press("S")
        await t.shows("oldest first")


async def test_the_record_of_a_conflict_has_its_history_at_hand(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    clash(office.workspace, colleague, office.ref("Bob Marsh"), {"name": "a"}, {"name": "b"})
    async with terminal(WIDE) as t:
        await t.press("4")
        await t.shows("1 / 1")
        await t.press("h")
        await t.shows("Conflicts › History of b", "rev 2")


async def test_help_and_palette_know_the_keys_of_the_inbox(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    clash(office.workspace, colleague, office.ref("Bob Marsh"), {"name": "a"}, {"name": "b"})
    async with terminal(WIDE) as t:
        await t.press("4")
        await t.shows("R rules", "⏎ open")
        await t.press("question_mark")
        await t.shows("Rules: Settle the marked conflicts, or all of them")
        await t.press("escape", "colon")
        await t.type("settle the marked")
        await t.press("enter")
        await t.shows("all open conflicts: all fields")


async def test_many_conflicts_open_as_few_do(terminal: OpenTerminal, office: Office, colleague: Workspace) -> None:
    people = [Create("profile", {"name": f"P{number:04}"}) for number in range(600)]
    refs = office.workspace.write(people).refs
    versions = {ref: office.workspace.get(ref).version for ref in refs}
    colleague.write([Edit(ref, {"notes": "theirs"}) for ref in refs])
    office.workspace.write([Edit(ref, {"notes": "mine"}, versions[ref], merge=True) for ref in refs])
    async with terminal(NARROW) as t:
        await t.press("4")
        await t.shows("1 / 600", "4 Conflicts (600)")
        await t.press("G", "enter")
        await t.shows("Conflict 600 of 600 › P0000")
        await t.press("right_square_bracket")
        await t.shows("this is the last open conflict")
        await t.press("left_square_bracket")
        await t.shows("Conflict 599 of 600 › P0001")


@pytest.mark.parametrize("size", [NARROW, (40, 10)])
async def test_the_inbox_in_small_terminals(
    terminal: OpenTerminal, office: Office, colleague: Workspace, size: tuple[int, int]
) -> None:
    clash_in_three(office.workspace, colleague, office.ref("Bob Marsh"))
    async with terminal(size) as t:
        await t.press("4")
        await t.shows("Bob N", "1 / 1")
        await t.press("enter")
        await t.shows("3 of 3 fields open", "?Name", "Bob M")


async def test_marked_conflicts_are_settled_by_a_rule_and_the_others_are_not(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    ids = [
        clash(office.workspace, colleague, office.ref(name), {"notes": "a"}, {"notes": "b"})
        for name in ("Ada Lovelace", "Bob Marsh", "Cleo Ngata")
    ]
    async with terminal(WIDE) as t:
        await t.press("4")
        await t.shows("1 / 3")
        await t.press("space", "down", "space")
        await t.shows("2 marked")
        await t.press("R", "1")
        await t.shows("2 conflicts: all fields", "applies to 2 of 2 fields in 2 records; none stays open")
        await t.press("enter")
        await t.shows("mine settled 2 fields in 2 records; u takes that back", "1 / 1", "Ada Lovelace")
    assert [is_settled(office.workspace, id) for id in ids] == [False, True, True]
    assert open_fields(office.workspace.conflict(ids[0])) == ["notes"]


async def test_where_the_person_was_is_there_at_the_next_start(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    for name in ("Ada Lovelace", "Bob Marsh"):
        clash(office.workspace, colleague, office.ref(name), {"notes": "a"}, {"notes": "b"})
    async with terminal(NARROW) as t:
        await t.press("4")
        await t.shows("1 / 2")
        await t.press("down", "enter")
        await t.shows("Conflict 2 of 2")
        await t.press("1", "ctrl+q")
        await until(t.pilot, lambda: t.app._exit)
    async with terminal(NARROW, first="[4 Conflicts (2)]") as t:
        await t.shows("2 / 2", "1 chosen")
    assert office.workspace.count(Query(entity="conflict")).value == 2


async def test_what_happens_to_conflicts_is_told_in_the_feed(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    conflict = clash_in_three(office.workspace, colleague, office.ref("Bob Marsh"))
    async with terminal(WIDE) as t:
        await t.press("5")
        await t.shows("Activity")
        colleague.write([Resolve(conflict, {"phones": "theirs"})])
        await t.shows("kept phones of Bob N")
        colleague.write([Resolve(conflict, {"name": "theirs", "notes": "theirs"})])
        await t.shows("kept name, notes of Bob N")
        await t.press("home")
        await t.shows("settled the conflict on Bob N", "name           = theirs", "notes          = theirs")
        await t.press("enter", "enter")
        await t.shows("Bob N")
