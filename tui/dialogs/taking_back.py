"""Takes back what a request, an actor or an import did: what it would touch is shown first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.errors import RolodocError
from core.values import Change
from core.workspace import Workspace
from core.write_values import Receipt, Taking, TakingBack, Touched
from tui.describe import differences, field_label, moment
from tui.dialogs.panel import Panel
from tui.feed import FeedFilter, read_feed
from tui.widgets.line_view import Line, LineView, line
from tui.widgets.painted import Span

NAMED: Final = 50  # records
PROGRAMS: Final = ("import", "sync", "source")
PAUSE: Final = 600_000_000  # microseconds between two requests of one import, at most
SIGNS: Final = {
    "created": ("+", "good"),
    "restored": ("+", "good"),
    "updated": ("~", "accent"),
    "deleted": ("-", "bad"),
}
FATES: Final = {"created": "comes back", "restored": "comes back from the trash", "deleted": "goes to the trash"}


class Offer(NamedTuple):
    """Something that can be taken back; with `why_not` it cannot now."""

    name: str
    scope: TakingBack
    reason: str = ""  # as the history will tell it
    why_not: str = ""


class TakingBackPanel(Panel):
    """Shows what the offer under the cursor would touch; enter takes it back, as one new change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "confirm", "Do it", show=False, id="taking.confirm"),
    ]
    hints = (("↑↓", "move"), ("⏎", "do it"), ("esc", "leave all as it is"))

    def __init__(self, title: str, find: Callable[[], list[Offer]], undone_by: str = "") -> None:
        """`find` is called off the UI thread; `undone_by` tells how it is undone, where the key alone would not."""
        super().__init__()
        self.title = title
        self._find, self._undone_by = find, undone_by
        self._offers: list[Offer] = []
        self._at = 0
        self._preview: Taking | None = None  # of the offer under the cursor
        self._taken: Taking | None = None
        self._is_writing = False

    def compose(self) -> ComposeResult:
        yield LineView(id="taking")

    @property
    def view(self) -> LineView:
        return self.query_one(LineView)

    def on_mount(self) -> None:
        self.take_keys(self.view)
        self._show([line(Span("looking what it would touch", "label"))])
        self.ask(self._find, self._take, group="offers", refuse=self._cannot)

    def _take(self, offers: list[Offer]) -> None:
        self._offers = offers
        self._look()

    # --- what it would touch ------------------------------------------------------------------------

    def _look(self) -> None:
        """Asks what the offer under the cursor would do."""
        offer, self._preview = self._offers[self._at], None
        if offer.why_not:
            self.forget("taking")
            self._show([line(Span(offer.why_not, "warn"), wraps=True)])
        else:
            workspace = self.app.workspace
            self.ask(lambda: preview(workspace, offer.scope), self._take_preview, group="taking", refuse=self._cannot)

    def _take_preview(self, answer: tuple[Taking, list[Line]]) -> None:
        self._preview, lines = answer
        self._show(lines)

    def _cannot(self, error: RolodocError) -> None:
        self._show([line(Span(str(error), "bad"), wraps=True)])

    def _show(self, told: list[Line]) -> None:
        lines = [line(Span(f"{self.title}?", "title"), wraps=True)]
        for at, offer in enumerate(self._offers):
            why_not = Span(f"  ({offer.why_not})", "label")
            name = Span(offer.name, "label" if offer.why_not else "")
            lines.append(line(name, why_not, key=at) if offer.why_not else line(name, key=at, wraps=True))
        lines += [line(), *told]
        if self._preview is not None and self._preview.records:  # enter does nothing before that
            lines += [line(), line(Span("⏎", "key"), " do it     ", Span("esc", "key"), " leave all as it is")]
        self.view.show(lines, cursor=self._at if self._offers else None)

    @on(LineView.Moved)
    def _moved(self, message: LineView.Moved) -> None:
        message.stop()
        self._at = message.key
        self._look()

    # --- doing it -----------------------------------------------------------------------------------

    @on(LineView.Chosen)
    def _chosen(self, message: LineView.Chosen) -> None:
        message.stop()
        self.action_confirm()

    def action_confirm(self) -> None:
        if not self._offers:
            return
        offer, preview = self._offers[self._at], self._preview
        if offer.why_not:
            self.work.say(f"Take back: {offer.why_not}", "warn")
        elif preview is not None and preview.records and not self._is_writing:
            self._is_writing = True
            self.write(lambda: self._take_back(offer), self._done)

    def _take_back(self, offer: Offer) -> Receipt:
        self._taken = taking = self.app.workspace.take_back(offer.scope, reason=offer.reason)
        return taking.receipt or Receipt(None, [], 0, "nothing had to change")

    def _done(self, receipt: Receipt) -> None:
        screen, records = self.work, self._taken.records if self._taken is not None else 0
        said = f"{records:,} record{' is' if records == 1 else 's are'} as before"
        if met := len(receipt.conflicts):
            said += f"; {met:,} conflict{' waits' if met == 1 else 's wait'} in 4"
        undone_by = self._undone_by or f"{self.app.key_named('undo')} undoes that"
        self.close(f"{said}; {undone_by}", "warn" if met else "good")
        screen.after_write()

    def refused(self, error: RolodocError) -> None:
        self._is_writing = False
        self.work.say(str(error), "bad")


def preview(workspace: Workspace, scope: TakingBack) -> tuple[Taking, list[Line]]:
    """What it would do, and that as lines, with the values of one record that is set back. Raises NotFound, Invalid."""
    taking = workspace.take_back(scope, dry_run=True)
    lines = preview_lines(taking)
    for one in taking.touched:
        if scope.revision is not None and one.fields:
            now, then = workspace.get(one.ref).fields, workspace.get(one.ref, revision=scope.revision).fields
            before, after = ({name: fields.get(name) for name in one.fields} for fields in (now, then))
            lines += [line(), *differences(one.ref.entity, before, after)]
    return taking, lines


def preview_lines(preview: Taking) -> list[Line]:
    """What it would do, and the first records: those that stay as they are, or were changed later, first."""
    does = f"as one change: {preview.summary}" if preview.records else "nothing would change: it is like that now"
    lines = [line(Span(does, "key"), wraps=True)]
    clashing = sum(bool(one.clashing) for one in preview.touched)
    if clashing:
        told = f"? {clashing:,} of them {_was(clashing)} changed later to something else: that becomes a conflict"
        lines.append(line(Span(told, "warn"), wraps=True))
    if preview.kept:
        stay = f"! {preview.kept:,} {'stays as it is' if preview.kept == 1 else 'stay as they are'}"
        lines.append(line(Span(stay, "warn")))
    lines.append(line())
    first = sorted(preview.touched, key=lambda one: (not one.kept, not one.clashing, not one.overtaken))[:NAMED]
    for one in first:
        lines += _touched_lines(one)
    if more := preview.records + preview.kept - len(first):
        lines.append(line(Span(f"and {more:,} more", "label")))
    return lines


def _touched_lines(one: Touched) -> list[Line]:
    """The signs: + comes, - goes, ~ changes, ? becomes a conflict, ! stays as it is."""
    sign, style = ("!", "warn") if one.kept else ("?", "warn") if one.clashing else SIGNS.get(one.kind, ("~", "accent"))
    told = one.kept or FATES.get(one.kind) or _labels(one, one.fields)
    lines = [line(Span(f"{sign} ", style), Span(f"{one.title}  {told}"), wraps=True)]
    if one.clashing:
        lines.append(line(Span("  clashes with a later edit: ", "warn"), Span(_labels(one, one.clashing)), wraps=True))
    if merged := [name for name in one.overtaken if name not in one.clashing]:
        lines.append(line(Span("  merged with a later edit: ", "label"), Span(_labels(one, merged)), wraps=True))
    return lines


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _labels(one: Touched, names: Sequence[str]) -> str:
    return ", ".join(field_label(one.ref.entity, name).lower() for name in names)


# --- what is offered for a request of the change log ---------------------------------------------------------


def find_offers(workspace: Workspace, change: Change) -> list[Offer]:
    """Everything that this request did, that its actor did since, that this import brought."""
    who = f"{change.actor.name} ({change.actor.via})"
    told = f"took back what {who} did"
    since = TakingBack(actor=change.actor.name, since=change.at - 1)
    return [
        Offer("everything that this request did", TakingBack(request=change.request), f"{told} at {moment(change.at)}"),
        Offer(f"everything that {change.actor.name} did since {moment(change.at)}", since, f"{told} since then"),
        _import_offer(workspace, change),
    ]


def _import_offer(workspace: Workspace, change: Change) -> Offer:
    actor, via = change.actor.name, change.actor.via
    if via not in PROGRAMS:
        return Offer("everything from an import", TakingBack(), why_not="this was not an import")
    start = _start_of_import(workspace, change)
    scope = TakingBack(actor=actor, via=via, since=start - 1)
    what = f"what {actor} brought in ({via}) since {moment(start)}"
    return Offer(f"everything from this import: {what}", scope, f"took back {what}")


def _start_of_import(workspace: Workspace, change: Change) -> int:
    """When it began: its requests have one reason and follow each other soon, without another of their actor."""
    start = change.at
    earlier, _ = read_feed(workspace, FeedFilter(actor=change.actor.name), change.seq)
    for one in earlier:
        if (one.actor, one.reason) != (change.actor, change.reason) or start - one.at > PAUSE:
            break
        start = one.at
    return start
