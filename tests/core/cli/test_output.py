"""What reaches the terminal, a pipe and a full disk."""

import os
import pty
import struct
import subprocess
from contextlib import suppress
from fcntl import ioctl
from termios import TIOCSWINSZ

import pytest

from core.write_values import Create

HOSTILE = "A\x1b]0;title\x07\x9b31m[/x][@click=app.quit]\u202ecba\u200b"


@pytest.fixture
def hostile(workspace):
    """Everything that a list or a record shows, hostile."""
    made = workspace.write(
        [
            Create("type", {"name": f"author{HOSTILE}", "inverse": HOSTILE}),
            Create(
                "profile", {"name": HOSTILE, "kind": "person", "emails": [HOSTILE], "notes": HOSTILE}, ("x", HOSTILE)
            ),
            Create("document", {"title": f"D{HOSTILE}", "text": f"word\n{HOSTILE}", "attributes": {HOSTILE: HOSTILE}}),
        ]
    ).refs
    workspace.write(
        [
            Create(
                "link",
                {"document": made[2].id, "profile": made[1].id, "type": f"author{HOSTILE}", "note": HOSTILE},
            )
        ]
    )
    return HOSTILE


@pytest.mark.parametrize(
    "arguments",
    [
        ["profile", "list"],
        ["profile", "show", HOSTILE],
        ["document", "list"],
        ["document", "show", f"D{HOSTILE}"],
        ["link", "list"],
        ["type", "list"],
        ["type", "show", f"author{HOSTILE}"],
        ["history", HOSTILE],
        ["watch", "--after", "0", "--limit", "4"],
        ["search", "word"],
        ["stats"],
        ["profile", "show", f"{HOSTILE}x"],
        ["profile", "new", "--set", f"{HOSTILE}=x"],
        ["profile", "new", "--set", HOSTILE],
    ],
)
@pytest.mark.usefixtures("hostile")
def test_hostile_text_never_reaches_the_terminal_raw(run, arguments):
    outcome = run(*arguments)

    shown = outcome.out + outcome.err
    assert "[/x]" in shown
    assert not set(shown) & set("\x1b\x07\x9b\u202e\u200b")


@pytest.mark.usefixtures("hostile")
def test_hostile_text_as_json_is_escaped_or_plain_unicode(run):
    outcome = run("profile", "list", "--json")

    assert "\x1b" not in outcome.out
    assert outcome.object["name"] == HOSTILE


def test_wide_characters_stay_aligned(run, workspace):
    workspace.write([Create("profile", {"name": name, "kind": "person"}) for name in ("日本語", "abcdef", "e\u0301a")])

    for line in run("profile", "list").out.splitlines():
        assert line.split("person")[0] in ("日本語  ", "abcdef  ", "éa      ")


@pytest.mark.usefixtures("library")
def test_a_reader_that_goes_away_is_no_error(launch):
    # given
    process = launch("profile", "list", stdout=subprocess.PIPE)
    process.stdout.close()

    # when
    process.wait(timeout=30)

    # then
    assert process.returncode == 141
    assert process.stderr.read() == ""


@pytest.mark.usefixtures("library")
def test_a_disk_that_is_full_for_the_output(launch):
    with open("/dev/full", "w") as full:
        process = launch("profile", "list", stdout=full)
        _, err = process.communicate(timeout=30)

    assert process.returncode == 7
    assert err == "rolodoc: No space left on device\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_narrow_encoding_of_the_terminal_is_no_error(launch, workspace, encoding):
    workspace.write([Create("profile", {"name": "Édouard 日本", "kind": "person"})])
    surroundings = {"PYTHONIOENCODING": encoding}

    plain = launch("profile", "list", env=surroundings)
    json = launch("profile", "list", "--json", env=surroundings)

    assert plain.communicate(timeout=30)[0].startswith(("\\xc9douard", "\ufffddouard \\u65e5"))
    assert '"Édouard 日本"' in json.communicate(timeout=30)[0]


def on_screen(launch, *arguments, stream="stdout", columns=60, **environment) -> str:
    """What a command writes to a terminal of this width."""
    main, side = pty.openpty()
    ioctl(side, TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = launch(*arguments, env={"TERM": "xterm", **environment}, **{stream: side})
    os.close(side)
    shown = b""
    with suppress(OSError):  # EIO: the process has closed its end
        while part := os.read(main, 4096):
            shown += part
    os.close(main)
    process.wait(timeout=30)
    return shown.decode()


def test_on_a_screen_lists_have_a_heading_and_fit(launch, workspace):
    workspace.write([Create("document", {"title": "A long title " * 10, "category": "essay"})])

    heading, row = on_screen(launch, "document", "list", columns=80).splitlines()

    assert heading.startswith("\x1b[1mtitle")
    assert len(row) <= 80
    assert "essay" in row


@pytest.mark.usefixtures("library")
def test_no_color_keeps_the_heading_and_drops_the_bold(launch):
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert on_screen(launch, "profile", "list", **environment).startswith("name ")


@pytest.mark.parametrize("stream", [1, 2])
def test_a_closed_stream_is_no_error(launch, stream, store_path):
    process = launch("stats", preexec_fn=lambda: os.close(stream))
    out, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (0, "")
    assert (str(store_path) in out) == (stream == 2)


def test_long_work_shows_its_progress_on_a_terminal_alone(launch, tmp_path):
    # given
    (tmp_path / "people.csv").write_text("name\n" + "".join(f"Person {n}\n" for n in range(500)))

    # when
    shown = on_screen(launch, "import", tmp_path / "people.csv", stream="stderr")
    piped = on_screen(launch, "import", tmp_path / "people.csv", stream="stdout")

    # then
    assert "importing" in shown
    assert "100 %" in shown
    assert "importing" not in piped
