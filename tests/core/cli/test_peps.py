"""The real data, through the command line as a person would use it."""

import pytest

from tests.conftest import PEPS, Outcome


@pytest.fixture
def imported(run) -> Outcome:
    return run("import", PEPS, "--json")


def test_import_once_and_again(run, imported):
    # given
    assert (imported.code, imported.object["errors"]) == (0, [])
    before = run("stats", "--json").object

    # when
    again = run("import", PEPS, "--json").object

    # then
    assert (again["created"], again["updated"]) == (0, 0)
    after = run("stats", "--json").object
    assert (after["profiles"], after["documents"], after["links"]) == (371, 736, 1380)
    assert after["links_by_type"] == {"author": 1148, "sponsor": 103, "bdfl_delegate": 84, "pep_delegate": 45}
    assert after["changes"] == before["changes"]


@pytest.mark.usefixtures("imported")
def test_the_records_are_found_and_shown(run):
    document = run("document", "show", "pep-0426").out
    profile = run("profile", "show", "p-alyssa-coghlan").out
    comma = run("profile", "show", "Fred L. Drake, Jr.").out

    assert "\nauthor: 3 profiles\n" in document
    assert "\nbdfl_delegate: 1 profile\n  Donald Stufft  person" in document
    assert "\nauthor of: 53 documents\n" in profile
    assert comma.startswith("Fred L. Drake, Jr.\n")


@pytest.mark.usefixtures("imported")
def test_seventeen_pairs_hold_two_relationships_at_once(run):
    pairs = [(row["document"], row["profile"]) for row in run("link", "list", "--all", "--json").objects]

    assert len(pairs) == 1380
    assert len(pairs) - len(set(pairs)) == 17
