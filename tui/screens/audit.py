"""Who did what, and who tried: the audit, the newest first, and whether it holds."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import ClassVar

from textual.binding import BindingType

from core.access_values import AuditEntry, AuditQuery, Verdict
from core.errors import RolodocError
from core.values import Change, Ref
from tui.action import Action
from tui.actions import ACTIONS, bindings
from tui.audit_actions import IN_AUDIT
from tui.audit_feed import AuditFeed, filter_text, find_audit_query, of_actor, of_record, read_audit
from tui.audit_lines import entry_line, entry_lines
from tui.screens.log import LogScreen


class AuditScreen(LogScreen):
    """Both ways: what did this account do, and who touched this record."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(IN_AUDIT)]

    name_ = "audit"
    title_ = "Audit"
    order = "newest first"
    actions: ClassVar[tuple[Action, ...]] = (*IN_AUDIT, *ACTIONS)

    def __init__(self) -> None:
        super().__init__()
        self.feed = AuditFeed(AuditQuery(), [], None)
        self._arrived: set[int] = set()
        self._refusal = ""

    # --- reading ------------------------------------------------------------------------------------

    def read_filtered(self) -> None:
        self.is_reading = True
        text = self.filter_text

        def read() -> AuditFeed:
            query, note = find_audit_query(self.app.workspace, text)
            return read_audit(self.app.workspace, query, note=note)

        self.ask(read, self._take_feed, group="audit", refuse=self.refuse_filter)

    def _take_feed(self, feed: AuditFeed) -> None:
        self.feed, self._refusal = feed, ""
        self._arrived.clear()
        self.tell(feed.note)
        self._show(to_top=True)
        self.list_read()

    def refuse_filter(self, error: RolodocError) -> None:
        super().refuse_filter(error)
        if not self.feed.entries:
            self._refusal = str(error)
            self._show()

    def read_older(self, before: int) -> None:
        query = self.feed.query
        self.ask(lambda: read_audit(self.app.workspace, query, before), self._take_older, group="audit")

    def _take_older(self, feed: AuditFeed) -> None:
        self.feed = AuditFeed(feed.query, [*self.feed.entries, *feed.entries], feed.older)
        self._show()

    def _read_newer(self) -> None:
        """What was written since the newest entry that is shown."""
        query, after = self.feed.query, self.feed.entries[0].seq if self.feed.entries else 0
        self.ask(lambda: self.app.workspace.audit(query, after=after), self._take_newer, group="newer", refuse=_let_be)

    def _take_newer(self, entries: list[AuditEntry]) -> None:
        known = self.feed.entries[0].seq if self.feed.entries else 0
        fresh = [entry for entry in entries if entry.seq > known]
        if fresh:
            self._arrived.update(entry.seq for entry in fresh)
            self.feed = AuditFeed(self.feed.query, [*reversed(fresh), *self.feed.entries], self.feed.older)
            self._show()

    def _show(self, *, to_top: bool = False) -> None:
        own = self.app.workspace.actor.name
        lines = [entry_line(entry, own, new=entry.seq in self._arrived) for entry in self.feed.entries]
        empty = self._refusal or ("nothing matches" if self.filter_text else "nothing was done yet")
        self.show_position(f"{len(self.feed.entries):,}{'+' if self.feed.older is not None else ''}")
        self.show_log(lines, self.feed.older, empty, to_top=to_top)

    # --- what is under the cursor ---------------------------------------------------------------------

    def entry(self) -> AuditEntry | None:
        key = self.view.cursor_key
        return next((entry for entry in self.feed.entries if entry.seq == key), None)

    def list_ref(self) -> Ref | None:
        entry = self.entry()
        return entry.record if entry is not None else None

    def show_detail_of_cursor(self) -> None:
        if self.trail or self.panel is not None:
            return
        entry = self.entry()
        self.detail.read(None)
        self.detail.show(entry_lines(entry) if entry is not None else [])

    def do_open(self) -> Awaitable[None] | None:
        """The whole entry; on the detail of its record, what is under the cursor there."""
        from tui.dialogs.audit_entry import AuditEntryPanel

        entry = self.entry()
        if self.focused is self.detail:
            return super().do_open()
        return self.open_panel(AuditEntryPanel(entry)) if entry is not None else None

    def do_audit_open(self) -> None:
        """The record that the entry is about."""
        entry = self.entry()
        if entry is not None and entry.record is not None:
            self.enter(entry.record, entry.title)

    # --- both ways, and whether it holds ------------------------------------------------------------------

    def do_audit_actor(self) -> None:
        """What did this account do?"""
        if (entry := self.entry()) is not None:
            self.show_query(of_actor(self.feed.query, entry.actor.name))

    def do_audit_record(self) -> None:
        """Who touched this record?"""
        if (entry := self.entry()) is not None and entry.record is not None:
            self.show_query(of_record(self.feed.query, entry.record))

    def show_query(self, query: AuditQuery) -> None:
        self.filter_text = filter_text(query)
        self.read_filtered()
        self.refresh_header()

    def do_audit_verify(self) -> None:
        self.say("verifying the audit")
        self.ask(self.app.workspace.verify_audit, self._tell_verdict, group="verify")

    def _tell_verdict(self, verdict: Verdict) -> None:
        if verdict.bad is not None:
            self.say(verdict.sentence, "bad")
            return
        remark = f"; {verdict.remarks[0]}" if verdict.remarks else ""
        self.say(f"the audit holds: {verdict.entries:,} entries, {verdict.checkpoints:,} checkpoints{remark}", "good")

    async def do_audit_checkpoint(self) -> None:
        from tui.dialogs.checkpoint import CheckpointPanel

        await self.open_panel(CheckpointPanel())

    # --- live ---------------------------------------------------------------------------------------

    def apply_changes(self, changes: Sequence[Change]) -> bool:
        if changes and not self._refusal:
            self._read_newer()
        return False


def _let_be(_: RolodocError) -> None:
    """What cannot be read now is told when it is asked for."""
