"""What is allowed to one who gives a reason asks for it, and goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.values import Query
from core.workspace import Workspace
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal
from tests.tui.staff import Staff, workspace_of


@pytest.fixture
def staff(office: Office) -> Staff:
    """dan may see the Charter, and edit it with a reason; the Letter he sees with a reason alone."""
    staff = Staff(office)
    staff.grant("see", account="dan", on="Charter")
    staff.grant("edit", account="dan", on="Charter", condition="reason")
    staff.grant("see", account="dan", on="Letter", condition="reason")
    return staff


@pytest.fixture
def dan(staff: Staff, store_path: Path) -> Iterator[Workspace]:
    with workspace_of("dan", store_path) as workspace:
        yield workspace


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_a_write_that_needs_a_reason_asks_for_it_and_is_done(
    terminal: OpenTerminal, staff: Staff, dan: Workspace, office: Office, size: tuple[int, int]
) -> None:
    async with terminal(size, workspace=dan) as t:
        await t.press("2")
        await t.shows("1 / 1")
        if size == WIDE:
            await t.shows("We, the undersigned")  # the detail is read, and with it what dan may
        await t.press("e")
        await t.shows("Edit Charter")
        await t.type(" of 1901")
        await t.press("f2")
        await t.shows("Why?", "a reason is needed")
        assert "--reason" not in t.text

        await t.type("asked by Bob")
        await t.press("enter")

        await t.shows("updated 1 document")
        assert staff.workspace.get(office.ref("Charter")).title == "Charter of 1901"
        assert staff.workspace.changes(ref=office.ref("Charter"), limit=1)[0].reason == "asked by Bob"
        assert dan.reason == ""


async def test_without_a_reason_nothing_is_done_and_nothing_is_lost(
    terminal: OpenTerminal, staff: Staff, dan: Workspace, office: Office
) -> None:
    async with terminal(NARROW, workspace=dan) as t:
        await t.press("2")
        await t.shows("1 / 1")
        await t.press("e")
        await t.shows("Edit Charter")
        await t.type(" of 1901")
        await t.press("f2")
        await t.shows("Why?")

        await t.press("enter")
        await t.shows("say why, or esc leaves it")
        await t.press("escape")

        await t.shows("Charter of 1901", "not saved: to edit Charter a reason is needed")
        assert staff.workspace.get(office.ref("Charter")).title == "Charter"


async def test_a_reason_for_looking_shows_what_needs_one(terminal: OpenTerminal, staff: Staff, dan: Workspace) -> None:
    async with terminal(NARROW, workspace=dan) as t:
        await t.press("2")
        await t.shows("1 / 1")

        await t.press("colon")
        await t.type("reason")
        await t.press("enter")
        await t.shows("Why?")
        await t.type("yearly review")
        await t.press("enter")

        await t.shows("Letter", "the reason holds for all that you look at")
        assert [row.title for row in dan.page(Query(entity="document")).rows] == ["Charter", "Letter"]
