"""The Audit screen: who did what and who tried, filtered, both ways, live, and whether it holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.checkpoint_text import from_text
from core.errors import NotFound
from core.local import LocalWorkspace
from core.values import Ref
from core.workspace import Workspace
from core.write_values import Edit
from tests.tui.conftest import NARROW, WIDE, Office, OpenTerminal
from tests.tui.staff import Staff, workspace_of


@pytest.fixture
def staff(office: Office) -> Staff:
    return Staff(office)


@pytest.fixture
def dan(staff: Staff, store_path: Path) -> Iterator[Workspace]:
    """An account that may do nothing."""
    with workspace_of("dan", store_path) as workspace:
        yield workspace


def is_refused(account: Workspace, ref: Ref) -> None:
    """Tries to read it; when this returns the audit tells of it."""
    with pytest.raises(NotFound):
        account.get(ref)
    assert isinstance(account, LocalWorkspace)
    account._attempts.settle()


async def test_what_was_done_stands_there_the_newest_first(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(NARROW) as t:
        await t.press("8")

        await t.shows("[8 Audit]", "deny see Letter to bob", "account.created", "newest first")
        assert "deny see Letter to bob" in t.marked_line


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_an_entry_says_who_when_and_what(terminal: OpenTerminal, office: Office, size: tuple[int, int]) -> None:
    office.workspace.write([Edit(office.ref("Report"), {"title": "Annual report"})], reason="asked for by Bob")
    async with terminal(size) as t:
        await t.press("8")
        await t.shows("document.updated")

        await t.press("enter")

        await t.shows(
            "Audit › Entry", "who       tester", "decision  allowed", "reason    asked for by Bob", "document"
        )
        await t.press("escape")
        await t.shows("newest first")


async def test_a_refused_attempt_is_told_by_a_sign_and_a_word(
    terminal: OpenTerminal, staff: Staff, office: Office, dan: Workspace
) -> None:
    is_refused(dan, office.ref("Report"))
    async with terminal(NARROW) as t:
        await t.press("8")

        await t.shows("✗ access.denied")
        assert "dan" in t.marked_line


@pytest.mark.parametrize(
    ("filter", "shown", "hidden"),
    [
        ("kind:grant.", "deny see Letter to bob", "account.created"),
        ("kind:account.created", "cleo", "grant.created"),
        ("record:Report", "Report", "account.created"),
        ("by:dan", "access.denied", "grant.created"),
        ("since:2999-01-01", "nothing matches", "grant.created"),
        ("until:2999-01-01 kind:group.created", "hr", "grant.created"),
    ],
)
async def test_it_is_filtered_as_one_types(
    terminal: OpenTerminal, staff: Staff, office: Office, dan: Workspace, filter: str, shown: str, hidden: str
) -> None:
    is_refused(dan, office.ref("Report"))
    async with terminal(NARROW) as t:
        await t.press("8")
        await t.shows("account.created")

        await t.press("slash")
        await t.type(filter)
        await t.press("down")

        await t.shows(shown)
        await t.shows_no(hidden)


@pytest.mark.parametrize(
    ("filter", "sentence"),
    [
        ("since:soon", "is not a date"),
        ("request:7", "is no id of a request"),
        ("record:Nothing like that", "no record is found"),
        ("kind:..", "nothing matches"),
    ],
)
async def test_a_filter_that_means_nothing_is_answered_with_a_sentence(
    terminal: OpenTerminal, office: Office, filter: str, sentence: str
) -> None:
    async with terminal(NARROW) as t:
        await t.press("8")
        await t.shows("newest first")
        await t.press("slash")
        await t.type(filter)
        await t.press("down")

        await t.shows(sentence)


async def test_both_ways_who_touched_this_record_and_what_did_this_account_do(
    terminal: OpenTerminal, staff: Staff, office: Office, dan: Workspace
) -> None:
    is_refused(dan, office.ref("Report"))
    async with terminal(WIDE) as t:
        await t.press("8")
        await t.shows("access.denied")

        await t.press("t")
        await t.shows(f"record:{office.ids['Report'].hex()}", "document.created")
        await t.shows_no("account.created")
        await t.press("end")
        await t.stands_on("document.created")
        await t.press("a")
        await t.shows("/ by:tester", "account.created")
        await t.shows_no("access.denied")
        await t.press("escape")
        await t.shows("newest first", "access.denied")


async def test_new_entries_appear_at_the_top_marked(
    terminal: OpenTerminal, office: Office, colleague: Workspace
) -> None:
    async with terminal(NARROW) as t:
        await t.press("8")
        await t.shows("newest first")

        colleague.write([Edit(office.ref("Letter"), {"title": "Long letter"})])

        await t.shows("document.updated", "Long letter", "Ann")


async def test_it_is_verified_and_a_change_is_found(terminal: OpenTerminal, office: Office, tamper: None) -> None:
    async with terminal(WIDE) as t:
        await t.press("8")
        await t.shows("newest first")
        await t.press("v")

        await t.shows("the audit does not hold: entry 3")


async def test_it_says_that_it_holds(terminal: OpenTerminal, office: Office) -> None:
    async with terminal(WIDE) as t:
        await t.press("8")
        await t.shows("newest first")
        await t.press("v")

        await t.shows("the audit holds:")


async def test_a_checkpoint_is_saved_to_a_file_and_never_over_one(
    terminal: OpenTerminal, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with terminal(NARROW) as t:
        await t.press("8")
        await t.shows("newest first")
        await t.press("w")
        await t.shows("Save a checkpoint?")
        await t.press("enter")
        await t.shows("saved to audit-checkpoint.json")

        await t.press("w")
        await t.shows("Save a checkpoint?")
        await t.press("enter")
        await t.shows("is there already")

    assert from_text((tmp_path / "audit-checkpoint.json").read_text()).seq > 0


async def test_the_record_of_an_entry_is_opened(terminal: OpenTerminal, office: Office) -> None:
    office.workspace.write([Edit(office.ref("Report"), {"category": "yearly"})])
    async with terminal(NARROW) as t:
        await t.press("8")
        await t.stands_on("Report")

        await t.press("r")

        await t.shows("Audit › Report", "Anvils sold well")


async def test_who_may_not_see_it_is_told_so(terminal: OpenTerminal, staff: Staff, dan: Workspace) -> None:
    staff.grant("see", account="dan", on="Charter")
    async with terminal(NARROW, first="[1 Profiles]", workspace=dan) as t:
        await t.press("8")

        await t.shows("dan may not")
        assert "account.created" not in t.text


@pytest.fixture
def tamper(office: Office, store_path: Path) -> None:
    """Somebody changed an entry behind the program's back."""
    from sqlcipher3 import dbapi2 as sqlite

    db = sqlite.connect(str(store_path))
    db.execute("UPDATE audit SET body = json_set(body, '$.actor', 'nobody') WHERE seq = 3")
    db.commit()
    db.close()
    assert Ref("document", office.ids["Report"])


async def test_the_times_of_the_filter_stay_when_the_account_is_asked_about(
    terminal: OpenTerminal, staff: Staff, office: Office
) -> None:
    async with terminal(WIDE) as t:
        await t.press("8", "slash")
        await t.type("since:2001-02-03 until:2999-01-01T10:30")
        await t.press("down")
        await t.shows("grant.created")

        await t.press("a")

        await t.shows("by:tester since:2001-02-03 until:2999-01-01T10:30")


async def test_the_list_behind_an_entry_does_not_change(terminal: OpenTerminal, staff: Staff) -> None:
    async with terminal(NARROW) as t:
        await t.press("8")
        await t.shows("grant.created")
        await t.press("enter")
        await t.shows("Audit › Entry")

        await t.press("a")

        await t.shows("! Account: Entry is open; esc closes it first")
        await t.press("escape")
        await t.shows("account.created", "newest first")


async def test_help_tells_what_the_audit_is_filtered_by(terminal: OpenTerminal, office: Office) -> None:
    async with terminal(NARROW) as t:
        await t.press("8", "question_mark")
        await t.shows("Audit › Help")

        await t.press("end")

        await t.shows("request:   entry of the audit", "since:     entry of the audit", "such as document.updated")
        assert not any(line.endswith("…") for line in t.lines)


async def test_what_never_said_more_does_not_say_that_it_is_gone(
    terminal: OpenTerminal, staff: Staff, office: Office, dan: Workspace
) -> None:
    is_refused(dan, office.ref("Report"))
    async with terminal(WIDE) as t:
        await t.press("8")
        await t.stands_on("access.denied")

        await t.shows("decision  denied")
        assert "is gone" not in t.text


async def test_a_change_whose_values_were_erased_says_that_they_are_gone(
    terminal: OpenTerminal, office: Office
) -> None:
    office.workspace.erase(office.ref("Bob Marsh").id)
    async with terminal(WIDE) as t:
        await t.press("8", "slash")
        await t.type("kind:profile.created")
        await t.press("down")
        await t.shows("(erased)")
        await t.press("end", "up")
        await t.stands_on("(erased)")

        await t.shows("what it said is gone")
