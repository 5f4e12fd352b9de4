"""Lets the terminal itself move the lines of a list, so that a scroll sends only the lines that are new.

Margins are set around the lines (DECSTBM), lines deleted at the top or inserted there (DL, IL; the Linux console
knows no SU and SD), the margins taken away. Textual has no call for it: this module alone writes past its painter.

It is done only where nothing else can stand on those lines: on a real terminal, over the full width, with one screen
and nothing laid over the list, and nothing half painted. `ROLODOC_SCROLL_REGION=off` forbids it. Otherwise the
caller paints the lines again; both ways end in the same screen.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from textual.geometry import Region

if TYPE_CHECKING:
    from textual.widget import Widget

SYNC_START = "\x1b[?2026h"  # Textual ends it when it has painted the rest


def can_scroll(widget: Widget, lines: Region) -> bool:
    """Whether the terminal may move these lines (of the screen), which belong to the widget."""
    app, screen = widget.app, widget.screen
    compositor: Any = getattr(screen, "_compositor", None)
    return (
        os.environ.get("ROLODOC_SCROLL_REGION", "") != "off"
        and not (app.is_headless or app.is_inline or app.is_web)
        and lines.x == 0
        and lines.width == app.size.width
        and lines.height > 1
        and app.size.region.contains_region(lines)
        and len(app.screen_stack) == 1
        and not getattr(app, "_batch_count", 1)
        and compositor is not None
        and not getattr(compositor, "_dirty_regions", True)
        and _is_bare(compositor, widget, lines)
    )


def scroll(widget: Widget, lines: Region, shift: int) -> None:
    """Moves the lines up by `shift` (down when negative). What comes in is blank until the caller paints it."""
    app: Any = widget.app
    start = SYNC_START if getattr(app, "_sync_available", False) else ""
    app._driver.write(start + sequence(lines, shift))


def is_painted(widget: Widget) -> bool:
    """Whether every repaint that the widget asked for is part of what is painted now."""
    return not getattr(widget, "_repaint_regions", True)


def sequence(lines: Region, shift: int) -> str:
    """What moves the lines; leaves the cursor at the top left, without margins.

    Colours are off at that point (Textual ends every piece of text with a reset), so blank lines come in plain.
    """
    first, last = lines.y + 1, lines.bottom
    count = "" if abs(shift) == 1 else abs(shift)
    return f"\x1b[{first};{last}r\x1b[{first}H\x1b[{count}{'M' if shift > 0 else 'L'}\x1b[r"


def _is_bare(compositor: Any, widget: Widget, lines: Region) -> bool:
    """Whether nothing is drawn above the widget on these lines; widgets come from front to back."""
    for other, (region, clip) in compositor.visible_widgets.items():
        if other is widget:
            return bool(clip.contains_region(lines))
        if region.intersection(clip).overlaps(lines):
            return False
    return False
