"""What taking back needs: for each record that it touches what the opposite of its changes would need.

A link that came or went with one of its ends comes back or goes with it again, and needs nothing by itself; so do the
links of two profiles that were merged.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from core import permissions
from core.access import Hidden
from core.errors import Denied, NotFound
from core.fields import Entity
from core.records import TABLES, in_chunks
from core.rights import has
from core.values import Ref

if TYPE_CHECKING:
    from core.open_request import OpenRequest

Key = tuple[Entity, int]
LIFE = frozenset({"created", "deleted", "restored"})


class Past(NamedTuple):
    """One change that is to be taken back."""

    entity: Entity
    id: int
    kind: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def check(request: OpenRequest, changes: Iterable[Past], missing: str) -> None:
    """Raises NotFound, with the sentence `missing`, where a part may not be seen, Denied and ReasonNeeded where one may
    not be taken back."""
    if request.viewer.unrestricted:
        return
    refused = refusals(request, changes)
    if any(isinstance(why, NotFound) for why in refused.values()):
        raise Hidden(_first_hidden(request, refused), missing)
    for why in refused.values():
        raise why


def refusals(request: OpenRequest, changes: Iterable[Past], *, seen: bool = False) -> dict[Key, NotFound | Denied]:
    """Of the records that the viewer may not take back, why not: NotFound for one that it may not see. With `seen` also
    of a link that goes along and may not be seen."""
    if request.viewer.unrestricted:
        return {}
    by_record: dict[Key, list[Past]] = {}
    for change in changes:
        by_record.setdefault((change.entity, change.id), []).append(change)
    verdicts = _Verdicts(request, by_record)
    found = {key: verdicts.of(key) for key in by_record}
    if seen:
        for entity, id in by_record:
            if entity == "link" and not has(permissions.rights_on(request, entity, id), "see"):
                found[entity, id] = NotFound("")
    return {key: why for key, why in found.items() if why is not None}


class _Verdicts:
    """What is found out about records that are taken back together."""

    def __init__(self, request: OpenRequest, by_record: Mapping[Key, Collection[Past]]) -> None:
        self.request, self.by_record = request, by_record
        self.known: dict[Key, NotFound | Denied | None] = {}
        self.merged = self._merged()
        self.with_links = self.merged | {
            key
            for key, changes in by_record.items()
            if key[0] in ("profile", "document") and any(change.kind in LIFE for change in changes)
        }
        links = [id for entity, id in by_record if entity == "link"]
        self.ends = permissions.ends_of(request.db, links)

    def of(self, key: Key) -> NotFound | Denied | None:
        if key not in self.known:
            try:
                self._demand(*key)
                self.known[key] = None
            except (NotFound, Denied) as why:
                self.known[key] = why
        return self.known[key]

    def _demand(self, entity: Entity, id: int) -> None:
        if not self.request.db.execute(f"SELECT 1 FROM {TABLES[entity]} WHERE id = ?", (id,)).fetchone():
            raise NotFound("")  # it was purged, and nobody knows who saw it
        if entity == "conflict":
            about = self.request.db.execute("SELECT entity, record_id FROM conflict WHERE id = ?", (id,)).fetchone()
            if why := self.of(about):
                raise why
        elif entity == "link":
            self._demand_link(id)
        else:
            action = "share" if (entity, id) in self.merged else permissions.action_for(entity)
            permissions.demand_of_itself(self.request, entity, id, action)

    def _demand_link(self, id: int) -> None:
        document, profile = self.ends.get(id) or permissions.ends_of(self.request.db, [id])[id]
        ends: tuple[Key, Key] = ("document", document), ("profile", profile)
        if taking_along := [end for end in ends if end in self.with_links]:
            if why := next(filter(None, map(self.of, taking_along)), None):
                raise why
            if not self._was_unlinked(id):
                return
        permissions.demand_of_itself(self.request, "link", id, "link")
        permissions.check_granting(self.request, id)

    def _was_unlinked(self, id: int) -> bool:
        """Whether it is in the trash by itself: then it would not come back with what it joins."""
        return self.request.db.execute(UNLINKED, (id,)).fetchone() is not None

    def _merged(self) -> set[Key]:
        """The profiles that were merged or split, both of each two."""
        found: set[Key] = set()
        into: set[str] = set()
        for key, changes in self.by_record.items():
            if key[0] == "profile":
                named = {values.get("merged_into") for change in changes for values in (change.before, change.after)}
                if named - {None}:
                    found.add(key)
                    into |= {name for name in named if name}
        uids = [uuid.UUID(name).bytes for name in into]
        return found | {("profile", id) for (id,) in in_chunks(self.request.db, UIDS, uids)}


UIDS = "SELECT id FROM profile WHERE uid IN"
UNLINKED = """
SELECT 1 FROM link l JOIN document d ON d.id = l.document_id JOIN profile p ON p.id = l.profile_id
WHERE l.id = ? AND l.deleted_at IS NOT NULL AND l.merged_into = '' AND d.deleted_at IS NULL AND p.deleted_at IS NULL
"""


def _first_hidden(request: OpenRequest, refused: Mapping[Key, NotFound | Denied]) -> Ref:
    """The first of these records that there is, for the audit."""
    for (entity, id), why in refused.items():
        found = request.db.execute(f"SELECT uid FROM {TABLES[entity]} WHERE id = ?", (id,)).fetchone()
        if isinstance(why, NotFound) and found:
            return Ref(entity, found[0])
    return Ref("profile", bytes(16))
