"""Changes as another process commits them: how soon they arrive, and what waiting for them costs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from threading import Event, Thread

from core.workspace import Workspace, open_workspace
from tests.bench.runner import Row, figure
from tests.bench.stores import ACTOR, copy_of

CHANGES = 150
IDLE = 10.0  # seconds


def followed_changes(store: Path, _runs: int) -> Iterator[Row]:
    with TemporaryDirectory(dir=store.parent) as folder:
        path = copy_of(store, Path(folder), "followed.db")
        workspace = open_workspace(str(path), ACTOR)
        latencies = sorted(_latencies(workspace, path))
        cuts = quantiles(latencies, n=100, method="inclusive")
        yield figure("commit in another process to the follower, p50", cuts[49] * 1000, "ms")
        yield figure("commit in another process to the follower, p99", cuts[98] * 1000, "ms", at_most=250)
        yield figure(f"CPU of a follower idle for {IDLE:.0f} s", _idle_cpu(workspace), "%", at_most=1, digits=2)
        workspace.close()


def _latencies(workspace: Workspace, path: Path) -> Iterator[float]:
    arrived: dict[int, float] = {}
    stop, started = Event(), workspace.cursor()

    def follow() -> None:
        for batch in workspace.follow(stop, after=started):
            moment = time.monotonic()
            arrived.update((change.seq, moment) for change in batch)
            if len(arrived) >= CHANGES:
                return

    follower = Thread(target=follow)
    follower.start()
    writer = subprocess.run(
        [sys.executable, "-m", "tests.bench.programs.writer", str(path), str(CHANGES)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    )
    follower.join(5)
    stop.set()
    follower.join()
    for line in writer.stdout.splitlines():
        seq, committed = line.split()
        yield arrived[int(seq)] - float(committed)


def _idle_cpu(workspace: Workspace) -> float:
    stop = Event()
    follower = Thread(target=lambda: list(workspace.follow(stop)))
    follower.start()
    used = time.process_time()
    stop.wait(IDLE)
    used = time.process_time() - used
    stop.set()
    follower.join()
    return used / IDLE * 100
