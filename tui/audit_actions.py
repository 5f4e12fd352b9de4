"""What can be done with the audit: part of the registry, see tui.actions."""

from __future__ import annotations

from typing import Final

from tui.action import Action, Context, needs, unless_panel


def _on_entry(context: Context) -> str | None:
    return None if context.change else "the cursor is not on an entry"


def _about_record(context: Context) -> str | None:
    return _on_entry(context) or (None if context.subject else "this entry is about no record")


def _with_detail(context: Context) -> str | None:
    if reason := _about_record(context):
        return reason
    shown = context.subject is not None and context.subject.entity in ("profile", "document", "link")
    return None if shown else "only profiles, documents and links are opened; enter shows the entry"


_HERE: Final = ("audit",)
IN_AUDIT: Final[tuple[Action, ...]] = (
    Action("audit.actor", "a", "Account", "What else did this account do, or try?", needs(_on_entry), _HERE),
    Action("audit.record", "t", "Record", "Who else touched this record?", needs(_about_record), _HERE),
    Action("audit.open", "r", "Open record", "Open the record that this entry is about.", needs(_with_detail), _HERE),
    Action("audit.verify", "v", "Verify", "Whether no entry was changed, removed or put in.", unless_panel, _HERE),
    Action(
        "audit.checkpoint",
        "w",
        "Checkpoint",
        "Save a signed checkpoint, to be kept outside of the store.",
        unless_panel,
        _HERE,
    ),
)
