"""rolodoc demo."""

import os
import pty
import struct
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path
from termios import TIOCSWINSZ

import pytest


def test_demo_needs_a_terminal_to_show_itself(run, surroundings):
    outcome = run("demo")

    assert outcome.code == 7
    assert "need a terminal" in outcome.err
    assert list(Path(surroundings["TMPDIR"]).iterdir()) == []


def test_keep_makes_the_store_even_without_a_terminal(run, tmp_path):
    # when
    outcome = run("demo", "--size", "20", "--keep", tmp_path / "look")

    # then
    store = tmp_path / "look" / "demo.db"
    assert (outcome.code, outcome.out) == (0, f"the demo stays in {store}\n")
    assert run("stats", "--db", store, "--json").object["documents"] == 20


def test_a_demo_that_is_there_is_not_written_over(run, tmp_path):
    (tmp_path / "demo.db").write_text("mine")

    outcome = run("demo", "--keep", tmp_path)

    assert outcome.code == 5
    assert (tmp_path / "demo.db").read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (["--size", "0"], 2),
        (["--size", "-5"], 2),
        (["--size", "many"], 2),
        (["--json"], 2),
        (["--db", "mine.db"], 2),
        (["--keep", "/dev/null"], 7),
    ],
)
def test_demo_refuses_what_it_cannot_do(run, options, code):
    outcome = run("demo", *options)

    assert outcome.code == code
    assert len(outcome.err.splitlines()) == 1


def test_demo_opens_and_leaves_nothing_behind(launch, surroundings):
    # given
    main, side = pty.openpty()
    ioctl(side, TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))

    # when
    process = launch("demo", "--size", "20", stdin=side, stdout=side, stderr=side, env={"TERM": "xterm-256color"})
    os.close(side)
    shown = read_until(main, b"Profiles")
    os.write(main, b"q")
    shown += read_until(main, None)
    os.close(main)

    # then
    assert process.wait(timeout=30) == 0, shown.decode(errors="replace")[-2000:]
    assert not list(Path(surroundings["TMPDIR"]).glob("rolodoc-demo-*"))


def read_until(terminal: int, wanted: bytes | None) -> bytes:
    """What the terminal got until the wanted text, or until the program has let go of it."""
    shown = b""
    with suppress(OSError):  # EIO: nobody holds the other end any more
        while wanted is None or wanted not in shown:
            if not (part := os.read(terminal, 65_536)):
                break
            shown += part
    return shown
