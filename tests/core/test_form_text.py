"""A record as a text to edit, and back."""

import pytest

from core.errors import Invalid
from core.form_text import format_form, parse_form

FIELDS = {
    "title": "Notes",
    "description": "",
    "category": "essay",
    "tags": ["a", "b"],
    "media_type": "text/plain",
    "attributes": {"number": 1, "nested": {"none": None}},
    "text": '\nFirst\n\n    # not a remark\n\ttab  \n   \n\\n: \'x\' """\n\n',
    "contents": [],
    "created": 0,
}


def test_an_untouched_text_changes_nothing():
    assert parse_form("document", format_form("document", FIELDS, ["a remark", "title: not this"]), FIELDS) == {}


def test_a_text_whose_empty_lines_lost_their_blanks_changes_nothing():
    text = "\n".join(
        line.rstrip() if not line.strip() else line for line in format_form("document", FIELDS, []).split("\n")
    )

    assert parse_form("document", text, FIELDS) == {}


@pytest.mark.parametrize(
    "text", ["", "x", "x\n", "\n", "\n\nx\n\n", "  x", "#x", "a: b", "x\n y\n\tz", "ä\u2028ö\x0c", "\\"]
)
def test_every_text_comes_back_as_it_was(text):
    form = format_form("document", FIELDS | {"text": text}, [])

    assert parse_form("document", form, FIELDS | {"text": "another"}) == {"text": text}


def test_only_what_was_changed_comes_back():
    form = (
        format_form("document", FIELDS, []).replace("tags: a; b", "tags: a; c").replace("category: essay", "category:")
    )

    assert parse_form("document", form, FIELDS) == {"tags": ["a", "c"], "category": ""}


def test_a_map_is_edited_as_json_over_several_lines():
    form = format_form("document", FIELDS, []).replace('"number": 1', '"number": 2')

    assert parse_form("document", form, FIELDS) == {"attributes": {"number": 2, "nested": {"none": None}}}


def test_a_field_that_was_taken_out_stays_as_it_is():
    assert parse_form("document", "title: Other\n", FIELDS) == {"title": "Other"}


def test_what_names_other_records_is_not_in_the_form():
    assert "profile:" not in format_form("link", {"document": b"", "profile": b"", "type": "author"}, [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("just words\n", "line 1 is neither"),
        ("colour: red\n", "colour: a document has no such field"),
        ("title: a\ntitle: b\n", "title: stands twice"),
        ("created: soon\n", "created: "),
        ("contents: x\n", "contents: cannot be changed here"),
        ("title: a\n    b\n", "title: must be one line"),
    ],
)
def test_what_cannot_be_read_is_refused(text, reason):
    with pytest.raises(Invalid, match=reason):
        parse_form("document", text, FIELDS)
