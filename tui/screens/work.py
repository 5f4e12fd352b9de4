"""What all screens share: layout, trail, the panel in place of the detail, and the way from a key to an action."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from inspect import isawaitable
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget

from core.errors import Denied, NotFound
from core.fields import Entity
from core.values import Change, Ref
from tui.actions import ACTIONS, BY_ID, Action, Context, bindings
from tui.awaited import Awaited
from tui.details import AtLink, AtMore, AtRecord
from tui.off_loop import OffLoop
from tui.session import ListState
from tui.widgets.bars import Bar, KeyBar, Status, Tabs, Trail
from tui.widgets.detail_pane import DetailPane, Source
from tui.widgets.line_view import LineView
from tui.widgets.painted import Span, fit

if TYPE_CHECKING:
    from core.workspace import Workspace
    from tui.app import RolodocApp
    from tui.dialogs.panel import Panel

READING = 2.0  # seconds that a key waits for what it is for; after that it does what it can
SPLIT = 100  # columns, from which on the detail stands beside the list
SMALLEST = (40, 10)
MESSAGE_STAYS = 8.0  # seconds
POSITION = 24  # cells, as in screens.css
SCREENS = (
    ("profiles", "Profiles"),
    ("documents", "Documents"),
    ("links", "Links"),
    ("conflicts", "Conflicts"),
    ("activity", "Activity"),
    ("system", "System"),
    ("drafts", "Drafts"),
    ("audit", "Audit"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A record, or a request of the change log, on the trail; and where the reader was in it."""

    source: Source
    title: str = ""
    cursor: Any = None
    top: int = 0

    @property
    def ref(self) -> Ref:
        return self.source if isinstance(self.source, Ref) else self.source.ref


class WorkScreen(Awaited, OffLoop, Screen[None]):
    """A list, the detail of what it points at, and a panel that takes the place of the detail."""

    name_: ClassVar[str] = ""
    title_: ClassVar[str] = ""
    entity: ClassVar[Entity | None] = None
    actions: ClassVar[tuple[Action, ...]] = ACTIONS

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]
    ALLOW_SELECT = False
    AUTO_FOCUS = "#list"

    app: RolodocApp

    def __init__(self) -> None:
        super().__init__()
        self.trail: list[Step] = []
        self.panel: Panel | None = None
        self.split = True
        self._came_from: Widget | None = None
        self._beneath: list[tuple[Panel, Widget | None]] = []  # panels that it stands over, and what had the keys
        self._had_keys: Widget | None = None
        self.is_too_small = False
        self.said = ("", "")  # the message that stands, and its kind
        self._news = ""  # that wait behind it
        self._message_ends: Timer | None = None

    # --- for the screens to fill in -----------------------------------------------------------------

    def make_list(self) -> Widget:
        """The widget on the left, with the id "list"."""
        return LineView(id="list")

    def list_ref(self) -> Ref | None:
        """The record under the cursor of the list."""
        return None

    def state(self) -> ListState | None:
        """What of this screen is kept for the next start."""
        return None

    def concerns(self, change: Change) -> bool:
        """Whether this change is about something that is on the screen."""
        return self.detail.touches(change)

    @property
    def heading(self) -> str:
        """Where the trail starts."""
        return self.title_

    def list_state(self) -> str:
        """How the list is filtered and ordered, for the header."""
        return ""

    def apply_changes(self, changes: Sequence[Change]) -> bool:
        """Shows these changes where they touch what is on the screen, and tells whether one did."""
        return self.detail.apply_changes(changes)

    def access_changed(self) -> None:
        """The account may see other things than before: what is on the screen is asked about anew."""
        panels = [*(panel for panel, _ in self._beneath), *([self.panel] if self.panel is not None else [])]
        shown = [step.ref for step in self.trail] + [ref for panel in panels for ref in panel.refs]
        shown += [ref for ref in (self.detail.ref, self.list_ref()) if ref is not None]
        titles = self._titles()
        self.read_again()
        self.ask(
            lambda: [ref for ref in dict.fromkeys(shown) if not may_be_seen(self.app.workspace, ref)],
            lambda hidden: self._take_away(hidden, titles),
            group="access",
        )

    def read_again(self) -> None:
        """Reads the list and the detail anew."""
        self.detail.reload()

    def _titles(self) -> dict[Ref, str]:
        """What is on the screen is called."""
        titles = {step.ref: step.title for step in self.trail if step.title}
        if (record := self.detail.record) is not None:
            titles[record.ref] = record.title
        return titles

    def _take_away(self, hidden: list[Ref], titles: dict[Ref, str]) -> None:
        """Leaves what may not be seen any more, and says so; a form keeps what was typed."""
        if not hidden:
            return
        gone = next((titles[ref] for ref in hidden if ref in titles), "this record")
        while self.panel is not None and not set(hidden).isdisjoint(self.panel.refs):
            if not self.panel.gives_way():
                break
        steps = [step.ref in hidden for step in self.trail]
        if any(steps) and self.panel is None:
            del self.trail[steps.index(True) + 1 :]
            self.do_back()
        elif not self.trail and self.detail.ref in hidden:
            self.detail.read(None)
        if self.is_current:
            self.say(f"{fit(gone, 30)} is not shown to you any more: access was taken away", "warn")

    def after_write(self) -> None:
        """Shows at once what was written here and may have come into the list, or gone out of it."""

    def names_changed(self) -> None:
        """Groups, roles and grants are called otherwise now."""

    def show_new(self, ref: Ref) -> None:
        """Puts the cursor on a record that was just made, if this screen lists such."""

    # --- layout -------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        yield Tabs(id="tabs")
        with Horizontal(id="top"):
            yield Trail(id="trail")
        with Horizontal(id="body"):
            yield self.make_list()
            with Vertical(id="pane"):
                yield DetailPane(self.app.workspace, id="detail")
        with Horizontal(id="foot"):
            yield Bar(id="position")
            yield Status(id="status")
        yield KeyBar(id="keys")
        yield Bar(id="too-small")

    @property
    def listing(self) -> Widget:
        return self.query_one("#list")

    @property
    def detail(self) -> DetailPane:
        return self.query_one(DetailPane)

    @property
    def has_parts(self) -> bool:
        """Whether there is something to show on; while the program ends, news still come and parts have gone."""
        return self.is_mounted and self.app.is_running

    @property
    def is_single(self) -> bool:
        """Whether list and detail take turns."""
        return not self.split or self.app.size.width < SPLIT

    def on_mount(self) -> None:
        self.place_parts()
        self.refresh_header()

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self._take_size(width < SMALLEST[0] or height < SMALLEST[1])
        self._fit_message()
        self.place_parts()
        self.refresh_header()

    def _take_size(self, small: bool) -> None:
        """In too small a terminal nothing is done and nothing is lost."""
        if small and not self.is_too_small:
            self._had_keys = self.focused
            self.set_focus(None)
            self.query_one("#too-small", Bar).show([Span("too small: needs at least 40x10")])
        elif self.is_too_small and not small:
            self.set_focus(self._had_keys or self.listing)
        self.is_too_small = small
        self.set_class(small, "-too-small")

    def _set_classes(self, classes: Mapping[str, bool]) -> None:
        """Sets and takes all at once: after each change every widget of the screen is styled anew."""
        on = [name for name, wanted in classes.items() if wanted and not self.has_class(name)]
        off = [name for name, wanted in classes.items() if not wanted and self.has_class(name)]
        self.remove_class(*off, update=not on)
        self.add_class(*on)

    def on_screen_resume(self) -> None:
        self.refresh_header()

    def place_parts(self) -> None:
        """Decides what of list and pane is to be seen."""
        self._set_classes(
            {
                "-single": self.is_single,
                "-in-pane": bool(self.trail or self.panel),
                "-panel": self.panel is not None,
                "-wide-panel": self.panel is not None and self.panel.wide,
            }
        )
        if not self.is_single and not self.trail and self.panel is None:
            self.show_detail_of_cursor()

    def refresh_header(self) -> None:
        if not self.has_parts:
            return
        badges = {"conflicts": self.app.open_conflicts}
        screens = [
            (name, self.app.key_of(BY_ID[f"go.{name}"]), with_badge(title, badges.get(name, 0)))
            for name, title in SCREENS
        ]
        self.query_one(Tabs).show_screens(screens, self.name_, self.app.place)
        steps = [self.heading, *(step.title or "…" for step in self.trail)]
        steps += [panel.title for panel, _ in self._beneath]
        if self.panel is not None:
            steps.append(self.panel.title)
        self.query_one(Trail).show_trail(steps, "   ".join(filter(None, (self.list_state(), self.app.account))))
        self.refresh_keys()

    def refresh_keys(self) -> None:
        if not self.has_parts:
            return
        bar = self.query_one(KeyBar)
        context = self.context()

        def shown(actions: Sequence[Action], where: str) -> list[tuple[str, str, bool]]:
            listed = [action for action in actions if where in action.screens]
            return [(self.app.key_of(a), a.name, a.disabled(context) is None) for a in listed]

        if self.panel is not None and self.panel.actions and not self.panel.key_hints():
            bar.show_keys(shown(self.panel.actions, self.panel.name_), [(self.app.key_named("help"), "Help", True)])
        elif self.panel is not None:
            bar.show_keys([(key, name, True) for key, name in self.panel.key_hints()])
        else:
            bar.show_keys(shown(self.actions, self.name_), shown(self.actions, "*"))

    @property
    def actions_here(self) -> tuple[Action, ...]:
        """What can be done here: in the panel that is open, on this screen, everywhere."""
        return (*self.panel.actions, *self.actions) if self.panel is not None else self.actions

    def say(self, text: str, kind: str = "") -> None:
        """Shows a sentence in the status line; news wait until the answer to a key was read."""
        if not self.has_parts:
            return
        if kind == "news" and self._message_ends is not None and self.said[1] != "news":
            self._news = text
            return
        self.said, self._news = (text, kind), ""
        self.query_one(Status).say(text, kind)
        self._fit_message()
        if self._message_ends is not None:
            self._message_ends.stop()
        self._message_ends = self.set_timer(MESSAGE_STAYS, self._end_message) if text else None

    def _fit_message(self) -> None:
        """A message takes the place of the position, and then that of the keys, rather than lose its end."""
        status, width = self.query_one(Status), self.app.size.width
        longer = {"-long-message": width - POSITION - 1, "-longer-message": width}
        self._set_classes({name: status.is_longer_than(room) for name, room in longer.items()})

    def _end_message(self) -> None:
        self._message_ends, self.said = None, ("", "")
        self.say(self._news, "news" if self._news else "")

    def show_position(self, text: str) -> None:
        self.query_one("#position", Bar).show([Span(f" {text}", "label")])

    # --- from a key to an action --------------------------------------------------------------------

    @property
    def is_waiting(self) -> bool:
        """Whether its list shows nothing yet."""
        return isinstance(self.focused, LineView) and self.focused is self.listing and not self.focused.lines

    def patience_with(self, key: str) -> float:
        """For how many seconds this key waits for what it is for: 0 for one that does without it, or only moves."""
        focused = self.focused
        if not isinstance(focused, Awaited):
            return 0
        holders = (node for node in focused.ancestors_with_self if isinstance(node, Awaited))
        waiting = next((holder for holder in holders if holder.is_waiting), None)
        if waiting is None:
            return 0
        if waiting.takes_text:
            return inf  # escape leaves it
        active = self.active_bindings.get(key)
        id = (active.binding.id if active is not None else "") or ""
        if active is None or (id.startswith("move.") and focused.lets_move):
            return 0
        here = active.node not in (self, self.app)
        return READING if here or (id in BY_ID and BY_ID[id].disabled(self.context()) is not None) else 0

    def context(self) -> Context:
        subject, record = self.subject(), self.record_read()
        return Context(
            screen=self.name_,
            entity=self.entity,
            subject=subject,
            record=record if record and record.entity in ("profile", "document") else None,
            listed=self.entity is not None and self.listing.has_focus,
            depth=len(self.trail),
            panel=self.panel.title if self.panel is not None else "",
            forced=self.app.forced,
            may=self.detail.may if subject is not None and self.detail.ref == subject else None,
        )

    def subject(self) -> Ref | None:
        """The record that an action is about: under the cursor of what has the keys."""
        if self.trail:
            key = self.detail.cursor_key
            if isinstance(key, AtLink):
                return key.link
            if isinstance(key, AtRecord):
                return key.ref
            return self.trail[-1].ref
        return self.list_ref()

    def record_read(self) -> Ref | None:
        """The record whose detail is shown, or would be."""
        return self.trail[-1].ref if self.trail else self.list_ref()

    async def action_act(self, id: str) -> None:
        await self.act(BY_ID[id])

    async def act(self, action: Action) -> None:
        """Does it, or says why it cannot be done now."""
        if self.is_too_small and action.id != "back.quit":
            return
        reason = action.disabled(self.context())
        if reason is not None:
            self.say(f"{action.name}: {reason}", "warn")
            return
        if action.id.startswith("go."):
            await self.app.go(action.id.removeprefix("go."))
        else:
            of_panel = self.panel is not None and action in self.panel.actions
            doing = getattr(self.panel if of_panel else self, action.method)()
            if isawaitable(doing):
                await doing

    async def on_tabs_chosen(self, message: Tabs.Chosen) -> None:
        await self.app.go(message.screen)

    # --- the trail ----------------------------------------------------------------------------------

    def show_detail_of_cursor(self) -> None:
        self.detail.read(self.list_ref())

    def enter(self, source: Source, title: str = "") -> None:
        """One step further on the trail: to the record's detail, at its first link."""
        if self.trail:
            cursor, top = self.detail.place
            self.trail[-1] = replace(self.trail[-1], cursor=cursor, top=top)
        if self.detail.record is not None and self.detail.source == source:
            title = self.detail.record.title
        self.trail.append(Step(source, title))
        self.detail.read(source, to_links=True)
        self.place_parts()
        self.set_focus(self.detail)
        self.refresh_header()

    def do_open(self) -> Awaitable[None] | None:
        focused = self.focused
        if isinstance(focused, LineView):
            focused.action_choose()
        elif (ref := self.list_ref()) is not None:
            self.enter(ref)
        return None

    def do_back(self) -> None:
        if self.panel is not None:
            self.panel.leave()
        elif self.trail:
            self.trail.pop()
            if self.trail:
                step = self.trail[-1]
                self.detail.read(step.source, cursor=step.cursor, top=step.top)
            else:
                self.set_focus(self.listing)
            self.place_parts()
            self.refresh_header()

    def do_back_quit(self) -> None:
        if self.trail or self.panel is not None:
            self.do_back()
        else:
            self.app.leave()

    async def on_line_view_chosen(self, message: LineView.Chosen) -> None:
        if message.view is not self.detail:
            return
        key = message.key
        if isinstance(key, AtLink):
            self.enter(key.other, key.title)
        elif isinstance(key, AtMore):
            self.detail.open_further(key)
        elif isinstance(key, AtRecord) and key.ref != self.detail.ref:
            self.enter(key.ref)

    def on_line_view_moved(self, message: LineView.Moved) -> None:
        del message
        self.refresh_keys()

    def on_detail_pane_read(self, message: DetailPane.Read) -> None:
        if self.detail.may is not None:
            self.refresh_keys()
        if self.trail and self.trail[-1].ref == message.record.ref:
            self.trail[-1] = replace(self.trail[-1], title=message.record.title)
            self.refresh_header()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Tab and the mouse go in and out as enter and back do."""
        if event.widget is not self.focused or self.panel is not None:
            return
        if event.widget is self.listing and self.trail:
            self.trail.clear()
            self.place_parts()
        elif event.widget is self.detail and not self.trail and (source := self.detail.source) is not None:
            self.trail.append(Step(source, self.detail.record.title if self.detail.record else ""))
            self.place_parts()
        self.refresh_header()

    # --- the panel ----------------------------------------------------------------------------------

    async def open_panel(self, panel: Panel, *, over: bool = False) -> None:
        """Shows it in place of the detail; it has the keys when this returns, so that none goes astray.

        It takes the place of a panel that is open; with `over` that one comes back when it is closed.
        """
        if self.panel is None:
            self._came_from = self.focused
        elif over:
            self._beneath.append((self.panel, self.focused))
            self.panel.display = False
        else:
            self.panel.remove()
        self.panel = panel
        await self.query_one("#pane").mount(panel)
        self.place_parts()
        self.refresh_header()

    def close_panel(self) -> None:
        """Takes it away, and gives the keys back to where they were."""
        if self.panel is None:
            return
        panel, self.panel = self.panel, None
        if self._beneath:
            self._show_beneath(panel)
            return
        back = self._came_from if self._came_from is not None and self._came_from.is_attached else self.listing
        self.place_parts()
        self.set_focus(back)
        panel.remove()
        self.refresh_header()
        self.panel_closed()

    def _show_beneath(self, closed: Panel) -> None:
        self.panel, had_keys = self._beneath.pop()
        self.panel.display = True
        self.place_parts()
        self.set_focus(had_keys)
        closed.remove()
        self.refresh_header()
        self.panel.shown_again()

    def panel_closed(self) -> None:
        """What was shown may be another now."""


def may_be_seen(workspace: Workspace, ref: Ref) -> bool:
    try:
        workspace.may(ref)
    except (NotFound, Denied):
        return False
    return True


def with_badge(title: str, count: int) -> str:
    """The name of a screen, with how many things wait there."""
    return f"{title} ({count if count < 1_000 else f'{count // 1_000}k'})" if count else title
