"""A real terminal for a program: a pty, and a screen that shows what a person would see."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

PATIENCE = 30.0  # seconds; only a failing test waits so long
REST = 0.5  # seconds
KEYS = {
    "enter": b"\r",
    "escape": b"\x1b[27u",  # as terminals with the keyboard protocol send it: a bare one and the next key are alt+key
    "backspace": b"\x7f",
    "tab": b"\t",
    "space": b" ",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "pagedown": b"\x1b[6~",
    "pageup": b"\x1b[5~",
}
ANSWERS = {
    rb"\x1b\[c": b"\x1b[?62;22c",  # primary device attributes
    rb"\x1b\[6n": b"\x1b[1;1R",  # cursor position
    rb"\x1b\[\?2026\$p": b"\x1b[?2026;2$y",  # synchronised output: known, off
}


class Screen(pyte.Screen):
    """pyte's screen, with the two scroll sequences that it lacks."""

    @property
    def display(self) -> list[str]:
        """The lines; the second cell of a wide character is empty, which pyte's own property stumbles over."""
        return ["".join(self.buffer[y][x].data for x in range(self.columns)) for y in range(self.lines)]

    def scroll_up(self, count: int = 1, **_: object) -> None:
        self._scroll(count or 1, up=True)

    def scroll_down(self, count: int = 1, **_: object) -> None:
        self._scroll(count or 1, up=False)

    def _scroll(self, count: int, *, up: bool) -> None:
        top, bottom = self.margins or pyte.screens.Margins(0, self.lines - 1)
        x, y = self.cursor.x, self.cursor.y
        self.cursor.y = bottom if up else top
        for _ in range(min(count, self.lines)):
            (self.index if up else self.reverse_index)()
        self.cursor.x, self.cursor.y = x, y


class Stream(pyte.ByteStream):
    csi = {**pyte.ByteStream.csi, "S": "scroll_up", "T": "scroll_down"}
    events = pyte.ByteStream.events | {"scroll_up", "scroll_down"}


class Terminal:
    """Runs a command in a pty of the given size, in the environment `env` of a terminal of many colours.

    Use as a context manager: leaving it ends the program.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        columns: int = 80,
        lines: int = 24,
    ) -> None:
        self.columns, self.lines = columns, lines
        self.output = bytearray()
        self._screen = Screen(columns, lines)
        self._stream = Stream(self._screen)
        self._changed = threading.Condition()
        self._ended = False
        self._in_frame = False  # within a frame that is to be shown at once
        environment = {"TERM": "xterm-256color", "COLORTERM": "truecolor", **env}
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execve(command[0], [str(part) for part in command], environment)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # --- what a person does ------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Presses keys by name ("enter"); a key of one character is that character."""
        for key in keys:
            os.write(self._fd, KEYS.get(key, key.encode()))

    def type(self, text: str) -> None:
        os.write(self._fd, text.encode())

    def resize(self, columns: int, lines: int) -> None:
        with self._changed:
            self._screen.resize(lines, columns)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        os.kill(self._pid, signal.SIGWINCH)

    def kill(self) -> None:
        """Ends the program at once, without a chance to save anything."""
        os.kill(self._pid, signal.SIGKILL)
        self._reader.join(PATIENCE)

    # --- what a person sees --------------------------------------------------------------------------

    @property
    def text(self) -> str:
        with self._changed:
            return "\n".join(line.rstrip() for line in self._screen.display)

    def line_with(self, text: str) -> str:
        return next((line for line in self.text.splitlines() if text in line), "")

    def wait(self, condition: str | Callable[[str], bool], *, patience: float = PATIENCE) -> str:
        """The screen once it shows the text (or fulfils the condition); fails with the last screen otherwise."""
        holds = (lambda screen: condition in screen) if isinstance(condition, str) else condition
        deadline = time.monotonic() + patience
        with self._changed:
            while self._in_frame or not holds(screen := "\n".join(line.rstrip() for line in self._screen.display)):
                left = deadline - time.monotonic()
                if left <= 0 or self._ended:
                    screen = "\n".join(self._screen.display)
                    fate = "the program ended" if self._ended else f"nothing like it in {patience:.0f} s"
                    raise AssertionError(f"waited for {condition!r}: {fate}; the screen is\n{screen}")
                self._changed.wait(left)
        return screen

    def wait_rest(self) -> str:
        """The screen once nothing has been written to it for a while."""
        with self._changed:
            while self._changed.wait(REST):
                pass
        return self.text

    def wait_end(self) -> int:
        """The exit code of the program, once it has ended."""
        self._reader.join(PATIENCE)
        assert self._ended, f"the program still runs; the screen is\n{self.text}"
        if self._pid:
            _, status = os.waitpid(self._pid, 0)
            self._pid = 0
            self._exit_code = os.waitstatus_to_exitcode(status)
        return self._exit_code

    # --- the pty ---------------------------------------------------------------------------------------

    def _read(self) -> None:
        while True:
            try:
                piece = os.read(self._fd, 65536)
            except OSError:
                piece = b""
            with self._changed:
                if not piece:
                    self._ended = True
                    self._changed.notify_all()
                    return
                self.output += piece
                self._stream.feed(_for_pyte(piece))
                begins, ends = self.output.rfind(b"\x1b[?2026h"), self.output.rfind(b"\x1b[?2026l")
                self._in_frame = begins > ends
                self._changed.notify_all()
            for query, answer in ANSWERS.items():
                if re.search(query, piece):
                    with contextlib.suppress(OSError):
                        os.write(self._fd, answer)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._fd)


def _for_pyte(piece: bytes) -> bytes:
    """Without the sequences with a private marker that pyte takes for ordinary ones (keyboard protocol, queries)."""
    return re.sub(rb"\x1b\[[<=>][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p", b"", piece)
