"""Instants as people type them, and a record as it was at one."""

from __future__ import annotations

import re
from typing import Annotated, Final, cast

import typer

from core.cli.failure import UsageError
from core.cli.names import find_record
from core.cli.numbers import LARGEST
from core.errors import Invalid
from core.fields import Entity, Field
from core.instants import now, parse_instant
from core.values import Record
from core.workspace import Workspace

SECOND: Final = 1_000_000  # microseconds
DAY: Final = 86_400 * SECOND
UNITS: Final = {"s": SECOND, "m": 60 * SECOND, "h": 3_600 * SECOND, "d": DAY, "w": 7 * DAY}
AGO: Final = re.compile(r"(\d{1,6}) ?([smhdw])[a-z]*( ago)?", re.ASCII)
DAYS: Final = {"now": None, "today": 0, "yesterday": 1}

TIME: Final = "2026-01-31, 2026-01-31T09:30 (UTC where no zone is given), 2h ago, 3d ago, today or yesterday"

At = Annotated[str, typer.Option("--at", metavar="TIME", help=f"As it was then: {TIME}.")]
Revision = Annotated[
    int | None,
    typer.Option("--revision", min=1, max=LARGEST, metavar="N", help="As this revision of it was."),
]


def parse_moment(text: str, option: str) -> int | None:
    """Microseconds; None for an empty text. Raises Invalid, which names the option."""
    words = text.strip().lower()
    if not words:
        return None
    if words in DAYS:
        days = DAYS[words]
        return now() if days is None else now() // DAY * DAY - days * DAY
    if found := AGO.fullmatch(words):
        moment = now() - int(found[1]) * UNITS[found[2]]
    else:
        try:
            moment = parse_instant(text)
        except ValueError:
            raise Invalid(f'"{text[:40]}" is no time; write it as {TIME}', option) from None
    return cast(int, Field(option, "instant", "").check(moment))


def read_record(workspace: Workspace, name: str, entity: Entity, at: str, revision: int | None) -> Record:
    """The record of this name as it is, or as it was. Raises NotFound, Invalid."""
    if at and revision is not None:
        raise UsageError("--at and --revision both say which state; give one of them")
    return workspace.get(find_record(workspace, name, entity), at=parse_moment(at, "--at"), revision=revision)
