"""From what a person calls a record to the record; a name that fits none is answered with similar ones."""

from __future__ import annotations

from difflib import SequenceMatcher, get_close_matches

from core.errors import NotFound
from core.fields import Entity, sort_key
from core.values import Ref
from core.workspace import Workspace

NEAR = 5  # names listed


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


def _near_names(workspace: Workspace, name: str, entity: Entity | None) -> list[str]:
    if entity == "type":
        return get_close_matches(name, [row.name for row in workspace.types()], NEAR, 0.5)
    if entity == "link":
        return []
    for words in _looser(name):
        hits = workspace.search(words, limit=50)
        labels = {hit.row.label for hit in hits if entity in (None, hit.entity)}
        if labels:
            return sorted(labels, key=lambda label: (-_likeness(name, label), label))[:NEAR]
    return []


def _looser(name: str) -> list[str]:
    """Searches to try in turn: all of the name, each of its words, the beginnings of its words."""
    words = sorted(name.split(), key=len, reverse=True)
    return [name, *words, *(word[:length] for length in (4, 3) for word in words if len(word) > length)]


def _likeness(name: str, label: str) -> float:
    return SequenceMatcher(None, sort_key(name), sort_key(label)).ratio()
