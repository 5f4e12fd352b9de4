"""The audit as the file has it, to look at and to tamper with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from core.access_values import AuditEntry, AuditQuery, Checkpoint, Verdict
from core.values import Actor
from core.workspace import Workspace, open_workspace


@contextmanager
def raw(path: Path) -> Iterator[Any]:
    """A connection to the file that knows nothing of rolodoc."""
    db = sqlite.connect(str(path), isolation_level=None)
    try:
        yield db
    finally:
        db.close()


def bodies(path: Path) -> list[dict[str, Any]]:
    with raw(path) as db:
        return [json.loads(body) for (body,) in db.execute("SELECT body FROM audit ORDER BY seq")]


def kinds(path: Path) -> list[str]:
    return [body["kind"] for body in bodies(path)]


def entries(workspace: Workspace, **query: Any) -> list[AuditEntry]:
    """The newest first."""
    return workspace.audit(AuditQuery(**query), limit=1_000)


def verified(path: Path, *checkpoints: Checkpoint, name: str = "tester") -> Verdict:
    """What a program that opens the closed store says of its audit."""
    workspace = open_workspace(str(path), Actor(name), create=False)
    try:
        return workspace.verify_audit(checkpoints)
    finally:
        workspace.close()
