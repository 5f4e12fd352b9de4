"""A disk without room: nothing half done, nothing lost, and it goes on when there is room again."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Unavailable
from core.values import Actor
from core.workspace import Workspace, open_workspace
from core.write_values import Create, Edit
from tests.core.making import delete, fields_of, make_document, make_profile, make_type, new_link
from tests.core.small_disk import SIZE, fill, limited_files, small_disk

FULL = "the disk that holds .* is full; nothing was written: make room and try again|nothing was written"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "disk").mkdir()
    with small_disk(tmp_path / "disk") as folder:
        yield folder


@pytest.fixture
def workspace(disk: Path, empty_store: Path) -> Iterator[Workspace]:
    shutil.copyfile(empty_store, disk / "store.db")
    opened = open_workspace(str(disk / "store.db"), Actor("tester"))
    yield opened
    opened.close()


def test_a_bulk_that_finds_no_room_writes_nothing(workspace: Workspace) -> None:
    make_type(workspace)
    people = workspace.write([Create("profile", {"name": f"P{n}"}) for n in range(500)]).refs
    papers = workspace.write([Create("document", {"title": f"D{n}"}) for n in range(20)]).refs
    links = [new_link(paper, person, note="n" * 900) for paper in papers for person in people]
    before = workspace.stats(), workspace.cursor()

    with pytest.raises(Unavailable, match=FULL):
        workspace.write(links)

    after = workspace.stats()
    assert (after.links, after.changes) == (before[0].links, before[1])
    assert workspace.write(links[:50]).changes == 50


def test_an_edit_that_finds_no_room_changes_nothing(workspace: Workspace, disk: Path) -> None:
    ref = make_document(workspace, text="the first text")
    filler = fill(disk)
    written = ["the first text"]

    def write_on() -> None:
        for number in range(40):
            text = f"{number} " + "x" * 500_000
            workspace.write([Edit(ref, {"text": text})])
            written.append(text)

    with pytest.raises(Unavailable, match=FULL):
        write_on()

    assert fields_of(workspace, ref)["text"] == written[-1]
    assert workspace.cursor() == len(written)
    filler.unlink()
    delete(workspace, ref)
    assert workspace.get(ref).deleted_at is not None


def test_what_was_written_before_the_disk_was_full_is_there_after_reopening(workspace: Workspace, disk: Path) -> None:
    ref = make_profile(workspace, "Ada")
    fill(disk)
    with pytest.raises(Unavailable):
        workspace.write([Create("profile", {"name": "Eve", "notes": "x" * 9_000_000}) for _ in range(4)])
    workspace.close()

    again = open_workspace(str(disk / "store.db"), Actor("tester"))
    assert again.get(ref).title == "Ada"
    assert again.stats().profiles == 1
    again.close()


def test_a_content_that_finds_no_room_leaves_nothing_behind(workspace: Workspace, disk: Path) -> None:
    with pytest.raises(Unavailable, match=FULL + "|cannot be used"):
        workspace.store_content(io.BytesIO(bytes(SIZE + 1)))

    assert [path for path in (disk / "store.db-blobs").rglob("*") if path.is_file()] == []
    assert workspace.store_content(io.BytesIO(b"small"))[1] == 5


def test_no_room_for_a_new_store(disk: Path) -> None:
    fill(disk)

    with limited_files(0), pytest.raises(Unavailable, match=FULL):
        open_workspace(str(disk / "new.db"), Actor("tester"))


def test_a_limit_on_files_is_as_a_full_disk(tmp_path: Path, empty_store: Path) -> None:
    path = Path(shutil.copyfile(empty_store, tmp_path / "store.db"))
    workspace = open_workspace(str(path), Actor("tester"))

    with limited_files(path.stat().st_size + 1_000_000), pytest.raises(Unavailable, match="nothing was written"):
        workspace.write([Create("profile", {"name": "Eve", "notes": "x" * 9_000_000})])

    assert workspace.stats().profiles == 0
    make_profile(workspace)
    assert workspace.stats().profiles == 1
    workspace.close()
