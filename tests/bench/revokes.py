"""How soon a record that is revoked leaves the terminal of another account, on its screen."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from core.values import Actor, Ref, id_text
from core.workspace import open_workspace
from core.write_values import Create, Delete
from tests.bench.runner import Row, figure
from tests.bench.stores import copy_of
from tests.end_to_end.terminal import Terminal

OWNER = Actor("owner", "cli", system_user="owner")
SECRET = "a long password"
GONE = "is not shown to you any more: access was taken away"


def revoked_records(store: Path, runs: int) -> Iterator[Row]:
    with TemporaryDirectory(dir=store.parent) as folder:
        path = copy_of(store, Path(folder), "revoked.db")
        taken = sorted(_seconds(path, Path(folder), max(3, runs // 5)))
        yield figure("a revoke to the other terminal's screen, median", median(taken) * 1000, "ms")
        yield figure("a revoke to the other terminal's screen, worst", taken[-1] * 1000, "ms", at_most=1000)


def _seconds(path: Path, home: Path, times: int) -> Iterator[float]:
    workspace = open_workspace(str(path), OWNER)
    account, document = workspace.write(
        [Create("account", {"name": "bob"}), Create("document", {"title": "Harbour survey"})]
    ).refs
    workspace.set_password("bob", SECRET)
    grant = {"subject_kind": "account", "subject": id_text(account.id), "action": "see"}
    grant |= {"target_kind": "document", "target": id_text(document.id)}
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG")}
    environment = kept | {"HOME": str(home), "ROLODOC_DB": str(path), "ROLODOC_PASSWORD": SECRET}
    with Terminal([sys.executable, "-m", "core.cli", "--as", "bob"], env=environment) as terminal:
        terminal.wait("Profiles")
        terminal.press("2")
        for _ in range(times):
            (ref,) = workspace.write([Create("grant", grant)]).refs
            terminal.wait(lambda screen: "Harbour survey" in screen and GONE not in screen)
            workspace.write([Delete(Ref("grant", ref.id))])
            committed = time.monotonic()
            terminal.wait(GONE)
            yield time.monotonic() - committed
    workspace.close()
