"""Lines that repaint only what differs: what is repainted is enough."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.widgets.painted import differing_runs, fit, wrap

STYLES = [Style(), Style(bold=True), Style(color="red")]
TEXT = st.text(alphabet="ab é日本🙂 -", max_size=12)
STRIP = st.lists(st.tuples(TEXT, st.sampled_from(STYLES)), max_size=4).map(
    lambda parts: Strip([Segment(text, style) for text, style in parts]).adjust_cell_length(30, STYLES[0])
)


@given(before=STRIP, after=STRIP)
def test_repainting_the_differing_cells_turns_one_line_into_the_other(before: Strip, after: Strip) -> None:
    shown = before
    for first, last in differing_runs(before, after):
        shown = Strip.join([shown.crop(0, first), after.crop(first, last), shown.crop(last, 30)])
    assert shown.text == after.text


def test_a_change_at_the_end_repaints_the_end() -> None:
    before, after = (Strip([Segment(text)]) for text in ("position 1", "position 2"))
    assert differing_runs(before, after) == [(9, 10)]
    assert differing_runs(before, before) == []


def test_changes_far_from_each_other_are_repainted_by_themselves() -> None:
    before, after = (
        Strip([Segment(f"{sign} phone{' ' * 30}{value} of 9")]) for sign, value in (("?", "1"), ("=", "2"))
    )
    assert differing_runs(before, after) == [(0, 1), (37, 38)]


def test_changes_near_each_other_are_repainted_together() -> None:
    before, after = (Strip([Segment(f"{sign} phone {value} of 9")]) for sign, value in (("?", "1"), ("=", "2")))
    assert differing_runs(before, after) == [(0, 9)]


def test_a_change_of_style_is_a_change() -> None:
    plain, bold = Strip([Segment("ab")]), Strip([Segment("a"), Segment("b", Style(bold=True))])
    assert differing_runs(plain, bold) == [(1, 2)]


@given(text=TEXT, width=st.integers(1, 12))
def test_what_is_fitted_fits(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) <= width


@given(text=st.text(alphabet="ab 日🙂\n", max_size=60), width=st.integers(2, 12))
def test_what_is_wrapped_fits_and_loses_no_letter(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("to be or not", 5, ["to be", "or", "not"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("a\n\nb", 5, ["a", "", "b"]),
        ("", 5, [""]),
    ],
)
def test_text_is_wrapped_between_words(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines
