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
    """By the id of the row: a type by its name, others by an external id or else by the record's own id."""
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
        records = workspace.find_external(entity, source, list(ids))
        found |= {ids[external_id]: record for external_id, record in records.items()}
    for row in rows:
        if row.record_id and row.id not in found and (record := _get(workspace, entity, row.record_id)):
            found[row.id] = record
    return found


def find_by_ids(workspace: Workspace, entity: Entity, source: str, ids: Sequence[str]) -> dict[str, Record]:
    """By external id of the source or else by the record's own id, those that there are."""
    found = workspace.find_external(entity, source, ids)
    for id in ids:
        record_id = parse_record_id(id)
        if record_id and id not in found and (record := _get(workspace, entity, record_id)):
            found[id] = record
    return found


class Ends:
    """The profiles and documents that links name: by rows of the same files, by external ids, by ids of records."""

    def __init__(self, workspace: Workspace) -> None:
        self.trashed: set[RecordId] = set()
        self._workspace = workspace
        self._known: defaultdict[tuple[Entity, str], dict[str, RecordId | None]] = defaultdict(dict)
        self._merged: set[tuple[Entity, str, str]] = set()

    def add(self, entity: Entity, source: str, id: str, record_id: RecordId, *, merged: bool = False) -> None:
        """`merged` says that the id is of a profile that was merged into this record."""
        self._known[entity, source][id] = record_id
        if merged:
            self._merged.add((entity, source, id))

    def is_merged(self, entity: Entity, source: str, id: str) -> bool:
        return (entity, source, id) in self._merged

    def resolve(self, entity: Entity, source: str, ids: Iterable[str]) -> Mapping[str, RecordId | None]:
        """For each of the ids its record, None where there is none."""
        known = self._known[entity, source]
        if missing := list({id for id in ids if id not in known}):
            found = find_by_ids(self._workspace, entity, source, missing)
            for id in missing:
                record = found.get(id)
                known[id] = record.ref.id if record else None
                if record and record.deleted_at is not None:
                    self.trashed.add(record.ref.id)
                if record and is_merged_into(record, [(source, id)], parse_record_id(id)):
                    self._merged.add((entity, source, id))
        return known


def is_merged_into(record: Record, external: Sequence[tuple[str, str]], id: RecordId | None) -> bool:
    """Whether what these ids name, which found the record, is another one that was merged into it."""
    return record.ref.id != id and not set(external) & set(record.external)


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
