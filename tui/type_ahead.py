"""Keys that are typed ahead of the program: each goes to what has the keys when its turn comes.

Textual hands a key to what has the focus when it arrives. Of "/ann", typed at once or sent in one packet, all four keys
go to the list, although the first one moves the focus to a line for typing. What the list leaves of them comes up to
the app, which hands it on here, once all that the key before has set off has been done.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final
from weakref import WeakKeyDictionary

from textual.app import App
from textual.events import Event, Key
from textual.message_pump import MessagePump
from textual.widget import Widget

AHEAD: Final = 0.03  # seconds: a key that follows so fast was not typed at what the one before has shown
PATIENCE: Final = 0.5  # seconds


class TypeAheadApp(App[int]):
    """An app that loses no key, and lets none do what it was not typed for."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._handed_to: WeakKeyDictionary[Key, Widget | None] = WeakKeyDictionary()
        self._hurried: WeakKeyDictionary[Key, bool] = WeakKeyDictionary()
        self._last_key = 0.0
        super().__init__(*arguments, **options)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key):
            if not event.is_forwarded:
                self._handed_to[event] = self.focused
                self._hurried[event] = event.time - self._last_key < AHEAD
                self._last_key = event.time
            elif self._hurried.get(event, False):
                await self._settle()
                focused = self.focused
                if focused is not None and self._handed_to.get(event) is not focused:
                    self._handed_to[event] = focused
                    focused.post_message(event.stop(False))  # it was stopped on its way up to here
                    return
        await super().on_event(event)

    async def _settle(self) -> None:
        """Waits until messages on their way from the focus up to the screen have arrived."""
        nodes: list[MessagePump] = [] if self.focused is None else [*self.focused.ancestors_with_self]
        for node in nodes:
            if node is self:
                return
            arrived = asyncio.Event()
            if node.call_later(arrived.set):
                try:
                    await asyncio.wait_for(arrived.wait(), PATIENCE)
                except TimeoutError:
                    return
