"""Changes made by another process reach a follower."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Unavailable
from core.workspace import Workspace
from tests.core.following import following

WRITER = """
import sys
from core.values import Actor
from core.write_values import Create
from core.workspace import open_workspace

workspace = open_workspace(sys.argv[1], Actor("elsewhere"))
for line in sys.stdin:
    workspace.write([Create("profile", {"name": line.strip()})])
workspace.close()
"""


@pytest.fixture
def elsewhere(workspace: Workspace, store_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process on the same store, which makes a profile of each line that it is sent."""
    assert workspace.stats().path == str(store_path)
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(store_path)], stdin=subprocess.PIPE, text=True)
    yield process
    process.communicate()


def test_a_commit_of_another_process_arrives(workspace: Workspace, elsewhere: subprocess.Popen[str]) -> None:
    assert elsewhere.stdin
    with following(workspace) as follower:
        for name in ("Ada", "Eve", "Bob"):
            elsewhere.stdin.write(f"{name}\n")
            elsewhere.stdin.flush()
            (change,) = follower.wait_for(1)
            assert (change.type, change.title, change.actor.name) == ("profile.created", name, "elsewhere")
            assert workspace.get(change.ref).title == name


def test_following_a_closed_workspace_ends_with_an_error(workspace: Workspace) -> None:
    workspace.close()

    with pytest.raises(Unavailable, match="the store is closed"), following(workspace) as follower:
        follower.wait_for(1)
