"""Why an account may or may not: every rule about it and a record or an area, and what is missing.

What is allowed is core.access's answer; the rules beside it are read anew, and agree with it. Conditions are looked at
as if the account asked the way that the asking one does now (from there, over that, with that reason), at the instant
in question. A record that the asking one may not see is not named.
"""

from __future__ import annotations

from typing import Final

import msgspec

from core import access, members, reasons, sight
from core.access_values import Explanation, Reason
from core.errors import Denied, Invalid, NotFound
from core.fields import ACTIONS, AREAS, Entity
from core.instants import format_instant
from core.members import Account, Directory, Path, Reach, Step
from core.reasons import Rule
from core.records import names
from core.rights import AREA_OF, BITS, DENIED, OWNER, RIGHTS, Action, has
from core.store import Connection
from core.subjects import kind_of
from core.values import Ref
from core.viewer import Viewer, view

ON_RECORDS: Final[tuple[Entity, ...]] = ("document", "profile")
READ_BY_ALL: Final[tuple[Entity, ...]] = ("type", "rule")


def explain(db: Connection, asker: Viewer, account: str, target: Ref | str, action: Action, at: int) -> Explanation:
    """Raises Invalid for an action or area that there is not, NotFound, Denied for one who may not ask."""
    if action not in ACTIONS:
        raise Invalid(f"must be one of {', '.join(ACTIONS)}", "action")
    if isinstance(target, str) and target not in AREAS:
        raise Invalid(f"must be one of {', '.join(AREAS)}, or a record", "area")
    record = None if isinstance(target, str) else access.see(db, asker, target)
    check_may_ask(db, asker, account, target, record)
    titles = Titles(db, asker)
    about = target if isinstance(target, str) else titles.of(target.entity, record or 0)
    if asker.identity.alone:
        return _unbound(db, asker, account, target, about, action, at)
    case = Case(db, asker, _find(db, account), at, titles)
    rights = case.viewer.area_rights(target) if isinstance(target, str) else case.rights_on(target.entity, record or 0)
    allowed = has(rights, action)
    found = case.of_area(target) if isinstance(target, str) else case.of_record(target.entity, record or 0)
    found.sort(key=lambda reason: _weight(reason, action, allowed))
    missing = "" if allowed else case.missing(found, target, record, about, action)
    return Explanation(account, action, target, about, allowed, case.at, found, missing)


def check_may_ask(db: Connection, asker: Viewer, account: str, target: Ref | str, record: int | None) -> None:
    """Everyone may ask about oneself; about others who sees the administration of access, or shares the record. Raises
    Denied."""
    if account == asker.identity.name or has(asker.area_rights("access"), "see"):
        return
    if not isinstance(target, str) and has(access.rights_on(db, asker, target.entity, record or 0), "share"):
        return
    raise Denied(
        f"{asker.identity.name} may not ask what others may; that needs see on access"
        + ("" if isinstance(target, str) else ", or share on the record")
    )


class Titles:
    """What records are called, and which rules are named by their ids, as the asking one may read them."""

    def __init__(self, db: Connection, asker: Viewer) -> None:
        self._db, self._asker = db, asker
        self._rights: dict[tuple[Entity, int], int] = {}
        self._known: dict[tuple[Entity, int], str] = {}

    def of(self, entity: Entity, id: int) -> str:
        if (entity, id) not in self._known:
            seen = has(self._asked(entity, id), "see")
            title = names(self._db, entity, [id])[id].title if seen else f"a {entity} that you may not see"
            self._known[entity, id] = title
        return self._known[entity, id]

    def of_path(self, path: Path) -> list[str]:
        """["ann", "group office", "group hr"]"""
        return [self._of_step(step) for step in path]

    def ref(self, rule: Rule, entity: Entity, id: int | None) -> Ref | None:
        """Of a rule about a record, or about all of them."""
        if rule.ref.entity == "link":
            ends: tuple[tuple[Entity, int], ...] = ((entity, id or 0), ("profile", kind_of(rule.code)[1]))
            return rule.ref if all(has(self._asked(*end), "see") for end in ends) else None
        may_read = has(self._asker.area_rights("access"), "see") or (
            id is not None and has(self._asked(entity, id), "share")
        )
        return rule.ref if may_read else None

    def link(self, document: int, profile: int) -> Ref | None:
        """A living link that joins the two."""
        if not all(has(self._asked(*end), "see") for end in (("document", document), ("profile", profile))):
            return None
        sql = "SELECT uid FROM link WHERE document_id = ? AND profile_id = ? AND deleted_at IS NULL LIMIT 1"
        return Ref("link", self._db.execute(sql, (document, profile)).fetchone()[0])

    def _asked(self, entity: Entity, id: int) -> int:
        if (entity, id) not in self._rights:
            self._rights[entity, id] = access.rights_on(self._db, self._asker, entity, id)
        return self._rights[entity, id]

    def _of_step(self, step: Step) -> str:
        if step.kind == "account":
            return step.name
        if step.kind == "profile":
            seen = has(self._asked("profile", step.id), "see")
            return f"profile {step.name}" if seen else self.of("profile", step.id)
        return f"{step.kind} {step.name}".strip()


class Case:
    """One account at an instant."""

    def __init__(self, db: Connection, asker: Viewer, account: Account, at: int, titles: Titles) -> None:
        self.db, self.asker, self.account, self.titles = db, asker, account, titles
        self.at = max(at, 0)  # before 1970 rules are as at its beginning
        self.reach: Reach = Directory(db).of_account(account)
        self.context = msgspec.structs.replace(asker.context, at=self.at)
        self.viewer = view(members.identity_of(db, asker.identity, account, self.reach), self.context)

    def rights_on(self, entity: Entity, id: int) -> int:
        return access.rights_on(self.db, self.viewer, entity, id)

    # --- the rules ---------------------------------------------------------------------------------------------

    def of_area(self, area: str) -> list[Reason]:
        """Built-in roles, grants and denials."""
        found = of_built_in(self.reach, self.titles)
        return found + self._reasons(reasons.on_area(self.db, area, self.viewer.subjects), "document", None)

    def of_record(self, entity: Entity, id: int) -> list[Reason]:
        if entity == "link":
            ends = self.db.execute("SELECT document_id, profile_id FROM link WHERE id = ?", (id,)).fetchone()
            return [reason for end, id in zip(ON_RECORDS, ends, strict=True) for reason in self.of_record(end, id)]
        if entity == "conflict":
            about = self.db.execute("SELECT entity, record_id FROM conflict WHERE id = ?", (id,)).fetchone()
            return self.of_record(*about)
        found = self.of_area(AREA_OF[entity])
        if entity in ON_RECORDS:
            found += self.of_itself(entity, id)
        if entity == "profile":
            found += sight.of_profile(self, id)
        if entity in READ_BY_ALL:
            found.append(reasons.read_by_all(self.account.name))
        if entity == "account" and id == self.account.id:
            found.append(reasons.own(self.account.name))
        if entity == "grant":
            found += self._sharing(id)
        return found

    def of_itself(self, entity: Entity, id: int) -> list[Reason]:
        """Grants, denials and links of one profile or document."""
        rules = reasons.on_record(self.db, entity, id, self.titles.of(entity, id), self.viewer.subjects)
        return self._reasons(rules, entity, id)

    def _sharing(self, grant: int) -> list[Reason]:
        """Who may share the record that a grant is on, administers the grant."""
        kind, record = self.db.execute(
            "SELECT target_kind, record_id FROM access_grant WHERE id = ?", (grant,)
        ).fetchone()
        return [] if record is None else self.of_record(kind, record)

    def _reasons(self, rules: list[Rule], entity: Entity, id: int | None) -> list[Reason]:
        found = []
        for rule in rules:
            path = self.titles.of_path(self.reach.paths[rule.code])
            found.append(rule.as_reason(path, self.titles.ref(rule, entity, id), self.context))
        return found

    # --- what is missing -----------------------------------------------------------------------------------------

    def missing(self, found: list[Reason], target: Ref | str, record: int | None, title: str, action: str) -> str:
        """For people: what denies it, or what would have to be granted."""
        if not self.context.reason and self._allowed_with_reason(target, record, action):
            return "a reason has to be given (--reason)"
        for reason in found:
            if reason.effect == "deny" and reason.counts and DENIED[reason.action] & BITS[action]:
                return (
                    f"the {reason.rule} to {reason.path[-1]} stands against it; no grant helps while that is in force"
                )
        for reason in found:
            if reason.effect == "allow" and RIGHTS[reason.action] & BITS[action]:
                if reason.state == "PENDING" and reason.valid_from is not None:
                    return f"{reason.rule} begins {format_instant(reason.valid_from)}"
                if reason.state == "EXPIRED" and reason.valid_until is not None:
                    return f"{reason.rule} ended {format_instant(reason.valid_until)}; grant it anew"
                if not reason.holds:
                    return f"{reason.rule} holds only under its condition: {reason.condition}"
        return f"no rule allows it; {self._needed(target, title, action)}"

    def _needed(self, target: Ref | str, title: str, action: str) -> str:
        whom = f"{self.account.name}, or a group or role of that account"
        if isinstance(target, str):
            return f"grant {action} on {target} to {whom}"
        if target.entity == "link":
            return f"grant {action} on the document and on the profile to {whom}"
        if target.entity in ON_RECORDS:
            return f"grant {action} on {title}, or on all {target.entity}s, to {whom}"
        if target.entity == "conflict":
            return f"grant {action} on the record that it is about to {whom}"
        return f"grant {action} on {AREA_OF[target.entity]} to {whom}"

    def _allowed_with_reason(self, target: Ref | str, record: int | None, action: str) -> bool:
        viewer = access.with_reason(self.viewer)
        if isinstance(target, str):
            return has(viewer.area_rights(target), action)
        return has(access.rights_on(self.db, viewer, target.entity, record or 0), action)


def of_built_in(reach: Reach, titles: Titles) -> list[Reason]:
    """The roles that every store has, and that count in every area."""
    return [
        Reason("allow", "administer" if role == OWNER else "see", titles.of_path(path), f"role {role}")
        for role, path in reach.built_in.items()
    ]


def _weight(reason: Reason, action: str, allowed: bool) -> tuple[bool, bool, bool]:
    """What decides stands first: of what is allowed the allowances, of what is not the denials."""
    about = RIGHTS[reason.action] if reason.effect == "allow" else DENIED[reason.action]
    return not reason.counts, not about & BITS[action], (reason.effect == "allow") != allowed


def _find(db: Connection, name: str) -> Account:
    found = members.living_accounts(db, name)
    if not found:
        raise NotFound(f'there is no account "{name[:100]}"')
    return found[0]


def _unbound(
    db: Connection, asker: Viewer, account: str, target: Ref | str, title: str, action: Action, at: int
) -> Explanation:
    """Of a store of one operator, whom no rule binds, by whatever name."""
    if account != asker.identity.name:
        _find(db, account)
    reason = Reason("allow", "administer", [account], reasons.ALONE)
    return Explanation(account, action, target, title, True, at, [reason])
