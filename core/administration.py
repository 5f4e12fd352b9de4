"""Accounts, groups, roles, grants, marks and rules of retention, before they are written: what their fields mean, and
what cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from core import conditions, subjects
from core.errors import NotFound
from core.fields import Entity
from core.records import TABLES
from core.rights import OWNER, RIGHTS
from core.store import Connection
from core.values import RecordId
from core.write_values import Create

if TYPE_CHECKING:
    from core.writes import OpenRequest


def make_owner_first(request: OpenRequest, name: str) -> None:
    """The first account of a store is that of the one who makes it, who is its owner."""
    found = request.db.execute("SELECT 1 FROM account WHERE deleted_at IS NULL LIMIT 1").fetchone()
    if not found and name != request.actor:
        request.perform(Create("account", {"name": request.actor, "roles": [OWNER], "system_user": request.by.system_user}))


def columns_of_grant(request: OpenRequest, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What core.models keeps beside the fields of a grant. Raises NotFound for a subject or record there is not."""
    subject = _local_id(request.db, fields["subject_kind"], fields["subject"]) if fields["subject"] else 0
    on_record = fields["target_kind"] in ("profile", "document")
    return {
        "subject_code": subjects.code_of(fields["subject_kind"], subject),
        "record_id": _local_id(request.db, fields["target_kind"], fields["target"]) if on_record else None,
        "rights": RIGHTS[fields["action"]],
        "condition_id": condition_id(request.db, fields["condition"]),
    }


def condition_id(db: Connection, text: str) -> int:
    """The number of a condition, kept once; 0 for none. Raises Invalid."""
    tidy = conditions.check(text)
    if not tidy:
        return 0
    db.execute("INSERT OR IGNORE INTO access_condition(text) VALUES (?)", (tidy,))
    return cast(int, db.execute("SELECT id FROM access_condition WHERE text = ?", (tidy,)).fetchone()[0])


def _local_id(db: Connection, entity: Entity, id: str) -> int:
    found = db.execute(f"SELECT id FROM {TABLES[entity]} WHERE uid = ?", (as_uid(id),)).fetchone()
    if not found:
        raise NotFound(f"there is no {entity} {id}")
    return cast(int, found[0])


def as_uid(id: str) -> RecordId:
    """The id that a field holds as text."""
    return bytes.fromhex(id.replace("-", ""))
