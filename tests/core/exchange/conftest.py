"""Two stores, and files to import."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.values import Actor
from core.workspace import Workspace, open_workspace

Write = Callable[..., Path]


@pytest.fixture
def other(tmp_path: Path, empty_store: Path) -> Iterator[Workspace]:
    """A workspace on a second, empty store."""
    path = tmp_path / "other.db"
    shutil.copyfile(empty_store, path)
    opened = open_workspace(str(path), Actor(name="tester", via="import"))
    yield opened
    opened.close()


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, where errors files go."""
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def write(in_tmp: Path) -> Write:
    """Writes rows (or bytes as they are) as lines of a file in the current directory."""

    def write(name: str, *rows: dict[str, Any] | str | bytes) -> Path:
        path = in_tmp / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"".join(_line(row) for row in rows))
        return path

    return write


def _line(row: dict[str, Any] | str | bytes) -> bytes:
    if isinstance(row, bytes):
        return row
    return (row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)).encode() + b"\n"


@pytest.fixture
def small_folder(write: Write) -> Path:
    """Two people, two documents, three links and a file."""
    write("small/profiles.ndjson", ANN, BEN)
    write("small/documents.ndjson", PLAN, REPORT)
    write(
        "small/links.ndjson",
        {"profile_id": "ann", "document_id": "plan", "relationship_type": "author", "attributes": {"position": 1}},
        {"profile_id": "ben", "document_id": "plan", "relationship_type": "author", "attributes": {"position": 2}},
        {"profile_id": "ben", "document_id": "report", "relationship_type": "reviewer", "created": "2024-05-01"},
    )
    write("small/files/sketch.svg", b"<svg/>")
    return write(
        "small/attachments.ndjson",
        {
            "document_id": "plan",
            "path": "files/sketch.svg",
            "media_type": "image/svg+xml",
            "bytes": 6,
            "sha256": "d4dc56669143034f31aa309635d4113d9ad76a02b1739da22c965ed2049be9e6",
        },
    ).parent


ANN = {"id": "ann", "kind": "person", "name": "Ann Keller", "email": "ann@example.org", "attributes": {"floor": 3}}
BEN = {"id": "ben", "kind": "organization", "name": "Ben & Sons", "emails": ["office@ben.example"]}
PLAN = {
    "id": "plan",
    "title": "Plan",
    "category": "Report",
    "tags": ["a", "b"],
    "text": "One\r\ntwo",
    "created": "2024-01-31",
}
REPORT = {"id": "report", "title": "Report", "attributes": {"pages": 12}}
