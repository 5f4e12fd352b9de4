"""Sends the cells that differ and no others: Textual paints what differs in a line from the left edge of its widget on.

It has no call for that, so this module and the one place that uses it (RolodocApp._display) look behind its interface;
what they do not know they leave as it is.
"""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.control import Control
from textual import _compositor

ChopsUpdate: Any = getattr(_compositor, "ChopsUpdate", None)
PARTS = ("chops", "spans", "chop_ends")


def exact(update: Any) -> Any:
    """The update of some cells so that it sends these alone; of any other kind, the same."""
    if ChopsUpdate is None or type(update) is not ChopsUpdate or not all(hasattr(update, part) for part in PARTS):
        return update
    return ExactUpdate(update.chops, update.spans, update.chop_ends)


class ExactUpdate(ChopsUpdate if ChopsUpdate is not None else object):  # type: ignore[misc]
    """`spans` are (y, first cell, cell after the last); `chops` has for each line its pieces by where they begin."""

    def render_segments(self, console: Console) -> str:
        """What is written to the terminal."""
        parts: list[str] = []
        for y, first, last in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= last or end <= first:
                    continue
                # A line with wide characters begins where it begins, so that none of them is cut in two.
                narrow = len(strip.text) == strip.cell_length
                start = max(x, first) if narrow else x
                parts.append(Control.move_to(start, y).segment.text)
                parts.append(strip.crop(start - x, min(end, last) - x).render(console))
        return "".join(parts)
