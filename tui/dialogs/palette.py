"""The palette: any action by its name, with its key, and with the reason where it cannot be done now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.actions import BY_ID, Action, Context
from tui.dialogs.pick import PickPanel
from tui.widgets.line_view import Line, line
from tui.widgets.painted import Span


class PalettePanel(PickPanel):
    """Finds actions as their names are typed; enter does the one under the cursor."""

    title = "Commands"
    wide = True
    question = "type the name of a command"
    hints = (("↑↓", "move"), ("⏎", "do it"), ("esc", "close"))

    def __init__(self, context: Context, actions: Sequence[Action]) -> None:
        super().__init__()
        self._at = context
        self._actions = actions

    def typed(self, text: str) -> None:
        words = text.casefold().split()
        found = sorted(filter(lambda a: _matches(a, words), self._actions), key=lambda a: _rank(a, words))
        self.show([self._line(action) for action in found] or [line(Span("no command has this name", "label"))])

    def _line(self, action: Action) -> Line:
        reason = action.disabled(self._at)
        key = Span(f"{self.app.key_of(action):>5}  ", "key" if reason is None else "label")
        name = Span(f"{action.name:<13} ", "" if reason is None else "label")
        says = action.sentence if reason is None else f"({reason})"
        return line(key, name, Span(says, "label"), key=action.id, wraps=True)

    def picked(self, key: Any) -> None:
        screen = self.work
        self.close()
        screen.call_after_refresh(screen.act, BY_ID[key])


def _matches(action: Action, words: list[str]) -> bool:
    text = f"{action.name} {action.sentence}".casefold()
    return all(word in text for word in words)


def _rank(action: Action, words: list[str]) -> int:
    name = action.name.casefold()
    return 0 if words and name.startswith(words[0]) else 1 if any(word in name for word in words) else 2
