"""Pairs of profiles that may be one person: looked through one by one, merged or told apart."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.errors import RolodocError
from core.rows import Candidate
from core.values import RecordId, Ref, id_text
from core.workspace import Workspace
from core.write_values import Edit, Receipt
from tui.dialogs.merge_profiles import MergePanel
from tui.dialogs.panel import Panel
from tui.safe_text import safe_text
from tui.widgets.columns import fit
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span

LIMIT: Final = 1_000  # pairs
SIGNS: Final = {"strong": ("●", "accent"), "weak": ("○", "label")}
GAP: Final = "  "

Pair = tuple[RecordId, RecordId]


class CandidatesPanel(Panel):
    """Nothing is merged by itself: enter shows both side by side, x tells them apart for ever."""

    wide = True
    title = "Duplicates"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,d", "tell_apart", "Not the same, for ever", show=False, id="candidates.apart"),
        Binding("u", "undo", "Undo the last pair", show=False, id="candidates.undo"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._pairs: list[Candidate] | None = None
        self._decided: list[tuple[RecordId, list[Candidate]]] = []  # request, and the pairs before it
        self._is_writing = False

    def compose(self) -> ComposeResult:
        yield LineView(id="candidates")

    @property
    def view(self) -> LineView:
        return self.query_one(LineView)

    def key_hints(self) -> list[tuple[str, str]]:
        apart, undo = self.hint("candidates.apart", "not the same"), self.hint("candidates.undo", "undo")
        return [("↑↓", "move"), ("⏎", "side by side"), apart, undo, ("esc", "close")]

    def on_mount(self) -> None:
        self.take_keys(self.view)
        self.view.show([line(Span("looking for profiles that may be one person", "label"))])
        self.ask(lambda: self.app.workspace.candidates(limit=LIMIT), self._take, group="candidates")

    def _take(self, pairs: list[Candidate]) -> None:
        self._pairs = pairs
        self._show()

    # --- showing --------------------------------------------------------------------------------------

    def _show(self, cursor: Pair | None = None) -> None:
        pairs = self._pairs or []
        if not pairs:
            done = "all pairs are looked through" if self._decided else "no two profiles look like one person"
            self.view.show([line(Span(done, "good")), line(), line(Span("New ones are found as they come.", "label"))])
            return
        many = f"{len(pairs):,} pair{'' if len(pairs) == 1 else 's'}"
        first = f"the first {many}" if len(pairs) == LIMIT else many
        head = line(Span(f"{first} that may be one person; nothing is merged by itself", "label"), wraps=True)
        self.view.show([head, line(), *map(self._line, pairs)], cursor=cursor)

    def _line(self, pair: Candidate) -> Line:
        sign, style = SIGNS[pair.strength]
        width = max(8, (self.view.size.width - 14 - 2 * len(GAP)) // 3)
        names = (fit(safe_text(row.name), width) + GAP for row in (pair.one, pair.other))
        return line(Span(f"{sign} {pair.strength:<7} ", style), *names, Span(pair.why, "label"), key=_ids(pair))

    def on_resize(self) -> None:
        if self._pairs is not None:
            self._show()

    # --- deciding -------------------------------------------------------------------------------------

    @on(LineView.Chosen)
    async def _chosen(self, message: LineView.Chosen) -> None:
        message.stop()
        one, other = message.key
        await self.work.open_panel(MergePanel(one, other, self._merged), over=True)

    def _merged(self, receipt: Receipt, into: RecordId, other: RecordId) -> None:
        """Pairs with the one that went are no pairs any more."""
        del into
        self._settle(receipt, [pair for pair in self._pairs or [] if other not in _ids(pair)])

    def action_tell_apart(self) -> None:
        at = self.view.cursor_key
        pair = next((one for one in self._pairs or [] if _ids(one) == at), None)
        if pair is not None and not self._is_writing:
            self._is_writing = True
            self.write(lambda: tell_apart(self.app.workspace, pair), lambda receipt: self._told_apart(receipt, pair))

    def _told_apart(self, receipt: Receipt, pair: Candidate) -> None:
        self._is_writing = False
        self._settle(receipt, [one for one in self._pairs or [] if one != pair])
        undo = self.hint("candidates.undo")[0]
        self.work.say(f"{pair.one.name} and {pair.other.name} are two; {undo} undoes that", "good")

    def action_undo(self) -> None:
        if not self._decided:
            self.work.say("Undo: nothing was decided here yet", "warn")
        elif not self._is_writing:
            self._is_writing = True
            request = self._decided[-1][0]
            self.write(lambda: self.app.workspace.undo(request), self._undone)

    def _undone(self, receipt: Receipt) -> None:
        self._is_writing = False
        before = self._decided.pop()[1]
        again = next((pair for pair in before if pair not in (self._pairs or [])), None)
        self._pairs = before
        self._show(cursor=_ids(again) if again is not None else None)
        self.work.say(f"{receipt.summary}; the pair is open again", "good")

    def _settle(self, receipt: Receipt, pairs: list[Candidate]) -> None:
        """The list goes on at the pair after."""
        if receipt.request is not None:
            self._decided.append((receipt.request, self._pairs or []))
        self._pairs = pairs
        self._show()

    def refused(self, error: RolodocError) -> None:
        self._is_writing = False
        self.work.say(str(error), "bad")


def tell_apart(workspace: Workspace, pair: Candidate) -> Receipt:
    """Marks the two as not the same. Raises NotFound, Stale."""
    one = workspace.get(Ref("profile", pair.one.id))
    marks = [*one.fields["distinct_from"], id_text(pair.other.id)]
    edit = Edit(one.ref, {"distinct_from": list(dict.fromkeys(marks))}, one.version)
    return workspace.write([edit], reason=f"not the same as {pair.other.name}")


def _ids(pair: Candidate) -> Pair:
    return pair.one.id, pair.other.id
