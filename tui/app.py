"""The terminal program: its screens, its themes, and the changes that arrive while one looks."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from textual import on, work
from textual.filter import LineFilter, Monochrome, NoColor
from textual.message import Message
from textual.screen import Screen
from textual.worker import WorkerError

from core.access_values import Me
from core.errors import Invalid, RolodocError
from core.fields import ADMINISTRATION
from core.values import Change, Query
from core.workspace import Workspace
from tui.actions import BY_ID, Action, key_names
from tui.exact_updates import exact
from tui.live import LiveChanges
from tui.safe_text import HostileTextFilter
from tui.session import Session, recall_session, save_session
from tui.settings import Settings, read_settings, settings_path
from tui.themes import THEMES
from tui.type_ahead import TypeAheadApp

if TYPE_CHECKING:
    from textual.driver import Driver

    from tui.describe_access import Names
    from tui.screens.work import WorkScreen

OF_WIDGETS = (
    "move.",
    "list.",
    "panel.",
    "confirm.",
    "history.",
    "taking.",
    "merge.",
    "split.",
    "candidates.",
    "rules.",
    "value.",
    "conflict.",
    "access.",
    "accounts.",
)
"""How the ids of keys begin that only a widget or panel has."""
COALESCE = 0.15  # seconds between two repaints for changes of others


def _profiles() -> Screen[None]:
    from tui.screens.records import ProfilesScreen

    return ProfilesScreen()


def _documents() -> Screen[None]:
    from tui.screens.records import DocumentsScreen

    return DocumentsScreen()


def _links() -> Screen[None]:
    from tui.screens.records import LinksScreen

    return LinksScreen()


def _conflicts() -> Screen[None]:
    from tui.screens.conflicts import ConflictsScreen

    return ConflictsScreen()


def _drafts() -> Screen[None]:
    from tui.screens.drafts import DraftsScreen

    return DraftsScreen()


def _activity() -> Screen[None]:
    from tui.screens.activity import ActivityScreen

    return ActivityScreen()


def _audit() -> Screen[None]:
    from tui.screens.audit import AuditScreen

    return AuditScreen()


def _system() -> Screen[None]:
    from tui.screens.system import SystemScreen

    return SystemScreen()


MODES: dict[str, Callable[[], Screen[None]]] = {
    "profiles": _profiles,
    "documents": _documents,
    "links": _links,
    "conflicts": _conflicts,
    "activity": _activity,
    "system": _system,
    "drafts": _drafts,
    "audit": _audit,
}


class RolodocApp(TypeAheadApp):
    """Shows a workspace. `thin` saves bytes; without it, it is so where SSH_CONNECTION is set."""

    TITLE = "rolodoc"
    CSS_PATH = [
        next(
            path
            for path in (Path(__file__).with_name("screens.css"), Path(__file__).parents[1] / "screens.css")
            if path.exists()
        )
    ]
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {**MODES}
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False

    @dataclass
    class ChangesArrived(Message):
        """LiveChanges has something to hand over."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RolodocApp.ChangesArrived)

    class DraftsChanged(Message):
        """A draft was stored or dropped."""

    @dataclass
    class FollowingEnded(Message):
        error: str

    @dataclass
    class ConflictsCounted(Message):
        """So many are open."""

        count: int

    @dataclass
    class AccountRead(Message):
        """As whom one is here, and what groups and roles are called."""

        me: Me
        names: Names

    def __init__(self, workspace: Workspace, *, thin: bool | None = None, theme: str | None = None) -> None:
        self.workspace = workspace
        self.settings, self.settings_error = _read_settings()
        asked = thin if thin is not None else self.settings.thin
        self.thin = asked if asked is not None else bool(os.environ.get("SSH_CONNECTION"))
        self.forced = bool(os.environ.get("ROLODOC_FORCED"))
        self.session = recall_session(workspace)
        self.live = LiveChanges(workspace)
        self._last_repaint = 0.0
        self._leaving = False
        self.open_conflicts = 0
        self.me: Me | None = None  # until it is read
        self.names: Names = {}  # of accounts, groups and roles, by their ids as text
        self.seen = 0  # seq of the latest change that was shown
        # Starting in this mode spares the screen that Textual would make only to leave it again.
        self.DEFAULT_MODE = self.session.screen if self.session.screen in MODES else "profiles"  # type: ignore[misc]
        super().__init__()
        for known in THEMES.values():
            self.register_theme(known)
        wanted = theme or self.settings.theme or ("ansi" if self.thin else self.session.theme)
        self.theme = wanted if wanted in THEMES else "terminal"
        if self.thin:
            self.animation_level = "none"
        self.set_keymap(self.settings.keys)

    def get_driver_class(self) -> type[Driver]:
        """Always the driver for this kind of terminal: what TEXTUAL_DRIVER names is not loaded."""
        from textual.drivers.linux_driver import LinuxDriver

        return LinuxDriver

    def get_line_filters(self) -> Sequence[LineFilter]:
        found = super().get_line_filters()
        if self.no_color:
            # Monochrome makes black on black of colours that are the terminal's own.
            found = [*(one for one in found if not isinstance(one, Monochrome | NoColor)), _NO_COLOUR]
        return [*found, _HOSTILE_TEXT]

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        super()._display(screen, exact(renderable))

    @property
    def place(self) -> str:
        """The name of the store, for the header."""
        return Path(str(getattr(self.workspace, "path", "") or "")).name

    @property
    def account(self) -> str:
        """The account as which one is here, for the header; "" where there is only one."""
        return self.me.name if self.me is not None and not self.me.alone else ""

    @property
    def is_bound(self) -> bool:
        """Whether there are rules for this account: it is neither alone nor an owner."""
        return self.me is not None and not (self.me.alone or self.me.owner)

    @property
    def work_screen(self) -> WorkScreen | None:
        """The screen on top, once there is one."""
        from tui.screens.work import WorkScreen

        return self.screen if self.screen_stack and isinstance(self.screen, WorkScreen) else None

    def patience_with(self, key: str) -> float:
        screen = self.work_screen
        return screen.patience_with(key) if screen is not None else 0

    def key_of(self, action: Action) -> str:
        """The key that stands for the action now, as it is written on the keyboard."""
        names = key_names(self.keys_of(action))
        return names[0] if names else ""

    def keys_of(self, action: Action) -> str:
        """All keys of the action now, with commas between them."""
        return self.settings.keys.get(action.id, action.keys)

    def key_named(self, id: str) -> str:
        return self.key_of(BY_ID[id])

    def on_mount(self) -> None:
        self.follow_changes()
        self.count_conflicts()
        self.read_account()
        if self.settings_error:
            self.call_after_refresh(self.say, self.settings_error, "bad")

    def send_to_terminal(self, sequence: str) -> None:
        """Writes a control sequence of ours: never text from data."""
        if self._driver is not None:
            self._driver.write(sequence)

    def say(self, text: str, kind: str = "") -> None:
        if (screen := self.work_screen) is not None:
            screen.say(text, kind)

    # --- changes of others --------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="follow", exit_on_error=False)
    def follow_changes(self) -> None:
        try:
            self.live.follow(lambda: self.post_message(self.ChangesArrived()))
        except RolodocError as error:
            self.post_message(self.FollowingEnded(str(error)))

    @on(ChangesArrived)
    def show_changes(self) -> None:
        wait = self._last_repaint + COALESCE - monotonic()
        if wait > 0:
            self.set_timer(wait, self._show_changes)
        else:
            self._show_changes()

    def _show_changes(self) -> None:
        taken = self.live.take()
        if not taken or not self.is_running:
            return
        self._last_repaint = monotonic()
        self.seen = taken[-1][0].seq
        from tui.screens.work import WorkScreen

        changes = [change for change, _ in taken if not change.is_access_notice]
        foreign = [change for change, own in taken if not own and not change.is_access_notice]
        has_other_sight = len(changes) < len(taken)
        if any(change.ref.entity == "conflict" and change.kind != "updated" for change in changes):
            self.count_conflicts()
        if has_other_sight:
            self.count_conflicts()
        if has_other_sight or any(change.ref.entity in ADMINISTRATION for change in changes):
            self.read_account()
        for stack in self._screen_stacks.values():
            for screen in stack:
                if isinstance(screen, WorkScreen) and screen.is_mounted:
                    self._show_on(screen, changes, foreign)
                    if has_other_sight:
                        screen.access_changed()

    def _show_on(self, screen: WorkScreen, changes: list[Change], foreign: list[Change]) -> None:
        touched = screen.apply_changes(changes)
        if foreign and screen.panel is not None:
            screen.panel.changed_elsewhere(foreign)
        if foreign and touched and screen is self.screen:
            from tui.describe import news

            seen = [change for change in foreign if screen.concerns(change)] or foreign
            screen.say(news(seen, self.names), "news")

    @work(thread=True, exclusive=True, group="count", exit_on_error=False)
    def count_conflicts(self) -> None:
        try:
            self.post_message(self.ConflictsCounted(self.workspace.count(Query(entity="conflict")).value))
        except RolodocError as error:
            self.post_message(self.FollowingEnded(str(error)))

    @on(ConflictsCounted)
    def show_conflicts(self, message: ConflictsCounted) -> None:
        self.open_conflicts = message.count
        if (screen := self.work_screen) is not None:
            screen.refresh_header()

    @work(thread=True, exclusive=True, group="account", exit_on_error=False)
    def read_account(self) -> None:
        from tui.access_names import read_names

        try:
            self.post_message(self.AccountRead(self.workspace.me(), read_names(self.workspace)))
        except RolodocError as error:
            self.call_from_thread(self.say, str(error), "bad")

    @on(AccountRead)
    def show_account(self, message: AccountRead) -> None:
        is_news = self.names != message.names
        self.me, self.names = message.me, message.names
        if (screen := self.work_screen) is not None:
            screen.refresh_header()
            if is_news:
                screen.names_changed()

    @on(FollowingEnded)
    def show_following_ended(self, message: FollowingEnded) -> None:
        self.say(f"changes of others are not shown any more: {message.error}", "bad")

    @on(DraftsChanged)
    def show_drafts(self) -> None:
        if self.current_mode == "drafts" and (screen := self.work_screen) is not None:
            screen.panel_closed()

    # --- leaving ------------------------------------------------------------------------------------

    def leave(self) -> None:
        """Ends the program; the session is saved first."""
        if self._leaving:
            return
        self._leaving = True
        self.save_session()
        self.live.stop()
        self._leave_when_saved()

    @work(exit_on_error=False)
    async def _leave_when_saved(self) -> None:
        for worker in [w for w in self.workers if w.group in ("session", "draft", "write")]:
            with suppress(WorkerError):
                await worker.wait()
        self.exit(0)

    async def action_quit(self) -> None:
        self.leave()

    def action_help_quit(self) -> None:
        """What ctrl+c does: nothing is stopped by it, and what is typed stays."""
        self.say(f"{self.key_named('back.quit')} goes back and leaves, ctrl+q leaves at once", "warn")

    def on_unmount(self) -> None:
        self.live.stop()

    def choose_theme(self, name: str) -> None:
        """Shows this theme, now and at the next start."""
        self.theme = name
        self.session = msgspec.structs.replace(self.session, theme=name)
        self.save_session()

    def save_session(self) -> None:
        """Keeps where the person is, for the next start."""
        from tui.screens.work import WorkScreen

        lists = dict(self.session.lists)
        for stack in self._screen_stacks.values():
            for screen in stack:
                if isinstance(screen, WorkScreen) and screen.is_mounted and (state := screen.state()) is not None:
                    lists[screen.name_] = state
        self.session = Session(self.current_mode, lists, self.session.theme)
        self._save_session(self.session)

    @work(thread=True, exclusive=True, group="session", exit_on_error=False)
    def _save_session(self, session: Session) -> None:
        try:
            save_session(self.workspace, session)
        except RolodocError as error:  # a session that is not kept is no loss worth a stop
            self.log(str(error))

    async def go(self, mode: str) -> None:
        """Shows another screen, as it was left."""
        if mode != self.current_mode:
            await self.switch_mode(mode)
            self.save_session()


_HOSTILE_TEXT = HostileTextFilter()
_NO_COLOUR = NoColor()


def _read_settings() -> tuple[Settings, str]:
    try:
        settings = read_settings(settings_path())
    except Invalid as error:
        return Settings(), str(error)
    unknown = [id for id in settings.keys if id not in BY_ID and not id.startswith(OF_WIDGETS)]
    return settings, f"settings.toml: there is no action {', '.join(unknown)}" if unknown else ""


def run_terminal(workspace: Workspace, *, thin: bool | None = None, theme: str | None = None) -> int:
    """Shows the terminal until the person leaves it; returns the exit code."""
    app = RolodocApp(workspace, thin=thin, theme=theme)
    app.run(mouse=not app.thin)
    return app.return_code or 0
