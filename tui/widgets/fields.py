"""What the fields of a form are typed into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

import msgspec
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea

from core.fields import Field
from tui.widgets.bars import Bar
from tui.widgets.one_line import OneLine
from tui.widgets.painted import Painted, Span
from tui.widgets.resized import Resized

EDITABLE_HERE: Final = 100_000  # characters; a longer text is left to an editor outside


class Choice(Painted, can_focus=True):
    """One of a few values: left, right and space change it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "turn(1)", "Next", show=False),
        Binding("left", "turn(-1)", "Previous", show=False),
    ]

    @dataclass
    class Changed(Message):
        choice: Choice

    def __init__(self, choices: tuple[str, ...], value: str) -> None:
        super().__init__()
        self.choices, self.value = choices, value if value in choices else choices[0]

    def action_turn(self, step: int) -> None:
        at = self.choices.index(self.value)
        self.choose(self.choices[(at + step) % len(self.choices)])

    def choose(self, value: str) -> None:
        """Takes this value."""
        if value in self.choices and value != self.value:
            self.value = value
            self._show()
            self.post_message(self.Changed(self))

    def _show(self) -> None:
        spans = [
            Span(
                f"[{choice}] " if choice == self.value else f" {choice}  ", "title" if choice == self.value else "label"
            )
            for choice in self.choices
        ]
        if not self.size.width:
            return
        lead = [Span("› " if self.has_focus else "  ", "accent")]
        shown = spans[: self.choices.index(self.value) + 1]
        while len(shown) > 1 and sum(len(span.text) for span in (*lead, *shown)) > self.size.width:
            lead, shown = [lead[0], Span("…", "label")], shown[1:]  # what is chosen is always to be seen
        self.paint([self.strip_of([*lead, *shown, *spans[self.choices.index(self.value) + 1 :]], self.size.width)])

    def on_resize(self, event: events.Resize) -> None:
        del event
        self._show()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._show()


class Lines(Resized, TextArea):
    """A text of several lines, broken at its width."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """While it is taken away it has no colours of what it stood on, and Textual knows none for it in a theme of the
        terminal's own colours."""
        return super().render_lines(crop) if self.is_attached else [Strip.blank(crop.width)] * crop.height


class FieldRow(Vertical):
    """A field: its label, what it is typed into, and below it what is wrong with what was typed."""

    @dataclass
    class Changed(Message):
        row: FieldRow

    def __init__(self, field: Field, value: Any, typed: Any = None) -> None:
        """`value` is what is stored, `typed` what was typed over it before."""
        super().__init__()
        self.field = field
        self._start = typed_text(field, value)
        self._first = self._start if typed is None else typed_text(field, typed)
        self.error = ""
        self.too_long = len(self._start) > EDITABLE_HERE
        self.editor: Widget = self._make_editor()

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Label(self._label(), classes="name")
            yield self.editor
        yield Label("", classes="error")

    @property
    def text(self) -> str:
        """What is typed in it now."""
        editor = self.editor
        if isinstance(editor, TextArea):
            return editor.text
        if isinstance(editor, Input | Choice):
            return editor.value
        return self._start

    @property
    def is_changed(self) -> bool:
        return self.text != self._start

    def type(self, text: str) -> None:
        """Puts this text in, as if it was typed."""
        if isinstance(self.editor, TextArea):
            self.editor.text = text
        elif isinstance(self.editor, Choice):
            self.editor.choose(text)
        elif isinstance(self.editor, Input):
            self.editor.value = text

    def _label(self) -> str:
        return f"  {self.field.label}{' *' if self.field.required else ''}"

    def on_descendant_focus(self) -> None:
        self.query_one(".name", Label).show_text(self._label().replace(" ", "›", 1), "key")

    def on_descendant_blur(self) -> None:
        self.query_one(".name", Label).show_text(self._label(), "label")

    def show_error(self, reason: str) -> None:
        """Shows what is wrong below the field; "" takes it away."""
        self.error = reason
        self.set_class(bool(reason), "-wrong")
        self.query_one(".error", Label).show_text(f"{'':18} ✗ {reason}" if reason else "", "bad")

    def _make_editor(self) -> Widget:
        if self.too_long:
            return Label(f"{len(self._start):,} characters: too long to edit here; E opens it in an editor")
        if self.field.choices:
            return Choice(self.field.choices, self._first)
        if self.field.kind in ("text", "map"):
            area = Lines(self._first, compact=True, tab_behavior="focus", highlight_cursor_line=False)
            area.cursor_blink = False
            return area
        return OneLine(self._first, select_on_focus=False)

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Choice.Changed)
    def _changed(self, event: Message) -> None:
        event.stop()
        if self.error:
            self.show_error("")
        self.post_message(self.Changed(self))


class Label(Bar):
    """One line of text."""

    def __init__(self, text: str = "", *, classes: str = "") -> None:
        super().__init__()
        self.add_class("label", *classes.split())
        self.show_text(text, "label")

    def show_text(self, text: str, style: str) -> None:
        self.show([Span(text, style)])


def typed_text(field: Field, value: Any) -> str:
    """The value as it is typed; a text that could not be read as a value stands as it is."""
    if isinstance(value, str):
        return value
    if field.kind == "map" and value:
        return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    return field.format(value)
