"""Reads a file line by line, however long its lines are, and says how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.errors import Invalid, NotFound, Unavailable

LINE_BYTES: Final = 64 * 1024 * 1024
REPORT_BYTES: Final = 256 * 1024  # between two calls of `advance`

_UTF8_MARK: Final = b"\xef\xbb\xbf"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


def check_start(path: Path) -> None:
    """Raises what there is to say before a file is read: NotFound, Unavailable, and Invalid for UTF-16."""
    with _translated(path), path.open("rb") as file:
        if file.read(2) in _UTF16_MARKS:
            raise Invalid(f"{path} is written in UTF-16; save it as UTF-8")


def read_lines(path: Path, advance: Callable[[int], None] | None = None) -> Iterator[tuple[int, bytes | None]]:
    """Number and bytes of each line with its end, None for one of more than LINE_BYTES, without a byte order mark.

    `advance` is told now and then how many more bytes were read. Raises NotFound and Unavailable.
    """
    with _translated(path), path.open("rb") as file:
        if file.read(3) != _UTF8_MARK:
            file.seek(0)
        told = 0
        number = 0
        while line := file.readline(LINE_BYTES):
            number += 1
            if len(line) < LINE_BYTES or line.endswith(b"\n"):
                yield number, line
            else:
                while (rest := file.readline(LINE_BYTES)) and not rest.endswith(b"\n"):
                    pass
                yield number, None
            if advance and file.tell() - told >= REPORT_BYTES:
                advance(file.tell() - told)
                told = file.tell()
        if advance:
            advance(file.tell() - told)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise NotFound(f"there is no file {path}") from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be read: {error.strerror or error}") from None
