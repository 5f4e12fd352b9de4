"""What paints itself to its size, when somebody asked where it is before it was laid out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.app import App
from textual.widget import Widget

from tests.tui.waiting import until
from tui.widgets.fields import Choice, Label, Lines


class Asked(App[None]):
    """Asks for the place of a widget as soon as it is mounted, as the focus does."""

    def show(self, widget: Widget) -> None:
        self.mount(widget)
        self.call_later(self.ask, widget)

    def ask(self, widget: Widget) -> None:
        assert not widget.outer_size
        self.screen._compositor.update_widgets({widget})  # as the screen does while it is idle
        assert widget.region

    @property
    def text(self) -> str:
        return "\n".join(strip.text for strip in self.screen._compositor.render_strips())


@pytest.mark.parametrize(
    "make",
    [
        lambda: Label("here it is"),
        lambda: Choice(("here it is",), ""),
        lambda: Lines("one line that is longer than its widget is wide, so that it is broken before: here it is"),
    ],
    ids=["label", "choice", "lines"],
)
async def test_it_is_painted(make: Callable[[], Widget]) -> None:
    app = Asked()
    async with app.run_test() as pilot:
        app.show(make())
        await until(pilot, lambda: "here it is" in app.text)
