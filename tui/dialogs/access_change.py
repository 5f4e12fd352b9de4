"""A change of who may what: what it would open and close, before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from core.access_values import AccessPreview
from core.errors import RolodocError
from core.write_values import Receipt, Write
from tui.access_lines import preview_lines
from tui.dialogs.confirm import ConfirmPanel
from tui.dialogs.panel import Panel
from tui.widgets.line_view import Line, line
from tui.widgets.painted import Span

Done = Callable[[Receipt], None]
Refuse = Callable[[RolodocError], None]


class AccessChangePanel(ConfirmPanel):
    """Shows the dry run of the writes; enter does them."""

    wide = True

    def __init__(
        self,
        title: str,
        writes: Sequence[Write],
        preview: AccessPreview,
        done: Done,
        *,
        told: Sequence[Line] = (),
        refuse: Refuse | None = None,
    ) -> None:
        """`told` stands before what it opens and closes; `refuse` is called where the write is refused after all."""
        super().__init__(title, [*told, *preview_lines(preview)])
        self._writes, self._done, self._refuse = writes, done, refuse

    def put_question(self, lines: list[Line]) -> None:
        undo = f"{self.app.key_named('undo')} takes it back."
        super().put_question([*lines, line(), line(Span(undo, "label"))])

    def confirmed(self) -> None:
        self.write(self._writes, self._written)

    def _written(self, receipt: Receipt) -> None:
        self.close()
        self._done(receipt)

    def refused(self, error: RolodocError) -> None:
        self.close(str(error), "bad")
        if self._refuse is not None:
            self._refuse(error)


def try_out(
    panel: Panel,
    title: str,
    writes: Sequence[Write],
    done: Done,
    *,
    told: Sequence[Line] = (),
    refuse: Refuse | None = None,
    always: bool = True,
) -> None:
    """Asks what the writes would do, shows it over the panel and asks once; what opens and closes nothing is done at
    once unless `always`. What the core refuses is said, or handed to `refuse`."""
    workspace = panel.app.workspace

    async def show(preview: AccessPreview) -> None:
        panel.work.say("")
        if not always and not told and not preview.effects:
            panel.write(writes, done, refuse=refuse)
        elif panel.is_attached and panel.work.panel is panel:
            shown = AccessChangePanel(title, writes, preview, done, told=told, refuse=refuse)
            await panel.work.open_panel(shown, over=True)

    panel.work.say("trying out what that opens and closes")
    panel.ask(lambda: workspace.preview_access(writes), show, group="dry-run", refuse=refuse)
