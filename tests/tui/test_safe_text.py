"""Text from data cannot steer the terminal, hide or reorder what a person reads."""

from __future__ import annotations

import unicodedata

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tui.safe_text import HostileTextFilter, safe_text

BLACK = Color(0, 0, 0)


@pytest.mark.parametrize(
    "text",
    ["", "Fred L. Drake, Jr.", "Édouard Żółw", "e\u0301 n\u0303", "日本語", "Ελλάδα", "😀👍🏽🇩🇪", "ไทย", "עברית"],
)
def test_ordinary_text_stays(text: str) -> None:
    assert safe_text(text) == text


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\x1b[31mred", "a␛[31mred"),
        ("bell\x07", "bell␇"),
        ("one\ntwo\tthree\r", "one␊two␉three␍"),
        ("rub\x7fout", "rub␡out"),
        ("\x9b31m", "\ufffd31m"),  # the 8-bit control sequence introducer
        ("ab\u202egnp.exe", "ab\ufffdgnp.exe"),
        ("pay\u200bpal", "pay\ufffdpal"),
        ("line\u2028break", "line\ufffdbreak"),
        ("tag\U000e0041", "tag\ufffd"),
        ("half \ud83d", "half \ufffd"),
        ("filler\u3164", "filler\ufffd"),
        ("nobody\uffff", "nobody\ufffd"),
    ],
)
def test_what_could_steer_hide_or_reorder_gets_a_visible_stand_in(hostile: str, shown: str) -> None:
    assert safe_text(hostile) == shown


def test_lines_are_kept_on_request_and_their_tabs_become_blanks() -> None:
    assert safe_text("one\r\n\ttwo\x00\nthree\r", keep_lines=True) == "one\n    two␀\nthree␍"


def test_an_emoji_of_several_shows_its_parts() -> None:
    assert safe_text("👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3") == "👨👩👧 ❤ 1\u20e3"


def test_a_heap_of_combining_marks_is_cut() -> None:
    assert safe_text("Z" + "\u0300" * 50 + "algo") == "Z" + "\u0300" * 4 + "algo"


def test_no_character_that_steers_or_hides_is_left_of_all_there_are() -> None:
    for start in range(0, 0x110000, 0x1000):
        shown = safe_text("".join(map(chr, range(start, start + 0x1000))))
        for character in shown:
            assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
            assert unicodedata.bidirectional(character) not in (
                "LRE",
                "RLE",
                "LRO",
                "RLO",
                "PDF",
                "LRI",
                "RLI",
                "FSI",
                "PDI",
            )
        shown.encode()


def test_the_filter_scrubs_a_line_and_keeps_its_width_and_styles() -> None:
    bold = Style(bold=True)
    line = [Segment("title\x1b[2J"), Segment("pay\u200bpal\u2800", bold), Segment("\x1b[1;1H", None, [(1, 1)])]  # type: ignore[list-item]

    scrubbed = HostileTextFilter().apply(line, BLACK)

    assert [segment.text for segment in scrubbed] == ["title[2J", "paypal\ufffd", "\x1b[1;1H"]
    assert [cell_len(segment.text) for segment in scrubbed[:2]] == [cell_len(segment.text) for segment in line[:2]]
    assert scrubbed[1].style == bold


def test_the_filter_leaves_a_clean_line_as_it_is() -> None:
    line = [Segment("┏━ Ünicode ━┓ • Δ − ␛")]

    assert HostileTextFilter().apply(line, BLACK) is line
