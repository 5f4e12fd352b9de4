"""An exported folder: whole, lossless, and never on top of something else."""

from __future__ import annotations

import io
import json
import stat

import pytest

from core.errors import Corrupt, Exists, Invalid, NotFound, Unavailable
from core.exchange import ExportReport, export_folder, import_paths
from core.values import Query, Ref
from core.workspace import Workspace
from tests.core.exchange.reading import counts, everything, found
from tests.core.making import delete, edit, make_document, make_link, make_profile, make_type


@pytest.fixture
def filled(workspace: Workspace, small_folder) -> Workspace:
    """What an import brought and what was made by hand, every field of everything in use."""
    import_paths(workspace, [small_folder])
    make_type(workspace, "owner", inverse="owns", profile_kinds=["person", "group"])
    person = make_profile(
        workspace,
        "Zoë 山田",
        kind="group",
        aliases=["Z.", "Zoë; the = first"],
        emails=[{"label": "work", "value": "z@x.example"}, {"label": "", "value": "zoe@y.example"}],
        phones=[{"label": "Büro, 2. Stock", "value": "+49 30 23125 000"}],
        attributes={"nested": {"list": [1, 1.5, True, None, "x"]}},
        notes="One\n\ttwo\n",
        created="1969-07-20T20:17:40.5",
    )
    sha256, size = workspace.store_content(io.BytesIO(b"scan"))
    scan = {"name": "scan.pdf", "media_type": "application/pdf", "bytes": size, "sha256": sha256}
    document = make_document(
        workspace,
        "A title, with \u200b things",
        description="Described",
        category="Letter",
        tags=["x", "y z"],
        media_type="text/plain",
        attributes={"n": 2**63 - 1},
        text="Long\n" * 1000,
        contents=[scan, scan | {"name": "again.pdf"}],
    )
    make_link(
        workspace,
        document,
        person,
        "owner",
        position=0,
        valid_from="2020-01-01",
        valid_until="2021-01-01T12:00",
        note="Noted",
        reference_type="attachment",
        title="Referred",
        description="To",
        category="c",
        tags=["t"],
        collection="Papers",
        attributes={"position": "first"},
    )
    make_link(workspace, document, workspace.resolve("ann"), "owner", attributes={"position": 7})
    return workspace


def test_a_new_store_gets_the_same_records(filled: Workspace, other: Workspace, in_tmp) -> None:
    report = export_folder(filled, in_tmp / "all")

    assert report == ExportReport(profiles=3, documents=3, links=5, attachments=3)
    imported = import_paths(other, [in_tmp / "all"])
    assert imported.errors == []
    assert everything(other) == everything(filled)


def test_its_contents_come_along(filled: Workspace, other: Workspace, in_tmp) -> None:
    export_folder(filled, in_tmp / "all")
    import_paths(other, [in_tmp / "all"])

    for entry in other.get(other.resolve("A title, with \u200b things")).fields["contents"]:
        with other.open_content(entry["sha256"]) as file:
            assert file.read() == b"scan"


@pytest.mark.parametrize("strict", [False, True])
def test_import_into_the_same_store_changes_nothing(filled: Workspace, in_tmp, strict: bool) -> None:
    export_folder(filled, in_tmp / "all")
    cursor = filled.cursor()

    report = import_paths(filled, [in_tmp / "all"], strict=strict)

    assert counts(report) == (0, 0, 14, 0)
    assert filled.cursor() == cursor


def test_a_strict_import_into_a_new_store_gives_the_same(filled: Workspace, other: Workspace, in_tmp) -> None:
    export_folder(filled, in_tmp / "all")

    import_paths(other, [in_tmp / "all"], strict=True)

    assert everything(other) == everything(filled)


def test_an_export_that_nobody_changed_leaves_what_was_edited_here_since(filled: Workspace, in_tmp) -> None:
    export_folder(filled, in_tmp / "all")
    edit(filled, filled.resolve("Zoë 山田"), notes="Changed", phones=[], attributes={})
    edit(filled, filled.resolve("plan"), contents=[], title="Changed")
    for row in filled.page(Query(entity="link")).rows:
        edit(filled, Ref("link", row.id), position=9)
    before, cursor = everything(filled), filled.cursor()

    report = import_paths(filled, [in_tmp / "all"])

    assert (report.errors, report.conflicts) == ([], 0)
    assert (everything(filled), filled.cursor()) == (before, cursor)


def test_what_was_changed_in_an_export_goes_in_and_meets_what_was_edited_here(filled: Workspace, in_tmp) -> None:
    export_folder(filled, in_tmp / "all")
    edit(filled, filled.resolve("plan"), title="Plan of here", category="Here")
    edit(filled, filled.resolve("report"), attributes={"pages": 13})
    documents = in_tmp / "all" / "documents.ndjson"
    text = documents.read_text()
    documents.write_text(text.replace('"Plan"', '"Plan of there"').replace('"a"', '"c"').replace("Report", "Account"))

    report = import_paths(filled, [in_tmp / "all"])

    assert report.conflicts == 1
    (row,) = filled.page(Query(entity="conflict")).rows
    assert (row.title, sorted(row.fields)) == ("Plan of here", ["category", "title"])
    plan = found(filled, "plan").fields
    assert (plan["title"], set(plan["tags"])) == ("Plan of here", {"b", "c"})
    report_fields = found(filled, "report").fields
    assert (report_fields["title"], report_fields["attributes"]) == ("Account", {"pages": 13})
    cursor = filled.cursor()
    assert import_paths(filled, [in_tmp / "all"]).conflicts == 0
    assert filled.cursor() == cursor


def test_an_export_of_another_store_meets_what_is_here_without_a_base(
    filled: Workspace, other: Workspace, in_tmp
) -> None:
    export_folder(filled, in_tmp / "all")
    import_paths(other, [in_tmp / "all"], source="first")
    edit(other, other.resolve("plan"), title="Plan of here")

    report = import_paths(other, [in_tmp / "all"], source="second")

    assert report.conflicts == 1
    assert found(other, "plan").fields["title"] == "Plan of here"


def test_records_known_by_their_external_ids_are_not_made_twice(
    filled: Workspace, other: Workspace, small_folder, in_tmp
) -> None:
    import_paths(other, [small_folder])
    export_folder(filled, in_tmp / "all")

    report = import_paths(other, [in_tmp / "all"])

    assert report.errors == []
    assert other.stats().profiles == 3
    assert other.stats().links == 5


def test_the_trash_stays_behind(filled: Workspace, in_tmp) -> None:
    delete(filled, filled.resolve("ann"))

    report = export_folder(filled, in_tmp / "all")

    assert (report.profiles, report.links) == (2, 3)
    assert "Ann Keller" not in (in_tmp / "all" / "profiles.ndjson").read_text()


def test_an_earlier_export_is_replaced(filled: Workspace, in_tmp) -> None:
    export_folder(filled, in_tmp / "all")
    delete(filled, filled.resolve("plan"))

    export_folder(filled, in_tmp / "all")

    titles = [json.loads(line)["title"] for line in (in_tmp / "all" / "documents.ndjson").read_text().splitlines()]
    assert "Plan" not in titles
    assert sorted(path.name for path in in_tmp.iterdir()) == ["all", "small"]


def test_an_empty_folder_is_filled(filled: Workspace, in_tmp) -> None:
    (in_tmp / "all").mkdir()

    export_folder(filled, in_tmp / "all")

    assert (in_tmp / "all" / "rolodoc-export.json").exists()


def test_an_empty_store_gives_an_export_that_brings_nothing(workspace: Workspace, other: Workspace, in_tmp) -> None:
    export_folder(workspace, in_tmp / "all")

    assert counts(import_paths(other, [in_tmp / "all"])) == (0, 0, 0, 0)


def test_a_folder_with_anything_else_is_refused(filled: Workspace, in_tmp) -> None:
    with pytest.raises(Exists, match="holds other files than an export does"):
        export_folder(filled, in_tmp / "small")

    export_folder(filled, in_tmp / "all")
    (in_tmp / "all" / "mine.txt").write_text("mine")
    with pytest.raises(Exists):
        export_folder(filled, in_tmp / "all")
    assert (in_tmp / "all" / "mine.txt").read_text() == "mine"


def test_a_file_in_its_place_is_refused(filled: Workspace, in_tmp) -> None:
    (in_tmp / "all").write_text("a file")

    with pytest.raises(Invalid, match="is a file; name a folder"):
        export_folder(filled, in_tmp / "all")


def test_a_folder_without_a_parent_is_refused(filled: Workspace, in_tmp) -> None:
    with pytest.raises(NotFound, match="there is no folder"):
        export_folder(filled, in_tmp / "no" / "where")


def test_a_folder_that_cannot_be_made_is_refused(filled: Workspace, in_tmp) -> None:
    with pytest.raises(Unavailable, match="cannot be written"):
        export_folder(filled, in_tmp / ("x" * 250))


def test_a_damaged_content_leaves_the_earlier_export_as_it_was(filled: Workspace, in_tmp, store_path) -> None:
    export_folder(filled, in_tmp / "all")
    before = (in_tmp / "all" / "documents.ndjson").read_bytes()
    edit(filled, filled.resolve("plan"), title="Changed")
    (entry,) = filled.get(filled.resolve("Changed")).fields["contents"]
    (damaged,) = store_path.parent.glob(f"store.db-blobs/**/{entry['sha256']}")
    damaged.chmod(damaged.stat().st_mode | stat.S_IWUSR)
    damaged.write_bytes(b"rotten")

    with pytest.raises(Corrupt):
        export_folder(filled, in_tmp / "all")

    assert (in_tmp / "all" / "documents.ndjson").read_bytes() == before
    assert sorted(path.name for path in in_tmp.iterdir()) == ["all", "small"]


def test_progress_ends_at_its_total(filled: Workspace, in_tmp) -> None:
    told: list[tuple[int, int]] = []

    export_folder(filled, in_tmp / "all", progress=lambda done, total: told.append((done, total)))

    assert told[-1] == (14, 14)
