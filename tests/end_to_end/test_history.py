"""History and the merge of two profiles in a real terminal of 80x24, with the keyboard alone."""

from __future__ import annotations

import pytest

from core.values import Actor, Query, Ref
from core.workspace import Workspace, open_workspace
from core.write_values import Edit
from tests.core.making import make_profile, new_link
from tests.end_to_end.conftest import Open

STEP = 1_000  # bytes that a step through the revisions may cost
CHOICE = 1_000  # bytes that a choice for a field may cost
SIXTEEN = {"TERM": "xterm-16color", "COLORTERM": ""}
PLAIN = {"NO_COLOR": "1"}


@pytest.fixture
def edited(library: Workspace) -> Ref:
    """Mira Holm with four revisions, the third by Ann."""
    mira = library.resolve("Mira Holm", "profile")
    ann = open_workspace(str(library.stats().path), Actor("ann", "terminal"))
    library.write([Edit(mira, {"phones": ["030 1234"]})])
    ann.write([Edit(mira, {"phones": ["030 9999"], "notes": "Knows the harbour."})])
    ann.close()
    library.write([Edit(mira, {"name": "Mira Holm-Berg", "emails": []})])
    return mira


@pytest.fixture
def twin(library: Workspace) -> Ref:
    """A second profile of Mira Holm, author of the harbour survey as she is, and reviewer of the bridge plan."""
    twin = make_profile(library, "Holm, M.", emails=["mira@example.org"], phones=["030 9999"], notes="Retired.")
    library.write([Edit(library.resolve("Mira Holm", "profile"), {"notes": "Works at the harbour."})])
    harbour, bridge = (library.resolve(title, "document") for title in ("Harbour survey", "Bridge plan"))
    library.write([new_link(harbour, twin, "author"), new_link(bridge, twin, "reviewer")])
    return twin


@pytest.mark.parametrize("env", [{}, SIXTEEN, PLAIN], ids=["colours", "16 colours", "no colours"])
def test_step_through_revisions_restore_one_and_undo_it(
    library: Workspace, open_terminal: Open, edited: Ref, env: dict[str, str]
) -> None:
    # given the history of a person
    before = library.get(edited).fields
    terminal = open_terminal(env=env)
    terminal.wait("Jonas Berg")
    terminal.type("/mira\r")
    terminal.wait("author of")
    terminal.press("backspace")
    terminal.wait(lambda screen: "author of" not in screen)
    terminal.press("h")
    terminal.wait("rev 4 of 4")

    # when one steps back
    terminal.press("[")
    screen = terminal.wait("rev 3 of 4 · ann, terminal, ")

    # then signs tell what that revision did, beside the whole record as it was
    assert "~Phones" in screen
    assert "- 030 1234" in screen
    assert "+ 030 9999" in screen
    assert "+Notes" in screen
    assert "Emails         mira@example.org" in screen
    assert screen.index("├") < screen.index("●") < screen.index("┤")

    # and a step costs few bytes
    terminal.wait_rest()
    sent = len(terminal.output)
    terminal.press("[")
    terminal.wait("rev 2 of 4")
    terminal.wait_rest()
    assert len(terminal.output) - sent <= STEP
    terminal.press("]")
    terminal.wait("rev 3 of 4")

    # when the whole record is restored to it, what that touches is told first
    terminal.press("R")
    terminal.wait("- Mira Holm-Berg")
    assert library.get(edited).revision == 4
    terminal.press("enter")
    terminal.wait("rev 5 of 5")
    then = library.get(edited).fields
    assert (then["name"], [one["value"] for one in then["emails"]]) == ("Mira Holm", ["mira@example.org"])

    # then u takes that back
    terminal.press("u")
    terminal.wait("rev 6 of 6")
    assert library.get(edited).fields == before


@pytest.mark.parametrize("env", [{}, SIXTEEN, PLAIN], ids=["colours", "16 colours", "no colours"])
def test_merge_two_profiles_and_undo_it(
    library: Workspace, open_terminal: Open, twin: Ref, env: dict[str, str]
) -> None:
    # given two profiles of one person, marked
    mira = library.resolve("Mira Holm", "profile")
    before = {ref: library.get(ref).fields for ref in (mira, twin)}
    links = {ref: {row.id for row in library.page(Query(entity="link", profile=ref.id)).rows} for ref in (mira, twin)}
    terminal = open_terminal(env=env)
    terminal.wait("Jonas Berg")
    terminal.type("/holm\r")
    terminal.wait("Profiles › ")
    terminal.press("backspace")
    terminal.wait(lambda screen: "Mira Holm" in screen and "Holm, M." in screen and "author of" not in screen)
    terminal.press("end", "space")
    terminal.wait("1 marked")
    terminal.press("home", "space")
    terminal.wait("2 marked")

    # when they are merged, with one key for the one field that clashes
    terminal.press("m")
    screen = terminal.wait("? 1 open: Notes")
    assert "1 link moves, 1 is on both and becomes one; “Holm, M.” stays as an alias" in screen
    terminal.wait_rest()
    sent = len(terminal.output)
    terminal.press("3")
    terminal.wait("✓ all is decided")
    terminal.wait_rest()
    assert len(terminal.output) - sent <= CHOICE
    terminal.press("w")
    terminal.wait("two profiles are one")

    # then there is one, with both notes, the name of the other as alias, and the links of both
    merged = library.get(mira).fields
    assert merged["aliases"] == ["Holm, M."]
    assert all(note in merged["notes"] for note in ("Works at the harbour.", "Retired."))
    assert library.get(twin).deleted_at is not None
    assert len(library.page(Query(entity="link", profile=mira.id)).rows) == 4

    # and one undo makes two of it
    terminal.press("u")
    terminal.wait(lambda _: library.get(twin).deleted_at is None)
    assert {ref: library.get(ref).fields for ref in (mira, twin)} == before
    assert {
        ref: {row.id for row in library.page(Query(entity="link", profile=ref.id)).rows} for ref in (mira, twin)
    } == links
