"""What can be opened as a store, and what is refused and left as it is."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import PIPE, Popen
from sys import executable

import pytest

from core.errors import Corrupt, Incompatible, Invalid, NotFound, RolodocError, Unavailable
from core.store import SCHEMA
from core.values import Actor, Query, Ref
from core.workspace import Workspace, open_workspace
from core.write_values import Create
from tests.core.making import make_profile


def open_at(path: Path | str, *, create: bool = True) -> Workspace:
    return open_workspace(str(path), Actor("tester"), create=create)


@pytest.fixture
def filled_store(empty_store: Path, tmp_path: Path) -> Path:
    """A store of a few hundred profiles in one file."""
    path = Path(shutil.copyfile(empty_store, tmp_path / "store.db"))
    workspace = open_at(path)
    workspace.write([Create("profile", {"name": f"P{n}", "notes": "word " * 200}) for n in range(300)])
    workspace.close()
    return path


def test_a_new_store_is_made_where_there_is_none(tmp_path: Path) -> None:
    workspace = open_at(tmp_path / "new.db")
    make_profile(workspace)
    workspace.close()

    assert open_at(tmp_path / "new.db").stats().profiles == 1


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()

    assert open_at(tmp_path / "empty.db").stats().profiles == 0


@pytest.mark.parametrize("name", ["a b.db", "a?b#c%20d.db", "ü漢字.db", "caf\udce9.db", "'quoted\".db", "-wal"])
def test_odd_file_names(empty_store: Path, tmp_path: Path, name: str) -> None:
    shutil.copyfile(empty_store, tmp_path / name)
    workspace = open_at(tmp_path / name)
    make_profile(workspace)
    workspace.close()

    assert sorted(os.listdir(tmp_path)) == [name, f"{name}-audit-key"]
    assert open_at(tmp_path / name).stats().profiles == 1


def foreign_database(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE bookmark(url)")
    db.close()


def newer_store(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE alembic_version(version_num)")
        db.execute("INSERT INTO alembic_version VALUES ('9999')")
        db.execute("PRAGMA application_id = 0x726F6C6F")
    db.close()


REFUSED: dict[str, tuple[Callable[[Path], object], type[RolodocError], str]] = {
    "text": (lambda path: path.write_text("dear diary\n" * 500), Incompatible, "is not a rolodoc store; it was left"),
    "short text": (lambda path: path.write_text("hi"), Incompatible, "is not a rolodoc store"),
    "zeros": (lambda path: path.write_bytes(bytes(10_000)), Incompatible, "is not a rolodoc store"),
    "another program's": (foreign_database, Incompatible, "belongs to another program; it was left as it is"),
    "newer": (newer_store, Incompatible, f"has schema 9999, this program knows {SCHEMA}; use a newer rolodoc"),
    "a beginning alone": (lambda path: path.write_bytes(b"SQLite format 3\0"), Corrupt, "is damaged"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(tmp_path: Path, case: str) -> None:
    make, error, sentence = REFUSED[case]
    path = tmp_path / "file.db"
    make(path)
    before = path.read_bytes()

    for create in (True, False):
        with pytest.raises(error, match=sentence) as refused:
            open_at(path, create=create)
        assert "file.db" in str(refused.value)

    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["file.db"]


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is a folder; name the file of a store in it"):
        open_at(tmp_path)


def test_a_device_is_no_store() -> None:
    with pytest.raises(Invalid, match="is no ordinary file"):
        open_at("/dev/null")


def test_a_store_that_is_not_there_and_not_to_be_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"there is no store at .*none.db"):
        open_at(tmp_path / "none.db", create=False)

    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["no/such/folder/s.db", "file.txt/s.db"])
def test_no_folder_to_make_a_store_in(tmp_path: Path, name: str) -> None:
    (tmp_path / "file.txt").write_text("x")

    with pytest.raises(NotFound, match=r"there is no folder .* to make the store in"):
        open_at(tmp_path / name)


@pytest.mark.parametrize("name", ["x" * 300, "loop"])
def test_a_name_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    os.symlink("loop", tmp_path / "loop")

    with pytest.raises(Unavailable, match=r"cannot be (used|opened)"):
        open_at(tmp_path / name)


@pytest.mark.parametrize("left", [100, 512, 4096, 5000, 40_000])
def test_a_store_cut_short_is_damaged(filled_store: Path, left: int) -> None:
    os.truncate(filled_store, left)

    with pytest.raises(Corrupt, match=r"store.db is damaged"):
        read_everything(open_at(filled_store))


def test_bytes_flipped_in_the_middle_are_noticed_or_harmless(filled_store: Path) -> None:
    whole, draw, outcomes = filled_store.read_bytes(), random.Random(4), set[str]()
    for _ in range(40):
        start = draw.randrange(100, len(whole) - 4096)
        damaged = bytearray(whole)
        damaged[start : start + 4096] = bytes(byte ^ 0xFF for byte in damaged[start : start + 4096])
        filled_store.write_bytes(damaged)
        workspace = None
        try:
            workspace = open_at(filled_store)
            read_everything(workspace)
        except (Corrupt, Incompatible) as error:
            outcomes.add(str(error))
        finally:
            if workspace:
                workspace.close()

    assert outcomes
    assert all("store.db" in sentence for sentence in outcomes)


def read_everything(workspace: Workspace) -> None:
    for row in workspace.page(Query(entity="profile"), limit=10_000).rows:
        workspace.get(Ref("profile", row.id))
    workspace.search("word")
    workspace.changes(limit=10_000)
    workspace.stats()


def test_a_closed_workspace_says_so(workspace: Workspace) -> None:
    workspace.close()
    workspace.close()

    for ask in (workspace.stats, workspace.undo, workspace.types):
        with pytest.raises(Unavailable, match="the store is closed"):
            ask()


def test_threads_may_share_a_workspace(workspace: Workspace) -> None:
    def work(thread: int) -> None:
        for n in range(20):
            ref = make_profile(workspace, f"T{thread} {n}")
            assert workspace.get(ref).title == f"T{thread} {n}"
            assert workspace.count(Query(entity="profile")).value > n

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(work, range(8)))

    assert workspace.stats().profiles == 160
    assert [change.seq for change in workspace.changes(after=0)] == list(range(1, 161))


def test_processes_that_make_the_same_store_at_once(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    program = (
        "import sys; from core.workspace import open_workspace\n"
        "from core.values import Actor; from core.write_values import Create\n"
        "workspace = open_workspace(sys.argv[1], Actor('x'))\n"
        "workspace.write([Create('profile', {'name': 'Ada'})]); workspace.close()"
    )
    started = [Popen([executable, "-c", program, str(path)], stderr=PIPE, text=True) for _ in range(4)]

    assert [process.communicate()[1] for process in started] == [""] * 4
    assert open_at(path).stats().profiles == 4
