"""The list of records, as a person sees it, on a real workspace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from rich.cells import cell_len
from textual import on
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from core.errors import Corrupt, NotFound
from core.values import Change, Count, Query, RecordId, Ref
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Restore
from tests.tui.waiting import until
from tui.widgets import row_changes
from tui.widgets.columns import DOCUMENT_COLUMNS, LINK_COLUMNS, PROFILE_COLUMNS, Columns
from tui.widgets.record_list import RecordList

PROFILES = Query(entity="profile")
LAST_LINE = 23


class ListApp(App[None]):
    """One list, and a note of everything that it says."""

    def __init__(self, columns: Columns) -> None:
        super().__init__()
        self.columns = columns
        self.said: list[Message] = []

    def compose(self) -> ComposeResult:
        yield RecordList(self.columns, id="list")

    def on_mount(self) -> None:
        self.list.focus()

    @property
    def list(self) -> RecordList:
        return self.query_one(RecordList)

    @on(RecordList.Loaded)
    @on(RecordList.CursorMoved)
    @on(RecordList.RowChosen)
    @on(RecordList.NewRows)
    @on(RecordList.MarksChanged)
    @on(RecordList.LoadFailed)
    def note(self, message: Message) -> None:
        self.said.append(message)

    def heard(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.said if type(message) is kind]

    def line(self, y: int) -> str:
        return self.list.render_line(y).text

    @property
    def rows(self) -> list[str]:
        """The lines below the header that hold a row."""
        lines = [self.line(y).rstrip() for y in range(1, self.list.size.height)]
        return [line for line in lines if line]

    @property
    def cursor_line(self) -> str:
        """The line that stands out in reverse."""
        lines = [self.list.render_line(y) for y in range(1, self.list.size.height)]
        (only,) = [line for line in lines if any(segment.style and segment.style.reverse for segment in line)]
        return only.text

    def line_of(self, text: str) -> str:
        return next((row for row in self.rows if text in row), "")


def make_profiles(workspace: Workspace, *numbers: int) -> list[Ref]:
    fields = [{"name": f"Person {number:05d}", "kind": "person"} for number in numbers]
    return workspace.write([Create("profile", one) for one in fields]).refs


def make_author(workspace: Workspace) -> None:
    """The relationship type."""
    workspace.write([Create("type", {"name": "author", "inverse": "author of"})])


def changes_since(workspace: Workspace, seq: int) -> list[Change]:
    return workspace.changes(after=seq)


@asynccontextmanager
async def showing(
    workspace: Workspace,
    query: Query = PROFILES,
    *,
    cursor: RecordId | None = None,
    columns: Columns = PROFILE_COLUMNS,
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[tuple[ListApp, Pilot[None]]]:
    app = ListApp(columns)
    async with app.run_test(size=size) as pilot:
        app.list.show(workspace, query, cursor=cursor)
        await until(pilot, lambda: app.heard(RecordList.Loaded) and app.heard(RecordList.CursorMoved))
        yield app, pilot


async def reload(app: ListApp, pilot: Pilot[None]) -> None:
    app.said.clear()
    app.list.reload()
    await until(pilot, lambda: app.heard(RecordList.Loaded) and app.heard(RecordList.CursorMoved))


# --- showing ---------------------------------------------------------------------------------------


async def test_shows_the_first_rows_and_says_how_many_there_are(workspace: Workspace) -> None:
    make_profiles(workspace, *range(300))

    async with showing(workspace) as (app, _):
        assert app.line(0).split() == ["Name", "Kind", "Email", "Updated"]
        assert app.rows[0].split()[:3] == ["Person", "00000", "person"]
        assert "Person 00022" in app.line(LAST_LINE)
        assert app.list.position == (1, Count(300))
        assert app.heard(RecordList.Loaded)[0].count == Count(300)
        assert app.heard(RecordList.CursorMoved)[0].row.name == "Person 00000"


async def test_an_empty_list_says_so_and_every_key_is_harmless(workspace: Workspace) -> None:
    async with showing(workspace) as (app, pilot):
        await pilot.press("down", "up", "pagedown", "pageup", "home", "end", "enter")
        app.list.toggle_mark()
        app.list.mark_range()
        app.list.go_to_percent(50)
        await pilot.pause()

        assert app.rows == ["   There is no profile yet."]
        assert app.list.position == (0, Count(0))
        assert (app.list.cursor_row, app.list.cursor_id, app.list.marked) == (None, None, {})
        assert not app.heard(RecordList.RowChosen)


async def test_a_filter_that_nothing_fits_says_so(workspace: Workspace) -> None:
    make_profiles(workspace, 1)

    async with showing(workspace, Query(entity="profile", kind="group")) as (app, _):
        assert app.rows == ["   No profile matches."]


async def test_the_cursor_starts_on_the_record_asked_for(workspace: Workspace) -> None:
    refs = make_profiles(workspace, *range(900))

    async with showing(workspace, cursor=refs[555].id) as (app, _):
        assert app.list.position[0] == 556
        assert "Person 00555" in app.cursor_line


async def test_the_cursor_starts_on_the_first_row_where_the_record_asked_for_is_not(workspace: Workspace) -> None:
    make_profiles(workspace, *range(30))

    async with showing(workspace, cursor=bytes(16)) as (app, _):
        assert "Person 00000" in app.cursor_line


async def test_another_query_takes_the_place_of_the_one_before(workspace: Workspace) -> None:
    make_profiles(workspace, *range(30))
    workspace.write([Create("profile", {"name": "Acme", "kind": "organisation"})])

    async with showing(workspace) as (app, pilot):
        app.list.show(workspace, PROFILES)  # overtaken by the next
        app.list.show(workspace, Query(entity="profile", kind="organisation"))
        await until(pilot, lambda: app.list.count == Count(1))

        assert [row.split()[0] for row in app.rows] == ["Acme"]


async def test_a_query_that_cannot_be_read_is_reported_and_the_list_stays(workspace: Workspace) -> None:
    make_profiles(workspace, 1)

    async with showing(workspace) as (app, pilot):
        app.list.show(workspace, Query(entity="link", type="nobody of"))
        await until(pilot, lambda: app.heard(RecordList.LoadFailed))

        assert isinstance(app.heard(RecordList.LoadFailed)[0].error, NotFound)
        assert app.line_of("Person 00001")


async def test_a_page_that_cannot_be_read_is_reported_and_asked_for_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_profiles(workspace, *range(900))

    def fail(*_: Any, **__: Any) -> None:
        raise Corrupt("the disk is bad")

    async with showing(workspace) as (app, pilot):
        with monkeypatch.context() as broken:
            broken.setattr(workspace, "page", fail)
            await pilot.press("end")
            await until(pilot, lambda: app.heard(RecordList.LoadFailed))
        assert "···" in app.cursor_line

        await pilot.press("up")
        await until(pilot, lambda: app.list.cursor_row)
        assert "Person 00898" in app.cursor_line


# --- columns ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("width", "titles"),
    [(100, "Name Kind Email Updated"), (60, "Name Kind Updated"), (41, "Name Kind"), (20, "Name"), (6, "Na…")],
)
async def test_less_important_columns_go_where_the_list_is_narrow(
    workspace: Workspace, width: int, titles: str
) -> None:
    make_profiles(workspace, 1)

    async with showing(workspace, size=(width, 10)) as (app, _):
        assert app.line(0).split() == titles.split()
        assert all(cell_len(app.line(y)) == width for y in range(10))


@pytest.mark.parametrize(
    "name",
    ["日本語の長い名前" * 9, "👨\u200d👩\u200d👧 family", "e\u0301" * 60, "evil \x1b[2J\u202e", "x" * 400, "A\tB\nC"],
)
async def test_a_row_is_as_wide_as_the_list_whatever_it_holds(workspace: Workspace, name: str) -> None:
    workspace.write([Create("profile", {"name": name.replace("\n", " "), "kind": "person"})])

    async with showing(workspace, size=(61, 10)) as (app, _):
        assert cell_len(app.line(1)) == 61
        assert "person" in app.line(1)
        assert not {"\x1b", "\u202e", "\u200d", "\t"} & set(app.line(1))


async def test_the_columns_of_documents_and_links(workspace: Workspace) -> None:
    make_author(workspace)
    document, profile = workspace.write(
        [
            Create("document", {"title": "Report", "category": "audit", "tags": ["de", "eu"]}),
            Create("profile", {"name": "Ann", "kind": "person"}),
        ]
    ).refs
    link = {"document": document.id, "profile": profile.id, "type": "author", "valid_from": 86_400_000_000}
    workspace.write([Create("link", link)])

    async with showing(workspace, Query(entity="document"), columns=DOCUMENT_COLUMNS) as (app, _):
        assert app.rows[0].split()[:4] == ["Report", "audit", "de,", "eu"]
    async with showing(workspace, Query(entity="link"), columns=LINK_COLUMNS, size=(120, 9)) as (app, _):
        assert app.rows[0].split()[:4] == ["Report", "author", "Ann", "1970-01-02.."]


# --- moving ----------------------------------------------------------------------------------------


async def test_moves_by_rows_pages_and_to_the_ends(workspace: Workspace) -> None:
    make_profiles(workspace, *range(1_500))

    async with showing(workspace) as (app, pilot):

        async def press_and_see(key: str, number: int) -> None:
            await pilot.press(key)
            await until(pilot, lambda: app.list.cursor_row)
            assert f"Person {number:05d}" in app.cursor_line
            assert app.list.position[0] == number + 1

        await press_and_see("down", 1)
        await press_and_see("j", 2)
        await press_and_see("k", 1)
        await press_and_see("pagedown", 23)
        await press_and_see("ctrl+d", 34)
        await press_and_see("ctrl+u", 23)
        await press_and_see("end", 1_499)
        await press_and_see("down", 1_499)
        await press_and_see("pageup", 1_477)
        await press_and_see("home", 0)
        await press_and_see("up", 0)
        app.list.go_to_percent(50)
        await press_and_see("down", 751)


async def test_the_end_of_a_list_of_unknown_length(workspace: Workspace) -> None:
    make_profiles(workspace, *range(1_500))

    async with showing(workspace, Query(entity="profile", kind="person")) as (app, pilot):
        assert str(app.list.count) == "1000+"
        await pilot.press("end")
        await until(pilot, lambda: app.list.count == Count(1_500))
        assert "Person 01499" in app.cursor_line

        app.list.go_to_percent(10)
        await until(pilot, lambda: app.list.cursor_row)
        assert app.list.position == (151, Count(1_500))


async def test_walking_on_through_a_list_of_unknown_length_counts_on(workspace: Workspace) -> None:
    make_profiles(workspace, *range(1_300))

    async with showing(workspace, Query(entity="profile", kind="person")) as (app, pilot):
        while app.list.position[0] < 1_300:
            app.list.action_page(1)
            await until(pilot, lambda: app.list.cursor_row)

        assert str(app.list.count) == "1,300"


async def test_every_row_between_is_shown_while_walking_over_pages(workspace: Workspace) -> None:
    make_profiles(workspace, *range(450))

    async with showing(workspace, size=(80, 12)) as (app, pilot):
        for step in [7] * 64 + [-7] * 64:
            app.list.action_move(step)
            await until(pilot, lambda: not app.line_of("···"))
            numbers = [int(row.split()[1]) for row in app.rows]
            assert numbers == list(range(numbers[0], numbers[0] + 11))

        assert app.list.position[0] == 1


async def test_a_resize_keeps_the_cursor_in_view(workspace: Workspace) -> None:
    make_profiles(workspace, *range(300))

    async with showing(workspace, size=(80, 40)) as (app, pilot):
        app.list.action_move(35)
        for size in ((40, 8), (20, 3), (120, 50), (20, 5)):
            await pilot.resize_terminal(*size)
            await until(pilot, lambda size=size: app.list.size == size)
            assert "Person 00035" in app.cursor_line


async def test_enter_and_a_double_click_choose_a_row(workspace: Workspace) -> None:
    make_profiles(workspace, *range(30))

    async with showing(workspace) as (app, pilot):
        await pilot.press("down", "enter")
        await pilot.click(RecordList, offset=(5, 8))
        assert "Person 00007" in app.cursor_line
        await pilot.double_click(RecordList, offset=(5, 5))
        await until(pilot, lambda: len(app.heard(RecordList.RowChosen)) == 2)

        assert [message.row.name for message in app.heard(RecordList.RowChosen)] == ["Person 00001", "Person 00004"]


async def test_keys_can_be_given_to_other_movements(workspace: Workspace) -> None:
    make_profiles(workspace, *range(30))

    async with showing(workspace) as (app, pilot):
        app.set_keymap({"move.down": "z"})
        await pilot.press("z", "z", "down")

        assert app.list.position[0] == 3


async def test_without_the_focus_the_cursor_shows_in_another_way(workspace: Workspace) -> None:
    make_profiles(workspace, *range(3))

    async with showing(workspace) as (app, pilot):
        app.set_focus(None)
        await pilot.pause()

        style = next(iter(app.list.render_line(1))).style
        assert style is not None
        assert (style.reverse, style.underline) == (None, True)


async def test_a_change_of_theme_shows_at_once(workspace: Workspace) -> None:
    make_profiles(workspace, *range(3))

    async with showing(workspace) as (app, pilot):
        before = next(iter(app.list.render_line(2))).style
        app.theme = "textual-light"
        await until(pilot, lambda: next(iter(app.list.render_line(2))).style != before)


# --- marks -----------------------------------------------------------------------------------------


async def test_rows_are_marked_and_unmarked(workspace: Workspace) -> None:
    refs = make_profiles(workspace, *range(30))

    async with showing(workspace) as (app, pilot):
        app.list.toggle_mark()
        await pilot.press("down", "down")
        app.list.toggle_mark()
        assert list(app.list.marked) == [refs[0].id, refs[2].id]
        assert [row[0] for row in app.rows[:4]] == ["•", " ", "•", " "]

        app.list.toggle_mark()
        assert list(app.list.marked) == [refs[0].id]
        app.list.clear_marks()
        await until(pilot, lambda: len(app.heard(RecordList.MarksChanged)) == 4)
        assert [message.count for message in app.heard(RecordList.MarksChanged)] == [1, 2, 1, 0]
        assert not any("•" in row for row in app.rows)


async def test_a_range_is_marked_from_the_last_mark_to_the_cursor_also_over_rows_not_read(
    workspace: Workspace,
) -> None:
    refs = make_profiles(workspace, *range(1_000))

    async with showing(workspace) as (app, pilot):
        await pilot.press("down")
        await until(pilot, lambda: app.list.position[0] == 2)
        app.list.toggle_mark()
        await pilot.press("end")
        await until(pilot, lambda: app.list.position[0] == 1_000 and app.list.cursor_row)
        app.list.mark_range()
        await until(pilot, lambda: len(app.list.marked) > 1)

        assert set(app.list.marked) == {ref.id for ref in refs[1:]}
        assert app.list.marked[refs[500].id].label == "Person 00500"


async def test_marks_stay_through_another_filter_and_go_with_another_kind_of_record(workspace: Workspace) -> None:
    make_profiles(workspace, *range(3))

    async with showing(workspace) as (app, pilot):
        app.list.toggle_mark()
        app.list.show(workspace, Query(entity="profile", kind="group"))
        await until(pilot, lambda: app.list.count == Count(0))
        assert len(app.list.marked) == 1

        app.list.show(workspace, Query(entity="document"))
        await until(pilot, lambda: len(app.heard(RecordList.Loaded)) == 3)
        assert not app.list.marked


# --- changes of others -----------------------------------------------------------------------------


async def test_a_change_of_a_visible_row_shows_marked_for_a_moment(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_changes, "FRESH", 0.3)
    refs = make_profiles(workspace, *range(300))

    async with showing(workspace) as (app, pilot):
        await pilot.press("down")
        seq = workspace.cursor()
        emails = [{"label": "", "value": "new@x.org"}]
        workspace.write([Edit(refs[5], {"name": "Person 00005 Smith", "emails": emails, "kind": "group"})])
        app.list.apply_changes(changes_since(workspace, seq))

        assert app.line_of("00005").split()[:6] == ["Δ", "Person", "00005", "Smith", "group", "new@x.org"]
        assert "Person 00001" in app.cursor_line
        await until(pilot, lambda: "Δ" not in app.line_of("00005"))
        assert "new@x.org" in app.line_of("00005")


async def test_a_deleted_row_stays_marked_until_the_list_is_read_again(workspace: Workspace) -> None:
    refs = make_profiles(workspace, *range(30))

    async with showing(workspace) as (app, pilot):
        seq = workspace.cursor()
        workspace.write([Delete(refs[5])])
        app.list.apply_changes(changes_since(workspace, seq))
        assert app.line_of("Person 00005").startswith(" −")
        strip = app.list.render_line(6)
        assert all(segment.style and segment.style.strike for segment in strip)

        seq = workspace.cursor()
        workspace.write([Restore(refs[5])])
        app.list.apply_changes(changes_since(workspace, seq))
        assert app.line_of("Person 00005").startswith(" +")

        workspace.write([Delete(refs[5])])
        await reload(app, pilot)
        assert not app.line_of("Person 00005")


async def test_new_records_are_counted_and_shown_when_the_list_is_read_again(workspace: Workspace) -> None:
    refs = make_profiles(workspace, *range(10, 30))

    async with showing(workspace, cursor=refs[3].id) as (app, pilot):
        before = app.rows
        seq = workspace.cursor()
        make_profiles(workspace, 1, 2)
        workspace.write([Create("document", {"title": "A document"})])
        app.list.apply_changes(changes_since(workspace, seq))
        seq = workspace.cursor()
        (third,) = make_profiles(workspace, 3)
        workspace.write([Delete(third)])
        app.list.apply_changes(changes_since(workspace, seq))
        await until(pilot, lambda: app.heard(RecordList.NewRows))
        assert app.heard(RecordList.NewRows)[-1].count == 2
        assert app.rows == before

        await reload(app, pilot)
        assert app.line_of("Person 00002")
        assert "Person 00013" in app.cursor_line
        assert app.list.position == (6, Count(22))


@pytest.mark.parametrize(
    ("query", "new"),
    [
        (Query(entity="profile", kind="person"), 1),
        (Query(entity="profile", kind="group"), 0),
        (Query(entity="profile", text="ann mill"), 1),
        (Query(entity="profile", text="bob"), 0),
        (Query(entity="profile", type="author"), 0),
        (Query(entity="profile", trash=True), 0),
        (Query(entity="document"), 0),
    ],
)
async def test_a_new_record_is_counted_where_it_fits_the_filter(workspace: Workspace, query: Query, new: int) -> None:
    make_author(workspace)
    async with showing(workspace, query) as (app, pilot):
        seq = workspace.cursor()
        workspace.write([Create("profile", {"name": "Ann Miller", "kind": "person"})])
        app.list.apply_changes(changes_since(workspace, seq))
        await pilot.pause()

        assert [message.count for message in app.heard(RecordList.NewRows)] == [1] * new


async def test_the_links_of_a_document_notice_a_new_link_and_a_new_name(workspace: Workspace) -> None:
    make_author(workspace)
    document, ann, bob = workspace.write(
        [
            Create("document", {"title": "Report"}),
            Create("profile", {"name": "Ann", "kind": "person"}),
            Create("profile", {"name": "Bob", "kind": "person"}),
        ]
    ).refs
    workspace.write([Create("link", {"document": document.id, "profile": ann.id, "type": "author"})])
    query = Query(entity="link", document=document.id)

    async with showing(workspace, query, columns=LINK_COLUMNS) as (app, pilot):
        seq = workspace.cursor()
        workspace.write(
            [
                Create("link", {"document": document.id, "profile": bob.id, "type": "author"}),
                Edit(ann, {"name": "Anna"}),
            ]
        )
        app.list.apply_changes(changes_since(workspace, seq))
        await until(pilot, lambda: app.heard(RecordList.NewRows))

        assert app.heard(RecordList.NewRows)[0].count == 1
        assert app.line_of("Anna").startswith(" Δ")


async def test_the_trash_counts_what_is_deleted(workspace: Workspace) -> None:
    refs = make_profiles(workspace, 1, 2)
    workspace.write([Delete(refs[0])])

    async with showing(workspace, Query(entity="profile", trash=True, sort="deleted")) as (app, pilot):
        seq = workspace.cursor()
        workspace.write([Delete(refs[1])])
        workspace.write([Restore(refs[0])])
        app.list.apply_changes(changes_since(workspace, seq))
        await until(pilot, lambda: app.heard(RecordList.NewRows))

        assert app.heard(RecordList.NewRows)[0].count == 1
        assert app.line_of("Person 00001").startswith(" −")


async def test_a_reload_stays_near_when_the_cursors_record_went(workspace: Workspace) -> None:
    refs = make_profiles(workspace, *range(300))

    async with showing(workspace, cursor=refs[250].id) as (app, pilot):
        workspace.write([Delete(refs[250])])
        await reload(app, pilot)
        assert "Person 00251" in app.cursor_line

        workspace.write([Delete(ref) for ref in refs[200:] if ref != refs[250]])
        await reload(app, pilot)
        assert "Person 00199" in app.cursor_line


async def test_a_reload_keeps_the_line_of_the_cursor_on_the_screen(workspace: Workspace) -> None:
    make_profiles(workspace, *range(100, 400))

    async with showing(workspace) as (app, pilot):
        app.list.action_move(60)
        line = app.rows.index(app.cursor_line.rstrip())
        make_profiles(workspace, *range(50))
        await reload(app, pilot)

        assert "Person 00160" in app.cursor_line
        assert app.rows.index(app.cursor_line.rstrip()) == line


async def test_the_cursor_may_move_while_the_list_is_read_again(workspace: Workspace) -> None:
    make_profiles(workspace, *range(100, 400))

    async with showing(workspace) as (app, pilot):
        make_profiles(workspace, *range(50))
        app.said.clear()
        app.list.reload()
        app.list.action_move(1)
        await until(pilot, lambda: app.heard(RecordList.Loaded))

        assert "Person 00101" in app.cursor_line
        assert app.list.position == (52, Count(350))
