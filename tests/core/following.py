"""Follows a workspace in a thread of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Event, Thread

from core.values import Change
from core.workspace import Workspace

PATIENCE = 30.0  # seconds until a test that waits for something gives up


class Follower:
    """The changes as they arrive."""

    def __init__(self) -> None:
        self._arrived: Queue[list[Change] | BaseException] = Queue()

    def put(self, batch: list[Change] | BaseException) -> None:
        self._arrived.put(batch)

    def wait_for(self, count: int) -> list[Change]:
        """The next changes, so many; raises what ended the following."""
        changes: list[Change] = []
        while len(changes) < count:
            batch = self._arrived.get(timeout=PATIENCE)
            if isinstance(batch, BaseException):
                raise batch
            changes += batch
        return changes


@contextmanager
def following(workspace: Workspace, *, after: int | None = None) -> Iterator[Follower]:
    """Follows from before the block on until it ends."""
    stop, follower = Event(), Follower()
    batches = workspace.follow(stop, after=after)

    def run() -> None:
        try:
            for batch in batches:
                follower.put(batch)
        except BaseException as error:
            follower.put(error)

    thread = Thread(target=run)
    thread.start()
    try:
        yield follower
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()
