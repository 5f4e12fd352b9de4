"""One rule over many open conflicts: what it would decide, and deciding it as one request."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from core import confidential, conflicts, permissions
from core.access import Hidden
from core.errors import Conflict, Denied, Invalid, NotFound
from core.fields import FIELDS, Entity
from core.meeting import context_of
from core.merge_values import WHOLE, Context, FieldConflict, Taken, field_of
from core.open_request import OpenRequest
from core.reading import Reading
from core.records import Row, load, names, stored_fields
from core.rules import Decision, Rule, check_rule, decide
from core.store import Connection, Store
from core.values import Actor, RecordId, Ref
from core.write_values import Settlement

CHUNK: Final = 500  # conflicts
SAMPLE: Final = 20  # decisions that are shown
GONE: Final = "one of these conflicts is gone; look at the list again"


def settle(
    store: Store,
    actor: Actor,
    rule: Rule,
    ids: Sequence[RecordId] | None,
    tell: Callable[[Sequence[Ref]], None],
    *,
    dry_run: bool,
    reason: str = "",
) -> Settlement:
    """Decides what the rule can, in these conflicts or in all open ones; one that cannot be as decided stays open, and
    the answer says why. Of all open ones it takes those that the viewer may settle. Raises Invalid for a rule that
    cannot be meant, NotFound, Denied. `tell` is given the records of which the answer shows something confidential.

    Costs about 20 us a field for a dry run and 200 us a record for the decision.
    """
    check_rule(msgspec.structs.asdict(rule), [])
    if dry_run:
        with store.read() as db:
            settling = _Settling(OpenRequest(db, actor, reason), rule, dry_run=True)
            settlement = settling.settle(ids)
    else:
        with store.write() as db:
            settling = _Settling(OpenRequest(db, actor, reason, told=f"settled by {rule.label}"), rule, dry_run=False)
            settlement = settling.settle(ids)
            settlement = msgspec.structs.replace(settlement, receipt=settling.request.finish([]))
    if settling.handed_out:
        tell(settling.handed_out)
    return settlement


class _Settling:
    """One rule on its way through the conflicts; a dry run decides and checks, and writes nothing."""

    def __init__(self, request: OpenRequest, rule: Rule, *, dry_run: bool) -> None:
        self.request, self.db, self.rule, self.dry_run = request, request.db, rule, dry_run
        self.decided = self.total = 0
        self.records: set[tuple[Entity, int]] = set()
        self.sample: list[tuple[Entity, int, str, Any]] = []
        self.refused: list[tuple[str, str]] = []
        self.handed_out: list[Ref] = []

    def settle(self, ids: Sequence[RecordId] | None) -> Settlement:
        for rows in _chunks(self.db, ids):
            of_chunk = [(row, stored_fields("conflict", row)) for row in rows]
            of_chunk = [(row, stored) for row, stored in of_chunk if self._may_settle(stored, named=ids is not None)]
            loaded = _records(self.db, [stored for _, stored in of_chunk])
            for row, stored in of_chunk:
                entity, id = stored["entity"], stored["record"]
                if (entity, id) in self.request.touched:
                    # Another conflict of this record was settled just now: what is theirs is another value.
                    row, stored = conflicts.refresh(self.request, row)
                    loaded[entity, id] = load(self.db, entity, "t.id = ?", (id,))[0]
                if row[6] is None and (entity, id) in loaded:
                    self._settle_one(row, stored, loaded[entity, id])
        still_open = self.total - self.decided
        reading = Reading(self.db, self.request.viewer)
        sample = _shown(reading, self.sample)
        self.handed_out = list(reading.handed_out)
        return Settlement(
            self.decided, self.total, len(self.records), still_open, sample=sample, refused=self.refused[:SAMPLE]
        )

    def _may_settle(self, stored: dict[str, Any], *, named: bool) -> bool:
        """Raises NotFound, Denied for one that was named."""
        try:
            permissions.check_settling(
                self.request, stored["entity"], stored["record"], whole=stored["question"] != "fields"
            )
        except Hidden as hidden:
            if named:
                raise Hidden(hidden.ref, GONE) from None
            return False
        except Denied:
            if named:
                raise
            return False
        return True

    def _settle_one(self, row: Row, stored: dict[str, Any], record_row: Row) -> None:
        entity, id = stored["entity"], stored["record"]
        still_open = {one.field: one for one in conflicts.open_fields(self.db, stored)}
        self.total += len(still_open)
        found = _decisions(self.db, self.rule, stored, record_row, still_open.values())
        if not found:
            return
        decisions = {
            name: (one.value, Taken(one.rule.label, _loser(entity, still_open[name], one.value)))
            for name, one in found.items()
        }
        try:
            confidential.check_choices(self.request, stored, still_open, found)
            self._check(entity, record_row, {name: value for name, (value, _) in decisions.items()})
            if not self.dry_run:
                conflicts.apply(self.request, row, stored, decisions, record_row)
        except (Invalid, Conflict, Denied) as error:
            self.refused.append((names(self.db, entity, [id])[id].title, str(error)))
            return
        self.decided += len(found)
        self.records.add((entity, id))
        if len(self.sample) < SAMPLE:
            self.sample += [(entity, id, name, one.value) for name, one in found.items()]

    def _check(self, entity: Entity, row: Row, values: dict[str, Any]) -> None:
        """Raises, before anything is written, what writing would raise."""
        if WHOLE in values:
            conflicts.check_fate(self.request, entity, row, values[WHOLE])
            return
        current = stored_fields(entity, row)
        after = {name: value for name, value in values.items() if not FIELDS[entity][name].same(value, current[name])}
        permissions.check_change(self.request, entity, current, after)
        confidential.check_change(self.request, entity, row, current, after)
        if entity in ("type", "link"):
            self.request.check_whole(entity, row[0], current | values)


def _chunks(db: Connection, ids: Sequence[RecordId] | None) -> Iterator[list[Row]]:
    if ids is None:
        last = 0
        while rows := load(db, "conflict", "t.id > ? AND t.deleted_at IS NULL ORDER BY t.id LIMIT ?", (last, CHUNK)):
            yield rows
            last = rows[-1][0]
        return
    for start in range(0, len(ids), CHUNK):
        chunk = list(ids[start : start + CHUNK])
        rows = load(db, "conflict", f"t.uid IN ({','.join('?' * len(chunk))})", chunk)
        if len(rows) < len(set(chunk)):
            raise NotFound(GONE)
        yield rows


def _records(db: Connection, stored: Sequence[dict[str, Any]]) -> dict[tuple[Entity, int], Row]:
    """The records that conflicts are about, by kind and local id."""
    wanted: dict[Entity, list[int]] = {}
    for one in stored:
        wanted.setdefault(one["entity"], []).append(one["record"])
    return {
        (entity, row[0]): row
        for entity, ids in wanted.items()
        for row in load(db, entity, f"t.id IN ({','.join('?' * len(ids))})", ids)
    }


def _decisions(
    db: Connection, rule: Rule, stored: dict[str, Any], row: Row, still_open: Iterable[FieldConflict]
) -> dict[str, Decision]:
    """What the rule decides of one conflict, by field."""
    entity = stored["entity"]
    sides = conflicts.sides_of(stored)
    if rule.tag or rule.relationship:
        context = context_of(db, entity, stored_fields(entity, row), sides["mine"], sides["theirs"])
    else:
        context = Context(sides["mine"], sides["theirs"])
    return {one.field: decision for one in still_open if (decision := decide([rule], entity, one, context))}


def _loser(entity: Entity, conflict: FieldConflict, value: Any) -> Any:
    """What is overruled; nothing where the value holds both sides."""
    same = field_of(entity, conflict.field).same
    return conflict.theirs if same(value, conflict.mine) else conflict.mine if same(value, conflict.theirs) else None


def _shown(reading: Reading, sample: list[tuple[Entity, int, str, Any]]) -> list[tuple[str, str, str]]:
    """Without what is confidential."""
    shown = []
    for entity, id, name, value in sample[:SAMPLE]:
        record = names(reading.db, entity, [id])[id]
        field = field_of(entity, name)
        values, _ = reading.fields(entity, id, Ref(entity, record.uid), {name: value})
        shown.append((record.title, field.label, field.format(values.get(name, field.empty))))
    return shown
