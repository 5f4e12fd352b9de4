"""Nobody gives more than they have.

Whoever is not unrestricted may give a right on a record or an area only with that right, and may put somebody into a
group or role, or tie an account to a profile, only with all that those were given. Taking a denial away is giving. The
giver must have it now and all the time that it is given, without a condition or under the same, and whatever condition
a denial of it has; rights that ended are nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from msgspec.structs import replace

from core import access
from core.access import marks, plus
from core.acl_sql import FOREVER, RIGHTS_OF_TYPE
from core.errors import Denied, ReasonNeeded
from core.fields import AREAS, Entity
from core.members import Account, Directory, Reach
from core.records import in_chunks
from core.rights import ALL, AREA_OF, AUDITOR, DENIED, OWNER, RIGHTS, effective, has, names
from core.rights_of_many import rights_of
from core.store import Connection
from core.subjects import EVERYONE, kind_of
from core.viewer import Viewer, view

BOUND: Final = 10_000
"""Rights on single records that are looked through before somebody is put into a group, role or profile."""
NOTHING: Final = Reach({}, {})
Given = Mapping[str, Any]
"""Of a grant its `valid_from`, `valid_until` and `condition`, under the names of its fields."""
FOR_GOOD: Final[dict[str, Any]] = {"valid_from": None, "valid_until": None, "condition": ""}
ON_RECORDS: Final[tuple[Entity, ...]] = ("document", "profile")


def check_giving(db: Connection, viewer: Viewer, grant: Mapping[str, Any], record: int | None, title: str) -> None:
    """Of an allowance that is made, widened or brought back, and of a denial that goes or is narrowed; `record` is the
    local id of what it is on, None for an area. Raises Denied, ReasonNeeded."""
    rights = RIGHTS[grant["action"]]

    def holds(viewer: Viewer) -> bool:
        had = _rights(db, viewer, grant["target_kind"], record)
        return _manages(viewer, had, record) and not rights & ~had

    def keeps(viewer: Viewer) -> bool:
        if record is None:
            return not rights & ~_area_rights(viewer, grant, grant["target_kind"])
        return _has_them(db, viewer, grant, grant["target_kind"], {record: rights})

    allows = grant["effect"] == "allow"
    doing = f"give {grant['action']} on {title}" if allows else f"end this denial on {title}"
    refusal = f"{viewer.identity.name} may not {doing}"
    trying = f"give {grant['action']}" if allows else "end a denial"
    _demand(
        viewer,
        holds,
        f"{refusal}: that needs {grant['action']} there, and "
        + ("administer on access" if record is None else "share there or administer on access"),
        trying,
    )
    _demand(
        viewer,
        keeps,
        f"{refusal} for that long: {viewer.identity.name} has {grant['action']} there for a shorter time or under a"
        f" condition; {'end the grant then, give it that condition, or ' if allows else ''}ask an owner",
        trying,
    )


def check_taking(db: Connection, viewer: Viewer, grant: Mapping[str, Any], record: int | None, title: str) -> None:
    """Of an allowance that goes or is narrowed, and of a denial that is made, widened or brought back: who
    administers access may, and who shares the record up to what it has itself. Raises Denied, ReasonNeeded."""
    rights = RIGHTS[grant["action"]]

    def holds(viewer: Viewer) -> bool:
        if has(viewer.area_rights("access"), "administer"):
            return True
        had = _rights(db, viewer, grant["target_kind"], record)
        return _manages(viewer, had, record) and not rights & ~had

    doing = "deny" if grant["effect"] == "deny" else "revoke"
    _demand(
        viewer,
        holds,
        f"{viewer.identity.name} may not {doing} {grant['action']} on {title}: that needs administer on access"
        + ("" if record is None else f", or share and {grant['action']} there"),
        f"{doing} {grant['action']}",
    )


def check_gain(db: Connection, viewer: Viewer, before: Reach, after: Reach, whom: str) -> None:
    """Of memberships and ties that come: the giver must have what all of them were given. Raises Denied,
    ReasonNeeded."""
    if viewer.unrestricted:
        return
    _check_built_in(viewer, after.built_in.keys() - before.built_in.keys(), whom)
    gained = after.paths.keys() - before.paths.keys()
    _check_areas(db, viewer, gained, whom, "allow")
    for entity in ON_RECORDS:
        _check_allowances(db, viewer, entity, gained, whom)


def check_loss(db: Connection, viewer: Viewer, before: Reach, after: Reach, whom: str) -> None:
    """Of memberships and ties that go: denials go with them, and only an owner takes the role owner away. Raises
    Denied, ReasonNeeded."""
    if viewer.unrestricted:
        return
    if OWNER in before.built_in.keys() - after.built_in.keys():
        raise Denied(f"only an owner may take the role owner from {whom}; ask one")
    lost = before.paths.keys() - after.paths.keys()
    _check_areas(db, viewer, lost, whom, "deny")
    _check_denials(db, viewer, lost, whom)


def check_for_good(viewer: Viewer, area: str, action: str, doing: str) -> None:
    """Of what gives an action on all of an area without end, to one who has it now; `doing` ends the sentence "may
    not ...". Raises Denied."""
    if not has(_area_rights(viewer, FOR_GOOD, area), action):
        name = viewer.identity.name
        raise Denied(
            f"{name} may not {doing}: {name} has {action} on {area} for a shorter time or under a condition;"
            " ask an owner"
        )


def check_log_in(db: Connection, viewer: Viewer, account: Account) -> None:
    """Of who may log in as the account, which is as much as all that it has. Raises Denied, ReasonNeeded."""
    if viewer.unrestricted:
        return
    reach = Directory(db).of_account(account)
    del reach.paths[EVERYONE]
    check_gain(db, viewer, NOTHING, reach, f"the account {account.name}")


def check_records(
    db: Connection,
    viewer: Viewer,
    entity: Entity,
    given: Collection[tuple[int, int, int, str]],
    whom: str,
    effect: str = "allow",
) -> None:
    """Of rights on single records that come to somebody: local id, rights, until when and under which condition.
    Raises Denied, ReasonNeeded."""
    if len(given) > BOUND:
        raise Denied(
            f"{whom} would get rights on more than {BOUND:,} {entity}s, too many to compare with those of"
            f" {viewer.identity.name}; that needs administer and confidential on {AREA_OF[entity]},"
            " or ask an owner"
        )
    wanted: dict[int, int] = {}
    to_the_end: dict[tuple[int, str], dict[int, int]] = {}
    for record, rights, until, condition in given:
        for so_far in (wanted, to_the_end.setdefault((until, condition), {})):
            so_far[record] = so_far.get(record, 0) | rights

    def has_them(viewer: Viewer) -> bool:
        had = rights_of(db, viewer, entity, wanted)
        return not any(rights & ~had[record] for record, rights in wanted.items()) and all(
            _has_them(db, viewer, FOR_GOOD | {"valid_until": until, "condition": condition}, entity, those)
            for (until, condition), those in to_the_end.items()
        )

    what = f"rights on {len(wanted):,} {entity}s"
    if len(wanted) == 1:
        what = f"{', '.join(names(*wanted.values()))} on a {entity}"
    gives = what if effect == "allow" else f"an end to a denial of {what}"
    _demand(viewer, has_them, _refusal(viewer, whom, gives))


# --- what the giver has ---------------------------------------------------------------------------------------


def _rights(db: Connection, viewer: Viewer, kind: str, record: int | None) -> int:
    if record is None:
        return viewer.area_rights(kind)
    return access.rights_on(db, viewer, kind, record)  # type: ignore[arg-type]


def _area_rights(viewer: Viewer, given: Given, area: str) -> int:
    """What the viewer has of the area all the time that something is given."""
    rights = ALL
    for at in _turns(viewer, given):
        rights &= _then(viewer, given, at).area_rights(area)
    return rights


def _has_them(db: Connection, viewer: Viewer, given: Given, entity: Entity, wanted: Mapping[int, int]) -> bool:
    """The same of rights on records, by local id: whether the viewer has them."""
    turns = {at: set(wanted) for at in _turns(viewer, given)}
    for at, record in _turns_on(db, viewer, given, entity, list(wanted)):
        turns.setdefault(at, set()).add(record)
    every_condition = (0, *viewer.identity.conditions)
    for at, records in turns.items():
        then = _then(viewer, given, at)
        had = rights_of(db, then, entity, records)
        if entity in viewer.identity.denies_on:
            always = replace(then, conditions=every_condition)
            for record, action in in_chunks(db, *access.denials(always, entity, list(records))):
                had[record] = effective(had[record], DENIED[action])
        if any(wanted[record] & ~had[record] for record in records):
            return False
    return True


def _then(viewer: Viewer, given: Given, at: int) -> Viewer:
    """The viewer at an instant, with what it has under the same condition or without one."""
    identity, condition = viewer.identity, given["condition"]
    met = {id: "" for id, text in identity.conditions.items() if text == condition}
    grants = tuple(
        replace(grant, condition="")
        for grant in identity.grants
        if not grant.allows or grant.condition in ("", condition)
    )
    return view(replace(identity, conditions=met, grants=grants), replace(viewer.context, at=at))


def _span(viewer: Viewer, given: Given) -> tuple[int, int]:
    """From when, and until when, something is given."""
    until = FOREVER if given["valid_until"] is None else given["valid_until"]
    return max(viewer.at, given["valid_from"] or 0), until


def _turns(viewer: Viewer, given: Given) -> set[int]:
    """The instants at which the viewer may have less than just before: the first, and when an allowance on an area ends
    or a denial begins. None of what has ended."""
    begins, until = _span(viewer, given)
    ends = (grant.valid_until if grant.allows else grant.valid_from for grant in viewer.identity.grants)
    return {at for at in (begins, *ends) if at is not None and begins <= at < until}


def _turns_on(
    db: Connection, viewer: Viewer, given: Given, entity: Entity, records: list[int]
) -> Iterator[tuple[int, int]]:
    """The same of allowances and denials on these records, each with the local id of its record."""
    subjects, span = viewer.subjects, _span(viewer, given)
    for record, until in in_chunks(
        db,
        f"SELECT record_id, valid_until FROM {entity}_acl WHERE {plus(subjects)}subject IN ({marks(subjects)})"
        " AND valid_until > ? AND valid_until < ? AND record_id IN",
        records,
        (*subjects, *span),
    ):
        yield until, record
    if entity not in viewer.identity.denies_on:
        return
    for record, begins in in_chunks(
        db,
        "SELECT record_id, valid_from FROM access_grant WHERE target_kind = ? AND deleted_at IS NULL"
        f" AND effect = 'deny' AND +subject_code IN ({marks(subjects)}) AND valid_from > ? AND valid_from < ?"
        " AND record_id IN",
        records,
        (entity, *subjects, *span),
    ):
        yield begins, record


def _manages(viewer: Viewer, had: int, record: int | None) -> bool:
    """Whether grants there are the viewer's to make."""
    return has(viewer.area_rights("access"), "administer") or (record is not None and has(had, "share"))


def _demand(
    viewer: Viewer, holds: Callable[[Viewer], bool], refusal: str, trying: str = "give more than one has"
) -> None:
    if viewer.unrestricted or holds(viewer):
        return
    if not viewer.context.reason and holds(access.with_reason(viewer)):
        raise ReasonNeeded("for this a reason is needed; give one (--reason)").trying(trying)
    raise Denied(refusal).trying(trying)


# --- what others were given -------------------------------------------------------------------------------------


def _check_built_in(viewer: Viewer, roles: Collection[str], whom: str) -> None:
    if OWNER in roles:
        raise Denied(f"only an owner may make {whom} one; ask an owner")
    if AUDITOR in roles:

        def sees_all(viewer: Viewer) -> bool:
            return all(has(viewer.area_rights(area) & _area_rights(viewer, FOR_GOOD, area), "see") for area in AREAS)

        _demand(viewer, sees_all, _refusal(viewer, whom, "the role auditor, which sees everything"))


def _check_areas(db: Connection, viewer: Viewer, codes: Collection[int], whom: str, effect: str) -> None:
    sql = (
        "SELECT DISTINCT target_kind, action, valid_until, condition FROM access_grant WHERE record_id IS NULL"
        " AND deleted_at IS NULL AND effect = ? AND coalesce(valid_until, ?) >= ? AND subject_code IN"
    )
    for area, action, until, condition in in_chunks(db, sql, list(codes), (effect, viewer.at, viewer.at)):
        given = {"valid_from": None, "valid_until": until, "condition": condition}

        def has_it(viewer: Viewer, area: str = area, action: str = action, given: Given = given) -> bool:
            return not RIGHTS[action] & ~(viewer.area_rights(area) & _area_rights(viewer, given, area))

        gives = f"{action} on {area}" if effect == "allow" else f"an end to a denial of {action} on {area}"
        _demand(viewer, has_it, _refusal(viewer, whom, gives))


def _check_allowances(db: Connection, viewer: Viewer, entity: Entity, codes: Collection[int], whom: str) -> None:
    """What comes of grants on records and of links. Sight of profiles that comes through documents needs no look: it is
    had by everyone who has the sight of the documents."""
    of_all = viewer.all_rights(entity) & _area_rights(viewer, FOR_GOOD, AREA_OF[entity])
    if of_all == ALL and entity not in viewer.identity.denies_on:
        return
    # What the giver has on all records for good is not looked at, unless single ones may be denied.
    missing = ALL if entity in viewer.identity.denies_on else ALL & ~of_all
    sql = (
        f"SELECT record_id, rights, valid_until, condition_id FROM {entity}_acl"
        f" WHERE subject = ? AND rights <= {ALL} AND rights & ? AND valid_until > ? LIMIT {BOUND + 1}"
    )
    rows = [row for code in codes for row in db.execute(sql, (code, missing, viewer.at))]
    if entity == "document":
        # A profile that nobody is tied to yet has no rows of what links give it.
        profiles = [id for kind, id in map(kind_of, codes) if kind == "profile"]
        rows += [row for id in profiles for row in db.execute(GIVEN_BY_LINKS, (id, missing, viewer.at))]
    conditions = viewer.identity.conditions
    given = [(id, rights, until, conditions.get(condition, "")) for id, rights, until, condition in rows]
    check_records(db, viewer, entity, given, whom)


_GIVEN: Final = f"SELECT l.document_id, {RIGHTS_OF_TYPE}, coalesce(l.valid_until, {FOREVER}) AS until, 0 FROM"
_IF_MORE: Final = f"""
CROSS JOIN relationship_type t ON t.id = l.type_id
WHERE l.profile_id = ?1 AND {RIGHTS_OF_TYPE} & ?2 AND until > ?3"""
GIVEN_BY_LINKS: Final = f"""
{_GIVEN} link l {_IF_MORE} AND l.deleted_at IS NULL
UNION ALL
{_GIVEN} document d CROSS JOIN link l ON l.document_id = d.id {_IF_MORE}
    AND d.deleted_at IS NOT NULL AND l.deleted_at = d.deleted_at
LIMIT {BOUND + 1}
"""
"""To a profile; also by links that went to the trash along with their document."""


def _check_denials(db: Connection, viewer: Viewer, codes: Collection[int], whom: str) -> None:
    for entity in ON_RECORDS:
        rows = in_chunks(
            db,
            f"SELECT record_id, action, coalesce(valid_until, {FOREVER}), condition FROM access_grant"
            " WHERE target_kind = ? AND record_id IS NOT NULL AND deleted_at IS NULL AND effect = 'deny'"
            " AND coalesce(valid_until, ?) >= ? AND subject_code IN",
            list(codes),
            (entity, viewer.at, viewer.at),
        )
        given = [(record, RIGHTS[action], until, condition) for record, action, until, condition in rows]
        check_records(db, viewer, entity, given, whom, "deny")


def _refusal(viewer: Viewer, whom: str, gives: str) -> str:
    return (
        f"{viewer.identity.name} may not do that: it would give {whom} {gives}, more than"
        f" {viewer.identity.name} has; ask an owner"
    )
