"""A text in the editor that the person likes best."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import Invalid, RolodocError, Unavailable


@contextmanager
def edited(text: str, name: str) -> Iterator[str]:
    """Gives the text as the person left it. When anything goes wrong from there on, it stays in a file, which
    the error names.

    Raises Unavailable where there is no editor or it fails.
    """
    command = _editor()
    handle, path = tempfile.mkstemp(prefix=f"rolodoc-{name}-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    try:
        _run(command, path)
        yield _read(path)
    except RolodocError as error:
        if _differs(path, text):
            error.args = (f"{str(error).rstrip('.')}; your text is kept in {path}",)
        else:
            os.unlink(path)
        raise
    os.unlink(path)


def _editor() -> list[str]:
    named = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if named:
        return shlex.split(named)
    found = next(filter(None, map(shutil.which, ("sensible-editor", "nano", "vim", "vi"))), None)
    if found is None or not sys.stdin.isatty():
        raise Unavailable("there is no editor to open: set EDITOR, or give the fields with --set FIELD=VALUE")
    return [found]


def _run(command: list[str], path: str) -> None:
    # ctrl-c is the editor's while it runs; a handler, unlike SIG_IGN, is not passed on to it.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        code = subprocess.call([*command, path])
    except OSError as error:
        raise Unavailable(f"cannot run the editor {command[0]} ({error.strerror})") from None
    finally:
        signal.signal(signal.SIGINT, before)
    if code:
        raise Unavailable(f"the editor {command[0]} ended with exit code {code}; nothing was saved")


def _read(path: str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"the text is not UTF-8 (byte {error.start})") from None


def _differs(path: str, text: str) -> bool:
    return Path(path).read_bytes() != text.encode()
