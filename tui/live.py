"""Changes as they are committed by anybody, and which of them were made here."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock

from core.values import Change, RecordId
from core.workspace import Workspace
from core.write_values import Receipt

REMEMBERED = 1_000  # own requests


class LiveChanges:
    """Follows the change log in a thread of its own; `take` hands over what arrived since it was called last."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._own: dict[RecordId, None] = {}
        self._writing = Lock()
        self._waiting: list[tuple[Change, bool]] = []
        self._handing_over = Lock()
        self._stop = Event()

    def write(self, call: Callable[[], Receipt]) -> Receipt:
        """Carries out a write; its changes will count as own. Raises what `call` raises."""
        with self._writing:
            receipt = call()
            if receipt.request is not None:
                self._own[receipt.request] = None
                if len(self._own) > REMEMBERED:
                    self._own.pop(next(iter(self._own)))
        return receipt

    def follow(self, arrived: Callable[[], object]) -> None:
        """Blocks until `stop`; calls `arrived` for each batch of changes."""
        for batch in self._workspace.follow(self._stop):
            with self._writing:  # a write that is under way tells its request first
                marked = [(change, change.request in self._own) for change in batch]
            with self._handing_over:
                self._waiting += marked
            arrived()

    def take(self) -> list[tuple[Change, bool]]:
        """(change, whether it was made here), in the order of the log."""
        with self._handing_over:
            taken, self._waiting = self._waiting, []
        return taken

    def stop(self) -> None:
        self._stop.set()
