"""A disk that fills up: a small file system of its own where one may mount it, otherwise a limit on files."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = 12 << 20  # bytes


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    if _mount(folder):
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    else:
        with limited_files(SIZE):
            yield folder


def _mount(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@contextmanager
def limited_files(size: int) -> Iterator[None]:
    """No file of this process grows beyond the size."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill(folder: Path) -> Path:
    """A file that takes the room that is left."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as file:
        for piece in (1 << 16, 1 << 12, 1):
            try:
                while file.write(bytes(piece)) == piece:
                    pass
            except OSError:
                continue
    return path
