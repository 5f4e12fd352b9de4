"""Keys that are typed ahead of the program: each waits for all that the key before has set off.

Textual hands a key to what has the focus when it arrives. Of "/ann", typed at once or sent in one packet, all four keys
would go to the list, although the first one opens a line for typing; what the list does not know is lost, and what it
knows is done. Here a key is held back until the one before has had its effect, and a key for what is not read yet until
that is there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic
from typing import Any, Final

from textual.app import App
from textual.events import Event, Key
from textual.message_pump import MessagePump

PATIENCE: Final = 1.0  # seconds
ROUNDS: Final = 2  # what arrives in the first may send something on its way
LOOK: Final = 0.005  # seconds between two looks whether it is read


class TypeAheadApp(App[int]):
    """An app that loses no key, and lets none do what it was not typed for."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._ahead: deque[Key] = deque()
        self._feeding = False
        self._waiting = False
        super().__init__(*arguments, **options)

    @property
    def is_typed_ahead(self) -> bool:
        """Whether a key has not had its effect yet."""
        return self._feeding

    def patience_with(self, key: str) -> float:
        """For how many seconds this key waits for what it is for; 0 when that is there."""
        del key
        return 0

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key) and not event.is_forwarded:
            if event.key == "escape" and self._waiting:
                self._ahead.clear()  # it leaves what the others were typed for
                await super().on_event(event)
                return
            if self._feeding or self.patience_with(event.key):
                self._ahead.append(event)
            else:
                await super().on_event(event)
            if not self._feeding:
                self._feeding = True
                self.run_worker(self._feed(), group="type ahead")
        else:
            await super().on_event(event)

    async def _feed(self) -> None:
        try:
            await self._settle()
            while self._ahead:
                await self._wait_for_reading()
                if self._ahead:
                    await super().on_event(self._ahead.popleft())
                    await self._settle()
        finally:
            self._feeding = False

    async def _wait_for_reading(self) -> None:
        """Waits until what the next key is for is read."""
        began = monotonic()
        while self._ahead and monotonic() - began < self.patience_with(self._ahead[0].key):
            self._waiting = True
            await asyncio.sleep(LOOK)
        if self._waiting:
            self._waiting = False
            await self._settle()

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
