"""Priority rules: which side an open field takes, decided by the first rule that can."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal, NoReturn, get_args, get_type_hints

import msgspec

from core.errors import Invalid
from core.field_kinds import Kind
from core.fields import FIELDS, RECORDS, Entity, Field
from core.merge_fields import UNIONS, both
from core.merge_values import KEPT, WHOLE, Context, FieldConflict, Side
from core.values import Actor

Prefer = Literal["mine", "theirs", "newest", "oldest", "longest", "non-empty", "union", "source", "role"]


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What it matches and what it prefers; an empty condition matches everything.

    Whether a record is kept or deleted is asked as of the field "*". Only a rule that names "*" answers that, so that
    none deletes a record by the way.
    """

    name: str = ""
    number: int = 0  # its place in the order, from 1; 0 for one that is not stored
    id: bytes = b""
    revision: int = 0
    entity: str = "any"
    field: str = ""
    relationship: str = ""
    actor: str = ""  # of either side
    source: str = ""  # of either side
    tag: str = ""
    prefer: Prefer
    preferred: str = ""  # the source or role that `prefer` source, role asks for

    @property
    def label(self) -> str:
        """How a decision names it: "rule 3 (newest)", or "newest" for one that is not stored."""
        return f"rule {self.number} ({self.name or self.prefer})" if self.number else self.prefer


SAID: Final = ("entity", "field", "relationship", "actor", "source", "tag", "prefer", "preferred")
"""The fields of what a rule says, whatever it is called and wherever it stands."""
ROLES: Final = ("person", "program", *get_args(get_type_hints(Actor)["via"]))
"""What Side.roles can hold."""


class Decision(msgspec.Struct, frozen=True):
    rule: Rule
    value: Any


def decide(rules: Sequence[Rule], entity: Entity, conflict: FieldConflict, context: Context) -> Decision | None:
    """The value by the first rule that matches and can tell; None when none can."""
    for rule in rules:
        if _matches(rule, entity, conflict.field, context):
            choice = CHOICES[rule.prefer](rule, entity, conflict, context)
            if choice is not None:
                return Decision(rule, choice[0])
    return None


def check_rule(fields: Mapping[str, Any], earlier: Sequence[Rule]) -> None:
    """Raises Invalid for a rule that can match nothing, or that an earlier one always forestalls."""
    rule = Rule(**{name: fields[name] for name in SAID if fields.get(name)})
    _check_conditions(rule)
    _check_preference(rule)
    for number, other in enumerate(earlier, 1):
        _check_against(rule, other, other.number or number)


def find_useless(rules: Sequence[Rule]) -> list[tuple[Rule, str]]:
    """Those of the rules, in their order, that can decide nothing where they stand, each with the reason."""
    found = []
    for place, rule in enumerate(rules):
        try:
            check_rule(msgspec.structs.asdict(rule), rules[:place])
        except Invalid as error:
            found.append((rule, error.reason))
    return found


def _matches(rule: Rule, entity: Entity, field: str, context: Context) -> bool:
    return (
        rule.entity in ("any", entity)
        and (rule.field == field or (not rule.field and field != WHOLE))
        and rule.relationship in ("", context.relationship)
        and rule.actor in ("", context.mine.actor, context.theirs.actor)
        and rule.source in ("", context.mine.source, context.theirs.source)
        and (not rule.tag or rule.tag in context.tags)
    )


# --- preferences: the value in a tuple, or None when it cannot tell ------------------------------------------

Choice = tuple[Any] | None


def _mine(_rule: Rule, _entity: Entity, conflict: FieldConflict, _context: Context) -> Choice:
    return (conflict.mine,)


def _theirs(_rule: Rule, _entity: Entity, conflict: FieldConflict, _context: Context) -> Choice:
    return (conflict.theirs,)


def _newest(_rule: Rule, _entity: Entity, conflict: FieldConflict, context: Context) -> Choice:
    return _greater(conflict, context.mine.at, context.theirs.at)


def _oldest(_rule: Rule, _entity: Entity, conflict: FieldConflict, context: Context) -> Choice:
    return _greater(conflict, context.theirs.at, context.mine.at)


def _longest(_rule: Rule, entity: Entity, conflict: FieldConflict, _context: Context) -> Choice:
    if not _of_kinds(entity, conflict.field, MEASURED):
        return None
    return _greater(conflict, len(conflict.mine), len(conflict.theirs))


def _non_empty(_rule: Rule, _entity: Entity, conflict: FieldConflict, _context: Context) -> Choice:
    """Of a whole record, the side that keeps it."""
    if conflict.field == WHOLE:
        return (KEPT,)
    return _greater(conflict, conflict.mine not in EMPTY, conflict.theirs not in EMPTY)


def _union(_rule: Rule, entity: Entity, conflict: FieldConflict, _context: Context) -> Choice:
    if not _of_kinds(entity, conflict.field, UNIONS):
        return None
    try:
        return (both(FIELDS[entity][conflict.field], conflict.mine, conflict.theirs),)
    except Invalid:
        return None


def _source(rule: Rule, _entity: Entity, conflict: FieldConflict, context: Context) -> Choice:
    return _the_one(conflict, context, lambda side: side.source == rule.preferred)


def _role(rule: Rule, _entity: Entity, conflict: FieldConflict, context: Context) -> Choice:
    return _the_one(conflict, context, lambda side: rule.preferred in side.roles)


def _the_one(conflict: FieldConflict, context: Context, wanted: Callable[[Side], bool]) -> Choice:
    return _greater(conflict, wanted(context.mine), wanted(context.theirs))


def _greater(conflict: FieldConflict, mine: int, theirs: int) -> Choice:
    if mine == theirs:
        return None
    return (conflict.mine if mine > theirs else conflict.theirs,)


def _of_kinds(entity: Entity, name: str, kinds: Mapping[Kind, Any] | frozenset[Kind]) -> bool:
    return name != WHOLE and FIELDS[entity][name].kind in kinds


EMPTY: Final[tuple[Any, ...]] = ("", [], {}, None)
MEASURED: Final[frozenset[Kind]] = frozenset({"line", "text", "set", "list"})
CHOICES: Final[Mapping[Prefer, Callable[[Rule, Entity, FieldConflict, Context], Choice]]] = {
    "mine": _mine,
    "theirs": _theirs,
    "newest": _newest,
    "oldest": _oldest,
    "longest": _longest,
    "non-empty": _non_empty,
    "union": _union,
    "source": _source,
    "role": _role,
}

# --- what makes a rule useless ---------------------------------------------------------------------------------

ALWAYS_TELL: Final = frozenset({"mine", "theirs"})
OPPOSITES: Final = frozenset({frozenset({"mine", "theirs"}), frozenset({"newest", "oldest"})})
CLASHING: Final[Mapping[Entity, Mapping[str, Field]]] = {
    entity: {name: field for name, field in FIELDS[entity].items() if not (field.fixed or field.internal)}
    for entity in RECORDS
}
"""The fields that two versions can leave open; what is fixed or internal never clashes."""


def _check_conditions(rule: Rule) -> None:
    if rule.entity not in ("any", *RECORDS):
        raise Invalid(f"must be one of any, {', '.join(RECORDS)}", "entity")
    if rule.relationship and rule.entity not in ("any", "link"):
        raise Invalid(f"a {rule.entity} has no relationship; leave it empty, or make the rule one of links", "entity")
    if not _records(rule):
        raise Invalid(f"a {rule.entity} has no tags; leave it empty, or make the rule one of documents or links", "tag")
    if not _fields(rule) and rule.field not in ("", WHOLE):
        _refuse_field(rule)


def _refuse_field(rule: Rule) -> NoReturn:
    entities = _records(rule)
    known = ", ".join(dict.fromkeys(name for entity in entities for name in CLASHING[entity]))
    if any(rule.field in FIELDS[entity] for entity in entities):
        whose = f"{rule.field} never clashes"
    else:
        whose = f"a {entities[0]} has no such field" if len(entities) == 1 else "no record has such a field"
    raise Invalid(f"{whose}; name one of {known}, or {WHOLE} for the whole record, or leave it empty", "field")


def _check_preference(rule: Rule) -> None:
    asked = rule.prefer in ("source", "role")
    if asked and not rule.preferred:
        raise Invalid(f"is missing; say which {rule.prefer} the rule prefers", "preferred")
    if rule.preferred and not asked:
        raise Invalid(f"says nothing beside {rule.prefer}; leave it empty, or prefer source or role", "preferred")
    if rule.prefer == "role" and rule.preferred not in ROLES:
        raise Invalid(f"there is no such role; name one of {', '.join(ROLES)}", "preferred")
    for prefer, kinds in (("union", frozenset(UNIONS)), ("longest", MEASURED)):
        if rule.prefer == prefer and rule.field and not any(one.kind in kinds for one in _fields(rule)):
            fitting = ", ".join(_fields_of_kinds(rule, kinds))
            what = "a union" if prefer == "union" else "a length"
            raise Invalid(f"{rule.field} has not {what}; prefer something else, or name one of {fitting}", "prefer")


def _check_against(rule: Rule, earlier: Rule, number: int) -> None:
    if not _covers(earlier, rule):
        return
    both_ways = _covers(rule, earlier)
    if both_ways and frozenset({rule.prefer, earlier.prefer}) in OPPOSITES:
        raise Invalid(
            f"contradicts rule {number}, which prefers {earlier.prefer}; change or delete one of them", "prefer"
        )
    if both_ways and (rule.prefer, rule.preferred) == (earlier.prefer, earlier.preferred):
        raise Invalid(f"says the same as rule {number}; keep one of them", "prefer")
    if _tells_for(earlier, rule):
        raise Invalid(
            f"rule {number} decides all that this one would; move it before rule {number}, or narrow that one",
            "position",
        )


def _covers(earlier: Rule, rule: Rule) -> bool:
    """Whether the earlier rule matches wherever the other does."""
    conditions = ("field", "actor", "source", "tag", "relationship")
    return (
        set(_entities(rule)) <= set(_entities(earlier))
        and (rule.field == WHOLE) == (earlier.field == WHOLE)
        and all(getattr(earlier, name) in ("", getattr(rule, name)) for name in conditions)
    )


def _tells_for(earlier: Rule, rule: Rule) -> bool:
    """Whether the earlier rule can tell wherever the other can."""
    preferences = frozenset({earlier.prefer, rule.prefer})
    return (
        earlier.prefer in ALWAYS_TELL
        or (preferences in OPPOSITES and rule.prefer not in ALWAYS_TELL)
        or (earlier.prefer, earlier.preferred) == (rule.prefer, rule.preferred)
    )


def _records(rule: Rule) -> list[Entity]:
    """The kinds of record that have what its conditions look at: only a link has a relationship, not all have tags."""
    return [
        entity
        for entity in RECORDS
        if rule.entity in ("any", entity)
        and (not rule.relationship or entity == "link")
        and (not rule.tag or "tags" in FIELDS[entity])
    ]


def _entities(rule: Rule) -> list[Entity]:
    """The kinds of record that it can match."""
    return [entity for entity in _records(rule) if rule.field in ("", WHOLE) or rule.field in CLASHING[entity]]


def _fields(rule: Rule) -> list[Field]:
    return [CLASHING[entity][rule.field] for entity in _records(rule) if rule.field in CLASHING[entity]]


def _fields_of_kinds(rule: Rule, kinds: frozenset[Kind]) -> list[str]:
    fields = (field for entity in _records(rule) for field in CLASHING[entity].values())
    return list(dict.fromkeys(field.name for field in fields if field.kind in kinds))
