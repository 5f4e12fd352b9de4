"""Takes the keys while there is nothing to type into yet, and hands them over in their order."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events, on
from textual.message import Message
from textual.widget import Widget


class TypedAhead(Widget, can_focus=True):
    """Has no size; it is gone once it has handed over. Escape is not kept: it leaves, whatever is there."""

    DEFAULT_CSS = "TypedAhead { height: 0; }"

    @dataclass
    class Ready(Message, bubble=False):
        """There is an editor now."""

        editor: Widget

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[events.Key] = []

    def hand_over(self, editor: Widget) -> None:
        """Gives what was typed to the editor, and all keys from then on, unless something else has them by now."""
        self.post_message(self.Ready(editor))

    def on_key(self, event: events.Key) -> None:
        if event.key != "escape":
            event.stop()
            self._keys.append(event)

    @on(Ready)
    async def _ready(self, message: Ready) -> None:
        if self.message_queue_size:  # of keys that were on their way to here, which come before those that follow
            self.hand_over(message.editor)
            return
        if self.has_focus:
            self.screen.set_focus(message.editor)
            for key in self._keys:
                message.editor._forward_event(events.Key(key.key, key.character))
        self.remove()
