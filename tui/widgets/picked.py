"""A field of a form whose value is picked from what there is, by typing a part of its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from core.fields import Field
from tui.awaited import Awaited
from tui.widgets.fields import FieldRow
from tui.widgets.painted import Painted, Span


@dataclass(frozen=True, slots=True)
class Picked:
    """What was picked: of which kind, its id as text ("" for everyone and for an area), its name."""

    kind: str
    id: str
    name: str

    @property
    def label(self) -> str:
        return self.name if self.kind in ("everyone", "area") else f"{self.name} ({self.kind})"


class PickedValue(Awaited, Painted, can_focus=True):
    """Enter asks for another value, and so does the first letter that is typed; delete takes it away."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "want", "Pick", show=False, id="form.pick"),
        Binding("delete,backspace", "clear", "Nothing", show=False, id="form.clear"),
        Binding("left,right", "stay", show=False),  # else the screen would take left as the way back
    ]

    @dataclass
    class Wanted(Message):
        """A value is to be picked; `typed` is what was typed for it already."""

        value: PickedValue
        typed: str = ""

    @dataclass
    class Changed(Message):
        value: PickedValue

    def __init__(self, picked: Picked | None, *, clears: bool = False) -> None:
        super().__init__()
        self.picked, self._clears = picked, clears

    def take(self, picked: Picked | None) -> None:
        """Takes this value."""
        self.picked = picked
        self._show()
        self.post_message(self.Changed(self))

    def action_want(self) -> None:
        self.post_message(self.Wanted(self))

    def action_clear(self) -> None:
        if self._clears and self.picked is not None:
            self.take(None)

    def action_stay(self) -> None:
        """Nothing is to the left or right of it."""

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character and event.key != "space":
            event.stop()
            self.post_message(self.Wanted(self, event.character))

    def _show(self) -> None:
        if not self.size.width:
            return
        lead = Span("› " if self.has_focus else "  ", "accent")
        told = Span(self.picked.label, "title") if self.picked is not None else Span("nobody picked yet", "label")
        if self.picked is None and self._clears:
            told = Span("none", "label")
        self.paint([self.strip_of([lead, told], self.size.width)])

    def on_resize(self, event: events.Resize) -> None:
        del event
        self._show()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._show()


class PickedRow(FieldRow):
    """A field with a PickedValue; `clears` allows none."""

    def __init__(self, field: Field, picked: Picked | None, *, clears: bool = False) -> None:
        self._first_picked, self._clears = picked, clears
        super().__init__(field, picked.id if picked is not None else "")

    @property
    def value(self) -> PickedValue:
        assert isinstance(self.editor, PickedValue)
        return self.editor

    @property
    def picked(self) -> Picked | None:
        return self.value.picked

    @property
    def text(self) -> str:
        return self.picked.id if self.picked is not None else ""

    @property
    def is_changed(self) -> bool:
        return self.picked != self._first_picked

    def _make_editor(self) -> Widget:
        return PickedValue(self._first_picked, clears=self._clears)

    def on_picked_value_changed(self, message: PickedValue.Changed) -> None:
        message.stop()
        if self.error:
            self.show_error("")
        self.post_message(self.Changed(self))
