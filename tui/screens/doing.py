"""What can be done with records, on every screen: panels are opened, writes are carried out off the UI thread."""

from __future__ import annotations

from core.values import Ref
from core.write_values import Receipt, Restore
from tui.screens.work import WorkScreen
from tui.themes import THEMES


class Doing(WorkScreen):
    """Carries out the actions of the registry."""

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

    async def do_access(self) -> None:
        from tui.dialogs.access import AccessPanel

        if (ref := self.context().record) is not None:
            await self.open_panel(AccessPanel(ref))

    async def do_accounts(self) -> None:
        from tui.dialogs.accounts import AccountsPanel

        await self.open_panel(AccountsPanel(), over=True)

    async def do_reason(self) -> None:
        from tui.dialogs.reason import ReasonPanel

        def give(reason: str) -> None:
            self.app.workspace.reason = reason
            self.say("the reason holds for all that you look at, until you leave or say another", "good")
            self.access_changed()

        why = "Some records are shown to one who gives a reason. It holds until you leave."
        await self.open_panel(ReasonPanel(why, give, typed=self.app.workspace.reason), over=True)

    async def do_purge(self) -> None:
        from tui.dialogs.purge import PurgePanel

        await self.open_panel(PurgePanel())

    async def do_merge(self) -> None:
        from tui.dialogs.merge_profiles import MergePanel

        into, other = (ref.id for ref in self.chosen())
        await self.open_panel(MergePanel(into, other))

    async def do_split(self) -> None:
        from tui.dialogs.split_profile import SplitPanel

        if (ref := self.record_read()) is not None:
            await self.open_panel(SplitPanel(ref.id))

    async def do_candidates(self) -> None:
        from tui.dialogs.candidates import CandidatesPanel

        await self.open_panel(CandidatesPanel())

    async def do_palette(self) -> None:
        from tui.dialogs.palette import PalettePanel

        over = not isinstance(self.panel, PalettePanel)
        await self.open_panel(PalettePanel(self.context(), self.actions_here), over=over)

    async def do_help(self) -> None:
        from tui.dialogs.help import HelpPanel

        over = not isinstance(self.panel, HelpPanel)
        await self.open_panel(HelpPanel(self.actions_here, self.focused), over=over)

    async def do_rules(self) -> None:
        from tui.dialogs.standing_rules import StandingRulesPanel

        await self.open_panel(StandingRulesPanel(), over=True)

    def chosen(self) -> list[Ref]:
        """The marked records while the list has the keys, else the one under the cursor."""
        subject = self.subject()
        return [subject] if subject is not None else []

    # --- writes -------------------------------------------------------------------------------------

    def do_restore(self) -> None:
        self.write([Restore(ref) for ref in self.chosen()], self.written)

    def do_undo(self) -> None:
        self.write(self.app.workspace.undo, self.written)

    def do_redo(self) -> None:
        self.write(self.app.workspace.redo, self.written)

    def written(self, receipt: Receipt) -> None:
        """Says what was done, and shows it."""
        self.say(receipt.summary or "nothing had to change", "good")
        self.after_write()

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
