"""Makes what a bulk operation, an import or an actor did as it was before, with a preview.

What is taken back is worked out for each record from the log (core.taking_course) and written as one new request, so
that it can be undone. What others changed since stays: in other fields untouched, in the same field by the one merge,
with what the changes left as the base, what was before them as mine and what is stored as theirs. No rule decides
there, because rules are about what two sides say and not about going back: what clashes becomes a conflict. A record
that others linked or edited since it was made stays. To set one record back to an instant takes back everything that
anybody did since, so there is nothing to merge with: it becomes as it was.

A preview is the work itself, rolled back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from core import confidential, conflicts, link_moves, merged, permissions, sources, trash
from core.errors import Conflict, Denied, Invalid
from core.fields import FIELDS, RECORDS, Entity
from core.meeting import context_of
from core.merge import merge
from core.merge_values import FieldConflict, MergeResult, Side, Taken
from core.open_request import OpenRequest
from core.records import Row, in_chunks, load, load_one, names, stored_fields
from core.store import Store
from core.taking_course import LIFE, Values, as_logged, is_same, read_course, with_text
from core.taking_scope import Scope, Scoped, find_scope
from core.values import Actor, ChangeKind, Ref
from core.write_values import Taking, TakingBack, Touched

SHOWN: Final = 1_000  # records that an answer names
PURGED: Final = "it was purged, so it cannot come back"


def take_back(store: Store, actor: Actor, scope: TakingBack, *, dry_run: bool, reason: str) -> Taking:
    """What was or would be touched. Raises NotFound for an unknown record, actor or request and when nothing was done
    there, Invalid for a scope that cannot be meant, Conflict for one record that was merged into another; among several
    a record that cannot follow is told as kept."""
    with store.write(dry_run=dry_run) as db:
        request = OpenRequest(db, actor, reason)
        found = find_scope(request, scope)
        request.reason = request.reason or found.reason
        if scope.ref is not None:
            _refuse_merged(request, scope.ref)
        taking = _take_back(request, scope, found)
    return msgspec.structs.replace(taking, receipt=None) if dry_run else taking


def _refuse_merged(request: OpenRequest, ref: Ref) -> None:
    """Half a merge cannot be taken back: the links and names would be at both."""
    row = load_one(request.db, ref)
    if ref.entity == "profile":
        merged.refuse(request.db, row, merged.SPLIT)
    elif ref.entity == "link":
        link_moves.refuse_moved(request, row)


def _take_back(request: OpenRequest, wanted: TakingBack, scope: Scope) -> Taking:
    changed: list[Touched] = []
    kept: list[Touched] = []
    records = 0
    for entity, id, scoped in _in_order(scope):
        rows = load(request.db, entity, "t.id = ?", (id,))
        refused = scope.kept.get((entity, id), "")
        one = _Record(request, entity, rows[0], wanted, scoped).take_back(refused) if rows else _purged(entity)
        if one is None:
            continue
        if one.kept:
            kept.append(one)
        else:
            records += 1
            changed += [one] if len(changed) < SHOWN else []
    if request.id is not None:
        _unsay(request, wanted, scope)
    receipt = request.finish([])
    return Taking((kept + changed)[:SHOWN], records, receipt, receipt.summary, len(kept))


def _unsay(request: OpenRequest, wanted: TakingBack, scope: Scope) -> None:
    """What sources said in the changes that go was not said."""
    seqs = [seq for scoped in scope.changes.values() for seq in scoped.seqs]
    requests = {id for (id,) in in_chunks(request.db, "SELECT request_id FROM change WHERE seq IN", seqs)}
    if wanted.ref is None and request.viewer.unrestricted:
        sources.take_back(request, requests, None, wanted.fields)
        return
    for record in scope.changes.keys() - scope.kept.keys():
        sources.take_back(request, requests, record, wanted.fields)


def _in_order(scope: Scope) -> Iterable[tuple[Entity, int, Scoped]]:
    """Links go before what they join and come back after it; conflicts follow the records that they are about."""

    def step(found: tuple[tuple[Entity, int], Scoped]) -> tuple[int, int]:
        (entity, _), scoped = found
        if entity == "link":
            return (2 if scoped.life in ("", "deleted") else 0), -scoped.seqs[-1]
        return (3 if entity == "conflict" else 1), -scoped.seqs[-1]

    for (entity, id), scoped in sorted(scope.changes.items(), key=step):
        yield entity, id, scoped


def _purged(entity: Entity) -> Touched:
    return Touched(Ref(entity, bytes(16)), "(purged)", "purged", [], kept=PURGED)


class _Record:
    """One record that is being taken back."""

    def __init__(self, request: OpenRequest, entity: Entity, row: Row, wanted: TakingBack, scoped: Scoped) -> None:
        self.request, self.db = request, request.db
        self.entity, self.id, self.row = entity, row[0], row
        self.with_links = wanted.ref is not None
        if (entity, row[0]) in request.touched or entity == "conflict":
            request.flush()  # what this request did to it on the way, as to a link that came back with its end
        self.course = read_course(self.db, entity, row, set(scoped.seqs), wanted.fields)
        self.overtaken: dict[str, None] = {}
        self.clashing: dict[str, FieldConflict] = {}
        self.taken: dict[str, Taken] = {}
        self.name = names(self.db, entity, [row[0]])[row[0]]

    def take_back(self, refused: str) -> Touched | None:
        """None where there is nothing to do; `refused` says why the viewer may not do it."""
        values = {} if self.course.was_made else self._values_without()
        lives, lived = self.course.lives_without, self.course.is_alive
        if lives == lived and not values and not self.clashing:
            return None
        kind: ChangeKind = "updated" if lives == lived else "restored" if lives else "deleted"
        if refused:
            return self._told(kind, values, refused)
        try:
            permissions.check_change(self.request, self.entity, self.course.current, values)
            confidential.check_change(self.request, self.entity, self.row, self.course.current, values)
            if self.entity not in RECORDS and self.course.overtaken:
                raise Conflict("it was changed later")
            if kind == "restored":
                trash.restore(self.request, self.entity, self.row, with_links=self.with_links)
            if values or self.clashing:
                self._edit(values)
            if kind == "deleted":
                self._delete()
        except (Conflict, Invalid, Denied) as error:
            return self._told(kind, values, str(error))
        return self._told(kind, values)

    def _told(self, kind: ChangeKind, values: Values, kept: str = "") -> Touched | None:
        if kept and self.entity == "conflict":
            return None  # it has followed its record already
        fields = [field for field in FIELDS[self.entity] if field in values or field in self.clashing]
        overtaken = [field for field in FIELDS[self.entity] if field in self.overtaken]
        return Touched(
            Ref(self.entity, self.name.uid), self.name.title, kind, fields, overtaken, list(self.clashing), kept
        )

    # --- fields ----------------------------------------------------------------------------------------------

    def _values_without(self) -> Values:
        """The fields as they would be without the changes, those that differ from now."""
        values: Values = {}
        for unit, runs in self.course.runs.items():
            if unit == LIFE:
                continue
            now = {name: self.course.current[name] for name in unit}
            without = now
            for before, after in runs:
                if is_same(self.entity, without, after):
                    without = before
                elif not is_same(self.entity, before, after) and not is_same(self.entity, without, before):
                    without = self._merged(before, after, without)
            values |= {name: value for name, value in without.items() if not is_same(self.entity, {name: value}, now)}
        return values

    def _merged(self, before: Values, after: Values, now: Values) -> Values:
        self.overtaken |= dict.fromkeys(now)
        if self.entity not in RECORDS:
            return now
        base, mine, theirs = (with_text(self.db, values) for values in (after, before, now))
        result = merge(self.entity, base, mine, theirs)
        assert result.value is not None
        self.taken |= result.taken
        self.clashing = {one.field: one for one in result.conflicts} | self.clashing
        return as_logged(self.db, result.value)

    def _edit(self, values: Values) -> None:
        row = self._row()
        theirs = conflicts.last_side(self.db, self.entity, self.id, self.overtaken)
        self.request.edit(self.entity, row, with_text(self.db, values), self.taken, in_trash=True)
        if self.overtaken:
            result = MergeResult(values, self.taken, list(self.clashing.values()))
            self._meet(row, theirs, result, self.overtaken)

    # --- the record as a whole -------------------------------------------------------------------------------

    def _delete(self) -> None:
        """Raises Conflict when it has been linked since; when it has been edited, whether it stays is a question."""
        self._refuse_linked()
        row = self._row()
        if self.entity in RECORDS:
            theirs = self.course.current
            base = theirs | self.course.left
            result = merge(self.entity, with_text(self.db, base), None, with_text(self.db, theirs))
            if result.value is not None:
                self.overtaken |= dict.fromkeys(self.course.overtaken)
                self.clashing |= {one.field: one for one in result.conflicts}
                side = conflicts.last_side(self.db, self.entity, self.id, self.overtaken)
                self._meet(row, side, result, ())
                return
        trash.delete(self.request, self.entity, row)

    def _refuse_linked(self) -> None:
        if self.entity not in ("profile", "document"):
            return
        (found,) = self.db.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM link WHERE {self.entity}_id = ? AND deleted_at IS NULL LIMIT 1001)",
            (self.id,),
        ).fetchone()
        if found:
            raise Conflict(f"it has been linked since ({found} link{'' if found == 1 else 's'}); unlink it first")

    def _meet(self, row: Row, theirs: Side, result: MergeResult, spoken: Collection[str]) -> None:
        context = context_of(self.db, self.entity, stored_fields(self.entity, row), self.request.side, theirs)
        conflicts.meet(self.request, self.entity, self.id, spoken, result, context)

    def _row(self) -> Row:
        return load(self.db, self.entity, "t.id = ?", (self.id,))[0]
