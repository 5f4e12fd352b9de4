"""From what a person calls a record to the record; a name that fits none is answered with similar ones."""

from __future__ import annotations

import uuid
from difflib import SequenceMatcher, get_close_matches

from core.cli.failure import UsageError
from core.errors import NotFound
from core.fields import Entity, sort_key
from core.values import RecordId, Ref
from core.workspace import Workspace

NEAR = 5  # names listed
WORDS = 5  # of a name that are tried one by one, the longest


def find_record(workspace: Workspace, name: str, entity: Entity | None = None) -> Ref:
    """As Workspace.resolve, with near matches in the message of NotFound."""
    try:
        return workspace.resolve(name, entity)
    except NotFound as error:
        near = _near_names(workspace, name, entity)
        if not near:
            raise
        listed = "; ".join(near)
        raise NotFound(f"{str(error).rstrip('.')}; similar: {listed}") from None


def parse_request(text: str) -> RecordId:
    """The id of a request, as `--request` names it. Raises UsageError."""
    try:
        return uuid.UUID(text).bytes
    except ValueError:
        raise UsageError(f'--request: "{text}" is no id of a request; rolodoc history --json tells it') from None


def _near_names(workspace: Workspace, name: str, entity: Entity | None) -> list[str]:
    """Those that share words with it, else those that share the beginning of a word and look alike."""
    if entity == "type":
        return get_close_matches(name, [row.name for row in workspace.types()], NEAR, 0.5)
    if entity == "link":
        return []
    words = sorted(name.split(), key=len, reverse=True)[:WORDS]
    beginnings = (word[:length] for length in (4, 3) for word in words if len(word) > length)
    for searches, least in (((name, *words), 0.0), (beginnings, 0.5)):
        for text in searches:
            found = {hit.row.label for hit in workspace.search(text, limit=50) if entity in (None, hit.entity)}
            likeness = {label: _likeness(name, label) for label in found}
            near = [label for label in found if likeness[label] >= least]
            if near:
                return sorted(near, key=lambda label: (-likeness[label], label))[:NEAR]
    return []


def _likeness(name: str, label: str) -> float:
    return SequenceMatcher(None, sort_key(name), sort_key(label)).ratio()
