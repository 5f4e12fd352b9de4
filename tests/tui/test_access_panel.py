"""The access of a record: who may see it and why, and the grants on it, by keys."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from core.access_values import AuditQuery
from core.values import Query, Ref
from core.write_values import Create, Delete, Edit
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal, Terminal
from tests.tui.staff import FAR, Staff, workspace_of
from tests.tui.test_app import RAW
from tests.tui.test_conflict_snapshots import BEGIN, SIZES, STEP, picture
from tests.tui.waiting import until


@pytest.fixture
def staff(office: Office) -> Staff:
    return Staff(office)


async def open_report(t: Terminal) -> None:
    """The access of the Report."""
    await t.press("2")
    await t.shows("Report", "Letter")
    await t.press("end", "A")
    await t.shows("Access to Report", "Grants on it")


async def test_who_may_see_a_record_stands_there_with_what_and_by_which_rule(
    terminal: OpenTerminal, staff: Staff
) -> None:
    async with terminal(WIDE) as t:
        await open_report(t)
        await t.shows("4 accounts may see it")
        rows = {
            name: next(line for line in t.lines if line.strip("› ").startswith(name))
            for name in ("ann", "bob", "cleo", "tester")
        }
        assert "edit" in rows["ann"]
        assert "group hr: grant edit on Report" in rows["ann"]
        assert "role clerk: grant see on documents" in rows["bob"]
        assert "author of Report" in rows["cleo"]
        assert "everything" in rows["tester"]
        assert "role owner" in rows["tester"]
        assert not any("dan" in line for line in t.lines[2:])


async def test_the_account_under_the_cursor_is_explained_for_each_action(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(WIDE) as t:
        await open_report(t)
        await t.stands_on("ann")
        await t.shows("why? [see]", "✓ ann may see Report", "ann › group office › group hr")
        await t.shows("EFFECTIVE", f"until {FAR}")
        await t.press("right")
        await t.shows("[edit]", "✓ ann may edit Report")
        await t.press("right")
        await t.shows("[link]", "✗ ann may not link Report", "no rule allows it; grant link on Report")
        await t.press("left", "down")
        await t.shows("[edit]", "✗ bob may not edit Report", "role clerk")


async def test_a_denial_is_explained(terminal: OpenTerminal, staff: Staff, office: Office) -> None:
    staff.grant("edit", group="office", on="Report", effect="deny")
    async with terminal(WIDE) as t:
        await open_report(t)
        await t.stands_on("ann")
        await t.press("right")
        await t.shows("✗ ann may not edit Report", "the denial of edit on Report to group office", "- denies edit")
        await t.shows("+ allows edit", "ann › group office › group hr")


async def test_what_is_not_in_force_says_so(terminal: OpenTerminal, staff: Staff) -> None:
    staff.grant("share", account="cleo", on="Report", valid_from=4_000_000_000_000_000)
    staff.grant("edit", account="cleo", on="Report", condition="network 192.0.2.0/24")
    async with terminal(WIDE) as t:
        await open_report(t)
        await t.press("down", "down")
        await t.stands_on("cleo")
        await t.shows("PENDING", "from 2096", "if network 192.0.2.0/24: does not hold now")
        await t.press("end", "home", "end")
        await t.shows("PENDING · from 2096", "if network 192.0.2.0/24")


async def test_it_is_shown_as_at_another_time(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(WIDE) as t:
        await open_report(t)
        await t.shows("4 accounts may see it")
        await t.press("t")
        await t.shows("As at")
        await t.type("soon")
        await t.press("enter")
        await t.shows("✗ ", "is not a date; write it as 2026-01-31")
        await t.press(*["backspace"] * 4)
        await t.type("2100-01-01")
        await t.press("enter")
        await t.shows("3 accounts may see it at 2100-01-01")
        await t.stands_on("bob")
        await t.press("t", *["backspace"] * 10, "enter")
        await t.shows("4 accounts may see it")
        await t.press("home")
        await t.stands_on("ann")
        await t.press("t", "escape")
        await t.shows_no("As at")
        await t.shows("Access to Report")


async def test_the_grant_under_the_cursor_is_shown_in_full(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(WIDE) as t:
        await open_report(t)
        await t.press("end")
        await t.stands_on("edit")
        await t.shows("Allow hr to edit Report", f"EFFECTIVE · until {FAR}", "condition     none", "x revoke")


async def test_a_long_explanation_is_scrolled_and_left_again(terminal: OpenTerminal, staff: Staff) -> None:
    for name in ("ann", "bob", "cleo", "dan"):
        for action in ("see", "edit", "link", "share"):
            staff.grant(action, account=name, on="Report")
    async with terminal(NARROW) as t:
        await open_report(t)
        await t.stands_on("ann")
        await t.shows("✓ ann may see Report")
        assert "allows share" not in t.text
        await t.press("enter", "end")
        await t.shows("allows share")
        await t.press("escape", "down")
        await t.stands_on("bob")
        await t.press("escape")
        await t.shows_no("Access to Report")


async def test_the_only_operator_is_told_that_rules_count_for_nobody_yet(
    terminal: OpenTerminal, office: Office
) -> None:
    async with terminal(NARROW) as t:
        await open_report(t)
        await t.shows("you are the only one here: a second account makes rules count", "everything")
        await t.shows("✓ you may see Report")


async def test_one_who_may_not_ask_sees_his_own_rights_alone(
    terminal: OpenTerminal, staff: Staff, store_path: Path
) -> None:
    with workspace_of("cleo", store_path) as cleo:
        async with terminal(WIDE, first="Cleo Ngata", workspace=cleo) as t:
            await t.press("2")
            await t.shows("Report")
            await t.press("A")
            await t.shows(
                "what you may do; who else may, is told to those who", "✓ you may see Report", "author of Report"
            )
            assert not any(name in t.text for name in ("tester", "bob"))
            await t.press("x")
            await t.shows("Revoke: put the cursor on a grant")
            await t.press("g")
            await t.shows("Grant: that needs share on this record, or the administration of access; ask an owner")


async def test_a_profile_seen_through_a_document_says_through_which(
    terminal: OpenTerminal, staff: Staff, office: Office
) -> None:
    async with terminal(WIDE) as t:
        await t.press("down", "A")
        await t.shows("Access to Ada Lovelace")
        await t.stands_on("ann")
        await t.shows("✓ ann may see Ada Lovelace", "sight of Report")
        await t.press("down")
        await t.stands_on("bob")
        await t.shows("✓ bob may see Ada Lovelace", "Charter")


async def test_the_access_of_a_link_is_that_of_the_record_one_reads(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(WIDE) as t:
        await t.press("down", "enter")
        await t.shows("author of  2")
        await t.press("A")
        await t.shows("Access to Ada Lovelace")


async def test_on_a_screen_without_records_the_key_says_why_not(terminal: OpenTerminal, office: Office) -> None:
    async with terminal(NARROW) as t:
        await t.press("6")
        await t.shows("store.db")
        await t.press("A")
        await t.shows("Access: put the cursor on a profile or document first")


async def test_what_changes_elsewhere_is_shown(terminal: OpenTerminal, staff: Staff, store_path: Path) -> None:
    async with terminal(WIDE) as t:
        await open_report(t)
        await t.shows("4 accounts may see it")
        with workspace_of("tester", store_path) as other:
            other.write([Create("grant", {"subject_kind": "everyone", "action": "see", "target_kind": "documents"})])
            await t.shows("5 accounts may see it", "dan")


# --- what one may is shown before it is tried -------------------------------------------------------------------


async def test_actions_that_the_account_may_not_do_are_dimmed_and_say_why(
    terminal: OpenTerminal, staff: Staff, store_path: Path
) -> None:
    with workspace_of("cleo", store_path) as cleo:
        async with terminal(WIDE, first="Cleo Ngata", workspace=cleo) as t:
            await t.shows("cleo")
            await t.press("2")
            await t.shows("Report", "Anvils sold well.", "(e edit)")
            await t.press("e")
            await t.shows("Edit: you may not edit it; A says why")
            await t.press("x")
            await t.shows("Remove: you may not edit it; A says why")
            await t.press("l")
            await t.shows("Link: you may not link it; A says why")


async def test_what_is_tried_without_the_right_is_denied_in_a_sentence(
    terminal: OpenTerminal, staff: Staff, office: Office, store_path: Path
) -> None:
    with workspace_of("bob", store_path) as bob:
        async with terminal(NARROW, first="Ada Lovelace", workspace=bob) as t:
            await t.press("2")
            await t.shows("Report")
            await t.press("end", "x")
            await t.shows("Delete?", "Report")
            await t.press("enter")
            await t.shows("bob may not edit Report")
    assert office.workspace.get(office.ref("Report")).deleted_at is None


async def test_the_header_names_the_account_where_there_are_several(
    terminal: OpenTerminal, staff: Staff, office: Office
) -> None:
    rows = {row.name: row for row in office.workspace.page(Query(entity="account")).rows}
    async with terminal(WIDE) as t:
        await until(t.pilot, lambda: t.lines[1].endswith("tester"))
        office.workspace.write([Delete(Ref("account", rows[name].id)) for name in ("dan", "cleo", "bob", "ann")])
        await until(t.pilot, lambda: "tester" not in t.lines[1])


# --- hostile text ----------------------------------------------------------------------------------------------


async def test_hostile_names_are_shown_as_text(terminal: OpenTerminal, staff: Staff, office: Office) -> None:
    hostile = "[@click=app.bell]x[/] [red]\x1b[31m"
    office.workspace.write([Edit(office.ref("Report"), {"title": hostile})])
    staff.grant("see", account="dan", on="Report", note=f"{hostile}\n[/x]")
    async with terminal(NARROW) as t:
        await t.press("2")
        await t.shows("[@click=app.bell]x[/]")
        await t.press("home", "A")
        await t.shows("Access to [@click=app.bell]x[/]", "grant edit on [@click=app.bell]x[/]")
        assert not RAW.search(t.text)
        await t.press("end", "up")
        await t.shows("window")
        assert not RAW.search(t.text)


# --- as it looks -------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every write has an instant of its own, the same in each run, told in UTC."""
    instants = count(BEGIN, STEP)
    monkeypatch.setattr("core.open_request.now", lambda: next(instants))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def panel_picture(t: Terminal) -> str:
    """The screen below the line of all screens."""
    tabs, _, panel = (await picture(t)).partition("\n Documents ›")
    assert "2 Documents" in tabs
    return f" Documents ›{panel}"


@SIZES
async def test_the_access_panel(
    clock: None, terminal: OpenTerminal, staff: Staff, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    staff.grant("share", account="ann", on="Report", effect="deny", condition="not tls", note="only at the desk")
    async with terminal(size, theme="ansi") as t:
        await open_report(t)
        await t.shows("✓ ann may see Report")
        await t.press("right", "right", "right")
        await t.shows("[share]", "✗ ann may not share Report")
        assert await panel_picture(t) == snapshot


@SIZES
async def test_a_grant_in_full(
    clock: None, terminal: OpenTerminal, staff: Staff, snapshot: SnapshotAssertion, size: tuple[int, int]
) -> None:
    async with terminal(size, theme="ansi") as t:
        await open_report(t)
        await t.press("end")
        await t.shows("window", "x revoke")
        assert await panel_picture(t) == snapshot


async def test_without_colours_all_the_same_is_told(
    clock: None, terminal: OpenTerminal, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures = []
    for colours in (True, False):
        if not colours:
            monkeypatch.setenv("NO_COLOR", "1")
        async with terminal(NARROW, first="tester", theme="terminal") as t:
            await open_report(t)
            await t.shows("✓ ann may see Report")
            pictures.append(t.text)
            if not colours:
                strips = t.app.screen._compositor.render_strips()
                styles = [style for strip in strips for _, style, _ in strip if style is not None]
                assert all(style.color is None or style.color.is_default for style in styles)
                assert any(style.reverse for style in styles)
    assert pictures[0] == pictures[1]


async def test_to_look_at_ones_own_access_is_no_attempt(terminal: OpenTerminal, staff: Staff, store_path: Path) -> None:
    with workspace_of("cleo", store_path) as own:
        async with terminal(WIDE, "Cleo Ngata", workspace=own) as t:
            await t.press("2")
            await t.shows("Report")
            await t.press("A")
            await t.shows("Access to Report", "there is none on this very record")
            assert "makes one" not in t.text

    assert staff.workspace.audit(AuditQuery(actor="cleo", kind="access.denied")) == []
