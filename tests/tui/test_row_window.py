"""The rows near the eye, on a real workspace: every row by its index, whichever way it is reached."""

from __future__ import annotations

import random
from typing import Any

import pytest

from core.errors import NotFound
from core.values import Count, Query, Ref
from core.workspace import PAGE, Workspace
from core.write_values import Create, Delete
from tui.widgets.row_window import KEPT, RowWindow

BY_NAME = Query(entity="profile")
PEOPLE = Query(entity="profile", kind="person")


def make_profiles(workspace: Workspace, *numbers: int) -> list[Ref]:
    fields = [{"name": f"Person {number:05d}", "kind": "person"} for number in numbers]
    return workspace.write([Create("profile", one) for one in fields]).refs


def opened(workspace: Workspace, query: Query = BY_NAME, **options: Any) -> RowWindow:
    window = RowWindow(workspace, query)
    window.open(**options)
    return window


def name(window: RowWindow, index: int) -> str:
    row = window.row(index)
    return row.label.removeprefix("Person ") if row else ""


def test_an_empty_query(workspace: Workspace) -> None:
    window = opened(workspace)

    assert (window.length, window.count, window.row(0)) == (0, Count(0), None)
    assert window.wanted(0, 30) is None
    assert window.load_end() == -1
    assert window.load_percent(50) == 0


def test_opens_at_the_start_with_the_first_page_loaded(workspace: Workspace) -> None:
    make_profiles(workspace, *range(500))

    window = opened(workspace)

    assert window.count == Count(500)
    assert [name(window, index) for index in (0, PAGE - 1, PAGE)] == ["00000", "00199", ""]


def test_opens_at_a_record(workspace: Workspace) -> None:
    refs = make_profiles(workspace, *range(500))
    window = RowWindow(workspace, BY_NAME)

    assert window.open(refs[321].id) == 321
    assert name(window, 321) == "00321"
    assert window.index_of(refs[321].id) == 321
    assert window.index_of(refs[0].id) is None  # not loaded


def test_opens_near_an_index_when_the_record_is_gone(workspace: Workspace) -> None:
    refs = make_profiles(workspace, *range(500))
    workspace.write([Delete(refs[499])])

    assert RowWindow(workspace, BY_NAME).open(refs[499].id, near=499) == 498
    assert RowWindow(workspace, BY_NAME).open(refs[499].id) == 0


@pytest.mark.parametrize("query", [BY_NAME, PEOPLE, Query(entity="profile", descending=True)])
def test_every_row_is_found_by_its_index_in_any_order_of_reading(workspace: Workspace, query: Query) -> None:
    make_profiles(workspace, *range(1_450))
    window, chance = opened(workspace, query), random.Random(1)
    window.load_end()
    assert window.count == Count(1_450)

    for _ in range(60):
        index = chance.randrange(1_450)
        window.load(index)
        expected = 1_449 - index if query.descending else index
        assert name(window, index) == f"{expected:05d}"


def test_an_unknown_length_grows_as_pages_are_read(workspace: Workspace) -> None:
    make_profiles(workspace, *range(1_250))
    window = opened(workspace, PEOPLE)
    assert str(window.count) == "1000+"

    seen = []
    for index in range(0, 1_400, PAGE):
        window.load(index)
        seen.append(str(window.count))

    assert seen == ["1000+", "1000+", "1000+", "1000+", "1001+", "1201+", "1,250"]


def test_a_length_that_is_a_whole_number_of_pages_is_learned_at_the_end(workspace: Workspace) -> None:
    make_profiles(workspace, *range(1_200))
    window = opened(workspace, PEOPLE)

    for index in range(0, 1_200, PAGE):
        window.load(index)

    assert window.count == Count(1_200)
    assert name(window, 1_199) == "01199"


def test_the_end_of_an_unknown_length_is_reached_and_counted(workspace: Workspace) -> None:
    make_profiles(workspace, *range(1_250))
    window = opened(workspace, PEOPLE)

    assert window.load_end() == 1_249
    assert name(window, 1_249) == "01249"
    assert window.count == Count(1_250)


def test_a_part_of_the_way(workspace: Workspace) -> None:
    make_profiles(workspace, *range(1_250))
    window = opened(workspace, PEOPLE)

    assert window.load_percent(50) == 625
    assert name(window, 625) == "00625"
    assert window.load_percent(100) == 1_249


def test_wants_what_is_in_view_first_and_then_the_page_ahead(workspace: Workspace) -> None:
    make_profiles(workspace, *range(1_000))
    window = opened(workspace)

    assert window.wanted(0, 30) is None
    assert window.wanted(90, 120) == PAGE  # soon there
    assert window.wanted(190, 220) == PAGE  # half in view
    window.load(PAGE)
    assert window.wanted(190, 220) is None
    window.load(800)
    assert window.wanted(810, 840, -1) == 600
    assert window.wanted(970, 999, 1) is None  # nothing beyond the end


def test_old_pages_are_forgotten_and_read_again(workspace: Workspace) -> None:
    total = PAGE * (KEPT + 5)
    make_profiles(workspace, *range(total))
    window = opened(workspace)

    for index in range(0, total, PAGE):
        window.load(index)
    assert window.row(0) is None
    assert sum(1 for _ in window.loaded()) == PAGE * KEPT

    window.load(0)
    assert name(window, 0) == "00000"


def test_rows_that_came_in_between_leave_no_gap_and_no_double(workspace: Workspace) -> None:
    make_profiles(workspace, *range(0, 2_000, 2))
    window = opened(workspace)
    for index in range(0, 1_000, PAGE):
        window.load(index)

    make_profiles(workspace, *range(1, 100, 2))  # 50 more on the first page
    window.load(0)
    for index in range(0, 1_050, PAGE):
        window.load(index)

    numbers = [int(name(window, index)) for index in range(window.length)]
    assert numbers == sorted({*range(0, 2_000, 2), *range(1, 100, 2)})


def test_rows_that_went_leave_no_gap_and_no_double(workspace: Workspace) -> None:
    refs = make_profiles(workspace, *range(1_000))
    window = opened(workspace)
    for index in range(0, 1_000, PAGE):
        window.load(index)

    workspace.write([Delete(ref) for ref in refs[100:150]])
    for index in range(0, 1_000, PAGE):
        window.load(index)

    numbers = [int(name(window, index)) for index in range(window.length)]
    assert numbers == [*range(100), *range(150, 1_000)]


def test_going_back_over_rows_that_went_finds_the_start(workspace: Workspace) -> None:
    refs = make_profiles(workspace, *range(1_000))
    window = opened(workspace, cursor=refs[-1].id)
    workspace.write([Delete(ref) for ref in refs[:300]])

    for index in (600, 400, 200, 0):
        window.load(index)

    assert window.count == Count(700)
    assert name(window, 0) == "00300"


def test_all_rows_went(workspace: Workspace) -> None:
    refs = make_profiles(workspace, *range(450))
    window = opened(workspace, cursor=refs[-1].id)
    workspace.write([Delete(ref) for ref in refs])

    window.load(200)
    window.load(0)

    assert (window.length, window.row(0), window.count) == (0, None, Count(0))


def test_a_read_that_was_planned_before_rows_moved_is_dropped(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_profiles(workspace, *range(0, 2_000, 2))
    window = opened(workspace)
    window.load(200)
    window.load(600)
    make_profiles(workspace, 1)
    read = workspace.page

    def read_while_the_first_page_changes(query: Query, **options: Any) -> Any:
        monkeypatch.setattr(workspace, "page", read)
        late = read(query, **options)
        window.load(0)  # finds the new row, forgets what lies behind
        return late

    monkeypatch.setattr(workspace, "page", read_while_the_first_page_changes)

    assert window.load(800) is False
    assert window.row(800) is None


def test_a_range_is_read_over_pages(workspace: Workspace) -> None:
    make_profiles(workspace, *range(1_000))
    window = opened(workspace)

    rows = window.between(150, 650)

    assert [row.label for row in rows] == [f"Person {number:05d}" for number in range(150, 651)]


def test_a_row_is_replaced_where_it_stands(workspace: Workspace) -> None:
    refs = make_profiles(workspace, *range(10))
    window = opened(workspace)
    row = window.row(3)
    assert row is not None

    window.replace(type(row)(**{**{f: getattr(row, f) for f in row.__struct_fields__}, "name": "Other"}))

    assert window.row(window.index_of(refs[3].id) or 0).label == "Other"  # type: ignore[union-attr]


def test_an_unknown_filter_is_reported(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        RowWindow(workspace, Query(entity="link", type="nobody of")).open()
