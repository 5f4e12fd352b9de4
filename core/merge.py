"""The one merge: pure, and the only place where two versions of a record meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from core.errors import Invalid
from core.fields import FIELDS, Entity, Field, field
from core.merge_fields import both, means_same, merge_field
from core.merge_values import DELETED, KEPT, WHOLE, Context, FieldConflict, MergeResult, Take, Taken
from core.rules import Rule, decide

NOBODY = Context()
_BOTH: Final = Taken("both")
_SIDES: Final = {"mine": Taken("mine"), "theirs": Taken("theirs")}


def merge(
    entity: Entity,
    base: Mapping[str, Any] | None,
    mine: Mapping[str, Any] | None,
    theirs: Mapping[str, Any] | None,
    *,
    rules: Sequence[Rule] = (),
    context: Context = NOBODY,
) -> MergeResult:
    """What comes of a record that both sides started from as `base`; `theirs` is what is stored now.

    A field that base lacks is empty there, and one that a side lacks is as in base. None stands for a deletion, and
    as base for a record that neither side knew. Takes any stored values, and raises Invalid for an unknown field only.
    """
    if mine is None or theirs is None:
        return _merge_deletion(entity, base or {}, mine, theirs, rules, context)
    merged = _Merge(entity, rules, context)
    for one, versions in _aligned(entity, base or {}, mine, theirs).items():
        merged.add(FIELDS[entity][one], *versions)
    if entity == "link" and merged.may_turn_window():
        merged.open_window()
    return MergeResult(merged.value, merged.taken, list(merged.conflicts.values()))


def take(entity: Entity, conflict: FieldConflict, choice: Take) -> Any:
    """The value that the choice gives the field; raises Invalid for `both` of a field that holds one value."""
    if choice != "both":
        return {"mine": conflict.mine, "theirs": conflict.theirs, "base": conflict.base}[choice]
    if conflict.field == WHOLE:
        raise Invalid("a record cannot be both kept and deleted; choose mine or theirs")
    return both(field(entity, conflict.field), conflict.mine, conflict.theirs)


def suggest(entity: Entity, conflicts: Sequence[FieldConflict]) -> str:
    """The preference of core.fields.PREFERENCES that would settle most of them without a loss, "" when none does."""
    counts = Counter(name for conflict in conflicts for name in _lossless(entity, conflict))
    name, count = next(iter(counts.most_common(1)), ("", 0))
    return name if count * 2 > len(conflicts) else ""


# --- fields --------------------------------------------------------------------------------------------------

_WINDOW: Final = ("valid_from", "valid_until")


class _Merge:
    """A merge under way: the fields that were merged so far."""

    def __init__(self, entity: Entity, rules: Sequence[Rule], context: Context) -> None:
        self.entity, self.rules, self.context = entity, rules, context
        self.value: dict[str, Any] = {}
        self.taken: dict[str, Taken] = {}
        self.conflicts: dict[str, FieldConflict] = {}
        self.versions: dict[str, tuple[Any, Any, Any]] = {}

    def add(self, field: Field, base: Any, mine: Any, theirs: Any) -> None:
        name = field.name
        self.versions[name] = base, mine, theirs
        side = _changed_side(field, base, mine, theirs)
        if side:
            self.value[name] = mine if side == "mine" else theirs
            if not means_same(field, mine, theirs):
                self.taken[name] = _SIDES[side]
            return
        versions = merge_field(field, base, mine, theirs)
        if means_same(field, versions.mine, versions.theirs):
            self.value[name], self.taken[name] = versions.theirs, _BOTH
        else:
            self.decide(FieldConflict(name, *versions))

    def decide(self, conflict: FieldConflict) -> None:
        """Lets the rules settle it, or leaves it open with theirs current."""
        name = conflict.field
        decision = decide(self.rules, self.entity, conflict, self.context)
        self.value[name] = decision.value if decision else conflict.theirs
        if decision:
            overruled = _overruled(FIELDS[self.entity][name], conflict, decision.value)
            self.taken[name] = Taken(decision.rule.label, overruled)
        else:
            self.conflicts[name] = conflict

    def may_turn_window(self) -> bool:
        """Whether a link would end before it begins, by some choice for an end that is open."""
        firsts, lasts = map(self._possible, _WINDOW)
        return any(first is not None and last is not None and last < first for first in firsts for last in lasts)

    def _possible(self, name: str) -> tuple[Any, ...]:
        if name in self.conflicts:
            return self.conflicts[name].mine, self.conflicts[name].theirs
        return (self.value.get(name),)

    def open_window(self) -> None:
        """Makes one question of both ends of a window that may end before it begins. Rules have to answer for both
        of them, and with a window that does not."""
        for name in _WINDOW:
            self.taken.pop(name, None)
            self.conflicts.pop(name, None)
            self.decide(FieldConflict(name, *self.versions[name]))
        if self.may_turn_window() or not self.conflicts.keys().isdisjoint(_WINDOW):
            for name in _WINDOW:
                self.taken.pop(name, None)
                self.conflicts[name] = FieldConflict(name, *self.versions[name])
                self.value[name] = self.conflicts[name].theirs
        self.conflicts = {name: self.conflicts[name] for name in self.value if name in self.conflicts}


def _aligned(
    entity: Entity, base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> dict[str, tuple[Any, Any, Any]]:
    """Base, mine and theirs of each field that one of them has, in the order of the entity's fields."""
    names = base.keys() | mine.keys() | theirs.keys()
    if unknown := names - FIELDS[entity].keys():
        field(entity, min(unknown))
    empty = {name: FIELDS[entity][name].empty for name in names - base.keys()}
    before = {**empty, **base}
    return {
        name: (before[name], mine.get(name, before[name]), theirs.get(name, before[name]))
        for name in FIELDS[entity]
        if name in names
    }


def _changed_side(field: Field, base: Any, mine: Any, theirs: Any) -> str:
    """The side to take when at most one changed the field, or both did the same; "" otherwise. Equal values count
    before those that only mean the same, so that a change of white space alone is taken when it is alone."""
    for same in (Field.same, means_same):
        if same(field, theirs, base):
            return "mine"
        if same(field, mine, base) or same(field, mine, theirs):
            return "theirs"
        if field.kind != "text":
            break
    return ""


def _overruled(field: Field, conflict: FieldConflict, value: Any) -> Any:
    """The side that lost to the value; None when it holds both."""
    if field.same(value, conflict.theirs):
        return conflict.mine
    return conflict.theirs if field.same(value, conflict.mine) else None


# --- the whole record -----------------------------------------------------------------------------------------


def _merge_deletion(
    entity: Entity,
    base: Mapping[str, Any],
    mine: Mapping[str, Any] | None,
    theirs: Mapping[str, Any] | None,
    rules: Sequence[Rule],
    context: Context,
) -> MergeResult:
    """Who deleted a record that the other left alone is followed; against an edit it is a question, and the record
    stays until it is answered."""
    living = theirs if mine is None else mine
    if living is None:
        return MergeResult(None, {}, [])
    versions = _aligned(entity, base, living, living)
    value = {name: after for name, (_, after, _) in versions.items()}
    edited = {
        name: after
        for name, (before, after, _) in versions.items()
        if not means_same(FIELDS[entity][name], before, after)
    }
    if not edited:
        return MergeResult(None, {WHOLE: _SIDES["mine" if mine is None else "theirs"]}, [])
    sides = (KEPT, DELETED) if theirs is None else (DELETED, KEPT)
    conflict = FieldConflict(WHOLE, KEPT, *sides)
    decision = decide(rules, entity, conflict, context)
    if decision is None:
        dangling = entity == "link" and bool(context.dead_ends)
        return MergeResult(value, {}, [conflict], "dangling" if dangling else "deletion")
    if decision.value == KEPT:
        return MergeResult(value, {WHOLE: Taken(decision.rule.label, DELETED)}, [])
    return MergeResult(None, {WHOLE: Taken(decision.rule.label, edited)}, [])


# --- suggestions ----------------------------------------------------------------------------------------------


def _lossless(entity: Entity, conflict: FieldConflict) -> list[str]:
    """The preferences that settle it so that nothing typed is dropped."""
    if conflict.field == WHOLE:
        return []
    one, mine, theirs = field(entity, conflict.field), conflict.mine, conflict.theirs
    if one.empty in (mine, theirs):
        return ["non-empty"]
    if one.kind in ("text", "line"):
        return ["longest"] if mine in theirs or theirs in mine else []
    if one.kind in ("set", "list", "contents") and _fits_both(one, mine, theirs):
        return ["union"]
    return []


def _fits_both(field: Field, mine: Any, theirs: Any) -> bool:
    """Whether the union holds each entry of either side."""
    try:
        united = both(field, mine, theirs)
    except Invalid:
        return False
    return all(entry in united for entry in (*mine, *theirs))
