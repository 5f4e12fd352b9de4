"""What stands on the screen of one conflict: a table of its fields, below it the one under the cursor word by word, and
the record as it will look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.merge_values import WHOLE
from tui.action import AtConflict
from tui.conflict_choices import Choices
from tui.conflict_lines import ConflictLines
from tui.conflict_reading import Reading
from tui.dialogs.panel import Panel
from tui.sides import clock, who
from tui.widgets.bars import Bar
from tui.widgets.line_view import LineView
from tui.widgets.painted import Span

DETAIL = 9  # lines
LONG_DETAIL = 24  # lines, where a text is long
LONG = 240  # characters of a text
FEW = 5  # lines for detail and record, up to which there is only the detail
TALL = 12  # lines of the panel, from which on its head has two of them


@dataclass(frozen=True, slots=True)
class Shown:
    """A reading, what was chosen for it, and both as lines."""

    reading: Reading
    choices: Choices
    lines: ConflictLines

    def labels(self, names: Sequence[str]) -> str:
        return ", ".join(self.lines.label(name) for name in names)


class ConflictView(Panel):
    """`show_reading` fills it; the cursor stands on a field of the table."""

    wide = True
    hints = ()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "scroll(1)", "Further down in the record", show=False, id="conflict.scroll_down"),
        Binding("pageup", "scroll(-1)", "Back up in it", show=False, id="conflict.scroll_up"),
        Binding("enter", "hint", "How to choose", show=False, id="conflict.hint"),
    ]

    def __init__(self) -> None:
        super().__init__(classes="conflict")
        self.title = "…"
        self.shown: Shown | None = None
        self._goal = ""  # the field that the cursor goes to when there is something to show it in
        self._detail = DETAIL  # lines that there are room for
        self.newer: Reading | None = None  # that came in meanwhile, and is shown when it is asked for

    def compose(self) -> ComposeResult:
        yield Bar(id="banner")
        yield Bar(id="columns")
        yield Bar(id="sides")
        yield LineView(id="fields")
        for id in ("word-diff", "outcome"):
            view = LineView(id=id)
            view.can_focus = False
            yield view

    def on_mount(self) -> None:
        self.query_one("#banner").display = False
        self.take_keys(self.table)

    @property
    def table(self) -> LineView:
        return self.query_one("#fields", LineView)

    @property
    def field(self) -> str:
        """The name of the field under the cursor, or that it goes to once there is something to show it in."""
        return self._goal or self.table.cursor_key or ""

    @property
    def at(self) -> AtConflict:
        """Where the person is, for what can be done now."""
        if self.shown is None:
            return AtConflict()
        choices, lines, name = self.shown.choices, self.shown.lines, self.field
        is_asked = name in choices.fields
        return AtConflict(
            open=tuple(lines.label(other) for other in choices.open),
            field=lines.label(name) if is_asked else "",
            chosen=name in choices.made,
            both=lines.no_both(name) if is_asked else "",
            typed=lines.no_typing(name) if is_asked else "",
            settled=self.settled_by(),
        )

    def settled_by(self) -> str:
        """Who settled the whole conflict meanwhile, as far as it is known here."""
        newer = self.newer
        if newer is None or newer.conflict.settled_at is None:
            return ""
        return settled_by(newer, self.app.workspace.actor.name)

    def count_open(self) -> str:
        """How many fields are open, for the header."""
        if self.shown is None:
            return ""
        total, still = len(self.shown.choices.fields), len(self.shown.choices.open)
        return f"{still} of {total} field{'' if total == 1 else 's'} open"

    # --- showing --------------------------------------------------------------------------------------------

    def show_reading(self, reading: Reading, choices: Choices, cursor: str = "") -> None:
        """Shows the conflict; the cursor goes to that field, or stays on its own if that is there."""
        self.newer, self._goal = None, cursor
        self.shown = Shown(reading, choices, ConflictLines(reading, self.app.workspace.actor.name))
        kind = reading.record.fields.get("kind") if reading.record.ref.entity == "profile" else ""
        self.title = f"{reading.record.title} ({kind or reading.record.ref.entity})"
        self.query_one("#banner").display = False
        self._share_height()
        self.show_choices()
        self.work.refresh_header()

    def show_choices(self, cursor: str = "") -> None:
        """Shows what is chosen now; the cursor goes to that field, or stays where it is."""
        cursor = cursor or self._goal
        if self.shown is None or not self.size.width:
            self._goal = cursor  # on_resize shows it when there is room
            return
        self._goal = ""
        choices, lines = self.shown.choices, self.shown.lines
        columns, sides = lines.head(self.size.width)
        self.query_one("#columns", Bar).show(columns)
        self.query_one("#sides", Bar).show(sides)
        self.table.show(lines.table(choices, self.size.width), cursor=cursor or None)
        self.show_detail()
        self.query_one("#outcome", LineView).show(lines.merged(choices))

    def show_detail(self) -> None:
        """Shows the field under the cursor word by word."""
        if self.shown is not None:
            lines = self.shown.lines.detail(self.field, self.shown.choices, self.size.width, self._detail)
            self.query_one("#word-diff", LineView).show(lines, top=0)

    def show_banner(self, text: str) -> None:
        """Tells in a line above the table what is new; nothing else changes."""
        banner = self.query_one("#banner", Bar)
        banner.display = True
        banner.show([Span(f"! {text}", "warn")])
        self._share_height()
        self.work.refresh_keys()

    def _share_height(self) -> None:
        """The table as high as it needs to be, then the detail, and what is left for the record."""
        if self.shown is None or not self.size.height:
            return
        reading = self.shown.reading
        height = self.size.height - (1 if self.query_one("#banner").display else 0)
        tall = height >= TALL
        self.query_one("#sides").display = tall
        room = height - (2 if tall else 1)
        rows = len(reading.conflict.fields) + len(reading.settled)
        fields = max(1, min(rows, max(2, room // 3 + (1 if room < TALL else 0))))
        left = room - fields
        most = LONG_DETAIL if _has_long_text(reading) else DETAIL
        detail = max(1, left) if left <= FEW else min(most, (left + 1) // 2)
        self._detail = detail
        self.table.styles.height = fields
        self.query_one("#word-diff").styles.height = detail
        self.query_one("#outcome").display = left > detail

    def on_resize(self, event: events.Resize) -> None:
        del event
        self._share_height()
        self.call_after_refresh(self._show_in_new_size)

    def _show_in_new_size(self) -> None:
        self.show_choices()
        self.work.refresh_keys()

    # --- the table's own messages -----------------------------------------------------------------------------

    def on_line_view_moved(self, message: LineView.Moved) -> None:
        message.stop()
        self.show_detail()
        self.work.refresh_keys()

    def on_line_view_chosen(self, message: LineView.Chosen) -> None:
        message.stop()
        self.action_hint()

    def action_hint(self) -> None:
        """Says how the field under the cursor is settled."""
        if self.shown is None:
            return
        choices, lines = self.shown.choices, self.shown.lines
        one = choices.fields.get(self.field)
        write = self.app.key_named("conflict.write")
        if not choices.open:
            self.work.say(f"every field is chosen for; {write} writes")
        elif one is None:
            self.work.say("this field is settled already; n goes to the next open one")
        else:
            self.work.say(f"{lines.label(one.field)}: {lines.ways(one)}")

    def action_scroll(self, direction: int) -> None:
        """Scrolls the record below, and where there is none the detail."""
        view = self.query_one("#outcome" if self.query_one("#outcome").display else "#word-diff", LineView)
        view.action_page(direction)


def settled_by(reading: Reading, me: str) -> str:
    """Who settled it, "you" if it was the person here."""
    return "you" if reading.record.updated_by == me else reading.record.updated_by


def _has_long_text(reading: Reading) -> bool:
    sides = (side for one in reading.conflict.fields for side in (one.base, one.mine, one.theirs))
    return any(isinstance(side, str) and len(side) > LONG for side in sides)


def what_is_new(shown: Shown, newer: Reading, me: str, key: str) -> str:
    """What became of a conflict since it was shown, in a sentence that names the key for it."""
    conflict, record = newer.conflict, newer.record
    if conflict.settled_at is not None:
        at = clock(conflict.settled_at, conflict.settled_at)
        return f"{settled_by(newer, me)} settled this conflict, {at}; esc leaves it"
    fields = {one.field: one for one in conflict.fields}
    before = shown.choices.fields
    moved = [name for name, one in fields.items() if one != before.get(name)]
    closed = [name for name in before if name not in fields]
    side = conflict.theirs
    if moved and moved != [WHOLE]:
        at = clock(side.at, side.at)
        return f"{who(side, me)} changed {shown.labels(moved).lower()} again, {at}; {key} reloads"
    if closed:
        return f"{shown.labels(closed)} was settled elsewhere; {key} reloads"
    at = clock(record.updated_at, record.updated_at)
    return f"{record.updated_by} changed the record, {at}; {key} reloads"
