"""What shows something that is read off the loop: the keys for it wait until it is there."""

from __future__ import annotations


class Awaited:
    """A widget, or the screen, that has the focus or holds what has it."""

    takes_text = False
    """Whether what is typed for it is a text, whatever else the keys stand for."""

    @property
    def is_waiting(self) -> bool:
        """Whether what it will show is on its way."""
        return False

    @property
    def lets_move(self) -> bool:
        """Whether its cursor can be moved meanwhile."""
        return False
