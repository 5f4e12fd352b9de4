"""Records of an import clash with what was edited here; all are settled with the keyboard, in a real terminal."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest

from core.exchange import import_paths
from core.exchange.reports import ImportReport
from core.values import Actor, Query
from core.workspace import Workspace, open_workspace
from core.write_values import Edit
from tests.end_to_end.conftest import Open
from tests.end_to_end.terminal import PATIENCE, Terminal

RECORDS = 42
COLOUR = re.compile(rb"\x1b\[(?:\d+;)*(?:[34][0-8]|9\d|10\d)[;m]")  # any but the terminal's own
CHOICE = 1_024  # bytes that a choice may cost

TERMINALS = [
    pytest.param({"columns": 120, "lines": 40}, {}, id="120x40"),
    pytest.param({"columns": 80, "lines": 24}, {}, id="80x24"),
    pytest.param({"columns": 80, "lines": 24}, {"TERM": "xterm-16color", "COLORTERM": ""}, id="16-colours"),
    pytest.param({"columns": 80, "lines": 24}, {"NO_COLOR": "1"}, id="no-colour"),
]


@pytest.fixture
def clashing(workspace: Workspace, tmp_path: Path) -> Workspace:
    """People of a file, each edited here in four fields; then the file said something else of them."""

    def said(number: int, phone: str, note: str) -> dict[str, object]:
        return {
            "name": f"Customer {number:02}",
            "phones": [{"label": "work", "value": phone}],
            "notes": note,
            "attributes": {"status": note.split()[0]},
            "aliases": [phone],
        }

    def import_file(prefix: str, note: str) -> ImportReport:
        file = tmp_path / "crm.ndjson"
        rows = [{"id": str(n), "kind": "person", **said(n, f"{prefix}{n:02}", note)} for n in range(RECORDS)]
        file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        importer = open_workspace(str(workspace.stats().path), Actor("Ann", "import"))
        report = import_paths(importer, [file])
        importer.close()
        return report

    import_file("030 10", "Lead since spring.")
    refs = [workspace.resolve(str(n), "profile") for n in range(RECORDS)]
    workspace.write([Edit(ref, said(n, f"030 20{n:02}", "Client since May.")) for n, ref in enumerate(refs)])
    report = import_file("030 30", "Dormant since June.")
    assert report.conflicts == workspace.stats().conflicts == RECORDS
    return workspace


def open_conflicts(workspace: Workspace) -> int:
    return len(workspace.page(Query(entity="conflict", sort="created")).rows)


@pytest.mark.parametrize(("size", "env"), TERMINALS)
def test_forty_two_conflicts_are_settled_with_few_keys_and_bytes(
    clashing: Workspace, open_terminal: Open, size: dict[str, int], env: dict[str, str]
) -> None:
    # given the inbox
    terminal = open_terminal(**size, env=env)
    terminal.wait("1 / 42")
    terminal.press("4")
    screen = terminal.wait(lambda screen: "1 / 42" in screen and "newest first" in screen)
    assert "4 Conflicts (42)" in screen
    assert "crm / you" in screen

    # when one record is settled, with a key for each field
    terminal.press("enter")
    screen = terminal.wait(lambda screen: "3 of 3 fields open" in screen and "work=030 [-1041-]{+3041+}" in screen)
    assert "Conflict 1 of 42" in screen
    for key, left in (("1", 2), ("2", 1), ("1", 0)):
        assert count_bytes(terminal, key, f"{left} of 3 fields open") <= CHOICE
    terminal.press("w")

    # then the next one is there, and it is settled with two keys
    terminal.wait(lambda screen: "is settled; this is the next one" in screen and "Conflict 1 of 41" in screen)
    terminal.type("Mw")
    terminal.wait(lambda screen: "Conflict 1 of 40" in screen and "3 of 3 fields open" in screen)
    assert open_conflicts(clashing) == RECORDS - 2

    # when a rule is chosen in the inbox
    terminal.press("escape")
    terminal.wait(lambda screen: "1 / 40" in screen and "newest first" in screen)
    terminal.press("R")
    terminal.wait("applies to 120 of 120 fields in 40 records; none stays open")
    terminal.press("down", "down")
    terminal.wait(lambda screen: "› theirs" in screen and "applies to 120" in screen)
    terminal.press("enter")

    # then four keys settled all the others
    terminal.wait(
        lambda screen: "No conflict is open" in screen and "theirs settled 120 fields in 40 records" in screen
    )
    assert open_conflicts(clashing) == 0

    # and one key brings them back
    terminal.press("u")
    terminal.wait("1 / 40")
    assert open_conflicts(clashing) == RECORDS - 2
    terminal.press("q")
    assert terminal.wait_end() == 0
    if "NO_COLOR" in env:
        assert not COLOUR.search(bytes(terminal.output))


def count_bytes(terminal: Terminal, key: str, shown: str) -> int:
    """What a key costs until the screen shows the text and rests."""
    terminal.wait_rest()
    before = len(terminal.output)
    terminal.press(key)
    terminal.wait(shown)
    terminal.wait_rest()
    return len(terminal.output) - before


def test_a_value_is_typed_in_the_editor_of_ones_own(clashing: Workspace, open_terminal: Open, tmp_path: Path) -> None:
    # given an editor that shows what it was given, and writes another phone into it
    seen = tmp_path / "seen.txt"
    editor = tmp_path / "editor.sh"
    editor.write_text(f'#!/bin/sh\ncp "$1" {seen}\nprintf "phones: mobile=0170 1; work=030 2\\n" > "$1"\n')
    editor.chmod(0o755)
    terminal = open_terminal(env={"EDITOR": str(editor)})
    terminal.wait("1 / 42")
    terminal.press("4")
    terminal.wait("newest first")
    terminal.press("enter")
    terminal.wait("3 of 3 fields open")

    # when
    terminal.press("E")

    # then
    terminal.wait("2 of 3 fields open")
    given = seen.read_text()
    assert "# Customer 41: Phones" in given
    for side in ("# base: work=030 1041", "# mine: work=030 3041", "# theirs: work=030 2041"):
        assert side in given
    terminal.type("Mw")
    terminal.wait("is settled; this is the next one")
    phones = clashing.get(clashing.resolve("Customer 41")).fields["phones"]
    assert phones == [{"label": "mobile", "value": "0170 1"}, {"label": "work", "value": "030 2"}]


def test_an_editor_that_fails_changes_nothing(clashing: Workspace, open_terminal: Open) -> None:
    terminal = open_terminal(env={"EDITOR": "false"})
    terminal.wait("1 / 42")
    terminal.type("4")
    terminal.wait("newest first")
    terminal.press("enter")
    terminal.wait("3 of 3 fields open")
    terminal.press("E")
    terminal.wait("the editor false ended with exit code 1; nothing was saved")
    assert "3 of 3 fields open" in terminal.text


def test_choices_outlive_a_terminal_that_is_killed(clashing: Workspace, open_terminal: Open) -> None:
    # given two choices, kept a moment after they were made
    terminal = open_terminal()
    terminal.wait("1 / 42")
    terminal.type("4")
    terminal.wait("newest first")
    terminal.press("enter")
    terminal.wait("3 of 3 fields open")
    terminal.type("12")
    terminal.wait("1 of 3 fields open")
    deadline = time.monotonic() + PATIENCE
    while not clashing.recall("choices:"):
        assert time.monotonic() < deadline, "the choices were never kept"

    # when
    terminal.kill()

    # then
    again = open_terminal()
    again.wait("1 / 42")
    again.type("4")
    again.wait("2 chosen")
    again.press("enter")
    again.wait("1 of 3 fields open")
