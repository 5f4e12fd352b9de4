"""Finds the records that rows of files stand for, and what differs between the two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

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

    def add(self, entity: Entity, source: str, id: str, record_id: RecordId) -> None:
        self._known[entity, source][id] = record_id

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
        return known


def differences(entity: Entity, stored: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The given fields whose values are not stored so; a map as it is with the given keys put in."""
    different = {}
    for name, value in given.items():
        if FIELDS[entity][name].kind == "map":
            value = stored[name] | value
            if _json(value) == _json(stored[name]):  # tells true from 1, which == does not
                continue
        elif value == stored[name] or (value is None and name == "created"):
            continue
        different[name] = value
    return different


_json = msgspec.json.Encoder(order="deterministic").encode


def _get(workspace: Workspace, entity: Entity, id: RecordId) -> Record | None:
    with suppress(NotFound):
        return workspace.get(Ref(entity, id))
    return None
