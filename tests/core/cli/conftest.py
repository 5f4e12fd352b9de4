"""A small library that the command line finds: two people, two documents and who wrote them."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from core.values import Actor, Ref
from core.workspace import open_workspace
from core.write_values import Create


@pytest.fixture(autouse=True)
def made(store_path: Path, empty_store: Path) -> None:
    """The store is there already: to make it takes longer than most commands do."""
    shutil.copyfile(empty_store, store_path)


@pytest.fixture
def library(store_path: Path) -> dict[str, Ref]:
    """Refs by a short name; the store is closed again."""
    workspace = open_workspace(str(store_path), Actor(name="librarian"))
    author = Create("type", {"name": "author", "inverse": "author of"})
    reviewer = Create("type", {"name": "reviewer", "inverse": "reviewer of"})
    ada = Create("profile", {"name": "Ada Lovelace", "kind": "person", "emails": ["ada@example.org"]}, ("crm", "p-1"))
    charles = Create("profile", {"name": "Charles Babbage", "kind": "person"}, ("crm", "p-2"))
    notes = Create(
        "document", {"title": "Notes on the Engine", "category": "essay", "tags": ["maths"], "text": "loops of cards"}
    )
    letter = Create("document", {"title": "Letter to Ada", "category": "letter", "created": "1843-07-02"})
    made = workspace.write([author, reviewer, ada, charles, notes, letter]).refs
    refs = dict(zip(("author", "reviewer", "ada", "charles", "notes", "letter"), made, strict=True))
    for name, document, profile in (("link", "notes", "ada"), ("link2", "letter", "charles")):
        ends = {"document": refs[document].id, "profile": refs[profile].id, "type": "author"}
        refs[name] = workspace.write([Create("link", ends)]).refs[0]
    workspace.close()
    return refs


@pytest.fixture
def editor(tmp_path: Path) -> Callable[[str], str]:
    """Makes an editor of shell commands; in them, $1 is the file to edit."""

    def make(script: str) -> str:
        path = tmp_path / "editor"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    return make
