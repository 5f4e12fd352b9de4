"""Who asks, as the rules see them: which subjects they are, what they may in each area, which conditions hold now.

What does not depend on the moment is an Identity, which is good until somebody changes the administration of access
(its `epoch`). A Viewer is an Identity at an instant, of one request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

import msgspec

from core import conditions, subjects
from core.conditions import Context
from core.errors import Denied
from core.fields import AREAS, Entity
from core.records import in_chunks
from core.rights import ALL, AREA_OF, BUILT_IN, DENIED, OWNER, effective
from core.store import Connection, Store
from core.values import Actor, RecordId, as_uid

EPOCH: Final = "access"
"""The name in `stat` of what counts up with each change of the administration of access."""
DEPTH: Final = 32  # groups in groups
SECOND: Final = 1_000_000  # microseconds


class AreaGrant(msgspec.Struct, frozen=True):
    """A grant on an area."""

    area: str
    allows: bool
    action: str
    rights: int
    condition: str
    valid_from: int | None
    valid_until: int | None


class Identity(msgspec.Struct, frozen=True):
    """`alone` is the one operator of a store without a second account. That one and owners are `unrestricted`: no rule
    can bind them, so that nobody can lock out those who administer the store."""

    epoch: int
    name: str
    alone: bool
    unrestricted: bool
    account: int = 0
    id: RecordId = b""
    subjects: tuple[int, ...] = ()
    built_in: frozenset[str] = frozenset()
    grants: tuple[AreaGrant, ...] = ()
    conditions: Mapping[int, str] = {}
    denies_on: Mapping[str, tuple[int, ...]] = {}  # as the function of this name says
    marks: Mapping[str, frozenset[str]] = {}  # confidential attributes by kind of record


class Viewer(msgspec.Struct, frozen=True):
    """`areas` has what the viewer may with everything of an area; `denied` what it may not, whatever else it is granted
    there. `conditions` are the ids of those that hold, 0 among them."""

    identity: Identity
    at: int
    context: Context
    areas: Mapping[str, int]
    denied: Mapping[str, int]
    conditions: tuple[int, ...]

    @property
    def unrestricted(self) -> bool:
        return self.identity.unrestricted

    @property
    def subjects(self) -> tuple[int, ...]:
        return self.identity.subjects

    def area_rights(self, area: str) -> int:
        return ALL if self.unrestricted else effective(self.areas.get(area, 0), self.denied.get(area, 0))

    def all_rights(self, entity: Entity) -> int:
        """What the viewer may with each record of this kind, but for what is denied of single ones."""
        return self.area_rights(AREA_OF[entity])


def identify(db: Connection, actor: Actor) -> Identity:
    """Raises Denied for a name that no account has, where there are accounts."""
    epoch = read_epoch(db)
    known = db.execute("SELECT count(*) FROM (SELECT 1 FROM account WHERE deleted_at IS NULL LIMIT 2)").fetchone()[0]
    if known < 2:
        found = db.execute("SELECT id, uid FROM account WHERE deleted_at IS NULL").fetchone() or (0, b"")
        return Identity(epoch, actor.name, alone=True, unrestricted=True, account=found[0], id=found[1])
    found = db.execute(
        "SELECT id, uid, tied_to, groups, roles FROM account WHERE name = ? AND deleted_at IS NULL", (actor.name,)
    ).fetchone()
    if not found:
        raise Denied(
            f'there is no account "{actor.name[:100]}" here; say with --as which one is yours, or ask an owner'
        )
    return of_account(db, epoch, actor.name, *found)


def identify_again(db: Connection, actor: Actor) -> Identity:
    """The same, remembered while the administration of access stays as it is."""
    return _identity_at(db, actor, read_epoch(db))


@lru_cache(maxsize=64)
def _identity_at(db: Connection, actor: Actor, _epoch: int) -> Identity:
    return identify(db, actor)


def of_account(
    db: Connection, epoch: int, name: str, id: int, uid: RecordId, tied_to: str, groups: str, roles: str
) -> Identity:
    """The identity of one account, from its row."""
    codes = {subjects.EVERYONE, subjects.code_of("account", id)}
    wanted = set(msgspec.json.decode(roles))
    for group, of_group in _groups_above(db, msgspec.json.decode(groups)):
        codes.add(subjects.code_of("group", group))
        wanted |= of_group
    built_in = frozenset(wanted & BUILT_IN.keys())
    uids = [as_uid(role) for role in wanted - BUILT_IN.keys()]
    sql = "SELECT id FROM role WHERE deleted_at IS NULL AND uid IN"
    codes |= {subjects.code_of("role", role) for (role,) in in_chunks(db, sql, uids)}
    if tied := living_profile(db, tied_to):
        codes.add(subjects.code_of("profile", tied))
    ordered = tuple(sorted(codes))
    return Identity(
        epoch,
        name,
        alone=False,
        unrestricted=OWNER in built_in,
        account=id,
        id=uid,
        subjects=ordered,
        built_in=built_in,
        grants=tuple(area_grants(db, ordered)),
        conditions=dict(db.execute("SELECT id, text FROM access_condition").fetchall()),
        denies_on=denies_on(db, ordered),
        marks=read_marks(db),
    )


def view(identity: Identity, context: Context) -> Viewer:
    """The identity at an instant, where and how the request comes."""
    areas = dict.fromkeys(AREAS, 0)
    denied = dict.fromkeys(AREAS, 0)
    if identity.unrestricted:  # also where a condition cannot be read, which somebody has to mend
        return Viewer(identity, context.at, context, areas, denied, (0,))
    for role in identity.built_in:
        areas = {area: rights | BUILT_IN[role] for area, rights in areas.items()}
    for grant in identity.grants:
        if _in_force(grant, context):
            if grant.allows:
                areas[grant.area] |= grant.rights
            else:
                denied[grant.area] |= DENIED[grant.action]
    # What a condition is about begins and ends with a whole second, and of a reason counts that there is one.
    second = context.at // SECOND * SECOND
    reason = "given" if context.reason.strip() else ""
    coarse = Context(context.via, second, context.address, context.secure, reason)
    holding = _holding(tuple(identity.conditions.items()), coarse)
    return Viewer(identity, context.at, context, areas, denied, (0, *holding))


@lru_cache(maxsize=256)
def _holding(known: tuple[tuple[int, str], ...], context: Context) -> tuple[int, ...]:
    """The ids of those conditions that hold; they cost up to 20 us each."""
    return tuple(id for id, text in known if conditions.holds(text, context))


def context_of(actor: Actor, at: int, reason: str = "") -> Context:
    return Context(actor.via, at, actor.address, actor.secure, reason)


def read_epoch(db: Connection) -> int:
    found = db.execute(EPOCH_SQL).fetchone()
    return int(found[0]) if found else 0


def is_current(identity: Identity, store: Store) -> bool:
    """Whether nobody has changed the administration of access since; some 5 us."""
    found = store.fetch(EPOCH_SQL)
    return bool(identity.epoch == (found[0][0] if found else 0))


EPOCH_SQL: Final = f"SELECT value FROM stat WHERE name = '{EPOCH}'"


def read_marks(db: Connection) -> dict[str, frozenset[str]]:
    """The attributes that are confidential, by kind of record."""
    marks: dict[str, set[str]] = {}
    for entity, attribute in db.execute("SELECT entity, attribute FROM confidential_mark WHERE deleted_at IS NULL"):
        marks.setdefault(entity, set()).add(attribute)
    return {entity: frozenset(names) for entity, names in marks.items()}


DENIES_ON: Final = """
SELECT DISTINCT target_kind, CASE action WHEN 'see' THEN record_id END FROM access_grant INDEXED BY grant_denials
WHERE effect = 'deny' AND record_id IS NOT NULL AND deleted_at IS NULL AND +subject_code IN
"""
"""By an index of denials alone, which are few; SQLite would read through all grants."""


def _groups_above(db: Connection, groups: Iterable[str]) -> Iterable[tuple[int, set[str]]]:
    """The living groups of these ids and those that they are members of, each once, with its roles."""
    seen: set[bytes] = set()
    wave = {as_uid(group) for group in groups}
    while wave:
        seen |= wave
        sql = "SELECT id, groups, roles FROM account_group WHERE deleted_at IS NULL AND uid IN"
        above: set[bytes] = set()
        for id, groups_json, roles_json in in_chunks(db, sql, list(wave)):
            yield id, set(msgspec.json.decode(roles_json))
            above |= {as_uid(group) for group in msgspec.json.decode(groups_json)}
        wave = above - seen


def living_profile(db: Connection, profile: str) -> int | None:
    """The local id of the profile of this id, or of the one that it was merged into."""
    for _ in range(DEPTH):
        if not profile:
            return None
        found = db.execute(
            "SELECT id, deleted_at, merged_into FROM profile WHERE uid = ?", (as_uid(profile),)
        ).fetchone()
        if not found:
            return None
        if found[1] is None:
            return int(found[0])
        profile = found[2]
    return None


def area_grants(db: Connection, codes: tuple[int, ...]) -> Iterable[AreaGrant]:
    sql = (
        "SELECT target_kind, effect = 'allow', action, rights, condition, valid_from, valid_until FROM access_grant"
        f" WHERE target_kind IN {AREAS} AND record_id IS NULL AND deleted_at IS NULL AND subject_code IN"
    )
    for area, allows, *rest in in_chunks(db, sql, list(codes)):
        yield AreaGrant(area, bool(allows), *rest)


def denies_on(db: Connection, codes: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """The kinds of record of which something is denied on single ones to these subjects, now or at another time, each
    with the local ids of those that are denied to be seen."""
    found: dict[str, set[int]] = {}
    for kind, hidden in in_chunks(db, DENIES_ON, list(codes)):
        found.setdefault(kind, set()).update(() if hidden is None else (hidden,))
    return {kind: tuple(sorted(ids)) for kind, ids in found.items()}


def _in_force(grant: AreaGrant, context: Context) -> bool:
    begun = grant.valid_from is None or grant.valid_from <= context.at
    lasts = grant.valid_until is None or grant.valid_until > context.at
    return begun and lasts and conditions.holds(grant.condition, context)
