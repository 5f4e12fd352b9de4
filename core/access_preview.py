"""What writes to accounts, groups, roles, grants and types would open and close, and for whom.

The writes are done and rolled back. Meanwhile a second connection still sees the store as it was, so that what each
account may do with the records in question is asked twice and compared: as things are now, and as the one who asks
comes. Living profiles and documents count; where a change is about all of a kind, those without rules of their own are
one number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from core import writes
from core.access_states import KINDS, LIMIT, State, Touched, rights_of_all
from core.access_values import AccessPreview, Effect
from core.fields import Entity
from core.members import Account
from core.rights import BITS
from core.rights_of_many import rights_of
from core.store import Connection, Store
from core.values import Actor
from core.viewer import Viewer, context_of
from core.write_values import Write
from core.writes import OpenRequest

BUDGET: Final = 50_000
"""Records that are looked at one by one, for all accounts together."""
SHOWN: Final = 100  # accounts


def preview(store: Store, actor: Actor, wanted: Sequence[Write], reason: str) -> AccessPreview:
    """Raises what writing them would."""
    try:
        with store.write() as db:
            request = OpenRequest(db, actor, reason)
            writes.carry_out(request, wanted)
            request.conclude()
            with store.read() as old:
                raise _PreviewedError(_summed_up(_effects(request, old)))
    except _PreviewedError as previewed:
        return previewed.found


class _PreviewedError(Exception):
    """Rolls back what was done for a preview."""

    def __init__(self, found: AccessPreview) -> None:
        super().__init__()
        self.found = found


def _summed_up(effects: list[Effect]) -> AccessPreview:
    effects.sort(key=lambda one: (-(one.opens + one.closes), -one.changes, one.account))
    opens, closes = sum(one.opens for one in effects), sum(one.closes for one in effects)
    return AccessPreview(effects[:SHOWN], len(effects), opens, closes)


def _effects(request: OpenRequest, old: Connection) -> list[Effect]:
    if request.id is None:
        return []
    context = context_of(request.by, request.at, request.given)
    before, after = State(old, context, request.actor), State(request.db, context, request.actor)
    comparison = _Comparison(before, after, Touched(request.span, before, after))
    accounts = after.accounts | before.accounts
    effects = (comparison.effect(account) for account in sorted(accounts.values(), key=lambda one: one.id))
    return [effect for effect in effects if effect.opens or effect.closes or effect.changes]


class _Comparison:
    """The store before the writes and after them."""

    def __init__(self, before: State, after: State, touched: Touched) -> None:
        self._before, self._after, self._touched = before, after, touched
        self._left = BUDGET

    def effect(self, account: Account) -> Effect:
        viewers = self._before.viewer(account), self._after.viewer(account)
        counts = {"opens": 0, "closes": 0, "changes": 0}
        exact = True
        for kind in KINDS if not all(viewer.unrestricted for viewer in viewers) else ():
            ids, found_all = self._in_question(kind, *viewers)
            exact &= found_all
            for had, has_now, number in (*self._of_each(kind, ids, *viewers), *self._of_rest(kind, ids, *viewers)):
                _count(counts, had, has_now, number)
        return Effect(account.name, **counts, exact=exact)

    def _in_question(self, kind: Entity, old: Viewer, new: Viewer) -> tuple[set[int], bool]:
        """The living records that the change may be about, and whether these are all that have rules of their own."""
        found: set[int] = set()
        exact = True
        if self._touched.concerns(old, new):
            found |= self._touched.records[kind]
            exact = self._touched.exact
        codes = set(old.subjects) ^ set(new.subjects)
        if _standing(kind, old) != _standing(kind, new):
            codes = {*old.subjects, *new.subjects}
        if codes and self._left <= 0:
            return set(), False
        for state in (self._before, self._after):
            found |= set(state.ruled(kind, codes)) if codes else set()
        living = self._before.living(kind, found) & self._after.living(kind, found)
        within = set(sorted(living)[: min(LIMIT, max(self._left, 0))])
        self._left -= len(within)
        return within, exact and within == living

    def _of_each(self, kind: Entity, ids: set[int], old: Viewer, new: Viewer) -> Iterator[tuple[int, int, int]]:
        had = rights_of(self._before.db, old, kind, ids)
        has_now = rights_of(self._after.db, new, kind, ids)
        return ((had[id], has_now[id], 1) for id in ids)

    def _of_rest(self, kind: Entity, ids: set[int], old: Viewer, new: Viewer) -> Iterator[tuple[int, int, int]]:
        """Those without rules of their own, where it is about all of the kind."""
        plain, linked = ([rights_of_all(one, kind, linked=way) for one in (old, new)] for way in (False, True))
        if plain[0] == plain[1] and linked[0] == linked[1]:
            return
        rest = self._before.total(kind) - len(ids)
        of_linked = self._before.linked - self._before.linked_of(ids) if kind == "profile" and plain != linked else 0
        yield plain[0], plain[1], rest - of_linked
        yield linked[0], linked[1], of_linked


def _standing(kind: Entity, viewer: Viewer) -> tuple[object, ...]:
    """What is the same for all records of the kind; a profile is seen through documents."""
    areas = ("documents",) if kind == "document" else ("documents", "profiles")
    return viewer.unrestricted, *((viewer.areas[area], viewer.denied[area]) for area in areas)


def _count(counts: dict[str, int], had: int, has_now: int, number: int) -> None:
    if had == has_now:
        return
    saw, sees = had & BITS["see"], has_now & BITS["see"]
    counts["changes" if saw and sees else "opens" if sees else "closes"] += number
