"""The rules of a store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.field_kinds import NO_POSITION
from core.rules import SAID, Rule, check_rule
from core.store import Connection

RULES = """
SELECT name, uid, revision, entity, field, relationship, actor, source, tag, prefer, preferred FROM rule
WHERE deleted_at IS NULL ORDER BY position, id
"""
SAYS = "SELECT entity, field, relationship, actor, source, tag, prefer, preferred FROM rule WHERE id = ?"
"""The fields of SAID."""


def check_stored_rule(db: Connection, fields: Mapping[str, Any], id: int | None) -> None:
    """Raises Invalid for a rule that could never decide, given those that stand before it; `id` is its own.

    One that says what it said before is not refused, so that rules can be moved past each other, and named anew.
    """
    if id is not None and db.execute(SAYS, (id,)).fetchone() == tuple(fields[name] for name in SAID):
        return
    position = fields["position"] if fields["position"] is not None else NO_POSITION
    before = db.execute(
        "SELECT uid FROM rule WHERE deleted_at IS NULL AND id IS NOT ?1 AND (position, id) < (?2, coalesce(?1, ?3))",
        (id, position, LATEST),
    ).fetchall()
    uids = {uid for (uid,) in before}
    check_rule(fields, [rule for rule in stored_rules(db) if rule.id in uids])


LATEST = 2**62
"""Stands for the local id of a rule that is about to be made."""


def stored_rules(db: Connection) -> list[Rule]:
    """Those in force, in their order, numbered from 1."""
    return [
        Rule(
            name=name,
            number=number,
            id=uid,
            revision=revision,
            entity=entity,
            field=field,
            relationship=relationship,
            actor=actor,
            source=source,
            tag=tag,
            prefer=prefer,
            preferred=preferred,
        )
        for number, (
            name, uid, revision, entity, field, relationship, actor, source, tag, prefer, preferred,
        ) in enumerate(db.execute(RULES), 1)
    ]  # fmt: skip
