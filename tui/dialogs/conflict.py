"""One conflict: a table of its fields, below it the one under the cursor word by word, and the record as it will look.

Choices are steps that can be undone; they are kept as a draft until they are written together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer

from core.errors import Conflict, RolodocError, Stale
from core.merge_values import WHOLE, Take
from core.values import Change, Receipt, RecordId, Ref, Resolve, Value
from tui.actions import IN_CONFLICT, AtConflict, bindings
from tui.conflict_choices import Choice, Choices, drop_choices, keep_choices, recall_choices
from tui.conflict_lines import ConflictLines
from tui.conflict_reading import Reading, read_conflict
from tui.dialogs.panel import Panel
from tui.dialogs.value import ValueEditor, start_value, typed_outside
from tui.sides import clock, who
from tui.widgets.bars import Bar
from tui.widgets.line_view import LineView
from tui.widgets.painted import Span

if TYPE_CHECKING:
    from tui.screens.conflicts import ConflictsScreen

PAUSE = 0.5  # seconds after a choice, after which the choices are kept
DETAIL = 9  # lines
FEW = 5  # lines for detail and record, up to which there is only the detail
TALL = 12  # lines of the panel, from which on its head has two of them


class ConflictPanel(Panel):
    """Shows the conflict that `read` is called for; `w` writes when every field is chosen for."""

    name_ = "conflict"
    actions = IN_CONFLICT
    wide = True
    hints = ()
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(IN_CONFLICT),
        Binding("pagedown", "scroll(1)", "Further down in the record", show=False, id="conflict.scroll_down"),
        Binding("pageup", "scroll(-1)", "Back up in it", show=False, id="conflict.scroll_up"),
        Binding("enter", "hint", "How to choose", show=False, id="conflict.hint"),
    ]

    def __init__(self) -> None:
        super().__init__(classes="conflict")
        self.title = "…"
        self.reading: Reading | None = None
        self.lines: ConflictLines | None = None
        self.choices: Choices | None = None
        self.newer: Reading | None = None  # that came in meanwhile, and is shown when it is asked for
        self.editor: ValueEditor | None = None
        self._typed: dict[str, str] = {}  # what was typed for a field and not taken
        self._lands: int = 0  # on the first open field, or on the last one
        self._keeping: Timer | None = None
        self._is_written = False  # until the next one is shown, what happens to it is no news

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
    def screen_of_conflicts(self) -> ConflictsScreen:
        return cast("ConflictsScreen", self.work)

    @property
    def table(self) -> LineView:
        return self.query_one("#fields", LineView)

    @property
    def shown_id(self) -> RecordId:
        """The conflict that is shown; there is one once it was read."""
        assert self.reading is not None
        return self.reading.conflict.id

    @property
    def field(self) -> str:
        """The name of the field under the cursor."""
        return self.table.cursor_key or ""

    # --- reading --------------------------------------------------------------------------------------------

    def read(self, id: RecordId, *, lands: int = 1) -> None:
        """Shows this conflict; the cursor goes to its first open field, with `lands` -1 to the last."""
        self.keep()
        self._lands = lands
        workspace = self.app.workspace

        def read() -> tuple[Reading, Choices, list[str]]:
            reading = read_conflict(workspace, id)
            return reading, *recall_choices(workspace, reading.conflict)

        self.ask(read, self._take, group="conflict", refuse=self._gone)

    def _take(self, answer: tuple[Reading, Choices, list[str]]) -> None:
        reading, choices, reopened = answer
        self._typed.clear()
        self._show_reading(reading, choices)
        if reopened:
            self.work.say(f"{self._labels(reopened)} changed since you chose; choose once more", "warn")
        elif choices.made:
            self.work.say("goes on with what you chose before", "news")
        if choices.open:
            self.table.move_to(choices.open[0 if self._lands > 0 else -1])
        self._show_detail()

    def _gone(self, error: RolodocError) -> None:
        self.close(str(error), "bad")

    def _show_reading(self, reading: Reading, choices: Choices) -> None:
        self.reading, self.choices, self.newer = reading, choices, None
        self._is_written = False
        self.lines = ConflictLines(reading, self.app.workspace.actor.name)
        self.title = f"{reading.record.title} ({_kind(reading)})"
        self.query_one("#banner").display = False
        self._share_height()
        self._show()
        self.work.refresh_header()

    def _share_height(self) -> None:
        """The table as high as it needs to be, then the detail, and what is left for the record."""
        if self.reading is None or not self.size.height:
            return
        height = self.size.height - (1 if self.query_one("#banner").display else 0)
        tall = height >= TALL
        self.query_one("#sides").display = tall
        room = height - (2 if tall else 1)
        rows = len(self.reading.conflict.fields) + len(self.reading.settled)
        fields = max(1, min(rows, max(2, room // 3 + (1 if room < TALL else 0))))
        left = room - fields
        detail = max(1, left) if left <= FEW else min(DETAIL, (left + 1) // 2)
        self.table.styles.height = fields
        self.query_one("#word-diff").styles.height = detail
        self.query_one("#outcome").display = left > detail

    def on_resize(self, event: events.Resize) -> None:
        del event
        self._share_height()
        self.call_after_refresh(self._show)

    # --- showing ----------------------------------------------------------------------------------------------

    def _show(self) -> None:
        if self.lines is None or self.choices is None or not self.size.width:
            return
        columns, sides = self.lines.head(self.size.width)
        self.query_one("#columns", Bar).show(columns)
        self.query_one("#sides", Bar).show(sides)
        self.table.show(self.lines.table(self.choices, self.size.width))
        self._show_detail()
        self.query_one("#outcome", LineView).show(self.lines.merged(self.choices))

    def _show_detail(self) -> None:
        if self.lines is not None and self.choices is not None:
            view = self.query_one("#word-diff", LineView)
            view.show(self.lines.detail(self.field, self.choices, self.size.width, view.size.height), top=0)

    def on_line_view_moved(self, message: LineView.Moved) -> None:
        message.stop()
        self._show_detail()
        self.work.refresh_keys()

    def on_line_view_chosen(self, message: LineView.Chosen) -> None:
        message.stop()
        self.action_hint()

    def action_hint(self) -> None:
        """Says how the field under the cursor is settled."""
        if self.lines is None or self.choices is None:
            return
        one = self.choices.fields.get(self.field)
        if one is None:
            self.work.say("this field is settled already; n goes to the next open one")
        elif not self.choices.open:
            self.work.say("every field is chosen for; w writes")
        else:
            self.work.say(f"{self.lines.label(one.field)}: {self.lines.ways(one)}")

    def action_scroll(self, direction: int) -> None:
        """Scrolls the record below, and where there is none the detail."""
        view = self.query_one("#outcome" if self.query_one("#outcome").display else "#word-diff", LineView)
        view.action_page(direction)

    def key_hints(self) -> list[tuple[str, str]]:
        return self.editor.key_hints() if self.editor is not None else []

    @property
    def at(self) -> AtConflict:
        """Where the person is, for what can be done now."""
        choices, lines, name = self.choices, self.lines, self.field
        if choices is None or lines is None:
            return AtConflict()
        is_asked = name in choices.fields
        return AtConflict(
            open=tuple(lines.label(other) for other in choices.open),
            field=lines.label(name) if is_asked else "",
            chosen=name in choices.made,
            both=lines.no_both(name) if is_asked else "",
            typed=lines.no_typing(name) if is_asked else "",
            settled=self._settled_by(),
            steps=choices.can_undo,
        )

    def count_open(self) -> str:
        """How many fields are open, for the header."""
        if self.choices is None:
            return ""
        total, still = len(self.choices.fields), len(self.choices.open)
        return f"{still} of {total} fields open" if total > 1 else ("1 field open" if still else "0 fields open")

    def _labels(self, names: Sequence[str]) -> str:
        return ", ".join(self.lines.label(name) for name in names) if self.lines else ""

    # --- choosing ---------------------------------------------------------------------------------------------

    def do_conflict_mine(self) -> None:
        self._choose({self.field: "mine"})

    def do_conflict_theirs(self) -> None:
        self._choose({self.field: "theirs"})

    def do_conflict_base(self) -> None:
        self._choose({self.field: "base"})

    def do_conflict_both(self) -> None:
        self._choose({self.field: "both"})

    def do_conflict_all_mine(self) -> None:
        self._choose_all("mine")

    def do_conflict_all_theirs(self) -> None:
        self._choose_all("theirs")

    def _choose_all(self, side: Take) -> None:
        if self.choices is not None:
            self._choose(dict.fromkeys(self.choices.open, side))

    def _choose(self, choices: Mapping[str, Choice]) -> None:
        """One step, and on to the next open field."""
        if self.choices is None:
            return
        self.choices.choose(choices)
        self._after_step(to_next=True)

    def do_conflict_leave(self) -> None:
        if self.choices is not None:
            self.choices.take_back(self.field)
            self._after_step()

    async def do_conflict_undo(self) -> None:
        if self.choices is not None and self.choices.can_undo:
            self.choices.undo()
            self._after_step()
        else:
            self.screen_of_conflicts.undo_write()

    async def do_conflict_redo(self) -> None:
        if self.choices is not None and self.choices.can_redo:
            self.choices.redo()
            self._after_step()
        else:
            self.screen_of_conflicts.do_redo()

    def _after_step(self, *, to_next: bool = False) -> None:
        if to_next and (name := self._next_open(1)):
            self.table.move_to(name)
        self._show()
        self.work.refresh_header()
        if self._keeping is None:
            self._keeping = self.set_timer(PAUSE, self.keep)

    def keep(self) -> None:
        """Keeps the choices until they are written."""
        if self._keeping is not None:
            self._keeping.stop()
            self._keeping = None
            choices, app = self.choices, self.app
            assert choices is not None
            kept = Choices(choices.conflict, choices.made)
            self.ask(lambda: keep_choices(app.workspace, kept), lambda _: None, group="draft", every=True)

    # --- going about ------------------------------------------------------------------------------------------

    def _next_open(self, step: int) -> str:
        """The open field after the one under the cursor (before it, with -1); then, of the others, the first."""
        if self.choices is None:
            return ""
        names = list(self.choices.fields)
        at = names.index(self.field) if self.field in names else (-1 if step > 0 else len(names))
        way = names[at + 1 :] + names[:at] if step > 0 else names[:at][::-1]
        return next((name for name in way if name not in self.choices.made), "")

    def do_conflict_next_open(self) -> None:
        self._seek(1)

    def do_conflict_previous_open(self) -> None:
        self._seek(-1)

    def _seek(self, step: int) -> None:
        """To the next open field below; where there is none, to the next conflict."""
        choices = self.choices
        names = list(choices.fields) if choices else []
        at = names.index(self.field) if self.field in names else len(names)
        way = names[at + 1 :] if step > 0 else names[:at][::-1]
        found = next((name for name in way if choices and name not in choices.made), None)
        if found is not None:
            self.table.move_to(found)
        else:
            self.screen_of_conflicts.step(step, lands=step)

    def do_conflict_next(self) -> None:
        self.screen_of_conflicts.step(1)

    def do_conflict_previous(self) -> None:
        self.screen_of_conflicts.step(-1)

    async def do_conflict_rules(self) -> None:
        if self.reading is not None:
            self.keep()
            await self.screen_of_conflicts.open_rules([self.reading.conflict.id])

    def leave(self) -> None:
        if self.editor is not None:
            self.stop_typing()
            return
        chosen = bool(self.choices and self.choices.made)
        self.keep()
        self.close("what you chose is kept as a draft; enter goes on with it" if chosen else "", "news")

    # --- a value of one's own -----------------------------------------------------------------------------------

    async def do_conflict_edit(self) -> None:
        if self.reading is None or self.choices is None or self.editor is not None:
            return
        name = self.field
        value = start_value(self.choices, name)
        self.editor = ValueEditor(self.reading.field(name), value, self._typed.get(name))
        self.add_class("-typing")
        await self.mount(self.editor, after=self.table)
        self.editor.take_keys()
        self.work.refresh_keys()

    def on_value_editor_taken(self, message: ValueEditor.Taken) -> None:
        message.stop()
        name = message.name
        self._typed.pop(name, None)
        self._close_editor()
        self._choose({name: Value(message.value)})

    def on_value_editor_left(self, message: ValueEditor.Left) -> None:
        message.stop()
        self.stop_typing()

    def stop_typing(self) -> None:
        """Closes what is typed into; what was typed is there again next time."""
        if self.editor is not None:
            self._typed[self.editor.field.name] = self.editor.text
            self._close_editor()

    def _close_editor(self) -> None:
        if self.editor is not None:
            self.editor.remove()
            self.editor = None
            self.remove_class("-typing")
            self.take_keys(self.table)
            self.work.refresh_keys()

    def do_conflict_edit_external(self) -> None:
        if self.reading is None or self.choices is None or self.lines is None:
            return
        field = self.reading.field(self.field)
        sides = [
            f"{side}: {self.lines.text(field.name, getattr(self.choices.fields[field.name], side))}"
            for side in ("base", "mine", "theirs")
        ]
        start = start_value(self.choices, field.name)
        value, error = typed_outside(self.app, self.reading.record, field, start, sides)
        if error:
            self.work.say(error, "bad")
        else:
            self._choose({field.name: Value(value)})

    # --- writing ------------------------------------------------------------------------------------------------

    def do_conflict_write(self) -> None:
        choices, reading = self.choices, self.reading
        if choices is None or reading is None or choices.open or self._is_written:
            return
        if self._keeping is not None:
            self._keeping.stop()
            self._keeping = None
        workspace = self.app.workspace
        resolve = Resolve(reading.conflict.id, dict(choices.made), reading.conflict.version)

        def write() -> Receipt:
            receipt = workspace.write([resolve])
            drop_choices(workspace, reading.conflict.id)
            return receipt

        self._is_written = True
        title = reading.record.title
        self.write(write, lambda _: self.screen_of_conflicts.settled(choices, title), refuse=self._not_written)

    def _not_written(self, error: RolodocError) -> None:
        self._is_written = False
        if isinstance(error, Stale) or (isinstance(error, Conflict) and self.newer is not None):
            self._merge_again()
        else:
            self.work.say(f"not written: {error}", "bad")

    # --- while it moves on -----------------------------------------------------------------------------------------

    def apply_changes(self, changes: Sequence[Change]) -> bool:
        """Looks whether these changes concern what is shown; if so a banner tells, and nothing moves."""
        if self.reading is None or self._is_written:
            return False
        about = {Ref("conflict", self.reading.conflict.id), self.reading.record.ref}
        if not any(change.ref in about for change in changes):
            return False
        workspace, id = self.app.workspace, self.reading.conflict.id
        self.ask(lambda: read_conflict(workspace, id), self._notice, group="newer", refuse=lambda _: None)
        return True

    def _notice(self, newer: Reading) -> None:
        reading = self.reading
        if reading is None or newer.conflict.id != reading.conflict.id or self._is_written:
            return
        if (newer.conflict.version, newer.record.version) == (reading.conflict.version, reading.record.version):
            return
        self.newer = newer
        banner = self.query_one("#banner", Bar)
        banner.display = True
        banner.show([Span(f"! {self._what_is_new(reading, newer)}", "warn")])
        self._share_height()
        self.work.refresh_keys()

    def _what_is_new(self, reading: Reading, newer: Reading) -> str:
        side, me = newer.conflict.theirs, self.app.workspace.actor.name
        reload = self.app.key_named("conflict.reload")
        if newer.conflict.settled_at is not None:
            at = clock(newer.conflict.settled_at, newer.conflict.settled_at)
            return f"{newer.record.updated_by} settled this conflict, {at}; esc leaves it"
        old = {one.field: one for one in reading.conflict.fields}
        moved = [one.field for one in newer.conflict.fields if one != old.get(one.field)]
        closed = [name for name in old if name not in {one.field for one in newer.conflict.fields}]
        actor, at = who(side, me), clock(side.at, side.at)
        if moved and moved != [WHOLE]:
            return f"{actor} changed {self._labels(moved).lower()} again, {at}; {reload} reloads"
        if closed:
            return f"{self._labels(closed)} is settled elsewhere; {reload} reloads"
        at = clock(newer.record.updated_at, newer.record.updated_at)
        return f"{newer.record.updated_by} changed the record, {at}; {reload} reloads"

    def _settled_by(self) -> str:
        newer = self.newer
        return newer.record.updated_by if newer is not None and newer.conflict.settled_at is not None else ""

    def do_conflict_reload(self) -> None:
        self._merge_again()

    def _merge_again(self) -> None:
        """Shows what the record holds now; keeps the choices whose inputs are as they were, and says of which not."""
        if self.reading is None:
            return
        workspace, id = self.app.workspace, self.reading.conflict.id
        self.ask(lambda: read_conflict(workspace, id), self._take_newer, group="conflict", refuse=self._gone)

    def _take_newer(self, reading: Reading) -> None:
        if self.choices is None:
            return
        if reading.conflict.settled_at is not None:
            self.screen_of_conflicts.gone(f"{reading.record.updated_by} settled {reading.record.title} meanwhile")
            return
        choices, reopened = self.choices.carried_to(reading.conflict)
        self._show_reading(reading, choices)
        self._keeping = self._keeping or self.set_timer(PAUSE, self.keep)
        kept = f"; {len(choices.made)} of your choices kept" if choices.made else ""
        if reopened:
            self.table.move_to(reopened[0])
            names = self._labels(reopened)
            self.work.say(f"{names} changed meanwhile: choose once more{kept}", "warn")
        else:
            self.work.say(f"as it is now{kept}", "good")


def _kind(reading: Reading) -> str:
    kind = reading.record.fields.get("kind") if reading.record.ref.entity == "profile" else ""
    return str(kind or reading.record.ref.entity)
