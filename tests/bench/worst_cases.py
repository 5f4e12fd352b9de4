"""What takes long where somebody means it to: texts that repeat themselves, groups in groups, a thousand accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from core.diff3 import diff3
from core.errors import Invalid
from core.fields import FIELDS
from core.merge import merge
from core.merge_fields import LINES
from core.values import id_text
from core.workspace import Workspace, open_workspace
from core.write_values import Create, Write
from tests.bench.runner import Row, figure, timed
from tests.bench.stores import ACTOR
from tests.core.access.people import chain, grant_to
from tui.word_diff import compare

ACCOUNTS, DOCUMENTS, GROUPS = 1_000, 500, 10_000


def worst_cases(_store: Path, runs: int) -> Iterator[Row]:
    yield from _texts(max(3, runs // 5))
    with TemporaryDirectory() as folder:
        workspace = open_workspace(str(Path(folder) / "store.db"), ACTOR)
        yield from _access(workspace)
        workspace.close()


def _texts(runs: int) -> Iterator[Row]:
    base, mine, theirs = ["a", "b"] * 5_000, ["b", "b", "a"] * 3_000, ["a", "a", "b"] * 3_000
    took = median(timed(lambda: diff3(base, mine, theirs)) for _ in range(runs))
    yield figure("diff3 of 10,000 lines that repeat themselves", took, "s", at_most=0.5, digits=2)

    lines = [f"line {number % 50} of many" for number in range(LINES - 1)]
    ours, others = list(lines), list(lines)
    ours[10::100], others[60::100] = ours[9::100], others[59::100]
    values = [{"text": "\n".join(version)} for version in (lines, ours, others)]
    took = median(timed(lambda: merge("document", *values)) for _ in range(runs))
    yield figure(f"merge of a text of {LINES:,} lines", took, "s", at_most=0.5, digits=2)

    notes = FIELDS["profile"]["notes"]
    took = max(timed(lambda: compare(notes, "a b " * 400_000, "b a " * 400_000)) for _ in range(runs))
    yield figure("two texts of 1.6 MB shown word by word", took, "s", at_most=0.5, digits=2)
    for words in (1, 100, 900):
        one, two = (" ".join(f"w{place * step % words}" for place in range(4_500)) for step in (7, 11))
        shown = partial(compare, notes, f"one {one} two", f"1 {two} 2")
        took = max(timed(shown) for _ in range(runs))
        yield figure(f"two texts of 4,500 words shown, {words} of them different", took, "s", at_most=0.5, digits=2)


def _access(workspace: Workspace) -> Iterator[Row]:
    workspace.write([Create("account", {"name": ACTOR.name})])
    (staff,) = workspace.write([Create("group", {"name": "staff"})]).refs
    member = {"groups": [id_text(staff.id)]}
    workspace.write([Create("account", {"name": f"account {n:04}"} | member) for n in range(ACCOUNTS)])
    letters = workspace.write([Create("document", {"title": f"Letter {n}"}) for n in range(DOCUMENTS)]).refs

    of_all = grant_to(staff, "see", "documents")
    took = timed(lambda: workspace.preview_access([of_all]))
    yield figure(f"what a grant to {ACCOUNTS:,} accounts opens, tried out", took, "s", at_most=3, digits=2)

    workspace.write([grant_to(staff, "see", letters[0])])
    took = timed(lambda: workspace.who(letters[0]))
    yield figure(f"who may read a document, {ACCOUNTS:,} accounts", took, "s", at_most=1, digits=2)

    for groups in (GROUPS // 10, GROUPS):
        writes = chain(groups)
        took = timed(partial(_try, workspace, writes))
        yield figure(f"{groups:,} groups in groups refused", took, "s", at_most=groups / 1_000, digits=2)


def _try(workspace: Workspace, writes: Sequence[Write]) -> None:
    with suppress(Invalid):
        workspace.write(writes)
