"""Grants and denials: what can be meant, who may make, change and revoke them, and how they are named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from core import conditions, escalation, merged, subjects
from core.access import see
from core.errors import Conflict, Exists, Invalid
from core.fields import AREAS, Entity
from core.records import SUBJECT_NAME, Row, in_chunks, load_one, names, stored_fields
from core.rights import BUILT_IN, RIGHTS, has
from core.rights_of_many import rights_of
from core.store import Connection
from core.values import Ref, as_uid
from core.viewer import Viewer

if TYPE_CHECKING:
    from core.open_request import OpenRequest

ON_RECORDS: Final[tuple[Entity, ...]] = ("document", "profile")
ON_ALL: Final = ("see", "edit", "link", "share", "administer", "confidential")
ON_AREA: Final[Mapping[str, tuple[str, ...]]] = {
    "profiles": ON_ALL,
    "documents": ON_ALL,
    "access": ("see", "edit", "administer"),
    "settings": ("see", "edit", "administer"),
    "audit": ("see", "edit", "administer"),
}
SAME: Final = ("effect", "action", "target_kind", "valid_from", "valid_until", "condition")
"""Two grants that agree in these, to the same subject and on the same record, say the same."""
PARTS: Final = f"""
SELECT t.id, t.effect, t.action, t.target_kind, t.record_id, {SUBJECT_NAME}, t.subject_kind, t.subject_code
FROM access_grant t WHERE t.id IN
"""


def check_new(request: OpenRequest, fields: Mapping[str, Any]) -> dict[str, Any]:
    """What core.models keeps beside the fields of a grant. Raises Invalid, NotFound, Conflict for what is in the trash,
    Exists, Denied."""
    _check_meaning(fields)
    record, title = _target(request, fields)
    check = escalation.check_giving if fields["effect"] == "allow" else escalation.check_taking
    check(request.db, request.viewer, fields, record, title)
    columns = {
        "subject_code": subjects.code_of(fields["subject_kind"], _subject(request, fields)),
        "record_id": record,
        "rights": RIGHTS[fields["action"]],
    }
    _refuse_repeated(request.db, 0, columns, fields)
    return columns


def check_edit(request: OpenRequest, row: Row, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Whoever widens a grant gives, whoever narrows it takes. Raises Invalid, Exists, Denied."""
    _check_window(after)
    columns, title = _stored(request, row)
    widens, narrows = not _is_within(after, before), not _is_within(before, after)
    if widens if after["effect"] == "allow" else narrows:
        # What a denial no longer denies, it denied before.
        given = after if after["effect"] == "allow" else before
        escalation.check_giving(request.db, request.viewer, given, columns["record_id"], title)
    if narrows if after["effect"] == "allow" else widens:
        escalation.check_taking(request.db, request.viewer, after, columns["record_id"], title)
    if widens or narrows:
        _refuse_repeated(request.db, row[0], columns, after)


def check_deletion(request: OpenRequest, row: Row, fields: Mapping[str, Any]) -> None:
    """Raises Denied."""
    columns, title = _stored(request, row)
    check = escalation.check_taking if fields["effect"] == "allow" else escalation.check_giving
    check(request.db, request.viewer, fields, columns["record_id"], title)


def check_restoration(request: OpenRequest, row: Row, fields: Mapping[str, Any]) -> None:
    """Raises Exists, Denied."""
    columns, title = _stored(request, row)
    check = escalation.check_giving if fields["effect"] == "allow" else escalation.check_taking
    check(request.db, request.viewer, fields, columns["record_id"], title)
    _refuse_repeated(request.db, row[0], columns, fields)


def condition_id(db: Connection, text: str) -> int:
    """The number of a condition, kept once; 0 for none. Raises Invalid."""
    tidy = conditions.check(text)
    if not tidy:
        return 0
    db.execute("INSERT OR IGNORE INTO access_condition(text) VALUES (?)", (tidy,))
    return cast(int, db.execute("SELECT id FROM access_condition WHERE text = ?", (tidy,)).fetchone()[0])


def titles(db: Connection, viewer: Viewer, ids: Iterable[int]) -> dict[int, str]:
    """By local id how grants are named: "allow see Report to hr". A record that the viewer may not see is "a document"
    or "a profile"."""
    found = in_chunks(db, PARTS, list(ids))
    named: dict[tuple[str, int], str] = {}
    for kind in ON_RECORDS:
        about = {code // subjects.PLACES for *_, to, code in found if to == kind}
        about |= {record for _, _, _, on, record, *_ in found if on == kind}
        rights = rights_of(db, viewer, kind, about)
        visible = names(db, kind, [id for id, may in rights.items() if has(may, "see")])
        named |= {(kind, id): name.title for id, name in visible.items()}
    return {
        id: f"{effect} {action} {named.get((on, record), f'a {on}') if record else on} to "
        + (named.get(("profile", code // subjects.PLACES), "a profile") if to == "profile" else subject)
        for id, effect, action, on, record, subject, to, code in found
    }


# --- what can be meant --------------------------------------------------------------------------------------------


def _check_meaning(fields: Mapping[str, Any]) -> None:
    kind, action = fields["target_kind"], fields["action"]
    if kind in AREAS and fields["target"]:
        raise Invalid(f"{kind} are granted as a whole; leave the record out, or name its kind", "target")
    if kind in ON_RECORDS and not fields["target"]:
        raise Invalid(f"must name the {kind}; to grant on all of them, name the area {kind}s", "target")
    if action not in ON_AREA.get(kind, ON_ALL):
        raise Invalid(f"on {kind} there is no {action}; choose {', '.join(ON_AREA[kind])}", "action")
    if fields["subject_kind"] == "everyone" and fields["subject"]:
        raise Invalid("everyone needs no name; leave it out, or say whether it is an account, group, role or profile",
                      "subject")  # fmt: skip
    if fields["subject_kind"] != "everyone" and not fields["subject"]:
        raise Invalid(f"must name the {fields['subject_kind']} that it is to", "subject")
    if fields["subject"] in BUILT_IN:
        raise Invalid(f"what the role {fields['subject']} may is the same in every store; make a role of its own",
                      "subject")  # fmt: skip
    _check_window(fields)


def _check_window(fields: Mapping[str, Any]) -> None:
    first, last = fields["valid_from"], fields["valid_until"]
    if first is not None and last is not None and last <= first:
        raise Invalid("must be after valid_from", "valid_until")


def _target(request: OpenRequest, fields: Mapping[str, Any]) -> tuple[int | None, str]:
    kind = fields["target_kind"]
    if kind in AREAS:
        return None, kind
    return _living(request, Ref(kind, as_uid(fields["target"])), "grant on that one")


def _subject(request: OpenRequest, fields: Mapping[str, Any]) -> int:
    """Its local id. Accounts, groups and roles may be named by whoever may make the grant; a profile must be seen."""
    kind = fields["subject_kind"]
    return 0 if kind == "everyone" else _living(request, Ref(kind, as_uid(fields["subject"])), "grant to that one")[0]


def _living(request: OpenRequest, ref: Ref, instead: str) -> tuple[int, str]:
    if ref.entity in ON_RECORDS:
        see(request.db, request.viewer, ref)
    row = load_one(request.db, ref)
    if ref.entity == "profile":
        merged.refuse(request.db, row, instead)
    name = request.name(ref.entity, row)
    if row[6] is not None:
        raise Conflict(f"{name} is in the trash; restore it first")
    return row[0], name


def _stored(request: OpenRequest, row: Row) -> tuple[dict[str, Any], str]:
    """What its row holds beside its fields, and what it is on, as the one who asks may read it."""
    code, record = request.db.execute(
        "SELECT subject_code, record_id FROM access_grant WHERE id = ?", (row[0],)
    ).fetchone()
    kind = stored_fields("grant", row)["target_kind"]
    title = kind
    if record is not None:
        visible = has(rights_of(request.db, request.viewer, kind, [record])[record], "see")
        title = names(request.db, kind, [record])[record].title if visible else f"a {kind}"
    return {"subject_code": code, "record_id": record}, title


def _refuse_repeated(db: Connection, id: int, columns: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    """By grant_of_subject."""
    found = db.execute(
        "SELECT 1 FROM access_grant WHERE deleted_at IS NULL AND subject_code = ? AND record_id IS ? AND id <> ?"
        f" AND {' AND '.join(f'{name} IS ?' for name in SAME)}",
        (columns["subject_code"], columns["record_id"], id, *(fields[name] for name in SAME)),
    ).fetchone()
    if found:
        raise Exists("there is a grant that says the same already; edit or revoke that one")


def _is_within(inner: Mapping[str, Any], outer: Mapping[str, Any]) -> bool:
    """Whether one is in force only when the other is, as far as can be told: of two conditions it cannot."""
    begins = outer["valid_from"] is None or (inner["valid_from"] or 0) >= outer["valid_from"]
    ends = outer["valid_until"] is None or (inner["valid_until"] or FOREVER) <= outer["valid_until"]
    return begins and ends and outer["condition"] in ("", inner["condition"])


FOREVER: Final = 2**62
