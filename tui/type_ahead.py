"""Keys that are typed ahead of the program: each waits for all that the key before has set off.

Textual hands a key to what has the focus when it arrives. Of "/ann", typed at once or sent in one packet, all four keys
would go to the list, although the first one opens a line for typing; what the list does not know is lost, and what it
knows is done. Here a key is held back until the one before has had its effect, and a key for what is not read yet until
that is there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from itertools import chain, repeat
from time import monotonic
from typing import Any, Final

from textual.app import App
from textual.events import Callback, Event, Key

PATIENCE: Final = 10.0  # seconds
ROUNDS: Final = 2  # what arrives in the first may send something on its way
LOOK: Final = 0.005  # seconds between two looks whether it is read
LEAVES: Final = ("escape", "ctrl+q")  # what is not read yet, and what was typed for it


class TypeAheadApp(App[int]):
    """An app that loses no key, and lets none do what it was not typed for."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._ahead: deque[Key] = deque()
        self._pressed = asyncio.Event()
        self._settling = False
        self._waiting = False
        super().__init__(*arguments, **options)

    @property
    def is_typed_ahead(self) -> bool:
        """Whether a key has not had its effect yet."""
        return self._settling

    def patience_with(self, key: str) -> float:
        """For how many seconds this key waits for what it is for; 0 when that is there."""
        del key
        return 0

    def on_mount(self) -> None:
        self.run_worker(self._feed(), group="type ahead")

    async def on_event(self, event: Event) -> None:
        if not isinstance(event, Key) or event.is_forwarded:
            await super().on_event(event)
        elif event.key in LEAVES and self._waiting:
            self._ahead.clear()
            await super().on_event(event)
        else:
            if self._settling or self.patience_with(event.key):
                self._ahead.append(event)
            else:
                await super().on_event(event)
            if not self._settling:
                self._settling = True
                self._pressed.set()

    async def _feed(self) -> None:
        """Waits for the effect of a key that was pressed, and hands on those that were pressed meanwhile."""
        while await self._pressed.wait():
            self._pressed.clear()
            await self._settle()
            while self._ahead:
                await self._wait_for_reading()
                if self._ahead:
                    await super().on_event(self._ahead.popleft())
                    await self._settle()
            self._settling = False

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
        arrived = asyncio.Event()
        start = self.focused or self
        way = chain.from_iterable(repeat(list(start.ancestors_with_self), ROUNDS))

        def go_on() -> None:
            # Not by call_later: its partial has its parameters counted at each node, which takes half of the time.
            if not any(node.post_message(Callback(go_on)) for node in way):
                arrived.set()

        go_on()
        with suppress(TimeoutError):
            await asyncio.wait_for(arrived.wait(), PATIENCE)
