"""Short ways to make two versions of a record meet, for tests of what comes of it."""

from __future__ import annotations

from typing import Any

from core.rows import ConflictRow
from core.values import Query, RecordId, Ref
from core.workspace import Workspace
from core.write_values import Edit, Receipt
from tests.core.making import edit

OPEN = Query(entity="conflict", sort="created")


def save_late(workspace: Workspace, ref: Ref, read: int, **fields: Any) -> Receipt:
    """Saves over what others may have saved since this version was read."""
    return workspace.write([Edit(ref, fields, read, merge=True)])


def clash(ann: Workspace, bob: Workspace, ref: Ref, mine: dict[str, Any], theirs: dict[str, Any]) -> RecordId:
    """Bob saves first, then Ann what she typed over the same version; returns the conflict."""
    read = ann.get(ref).version
    edit(bob, ref, **theirs)
    (conflict,) = save_late(ann, ref, read, **mine).conflicts
    return conflict


def open_conflicts(workspace: Workspace) -> list[ConflictRow]:
    return workspace.page(OPEN).rows
