"""Reads every record of a workspace, and writes files that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import Exists, Invalid, NotFound, Unavailable
from core.fields import Entity
from core.values import Query, Record, Ref
from core.workspace import PAGE, Progress, Workspace


def walk(workspace: Workspace, entity: Entity) -> Iterator[Record]:
    """All records but those in the trash, the first made first."""
    query = Query(entity=entity, sort="created", descending=True)
    page = workspace.page(query, limit=PAGE)
    while page.rows:
        for row in page.rows:
            try:
                record = workspace.get(Ref(entity, row.id))
            except NotFound:
                continue
            if record.deleted_at is None:
                yield record
        page = workspace.page(query, key=page.last, limit=PAGE)


class Counter:
    """Tells `progress` what was done of a total that may grow meanwhile. `withheld` counts the confidential fields that
    were not there to be written."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self.withheld = 0
        self._progress = progress
        self._total = total
        self._done = 0

    def advance(self, written: Record) -> None:
        self.withheld += len(written.withheld)
        self._done += 1
        if self._progress and self._done % 100 == 0:
            self._progress(self._done, max(self._done, self._total))

    def finish(self) -> None:
        if self._progress:
            self._progress(self._done, self._done)


@contextmanager
def replacing(path: Path, is_ours: Callable[[bytes], bool]) -> Iterator[Path]:
    """A path to write to, which takes the place of `path` when the block ends well.

    Raises Exists when there is a file that does not start as an export does, Unavailable when it cannot be written.
    """
    check_parent(path)
    if path.is_dir():
        raise Invalid(f"{path} is a folder; name a file in it")
    if path.exists() and not is_ours(_start(path)):
        raise Exists(f"{path} is there already and is not an earlier export; name another file")
    unfinished = unfinished_name(path)
    try:
        yield unfinished
        os.replace(unfinished, path)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        unfinished.unlink(missing_ok=True)


def check_parent(path: Path) -> None:
    if not path.parent.is_dir():
        raise NotFound(f"there is no folder {path.parent} to put {path.name} in")


def unfinished_name(path: Path) -> Path:
    return path.parent / f".{path.name}-{secrets.token_hex(4)}"


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(200)
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror}") from None
