"""Text for the person's own clipboard, through the terminal (OSC 52), or into a file where that cannot be."""

from __future__ import annotations

import os
import tempfile
from base64 import b64encode
from collections.abc import Mapping

LARGEST = 74_994  # bytes, which are 99,992 in base64: terminals stop at about 100,000
SCREEN_CHUNK = 512  # GNU screen passes on at most 768 bytes at a time


def copy_sequence(text: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """What to send to the terminal; None where the text is too large for it."""
    encoded = text.encode()
    if len(encoded) > LARGEST:
        return None
    sequence = f"\x1b]52;c;{b64encode(encoded).decode()}\x07"
    if environment.get("TMUX"):
        return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
    if environment.get("TERM", "").startswith("screen"):
        chunks = [sequence[at : at + SCREEN_CHUNK] for at in range(0, len(sequence), SCREEN_CHUNK)]
        return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)
    return sequence


def write_copy(text: str) -> str:
    """Writes the text to a new file that only this person can read; returns its path. Raises OSError."""
    handle, path = tempfile.mkstemp(prefix="rolodoc-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return path
