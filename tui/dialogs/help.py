"""What the keys do: where the person is first, then everywhere; and what can be written into the filter line."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widget import Widget

from tui.action import Action
from tui.actions import key_names
from tui.audit_feed import AUDIT_FILTERS
from tui.dialogs.panel import Panel
from tui.feed import FEED_FILTERS
from tui.filtering import FILTERS
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span


class HelpPanel(Panel):
    """Derived from the registry and from the bindings of what had the keys."""

    title = "Help"
    wide = True
    hints = (("↑↓", "scroll"), ("esc", "close"))

    def __init__(self, actions: Sequence[Action], focused: Widget | None) -> None:
        super().__init__()
        self._actions, self._focused = actions, focused

    def compose(self) -> ComposeResult:
        yield LineView(id="help")

    def on_mount(self) -> None:
        view = self.query_one(LineView)
        self.take_keys(view)
        view.show(self._lines())

    def _lines(self) -> list[Line]:
        lines = [line(Span("Moving", "title"))]
        lines += [self._keys(keys, says) for keys, says in _moves(self._focused)]
        panel = _panel_of(self._focused)
        if panel is not None and (own := _moves(panel)):
            lines += [line(), line(Span(panel.title, "title"))]
            lines += [self._keys(keys, says) for keys, says in own]
        lines += [line(), line(Span("Actions", "title"), Span("   : finds each by its name", "label"))]
        lines += [
            self._keys(" ".join(key_names(self.app.keys_of(action))), f"{action.name}: {action.sentence}")
            for action in self._actions
        ]
        lines += [line(), line(Span("The filter line", "title"))]
        lines.append(
            line(Span("Words find names, titles, descriptions, texts and tags; more is told by", "label"), wraps=True)
        )
        for entity, filters in FILTERS.items():
            lines += [_filter(name, f"{entity} {says}") for name, says in filters.items()]
        lines += [_filter(name, f"change {says}") for name, says in FEED_FILTERS.items()]
        lines += [_filter(name, f"entry of the audit {says}") for name, says in AUDIT_FILTERS.items()]
        lines.append(line(Span('Quotes keep words together: category:"Standards Track"', "label"), wraps=True))
        return lines

    def _keys(self, keys: str, says: str) -> Line:
        return line(Span(f"{keys:<12} ", "key"), Span(says), wraps=True)


def _filter(name: str, says: str) -> Line:
    return line(Span(f"{name + ':':<10} ", "key"), Span(says, "label"), wraps=True)


def _moves(focused: Widget | None) -> list[tuple[str, str]]:
    """(keys, what they do) of a widget, without the actions of the registry."""
    keys: dict[str, list[str]] = {}
    for key, bindings in focused._bindings.key_to_bindings.items() if focused is not None else ():
        for binding in bindings:
            if binding.description and not binding.action.startswith("screen.act("):
                keys.setdefault(binding.description, []).extend(key_names(key))
    return [(" ".join(names), says) for says, names in keys.items()]


def _panel_of(widget: Widget | None) -> Panel | None:
    ancestors = widget.ancestors_with_self if widget is not None else []
    return next((one for one in ancestors if isinstance(one, Panel)), None)
