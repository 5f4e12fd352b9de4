"""Two values word by word: what is shown makes one out of the other, and is told by signs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from core.fields import FIELDS, Field
from tui.widgets.painted import Span
from tui.word_diff import COMPARED, compare, spans, wrap_spans

NOTES, NAME, ALIASES = (FIELDS["profile"][name] for name in ("notes", "name", "aliases"))
PHONES, ATTRIBUTES, CREATED = (FIELDS["profile"][name] for name in ("phones", "attributes", "created"))
WORDS = st.lists(st.sampled_from(["to", "be", "or ", "not\n", "日本", "be,", "  "]), max_size=12).map(" ".join)


def told(field: Field, before: object, after: object) -> str:
    return "".join(span.text for span in spans(compare(field, before, after)))


@given(before=WORDS, after=WORDS)
def test_what_is_gone_and_same_was_there_and_what_is_new_and_same_is(before: str, after: str) -> None:
    pieces = compare(NOTES, before, after)
    assert "".join(text for kind, text in pieces if kind != "new") == before
    assert "".join(text for kind, text in pieces if kind != "gone") == after


@pytest.mark.parametrize(
    ("field", "before", "after", "shown"),
    [
        (NAME, "Acme GmbH", "Acme AG", "Acme [-GmbH-]{+AG+}"),
        (NAME, "", "Acme", "{+Acme+}"),
        (NAME, "Acme", "Acme", "Acme"),
        (ALIASES, ["a", "b"], ["a", "c"], "a; [-b-] {+c+}"),
        (ALIASES, [], ["a", "b"], "{+a; b+}"),
        (PHONES, [{"label": "work", "value": "030 1234"}], [{"label": "work", "value": "030 99"}],
         "work=030 [-1234-]{+99+}"),
        (ATTRIBUTES, {"status": "lead", "size": {"now": 3}}, {"status": "client", "size": {"now": 3}},
         "status: [-lead-]{+client+}; size.now: 3"),
        (CREATED, 0, 86_400_000_000, "[-1970-01-01-] {+1970-01-02+}"),
        (CREATED, None, 0, "{+1970-01-01+}"),
    ],
)  # fmt: skip
def test_differences_are_told_by_signs(field: Field, before: object, after: object, shown: str) -> None:
    assert told(field, before, after) == shown


def test_of_what_is_the_same_only_a_little_is_shown() -> None:
    before = f"{'word ' * 100}one {'more ' * 100}"
    shown = told(NOTES, before, before.replace("one", "two"))
    assert "[-one-]{+two+}" in shown
    assert shown.startswith("… word word")
    assert shown.endswith("more more …")
    assert len(shown) < 80


def test_of_a_long_text_a_part_is_told() -> None:
    before, after = "a b " * 400_000, "b a " * 400_000
    shown = told(NOTES, before, after)
    assert len(shown) < COMPARED
    assert "…" in shown


@pytest.mark.parametrize("words", [1, 100, 900])
def test_texts_of_words_that_come_again_are_told(words: int) -> None:
    before, after = (" ".join(f"w{place * step % words}" for place in range(4_500)) for step in (7, 11))
    shown = told(NOTES, f"one {before} two", f"1 {after} 2")
    assert shown.startswith("[-one w0 ")
    assert "{+1 w0 " in shown


def test_a_long_text_is_told_line_by_line() -> None:
    before = [f"{number} of the notes" for number in range(5_000)]
    after = [f"{line} again" if number % 1_000 == 2 else line for number, line in enumerate(before)]
    shown = told(NOTES, "\n".join(before), "\n".join(after))
    assert shown.count("{+ again+}") == 5
    assert "[-" not in shown
    assert "2 of the notes{+ again+}" in shown
    assert len(shown) < 500


@given(text=WORDS, width=st.integers(8, 30))
def test_wrapped_spans_fit_and_lose_no_word(text: str, width: int) -> None:
    rows = wrap_spans([Span(text, "good"), Span(" end")], width, 100)
    assert all(sum(cell_len(span.text) for span in row) <= width for row in rows)
    assert "".join("".join(span.text for row in rows for span in row).split()) == "".join(f"{text} end".split())


def test_more_lines_than_there_is_room_for_end_in_dots() -> None:
    rows = wrap_spans([Span("one two three four five six")], 9, 2)
    assert len(rows) == 2
    assert rows[-1][-1].text == " …"
