"""kill -9 while a rule settles a thousand conflicts: all of them are settled afterwards, or none."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from core.values import Actor, Query, Ref
from core.workspace import open_workspace
from core.write_values import Create, Edit
from tests.core.soundness import assert_sound

CONFLICTS = 1_000
MOMENTS = 8
SETTLER = """
import sys
from core.rules import Rule
from core.values import Actor
from core.workspace import open_workspace

workspace = open_workspace(sys.argv[1], Actor("settler"))
print("ready", flush=True)
workspace.settle(Rule(prefer="mine"))
print("done", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def store(store_path: Path, empty_store: Path) -> Path:
    """A store with a thousand profiles that a source speaks of differently than they were edited."""
    store_path.write_bytes(empty_store.read_bytes())
    workspace = open_workspace(str(store_path), Actor("tester"))
    made = [Create("profile", {"name": f"P{n}", "notes": "base"}, ("crm", str(n)), source="crm") for n in range(1_000)]
    refs = workspace.write(made).refs
    workspace.write([Edit(ref, {"notes": "theirs"}) for ref in refs])
    workspace.write([Edit(ref, {"notes": "mine"}, source="crm") for ref in refs])
    workspace.close()
    return store_path


@contextmanager
def settler(store: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that settles them; it is killed when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", SETTLER, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def open_after_the_plug_was_pulled(store: Path) -> int:
    """How many conflicts are open; records, conflicts and log agree about it."""
    workspace = open_workspace(str(store), Actor("tester"))
    still_open = workspace.stats().conflicts
    assert len(workspace.page(Query(entity="conflict", sort="created"), limit=2 * CONFLICTS).rows) == still_open
    rows = workspace.page(Query(entity="profile"), limit=2 * CONFLICTS).rows
    notes = {workspace.get(Ref("profile", row.id)).fields["notes"] for row in rows}
    assert notes == ({"theirs"} if still_open else {"mine"})
    workspace.close()
    assert_sound(store)
    return still_open


def test_killed_after_the_commit(store: Path) -> None:
    with settler(store) as process:
        assert process.stdout
        assert process.stdout.readline() == "done\n"
    assert open_after_the_plug_was_pulled(store) == 0


def test_killed_while_it_commits(store: Path) -> None:
    wal = store.with_name(f"{store.name}-wal")
    with settler(store) as process:
        size = wal.stat().st_size if wal.exists() else 0
        while process.poll() is None and (wal.stat().st_size if wal.exists() else 0) <= size:
            pass
    assert open_after_the_plug_was_pulled(store) in (0, CONFLICTS)


def test_killed_at_random_moments(store: Path) -> None:
    # given how long it takes here
    whole = store.with_name("whole.db")
    whole.write_bytes(store.read_bytes())
    with settler(whole) as process:
        started = time.monotonic()
        assert process.stdout
        process.stdout.readline()
        duration = time.monotonic() - started
    # when it is killed sometime within
    outcomes = []
    for moment in range(MOMENTS):
        copy = store.with_name(f"{moment}.db")
        copy.write_bytes(store.read_bytes())
        with settler(copy) as process, suppress(subprocess.TimeoutExpired):
            process.wait(random.uniform(0, duration))
        outcomes.append(open_after_the_plug_was_pulled(copy))
    # then each time it is all or none
    assert set(outcomes) <= {0, CONFLICTS}
