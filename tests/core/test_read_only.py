"""A store that may be read and not written."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Unavailable
from core.values import Actor, Query, Ref
from core.workspace import Workspace, open_workspace
from core.write_values import Edit
from tests.core.identity import folder_for_all, someone_without_rights
from tests.core.making import make_profile


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_for_all() as folder:
        yield folder


@pytest.fixture
def store(folder: Path, empty_store: Path) -> tuple[Path, Ref]:
    """A closed store with one profile, Ada."""
    path = folder / "store.db"
    shutil.copyfile(empty_store, path)
    workspace = open_as("owner", path)
    ref = make_profile(workspace, "Ada")
    workspace.close()
    return path, ref


def open_as(actor: str, path: Path) -> Workspace:
    return open_workspace(str(path), Actor(actor))


def assert_readable_but_not_writable(workspace: Workspace, ref: Ref) -> None:
    assert workspace.get(ref).title == "Ada"
    assert [hit.row.label for hit in workspace.search("ada")] == ["Ada"]
    assert workspace.count(Query(entity="profile")).value == 1
    assert len(workspace.changes()) == 1
    for write in (
        lambda: workspace.write([Edit(ref, {"name": "Eve"})]),
        lambda: workspace.undo(),
        lambda: workspace.remember("screen", 1),
    ):
        with pytest.raises(Unavailable, match=r"store.db is read-only.*; nothing was written"):
            write()
    assert workspace.get(ref).title == "Ada"
    assert workspace.cursor() == 1


def test_a_read_only_file(store: tuple[Path, Ref], folder: Path) -> None:
    path, ref = store
    path.chmod(0o444)
    folder.chmod(0o777)
    before = path.read_bytes()

    with someone_without_rights():
        workspace = open_as("owner", path)
        assert_readable_but_not_writable(workspace, ref)
        workspace.close()

    assert path.read_bytes() == before


def test_a_file_in_a_read_only_folder(store: tuple[Path, Ref], folder: Path) -> None:
    path, ref = store
    path.chmod(0o444)
    folder.chmod(0o555)

    with someone_without_rights():
        workspace = open_as("owner", path)
        assert_readable_but_not_writable(workspace, ref)
        with pytest.raises(Unavailable, match=r"no permission for .*store.db-blobs"):
            workspace.store_content(io.BytesIO(b"x"))
        workspace.close()

    assert sorted(entry.name for entry in folder.iterdir()) == ["store.db", "store.db-audit-key"]


def test_who_may_only_read_sees_what_the_owner_writes_meanwhile(
    store: tuple[Path, Ref], monkeypatch: pytest.MonkeyPatch
) -> None:
    path, ref = store
    owner = open_as("owner", path)
    owner.write([Edit(ref, {"notes": "open"})])
    path.chmod(0o444)
    monkeypatch.setattr("core.changes.POLL", 0.001)

    with someone_without_rights():
        guest = open_as("guest", path)
        assert guest.get(ref).fields["notes"] == "open"
    owner.write([Edit(ref, {"notes": "edited"})])

    assert guest.get(ref).fields["notes"] == "edited"
    guest.close()
    owner.close()


def test_a_file_that_may_not_even_be_read(store: tuple[Path, Ref]) -> None:
    path, _ = store
    path.chmod(0)

    with someone_without_rights(), pytest.raises(Unavailable, match=r"no permission for .*store.db"):
        open_as("guest", path)


def test_no_new_store_in_a_read_only_folder(folder: Path) -> None:
    folder.chmod(0o555)

    with someone_without_rights(), pytest.raises(Unavailable, match=r"new.db cannot be opened; check the folder"):
        open_as("guest", folder / "new.db")

    assert list(folder.iterdir()) == []


def test_a_folder_that_may_not_be_entered(store: tuple[Path, Ref], folder: Path) -> None:
    folder.chmod(0)

    with someone_without_rights(), pytest.raises(Unavailable, match=r"no permission for .*store.db"):
        open_as("guest", store[0])
