"""Access that somebody else takes away while one looks: what may not be seen leaves the screen, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.drafts import list_drafts
from core.values import Query, Ref
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal
from tests.tui.staff import Staff, workspace_of
from tests.tui.waiting import until

GONE = "Report is not shown to you any more: access was taken away"


@pytest.fixture
def staff(office: Office) -> Staff:
    return Staff(office)


@pytest.fixture
def ann(staff: Staff, store_path: Path) -> Iterator[Workspace]:
    """Who may edit the Report, and sees its people, because hr may."""
    with workspace_of("ann", store_path) as workspace:
        yield workspace


def revoke(staff: Staff) -> None:
    """What hr may with the Report is taken back."""
    (grant,) = staff.workspace.page(Query(entity="grant", target=staff.office.ref("Report"))).rows
    staff.workspace.write([Delete(Ref("grant", grant.id))])


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_record_leaves_the_list_with_a_sentence(
    terminal: OpenTerminal, staff: Staff, ann: Workspace, size: tuple[int, int]
) -> None:
    async with terminal(size, workspace=ann) as t:
        await t.press("2")
        await t.shows("Report", "1 / 1")

        revoke(staff)

        await t.shows(GONE, "There is no document yet")
        assert not any("Report" in line for line in t.lines[2:-3])


async def test_the_detail_of_a_record_closes(terminal: OpenTerminal, staff: Staff, ann: Workspace) -> None:
    async with terminal(NARROW, workspace=ann) as t:
        await t.press("2", "enter")
        await t.shows("Documents › Report", "Anvils sold well")

        revoke(staff)

        await t.shows(GONE)
        await t.shows_no("Documents › Report")
        assert t.app.work_screen.trail == []


async def test_one_goes_back_to_what_may_still_be_seen(
    terminal: OpenTerminal, staff: Staff, ann: Workspace, office: Office
) -> None:
    staff.grant("see", group="hr", on="Cleo Ngata")
    async with terminal(NARROW, first="Cleo Ngata", workspace=ann) as t:
        await t.press("end", "enter")
        await t.stands_on("Report")
        await t.press("enter")
        await t.shows("Profiles › Cleo Ngata › Report")

        revoke(staff)

        await t.shows(GONE, "Profiles › Cleo Ngata")
        assert [step.ref for step in t.app.work_screen.trail] == [office.ref("Cleo Ngata")]


@pytest.mark.parametrize("key", ["h", "A", "y", "x", "l"])
async def test_a_panel_about_the_record_closes(terminal: OpenTerminal, staff: Staff, ann: Workspace, key: str) -> None:
    if key == "x":
        staff.grant("administer", group="hr", on="documents", valid_until=1)  # a rule that is over opens nothing
    async with terminal(NARROW, workspace=ann) as t:
        await t.press("2")
        await t.shows("1 / 1")
        await t.press(key)

        revoke(staff)

        await t.shows(GONE)
        assert t.app.work_screen.panel is None


async def test_an_open_edit_keeps_what_was_typed_and_cannot_be_saved(
    terminal: OpenTerminal, staff: Staff, ann: Workspace, office: Office
) -> None:
    async with terminal(NARROW, workspace=ann) as t:
        await t.press("2")
        await t.shows("1 / 1")
        await t.press("e")
        await t.shows("Edit Report")
        await t.type(" of May")

        revoke(staff)

        await t.shows(GONE, "not shown to you any more; what you typed is kept, but cannot be saved")
        await t.press("f2")
        await t.shows("not saved: there is no document")
        await t.press("escape")
        await t.shows("kept as a draft")
        assert staff.workspace.get(office.ref("Report")).title == "Report"
        assert [draft.fields["title"] for draft in list_drafts(ann)] == ["Report of May"]


async def test_where_only_the_right_to_edit_goes_the_record_stays_and_saving_is_refused(
    terminal: OpenTerminal, staff: Staff, ann: Workspace, office: Office
) -> None:
    staff.grant("see", group="hr", on="documents")
    async with terminal(NARROW, workspace=ann) as t:
        await t.press("2")
        await t.shows("Report", "1 / 3")
        await t.press("end", "e")
        await t.shows("Edit Report")
        await t.type(" of May")

        revoke(staff)
        await t.press("f2")

        await t.shows("not saved: ann may not edit Report")
        assert staff.workspace.get(office.ref("Report")).title == "Report"


async def test_what_opens_appears(terminal: OpenTerminal, staff: Staff, ann: Workspace) -> None:
    async with terminal(NARROW, workspace=ann) as t:
        await t.press("2")
        await t.shows("1 / 1")

        staff.grant("see", group="hr", on="Letter")

        await t.shows("Letter", "/ 2")


async def test_an_account_that_is_gone_is_told_so_and_leaves(
    terminal: OpenTerminal, staff: Staff, ann: Workspace
) -> None:
    async with terminal(NARROW, workspace=ann) as t:
        staff.workspace.write([Delete(Ref("account", staff.ids["ann"]))])

        await t.shows('there is no account "ann" here')
        await t.press("2", "1", "q")
        await until(t.pilot, lambda: t.app._exit)
        assert t.app.return_code == 0


async def test_nothing_is_said_to_whom_nothing_changes(
    terminal: OpenTerminal, staff: Staff, office: Office, store_path: Path
) -> None:
    async with terminal(NARROW) as t:
        await t.press("2")
        await t.shows("Report")

        revoke(staff)
        staff.workspace.write([Edit(office.ref("Letter"), {"title": "Long letter"}), Create("group", {"name": "it"})])

        await t.shows("Long letter")
        assert "not shown to you" not in t.text
