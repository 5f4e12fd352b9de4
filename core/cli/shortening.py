"""Long values beside each other, cut to where they differ."""

from __future__ import annotations

from typing import Final

SHOWN: Final = 200  # characters of a value
LEAD: Final = 40  # characters before the first difference of longer values


def shorten(*texts: str) -> list[str]:
    """All from shortly before their first difference, each on one line and no longer than is read at a glance."""
    lines = [text.replace("\n", " ") for text in texts]
    if max(map(len, lines)) <= SHOWN:
        return lines
    differences = (place for place, found in enumerate(zip(*lines, strict=False)) if len(set(found)) > 1)
    start = max(0, next(differences, min(map(len, lines))) - LEAD) if len(lines) > 1 else 0
    return [_cut(line, start) for line in lines]


def _cut(text: str, start: int) -> str:
    head = "…" if start else ""
    tail = "…" if len(text) > start + SHOWN else ""
    return f"{head}{text[start : start + SHOWN]}{tail}"
