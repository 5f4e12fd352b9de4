"""The rules of a store."""

from __future__ import annotations

from core.rules import Rule
from core.store import Connection

RULES = """
SELECT name, uid, revision, entity, field, relationship, actor, source, tag, prefer, preferred FROM rule
WHERE deleted_at IS NULL ORDER BY position, id
"""


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
