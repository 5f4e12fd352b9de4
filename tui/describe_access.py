"""Changes of accounts, groups, roles, grants, marks and rules of retention in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from core.fields import ADMINISTRATION, FIELDS, Entity
from core.instants import format_instant
from core.rows import GrantRow
from core.values import Change, Record, id_text

Names = Mapping[str, str]
"""Of accounts, groups and roles by their ids as text; of grants, whom to do what: "hr to see Report"."""

AREA_WORDS: Final[Mapping[str, str]] = {
    "profiles": "all profiles",
    "documents": "all documents",
    "access": "the administration of access",
    "settings": "types and rules",
    "audit": "the audit",
}
NOBODY_KNOWN: Final[Names] = {}


def access_change(change: Change, names: Names = NOBODY_KNOWN) -> str:
    """The change without its actor: "put bob into hr", "allowed hr to see Report until 2026-12-31"."""
    entity = change.ref.entity
    if entity == "grant":
        return _of_grant(change, names)
    if entity == "mark":
        return _of_mark(change)
    if entity == "retention":
        return _of_retention(change)
    if change.kind == "updated":
        return _of_memberships(change, names)
    verb = {"created": "made", "deleted": "deleted", "restored": "restored"}.get(change.kind, change.kind)
    return f"{verb} {entity} {change.title}"


def _of_memberships(change: Change, names: Names) -> str:
    """What an account or group was put into, or given; else which of its fields changed."""
    who = change.title if change.ref.entity == "account" else f"{change.ref.entity} {change.title}"
    told = []
    joined, left = _difference(change, "groups")
    told += [f"put {who} into {_listed(joined, names, 'group')}"] if joined else []
    told += [f"took {who} out of {_listed(left, names, 'group')}"] if left else []
    given, taken = _difference(change, "roles")
    told += [f"gave {who} the role {_listed(given, names, 'role')}"] if given else []
    told += [f"took the role {_listed(taken, names, 'role')} from {who}"] if taken else []
    if "tied_to" in change.after:
        told.append(f"tied {who} to a profile" if change.after["tied_to"] else f"untied {who} from its profile")
    labels = [
        FIELDS[change.ref.entity][name].label.lower()
        for name in change.after
        if name not in ("groups", "roles", "tied_to") and name in FIELDS[change.ref.entity]
    ]
    told += [f"changed {', '.join(labels)} of {change.ref.entity} {change.title}"] if labels else []
    return "; ".join(told) or f"changed {change.ref.entity} {change.title}"


def _of_grant(change: Change, names: Names) -> str:
    """A grant that is known is told as "hr to see Report", any other by its title."""
    known = names.get(id_text(change.ref.id), "")
    verb = "deny" if change.title.startswith("deny ") else "allow"
    told = f"{verb} {known}" if known else change.title
    if change.kind == "deleted":
        return f"revoked: {told}"
    if change.kind == "restored":
        return f"granted again: {told}"
    if change.kind == "updated":
        return f"changed {told}: {_window(change.after, empty=True) or 'the note'}"
    made = f"{'denied' if verb == 'deny' else 'allowed'} {known}" if known else f"granted: {told}"
    return " ".join(filter(None, (made, _window(change.after))))


def in_words(action: str, what: str) -> str:
    """ "see Report"; reading what is confidential is no verb of its own."""
    return f"read what is confidential in {what}" if action == "confidential" else f"{action} {what}"


def target_of(row: GrantRow) -> str:
    """What a grant is on."""
    if row.target_kind in AREA_WORDS:
        return AREA_WORDS[row.target_kind]
    return row.target_name or f"a {row.target_kind} that you may not see"


def grant_words(row: GrantRow) -> str:
    """ "hr to see Report" """
    return f"{row.subject_name} to {in_words(row.action, target_of(row))}"


def _window(fields: Mapping[str, Any], *, empty: bool = False) -> str:
    """From when until when and on which condition; what was taken away is told where `empty`."""
    told = []
    for name, word, none in (
        ("valid_from", "from", "from the beginning"),
        ("valid_until", "until", "without end"),
        ("condition", "if", "without condition"),
    ):
        if name in fields and fields[name] not in (None, ""):
            value = fields[name] if name == "condition" else format_instant(fields[name])
            told.append(f"{word} {value}")
        elif name in fields and empty:
            told.append(none)
    return " ".join(told) if not empty else ", ".join(told)


def _of_mark(change: Change) -> str:
    entity = change.after.get("entity", "")
    of = f" of {entity}s" if entity else ""
    if change.kind == "deleted":
        return f"made attribute {change.title} no longer confidential"
    return f"made attribute {change.title}{of} confidential"


def _of_retention(change: Change) -> str:
    log = {"changes": "the change log", "audit": "the audit"}.get(change.title, change.title)
    if change.kind == "deleted":
        return f"let {log} be kept without end"
    days = change.after.get("days")
    return f"let {log} be kept for {days:,} days" if days is not None else f"set again how long {log} is kept"


def named(entity: Entity, fields: dict[str, Any], names: Names) -> dict[str, Any]:
    """The fields with memberships by their names; without ids that say nothing to a person."""
    if entity == "grant":
        return {name: value for name, value in fields.items() if name not in ("subject", "target")}
    if entity not in ("account", "group"):
        return fields
    told = dict(fields)
    for name in ("groups", "roles"):
        if told.get(name):
            told[name] = [names.get(id, id) for id in told[name]]
    if told.get("tied_to"):
        told["tied_to"] = "a profile"
    return told


def named_change(change: Change, names: Names) -> Change:
    """The change as people read it."""
    if change.ref.entity not in ADMINISTRATION:
        return change
    before, after = (named(change.ref.entity, fields, names) for fields in (change.before, change.after))
    return msgspec.structs.replace(change, before=before, after=after)


def named_record(record: Record, names: Names) -> Record:
    """The record as people read it."""
    if record.ref.entity not in ADMINISTRATION:
        return record
    return msgspec.structs.replace(record, fields=named(record.ref.entity, record.fields, names))


def _difference(change: Change, name: str) -> tuple[list[str], list[str]]:
    """What came into a set, and what went."""
    before, after = change.before.get(name) or [], change.after.get(name) or []
    return [one for one in after if one not in before], [one for one in before if one not in after]


def _listed(ids: Sequence[str], names: Names, kind: str) -> str:
    """Names with commas; one that is not known, and is no built-in role, is told as what it is."""
    return ", ".join(names.get(id) or (f"a {kind}" if "-" in id else id) for id in ids)
