"""Links that go from one profile to another, when profiles are merged or split.

The profile of a link never changes, so a move is: link anew at the new profile, with all that the link holds, and
unlink at the old one. The unlinked row names the new one (`merged_into`), so that the history of both can be read.
A link that is in the trash when its profile is merged away moves when somebody restores it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from core import conflicts, merged, trash
from core.errors import Conflict, Invalid
from core.fields import FIELDS
from core.links import link_id
from core.meeting import context_of
from core.one_of_two import merge_two, taken_of
from core.records import ENDS, Row, filled, in_chunks, load, stored_fields
from core.store import Connection
from core.values import Ref, id_text

if TYPE_CHECKING:
    from core.open_request import OpenRequest

Key = tuple[int, int]
"""The document and the type of a link, which say which link of a profile it is."""

HAS_CONFLICT: Final = "SELECT 1 FROM conflict WHERE entity = 'link' AND record_id = ? AND deleted_at IS NULL"
PLACE: Final = frozenset({*ENDS, "merged_into"})
"""The fields of a link that say where it stands; a move leaves out these."""


def links_of(db: Connection, profile: Row) -> list[Row]:
    """The living links, by link_of_profile."""
    return load(db, "link", "t.profile_id = ? AND t.deleted_at IS NULL ORDER BY t.id", (profile[0],))


def at_profile(db: Connection, profile: Row, links: Sequence[Row]) -> dict[Key, Row]:
    """The links of that profile, in the trash or not, to the same documents in the same relationships."""
    wanted = {key_of(link) for link in links}
    documents = list({document for document, _ in wanted})
    found: list[Row] = []
    for start in range(0, len(documents), 1_000):
        chunk = documents[start : start + 1_000]
        places = ",".join("?" * len(chunk))
        found += load(db, "link", f"t.profile_id = ? AND t.document_id IN ({places})", (profile[0], *chunk))
    return {key: row for row in found if (key := key_of(row)) in wanted}


def key_of(link: Row) -> Key:
    fields = stored_fields("link", link)
    return fields["document"], fields["type"]


def move(request: OpenRequest, links: Sequence[Row], profile: Row, *, kind: str) -> None:
    """To that profile, which is of that kind; a link that it has already takes the fields of the other up.

    Raises Invalid for a relationship type that is not for this kind. Costs about 150 us a link.
    """
    check_kinds(request.db, links, request.name("profile", profile), kind)
    there = at_profile(request.db, profile, links)
    uids = _uids(request.db, links, profile)
    for link in links:
        _bring(request, link, profile, there.get(key_of(link)), uids[link[0]])
        unlink(request, link, uids[link[0]])


def restore(request: OpenRequest, link: Row) -> Ref:
    """From the trash, to the profile that stands for its own where that was merged away. Returns the link that lives.

    Raises Conflict while what it joins is in the trash and when another link stands for it, Invalid for a relationship
    type that is not for the kind of the profile that it comes to.
    """
    if link[6] is None:
        return Ref("link", link[1])
    fields = stored_fields("link", link)
    (own,) = load(request.db, "profile", "t.id = ?", (fields["profile"],))
    profile = merged.successor(request.db, "profile", own) or own
    stands = merged.successor(request.db, "link", link)
    if stands is not None and profile is not own and ("link", stands[0]) in request.touched:
        return Ref("link", stands[1])  # it has come back in this request, with its document
    refuse_moved(request, link)
    trash.refuse_trashed_ends(request, fields | {"profile": profile[0]})
    if profile is own:
        revive(request, link, fields)
        return Ref("link", link[1])
    return _restore_at(request, link, profile)


def refuse_moved(request: OpenRequest, link: Row) -> None:
    """Raises Conflict for a link in the trash while another one stands for it, which it would double."""
    stands = merged.successor(request.db, "link", link)
    if stands is not None and stands[6] is None:
        name, other = (request.name("link", row) for row in (link, stands))
        raise Conflict(f"{name} stands as {other} now; split that profile to take it back, or unlink that one first")


def check_kinds(db: Connection, links: Sequence[Row], name: str, kind: str) -> None:
    """Raises Invalid for a relationship type of these links that is not for profiles of this kind."""
    ids = list({type for _, type in map(key_of, links)})
    for type, kinds_json in in_chunks(db, "SELECT name, profile_kinds FROM relationship_type WHERE id IN", ids):
        kinds = msgspec.json.decode(kinds_json)
        if kinds and kind not in kinds:
            raise Invalid(
                f'"{type}" links {" and ".join(kinds)} profiles, and {name} is of kind {kind};'
                " choose another kind, or unlink these first",
                "kind",
            )


def unlink(request: OpenRequest, link: Row, into: bytes) -> None:
    """To the trash, with the id of the link that stands for it now."""
    fields = stored_fields("link", link)
    _hand_conflicts_over(request, link, into)
    before, after = {"merged_into": fields["merged_into"]}, {"merged_into": id_text(into)}
    request.update("link", link, after | {"deleted_at": request.at}, "deleted", before, after)
    request.leave("link", link[0], fields)


def revive(request: OpenRequest, link: Row, fields: Mapping[str, Any]) -> None:
    """From the trash, with these fields beside its own ends and type."""
    current = stored_fields("link", link)
    wanted = {name: value for name, value in fields.items() if name not in PLACE} | {"merged_into": ""}
    after = {name: value for name, value in wanted.items() if not FIELDS["link"][name].same(value, current[name])}
    before = {name: current[name] for name in after}
    columns = request.columns("link", after) | {"deleted_at": None}
    request.update("link", link, columns, "restored", before, after)
    request.enter("link", link[0], current)
    request.stats["trash"] -= 1


# --- helpers ------------------------------------------------------------------------------------------------


def _restore_at(request: OpenRequest, link: Row, profile: Row) -> Ref:
    """The link in the trash stays there, and names the one that is at that profile now."""
    check_kinds(request.db, [link], request.name("profile", profile), stored_fields("profile", profile)["kind"])
    into = _uids(request.db, [link], profile)[link[0]]
    _bring(request, link, profile, at_profile(request.db, profile, [link]).get(key_of(link)), into)
    _hand_conflicts_over(request, link, into)
    before, after = {"merged_into": stored_fields("link", link)["merged_into"]}, {"merged_into": id_text(into)}
    request.update("link", link, after, "updated", before, after)
    return Ref("link", into)


def _bring(request: OpenRequest, link: Row, profile: Row, found: Row | None, uid: bytes) -> None:
    """What the link holds, to the link `found` at that profile or to a new one."""
    if found is None:
        _link_anew(request, link, profile, uid)
    elif found[6] is None:
        _join(request, link, found)
    else:
        revive(request, found, stored_fields("link", link))


def _hand_conflicts_over(request: OpenRequest, link: Row, into: bytes) -> None:
    if request.db.execute(HAS_CONFLICT, (link[0],)).fetchone():
        conflicts.hand_over(request, "link", link[0], load(request.db, "link", "t.uid = ?", (into,))[0])


def _link_anew(request: OpenRequest, link: Row, profile: Row, uid: bytes) -> None:
    fields = stored_fields("link", link) | {"profile": profile[0], "merged_into": ""}
    version = request.next_version()
    columns = request.columns("link", fields) | {
        "uid": uid,
        "revision": 1,
        "version": version,
        "updated_at": request.at,
    }
    id = request.insert("link", columns)
    request.enter("link", id, fields)
    request.log("link", id, "created", 1, version, {}, filled("link", fields))
    request.touched["link", id] = None


def _join(request: OpenRequest, link: Row, found: Row) -> None:
    """The one that is there takes up what the other holds; where they clash it keeps its own."""
    mine, theirs = stored_fields("link", found), stored_fields("link", link)
    sides = [conflicts.last_side(request.db, "link", row[0]) for row in (found, link)]
    context = context_of(request.db, "link", mine, *sides)
    result = merge_two("link", _held(mine), _held(theirs), request.rules, context)
    request.edit("link", found, result.value or {}, taken_of(result))


def _held(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in PLACE}


def _uids(db: Connection, links: Sequence[Row], profile: Row) -> dict[int, bytes]:
    """For each link, by its local id, the public id that it has at that profile."""
    keys = {link[0]: key_of(link) for link in links}
    documents = dict(
        in_chunks(db, "SELECT id, uid FROM document WHERE id IN", list({document for document, _ in keys.values()}))
    )
    types = dict(
        in_chunks(db, "SELECT id, uid FROM relationship_type WHERE id IN", list({t for _, t in keys.values()}))
    )
    return {id: link_id(documents[document], profile[1], types[type]) for id, (document, type) in keys.items()}
