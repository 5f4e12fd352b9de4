"""Two profiles that are one person become one.

The one that stays (`into`) takes up the fields and the links of the other; the other goes to the trash, where
`merged_into` tells what stands for it. Its name and aliases become aliases. Its external ids and what sources said of
it stay with it: who looks for them is led to the one that stays, no row of a file makes the other anew, and what a
source says of the one is never taken for a word about the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from core import confidential, conflicts, link_moves, meeting, merged, ties
from core.confidential import Parts
from core.errors import Conflict, Invalid
from core.fields import FIELDS, check_fields
from core.merge_values import MergeResult, Taken
from core.one_of_two import former_names, merge_two, taken_of
from core.reading import Reading
from core.records import Row, load, load_one, stored_fields
from core.rule_store import stored_rules
from core.rules import Rule
from core.store import Connection
from core.values import RecordId, Ref, id_text
from core.write_values import MergeProfiles, ProfileMerge

if TYPE_CHECKING:
    from core.open_request import OpenRequest

OWN: Final = frozenset({"merged_into", "distinct_from"})
"""The fields that a merge sets by itself."""


def preview(reading: Reading, into: RecordId, other: RecordId) -> ProfileMerge:
    """What the merge would do if nobody decided anything. Whether the links suit the kind of the one that stays, which
    may be decided otherwise, is left to the merge. Raises NotFound, Conflict, Invalid."""
    db = reading.db
    for id in (into, other):
        reading.see(Ref("profile", id))
    stays, goes = _two(db, into, other)
    result = _merged_fields(db, stays, goes, {}, stored_rules(db))
    links = link_moves.links_of(db, goes)
    seen = reading.seen("link", [row[0] for row in links])
    links = [row for row in links if row[0] in seen]
    there = link_moves.at_profile(db, stays, links)
    joined = sum(row[6] is None for row in there.values())
    one, two = (reading.record("profile", row) for row in (stays, goes))
    shown = _without_withheld(result, [reading.kept_from("profile", row[0]) for row in (stays, goes)])
    return ProfileMerge(one, two, shown, len(links) - joined, joined)


def merge(request: OpenRequest, write: MergeProfiles) -> Ref:
    """What clashes and `fields` do not decide stays as `into` has it, and the log tells what that overruled.

    Raises NotFound, Conflict for a profile in the trash, Stale, Invalid. Costs about 150 us a link.
    """
    db = request.db
    stays, goes = _two(db, write.into, write.other)
    for row, version in zip((stays, goes), write.versions or (stays[3], goes[3]), strict=True):
        if version != row[3]:
            raise Reading(db, request.viewer).stale("profile", row)
    ties.check_merging(request, stays, goes)
    decided = _decided(confidential.check_merge(request, stays, goes, write.fields))
    result = _merged_fields(db, stays, goes, decided, request.rules)
    assert result.value is not None
    kind = result.value["kind"]
    if kind != stored_fields("profile", stays)["kind"]:
        link_moves.check_kinds(db, link_moves.links_of(db, stays), request.name("profile", stays), kind)
    link_moves.move(request, link_moves.links_of(db, goes), stays, kind=kind)
    request.edit("profile", stays, check_fields("profile", result.value), taken_of(result))
    conflicts.hand_over(request, "profile", goes[0], load(db, "profile", "t.id = ?", (stays[0],))[0])
    after = {"merged_into": id_text(stays[1])}
    before = {"merged_into": stored_fields("profile", goes)["merged_into"]}
    request.update("profile", goes, after | {"deleted_at": request.at}, "deleted", before, after)
    request.leave("profile", goes[0], stored_fields("profile", goes))
    return Ref("profile", stays[1])


# --- what is merged -------------------------------------------------------------------------------------------


def _without_withheld(result: MergeResult, kept: Sequence[Parts]) -> MergeResult:
    """What is withheld of either profile is not told of both."""
    parts = Parts(attributes=frozenset().union(*(one.attributes for one in kept)))
    if not parts or result.value is None:
        return result
    return MergeResult(
        confidential.left_out(parts, result.value)[0],
        confidential.left_out_of_taken(parts, result.taken)[0],
        confidential.left_out_of_open(parts, result.conflicts)[0],
        result.question,
    )


def _two(db: Connection, into: RecordId, other: RecordId) -> tuple[Row, Row]:
    if into == other:
        raise Invalid("a profile cannot be merged with itself; name two profiles")
    stays, goes = (load_one(db, Ref("profile", id)) for id in (into, other))
    for row in (stays, goes):
        if row[6] is not None:
            merged.refuse(db, row, "merge with that one")
            raise Conflict(f"{stored_fields('profile', row)['name']} is in the trash; restore it first")
    return stays, goes


def _decided(fields: Mapping[str, Any]) -> dict[str, Any]:
    if found := OWN & fields.keys():
        raise Invalid("is set by the merge itself", min(found))
    return check_fields("profile", fields)


def _merged_fields(
    db: Connection, stays: Row, goes: Row, decided: Mapping[str, Any], rules: Sequence[Rule]
) -> MergeResult:
    """Every field of the one that stays; `decided` stands above everything."""
    mine, theirs = (stored_fields("profile", row) for row in (stays, goes))
    sides = [conflicts.last_side(db, "profile", row[0]) for row in (stays, goes)]
    context = meeting.context_of(db, "profile", mine, *sides)
    mine, theirs = ({name: value for name, value in one.items() if name not in OWN} for one in (mine, theirs))
    result = merge_two("profile", mine, theirs, rules, context)
    assert result.value is not None
    taken = result.taken | {name: _taken(name, value, mine, theirs) for name, value in decided.items()}
    value = {**result.value, **decided}
    value["aliases"] = former_names(value, mine["name"], theirs["name"])
    value |= {"distinct_from": _distinct(stays, goes), "merged_into": ""}
    return MergeResult(value, taken, [one for one in result.conflicts if one.field not in decided])


def _taken(name: str, value: Any, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> Taken:
    """What a person decided; what that leaves out of the other profile is told as overruled."""
    same = FIELDS["profile"][name].same
    if same(value, theirs[name]):
        return Taken("theirs", mine[name])
    return Taken("mine" if same(value, mine[name]) else "value", theirs[name])


def _distinct(stays: Row, goes: Row) -> list[str]:
    """Whom either was told apart from, but for each other."""
    marks = (mark for row in (stays, goes) for mark in stored_fields("profile", row)["distinct_from"])
    return [mark for mark in dict.fromkeys(marks) if mark not in (id_text(stays[1]), id_text(goes[1]))]
