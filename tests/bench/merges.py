"""The merge of one record: pure, so it is held against a time, not against a floor."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

from core.fields import FIELDS, Entity
from core.merge import merge
from tests.bench.runner import Row, figure, timed

Values = dict[str, Any]

CALLS = 200  # a run
RECORD_US = 50
ATTRIBUTES: Values = {"pages": 12, "place": {"room": "3.14", "shelves": [1, 2]}, "weight": 1.5}
LINK: Values = {
    "document": bytes(16),
    "profile": bytes(16),
    "type": "author",
    "position": 3,
    "valid_from": 1_700_000_000_000_000,
    "valid_until": 1_800_000_000_000_000,
    "note": "First line.\nSecond line.",
    "reference_type": "attachment",
    "title": "Appendix A",
    "description": "What it is about.\nIn two lines.",
    "category": "reports",
    "tags": ["draft", "internal"],
    "collection": "2026",
    "attributes": ATTRIBUTES,
    "created": 1_600_000_000_000_000,
    "merged_into": "",
}
"""Every field that a link has; no kind of record has more."""
LINES, WORDS, EDITS = 20, 12, 3


def merges(_store: Path, runs: int) -> Iterator[Row]:
    """Two sides that changed a link in three fields each, in the same set, in the same map; and a text."""
    assert LINK.keys() == FIELDS["link"].keys()
    mine: Values = {"title": "Appendix B", "note": "Another line.", "position": 4}
    theirs: Values = {"category": "letters", "description": "Something else.", "collection": "2027"}
    yield _merged(f"merge of {len(LINK)} fields, three changed on each side", mine, theirs, runs, RECORD_US)
    mine, theirs = {"tags": ["draft", "mine"]}, {"tags": ["draft", "internal", "theirs"]}
    yield _merged(f"merge of {len(LINK)} fields, both in one set", mine, theirs, runs)
    mine, theirs = {"attributes": ATTRIBUTES | {"mine": 1}}, {"attributes": ATTRIBUTES | {"theirs": 1}}
    yield _merged(f"merge of {len(LINK)} fields, both in one map", mine, theirs, runs)
    base, ours, others = ({"description": text} for text in _texts())
    name = f"merge of a text of {LINES} lines, {EDITS} words changed on each side"
    yield figure(name, _microseconds(lambda: merge("document", base, ours, others), runs), "us")


def _merged(name: str, mine: Values, theirs: Values, runs: int, at_most: float | None = None) -> Row:
    entity: Entity = "link"
    base, ours, others = LINK, _copy(LINK | mine), _copy(LINK | theirs)
    assert merge(entity, base, ours, others).is_clean
    return figure(name, _microseconds(lambda: merge(entity, base, ours, others), runs), "us", at_most=at_most)


def _copy(value: Any) -> Any:
    """Equal, and no part the same object: versions are read from the store one by one."""
    if isinstance(value, dict):
        return {name: _copy(member) for name, member in value.items()}
    return list(value) if isinstance(value, list) else value


def _texts() -> list[str]:
    drawn = random.Random(1)
    base = [[f"word{drawn.randrange(500)}" for _ in range(WORDS)] for _ in range(LINES)]
    versions = [base, [list(line) for line in base], [list(line) for line in base]]
    for side, version in zip(("mine", "theirs"), versions[1:], strict=True):
        for line in drawn.sample(range(LINES), EDITS):
            version[line][drawn.randrange(WORDS)] = side
    return ["\n".join(map(" ".join, version)) for version in versions]


def _microseconds(work: Callable[[], object], runs: int) -> float:
    """Of one call, the median over the runs."""

    def calls() -> None:
        for _ in range(CALLS):
            work()

    return median(timed(calls) for _ in range(runs)) / CALLS * 1e6
