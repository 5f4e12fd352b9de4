"""Where the cursor stands in a list, and which of its rows are in view."""

from __future__ import annotations

from collections.abc import Callable


class Viewport:
    """Rows `top` to `bottom` are in view; the cursor stands on row `index`."""

    def __init__(self) -> None:
        self.index = 0
        self.top = 0
        self.height = 0
        self.direction = 1  # the way the cursor went last, up is -1

    @property
    def bottom(self) -> int:
        return self.top + self.height - 1

    @property
    def line(self) -> int:
        """The cursor's line, counted from the top."""
        return self.index - self.top

    def holds(self, index: int | None) -> bool:
        return index is not None and self.top <= index <= self.bottom

    def place(self, index: int, line: int) -> None:
        """Puts the cursor on a row, and that row on a line."""
        self.index, self.top = index, index - line

    def go(self, index: int, length: int) -> bool:
        """Puts the cursor on that row or the nearest there is; False when it stands there already."""
        self.direction = 1 if index >= self.index else -1
        index = max(0, min(index, length - 1))
        moved, self.index = index != self.index, index
        return moved

    def follow(self, length: int, scroll: Callable[[int], bool]) -> None:
        """Brings the cursor's row into view: just so where `scroll` does that, else by a third of the height more."""
        shift = max(0, self.index - self.bottom) or min(0, self.line)
        if self.height and shift:
            if abs(shift) >= self.height // 2 or not scroll(shift):
                shift += self.height // 3 if shift > 0 else -(self.height // 3)
            self.top += shift
        self.top = max(0, min(self.top, length - self.height))
