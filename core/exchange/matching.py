"""Finds the records that rows of files stand for, and what of a row is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from core.errors import NotFound
from core.exchange.rows import GivenRecord, parse_record_id
from core.fields import FIELDS, Entity
from core.values import Record, RecordId, Ref
from core.workspace import Workspace


def find_records(workspace: Workspace, entity: Entity, rows: Sequence[GivenRecord]) -> dict[str, Record]:
    """By the id of the row: a type by its name, others by an external id or else by the record's own id. What was
    merged into another is found as it is, in the trash: that is what the file speaks of."""
    if entity == "type":
        refs = {type.name: Ref("type", type.id) for type in workspace.types()}
        named = {row.id: refs.get(row.fields["name"]) for row in rows}
        return {id: workspace.get(ref) for id, ref in named.items() if ref}
    by_source: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        for source, external_id in row.external:
            by_source[source][external_id] = row.id
    found: dict[str, Record] = {}
    for source, ids in by_source.items():
        records = workspace.find_external(entity, source, list(ids), follow=False)
        found |= {ids[external_id]: record for external_id, record in records.items()}
    for row in rows:
        if row.record_id and row.id not in found and (record := _get(workspace, entity, row.record_id)):
            found[row.id] = record
    return found


def find_by_ids(workspace: Workspace, entity: Entity, source: str, ids: Sequence[str]) -> dict[str, Record]:
    """By external id of the source or else by the record's own id, those that there are."""
    found = workspace.find_external(entity, source, ids, follow=False)
    for id in ids:
        record_id = parse_record_id(id)
        if record_id and id not in found and (record := _get(workspace, entity, record_id)):
            found[id] = record
    return found


def standing_for(workspace: Workspace, record: Record) -> Record:
    """The record that this one was merged into, over many steps; itself where it was not."""
    while record.deleted_at is not None and (id := parse_record_id(record.fields.get("merged_into", ""))):
        found = _get(workspace, record.ref.entity, id)
        if found is None:
            break
        record = found
    return record


class Ends:
    """The profiles and documents that links name: by rows of the same files, by external ids, by ids of records."""

    def __init__(self, workspace: Workspace) -> None:
        self.trashed: set[RecordId] = set()
        self.merged: dict[RecordId, RecordId] = {}  # into which others
        self._workspace = workspace
        self._known: defaultdict[tuple[Entity, str], dict[str, RecordId | None]] = defaultdict(dict)

    def add(self, entity: Entity, source: str, id: str, record_id: RecordId) -> None:
        self._known[entity, source][id] = record_id

    def meet(self, entity: Entity, source: str, id: str, record: Record) -> Record:
        """Adds a record that is there; returns the one that stands for it, where it was merged into another."""
        self.add(entity, source, id, record.ref.id)
        stands = standing_for(self._workspace, record)
        if stands is not record:
            self.merged[record.ref.id] = stands.ref.id
        if stands.deleted_at is not None:
            self.trashed.add(stands.ref.id)
        return stands

    def resolve(self, entity: Entity, source: str, ids: Iterable[str]) -> Mapping[str, RecordId | None]:
        """For each of the ids its record, None where there is none."""
        known = self._known[entity, source]
        if missing := list({id for id in ids if id not in known}):
            found = find_by_ids(self._workspace, entity, source, missing)
            for id in missing:
                if record := found.get(id):
                    self.meet(entity, source, id, record)
                else:
                    known[id] = None
        return known


def differences(entity: Entity, known: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given fields that are not known, or known otherwise; a map as it is known with the given keys put in."""
    different = {}
    for name, value in given.items():
        field = FIELDS[entity][name]
        if name in known:
            value = known[name] | value if field.kind == "map" else value
            if field.same(value, known[name]):
                continue
        different[name] = value
    return different


def _get(workspace: Workspace, entity: Entity, id: RecordId) -> Record | None:
    with suppress(NotFound):
        return workspace.get(Ref(entity, id))
    return None
