"""The fields of two records that become one, by the one merge: `mine` is of the one that stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.fields import FIELDS, Entity
from core.merge import merge
from core.merge_values import Context, MergeResult, Taken
from core.rules import Rule


def merge_two(
    entity: Entity, mine: Mapping[str, Any], theirs: Mapping[str, Any], rules: Sequence[Rule], context: Context
) -> MergeResult:
    """From an empty base, so that a field which only one of them fills is as that one has it. The conflicts are what
    both fill and no rule decides; unlike in other merges `value` holds mine of them. Of two times of creation the
    earlier counts, which is nothing to ask about.
    """
    both = [{name: value for name, value in side.items() if name != "created"} for side in (mine, theirs)]
    result = merge(entity, None, *both, rules=rules, context=context)
    value = {**(result.value or {}), **{one.field: one.mine for one in result.conflicts}}
    for name, taken in result.taken.items():
        if taken.how == "both" and FIELDS[entity][name].kind in ("set", "list"):
            value[name] = _first_of(mine[name], value[name])
    value["created"] = min(mine["created"], theirs["created"])
    return MergeResult({name: value[name] for name in mine}, result.taken, result.conflicts)


def taken_of(result: MergeResult) -> dict[str, Taken]:
    """How each field came about, for the log: where mine was kept, theirs is overruled."""
    return result.taken | {one.field: Taken("mine", one.theirs) for one in result.conflicts}


def former_names(value: Mapping[str, Any], *names: str) -> list[str]:
    """The aliases of a merged profile: its own, and the names that it does not have, lest one of them comes back as
    another profile."""
    return [alias for alias in dict.fromkeys((*value["aliases"], *names)) if alias != value["name"]]


def _first_of(mine: Sequence[Any], merged: Sequence[Any]) -> list[Any]:
    """The merged entries, those of mine before the others: the first one of a list counts most."""
    return [one for one in mine if one in merged] + [one for one in merged if one not in mine]
