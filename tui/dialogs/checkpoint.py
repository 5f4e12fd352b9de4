"""Saves a signed checkpoint of the audit to a file, to be kept outside of the store."""

from __future__ import annotations

import os
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from core.checkpoint_text import to_text
from core.errors import Exists, RolodocError, Unavailable
from tui.dialogs.panel import Panel
from tui.widgets.fields import Label
from tui.widgets.line_view import LineView, line
from tui.widgets.one_line import OneLine
from tui.widgets.painted import Span

WHY = (
    "A checkpoint says what the newest entry of the audit is now, and is signed. Kept where nobody here can change it,"
    " it shows later if the audit was cut short or written anew: rolodoc audit verify --checkpoint FILE."
)


class CheckpointPanel(Panel):
    title = "Checkpoint"
    hints = (("⏎", "save it to this file"), ("esc", "leave it"))

    def compose(self) -> ComposeResult:
        yield LineView(id="checkpoint")
        yield Label(" file", classes="question")
        yield OneLine("audit-checkpoint.json", classes="pick")

    def on_mount(self) -> None:
        view = self.query_one(LineView)
        view.can_focus = False
        view.show([line(Span("Save a checkpoint?", "title")), line(), line(Span(WHY, "label"), wraps=True)])
        self.take_keys(self.query_one(Input))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value.strip():
            self.work.say("say which file, or esc leaves it", "warn")
            return
        path = Path(event.value.strip()).expanduser()
        self.ask(lambda: self._save(path), self._saved, group="checkpoint", refuse=self._refused)

    def _save(self, path: Path) -> str:
        text = to_text(self.app.workspace.checkpoint_audit())
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise Exists(f"{path} is there already; name a file that is not") from None
        except OSError as error:
            raise Unavailable(f"{path} cannot be written: {error.strerror}") from None
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        return str(path)

    def _saved(self, path: str) -> None:
        self.close(f"saved to {path}; keep it where nobody here can change it", "good")

    def _refused(self, error: RolodocError) -> None:
        self.work.say(str(error), "bad")
