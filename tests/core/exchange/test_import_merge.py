"""A file that changed outside meets a record that was edited here: what its source said last is the base."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.exchange import import_paths
from core.values import Query
from core.workspace import Workspace
from core.write_values import Create, MergeProfiles, Resolve
from tests.core.exchange.conftest import ANN, BEN, PLAN, REPORT, Write
from tests.core.exchange.reading import counts, everything, found
from tests.core.making import delete, edit, make_type


def open_conflicts(workspace: Workspace) -> list[tuple[str, list[str]]]:
    """Title and fields of each."""
    return [(row.title, row.fields) for row in workspace.page(Query(entity="conflict")).rows]


def test_what_was_edited_here_stays_when_the_file_says_the_same_again(workspace: Workspace, small_folder) -> None:
    import_paths(workspace, [small_folder])
    edit(workspace, workspace.resolve("ann"), name="Ann Huber", attributes={"floor": 4})
    before, cursor = everything(workspace), workspace.cursor()

    report = import_paths(workspace, [small_folder])

    assert counts(report) == (0, 0, 7, 0)
    assert report.notes == ["Edited here since the last import, and left so: 1 profile."]
    assert (everything(workspace), workspace.cursor()) == (before, cursor)
    assert open_conflicts(workspace) == []


def test_what_only_the_file_changed_goes_in_beside_what_was_edited_here(
    workspace: Workspace, small_folder, write: Write
) -> None:
    import_paths(workspace, [small_folder])
    edit(workspace, workspace.resolve("ann"), name="Ann Huber", attributes={"floor": 3, "vip": True})
    write("small/profiles.ndjson", ANN | {"email": "ann@new.example", "attributes": {"floor": 7}}, BEN)

    report = import_paths(workspace, [small_folder])

    assert (counts(report), report.conflicts) == ((0, 1, 6, 0), 0)
    fields = found(workspace, "ann").fields
    assert fields["name"] == "Ann Huber"
    assert fields["attributes"] == {"floor": 7, "vip": True}
    assert [entry["value"] for entry in fields["emails"]] == ["ann@new.example"]


def test_what_both_changed_is_a_conflict_that_the_report_counts(
    workspace: Workspace, small_folder, write: Write
) -> None:
    import_paths(workspace, [small_folder])
    edit(workspace, workspace.resolve("ann"), name="Ann Huber")
    edit(workspace, workspace.resolve("report"), title="Report, final")
    write("small/profiles.ndjson", ANN | {"name": "Ann Meier"}, BEN)
    write("small/documents.ndjson", PLAN, REPORT | {"title": "Report 2"})

    report = import_paths(workspace, [small_folder])

    assert report.conflicts == 2
    assert sorted(open_conflicts(workspace)) == [("Ann Huber", ["name"]), ("Report, final", ["title"])]
    (about_ann,) = [row for row in workspace.page(Query(entity="conflict")).rows if row.title == "Ann Huber"]
    conflict = workspace.conflict(about_ann.id)
    assert [(one.base, one.mine, one.theirs) for one in conflict.fields] == [("Ann Keller", "Ann Meier", "Ann Huber")]
    assert conflict.mine.source == "small"


def test_the_same_file_again_says_nothing_new_of_an_open_conflict_nor_of_a_settled_one(
    workspace: Workspace, small_folder, write: Write
) -> None:
    import_paths(workspace, [small_folder])
    edit(workspace, workspace.resolve("ann"), name="Ann Huber")
    write("small/profiles.ndjson", ANN | {"name": "Ann Meier"}, BEN)
    import_paths(workspace, [small_folder])
    cursor = workspace.cursor()

    again = import_paths(workspace, [small_folder])
    assert (counts(again), again.conflicts, workspace.cursor()) == ((0, 0, 7, 0), 0, cursor)

    (row,) = workspace.page(Query(entity="conflict")).rows
    workspace.write([Resolve(row.id, {"name": "theirs"})])
    cursor = workspace.cursor()
    after = import_paths(workspace, [small_folder])
    assert (counts(after), after.conflicts, workspace.cursor()) == ((0, 0, 7, 0), 0, cursor)
    assert found(workspace, "ann").fields["name"] == "Ann Huber"


def test_a_file_that_comes_round_to_what_is_stored_is_believed_to_have_said_so(
    workspace: Workspace, small_folder, write: Write
) -> None:
    # given: the same edit here and in the file, which leaves no change to log
    import_paths(workspace, [small_folder])
    edit(workspace, workspace.resolve("ann"), name="Ann Meier")
    write("small/profiles.ndjson", ANN | {"name": "Ann Meier"}, BEN)
    cursor = workspace.cursor()
    report = import_paths(workspace, [small_folder])
    assert (counts(report), workspace.cursor()) == ((0, 0, 7, 0), cursor)

    # when: the file alone moves on
    write("small/profiles.ndjson", ANN | {"name": "Ann Meier-Huber"}, BEN)
    report = import_paths(workspace, [small_folder])

    # then: nothing clashes, since both had agreed
    assert (counts(report), report.conflicts) == ((0, 1, 6, 0), 0)
    assert found(workspace, "ann").fields["name"] == "Ann Meier-Huber"


def test_a_field_that_the_file_names_for_the_first_time_meets_what_was_typed_here(
    workspace: Workspace, small_folder, write: Write
) -> None:
    import_paths(workspace, [small_folder])
    edit(workspace, workspace.resolve("ann"), phones=["030 1"], notes="Likes tea.", aliases=["Annie"])
    write("small/profiles.ndjson", ANN | {"phone": "030 2", "notes": "Likes coffee.", "aliases": ["Annie"]}, BEN)

    report = import_paths(workspace, [small_folder])

    assert report.conflicts == 1
    assert open_conflicts(workspace) == [("Ann Keller", ["notes"])]
    fields = found(workspace, "ann").fields
    assert (fields["notes"], fields["aliases"]) == ("Likes tea.", ["Annie"])
    assert {entry["value"] for entry in fields["phones"]} == {"030 1", "030 2"}


def test_a_position_that_was_moved_here_stays_until_the_file_moves_it_too(
    workspace: Workspace, small_folder, write: Write
) -> None:
    import_paths(workspace, [small_folder])
    row = next(row for row in workspace.page(Query(entity="link")).rows if row.profile_name == "Ann Keller")
    edit(workspace, workspace.resolve(row.id.hex(), "link"), position=5)
    assert counts(import_paths(workspace, [small_folder])) == (0, 0, 7, 0)

    link = {"profile_id": "ann", "document_id": "plan", "relationship_type": "author", "position": 3}
    write("small/links.ndjson", link)
    report = import_paths(workspace, [small_folder])

    assert report.conflicts == 1
    assert open_conflicts(workspace) == [("Plan · author · Ann Keller", ["position"])]


def test_a_relationship_type_is_merged_too(workspace: Workspace, write: Write) -> None:
    path = write("types.ndjson", {"name": "author", "inverse": "author of"})
    import_paths(workspace, [path], source="crm")
    edit(workspace, workspace.resolve("author", "type"), inverse="wrote")
    assert counts(import_paths(workspace, [path], source="crm")) == (0, 0, 1, 0)

    write("types.ndjson", {"name": "author", "inverse": "has written"})
    report = import_paths(workspace, [path], source="crm")

    assert report.conflicts == 1
    assert found(workspace, "author").fields["inverse"] == "wrote"


def test_a_type_that_links_made_may_get_its_inverse_from_the_source_later(
    workspace: Workspace, small_folder, write: Write
) -> None:
    import_paths(workspace, [small_folder])
    write("small/types.ndjson", {"name": "author", "inverse": "wrote"})

    report = import_paths(workspace, [small_folder])

    assert report.conflicts == 0
    assert found(workspace, "author").fields["inverse"] == "wrote"


def test_a_file_that_was_attached_outside_and_one_attached_here(
    workspace: Workspace, small_folder: Path, write: Write
) -> None:
    import_paths(workspace, [small_folder])
    edit(workspace, workspace.resolve("plan"), contents=[])

    report = import_paths(workspace, [small_folder])

    assert counts(report) == (0, 0, 7, 0)
    assert found(workspace, "plan").fields["contents"] == []


def test_a_strict_import_counts_its_conflicts_and_a_dry_one_its_updates(
    workspace: Workspace, small_folder, write: Write
) -> None:
    import_paths(workspace, [small_folder])
    edit(workspace, workspace.resolve("ann"), name="Ann Huber")
    write("small/profiles.ndjson", ANN | {"name": "Ann Meier"}, BEN)
    cursor = workspace.cursor()

    dry = import_paths(workspace, [small_folder], dry_run=True)
    assert (counts(dry), dry.conflicts, workspace.cursor()) == ((0, 1, 6, 0), 0, cursor)

    strict = import_paths(workspace, [small_folder], strict=True)
    assert (counts(strict), strict.conflicts) == ((0, 1, 6, 0), 1)


def test_a_rule_settles_what_an_import_meets(workspace: Workspace, small_folder, write: Write) -> None:
    workspace.write([Create("rule", {"name": "small knows names", "field": "name", "prefer": "source",
                                     "preferred": "small"})])  # fmt: skip
    import_paths(workspace, [small_folder])
    edit(workspace, workspace.resolve("ann"), name="Ann Huber")
    write("small/profiles.ndjson", ANN | {"name": "Ann Meier"}, BEN)

    report = import_paths(workspace, [small_folder])

    assert report.conflicts == 0
    assert found(workspace, "ann").fields["name"] == "Ann Meier"


def test_an_import_that_was_undone_can_be_made_again(workspace: Workspace, small_folder, write: Write) -> None:
    # given an import that brought a name, and that was undone
    import_paths(workspace, [small_folder])
    write("small/profiles.ndjson", ANN | {"name": "Ann Meier"}, BEN)
    import_paths(workspace, [small_folder])
    workspace.undo()
    assert found(workspace, "ann").fields["name"] == "Ann Keller"

    # when the same file is imported again, then it brings the name again
    import_paths(workspace, [small_folder])
    assert found(workspace, "ann").fields["name"] == "Ann Meier"

    # and a corrected file does not clash with what was undone
    workspace.undo()
    write("small/profiles.ndjson", ANN | {"name": "Ann Weber"}, BEN)
    report = import_paths(workspace, [small_folder])
    assert (found(workspace, "ann").fields["name"], report.conflicts) == ("Ann Weber", 0)


def test_what_an_undone_import_left_open_is_asked_again(workspace: Workspace, small_folder, write: Write) -> None:
    import_paths(workspace, [small_folder])
    edit(workspace, workspace.resolve("ann"), name="Ann Huber")
    write("small/profiles.ndjson", ANN | {"name": "Ann Meier"}, BEN)
    assert import_paths(workspace, [small_folder]).conflicts == 1
    workspace.undo()
    assert workspace.stats().conflicts == 0

    assert import_paths(workspace, [small_folder]).conflicts == 1


def test_forty_two_clashes_in_one_import(workspace: Workspace, write: Write) -> None:
    people = [{"id": str(n), "name": f"Person {n}", "notes": "old"} for n in range(50)]
    path = write("people.ndjson", *people)
    import_paths(workspace, [path])
    for n in range(42):
        edit(workspace, workspace.resolve(str(n), "profile"), name=f"Here {n}")
    write("people.ndjson", *(person | {"name": f"There {person['id']}"} for person in people))

    report = import_paths(workspace, [path])

    assert (counts(report), report.conflicts) == ((0, 50, 0, 0), 42)
    assert workspace.stats().conflicts == 42


@pytest.mark.parametrize("batch", [1, 20_000])
def test_batches_of_any_size_see_what_was_said(workspace: Workspace, write: Write, monkeypatch, batch: int) -> None:
    monkeypatch.setattr("core.exchange.rows.BATCH_ROWS", batch)
    make_type(workspace)
    rows = [{"id": str(n), "name": f"Person {n}", "attributes": {"n": n, "deep": {"a": [1, None]}}} for n in range(5)]
    path = write("people.ndjson", *rows)
    import_paths(workspace, [path])
    cursor = workspace.cursor()

    assert counts(import_paths(workspace, [path])) == (0, 0, 5, 0)
    assert workspace.cursor() == cursor


# --- profiles that were merged here ---------------------------------------------------------------------------------

BOTH = [
    {"id": "ann", "name": "Ann Keller", "email": "ann@example.org", "attributes": {"floor": 3}},
    {"id": "a-k", "name": "A. Keller", "email": "keller@example.org", "attributes": {"floor": 4}},
]
WRITTEN = [
    {"document_id": "plan", "profile_id": "ann", "relationship_type": "author", "position": 1},
    {"document_id": "plan", "profile_id": "a-k", "relationship_type": "author", "position": 2},
    {"document_id": "report", "profile_id": "a-k", "relationship_type": "author", "position": 1},
]


@pytest.fixture(params=["as they came", "the other way round"])
def one_person(request: pytest.FixtureRequest, workspace: Workspace, write: Write) -> Path:
    """Two rows and their links, which were imported and are one person since."""
    turn = -1 if request.param != "as they came" else 1
    write("crm/documents.ndjson", PLAN, REPORT)
    write("crm/profiles.ndjson", *BOTH[::turn])
    folder = write("crm/links.ndjson", *WRITTEN[::turn]).parent
    import_paths(workspace, [folder])
    workspace.write([MergeProfiles(workspace.resolve("ann").id, workspace.resolve("a-k").id)])
    return folder


def test_two_rows_of_one_person_are_no_news(workspace: Workspace, one_person: Path) -> None:
    before, cursor = everything(workspace), workspace.cursor()

    for _ in range(2):
        report = import_paths(workspace, [one_person])

        assert (counts(report), report.conflicts) == ((0, 0, 7, 0), 0)
        assert (everything(workspace), workspace.cursor()) == (before, cursor)


def test_what_a_row_of_the_merged_one_says_anew_reaches_the_one_that_stays(
    workspace: Workspace, one_person: Path, write: Write
) -> None:
    write("crm/profiles.ndjson", BOTH[0], BOTH[1] | {"name": "A. M. Keller", "phone": "030 1"})
    moved = WRITTEN[2] | {"position": 5}
    letter = {"document_id": "letter", "profile_id": "a-k", "relationship_type": "author", "position": 1}
    write("crm/documents.ndjson", PLAN, REPORT, {"id": "letter", "title": "Letter"})
    write("crm/links.ndjson", WRITTEN[0], WRITTEN[1], moved, letter)

    report = import_paths(workspace, [one_person])

    assert (counts(report), report.conflicts) == ((2, 2, 5, 0), 0)
    fields = found(workspace, "ann").fields
    assert (fields["name"], fields["phones"]) == ("Ann Keller", [{"label": "", "value": "030 1"}])
    assert "A. M. Keller" in fields["aliases"]
    links = workspace.page(Query(entity="link", profile=workspace.resolve("ann").id)).rows
    assert {row.document_title: row.position for row in links} == {"Plan": 1, "Report": 5, "Letter": 1}
    cursor = workspace.cursor()
    again = import_paths(workspace, [one_person])
    assert (counts(again), workspace.cursor()) == ((0, 0, 9, 0), cursor)


def test_a_new_link_that_both_rows_name_is_one_link(workspace: Workspace, one_person: Path, write: Write) -> None:
    write("crm/documents.ndjson", PLAN, REPORT, {"id": "letter", "title": "Letter"})
    letter = {"document_id": "letter", "relationship_type": "author"}
    write("crm/links.ndjson", letter | {"profile_id": "a-k"}, letter | {"profile_id": "ann"})

    report = import_paths(workspace, [one_person])

    assert report.errors == []
    assert workspace.stats().links == 3
    cursor = workspace.cursor()
    assert import_paths(workspace, [one_person]).errors == []
    assert workspace.cursor() == cursor


def test_one_person_in_the_trash_stays_there_by_whichever_row(workspace: Workspace, one_person: Path) -> None:
    delete(workspace, workspace.resolve("ann"))
    cursor = workspace.cursor()

    report = import_paths(workspace, [one_person])

    assert counts(report) == (0, 0, 7, 0)
    assert report.notes == ["In the trash, and left there: 2 profiles, 3 links."]
    assert workspace.cursor() == cursor


def test_an_empty_field_that_the_source_never_filled_is_no_news(
    workspace: Workspace, small_folder, write: Write
) -> None:
    import_paths(workspace, [small_folder])
    edit(workspace, workspace.resolve("ann"), notes="Likes tea.", phones=["030 1"])
    write("small/profiles.ndjson", ANN | {"notes": "", "phones": []}, BEN)

    report = import_paths(workspace, [small_folder])

    assert (counts(report), report.conflicts) == ((0, 0, 7, 0), 0)
    assert found(workspace, "ann").fields["notes"] == "Likes tea."


def test_a_field_that_the_source_empties_is_emptied(workspace: Workspace, small_folder, write: Write) -> None:
    write("small/profiles.ndjson", ANN | {"notes": "Likes tea."}, BEN)
    import_paths(workspace, [small_folder])
    write("small/profiles.ndjson", ANN | {"notes": ""}, BEN)

    report = import_paths(workspace, [small_folder])

    assert counts(report) == (0, 1, 6, 0)
    assert found(workspace, "ann").fields["notes"] == ""
