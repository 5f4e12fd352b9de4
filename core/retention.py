"""Removes from the logs what the rules of retention let go: changes and entries of the audit that are old enough.

Both go from their beginning, whole requests of the one, and the last request and entry stay however old. Of the changes
that go, those stay that other things stand on: of each record the latest, which tells its version and who wrote it, and
the latest that gave or took its life, without which nobody knows whether it was in the trash. They lose their values
where these say what the record was before. What history, undo and take-back would need and is gone, they refuse
(core.log_start).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from core import audit, leftovers, log_start, permissions
from core.access_values import Pruning
from core.audit_chain import CHANGES_PRUNED
from core.log_start import Removed
from core.open_request import OpenRequest
from core.store import Connection, Store
from core.values import Actor

DAY: Final = 86_400_000_000  # microseconds


class Old(NamedTuple):
    """What of a log may go: what was written before the instant, which is up to this seq; and how much that is."""

    days: int
    before: int
    through: int
    size: int


def prune(store: Store, actor: Actor, at: int, *, dry_run: bool, reason: str) -> Pruning:
    """How much goes, or would go, at the instant. Where that is nothing, nothing is written. Raises Denied,
    ReasonNeeded, Unavailable where no checkpoint can be signed of what goes from the audit."""
    with store.write() as db:
        request = OpenRequest(db, actor, reason)
        permissions.check_prune(request)
        days = dict(db.execute("SELECT log, days FROM retention WHERE deleted_at IS NULL"))
        changes = _old_changes(db, days["changes"], at) if "changes" in days else None
        entries = _old_entries(db, days["audit"], at) if "audit" in days else None
        pruning = Pruning(
            changes=changes.size if changes else 0,
            audit=entries.size if entries else 0,
            changes_before=changes.before if changes else None,
            audit_before=entries.before if entries else None,
            dry_run=dry_run,
        )
        if dry_run:
            return pruning
        if changes and changes.size:
            _remove_changes(request, changes)
        if entries and entries.size:
            audit.drop(db, actor, request.at, entries.through)
    if pruning.changes or pruning.audit:
        store.checkpoint()
    return pruning


def _before(days: int, at: int) -> int:
    return max(0, at - days * DAY)


# --- the change log -------------------------------------------------------------------------------------------


def _old_changes(db: Connection, days: int, at: int) -> Old:
    before = _before(days, at)
    (through,) = db.execute(END_OF_OLD_REQUESTS, (before,)).fetchone()
    (count,) = db.execute(GOING, (through,)).fetchone()
    return Old(days, before, through, count)


END_OF_OLD_REQUESTS: Final = """
SELECT coalesce(max(last_seq), 0) FROM request
WHERE id < coalesce((SELECT id FROM request WHERE at >= ? ORDER BY id LIMIT 1), (SELECT max(id) FROM request))
"""
LATEST: Final = "SELECT max(seq) FROM change WHERE seq <= ?1 AND record_id > 0 GROUP BY entity, record_id"
LATEST_OF_LIFE: Final = (
    "SELECT max(seq) FROM change WHERE seq <= ?1 AND record_id > 0 AND kind IN ('created', 'deleted', 'restored')"
    " GROUP BY entity, record_id"
)
REMOVABLE: Final = f"seq <= ?1 AND seq NOT IN ({LATEST} UNION ALL {LATEST_OF_LIFE})"
PAST_VALUES: Final = f"seq <= ?1 AND (kind = 'updated' OR (kind = 'created' AND seq NOT IN ({LATEST})))"
"""What a record was before it was edited last, and when it was made, where it was edited since."""
GOING: Final = f"""
SELECT count(*) FROM change WHERE ({REMOVABLE}) OR ({PAST_VALUES} AND before || after || taken <> '{{}}{{}}{{}}')
"""
"""How many changes go, or their values do."""


def _remove_changes(request: OpenRequest, old: Old) -> None:
    db, through = request.db, (old.through,)
    db.execute(f"DELETE FROM change WHERE {REMOVABLE}", through)
    db.execute(f"UPDATE change SET before = '{{}}', after = '{{}}', taken = '{{}}' WHERE {PAST_VALUES}", through)
    db.execute(FORGET_WORDS, through)
    db.execute(EMPTY_WORDS, through)
    (requests,) = db.execute("SELECT count(*) FROM request WHERE last_seq <= ?", through).fetchone()
    with leftovers.passing_index(db, "change", "request_id", requests):
        db.execute(FORGET_REQUESTS, through)
    leftovers.delete_unnamed_bodies(db)
    removed = Removed(old.through, old.before, old.days)
    log_start.keep(db, removed)
    said = {"change": old.through, "count": old.size, "detail": str(removed), "reason": request.reason}
    audit.append_event(db, request.by, request.at, CHANGES_PRUNED, **said)


OF_OLD_REQUESTS: Final = "request_id IN (SELECT id FROM request WHERE last_seq <= ?1)"
FORGET_WORDS: Final = f"""
DELETE FROM source_word AS w WHERE {OF_OLD_REQUESTS} AND NOT (before = '{{}}' AND EXISTS (SELECT 1 FROM change c
    WHERE c.entity = w.entity AND c.record_id = w.record_id AND c.kind = 'created'))
"""
"""A source's first word stays as long as the record's making does: it tells that another made it."""
EMPTY_WORDS: Final = f"UPDATE source_word SET after = '{{}}' WHERE {OF_OLD_REQUESTS}"
FORGET_REQUESTS: Final = """
WITH RECURSIVE needed(id) AS (
    SELECT request_id FROM change UNION SELECT request_id FROM source_word
    UNION SELECT r.reverts FROM needed n JOIN request r ON r.id = n.id WHERE r.reverts IS NOT NULL
) DELETE FROM request WHERE last_seq <= ? AND id NOT IN (SELECT id FROM needed)
"""


# --- the audit ------------------------------------------------------------------------------------------------


def _old_entries(db: Connection, days: int, at: int) -> Old:
    before = _before(days, at)
    through, count = db.execute(END_OF_OLD_ENTRIES, (before,)).fetchone()
    return Old(days, before, through, count)


END_OF_OLD_ENTRIES: Final = """
SELECT coalesce(max(seq), 0), count(*) FROM audit
WHERE seq < coalesce((SELECT seq FROM audit WHERE at >= ? ORDER BY seq LIMIT 1), (SELECT max(seq) FROM audit))
"""
