"""The revisions of a record: what each changed, the record as it was at each, and who set its fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.errors import RolodocError
from core.fields import FIELDS
from core.values import Blame, Change, Record, Ref
from core.workspace import Workspace
from core.write_values import Receipt, TakingBack
from tui.describe import field_label
from tui.describe_access import Names, named_change, named_record
from tui.dialogs.panel import Panel
from tui.dialogs.taking_back import Offer, TakingBackPanel
from tui.revisions import AtField, AtRevision, blame_lines, change_lines, slider, version_lines, who_and_when
from tui.widgets.bars import Bar
from tui.widgets.line_view import LineView, line
from tui.widgets.painted import Span

REVISIONS: Final = 100  # read at a time
SLIDER: Final = 24  # cells, at most

Mode = Literal["changes", "version", "blame"]
Against = Literal["before", "now"]


@dataclass(frozen=True, slots=True)
class AtOlder:
    """The line that reads further back."""


@dataclass(frozen=True, slots=True)
class History:
    """A record as it is now, and its latest changes, the latest first; of a longer history `more` are older."""

    now: Record
    changes: list[Change]
    more: bool

    def change(self, revision: int) -> Change | None:
        return next((change for change in self.changes if change.revision == revision), None)


class HistoryPanel(Panel):
    """[ and ] step through the revisions; whatever is brought back is a new change, which u takes back again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "step(-1)", "Older", show=False, id="history.older"),
        Binding("right_square_bracket", "step(1)", "Newer", show=False, id="history.newer"),
        Binding("c", "compare", "Compare with the revision before, or with now", show=False, id="history.compare"),
        Binding("b", "blame", "Who set each field", show=False, id="history.blame"),
        Binding("r", "restore_field", "Bring the field back to this revision", show=False, id="history.field"),
        Binding("R", "restore_record", "Bring the whole record back to this revision", show=False, id="history.record"),
        Binding("u", "undo", "Take this change back", show=False, id="history.undo"),
    ]
    title = "History"

    def __init__(self, ref: Ref) -> None:
        super().__init__()
        self._ref = ref
        self._history: History | None = None
        self._mode: Mode = "changes"
        self._against: Against = "before"
        self._revision = 0  # that is shown, or will be when it is read

    @property
    def refs(self) -> tuple[Ref, ...]:
        return (self._ref,)

    def compose(self) -> ComposeResult:
        yield Bar(id="revision")
        yield Bar(id="slider")
        yield LineView(id="history")

    def on_mount(self) -> None:
        self.take_keys(self.view)
        self.read()

    @property
    def view(self) -> LineView:
        return self.query_one(LineView)

    def key_hints(self) -> list[tuple[str, str]]:
        older, newer = self.hint("history.older")[0], self.hint("history.newer")[0]
        step = (f"{older} {newer}", "step")
        undo, blame = self.hint("history.undo", "take back"), self.hint("history.blame", "who set it")
        if self._mode == "changes":
            return [step, ("⏎", "as it was"), undo, blame, self.hint("history.record", "restore"), ("esc", "close")]
        if self._mode == "blame":
            return [("⏎", "its revision"), step, ("esc", "changes")]
        other = "now" if self._against == "before" else "the one before"
        compare = self.hint("history.compare", f"against {other}")
        restore = [self.hint("history.field", "restore field"), self.hint("history.record", "all")]
        return [step, compare, *restore, undo, blame, ("esc", "changes")]

    # --- reading ------------------------------------------------------------------------------------

    def read(self) -> None:
        """Reads it again, as it is now; where it was changed, shows its latest revision."""
        self.ask(
            lambda: read_history(self.app.workspace, self._ref, self.app.names), self._take_history, group="history"
        )

    def _take_history(self, history: History) -> None:
        moved_on = self._history is None or history.now.revision != self._history.now.revision
        self._history = history
        if moved_on and self._mode == "version":
            self._show_version(history.now.revision)
        elif moved_on:
            self._revision = history.now.revision
            self._show_changes()

    def changed_elsewhere(self, changes: Sequence[Change]) -> None:
        """One revision more; what is shown stays where it is."""
        if self._history is not None and any(change.ref == self._ref for change in changes):
            self.ask(
                lambda: read_history(self.app.workspace, self._ref, self.app.names),
                self._take_longer,
                group="elsewhere",
            )

    def _take_longer(self, history: History) -> None:
        if self._history is None:
            return
        known, oldest = self._history.changes, history.changes[-1].seq
        if oldest <= known[0].seq:
            older = [change for change in known if change.seq < oldest]
            history = History(history.now, [*history.changes, *older], self._history.more)
        self._history = history
        if self._mode == "changes":
            self._show_changes()
        else:
            self._show_place()

    def _read_older(self, history: History) -> None:
        self.ask(lambda: read_older(self.app.workspace, history, self.app.names), self._take_older, group="history")

    def _take_older(self, history: History) -> None:
        self._history = history
        self._show_changes()

    def _show_changes(self) -> None:
        history = self._history
        if history is None:
            return
        self._mode = "changes"
        lines = [entry for change in history.changes for entry in change_lines(change)]
        if history.more:
            lines.append(line(Span("… older", "accent"), key=AtOlder()))
        at = history.change(self._revision)
        self.view.show(lines, cursor=AtRevision(at.revision, at.seq) if at is not None else None)
        self._show_place()

    def _show_version(self, revision: int, field: str = "") -> None:
        """The record as it was then; the cursor goes to the field, else stays on the one that it is on."""
        history = self._history
        if history is None:
            return
        self._revision = revision
        names = self.app.names

        def read() -> tuple[History, Record]:
            reaching = history
            while reaching.change(revision) is None and reaching.more:
                reaching = read_older(self.app.workspace, reaching, names)
            return reaching, named_record(self.app.workspace.get(self._ref, revision=revision), names)

        self.ask(read, lambda answer: self._take_version(*answer, field), group="history", refuse=self._tell_no_version)

    def _take_version(self, history: History, then: Record, field: str) -> None:
        change = history.change(then.revision)
        if self._against == "now" or change is None:
            old, new = then.fields, history.now.fields
        else:
            empty = {name: FIELDS[then.ref.entity][name].empty for name in change.after}
            old, new = then.fields | empty | change.before, then.fields
        lines = version_lines(then.ref.entity, old, new)
        if change is not None and change.reason:
            lines += [line(), line(Span(f"{change.kind}: {change.reason}", "label"), wraps=True)]
        cursor = AtField(field) if field else None
        if cursor is None and self._mode != "version":
            cursor = next((entry.key for entry in lines if entry.mark), None)
        self._history, self._mode = history, "version"
        self.view.show(lines, cursor=cursor)
        self._show_place()

    def _tell_no_version(self, error: RolodocError) -> None:
        self._mode = "version"
        self.view.show([line(Span(str(error), "bad"), wraps=True)])
        self._show_place()

    def _take_blame(self, blame: dict[str, Blame]) -> None:
        if self._history is not None:
            self._mode, self._revision = "blame", self._history.now.revision
            at, lines = self.view.cursor_key, blame_lines(self._history.now, blame)
            keys = [entry.key for entry in lines if entry.key is not None]
            same = [key for key in keys if isinstance(at, AtField) and key.field == at.name]
            self.view.show(lines, cursor=next(iter([*same, *keys]), None), top=0)
            self._show_place()

    def _show_place(self) -> None:
        """Which revision it is, and where it stands among all."""
        history = self._history
        if history is None:
            return
        self.title = f"History of {history.now.title}"
        self.work.refresh_header()
        count, change = history.now.revision, history.change(self._revision)
        told = f" · {who_and_when(change.actor, change.at)}" if change is not None else ""
        self.query_one("#revision", Bar).show([Span(f" rev {self._revision} of {count}", "key"), Span(told)])
        legend = self._legend()
        width = min(SLIDER, max(8, self.size.width - cell_len(legend) - 4))
        place = Span(f" {slider(self._revision, count, width)}  ", "accent")
        self.query_one("#slider", Bar).show([place, Span(legend, "label")])

    def on_resize(self) -> None:
        self._show_place()

    def _legend(self) -> str:
        if self._mode == "changes":
            return "changes, the latest first"
        if self._mode == "blame":
            return "as it is now: who set each field"
        if self._against == "now":
            return "against now: - then, + now"
        return f"against rev {self._revision - 1}: - before, + since" if self._revision > 1 else "as it was made"

    # --- stepping -----------------------------------------------------------------------------------

    def action_step(self, by: int) -> None:
        if self._history is None:
            return
        if 1 <= self._revision + by <= self._history.now.revision:
            self._show_version(self._revision + by)
        else:
            self.work.say("this is the latest revision" if by > 0 else "this is the first revision", "warn")

    def action_compare(self) -> None:
        self._against = "now" if self._against == "before" else "before"
        self._show_version(self._revision)

    def action_blame(self) -> None:
        self.ask(lambda: self.app.workspace.blame(self._ref), self._take_blame, group="history")

    @on(LineView.Moved)
    def _moved(self, message: LineView.Moved) -> None:
        message.stop()
        if self._mode == "changes" and isinstance(message.key, AtRevision):
            self._revision = message.key.revision
            self._show_place()

    @on(LineView.Chosen)
    def _chosen(self, message: LineView.Chosen) -> None:
        message.stop()
        key = message.key
        if isinstance(key, AtOlder) and self._history is not None:
            self._read_older(self._history)
        elif isinstance(key, AtRevision):
            self._show_version(key.revision, key.field)

    def leave(self) -> None:
        if self._mode == "changes":
            self.close()
        else:
            self._show_changes()

    # --- bringing back ------------------------------------------------------------------------------

    async def action_restore_field(self) -> None:
        key = self.view.cursor_key
        if isinstance(key, AtField):
            await self._restore((key.name,), field_label(self._ref.entity, key.name))
        else:
            older = self.hint("history.older")[0]
            self.work.say(f"Restore field: {older} shows the record as it was; put the cursor on a field there", "warn")

    async def action_restore_record(self) -> None:
        await self._restore((), "the record")

    async def _restore(self, fields: tuple[str, ...], what: str) -> None:
        change = self._change
        if change is None or self._history is None:
            self.work.say("Restore: put the cursor on a revision", "warn")
        elif change.revision == self._history.now.revision:
            older = self.hint("history.older")[0]
            self.work.say(f"Restore: this is how it is now; {older} steps to what it was before", "warn")
        else:
            scope = TakingBack(ref=self._ref, fields=fields, revision=change.revision)
            name = f"{what} as at rev {change.revision}, {who_and_when(change.actor, change.at)}"
            offer = Offer(name, scope, reason=f"restored to rev {change.revision}")
            await self.work.open_panel(TakingBackPanel(f"Restore {what}", lambda: [offer]), over=True)

    def action_undo(self) -> None:
        if (change := self._change) is not None:
            self.write(lambda: self.app.workspace.undo(seq=change.seq), self._undone)

    def _undone(self, receipt: Receipt) -> None:
        self.work.say(receipt.summary, "good")
        self.read()

    def shown_again(self) -> None:
        self.read()

    @property
    def _change(self) -> Change | None:
        """The change that made the revision that is shown, or is under the cursor."""
        if self._history is None or self._mode == "blame":
            return None
        if self._mode == "changes" and not isinstance(self.view.cursor_key, AtRevision):
            return None
        return self._history.change(self._revision)


def read_history(workspace: Workspace, ref: Ref, names: Names) -> History:
    """Raises NotFound."""
    changes = workspace.changes(ref=ref, limit=REVISIONS)
    now = named_record(workspace.get(ref), names)
    return History(now, [named_change(change, names) for change in changes], len(changes) == REVISIONS)


def read_older(workspace: Workspace, history: History, names: Names) -> History:
    """The same, with the changes before those."""
    before = history.changes[-1].seq
    older = workspace.changes(ref=history.now.ref, before=before, limit=REVISIONS)
    named = [named_change(change, names) for change in older]
    return History(history.now, [*history.changes, *named], len(older) == REVISIONS)
