"""One reading of the store: as whom, what of it may be seen, and what of that is confidential."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from core import access, confidential, grants
from core.confidential import NOTHING, Parts
from core.errors import Stale
from core.fields import FIELDS, Entity
from core.records import Name, Row, names, record
from core.rights import has
from core.rights_of_many import rights_of
from core.store import Connection
from core.values import Record, Ref
from core.viewer import Viewer


class Reading:
    """All that is asked of it is of one state of the store. `handed_out` are the records of which something
    confidential was given to a viewer who has an account and the right to it; with `unasked` nothing is."""

    def __init__(self, db: Connection, viewer: Viewer, *, unasked: bool = False) -> None:
        self.db = db
        self.viewer = viewer
        self.unasked = unasked
        self.handed_out: dict[Ref, None] = {}
        self._rights: defaultdict[Entity, dict[int, int]] = defaultdict(dict)
        self._parts: defaultdict[Entity, dict[int, Parts]] = defaultdict(dict)

    def see(self, ref: Ref) -> int:
        """The local id of a record that may be seen. Raises NotFound."""
        return access.see(self.db, self.viewer, ref)

    def seen(self, entity: Entity, ids: Iterable[int]) -> set[int]:
        """Those that may be seen, of records that there are."""
        wanted = list(ids)
        if self.viewer.unrestricted:
            return set(wanted)
        rights = self.rights(entity, wanted)
        return {id for id in wanted if has(rights[id], "see")}

    def rights(self, entity: Entity, ids: Iterable[int]) -> Mapping[int, int]:
        """What may be done with each, as bits of core.rights."""
        known = self._rights[entity]
        missing = [id for id in ids if id not in known]
        if missing:
            known |= rights_of(self.db, self.viewer, entity, missing)
        return known

    def names(self, entity: Entity, ids: Iterable[int]) -> dict[int, Name]:
        """How records that may be seen are named; of grants, the record that they are on only where it may be seen."""
        found = names(self.db, entity, ids)
        if entity == "grant":
            titles = grants.titles(self.db, self.viewer, found)
            return {id: name._replace(title=titles[id]) for id, name in found.items()}
        return found

    def record(self, entity: Entity, row: Row) -> Record:
        """The row of a record that may be seen, without what is withheld."""
        return self.shown(row[0], record(self.db, entity, row))

    def stale(self, entity: Entity, row: Row) -> Stale:
        """The error that tells what there is now in place of the version that was named."""
        current = self.record(entity, row)
        return Stale(current, self.handed_out)

    def shown(self, id: int, found: Record) -> Record:
        """The record of this local id, without what is withheld."""
        entity = found.ref.entity
        if entity == "grant":
            found = msgspec.structs.replace(found, title=self.names(entity, [id])[id].title)
        fields, withheld = self.fields(entity, id, found.ref, found.fields)
        if not withheld:
            return found
        whole = {name: fields.get(name, FIELDS[entity][name].empty) for name in found.fields}
        return msgspec.structs.replace(found, fields=whole, withheld=withheld)

    def fields(
        self, entity: Entity, id: int, ref: Ref, fields: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], list[str]]:
        """Some fields of a record as they may be shown, and the names of what was left out."""
        parts = self.parts(entity, [id]).get(id, NOTHING)
        leave_out = confidential.left_out_of_conflict if entity == "conflict" else confidential.left_out
        shown, withheld = leave_out(parts, fields) if parts else (fields, [])
        if not withheld:
            return fields, []
        if not self.unasked and has(self.rights(entity, [id])[id], "confidential"):
            if any(fields.get(name, True) for name in withheld):
                self.handed_out[ref] = None
            return fields, []
        return shown, withheld

    def kept_from(self, entity: Entity, id: int) -> Parts:
        """What of the record is confidential and not for the viewer."""
        parts = self.parts(entity, [id]).get(id, NOTHING)
        return NOTHING if not parts or has(self.rights(entity, [id])[id], "confidential") else parts

    def parts(self, entity: Entity, ids: Iterable[int]) -> Mapping[int, Parts]:
        """What of these records is confidential, whoever reads it; asked for all of a list first, one question does."""
        if self.viewer.identity.alone:
            return {}
        known = self._parts[entity]
        missing = [id for id in ids if id not in known]
        if missing:
            known |= confidential.parts_of(self.db, self.viewer.identity.marks, entity, missing)
        return known
