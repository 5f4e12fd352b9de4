"""A widget that learns of each change of its size.

Textual says nothing to a new widget when somebody asked where a widget is before the new one was laid out: it finds the
new one at its place already, and takes it for one that has not changed. What paints itself in `on_resize` stays blank.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.geometry import Size

if TYPE_CHECKING:
    from textual.widget import Widget
else:
    Widget = object


class Resized(Widget):
    """Its `on_resize` runs whenever its size changed; what Textual sends as well is one with it in the queue."""

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        before = self.outer_size
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if self.outer_size != before:
            self.post_message(events.Resize(size, virtual_size, container_size))
        return changed
