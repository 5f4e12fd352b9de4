"""The change log as a feed of requests, filtered by actor, record and type of change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, cast, get_args

from core.errors import NotFound
from core.fields import Entity
from core.values import Change, Ref
from core.workspace import Workspace
from tui.filtering import split_filter

REQUESTS: Final = 100  # read at a time
READS: Final = 30  # of the log for that, at most
LOOK_BACK: Final = 1_000  # changes, in which the name of an actor is looked for

FEED_FILTERS: Final = {
    "by": "was made by the actor whose name begins so",
    "type": "profile, document, link or type; also with what was done: document.updated",
    "record": "is about the record with this name",
}


Feed = tuple[list[Change], int | None]
"""The first change of each request, the latest first; and where to go on, None at the end."""


@dataclass(frozen=True, slots=True)
class FeedFilter:
    actor: str = ""
    entity: Entity | None = None
    kind: str = ""
    ref: Ref | None = None
    note: str = ""

    def holds(self, change: Change) -> bool:
        return (
            (not self.actor or change.actor.name == self.actor)
            and (self.entity is None or change.ref.entity == self.entity)
            and (not self.kind or change.kind.startswith(self.kind))
            and (self.ref is None or change.ref == self.ref)
        )


def find_filter(workspace: Workspace, text: str) -> FeedFilter:
    """What is typed into the filter line; a plain word is looked for as a record. Raises NotFound."""
    found = FeedFilter()
    words = []
    for name, value in split_filter(text):
        if name == "by" and value:
            found = replace(found, actor=_find_actor(workspace, value))
        elif name == "type" and value:
            entity, _, kind = value.partition(".")
            found = replace(found, entity=_find_entity(entity), kind=kind)
        elif name in FEED_FILTERS and not value:
            continue
        else:
            words.append(value if name in ("", "record") else f"{name}:{value}")
    if words:
        ref, title = find_record(workspace, " ".join(words))
        found = replace(found, ref=ref, note=f"changes of {title}")
    return found


def read_feed(workspace: Workspace, found: FeedFilter, before: int | None = None) -> Feed:
    """The requests before this change, from the latest on without it."""
    requests: dict[bytes, Change] = {}
    for _ in range(READS):
        batch = workspace.changes(ref=found.ref, actor=found.actor, entity=found.entity, before=before, limit=REQUESTS)
        for change in batch:
            if found.holds(change):
                requests[change.request] = change
        before = batch.go_on
        if before is None:
            return list(requests.values()), None
        if found.ref is None and len({change.request for change in batch}) == 1:
            # A bulk of thousands is one line: on to what was before it.
            before = min(before, batch[0].seq - batch[-1].size + 1)
        if len(requests) >= REQUESTS:
            break
    return list(requests.values()), before


def _find_actor(workspace: Workspace, typed: str) -> str:
    if workspace.changes(actor=typed, limit=1):
        return typed
    names = dict.fromkeys(change.actor.name for change in workspace.changes(limit=LOOK_BACK))
    found = next((name for name in names if name.casefold().startswith(typed.casefold())), None)
    if found is None:
        raise NotFound(f"nobody whose name begins with “{typed}” changed anything lately")
    return found


def _find_entity(typed: str) -> Entity:
    found = next((entity for entity in get_args(Entity) if entity.startswith(typed)), None)
    if found is None:
        raise NotFound(f"there is no type “{typed}”; there are {', '.join(get_args(Entity))}")
    return cast(Entity, found)


def find_record(workspace: Workspace, name: str) -> tuple[Ref, str]:
    """The record that fits these words best, and its title. Raises NotFound."""
    hits = workspace.search(name, limit=1)
    if not hits:
        raise NotFound(f"no record is found by “{name}”")
    return Ref(hits[0].entity, hits[0].row.id), hits[0].row.label
