"""Edits a profile now and then, and prints for each change its seq and when it was committed (monotonic seconds)."""

from __future__ import annotations

import random
import sys
import time

from core.values import Actor, Query, Ref
from core.workspace import open_workspace
from core.write_values import Edit


def main(path: str, changes: int) -> None:
    workspace = open_workspace(path, Actor("colleague", "cli"), create=False)
    profile = workspace.page(Query(entity="profile"), limit=1).rows[0]
    edits = [Edit(Ref("profile", profile.id), {"notes": f"Note {number}"}) for number in range(changes)]
    for edit in edits:
        time.sleep(random.uniform(0.01, 0.05))
        workspace.write([edit])
        committed = time.monotonic()
        print(workspace.cursor(), committed)
    workspace.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
