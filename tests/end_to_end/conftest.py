"""A store with people, documents and links, and terminals on it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.workspace import Workspace
from core.write_values import Create
from tests.core.making import make_document, make_profile, make_type, new_link
from tests.end_to_end.terminal import Terminal

Open = Callable[..., Terminal]


@pytest.fixture
def library(workspace: Workspace) -> Workspace:
    """Thirty people and thirty reports; Mira Holm wrote three of them, one with Jonas Berg."""
    for name, inverse in (("author", "author of"), ("reviewer", "reviewer of")):
        make_type(workspace, name, inverse=inverse)
    mira = make_profile(workspace, "Mira Holm", emails=["mira@example.org"])
    jonas = make_profile(workspace, "Jonas Berg")
    others = [Create("profile", {"name": f"Person {number:02}"}) for number in range(28)]
    reports = [Create("document", {"title": f"Report {number:02}"}) for number in range(27)]
    workspace.write([*others, *reports])
    harbour = make_document(workspace, "Harbour survey", text="The quay wall needs work.")
    bridge, tunnel = make_document(workspace, "Bridge plan"), make_document(workspace, "Tunnel costs")
    workspace.write(
        [
            new_link(harbour, mira, "author", position=1),
            new_link(harbour, jonas, "author", position=2),
            new_link(bridge, mira, "author"),
            new_link(tunnel, mira, "reviewer"),
        ]
    )
    return workspace


@pytest.fixture
def open_terminal(surroundings: dict[str, str]) -> Iterator[Open]:
    """Opens a terminal on the test's store; it ends with the test."""
    with ExitStack() as opened:

        def open_terminal(
            *arguments: str | Path, columns: int = 80, lines: int = 24, env: dict[str, str] | None = None
        ) -> Terminal:
            command = [sys.executable, "-m", "core.cli", *arguments]
            terminal = Terminal(command, env=surroundings | (env or {}), columns=columns, lines=lines)
            return opened.enter_context(terminal)

        yield open_terminal
