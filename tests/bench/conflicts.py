"""Conflicts: the inbox with ten and with ten thousand, a rule over all of them, tried and applied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from core.rules import Rule
from core.values import Query
from core.workspace import Workspace, open_workspace
from core.write_values import Create, Edit
from tests.bench.runner import Row, compare, figure, timed
from tests.bench.stores import ACTOR

MANY, FEW = 10_000, 10
INBOX = Query(entity="conflict", sort="created")


def open_conflicts(_store: Path, runs: int) -> Iterator[Row]:
    with TemporaryDirectory() as folder:
        many, few = (_with_conflicts(Path(folder) / f"{number}.db", number) for number in (MANY, FEW))
        yield compare(
            f"first page of the inbox, {MANY:,} conflicts against {FEW}",
            lambda: (many.page(INBOX, limit=FEW), many.count(INBOX)),
            lambda: (few.page(INBOX, limit=FEW), few.count(INBOX)),
            runs=runs,
            at_most=1.5,
        )
        rule = Rule(prefer="longest")
        tried = min(timed(lambda: many.settle(rule, dry_run=True)) for _ in range(3))
        yield figure(f"a rule tried over {MANY:,} conflicts", tried, "s", at_most=1, digits=2)
        applied = []
        for _ in range(3):
            applied.append(timed(lambda: many.settle(rule)))
            assert many.stats().conflicts == 0
            many.undo()
            assert many.stats().conflicts == MANY
        yield figure(f"a rule applied to {MANY:,} conflicts", min(applied), "s", at_most=3, digits=2)
        many.close()
        few.close()


def _with_conflicts(path: Path, number: int) -> Workspace:
    """A store with so many profiles that a source speaks of differently than they were edited."""
    workspace = open_workspace(str(path), ACTOR)
    made = [
        Create("profile", {"name": f"Person {n}", "notes": "as it was"}, ("crm", str(n)), source="crm")
        for n in range(number)
    ]
    refs = workspace.write(made).refs
    workspace.write([Edit(ref, {"notes": "edited here"}) for ref in refs])
    workspace.write([Edit(ref, {"notes": "as the other system has it"}, source="crm") for ref in refs])
    return workspace
