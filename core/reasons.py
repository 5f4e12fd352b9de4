"""The rules about a record or an area: grants, denials and links, whoever they are to and whether they are in force."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final, Literal, NamedTuple

from core import conditions, subjects
from core.access_values import Reason, state_at
from core.conditions import Context
from core.fields import Entity
from core.rights import DENIED, RIGHTS, effective
from core.store import Connection
from core.values import Ref

GRANTS: Final = """
SELECT subject_code, effect, action, uid, valid_from, valid_until, condition FROM access_grant
WHERE deleted_at IS NULL AND target_kind = ? AND record_id IS ?
"""
"""By grant_on_record."""
LINKS: Final = """
SELECT l.profile_id, t.grants, CASE t.inverse WHEN '' THEN t.name || ' of' ELSE t.inverse END, l.uid,
    l.valid_from, l.valid_until
FROM document d JOIN link l ON l.document_id = d.id JOIN relationship_type t ON t.id = l.type_id
WHERE d.id = ? AND t.grants <> 'none' AND (l.deleted_at IS NULL OR l.deleted_at = d.deleted_at)
"""
"""By link_ends. Of a document in the trash those count too that went along with it."""


ALONE: Final = "the only operator of the store, whom no rule binds"


class Rule(NamedTuple):
    """One grant, denial or link. `code` is the subject that it is to."""

    code: int
    effect: Literal["allow", "deny"]
    action: str
    rule: str
    ref: Ref
    valid_from: int | None
    valid_until: int | None
    condition: str = ""

    def as_reason(self, path: list[str], ref: Ref | None, context: Context) -> Reason:
        """The rule for an account that this path leads from, at the instant of the context; `ref` is what of the rule's
        own may be told."""
        return Reason(
            self.effect,
            self.action,
            path,
            self.rule,
            ref,
            self.valid_from,
            self.valid_until,
            state_at(self.valid_from, self.valid_until, context.at),
            self.condition,
            conditions.holds(self.condition, context),
        )


def on_area(db: Connection, area: str, codes: Collection[int] | None = None) -> list[Rule]:
    """The grants and denials on an area, to these subjects or to all."""
    return _grants(db, area, None, area, codes)


def on_record(db: Connection, entity: Entity, id: int, title: str, codes: Collection[int] | None = None) -> list[Rule]:
    """The grants and denials on a profile or document, and the links that open a document, to these subjects or to
    all."""
    rules = _grants(db, entity, id, title, codes)
    profiles = None if codes is None else [one for kind, one in map(subjects.kind_of, codes) if kind == "profile"]
    if entity == "document" and profiles != []:
        rules += _links(db, id, title, profiles)
    return rules


def read_by_all(account: str) -> Reason:
    """Of types and rules."""
    return Reason("allow", "see", [account, "everyone"], "types and rules are read by all")


def own(account: str) -> Reason:
    return Reason("allow", "see", [account], "it is the own account")


def rights_by(reasons: Iterable[Reason]) -> int:
    """What the reasons that count come to, as bits of core.rights."""
    allowed = denied = 0
    for reason in reasons:
        if not reason.counts:
            continue
        if reason.effect == "allow":
            allowed |= RIGHTS[reason.action]
        else:
            denied |= DENIED[reason.action]
    return effective(allowed, denied)


def _grants(db: Connection, kind: str, id: int | None, title: str, codes: Collection[int] | None) -> list[Rule]:
    rules = []
    for code, effect, action, uid, *rest in _to(db, GRANTS, (kind, id), "subject_code", codes):
        name = f"grant {action} on {title}" if effect == "allow" else f"denial of {action} on {title}"
        rules.append(Rule(code, effect, action, name, Ref("grant", uid), *rest))
    return rules


def _links(db: Connection, document: int, title: str, profiles: Collection[int] | None) -> list[Rule]:
    rules = []
    for profile, action, inverse, uid, *window in _to(db, LINKS, (document,), "l.profile_id", profiles):
        code = subjects.code_of("profile", profile)
        rules.append(Rule(code, "allow", action, f"{inverse} {title}", Ref("link", uid), *window))
    return rules


def _to(
    db: Connection, sql: str, about: tuple[Any, ...], column: str, wanted: Collection[int] | None
) -> list[tuple[Any, ...]]:
    if wanted is not None:
        sql += f" AND {column} IN ({','.join('?' * len(wanted))})"
    rows: list[tuple[Any, ...]] = db.execute(sql, (*about, *(wanted or ()))).fetchall()
    return rows
