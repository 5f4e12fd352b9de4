"""A record as it was, and who set each of its fields."""

from __future__ import annotations

from typing import Any

import msgspec

from core.errors import NotFound
from core.fields import FIELDS, Entity
from core.records import Row, body_of, stored_fields, to_log
from core.store import Connection, Store
from core.values import Blame, Record, Ref


def record_at(store: Store, ref: Ref, *, at: int | None = None, revision: int | None = None) -> Record:
    raise NotImplementedError


def blame(store: Store, ref: Ref) -> dict[str, Blame]:
    raise NotImplementedError


def fields_after(db: Connection, entity: Entity, row: Row, seq: int) -> dict[str, Any]:
    """The fields as the change `seq` left them: those of now with what later changes did taken off, latest first.

    The ends and type of a link are local ids. Costs what came after. Raises NotFound for a text that was purged.
    """
    fields = {name: to_log(name, value) for name, value in stored_fields(entity, row).items()}
    for before, after in db.execute(
        "SELECT before, after FROM change WHERE entity = ? AND record_id = ? AND seq > ? ORDER BY seq DESC",
        (entity, row[0], seq),
    ):
        earlier = msgspec.json.decode(before)
        for name in msgspec.json.decode(after):
            fields[name] = earlier.get(name, FIELDS[entity][name].empty)
    if fields.get("text"):
        fields["text"] = body_of(db, fields["text"])
    return fields


def seq_of_version(db: Connection, entity: Entity, id: int, version: int) -> int:
    """The change that gave the record this version. Raises NotFound."""
    found = db.execute(
        "SELECT seq FROM change WHERE entity = ? AND record_id = ? AND version = ?", (entity, id, version)
    ).fetchone()
    if not found:
        raise NotFound("that version of the record is not in its history; read it again")
    return int(found[0])
