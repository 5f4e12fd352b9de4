"""Entries of the audit as lines, short in the list and whole in the pane."""

from __future__ import annotations

from typing import Final

from core.access_values import AuditEntry
from core.values import id_text
from tui.describe import differences, moment
from tui.widgets.line_view import Line, line
from tui.widgets.painted import Span, fit

DENIED: Final = "access.denied"
OF_VALUES: Final = (".created", ".updated", ".deleted", ".restored")
"""The kinds of entries that say what stood in a record; a log-in, an attempt or a reading has no such values."""
LABEL: Final = 9  # cells


def entry_line(entry: AuditEntry, own: str, *, new: bool = False) -> Line:
    """When, who, what, and on which record; a refusal is told by a sign as well as by its colour."""
    refused = entry.decision == "denied"
    return line(
        Span(f"{moment(entry.at)[:10]:<10} ", "label"),
        Span(f"{fit(entry.actor.name, 10):<10} ", "key" if entry.actor.name != own else ""),
        Span("✗ " if refused else "  ", "bad"),
        Span(f"{fit(entry.kind, 18):<18} ", "bad" if refused else ""),
        Span(entry.title or entry.detail),
        key=entry.seq,
        mark="+" if new else "",
    )


def entry_lines(entry: AuditEntry) -> list[Line]:
    """All that an entry says."""
    head = f"✗ {entry.kind}" if entry.decision == "denied" else entry.kind
    lines = [line(Span(head, "title"), wraps=True)]
    if entry.title:
        lines.append(line(entry.title, wraps=True))
    facts = [
        ("who", entry.actor.name),
        ("via", entry.actor.via),
        ("from", entry.actor.address or "this machine"),
        ("when", moment(entry.at)),
        ("decision", entry.decision),
        ("reason", entry.reason),
        ("detail", entry.detail),
        ("request", id_text(entry.request) if entry.request else ""),
        ("record", f"{entry.record.entity} {id_text(entry.record.id)}" if entry.record else ""),
        ("entry", f"{entry.seq:,}, {entry.hash.hex()[:16]}…"),
    ]
    lines += [line(), *(_fact(label, value) for label, value in facts if value)]
    if entry.before is None or entry.after is None:
        gone = "what it said is gone: it was erased, purged or pruned"
        lines += [line(), line(Span(gone, "label"), wraps=True)] if entry.kind.endswith(OF_VALUES) else []
    elif entry.record is not None and (entry.before or entry.after):
        lines += [line(), *differences(entry.record.entity, entry.before, entry.after)]
    return lines


def _fact(label: str, value: str) -> Line:
    return line(Span(f"{label:<{LABEL}} ", "label"), Span(value), wraps=True)
