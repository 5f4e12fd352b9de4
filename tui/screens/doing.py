"""What can be done with records, on every screen: panels are opened, writes are carried out off the UI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import on, work
from textual.message import Message

from core.errors import RolodocError
from core.values import Receipt, Ref, Restore
from tui.actions import ACTIONS
from tui.screens.work import WorkScreen
from tui.themes import THEMES


class Doing(WorkScreen):
    """Carries out the actions of the registry."""

    @dataclass
    class Done(Message):
        receipt: Receipt
        said: str

    @dataclass
    class Refused(Message):
        error: str

    # --- panels -------------------------------------------------------------------------------------

    async def do_new(self) -> None:
        from tui.dialogs.form import FormPanel

        assert self.entity is not None
        await self.open_panel(FormPanel(self.entity))

    async def do_edit(self) -> None:
        from tui.dialogs.form import FormPanel

        if (ref := self.subject()) is not None:
            await self.open_panel(FormPanel(ref.entity, ref))

    async def do_edit_external(self) -> None:
        from tui.dialogs.form import FormPanel

        if (ref := self.subject()) is not None:
            await self.open_panel(FormPanel(ref.entity, ref, external=True))

    async def do_link(self) -> None:
        from tui.dialogs.link import LinkPanel

        if (ref := self.context().record) is not None:
            await self.open_panel(LinkPanel([ref]))

    async def do_link_marked(self) -> None:
        from tui.dialogs.link import LinkPanel

        await self.open_panel(LinkPanel(self.chosen()))

    async def do_remove(self) -> None:
        from tui.dialogs.remove import RemovePanel

        await self.open_panel(RemovePanel(self.chosen()))

    async def do_history(self) -> None:
        from tui.dialogs.history import HistoryPanel

        if (ref := self.subject()) is not None:
            await self.open_panel(HistoryPanel(ref))

    async def do_palette(self) -> None:
        from tui.dialogs.palette import PalettePanel

        await self.open_panel(PalettePanel(self.context(), ACTIONS))

    async def do_help(self) -> None:
        from tui.dialogs.help import HelpPanel

        await self.open_panel(HelpPanel(self.name_, self.focused))

    def chosen(self) -> list[Ref]:
        """The marked records while the list has the keys, else the one under the cursor."""
        subject = self.subject()
        return [subject] if subject is not None else []

    # --- writes -------------------------------------------------------------------------------------

    def do_restore(self) -> None:
        writes = [Restore(ref) for ref in self.chosen()]
        self.carry_out(lambda: self.app.workspace.write(writes))

    def do_undo(self) -> None:
        self.carry_out(self.app.workspace.undo)

    def do_redo(self) -> None:
        self.carry_out(self.app.workspace.redo)

    def carry_out(self, call: Callable[[], Receipt], said: str = "") -> None:
        """Writes off the UI thread; says what it did, or why it did nothing."""
        self._write(call, said)

    @work(thread=True, group="write", exit_on_error=False)
    def _write(self, call: Callable[[], Receipt], said: str) -> None:
        try:
            receipt = self.app.live.write(call)
            self.post_message(self.Done(receipt, said))
        except RolodocError as error:
            self.post_message(self.Refused(str(error)))

    @on(Done)
    def _done(self, message: Done) -> None:
        message.stop()
        self.say(message.said or message.receipt.summary or "nothing had to change", "good")
        self.after_write()

    @on(Refused)
    def _refused(self, message: Refused) -> None:
        message.stop()
        self.say(message.error, "bad")

    # --- the rest -----------------------------------------------------------------------------------

    def do_group(self) -> None:
        self.say(f"grouped by {self.detail.turn_grouping()}")

    def do_refresh(self) -> None:
        self.detail.reload()

    def do_clear(self) -> None:
        if self.panel is not None:
            self.panel.leave()
        elif self.trail:
            self.do_back()

    def do_pane(self) -> None:
        self.split = not self.split
        self.place_parts()

    def do_theme(self) -> None:
        names = list(THEMES)
        self.app.choose_theme(names[(names.index(self.app.theme) + 1) % len(names)])
        self.say(f"theme: {self.app.theme}")

    async def do_copy(self) -> None:
        from tui.dialogs.copy import CopyPanel

        if (ref := self.subject()) is not None:
            await self.open_panel(CopyPanel(ref))
