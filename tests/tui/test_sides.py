"""Who stands behind a version: a name, a place and a time, both times in one clock."""

from __future__ import annotations

from datetime import datetime

import pytest

from core.merge_values import Side
from tui.sides import clock, heading, short_moment, who


def at(text: str) -> int:
    """An instant as it is told here."""
    return int(datetime.fromisoformat(text).timestamp() * 1_000_000)


TODAY = datetime.now().strftime("%Y-%m-%d")
MINE = Side("tester", "terminal", at("2024-03-05 10:02"))
THEIRS = Side("Ann", "import", at("2024-03-05 10:07"), "crm", 41)


def test_a_side_is_told_by_name_time_and_place() -> None:
    assert heading(MINE, THEIRS, "tester") == "you, 2024-03-05 10:02, terminal"
    assert heading(MINE, THEIRS, "Bea") == "tester, 2024-03-05 10:02, terminal"
    assert heading(THEIRS, MINE, "tester") == "crm, 2024-03-05 10:07, by Ann, rev 41"
    assert heading(THEIRS, MINE, "Ann") == "crm, 2024-03-05 10:07, by you, rev 41"
    assert who(Side(), "tester") == "somebody"


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        (f"{TODAY} 10:02:03", f"{TODAY} 10:07:04", "10:02"),
        (f"{TODAY} 10:02:03", f"{TODAY} 10:02:04", "10:02:03"),
        (f"{TODAY} 10:02:03", "2024-03-05 10:07:04", f"{TODAY} 10:02"),
        ("2024-03-05 10:02:03", f"{TODAY} 10:07:04", "2024-03-05 10:02"),
    ],
)
def test_two_times_are_told_in_one_clock(one: str, other: str, told: str) -> None:
    assert clock(at(one), at(other)) == told


def test_an_unknown_time_is_not_told() -> None:
    assert clock(0, at("2024-03-05 10:02")) == ""


def test_a_moment_in_a_list_is_short() -> None:
    assert short_moment(at(f"{TODAY} 10:02")) == "10:02"
    assert short_moment(at("2001-03-05 10:02")) == "2001"
