"""Versions of a record as lines: signs, members, the slider."""

from __future__ import annotations

from typing import Any

import pytest

from tui.revisions import slider, version_lines
from tui.widgets.line_view import Line


def told(lines: list[Line]) -> list[str]:
    """The lines as they are read, the sign first."""
    return [f"{line.mark or ' '}{''.join(span.text for span in line.spans)}".rstrip() for line in lines]


@pytest.mark.parametrize(
    ("at", "count", "drawn"),
    [
        (1, 1, "├●───┤"),
        (1, 2, "├●───┤"),
        (2, 2, "├───●┤"),
        (2, 3, "├──●─┤"),
        (1, 1_000, "├●───┤"),
        (999, 1_000, "├───●┤"),
        (1_000, 1_000, "├───●┤"),
    ],
)
def test_the_slider_stands_where_the_revision_is(at: int, count: int, drawn: str) -> None:
    assert slider(at, count, 6) == drawn


def test_the_slider_moves_only_one_way_and_keeps_its_width() -> None:
    places = [slider(at, 41, 24) for at in range(1, 42)]
    assert {len(place) for place in places} == {24}
    assert [place.index("●") for place in places] == sorted(place.index("●") for place in places)


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ({"notes": ""}, {"notes": "new"}, ["+Notes          + new"]),
        ({"notes": "old"}, {"notes": ""}, ["-Notes          - old"]),
        ({"notes": "old"}, {"notes": "new"}, ["~Notes          - old", "                + new"]),
        ({"notes": "same"}, {"notes": "same"}, [" Notes          same"]),
        (
            {"aliases": ["a", "b", "c"]},
            {"aliases": ["c", "b", "d"]},
            ["~Aliases        c; b", "                - a", "                + d"],
        ),
        ({"aliases": ["a", "b"]}, {"aliases": ["b", "a"]}, [" Aliases        b; a"]),
        (
            {"attributes": {"born": 1815, "in": {"city": "London"}}},
            {"attributes": {"born": 1815, "in": {"city": "Paris"}}},
            ["~Attributes     born: 1815", "                - in.city: London", "                + in.city: Paris"],
        ),
        (
            {"emails": [{"label": "", "value": "a@x"}, {"label": "", "value": "b@x"}]},
            {"emails": [{"label": "", "value": "b@x"}, {"label": "", "value": "a@x"}]},
            ["~Emails         - a@x; b@x", "                + b@x; a@x"],
        ),
        ({}, {}, [" it holds nothing"]),
    ],
)
def test_signs_tell_what_came_went_and_changed(old: dict[str, Any], new: dict[str, Any], lines: list[str]) -> None:
    assert told(version_lines("profile", old, new)) == lines


def test_of_a_long_text_only_the_lines_that_differ_are_shown() -> None:
    before = "\n".join(f"line {number}" for number in range(200))
    lines = told(version_lines("document", {"text": before}, {"text": before.replace("line 100", "line C")}))
    assert lines[0] == "~Text"
    assert [line.strip() for line in lines[2:]] == ["line 99", "-line 100", "+line C", "line 101"]


def test_a_long_text_that_did_not_change_is_cut() -> None:
    (line,) = told(version_lines("document", {"text": "x" * 5_000}, {"text": "x" * 5_000}))
    assert len(line) < 2_000
    assert line.endswith(" …")
