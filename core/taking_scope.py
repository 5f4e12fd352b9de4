"""Which changes a TakingBack names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args, get_type_hints

import msgspec

from core import log_start, permissions, reversals
from core.changes import LOG
from core.errors import Denied, Invalid, NotFound
from core.fields import FIELDS, RECORDS, Entity
from core.fields import field as find_field
from core.history import find_step
from core.instants import format_instant, now
from core.records import in_chunks, load_one, names
from core.store import Connection
from core.values import Actor
from core.write_values import TakingBack

if TYPE_CHECKING:
    from core.open_request import OpenRequest

WAYS_IN: Final[tuple[str, ...]] = get_args(get_type_hints(Actor)["via"])
LOG_BY_REQUEST: Final = "request r CROSS JOIN change c ON c.seq BETWEEN r.first_seq AND r.last_seq"
NOTHING_SEEN: Final = "there is nothing to take back there; the history of a record names the requests that changed it"
"""Whether there is nothing, or nothing that the viewer may see."""
BIRTHS_AND_DEATHS: Final = frozenset({"created", "deleted", "restored"})


class Scope(NamedTuple):
    """The changes to take back, by record, and the reason that the log gives for it; of some records, why the viewer
    may not change them."""

    changes: Mapping[tuple[Entity, int], Scoped]
    reason: str
    kept: Mapping[tuple[Entity, int], str] = {}


class Scoped:
    """The changes of one record: their seqs from the first to the last, and the first that gave or took its life."""

    __slots__ = ("life", "seqs")

    def __init__(self) -> None:
        self.seqs: list[int] = []
        self.life = ""


def find_scope(request: OpenRequest, wanted: TakingBack) -> Scope:
    """What the viewer may see of it. Raises Invalid for one that cannot be meant, NotFound for an unknown record, actor
    or request, and when nothing was done there; Denied for one record that the viewer may not change."""
    _check(wanted)
    if request.viewer.unrestricted:
        return _find(request.db, wanted)
    if wanted.ref is not None:
        permissions.require(request, wanted.ref, "see")
    try:
        scope = _find(request.db, wanted)
    except NotFound:
        if wanted.request is None and not (wanted.actor or wanted.via):
            raise
        raise NotFound(NOTHING_SEEN) from None
    return _visible(request, wanted, scope)


def _visible(request: OpenRequest, wanted: TakingBack, scope: Scope) -> Scope:
    seqs = [seq for scoped in scope.changes.values() for seq in scoped.seqs]
    rows = in_chunks(request.db, "SELECT entity, record_id, kind, before, after FROM change WHERE seq IN", seqs)
    past = (reversals.Past(*row[:3], *map(msgspec.json.decode, row[3:])) for row in rows)
    refused = reversals.refusals(request, past, seen=True)
    kept = {key: why for key, why in refused.items() if isinstance(why, Denied)}
    seen = {key: scoped for key, scoped in scope.changes.items() if key in kept or key not in refused}
    if not seen:
        raise NotFound(NOTHING_SEEN)
    if wanted.ref is not None:
        for why in kept.values():
            raise why
    return Scope(seen, scope.reason, {key: str(why) for key, why in kept.items()})


def _find(db: Connection, wanted: TakingBack) -> Scope:
    if wanted.ref is None:
        return _of_actor_or_request(db, wanted, Conditions(LOG_BY_REQUEST), "")
    row = load_one(db, wanted.ref)
    title = names(db, wanted.ref.entity, [row[0]])[row[0]].title
    of_record = Conditions(LOG)
    of_record.add("c.entity = ? AND c.record_id = ?", wanted.ref.entity, row[0])
    if wanted.request or wanted.actor or wanted.via:
        return _of_actor_or_request(db, wanted, of_record, title)
    step = find_step(db, wanted.ref.entity, row, title, at=wanted.since, revision=wanted.revision)
    of_record.add("c.seq > ?", step.seq)
    if not (changes := _changes(db, of_record)):
        raise NotFound(f"{title} has not changed since rev {step.revision}, so there is nothing to set back")
    return Scope(changes, f"set back to rev {step.revision}, {_time(step.at)}")


def _of_actor_or_request(db: Connection, wanted: TakingBack, conditions: Conditions, title: str) -> Scope:
    who = wanted.actor
    removed = log_start.read(db)
    if removed and wanted.since is not None and wanted.since < removed.before:
        raise NotFound(f"{removed}; name a later time")
    if wanted.request is not None:
        first, last, who, at = _request(db, wanted.request)
        if removed and first <= removed.through:
            raise NotFound(f"{removed}, so that cannot be taken back")
        conditions.add("c.seq BETWEEN ? AND ?", first, last)
    if wanted.actor:
        _refuse_unknown_actor(db, wanted.actor)
        conditions.add("r.actor = ?", wanted.actor)
    if wanted.via:
        conditions.add("r.via = ?", wanted.via)
    if wanted.since is not None:
        conditions.add("r.at > ?", wanted.since)
    to_record = f" to {title}" if title else ""
    via = f" via {wanted.via}" if wanted.via else ""
    since = f" since {_time(wanted.since)}" if wanted.since is not None else ""
    if not (changes := _changes(db, conditions)):
        nothing = f"{who} did nothing{to_record}{via}" if who else f"nothing came in{to_record}{via}"
        raise NotFound(f"there is nothing to take back: {nothing}{since}")
    # Without its title, which would outlive the record in the log.
    to_record = " to one record" if title else ""
    done = f"{who} did" if who else "came in"
    when = f", {_time(at)}" if wanted.request is not None else since
    return Scope(changes, f"took back what {done}{to_record}{via}{when}")


class Conditions:
    """Which rows of the log: all that is given must hold."""

    def __init__(self, log: str) -> None:
        self.log = log
        self.where: list[str] = []
        self.parameters: list[Any] = []

    def add(self, condition: str, *parameters: Any) -> None:
        self.where.append(condition)
        self.parameters += parameters


def _changes(db: Connection, conditions: Conditions) -> dict[tuple[Entity, int], Scoped]:
    changes: dict[tuple[Entity, int], Scoped] = {}
    for entity, id, seq, kind in db.execute(
        f"SELECT c.entity, c.record_id, c.seq, c.kind FROM {conditions.log}"
        f" WHERE {' AND '.join(conditions.where)} AND c.kind <> 'purged' ORDER BY c.seq",
        conditions.parameters,
    ):
        scoped = changes.get((entity, id))
        if scoped is None:
            scoped = changes[entity, id] = Scoped()
        scoped.seqs.append(seq)
        if not scoped.life and kind in BIRTHS_AND_DEATHS:
            scoped.life = kind
    return changes


def _time(at: int) -> str:
    return format_instant(at - at % 1_000_000)


def _check(wanted: TakingBack) -> None:
    if wanted.revision is not None and (wanted.ref is None or wanted.request or wanted.actor or wanted.via):
        raise Invalid("a revision is one of a record and of everybody's; name a record and nothing else", "revision")
    if wanted.revision is not None and wanted.since is not None:
        raise Invalid("ask for an instant or for a revision, not for both")
    if wanted.request is None and wanted.since is None and wanted.revision is None:
        raise Invalid("say which request is to be taken back, or everything since when")
    if wanted.request is None and wanted.ref is None and not (wanted.actor or wanted.via):
        raise Invalid("say whose changes are to be taken back, or by which way they came, or of which record")
    if wanted.since is not None and wanted.since > now():
        raise Invalid("lies in the future, so nothing was done since; name a time that has passed", "since")
    if wanted.via and wanted.via not in WAYS_IN:
        raise Invalid(f'"{wanted.via}" is no way in; it is one of {", ".join(WAYS_IN)}', "via")
    for name in wanted.fields:
        _check_field(wanted.ref.entity if wanted.ref else None, name)


def _check_field(entity: Entity | None, name: str) -> None:
    if entity is None:
        entity = next((one for one in RECORDS if name in FIELDS[one]), None)
        if entity is None:
            raise Invalid("no kind of record has such a field", name)
    if find_field(entity, name).fixed:
        raise Invalid("never changes, so there is nothing to take back of it", name)


def _request(db: Connection, uid: bytes) -> tuple[int, int, str, int]:
    found = db.execute("SELECT first_seq, last_seq, actor, at FROM request WHERE uid = ?", (uid,)).fetchone()
    if not found:
        removed = log_start.read(db)
        told = str(removed) if removed else "the history of a record names those that changed it"
        raise NotFound(f"there is no such request; {told}")
    first, last, actor, at = found
    return first, last, actor, at


def _refuse_unknown_actor(db: Connection, actor: str) -> None:
    """By request_of_actor."""
    if not db.execute("SELECT 1 FROM request WHERE actor = ? LIMIT 1", (actor,)).fetchone():
        known = db.execute("SELECT DISTINCT actor FROM request ORDER BY actor LIMIT 11").fetchall()
        listed = ", ".join(name for (name,) in known[:10]) + (", ..." if len(known) > 10 else "")
        raise NotFound(
            f'"{actor[:100]}" never changed anything here; {listed} did' if known else "nobody changed anything"
        )
