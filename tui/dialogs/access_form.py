"""What the forms of grants, accounts, groups and roles share: a dry run first, and errors at their fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, TextArea

from core.errors import Invalid, RolodocError, Stale
from core.values import Record, Ref
from core.write_values import Receipt, Write
from tui.dialogs.access_change import try_out
from tui.dialogs.access_picks import AccessPick, Find
from tui.dialogs.panel import Panel
from tui.widgets.fields import FieldRow
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span
from tui.widgets.picked import Picked, PickedRow, PickedValue


class AccessForm(Panel):
    """Of a new record, or of `ref`. Nothing that is typed is lost to an error: the form stays until it is done."""

    wide = True
    takes_text = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2,ctrl+g", "save", "Try it out, then do it", show=False, id="form.save"),
        Binding("tab,down", "turn(1)", "Next field", show=False, id="form.next"),
        Binding("shift+tab,up", "turn(-1)", "Previous field", show=False, id="form.previous"),
    ]
    hints_of: ClassVar[dict[str, str]] = {}
    """By field, what to type."""

    def __init__(self, title: str, ref: Ref | None = None) -> None:
        super().__init__(classes="form access-form")
        self.title, self.ref = title, ref
        self.version: int | None = None
        self._saving = False
        self.can_focus = True  # until its fields are there

    @property
    def is_waiting(self) -> bool:
        return self.can_focus

    # --- for the forms to fill in ---------------------------------------------------------------------

    def make_rows(self, record: Record | None) -> list[FieldRow]:
        """The fields, of the record where there is one."""
        raise NotImplementedError

    def writes(self, values: dict[str, Any]) -> list[Write]:
        """What these values, of all fields, come to; nothing when they are as stored. Raises Invalid."""
        raise NotImplementedError

    def question(self) -> str:
        """What is asked before it is done."""
        return self.title

    def find_for(self, name: str) -> Find:
        """Where the value of a picked field is looked for."""
        raise NotImplementedError

    def told(self) -> Sequence[Line]:
        """What is to be known beside what opens and closes."""
        return ()

    def done(self, receipt: Receipt) -> None:
        """Closes it, and says what came of it."""
        self.close(receipt.summary or "nothing had to change")

    asks_always: ClassVar[bool] = True

    # --- the form ---------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield VerticalScroll(id="fields", can_focus=False)
        hint = LineView(id="hint")
        hint.can_focus = False
        yield hint

    def key_hints(self) -> list[tuple[str, str]]:
        focused = self.screen.focused
        picks, lines = isinstance(focused, PickedValue), isinstance(focused, TextArea)
        enter = ("⏎", "pick" if picks else "next line" if lines else "try it out")
        return [enter, ("f2", "try it out from anywhere"), ("tab", "next"), ("esc", "close, nothing done")]

    async def on_mount(self) -> None:
        self.take_keys(self)
        ref, workspace = self.ref, self.app.workspace
        if ref is None:
            await self._open(None)
        else:
            self.ask(lambda: workspace.get(ref), self._open, group="form", refuse=self.not_there)

    async def _open(self, record: Record | None) -> None:
        self.version = record.version if record is not None else None
        rows = self.make_rows(record)
        await self.query_one("#fields").mount_all(rows)
        self.take_keys(rows[0].editor)
        await self.opened()
        self.can_focus = False

    async def opened(self) -> None:
        """Its fields are there."""

    @property
    def rows(self) -> list[FieldRow]:
        return list(self.query(FieldRow))

    def row(self, name: str) -> FieldRow | None:
        return next((row for row in self.rows if row.field.name == name), None)

    def picked(self, name: str) -> Picked | None:
        row = self.row(name)
        return row.picked if isinstance(row, PickedRow) else None

    def action_turn(self, step: int) -> None:
        editors = [row.editor for row in self.rows]
        at = next((at for at, editor in enumerate(editors) if editor.has_focus), -1)
        if editors:
            editors[(at + step) % len(editors)].focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        row = next((row for row in self.rows if row.editor is event.widget), None)
        if row is not None:
            self._show_hint(row)
        self.work.refresh_keys()

    def _show_hint(self, row: FieldRow) -> None:
        """What to type there, or all of what is wrong with what was typed."""
        hint = Span(f"✗ {row.error}", "bad") if row.error else Span(self.hints_of.get(row.field.name, ""), "label")
        self.query_one("#hint", LineView).show([line(hint, wraps=True)])

    @on(FieldRow.Changed)
    def _changed(self, message: FieldRow.Changed) -> None:
        message.stop()
        self._show_hint(message.row)

    # --- picking ----------------------------------------------------------------------------------------

    @on(PickedValue.Wanted)
    async def _wanted(self, message: PickedValue.Wanted) -> None:
        message.stop()
        row = next((row for row in self.rows if row.editor is message.value), None)
        if isinstance(row, PickedRow):
            await self.pick(row, message.typed)

    async def pick(self, row: PickedRow, typed: str = "") -> None:
        """Asks for the value of this field."""
        name, label = row.field.name, row.field.label
        question = f"{label.lower()}: type a part of the name"
        panel = AccessPick(label, question, self.find_for(name), lambda found: self._take(row, found), typed=typed)
        await self.work.open_panel(panel, over=True)

    def _take(self, row: PickedRow, found: Picked) -> None:
        """Takes what was picked, and goes on to the next field that is not picked yet."""
        row.value.take(found)
        rows = self.rows
        after = rows[rows.index(row) + 1 :]
        following = next((one for one in after if not (isinstance(one, PickedRow) and one.picked)), row)
        self.take_keys(following.editor)

    # --- doing it ---------------------------------------------------------------------------------------

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_save()

    def action_save(self) -> None:
        """Tries it out and asks; what does not fit is shown at its field."""
        if self._saving or not self.rows:
            return
        values: dict[str, Any] = {}
        wrong: list[FieldRow] = []
        for row in self.rows:
            row.show_error("")
            try:
                values[row.field.name] = self.value_of(row)
            except Invalid as error:
                row.show_error(error.reason)
                wrong.append(row)
        if wrong:
            self._tell(wrong[0], wrong[0].error)
            return
        try:
            writes = self.writes(values)
        except Invalid as error:
            self.refuse(error)
            return
        if not writes:
            self.close("nothing was changed", "")
            return
        self._saving = True
        try_out(self, self.question(), writes, self.done, told=self.told(), refuse=self.refuse, always=self.asks_always)

    def value_of(self, row: FieldRow) -> Any:
        """What is typed or picked there, as it is stored. Raises Invalid."""
        if isinstance(row, PickedRow):
            if row.field.required and row.picked is None:
                raise Invalid("must be picked; type a part of the name", row.field.name)
            return row.text
        return row.field.parse(row.text)

    def shown_again(self) -> None:
        """It was not done, or something was picked."""
        self._saving = False

    def refuse(self, error: RolodocError) -> None:
        """Says what the core refused, at the field that it is about."""
        self._saving = False
        if isinstance(error, Stale):
            self.version = error.current.version
            self.work.say(f"{error.current.title} was changed meanwhile; once more writes yours over it", "warn")
            return
        field = error.field if isinstance(error, Invalid) else ""
        reason = error.reason if isinstance(error, Invalid) else str(error)
        row = self.row(self.shown_at(field))
        if row is not None:
            self._tell(row, reason)
        else:
            self.work.say(f"not done: {reason}", "bad")

    def shown_at(self, field: str) -> str:
        """The field of the form that shows what is wrong with this one."""
        return field

    def _tell(self, row: FieldRow, reason: str) -> None:
        row.show_error(reason)
        self._show_hint(row)
        row.editor.focus()
        self.work.say(f"not done: {row.field.label} {reason}", "bad")
