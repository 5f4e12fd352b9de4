"""rolodoc show --at and --revision, blame, and what the history tells of merges."""

import pytest

from core.values import id_text

pytestmark = pytest.mark.usefixtures("library")


def test_show_tells_a_record_as_a_revision_of_it_was(run):
    # given
    run("document", "edit", "Letter to Ada", "--set", "category=note", "--as", "Grace")
    run("document", "edit", "Letter to Ada", "--set", "title=Letter")

    # when
    outcome = run("document", "show", "Letter", "--revision", "2")

    # then
    lines = outcome.out.splitlines()
    assert lines[0] == "Letter to Ada"
    assert "rev 2, updated 20" in lines[1]
    assert lines[1].endswith("by Grace")
    assert [line.split() for line in lines if line.startswith("category")] == [["category", "note"]]
    assert "author" not in outcome.out, "links are of now"


def test_show_tells_a_record_as_it_was_at_an_instant(run):
    # given
    first = run("profile", "show", "p-1", "--json").object
    run("profile", "edit", "p-1", "--set", "name=Augusta")

    # when
    then = run("profile", "show", "p-1", "--at", first["updated_at"], "--json").object
    now = run("profile", "show", "p-1", "--at", "now", "--json").object

    # then
    assert then == {name: value for name, value in first.items() if name != "links"}
    assert (now["title"], now["revision"]) == ("Augusta", 2)


@pytest.mark.parametrize("name", ["link", "author"])
def test_show_of_links_and_types_too(run, library, name):
    entity = "type" if name == "author" else "link"
    field = "inverse" if entity == "type" else "note"
    run(entity, "edit", id_text(library[name].id), "--set", f"{field}=changed")

    outcome = run(entity, "show", id_text(library[name].id), "--revision", "1", "--json")

    assert (outcome.object["revision"], outcome.object["fields"][field]) == (1, "author of" if entity == "type" else "")


@pytest.mark.parametrize("time", ["2999-01-31", "2999-01-31T09:30", "2999-01-31T09:30+02:00", "now", "0s", "0 h ago"])
def test_times_are_understood(run, time):
    assert run("profile", "show", "p-1", "--at", time).code == 0


@pytest.mark.parametrize("time", ["1h", "3 days ago", "2w", "90 minutes ago", "yesterday", "1815-12-10"])
def test_times_before_the_record_was_made_say_so(run, time):
    outcome = run("profile", "show", "p-1", "--at", time)

    assert outcome.code == 3
    assert outcome.err.startswith("rolodoc: Ada Lovelace was made only on 20")


@pytest.mark.parametrize(
    ("options", "code", "reason"),
    [
        (["--at", "someday"], 4, '--at: "someday" is no time; write it as 2026-01-31, 2026-01-31T09:30'),
        (["--at", "1y ago"], 4, "is no time"),
        (["--at", "٣h"], 4, "is no time"),
        (["--revision", "7"], 3, "Ada Lovelace has no revision 7; name one from 1 to 1"),
        (["--revision", "first"], 2, "valid integer"),
        (["--revision", "1", "--at", "now"], 2, "give one of them"),
    ],
)
def test_a_state_that_there_never_was(run, options, code, reason):
    outcome = run("profile", "show", "p-1", *options)

    assert outcome.code == code
    assert reason in outcome.err


# --- blame --------------------------------------------------------------------------------------------------


def test_blame_tells_who_set_each_field(run):
    run("profile", "edit", "p-1", "--set", "notes=two\nlines", "--as", "Grace")

    rows = {line.split("  ")[0]: line for line in run("blame", "Ada Lovelace").out.splitlines()}

    assert list(rows) == ["name", "kind", "emails", "notes", "created"]
    assert "librarian" in rows["name"]
    assert "Grace" in rows["notes"]
    assert "two lines" in rows["notes"]


def test_blame_as_json_has_whole_values(run):
    run("profile", "edit", "p-1", "--set", "notes=n", "--as", "Grace")

    found = {one["field"]: one for one in run("blame", "p-1", "--json").objects}

    assert found["emails"]["value"] == [{"label": "", "value": "ada@example.org"}]
    notes = found["notes"]
    assert (notes["value"], notes["actor"], notes["via"], notes["revision"], notes["how"]) == (
        "n",
        "Grace",
        "cli",
        2,
        "",
    )


def test_blame_of_nobody(run):
    outcome = run("blame", "Nobody")

    assert (outcome.code, outcome.out) == (3, "")
    assert 'there is no record "Nobody"' in outcome.err


# --- what the history tells of merges ---------------------------------------------------------------------------


def test_history_and_blame_name_the_rule_and_what_it_overruled(run):
    # given a rule, and somebody who saved first
    run("rule", "add", "--prefer", "longest", "--name", "keep longest")
    run("profile", "edit", "p-1", "--set", "notes=hers", "--set", "aliases=Augusta", "--as", "Grace")

    # when an edit of what was read before comes in
    run("profile", "edit", "p-1", "--set", "notes=his, and longer", "--set", "aliases=Ada", "--if-revision", "1")

    # then
    history = run("history", "p-1").out
    assert "notes    hers -> his, and longer, merged: rule 1 (keep longest) over hers" in history
    assert "aliases  Augusta -> Augusta; Ada, merged: both" in history
    latest = run("history", "p-1", "--json", "--limit", "1").object
    assert latest["taken"]["notes"] == {"how": "rule 1 (keep longest)", "overruled": "hers"}
    assert "rule 1 (keep longest)" in run("blame", "p-1").out


def test_history_tells_what_was_typed_and_overruled(run):
    run("rule", "add", "--prefer", "theirs", "--name", "first come")
    run("profile", "edit", "p-1", "--set", "notes=hers", "--as", "Grace")

    run("profile", "edit", "p-1", "--set", "notes=his", "--if-revision", "1")

    assert "  notes  stays, merged: rule 1 (first come) over his" in run("history", "p-1").out.splitlines()
