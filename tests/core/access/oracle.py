"""Who may do what, worked out the slow and plain way: the judge of everything in core that answers the same question.

A world is plain data: its records by name, and what they say of each other by name. Nothing here asks a database, and
nothing is shared with core but the reading of a condition (core.conditions has tests of its own).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core import conditions
from core.conditions import Context

ACTIONS = ("see", "edit", "link", "share", "administer", "confidential")
AREAS = ("profiles", "documents", "access", "settings", "audit")
AREA_OF = {"profile": "profiles", "document": "documents", "type": "settings", "rule": "settings"}
"""The area of a kind of record; of all others but links and conflicts, which have none, it is `access`."""

Actions = frozenset[str]
LinkName = tuple[str, str, str]
"""The names of a document, a profile and a relationship type."""

ALL: Actions = frozenset(ACTIONS)
NONE: Actions = frozenset()


def implied(action: str) -> Actions:
    """What one may who was granted the action."""
    if action == "confidential":
        return frozenset({"see", "confidential"})
    return frozenset(ACTIONS[: ACTIONS.index(action) + 1])


def lost(action: str) -> Actions:
    """What one may not who was denied the action: that, and all that would imply it."""
    return frozenset(other for other in ACTIONS if action in implied(other))


# --- a world -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Account:
    tied_to: str = ""  # a profile
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()  # "owner" and "auditor" are built in
    in_trash: bool = False


@dataclass(frozen=True)
class Group:
    groups: tuple[str, ...] = ()  # that it is a member of
    roles: tuple[str, ...] = ()
    in_trash: bool = False


@dataclass(frozen=True)
class Role:
    in_trash: bool = False


@dataclass(frozen=True)
class Type:
    """One in the trash has no living links; to those that went there with their documents it means what it meant."""

    grants: str = "none"
    in_trash: bool = False


@dataclass(frozen=True)
class Profile:
    """`fields` are what core.fields knows beside the name."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    in_trash: bool = False
    merged_into: str = ""


@dataclass(frozen=True)
class Document:
    """`fields` are what core.fields knows beside the title."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    in_trash: bool = False

    @property
    def confidential(self) -> bool:
        return self.fields.get("confidential") == "yes"


@dataclass(frozen=True)
class Link:
    """`went_along`: it is in the trash because its document is."""

    valid_from: int | None = None
    valid_until: int | None = None
    in_trash: bool = False
    went_along: bool = False


@dataclass(frozen=True)
class Grant:
    """`subject` is "" for everyone, `target` is "" for an area, whose name is the kind."""

    subject_kind: str
    subject: str
    action: str
    target_kind: str
    target: str = ""
    effect: str = "allow"
    valid_from: int | None = None
    valid_until: int | None = None
    condition: str = ""
    in_trash: bool = False


@dataclass(frozen=True)
class Mark:
    """The attribute is confidential in each profile, or in each document."""

    entity: str
    attribute: str
    in_trash: bool = False


@dataclass(frozen=True)
class Conflict:
    """An open one, about a record."""

    entity: str
    record: Any  # its name; of a link a LinkName


@dataclass(frozen=True)
class World:
    accounts: Mapping[str, Account] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    types: Mapping[str, Type] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    links: Mapping[LinkName, Link] = field(default_factory=dict)
    grants: Mapping[str, Grant] = field(default_factory=dict)
    marks: Mapping[str, Mark] = field(default_factory=dict)
    conflicts: Mapping[str, Conflict] = field(default_factory=dict)

    def records(self, entity: str) -> Mapping[Any, Any]:
        """The records of this kind, by name."""
        records: Mapping[Any, Any] = getattr(self, f"{entity}s")
        return records


# --- the judge -----------------------------------------------------------------------------------------------


class Oracle:
    """What accounts may do in a world, at the instant and in the way of a context."""

    def __init__(self, world: World, context: Context) -> None:
        self.world = world
        self.context = context
        self._known: dict[tuple[str, str, Any], Actions] = {}

    def exists(self, account: str) -> bool:
        """Whether somebody of this name may ask at all; where there are no two accounts, everybody may."""
        return self._alone() or not self.world.accounts[account].in_trash

    def unrestricted(self, account: str) -> bool:
        """Whether no rule binds the account."""
        return self._alone() or ("role", "owner") in self.subjects(account)

    def actions(self, account: str, entity: str, name: Any) -> Actions:
        """What the account may do with a record, in the trash or not."""
        key = (account, entity, name)
        if key not in self._known:
            self._known[key] = self._actions(account, entity, name)
        return self._known[key]

    def visible(self, account: str, entity: str, *, trash: bool = False) -> set[Any]:
        """The names of the records of this kind that the account may see, in the trash or out of it."""
        return {
            name
            for name, record in self.world.records(entity).items()
            if getattr(record, "in_trash", False) is trash and "see" in self.actions(account, entity, name)
        }

    def in_area(self, account: str, area: str) -> Actions:
        """What the account may do with everything of an area."""
        if self.unrestricted(account):
            return ALL
        return without(self._allowed_in(account, area), self._denied(account, area, ""))

    def withheld(self, account: str, entity: str, name: str) -> set[str]:
        """What the account may not read of a profile or document that it may see: fields, and attributes that are
        marked and there."""
        if "confidential" in self.actions(account, entity, name):
            return set()
        record = self.world.records(entity)[name]
        if entity == "document" and record.confidential:
            return {"text", "description", "contents", "attributes"}
        marked = {mark.attribute for mark in self.world.marks.values() if mark.entity == entity and not mark.in_trash}
        return {f"attributes.{attribute}" for attribute in record.fields.get("attributes", {}) if attribute in marked}

    # --- who one is -----------------------------------------------------------------------------------------

    def subjects(self, account: str) -> set[tuple[str, str]]:
        """Whom a grant may name to be about the account: the kind and the name of each."""
        own = self.world.accounts[account]
        groups = self._groups_above(own.groups)
        found = {("everyone", ""), ("account", account)}
        found |= {("group", group) for group in groups}
        for roles in (own.roles, *(self.world.groups[group].roles for group in groups)):
            found |= {("role", role) for role in roles if self._gives(role)}
        if profile := self._tied_profile(own):
            found.add(("profile", profile))
        return found

    def _groups_above(self, names: tuple[str, ...]) -> set[str]:
        """Those groups and all above them; one in the trash gives nothing and passes nothing on."""
        found: set[str] = set()
        for name in names:
            group = self.world.groups[name]
            if not group.in_trash:
                found |= {name} | self._groups_above(group.groups)
        return found

    def _gives(self, role: str) -> bool:
        return role in ("owner", "auditor") or not self.world.roles[role].in_trash

    def _tied_profile(self, account: Account) -> str:
        """The profile that the account is tied to, or the one that it was merged into."""
        name = account.tied_to
        while name and self.world.profiles[name].in_trash:
            name = self.world.profiles[name].merged_into
        return name

    def _alone(self) -> bool:
        return sum(not account.in_trash for account in self.world.accounts.values()) < 2

    # --- what one may ---------------------------------------------------------------------------------------

    def _actions(self, account: str, entity: str, name: Any) -> Actions:
        if self.unrestricted(account):
            return ALL
        if entity == "document":
            return without(self._allowed_on_document(account, name), self._denied(account, "documents", name))
        if entity == "profile":
            denied = self._denied(account, "profiles", name)
            allowed = self._allowed(account, "profile", name)
            if self._seen_through_a_document(account, name):
                allowed |= {"see"}
            return without(allowed, denied)
        if entity == "link":
            document, profile, _ = name
            return self.actions(account, "document", document) & self.actions(account, "profile", profile)
        if entity == "conflict":
            conflict = self.world.conflicts[name]
            return self.actions(account, conflict.entity, conflict.record)
        return self._in_administration(account, entity, name)

    def _in_administration(self, account: str, entity: str, name: str) -> Actions:
        """Types and rules are there for everyone to read, one's own account is, and for who may share a record the
        grants on it are; which of these they may give or take depends on what they have themselves."""
        actions = self.in_area(account, AREA_OF.get(entity, "access"))
        if AREA_OF.get(entity) == "settings" or (entity == "account" and name == account):
            actions |= {"see"}
        if entity == "grant":
            grant = self.world.grants[name]
            if grant.target and "share" in self.actions(account, grant.target_kind, grant.target):
                actions |= {"see"}
        return actions

    def _allowed_on_document(self, account: str, name: str) -> Actions:
        allowed = self._allowed(account, "document", name)
        for (document, profile, type), link in self.world.links.items():
            gives = self.world.types[type].grants
            if document != name or gives == "none" or ("profile", profile) not in self.subjects(account):
                continue
            counts = link.went_along if self.world.documents[name].in_trash else not link.in_trash
            if counts and self._is_now(link.valid_from, link.valid_until):
                allowed |= implied(gives)
        return allowed

    def _seen_through_a_document(self, account: str, profile: str) -> bool:
        for (document, other, _), link in self.world.links.items():
            if other == profile and not link.in_trash and "see" in self.actions(account, "document", document):
                return True
        return False

    def _allowed(self, account: str, entity: str, name: str) -> Actions:
        """By grants on the record and on all of its kind."""
        allowed = self._allowed_in(account, AREA_OF[entity])
        for grant in self._grants_to(account, "allow"):
            if grant.target_kind == entity and grant.target == name:
                allowed |= implied(grant.action)
        return allowed

    def _allowed_in(self, account: str, area: str) -> Actions:
        allowed = NONE
        if ("role", "auditor") in self.subjects(account):
            allowed |= {"see"}
        for grant in self._grants_to(account, "allow"):
            if grant.target_kind == area:
                allowed |= implied(grant.action)
        return allowed

    def _denied(self, account: str, area: str, name: str) -> Actions:
        """By denials on the area, and on this record of it."""
        denied = NONE
        for grant in self._grants_to(account, "deny"):
            if grant.target_kind == area or (grant.target and (grant.target_kind + "s", grant.target) == (area, name)):
                denied |= lost(grant.action)
        return denied

    def _grants_to(self, account: str, effect: str) -> Iterator[Grant]:
        """The grants, or the denials, that are about the account and in force."""
        subjects = self.subjects(account)
        for grant in self.world.grants.values():
            if (
                grant.effect == effect
                and not grant.in_trash
                and (grant.subject_kind, grant.subject) in subjects
                and self._is_now(grant.valid_from, grant.valid_until)
                and conditions.holds(grant.condition, self.context)
            ):
                yield grant

    def _is_now(self, valid_from: int | None, valid_until: int | None) -> bool:
        begun = valid_from is None or valid_from <= self.context.at
        over = valid_until is not None and valid_until <= self.context.at
        return begun and not over


def without(allowed: Actions, denied: Actions) -> Actions:
    """Who may not see may nothing."""
    left = allowed - denied
    return left if "see" in left else NONE
