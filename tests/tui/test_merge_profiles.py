"""Two profiles that are one person: merged side by side, split again."""

from __future__ import annotations

import pytest

from core.values import Query, Ref
from core.workspace import Workspace
from core.write_values import Create, Edit
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal, Terminal
from tests.tui.waiting import until

SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])


@pytest.fixture
def twin(office: Office) -> Ref:
    """A second profile of Ada Lovelace, author of the Charter as she is, and signer of the Letter."""
    fields = {"name": "A. Lovelace", "emails": ["countess@example.org"], "notes": "Wrote of engines.", "kind": "group"}
    twin = office.workspace.write([Create("profile", fields)]).refs[0]
    office.ids["A. Lovelace"] = twin.id
    office.workspace.write(
        [office.link("Charter", "A. Lovelace", "author"), office.link("Letter", "A. Lovelace", "signer")]
    )
    return twin


def links_of(office: Office, ref: Ref) -> set[tuple[str, str]]:
    rows = office.workspace.page(Query(entity="link", profile=ref.id)).rows
    return {(row.document_title, row.type) for row in rows}


async def mark_both(t: Terminal) -> None:
    """Marks Ada Lovelace, then A. Lovelace, who stands above her after Acme GmbH."""
    await t.press("home", "down", "down")
    await t.press("space", "up", "up", "space")
    await t.shows("2 marked")


async def open_merge(t: Terminal, office: Office) -> None:
    await mark_both(t)
    await t.press("m")
    await t.shows("Merge A. Lovelace into Ada Lovelace", "this one stays")


@SIZES
async def test_two_marked_profiles_are_merged_and_one_undo_brings_both_back(
    terminal: OpenTerminal, office: Office, twin: Ref, size: tuple[int, int]
) -> None:
    ada = office.ref("Ada Lovelace")
    before = {ref: office.workspace.get(ref).fields for ref in (ada, twin)}
    links = {ref: links_of(office, ref) for ref in (ada, twin)}
    async with terminal(size, first="A. Lovelace") as t:
        # given both side by side, each state told by a sign
        await open_merge(t, office)
        await t.shows("? Kind", "+ Emails", "= Notes", "ada@example.org; coun")
        await t.shows("1 link moves, 1 is on both and becomes one; “A. Lovelace” stays as an alias")
        await t.shows("? 1 open: Kind; 1 and 2 choose")

        # when it is to be written too early, nothing happens
        await t.press("w")
        await t.shows("Merge: still open: Kind; 1 and 2 choose")
        assert office.workspace.get(twin).deleted_at is None

        # then the cursor is on the open field, one key decides it, and it is written
        await t.press("1")
        await t.shows("✓ Kind", "✓ all is decided; w merges, as one change")
        await t.press("w")
        await t.shows("two profiles are one; u makes them two again")
        merged = office.workspace.get(ada)
        assert merged.fields["aliases"] == ["A. Lovelace"]
        assert merged.fields["kind"] == "person"
        assert merged.fields["notes"] == "Wrote of engines."
        assert links_of(office, ada) == {("Charter", "author"), ("Report", "author"), ("Letter", "signer")}
        await t.shows_no("A. Lovelace  ")

        # and one undo makes two of them, as they were
        await t.press("u")
        await t.shows("A. Lovelace  ")
    assert {ref: office.workspace.get(ref).fields for ref in (ada, twin)} == before
    assert {ref: links_of(office, ref) for ref in (ada, twin)} == links


async def test_swapping_turns_the_choices_round_and_the_other_one_stays(
    terminal: OpenTerminal, office: Office, twin: Ref
) -> None:
    async with terminal(NARROW, first="A. Lovelace") as t:
        await open_merge(t, office)
        await t.shows("? Kind")
        await t.press("2")
        await t.shows("✓ Kind")
        await t.press("s")
        await t.shows("Merge Ada Lovelace into A. Lovelace", "“Ada Lovelace” stays as an alias", "✓ Kind")
        await t.press("enter")
        await t.shows("two profiles are one")
    stayed = office.workspace.get(twin)
    assert (stayed.fields["kind"], stayed.fields["aliases"]) == ("group", ["Ada Lovelace"])
    assert office.workspace.get(office.ref("Ada Lovelace")).deleted_at is not None


async def test_the_name_of_either_can_be_kept_and_the_other_becomes_an_alias(
    terminal: OpenTerminal, office: Office, twin: Ref
) -> None:
    async with terminal(NARROW, first="A. Lovelace") as t:
        await open_merge(t, office)
        await t.shows("? Kind")
        await t.press("home")
        await t.stands_on("Name")
        await t.press("2")
        await t.shows("✓ Name", "“Ada Lovelace” stays as an alias")
        await t.press("0")
        await t.shows("= Name", "“A. Lovelace” stays as an alias")
        await t.press("2")
        await t.shows("✓ Name")
        await t.press("down", "1", "w")
        await t.shows("two profiles are one")
    merged = office.workspace.get(office.ref("Ada Lovelace"))
    assert (merged.title, merged.fields["aliases"]) == ("A. Lovelace", ["Ada Lovelace"])


async def test_a_choice_that_cannot_be_says_why(terminal: OpenTerminal, office: Office, twin: Ref) -> None:
    async with terminal(NARROW, first="A. Lovelace") as t:
        await open_merge(t, office)
        await t.shows("? Kind")
        await t.press("3")
        await t.shows("! Kind: ")
        await t.shows("? Kind")
        await t.press("escape")
        await t.shows_no("Merge A. Lovelace into")
    assert office.workspace.get(twin).deleted_at is None


async def test_what_was_changed_since_it_was_looked_at_is_looked_at_again(
    terminal: OpenTerminal, office: Office, twin: Ref, colleague: Workspace
) -> None:
    async with terminal(NARROW, first="A. Lovelace") as t:
        # given a merge that is decided
        await open_merge(t, office)
        await t.shows("? Kind")
        await t.press("1")
        await t.shows("✓ all is decided")

        # when the one that stays is changed by somebody else
        colleague.write([Edit(office.ref("Ada Lovelace"), {"notes": "Never wrote."})])
        await t.press("w")

        # then nothing is merged, and the new clash is asked, with the choice that was made still there
        await t.shows("was changed by someone else meanwhile", "? Notes", "✓ Kind", "Never wrote.")
        assert office.workspace.get(twin).deleted_at is None
        await t.press("end")
        await t.stands_on("Notes")
        await t.press("3")
        await t.shows("✓ all is decided")
        await t.press("w")
        await t.shows("two profiles are one")
    notes = office.workspace.get(office.ref("Ada Lovelace")).fields["notes"]
    assert all(text in notes for text in ("Never wrote.", "Wrote of engines."))


async def test_merging_needs_two_marked_profiles(terminal: OpenTerminal, office: Office) -> None:
    async with terminal(NARROW) as t:
        await t.press("m")
        await t.shows("Merge: mark the two that are one with space; 0 are marked")
        await t.press("2")
        await t.shows("Charter")
        await t.press("m")
        await t.shows("Merge: only profiles are merged; mark two in 1 Profiles")


@SIZES
async def test_links_go_back_to_the_profile_that_they_came_from(
    terminal: OpenTerminal, office: Office, twin: Ref, size: tuple[int, int]
) -> None:
    # given two that were merged
    ada = office.ref("Ada Lovelace")
    links = {ref: links_of(office, ref) for ref in (ada, twin)}
    async with terminal(size, first="A. Lovelace") as t:
        await open_merge(t, office)
        await t.shows("? Kind")
        await t.press("1", "w")
        await t.shows("two profiles are one")

        # when all that came with the other is marked in one line, and goes back
        await t.press("enter")
        await t.shows("Profiles › Ada Lovelace", "signer of")
        await t.press("M")
        await t.shows("Split Ada Lovelace", "0 of 3 marked", "from A. Lovelace  2")
        await t.press("space")
        await t.shows("2 of 3 marked")
        await t.press("enter")
        await t.shows("to whom go 2 links?", "was merged into it, comes back")
        await t.press("enter")

        # then there are two again, each with its own links
        await t.shows("2 links went; u brings all of it back")
        assert {ref: links_of(office, ref) for ref in (ada, twin)} == links
        assert office.workspace.get(twin).deleted_at is None
        assert office.workspace.get(ada).fields["aliases"] == []

        # and one undo brings it back
        await t.press("u")
        await until(t.pilot, lambda: links_of(office, ada) == links[ada] | links[twin])


async def test_a_link_goes_to_a_new_profile_by_its_name(terminal: OpenTerminal, office: Office) -> None:
    async with terminal(NARROW) as t:
        await t.press("down", "M")
        await t.shows("0 of 2 marked", "author  2", "Report", "Charter")
        await t.press("enter")
        await t.shows("Split: nothing is marked; space marks a link")
        await t.press("down", "space")
        await t.shows("1 of 2 marked", "•  Report")
        await t.press("enter")
        await t.shows("no other was merged into it; type a name")
        await t.type("Byron")
        await t.shows("make the profile “Byron”")
        await t.press("enter")
        await t.shows("1 link went")
    byron = office.workspace.resolve("Byron", "profile")
    assert links_of(office, byron) == {("Report", "author")}
    assert links_of(office, office.ref("Ada Lovelace")) == {("Charter", "author")}


async def test_marking_twice_takes_the_mark_away_and_esc_leaves_all_as_it_is(
    terminal: OpenTerminal, office: Office
) -> None:
    before = office.workspace.cursor()
    async with terminal(NARROW) as t:
        await t.press("down", "M")
        await t.shows("0 of 2 marked")
        await t.press("space")
        await t.shows("2 of 2 marked")
        await t.press("space")
        await t.shows("0 of 2 marked")
        await t.press("space")
        await t.shows("2 of 2 marked")
        await t.press("enter")
        await t.shows("to whom go 2 links?")
        await t.press("escape")
        await t.shows("2 of 2 marked")
        await t.press("escape")
        await t.shows_no("Split Ada")
    assert office.workspace.cursor() == before


async def test_only_a_profile_with_links_is_split(terminal: OpenTerminal, office: Office) -> None:
    office.workspace.write([Create("profile", {"name": "Zoe"})])
    async with terminal(NARROW) as t:
        await t.press("end")
        await t.shows("5 / 5")
        await t.press("M")
        await t.shows("Zoe has no links that could go")
        await t.press("3")
        await t.shows("author")
        await t.press("M")
        await t.shows("Split: only a profile is split; put the cursor on one")
