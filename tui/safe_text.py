"""Hostile text, kept from the terminal: core.safe_text where data enters a widget, a filter on the way out.

`HostileTextFilter` scrubs every segment that is painted, for whatever slipped past `safe_text`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from textual.filter import LineFilter

from core.safe_text import REPLACEMENT, find_hostile, safe_text

if TYPE_CHECKING:
    from textual.color import Color

__all__ = ["HostileTextFilter", "safe_text"]


class HostileTextFilter(LineFilter):
    """Scrubs the segments of every line that is painted; keeps their width in cells.

    Install one for the whole app: Textual keeps scrubbed lines by the identity of their filter.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        if not any(_is_hostile(text) for text, _, control in segments if not control):
            return segments
        return [
            segment if segment.control else Segment(find_hostile.sub(_same_width, segment.text), segment.style)
            for segment in segments
        ]


def _is_hostile(text: str) -> bool:
    return not (text.isascii() and text.isprintable()) and find_hostile.search(text) is not None


def _same_width(match: re.Match[str]) -> str:
    return REPLACEMENT * cell_len(match[0])
