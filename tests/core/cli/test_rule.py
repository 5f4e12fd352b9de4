"""rolodoc rule: adding, ordering, removing and trying out the rules of the merge."""

from __future__ import annotations

import pytest


def names(run) -> list[str]:
    """Of the rules, in the order in which they are asked."""
    return [rule["name"] for rule in run("rule", "list", "--json").objects]


@pytest.fixture
def clash(run, library) -> None:
    """An open conflict of Ada's: her name and her notes."""
    run("profile", "edit", "p-1", "--set", "name=Ada Byron", "--set", "notes=here", "--as", "Ann")
    outcome = run("profile", "edit", "p-1", "--set", "name=Ada King", "--set", "notes=there", "--if-revision", "1")
    assert outcome.code == 5


def test_no_rule_yet(run):
    outcome = run("rule", "list")

    assert (outcome.code, outcome.out) == (0, "")
    assert "rolodoc rule add --prefer newest" in outcome.err


def test_add_and_list(run):
    # when
    conditions = ("--kind", "link", "--field", "note", "--relationship", "author", "--tag", "draft")
    added = run("rule", "add", "--prefer", "source", "--preferred", "crm", *conditions, "--name", "crm knows")
    run("rule", "add", "--prefer", "newest", "--actor", "Ann", "--source", "mail")

    # then
    assert (added.code, added.out[:14]) == (0, "created 1 rule")
    first, second = run("rule", "list", "--json").objects
    assert (first["number"], first["name"], first["kind"], first["field"]) == (1, "crm knows", "link", "note")
    assert (first["relationship"], first["tag"], first["prefer"], first["preferred"]) == (
        "author",
        "draft",
        "source",
        "crm",
    )
    assert (second["number"], second["kind"], second["actor"], second["source"]) == (2, "any", "Ann", "mail")
    lines = run("rule", "list").out.splitlines()
    assert "link note, relationship author, tag draft" in lines[0]
    assert "newest of actor Ann, source mail" in lines[1]


def test_a_place_in_the_order_moves_the_others_down(run):
    for field in ("name", "notes", "kind"):
        run("rule", "add", "--prefer", "newest", "--field", field, "--name", field)

    run("rule", "add", "--prefer", "mine", "--field", "aliases", "--name", "second", "--position", "2")
    run("rule", "add", "--prefer", "mine", "--field", "emails", "--name", "first", "--position", "1")
    run("rule", "add", "--prefer", "mine", "--field", "phones", "--name", "last", "--position", "99")

    assert names(run) == ["first", "name", "second", "notes", "kind", "last"]
    assert [rule["number"] for rule in run("rule", "list", "--json").objects] == [1, 2, 3, 4, 5, 6]
    run("undo")
    run("undo")
    assert names(run) == ["name", "second", "notes", "kind"]


def test_remove_by_number_name_and_id_is_one_step(run):
    for field in ("name", "notes", "kind", "aliases"):
        run("rule", "add", "--prefer", "newest", "--field", field, "--name", field)
    id = run("rule", "list", "--json").objects[2]["id"]

    outcome = run("rule", "remove", "1", "notes", id)

    assert outcome.out == "deleted 3 rules\n"
    assert names(run) == ["aliases"]
    run("undo")
    assert names(run) == ["name", "notes", "kind", "aliases"]


@pytest.mark.usefixtures("clash")
def test_test_shows_what_a_rule_would_decide_and_writes_nothing(run):
    # given
    run("rule", "add", "--prefer", "mine", "--field", "name", "--name", "ours")
    before = run("stats", "--json").object["changes"]

    # when
    stored = run("rule", "test", "ours")
    tried = run("rule", "test", "--prefer", "newest", "--kind", "profile")
    bare = run("rule", "test", "theirs", "--json").object

    # then
    assert stored.out.splitlines()[0] == "rule 1 (ours) applies to 1 of 2 fields in 1 record; 1 stays open"
    assert stored.out.splitlines()[1].split() == ["Ada", "Byron", "Name", "Ada", "King"]
    assert tried.out.splitlines()[0] == "newest applies to 2 of 2 fields in 1 record; 0 stay open"
    assert (bare["decided"], bare["total"], bare["receipt"]) == (2, 2, None)
    assert {one["value"] for one in bare["sample"]} == {"Ada Byron", "here"}
    assert run("stats", "--json").object["changes"] == before


@pytest.mark.usefixtures("clash")
def test_test_without_a_rule_tries_each_standing_one(run):
    for field in ("name", "notes"):
        run("rule", "add", "--prefer", "mine", "--field", field, "--name", field)

    outcome = run("rule", "test")

    assert "rule 1 (name) applies to 1 of 2 fields in 1 record; 1 stays open" in outcome.out
    assert "rule 2 (notes) applies to 1 of 2 fields in 1 record; 1 stays open" in outcome.out


def test_test_without_a_rule_where_none_stands_says_what_to_name(run):
    outcome = run("rule", "test")

    assert (outcome.code, outcome.out) == (2, "")
    assert "name a rule, or say with --prefer" in outcome.err


@pytest.mark.usefixtures("clash")
def test_a_rule_that_fits_none_of_the_conflicts_says_so(run):
    outcome = run("rule", "test", "--prefer", "newest", "--kind", "document")

    assert (outcome.code, outcome.out) == (0, "newest applies to 0 of 2 fields in 0 records; 2 stay open\n")


@pytest.mark.usefixtures("library")
def test_a_rule_decides_what_would_have_been_a_conflict(run):
    run("rule", "add", "--prefer", "longest", "--field", "name")
    run("profile", "edit", "p-1", "--set", "name=Ada Byron")

    outcome = run("profile", "edit", "p-1", "--set", "name=Ada King of Lovelace", "--if-revision", "1")

    assert outcome.code == 0
    assert run("profile", "show", "p-1", "--json").object["title"] == "Ada King of Lovelace"


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        ((), 2, "--prefer"),
        (("--prefer", "best"), 4, "prefer: must be one of mine, theirs"),
        (("--prefer", "mine", "--kind", "cat"), 4, "kind: must be one of any, profile"),
        (("--prefer", "mine", "--field", "colour"), 4, "field: no record has such a field"),
        (("--prefer", "mine", "--field", "merged_into"), 4, "field: merged_into never clashes; name one of name, kind"),
        (("--prefer", "mine", "--field", "document"), 4, "field: document never clashes"),
        (("--prefer", "source"), 4, "preferred: is missing"),
        (("--prefer", "role", "--preferred", "bogus"), 4, "no such role; name one of person, program, terminal, cli"),
        (("--prefer", "mine", "--preferred", "crm"), 4, "preferred: says nothing beside mine"),
        (("--prefer", "union", "--kind", "profile", "--field", "kind"), 4, "prefer: kind has not a union"),
        (("--prefer", "mine", "--kind", "profile", "--tag", "x"), 4, "tag: a profile has no tags"),
        (("--prefer", "mine", "--kind", "profile", "--relationship", "x"), 4, "a profile has no relationship"),
        (("--prefer", "mine", "--position", "0"), 2, "--position"),
        (("--prefer", "mine", "--name", "x" * 101), 4, "name: is 101 characters long; the limit is 100"),
        (("--prefer", "mine", "--tag", "x" * 1_000_000), 4, "tag: is 1,000,000 characters long; the limit is 200"),
        (("--prefer", "mine", "--actor", "a\0b"), 4, "actor: must not hold a NUL character"),
        (("--prefer", "oldest", "--field", "name"), 4, "contradicts rule 1, which prefers newest"),
        (("--prefer", "newest", "--field", "name"), 4, "says the same as rule 1"),
        (("--prefer", "newest", "--field", "name", "--actor", "Ann"), 4, "rule 1 decides all that this one would"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(run, arguments, code, reason):
    # given
    run("rule", "add", "--prefer", "newest", "--field", "name", "--name", "first")
    before = run("stats", "--json").object["changes"]

    # when
    outcome = run("rule", "add", *arguments)

    # then
    assert outcome.code == code, outcome
    assert reason in outcome.err
    assert len(outcome.err.splitlines()) == 1
    assert names(run) == ["first"]
    assert run("stats", "--json").object["changes"] == before


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (("test", "--field", "name"), 2, "name a rule, or say with --prefer"),
        (("test", "1", "--prefer", "mine"), 2, "name a rule, or say with --prefer"),
        (("test", "1", "--field", "name"), 2, "a rule is tested as it is"),
        (("test", "7"), 3, 'there is no rule "7"'),
        (("test", "--prefer", "source"), 4, "preferred: is missing"),
        (("test", "--prefer", "best"), 4, "prefer: must be one of"),
        (("remove",), 2, "RULE"),
        (("remove", "7"), 3, 'there is no rule "7"'),
        (("remove", "newest"), 3, 'there is no rule "newest"'),
        (("remove", "twin"), 4, '"twin" names 2 records'),
    ],
)
def test_what_is_no_rule_is_refused(run, arguments, code, reason):
    for field in ("name", "notes"):
        run("rule", "add", "--prefer", "newest", "--field", field, "--name", "twin")

    outcome = run("rule", *arguments)

    assert outcome.code == code, outcome
    assert reason in outcome.err
    assert names(run) == ["twin", "twin"]


def test_a_rule_that_another_is_put_before_is_told_when_it_decides_nothing_any_more(run):
    run("rule", "add", "--prefer", "newest", "--field", "name", "--name", "first")
    run("rule", "add", "--prefer", "newest", "--field", "notes", "--name", "second")

    outcome = run("rule", "add", "--prefer", "mine", "--field", "name", "--position", "1")

    assert outcome.code == 0
    assert outcome.err.startswith("rule 2 (first) decides nothing any more: rule 1 decides all that this one would")
    assert len(outcome.err.splitlines()) == 1


def test_rules_can_be_put_in_front_where_one_decides_nothing_any_more(run):
    # given
    run("rule", "add", "--prefer", "newest", "--name", "newest")
    run("rule", "add", "--prefer", "mine", "--position", "1", "--name", "mine")

    # when
    outcome = run("rule", "add", "--prefer", "longest", "--kind", "profile", "--position", "1", "--name", "longest")

    # then
    assert outcome.code == 0, outcome
    assert names(run) == ["longest", "mine", "newest"]
    assert outcome.err.startswith("rule 3 (newest) decides nothing any more: rule 2 decides all that this one would")
    assert run("undo").code == 0
    assert names(run) == ["mine", "newest"]


def test_a_rule_behind_one_that_decides_all_is_refused_still(run):
    # given
    run("rule", "add", "--prefer", "newest", "--name", "newest")
    run("rule", "add", "--prefer", "mine", "--position", "1", "--name", "mine")

    # when
    outcome = run("rule", "add", "--prefer", "longest", "--kind", "profile", "--position", "2")

    # then
    assert (outcome.code, outcome.out) == (4, "")
    assert "rule 1 decides all that this one would; move it before rule 1" in outcome.err
    assert names(run) == ["mine", "newest"]


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (("--relationship", "nosuchtype"), 'there is no relationship type "nosuchtype"'),
        (("--actor", "nobody"), '"nobody" has changed nothing here'),
    ],
)
def test_a_rule_about_what_the_store_does_not_know_yet_is_added_and_says_so(run, condition, said):
    outcome = run("rule", "add", "--prefer", "newest", *condition, "--name", "early")

    assert outcome.code == 0
    assert outcome.err == f"the rule matches nothing yet: {said}\n"
    assert names(run) == ["early"]


@pytest.mark.usefixtures("library")
def test_a_rule_about_what_the_store_knows_says_nothing_of_it(run):
    outcome = run("rule", "add", "--prefer", "newest", "--relationship", "author", "--actor", "librarian")

    assert (outcome.code, outcome.err) == (0, "")
