"""What of a record is copied: its name, its id, all of its fields, its text."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult

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

    def __init__(self, ref: Ref) -> None:
        super().__init__()
        self._ref = ref
        self._texts: dict[str, str] = {}

    @property
    def refs(self) -> tuple[Ref, ...]:
        return (self._ref,)

    def compose(self) -> ComposeResult:
        yield LineView(id="copy")

    def on_mount(self) -> None:
        self.take_keys(self.query_one(LineView))
        self.ask(lambda: self.app.workspace.get(self._ref), self._show, group="copy")

    def _show(self, record: Record) -> None:
        entity, id = record.ref.entity, id_text(record.ref.id)
        self._texts = {"title": record.title, "id": id}
        self._texts |= {f"external id ({source})": external for source, external in record.external}
        self._texts["all fields"] = format_form(entity, record.fields, [f"{entity} {id}"])
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
        text = self._texts[name]
        sequence = copy_sequence(text)
        if sequence is not None:
            self.app.send_to_terminal(sequence)
            self.close(f"{name} copied to the terminal's clipboard ({len(text.encode()):,} bytes)")
            return
        try:
            self.close(f"{name} is too large for a clipboard; written to {write_copy(text)}", "warn")
        except OSError as error:
            self.close(f"{name} is too large for a clipboard, and no file can be written: {error.strerror}", "bad")
