"""What is confidential: some fields of a document that says so of itself, and the attributes that are marked.

It is read with the action `confidential` on the record, and written with it. Who lacks that sees the record without it,
and an edit of such a one leaves it as it is. Nobody finds it by its words: it is in no search index.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from core import access, search
from core.errors import Denied, ReasonNeeded, RolodocError
from core.fields import FIELDS, Entity
from core.merge_values import FieldConflict, Taken
from core.records import Row, in_chunks, load, stored_fields
from core.rights import has
from core.store import Connection
from core.values import Ref
from core.write_values import Edit, Value

if TYPE_CHECKING:
    from core.open_request import OpenRequest

BODY: Final = frozenset({"description", "attributes", "text", "contents"})
"""The fields that a confidential document withholds."""
SIDES: Final = ("base", "mine", "theirs")


class Parts(NamedTuple):
    """What of a record is confidential: fields, and names in its map of attributes."""

    fields: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.fields or self.attributes)


NOTHING: Final = Parts()


Marks = Mapping[str, frozenset[str]]
"""The attributes that are marked, by kind of record."""


def parts_of(db: Connection, marks: Marks, entity: Entity, ids: Iterable[int]) -> dict[int, Parts]:
    """What of these records is confidential, by local id; of a conflict, what is so of the record that it is about."""
    wanted = list(ids)
    if entity == "conflict":
        return _parts_of_conflicts(db, marks, wanted)
    plain = Parts(attributes=marks.get(entity, frozenset()))
    found = dict.fromkeys(wanted, plain)
    if entity == "document":
        sql = "SELECT id FROM document WHERE confidential = 'yes' AND id IN"
        found |= {id: Parts(BODY, plain.attributes) for (id,) in in_chunks(db, sql, wanted)}
    return found


def _parts_of_conflicts(db: Connection, marks: Marks, ids: list[int]) -> dict[int, Parts]:
    found = dict.fromkeys(ids, NOTHING)
    about: defaultdict[Entity, dict[int, int]] = defaultdict(dict)
    for id, entity, record in in_chunks(db, "SELECT id, entity, record_id FROM conflict WHERE id IN", ids):
        about[entity][id] = record
    for entity, records in about.items():
        parts = parts_of(db, marks, entity, records.values())
        found |= {id: parts[record] for id, record in records.items()}
    return found


# --- reading ------------------------------------------------------------------------------------------------


def left_out(parts: Parts, fields: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Some fields of a record without its confidential parts, and the names of those: "text", "attributes.salary"."""
    shown = {name: value for name, value in fields.items() if name not in parts.fields}
    names = [name for name in fields if name in parts.fields]
    if keys := parts.attributes & (shown.get("attributes") or {}).keys():
        shown["attributes"] = {key: value for key, value in shown["attributes"].items() if key not in keys}
        names += [f"attributes.{key}" for key in sorted(keys)]
    return shown, names


def left_out_of_conflict(parts: Parts, fields: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The same of a stored conflict: of the values of its sides, and of what its outcome overruled."""
    shown, names = dict(fields), dict[str, None]()
    for side in SIDES & fields.keys():
        shown[side], missing = left_out(parts, fields[side])
        names |= dict.fromkeys(missing)
    if outcome := fields.get("outcome"):
        overruled, missing = left_out(parts, {name: one.get("overruled") for name, one in outcome.items()})
        names |= dict.fromkeys(missing)
        shown["outcome"] = {
            name: outcome[name] | {"overruled": value} if value is not None else outcome[name]
            for name, value in overruled.items()
        }
    return shown, list(names)


def left_out_of_taken(parts: Parts, taken: Mapping[str, Taken]) -> tuple[dict[str, Taken], list[str]]:
    """The same of what a merge overruled."""
    shown, names = left_out(parts, {name: one.overruled for name, one in taken.items()})
    return {name: Taken(taken[name].how, value) for name, value in shown.items()}, names


def left_out_of_open(parts: Parts, fields: Iterable[FieldConflict]) -> tuple[list[FieldConflict], list[str]]:
    """The same of the open fields of a conflict; one that clashes about a confidential attribute is left out whole."""
    shown: list[FieldConflict] = []
    names: list[str] = []
    for one in fields:
        sides = [left_out(parts, {one.field: getattr(one, side)}) for side in SIDES]
        clashing = _clashing_keys(parts, one)
        names += dict.fromkeys(name for _, missing in sides for name in missing)
        if one.field not in parts.fields and not clashing:
            shown.append(FieldConflict(one.field, *(values[one.field] for values, _ in sides)))
    return shown, list(dict.fromkeys(names))


def _clashing_keys(parts: Parts, one: FieldConflict) -> list[str]:
    """The confidential attributes that the sides do not agree on."""
    if one.field != "attributes":
        return []
    base, mine, theirs = ({"": side or {}} for side in (one.base, one.mine, one.theirs))
    return sorted({*_differing(parts, base[""], theirs[""]), *_differing(parts, mine[""], theirs[""])})


def _differing(parts: Parts, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The confidential attributes that two maps do not agree on."""
    same = FIELDS["profile"]["attributes"].same
    return sorted(
        key
        for key in parts.attributes & (one.keys() | other.keys())
        if (key in one) != (key in other) or not same({key: one[key]}, {key: other[key]})
    )


# --- writing ------------------------------------------------------------------------------------------------


def check_edit(request: OpenRequest, write: Edit, row: Row) -> Edit:
    """The edit, with the attributes that its author cannot see as they are stored.

    Raises Denied where it names one of these, or a field that is withheld, whatever it would set it to.
    """
    parts = _kept_from(request, write.ref.entity, row)
    if not parts:
        return write
    if named := sorted(parts.fields & write.fields.keys()):
        raise _refusal(request, write.ref.entity, row, named[0])
    attributes = write.fields.get("attributes")
    if not isinstance(attributes, dict):
        return write
    kept = _with_kept(request, write.ref.entity, row, parts, attributes)
    # What a source does not name, it does not speak of.
    return write if write.source else msgspec.structs.replace(write, fields=write.fields | {"attributes": kept})


def check_change(
    request: OpenRequest, entity: Entity, row: Row, current: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Raises Denied for a change, come about in whichever way, of what its author may not write."""
    if entity not in ("profile", "document") or request.viewer.unrestricted:
        return
    parts = _kept_from(request, entity, row)
    wrong = sorted(parts.fields & after.keys())
    if "attributes" in after:
        keys = _differing(parts, current["attributes"], after["attributes"])
        wrong += [f"attributes.{key}" for key in keys]
    if wrong:
        raise _refusal(request, entity, row, wrong[0])
    if entity == "document" and after.get("confidential") == "no":
        access.require(request.db, request.viewer, "document", row[0], "administer")


def check_merge(request: OpenRequest, stays: Row, goes: Row, decided: Mapping[str, Any]) -> Mapping[str, Any]:
    """The decided fields, with the attributes that their author cannot see as they are stored.

    Raises Denied for a profile that brings along what the author may not read, and where the fields name such.
    """
    brought = _kept_from(request, "profile", goes).attributes & stored_fields("profile", goes)["attributes"].keys()
    if brought:
        raise _refusal(request, "profile", goes, f"attributes.{min(brought)}")
    parts = _kept_from(request, "profile", stays)
    if not parts or not isinstance(decided.get("attributes"), dict):
        return decided
    return {**decided, "attributes": _with_kept(request, "profile", stays, parts, decided["attributes"])}


def check_choices(
    request: OpenRequest, stored: Mapping[str, Any], still_open: Mapping[str, FieldConflict], choices: Mapping[str, Any]
) -> dict[str, Any]:
    """The choices for fields of a conflict, with the attributes that their author cannot see as the record has them.

    Raises Denied for a choice between what is withheld.
    """
    row = _row(request.db, stored["entity"], stored["record"])
    parts = _kept_from(request, stored["entity"], row) if row else NOTHING
    checked = dict(choices)
    for name, choice in choices.items():
        if row is None or not parts or name not in still_open:
            continue
        if name in parts.fields:
            raise _refusal(request, stored["entity"], row, name)
        if keys := _clashing_keys(parts, still_open[name]):
            raise _refusal(request, stored["entity"], row, f"attributes.{keys[0]}")
        if name == "attributes" and isinstance(choice, Value) and isinstance(choice.value, dict):
            checked[name] = Value(_with_kept(request, stored["entity"], row, parts, choice.value))
    return checked


def _with_kept(
    request: OpenRequest, entity: Entity, row: Row, parts: Parts, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    """The typed attributes with the stored confidential ones. Raises Denied where these are among the typed."""
    for key in attributes:
        if isinstance(key, str) and unicodedata.normalize("NFC", key) in parts.attributes:
            raise _refusal(request, entity, row, f"attributes.{key}")
    stored = stored_fields(entity, row)["attributes"]
    return {**attributes, **{key: value for key, value in stored.items() if key in parts.attributes}}


def _kept_from(request: OpenRequest, entity: Entity, row: Row) -> Parts:
    """What of the record is confidential and not for the author of the request."""
    viewer = request.viewer
    if entity not in ("profile", "document") or viewer.unrestricted:
        return NOTHING
    parts = parts_of(request.db, request.marks, entity, [row[0]])[row[0]]
    if not parts or has(access.rights_on(request.db, viewer, entity, row[0]), "confidential"):
        return NOTHING
    return parts


def _refusal(request: OpenRequest, entity: Entity, row: Row, name: str) -> RolodocError:
    viewer = request.viewer
    if not has(access.rights_on(request.db, viewer, entity, row[0]), "see"):
        return access.Hidden(Ref(entity, row[1]))
    with_reason = access.rights_on(request.db, access.with_reason(viewer), entity, row[0])
    if not viewer.context.reason and has(with_reason, "confidential"):
        return ReasonNeeded(f"{name} is confidential, and to change it a reason is needed; give one (--reason)")
    return Denied(f"{name} is confidential; to change it needs confidential on {request.name(entity, row)}")


def _row(db: Connection, entity: Entity, id: int) -> Row | None:
    rows = load(db, entity, "t.id = ?", (id,))
    return rows[0] if rows else None


# --- the search index -----------------------------------------------------------------------------------------


def for_index(marks: Marks, entity: Entity, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """The fields of a whole record as the search index may know them."""
    parts = Parts(BODY if fields.get("confidential") == "yes" else frozenset(), marks.get(entity, frozenset()))
    if not parts:
        return fields
    shown, _ = left_out(parts, fields)
    return {name: shown.get(name, FIELDS[entity][name].empty) for name in fields}


def renew_marks(request: OpenRequest, mark: Mapping[str, Any]) -> None:
    """A mark came or went: renews the index entries of the living records that have the attribute."""
    request.__dict__.pop("marks", None)
    entity, attribute = mark["entity"], mark["attribute"]
    if "attributes" in search.FIELDS[entity]:
        having = "t.deleted_at IS NULL AND EXISTS (SELECT 1 FROM json_each(t.attributes) WHERE key = ?)"
        for row in load(request.db, entity, having, (attribute,)):
            request.put_in_index(entity, row[0], stored_fields(entity, row))
