"""rolodoc type list, show, new, edit, delete."""

import pytest


@pytest.mark.usefixtures("library")
def test_list_shows_both_names(run):
    lines = run("type", "list").out.splitlines()

    assert [line.split("  ")[0].strip() for line in lines] == ["author", "reviewer"]
    assert "author of" in lines[0]


@pytest.mark.usefixtures("library")
def test_show_counts_the_links(run):
    assert run("type", "show", "author").out.splitlines()[-1] == "2 links"
    assert run("type", "show", "reviewer", "--json").object["links"] == 0


def test_new_and_edit(run):
    run("type", "new", "--set", "name=editor", "--set", "inverse=editor of", "--set", "profile_kinds=person; group")
    run("type", "edit", "editor", "--set", "inverse=edits")

    (type,) = run("type", "list", "--json").objects
    assert (type["name"], type["inverse"], type["profile_kinds"]) == ("editor", "edits", ["person", "group"])


@pytest.mark.usefixtures("library")
def test_a_name_that_is_taken_is_refused(run):
    outcome = run("type", "new", "--set", "name=author")

    assert outcome.code == 5
    assert "author" in outcome.err


@pytest.mark.usefixtures("library")
def test_a_type_with_links_is_not_deleted(run):
    outcome = run("type", "delete", "author")

    assert outcome.code == 5
    assert run("type", "show", "author").code == 0


@pytest.mark.usefixtures("library")
def test_an_unknown_type_is_answered_with_similar_ones(run):
    outcome = run("type", "show", "auhtor")

    assert outcome.code == 3
    assert outcome.err == 'rolodoc: there is no type "auhtor"; similar: author\n'
