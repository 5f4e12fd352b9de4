"""Rows that cannot go in: each is reported with file, line, field and reason, and the others go in."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.errors import Invalid
from core.exchange import import_paths
from core.workspace import Workspace
from tests.core.exchange.conftest import ANN, BEN, PLAN, Write
from tests.core.exchange.reading import counts, found, refusals

BAD_LINES = [
    (b'{"id": "x", "name": "X"\n', "", "is not valid JSON"),
    (b'{"id": "x"} trailing\n', "", "is not valid JSON"),
    (b'["id", "x"]\n', "", "is not a JSON object"),
    (b"\x00\x00\x00\n", "", "is not valid JSON"),
    (b'{"id": "x", "name": "X\xff"}\n', "", "is not valid UTF-8"),
    (b'{"id": "x", "name": ' + b"[" * 5000 + b"\n", "", "is nested too deep"),
    (b'{"id": "x", "name": "X\\u0000Y"}\n', "name", "must not hold a NUL character"),
    (b'{"id": "x", "name": "X\\nY"}\n', "name", "must be one line"),
    (b'{"id": "x"}\n', "name", "is missing"),
    (b'{"id": "x", "name": ""}\n', "name", "must not be empty"),
    (b'{"id": "x", "name": 5}\n', "name", "must be text, not a number"),
    (b'{"id": "x", "name": null}\n', "name", "must be text, not nothing"),
    (b'{"id": {}, "name": "X"}\n', "id", "must be text, not a map"),
    (b'{"id": "", "name": "X"}\n', "id", "must not be empty"),
    (b'{"id": "%s", "name": "X"}\n' % (b"x" * 501), "id", "is 501 characters long; the limit is 500"),
    (b'{"id": "x", "name": "X", "kind": "robot"}\n', "kind", "must be one of person, organisation, group"),
    (b'{"id": "x", "name": "X", "email": 5}\n', "email", "must be text"),
    (b'{"id": "x", "name": "X", "emails": "x@example.org"}\n', "emails", "must be a list, not text"),
    (b'{"id": "x", "name": "X", "attributes": []}\n', "attributes", "must be a map"),
    (b'{"id": "x", "name": "X", "attributes": {"a": 1}, "a": 2}\n', "a", "is given twice"),
    (b'{"id": "x", "name": "X", "created": "yesterday"}\n', "created", "is not a date"),
    (b'{"id": "x", "name": "X", "external": 5}\n', "external", "must be a list of [source, id] pairs"),
    (b'{"id": "x", "name": "X", "external": []}\n', "id", "must be the id of a record"),
    (b'{"id": "ann", "name": "X"}\n', "id", '"ann" is line 1 of people.ndjson already'),
]


@pytest.mark.parametrize(("line", "field", "reason"), BAD_LINES)
def test_a_bad_line_in_the_middle(workspace: Workspace, write: Write, line: bytes, field: str, reason: str) -> None:
    path = write("people.ndjson", ANN, line, BEN)

    report = import_paths(workspace, [Path(path.name)])

    assert counts(report) == (2, 0, 0, 1)
    (error,) = report.errors
    assert (error.file, error.line, error.field) == ("people.ndjson", 2, field)
    assert reason in error.reason
    assert found(workspace, "ben").title == "Ben & Sons"


BAD_LINKS = [
    ({"document_id": "plan", "relationship_type": "author"}, "profile_id", "must not be empty"),
    ({"profile_id": "ann", "relationship_type": "author"}, "document_id", "must not be empty"),
    ({"profile_id": "ann", "document_id": "plan"}, "relationship_type", "must not be empty"),
    (
        {"profile_id": "nobody", "document_id": "plan", "relationship_type": "author"},
        "profile_id",
        'there is no profile "nobody"',
    ),
    (
        {"profile_id": "ann", "document_id": "nothing", "relationship_type": "author"},
        "document_id",
        'there is no document "nothing"',
    ),
    (
        {"profile_id": "ann", "document_id": "plan", "relationship_type": "x" * 101},
        "relationship_type",
        "is 101 characters long; the limit is 100",
    ),
    (
        {"profile_id": "ann", "document_id": "plan", "relationship_type": "author", "position": "first"},
        "position",
        "must be a whole number, not text",
    ),
    (
        {
            "profile_id": "ann",
            "document_id": "plan",
            "relationship_type": "author",
            "valid_from": "2024-02-01",
            "valid_until": "2024-01-01",
        },
        "valid_until",
        "must not be before the beginning",
    ),
    (
        {"profile_id": "ann", "document_id": "plan", "relationship_type": "author", "document": "plan"},
        "document",
        "is not a field of a row; name the record in the field that ends in _id",
    ),
]


@pytest.mark.parametrize(("row", "field", "reason"), BAD_LINKS)
def test_a_bad_link(workspace: Workspace, small_folder, write: Write, row, field: str, reason: str) -> None:
    good = {"profile_id": "ann", "document_id": "report", "relationship_type": "owner"}
    write("small/links.ndjson", row, good)

    report = import_paths(workspace, [small_folder])

    assert refusals(report) == [(1, field, reason)]
    assert workspace.stats().links == 1


def test_the_same_link_twice(workspace: Workspace, small_folder, write: Write) -> None:
    link = {"profile_id": "ann", "document_id": "plan", "relationship_type": "author"}
    path = write("small/links.ndjson", link, link)

    report = import_paths(workspace, [small_folder])

    assert refusals(report) == [(2, "", f"is the same link as line 1 of {path}")]


def test_a_document_without_an_id(workspace: Workspace, write: Write) -> None:
    report = import_paths(workspace, [write("documents.ndjson", {"title": "Nameless"}, PLAN)])

    assert refusals(report) == [(1, "id", "is missing")]


def test_contents_cannot_be_claimed_without_a_file(workspace: Workspace, write: Write) -> None:
    path = write("documents.ndjson", PLAN | {"contents": []})

    report = import_paths(workspace, [path])

    assert refusals(report) == [(1, "contents", "is not read from here; files are listed in attachments.ndjson")]


def test_a_huge_line_is_passed_over(workspace: Workspace, write: Write, monkeypatch) -> None:
    monkeypatch.setattr("core.exchange.lines.LINE_BYTES", 200)
    path = write("people.ndjson", ANN, {"id": "x", "name": "x" * 1000}, BEN)

    report = import_paths(workspace, [path])

    assert refusals(report) == [(2, "", "is longer than 200 bytes")]
    assert workspace.stats().profiles == 2


def test_a_text_at_its_limit_goes_in_and_beyond_it_not(workspace: Workspace, write: Write) -> None:
    path = write(
        "documents.ndjson",
        {"id": "long", "title": "Long", "text": "x" * 10_000_000},
        {"id": "longer", "title": "Longer", "text": "x" * 10_000_001},
    )

    report = import_paths(workspace, [path])

    assert refusals(report) == [(2, "text", "is 10,000,001 characters long; the limit is 10,000,000")]
    assert len(found(workspace, "long").fields["text"]) == 10_000_000


@pytest.mark.parametrize("name", ["profiles.ndjson", "people.csv", "people.vcf"])
def test_utf_16_is_refused_with_a_way_out(workspace: Workspace, write: Write, name: str) -> None:
    path = write(name, "name\nAnn".encode("utf-16"))

    with pytest.raises(Invalid, match="is written in UTF-16; save it as UTF-8"):
        import_paths(workspace, [path])


def test_byte_order_mark_line_ends_and_blank_lines_do_not_matter(workspace: Workspace, write: Write) -> None:
    path = write("profiles.ndjson", b'\xef\xbb\xbf{"id": "ann", "name": "Ann"}\r\n\r\n  \n{"id": "ben", "name": "Ben"}')

    report = import_paths(workspace, [path])

    assert counts(report) == (2, 0, 0, 0)


def test_an_empty_file_brings_nothing(workspace: Workspace, write: Write) -> None:
    assert counts(import_paths(workspace, [write("profiles.ndjson")])) == (0, 0, 0, 0)


def test_bad_rows_are_written_to_a_file_that_a_program_reads(workspace: Workspace, write: Write, in_tmp) -> None:
    path = write("profiles.ndjson", ANN, {"id": "x"}, "{")

    report = import_paths(workspace, [Path(path.name)])

    assert report.errors_file == "import-errors.ndjson"
    rows = [json.loads(line) for line in (in_tmp / "import-errors.ndjson").read_text().splitlines()]
    assert rows[0] == {"file": "profiles.ndjson", "line": 2, "field": "name", "reason": "is missing"}
    assert rows[1]["line"] == 3


def test_there_is_no_errors_file_without_errors(workspace: Workspace, small_folder, in_tmp) -> None:
    report = import_paths(workspace, [small_folder])

    assert report.errors_file is None
    assert list(in_tmp.glob("*errors*")) == []


def test_an_errors_file_that_cannot_be_written_does_not_fail_the_import(workspace: Workspace, write: Write) -> None:
    path = write("profiles.ndjson", ANN, "{")

    report = import_paths(workspace, [path], errors_path=Path("missing/errors.ndjson"))

    assert report.errors_file is None
    assert report.notes == ["The errors could not be written to missing/errors.ndjson: No such file or directory."]
    assert workspace.stats().profiles == 1


@pytest.mark.parametrize("name", [b"peo\xffple.ndjson", b"peo\xffple.csv", b"peo\xffple.vcf"])
def test_a_file_name_that_is_not_text(workspace: Workspace, write: Write, name: bytes) -> None:
    content = {".csv": b"id,name\nann,Ann\n,\nben,\n", ".vcf": b"BEGIN:VCARD\nUID:ann\nFN:Ann\nEND:VCARD\nx\n"}
    path = write(os.fsdecode(name), content.get(Path(os.fsdecode(name)).suffix, b'{"id": "ann", "name": "Ann"}\n{\n'))

    report = import_paths(workspace, [path])

    assert counts(report) == (1, 0, 0, 1)
    assert "peo\ufffdple" in report.errors[0].file
    assert found(workspace, "ann").external == [("peo\ufffdple", "ann")]
