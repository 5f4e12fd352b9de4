"""What writes to accounts, groups, roles, grants and types would open and close, and for whom.

The writes are done and rolled back. Meanwhile a second connection still sees the store as it was, so that what each
account may do with the records in question is asked twice and compared: as things are now, and as the one who asks
comes; or, where that changes nothing because the grants begin later or under a condition, as if they were in force.
Living profiles and documents count; where a change is about all of a kind, those without rules of their own are one
number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from core import writes
from core.access_states import KINDS, LIMIT, State, Touched, rights_of_all
from core.access_values import AccessPreview, Effect
from core.fields import Entity
from core.members import Account
from core.open_request import OpenRequest
from core.rights import BITS
from core.rights_of_many import rights_of
from core.store import Connection, Store
from core.values import Actor
from core.viewer import Viewer, context_of
from core.write_values import Write

BUDGET: Final = 30_000
"""Records that are looked at one by one, for all accounts together."""
MANY: Final = 5 * LIMIT  # rights to records of one account
SHOWN: Final = 100  # accounts


def preview(store: Store, actor: Actor, wanted: Sequence[Write], reason: str) -> AccessPreview:
    """Raises what writing them would."""
    with store.write(dry_run=True) as db:
        request = OpenRequest(db, actor, reason)
        writes.carry_out(request, wanted)
        request.conclude()
        with store.read() as old:
            return _summed_up(_effects(request, old))


def _summed_up(effects: list[Effect]) -> AccessPreview:
    effects.sort(key=lambda one: (-(one.opens + one.closes), -one.changes, one.account))
    opens, closes = sum(one.opens for one in effects), sum(one.closes for one in effects)
    return AccessPreview(effects[:SHOWN], len(effects), opens, closes)


def _effects(request: OpenRequest, old: Connection) -> list[Effect]:
    """What changes now; or where nothing does, when the grants that were written are in force."""
    if request.id is None:
        return []
    effects = _compare(request, old, request.at)
    if not effects:
        waiting = request.db.execute(WAITING, request.span).fetchall()
        begins = max((valid_from for valid_from, _ in waiting if valid_from is not None), default=request.at)
        met = frozenset(condition for _, condition in waiting) - {""}
        effects = _compare(request, old, max(begins, request.at), met) if met or begins > request.at else []
    return effects


WAITING: Final = """
SELECT g.valid_from, g.condition FROM change c JOIN access_grant g ON g.id = c.record_id
WHERE c.seq BETWEEN ? AND ? AND c.entity = 'grant'
"""


def _compare(request: OpenRequest, old: Connection, at: int, met: frozenset[str] = frozenset()) -> list[Effect]:
    context = context_of(request.by, at, request.given)
    before, after = (State(db, context, request.actor, met) for db in (old, request.db))
    comparison = _Comparison(before, after, Touched(request.span, before, after))
    accounts = after.accounts | before.accounts
    effects = (comparison.effect(account) for account in sorted(accounts.values(), key=lambda one: one.id))
    return [effect for effect in effects if effect.opens or effect.closes or effect.changes or not effect.exact]


class _Comparison:
    """The store before the writes and after them."""

    def __init__(self, before: State, after: State, touched: Touched) -> None:
        self._before, self._after, self._touched = before, after, touched
        self._states = before, after
        self._left = BUDGET

    def effect(self, account: Account) -> Effect:
        old, new = self._before.viewer(account), self._after.viewer(account)
        counts = {"opens": 0, "closes": 0, "changes": 0}
        exact = True
        for kind in KINDS if not (old.unrestricted and new.unrestricted) else ():
            question = self._question(kind, old, new)
            exact &= question.exact
            for had, has_now, number in (
                *self._of_each(kind, question, old, new),
                *self._of_rest(kind, question, old, new),
            ):
                _count(counts, had, has_now, number)
        return Effect(account.name, **counts, exact=exact)

    def _question(self, kind: Entity, old: Viewer, new: Viewer) -> _Question:
        touched: set[int] = set()
        exact = True
        if self._touched.concerns(old, new):
            touched, exact = self._touched.records[kind], self._touched.exact
        of_all = _standing(kind, old) != _standing(kind, new)
        codes = set(old.subjects) | set(new.subjects) if of_all else set(old.subjects) ^ set(new.subjects)
        rules = max(state.rules(kind, codes) for state in self._states) + len(touched)
        if (codes or touched) and (self._left <= 0 or (of_all and rules > MANY)):
            # To look at some of so many tells little; without rules of their own are at least the others.
            return _Question(set(), rules, exact=False)
        found = touched.union(*(state.ruled(kind, codes) for state in self._states))
        living = set.intersection(*(state.living(kind, found) for state in self._states))
        looked_at = set(sorted(living)[:LIMIT])
        self._left -= len(looked_at)
        if of_all and looked_at != living:
            return _Question(set(), rules, exact=False)
        return _Question(looked_at, len(looked_at), exact and looked_at == living)

    def _of_each(self, kind: Entity, question: _Question, old: Viewer, new: Viewer) -> Iterator[tuple[int, int, int]]:
        had = rights_of(self._before.db, old, kind, question.ids)
        has_now = rights_of(self._after.db, new, kind, question.ids)
        return ((had[id], has_now[id], 1) for id in question.ids)

    def _of_rest(self, kind: Entity, question: _Question, old: Viewer, new: Viewer) -> Iterator[tuple[int, int, int]]:
        """Those without rules of their own, where it is about all of the kind."""
        plain, linked = ([rights_of_all(one, kind, linked=way) for one in (old, new)] for way in (False, True))
        if plain[0] == plain[1] and linked[0] == linked[1]:
            return
        rest = max(0, self._before.total(kind) - question.ruled)
        of_linked = 0
        if kind == "profile" and plain != linked:
            ruled = self._before.linked_of(question.ids) if question.exact else question.ruled
            of_linked = max(0, self._before.linked - ruled)
        yield plain[0], plain[1], rest - of_linked
        yield linked[0], linked[1], of_linked


class _Question(NamedTuple):
    """The records of a kind that are looked at one by one for an account, and how many have rules of their own; at most
    that many have where it is not exact."""

    ids: set[int]
    ruled: int
    exact: bool


def _standing(kind: Entity, viewer: Viewer) -> tuple[object, ...]:
    """What is the same for all records of the kind; a profile is seen through documents."""
    areas = ("documents",) if kind == "document" else ("documents", "profiles")
    return viewer.unrestricted, *((viewer.areas[area], viewer.denied[area]) for area in areas)


def _count(counts: dict[str, int], had: int, has_now: int, number: int) -> None:
    if had == has_now:
        return
    saw, sees = had & BITS["see"], has_now & BITS["see"]
    counts["changes" if saw and sees else "opens" if sees else "closes"] += number
