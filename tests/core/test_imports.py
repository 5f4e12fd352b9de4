"""What importing the core costs: no terminal, no server, no ORM."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from core.values import Actor
from core.workspace import Workspace, open_workspace

HEAVY = {"textual", "tui", "rich", "fastapi", "sqlmodel", "sqlalchemy", "alembic", "typer", "pydantic", "vobject"}


def imported_by(program: str, *arguments: str) -> set[str]:
    """The packages that a fresh interpreter has loaded after the program."""
    command = f"import sys\n{program}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", command, *arguments], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    ["core", "core.workspace", "core.local", "core.values", "core.fields", "core.errors", "core.drafts", "core.store"],
)
def test_importing_the_core_loads_nothing_heavy(module: str) -> None:
    assert imported_by(f"import {module}") & HEAVY == set()


def test_opening_and_using_a_store_loads_nothing_heavy(workspace: Workspace, store_path: Path) -> None:
    program = """
from core.values import Actor
from core.write_values import Create
from core.workspace import open_workspace
workspace = open_workspace(sys.argv[1], Actor("x"))
workspace.write([Create("profile", {"name": "Ada"})])
workspace.search("ada")
workspace.undo()
workspace.close()
"""
    loaded = imported_by(program, str(store_path))

    assert len(workspace.changes()) == 2
    assert loaded & HEAVY == set()
    assert "sqlcipher3" in loaded


def test_migrations_alone_load_the_models(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    program = "from core.store import Store; Store(sys.argv[1]).close()"

    assert {"alembic", "sqlmodel"} <= imported_by(program, str(path))
    assert imported_by(program, str(path)) & HEAVY == set()
    assert open_workspace(str(path), Actor("x")).cursor() == 0
