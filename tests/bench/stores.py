"""Stores to measure on, built by the demo through the public path once and kept in a cache folder."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlite

from core.demo import build_demo
from core.store import READER_PRAGMAS, SCHEMA, WRITER_PRAGMAS
from core.values import Actor

ACTOR = Actor(name="bench", via="cli")


def store_of(size: int, cache: Path) -> Path:
    """The store with `size` documents, a fifth as many profiles and five times as many links."""
    path = cache / f"{SCHEMA}-{size}.db"
    if not path.exists():
        print(f"building a store of {size:,} documents in {cache}", file=sys.stderr, flush=True)
        unfinished = cache / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        started = time.perf_counter()
        build_demo(unfinished / path.name, size=size)
        for made in sorted(unfinished.iterdir(), reverse=True):
            made.rename(cache / made.name)
        unfinished.rmdir()
        print(f"built in {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    return path


def copy_of(path: Path, folder: Path, name: str) -> Path:
    """A copy to write into."""
    return Path(shutil.copyfile(path, folder / name))


def raw_reader(path: Path) -> Any:
    """A connection of the driver alone, set as the store sets its own."""
    return _connect(path, READER_PRAGMAS)


def raw_writer(path: Path) -> Any:
    return _connect(path, WRITER_PRAGMAS)


def _connect(path: Path, pragmas: tuple[str, ...]) -> Any:
    db = sqlite.connect(str(path), isolation_level=None)
    for pragma in pragmas:
        db.execute(pragma)
    return db
