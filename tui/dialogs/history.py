"""Every revision of a record, the latest first, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message

from core.errors import RolodocError
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

    @dataclass
    class Read(Message):
        changes: list[Change]

    @dataclass
    class Undone(Message):
        receipt: Receipt

    @dataclass
    class Failed(Message):
        error: str

    def __init__(self, ref: Ref) -> None:
        super().__init__()
        self._ref = ref
        self._changes: list[Change] = []

    def compose(self) -> ComposeResult:
        yield LineView(id="history")

    def on_mount(self) -> None:
        self.take_keys(self.query_one(LineView))
        self.read()

    @work(thread=True, exclusive=True, group="history", exit_on_error=False)
    def read(self) -> None:
        """Reads it again, as it is now."""
        try:
            self.post_message(self.Read(self.app.workspace.changes(ref=self._ref, limit=REVISIONS)))
        except RolodocError as error:
            self.post_message(self.Failed(str(error)))

    @on(Read)
    def _show(self, message: Read) -> None:
        self._changes = message.changes
        if self._changes:
            self.title = f"History of {self._changes[0].title}"
            self.work.refresh_header()
        self.query_one(LineView).show([entry for change in self._changes for entry in change_lines(change)])

    def action_undo(self) -> None:
        if (seq := self.query_one(LineView).cursor_key) is not None:
            self._undo(seq)

    @work(thread=True, group="write", exit_on_error=False)
    def _undo(self, seq: int) -> None:
        try:
            self.post_message(self.Undone(self.app.live.write(lambda: self.app.workspace.undo(seq=seq))))
        except RolodocError as error:
            self.post_message(self.Failed(str(error)))

    @on(Undone)
    def _undone(self, message: Undone) -> None:
        self.work.say(message.receipt.summary, "good")
        self.read()

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self.work.say(message.error, "bad")


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
