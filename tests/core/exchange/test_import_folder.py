"""NDJSON folders: what goes in, and that the same import again changes nothing."""

from __future__ import annotations

import pytest

from core.errors import Invalid, NotFound
from core.exchange import import_paths
from core.instants import parse_instant
from core.values import Query, Ref
from core.workspace import Workspace
from tests.core.exchange.conftest import ANN, BEN, PLAN, Write
from tests.core.exchange.reading import counts, everything, found, refusals
from tests.core.making import delete, edit, make_type, restore


def test_profiles_documents_and_links_go_in(workspace: Workspace, small_folder) -> None:
    report = import_paths(workspace, [small_folder])

    assert counts(report) == (7, 0, 0, 0)
    assert workspace.stats().links_by_type == {"author": 2, "reviewer": 1}
    ann = found(workspace, "ann")
    assert ann.fields["emails"] == [{"label": "", "value": "ann@example.org"}]
    assert ann.fields["attributes"] == {"floor": 3}
    assert ann.external == [("small", "ann")]
    assert found(workspace, "ben").fields["kind"] == "organisation"
    plan = found(workspace, "plan")
    assert plan.fields["text"] == "One\ntwo"
    assert plan.fields["created"] == parse_instant("2024-01-31")


def test_the_order_of_names_becomes_the_position_of_the_link(workspace: Workspace, small_folder) -> None:
    import_paths(workspace, [small_folder])

    rows = workspace.page(Query(entity="link", document=workspace.resolve("plan").id)).rows
    assert [(row.profile_name, row.position) for row in rows] == [("Ann Keller", 1), ("Ben & Sons", 2)]


def test_other_attributes_of_a_link_stay(workspace: Workspace, small_folder, write: Write) -> None:
    attributes = {"position": 3, "as_written": "A. Keller"}
    link = {"profile_id": "ann", "document_id": "report", "relationship_type": "author", "attributes": attributes}
    write("small/links.ndjson", link)

    import_paths(workspace, [small_folder])

    (row,) = workspace.page(Query(entity="link")).rows
    assert row.position == 3
    assert workspace.get(Ref("link", row.id)).fields["attributes"] == {"as_written": "A. Keller"}


def test_relationship_types_are_made_with_their_inverse_names(workspace: Workspace, small_folder) -> None:
    report = import_paths(workspace, [small_folder])

    assert {type.name: type.inverse for type in workspace.types()} == {
        "author": "author of",
        "reviewer": "reviewer of",
    }
    assert report.notes == ["Relationship types made for the links: author, reviewer."]


def test_a_relationship_type_that_is_there_is_used(workspace: Workspace, small_folder) -> None:
    make_type(workspace, "author", inverse="wrote")

    import_paths(workspace, [small_folder])

    assert {type.name: type.inverse for type in workspace.types()}["author"] == "wrote"


def test_the_same_import_again_changes_nothing(workspace: Workspace, small_folder) -> None:
    import_paths(workspace, [small_folder])
    before, cursor = everything(workspace), workspace.cursor()

    report = import_paths(workspace, [small_folder])

    assert counts(report) == (0, 0, 7, 0)
    assert workspace.cursor() == cursor
    assert everything(workspace) == before


def test_only_what_differs_is_edited(workspace: Workspace, small_folder, write: Write) -> None:
    import_paths(workspace, [small_folder])
    write("small/profiles.ndjson", ANN | {"name": "Ann Keller-Huber"}, BEN)

    report = import_paths(workspace, [small_folder])

    assert counts(report) == (0, 1, 6, 0)
    (change,) = workspace.changes(ref=workspace.resolve("ann"), limit=1)
    assert change.after == {"name": "Ann Keller-Huber"}


def test_what_the_file_does_not_name_is_left_alone(workspace: Workspace, small_folder) -> None:
    import_paths(workspace, [small_folder])
    ann = workspace.resolve("ann")
    edit(workspace, ann, notes="Likes tea.", attributes={"floor": 3, "vip": True})

    report = import_paths(workspace, [small_folder])

    assert counts(report) == (0, 0, 7, 0)
    assert found(workspace, "ann").fields["notes"] == "Likes tea."
    assert found(workspace, "ann").fields["attributes"] == {"floor": 3, "vip": True}


def test_true_and_one_are_two_values(workspace: Workspace, small_folder, write: Write) -> None:
    write("small/profiles.ndjson", ANN | {"attributes": {"floor": 1}}, BEN)
    import_paths(workspace, [small_folder])
    write("small/profiles.ndjson", ANN | {"attributes": {"floor": True}}, BEN)

    import_paths(workspace, [small_folder])

    assert found(workspace, "ann").fields["attributes"]["floor"] is True


def test_an_unknown_key_becomes_an_attribute(workspace: Workspace, write: Write) -> None:
    path = write("people.ndjson", ANN | {"shoe_size": 39})

    import_paths(workspace, [path])

    assert found(workspace, "ann").fields["attributes"] == {"floor": 3, "shoe_size": 39}


def test_what_was_put_into_the_trash_stays_there(workspace: Workspace, small_folder) -> None:
    import_paths(workspace, [small_folder])
    ann = workspace.resolve("ann")
    delete(workspace, ann)
    cursor = workspace.cursor()

    report = import_paths(workspace, [small_folder])

    assert counts(report) == (0, 0, 7, 0)
    assert report.notes == ["In the trash, and left there: 1 profile, 1 link."]
    assert workspace.cursor() == cursor


def test_a_new_link_to_what_is_in_the_trash_is_refused(workspace: Workspace, small_folder, write: Write) -> None:
    import_paths(workspace, [small_folder])
    ann = workspace.resolve("ann")
    delete(workspace, ann)
    link = {"profile_id": "ann", "document_id": "report", "relationship_type": "author"}
    write("small/links.ndjson", link)

    report = import_paths(workspace, [small_folder])

    assert refusals(report) == [(1, "profile_id", "is in the trash; restore it before it can be linked")]
    restore(workspace, ann)
    assert counts(import_paths(workspace, [small_folder]))[0] == 1


def test_a_type_in_the_trash_refuses_its_links_alone(workspace: Workspace, small_folder) -> None:
    delete(workspace, make_type(workspace, "author"))

    report = import_paths(workspace, [small_folder])

    assert [line for line, _, _ in refusals(report)] == [1, 2]
    assert "in the trash" in report.errors[0].reason
    assert workspace.stats().links_by_type == {"reviewer": 1}


def test_a_kind_that_a_type_does_not_link_is_refused_alone(workspace: Workspace, small_folder) -> None:
    make_type(workspace, "author", profile_kinds=["person"])

    report = import_paths(workspace, [small_folder])

    assert [line for line, _, _ in refusals(report)] == [2]
    assert workspace.stats().links == 2
    assert counts(report) == (6, 0, 0, 1)


def test_a_link_can_name_what_an_earlier_import_brought(workspace: Workspace, small_folder, write: Write) -> None:
    import_paths(workspace, [small_folder])
    path = write("more.ndjson", {"profile_id": "ann", "document_id": "report", "relationship_type": "owner"})

    report = import_paths(workspace, [path], source="small")

    assert counts(report) == (1, 0, 0, 0)


def test_files_of_a_folder_given_one_by_one_are_like_the_folder(workspace: Workspace, small_folder) -> None:
    files = sorted(small_folder.glob("*.ndjson"), reverse=True)

    report = import_paths(workspace, files)

    assert counts(report) == (7, 0, 0, 0)
    assert counts(import_paths(workspace, [small_folder])) == (0, 0, 7, 0)


@pytest.mark.parametrize(
    ("row", "entity"),
    [(ANN, "profile"), (PLAN, "document"), ({"name": "author", "inverse": "author of"}, "type")],
)
def test_a_file_is_recognised_by_its_rows(workspace: Workspace, write: Write, row, entity) -> None:
    path = write("some.ndjson", "", row)

    import_paths(workspace, [path])

    assert len(workspace.page(Query(entity=entity)).rows) == 1


def test_a_file_of_nothing_known_is_refused(workspace: Workspace, write: Write) -> None:
    path = write("some.ndjson", {"colour": "blue"}, "[]")

    with pytest.raises(Invalid, match="no row that looks like a profile"):
        import_paths(workspace, [path])


def test_links_between_documents_are_left_out_and_named(workspace: Workspace, small_folder, write: Write) -> None:
    write("small/document_links.ndjson", {"from_id": "plan", "to_id": "report", "relationship_type": "replaces"})

    report = import_paths(workspace, [small_folder])

    assert report.notes[0].endswith(
        "document_links.ndjson was not imported: links between two documents are not kept yet."
    )
    assert counts(report) == (7, 0, 0, 0)


def test_a_dry_run_reports_and_writes_nothing(workspace: Workspace, small_folder, write: Write, in_tmp) -> None:
    write("small/profiles.ndjson", ANN, BEN, {"id": "nameless"})

    report = import_paths(workspace, [small_folder], dry_run=True)

    assert counts(report) == (7, 0, 0, 1)
    assert workspace.cursor() == 0
    assert report.errors_file is None
    assert list(in_tmp.glob("*errors*")) == []


def test_a_strict_import_takes_all_rows_in_one_request(workspace: Workspace, small_folder) -> None:
    report = import_paths(workspace, [small_folder], strict=True)

    assert counts(report) == (7, 0, 0, 0)
    (first, *_) = workspace.changes(limit=1)
    assert first.size == 9  # the rows, and two relationship types
    workspace.undo()
    assert workspace.stats().profiles == 0


def test_a_strict_import_with_a_bad_row_changes_nothing(workspace: Workspace, small_folder, write: Write) -> None:
    write("small/profiles.ndjson", ANN, {"id": "nameless"}, BEN)

    report = import_paths(workspace, [small_folder], strict=True)

    assert counts(report) == (0, 0, 0, 1)
    assert report.notes[-1] == "Nothing was imported: a strict import takes all rows or none."
    assert workspace.cursor() == 0


def test_a_strict_import_that_the_store_refuses_names_the_row(workspace: Workspace, small_folder) -> None:
    make_type(workspace, "author", profile_kinds=["person"])
    cursor = workspace.cursor()

    report = import_paths(workspace, [small_folder], strict=True)

    assert [line for line, _, _ in refusals(report)] == [2]
    assert counts(report) == (0, 0, 0, 1)
    assert workspace.cursor() == cursor


def test_two_sources_are_two_worlds(workspace: Workspace, write: Write) -> None:
    here, there = write("here/profiles.ndjson", ANN), write("there/profiles.ndjson", ANN)

    import_paths(workspace, [here.parent, there.parent])

    assert workspace.stats().profiles == 2


def test_one_source_has_an_id_once(workspace: Workspace, write: Write) -> None:
    here, there = write("here.ndjson", ANN), write("there.ndjson", ANN | {"name": "Another"})

    report = import_paths(workspace, [here, there], source="crm")

    assert refusals(report) == [(1, "id", f'"ann" is line 1 of {here} already')]


def test_many_rows_go_in_batch_by_batch(workspace: Workspace, write: Write, monkeypatch) -> None:
    monkeypatch.setattr("core.exchange.rows.BATCH_ROWS", 10)
    path = write("people.ndjson", *({"id": str(n), "name": f"Person {n}"} for n in range(35)))

    import_paths(workspace, [path])

    assert workspace.stats().profiles == 35
    assert len({change.request for change in workspace.changes()}) == 4


def test_long_texts_make_short_batches(workspace: Workspace, write: Write, monkeypatch) -> None:
    monkeypatch.setattr("core.exchange.rows.BATCH_CHARACTERS", 100)
    path = write("texts.ndjson", *({"id": str(n), "title": "T", "text": "x" * 60} for n in range(4)))

    import_paths(workspace, [path])

    assert len({change.request for change in workspace.changes()}) == 2


def test_progress_ends_at_the_size_of_the_files(workspace: Workspace, small_folder) -> None:
    told: list[tuple[int, int]] = []

    import_paths(workspace, [small_folder], progress=lambda done, total: told.append((done, total)))

    size = sum(path.stat().st_size for path in small_folder.glob("*.ndjson"))
    assert told[-1] == (size, size)
    assert told == sorted(told)


def test_a_path_that_is_not_there(workspace: Workspace, in_tmp) -> None:
    with pytest.raises(NotFound, match=r"there is no file or folder .*nowhere"):
        import_paths(workspace, [in_tmp / "nowhere"])


def test_a_folder_without_any_of_the_files(workspace: Workspace, in_tmp) -> None:
    with pytest.raises(Invalid, match="holds none of the files of an import"):
        import_paths(workspace, [in_tmp])


def test_a_file_of_another_kind(workspace: Workspace, write: Write) -> None:
    with pytest.raises(Invalid, match="none of NDJSON"):
        import_paths(workspace, [write("letter.docx", "x")])


def test_a_bad_path_among_good_ones_stops_before_anything_is_written(workspace: Workspace, small_folder) -> None:
    with pytest.raises(NotFound):
        import_paths(workspace, [small_folder, "nowhere"])

    assert workspace.cursor() == 0


def test_a_bad_file_in_a_folder_stops_before_anything_is_written(workspace: Workspace, small_folder) -> None:
    (small_folder / "links.ndjson").write_bytes("{}".encode("utf-16"))

    with pytest.raises(Invalid, match="UTF-16"):
        import_paths(workspace, [small_folder])

    assert workspace.cursor() == 0
