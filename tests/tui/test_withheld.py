"""What is confidential in the terminal: it is counted where it would stand, and no form offers it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.values import Ref
from core.workspace import Workspace
from core.write_values import Create, Edit
from tests.core.clashing import clash
from tests.tui.conftest import WIDE, Office, OpenTerminal
from tests.tui.staff import Staff, workspace_of
from tests.tui.waiting import until


@pytest.fixture
def staff(office: Office) -> Staff:
    """ann may do everything but read and write what is confidential: the body of the Report, anyone's salary."""
    staff = Staff(office)
    for area in ("profiles", "documents"):
        staff.grant("administer", account="ann", on=area)
    office.workspace.write(
        [
            Create("mark", {"entity": "profile", "attribute": "salary"}),
            Edit(office.ref("Ada Lovelace"), {"attributes": {"salary": "nine grand", "room": "12"}}),
            Edit(office.ref("Report"), {"confidential": "yes"}),
        ]
    )
    return staff


@pytest.fixture
def ann(staff: Staff, store_path: Path) -> Iterator[Workspace]:
    with workspace_of("ann", store_path) as workspace:
        yield workspace


async def test_the_detail_counts_what_is_not_shown(terminal: OpenTerminal, ann: Workspace) -> None:
    async with terminal(WIDE, workspace=ann) as t:
        await t.press("down")
        await t.shows("room: 12", "1 confidential field is not shown")
        assert "nine grand" not in t.text
        await t.press("2")
        await t.shows("Charter")
        await t.press("G")
        await t.shows("4 confidential fields are not shown")
        assert "Anvils sold well" not in t.text


async def test_the_form_offers_no_field_that_is_withheld(
    terminal: OpenTerminal, office: Office, ann: Workspace
) -> None:
    async with terminal(WIDE, workspace=ann) as t:
        await t.press("2")
        await t.shows("Charter")
        await t.press("G", "e")
        await t.shows(
            "Edit Report", "4 confidential fields are not shown; what is not shown stays as it is", "Category"
        )
        assert not any(label in t.text for label in ("Description", "Attributes", "Text"))
        await t.type("s")
        await t.press("enter")
        await t.shows("updated 1 document")
        await until(t.pilot, lambda: office.workspace.get(office.ref("Report")).title == "Reports")
    assert office.workspace.get(office.ref("Report")).fields["text"] == "Anvils sold well."


async def test_the_history_tells_that_something_is_not_shown(terminal: OpenTerminal, ann: Workspace) -> None:
    async with terminal(WIDE, workspace=ann) as t:
        await t.press("down", "h")
        await t.shows("rev 2", "1 confidential field is not shown")
        assert "nine grand" not in t.text


async def test_a_conflict_about_what_is_withheld_shows_that_there_is_one(
    terminal: OpenTerminal, office: Office, staff: Staff, store_path: Path, ann: Workspace
) -> None:
    ada: Ref = office.ref("Ada Lovelace")
    staff.grant("administer", account="bob", on="profiles")
    staff.grant("confidential", account="bob", on="profiles")
    with workspace_of("bob", store_path) as bob:
        clash(bob, office.workspace, ada, {"attributes": {"salary": "1"}}, {"attributes": {"salary": "2"}})

    async with terminal(WIDE, workspace=ann) as t:
        await t.press("4")
        await t.shows("attributes")
        await t.press("enter")
        await t.shows("1 confidential field is not shown", "0 of 0 fields open")
        await t.press("1", "enter", "escape")
        await t.shows_no("1 confidential field is not shown")
