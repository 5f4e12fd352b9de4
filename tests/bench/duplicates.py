"""Profiles that may be one person: finding them, and merging two with many links."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from core.demo.cast import invent_profiles
from core.workspace import Workspace, open_workspace
from core.write_values import Create, MergeProfiles
from tests.bench.runner import Row, figure, timed
from tests.bench.stores import ACTOR

PROFILES, LINKS = 20_000, 5_000


def duplicates(_store: Path, runs: int) -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        workspace = open_workspace(str(Path(folder) / "store.db"), ACTOR)
        profiles = (Create("profile", fields) for fields in invent_profiles(Random(runs), PROFILES))
        while batch := list(islice(profiles, 4_000)):
            workspace.write(batch)
        found = min(timed(workspace.candidates) for _ in range(3))
        yield figure(f"candidates among {PROFILES:,} profiles", found, "s", at_most=3, digits=2)
        into, other = _two_with_links(workspace)
        merged = timed(lambda: workspace.write([MergeProfiles(into, other)]))
        yield figure(f"a merge that moves {LINKS:,} links", merged, "s", at_most=3, digits=2)
        yield figure("its undo", timed(workspace.undo), "s", at_most=6, digits=2)
        workspace.close()


def _two_with_links(workspace: Workspace) -> tuple[bytes, bytes]:
    workspace.write([Create("type", {"name": "author", "inverse": "author of"})])
    into, other = workspace.write([Create("profile", {"name": name}) for name in ("Into", "Other")]).refs
    documents = workspace.write([Create("document", {"title": f"Document {n}"}) for n in range(LINKS)]).refs
    ends = [{"document": document.id, "profile": other.id, "type": "author"} for document in documents]
    workspace.write([Create("link", end) for end in ends])
    return into.id, other.id
