"""The main job in a real terminal of 80x24, with the keyboard alone."""

from __future__ import annotations

from core.values import Actor
from core.workspace import Workspace, open_workspace
from tests.core.making import new_link
from tests.end_to_end.conftest import Open


def test_from_a_person_to_a_document_to_its_people_and_back(library: Workspace, open_terminal: Open) -> None:
    # given
    terminal = open_terminal()
    terminal.wait("Jonas Berg")

    # when a part of the name is typed, and entered
    terminal.type("/hol")
    terminal.wait(lambda screen: "Mira Holm" in screen and "Jonas Berg" not in screen)
    terminal.press("enter")

    # then her documents stand there by relationship
    screen = terminal.wait("reviewer of")
    assert screen.index("author of") < screen.index("Harbour survey") < screen.index("reviewer of")
    assert screen.index("reviewer of") < screen.index("Tunnel costs")

    # and from the document one sees its people
    while not terminal.line_with("Harbour survey").startswith("›"):
        before = terminal.wait_rest()
        terminal.press("down")
        terminal.wait(lambda now, before=before: now != before)
    terminal.press("enter")
    terminal.wait("Jonas Berg")
    assert "Harbour survey" in terminal.text.splitlines()[1]

    # and goes back the same way
    terminal.press("backspace")
    terminal.wait("reviewer of")
    assert terminal.line_with("Harbour survey").startswith("›")
    terminal.press("backspace")
    terminal.wait(lambda screen: "Name" in screen and "Mira Holm" in screen and "reviewer of" not in screen)


def test_link_undo_and_redo(library: Workspace, open_terminal: Open) -> None:
    # given
    terminal = open_terminal()
    terminal.wait("Jonas Berg")
    terminal.type("/jonas\r")
    terminal.wait("author of")

    # when
    terminal.type("lauth\r")
    terminal.wait("which document")
    terminal.type("tunnel\r")

    # then
    terminal.wait(lambda screen: "author of  2" in screen and "Tunnel costs" in screen)
    terminal.press("u")
    terminal.wait(lambda screen: "author of  1" in screen)
    terminal.press("U")
    terminal.wait(lambda screen: "author of  2" in screen)
    assert library.stats().links == 5


def test_what_is_typed_fast_goes_into_the_filter_and_nowhere_else(library: Workspace, open_terminal: Open) -> None:
    # given
    terminal = open_terminal()
    terminal.wait("Jonas Berg")
    before = library.cursor()

    # when every letter would be an action, were it not for the slash
    terminal.type("/hxnelm")

    # then
    terminal.wait("hxnelm")
    terminal.press("escape", "escape")
    terminal.wait("Jonas Berg")
    assert library.cursor() == before


def test_what_is_typed_before_a_form_is_there_goes_into_it(library: Workspace, open_terminal: Open) -> None:
    terminal = open_terminal()
    terminal.wait("Jonas Berg")

    terminal.type("e of B")

    terminal.wait("Jonas Berg of B")
    terminal.press("enter")
    terminal.wait("Jonas Berg of B               person")
    assert library.resolve("Jonas Berg of B", "profile")


def test_a_link_made_elsewhere_appears_marked_and_moves_no_cursor(library: Workspace, open_terminal: Open) -> None:
    # given a terminal that shows Mira's documents, with the cursor on the second
    terminal = open_terminal()
    terminal.wait("Jonas Berg")
    terminal.type("/hol\r")
    terminal.wait("reviewer of")
    at = next(line for line in terminal.text.splitlines() if line.startswith("›"))

    # when another program links her to one more
    other = open_workspace(str(library.stats().path), Actor("ann", "terminal"))
    other.write([new_link(library.resolve("Report 07", "document"), library.resolve("Mira Holm", "profile"), "author")])
    other.close()

    # then
    terminal.wait("author of  3")
    terminal.wait(lambda screen: any("+" in line[:3] and "Report 07" in line for line in screen.splitlines()))
    assert next(line for line in terminal.text.splitlines() if line.startswith("›")) == at
    terminal.wait("ann linked")


def test_two_terminals_see_each_other(library: Workspace, open_terminal: Open) -> None:
    # given
    first, second = open_terminal(), open_terminal(columns=120, lines=40)
    for terminal in (first, second):
        terminal.wait("Jonas Berg")
        terminal.type("/jonas\r")
        terminal.wait(lambda screen: "Mira Holm" not in screen)
    second.wait("author of  1")

    # when
    first.type("lreview\r")
    first.wait("which document")
    first.type("bridge\r")

    # then
    second.wait("reviewer of  1")
    assert "+" in second.line_with("Bridge plan")


def test_a_terminal_of_20x5_says_so_and_works_again_when_it_grows(library: Workspace, open_terminal: Open) -> None:
    terminal = open_terminal(columns=20, lines=5)
    terminal.wait("too small")
    terminal.resize(80, 24)
    terminal.wait("Jonas Berg")
    terminal.press("q")
    assert terminal.wait_end() == 0


def test_leaving_and_coming_back_keeps_screen_filter_and_cursor(library: Workspace, open_terminal: Open) -> None:
    # given
    terminal = open_terminal()
    terminal.wait("Jonas Berg")
    terminal.type("2")
    terminal.wait("Bridge plan")
    terminal.type("/report")
    terminal.wait(lambda screen: "Bridge plan" not in screen and "Report 00" in screen)
    terminal.press("down", "down", "down")
    terminal.wait("3 / 27")

    # when
    terminal.press("q")
    assert terminal.wait_end() == 0

    # then
    again = open_terminal()
    screen = again.wait("3 / 27")
    assert "report" in screen.splitlines()[1]
    assert "[2 Documents]" in screen
