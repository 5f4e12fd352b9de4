"""Numbers and times beyond what a store can hold: each is refused in a sentence that names what it was given for."""

import pytest

BEYOND = "9" * 23


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("history", "p-1", "--limit", BEYOND), "--limit"),
        (("search", "Ada", "--limit", BEYOND), "--limit"),
        (("watch", "--limit", BEYOND), "--limit"),
        (("watch", "--after", BEYOND), "--after"),
        (("profile", "list", "--limit", BEYOND), "--limit"),
        (("profile", "show", "p-1", "--limit", BEYOND), "--limit"),
        (("trash", "list", "--limit", BEYOND), "--limit"),
        (("conflicts", "list", "--limit", BEYOND), "--limit"),
        (("profile", "show", "p-1", "--revision", BEYOND), "--revision"),
        (("profile", "show", "p-1", "--revision", f"-{BEYOND}"), "--revision"),
        (("restore", "p-1", "--revision", BEYOND), "--revision"),
        (("profile", "edit", "p-1", "--set", "notes=x", "--if-revision", BEYOND), "--if-revision"),
        (("profile", "delete", "p-1", "--if-revision", BEYOND), "--if-revision"),
    ],
)
def test_a_number_that_is_too_large_is_refused_by_name(run, arguments, option):
    # given
    before = run("stats", "--json").object["changes"]

    # when
    outcome = run(*arguments)

    # then
    assert (outcome.code, outcome.out) == (2, ""), outcome
    assert option in outcome.err
    assert "1000000000000" in outcome.err or "greater than or equal to 1" in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert run("stats", "--json").object["changes"] == before


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize("digits", [23, 5_000])
def test_the_number_of_a_change_that_is_too_large_is_refused_by_name(run, digits):
    # given
    before = run("stats", "--json").object["changes"]

    # when
    outcome = run("undo", "9" * digits)

    # then
    assert (outcome.code, outcome.out) == (4, "")
    assert outcome.err == f"rolodoc: ID: {'9' * min(digits, 40)} is out of range; the largest number is 1000000000000\n"
    assert run("stats", "--json").object["changes"] == before


@pytest.mark.usefixtures("library")
def test_the_largest_number_is_taken(run):
    assert run("history", "p-1", "--limit", "1000000000000").code == 0
    assert run("search", "Ada", "--limit", "1000000000000").code == 0
    assert run("trash", "list", "--limit", "1000000000000").code == 0
    assert "there is no change 1000000000000" in run("undo", "1000000000000").err


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("take-back", "--record", "p-1", "--since", "999999w", "--yes"), "--since"),
        (("take-back", "--record", "p-1", "--since", "0001-01-01T00:00+14:00", "--yes"), "--since"),
        (("take-back", "--record", "p-1", "--since", "9999-12-31T23:59-14:00", "--yes"), "--since"),
        (("profile", "show", "p-1", "--at", "999999w ago"), "--at"),
        (("restore", "p-1", "--at", "999999w"), "--at"),
    ],
)
def test_a_time_that_no_calendar_has_is_refused_by_name(run, arguments, option):
    # given
    before = run("stats", "--json").object["changes"]

    # when
    outcome = run(*arguments)

    # then
    assert (outcome.code, outcome.out) == (4, "")
    assert outcome.err == f"rolodoc: {option}: must lie between the years 1 and 9999\n"
    assert run("stats", "--json").object["changes"] == before
