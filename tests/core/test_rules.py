"""Priority rules: the first that matches and can tell decides, and a rule that could never decide is refused."""

from __future__ import annotations

import itertools
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.fields import PREFERENCES, Entity
from core.merge_values import DELETED, KEPT, WHOLE, Context, FieldConflict, Side
from core.rules import Rule, check_rule, decide, find_useless
from core.values import Actor

MINE = Side(actor="ada", via="terminal", at=20, source="")
THEIRS = Side(actor="bot", via="import", at=10, source="crm")
CONTEXT = Context(mine=MINE, theirs=THEIRS, relationship="author", tags=frozenset({"secret"}))
TITLE = FieldConflict("title", "Draft", "A title", "A longer title")


def decided(
    rule: Rule, conflict: FieldConflict = TITLE, context: Context = CONTEXT, entity: Entity = "document"
) -> Any:
    decision = decide([rule], entity, conflict, context)
    return decision and decision.value


@pytest.mark.parametrize(
    ("prefer", "preferred", "value"),
    [
        ("mine", "", "A title"),
        ("theirs", "", "A longer title"),
        ("newest", "", "A title"),
        ("oldest", "", "A longer title"),
        ("longest", "", "A longer title"),
        ("non-empty", "", None),
        ("union", "", None),
        ("source", "crm", "A longer title"),
        ("source", "dav", None),
        ("role", "person", "A title"),
        ("role", "import", "A longer title"),
        ("role", "sync", None),
    ],
)
def test_each_preference(prefer: Any, preferred: str, value: str | None) -> None:
    assert decided(Rule(prefer=prefer, preferred=preferred)) == value


def test_what_a_preference_cannot_tell_apart_stays_open() -> None:
    even = Context(mine=Side(at=5, source="crm"), theirs=Side(at=5, source="crm"))

    assert decided(Rule(prefer="newest"), context=even) is None
    assert decided(Rule(prefer="oldest"), context=even) is None
    assert decided(Rule(prefer="source", preferred="crm"), context=even) is None
    assert decided(Rule(prefer="role", preferred="program"), context=even) is None
    assert decided(Rule(prefer="longest"), FieldConflict("title", "", "abc", "xyz")) is None


def test_a_filled_side_wins_over_an_empty_one() -> None:
    rule = Rule(prefer="non-empty")

    assert decided(rule, FieldConflict("category", "a", "", "b")) == "b"
    assert decided(rule, FieldConflict("position", 3, 0, None), entity="link") == 0
    assert decided(rule, FieldConflict("attributes", {"a": 1}, {"a": 2}, {})) == {"a": 2}


def test_a_union_holds_what_both_have() -> None:
    emails = [[{"label": "", "value": value}] for value in ("old", "mine", "theirs")]

    value = decided(Rule(prefer="union"), FieldConflict("emails", *emails), entity="profile")

    assert [entry["value"] for entry in value] == ["theirs", "mine"]


def test_a_union_that_does_not_fit_stays_open() -> None:
    mine, theirs = ([f"{side}{number}" for number in range(600)] for side in "mt")

    assert decided(Rule(prefer="union"), FieldConflict("tags", [], mine, theirs)) is None


@pytest.mark.parametrize(
    ("prefer", "preferred", "value"),
    [
        ("mine", "", KEPT),
        ("theirs", "", DELETED),
        ("newest", "", KEPT),
        ("oldest", "", DELETED),
        ("non-empty", "", KEPT),
        ("role", "program", DELETED),
        ("longest", "", None),
        ("union", "", None),
    ],
)
def test_a_rule_that_names_it_decides_whether_a_record_stays(prefer: Any, preferred: str, value: str | None) -> None:
    conflict = FieldConflict(WHOLE, KEPT, KEPT, DELETED)

    assert decided(Rule(prefer=prefer, preferred=preferred), conflict) is None
    assert decided(Rule(prefer=prefer, preferred=preferred, field=WHOLE), conflict) == value
    assert decided(Rule(prefer=prefer, preferred=preferred, field="title"), conflict) is None
    assert decided(Rule(prefer=prefer, preferred=preferred, field=WHOLE), TITLE) is None


@pytest.mark.parametrize(
    ("condition", "matching", "other"),
    [
        ("entity", "document", "link"),
        ("field", "title", "category"),
        ("relationship", "author", "editor"),
        ("actor", "bot", "eve"),
        ("actor", "ada", "ad"),
        ("source", "crm", "dav"),
        ("tag", "secret", "open"),
    ],
)
def test_each_condition(condition: str, matching: str, other: str) -> None:
    assert decided(Rule(prefer="mine", **{condition: matching})) == "A title"
    assert decided(Rule(prefer="mine", **{condition: other})) is None


def test_the_first_rule_that_can_tell_decides() -> None:
    rules = [
        Rule(number=1, prefer="non-empty"),
        Rule(number=2, prefer="mine", field="category"),
        Rule(number=3, prefer="theirs", name="the hub wins"),
        Rule(number=4, prefer="mine"),
    ]

    decision = decide(rules, "document", TITLE, CONTEXT)

    assert decision is not None
    assert (decision.rule.label, decision.value) == ("rule 3 (the hub wins)", TITLE.theirs)


RULES = st.builds(
    Rule,
    entity=st.sampled_from(["any", "document", "link"]),
    field=st.sampled_from(["", "title", "tags", WHOLE]),
    actor=st.sampled_from(["", "ada", "eve"]),
    source=st.sampled_from(["", "crm"]),
    prefer=st.sampled_from(PREFERENCES),
    preferred=st.sampled_from(["", "crm", "person"]),
)


@given(rules=st.lists(RULES, max_size=5))
def test_the_same_input_gives_the_decision_of_the_first_rule_that_has_one(rules: list[Rule]) -> None:
    decision = decide(rules, "document", TITLE, CONTEXT)
    alone = (decide([rule], "document", TITLE, CONTEXT) for rule in rules)

    assert decision == decide(rules, "document", TITLE, CONTEXT)
    assert decision == next((one for one in alone if one), None)


# --- rules that are refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "named", "said"),
    [
        ({"prefer": "mine", "field": "colour"}, "field", "no record has such a field; name one of name, kind"),
        ({"prefer": "mine", "entity": "profile", "field": "tags"}, "field", "a profile has no such field"),
        ({"prefer": "mine", "entity": "planet"}, "entity", "must be one of any, profile"),
        ({"prefer": "mine", "entity": "document", "relationship": "author"}, "entity", "has no relationship"),
        ({"prefer": "mine", "relationship": "author", "field": "emails"}, "field", "a link has no such field"),
        ({"prefer": "mine", "entity": "profile", "tag": "secret"}, "tag", "a profile has no tags"),
        ({"prefer": "source"}, "preferred", "say which source"),
        ({"prefer": "role", "preferred": ""}, "preferred", "say which role"),
        ({"prefer": "role", "preferred": "bogus"}, "preferred", "no such role; name one of person, program, terminal"),
        ({"prefer": "mine", "field": "merged_into"}, "field", "merged_into never clashes; name one of name, kind"),
        ({"prefer": "mine", "field": "document"}, "field", "document never clashes; name one of name, kind"),
        ({"prefer": "mine", "entity": "link", "field": "type"}, "field", "type never clashes; name one of position"),
        ({"prefer": "newest", "preferred": "crm"}, "preferred", "leave it empty"),
        ({"prefer": "union", "field": "title"}, "prefer", "name one of"),
        ({"prefer": "union", "field": WHOLE}, "prefer", "name one of"),
        ({"prefer": "longest", "entity": "link", "field": "position"}, "prefer", "name one of"),
    ],
)
def test_a_rule_that_can_match_nothing_is_refused(fields: dict[str, Any], named: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_rule(fields, [])

    assert refusal.value.field == named
    assert said in refusal.value.reason


@pytest.mark.parametrize("entity", ["any", "profile", "link"])
def test_fields_that_never_clash_are_not_named_as_those_there_are(entity: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_rule({"prefer": "mine", "entity": entity, "field": "colour"}, [])

    named = set(refusal.value.reason.split("; ")[1].removeprefix("name one of ").split(", "))
    assert {"attributes", "created"} <= named
    assert not named & {"merged_into", "distinct_from", "document", "profile", "type"}


@pytest.mark.parametrize("via", get_args(get_type_hints(Actor)["via"]))
def test_each_way_in_is_a_role_that_can_be_preferred(via: Any) -> None:
    # given two sides that came by different ways
    other = "cli" if via != "cli" else "import"
    context = Context(mine=Side(actor="ada", via=via), theirs=Side(actor="bot", via=other))

    # when
    check_rule({"prefer": "role", "preferred": via}, [])

    # then
    assert decided(Rule(prefer="role", preferred=via), context=context) == TITLE.mine


@pytest.mark.parametrize(
    "fields",
    [
        {"prefer": "mine", "entity": "any", "field": "", "tag": "", "preferred": "", "position": None},
        {"prefer": "union", "field": "emails"},
        {"prefer": "longest", "field": "notes", "entity": "profile"},
        {"prefer": "source", "preferred": "crm", "relationship": "author"},
        {"prefer": "newest", "field": WHOLE},
        {"prefer": "theirs", "entity": "document", "tag": "secret"},
    ],
)
def test_a_rule_that_can_decide_is_taken(fields: dict[str, Any]) -> None:
    check_rule(fields, [])


@pytest.mark.parametrize(
    ("earlier", "fields", "said"),
    [
        ({"prefer": "mine"}, {"prefer": "theirs"}, "contradicts rule 7"),
        ({"prefer": "newest", "field": "title"}, {"prefer": "oldest", "field": "title"}, "contradicts rule 7"),
        ({"prefer": "longest"}, {"prefer": "longest"}, "the same as rule 7"),
        ({"prefer": "mine"}, {"prefer": "newest", "field": "title"}, "rule 7 decides all"),
        ({"prefer": "theirs", "entity": "document"}, {"prefer": "union", "entity": "document"}, "rule 7 decides all"),
        ({"prefer": "mine", "entity": "link"}, {"prefer": "newest", "relationship": "author"}, "rule 7 decides all"),
        ({"prefer": "mine", "entity": "profile"}, {"prefer": "longest", "field": "emails"}, "rule 7 decides all"),
        ({"prefer": "newest"}, {"prefer": "oldest", "tag": "secret"}, "rule 7 decides all"),
        ({"prefer": "mine", "field": WHOLE}, {"prefer": "newest", "field": WHOLE}, "rule 7 decides all"),
    ],
)
def test_a_rule_that_an_earlier_one_forestalls_is_refused(
    earlier: dict[str, Any], fields: dict[str, Any], said: str
) -> None:
    others = [Rule(number=6, prefer="mine", source="elsewhere"), Rule(number=7, **earlier)]

    with pytest.raises(Invalid, match=said):
        check_rule(fields, others)


@pytest.mark.parametrize(
    ("earlier", "fields"),
    [
        ({"prefer": "mine", "field": "title"}, {"prefer": "theirs"}),
        ({"prefer": "mine", "tag": "secret"}, {"prefer": "theirs", "tag": "open"}),
        ({"prefer": "newest"}, {"prefer": "mine"}),
        ({"prefer": "non-empty"}, {"prefer": "newest"}),
        ({"prefer": "source", "preferred": "crm"}, {"prefer": "source", "preferred": "dav"}),
        ({"prefer": "mine", "field": WHOLE}, {"prefer": "theirs"}),
    ],
)
def test_a_rule_that_an_earlier_one_leaves_something_is_taken(earlier: dict[str, Any], fields: dict[str, Any]) -> None:
    check_rule(fields, [Rule(number=1, **earlier)])


def test_those_that_decide_nothing_where_they_stand_are_found_with_the_reason() -> None:
    # given
    notes = Rule(number=1, prefer="longest", field="notes")
    mine = Rule(number=2, prefer="mine")
    newest = Rule(number=3, prefer="newest")
    whole = Rule(number=4, prefer="newest", field=WHOLE)

    # when
    found = find_useless([notes, mine, newest, whole])

    # then
    assert [rule for rule, _ in found] == [newest]
    assert found[0][1].startswith("rule 2 decides all that this one would")
    assert find_useless([notes, newest, mine, whole]) == []


@given(earlier=RULES, later=RULES)
def test_a_rule_that_is_refused_as_forestalled_never_decides(earlier: Rule, later: Rule) -> None:
    fields = {name: getattr(later, name) for name in ("entity", "field", "actor", "source", "prefer", "preferred")}
    try:
        check_rule(fields, [])
    except Invalid:
        return  # it is refused for what it says itself
    try:
        check_rule(fields, [earlier])
    except Invalid:
        for conflict, context in itertools.product(QUESTIONS, CONTEXTS):
            decision = decide([earlier, later], "document", conflict, context)
            assert decision is None or decision.rule is earlier


QUESTIONS = (TITLE, FieldConflict("tags", [], ["a"], []), FieldConflict(WHOLE, KEPT, DELETED, KEPT))
CONTEXTS = (CONTEXT, Context(mine=THEIRS, theirs=MINE), Context())
