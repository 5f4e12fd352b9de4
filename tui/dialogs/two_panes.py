"""A panel of two views: what one chooses from, and beside or below it what there is to say about that."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widget import Widget

from core.errors import RolodocError
from core.fields import ADMINISTRATION
from core.values import Change
from core.write_values import Receipt
from tui.dialogs.panel import Panel
from tui.widgets.bars import Bar
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span

BESIDE = 100  # columns, from which on the second view stands beside the first


class TwoPanes(Panel):
    """Enter goes into the second view, esc back to the first."""

    wide = True

    def compose(self) -> ComposeResult:
        yield Bar(id="about")
        with Container(id="panes"):
            yield LineView(id="first")
            with Vertical(id="second-pane"):
                yield LineView(id="second")

    @property
    def first(self) -> LineView:
        return self.query_one("#first", LineView)

    @property
    def second(self) -> LineView:
        return self.query_one("#second", LineView)

    @property
    def in_second(self) -> bool:
        return self.second.has_focus

    def about(self, *spans: Span, right: str = "") -> None:
        """Shows this above both."""
        self.query_one("#about", Bar).show([Span(" "), *spans], [Span(f"{right} ", "title")] if right else [])

    def tell(self, lines: Sequence[Line], *, cursor: Any = None, top: int | None = None) -> None:
        """Shows these in the second view."""
        self.second.show(lines, cursor=cursor, top=top)

    def tell_error(self, error: RolodocError) -> None:
        """Shows a refusal in the second view."""
        self.tell([line(Span(str(error), "warn"), wraps=True)], top=0)

    # --- for the panels to fill in --------------------------------------------------------------------------

    def read(self) -> None:
        """Reads all of it again."""
        raise NotImplementedError

    def read_second(self) -> None:
        """Reads what there is to say about the line under the cursor of the first view."""
        raise NotImplementedError

    # --- the panel ------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.take_keys(self.first)
        self.read()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= BESIDE, "-beside")

    def shown_again(self) -> None:
        self.read()

    def changed_elsewhere(self, changes: Sequence[Change]) -> None:
        if any(change.ref.entity in (*ADMINISTRATION, "link", "type") for change in changes):
            self.read()

    def leave(self) -> None:
        if self.in_second:
            self.screen.set_focus(self.first)
        else:
            self.close()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        del event
        self.work.refresh_keys()

    @on(LineView.Moved)
    def _moved(self, message: LineView.Moved) -> None:
        message.stop()
        if message.view is self.first:
            self.read_second()
        self.work.refresh_keys()

    @on(LineView.Chosen)
    def _chosen(self, message: LineView.Chosen) -> None:
        message.stop()
        if message.view is self.first:
            self.go_into(self.second)

    def go_into(self, view: Widget) -> None:
        """Gives the keys to this part."""
        self.screen.set_focus(view)

    def action_undo(self) -> None:
        self.write(self.app.workspace.undo, self._undone)

    def action_redo(self) -> None:
        self.write(self.app.workspace.redo, self._undone)

    def _undone(self, receipt: Receipt) -> None:
        self.work.say(receipt.summary or "nothing had to change", "good")
        self.read()
