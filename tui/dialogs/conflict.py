"""One conflict as it is settled: choices are steps that can be undone, kept as a draft until they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, ClassVar, cast

from textual.binding import BindingType
from textual.timer import Timer

from core.errors import Conflict, RolodocError, Stale
from core.merge_values import Take
from core.values import Change, RecordId, Ref
from core.write_values import Receipt, Resolve, Value
from tui.actions import bindings
from tui.conflict_actions import IN_CONFLICT
from tui.conflict_choices import Choice, Choices, drop_choices, keep_choices, recall_choices
from tui.conflict_reading import Reading, read_conflict
from tui.dialogs.conflict_view import ConflictView, settled_by, what_is_new
from tui.dialogs.value import ValueEditor, start_value, typed_outside

if TYPE_CHECKING:
    from tui.screens.conflicts import ConflictsScreen

PAUSE = 0.5  # seconds after a choice, after which the choices are kept


class ConflictPanel(ConflictView):
    """Shows the conflict that `read` is called for; `w` writes when every field is chosen for."""

    name_ = "conflict"
    actions = IN_CONFLICT
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(IN_CONFLICT)]

    def __init__(self) -> None:
        super().__init__()
        self.editor: ValueEditor | None = None
        self._keeping: Timer | None = None
        self._storing = Lock()
        self._turn = 0  # of what is stored; something older is not stored over it
        self._is_written = False  # until the next one is shown, what happens to it is no news

    @property
    def refs(self) -> tuple[Ref, ...]:
        return (self.shown.reading.record.ref,) if self.shown is not None else ()

    @property
    def inbox(self) -> ConflictsScreen:
        """The screen that it stands on."""
        return cast("ConflictsScreen", self.work)

    # --- reading --------------------------------------------------------------------------------------------

    @property
    def is_waiting(self) -> bool:
        """Whether another conflict is on its way: what is chosen is meant for that one."""
        return super().is_waiting or self.shown is None or self._is_written or self.inbox.is_stepping

    def read(self, id: RecordId, *, lands: int = 1) -> None:
        """Shows this conflict; the cursor goes to its first open field, with `lands` -1 to the last."""
        self.keep()
        workspace, storing = self.app.workspace, self._storing

        def read() -> tuple[Reading, Choices, list[str]]:
            with storing:
                reading = read_conflict(workspace, id)
                return reading, *recall_choices(workspace, reading.conflict)

        self.ask(read, lambda answer: self._take(*answer, lands), group="conflict", refuse=self._gone)

    def _take(self, reading: Reading, choices: Choices, reopened: list[str], lands: int) -> None:
        self._is_written = False
        self.show_reading(reading, choices, choices.open[0 if lands > 0 else -1] if choices.open else "")
        if reopened and self.shown:
            self.work.say(f"{self.shown.labels(reopened)} changed since you chose; choose once more", "warn")
        elif choices.made:
            self.work.say("goes on with what you chose before", "news")

    def _gone(self, error: RolodocError) -> None:
        self.close(str(error), "bad")

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
        if self.shown is not None:
            self._choose(dict.fromkeys(self.shown.choices.open, side))

    def _choose(self, choices: Mapping[str, Choice]) -> None:
        """One step, and on to the next open field."""
        if self.shown is not None:
            self.shown.choices.choose(choices)
            self._after_step(self._next_open())

    def do_conflict_leave(self) -> None:
        if self.shown is not None:
            self.shown.choices.take_back(self.field)
            self._after_step()

    def do_conflict_undo(self) -> None:
        if self.shown is not None and self.shown.choices.can_undo:
            self.shown.choices.undo()
            self._after_step()
        else:
            self.inbox.do_undo()

    def do_conflict_redo(self) -> None:
        if self.shown is not None and self.shown.choices.can_redo:
            self.shown.choices.redo()
            self._after_step()
        else:
            self.inbox.do_redo()

    def _after_step(self, cursor: str = "") -> None:
        self.show_choices(cursor)
        self.work.refresh_header()
        if self._keeping is None:
            self._keeping = self.set_timer(PAUSE, self.keep)

    def keep(self) -> None:
        """Keeps the choices until they are written."""
        if self._keeping is None or self.shown is None:
            return
        self._keeping.stop()
        self._keeping = None
        self._turn += 1
        turn, workspace = self._turn, self.app.workspace
        kept = Choices(self.shown.choices.conflict, self.shown.choices.made)

        def store() -> None:
            with self._storing:
                if turn == self._turn:
                    keep_choices(workspace, kept)

        inbox = self.inbox
        inbox.ask(store, lambda _: inbox.read_drafts(), group="draft", every=True)

    # --- going about ------------------------------------------------------------------------------------------

    def _next_open(self) -> str:
        """The open field after the one under the cursor, or else the first one."""
        assert self.shown is not None
        names = list(self.shown.choices.fields)
        at = names.index(self.field) if self.field in names else -1
        return next((name for name in names[at + 1 :] + names if name not in self.shown.choices.made), "")

    def do_conflict_next_open(self) -> None:
        self._seek(1)

    def do_conflict_previous_open(self) -> None:
        self._seek(-1)

    def _seek(self, step: int) -> None:
        """To the next open field below (above, with -1); where there is none, to the next conflict."""
        made = self.shown.choices.made if self.shown else {}
        names = list(self.shown.choices.fields) if self.shown else []
        at = names.index(self.field) if self.field in names else len(names)
        way = names[at + 1 :] if step > 0 else names[:at][::-1]
        found = next((name for name in way if name not in made), None)
        if found is not None:
            self.table.move_to(found)
        else:
            self.inbox.step(step, lands=step)

    def do_conflict_next(self) -> None:
        self.inbox.step(1)

    def do_conflict_previous(self) -> None:
        self.inbox.step(-1)

    async def do_conflict_rules(self) -> None:
        if self.shown is not None:
            self.keep()
            await self.inbox.open_rules([self.shown.reading.conflict.id])

    def leave(self) -> None:
        if self.editor is not None:
            self._stop_typing()
            return
        chosen = bool(self.shown and self.shown.choices.made)
        self.keep()
        self.close("what you chose is kept as a draft; enter goes on with it" if chosen else "", "")

    # --- a value of one's own -----------------------------------------------------------------------------------

    def key_hints(self) -> list[tuple[str, str]]:
        return self.editor.key_hints() if self.editor is not None else []

    async def do_conflict_edit(self) -> None:
        if self.shown is None or self.editor is not None:
            return
        name = self.field
        value = start_value(self.shown.choices, name)
        typed = self.inbox.typed.get((self.shown.reading.conflict.id, name))
        self.editor = ValueEditor(self.shown.reading.field(name), value, typed)
        self.add_class("-typing")
        await self.mount(self.editor, after=self.table)
        self.editor.take_keys()
        self.work.refresh_keys()

    def on_value_editor_taken(self, message: ValueEditor.Taken) -> None:
        message.stop()
        if self.shown is not None:
            self.inbox.typed.pop((self.shown.reading.conflict.id, message.name), None)
        self._close_editor()
        self._choose({message.name: Value(message.value)})

    def on_value_editor_left(self, message: ValueEditor.Left) -> None:
        message.stop()
        self._stop_typing()

    def _stop_typing(self) -> None:
        """What was typed is there again next time."""
        if self.editor is not None and self.shown is not None:
            self.inbox.typed[self.shown.reading.conflict.id, self.editor.field.name] = self.editor.text
            self._close_editor()

    def _close_editor(self) -> None:
        if self.editor is not None:
            self.editor.remove()
            self.editor = None
            self.remove_class("-typing")
            self.take_keys(self.table)
            self.work.refresh_keys()

    def do_conflict_edit_external(self) -> None:
        if self.shown is None:
            return
        choices, lines, reading = self.shown.choices, self.shown.lines, self.shown.reading
        field, one = reading.field(self.field), choices.fields[self.field]
        sides = {"base": one.base, "mine": one.mine, "theirs": one.theirs}
        remarks = [f"{side}: {lines.text(field.name, value)}" for side, value in sides.items()]
        value, error = typed_outside(self.app, reading.record, field, start_value(choices, field.name), remarks)
        if error:
            self.work.say(error, "bad")
        else:
            self._choose({field.name: Value(value)})

    # --- writing ------------------------------------------------------------------------------------------------

    def do_conflict_write(self) -> None:
        if self.shown is None or self._is_written:
            return
        self._is_written = True
        self._turn += 1
        if self._keeping is not None:
            self._keeping.stop()
            self._keeping = None
        workspace, conflict, choices = self.app.workspace, self.shown.reading.conflict, self.shown.choices
        title = self.shown.reading.record.title

        def write() -> Receipt:
            receipt = workspace.write([Resolve(conflict.id, dict(choices.made), conflict.version)])
            with self._storing:
                drop_choices(workspace, conflict.id)
            return receipt

        self.write(write, lambda _: self.inbox.settled(choices, title), refuse=self._not_written)

    def _not_written(self, error: RolodocError) -> None:
        self._is_written = False
        if isinstance(error, Stale) or (isinstance(error, Conflict) and self.settled_by()):
            self.reload("")
        else:
            self.work.say(f"not written: {error}", "bad")

    # --- while it moves on -----------------------------------------------------------------------------------------

    def apply_changes(self, changes: Sequence[Change]) -> bool:
        """Looks whether these changes concern what is shown; if so a banner tells, and nothing moves."""
        if self.shown is None or self._is_written:
            return False
        reading = self.shown.reading
        about = {Ref("conflict", reading.conflict.id), reading.record.ref}
        if not any(change.ref in about for change in changes):
            return False
        workspace, id = self.app.workspace, reading.conflict.id
        self.ask(lambda: read_conflict(workspace, id), self._notice, group="newer", refuse=lambda _: None)
        return True

    def _notice(self, newer: Reading) -> None:
        if self.shown is None or self._is_written or newer.conflict.id != self.shown.reading.conflict.id:
            return
        if _versions(newer) != _versions(self.shown.reading):
            self.newer = newer
            reload = self.app.key_named("conflict.reload")
            self.show_banner(what_is_new(self.shown, newer, self.app.workspace.actor.name, reload))

    def do_conflict_reload(self) -> None:
        self.reload("as it is now")

    def reload(self, said: str) -> None:
        """Shows what the record holds now; keeps the choices whose inputs are as they were, and says of which not."""
        if self.shown is not None:
            workspace, id = self.app.workspace, self.shown.reading.conflict.id
            take = partial(self._take_newer, said)
            self.ask(lambda: read_conflict(workspace, id), take, group="conflict", refuse=self._gone)

    def _take_newer(self, said: str, reading: Reading) -> None:
        if self.shown is None:
            return
        if reading.conflict.settled_at is not None:
            settler, title = settled_by(reading, self.app.workspace.actor.name), reading.record.title
            self.inbox.gone(f"you settled {title}" if settler == "you" else f"{settler} settled {title} meanwhile")
            return
        choices, reopened = self.shown.choices.carried_to(reading.conflict)
        self.show_reading(reading, choices)
        self._after_step(reopened[0] if reopened else "")
        kept = f"; {len(choices.made)} of your choices kept" if choices.made else ""
        if reopened:
            self.work.say(f"{self.shown.labels(reopened)} changed meanwhile: choose once more{kept}", "warn")
        else:
            self.work.say(f"{said}{kept}", "good")


def _versions(reading: Reading) -> tuple[int, int]:
    return reading.conflict.version, reading.record.version
