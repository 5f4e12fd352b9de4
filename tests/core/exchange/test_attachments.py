"""Files of documents: stored once, checked against their rows, and never from outside the folder."""

from __future__ import annotations

import hashlib

import pytest

from core.exchange import import_paths
from core.workspace import Workspace
from tests.core.exchange.conftest import PLAN, Write
from tests.core.exchange.reading import counts, found, refusals

SKETCH = b"<svg/>"


def contents(workspace: Workspace) -> list[str]:
    return [entry["name"] for entry in found(workspace, "plan").fields["contents"]]


def test_a_file_becomes_the_content_of_its_document(workspace: Workspace, small_folder) -> None:
    import_paths(workspace, [small_folder])

    (entry,) = found(workspace, "plan").fields["contents"]
    assert (entry["name"], entry["media_type"], entry["bytes"]) == ("sketch.svg", "image/svg+xml", 6)
    with workspace.open_content(entry["sha256"]) as file:
        assert file.read() == SKETCH
    assert len(workspace.changes(ref=workspace.resolve("plan"))) == 1


def test_a_file_can_come_after_its_document(workspace: Workspace, small_folder) -> None:
    listed = small_folder / "attachments.ndjson"
    listed.rename(small_folder.parent / "later.ndjson")
    import_paths(workspace, [small_folder])
    (small_folder.parent / "later.ndjson").rename(listed)

    report = import_paths(workspace, [listed])

    assert counts(report) == (0, 1, 0, 0)
    assert contents(workspace) == ["sketch.svg"]
    assert counts(import_paths(workspace, [listed])) == (0, 0, 1, 0)


def test_a_row_may_say_no_more_than_the_path(workspace: Workspace, small_folder, write: Write) -> None:
    write("small/attachments.ndjson", {"document_id": "plan", "path": "files/sketch.svg"})

    import_paths(workspace, [small_folder])

    (entry,) = found(workspace, "plan").fields["contents"]
    assert entry["sha256"] == hashlib.sha256(SKETCH).hexdigest()
    assert entry["media_type"] == "application/octet-stream"


BAD_FILES = [
    ({"sha256": "0" * 64}, "sha256", "is not the file that the row describes"),
    ({"bytes": 7}, "bytes", "has 6 bytes, not 7"),
    ({"bytes": "six"}, "bytes", "must be a whole number"),
    ({"sha256": 6}, "sha256", "must be text"),
    ({"path": "files/missing.svg"}, "path", "there is no file"),
    ({"path": "files"}, "path", "there is no file"),
    ({"path": ""}, "path", "must name a file in the folder"),
    ({"path": "/outside"}, "path", "must name a file in the folder"),
    ({"path": "../../secret"}, "path", "must name a file in the folder"),
    ({"path": "files/way_out"}, "path", "leads out of the folder"),
    ({"document_id": "nothing"}, "document_id", 'there is no document "nothing"'),
    ({"document_id": None}, "document_id", "must not be empty"),
]


@pytest.mark.parametrize(("wrong", "field", "reason"), BAD_FILES)
def test_a_bad_file_is_refused_and_the_others_go_in(
    workspace: Workspace, small_folder, write: Write, wrong, field: str, reason: str
) -> None:
    (small_folder / "files" / "way_out").symlink_to(write("outside", b"secret"))
    write("small/files/other.txt", b"other")
    good = {"document_id": "plan", "path": "files/other.txt"}
    write("small/attachments.ndjson", {"document_id": "plan", "path": "files/sketch.svg"} | wrong, good)

    report = import_paths(workspace, [small_folder])

    ((line, found_field, found_reason),) = refusals(report)
    assert (line, found_field) == (1, field)
    assert reason in found_reason
    assert contents(workspace) == ["other.txt"]
    assert workspace.stats().documents == 2


def test_a_document_keeps_its_files_when_a_new_one_is_bad(workspace: Workspace, small_folder) -> None:
    import_paths(workspace, [small_folder])
    (small_folder / "files" / "sketch.svg").write_bytes(b"changed")

    report = import_paths(workspace, [small_folder])

    assert len(report.errors) == 1
    assert contents(workspace) == ["sketch.svg"]


def test_a_strict_import_with_a_bad_file_stores_nothing(workspace: Workspace, small_folder, write: Write) -> None:
    write(
        "small/attachments.ndjson",
        {"document_id": "plan", "path": "files/sketch.svg"},
        {"document_id": "plan", "path": "files/missing.svg"},
    )

    import_paths(workspace, [small_folder], strict=True)

    assert workspace.cursor() == 0
    assert not list(small_folder.parent.parent.glob("store.db-blobs/*"))


def test_a_profile_of_the_same_id_gets_no_files(workspace: Workspace, small_folder, write: Write) -> None:
    write("small/profiles.ndjson", {"id": "plan", "name": "Plan B"})
    write("small/documents.ndjson", PLAN)
    write("small/links.ndjson")

    report = import_paths(workspace, [small_folder])

    assert counts(report) == (2, 0, 0, 0)
