"""Which action each write needs, and the checks of the write path, which stand before anything is written.

Whoever is unrestricted passes at once. What the viewer may not see is answered as what does not exist; what it may see
and not change, with one sentence that denies it. A record that passed counts as checked in this request, and with it
what follows from its change: its links, the conflicts about it. Nothing else can get into the log (`fence`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from core import access, conflicts, escalation, merged, trash
from core.access import Hidden
from core.errors import Denied, NotFound
from core.fields import Entity
from core.merge_values import WHOLE
from core.records import TABLES, in_chunks, load, names, stored_fields
from core.rights import AREA_OF, has
from core.store import Connection
from core.values import Ref
from core.viewer import Viewer
from core.write_values import Delete, Edit, MergeProfiles, Resolve, Restore, SplitProfile

if TYPE_CHECKING:
    from core.open_request import OpenRequest

NEW: Final = 0
"""In place of a local id: a record that is about to be made."""
EVERY: Final = -1
"""In place of a local id: all of the kind."""
ON_RECORDS: Final = ("document", "profile")
GRANTING: Final = ("share", "administer")
"""What a link may grant that whoever may link does not have by that."""

Changing = Edit | Delete | Restore | Resolve | MergeProfiles | SplitProfile


def check(request: OpenRequest, write: Changing) -> None:
    """Of a change of what is there. Raises NotFound, Denied, ReasonNeeded."""
    if request.viewer.unrestricted:
        return
    if isinstance(write, Resolve):
        _check_resolve(request, write)
    elif isinstance(write, MergeProfiles):
        for profile in (write.into, write.other):
            require(request, Ref("profile", profile), "share")
    elif isinstance(write, SplitProfile):
        _check_split(request, write)
    elif write.ref.entity == "conflict":
        require(request, write.ref, "see")
    else:
        id = require(request, write.ref, action_for(write.ref.entity))
        if write.ref.entity == "link":
            check_granting(request, id)
    if isinstance(write, Edit):
        _refuse_merged_into(request, write.fields)


def check_new(request: OpenRequest, entity: Entity, fields: Mapping[str, Any]) -> None:
    """Of a new record whose fields are sound. Raises NotFound, Denied, ReasonNeeded."""
    if request.viewer.unrestricted:
        return
    _refuse_merged_into(request, fields)
    if entity == "link":
        document, profile = (require(request, Ref(end, fields[end]), "link") for end in ("document", "profile"))
        check_new_links(request, [(document, profile, fields["type"])])
    elif entity == "grant" and fields["target_kind"] in ON_RECORDS and not _administers(request.viewer):
        _check_shared(request, fields)
    else:
        access.require_area(request.viewer, AREA_OF[entity], action_for(entity), f"make a new {entity}")
    if entity == "type":
        check_grants_of_type(request, fields.get("grants", "none"))
    request.checked.add((entity, NEW))


def check_new_links(request: OpenRequest, links: Iterable[tuple[int, int, str]]) -> None:
    """Of many at once: the local ids of document and profile, and the name of the type."""
    if request.viewer.unrestricted:
        return
    granting = dict(request.db.execute("SELECT name, grants FROM relationship_type WHERE deleted_at IS NULL"))
    for document, profile, type in links:
        demand(request, "document", document, "link")
        demand(request, "profile", profile, "link")
        _check_granting(request, document, type, granting.get(type, "none"))


def check_purge(request: OpenRequest) -> None:
    """Raises Denied, ReasonNeeded."""
    if request.viewer.unrestricted:
        return
    for area in ("documents", "profiles"):
        access.require_area(request.viewer, area, "administer", "empty the trash for good")
    request.checked.update((entity, EVERY) for entity in TABLES)


def check_erasure(request: OpenRequest, profile: Ref) -> None:
    """Raises NotFound, Denied, ReasonNeeded."""
    require(request, profile, "administer")
    access.require_area(request.viewer, "profiles", "administer", "erase a person for good")


def check_prune(request: OpenRequest) -> None:
    """Raises Denied, ReasonNeeded."""
    access.require_area(request.viewer, "audit", "administer", "remove what the rules of retention let go")


def check_granting(request: OpenRequest, link: int) -> None:
    """Raises Denied for a link whose type grants what the viewer itself may not do with the document."""
    document, type, grants = request.db.execute(
        "SELECT l.document_id, t.name, t.grants FROM link l JOIN relationship_type t ON t.id = l.type_id"
        " WHERE l.id = ?",
        (link,),
    ).fetchone()
    _check_granting(request, document, type, grants)


def check_change(request: OpenRequest, entity: Entity, current: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Of values that came about in whatever way: by a merge, a choice, an undo. Raises Denied, ReasonNeeded."""
    if entity == "type" and "grants" in after and not request.viewer.unrestricted:
        check_grants_of_type(request, after["grants"], current["grants"])


def check_grants_of_type(request: OpenRequest, grants: str, granted: str = "none") -> None:
    """Whoever lets a type grant an action, or no longer, has it on all documents; who lets it, for good. Raises Denied,
    ReasonNeeded."""
    for action in {grants, granted} - {"none"}:
        access.require_area(request.viewer, "documents", action, f"let a relationship type grant {action}")
    if grants != "none":
        escalation.check_for_good(request.viewer, "documents", grants, f"let a relationship type grant {grants}")


# --- one record -----------------------------------------------------------------------------------------------


def action_for(entity: Entity) -> str:
    """What a change of a record of this kind needs; a link needs it on both of its ends."""
    return access.TO_CHANGE.get(entity, "administer")


def require(request: OpenRequest, ref: Ref, action: str) -> int:
    """The local id of a record that the viewer may do this with. Raises NotFound, Denied, ReasonNeeded."""
    id = _local_id(request.db, ref)
    try:
        demand(request, ref.entity, id, action)
    except Hidden:
        raise Hidden(ref) from None
    return id


def demand(request: OpenRequest, entity: Entity, id: int, action: str) -> None:
    """The same of a local id, which there is. What was merged into another asks it of that one: the write goes there,
    or is refused in its name."""
    if request.viewer.unrestricted or (entity, id, action) in request.allowed:
        return
    bearers = _bearers(request.db, entity, id)
    if not all(has(rights_on(request, *bearer), action) for bearer in bearers):
        access.require(request.db, request.viewer, entity, id, action)
        name, title = request.viewer.identity.name, names(request.db, entity, [id])[id].title
        raise Denied(f"{name} may not {action} what {title} was merged into")
    request.allowed.add((entity, id, action))
    request.checked.update(((entity, id), *bearers))


def demand_of_itself(request: OpenRequest, entity: Entity, id: int, action: str) -> None:
    """The same of a record that is to come back: not of what it was merged into."""
    access.require(request.db, request.viewer, entity, id, action)
    request.checked.add((entity, id))


def _local_id(db: Connection, ref: Ref) -> int:
    found = db.execute(f"SELECT id FROM {TABLES[ref.entity]} WHERE uid = ?", (ref.id,)).fetchone()
    if not found:
        raise NotFound(f"there is no {ref}")
    return cast(int, found[0])


def rights_on(request: OpenRequest, entity: Entity, id: int) -> int:
    return access.rights_on(request.db, request.viewer, entity, id)


def _bearers(db: Connection, entity: Entity, id: int) -> list[tuple[Entity, int]]:
    """The record, or what stands for it; of a link whose profile was merged away, its document and that other one."""
    rows = load(db, entity, "t.id = ? AND t.deleted_at IS NOT NULL", (id,)) if entity in merged.MERGEABLE else []
    if not rows:
        return [(entity, id)]
    stands = merged.successor(db, entity, rows[0]) or rows[0]
    if entity == "profile":
        return [(entity, stands[0])]
    fields = stored_fields("link", stands)
    profile = load(db, "profile", "t.id = ?", (fields["profile"],))[0]
    other = merged.successor(db, "profile", profile)
    return [("link", stands[0])] if other is None else [("document", fields["document"]), ("profile", other[0])]


# --- the parts of a write ---------------------------------------------------------------------------------------


def _check_resolve(request: OpenRequest, write: Resolve) -> None:
    found = request.db.execute("SELECT id, entity, record_id FROM conflict WHERE uid = ?", (write.conflict,)).fetchone()
    if not found:
        raise NotFound(conflicts.UNKNOWN)
    conflict, entity, id = found
    try:
        check_settling(request, entity, id, whole=WHOLE in write.choices)
    except Hidden:
        raise Hidden(Ref("conflict", write.conflict), conflicts.UNKNOWN) from None
    request.checked.add(("conflict", conflict))


def check_settling(request: OpenRequest, entity: Entity, id: int, *, whole: bool) -> None:
    """Of a conflict about this record, `whole` where it asks whether the record stays: a link that does brings back
    what it joins. Raises NotFound, Denied, ReasonNeeded."""
    if request.viewer.unrestricted:
        return
    if not request.db.execute(f"SELECT 1 FROM {TABLES[entity]} WHERE id = ?", (id,)).fetchone():
        raise Hidden(Ref(entity, bytes(16)), conflicts.UNKNOWN)  # it was purged, and nobody knows who saw it
    demand(request, entity, id, action_for(entity))
    if entity != "link":
        return
    check_granting(request, id)
    if whole:
        fields = stored_fields("link", load(request.db, "link", "t.id = ?", (id,))[0])
        for end in trash.trashed_ends(request.db, fields):
            demand(request, end, fields[end], action_for(end))


def _check_split(request: OpenRequest, write: SplitProfile) -> None:
    require(request, Ref("profile", write.profile), "share")
    if write.other is not None:
        demand_of_itself(request, "profile", _local_id(request.db, Ref("profile", write.other)), "share")
    for link in dict.fromkeys(write.links):
        check_granting(request, require(request, Ref("link", link), "link"))


def _refuse_merged_into(request: OpenRequest, fields: Mapping[str, Any]) -> None:
    """Ties and names follow a record to the one that it is said to be merged into."""
    if fields.get("merged_into"):
        raise Denied(f"{request.viewer.identity.name} may not set merged_into; merge the two profiles instead")


def _check_granting(request: OpenRequest, document: int, type: str, grants: str) -> None:
    if grants not in GRANTING or ("document", document, grants) in request.allowed:
        return
    if not has(rights_on(request, "document", document), grants):
        name = request.viewer.identity.name
        raise Denied(f'"{type}" grants {grants} on the document, which {name} may not do; ask one who may')
    request.allowed.add(("document", document, grants))


def _administers(viewer: Viewer) -> bool:
    return has(viewer.area_rights("access"), "administer")


def _check_shared(request: OpenRequest, grant: Mapping[str, Any]) -> None:
    """Who may share a record may give grants on it, to profiles that they see."""
    _require_named(request, grant["target_kind"], grant.get("target", ""), "share")
    if grant["subject_kind"] == "profile":
        _require_named(request, "profile", grant.get("subject", ""), "see")


def _require_named(request: OpenRequest, entity: Entity, id: str, action: str) -> None:
    try:
        require(request, Ref(entity, uuid.UUID(id).bytes), action)
    except ValueError:
        raise NotFound(f"there is no {entity} {id[:100]}") from None


# --- the fence --------------------------------------------------------------------------------------------------


def fence(request: OpenRequest, entity: Entity, id: int, *, is_new: bool) -> None:
    """Raises Denied for a change of what was neither checked nor follows from what was; that is a fault of ours."""
    checked = request.checked
    if is_new and (entity, NEW) in checked:
        checked.add((entity, id))
    elif not (_is_checked(checked, entity, id) or _follows(request, entity, id)):
        raise Denied(f"a change of a {entity} was not checked, so nothing was written; please report this")


def _is_checked(checked: set[tuple[Entity, int]], entity: Entity, id: int) -> bool:
    return (entity, id) in checked or (entity, EVERY) in checked


def _follows(request: OpenRequest, entity: Entity, id: int) -> bool:
    if entity == "conflict":
        about = request.db.execute("SELECT entity, record_id FROM conflict WHERE id = ?", (id,)).fetchone()
        return _is_checked(request.checked, *about) or _follows(request, *about)
    if entity == "link":
        document, profile = ends_of(request.db, [id])[id]
        return ("document", document) in request.checked or ("profile", profile) in request.checked
    return False


def ends_of(db: Connection, links: list[int]) -> dict[int, tuple[int, int]]:
    """The local ids of document and profile of these links."""
    found = in_chunks(db, "SELECT id, document_id, profile_id FROM link WHERE id IN", links)
    return {id: (document, profile) for id, document, profile in found}
