"""A store that cannot be opened or written: a sentence, an exit code, and nothing changed."""

import ctypes
import json
import os
import resource
import sqlite3
from pathlib import Path

import pytest

from core.errors import Unavailable


def refused(outcome, code: int, *reasons: str) -> None:
    assert outcome.code == code, outcome
    assert outcome.err.startswith("rolodoc: ")
    assert len(outcome.err.splitlines()) == 1
    assert outcome.out == ""
    for reason in reasons:
        assert reason in outcome.err


def test_a_folder(run, tmp_path):
    refused(run("stats", "--db", tmp_path), 4, str(tmp_path), "folder")


def test_a_folder_that_is_not_there(run, tmp_path):
    refused(run("stats", "--db", tmp_path / "no" / "store.db"), 3, str(tmp_path / "no"))


def test_a_file_below_a_file(run, tmp_path):
    (tmp_path / "file").write_text("")

    refused(run("stats", "--db", tmp_path / "file" / "store.db"), 3)


def test_a_file_of_another_kind_is_left_as_it_is(run, tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear Ada, " * 1000)

    refused(run("stats", "--db", path), 9, str(path), "not a rolodoc store")
    assert path.read_text() == "Dear Ada, " * 1000


def test_a_database_of_another_program_is_left_as_it_is(run, tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE cookies (name TEXT)")
    database.close()
    before = path.read_bytes()

    refused(run("stats", "--db", path), 9, str(path))
    assert path.read_bytes() == before


@pytest.mark.usefixtures("library")
def test_a_newer_schema_is_left_as_it_is(run, store_path):
    with sqlite3.connect(store_path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()

    refused(run("profile", "list"), 9, "newer")


@pytest.mark.usefixtures("library")
def test_a_corrupt_file(run, store_path):
    size = store_path.stat().st_size
    with store_path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 8192))

    outcome = run("profile", "list")

    refused(outcome, 8, str(store_path))


@pytest.mark.usefixtures("library")
def test_a_truncated_file(run, store_path):
    os.truncate(store_path, store_path.stat().st_size // 2)

    outcome = run("document", "new", "--set", "title=x")

    refused(outcome, 8)


def test_a_device(run):
    outcome = run("stats", "--db", "/dev/null")

    assert outcome.code in (4, 7, 9)
    assert len(outcome.err.splitlines()) == 1


def test_a_path_that_is_not_text(launch, tmp_path):
    process = launch("stats", "--json", "--db", os.fsencode(tmp_path) + b"/\xff.db")
    out, err = process.communicate(timeout=30)

    assert process.returncode == 0, err
    assert json.loads(out)["profiles"] == 0
    assert (os.fsencode(tmp_path) + b"/\xff.db") in [entry.path for entry in os.scandir(os.fsencode(tmp_path))]


@pytest.mark.parametrize("name", ["with blank.db", "what?.db", "a#b.db", "100%.db", "semi;colon.db", "ünïcode.db"])
def test_any_file_name_will_do(run, tmp_path, name):
    assert run("stats", "--db", tmp_path / name).code == 0
    assert (tmp_path / name).exists()


def without_the_rights_of_root() -> None:
    """The permissions of files hold for this process too, whoever runs the tests."""
    prctl, drop_capability = ctypes.CDLL(None).prctl, 24
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        prctl(drop_capability, capability, 0, 0, 0)


@pytest.fixture
def read_only(store_path: Path):
    """Makes the store and its folder read-only for the time of the test."""
    store_path.chmod(0o444)
    store_path.parent.chmod(0o555)
    yield
    store_path.parent.chmod(0o755)


@pytest.mark.usefixtures("library", "read_only")
def test_a_read_only_store_is_read_and_not_written(launch, store_path):
    # when
    reading = launch("profile", "list", preexec_fn=without_the_rights_of_root)
    writing = launch("profile", "edit", "p-1", "--set", "notes=x", preexec_fn=without_the_rights_of_root)

    # then
    out, err = reading.communicate(timeout=30)
    assert (reading.returncode, err) == (0, "")
    assert out.startswith("Ada Lovelace")
    _, err = writing.communicate(timeout=30)
    assert writing.returncode == Unavailable.exit_code
    assert err.startswith(f"rolodoc: {store_path} is read-only")


@pytest.mark.usefixtures("library")
def test_a_store_that_may_not_be_read(launch, store_path):
    store_path.chmod(0)

    process = launch("profile", "list", preexec_fn=without_the_rights_of_root)

    _, err = process.communicate(timeout=30)
    assert process.returncode == Unavailable.exit_code
    assert "no permission" in err
    assert len(err.splitlines()) == 1


@pytest.mark.usefixtures("library")
def test_a_disk_that_takes_no_more_changes_nothing(run, launch, store_path):
    # given
    size = 100_000  # bytes, less than the write-ahead log would need

    def take_no_more() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    # when
    process = launch("profile", "edit", "p-1", "--set", f"notes={'x' * 120_000}", preexec_fn=take_no_more)
    _, err = process.communicate(timeout=30)

    # then
    assert process.returncode == Unavailable.exit_code
    assert str(store_path) in err
    assert "nothing was written" in err
    assert run("profile", "show", "p-1", "--json").object["revision"] == 1
