"""Conflicts: what a merge left open, stored until somebody settles it.

A conflict holds the open fields of one record as base, mine and theirs; theirs is what the record holds, and moves on
with it. It is settled field by field, and goes with its last one. Its rows are changed by the write path and stand in
the log, so that undo brings an open one back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
import uuid_utils

from core import confidential, sources, trash
from core.access import Hidden
from core.errors import Conflict, Invalid, NotFound
from core.fields import Entity
from core.merge import suggest, take
from core.merge_values import DELETED, KEPT, WHOLE, Context, FieldConflict, MergeResult, Side, Taken, field_of
from core.reading import Reading
from core.records import Row, body_of, filled, keep_body, load, load_one, names, stored_fields, to_log
from core.store import Connection
from core.values import ConflictRecord, RecordId, Ref
from core.write_values import Resolve, Value

if TYPE_CHECKING:
    from core.open_request import OpenRequest

UNKNOWN = "there is no such conflict; it may have been purged with its record"
OF_RECORD = "t.entity = ? AND t.record_id = ? AND t.deleted_at IS NULL"  # by conflict_of_record


def read(reading: Reading, id: RecordId) -> ConflictRecord:
    """Without what is withheld. Raises NotFound."""
    db, ref = reading.db, Ref("conflict", id)
    row = _load(db, id)
    if not reading.seen("conflict", [row[0]]):
        raise Hidden(ref, UNKNOWN)
    stored = stored_fields("conflict", row)
    about = names(db, stored["entity"], [stored["record"]]).get(stored["record"])
    sides = sides_of(stored)
    fields, outcome = open_fields(db, stored) if row[6] is None else [], outcome_of(stored)
    withheld: list[str] = []
    if parts := reading.kept_from("conflict", row[0]):
        fields, of_open = confidential.left_out_of_open(parts, fields)
        outcome, of_settled = confidential.left_out_of_taken(parts, outcome)
        withheld = list(dict.fromkeys((*of_open, *of_settled)))
    else:
        reading.fields("conflict", row[0], ref, stored)  # which notes what is handed out
    return ConflictRecord(
        id=id,
        record=Ref(stored["entity"], about.uid if about else bytes(16)),
        title=about.title if about else "(purged)",
        question=stored["question"],
        fields=fields,
        mine=sides["mine"],
        theirs=sides["theirs"],
        suggested=stored["suggested"],
        outcome=outcome,
        revision=row[2],
        version=row[3],
        created_at=row[4],
        settled_at=row[6],
        withheld=withheld,
    )


def resolve(request: OpenRequest, write: Resolve) -> Ref:
    """Settles the fields chosen. Raises NotFound, Conflict for a settled one, Stale, Invalid for a bad choice."""
    db = request.db
    row = _load(db, write.conflict)
    if row[6] is not None:
        raise Conflict("this conflict is settled already; the history of its record tells how")
    if write.version not in (None, row[3]):
        raise Reading(db, request.viewer).stale("conflict", row)
    stored = stored_fields("conflict", row)
    if (stored["entity"], stored["record"]) in request.touched:
        row, stored = refresh(request, row)
    still_open = {one.field: one for one in open_fields(db, stored)}
    decided: dict[str, tuple[Any, Taken]] = {}
    for name, choice in confidential.check_choices(request, stored, still_open, write.choices).items():
        if name not in still_open:
            raise Invalid(f"is not open in this conflict; open are {', '.join(still_open)}", name)
        decided[name] = _chosen(stored["entity"], still_open[name], choice)
    apply(request, row, stored, decided)
    request.conflicts[write.conflict] = None
    return Ref("conflict", write.conflict)


def meet(
    request: OpenRequest,
    entity: Entity,
    id: int,
    spoken: Iterable[str],
    result: MergeResult,
    context: Context,
) -> None:
    """Keeps what a merge left open: in the open conflict that the same side has with this record, or a new one.

    `spoken` are the fields that the side has now said something new of.
    """
    found = _of_side(request.db, entity, id, context.mine, result.question)
    if found is None:
        if result.conflicts:
            _open(request, entity, id, result, context)
        return
    row, stored = found
    clashing = {one.field: one for one in result.conflicts}
    closed = [one.field for one in open_fields(request.db, stored) if one.field in spoken]
    how = {name: result.taken.get(name, Taken("mine")) for name in closed if name not in clashing}
    changed: dict[str, Any] = {
        side: stored[side] | {name: _kept(request.db, name, getattr(one, side)) for name, one in clashing.items()}
        for side in ("base", "mine", "theirs")
    }
    earlier = {name: one for name, one in outcome_of(stored).items() if name not in clashing}
    changed["outcome"] = msgspec.to_builtins(earlier | how)
    changed["sides"] = msgspec.to_builtins({"mine": context.mine, "theirs": context.theirs})
    _change(request, row, stored, changed)
    request.conflicts[row[1]] = None


def look_again(request: OpenRequest) -> None:
    """After records were written: what their open conflicts call theirs is what is stored now."""
    db = request.db
    if not request.touched or not db.execute("SELECT 1 FROM conflict WHERE deleted_at IS NULL LIMIT 1").fetchone():
        return
    request.flush()
    for entity, id in list(request.touched):
        for row in load(db, "conflict", OF_RECORD, (entity, id)):
            refresh(request, row)


def refresh(request: OpenRequest, row: Row) -> tuple[Row, dict[str, Any]]:
    """Takes up what the record holds now; a field that holds mine, or a record that is as asked, is settled.

    Returns the conflict as it is then.
    """
    db, stored = request.db, stored_fields("conflict", row)
    entity, id = stored["entity"], stored["record"]
    rows = load(db, entity, "t.id = ?", (id,))
    if not rows:
        return row, stored
    outcome = outcome_of(stored)
    moved: dict[str, Any] = {}
    if stored["question"] == "fields":
        current = stored_fields(entity, rows[0])
        for one in open_fields(db, stored):
            field = field_of(entity, one.field)
            if field.same(current[one.field], one.mine):
                outcome[one.field] = Taken("mine")
            elif not field.same(current[one.field], one.theirs):
                moved[one.field] = _kept(db, one.field, current[one.field])
    elif (rows[0][6] is None) == (stored["question"] == "dangling"):
        outcome[WHOLE] = Taken(KEPT if rows[0][6] is None else DELETED)
    changed: dict[str, Any] = {"theirs": stored["theirs"] | moved, "outcome": msgspec.to_builtins(outcome)}
    if moved:
        request.flush()
        theirs = msgspec.to_builtins(last_side(db, entity, id, moved))
        changed["sides"] = stored["sides"] | {"theirs": theirs}
    _change(request, row, stored, changed)
    row = load(db, "conflict", "t.id = ?", (row[0],))[0]
    return row, stored_fields("conflict", row)


def apply(
    request: OpenRequest,
    row: Row,
    stored: Mapping[str, Any],
    decided: Mapping[str, tuple[Any, Taken]],
    record_row: Row | None = None,
) -> None:
    """Writes decided values into the record, and into the conflict how they came about."""
    if not decided:
        return
    entity: Entity = stored["entity"]
    record_row = record_row or load(request.db, entity, "t.id = ?", (stored["record"],))[0]
    outcome = stored["outcome"] | msgspec.to_builtins({name: _logged(name, how) for name, (_, how) in decided.items()})
    if WHOLE in decided:
        fate = decided[WHOLE][0]
        check_fate(request, entity, record_row, fate)
        # First, so that a link that goes to another profile does not take an answered question along.
        _change(request, row, stored, {"outcome": outcome})
        _keep_or_delete(request, entity, record_row, fate)
        return
    values = {name: value for name, (value, _) in decided.items()}
    taken = {name: how for name, (_, how) in decided.items()}
    request.edit(entity, record_row, values, taken, in_trash=True)
    _change(request, row, stored, {"outcome": outcome})


def hand_over(request: OpenRequest, entity: Entity, id: int, to: Row) -> None:
    """Asks the open fields of a record that is merged into another, or moved, of that one; its conflicts are closed."""
    current = stored_fields(entity, to)
    for row in load(request.db, "conflict", OF_RECORD, (entity, id)):
        stored = stored_fields("conflict", row)
        unsettled = open_fields(request.db, stored)
        if stored["question"] == "fields":
            asked = [
                FieldConflict(one.field, one.base, one.mine, current[one.field])
                for one in unsettled
                if not field_of(entity, one.field).same(one.mine, current[one.field])
            ]
            context = Context(sides_of(stored)["mine"], last_side(request.db, entity, to[0]))
            if asked:
                _open(request, entity, to[0], MergeResult(None, {}, asked), context)
        closed = msgspec.to_builtins({one.field: Taken("theirs") for one in unsettled})
        _change(request, row, stored, {"outcome": stored["outcome"] | closed})


def check_fate(request: OpenRequest, entity: Entity, row: Row, fate: str) -> None:
    """Raises Conflict for a type that links have and that is to go, Exists for one whose name another has by now."""
    if fate == DELETED:
        trash.check_deletion(request, entity, row)
    elif entity == "type" and row[6] is not None:
        request.check_type(stored_fields(entity, row), row[0])
    elif entity == "link":
        end = stored_fields(entity, row)["type"]
        check_fate(request, "type", load(request.db, "type", "t.id = ?", (end,))[0], fate)


# --- the parts of a stored conflict -----------------------------------------------------------------------


def open_fields(db: Connection, stored: Mapping[str, Any]) -> list[FieldConflict]:
    """Those that nobody has settled yet, with their texts whole."""
    return [
        FieldConflict(
            name,
            _text_of(db, name, stored["base"].get(name)),
            _text_of(db, name, mine),
            _text_of(db, name, stored["theirs"].get(name)),
        )
        for name, mine in stored["mine"].items()
        if name not in stored["outcome"]
    ]


def outcome_of(stored: Mapping[str, Any]) -> dict[str, Taken]:
    return msgspec.convert(stored["outcome"], dict[str, Taken])


def sides_of(stored: Mapping[str, Any]) -> dict[str, Side]:
    return msgspec.convert(stored["sides"], dict[str, Side])


def open_base(db: Connection, entity: Entity, id: int, mine: Side) -> dict[str, Any]:
    """The base of the fields that this side has open with the record already: its next word is about the same."""
    found = _of_side(db, entity, id, mine, "fields")
    return {one.field: one.base for one in open_fields(db, found[1])} if found else {}


def last_side(db: Connection, entity: Entity, id: int, names: Iterable[str] = ()) -> Side:
    """Who set one of these fields last; with none named, or none found, who changed the record last."""
    wanted = set(names)
    first: Side | None = None
    for after, kind, request, actor, via, at, revision in db.execute(
        "SELECT c.after, c.kind, r.id, r.actor, r.via, r.at, c.revision"
        " FROM change c JOIN request r ON r.id = c.request_id"
        " WHERE c.entity = ? AND c.record_id = ? ORDER BY c.seq DESC",
        (entity, id),
    ):
        found = not wanted or wanted & msgspec.json.decode(after).keys()
        if found or first is None:
            source = sources.speaker(db, entity, id, request, made=kind == "created")
            first = Side(actor, via, at, source, revision)
        if found:
            return Side(actor, via, at, source, revision)
    return first or Side()


# --- helpers ------------------------------------------------------------------------------------------------


def _load(db: Connection, id: RecordId) -> Row:
    try:
        return load_one(db, Ref("conflict", id))
    except NotFound:
        raise NotFound(UNKNOWN) from None


def _of_side(db: Connection, entity: Entity, id: int, mine: Side, question: str) -> tuple[Row, dict[str, Any]] | None:
    """The open conflict of the record that the same actor or source brought."""
    for row in load(db, "conflict", OF_RECORD, (entity, id)):
        stored = stored_fields("conflict", row)
        side = sides_of(stored)["mine"]
        if stored["question"] == question and (side.actor, side.source) == (mine.actor, mine.source):
            return row, stored
    return None


def _open(request: OpenRequest, entity: Entity, id: int, result: MergeResult, context: Context) -> None:
    clashing = result.conflicts
    fields: dict[str, Any] = {
        "entity": entity,
        "record": id,
        "question": result.question,
        **{
            side: {one.field: _kept(request.db, one.field, getattr(one, side)) for one in clashing}
            for side in ("base", "mine", "theirs")
        },
        "sides": msgspec.to_builtins({"mine": context.mine, "theirs": context.theirs}),
        "suggested": suggest(entity, clashing),
        "outcome": {},
        "created": request.at,
    }
    uid, version = uuid_utils.uuid7().bytes, request.next_version()
    columns = request.columns("conflict", fields)
    columns |= {"uid": uid, "revision": 1, "version": version, "updated_at": request.at}
    row_id = request.insert("conflict", columns)
    request.count("conflict", fields, 1)
    request.log("conflict", row_id, "created", 1, version, {}, filled("conflict", fields))
    request.conflicts[uid] = None


def _change(request: OpenRequest, row: Row, stored: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    """Writes what differs; a conflict whose last field is settled goes."""
    after = {name: value for name, value in changed.items() if value != stored[name]}
    if not after:
        return
    left = open_fields(request.db, {**stored, **after})
    if left and (suggested := suggest(stored["entity"], left)) != stored["suggested"]:
        after["suggested"] = suggested
    columns = request.columns("conflict", after)
    before = {name: stored[name] for name in after}
    if not left:
        request.update("conflict", row, columns | {"deleted_at": request.at}, "deleted", before, after)
        request.count("conflict", stored, -1)
    else:
        request.update("conflict", row, columns, "updated", before, after)


def _chosen(entity: Entity, conflict: FieldConflict, choice: Any) -> tuple[Any, Taken]:
    if isinstance(choice, Value):
        value = field_of(entity, conflict.field).check(choice.value)
        return value, Taken("value", conflict.theirs)
    # What a field held before both may be nothing, which it must not hold again.
    value = field_of(entity, conflict.field).check(take(entity, conflict, choice))
    overruled = {"mine": conflict.theirs, "theirs": conflict.mine}.get(choice)
    return value, Taken(choice, overruled)


def _keep_or_delete(request: OpenRequest, entity: Entity, row: Row, fate: str) -> None:
    if fate == DELETED:
        trash.delete(request, entity, row)
        return
    if entity == "link":
        _bring_ends_back(request, stored_fields(entity, row))
        request.restore_link(row)
    else:
        trash.restore(request, entity, row)


def _bring_ends_back(request: OpenRequest, fields: Mapping[str, Any]) -> None:
    """Those of a link that are in the trash; a profile that was merged stays there, the link goes to the other one."""
    for end in trash.trashed_ends(request.db, fields):
        row = load(request.db, end, "t.id = ?", (fields[end],))[0]
        if end != "profile" or not stored_fields(end, row)["merged_into"]:
            trash.restore(request, end, row, with_links=False)


def _kept(db: Connection, name: str, value: Any) -> Any:
    """As the log writes it; a text is stored, so that its digest can be read."""
    if name == "text" and value:
        keep_body(db, value)
    return to_log(name, value)


def _text_of(db: Connection, name: str, value: Any) -> Any:
    return body_of(db, value) if name == "text" and value else value


def _logged(name: str, how: Taken) -> Taken:
    return Taken(how.how, to_log(name, how.overruled))
