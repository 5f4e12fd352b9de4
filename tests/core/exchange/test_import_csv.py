"""Profiles from CSV files, as spreadsheets and address books write them."""

from __future__ import annotations

import pytest

from core.errors import Invalid
from core.exchange import import_paths
from core.workspace import Workspace
from tests.core.exchange.conftest import Write
from tests.core.exchange.reading import counts, found, refusals
from tests.core.making import edit


def test_columns_are_known_by_their_names(workspace: Workspace, write: Write) -> None:
    path = write(
        "people.csv",
        "ID,Full Name,E-mail Address,Home Phone,Mobile,Nickname,Notes,Kind,Town",
        '7,"Drake, Fred",fred@example.org,+1 202 555 0100,+1 202 555 0101,Freddy,"likes ""tea""",Individual,Rome',
    )

    report = import_paths(workspace, [path])

    assert counts(report) == (1, 0, 0, 0)
    fred = found(workspace, "7")
    assert fred.external == [("people", "7")]
    assert fred.fields | {"created": 0} == {
        "name": "Drake, Fred",
        "kind": "person",
        "aliases": ["Freddy"],
        "emails": [{"label": "", "value": "fred@example.org"}],
        "phones": [
            {"label": "home", "value": "+1 202 555 0100"},
            {"label": "mobile", "value": "+1 202 555 0101"},
        ],
        "attributes": {"Town": "Rome"},
        "notes": 'likes "tea"',
        "merged_into": "",
        "distinct_from": [],
        "created": 0,
    }


def test_several_values_stand_in_one_cell(workspace: Workspace, write: Write) -> None:
    path = write("people.csv", "id,name,emails,aliases", r"1,Ann,a@x.example; work=b@x.example,Annie;A\;K")

    import_paths(workspace, [path])

    fields = found(workspace, "1").fields
    assert fields["emails"] == [{"label": "", "value": "a@x.example"}, {"label": "work", "value": "b@x.example"}]
    assert fields["aliases"] == ["Annie", "A;K"]


def test_several_columns_of_one_kind(workspace: Workspace, write: Write) -> None:
    path = write(
        "people.csv",
        "name,E-mail 1 - Value,E-mail 2 - Value,Work Email",
        "Ann,a@x.example,b@x.example,c@x.example",
    )

    import_paths(workspace, [path])

    entries = found(workspace, "Ann").fields["emails"]
    assert [(entry["label"], entry["value"]) for entry in entries] == [
        ("", "a@x.example"),
        ("", "b@x.example"),
        ("work", "c@x.example"),
    ]


def test_a_name_in_parts(workspace: Workspace, write: Write) -> None:
    import_paths(workspace, [write("people.csv", "Last Name,First Name,Middle Name", "Drake,Fred,L.")])

    assert found(workspace, "Fred L. Drake").fields["name"] == "Fred L. Drake"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_seen_in_the_first_line(workspace: Workspace, write: Write, delimiter: str) -> None:
    path = write("people.csv", delimiter.join(("id", "name", "town")), delimiter.join(("1", "Ann", "Rome")))

    import_paths(workspace, [path])

    assert found(workspace, "1").fields["attributes"] == {"town": "Rome"}


def test_without_an_id_the_email_or_the_name_tells_who_it_is(workspace: Workspace, write: Write) -> None:
    path = write("people.csv", "name,email", "Ann Keller,Ann@example.org", "Ben Huber,")
    import_paths(workspace, [path])
    write("people.csv", "name,email,town", "Ann Keller-Huber,ann@EXAMPLE.org,Rome", "ben huber,,")

    report = import_paths(workspace, [path])

    assert counts(report) == (0, 2, 0, 0)
    assert found(workspace, "email:ann@example.org").title == "Ann Keller-Huber"
    assert found(workspace, "name:ben huber").title == "ben huber"


def test_two_rows_with_one_email_need_ids(workspace: Workspace, write: Write) -> None:
    path = write("people.csv", "name,email", "Ann,office@example.org", "Ben,office@example.org")

    report = import_paths(workspace, [path])

    assert refusals(report) == [
        (
            3,
            "id",
            f'"email:office@example.org" is line 2 of {path} already; give each row an id of its own',
        )
    ]


def test_the_same_import_again_changes_nothing(workspace: Workspace, write: Write) -> None:
    path = write("people.csv", "name,email,phone,kind", "Ann,ann@example.org,1; 2,", "Acme,,,Company")
    import_paths(workspace, [path])
    cursor = workspace.cursor()

    assert counts(import_paths(workspace, [path])) == (0, 0, 2, 0)
    assert workspace.cursor() == cursor


def test_an_empty_cell_leaves_alone_what_is_stored(workspace: Workspace, write: Write) -> None:
    path = write("people.csv", "id,name,phone", "1,Ann,")
    import_paths(workspace, [path])
    edit(workspace, workspace.resolve("1"), phones=["5551234"])

    assert counts(import_paths(workspace, [path])) == (0, 0, 1, 0)


def test_a_cell_can_hold_several_lines(workspace: Workspace, write: Write) -> None:
    path = write("people.csv", b'name,notes\r\nAnn,"one\r\ntwo"\r\nBen,\r\n\r\n,x\r\n')

    report = import_paths(workspace, [path])

    assert found(workspace, "Ann").fields["notes"] == "one\ntwo"
    assert refusals(report) == [(6, "name", "is missing")]


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\n\n",
        b"Ann,ann@example.org\nBen,ben@example.org\n",
        b"id,email\n1,a@x.example\n",
        b'"name\nAnn\n',
        b"\xff\n",
    ],
)
def test_a_file_without_a_header(workspace: Workspace, write: Write, header: bytes) -> None:
    path = write("people.csv", header)

    with pytest.raises(Invalid, match="has no header"):
        import_paths(workspace, [path])

    assert workspace.cursor() == 0


@pytest.mark.parametrize("header", ["name,Full name", "id,uid,name", "name,town,town"])
def test_two_columns_for_one_thing(workspace: Workspace, write: Write, header: str) -> None:
    with pytest.raises(Invalid, match="has two columns"):
        import_paths(workspace, [write("people.csv", header)])


def test_a_header_alone_brings_nothing(workspace: Workspace, write: Write) -> None:
    assert counts(import_paths(workspace, [write("people.csv", "name")])) == (0, 0, 0, 0)


BAD_ROWS = [
    (b"2,X,,,,extra\n", "", "has 6 cells, the first line has 5"),
    (b"2,X\xff,,,\n", "name", "is not valid UTF-8; save the file as UTF-8"),
    (b"2,X,\xe4,,\n", "town", "is not valid UTF-8; save the file as UTF-8"),
    (b"2,X\x00Y,,,\n", "name", "must not hold a NUL character"),
    (b'2,"X"Y,,,\n', "", "is not valid CSV"),
    (b"2,,,,\n", "name", "is missing"),
    (b"2,X,,soon,\n", "created", "is not a date"),
    (b"2,X,,,{\n", "attributes", "is not a JSON object"),
    (b"2,X,,,[]\n", "attributes", "must be a map"),
    (b"1,X,,,\n", "id", '"1" is line 2 of'),
]


@pytest.mark.parametrize(("row", "field", "reason"), BAD_ROWS)
def test_a_bad_row_in_the_middle(workspace: Workspace, write: Write, row: bytes, field: str, reason: str) -> None:
    path = write("people.csv", "id,name,town,created,attributes", "1,Ann,,,", row, "3,Ben,,,")

    report = import_paths(workspace, [path])

    ((line, found_field, found_reason),) = refusals(report)
    assert (line, found_field) == (3, field)
    assert reason in found_reason
    assert workspace.stats().profiles == 2


def test_a_quote_that_never_ends_is_reported_where_it_begins(workspace: Workspace, write: Write) -> None:
    path = write("people.csv", "name", "Ann", '"Ben', "Cem", "Dan")

    report = import_paths(workspace, [path])

    assert refusals(report) == [(3, "", "is not valid CSV (unexpected end of data)")]
    assert workspace.stats().profiles == 1


def test_a_huge_cell_ends_the_reading(workspace: Workspace, write: Write) -> None:
    path = write("people.csv", "name,notes", "Ann,", f'Ben,"{"x" * 10_000_001}"', "Cem,")

    report = import_paths(workspace, [path])

    assert refusals(report) == [(3, "", "a quoted cell has no end within 10,000,000 characters; reading ended here")]


def test_a_huge_line_ends_the_reading(workspace: Workspace, write: Write, monkeypatch) -> None:
    monkeypatch.setattr("core.exchange.lines.LINE_BYTES", 100)
    path = write("people.csv", "name", "Ann", "B" * 200, "Cem")

    report = import_paths(workspace, [path])

    assert refusals(report) == [(3, "", "is longer than 100 bytes; reading ended here")]
    assert workspace.stats().profiles == 1


def test_what_a_spreadsheet_keeps_from_being_a_formula_is_read_as_meant(workspace: Workspace, write: Write) -> None:
    path = write("people.csv", "id,name,notes", "1,'=Ann,'+more", "2,'tis,=1+1")

    import_paths(workspace, [path])

    assert found(workspace, "1").title == "=Ann"
    assert found(workspace, "1").fields["notes"] == "+more"
    assert found(workspace, "2").title == "'tis"
