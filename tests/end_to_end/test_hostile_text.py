"""Text that tries to harm the terminal it is shown in, on every screen, read as bytes at the pty."""

from __future__ import annotations

import re

import pytest

from core.values import Actor
from core.workspace import Workspace, open_workspace
from core.write_values import Create, Edit
from tests.core.making import make_document, make_profile, make_type, new_link
from tests.end_to_end.conftest import Open
from tests.end_to_end.terminal import Terminal

HOSTILE = {
    "title": "\x1b]0;PWNED\x07",
    "clipboard": "\x1b]52;c;UFdORUQ=\x07",
    "clear": "\x1b[2J\x1b[H\x1b[31m",
    "c1": "\x9b31m\x9d0;PWNED\x9c",
    "bidi": "abc\u202efdp.exe\u2066",
    "zero": "pay\u200bpal\u2060\ufeff",
    "bell": "\a\b\b\bxyz",
    "markup": "[@click=app.bell]click[/] [/nope] [bold red]red[/]",
    "link": "[link=ssh://evil.example]here[/link]",
    "lines": "one\rtwo\u2028three\x0b\x0cfour",
    "tags": "a\U000e0041\U000e0042b",
    "wide": "字" * 40 + "\u0301" * 100,
    "device": "\x1bP+q544e\x1b\\\x1b[c\x1b[6n\x1bZ",
}
FORBIDDEN = [
    b"PWNED\x07",
    b"\x1b]0;",
    b"\x1b]52;c;UFdORUQ",
    b"\x1bP+q",
    b"\x1b[2J\x1b[H\x1b[31m",
    b"\x07",
    b"\x0b",
    "\x9b".encode(),
    "\x9d".encode(),
    *(character.encode() for character in "\u202e\u2066\u200b\u2060\ufeff\u2028\U000e0041"),
]


@pytest.fixture
def hostile(workspace: Workspace) -> Workspace:
    """Each text as a name, a title, a tag, a category, an attribute, a type, and in what was changed and by whom."""
    make_type(workspace, "type " + HOSTILE["title"], inverse="inverse " + HOSTILE["markup"])
    people, documents = [], []
    for name, text in HOSTILE.items():
        one_line = text.replace("\r", "")
        people.append(
            make_profile(workspace, f"{name} {one_line}", emails=[one_line], notes=text, attributes={one_line: text})
        )
        documents.append(
            make_document(
                workspace, f"{name} {one_line}", tags=[one_line], category=one_line[:100], text=text, description=text
            )
        )
    workspace.write(
        [
            new_link(document, person, "type " + HOSTILE["title"], note=HOSTILE["c1"], collection=HOSTILE["bidi"])
            for document, person in zip(documents, people, strict=True)
        ]
    )
    stranger = open_workspace(str(workspace.stats().path), Actor("eve " + HOSTILE["title"], "terminal"))
    stranger.write([Edit(person, {"notes": HOSTILE["clear"]}) for person in people], reason=HOSTILE["device"])
    stranger.close()
    return workspace


def press_everything(terminal: Terminal, workspace: Workspace) -> None:
    """Every screen, every detail, history, help, form, link dialog; and a change that arrives meanwhile."""
    for screen in "123456":
        terminal.press(screen)
        terminal.wait(lambda text, screen=screen: f"[{screen} " in text)
        for key in ("down", "down", "enter", "down", "h", "escape", "e", "escape", "backspace", "l", "escape"):
            terminal.press(key)
        for _ in range(len(HOSTILE)):
            terminal.press("down")
        terminal.press("escape", "escape")
    terminal.press("1")
    terminal.wait("[1 ")
    stranger = open_workspace(str(workspace.stats().path), Actor("eve " + HOSTILE["title"], "terminal"))
    name = "Late " + HOSTILE["title"]
    stranger.write([Create("profile", {"name": name}), Create("document", {"title": name})])
    stranger.close()
    terminal.wait("new")
    terminal.press("g")
    terminal.type("/late\r")
    terminal.wait("Late")


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
@pytest.mark.parametrize("arguments", [(), ("--thin",)])
def test_no_raw_control_byte_no_markup_no_crash(
    hostile: Workspace, open_terminal: Open, size: tuple[int, int], arguments: tuple[str, ...]
) -> None:
    # given
    terminal = open_terminal(*arguments, columns=size[0], lines=size[1])
    terminal.wait("markup [@click=app.bell]")
    started = len(terminal.output)

    # when
    press_everything(terminal, hostile)

    # then
    pointer_shapes = rb"\x1b\]22;\w*\x07"  # Textual's own
    shown = re.sub(pointer_shapes, b"", bytes(terminal.output[started:]))
    assert [text for text in FORBIDDEN if text in shown] == []

    # and it is still there, and leaves in order
    terminal.press("escape", "escape")
    for _ in range(6):
        terminal.press("q")
    assert terminal.wait_end() == 0


@pytest.mark.parametrize(
    "command", [("profile", "list"), ("document", "list"), ("link", "list"), ("history", "title"), ("search", "title")]
)
def test_the_command_line_prints_no_raw_control_byte(hostile: Workspace, run, command: tuple[str, ...]) -> None:
    name = hostile.resolve("title " + HOSTILE["title"], "profile")
    arguments = [
        str(name).split()[-1] if argument == "title" and command[0] == "history" else argument for argument in command
    ]

    outcome = run(*arguments)

    shown = (outcome.out + outcome.err).encode()
    assert outcome.code == 0
    assert [text for text in FORBIDDEN if text in shown] == []
