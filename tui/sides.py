"""Who brought a version, from where and when, in words: never "ours" or "theirs" alone."""

from __future__ import annotations

from datetime import datetime

from core.merge_values import DELETED, KEPT, Side
from core.values import ConflictRecord, Question


def who(side: Side, me: str) -> str:
    """A name: of the source that said it, else of the person, "you" for the one who looks."""
    return side.source or by(side, me)


def by(side: Side, me: str) -> str:
    return "you" if side.actor == me else side.actor or "somebody"


def place(side: Side, me: str) -> str:
    """Where it came from: the way in, and the revision where it is stored as one."""
    way = f"by {by(side, me)}" if side.source else side.via
    return ", ".join(filter(None, (way, f"rev {side.revision}" if side.revision else "")))


def heading(side: Side, other: Side, me: str) -> str:
    """ "you, 10:02, terminal": what matters most first, since the end is cut where there is little room."""
    return ", ".join(filter(None, (who(side, me), clock(side.at, other.at), place(side, me))))


def clock(at: int, other: int) -> str:
    """The instant, told in the form that the other one beside it has: only the time where both are of today, to the
    second where both are of one minute."""
    if not at:
        return ""
    one, beside = _local(at), _local(other or at)
    form = "%H:%M:%S" if at // 60_000_000 == other // 60_000_000 else "%H:%M"
    today = datetime.now().date()
    return f"{one:{form}}" if one.date() == beside.date() == today else f"{one:%Y-%m-%d {form}}"


def short_moment(at: int) -> str:
    """The time of day for today, the day for this year, else the year."""
    when, today = _local(at), datetime.now().date()
    if when.date() == today:
        return f"{when:%H:%M}"
    return f"{when:%m-%d}" if when.year == today.year else f"{when:%Y}"


def whole_value(value: object) -> str:
    """What is to become of a record, as an answer."""
    return {KEPT: "keep it", DELETED: "delete it"}.get(str(value), str(value))


def what_they_did(conflict: ConflictRecord, me: str) -> str:
    """Of a deletion or a dead end: "you deleted it, Ann edited it"."""
    one = next(iter(conflict.fields), None)
    if one is None:
        return ""
    did = {DELETED: "deleted it", KEPT: "edited it"}
    if conflict.question == "dangling":
        did = {DELETED: "deleted what it joins", KEPT: "edited the link"}
    sides = ((conflict.mine, conflict.theirs, one.mine), (conflict.theirs, conflict.mine, one.theirs))
    return "; ".join(
        f"{who(side, me)} {did.get(value, 'changed it')} ({place(side, me)}, {clock(side.at, other.at)})"
        for side, other, value in sides
    )


QUESTIONS: dict[Question, str] = {"fields": "", "deletion": "kept or deleted?", "dangling": "its end is gone"}


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000_000)
