"""Drafts: what was typed and not saved, the latest first; and whether its record has moved on since."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from core.drafts import Draft, drop_draft, list_drafts
from core.errors import NotFound
from core.values import Change, Record, Ref
from tui.actions import Context
from tui.describe import differences, field_label, moment
from tui.screens.doing import Doing
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft, and its record as it is now; without one it is of a new record, or of one that is gone."""

    draft: Draft
    record: Record | None

    @property
    def has_moved_on(self) -> bool:
        return self.record is not None and self.record.version != self.draft.base_version

    @property
    def title(self) -> str:
        if self.record is not None:
            return self.record.title
        named = self.draft.fields.get("name") or self.draft.fields.get("title")
        return str(named) if named else f"new {self.draft.entity}"

    @property
    def sign(self) -> str:
        """Its state in a word."""
        if self.draft.id is None:
            return "+ new"
        return "✗ gone" if self.record is None else "~ newer" if self.has_moved_on else "edit"

    @property
    def state(self) -> str:
        if self.draft.id is None:
            return "new"
        if self.record is None:
            return "✗ its record is gone"
        if self.has_moved_on:
            return f"~ {self.record.updated_by} saved rev {self.record.revision} since: saving merges both"
        return "not saved"


class DraftsScreen(Doing):
    """Enter goes on with a draft; where its record has moved on, saving it merges."""

    name_ = "drafts"
    title_ = "Drafts"

    def __init__(self) -> None:
        super().__init__()
        self.drafts: dict[str, Kept] = {}

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.read_drafts()

    def read_drafts(self) -> None:
        self.ask(self._read, self._show, group="drafts")

    def _read(self) -> list[Kept]:
        workspace = self.app.workspace
        drafts = []
        for draft in list_drafts(workspace):
            record = None
            if draft.ref is not None:
                with suppress(NotFound):
                    record = workspace.get(draft.ref)
            drafts.append(Kept(draft, record))
        return drafts

    def _show(self, drafts: list[Kept]) -> None:
        self.drafts = {kept.draft.key: kept for kept in drafts}
        empty = [line(Span("no drafts: everything that was typed is saved", "label"))]
        self.view.show([self._line(kept) for kept in drafts] or empty)
        self.show_position(f"{len(self.drafts):,}" if self.drafts else "")
        if self.panel is None:
            self.show_detail_of_cursor()
        self.refresh_keys()

    @property
    def view(self) -> LineView:
        return self.query_one("#list", LineView)

    def _line(self, kept: Kept) -> Line:
        names = ", ".join(field_label(kept.draft.entity, name).lower() for name in kept.draft.fields)
        return line(
            Span(f"{kept.sign:<8} ", "warn" if kept.has_moved_on else "label"),
            Span(kept.title),
            Span(f"  {names}  ", "label"),
            key=kept.draft.key,
            end=moment(kept.draft.at),
        )

    def kept(self) -> Kept | None:
        """The draft under the cursor."""
        return self.drafts.get(self.view.cursor_key)

    def context(self) -> Context:
        kept = self.kept()
        return msgspec.structs.replace(
            super().context(), draft=kept is not None, subject=kept.draft.ref if kept else None
        )

    def subject(self) -> Ref | None:
        return None

    def show_detail_of_cursor(self) -> None:
        """What the draft would change."""
        kept = self.kept()
        self.detail.read(None)
        if kept is not None:
            entity = kept.draft.entity
            head = [line(Span(kept.title, "title"), wraps=True), line(Span(kept.state, "label"), wraps=True), line()]
            self.detail.show([*head, *differences(entity, kept.draft.base, kept.draft.fields)])

    def on_line_view_moved(self, message: LineView.Moved) -> None:
        del message
        self.show_detail_of_cursor()
        self.refresh_keys()

    async def on_line_view_chosen(self, message: LineView.Chosen) -> None:
        if message.view is self.view:
            await self.do_edit()

    async def do_edit(self) -> None:
        from tui.dialogs.form import FormPanel

        kept = self.kept()
        if kept is not None:
            await self.open_panel(FormPanel(kept.draft.entity, kept.draft.ref))

    async def do_remove(self) -> None:
        from tui.dialogs.confirm import ConfirmPanel

        kept = self.kept()
        if kept is not None:
            shown = [line(Span("✗ ", "bad"), f"what you typed for {kept.title}", wraps=True)]
            await self.open_panel(ConfirmPanel("Drop the draft", shown, lambda: self._drop(kept.draft)))

    def _drop(self, draft: Draft) -> None:
        self.ask(lambda: drop_draft(self.app.workspace, draft), lambda _: self.read_drafts(), group="draft", every=True)

    def panel_closed(self) -> None:
        self.read_drafts()

    def do_refresh(self) -> None:
        self.read_drafts()

    def apply_changes(self, changes: Sequence[Change]) -> bool:
        about = {kept.draft.ref for kept in self.drafts.values()}
        touched = any(change.ref in about for change in changes)
        if touched:
            self.read_drafts()
        return touched

    def concerns(self, change: Change) -> bool:
        return any(kept.draft.ref == change.ref for kept in self.drafts.values())
