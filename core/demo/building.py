"""Builds the store of the demo."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final

from core.demo.cast import invent_profiles
from core.demo.clashes import open_clashes
from core.demo.papers import TYPES, Names, Paper, invent_document, invent_link
from core.errors import Exists
from core.values import Actor, RecordId
from core.workspace import Progress, Workspace, open_workspace
from core.write_values import Create

SEED: Final = 1896
DOCUMENTS: Final = 2_000
LINKS_EACH: Final = 3  # of a document of the default demo
LINKS_EACH_SIZED: Final = 5
BATCH: Final = 4_000  # documents a transaction, and then the links of these
FILES: Final = 25  # documents with a file

LOOKER: Final = Actor("you", "terminal")
BUILDER: Final = Actor("Records office", "demo")


def build_demo(
    path: str | Path,
    *,
    size: int | None = None,
    progress: Progress | None = None,
    seed: int = SEED,
    looker: Actor = LOOKER,
) -> None:
    """Makes a store with `size` documents, a fifth as many profiles and five times as many links, some profiles having
    very many of them; with conflicts in which `looker` is one side, and drafts of theirs.

    The same seed gives the same records, but for their ids. Raises Exists when there is a file at the path.
    """
    if Path(path).exists():
        raise Exists(f"{path} is there already; the demo makes a store of its own")
    workspace = open_workspace(str(path), BUILDER)
    try:
        _Builder(workspace, Random(seed), size, progress).build()
    finally:
        workspace.close()
    open_clashes(str(path), looker)


class _Builder:
    def __init__(self, workspace: Workspace, random: Random, size: int | None, progress: Progress | None) -> None:
        self._workspace = workspace
        self._random = random
        self._documents = DOCUMENTS if size is None else size
        self._profiles = max(10, self._documents // 5)
        self._links_each = LINKS_EACH if size is None else LINKS_EACH_SIZED
        self._progress = progress
        self._done = 0

    def build(self) -> None:
        types = [Create("type", {"name": name, "inverse": inverse}) for name, inverse in TYPES.items()]
        self._workspace.write(types, reason="demo")
        self._write_profiles()
        for start in range(0, self._documents, BATCH):
            self._write_documents(min(BATCH, self._documents - start), files=FILES if start == 0 else 0)

    def _write_profiles(self) -> None:
        self._people: list[RecordId] = []
        self._others: list[RecordId] = []
        self._names = Names([], [], [])
        of_kind = {"person": self._names.people, "organisation": self._names.organisations, "group": self._names.groups}
        profiles = invent_profiles(self._random, self._profiles)
        while batch := list(islice(profiles, BATCH)):
            receipt = self._workspace.write([Create("profile", fields) for fields in batch], reason="demo")
            for fields, ref in zip(batch, receipt.refs, strict=True):
                (self._people if fields["kind"] == "person" else self._others).append(ref.id)
                of_kind[fields["kind"]].append(fields["name"])
            self._advance(len(batch))

    def _write_documents(self, count: int, files: int) -> None:
        papers = [invent_document(self._random, self._names) for _ in range(count)]
        for paper in papers[:files]:
            paper.fields["contents"] = [self._file(paper.fields)]
        receipt = self._workspace.write([Create("document", paper.fields) for paper in papers], reason="demo")
        self._advance(count)
        documents = zip(papers, (ref.id for ref in receipt.refs), strict=True)
        links = [link for paper, document in documents for link in self._links(paper, document)]
        self._workspace.write(links, reason="demo")
        self._advance(len(links))

    def _links(self, paper: Paper, document: RecordId) -> Iterator[Create]:
        """As many links as there are on average, give or take one, all different."""
        linked = set()
        types = (*paper.kind.people[:1], *paper.kind.others[:1], *paper.kind.people[1:], *paper.kind.others[1:])
        for number in range(self._links_each + int(3 * self._random.random()) - 1):
            type = types[number % len(types)]
            place = number % len(types)
            of_people = place == 0 or 2 <= place <= len(paper.kind.people)
            profile = self._pick(self._people if of_people else self._others)
            if (profile, type) not in linked:
                linked.add((profile, type))
                yield self._link(paper, document, profile, type, number + 1)

    def _link(self, paper: Paper, document: RecordId, profile: RecordId, type: str, position: int) -> Create:
        ends = {"document": document, "profile": profile, "type": type}
        return Create("link", ends | invent_link(self._random, paper, type, position))

    def _pick(self, profiles: list[RecordId]) -> RecordId:
        """One of the first is by far the likeliest: these are the hubs."""
        return profiles[int(len(profiles) * self._random.random() ** 3)]

    def _file(self, fields: dict[str, Any]) -> dict[str, Any]:
        sha256, size = self._workspace.store_content(io.BytesIO(fields["text"].encode()))
        return {
            "name": f"{fields['title'].split(',')[0]}.txt",
            "media_type": "text/plain",
            "bytes": size,
            "sha256": sha256,
        }

    def _advance(self, by: int) -> None:
        self._done += by
        if self._progress:
            total = self._profiles + self._documents * (1 + self._links_each)
            self._progress(min(self._done, total), total)
