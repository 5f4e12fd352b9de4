"""The files that attachments name, checked before anything of them is stored."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from core.blobs import LIMIT
from core.errors import Invalid
from core.exchange.rows import GivenAttachment


class CheckedFile(NamedTuple):
    path: Path
    size: int
    sha256: str


def check_file(row: GivenAttachment) -> CheckedFile:
    """The file as it is. Raises Invalid when it is missing, outside the folder, or not what the row says."""
    folder = row.folder.resolve()
    path = (folder / row.path).resolve()
    if not path.is_relative_to(folder):
        raise Invalid("leads out of the folder of attachments.ndjson", "path")
    if not path.is_file():
        raise Invalid(f'there is no file "{row.path}"', "path")
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError as error:
        raise Invalid(f'"{row.path}" cannot be read: {error.strerror}', "path") from None
    if size > LIMIT:
        raise Invalid(f'"{row.path}" is larger than {LIMIT >> 20} MiB', "path")
    if row.bytes not in (None, size):
        raise Invalid(f'"{row.path}" has {size:,} bytes, not {row.bytes:,}', "bytes")
    if row.sha256 not in (None, sha256):
        raise Invalid(f'"{row.path}" is not the file that the row describes: its SHA-256 is {sha256}', "sha256")
    return CheckedFile(path, size, sha256)
