"""Keys that are typed ahead of the program: each goes to what has the keys when its turn comes.

Textual hands a key to what has the focus when it arrives. Of "/ann", typed at once or sent in one packet, all five keys
go to the list, although the first one moves the focus to a line for typing. What the list leaves of them comes up to
the app, which hands it on here.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from textual.app import App
from textual.events import Event, Key
from textual.widget import Widget


class TypeAheadApp(App[int]):
    """An app that loses no key, and lets none do what it was not typed for."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._handed_to: WeakKeyDictionary[Key, Widget | None] = WeakKeyDictionary()
        super().__init__(*arguments, **options)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, Key):
            focused = self.focused
            if event.is_forwarded and focused is not None and self._handed_to.get(event, focused) is not focused:
                self._handed_to[event] = focused
                focused.post_message(event)
                return
            self._handed_to[event] = focused
        await super().on_event(event)
