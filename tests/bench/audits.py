"""What the audit costs: edits and imports against the same without it, and verifying a large one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from core import audit, bulk_links
from core.access_values import AuditQuery
from core.audit_verify import verify
from core.exchange import export_folder, import_paths
from core.local import LocalWorkspace
from core.store import SCHEMA, Store
from core.values import Query, Ref
from core.workspace import open_workspace
from core.write_values import Create, Edit
from tests.bench.edits import EDITED, RECORDS, edits_of
from tests.bench.runner import Row, compare, duration, figure, timed
from tests.bench.stores import ACTOR, copy_of

ENTRIES = 1_000_000


def audits(store: Path, runs: int) -> Iterator[Row]:
    with TemporaryDirectory(dir=store.parent) as folder:
        yield from _edits(store, Path(folder), runs)
        yield from _imports(store, Path(folder))
    yield from _verifying(store)


@contextmanager
def without_audit() -> Iterator[None]:
    """The write path as it would be if nothing were told."""
    told = audit.append_changes
    audit.append_changes = lambda _: None
    try:
        yield
    finally:
        audit.append_changes = told


def _edits(store: Path, folder: Path, runs: int) -> Iterator[Row]:
    audited = open_workspace(str(copy_of(store, folder, "audited.db")), ACTOR)
    plain = open_workspace(str(copy_of(store, folder, "plain.db")), ACTOR)
    for entity, field in EDITED:
        ids = [row.id for row in plain.page(Query(entity=entity), limit=RECORDS).rows]
        ours, floor = edits_of(audited, entity, field, ids), edits_of(plain, entity, field, ids)

        def floor_without(floor: Callable[[], object] = floor) -> None:
            with without_audit():
                floor()

        yield compare(
            f"edit of a {entity}'s {field}, audited", ours, floor_without, runs=runs, at_most=1.5, in_turn=True
        )
    audited.close()
    plain.close()


def _imports(store: Path, folder: Path) -> Iterator[Row]:
    files = folder / "files"
    source = open_workspace(str(store), ACTOR, create=False)
    export_folder(source, files)
    source.close()
    numbers = count()

    def load() -> None:
        target = open_workspace(str(folder / f"target{next(numbers)}.db"), ACTOR)
        import_paths(target, [files])
        target.close()

    def load_without() -> None:
        with without_audit():
            load()

    yield compare("import into an empty store, audited", load, load_without, runs=5, at_most=1.5, once=True)


def _verifying(store: Path) -> Iterator[Row]:
    path = _large(store.parent)
    workspace = LocalWorkspace(path, ACTOR)
    seconds = timed(lambda: _verify(workspace.store))
    yield figure(f"verifying {ENTRIES:,} entries", seconds, "s", at_most=10)
    document = workspace.page(Query(entity="document"), limit=1).rows[0]
    queries = {
        "newest entries": AuditQuery(),
        "entries of an account": AuditQuery(actor=ACTOR.name),
        "entries of a record": AuditQuery(record=Ref("document", document.id)),
        "entries of a kind, since an hour": AuditQuery(kind="document.", since=workspace.clock() - 3_600_000_000),
    }
    for name, query in queries.items():
        took = min(timed(lambda query=query: workspace.audit(query, limit=50)) for _ in range(20))
        yield Row(f"50 {name}, of {ENTRIES:,}", duration(took))
    workspace.close()


def _verify(store: Store) -> None:
    verdict = verify(store, [], None)
    assert verdict.bad is None, verdict.problem
    assert verdict.entries >= ENTRIES


def _large(folder: Path) -> Path:
    """A store with as many entries, made by the program itself once and kept."""
    path = folder / f"{SCHEMA}-audited-{ENTRIES}.db"
    if not path.exists():
        made = _make(folder)
        for file in sorted(made.parent.iterdir(), reverse=True):
            file.rename(folder / file.name.replace(made.name, path.name))
        made.parent.rmdir()
    return path


def _make(folder: Path) -> Path:
    """Links in bulk, and edits of documents and profiles by the thousand."""
    unfinished = folder / "unfinished-audit"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    path = unfinished / "store.db"
    workspace = open_workspace(str(path), ACTOR)
    workspace.write([Create("type", {"name": name}) for name in "abcdefgh"])
    documents = workspace.write([Create("document", {"title": f"D{n}"}) for n in range(10_000)]).refs
    profiles = workspace.write([Create("profile", {"name": f"P{n}"}) for n in range(2_000)]).refs
    for number in range(20):
        workspace.write([Edit(ref, {"notes": f"Note {number}"}) for ref in profiles])
        workspace.write([Edit(ref, {"category": f"Category {number}"}) for ref in documents])
    told = 8 + 12_000 + 20 * 12_000
    while told < ENTRIES:
        first = told
        links = [
            {
                "document": documents[n % 10_000].id,
                "profile": profiles[n // 80_000].id,
                "type": "abcdefgh"[n // 10_000 % 8],
            }
            for n in range(first, first + bulk_links.BATCH)
        ]
        told += workspace.write([Create("link", link) for link in links]).changes
    workspace.close()
    return path
