"""Contents: bytes named by their SHA-256, each stored once, in a folder beside the store's file."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO, Final

from core.errors import Corrupt, Invalid, NotFound
from core.store import file_errors

CHUNK: Final = 1 << 20
LIMIT: Final = 100 << 20  # bytes of one content
NOT_HERE: Final = "the content {sha256} is not in this store"


def store_content(folder: Path, stream: BinaryIO) -> tuple[str, int]:
    """Copies the stream; returns its SHA-256 in hexadecimal and its size. Raises Unavailable, Invalid over LIMIT."""
    with file_errors(folder):
        return _store_content(folder, stream)


def _store_content(folder: Path, stream: BinaryIO) -> tuple[str, int]:
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=folder, prefix=".incoming-")
    try:
        with os.fdopen(handle, "wb") as file:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > LIMIT:
                    raise Invalid(f"is larger than {LIMIT >> 20} MiB", "contents")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        sha256 = digest.hexdigest()
        path = _path(folder, sha256)
        path.parent.mkdir(exist_ok=True)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return sha256, size


def open_content(folder: Path, sha256: str) -> BinaryIO:
    """The bytes, checked against their name first. Raises NotFound, Corrupt, Unavailable."""
    path = _path(folder, sha256)
    with file_errors(path):
        if not re.fullmatch("[0-9a-f]{64}", sha256) or not path.exists():
            raise NotFound(NOT_HERE.format(sha256=sha256))
        file = path.open("rb")
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            file.close()
            raise Corrupt(f"the content at {path} was changed: its digest is not its name")
        file.seek(0)
    return file


def _path(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256
