"""Groups in groups: none may be a member of itself, and they end after a number of levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from core.errors import Invalid
from core.members import TOO_DEEP
from core.store import Connection
from core.values import RecordId, as_uid
from core.viewer import DEPTH

SHOWN: Final = 6  # groups of a circle that are named


def check_nesting(db: Connection) -> None:
    """Raises Invalid for a group that is a member of itself, directly or through others, and for one too deep. Costs
    some 2 us a group; a group in the trash joins nothing."""
    rows = db.execute("SELECT uid, name, groups FROM account_group WHERE deleted_at IS NULL").fetchall()
    names = {uid: name for uid, name, _ in rows}
    above = {uid: [one for one in map(as_uid, msgspec.json.decode(groups)) if one in names] for uid, _, groups in rows}
    members: dict[RecordId, list[RecordId]] = {}
    for uid, groups in above.items():
        for group in groups:
            members.setdefault(group, []).append(uid)
    waiting = {uid: len(groups) for uid, groups in above.items()}
    level = [uid for uid, count in waiting.items() if not count]
    depth = 0
    while level:
        depth += 1
        if depth > DEPTH:
            raise Invalid(f"{names[level[0]]} {TOO_DEEP}", "groups")
        following = []
        for uid in level:
            del waiting[uid]
            for member in members.get(uid, ()):
                waiting[member] -= 1
                if not waiting[member]:
                    following.append(member)
        level = following
    if waiting:
        _refuse([names[uid] for uid in _circle(waiting, above)])


def _circle(left: Mapping[RecordId, int], above: Mapping[RecordId, list[RecordId]]) -> list[RecordId]:
    """Groups each of which is a member of the next, and the last of the first; all that are left lead to such ones."""
    passed: dict[RecordId, int] = {}
    at = next(iter(left))
    while at not in passed:
        passed[at] = len(passed)
        at = next(one for one in above[at] if one in left)
    return list(passed)[passed[at] :]


def _refuse(names: list[str]) -> None:
    if len(names) == 1:
        raise Invalid(f"{names[0]} would be a member of itself; leave it out", "groups")
    way = " in ".join([*names[:SHOWN], *(["..."] if len(names) > SHOWN else []), names[0]])
    raise Invalid(f"{names[0]} would be a member of itself through others ({way}); take one of them out", "groups")
