"""Granting, denying, changing and revoking, by keys: tried out before it is done, and nothing typed is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import NotFound
from core.values import Query
from core.write_values import Delete
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal, Terminal
from tests.tui.staff import FAR, Staff, workspace_of
from tests.tui.test_access_panel import open_report


@pytest.fixture
def staff(office: Office) -> Staff:
    return Staff(office)


def may_see(staff: Staff, store_path: Path, account: str, record: str) -> bool:
    with workspace_of(account, store_path) as own:
        try:
            own.may(staff.office.ref(record))
        except NotFound:
            return False
        return True


async def open_form(t: Terminal, key: str, name: str) -> None:
    """The form of a grant on the Report to whoever is found by this."""
    await open_report(t)
    await t.press(key)
    await t.shows("to: type a part of the name", "everyone")
    await t.type(name)
    await t.stands_on(name)
    await t.press("enter")
    await t.shows("Action", "Valid until", "Condition")


async def fill(t: Terminal, **values: str) -> None:
    """Types these values, from the field of the action on: each into its field."""
    for name in ("action", "valid_from", "valid_until", "condition", "note"):
        if name in values and name == "action":
            await t.press(*["right"] * int(values[name]))
        elif name in values:
            await t.type(values[name])
        await t.press("tab")


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
async def test_a_grant_is_tried_out_made_and_undone(
    terminal: OpenTerminal, staff: Staff, store_path: Path, size: tuple[int, int]
) -> None:
    async with terminal(size) as t:
        await open_form(t, "g", "dan")
        await t.shows("Allow on Report", "dan (account)", "Report (document)")
        await fill(t, action="1", valid_until=FAR, condition="terminal or tls", note="for the audit")
        await t.press("f2")
        await t.shows("Allow dan to edit Report?", "opens 3 records for 1 account: dan 3", "do it")
        assert not may_see(staff, store_path, "dan", "Report")
        await t.press("enter")
        await t.shows("allow dan to edit Report: done; u takes it back", "5 accounts may see it")
        await t.press("end", "up")
        await t.shows("Allow dan to edit Report", "condition     terminal or tls", "note          for the audit")
        assert may_see(staff, store_path, "dan", "Report")
        (row,) = [row for row in staff.workspace.page(Query(entity="grant")).rows if row.subject_name == "dan"]
        assert (row.effect, row.action, row.condition, row.note) == (
            "allow",
            "edit",
            "terminal or tls",
            "for the audit",
        )
        await t.press("u")
        await t.shows("4 accounts may see it")
        assert not may_see(staff, store_path, "dan", "Report")
        await t.press("U")
        await t.shows("5 accounts may see it")


async def test_a_denial_says_what_it_closes(terminal: OpenTerminal, staff: Staff, store_path: Path) -> None:
    async with terminal(WIDE) as t:
        await open_form(t, "d", "hr")
        await t.shows("Deny on Report", "hr (group)")
        await t.press("f2")
        await t.shows("Deny hr to see Report?", "- closes 3 records for 1 account: ann 3")
        await t.press("enter")
        await t.shows("deny hr to see Report: done", "- deny see", "3 accounts may see it")
    assert not may_see(staff, store_path, "ann", "Report")


async def test_leaving_the_dry_run_does_nothing_and_keeps_what_is_typed(terminal: OpenTerminal, staff: Staff) -> None:
    before = staff.grants()
    async with terminal(NARROW) as t:
        await open_form(t, "g", "dan")
        await fill(t, action="2", note="once")
        await t.press("f2")
        await t.shows("Allow dan to link Report?")
        await t.press("escape")
        await t.shows("dan (account)", "[link]", "once")
        await t.press("escape")
        await t.shows("Grants on it")
    assert staff.grants() == before


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"valid_until": "soon"}, "is not a date; write it as 2026-01-31"),
        ({"valid_from": "2031-01-01", "valid_until": "2030-01-01"}, "must"),
        ({"valid_from": "2031-01-01", "valid_until": "2031-01-01"}, "must"),
        ({"condition": "on sundays"}, "is no condition; write terms such as terminal"),
        ({"condition": "network 300.1.1.1"}, "is no network; write one as 10.0.0.0/8"),
        ({"condition": "weekdays 18-8"}, "does not end after it begins"),
    ],
)
async def test_what_does_not_fit_is_told_at_its_field_and_nothing_typed_is_lost(
    terminal: OpenTerminal, staff: Staff, values: dict[str, str], said: str
) -> None:
    before, cursor = staff.grants(), staff.workspace.cursor()
    async with terminal(WIDE) as t:
        await open_form(t, "g", "dan")
        await fill(t, note="typed before", **values)
        await t.press("f2")
        await t.shows("✗ ", said)
        await t.shows("dan (account)", "typed before", *values.values())
    assert (staff.grants(), staff.workspace.cursor()) == (before, cursor)


async def test_the_condition_says_what_can_be_written(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(NARROW) as t:
        await open_form(t, "g", "dan")
        await t.press("tab", "tab", "tab")
        await t.shows("write terms such as terminal, tls, reason, network 10.0.0.0/8")


async def test_a_grant_that_is_there_already_is_refused(terminal: OpenTerminal, staff: Staff) -> None:
    staff.grant("see", account="dan", on="Report")
    async with terminal(WIDE) as t:
        await open_form(t, "g", "dan")
        await t.press("f2")
        await t.shows("✗ not done", "already")
        await t.shows("dan (account)")


async def test_to_nobody_nothing_is_granted(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(WIDE) as t:
        await open_report(t)
        await t.press("g")
        await t.shows("to: type a part of the name")
        await t.type("nobody here")
        await t.shows("nothing is found by this")
        await t.press("escape")
        await t.shows("nobody picked yet")
        await t.press("f2")
        await t.shows("✗ must be picked; type a part of the name")


async def test_to_everyone_a_group_a_role_or_a_profile(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(WIDE) as t:
        await open_form(t, "g", "everyone")
        await t.press("f2")
        await t.shows("Allow everyone to see Report?", "dan")
        await t.press("escape")
        for typed, shown in (("clerk", "clerk (role)"), ("marsh", "Bob Marsh (profile)"), ("office", "office (group)")):
            await t.press("shift+tab", "shift+tab")
            await t.type(typed)
            await t.shows("to: type a part of the name", f" {typed}")
            await t.press("enter")
            await t.shows(shown)


async def test_the_window_and_condition_of_a_grant_are_changed(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(NARROW) as t:
        await open_report(t)
        await t.press("end", "e")
        await t.shows("Edit: Allow hr to edit Report", FAR)
        await t.press("tab", *["backspace"] * len(FAR))
        await t.type("2001-01-01")
        await t.press("f2")
        await t.shows("Allow hr to edit Report: until 2001-01-01?", "closes 3 records for 1 account: ann 3")
        await t.press("enter")
        await t.shows("Allow hr to edit Report is changed; u takes it back", "3 accounts may see it", "EXPIRED")
        await t.press("u")
        await t.shows("4 accounts may see it")


async def test_a_grant_that_others_changed_meanwhile_is_not_overwritten_unseen(
    terminal: OpenTerminal, staff: Staff
) -> None:
    from core.values import Ref
    from core.write_values import Edit

    async with terminal(WIDE) as t:
        await open_report(t)
        await t.press("end", "e")
        await t.shows("Edit: Allow hr to edit Report", FAR)
        row = next(row for row in staff.workspace.page(Query(entity="grant")).rows if row.subject_name == "hr")
        staff.workspace.write([Edit(Ref("grant", row.id), {"note": "theirs"})])
        await t.press("tab", "tab")
        await t.type("tls")
        await t.press("f2")
        await t.shows("was changed meanwhile; once more writes yours over it")
        await t.press("f2")
        await t.shows("if tls?")


async def test_a_grant_is_revoked_after_a_dry_run_and_brought_back(
    terminal: OpenTerminal, staff: Staff, store_path: Path
) -> None:
    async with terminal(NARROW) as t:
        await open_report(t)
        await t.press("end", "x")
        await t.shows("Revoke: Allow hr to edit Report?", "closes 3 records for 1 account: ann 3", "u takes it back")
        assert may_see(staff, store_path, "ann", "Report")
        await t.press("enter")
        await t.shows("revoked; u takes it back", "3 accounts may see it", "there is none on this very record")
        assert not may_see(staff, store_path, "ann", "Report")
        await t.press("u")
        await t.shows("4 accounts may see it", "group hr")
        await t.press("escape", "5")
        await t.shows("allowed hr to edit Report until 2099-12-31", "denied bob to see Letter")


async def test_revoking_on_an_account_says_where_grants_are(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(WIDE) as t:
        await open_report(t)
        await t.press("x")
        await t.shows("Revoke: put the cursor on a grant; what a link or a role gives ends with that")


async def test_one_who_may_share_grants_no_more_than_he_has(
    terminal: OpenTerminal, staff: Staff, store_path: Path
) -> None:
    staff.grant("share", account="dan", on="Report")
    with workspace_of("dan", store_path) as dan:
        async with terminal(WIDE, first="Ada Lovelace", workspace=dan) as t:
            await t.press("2")
            await t.shows("Report")
            await t.press("A")
            await t.shows("5 accounts may see it")
            await t.press("g")
            await t.shows("to: type a part of the name")
            await t.type("every")
            await t.stands_on("everyone")
            await t.press("enter")
            await t.shows("everyone", "Report (document)")
            await t.press("left", "left", "f2")
            await t.shows("[administer]", "✗ not done", "dan")
            await t.press("left", "left", "left", "f2")
            await t.shows("Allow everyone to edit Report?")


async def test_a_record_that_went_meanwhile_is_told(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(WIDE) as t:
        await open_report(t)
        await t.press("end")
        await t.stands_on("edit")
        row = next(row for row in staff.workspace.page(Query(entity="grant")).rows if row.subject_name == "hr")
        from core.values import Ref

        staff.workspace.write([Delete(Ref("grant", row.id))])
        await t.press("x")
        await t.shows("no record opens or closes for anybody now")
        await t.press("enter")
        await t.shows("there is none on this very record")


async def test_the_dry_run_says_when_and_on_which_condition_it_would_hold(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(NARROW) as t:
        await open_form(t, "g", "dan")
        await fill(t, valid_from="2098-01-01", valid_until=FAR, condition="terminal")
        await t.press("f2")

        await t.shows("Allow dan to see Report?", f"from 2098-01-01 until {FAR}", "if terminal")


async def test_a_note_has_lines_and_the_keys_say_so(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(NARROW) as t:
        await open_form(t, "g", "dan")
        await t.shows("⏎ try it out")
        await t.press("tab", "tab", "tab", "tab")

        await t.shows("why, for those who ask later", "⏎ next line  f2 try it out")
        await t.type("one")
        await t.press("enter")
        await t.type("two")
        await t.press("f2")
        await t.shows("Allow dan to see Report?")
        await t.press("enter")
        await t.shows("allow dan to see Report: done")
    assert [row.note for row in staff.workspace.page(Query(entity="grant")).rows if row.subject_name == "dan"] == [
        "one\ntwo"
    ]


async def test_the_chosen_action_is_seen_in_the_smallest_terminal(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(NARROW) as t:
        await open_form(t, "g", "dan")
        await t.pilot.resize_terminal(40, 14)
        for action in ("edit", "link", "share", "administer", "confidential"):
            await t.press("right")
            await t.shows(f"[{action}]")
        await t.press(*["left"] * 5)
        await t.shows("[see]  edit")
