"""Profiles as CSV and vCard: for other programs, and read back as they were."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest
import vobject

from core.errors import Exists, Invalid, NotFound
from core.exchange import ExportReport, export_csv, export_vcard, import_paths
from core.values import id_text
from core.workspace import Workspace
from tests.core.exchange.reading import counts, everything, refusals
from tests.core.making import edit, make_profile

FORMATS = [("people.csv", export_csv), ("people.vcf", export_vcard)]
Export = Callable[..., ExportReport]


@pytest.fixture
def people(workspace: Workspace, small_folder) -> Workspace:
    import_paths(workspace, [small_folder / "profiles.ndjson"])
    make_profile(workspace, "Works council", kind="group")
    make_profile(
        workspace,
        "=cmd|' /C calc'!A0",
        aliases=["+1", "-2", "@SUM(A1)", "a;b", "back\\slash"],
        emails=[{"label": "work", "value": "a=b@x.example"}, {"label": "", "value": "c=d@x.example"}],
        phones=[{"label": "Büro; =2", "value": "+49 30 23125 000"}, {"label": "cell", "value": "tel:5"}],
        attributes={
            "title": "Dr., Prof.",
            "url": ["https://x.example/1", "https://x.example/2"],
            "categories": ["a,b", "c"],
            "role": ["only one"],
            "organisation": 5,
        },
        notes="-- \nsigned; yours,\n",
        created="1999-12-31T23:59:59",
    )
    return workspace


@pytest.mark.parametrize(("name", "export"), FORMATS)
def test_a_new_store_gets_the_same_profiles(people: Workspace, other: Workspace, in_tmp, name, export: Export) -> None:
    assert export(people, in_tmp / name) == ExportReport(profiles=4)

    report = import_paths(other, [in_tmp / name])

    assert counts(report) == (4, 0, 0, 0)
    assert everything(other) == everything(people)


@pytest.mark.parametrize(("name", "export"), FORMATS)
def test_the_same_store_knows_them_again(people: Workspace, in_tmp, name, export: Export) -> None:
    export(people, in_tmp / name)
    edit(people, people.resolve("ann"), name="Ann K.")
    before, cursor = everything(people), people.cursor()

    report = import_paths(people, [in_tmp / name])

    assert (report.created, report.errors, report.conflicts) == (0, [], 0)
    assert (everything(people), people.cursor()) == (before, cursor)


@pytest.mark.parametrize(("name", "export"), FORMATS)
def test_what_was_changed_in_the_file_goes_in_and_meets_what_was_edited_here(
    people: Workspace, in_tmp, name, export: Export
) -> None:
    # given: the same field changed in the file and here, and one in the file alone
    export(people, in_tmp / name)
    edit(people, people.resolve("ann"), name="Ann of here", notes="Typed here.")
    text = (in_tmp / name).read_text()
    (in_tmp / name).write_text(text.replace("Ann Keller", "Ann of there").replace("ann@example.org", "ann@new.example"))

    # when
    report = import_paths(people, [in_tmp / name])

    # then
    assert (counts(report), report.conflicts) == ((0, 1, 3, 0), 1)
    fields = people.get(people.resolve("ann")).fields
    assert (fields["name"], fields["notes"]) == ("Ann of here", "Typed here.")
    assert [entry["value"] for entry in fields["emails"]] == ["ann@new.example"]
    assert import_paths(people, [in_tmp / name]).conflicts == 0


@pytest.mark.parametrize("version", ["12", "v", "vxyz", "v12345678901234567", "V1"])
def test_a_version_that_is_none_is_refused_and_an_unknown_one_is_left_out_of_account(
    people: Workspace, in_tmp, version: str
) -> None:
    id = id_text(people.resolve("ann").id)
    (in_tmp / "a.csv").write_text(f"id,external,name,rolodoc_version\n{id},,Ann,{version}\n")
    (in_tmp / "b.csv").write_text(f"id,external,name,rolodoc_version\n{id},,Ann Keller,v7f\n")

    assert refusals(import_paths(people, [in_tmp / "a.csv"])) == [
        (2, "rolodoc_version", "must be as export writes it; leave it out where it is not known")
    ]
    assert counts(import_paths(people, [in_tmp / "b.csv"])) == (0, 0, 1, 0)


@pytest.mark.parametrize(("name", "export"), FORMATS)
def test_an_earlier_export_is_replaced_and_nothing_else(people: Workspace, in_tmp, name, export: Export) -> None:
    export(people, in_tmp / name)
    export(people, in_tmp / name)
    (in_tmp / name).write_text("mine")

    with pytest.raises(Exists, match="is not an earlier export"):
        export(people, in_tmp / name)

    assert (in_tmp / name).read_text() == "mine"


@pytest.mark.parametrize(("name", "export"), FORMATS)
def test_places_where_no_file_can_be(people: Workspace, in_tmp, name, export: Export) -> None:
    with pytest.raises(NotFound, match="there is no folder"):
        export(people, in_tmp / "no" / name)
    (in_tmp / name).mkdir()
    with pytest.raises(Invalid, match="is a folder"):
        export(people, in_tmp / name)


@pytest.mark.parametrize(("name", "export"), FORMATS)
def test_progress_ends_at_its_total(people: Workspace, in_tmp, name, export: Export) -> None:
    told: list[tuple[int, int]] = []

    export(people, in_tmp / name, progress=lambda done, total: told.append((done, total)))

    assert told == [(4, 4)]


def test_no_cell_is_a_formula(people: Workspace, in_tmp) -> None:
    export_csv(people, in_tmp / "people.csv")

    with (in_tmp / "people.csv").open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")] == []
    assert "'=cmd|' /C calc'!A0" in cells


def test_a_phone_number_is_written_as_it_is(workspace: Workspace, in_tmp) -> None:
    make_profile(workspace, "Ann", phones=["+44 20 7946 0000", "+44 20 7946 0001"])

    export_csv(workspace, in_tmp / "people.csv")

    assert ",+44 20 7946 0000; +44 20 7946 0001," in (in_tmp / "people.csv").read_text()


def test_other_programs_read_the_cards(people: Workspace, in_tmp) -> None:
    export_vcard(people, in_tmp / "people.vcf")

    with (in_tmp / "people.vcf").open(newline="") as file:
        text = file.read()
    cards = {card.fn.value: card for card in vobject.readComponents(text)}
    assert set(cards) == {"Ann Keller", "Ben & Sons", "Works council", "=cmd|' /C calc'!A0"}
    assert cards["Ann Keller"].email.value == "ann@example.org"
    assert all(len(line.encode()) <= 76 for line in text.split("\r\n"))
    assert all(card.version.value == "3.0" for card in cards.values())
