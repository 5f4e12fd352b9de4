"""A record as it was, and who set each of its fields."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec

from core import log_start
from core.changes import taken_of
from core.errors import Invalid, NotFound
from core.fields import FIELDS, Entity
from core.instants import format_instant
from core.reading import Reading
from core.records import ENDS, TITLES, Row, body_of, filled, load_one, record, stored_fields, to_log
from core.store import Connection
from core.values import Actor, Blame, Record, Ref


def record_at(db: Connection, ref: Ref, row: Row, *, at: int | None = None, revision: int | None = None) -> Record:
    """The record after its last change at or before the instant (microseconds), or as its revision was.

    Whether it was in the trash is of then; external ids, and the names of what a link joins, are of now. Raises
    NotFound before it was made and for a revision that it never had, Invalid when both are asked for.
    """
    if at is not None and revision is not None:
        raise Invalid("ask for an instant or for a revision, not for both")
    now = record(db, ref.entity, row)
    step = find_step(db, ref.entity, row, now.title, at=at, revision=revision)
    fields = fields_after(db, ref.entity, row, step.seq)
    if ref.entity == "link":
        fields |= {name: now.fields[name] for name in ENDS}
    return msgspec.structs.replace(
        now,
        title=fields[TITLES[ref.entity]] if ref.entity in TITLES and ref.entity != "grant" else now.title,
        fields=fields,
        revision=step.revision,
        version=step.version,
        created_at=fields["created"],
        updated_at=step.at,
        updated_by=step.actor,
        deleted_at=_deleted_at(db, ref.entity, row[0], step.seq),
    )


def blame(reading: Reading, ref: Ref) -> dict[str, Blame]:
    """For each field that holds something and is not withheld, in the order of core.fields, the change that set it.

    Raises NotFound.
    """
    db, id = reading.db, reading.see(ref)
    row = load_one(db, ref)
    fields = stored_fields(ref.entity, row)
    if reading.kept_from(ref.entity, id):
        fields = dict(reading.fields(ref.entity, id, ref, fields)[0])
    found: dict[str, Blame] = {}
    missing = set(filled(ref.entity, fields))
    for seq, revision, at, name, via, after, taken in db.execute(BLAME, (ref.entity, id)):
        for field in missing & msgspec.json.decode(after).keys():
            how = taken_of(taken).get(field)
            found[field] = Blame(Actor(name, via), at, revision, seq, how.how if how else "")
        if not (missing := missing - found.keys()):
            break
    return {field: found[field] for field in FIELDS[ref.entity] if field in found}


def fields_after(db: Connection, entity: Entity, row: Row, seq: int) -> dict[str, Any]:
    """The fields as the change `seq` left them: those of now with what later changes did taken off, latest first.

    The ends and type of a link are local ids. Costs what came after. Raises NotFound for a text that was purged.
    """
    fields = {name: to_log(name, value) for name, value in stored_fields(entity, row).items()}
    for before, after in db.execute(
        "SELECT before, after FROM change WHERE entity = ? AND record_id = ? AND seq > ? ORDER BY seq DESC",
        (entity, row[0], seq),
    ):
        earlier = msgspec.json.decode(before)
        for name in msgspec.json.decode(after):
            fields[name] = earlier.get(name, FIELDS[entity][name].empty)
    if fields.get("text"):
        fields["text"] = body_of(db, fields["text"])
    return fields


def seq_of_version(db: Connection, entity: Entity, id: int, version: int) -> int:
    """The change that gave the record this version. Raises NotFound, also for one older than its history is whole."""
    found = db.execute(
        "SELECT seq FROM change WHERE entity = ? AND record_id = ? AND version = ?", (entity, id, version)
    ).fetchone()
    if not found or found[0] < log_start.whole_from(db, entity, id):
        raise NotFound("that version of the record is not in its history; read it again")
    return int(found[0])


BLAME: Final = """
SELECT c.seq, c.revision, r.at, r.actor, r.via, c.after, c.taken FROM change c JOIN request r ON r.id = c.request_id
WHERE c.entity = ? AND c.record_id = ? ORDER BY c.seq DESC
"""


# --- the steps of a record -----------------------------------------------------------------------------------


class Step(NamedTuple):
    """One change of a record, without its values."""

    seq: int
    revision: int
    version: int
    actor: str
    at: int


STEP: Final = """
SELECT c.seq, c.revision, c.version, r.actor, r.at FROM change c JOIN request r ON r.id = c.request_id
WHERE c.entity = ? AND c.record_id = ?
"""
"""By change_of_record."""


def find_step(
    db: Connection, entity: Entity, row: Row, title: str, *, at: int | None = None, revision: int | None = None
) -> Step:
    """The last change at or before the instant, or the one that made the revision. Raises NotFound, also for one older
    than the history of the record is whole."""
    of_record = (entity, row[0])
    first = Step(
        *db.execute(
            f"{STEP} AND c.seq >= ? ORDER BY c.seq LIMIT 1", (*of_record, log_start.whole_from(db, *of_record))
        ).fetchone()
    )
    if revision is not None:
        found = db.execute(f"{STEP} AND c.revision = ?", (*of_record, revision)).fetchone()
        if not found or found[0] < first.seq:
            _refuse_removed(db, 0 < revision < first.revision)
            raise NotFound(f"{title} has no revision {revision}; name one from 1 to {row[2]}")
        return Step(*found)
    found = db.execute(f"{STEP} AND r.at <= ? ORDER BY c.seq DESC LIMIT 1", (*of_record, at)).fetchone()
    if not found or found[0] < first.seq:
        _refuse_removed(db, first.revision > 1)
        raise NotFound(f"{title} was made only on {format_instant(first.at)}; name a later time")
    return Step(*found)


def _refuse_removed(db: Connection, is_removed: bool) -> None:
    """Raises NotFound for what is not in the log any more."""
    if is_removed:
        raise NotFound(str(log_start.read(db)))


def _deleted_at(db: Connection, entity: Entity, id: int, seq: int) -> int | None:
    """When the record had gone to the trash, where the change `seq` left it there."""
    kind, at = db.execute(
        "SELECT c.kind, r.at FROM change c JOIN request r ON r.id = c.request_id WHERE c.entity = ? AND c.record_id = ?"
        " AND c.seq <= ? AND c.kind IN ('created', 'deleted', 'restored') ORDER BY c.seq DESC LIMIT 1",
        (entity, id, seq),
    ).fetchone()
    return at if kind == "deleted" else None
