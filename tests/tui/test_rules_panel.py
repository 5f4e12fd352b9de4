"""Rules: what each would decide is shown first, one key undoes all of it, and those that stand are kept in order."""

from __future__ import annotations

import pytest

from core.workspace import Workspace
from core.write_values import Create, Edit
from tests.core.clashing import clash
from tests.tui.clashing import clash_in_three, delete_against_edit, is_settled
from tests.tui.conftest import WIDE, Office, OpenTerminal


@pytest.fixture
def three(office: Office, colleague: Workspace) -> list[bytes]:
    """Conflicts in name, phones and notes of a person, in notes of an organisation, in the title of a document."""
    return [
        clash_in_three(office.workspace, colleague, office.ref("Bob Marsh")),
        clash(office.workspace, colleague, office.ref("Acme GmbH"), {"notes": "short"}, {"notes": "a longer one"}),
        clash(office.workspace, colleague, office.ref("Report"), {"title": "Mine"}, {"title": "Theirs"}),
    ]


async def test_each_rule_says_what_it_would_decide(terminal: OpenTerminal, office: Office, three: list[bytes]) -> None:
    async with terminal(WIDE) as t:
        await t.press("4", "R")
        await t.shows("all open conflicts: all fields", "applies to 5 of 5 fields in 3 records; none stays open")
        before = office.workspace.cursor()
        await t.press("2")
        await t.stands_on("theirs")
        await t.shows("what the record holds now", "Call on Friday.")
        await t.press("3")
        await t.stands_on("union")
        await t.shows("applies to 3 of 5 fields in 2 records; 2 stay open")
        await t.press("down")
        await t.stands_on("longest")
        await t.shows("a longer one")
        assert office.workspace.cursor() == before


async def test_a_rule_can_be_about_one_kind_of_record_or_one_field(
    terminal: OpenTerminal, office: Office, three: list[bytes]
) -> None:
    async with terminal(WIDE) as t:
        await t.press("4", "R", "1")
        await t.shows("all open conflicts: all fields", "← 1 of 7 →")
        await t.press("right", "right")
        await t.shows("all fields of documents", "applies to 1 of 5 fields in 1 record; 4 stay open")
        await t.press("right")
        await t.shows("4 of 7", "notes of profiles", "applies to 2 of 5 fields in 2 records; 3 stay open")
        await t.press("enter")
        await t.shows("mine settled 2 fields in 2 records; 3 stay open; u takes that back", "1 / 2")
    assert office.workspace.get(office.ref("Acme GmbH")).fields["notes"] == "short"
    assert [is_settled(office.workspace, id) for id in three] == [False, True, False]


async def test_one_key_brings_back_all_that_a_rule_settled(
    terminal: OpenTerminal, office: Office, three: list[bytes]
) -> None:
    titles = {name: office.workspace.get(office.ref(name)).fields for name in ("Bob Marsh", "Acme GmbH", "Report")}
    async with terminal(WIDE) as t:
        await t.press("4", "R", "1", "enter")
        await t.shows("No conflict is open", "mine settled 5 fields in 3 records; u takes that back")
        assert all(is_settled(office.workspace, id) for id in three)
        await t.press("u")
        await t.shows("1 / 3", "reopened 3 conflicts")
    assert {name: office.workspace.get(office.ref(name)).fields for name in titles} == titles


async def test_what_is_suggested_stands_under_the_cursor(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    clash(office.workspace, colleague, office.ref("Acme GmbH"), {"name": "Acme"}, {"name": "Acme AG"})
    async with terminal(WIDE) as t:
        await t.press("4", "R")
        await t.stands_on("longest")
        await t.shows("suggested", "applies to 1 of 1 field in 1 record; none stays open")
        await t.press("enter")
        await t.shows("longest settled 1 field in 1 record")
    assert office.workspace.get(office.ref("Acme GmbH")).title == "Acme AG"


async def test_a_rule_for_the_conflict_that_is_open(terminal: OpenTerminal, office: Office, three: list[bytes]) -> None:
    async with terminal(WIDE) as t:
        await t.press("4", "G", "enter")
        await t.shows("Bob N (person)", "3 of 3 fields open")
        await t.press("R", "3")
        await t.shows("1 conflict: all fields", "applies to 2 of 3 fields in 1 record; 1 stays open")
        await t.press("enter")
        await t.shows("1 of 1 field open", "union settled 2 fields in 1 record; 1 stays open")
        await t.press("R", "1", "enter")
        await t.shows("mine settled 1 field in 1 record; this is the next one", "Conflict 2 of 2")
    assert [is_settled(office.workspace, id) for id in three] == [True, False, False]


async def test_a_rule_that_decides_nothing_changes_nothing_and_says_so(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    conflict = delete_against_edit(office.workspace, colleague, office.ref("Cleo Ngata"))
    async with terminal(WIDE) as t:
        await t.press("4", "R", "3")
        await t.shows("decides none of 1 open field")
        await t.press("enter")
        await t.shows("union decides nothing here; choose another rule, or another field with ←→")
        await t.press("escape")
        await t.shows("newest first")
    assert not is_settled(office.workspace, conflict)


async def test_a_rule_that_cannot_be_says_why(terminal: OpenTerminal, office: Office, three: list[bytes]) -> None:
    async with terminal(WIDE) as t:
        await t.press("4", "R", "3")
        await t.shows("← 1 of 7 →")
        await t.press("left", "left")
        await t.shows("name of profiles", "✗ ", "has not a union")
        await t.press("enter")
        await t.shows("has not a union; prefer something else")


async def test_a_source_of_a_conflict_can_be_preferred(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    (ref,) = office.workspace.write([Create("profile", {"name": "X", "notes": "a"}, source="crm")]).refs
    office.workspace.write([Edit(ref, {"notes": "mine"})])
    colleague.write([Edit(ref, {"notes": "crm"}, source="crm")])
    async with terminal(WIDE) as t:
        await t.press("4")
        await t.shows("crm / you")
        await t.press("R")
        await t.shows("source crm", "what crm said")
        await t.go_up_to("source crm")
        await t.press("enter")
        await t.shows("source crm settled 1 field in 1 record")
    assert office.workspace.get(ref).fields["notes"] == "crm"


# --- standing rules -----------------------------------------------------------------------------------------------


async def test_a_rule_is_kept_and_decides_what_clashes_from_now_on(
    terminal: OpenTerminal, office: Office, colleague: Workspace, three: list[bytes]
) -> None:
    async with terminal(WIDE) as t:
        await t.press("4", "R", "1")
        await t.shows("← 1 of 7 →")
        await t.press("right", "right", "right")
        await t.shows("notes of profiles")
        await t.press("s")
        await t.shows("“mine for notes of profiles” stands: it decides what clashes from now on; l lists the rules")
        await t.press("l")
        await t.shows("› Standing rules", "1  mine for notes of profiles", "prefers mine", "field notes of profiles")
        await t.press("escape")
        await t.shows("all open conflicts: ", "notes of profiles")
        await t.press("escape", "escape", "5")
        await t.shows("made the rule mine for notes of profiles")
    version = office.workspace.get(office.ref("Ada Lovelace")).version
    colleague.write([Edit(office.ref("Ada Lovelace"), {"notes": "theirs"})])
    receipt = office.workspace.write([Edit(office.ref("Ada Lovelace"), {"notes": "mine"}, version, merge=True)])
    assert receipt.conflicts == []
    assert office.workspace.get(office.ref("Ada Lovelace")).fields["notes"] == "mine"


async def test_standing_rules_are_moved_removed_and_brought_back(terminal: OpenTerminal, office: Office) -> None:
    office.workspace.write(
        [
            Create("rule", {"name": "phones", "entity": "profile", "field": "phones", "prefer": "union"}),
            Create("rule", {"name": "notes", "entity": "profile", "field": "notes", "prefer": "longest"}),
        ]
    )
    async with terminal(WIDE) as t:
        await t.press("colon")
        await t.type("standing rules")
        await t.press("enter")
        await t.shows("1  phones", "2  notes", "the first that matches and can tell decides")
        await t.press("down", "K")
        await t.shows("1  notes", "2  phones", "notes is rule 1 now")
        assert [rule.name for rule in office.workspace.rules()] == ["notes", "phones"]
        await t.press("K")
        await t.shows("it is asked first already")
        await t.press("x")
        await t.shows("notes is removed; u undoes", "1  phones")
        assert [rule.name for rule in office.workspace.rules()] == ["phones"]
        await t.press("u")
        await t.shows("1  notes", "2  phones")


async def test_a_rule_that_is_moved_where_it_decides_nothing_says_so_and_can_be_moved_back(
    terminal: OpenTerminal, office: Office
) -> None:
    office.workspace.write(
        [
            Create("rule", {"name": "newest", "prefer": "newest"}),
            Create("rule", {"name": "mine", "prefer": "mine"}),
            Create("rule", {"name": "phones", "field": "phones", "prefer": "union", "position": 1}),
        ]
    )
    async with terminal(WIDE) as t:
        await t.press("colon")
        await t.type("standing rules")
        await t.press("enter")
        await t.shows("1  phones", "2  newest", "3  mine")
        await t.shows_no("decides nothing")
        await t.press("down", "J")
        await t.shows("2  mine", "3  newest", "newest is rule 3 now")
        await t.shows("decides nothing: rule 2 decides all that this one would; move it before rule 2")
        await t.press("up", "K")
        await t.shows("1  mine", "2  phones", "decides nothing: rule 1 decides all")
        await t.press("J", "J")
        await t.shows("1  phones", "2  newest", "3  mine", "mine is rule 3 now")
        await t.shows_no("decides nothing")
    assert [rule.name for rule in office.workspace.rules()] == ["phones", "newest", "mine"]


async def test_a_rule_is_typed_into_a_form_and_a_contradiction_is_told(terminal: OpenTerminal, office: Office) -> None:
    office.workspace.write([Create("rule", {"name": "all mine", "prefer": "mine"})])
    async with terminal(WIDE) as t:
        await t.press("colon")
        await t.type("standing rules")
        await t.press("enter")
        await t.shows("1  all mine", "every field of any record")
        await t.press("n")
        await t.shows("New rule", "Prefer")
        await t.type("all theirs")
        await t.press("f2")
        await t.shows("says the same as rule 1")
        await t.press("escape")
        await t.shows("1  all mine")
    assert len(office.workspace.rules()) == 1
