"""The trash is emptied of what is old, for good, once a word is typed."""

from __future__ import annotations

import pytest

from core.errors import NotFound
from core.instants import now
from core.values import Query
from core.write_values import Delete
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal

DAY = 86_400_000_000  # microseconds


@pytest.fixture
def old_trash(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Bob Marsh and his links went to the trash 40 days ago, Cleo Ngata and hers today."""
    with monkeypatch.context() as earlier:
        then = now() - 40 * DAY
        earlier.setattr("core.open_request.now", lambda: then)
        office.workspace.write([Delete(office.ref("Bob Marsh"))])
    office.workspace.write([Delete(office.ref("Cleo Ngata"))])
    return office


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])
async def test_what_is_old_is_counted_and_goes_once_the_word_is_typed(
    terminal: OpenTerminal, old_trash: Office, size: tuple[int, int]
) -> None:
    workspace = old_trash.workspace
    async with terminal(size) as t:
        # given the trash
        await t.press("T")
        await t.shows("Bob Marsh", "Cleo Ngata")

        # when it is to be purged, what would go is counted, and enter alone does nothing
        await t.press("P")
        await t.shows("✗ 1 profile", "✗ 2 links", "nothing brings them back", "type purge to delete all of it for good")
        await t.press("enter")
        await t.shows("nothing is deleted: type purge first")
        assert workspace.get(old_trash.ref("Bob Marsh")).title == "Bob Marsh"

        # then the word and enter do it, and what is young stays
        await t.type("purge")
        await t.press("enter")
        await t.shows("deleted for good: 1 profile, 2 links")
        await t.shows_no("Bob Marsh")
        await t.shows("Cleo Ngata")
    with pytest.raises(NotFound):
        workspace.get(old_trash.ref("Bob Marsh"))
    assert workspace.page(Query(entity="profile", trash=True, sort="deleted")).rows[0].name == "Cleo Ngata"


async def test_another_word_or_esc_deletes_nothing(terminal: OpenTerminal, old_trash: Office) -> None:
    before = old_trash.workspace.cursor()
    async with terminal(NARROW) as t:
        await t.press("T")
        await t.shows("Bob Marsh")
        await t.press("P")
        await t.shows("✗ 1 profile")
        await t.type("yes")
        await t.press("enter")
        await t.shows("nothing is deleted: type purge first")
        await t.press("escape")
        await t.shows_no("type purge to delete")
    assert old_trash.workspace.cursor() == before
    assert old_trash.workspace.get(old_trash.ref("Bob Marsh")).deleted_at is not None


async def test_with_nothing_old_it_says_so(terminal: OpenTerminal, office: Office) -> None:
    office.workspace.write([Delete(office.ref("Cleo Ngata"))])
    async with terminal(NARROW) as t:
        await t.press("T")
        await t.shows("Cleo Ngata")
        await t.press("P")
        await t.shows("nothing has been in the trash for 30 days")
    assert office.workspace.get(office.ref("Cleo Ngata")).deleted_at is not None


async def test_outside_the_trash_it_says_where_to_go(terminal: OpenTerminal) -> None:
    async with terminal(NARROW) as t:
        await t.press("P")
        await t.shows("Purge: only what is in the trash can be purged; T shows the trash")
