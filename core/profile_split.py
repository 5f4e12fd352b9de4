"""One profile that is two: links go from it to another one, to a new one, or back to one that was merged into it.

What was merged in comes back as it was, and what the merge brought to the profile leaves it again as far as nobody
changed it since. A link that both had before the merge is again a link of both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from core import creation, link_moves, merged, ties
from core.errors import Conflict, Invalid, NotFound
from core.fields import Entity
from core.merge import merge
from core.records import Row, load, load_one, stored_fields
from core.store import Connection
from core.values import RecordId, Ref, id_text
from core.write_values import Create, SplitProfile

if TYPE_CHECKING:
    from core.open_request import OpenRequest

REQUEST_THAT_MERGED: Final = (
    "SELECT request_id FROM change WHERE entity = ? AND record_id = ?"
    " AND coalesce(json_extract(after, '$.merged_into'), '') <> '' ORDER BY seq DESC LIMIT 1"
)
REQUEST_THAT_DELETED: Final = (
    "SELECT max(request_id) FROM change"
    " WHERE entity = 'link' AND record_id = ? AND kind = 'deleted' AND request_id <= ?"
)


def split(request: OpenRequest, write: SplitProfile) -> Ref:
    """The profile that has the links now. Raises NotFound, Conflict for what is in the trash, Invalid."""
    request.flush()
    profile = load_one(request.db, Ref("profile", write.profile))
    _refuse_trashed(request, profile)
    links = _chosen_links(request, profile, write.links)
    if write.other is None:
        other = _new_profile(request, profile, links, write.fields)
    else:
        other = _known_profile(request, profile, links, write)
    there = link_moves.at_profile(request.db, other, links)
    moved = []
    for link in links:
        found = there.get(link_moves.key_of(link))
        if found is not None and _was_joined(request.db, found, link):
            _part(request, found, link)
        else:
            moved.append(link)
    link_moves.move(request, moved, other, kind=stored_fields("profile", other)["kind"])
    return Ref("profile", other[1])


# --- the two profiles -----------------------------------------------------------------------------------------


def _refuse_trashed(request: OpenRequest, profile: Row) -> None:
    if profile[6] is not None:
        merged.refuse(request.db, profile, "split that one")
        raise Conflict(f"{request.name('profile', profile)} is in the trash; restore it first")


def _new_profile(request: OpenRequest, profile: Row, links: Sequence[Row], fields: Mapping[str, Any]) -> Row:
    if not fields:
        raise Invalid("name the profile that the links go to: one that was merged into this one, or a new one")
    if not links:
        raise Invalid("choose the links that go to the new profile", "links")
    made = creation.create(request, Create("profile", {"kind": stored_fields("profile", profile)["kind"], **fields}))
    return load_one(request.db, made)


def _known_profile(request: OpenRequest, profile: Row, links: Sequence[Row], write: SplitProfile) -> Row:
    """The one that was named, back from the trash where it was merged into the profile."""
    assert write.other is not None
    if write.other == write.profile:
        raise Invalid("a profile cannot be split from itself; name another one")
    if write.fields:
        raise Invalid("are for a new profile; edit the other one by itself", "fields")
    other = load_one(request.db, Ref("profile", write.other))
    name = request.name("profile", other)
    if other[6] is None:
        if not links:
            raise Invalid(f"choose the links that go to {name}", "links")
        return other
    found = merged.successor(request.db, "profile", other)
    if found is None or found[0] != profile[0]:
        merged.refuse(request.db, other, "split that one")
        raise Conflict(f"{name} is in the trash, and was not merged into this profile; restore it first")
    ties.check_coming(request, other)
    _take_fields_back(request, profile, other)
    _bring_back(request, "profile", other)
    return load_one(request.db, Ref("profile", write.other))


def _bring_back(request: OpenRequest, entity: Entity, row: Row) -> None:
    fields = stored_fields(entity, row)
    before, after = {"merged_into": fields["merged_into"]}, {"merged_into": ""}
    request.update(entity, row, after | {"deleted_at": None}, "restored", before, after)
    request.enter(entity, row[0], fields)
    request.stats["trash"] -= 1


def _take_fields_back(request: OpenRequest, profile: Row, other: Row) -> None:
    """Of a merge into this very profile everything, of one by way of a third the names alone."""
    chain = merged.steps(request.db, "profile", other)
    last = other if len(chain) == 1 else chain[-2]
    brought = _brought_by_merge(request.db, "profile", last, profile)
    if last is not other:
        theirs = stored_fields("profile", other)
        names = {theirs["name"], *theirs["aliases"]}
        before, after = (values.get("aliases", []) for values in brought)
        gone = names & set(after) - set(before)
        brought = ({"aliases": []}, {"aliases": sorted(gone)})
    _undo_fields(request, "profile", profile, *brought)


# --- the links ------------------------------------------------------------------------------------------------


def _chosen_links(request: OpenRequest, profile: Row, ids: Sequence[RecordId]) -> list[Row]:
    found: dict[RecordId, Row] = {}
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), 1_000):
        chunk = wanted[start : start + 1_000]
        rows = load(request.db, "link", f"t.uid IN ({','.join('?' * len(chunk))})", chunk)
        found |= {row[1]: row for row in rows}
    for id in wanted:
        if id not in found:
            raise NotFound(f"there is no link {id_text(id)}")
        if stored_fields("link", found[id])["profile"] != profile[0]:
            title, name = request.name("link", found[id]), request.name("profile", profile)
            raise Invalid(f"{title} is not a link of {name}", "links")
        if found[id][6] is not None:
            raise Conflict(f"the link {request.name('link', found[id])} is in the trash; restore it first")
    return [found[id] for id in wanted]


def _was_joined(db: Connection, gone: Row, link: Row) -> bool:
    """Whether a merge made one link of these two, rather than moving `gone` to where there was none."""
    if gone[6] is None:
        return False
    chain = merged.steps(db, "link", gone)
    if not chain or chain[-1][0] != link[0]:
        return False
    return any(_step_was_join(db, *step) for step in zip((gone, *chain), chain, strict=False))


def _step_was_join(db: Connection, gone: Row, into: Row) -> bool:
    merger = _merger(db, "link", gone)
    made = (
        "SELECT 1 FROM change WHERE entity = 'link' AND record_id = ? AND request_id = ?"
        " AND kind IN ('created', 'restored')"
    )
    if db.execute(made, (into[0], merger)).fetchone() is None:
        return True
    # Both went with their document and came back with it, after their profiles were merged.
    one, other = (db.execute(REQUEST_THAT_DELETED, (row[0], merger)).fetchone() for row in (gone, into))
    return bool(one == other)


def _part(request: OpenRequest, gone: Row, link: Row) -> None:
    """A link that both profiles had is one of both again, each with the fields that it had."""
    _undo_fields(request, "link", link, *_brought_by_merge(request.db, "link", gone, link))
    _bring_back(request, "link", gone)


def _merger(db: Connection, entity: Entity, gone: Row) -> int | None:
    """The request that merged this record away; None where a rule of retention let it go."""
    found = db.execute(REQUEST_THAT_MERGED, (entity, gone[0])).fetchone()
    return found[0] if found else None


# --- what a merge did -----------------------------------------------------------------------------------------


def _brought_by_merge(db: Connection, entity: Entity, gone: Row, into: Row) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the merge that took `gone` away changed in the one that stayed: the fields before and after."""
    merger = _merger(db, entity, gone)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for old, new in db.execute(
        "SELECT before, after FROM change WHERE entity = ? AND record_id = ? AND request_id = ?"
        " AND kind = 'updated' ORDER BY seq",
        (entity, into[0], merger),
    ):
        before = msgspec.json.decode(old) | before
        after |= msgspec.json.decode(new)
    return before, after


def _undo_fields(
    request: OpenRequest, entity: Entity, row: Row, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Back to how the fields were, by the one merge: what was changed since stays."""
    current = stored_fields(entity, row)
    result = merge(entity, after, before, {name: current[name] for name in after})
    request.edit(entity, row, result.value or {})
