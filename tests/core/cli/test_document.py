"""rolodoc document list, show."""

import pytest

from core.values import id_text

pytestmark = pytest.mark.usefixtures("library")


def test_list_shows_title_category_and_tags(run, library):
    first, second = run("document", "list").out.splitlines()

    assert first == f"Letter to Ada        letter         {id_text(library['letter'].id)}"
    assert second == f"Notes on the Engine  essay   maths  {id_text(library['notes'].id)}"


@pytest.mark.parametrize(
    ("options", "titles"),
    [
        (["--category", "essay"], ["Notes on the Engine"]),
        (["--tag", "maths"], ["Notes on the Engine"]),
        (["--text", "cards"], ["Notes on the Engine"]),
        (["--text", "no such words"], []),
        (["--type", "author"], ["Letter to Ada", "Notes on the Engine"]),
        (["--sort", "created"], ["Notes on the Engine", "Letter to Ada"]),
        (["--sort", "created", "--reverse"], ["Letter to Ada", "Notes on the Engine"]),
        (["--category", "essay", "--tag", "unknown"], []),
    ],
)
def test_list_filters_and_sorts(run, options, titles):
    assert [row["title"] for row in run("document", "list", "--json", *options).objects] == titles


def test_show_groups_people_by_relationship(run):
    # given
    run("link", "add", "Notes on the Engine", "Charles Babbage", "--type", "reviewer")
    run("link", "add", "Notes on the Engine", "Charles Babbage", "--type", "author")

    # when
    lines = run("document", "show", "Notes on the Engine").out.splitlines()

    # then
    author = lines.index("author: 2 profiles")
    reviewer = lines.index("reviewer: 1 profile")
    authors = {line.split("  ")[1].strip() for line in lines[author + 1 : author + 3]}
    assert authors == {"Ada Lovelace", "Charles Babbage"}
    assert lines[reviewer + 1].startswith("  Charles Babbage  person  ")


def test_show_writes_a_text_last_and_below_its_name(run):
    run("document", "edit", "Letter to Ada", "--set", "text=Dear Ada,\n\n\tyours")

    lines = run("document", "show", "Letter to Ada").out.splitlines()

    assert lines[-5:] == ["", "text", "  Dear Ada,", "", "      yours"]
    assert "author: 1 profile" in lines


def test_show_as_json_writes_instants_as_text(run):
    shown = run("document", "show", "Letter to Ada", "--json").object

    assert shown["fields"]["created"] == "1843-07-02"
    assert shown["deleted_at"] is None
