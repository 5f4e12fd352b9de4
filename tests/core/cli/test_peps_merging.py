"""The four people with several spellings in the real data: found, merged, and split again."""

from __future__ import annotations

import pytest

from tests.conftest import PEPS

SPELLINGS = {
    ("Inada Naoki", "INADA Naoki"): "weak",
    ("Marc-Andre Lemburg", "Marc-André Lemburg"): "strong",
    ("Mariatta", "Mariatta Wijaya"): "weak",
    ("Seth Larson", "Seth Michael Larson"): "strong",
}
COUNTS = {"Inada Naoki": (7, 2), "Marc-Andre Lemburg": (1, 9), "Mariatta": (5, 1), "Seth Larson": (1, 2)}
"""Links of the two of each, in the data as it is."""


@pytest.fixture(autouse=True)
def imported(run) -> None:
    assert run("import", PEPS, "--json").object["errors"] == []


def ids(run) -> dict[str, str]:
    """Ids by name; Inada Naoki's two spellings differ in case alone."""
    return {row["name"]: row["id"] for row in run("profile", "list", "--all", "--json").objects}


def links(run, id: str) -> set[tuple[str, str]]:
    rows = run("link", "list", "--profile", id, "--all", "--json").objects
    return {(row["document"], row["type"]) for row in rows}


def test_these_four_are_proposed_and_nobody_else(run):
    found = run("profile", "duplicates", "--json").objects

    assert {(pair["one"]["name"], pair["other"]["name"]): pair["strength"] for pair in found} == SPELLINGS


def test_merged_and_split_again_with_all_their_links(run):
    # given
    known = ids(run)
    before = {name: links(run, known[name]) for pair in SPELLINGS for name in pair}
    totals = run("stats", "--json").object
    assert {pair[0]: tuple(len(before[name]) for name in pair) for pair in SPELLINGS} == COUNTS

    # when each pair is merged
    for one, other in SPELLINGS:
        assert run("profile", "merge", known[one], known[other]).code == 0

    # then the one has the links of both, and the other name finds it
    merged = run("stats", "--json").object
    assert merged["profiles"] == totals["profiles"] - 4
    joined = sum(len(before[one] & before[other]) for one, other in SPELLINGS)
    assert merged["links"] == totals["links"] - joined
    for one, other in SPELLINGS:
        assert links(run, known[one]) == before[one] | before[other]
        assert run("profile", "show", other, "--limit", "0", "--json").object["id"] == known[one]
    assert run("profile", "duplicates").out == ""

    # and the same import again brings nobody back
    report = run("import", PEPS, "--json").object
    assert (report["created"], report["updated"], report["errors"]) == (0, 0, [])
    assert run("stats", "--json").object["changes"] == merged["changes"]

    # when they are split
    for one, other in SPELLINGS:
        assert run("profile", "split", known[one], "--to", known[other]).code == 0

    # then everything is as it was
    split = run("stats", "--json").object
    assert {name: split[name] for name in ("profiles", "links", "links_by_type")} == {
        name: totals[name] for name in ("profiles", "links", "links_by_type")
    }
    assert {name: links(run, known[name]) for name in before} == before
    assert ids(run) == known
    report = run("import", PEPS, "--json").object
    assert (report["created"], report["updated"], report["errors"]) == (0, 0, [])
