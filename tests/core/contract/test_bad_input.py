"""Fields that do not fit: each is refused with its name and the reason, and nothing is written."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.errors import Invalid
from core.field_kinds import DEPTH, ITEMS, LINE, TEXT
from core.fields import Entity
from core.values import Actor, Query
from core.workspace import Workspace
from core.write_values import Create, Edit
from tests.core.contract.conftest import Place
from tests.core.making import make_linked, make_type


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(levels - 1):
        value = {"x": value}
    return value


SHA = "ab" * 32
ENTRY = {"name": "a", "media_type": "text/plain", "bytes": 1, "sha256": SHA}

BAD: list[tuple[Entity, str, Any, str]] = [
    # wrong types
    ("profile", "name", 7, "must be text, not a number"),
    ("profile", "name", None, "must be text, not nothing"),
    ("profile", "name", ["Ada"], "must be text, not a list"),
    ("profile", "name", b"Ada", "must be text, not bytes"),
    ("profile", "notes", {"a": 1}, "must be text, not a map"),
    ("profile", "notes", True, "must be text, not true or false"),
    ("profile", "kind", "robot", "must be one of person, organisation, group"),
    ("profile", "kind", ["person"], "must be one of person"),
    ("profile", "kind", "", "must be one of person"),
    ("profile", "aliases", "Ed", "must be a list, not text"),
    ("profile", "aliases", [1], "must be text, not a number"),
    ("profile", "emails", {"value": "a@b.c"}, "must be a list, not a map"),
    ("profile", "emails", [{"label": "work"}], "each entry must be text, or"),
    ("profile", "emails", [{"value": "a", "colour": "red"}], "each entry must be text, or"),
    ("profile", "emails", [{"value": 7}], "must be text, not a number"),
    ("profile", "emails", [["a", "b"]], "each entry must be text, or"),
    ("profile", "attributes", [1], "must be a map of names to values, not a list"),
    ("profile", "attributes", "x", "must be a map of names to values, not text"),
    ("profile", "attributes", {1: "x"}, "must be text, not a number"),
    ("profile", "attributes", {"x": b"raw"}, "must not hold bytes"),
    ("profile", "attributes", {"x": {1, 2}}, "must not hold set"),
    ("profile", "attributes", {"x": float("nan")}, "must not hold NaN or infinity"),
    ("profile", "attributes", {"x": [float("-inf")]}, "must not hold NaN or infinity"),
    ("profile", "attributes", {"x": 2**63}, "a number beyond 64 bits"),
    ("document", "contents", ["a.pdf"], "each entry must hold name, media_type, bytes and sha256"),
    ("document", "contents", [ENTRY | {"extra": 1}], "each entry must hold"),
    ("document", "contents", [ENTRY | {"bytes": -1}], "no valid size"),
    ("document", "contents", [ENTRY | {"bytes": True}], "no valid size"),
    ("document", "contents", [ENTRY | {"bytes": 2**63}], "no valid size"),
    ("document", "contents", [ENTRY | {"bytes": "1"}], "no valid size"),
    ("document", "contents", [ENTRY | {"sha256": "xyz"}], "no valid sha256"),
    ("document", "contents", [ENTRY | {"sha256": SHA.upper()}], "no valid sha256"),
    ("document", "contents", [ENTRY | {"sha256": None}], "no valid sha256"),
    ("document", "contents", [ENTRY | {"name": 7}], "must be text, not a number"),
    ("link", "position", "first", "must be a whole number, not text"),
    ("link", "position", 1.5, "must be a whole number, not a number"),
    ("link", "position", True, "must be a whole number, not true or false"),
    ("type", "profile_kinds", ["person", "robot"], "must be one of person, organisation, group"),
    # too much
    ("profile", "name", "x" * (LINE + 1), "is 501 characters long; the limit is 500"),
    ("profile", "notes", "x" * (TEXT + 1), "is 10,000,001 characters long; the limit is 10,000,000"),
    ("document", "category", "x" * 201, "is 201 characters long; the limit is 200"),
    ("document", "tags", ["ok", "x" * 201], "is 201 characters long; the limit is 200"),
    ("profile", "phones", ["1" * 101], "is 101 characters long; the limit is 100"),
    ("profile", "emails", [{"label": "x" * 501, "value": "a"}], "the limit is 500"),
    ("profile", "aliases", ["x"] * (ITEMS + 1), "has 1,001 entries; the limit is 1,000"),
    ("profile", "attributes", {str(n): n for n in range(ITEMS + 1)}, "has 1,001 entries; the limit is 1,000"),
    ("profile", "attributes", {"x": [0] * (ITEMS + 1)}, "has 1,001 entries; the limit is 1,000"),
    ("profile", "attributes", {"x" * 501: 1}, "the limit is 500"),
    ("profile", "attributes", {"x": "y" * 1_000_000}, "is larger than 1,000,000 bytes"),
    ("profile", "attributes", nested(DEPTH + 1), "is nested deeper than 32 levels"),
    ("profile", "attributes", nested(900), "is nested deeper than 32 levels"),
    ("link", "position", 2**31 - 1, "must lie between -2,147,483,646 and 2,147,483,646"),
    ("link", "position", -(2**40), "must lie between"),
    ("link", "note", "x" * 10_001, "the limit is 10,000"),
    ("type", "name", "x" * 101, "the limit is 100"),
    # what no text may hold
    ("profile", "name", "a\ud800b", "is not valid Unicode text"),
    ("profile", "notes", "caf\udce9", "is not valid Unicode text"),
    ("profile", "attributes", {"x": "\udfff"}, "is not valid Unicode text"),
    ("profile", "attributes", {"\ud800": 1}, "is not valid Unicode text"),
    ("document", "contents", [ENTRY | {"name": "\ud800"}], "is not valid Unicode text"),
    ("profile", "name", "a\0b", "must not hold a NUL character"),
    ("document", "text", "a\0b", "must not hold a NUL character"),
    ("profile", "attributes", {"x": ["a\0"]}, "must not hold a NUL character"),
    ("profile", "name", "one\ntwo", "must be one line"),
    ("document", "tags", ["one\rtwo"], "must be one line"),
    # empty
    ("profile", "name", "", "must not be empty"),
    ("document", "title", " \t ", "must not be empty"),
    ("type", "name", "", "must not be empty"),
    # dates
    ("document", "created", "yesterday", '"yesterday" is not a date; write it as 2026-01-31'),
    ("document", "created", "2026-02-30", "is not a date"),
    ("document", "created", "31.01.2026", "is not a date"),
    ("document", "created", "2026-01-31T25:00", "is not a date"),
    ("document", "created", "10000-01-01", "is not a date"),
    ("document", "created", "x" * 10_000, f'"{"x" * 40}" is not a date'),
    ("document", "created", 1.5, "must be a date, not a number"),
    ("document", "created", True, "must be a date, not true or false"),
    ("document", "created", 2**63, "must lie between the years 1 and 9999"),
    ("document", "created", -(2**70), "must lie between the years 1 and 9999"),
    ("link", "valid_from", ["2026-01-31"], "must be a date, not a list"),
    # what there is not
    ("profile", "colour", "red", "a profile has no such field; it has name, kind, aliases"),
    ("profile", "title", "Dr", "a profile has no such field"),
    ("document", "id", 7, "a document has no such field"),
    ("link", "revision", 7, "a link has no such field"),
]


@pytest.mark.parametrize(("entity", "field", "value", "reason"), BAD, ids=range(len(BAD)))
def test_a_bad_field_is_refused(workspace: Workspace, entity: Entity, field: str, value: Any, reason: str) -> None:
    document, profile, link = make_linked(workspace)
    type = workspace.resolve("author", "type")
    target = {"document": document, "profile": profile, "link": link, "type": type}[entity]
    whole: dict[Entity, dict[str, Any]] = {
        "profile": {"name": "Eve"},
        "document": {"title": "Letter"},
        "link": {"document": document.id, "profile": profile.id, "type": "author"},
        "type": {"name": "editor"},
    }
    before, cursor = workspace.get(target), workspace.cursor()

    for write in (Edit(target, {field: value}), Create(entity, whole[entity] | {field: value})):
        with pytest.raises(Invalid, match=re.escape(reason)) as refused:
            workspace.write([write])
        if field != "profile_kinds":
            assert refused.value.field == field
            assert str(refused.value).startswith(f"{field}: ")
        assert len(str(refused.value)) < 400, "a sentence, not the value"

    assert (workspace.get(target), workspace.cursor()) == (before, cursor)


@pytest.mark.parametrize(
    ("entity", "fields", "missing"),
    [("profile", {}, "name"), ("profile", {"kind": "group"}, "name"), ("document", {}, "title"), ("type", {}, "name")],
)
def test_a_required_field_is_missing(
    workspace: Workspace, entity: Entity, fields: dict[str, Any], missing: str
) -> None:
    with pytest.raises(Invalid, match=f"{missing}: is missing"):
        workspace.write([Create(entity, fields)])


@pytest.mark.parametrize("field", ["document", "profile"])
@pytest.mark.parametrize("value", [7, "x", b"short", None, [], bytes(17)])
def test_an_end_that_is_no_id(workspace: Workspace, field: str, value: Any) -> None:
    make_type(workspace)
    ends = {"document": bytes(16), "profile": bytes(16), "type": "author"}

    with pytest.raises(Invalid, match=f"{field}: must be the id of a record"):
        workspace.write([Create("link", ends | {field: value})])


@pytest.mark.parametrize("external", [("crm", 7), ("crm", ""), ("", "7"), ("crm", "x" * 501), (None, "7"), ("c", "\0")])
def test_a_bad_external_id(workspace: Workspace, external: Any) -> None:
    with pytest.raises(Invalid, match="external: must be"):
        workspace.write([Create("profile", {"name": "Ada"}, external)])

    assert workspace.stats().profiles == 0


@pytest.mark.parametrize("id", [b"", b"short", bytes(17), "x" * 16, 7])
def test_a_bad_id(workspace: Workspace, id: Any) -> None:
    with pytest.raises(Invalid, match="id: must be 16 bytes"):
        workspace.write([Create("profile", {"name": "Ada"}, id=id)])


@pytest.mark.parametrize("reason", ["x" * 10_001, "\ud800", "\0", 7])
def test_a_bad_reason(workspace: Workspace, reason: Any) -> None:
    with pytest.raises(Invalid, match="reason: "):
        workspace.write([Create("profile", {"name": "Ada"})], reason=reason)


@pytest.mark.parametrize("name", ["", " ", "x" * 501, "\ud800", "a\nb", 7])
def test_a_bad_name_of_the_actor(place: Place, name: Any) -> None:
    with pytest.raises(Invalid, match="actor: "):
        place.open(name).write([Create("profile", {"name": "Ada"})])


@pytest.mark.parametrize(
    "query",
    [
        Query(entity="profile", kind="\ud800"),
        Query(entity="document", tag="\ud800"),
        Query(entity="document", category="\ud800"),
        Query(entity="link", type="\ud800"),
    ],
)
def test_a_filter_that_is_no_unicode(workspace: Workspace, query: Query) -> None:
    for ask in (workspace.page, workspace.count):
        with pytest.raises(Invalid, match="not valid Unicode"):
            ask(query)


def test_numbers_that_no_store_has(workspace: Workspace) -> None:
    huge = 2**70
    for ask in (
        lambda: workspace.undo(seq=huge),
        lambda: workspace.changes(after=huge),
        lambda: workspace.page(Query(entity="link", valid_at=huge)),
    ):
        with pytest.raises(Invalid, match="out of range"):
            ask()


def test_the_limits_themselves_are_allowed(workspace: Workspace) -> None:
    fields = {
        "name": "é" * LINE,
        "notes": "x" * 100_000,
        "aliases": [str(n) for n in range(ITEMS)],
        "attributes": nested(DEPTH),
        "created": "9999-12-31T23:59:59",
    }

    (ref,) = workspace.write([Create("profile", fields)]).refs

    assert workspace.get(ref).fields["name"] == "é" * LINE
    assert Actor("x").via == "cli"
