"""Conflicts in the office, as they come about: somebody saves over what somebody else saved meanwhile."""

from __future__ import annotations

from core.values import ConflictRecord, RecordId, Ref
from core.workspace import Workspace
from core.write_values import Delete, Edit
from tests.core.clashing import clash

PHONES = {
    "mine": [{"label": "work", "value": "030 5678"}],
    "theirs": [{"label": "work", "value": "030 9999"}],
    "new": [{"label": "work", "value": "030 7777"}],
}


def clash_in_three(mine: Workspace, theirs: Workspace, ref: Ref) -> RecordId:
    """Name, phones and notes clash; aliases are merged."""
    return clash(
        mine,
        theirs,
        ref,
        {"name": "Bob M", "phones": PHONES["mine"], "notes": "Call on Monday.", "aliases": ["B."]},
        {"name": "Bob N", "phones": PHONES["theirs"], "notes": "Call on Friday.", "aliases": ["Bobby"]},
    )


def delete_against_edit(mine: Workspace, theirs: Workspace, ref: Ref) -> RecordId:
    version = mine.get(ref).version
    theirs.write([Edit(ref, {"notes": "Moved to Bern."})])
    (conflict,) = mine.write([Delete(ref, version, merge=True)]).conflicts
    return conflict


def is_settled(workspace: Workspace, conflict: RecordId) -> bool:
    return workspace.conflict(conflict).settled_at is not None


def open_fields(conflict: ConflictRecord) -> list[str]:
    return [one.field for one in conflict.fields]
