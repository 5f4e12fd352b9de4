"""The inbox of conflicts, the newest first; enter opens one, R settles many by a rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, cast

import msgspec
from textual import on
from textual.binding import BindingType

from core.rows import ConflictRow
from core.values import Change, Query, RecordId, Ref
from core.write_values import Receipt, Settlement
from tui.action import Action, Context
from tui.actions import ACTIONS, bindings
from tui.conflict_actions import IN_INBOX
from tui.conflict_choices import Choices, keep_choices, kept_choices
from tui.describe import field_label
from tui.dialogs.conflict import ConflictPanel
from tui.dialogs.rules import RulesPanel, plural
from tui.screens.records import RecordScreen
from tui.session import ListState
from tui.sides import QUESTIONS, short_moment, who
from tui.widgets.columns import Column, Columns
from tui.widgets.record_list import RecordList


class Inbox(RecordList):
    """The list of open conflicts."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(IN_INBOX)]


class ConflictsScreen(RecordScreen):
    """Its list stays where it is while one conflict after the other is settled in the panel over it."""

    name_ = "conflicts"
    title_ = "Conflicts"
    entity = "conflict"
    actions: ClassVar[tuple[Action, ...]] = (*IN_INBOX, *ACTIONS)

    def __init__(self) -> None:
        super().__init__()
        self.base = Query(entity="conflict", sort="created")
        self.split = False
        self._drafts: dict[RecordId, int] = {}
        self._columns: Columns = ()
        self._opens: int | None = None  # the next conflict is opened when its row is there; where the cursor lands
        self._settled: str = ""  # what is said when the next one is opened, or the list is empty
        self._last: Choices | None = None  # that were written last
        self.typed: dict[tuple[RecordId, str], str] = {}  # for a field of a conflict, and not taken yet

    def make_list(self) -> RecordList:
        self._columns = columns_of({}, self.app.workspace.actor.name)
        records = Inbox(self._columns, id="list")
        records.follower = self.show_list_position
        return records

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.read_drafts()

    def state(self) -> ListState:
        if (panel := self.conflict_panel) is not None:
            panel.keep()
        return super().state()

    # --- what is under the cursor ---------------------------------------------------------------------------

    @property
    def conflict_panel(self) -> ConflictPanel | None:
        """The conflict that is open, also beneath another panel."""
        panels = [self.panel, *(panel for panel, _ in self._beneath)]
        return next((panel for panel in panels if isinstance(panel, ConflictPanel)), None)

    def list_ref(self) -> Ref | None:
        row = cast("ConflictRow | None", self.records.cursor_row)
        return row.record if row is not None else None

    def context(self) -> Context:
        panel = self.conflict_panel
        return msgspec.structs.replace(
            super().context(),
            conflict=panel.at if panel is not None else None,
            conflicts=self.records.position[1].value or self.app.open_conflicts,
        )

    def chosen(self) -> list[Ref]:
        ref = self.list_ref()
        return [ref] if ref is not None else []

    def list_state(self) -> str:
        if (panel := self.conflict_panel) is not None:
            return panel.count_open()
        marked = f"{len(self.records.marked):,} marked   " if self.records.marked else ""
        return marked + ("oldest first" if self.base.descending else "newest first")

    @property
    def heading(self) -> str:
        at, count = self.records.position
        return f"Conflict {at:,} of {count}" if at and self.conflict_panel is not None else self.title_

    def show_list_position(self) -> None:
        at, count = self.records.position
        self.show_position(f"{at:,} / {count}" if at else "none open")

    def apply_changes(self, changes: Sequence[Change]) -> bool:
        touched = super().apply_changes(changes)
        panel = self.conflict_panel
        return (panel is not None and panel.apply_changes(changes)) or touched

    # --- drafts of choices ----------------------------------------------------------------------------------

    def read_drafts(self) -> None:
        """Looks what is kept, once the list is to be seen."""
        if self.conflict_panel is not None:
            return
        self.ask(lambda: kept_choices(self.app.workspace), self._take_drafts, group="drafts")

    def _take_drafts(self, drafts: dict[RecordId, int]) -> None:
        if drafts != self._drafts:
            self._drafts = drafts
            self._columns = columns_of(drafts, self.app.workspace.actor.name)
            self.records.use_columns(self._columns)

    def columns_for(self, query: Query) -> Columns:
        del query
        return self._columns

    # --- from one conflict to the next ------------------------------------------------------------------------

    async def open_row(self) -> None:
        if self.records.cursor_row is not None:
            if self.conflict_panel is None:
                await self.open_panel(ConflictPanel())
            self._read_row()

    def _read_row(self, lands: int = 1) -> None:
        row, panel = self.records.cursor_row, self.conflict_panel
        if row is not None and panel is not None:
            panel.read(row.id, lands=lands)

    @property
    def is_stepping(self) -> bool:
        """Whether the conflict that is open gives way to another one."""
        return self._opens is not None or bool(self._settled)

    def step(self, step: int, *, lands: int = 1) -> None:
        """To the conflict after this one, or before it."""
        at, count = self.records.position
        if not 1 <= at + step <= count.value:
            self.say("this is the last open conflict" if step > 0 else "this is the first open conflict")
            return
        self._opens = lands
        self.records.action_move(step)
        self._open_when_there()

    def _open_when_there(self) -> None:
        """Opens the conflict under the cursor of the list, once its row is read."""
        if self._opens is not None and self.records.cursor_row is not None:
            lands, self._opens = self._opens, None
            self._read_row(lands)

    @on(RecordList.CursorMoved)
    def _row_read(self) -> None:
        self._open_when_there()

    @on(RecordList.Loaded)
    async def _list_read_again(self) -> None:
        self.read_drafts()
        said, self._settled = self._settled, ""
        if not said:
            self.refresh_keys()
            return
        if self.records.position[0]:
            self.say(f"{said}; this is the next one", "good")
            self._opens = 1
            self._open_when_there()
        else:
            self._leave_conflict()
            self.say(f"{said}; no conflict is open any more", "good")

    def settled(self, choices: Choices, title: str) -> None:
        """A conflict was written: on to the next one."""
        self._last = choices
        self._go_on(f"{title} is settled")

    def gone(self, said: str) -> None:
        """The conflict that is open was settled by somebody else."""
        self._go_on(said)

    def _go_on(self, said: str) -> None:
        self._settled = said
        self.records.clear_marks()
        self.records.reload()

    def _leave_conflict(self) -> None:
        while self.panel is not None:
            self.close_panel()

    def panel_closed(self) -> None:
        self.read_drafts()
        self.refresh_header()

    def do_undo(self) -> None:
        """Takes back the last write; a conflict that was settled here comes back with what was chosen for it."""
        last, workspace = self._last, self.app.workspace

        def undo() -> Receipt:
            receipt = workspace.undo()
            if last is not None:
                keep_choices(workspace, last.carried_to(workspace.conflict(last.conflict.id))[0])
            return receipt

        self.write(undo, self._undone)

    def _undone(self, receipt: Receipt) -> None:
        last, self._last = self._last, None
        self.written(receipt)
        if last is not None:
            self.read_list(cursor=last.conflict.id)
        panel = self.conflict_panel
        if panel is not None and last is not None:
            panel.read(last.conflict.id)
        elif panel is not None:
            panel.reload(receipt.summary)

    def do_redo(self) -> None:
        self.write(self.app.workspace.redo, self._redone)

    def _redone(self, receipt: Receipt) -> None:
        self.written(receipt)
        if (panel := self.conflict_panel) is not None:
            panel.reload(receipt.summary)

    # --- rules ------------------------------------------------------------------------------------------------

    async def do_conflict_rules(self) -> None:
        marked = list(self.records.marked)
        await self.open_rules(marked or None)

    async def open_rules(self, conflicts: list[RecordId] | None) -> None:
        """Asks for a rule for these conflicts, or for all that are open."""
        await self.open_panel(RulesPanel(conflicts), over=True)

    def settled_by_rule(self, settlement: Settlement, label: str) -> None:
        """A rule was applied to many conflicts: what is left stands in the list."""
        self._last = None
        undo = self.app.key_named("undo")
        fields, records = plural(settlement.decided, "field"), plural(settlement.records, "record")
        said = f"{label} settled {fields} in {records}"
        left = f"; {settlement.open:,} {'stays' if settlement.open == 1 else 'stay'} open" if settlement.open else ""
        self.close_panel()
        panel = self.conflict_panel
        if panel is not None and not settlement.open:
            self._go_on(said)
            return
        said = f"{said}{left}; {undo} takes that back"
        if panel is not None:
            panel.reload(said)
        self.after_write()
        self.say(said, "good")


def columns_of(drafts: Mapping[RecordId, int], me: str) -> Columns:
    """The columns; `drafts` tells how many choices are kept for a conflict."""

    def open_fields(row: ConflictRow) -> str:
        labels = [field_label(row.record_entity, name).lower() for name in row.fields]
        kept = drafts.get(row.id)
        return ("" if not kept else f"{kept} chosen: ") + (QUESTIONS[row.question] or ", ".join(labels))

    def sides(row: ConflictRow) -> str:
        return f"{who(row.mine, me)} / {who(row.theirs, me)}"

    return (
        Column("Kind", 8, lambda row: row.record_entity, rank=3),
        Column("Title", 17, lambda row: row.title, flex=3),
        Column("Open", 14, open_fields, flex=3, rank=1),
        Column("Who", 14, sides, flex=2, rank=2),
        Column("When", 5, lambda row: short_moment(row.created_at), rank=4),
        Column("Suggested", 9, lambda row: row.suggested or "-", rank=5),
    )
