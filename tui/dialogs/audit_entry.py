"""One entry of the audit, whole."""

from __future__ import annotations

from textual.app import ComposeResult

from core.access_values import AuditEntry
from tui.audit_lines import entry_lines
from tui.dialogs.panel import Panel
from tui.widgets.line_view import LineView


class AuditEntryPanel(Panel):
    title = "Entry"
    hints = (("↑↓", "scroll"), ("esc", "back to the list"))

    def __init__(self, entry: AuditEntry) -> None:
        super().__init__()
        self._entry = entry

    def compose(self) -> ComposeResult:
        yield LineView(id="audit-entry")

    def on_mount(self) -> None:
        view = self.query_one(LineView)
        view.show(entry_lines(self._entry))
        self.take_keys(view)
