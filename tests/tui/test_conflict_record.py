"""One conflict: a key a field, every state told in signs and words, nothing lost and nothing moved by itself."""

from __future__ import annotations

import pytest

from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Resolve
from tests.core.clashing import clash
from tests.tui.clashing import PHONES, clash_in_three, delete_against_edit, is_settled
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal, Terminal
from tests.tui.waiting import until
from tui.dialogs import form


@pytest.fixture
def bob(office: Office, colleague: Workspace) -> bytes:
    """The conflict on Bob Marsh, in three fields."""
    return clash_in_three(office.workspace, colleague, office.ref("Bob Marsh"))


async def open_first(t: Terminal, *texts: str) -> None:
    await t.press("4", "enter")
    await t.shows("Conflict 1 of", *texts)


def row(t: Terminal, label: str) -> str:
    """The line of a field in the table."""
    return next(line for line in t.lines[4:] if line[2:].startswith(label))


# --- choosing and writing --------------------------------------------------------------------------------------------


async def test_a_key_a_field_and_one_to_write(terminal: OpenTerminal, office: Office, bob: bytes) -> None:
    async with terminal(WIDE) as t:
        await open_first(t, "Bob N (person)", "3 of 3 fields open", "1 mine", "2 theirs", "you, ", "Ann, ")
        assert row(t, "Name").startswith("›?Name")
        await t.press("w")
        await t.shows("Write: still open: Name, Phones, Notes; choose 1, 2, 0, 3 or e for each")
        assert "(w write)" in t.lines[-1]

        await t.press("1")
        await t.shows("2 of 3 fields open")
        assert row(t, "Name").split() == ["=Name", "Bob", "Marsh", "✓Bob", "M", "Bob", "N", "Bob", "M"]
        assert row(t, "Phones").startswith("›?Phones")
        await t.press("3")
        await t.shows("1 of 3 fields open")
        assert row(t, "Phones").startswith(" +Phones")
        await t.press("0")
        await t.shows("0 of 3 fields open", "w write", "the record as it will look")
        assert "(w write)" not in t.lines[-1]
        await t.press("w")
        await t.shows("Bob N is settled; no conflict is open any more", "No conflict is open")
    fields = office.workspace.get(office.ref("Bob Marsh")).fields
    assert (fields["name"], fields["notes"]) == ("Bob M", "")
    assert sorted(entry["value"] for entry in fields["phones"]) == ["030 5678", "030 9999"]
    assert fields["aliases"] == ["Bobby", "B."]
    assert is_settled(office.workspace, bob)


async def test_two_keys_settle_a_record_that_is_mine(terminal: OpenTerminal, office: Office, bob: bytes) -> None:
    async with terminal(NARROW) as t:
        await open_first(t, "3 of 3 fields open")
        await t.press("M", "w")
        await t.shows("No conflict is open")
    assert office.workspace.get(office.ref("Bob Marsh")).title == "Bob M"
    assert is_settled(office.workspace, bob)


async def test_all_theirs_takes_only_what_is_open(terminal: OpenTerminal, office: Office, bob: bytes) -> None:
    async with terminal(NARROW) as t:
        await open_first(t, "3 of 3 fields open")
        await t.press("1", "T", "w")
        await t.shows("No conflict is open")
    fields = office.workspace.get(office.ref("Bob Marsh")).fields
    assert (fields["name"], fields["notes"]) == ("Bob M", "Call on Friday.")


async def test_what_the_record_will_be_is_shown_before_it_is_written(terminal: OpenTerminal, bob: bytes) -> None:
    async with terminal(WIDE) as t:
        await open_first(t)
        await t.shows(
            "the record as it will look; what is open stays as Ann left it", "?Notes          Call on Friday."
        )
        await t.press("M")
        await t.shows("=Notes          Call on Monday.", "+Aliases        Bobby; B.")


async def test_the_field_under_the_cursor_is_told_word_by_word(terminal: OpenTerminal, bob: bytes) -> None:
    async with terminal(WIDE) as t:
        await open_first(t, "0 base     Bob Marsh", "1 mine     Bob [-Marsh-]{+M+}", "2 theirs   Bob [-Marsh-]{+N+}")
        await t.press("j")
        await t.shows("1 mine     work=030 [-1234-]{+5678+}", "2 theirs   work=030 [-1234-]{+9999+}")
        await t.press("j", "j")
        await t.shows("Aliases both, merged")
        await t.press("1")
        await t.shows("Mine: this field is settled already; n goes to the next open one")
        await t.press("enter")
        await t.shows("this field is settled already")


async def test_enter_tells_how_a_field_is_settled(terminal: OpenTerminal, bob: bytes) -> None:
    async with terminal(WIDE) as t:
        await open_first(t)
        await t.press("enter")
        await t.shows("Name: open: 1 mine, 2 theirs, 0 base, e another")
        await t.press("M", "enter")
        await t.shows("every field is chosen for; w writes")


async def test_both_of_a_field_that_holds_one_value_says_why_not(terminal: OpenTerminal, bob: bytes) -> None:
    async with terminal(WIDE) as t:
        await open_first(t)
        assert "(3 both)" in t.lines[-1]
        await t.press("3")
        await t.shows("Both: ")
        assert "3 of 3 fields open" in t.text


async def test_choices_are_taken_back_undone_and_done_again(terminal: OpenTerminal, bob: bytes) -> None:
    async with terminal(WIDE) as t:
        await open_first(t)
        await t.press("1", "2")
        await t.shows("1 of 3 fields open")
        await t.press("k", "x")
        await t.shows("2 of 3 fields open")
        await t.press("x")
        await t.shows("Leave open: nothing is chosen for this field")
        await t.press("u")
        await t.shows("1 of 3 fields open")
        await t.press("u", "u")
        await t.shows("3 of 3 fields open")
        await t.press("U")
        await t.shows("2 of 3 fields open")


async def test_undo_after_a_write_brings_the_conflict_back_with_its_choices(
    terminal: OpenTerminal, office: Office, colleague: Workspace, bob: bytes
) -> None:
    clash(office.workspace, colleague, office.ref("Acme GmbH"), {"name": "A"}, {"name": "B"})
    async with terminal(WIDE) as t:
        await open_first(t, "1 of 1 field open")
        await t.press("1", "w")
        await t.shows("B is settled; this is the next one", "Bob N (person)", "3 of 3 fields open")
        await t.press("u")
        await t.shows("reopened 1 conflict", "B (organisation)", "0 of 1 field open", "✓A", "Conflict 1 of 2")
        await t.press("w")
        await t.shows("Bob N (person)", "Conflict 1 of 1")
    assert office.workspace.get(office.ref("Acme GmbH")).title == "A"


async def test_a_write_that_is_done_again_goes_on_to_the_next_one(
    terminal: OpenTerminal, office: Office, colleague: Workspace, bob: bytes
) -> None:
    clash(office.workspace, colleague, office.ref("Acme GmbH"), {"name": "A"}, {"name": "B"})
    async with terminal(WIDE) as t:
        await open_first(t, "1 of 1 field open")
        await t.press("1", "w")
        await t.shows("Bob N (person)", "3 of 3 fields open")
        await t.press("u")
        await t.shows("B (organisation)", "0 of 1 field open")
        await t.press("U")
        await t.shows("you settled A; this is the next one", "Bob N (person)", "Conflict 1 of 1")


# --- going about -----------------------------------------------------------------------------------------------------


async def test_open_fields_and_conflicts_are_walked_with_keys(
    terminal: OpenTerminal, office: Office, colleague: Workspace, bob: bytes
) -> None:
    clash(office.workspace, colleague, office.ref("Acme GmbH"), {"name": "A"}, {"name": "B"})
    async with terminal(WIDE) as t:
        await open_first(t, "B (organisation)")
        await t.press("n")
        await t.shows("Conflict 2 of 2 › Bob N")
        await t.stands_on("?Name")
        await t.press("n", "n")
        await t.stands_on("?Notes")
        await t.press("n")
        await t.shows("this is the last open conflict")
        await t.press("N", "N", "N")
        await t.shows("Conflict 1 of 2 › B (organisation)")
        await t.press("right_square_bracket")
        await t.shows("Conflict 2 of 2")
        await t.press("left_square_bracket")
        await t.shows("Conflict 1 of 2")
        await t.press("left_square_bracket")
        await t.shows("this is the first open conflict")
        await t.press("escape")
        await t.shows("newest first", "1 / 2")


async def test_choices_stay_when_one_goes_on_to_another(
    terminal: OpenTerminal, office: Office, colleague: Workspace, bob: bytes
) -> None:
    clash(office.workspace, colleague, office.ref("Acme GmbH"), {"name": "A"}, {"name": "B"})
    async with terminal(WIDE) as t:
        await open_first(t)
        await t.press("2", "right_square_bracket")
        await t.shows("3 of 3 fields open")
        await t.press("1", "left_square_bracket")
        await t.shows("0 of 1 field open", "goes on with what you chose before")
        await t.press("backspace")
        await t.shows("newest first", "1 chosen")


async def test_help_and_palette_open_over_it_and_give_it_back(terminal: OpenTerminal, bob: bytes) -> None:
    async with terminal(WIDE) as t:
        await open_first(t)
        await t.press("1", "question_mark")
        await t.shows("Mine: Take mine for this field", "› Help")
        await t.press("escape")
        await t.shows("2 of 3 fields open", "✓Bob M")
        await t.press("colon")
        await t.type("all theirs")
        await t.press("enter")
        await t.shows("0 of 3 fields open")


# --- a value of one's own --------------------------------------------------------------------------------------------


async def test_a_value_is_typed_in_place_and_what_does_not_fit_is_told(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    (link,) = office.workspace.write([office.link("Report", "Bob Marsh", "signer")]).refs
    clash(office.workspace, colleague, link, {"position": 3}, {"position": 5})
    async with terminal(WIDE) as t:
        await open_first(t, "?Position")
        await t.press("e")
        await t.shows("take it", "?Position", "  3")
        await t.press("backspace", "x", "enter")
        await t.shows('✗ "x" is not a whole number')
        await t.press("escape")
        await t.shows_no("is not a whole number")
        assert "1 of 1 field open" in t.text
        await t.press("e")
        await t.shows("Position         x")
        await t.press("backspace", "4", "enter")
        await t.shows("0 of 1 field open", "= typed    4")
        await t.press("w")
        await t.shows("No conflict is open")
    assert office.workspace.get(link).fields["position"] == 4


async def test_typing_starts_from_both_where_a_field_can_hold_both(
    terminal: OpenTerminal, office: Office, bob: bytes
) -> None:
    async with terminal(NARROW) as t:
        await open_first(t)
        await t.press("n", "n", "e")
        await t.shows("Call on Monday.", "f2 take it")
        await t.type("!")
        await t.press("f2")
        await t.shows("2 of 3 fields open")
        await t.press("M", "w")
        await t.shows("No conflict is open")
    notes = office.workspace.get(office.ref("Bob Marsh")).fields["notes"]
    assert "Monday" in notes
    assert "Friday" in notes
    assert notes.startswith("!")


async def test_what_is_typed_and_not_taken_outlasts_the_conflict_that_is_open(
    terminal: OpenTerminal, office: Office, colleague: Workspace, bob: bytes
) -> None:
    clash(office.workspace, colleague, office.ref("Acme GmbH"), {"name": "A"}, {"name": "B"})
    async with terminal(WIDE) as t:
        await open_first(t, "B (organisation)", "1 of 1 field open")
        await t.press("e", "z", "escape", "]")
        await t.shows("Bob N (person)")
        await t.press("e")
        await t.shows("Name *           Bob M")
        await t.press("escape", "[")
        await t.shows("B (organisation)", "1 of 1 field open")
        await t.press("e")
        await t.shows("Name *           Az")
        await t.press("escape", "escape", "enter")
        await t.shows("B (organisation)", "1 of 1 field open")
        await t.press("e")
        await t.shows("Name *           Az")
        await t.press("enter")
        await t.shows("0 of 1 field open", "= typed    Az")


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_every_line_has_room_where_all_texts_are_long(
    terminal: OpenTerminal, office: Office, colleague: Workspace, size: tuple[int, int]
) -> None:
    sides = ({"notes": f"{name} words " * 200} for name in ("other", "more"))
    clash(office.workspace, colleague, office.ref("Bob Marsh"), *sides)
    async with terminal(size) as t:
        await open_first(t, "1 mine  ", "2 theirs  ", "? result   open: 1 mine, 2 theirs", "as it will look")


@pytest.mark.parametrize(("down", "label"), [(0, "Name"), (1, "Phones"), (2, "Notes")])
async def test_an_editor_that_is_left_as_it_was_chooses_nothing(
    terminal: OpenTerminal, bob: bytes, monkeypatch: pytest.MonkeyPatch, down: int, label: str
) -> None:
    monkeypatch.setattr(form, "edited_outside", lambda _, text, __, read: (read(text), ""))
    async with terminal(WIDE) as t:
        await open_first(t, "3 of 3 fields open")
        await t.press(*["j"] * down, "E")
        await t.shows(f"{label} was left as it was in the editor, so nothing is chosen for it", "3 of 3 fields open")


# --- deleted on one side ---------------------------------------------------------------------------------------------


async def test_a_deletion_against_an_edit_is_asked_in_words(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    delete_against_edit(office.workspace, colleague, office.ref("Cleo Ngata"))
    async with terminal(WIDE) as t:
        await open_first(t, "Cleo Ngata (person)", "you deleted it", "Ann edited it", "+ Moved to Bern.")
        await t.shows("open: 1 delete it, 2 keep it", "delete it", "keep it")
        await t.press("e")
        await t.shows("Edit: a record is kept or deleted; choose 1 or 2")
        await t.press("3")
        await t.shows("Both: a record cannot be both kept and deleted")
        await t.press("1")
        await t.shows("the record will go to the trash, with its links", "= mine     delete it")
        await t.press("u", "2")
        await t.shows("= theirs   keep it", "the record as it will look")
        await t.press("1", "w")
        await t.shows("No conflict is open")
    assert office.workspace.get(office.ref("Cleo Ngata")).deleted_at is not None


async def test_an_edit_of_what_somebody_else_deleted_is_asked_in_words(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    version = office.workspace.get(office.ref("Cleo Ngata")).version
    colleague.write([Delete(office.ref("Cleo Ngata"))])
    office.workspace.write([Edit(office.ref("Cleo Ngata"), {"notes": "Moved."}, version, merge=True)])
    async with terminal(NARROW) as t:
        await open_first(t, "you edited it", "Ann deleted it", "open: 1 keep it, 2 delete it")
        await t.press("1", "w")
        await t.shows("No conflict is open")
    assert office.workspace.get(office.ref("Cleo Ngata")).fields["notes"] == "Moved."


async def test_a_link_whose_end_is_gone_is_asked_in_words(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    (link,) = office.workspace.write([office.link("Letter", "Cleo Ngata", "signer")]).refs
    version = office.workspace.get(link).version
    colleague.write([Delete(office.ref("Letter"))])
    office.workspace.write([Edit(link, {"note": "First page."}, version, merge=True)])
    async with terminal(WIDE) as t:
        await t.press("4")
        await t.shows("its end is gone")
        await t.press("enter")
        await t.shows("you edited the link", "Ann deleted what it joins", "open: 1 keep it, 2 delete it")
        await t.press("1", "w")
        await t.shows("No conflict is open")
    assert office.workspace.get(office.ref("Letter")).deleted_at is None
    assert office.workspace.get(link).fields["note"] == "First page."


# --- while it moves on -----------------------------------------------------------------------------------------------


async def test_what_moves_on_is_told_and_nothing_moves_by_itself(
    terminal: OpenTerminal, office: Office, colleague: Workspace, bob: bytes
) -> None:
    async with terminal(WIDE) as t:
        await open_first(t)
        await t.press("1", "1")
        await t.shows("1 of 3 fields open")
        colleague.write([Edit(office.ref("Bob Marsh"), {"phones": PHONES["new"]})])
        await t.shows("! Ann changed phones again, ", "; r reloads")
        await t.stands_on("?Notes")
        assert "030 9999" in row(t, "Phones")
        await t.press("r")
        await t.shows("Phones changed meanwhile: choose once more; 1 of your choices kept", "2 of 3 fields open")
        await t.stands_on("?Phones")
        assert "030 7777" in row(t, "Phones")
        assert "✓Bob M" in row(t, "Name")


async def test_a_write_over_what_moved_on_writes_nothing_and_merges_again(
    terminal: OpenTerminal, office: Office, colleague: Workspace, bob: bytes
) -> None:
    async with terminal(WIDE) as t:
        await open_first(t)
        await t.press("M")
        colleague.write([Edit(office.ref("Bob Marsh"), {"phones": PHONES["new"]})])
        await t.shows("again, ")
        await t.press("w")
        await t.shows("Phones changed meanwhile: choose once more; 2 of your choices kept")
        assert not is_settled(office.workspace, bob)
        await t.press("2", "w")
        await t.shows("No conflict is open")
    fields = office.workspace.get(office.ref("Bob Marsh")).fields
    assert (fields["name"], fields["phones"]) == ("Bob M", PHONES["new"])


async def test_a_conflict_that_somebody_else_settled_is_left_with_a_key(
    terminal: OpenTerminal, office: Office, colleague: Workspace, bob: bytes
) -> None:
    async with terminal(WIDE) as t:
        await open_first(t)
        await t.press("1")
        colleague.write([Resolve(bob, dict.fromkeys(("name", "phones", "notes"), "theirs"))])
        await t.shows("! Ann settled this conflict, ", "esc leaves it")
        await t.press("1")
        await t.shows("Mine: Ann settled this conflict; esc leaves it")
        await t.press("escape", "g")
        await t.shows("No conflict is open")


async def test_a_change_in_another_field_is_told_too(
    terminal: OpenTerminal, office: Office, colleague: Workspace, bob: bytes
) -> None:
    async with terminal(WIDE) as t:
        await open_first(t)
        await t.press("1")
        colleague.write([Edit(office.ref("Bob Marsh"), {"attributes": {"status": "lead"}})])
        await t.shows("! Ann changed the record, ", "; r reloads")
        assert "status: lead" not in t.text
        await t.press("r")
        await t.shows("as it is now; 1 of your choices kept", "status: lead")


async def test_choices_of_an_older_version_are_reopened_where_they_no_longer_fit(
    terminal: OpenTerminal, office: Office, colleague: Workspace, bob: bytes
) -> None:
    async with terminal(WIDE) as t:
        await open_first(t)
        await t.press("M", "escape")
        await t.shows("3 chosen")
        colleague.write([Edit(office.ref("Bob Marsh"), {"phones": PHONES["new"]})])
        await t.press("enter")
        await t.shows("Phones changed since you chose; choose once more", "1 of 3 fields open")
        await t.stands_on("?Phones")


# --- text from data --------------------------------------------------------------------------------------------------


async def test_hostile_text_in_a_conflict_is_neither_raw_nor_markup(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    hostile = "\x1b]52;c;aGFjaw==\x07[@click=app.leave]x[/] \u202eevil\u2066 日本🙂"
    clash(
        office.workspace,
        colleague,
        office.ref("Bob Marsh"),
        {"name": f"{hostile} mine", "notes": f"{hostile}\n{hostile} mine", "attributes": {hostile: "mine"}},
        {"name": f"{hostile} theirs", "notes": f"{hostile}\n{hostile} theirs", "attributes": {hostile: "theirs"}},
    )
    async with terminal(WIDE) as t:
        await open_first(t, "3 of 3 fields open", "[@click=app.leave]x[/]")
        for key in ("n", "n", "1", "R", "escape", "question_mark", "escape", "e", "escape"):
            await t.press(key)
            assert not {"\x1b", "\x07", "\u202e", "\u2066"} & set(t.text)


async def test_a_title_of_many_words_leaves_room_for_what_is_open(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    (ref,) = office.workspace.write([Create("document", {"title": "word " * 60})]).refs
    clash(office.workspace, colleague, ref, {"category": "a"}, {"category": "b"})
    async with terminal(NARROW) as t:
        await open_first(t, "1 of 1 field open")
        await until(t.pilot, lambda: all(len(line) <= NARROW[0] for line in t.lines))
