"""What of a record is copied: its name, its id, all of its fields, its text."""

from __future__ import annotations

from dataclasses import dataclass

from textual import on, work
from textual.app import ComposeResult
from textual.message import Message

from core.errors import RolodocError
from core.form_text import format_form
from core.values import Record, Ref, id_text
from tui.clipboard import copy_sequence, write_copy
from tui.dialogs.panel import Panel
from tui.widgets.line_view import LineView, line
from tui.widgets.painted import Span


class CopyPanel(Panel):
    """Enter copies what the cursor is on."""

    title = "Copy"
    hints = (("↑↓", "move"), ("⏎", "copy"), ("esc", "close"))

    @dataclass
    class Read(Message):
        record: Record

    @dataclass
    class Failed(Message):
        error: str

    def __init__(self, ref: Ref) -> None:
        super().__init__()
        self._ref = ref
        self._texts: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        yield LineView(id="copy")

    def on_mount(self) -> None:
        self.take_keys(self.query_one(LineView))
        self._read()

    @work(thread=True, exclusive=True, group="copy", exit_on_error=False)
    def _read(self) -> None:
        try:
            self.post_message(self.Read(self.app.workspace.get(self._ref)))
        except RolodocError as error:
            self.post_message(self.Failed(str(error)))

    @on(Read)
    def _show(self, message: Read) -> None:
        record = message.record
        entity = record.ref.entity
        self._texts = {"title": record.title, "id": id_text(record.ref.id)}
        self._texts |= {f"external id ({source})": id for source, id in record.external}
        self._texts["all fields"] = format_form(entity, record.fields, [f"{entity} {id_text(record.ref.id)}"])
        if record.fields.get("text"):
            self._texts["text"] = record.fields["text"]
        self.query_one(LineView).show(
            [
                line(Span(f"{name:<20} "), Span(text.strip().split("\n")[0], "label"), key=name)
                for name, text in self._texts.items()
            ]
        )

    @on(LineView.Chosen)
    def _copy(self, message: LineView.Chosen) -> None:
        message.stop()
        name = message.key
        said, kind = copy(self.app, self._texts[name])
        self.close(f"{name} {said}", kind)

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self.close(message.error, "bad")


def copy(app: object, text: str) -> tuple[str, str]:
    """Copies, and tells in (words, kind) where it went."""
    sequence = copy_sequence(text)
    if sequence is not None:
        app.send_to_terminal(sequence)  # type: ignore[attr-defined]
        return f"copied to the terminal's clipboard ({len(text.encode()):,} bytes)", "good"
    try:
        return f"is too large for a clipboard; written to {write_copy(text)}", "warn"
    except OSError as error:
        return f"is too large for a clipboard, and cannot be written to a file: {error.strerror}", "bad"
