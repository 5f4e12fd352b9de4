"""Every revision of a record, the latest first, field by field."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.values import Change, Receipt, Ref
from tui.describe import differences, moment
from tui.dialogs.panel import Panel
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span

REVISIONS = 100


class HistoryPanel(Panel):
    """u takes back the change under the cursor, unless that would overwrite a later one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u", "undo", "Take this change back", show=False, id="history.undo")
    ]
    hints = (("↑↓", "move"), ("u", "take this change back"), ("esc", "close"))
    title = "History"

    def __init__(self, ref: Ref) -> None:
        super().__init__()
        self._ref = ref

    def compose(self) -> ComposeResult:
        yield LineView(id="history")

    def on_mount(self) -> None:
        self.take_keys(self.query_one(LineView))
        self.read()

    def read(self) -> None:
        """Reads it again, as it is now."""
        self.ask(lambda: self.app.workspace.changes(ref=self._ref, limit=REVISIONS), self._show, group="history")

    def _show(self, changes: list[Change]) -> None:
        if changes:
            self.title = f"History of {changes[0].title}"
            self.work.refresh_header()
        self.query_one(LineView).show([entry for change in changes for entry in change_lines(change)])

    def action_undo(self) -> None:
        seq = self.query_one(LineView).cursor_key
        if seq is not None:
            self.write(lambda: self.app.workspace.undo(seq=seq), self._undone)

    def _undone(self, receipt: Receipt) -> None:
        self.work.say(receipt.summary, "good")
        self.read()


def change_lines(change: Change) -> list[Line]:
    """A revision: who and when, then each field before and after."""
    by = f"{change.actor.name} ({change.actor.via})"
    head = line(
        Span(f"rev {change.revision} ", "key"),
        Span(f"{change.kind} ", "accent"),
        Span(f"{moment(change.at)} by {by}{' · ' + change.reason if change.reason else ''}"),
        key=change.seq,
    )
    return [head, *differences(change.ref.entity, change.before, change.after), line()]
