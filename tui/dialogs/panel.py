"""A panel: what opens in place of the detail, asks for something or shows something, and closes again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget

from tui.action import Action
from tui.actions import key_names
from tui.awaited import Awaited
from tui.off_loop import OffLoop
from tui.widgets.resized import Resized

if TYPE_CHECKING:
    from core.errors import RolodocError
    from core.values import Change, Ref
    from tui.app import RolodocApp
    from tui.screens.work import WorkScreen


class Panel(Awaited, OffLoop, Resized, Vertical):
    """Its screen opens it with `open_panel`; it closes itself with `close`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "Close", show=False, id="panel.close")]

    name_: ClassVar[str] = ""
    actions: ClassVar[tuple[Action, ...]] = ()
    """What of the registry it carries out itself; those that name it stand in the line of keys below."""
    title: str = ""
    wide: ClassVar[bool] = False
    """Whether it takes the place of the list as well."""
    hints: ClassVar[tuple[tuple[str, str], ...]] = (("esc", "close"),)

    app: RolodocApp

    @property
    def work(self) -> WorkScreen:
        """The screen that it stands on."""
        from tui.screens.work import WorkScreen

        screen = self.screen
        assert isinstance(screen, WorkScreen)
        return screen

    @property
    def is_waiting(self) -> bool:
        """Whether it has the focus itself, until there is something in it that takes it, or asks for what it shows."""
        return self.has_focus or self.is_asking

    def take_keys(self, widget: Widget) -> None:
        """Gives the keys to this part of it, at once, unless it was closed while it read what it shows."""
        if self.is_attached and self.work.panel is self:
            self.screen.set_focus(widget)

    def key_hints(self) -> list[tuple[str, str]]:
        """(key, what it does) for the line of keys below."""
        return list(self.hints)

    def hint(self, id: str, does: str = "") -> tuple[str, str]:
        """The key that stands for this binding of its own now, and what it does."""
        binding = next(one for one in self.BINDINGS if isinstance(one, Binding) and one.id == id)
        return key_names(self.app.settings.keys.get(id, binding.key))[0], does or binding.description.lower()

    def not_there(self, error: RolodocError) -> None:
        """What it is about cannot be read."""
        self.close(str(error), "bad")

    def shown_again(self) -> None:
        """The panel that stood over it was closed."""

    def changed_elsewhere(self, changes: Sequence[Change]) -> None:
        """Others made these changes while it is open."""

    @property
    def refs(self) -> tuple[Ref, ...]:
        """The records that it is about."""
        return ()

    def gives_way(self) -> bool:
        """One of them may not be seen any more: closes itself, or stays for what was typed; tells which."""
        self.close()
        return True

    def leave(self) -> None:
        """What esc and `back` do: close it; a form keeps its draft first."""
        self.close()

    def action_leave(self) -> None:
        self.leave()

    def close(self, said: str = "", kind: str = "good") -> None:
        """Closes it, and says what came of it."""
        screen = self.work
        screen.close_panel()
        if said:
            screen.say(said, kind)
