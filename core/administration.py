"""Accounts, groups, roles, grants, marks and rules of retention, before they are written: what their fields mean, and
what cannot be."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from core import access, conditions, escalation, grants, merged
from core.access import see
from core.errors import Conflict, Denied, Exists, Invalid, NotFound
from core.escalation import NOTHING
from core.fields import FIELDS, Entity, sort_key
from core.members import Directory, Reach, Step, are_alone, living_accounts
from core.nesting import check_nesting
from core.records import TABLES, Row, load_one, stored_fields
from core.rights import AREA_OF, BUILT_IN, OWNER
from core.safe_text import find_hostile
from core.store import Connection
from core.subjects import code_of
from core.values import Ref, as_uid, id_text
from core.write_values import Create

if TYPE_CHECKING:
    from core.open_request import OpenRequest

NAMED: Final[Mapping[Entity, str]] = {"account": "name", "group": "name", "role": "name", "mark": "attribute"}
LOG_IN: Final = ("name", "system_user")
"""The fields of an account that say who it is."""
INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Categories of Unicode that no name may hold: what reads alike must be alike."""
OWNERS: Final = """
SELECT 1 FROM account WHERE deleted_at IS NULL AND EXISTS (SELECT 1 FROM json_each(roles) WHERE value = 'owner') LIMIT 1
"""
"""Owners by their own roles; others are by their groups."""


def make_owner_first(request: OpenRequest, fields: dict[str, Any]) -> None:
    """Whoever makes an account in a store of one operator has one, and somebody owns the store: the first account is
    that of the one who makes it, who is its owner. `fields` are those of the account that is about to be made."""
    living = "SELECT name, system_user FROM account WHERE deleted_at IS NULL LIMIT 2"
    accounts = request.db.execute(living).fetchall()
    if len(accounts) > 1 or any(_is_own(request, *account) for account in accounts):
        return
    if fields["name"] != request.actor:
        own = {"name": request.actor, "roles": [OWNER], "system_user": request.by.system_user}
        request.perform(Create("account", own))
    elif not accounts:
        fields["roles"] = list(dict.fromkeys((*fields["roles"], OWNER)))


def _is_own(request: OpenRequest, name: str, system_user: str) -> bool:
    return name == request.actor or bool(system_user and system_user == request.by.system_user)


def tidy(entity: Entity, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in the one form in which they are stored. Raises Invalid, and NotFound for what is no id at all."""
    tidied = {name: TIDY[entity, name](value) if (entity, name) in TIDY else value for name, value in fields.items()}
    for name in ("subject", "target"):
        kind = fields.get(f"{name}_kind", "")
        if entity == "grant" and kind in TABLES and tidied.get(name) not in (*BUILT_IN, None):
            tidied[name] = _id(kind)(tidied[name])
    return tidied


def check_new(request: OpenRequest, entity: Entity, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Of a record that is about to be made; returns what its row holds beside its fields.

    Raises Invalid, NotFound, Exists, Conflict, and Denied for more than the actor has.
    """
    _check_fields(request, entity, {}, fields)
    columns = {}
    if entity == "grant":
        columns = grants.check_new(request, fields)
    elif entity in ("account", "group"):
        _check_reach(request, entity, 0, {}, fields)
    _refuse_taken(request.db, entity, 0, fields)
    return columns


def check_edit(
    request: OpenRequest, entity: Entity, row: Row, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Of a record that is about to be changed. Raises as check_new; of one in the trash only what fields mean, for it
    counts for nothing until it is brought back."""
    _check_fields(request, entity, before, after)
    if row[6] is not None:
        return
    if entity == "grant":
        grants.check_edit(request, row, before, after)
    elif entity in ("account", "group"):
        if entity == "account":
            _check_own(request, row, before, after)
        _check_reach(request, entity, row[0], before, after)
    _refuse_taken(request.db, entity, row[0], after)


def check_deletion(request: OpenRequest, entity: Entity, row: Row) -> None:
    """Raises Denied where it would end denials that bind others, take the role owner away, or open what is confidential
    to who may not read it."""
    fields = stored_fields(entity, row)
    if entity == "grant":
        grants.check_deletion(request, row, fields)
    elif entity == "account" and not request.viewer.unrestricted:
        # What an account is denied binds nobody else; only owners take an owner away.
        lost = _reach(request, entity, row[0], fields)
        escalation.check_loss(
            request.db, request.viewer, Reach({}, lost.built_in), NOTHING, f"the account {fields['name']}"
        )
    elif entity in ("group", "role") and not request.viewer.unrestricted:
        lost = _reach(request, entity, row[0], fields)
        escalation.check_loss(request.db, request.viewer, lost, NOTHING, f"the {entity} {fields['name']}")
    elif entity == "mark":
        doing = f"take the mark from {fields['attribute']}, which opens it"
        access.require_area(request.viewer, AREA_OF[fields["entity"]], "confidential", doing)


def check_restoration(request: OpenRequest, entity: Entity, row: Row, fields: Mapping[str, Any]) -> None:
    """Raises Exists where another has its name by now, Denied for more than the actor has."""
    if entity == "grant":
        grants.check_restoration(request, row, fields)
    elif entity in ("account", "group", "role") and not request.viewer.unrestricted:
        gained = _reach(request, entity, row[0], fields)
        escalation.check_gain(request.db, request.viewer, NOTHING, gained, f"the {entity} {fields['name']}")
    _refuse_taken(request.db, entity, row[0], fields)


def check_whole(request: OpenRequest) -> None:
    """When all is written: no group is a member of itself, or too deep, and somebody owns the store. Raises Invalid,
    Conflict; Denied for an end to all rules."""
    kinds = {entity for _, entity in request.done}
    if "group" in kinds:
        check_nesting(request.db)
    if "account" in kinds or "group" in kinds:
        _refuse_no_owner(request)
    if "account" in kinds and not request.viewer.unrestricted and are_alone(request.db):
        raise Denied("only an owner may leave the store with one account, for then no rule binds anybody; ask one")


# --- what fields mean -------------------------------------------------------------------------------------------


def _check_fields(request: OpenRequest, entity: Entity, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    changed = {name: value for name, value in after.items() if value != before.get(name)}
    for name in (NAMED.get(entity, ""), "system_user"):
        if name in changed:
            _check_name(name, changed[name])
    if entity == "role" and sort_key(changed.get("name", "")) in BUILT_IN:
        raise Invalid(f'"{changed["name"]}" is a role that every store has; choose another name', "name")
    if entity == "mark" and "." in changed.get("attribute", ""):
        raise Invalid(
            "must be one name of the map of attributes, without a dot; all that is under it is confidential with it",
            "attribute",
        )
    if entity == "retention" and "days" in changed and (changed["days"] is None or changed["days"] < 1):
        raise Invalid("must be 1 or more; to keep a log for good, delete its rule", "days")
    if entity in ("account", "group"):
        kind: Entity
        for kind in ("group", "role"):
            joined = (one for one in changed.get(f"{kind}s", ()) if one not in before.get(f"{kind}s", ()))
            _check_memberships(request.db, kind, joined)
    if changed.get("tied_to"):
        _check_tie(request, changed["tied_to"])


def _check_name(field: str, name: str) -> None:
    bad = next((c for c in name if unicodedata.category(c) in INVISIBLE or find_hostile.match(c)), None)
    if bad is not None:
        raise Invalid(
            f"must not hold the invisible character U+{ord(bad):04X}; leave it out, for names that read alike must be"
            " alike",
            field,
        )


def _check_memberships(db: Connection, entity: Entity, ids: Iterable[str]) -> None:
    for id in ids:
        if id in BUILT_IN and entity == "role":
            continue
        row = load_one(db, Ref(entity, as_uid(id)))
        if row[6] is not None:
            raise Conflict(f"the {entity} {stored_fields(entity, row)['name']} is in the trash; restore it first")


def _check_tie(request: OpenRequest, profile: str) -> None:
    see(request.db, request.viewer, Ref("profile", as_uid(profile)))
    row = load_one(request.db, Ref("profile", as_uid(profile)))
    merged.refuse(request.db, row, "tie the account to that one")
    if row[6] is not None:
        raise Conflict(f"{request.name('profile', row)} is in the trash; restore it first")


def _refuse_taken(db: Connection, entity: Entity, id: int, fields: Mapping[str, Any]) -> None:
    """Raises Exists where a living record has what only one may have."""

    def is_taken(columns: str, *values: str) -> bool:
        sql = f"SELECT 1 FROM {TABLES[entity]} WHERE deleted_at IS NULL AND id <> ? AND ({columns}) = "
        return db.execute(f"{sql} ({','.join('?' * len(values))})", (id, *values)).fetchone() is not None

    if "name" in fields:
        name, alike = fields["name"], sort_key(fields["name"])
        if is_taken("name", name):
            raise Exists(f'there is a living {entity} "{name}"; choose another name, or rename or delete that one')
        own = db.execute(f"SELECT sort_key FROM {TABLES[entity]} WHERE id = ?", (id,)).fetchone()
        if own != (alike,) and is_taken("sort_key", alike):
            raise Exists(f'the name of a living {entity} reads like "{name}"; choose another name')
    if fields.get("system_user") and is_taken("system_user", fields["system_user"]):
        raise Exists(f'another account has the system user "{fields["system_user"]}"; take it from that one first')
    if entity == "mark" and is_taken("entity, attribute", fields["entity"], fields["attribute"]):
        raise Exists(f'"{fields["attribute"]}" of {fields["entity"]}s is marked as confidential already')
    if entity == "retention" and is_taken("log", fields["log"]):
        raise Exists(f'there is a rule of retention for the log "{fields["log"]}" already; edit that one')


def _id(entity: Entity) -> Callable[[str], str]:
    def tidied(value: str) -> str:
        try:
            return id_text(uuid.UUID(value).bytes) if value else ""
        except ValueError:
            raise NotFound(f'there is no {entity} "{value}"; name it by its id') from None

    return tidied


def _ids(entity: Entity) -> Callable[[list[str]], list[str]]:
    tidied = _id(entity)
    return lambda values: list(dict.fromkeys(value if value in BUILT_IN else tidied(value) for value in values))


TIDY: Final[Mapping[tuple[Entity, str], Callable[[Any], Any]]] = {
    ("account", "tied_to"): _id("profile"),
    ("account", "groups"): _ids("group"),
    ("account", "roles"): _ids("role"),
    ("group", "groups"): _ids("group"),
    ("group", "roles"): _ids("role"),
    ("grant", "condition"): conditions.check,
}


# --- who comes to what -------------------------------------------------------------------------------------------


def _check_own(request: OpenRequest, row: Row, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    if row[0] != request.viewer.identity.account or request.viewer.unrestricted:
        return
    if any(not FIELDS["account"][name].same(before[name], after[name]) for name in ("groups", "roles", "tied_to")):
        raise Denied("only an owner may change the groups, roles or tie of the own account; ask one")


def _check_reach(
    request: OpenRequest, entity: Entity, id: int, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Of the memberships and the tie of an account or group; and of who may log in as the account, which is as much as
    all that it has."""
    if request.viewer.unrestricted:
        return
    whom = f"the {entity} {after['name']}"
    old, new = (_reach(request, entity, id, fields) if fields else NOTHING for fields in (before, after))
    escalation.check_gain(request.db, request.viewer, old, new, whom)
    escalation.check_loss(request.db, request.viewer, old, new, whom)
    # A name too: who is logged in under it goes on as the account that has it.
    logs_in_anew = entity == "account" and before and any(before[name] != after[name] for name in LOG_IN)
    if logs_in_anew and id != request.viewer.identity.account:
        if OWNER in new.built_in:
            raise Denied(f"only an owner may say who is the owner {before['name']}; ask one")
        escalation.check_gain(request.db, request.viewer, NOTHING, new, whom)


def _reach(request: OpenRequest, entity: Entity, id: int, fields: Mapping[str, Any]) -> Reach:
    """The record itself among them; everyone is no gain."""
    start = (Step(entity, fields["name"]),)
    if entity == "role":
        return Reach({code_of(entity, id): start}, {})
    reach = Directory(request.db).reach(start, fields["groups"], fields["roles"], fields.get("tied_to", ""))
    return Reach(reach.paths | {code_of(entity, id): start}, reach.built_in)


def _refuse_no_owner(request: OpenRequest) -> None:
    """Somebody must be able to administer the store. Only an undo may end with no account at all, as it was before the
    first; a store of one operator needs none for its groups."""
    if request.db.execute(OWNERS).fetchone():
        return
    accounts = living_accounts(request.db)
    if not accounts and (request.reverts is not None or not any(entity == "account" for _, entity in request.done)):
        return
    directory = Directory(request.db)
    if any(OWNER in directory.of_account(account).built_in for account in accounts):
        return
    raise Conflict("that would leave the store without an owner; give another account the role owner first")
