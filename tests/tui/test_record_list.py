"""The list of records, as a person sees it, on a real workspace."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import Any

from textual.app import App, ComposeResult
from textual.message import Message

from core.values import Create, Query, Ref
from core.workspace import Workspace
from tests.tui.waiting import until
from tui.widgets.columns import PROFILE_COLUMNS
from tui.widgets.record_list import RecordList

PROFILES = Query(entity="profile")


class ListApp(App[None]):
    """One list, and a note of everything that it says."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield RecordList(PROFILE_COLUMNS, id="list")

    def on_mount(self) -> None:
        self.list.focus()

    @property
    def list(self) -> RecordList:
        return self.query_one(RecordList)

    def heard(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.said if type(message) is kind]

    def on_record_list_loaded(self, message: RecordList.Loaded) -> None:
        self.said.append(message)

    on_record_list_cursor_moved = on_record_list_loaded
    on_record_list_row_chosen = on_record_list_loaded
    on_record_list_new_rows = on_record_list_loaded
    on_record_list_marks_changed = on_record_list_loaded
    on_record_list_load_failed = on_record_list_loaded

    def line(self, y: int) -> str:
        return self.list.render_line(y).text

    def lines(self) -> str:
        return "\n".join(self.line(y).rstrip() for y in range(self.list.size.height))


def make_profiles(workspace: Workspace, count: int, prefix: str = "Person") -> list[Ref]:
    fields = [{"name": f"{prefix} {number:05d}", "kind": "person"} for number in range(count)]
    return workspace.write([Create("profile", one) for one in fields]).refs


@asynccontextmanager
async def showing(workspace: Workspace, query: Query = PROFILES, **options: Any) -> Any:
    app = ListApp()
    async with app.run_test(size=options.pop("size", (80, 24))) as pilot:
        app.list.show(workspace, query, **options)
        await until(pilot, lambda: app.heard(RecordList.Loaded) and app.heard(RecordList.CursorMoved))
        yield app, pilot


async def test_shows_the_first_rows_and_says_how_many_there_are(workspace: Workspace) -> None:
    make_profiles(workspace, 300)

    async with showing(workspace) as (app, _):
        assert app.line(0).split() == ["Name", "Kind", "Email", "Updated"]
        assert "Person 00000" in app.line(1)
        assert "Person 00022" in app.line(23)
        assert app.list.position == (1, app.list.count)
        assert str(app.list.count) == "300"


async def test_moves_by_rows_pages_and_to_the_ends(workspace: Workspace) -> None:
    make_profiles(workspace, 1_500)

    async with showing(workspace) as (app, pilot):

        async def press_and_see(key: str, name: str) -> None:
            await pilot.press(key)
            await until(pilot, lambda: app.list.cursor_row and app.list.cursor_row.name == name)
            assert any(name in app.line(y) for y in range(1, 24))

        await press_and_see("down", "Person 00001")
        await press_and_see("j", "Person 00002")
        await press_and_see("k", "Person 00001")
        await press_and_see("pagedown", "Person 00023")
        await press_and_see("end", "Person 01499")
        await press_and_see("down", "Person 01499")
        await press_and_see("pageup", "Person 01477")
        await press_and_see("home", "Person 00000")
        await press_and_see("up", "Person 00000")
        assert app.list.position[0] == 1
