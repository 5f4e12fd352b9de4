"""Deletes for good what has been in the trash long enough; asks for a word, because nothing brings it back."""

from __future__ import annotations

from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from core.errors import RolodocError
from core.instants import now
from core.write_values import Receipt
from tui.describe import moment
from tui.dialogs.panel import Panel
from tui.widgets.fields import Label
from tui.widgets.line_view import LineView, line
from tui.widgets.one_line import OneLine
from tui.widgets.painted import Span

DAYS: Final = 30
WORD: Final = "purge"


class PurgePanel(Panel):
    """Counts first; enter does it once the word is typed."""

    title = "Purge"
    hints = (("⏎", f"delete for good, once {WORD} is typed"), ("esc", "leave the trash as it is"))

    def __init__(self) -> None:
        super().__init__()
        self._before = now() - DAYS * 86_400_000_000
        self._counts: dict[str, int] | None = None
        self._is_writing = False

    def compose(self) -> ComposeResult:
        yield LineView(id="purge")
        yield Label(f" type {WORD} to delete all of it for good", classes="question")
        yield OneLine(classes="pick")

    @property
    def view(self) -> LineView:
        return self.query_one(LineView)

    def on_mount(self) -> None:
        self.view.can_focus = False
        self.take_keys(self.query_one(Input))
        self.view.show([line(Span("counting", "label"))])
        self.ask(lambda: self.app.workspace.purge(self._before, dry_run=True), self._tell, group="purge")

    def _tell(self, counts: dict[str, int]) -> None:
        self._counts = {entity: count for entity, count in counts.items() if count}
        since = f"in the trash for {DAYS} days or more: since before {moment(self._before)}"
        if not self._counts:
            self.close(f"nothing has been in the trash for {DAYS} days; so nothing is purged", "")
            return
        lines = [line(Span("Purge?", "title")), line()]
        lines += [line(Span("✗ ", "bad"), Span(_many(entity, count))) for entity, count in self._counts.items()]
        lines += [
            line(),
            line(Span(since, "label"), wraps=True),
            line(),
            line(Span("! They are deleted for good, with their history: nothing brings them back.", "bad"), wraps=True),
        ]
        self.view.show(lines)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value.strip().casefold() != WORD:
            self.work.say(f"nothing is deleted: type {WORD} first, or esc leaves the trash as it is", "warn")
        elif self._counts and not self._is_writing:
            self._is_writing = True
            self.write(self._purge, self._purged)

    def _purge(self) -> Receipt:
        workspace = self.app.workspace
        counts = workspace.purge(self._before)
        gone = ", ".join(_many(entity, count) for entity, count in counts.items() if count)
        latest = workspace.changes(actor=workspace.actor.name, limit=1)
        request = latest[0].request if latest and latest[0].kind == "purged" else None
        return Receipt(request, [], sum(counts.values()), f"deleted for good: {gone or 'nothing'}")

    def _purged(self, receipt: Receipt) -> None:
        screen = self.work
        self.close(receipt.summary)
        screen.after_write()

    def refused(self, error: RolodocError) -> None:
        self._is_writing = False
        self.work.say(str(error), "bad")


def _many(entity: str, count: int) -> str:
    return f"{count:,} {entity}{'' if count == 1 else 's'}"
