"""What a person typed and could not save yet, kept by the place it was typed in until it is saved or dropped.

A draft holds what a merge of it needs: the fields as typed, the same fields as read, and the version
that was read. It is stored with `Workspace.remember`, as JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from core.fields import FIELDS, Entity
from core.values import RecordId, Ref
from core.workspace import Workspace

PREFIX = "draft:"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Unsaved fields of a record. A record that does not exist yet has no id and no base."""

    entity: Entity
    id: RecordId | None = None
    fields: dict[str, Any]  # as typed: of the changed fields alone
    base: dict[str, Any] = {}  # the same fields as they were read
    base_version: int | None = None  # of the record that was read
    at: int  # when it was typed

    @property
    def key(self) -> str:
        return _key(self.entity, self.id)

    @property
    def ref(self) -> Ref | None:
        return Ref(self.entity, self.id) if self.id is not None else None


def save_draft(workspace: Workspace, draft: Draft) -> None:
    """Keeps it in place of an earlier one of the same record."""
    stored = msgspec.structs.asdict(draft)
    stored["id"] = draft.id.hex() if draft.id is not None else None
    stored["fields"] = _as_json(draft.fields)
    stored["base"] = _as_json(draft.base)
    workspace.remember(draft.key, stored)


def find_draft(workspace: Workspace, entity: Entity, id: RecordId | None = None) -> Draft | None:
    """The draft of this record, of a new one without `id`."""
    stored = workspace.recall(_key(entity, id)).get(_key(entity, id))
    return _from_json(stored) if stored is not None else None


def list_drafts(workspace: Workspace) -> list[Draft]:
    """All drafts of this place, the latest first."""
    drafts = [_from_json(stored) for stored in workspace.recall(PREFIX).values()]
    return sorted(drafts, key=lambda draft: draft.at, reverse=True)


def drop_draft(workspace: Workspace, draft: Draft) -> None:
    workspace.remember(draft.key, None)


def _key(entity: Entity, id: RecordId | None) -> str:
    return f"{PREFIX}{entity}:{id.hex() if id is not None else 'new'}"


def _from_json(stored: dict[str, Any]) -> Draft:
    entity, id = stored["entity"], stored["id"]
    return Draft(
        entity=entity,
        id=bytes.fromhex(id) if id is not None else None,
        fields=_with_references(entity, stored["fields"]),
        base=_with_references(entity, stored["base"]),
        base_version=stored["base_version"],
        at=stored["at"],
    )


def _as_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in fields.items()}


def _with_references(entity: Entity, fields: Mapping[str, Any]) -> dict[str, Any]:
    kinds = FIELDS[entity]
    return {
        name: bytes.fromhex(value) if kinds[name].kind == "reference" and isinstance(value, str) else value
        for name, value in fields.items()
    }
