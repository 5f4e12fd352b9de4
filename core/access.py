"""Who may: what a viewer may do with one record, and the refusals.

Nothing is allowed unless a rule says so, and a denial wins over any allowance. A record that one may not see is
answered as one that does not exist. Lists ask the same questions in SQL (core.visibility).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

import msgspec

from core import visibility
from core.errors import Denied, NotFound, ReasonNeeded
from core.fields import Entity
from core.records import TABLES, in_chunks, names
from core.rights import ALL, AREA_OF, BITS, DENIED, DERIVED, RIGHTS, effective, has
from core.store import Connection
from core.values import Ref
from core.viewer import Viewer, view

TO_CHANGE: Final[dict[Entity, str]] = {
    "profile": "edit",
    "document": "edit",
    "link": "link",
    "type": "edit",
    "rule": "edit",
}
"""The action that a change of a record needs; a link needs it on both of its ends. All others need `administer`."""


class Hidden(NotFound):
    """Said of a record that is there and may not be seen; to the outside it is a NotFound like any other."""

    def __init__(self, ref: Ref, sentence: str = "") -> None:
        super().__init__(sentence or f"there is no {ref}")
        self.ref = ref


def see(db: Connection, viewer: Viewer, ref: Ref) -> int:
    """The local id of a record that the viewer may see. Raises NotFound."""
    found = db.execute(f"SELECT id FROM {TABLES[ref.entity]} WHERE uid = ?", (ref.id,)).fetchone()
    if not found:
        raise NotFound(f"there is no {ref}")
    if not has(rights_on(db, viewer, ref.entity, found[0]), "see"):
        raise Hidden(ref)
    return cast(int, found[0])


def require(db: Connection, viewer: Viewer, entity: Entity, id: int, action: str) -> None:
    """Raises NotFound where the viewer may not see the record, Denied where it may not do that with it; ReasonNeeded
    where it might with a reason."""
    if viewer.unrestricted:
        return
    rights = rights_on(db, viewer, entity, id)
    if has(rights, action) and has(rights, "see"):
        return
    name = names(db, entity, [id])[id]
    ref = Ref(entity, name.uid)
    if not viewer.context.reason and has(rights_on(db, with_reason(viewer), entity, id), action):
        what = name.title if has(rights, "see") else f"this {entity}"
        raise ReasonNeeded(f"to {action} {what} a reason is needed; give one (--reason)").about(ref, action)
    if not has(rights, "see"):
        raise Hidden(ref)
    who = viewer.identity.name
    command = f"rolodoc access explain {who} {name.uid.hex()} --action {action}"
    asked = "A" if viewer.context.via == "terminal" else command
    raise Denied(f"{who} may not {action} {name.title}; {asked} says why").about(ref, action)


def require_area(viewer: Viewer, area: str, action: str, doing: str) -> None:
    """Raises Denied, ReasonNeeded; `doing` ends the sentence "may not ..."."""
    if has(viewer.area_rights(area), action):
        return
    if not viewer.context.reason and has(with_reason(viewer).area_rights(area), action):
        raise ReasonNeeded(f"to {doing} a reason is needed; give one (--reason)")
    raise Denied(f"{viewer.identity.name} may not {doing}; that needs {action} on {area}").trying(doing)


def with_reason(viewer: Viewer) -> Viewer:
    """The same viewer, as if it had given a reason."""
    return view(viewer.identity, msgspec.structs.replace(viewer.context, reason="given"))


# --- what the rules come to ---------------------------------------------------------------------------------


def rights_on(db: Connection, viewer: Viewer, entity: Entity, id: int) -> int:
    """What the viewer may do with the record of this local id, as bits of core.rights."""
    if viewer.unrestricted:
        return ALL
    if entity in ("profile", "document"):
        return _on_record(db, viewer, entity, id)
    if entity == "link":
        return _on_link(db, viewer, id)
    if entity == "conflict":
        of, record = db.execute("SELECT entity, record_id FROM conflict WHERE id = ?", (id,)).fetchone()
        return rights_on(db, viewer, of, record)
    rights = viewer.area_rights(AREA_OF[entity])
    if AREA_OF[entity] == "settings" or (entity == "account" and id == viewer.identity.account):
        rights |= BITS["see"]
    if entity == "grant":
        rights |= _on_grant(db, viewer, id)
    return rights


def _on_record(db: Connection, viewer: Viewer, entity: Entity, id: int) -> int:
    area = AREA_OF[entity]
    denied = viewer.denied[area]
    if entity in viewer.identity.denies_on:
        for _, action in in_chunks(db, *denials(viewer, entity, [id])):
            denied |= DENIED[action]
    allowed = viewer.areas[area]
    if has(denied, "see"):
        return 0
    through = False
    for _, rights in in_chunks(db, *allowances(viewer, entity, [id])):
        through |= bool(rights & DERIVED)
        allowed |= 0 if rights & DERIVED else rights
    if not has(allowed, "see") and entity == "profile" and seen_through_a_document(db, viewer, id, listed=through):
        allowed |= BITS["see"]
    return effective(allowed, denied)


def seen_through_a_document(db: Connection, viewer: Viewer, profile: int, *, listed: bool) -> bool:
    """Whether a document that the viewer may see is linked to the profile; `listed` is whether profile_acl says so,
    which knows neither of denials nor of grants on all documents."""
    of_all = has(viewer.all_rights("document"), "see")
    if has(viewer.denied["documents"], "see") or not (listed or of_all):
        return False
    if listed and "document" not in viewer.identity.denies_on:
        return True
    return visibility.is_seen_through_a_document(db, viewer, profile)


def _on_link(db: Connection, viewer: Viewer, id: int) -> int:
    document, profile = db.execute("SELECT document_id, profile_id FROM link WHERE id = ?", (id,)).fetchone()
    return _on_record(db, viewer, "document", document) & _on_record(db, viewer, "profile", profile)


def _on_grant(db: Connection, viewer: Viewer, id: int) -> int:
    """Who may share a record, may give and take grants on it."""
    kind, record = db.execute("SELECT target_kind, record_id FROM access_grant WHERE id = ?", (id,)).fetchone()
    if record is None or not has(_on_record(db, viewer, kind, record), "share"):
        return 0
    return RIGHTS["administer"]


# --- statements, of some records of a kind; a list of them is to follow --------------------------------------------

FEW: Final = 40  # subjects
Statement = tuple[str, list[int], tuple[Any, ...]]
"""SQL that ends in IN, the values of that list, and the parameters before it: what in_chunks takes."""


def allowances(viewer: Viewer, entity: Entity, ids: list[int]) -> Statement:
    """The local id and the rights of each row of acl that is for the viewer now. By the primary key."""
    subjects, conditions = viewer.subjects, viewer.conditions
    return (
        f"SELECT record_id, rights FROM {entity}_acl WHERE {plus(subjects)}subject IN ({marks(subjects)})"
        f" AND condition_id IN ({marks(conditions)}) AND valid_from <= ? AND valid_until > ? AND record_id IN",
        ids,
        (*subjects, *conditions, viewer.at, viewer.at),
    )


def denials(viewer: Viewer, entity: Entity, ids: list[int]) -> Statement:
    """The local id and the action of each denial that is for the viewer now. By grant_on_record."""
    subjects, conditions = viewer.subjects, viewer.conditions
    return (
        "SELECT record_id, action FROM access_grant WHERE target_kind = ? AND deleted_at IS NULL AND effect = 'deny'"
        f" AND +subject_code IN ({marks(subjects)}) AND condition_id IN ({marks(conditions)})"
        " AND coalesce(valid_from, 0) <= ? AND (valid_until IS NULL OR valid_until > ?) AND record_id IN",
        ids,
        (entity, *subjects, *conditions, viewer.at, viewer.at),
    )


def plus(subjects: tuple[int, ...]) -> str:
    """A sign that keeps many subjects out of a look-up by record, since most records have few rows; a few of them are
    looked up each, since a hub has thousands."""
    return "+" if len(subjects) > FEW else ""


def marks(values: Sequence[int]) -> str:
    return ",".join("?" * len(values))
