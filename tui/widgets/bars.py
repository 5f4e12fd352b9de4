"""The lines above and below a screen: where one is, what happened, and what the keys do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip

from tui.safe_text import safe_text
from tui.widgets.painted import Painted, Span, wrap


class Bar(Painted):
    """One line with a left and a right part; the left one gives way."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._left: tuple[Span, ...] = ()
        self._right: tuple[Span, ...] = ()

    def show(self, left: Sequence[Span], right: Sequence[Span] = ()) -> None:
        """Shows these spans, and sends to the terminal only what differs."""
        if (tuple(left), tuple(right)) != (self._left, self._right):
            self._left, self._right = tuple(left), tuple(right)
            self._paint_parts()

    @property
    def text(self) -> str:
        """What stands in it."""
        return "".join(span.text for span in (*self._left, *self._right))

    def on_resize(self, event: events.Resize) -> None:
        del event
        self._paint_parts()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._paint_parts()
        self.refresh()

    def _paint_parts(self) -> None:
        width = self.size.width
        if not width:
            return
        tail = sum(cell_len(span.text) for span in self._right)
        if not tail or tail + 8 > width:
            self.paint([self.strip_of(self._left, width)])
            return
        left = self.strip_of(self._left, width - tail - 1)
        self.paint([Strip.join([left, self.strip_of((Span(" "), *self._right), tail + 1)]).simplify()])


class Tabs(Bar):
    """The screens and their keys."""

    @dataclass
    class Chosen(Message):
        """The mouse clicked on one."""

        screen: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._ends: list[tuple[int, str]] = []

    def show_screens(self, screens: Sequence[tuple[str, str, str]], current: str, place: str) -> None:
        """`screens` are (id, key, name); `place` names the store."""
        width, tail = self.app.size.width, cell_len(place) + 2
        names = [screen for screen, _, _ in screens]
        others = [screen for screen in names if screen != current]
        for gap, named in ((" ", names), ("", names), ("", [current, *others[:-1]]), (" ", [current])):
            spans, ends = _tabs(screens, current, gap, named)
            size = ends[-1][0] if ends else 0
            if size + tail <= width or (not gap and size <= width):
                break
        self._ends = ends
        self.show(spans, [Span(f"{place} ", "label")] if size + tail <= width else [])

    def on_click(self, event: events.Click) -> None:
        chosen = next((screen for end, screen in self._ends if event.x < end), None)
        if chosen is not None:
            self.post_message(self.Chosen(chosen))


def _tabs(
    screens: Sequence[tuple[str, str, str]], current: str, gap: str, named: Sequence[str]
) -> tuple[list[Span], list[tuple[int, str]]]:
    """The tabs and where each ends; the screens that are not `named` go by their keys alone."""
    spans: list[Span] = [Span(gap)]
    ends = []
    for screen, key, name in screens:
        if screen == current:
            spans.append(Span(f"[{key} {name}]", "title"))
        else:
            spans.append(Span(f" {key} {name}{gap}" if screen in named else f" {key}{gap}", "label"))
        ends.append((sum(cell_len(span.text) for span in spans), screen))
    return spans, ends


class Trail(Bar):
    """The way from the list to what is read, and how the list is filtered and ordered."""

    def show_trail(self, steps: Sequence[str], state: str) -> None:
        room = max(10, self.app.size.width - len(state) - 6)
        text = " › ".join(steps)
        kept = list(steps)
        while cell_len(text) > room and len(kept) > 2:
            kept.pop(1)
            text = " › ".join((kept[0], "…", *kept[1:]))
        self.show([Span(f" {text}", "title")], [Span(f"{state} ", "accent")] if state else [])


class Status(Bar):
    """A message; its glyph carries what kind it is of, as well as its colour. A long one goes on in a second line."""

    def say(self, text: str, kind: str = "") -> None:
        """`kind` is "", good, warn, bad or news."""
        glyph = {"good": "✓ ", "warn": "! ", "bad": "✗ ", "news": "• "}.get(kind, "")
        style = "accent" if kind == "news" else kind
        self.show([Span(f"{glyph}{text}", style)] if text else [])

    def is_longer_than(self, width: int) -> bool:
        """Whether one line of so many cells cannot hold it."""
        return cell_len(safe_text(self.text)) > width

    def _paint_parts(self) -> None:
        width, height = self.size
        if not width:
            return
        lines = wrap(safe_text(self.text), width)
        if height > 1 and len(lines) > 1:
            style = self._left[0].style
            first, rest = lines[0], " ".join(lines[1:])
            self.paint([self.strip_of([Span(text, style)], width) for text in (first, rest)])
        else:
            super()._paint_parts()


class KeyBar(Bar):
    """What the most needed keys do here; an action that is disabled stands in dim brackets."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._here: list[Key] = []
        self._everywhere: list[Key] = []

    def show_keys(self, here: Sequence[Key], everywhere: Sequence[Key] = ()) -> None:
        """The keys of this screen as far as there is room, and those of all screens at the right."""
        self._here, self._everywhere = list(here), list(everywhere)
        self._fit()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self._fit()

    def _fit(self) -> None:
        right = [span for key in self._everywhere for span in _key_spans(key)]
        room = self.size.width - sum(cell_len(span.text) for span in right) - 2
        left: list[Span] = []
        for key in self._here:
            spans = _key_spans(key)
            room -= sum(cell_len(span.text) for span in spans)
            if room < 0:
                break
            left += spans
        self.show(left, right)


Key = tuple[str, str, bool]
"""(key, name, enabled)"""


def _key_spans(key: Key) -> list[Span]:
    """As wide when it is disabled, so that nothing beside it moves."""
    name, does, enabled = key
    if enabled:
        return [Span(" "), Span(name, "key"), Span(f" {does.lower()} ")]
    return [Span(f"({name} {does.lower()})", "label")]
