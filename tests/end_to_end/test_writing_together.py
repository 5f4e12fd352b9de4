"""Eight processes write to one store: no update is lost, the log has no gap, and nobody hears of a lock.

ROLODOC_SOAK=30 makes it last 30 seconds.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from core.values import Actor, Ref
from core.workspace import open_workspace
from core.write_values import Create
from tests.core.following import following
from tests.core.soundness import assert_sound

PROCESSES = 8
COUNTERS = 4
SECONDS = float(os.environ.get("ROLODOC_SOAK", "3"))
WRITER = """
import json, random, sys, time
from core.errors import Stale
from core.values import Actor, Ref
from core.write_values import Create, Delete, Edit
from core.workspace import open_workspace

path, name, seconds, *counters = sys.argv[1:]
counters = [Ref("profile", bytes.fromhex(counter)) for counter in counters]
workspace = open_workspace(path, Actor(name))
print("ready", flush=True)
sys.stdin.readline()
deadline = time.monotonic() + float(seconds)
report = {"counted": 0, "stale": 0, "longest": 0.0, "made": 0, "error": ""}
try:
    while (started := time.monotonic()) < deadline:
        record = workspace.get(random.choice(counters))
        count = record.fields["attributes"].get("count", 0) + 1
        try:
            workspace.write([Edit(record.ref, {"attributes": {"count": count, "by": name}}, record.version)])
            report["counted"] += 1
        except Stale:
            report["stale"] += 1
        if report["counted"] % 10 == 0:
            made = workspace.write([Create("document", {"title": f"{name} {n}"}) for n in range(5)]).refs
            workspace.write([Delete(made[0])])
            report["made"] += 4
        report["longest"] = max(report["longest"], time.monotonic() - started)
except Exception as error:
    report["error"] = repr(error)
print(json.dumps(report), flush=True)
workspace.close()
"""


@contextmanager
def writer(path: Path, name: str, counters: list[Ref]) -> Iterator[subprocess.Popen[str]]:
    arguments = [str(path), name, str(SECONDS), *(counter.id.hex() for counter in counters)]
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_eight_processes_write_at_once(store_path: Path) -> None:
    # given counters that everyone counts on, and someone who looks on
    workspace = open_workspace(str(store_path), Actor("onlooker"))
    counters = workspace.write([Create("profile", {"name": f"Counter {n}"}) for n in range(COUNTERS)]).refs
    with following(workspace) as follower, ExitStack() as running:
        processes = [running.enter_context(writer(store_path, f"writer {n}", counters)) for n in range(PROCESSES)]
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        # when all of them start together
        for process in processes:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        reports: list[dict[str, Any]] = [json.loads(process.stdout.readline()) for process in processes]  # type: ignore[union-attr]
        written = workspace.cursor() - COUNTERS
        followed = follower.wait_for(written)
    sys.stdout.write(json.dumps(reports, indent=1))
    # then nobody met an error, and everybody got their turn
    assert [report["error"] for report in reports] == [""] * PROCESSES
    assert all(report["counted"] > 0 for report in reports)
    # and every count that was acknowledged is there
    counts = [workspace.get(counter).fields["attributes"]["count"] for counter in counters]
    assert sum(counts) == sum(report["counted"] for report in reports)
    assert workspace.stats().documents == sum(report["made"] for report in reports)
    # and who looked on saw each change once, in order
    assert [change.seq for change in followed] == list(range(COUNTERS + 1, COUNTERS + written + 1))
    workspace.close()
    assert_sound(store_path)
