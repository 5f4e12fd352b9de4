"""A value that is typed in place of either side of a conflict: in the panel, or in an editor outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from core.errors import Invalid
from core.fields import Field
from core.form_text import format_form, parse_form
from core.values import Record
from tui.conflict_choices import Choices
from tui.widgets.fields import FieldRow

if TYPE_CHECKING:
    from tui.app import RolodocApp


class ValueEditor(Vertical):
    """Reads what is typed by the field's own parser; what does not fit is told below it, and stays."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,f2,ctrl+g", "take", "Take what is typed", show=False, id="value.take"),
        Binding("escape", "leave", "Close; what is typed stays", show=False, id="value.leave"),
    ]

    @dataclass
    class Taken(Message):
        name: str
        value: Any

    class Left(Message):
        """What is typed is not wanted now."""

    def __init__(self, field: Field, value: Any, typed: str | None = None) -> None:
        super().__init__()
        self.field = field
        self._row = FieldRow(field, value, typed)

    def compose(self) -> ComposeResult:
        yield self._row

    def key_hints(self) -> list[tuple[str, str]]:
        """(key, what it does) for the line of keys below."""
        take = "f2" if self.field.kind in ("text", "map") else "⏎"
        return [(take, "take it"), ("esc", "close, what is typed stays")]

    @property
    def text(self) -> str:
        return self._row.text

    def take_keys(self) -> None:
        """Gives the keys to what is typed into."""
        self.screen.set_focus(self._row.editor)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_take()

    def action_take(self) -> None:
        try:
            value = self.field.parse(self._row.text)
        except Invalid as error:
            self._row.show_error(error.reason)
            return
        self.post_message(self.Taken(self.field.name, value))

    def action_leave(self) -> None:
        self.post_message(self.Left())

    @on(FieldRow.Changed)
    def _typing(self, message: FieldRow.Changed) -> None:
        message.stop()


def start_value(choices: Choices, name: str) -> Any:
    """What typing starts from: what was chosen, else both where the field can hold both, else mine."""
    if name in choices.made:
        return choices.result(name)
    try:
        return choices.value(name, "both")
    except Invalid:
        return choices.value(name, "mine")


def typed_outside(app: RolodocApp, record: Record, field: Field, start: Any, remarks: list[str]) -> tuple[Any, str]:
    """(value, what went wrong) of what is typed in the program that $EDITOR names."""
    from tui.dialogs.form import edited_outside

    shown = {field.name: start}
    head = [f"{record.title}: {field.label}", *(line for remark in remarks for line in remark.split("\n"))]
    text = format_form(record.ref.entity, shown, head, only={field.name})

    changed, error = edited_outside(app, text, field.name, lambda typed: parse_form(record.ref.entity, typed, shown))
    if not error and field.name not in changed:
        error = f"{field.label} was left as it was in the editor, so nothing is chosen for it"
    return changed.get(field.name, start), error
