"""The filter line as a query."""

from __future__ import annotations

import pytest

from core.errors import Invalid, NotFound, RolodocError
from core.instants import parse_instant
from core.values import Query, Ref
from core.write_values import Create, Edit
from tests.tui.conftest import Office
from tui.feed import find_filter, read_feed
from tui.filtering import read_filter, split_filter

PROFILES, DOCUMENTS, LINKS = (Query(entity=entity) for entity in ("profile", "document", "link"))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("ada lov", [("", "ada"), ("", "lov")]),
        ('kind:person tag:"a b" x', [("kind", "person"), ("tag", "a b"), ("", "x")]),
        ("kind: ada", [("kind", ""), ("", "ada")]),
        ('profile:"Fred L. D', [("profile", "Fred L. D")]),
        ('"a b" c', [("", "a b"), ("", "c")]),
    ],
)
def test_the_line_is_split_into_fields_and_words(text: str, parts: list[tuple[str, str]]) -> None:
    assert split_filter(text) == parts


def test_an_unknown_field_is_a_word(office: Office) -> None:
    assert read_filter(office.workspace, PROFILES, "http://x tag:y").query.text == "http://x tag:y"


def test_a_field_without_a_value_does_not_filter_yet(office: Office) -> None:
    assert read_filter(office.workspace, PROFILES, "kind: ").query == PROFILES


def test_the_beginning_of_a_name_is_enough(office: Office) -> None:
    reading = read_filter(office.workspace, DOCUMENTS, "type:SIG")
    assert (reading.query.type, reading.note) == ("signer", "type signer")
    assert read_filter(office.workspace, DOCUMENTS, "type:signer").note == ""


def test_either_end_of_a_link_is_found_by_its_name(office: Office) -> None:
    reading = read_filter(office.workspace, LINKS, "profile:bob document:charter")
    assert (reading.query.profile, reading.query.document) == (office.ids["Bob Marsh"], office.ids["Charter"])
    assert reading.note == "profile Bob Marsh, document Charter"


def test_links_are_filtered_by_when_they_hold(office: Office) -> None:
    row = office.workspace.page(LINKS).rows[0]
    office.workspace.write([Edit(Ref("link", row.id), {"valid_until": parse_instant("2020-01-01")})])
    before = office.workspace.page(read_filter(office.workspace, LINKS, "valid:2019-06-30").query).rows
    now = office.workspace.page(read_filter(office.workspace, LINKS, "valid:now").query).rows
    assert (len(before), len(now)) == (6, 5)


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("kind:robot", NotFound, "person, organisation, group"),
        ("valid:soon", Invalid, "is not a date"),
        ("profile:zzz", NotFound, "no profile is found by “zzz”"),
        ("type:zzz", NotFound, "there are author, signer"),
    ],
)
def test_what_does_not_fit_is_told(office: Office, text: str, error: type[RolodocError], says: str) -> None:
    base = PROFILES if text.startswith("kind") else LINKS
    with pytest.raises(error, match=says):
        read_filter(office.workspace, base, text)


def test_a_bulk_of_any_size_costs_the_feed_a_few_reads(office: Office) -> None:
    office.workspace.write([Create("profile", {"name": f"P{n:04}", "kind": "person"}) for n in range(5_000)])
    requests, older = read_feed(office.workspace, find_filter(office.workspace, ""))
    assert [change.size for change in requests] == [5_000, 6, 9]
    assert older is None
