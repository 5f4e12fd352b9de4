"""Says what will go to the trash, and asks once."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on, work
from textual.message import Message

from core.errors import RolodocError
from core.values import Delete, Receipt, Record, Ref
from tui.dialogs.confirm import ConfirmPanel
from tui.widgets.line_view import line
from tui.widgets.painted import Span

NAMED = 12  # records; of more only the number is told


class RemovePanel(ConfirmPanel):
    """Deletes records, or unlinks; undo brings all of it back."""

    @dataclass
    class Looked(Message):
        named: list[tuple[Record, str]]  # and its links in words

    @dataclass
    class Removed(Message):
        receipt: Receipt

    @dataclass
    class Failed(Message):
        error: str

    def __init__(self, refs: list[Ref]) -> None:
        verb = "Unlink" if all(ref.entity == "link" for ref in refs) else "Delete"
        super().__init__(verb if len(refs) == 1 else f"{verb} {len(refs):,} {refs[0].entity}s", [])
        self._chosen = refs

    def on_mount(self) -> None:
        super().on_mount()
        self._look()

    @work(thread=True, exclusive=True, group="remove", exit_on_error=False)
    def _look(self) -> None:
        workspace = self.app.workspace
        try:
            named = []
            for ref in self._chosen[:NAMED]:
                groups = workspace.groups(ref) if ref.entity in ("profile", "document") else []
                total = sum(group.count.value for group in groups)
                more = "" if all(group.count.exact for group in groups) else " or more"
                links = f"and its {total:,}{more} link{'' if total == 1 else 's'}" if total else ""
                named.append((workspace.get(ref), links))
            self.post_message(self.Looked(named))
        except RolodocError as error:
            self.post_message(self.Failed(str(error)))

    @on(Looked)
    def _looked(self, message: Looked) -> None:
        lines = [
            line(Span("✗ ", "bad"), Span(f"{record.title} {links}".rstrip()), wraps=True)
            for record, links in message.named
        ]
        if len(self._chosen) > NAMED:
            lines.append(line(Span(f"  and {len(self._chosen) - NAMED:,} more, each with its links", "label")))
        back = f"To the trash; {self.app.key_named('undo')} brings it back."
        self.ask([*lines, line(), line(Span(back, "label"), wraps=True)])

    def confirmed(self) -> None:
        self._write()

    @work(thread=True, group="write", exit_on_error=False)
    def _write(self) -> None:
        workspace = self.app.workspace
        try:
            writes = [Delete(ref) for ref in self._chosen]
            self.post_message(self.Removed(self.app.live.write(lambda: workspace.write(writes))))
        except RolodocError as error:
            self.post_message(self.Failed(str(error)))

    @on(Removed)
    def _removed(self, message: Removed) -> None:
        screen = self.work
        self.close(f"{message.receipt.summary}; {self.app.key_named('undo')} brings it back")
        screen.after_write()

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self.close(message.error, "bad")
