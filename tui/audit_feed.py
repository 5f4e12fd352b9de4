"""The audit, read in pages and filtered by who, record, kind, request and time."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from core.access_values import AuditEntry, AuditQuery
from core.errors import Invalid, NotFound
from core.instants import format_instant, parse_instant
from core.values import Ref
from core.workspace import Workspace
from tui.feed import find_record
from tui.filtering import split_filter

PAGE: Final = 200  # entries read at a time

AUDIT_FILTERS: Final = {
    "by": "was done or tried by the account with this name",
    "kind": "is of this kind, such as document.updated or access.denied; grant. for all of grants",
    "record": "is about the record with this name or id",
    "request": "is of the request with this id",
    "since": "is of this time or later, as 2026-01-31 or 2026-01-31T09:30",
    "until": "is from before this time",
}


@dataclass(frozen=True, slots=True)
class AuditFeed:
    """Entries, the newest first; `older` is where to go on, None at the end."""

    query: AuditQuery
    entries: list[AuditEntry]
    older: int | None
    note: str = ""


def find_audit_query(workspace: Workspace, text: str) -> tuple[AuditQuery, str]:
    """What is typed into the filter line, and what of it the person should see. Raises NotFound, Invalid."""
    asked: dict[str, Any] = {}
    words: list[str] = []
    note = ""
    for name, value in split_filter(text):
        if name in AUDIT_FILTERS and not value:
            continue
        if name in ("by", "kind"):
            asked["actor" if name == "by" else "kind"] = value
        elif name in ("since", "until"):
            asked[name] = _instant(name, value)
        elif name == "request":
            asked["request"] = _id(value)
        else:
            words.append(value if name in ("", "record") else f"{name}:{value}")
    if words:
        asked["record"], title = _find_record(workspace, " ".join(words))
        note = f"what is about {title}"
    return AuditQuery(**asked), note


def read_audit(workspace: Workspace, query: AuditQuery, before: int | None = None, note: str = "") -> AuditFeed:
    entries = workspace.audit(query, before=before, limit=PAGE)
    return AuditFeed(query, entries, entries[-1].seq if len(entries) == PAGE else None, note)


def filter_text(query: AuditQuery) -> str:
    """The query as one types it."""
    parts = [("by", query.actor), ("kind", query.kind)]
    times = (("since", query.since), ("until", query.until))
    parts += [(name, format_instant(at)) for name, at in times if at is not None]
    if query.record is not None:
        parts.append(("record", query.record.id.hex()))
    if query.request is not None:
        parts.append(("request", query.request.hex()))
    return " ".join(f'{name}:"{value}"' if " " in value else f"{name}:{value}" for name, value in parts if value)


def of_actor(query: AuditQuery, actor: str) -> AuditQuery:
    """What this account did, of any record."""
    return msgspec.structs.replace(query, actor=actor, record=None, request=None)


def of_record(query: AuditQuery, record: Ref) -> AuditQuery:
    """Who touched this record, whatever it was."""
    return msgspec.structs.replace(query, record=record, actor="", request=None)


def _instant(name: str, value: str) -> int:
    try:
        return parse_instant(value)
    except ValueError as error:
        raise Invalid(str(error), name) from None


def _id(text: str) -> bytes:
    try:
        return uuid.UUID(text).bytes
    except ValueError:
        raise Invalid(f"“{text[:40]}” is no id of a request", "request") from None


def _find_record(workspace: Workspace, name: str) -> tuple[Ref, str]:
    try:
        ref = workspace.resolve(name)
        return ref, workspace.get(ref).title
    except NotFound:
        return find_record(workspace, name)
