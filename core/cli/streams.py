"""stdout and stderr, so that no text and no way of being connected makes writing to them fail."""

from __future__ import annotations

import io
import os
import sys


def prepare_streams() -> None:
    """Lets characters that the locale lacks be written as escapes; a stream that is closed swallows what it gets."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def give_up_stdout() -> None:
    """Forgets what cannot be written, which Python would otherwise try once more as it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
