"""Keys that are typed ahead of the program: each waits for all that the key before has set off.

Textual hands a key to what has the focus when it arrives. Of "/ann", typed at once or sent in one packet, all four keys
would go to the list, although the first one opens a line for typing; what the list does not know is lost, and what it
knows is done. Here a key that follows fast is held back until the one before has had its effect.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any, Final

from textual.app import App
from textual.events import Event, Key
from textual.message_pump import MessagePump

AHEAD: Final = 0.1  # seconds after which the effect of a key is there anyway
PATIENCE: Final = 1.0  # seconds
ROUNDS: Final = 2  # what arrives in the first may send something on its way


class TypeAheadApp(App[int]):
    """An app that loses no key, and lets none do what it was not typed for."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._ahead: deque[Key] = deque()
        self._feeding = False
        self._last_key = 0.0
        super().__init__(*arguments, **options)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key) and not event.is_forwarded:
            hurried = event.time - self._last_key < AHEAD
            self._last_key = event.time
            if hurried or self._feeding:
                self._ahead.append(event)
                if not self._feeding:
                    self._feeding = True
                    self.run_worker(self._feed(), group="type ahead")
                return
        await super().on_event(event)

    async def _feed(self) -> None:
        try:
            while self._ahead:
                await self._settle()
                await super().on_event(self._ahead.popleft())
        finally:
            self._feeding = False

    async def _settle(self) -> None:
        """Waits until messages on their way from the focus up to here have arrived."""
        for _ in range(ROUNDS):
            nodes: list[MessagePump] = [self] if self.focused is None else list(self.focused.ancestors_with_self)
            for node in nodes:
                arrived = asyncio.Event()
                if node.call_later(arrived.set):
                    try:
                        await asyncio.wait_for(arrived.wait(), PATIENCE)
                    except TimeoutError:
                        return
