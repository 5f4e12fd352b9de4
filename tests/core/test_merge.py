"""The merge: its laws on records of any kind, and what a person gets for each kind of field."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.field_kinds import ITEMS
from core.fields import FIELDS, RECORDS, Entity, Field, check_fields
from core.merge import merge, suggest, take
from core.merge_fields import CHARACTERS, LINES, means_same
from core.merge_values import DELETED, KEPT, WHOLE, Context, FieldConflict, MergeResult, Side, Taken
from core.rules import Rule

Values = dict[str, Any]

# --- records of any kind -----------------------------------------------------------------------------------

LINES_OF_TEXT = ["a b", "c", "d e f", "", "g  ", "\u00e9 \u4e2d\u6587", "h-i"]
ENTRIES = st.fixed_dictionaries({"label": st.sampled_from(["", "home", "work"]), "value": st.sampled_from("abcde")})
MEMBERS = st.recursive(
    st.sampled_from([None, True, 1, 1.0, 0, "", "x", "y"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=5,
)
CONTENTS = st.builds(
    lambda name, digit: {"name": name, "media_type": "text/plain", "bytes": 5, "sha256": digit * 64},
    st.sampled_from(["one.txt", "two.txt"]),
    st.sampled_from("abc"),
)
BY_KIND: Mapping[str, st.SearchStrategy[Any]] = {
    "line": st.sampled_from(["one", "one more", "Two", "drei"]),
    "type": st.sampled_from(["author", "editor"]),
    "text": st.lists(st.sampled_from(LINES_OF_TEXT), max_size=6).map("\n".join),
    "set": st.lists(st.sampled_from("abcdef"), unique=True, max_size=5),
    "list": st.lists(ENTRIES, max_size=4),
    "map": st.dictionaries(st.sampled_from("abc"), MEMBERS, max_size=3),
    "instant": st.sampled_from([None, 1, 2, 3, 4]),
    "number": st.sampled_from([None, 0, 1, 2]),
    "reference": st.sampled_from([b"d" * 16, b"e" * 16]),
    "contents": st.lists(CONTENTS, max_size=3),
}


def values_of(field: Field) -> st.SearchStrategy[Any]:
    values = st.sampled_from(field.choices) if field.kind == "choice" else BY_KIND[field.kind]
    return values.map(field.check)


@st.composite
def records(draw: st.DrawFn, entity: Entity) -> Values:
    record = {name: draw(values_of(field)) for name, field in FIELDS[entity].items()}
    return in_order(record)


@st.composite
def edits(draw: st.DrawFn, entity: Entity, base: Values) -> Values:
    names = draw(st.sets(st.sampled_from(list(FIELDS[entity]))))
    return in_order(base | {name: draw(values_of(FIELDS[entity][name])) for name in sorted(names)})


def in_order(record: Values) -> Values:
    first, last = record.get("valid_from"), record.get("valid_until")
    if first is not None and last is not None and last < first:
        record |= {"valid_from": last, "valid_until": first}
    return record


@st.composite
def meetings(draw: st.DrawFn) -> tuple[Entity, Values, Values, Values]:
    """A kind of record, and base, mine and theirs of it."""
    entity = draw(st.sampled_from(RECORDS))
    base = draw(records(entity))
    return entity, base, draw(edits(entity, base)), draw(edits(entity, base))


def mean_same(entity: Entity, one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    if one is None or other is None:
        return one is other
    return one.keys() == other.keys() and all(
        means_same(FIELDS[entity][name], value, other[name]) for name, value in one.items()
    )


# --- laws --------------------------------------------------------------------------------------------------


@given(meeting=meetings())
def test_a_side_that_changed_nothing_follows_the_other(meeting: tuple[Entity, Values, Values, Values]) -> None:
    entity, base, changed, _ = meeting

    for mine, theirs in ((base, changed), (changed, base), (changed, changed)):
        result = merge(entity, base, mine, theirs)
        assert result.is_clean
        assert mean_same(entity, result.value, changed)


@given(meeting=meetings())
def test_swapped_sides_give_the_swapped_answer(meeting: tuple[Entity, Values, Values, Values]) -> None:
    entity, base, mine, theirs = meeting

    result, swapped = merge(entity, base, mine, theirs), merge(entity, base, theirs, mine)

    turned = {"mine": "theirs", "theirs": "mine"}
    assert {name: turned.get(one.how, one.how) for name, one in result.taken.items()} == {
        name: one.how for name, one in swapped.taken.items()
    }
    for one, other in zip(result.conflicts, swapped.conflicts, strict=True):
        field = FIELDS[entity][one.field]
        assert one.field == other.field
        assert unordered(field, one.base) == unordered(field, other.base)
        assert unordered(field, one.mine) == unordered(field, other.theirs)
        assert unordered(field, one.theirs) == unordered(field, other.mine)
    for name, value in (result.value or {}).items():
        if name not in {one.field for one in result.conflicts}:
            field = FIELDS[entity][name]
            assert unordered(field, value) == unordered(field, (swapped.value or {})[name])


def unordered(field: Field, value: Any) -> Any:
    """What both sides added to a set or list at one place stands there in the order of the sides."""
    if field.kind in ("set", "list"):
        return Counter(map(str, value))
    return "\n".join(map(str.rstrip, value.split("\n"))).rstrip() if field.kind == "text" else value


@given(meeting=meetings())
def test_the_merge_answers_with_what_can_be_stored(meeting: tuple[Entity, Values, Values, Values]) -> None:
    entity, base, mine, theirs = meeting

    for before, ours, others in ((base, mine, theirs), (None, mine, theirs), (base, None, theirs), (base, mine, None)):
        result = merge(entity, before, ours, others)
        if result.value is not None:
            assert check_fields(entity, result.value) == result.value
        for one in result.conflicts:
            for value in (one.mine, one.theirs):
                assert one.field == WHOLE or FIELDS[entity][one.field].check(value) == value


@given(meeting=meetings())
def test_the_merge_changes_none_of_its_inputs_and_repeats_itself(
    meeting: tuple[Entity, Values, Values, Values],
) -> None:
    entity, *versions = meeting
    before = deepcopy(versions)

    result = merge(entity, *versions)

    assert versions == before
    assert merge(entity, *deepcopy(versions)) == result


@given(meeting=meetings())
def test_a_value_is_open_exactly_when_both_sides_changed_it_differently(
    meeting: tuple[Entity, Values, Values, Values],
) -> None:
    entity, base, mine, theirs = meeting
    window = {"valid_from", "valid_until"}

    result = merge(entity, base, mine, theirs)

    opened = {one.field for one in result.conflicts}
    for name, field in FIELDS[entity].items():
        if field.kind not in ("set", "list", "map", "text") and not (name in window and window <= opened):
            apart = mine[name] != base[name] and theirs[name] != base[name] and mine[name] != theirs[name]
            assert (name in opened) == apart
        if field.kind == "set":
            assert name not in opened


@given(meeting=meetings())
def test_no_member_that_a_side_set_is_lost(meeting: tuple[Entity, Values, Values, Values]) -> None:
    entity, base, mine, theirs = meeting

    result = merge(entity, base, mine, theirs)

    for name, field in FIELDS[entity].items():
        found = members(field, (result.value or {})[name])
        for one in result.conflicts:
            if one.field == name:
                found |= members(field, one.mine) | members(field, one.theirs)
        for side in (mine, theirs):
            assert members(field, side[name]) - members(field, base[name]) <= found


def members(field: Field, value: Any) -> set[str]:
    """The parts of a value that a person would miss."""
    if field.kind == "map":
        return set(leaves(value))
    if field.kind == "list":
        return {entry["value"] for entry in value} | {"=" + entry["label"] for entry in value}
    if field.kind == "text":
        return set(value.split())
    return set(map(str, value)) if field.kind in ("set", "contents") else {str(value)}


def leaves(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [leaf for key, member in value.items() for leaf in leaves(member, f"{path}/{key}")]
    return [f"{path}={value!r}"]


@given(meeting=meetings(), prefer=st.sampled_from(["mine", "theirs", "newest", "longest", "union"]))
def test_what_a_rule_overrules_stands_in_the_answer(
    meeting: tuple[Entity, Values, Values, Values], prefer: Any
) -> None:
    entity, base, mine, theirs = meeting
    open_before = {one.field: one for one in merge(entity, base, mine, theirs).conflicts}

    context = Context(mine=Side(at=2), theirs=Side(at=1))
    result = merge(entity, base, mine, theirs, rules=[Rule(number=1, prefer=prefer)], context=context)

    still_open = {one.field for one in result.conflicts}
    for name, one in open_before.items():
        if name not in still_open and prefer != "union":
            kept = [(result.value or {})[name], result.taken[name].overruled]
            assert result.taken[name].how == f"rule 1 ({prefer})"
            assert kept in ([one.mine, one.theirs], [one.theirs, one.mine])


@given(meeting=meetings(), data=st.data())
def test_choices_in_any_order_give_the_same_record(
    meeting: tuple[Entity, Values, Values, Values], data: st.DataObject
) -> None:
    entity, base, mine, theirs = meeting
    result = merge(entity, base, mine, theirs)
    choices = [(one, data.draw(st.sampled_from(["mine", "theirs", "base"]))) for one in result.conflicts]

    settled = [
        (result.value or {}) | {one.field: take(entity, one, choice) for one, choice in order}
        for order in (choices, data.draw(st.permutations(choices)))
    ]

    assert settled[0] == settled[1]


@given(meeting=meetings())
def test_fields_that_a_side_does_not_name_are_as_in_base(meeting: tuple[Entity, Values, Values, Values]) -> None:
    entity, base, mine, theirs = meeting
    named = {name: value for name, value in mine.items() if value != base[name]}

    assert merge(entity, base, named, theirs) == merge(entity, base, mine, theirs)


# --- one field at a time -----------------------------------------------------------------------------------


def met(entity: Entity, name: str, base: Any, mine: Any, theirs: Any, **how: Any) -> MergeResult:
    return merge(entity, {name: base}, {name: mine}, {name: theirs}, **how)


def merged(entity: Entity, name: str, base: Any, mine: Any, theirs: Any) -> Any:
    """The value of a field that merges without a question."""
    result = met(entity, name, base, mine, theirs)
    assert result.is_clean
    assert result.taken == {name: Taken("both")}
    return (result.value or {})[name]


def opened(entity: Entity, name: str, base: Any, mine: Any, theirs: Any) -> FieldConflict:
    """The question about a field; what is stored meanwhile is what it calls theirs."""
    result = met(entity, name, base, mine, theirs)
    (conflict,) = result.conflicts
    assert (result.value, result.taken) == ({name: conflict.theirs}, {})
    return conflict


def emails(*entries: str) -> list[dict[str, str]]:
    """Written as "label=value"."""
    return [dict(zip(("label", "value"), entry.split("="), strict=True)) for entry in entries]


def test_two_titles_are_a_question() -> None:
    conflict = opened("document", "title", "Draft", "Report", "Letter")

    assert conflict == FieldConflict("title", "Draft", "Report", "Letter")


def test_edits_of_different_fields_are_none() -> None:
    base = {"title": "Draft", "category": "", "tags": ["a"]}

    result = merge("document", base, base | {"title": "Report"}, base | {"category": "letters"})

    assert result.value == {"title": "Report", "category": "letters", "tags": ["a"]}
    assert result.taken == {"title": Taken("mine"), "category": Taken("theirs")}


def test_a_set_takes_what_each_side_added_and_loses_what_each_removed() -> None:
    assert merged("document", "tags", ["a", "b", "c"], ["c", "b", "x"], ["a", "y", "c"]) == ["y", "c", "x"]


def test_a_set_in_another_order_is_the_same() -> None:
    assert met("document", "tags", ["a", "b"], ["b", "a"], ["a", "b", "c"]).value == {"tags": ["a", "b", "c"]}


def test_a_set_that_would_grow_too_large_is_a_question() -> None:
    mine, theirs = ([f"{side}{number}" for number in range(ITEMS - 1)] for side in "mt")

    assert opened("document", "tags", [], mine, theirs) == FieldConflict("tags", [], mine, theirs)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected"),
    [
        (["=a"], ["=a", "=b"], ["=a", "=c"], ["=a", "=c", "=b"]),
        (["=a", "=b"], ["=b"], ["=a", "=b", "=c"], ["=b", "=c"]),
        (["=a"], ["work=a"], ["=a", "=c"], ["work=a", "=c"]),
        (["=a", "=b"], ["=b", "=a"], ["=a", "=b", "=c"], ["=b", "=c", "=a"]),
        (["=a", "=b"], ["=x", "=a", "=b"], ["=b", "=a"], ["=x", "=b", "=a"]),
        (["work=a"], ["work=b"], ["work=a", "home=c"], ["work=b", "home=c"]),
        (["work=a"], ["work=b"], ["home=a"], ["home=b"]),
        (["work=a"], ["work=a", "work=b"], ["work=b"], ["work=b"]),
        ([], ["=a"], ["=b"], ["=b", "=a"]),
        ([], ["=a", "=b"], ["=b", "=c"], ["=a", "=b", "=c"]),
    ],
)
def test_a_list_merges_entry_by_entry(base: list[str], mine: list[str], theirs: list[str], expected: list[str]) -> None:
    assert merged("profile", "emails", *map_entries(base, mine, theirs)) == emails(*expected)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "ours", "others"),
    [
        (["=a"], ["work=a", "=x"], ["home=a"], ["work=a", "=x"], ["home=a", "=x"]),
        (["work=a"], ["work=b"], ["work=c"], ["work=b"], ["work=c"]),
        (["=a", "=b"], ["=b"], ["work=a", "=b"], ["=b"], ["work=a", "=b"]),
        (["=a", "=b", "=c"], ["=b", "=a", "=c"], ["=c", "=a", "=b"], ["=b", "=a", "=c"], ["=c", "=a", "=b"]),
        (["=a"], ["=x", "=a"], ["=y", "=a"], ["=x", "=y", "=a"], ["=y", "=x", "=a"]),
    ],
)
def test_a_list_asks_only_about_the_entry_or_the_order_that_clashes(
    base: list[str], mine: list[str], theirs: list[str], ours: list[str], others: list[str]
) -> None:
    conflict = opened("profile", "emails", *map_entries(base, mine, theirs))

    assert (conflict.mine, conflict.theirs) == (emails(*ours), emails(*others))


def map_entries(*versions: Sequence[str]) -> list[list[dict[str, str]]]:
    return [emails(*version) for version in versions]


def test_a_list_in_a_new_order_is_taken_from_who_moved_it() -> None:
    result = met("profile", "phones", emails("=1", "=2"), emails("=2", "=1"), emails("=1", "=2"))

    assert result.value == {"phones": emails("=2", "=1")}


def test_attributes_merge_by_key_and_ask_about_those_that_clash() -> None:
    base = {"a": 1, "in": {"x": 1, "y": 1}, "gone": 0}
    mine = {"a": 2, "in": {"x": 2, "y": 1}, "mine": [1]}
    theirs = {"a": 3, "in": {"x": 1, "y": 2}, "gone": 0, "theirs": [2]}

    conflict = opened("document", "attributes", base, mine, theirs)

    rest = {"in": {"x": 2, "y": 2}, "mine": [1], "theirs": [2]}
    assert conflict == FieldConflict("attributes", rest | {"a": 1}, rest | {"a": 2}, rest | {"a": 3})


def test_attributes_nested_on_both_sides_anew_merge() -> None:
    assert merged("document", "attributes", {"a": 1}, {"a": {"b": 1}}, {"a": {"c": 2}}) == {"a": {"c": 2, "b": 1}}


def test_attributes_that_both_nest_differently_ask_what_there_was() -> None:
    versions = ({"a": 1}, {"a": {"b": 1, "c": 0}}, {"a": {"b": 2}})

    conflict = opened("document", "attributes", *versions)

    assert conflict == FieldConflict("attributes", {"a": 1}, {"a": {"b": 1, "c": 0}}, {"a": {"b": 2, "c": 0}})


@pytest.mark.parametrize("values", [(1, 1.0, True), (0, False, 0.0), (None, "", [])])
def test_attributes_that_python_calls_equal_are_told_apart(values: tuple[Any, ...]) -> None:
    for versions in ([{"a": value} for value in values], [{"a": [value]} for value in values]):
        assert opened("document", "attributes", *versions) == FieldConflict("attributes", *versions)


def test_attributes_that_would_grow_too_large_are_a_question() -> None:
    mine, theirs = ({side: "x" * 600_000} for side in "mt")

    assert opened("document", "attributes", {}, mine, theirs) == FieldConflict("attributes", {}, mine, theirs)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "expected"),
    [
        ("one\ntwo\nthree", "ONE\ntwo\nthree", "one\ntwo\nTHREE", "ONE\ntwo\nTHREE"),
        ("one\ntwo", "one", "zero\none\ntwo", "zero\none"),
        ("one", "one\ntwo", "zero\none", "zero\none\ntwo"),
        ("the red car stops", "the blue car stops", "the red bike stops", "the blue bike stops"),
        ("one\ntwo", "ONE\ntwo", "one\nTWO", "ONE\nTWO"),
        ("\u7d05\u3044\u8eca", "\u9752\u3044\u8eca", "\u7d05\u3044\u82b1", "\u9752\u3044\u82b1"),
        ("a (b) c", "a (x) c", "a (b) d", "a (x) d"),
        ("same\n", "same\nmine", "SAME\n", "SAME\nmine"),
    ],
)
def test_a_text_merges_by_line_and_then_by_word(base: str, mine: str, theirs: str, expected: str) -> None:
    assert merged("document", "description", base, mine, theirs) == expected


def test_a_text_asks_only_where_words_overlap() -> None:
    base = "first\nthe red car\nlast"

    conflict = opened("document", "description", base, "FIRST\nthe blue car\nlast", "first\nthe green car\nLAST")

    assert conflict.base == "FIRST\nthe red car\nLAST"
    assert conflict.mine == "FIRST\nthe blue car\nLAST"
    assert conflict.theirs == "FIRST\nthe green car\nLAST"


def test_two_texts_written_anew_are_not_mixed() -> None:
    versions = ("We meet at ten.", "Nobody came today!", "Lunch is on me, friends.")

    assert opened("document", "description", *versions) == FieldConflict("description", *versions)


def test_white_space_at_the_ends_of_lines_is_no_question() -> None:
    assert met("profile", "notes", "a", "b  \nc\n", "b\nc").value == {"notes": "b\nc"}
    assert met("profile", "notes", "a", "a ", "b").value == {"notes": "b"}
    assert met("profile", "notes", "a", "a ", "a").value == {"notes": "a "}


@pytest.mark.parametrize("text", ["x" * (CHARACTERS + 1), "\n" * LINES], ids=["characters", "lines"])
def test_a_text_beyond_the_limit_is_one_value(text: str) -> None:
    versions = (f"a\n{text}\nb", f"A\n{text}\nb", f"a\n{text}\nB")

    assert opened("document", "text", *versions) == FieldConflict("text", *versions)


def test_a_long_text_merges_line_by_line() -> None:
    lines = [f"line {number} of many" for number in range(LINES - 1)]
    mine, theirs, both = list(lines), list(lines), list(lines)
    mine[10::100] = both[10::100] = ["one of mine"] * len(lines[10::100])
    theirs[60::100] = both[60::100] = ["one of theirs"] * len(lines[60::100])

    assert merged("document", "text", *map("\n".join, (lines, mine, theirs))) == "\n".join(both)


def test_a_long_text_that_repeats_itself_stays_open_and_loses_nothing() -> None:
    lines = [f"line {number % 50} of many" for number in range(LINES - 1)]
    mine, theirs = list(lines), list(lines)
    mine[10::100], theirs[60::100] = mine[9::100], theirs[59::100]
    versions = ["\n".join(version) for version in (lines, mine, theirs)]

    assert opened("document", "text", *versions) == FieldConflict("text", *versions)


def test_few_edits_of_a_text_stay_open() -> None:
    # Given 20 lines of 40 words, of which each side changes three words somewhere.
    drawn = random.Random(20)
    words = [f"word{number}" for number in range(500)]
    same_word = open_texts = 0
    rounds = 600
    for _ in range(rounds):
        base = [drawn.choices(words, k=40) for _ in range(20)]
        places = [{(drawn.randrange(20), drawn.randrange(40)) for _ in range(3)} for _ in "mt"]
        sides = [changed(base, these, name) for these, name in zip(places, ("mine", "theirs"), strict=True)]

        result = met("document", "description", as_text(base), *map(as_text, sides))

        same_word += bool(places[0] & places[1])
        open_texts += not result.is_clean
        if result.is_clean:
            assert result.value == {"description": as_text(changed(sides[0], places[1], "theirs"))}

    # Then only those stay open in which both changed one word, and all others hold what both wrote.
    assert open_texts == same_word
    assert open_texts / rounds < 0.015


def changed(base: list[list[str]], places: set[tuple[int, int]], word: str) -> list[list[str]]:
    return [
        [f"{word}{line}" if (line, place) in places else old for place, old in enumerate(words)]
        for line, words in enumerate(base)
    ]


def as_text(lines: list[list[str]]) -> str:
    return "\n".join(map(" ".join, lines))


TOKENS = st.lists(st.lists(st.sampled_from("abcd"), max_size=4), max_size=5)


@settings(max_examples=200)
@given(base=TOKENS, data=st.data())
def test_no_typed_word_is_lost(base: list[list[str]], data: st.DataObject) -> None:
    def typed(side: str) -> str:
        lines = [list(line) for line in base if data.draw(st.booleans())]
        for number in range(data.draw(st.integers(0, 3))):
            line = data.draw(st.integers(0, len(lines)))
            if line == len(lines):
                lines.append([])
            lines[line].insert(data.draw(st.integers(0, len(lines[line]))), f"{side}{number}")
        return as_text(lines)

    mine, theirs = typed("mine"), typed("theirs")

    result = met("profile", "notes", as_text(base), mine, theirs)

    kept = (result.value or {})["notes"].split()
    for conflict in result.conflicts:
        kept += conflict.mine.split() + conflict.theirs.split()
    assert {word for word in (mine + " " + theirs).split() if word[:-1] in ("mine", "theirs")} <= set(kept)


def test_contents_are_never_mixed() -> None:
    one, two = ([{"name": "f", "media_type": "", "bytes": 1, "sha256": digit * 64}] for digit in "ab")

    conflict = opened("document", "contents", [], one, two)

    assert take("document", conflict, "both") == two + one


# --- the window of a link ----------------------------------------------------------------------------------


def test_a_window_that_both_sides_would_turn_round_is_one_question() -> None:
    base = {"valid_from": 10, "valid_until": 20}

    result = merge("link", base, base | {"valid_from": 15}, base | {"valid_until": 12})

    assert result.conflicts == [FieldConflict("valid_from", 10, 15, 10), FieldConflict("valid_until", 20, 20, 12)]
    assert result.value == {"valid_from": 10, "valid_until": 12}
    assert result.taken == {}


def test_a_rule_settles_a_window_as_a_whole() -> None:
    base = {"valid_from": 10, "valid_until": 20}
    mine, theirs = base | {"valid_from": 15}, base | {"valid_until": 12}

    result = merge("link", base, mine, theirs, rules=[Rule(number=1, prefer="mine")])
    half = merge("link", base, mine, theirs, rules=[Rule(number=1, prefer="mine", field="valid_from")])

    assert (result.value, result.conflicts) == (mine, [])
    assert result.taken["valid_until"] == Taken("rule 1 (mine)", 12)
    assert (half.value, len(half.conflicts), half.taken) == (theirs, 2, {})


def test_rules_that_would_turn_a_window_round_leave_it_open() -> None:
    base = {"valid_from": 10, "valid_until": 20}
    rules = [Rule(number=1, prefer="mine", field="valid_from"), Rule(number=2, prefer="theirs", field="valid_until")]

    result = merge("link", base, base | {"valid_from": 15}, base | {"valid_until": 12}, rules=rules)

    assert (result.value, len(result.conflicts), result.taken) == ({"valid_from": 10, "valid_until": 12}, 2, {})


def test_questions_come_in_the_order_of_the_fields() -> None:
    base = {"valid_from": 10, "valid_until": 20, "title": ""}

    result = merge("link", base, base | {"valid_from": 15, "title": "a"}, base | {"valid_until": 12, "title": "b"})

    assert [one.field for one in result.conflicts] == ["valid_from", "valid_until", "title"]


def test_an_open_end_that_could_turn_the_window_round_opens_the_other() -> None:
    base = {"valid_from": 10, "valid_until": 20}
    early, late = {"valid_from": 5, "valid_until": 7}, {"valid_from": 12, "valid_until": 20}

    for mine, theirs in ((early, late), (late, early)):
        result = merge("link", base, mine, theirs)
        assert (result.value, len(result.conflicts)) == (theirs, 2)


def test_a_window_merges_end_by_end() -> None:
    base = {"valid_from": 10, "valid_until": None}

    result = merge("link", base, base | {"valid_from": 11}, base | {"valid_until": 12})

    assert result.value == {"valid_from": 11, "valid_until": 12}


# --- deletion ----------------------------------------------------------------------------------------------

BASE = {"title": "Draft", "tags": ["a"]}
EDITED = {"title": "Report", "tags": ["a"]}


def test_a_deletion_of_what_nobody_changed_is_followed() -> None:
    assert merge("document", BASE, None, BASE) == MergeResult(None, {WHOLE: Taken("mine")}, [])
    assert merge("document", BASE, dict(BASE), None).value is None
    assert merge("document", BASE, None, None) == MergeResult(None, {}, [])


def test_a_deletion_against_an_edit_keeps_the_record_and_asks() -> None:
    result = merge("document", BASE, None, EDITED)

    assert (result.value, result.question) == (EDITED, "deletion")
    assert result.conflicts == [FieldConflict(WHOLE, KEPT, DELETED, KEPT)]
    assert merge("document", BASE, EDITED, None).conflicts == [FieldConflict(WHOLE, KEPT, KEPT, DELETED)]


def test_an_edit_of_a_link_with_a_dead_end_asks_about_the_end() -> None:
    gone = Context(dead_ends=("document",))

    assert merge("link", {"note": ""}, {"note": "x"}, None, context=gone).question == "dangling"
    assert merge("link", {"note": ""}, {"note": ""}, None, context=gone).value is None


def test_a_rule_decides_a_deletion_and_tells_what_it_overruled() -> None:
    kept = merge("document", BASE, None, EDITED, rules=[Rule(number=1, field=WHOLE, prefer="non-empty")])
    gone = merge("document", BASE, None, EDITED, rules=[Rule(number=2, field=WHOLE, prefer="mine")])

    assert (kept.value, kept.taken) == (EDITED, {WHOLE: Taken("rule 1 (non-empty)", DELETED)})
    assert (gone.value, gone.taken) == (None, {WHOLE: Taken("rule 2 (mine)", {"title": "Report"})})


def test_two_new_records_merge_over_an_empty_base() -> None:
    result = merge("document", None, {"title": "One", "tags": ["a"]}, {"title": "One", "tags": ["b"]})

    assert (result.value, result.conflicts) == ({"title": "One", "tags": ["b", "a"]}, [])


def test_an_unknown_field_is_refused_with_those_there_are() -> None:
    with pytest.raises(Invalid, match="it has title"):
        merge("document", {}, {"colour": "red"}, {})


# --- choosing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entity", "name", "mine", "theirs", "expected"),
    [
        ("document", "tags", ["a", "b"], ["b", "c"], ["b", "c", "a"]),
        ("profile", "emails", emails("work=a"), emails("home=a"), emails("home=a", "work=a")),
        ("profile", "notes", "one\nred\nlast", "one\nblue\nlast", "one\nred\nblue\nlast"),
        ("profile", "notes", "", "blue", "blue"),
        ("profile", "notes", "same\nred", "same", "same\nred"),
    ],
)
def test_both(entity: Entity, name: str, mine: Any, theirs: Any, expected: Any) -> None:
    conflict = FieldConflict(name, FIELDS[entity][name].empty, mine, theirs)

    assert take(entity, conflict, "both") == expected


@pytest.mark.parametrize(
    ("entity", "conflict"),
    [
        ("document", FieldConflict("title", "a", "b", "c")),
        ("document", FieldConflict("attributes", {}, {"a": 1}, {"a": 2})),
        ("document", FieldConflict(WHOLE, KEPT, KEPT, DELETED)),
    ],
)
def test_both_of_what_holds_one_value_is_refused(entity: Entity, conflict: FieldConflict) -> None:
    assert take(entity, conflict, "base") == conflict.base
    with pytest.raises(Invalid, match="choose mine"):
        take(entity, conflict, "both")


@pytest.mark.parametrize(
    ("entity", "conflicts", "expected"),
    [
        ("document", [], ""),
        ("document", [FieldConflict("title", "a", "b", "c")], ""),
        ("document", [FieldConflict("title", "a", "a report", "a report of May")], "longest"),
        ("document", [FieldConflict("category", "a", "", "b"), FieldConflict("title", "a", "b", "c")], ""),
        ("link", [FieldConflict("position", 1, None, 3), FieldConflict("category", "a", "", "b")], "non-empty"),
        ("profile", [FieldConflict("emails", [], emails("=a"), emails("work=a"))], "union"),
        ("document", [FieldConflict(WHOLE, KEPT, KEPT, DELETED)], ""),
    ],
)
def test_a_suggestion_settles_most_without_a_loss(
    entity: Entity, conflicts: list[FieldConflict], expected: str
) -> None:
    assert suggest(entity, conflicts) == expected
