"""Profiles from vCard files of version 3 and 4."""

from __future__ import annotations

import pytest

from core.exchange import import_paths
from core.workspace import Workspace
from tests.core.exchange.conftest import Write
from tests.core.exchange.reading import counts, found, refusals

VERSION_4 = """\
BEGIN:VCARD
VERSION:4.0
UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1
KIND:individual
FN:Simon Perreault
FN:S. Perreault
N:Perreault;Simon;;;ing. jr,M.Sc.
NICKNAME:Si,Moo\\, the
EMAIL;PREF=1;TYPE=work:simon@x.example
EMAIL;TYPE=home:mailto:simon@home.example
TEL;VALUE=uri;TYPE="voice,home":tel:+1-418-656-9254;ext=102
item1.TEL;TYPE=cell:+1 22
item1.X-ABLABEL:_$!<Other>!$_
NOTE:Line one\\nline two\\, with comma\\; semi
ORG:Viagenie;Research
ADR;TYPE=work:;Suite D2-630;2875 Laurier;Quebec;QC;G1V 2M2;Canada
CATEGORIES:a,b
X-FOO;X=1:C:\\\\temp
BDAY:--0203
URL:https://x.example/1
URL:https://x.example/2
PHOTO;ENCODING=b;TYPE=JPEG:AAAA
 BBBB
REV:20200101T000000Z
END:VCARD
"""


def test_a_card_of_version_4(workspace: Workspace, write: Write) -> None:
    report = import_paths(workspace, [write("cards.vcf", VERSION_4.replace("\n", "\r\n").encode())])

    assert counts(report) == (1, 0, 0, 0)
    record = found(workspace, "Simon Perreault")
    assert record.external == [("cards", "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1")]
    assert record.fields | {"created": 0} == {
        "name": "Simon Perreault",
        "kind": "person",
        "aliases": ["S. Perreault", "Si", "Moo, the"],
        "emails": [
            {"label": "work", "value": "simon@x.example"},
            {"label": "home", "value": "simon@home.example"},
        ],
        "phones": [
            {"label": "home", "value": "+1-418-656-9254;ext=102"},
            {"label": "Other", "value": "+1 22"},
        ],
        "attributes": {
            "organisation": "Viagenie, Research",
            "address": "Suite D2-630, 2875 Laurier, Quebec, QC, G1V 2M2, Canada",
            "categories": ["a", "b"],
            "x-foo": "C:\\temp",
            "birthday": "--0203",
            "url": ["https://x.example/1", "https://x.example/2"],
        },
        "notes": "Line one\nline two, with comma; semi",
        "created": 0,
        "merged_into": "",
        "distinct_from": [],
    }


def card(*lines: str) -> bytes:
    return "\n".join(("BEGIN:VCARD", "VERSION:3.0", *lines, "END:VCARD", "")).encode()


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (("FN:Acme", "KIND:org"), "organisation"),
        (("FN:Acme", "KIND:Group"), "group"),
        (("FN:Acme", "X-ABShowAs:COMPANY"), "organisation"),
        (("FN:Acme", "X-ADDRESSBOOKSERVER-KIND:group"), "group"),
        (("FN:Acme", "ORG:Acme"), "organisation"),
        (("FN:Ann", "N:;Ann;;;", "ORG:Ann"), "person"),
        (("FN:Ann",), "person"),
    ],
)
def test_the_kind(workspace: Workspace, write: Write, lines, kind: str) -> None:
    import_paths(workspace, [write("cards.vcf", card("UID:1", *lines))])

    assert found(workspace, "1").fields["kind"] == kind


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (("FN:Fred L. Drake, Jr.",), "Fred L. Drake, Jr."),
        (("N:Drake;Fred;L.;Dr.;Jr.",), "Dr. Fred L. Drake Jr."),
        (("ORG:Acme;Sales",), "Acme, Sales"),
        (("FN:An", " n Kel", "\tler"), "Ann Keller"),
        (("FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg",), "Jörg"),
    ],
)
def test_the_name(workspace: Workspace, write: Write, lines, name: str) -> None:
    import_paths(workspace, [write("cards.vcf", card("UID:1", *lines))])

    assert found(workspace, "1").title == name


def test_a_letter_may_be_folded_in_two(workspace: Workspace, write: Write) -> None:
    letters = "ö".encode()
    path = write("cards.vcf", card("UID:1", "FN:J@rg").replace(b"@", letters[:1] + b"\r\n " + letters[1:]))

    import_paths(workspace, [path])

    assert found(workspace, "1").title == "Jörg"


def test_the_same_import_again_changes_nothing(workspace: Workspace, write: Write) -> None:
    path = write("cards.vcf", VERSION_4.encode(), b"\r\n", card("FN:Ann", "EMAIL:ann@x.example"))
    import_paths(workspace, [path])
    cursor = workspace.cursor()

    assert counts(import_paths(workspace, [path])) == (0, 0, 2, 0)
    assert workspace.cursor() == cursor


BAD_CARDS = [
    (card("UID:1"), "name", "must not be empty"),
    (card("FN:Ann", "not a property"), "", 'has a line that is no property: "not a property"'),
    (card("FN:Ann", "A" + ";B=c," * 500), "", "has a line that is no property"),
    (card("FN:Ann").replace(b"Ann", b"\xff"), "", "is not valid UTF-8"),
    (card("FN:A\0nn"), "name", "must not hold a NUL character"),
    (card("FN:A\\nnn"), "name", "must be one line"),
    (card("FN:Ann", "KIND:location"), "kind", "must be one of person, organisation, group"),
    (card("FN:Ann", "NOTE;CHARSET=klingon;ENCODING=QUOTED-PRINTABLE:=FF"), "", "has a line that cannot be decoded"),
    (card("FN:Ann", "NOTE;ENCODING=QUOTED-PRINTABLE:=FF"), "", "has a line that cannot be decoded"),
    (card("FN:Ann", "X-ROLODOC-ATTRIBUTES:{"), "X-ROLODOC-ATTRIBUTES", "is not valid JSON"),
    (card("FN:Ann", "X-ROLODOC-EXTERNAL:{}"), "id", "must be the id of a record"),
    (card("FN:Ann", "X-ROLODOC-CREATED:soon"), "created", "is not a date"),
    (b"BEGIN:VCARD\nFN:Ann\n", "", "has no END:VCARD"),
    (b"FN:Ann\nstray\n", "", "stands outside of a card, like what follows up to BEGIN:VCARD"),
]


@pytest.mark.parametrize(("bad", "field", "reason"), BAD_CARDS)
def test_a_bad_card_in_the_middle(workspace: Workspace, write: Write, bad: bytes, field: str, reason: str) -> None:
    path = write("cards.vcf", card("FN:Zoe", "UID:z"), bad, card("FN:Ben", "UID:b"))

    report = import_paths(workspace, [path])

    ((line, found_field, found_reason),) = refusals(report)
    assert (line, found_field) == (6, field)
    assert reason in found_reason
    assert workspace.stats().profiles == 2


def test_the_last_card_is_cut_off(workspace: Workspace, write: Write) -> None:
    path = write("cards.vcf", card("FN:Zoe"), b"BEGIN:VCARD\nFN:An")

    assert refusals(import_paths(workspace, [path])) == [(5, "", "has no END:VCARD")]


def test_a_huge_line_refuses_its_card_alone(workspace: Workspace, write: Write, monkeypatch) -> None:
    monkeypatch.setattr("core.exchange.lines.LINE_BYTES", 100)
    path = write("cards.vcf", card("FN:Ann", f"NOTE:{'x' * 500}"), card("FN:Ben"))

    report = import_paths(workspace, [path])

    assert [line for line, _, _ in refusals(report)] == [1]
    assert workspace.stats().profiles == 1


def test_an_empty_file_brings_nothing(workspace: Workspace, write: Write) -> None:
    assert counts(import_paths(workspace, [write("cards.vcf")])) == (0, 0, 0, 0)
