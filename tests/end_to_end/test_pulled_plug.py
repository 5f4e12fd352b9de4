"""kill -9 in the middle of a bulk write: all of it is there afterwards, or none."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from core.values import Actor, Query
from core.workspace import open_workspace
from core.write_values import Create
from tests.core.soundness import assert_sound

LINKS = 10_000
MOMENTS = 6  # random ones
WRITER = """
import sys
from core.values import Actor, Query
from core.write_values import Create
from core.workspace import open_workspace

workspace = open_workspace(sys.argv[1], Actor("writer"))
profiles = workspace.page(Query(entity="profile"), limit=1_000).rows
documents = workspace.page(Query(entity="document"), limit=1_000).rows
links = [
    Create("link", {"document": document.id, "profile": profile.id, "type": "author", "note": "n" * 200})
    for document in documents
    for profile in profiles
]
assert len(links) == 10_000
print("ready", flush=True)
workspace.write(links, progress=lambda done, total: print("written", flush=True))
print("done", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def store(store_path: Path) -> Path:
    """A store of 100 profiles and 100 documents, not linked yet."""
    workspace = open_workspace(str(store_path), Actor("tester"))
    workspace.write(
        [
            Create("type", {"name": "author"}),
            *(Create("profile", {"name": f"P{n}"}) for n in range(100)),
            *(Create("document", {"title": f"D{n}"}) for n in range(100)),
        ]
    )
    workspace.close()
    return store_path


@contextmanager
def writer(store: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that links everything; it is killed when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(process: subprocess.Popen[str], *lines: str) -> None:
    assert process.stdout
    for line in lines:
        assert process.stdout.readline() == f"{line}\n"


def assert_all_or_none(store: Path) -> int:
    workspace = open_workspace(str(store), Actor("tester"))
    links = workspace.stats().links
    assert links in (0, LINKS)
    assert len(workspace.page(Query(entity="link"), limit=2 * LINKS).rows) == links
    assert workspace.cursor() == 201 + links
    # and the store goes on working
    workspace.write([Create("profile", {"name": "After"})])
    workspace.close()
    assert_sound(store)
    return links


def before_the_first_row(process: subprocess.Popen[str], _store: Path) -> None:
    wait_for(process, "ready")


def before_the_commit(process: subprocess.Popen[str], _store: Path) -> None:
    wait_for(process, "ready", "written")


def in_the_middle_of_the_commit(process: subprocess.Popen[str], store: Path) -> None:
    wait_for(process, "ready", "written")
    wal = store.with_name(f"{store.name}-wal")
    size = wal.stat().st_size
    while wal.stat().st_size < size + 1_000_000 and process.poll() is None:
        pass


def after_the_commit(process: subprocess.Popen[str], _store: Path) -> None:
    wait_for(process, "ready", "written", "done")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (before_the_first_row, {0, LINKS}),
        (before_the_commit, {0, LINKS}),
        (in_the_middle_of_the_commit, {0, LINKS}),
        (after_the_commit, {LINKS}),
    ],
)
def test_killed_at_a_known_moment(
    store: Path, moment: Callable[[subprocess.Popen[str], Path], None], expected: set[int]
) -> None:
    with writer(store) as process:
        moment(process, store)

    assert assert_all_or_none(store) in expected


def test_killed_at_random_moments(store: Path) -> None:
    # given how long the write takes here
    whole = store.with_name("whole.db")
    whole.write_bytes(store.read_bytes())
    with writer(whole) as process:
        wait_for(process, "ready")
        started = time.monotonic()
        wait_for(process, "written", "done")
        duration = time.monotonic() - started
    # when it is killed sometime within
    outcomes = []
    for moment in range(MOMENTS):
        copy = store.with_name(f"{moment}.db")
        copy.write_bytes(store.read_bytes())
        with writer(copy) as process:
            wait_for(process, "ready")
            with suppress(subprocess.TimeoutExpired):
                process.wait(random.uniform(0, duration))
        # then nothing is half done
        outcomes.append(assert_all_or_none(copy))
    assert len(outcomes) == MOMENTS
