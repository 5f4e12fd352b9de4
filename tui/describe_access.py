"""Changes of accounts, groups, roles, grants, marks and rules of retention in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.fields import FIELDS, Entity, format_instant
from core.values import Change

Names = Mapping[str, str]
"""Of accounts, groups and roles, by their ids as text."""

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
    if change.kind == "deleted":
        return f"revoked: {change.title}"
    if change.kind == "restored":
        return f"granted again: {change.title}"
    if change.kind == "updated":
        ends = _window(change.after, empty=True) or "the note"
        return f"changed the grant {change.title}: {ends}"
    return " ".join(filter(None, (_granted(change, names), _window(change.after))))


def _granted(change: Change, names: Names) -> str:
    """ "allowed hr to see Report", where it is sure what of the title is the name of whom."""
    fields = change.after
    effect, action, area = fields.get("effect", "allow"), fields.get("action", ""), fields.get("target_kind", "")
    kind = fields.get("subject_kind", "")
    who = "everyone" if kind == "everyone" else names.get(fields.get("subject", ""), fields.get("subject", ""))
    begin, end = f"{effect} {action} ", f" to {who}"
    if not (change.title.startswith(begin) and change.title.endswith(end)):
        return f"granted: {change.title}"
    what = AREA_WORDS.get(area) or change.title[len(begin) : -len(end)]
    verb = "allowed" if effect == "allow" else "denied"
    return f"{verb} {who} to {in_words(action, what)}"


def in_words(action: str, what: str) -> str:
    """ "see Report"; reading what is confidential is no verb of its own."""
    return f"read what is confidential in {what}" if action == "confidential" else f"{action} {what}"


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


def named(entity: Entity, name: str, value: Any, names: Names) -> Any:
    """The value of a field, memberships by their names; an id that says nothing to a person is left out."""
    if entity in ("account", "group") and name in ("groups", "roles") and value:
        return [names.get(id, id) for id in value]
    return "a profile" if entity == "account" and name == "tied_to" and value else value


def _difference(change: Change, name: str) -> tuple[list[str], list[str]]:
    """What came into a set, and what went."""
    before, after = change.before.get(name) or [], change.after.get(name) or []
    return [one for one in after if one not in before], [one for one in before if one not in after]


def _listed(ids: Sequence[str], names: Names, kind: str) -> str:
    """Names with commas; one that is not known, and is no built-in role, is told as what it is."""
    return ", ".join(names.get(id) or (f"a {kind}" if "-" in id else id) for id in ids)
