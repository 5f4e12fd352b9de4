"""rolodoc search, stats."""

import pytest

from core.values import id_text

pytestmark = pytest.mark.usefixtures("library")


def test_search_finds_profiles_and_documents(run):
    found = run("search", "ada", "--json").objects

    assert {(hit["entity"], hit.get("name") or hit.get("title")) for hit in found} == {
        ("profile", "Ada Lovelace"),
        ("document", "Letter to Ada"),
    }


def test_search_shows_a_line_of_the_text(run, library):
    outcome = run("search", "cards")

    assert outcome.out.startswith(f"document  Notes on the Engine  {id_text(library['notes'].id)}  ")
    assert "loops of cards" in outcome.out


def test_words_may_stand_apart_and_the_last_may_be_a_beginning(run):
    assert run("search", "ada", "lovel").out.startswith("profile  Ada Lovelace")
    assert run("search", "ada lovel").out.startswith("profile  Ada Lovelace")


@pytest.mark.parametrize(
    "text", ["nothing", '"', "*", "(", "AND", "a OR", "NEAR(", "-", "", "\udcff", "\x00", "^x", "{a}:b"]
)
def test_words_that_nothing_holds_are_no_error(run, text):
    outcome = run("search", "--", text)

    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err == "nothing holds these words\n"


def test_search_says_when_there_is_more(run):
    outcome = run("search", "ada", "--limit", "1")

    assert len(outcome.out.splitlines()) == 2
    assert outcome.err == "the first 1 of a kind; --limit N shows more\n"


def test_stats_counts_records_and_links_by_type(run, store_path):
    lines = run("stats").out.splitlines()

    assert lines[:4] == ["profiles      2", "documents     2", "links         2", "  author      2"]
    assert lines[-1].startswith(f"store  {store_path} (")


def test_stats_as_json(run):
    stats = run("stats", "--json").object

    assert (stats["profiles"], stats["documents"], stats["links"], stats["trash"]) == (2, 2, 2, 0)
    assert stats["links_by_type"]["author"] == 2
