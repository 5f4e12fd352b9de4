"""How a record is named on the command line."""

import json

import pytest

from core.values import id_text

pytestmark = pytest.mark.usefixtures("library")


def test_by_id_external_id_and_unique_name(run, library):
    id = id_text(library["ada"].id)

    for name in (id, id.replace("-", ""), id.upper(), "p-1", "Ada Lovelace", "ada lovelace"):
        assert run("profile", "show", name, "--json").object["id"] == id


@pytest.mark.parametrize(
    ("name", "similar"),
    [
        ("Ada Lovelase", "Ada Lovelace"),
        ("Lovelace, Ada", "Ada Lovelace"),
        ("Babage", "Charles Babbage"),
        ("Charles X. Babbage", "Charles Babbage"),
    ],
)
def test_an_unknown_name_is_answered_with_similar_ones(run, name, similar):
    outcome = run("profile", "show", name)

    assert outcome.code == 3
    assert outcome.err.startswith(f'rolodoc: there is no profile "{name}"; similar: {similar}')


@pytest.mark.parametrize(
    "name", ["zzz", "", " ", "'", '"', "*", "%", pytest.param("a" * 5000, id="long"), "\x1b[31m", "\0", "loveless"]
)
def test_a_name_like_nothing_there_is_not_found(run, name):
    outcome = run("profile", "show", name)

    assert outcome.code == 3
    assert "there is no profile" in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert "\x1b" not in outcome.err


def test_only_records_of_the_noun_are_similar(run):
    outcome = run("document", "show", "Ada Lovelace")

    assert outcome.code == 3
    assert outcome.err.endswith("similar: Letter to Ada\n")


def test_a_name_that_two_share_lists_both(run):
    # given
    run("profile", "new", "--set", "name=Ada Lovelace", "--set", "kind=group")

    # when
    outcome = run("profile", "show", "Ada Lovelace")
    told = json.loads(run("profile", "show", "Ada Lovelace", "--json").err)

    # then
    ids = [row["id"] for row in run("profile", "list", "--text", "lovelace", "--json").objects]
    assert outcome.code == 4
    assert '"Ada Lovelace" names 2 records' in outcome.err
    assert all(id in outcome.err for id in ids)
    assert told["error"] == "Ambiguous"
    assert sorted(candidate.split()[0] for candidate in told["candidates"]) == sorted(ids)


def test_a_name_that_is_not_text(run):
    outcome = run("profile", "show", "\udcff")

    assert outcome.code == 4
    assert outcome.err == "rolodoc: what was given is not valid Unicode text\n"
