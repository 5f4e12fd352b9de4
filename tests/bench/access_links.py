"""Links in a store under rules of access, against the same store without any; and rules that open and close very much.

The rows of who may are right when a write returns, because it is all one transaction, so a time is the time until then.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from core.local import LocalWorkspace
from core.records import ENDS
from core.values import RecordId, Ref, id_text
from core.write_values import Create, Delete, Edit
from tests.bench.links import BATCH, new_links
from tests.bench.runner import Row, compare, figure, timed
from tests.bench.stores import ACTOR, copy_of, raw_reader

GRANTING = {"author": "see", "owner": "edit"}
"""What each of these types grants; a document has about one link of them."""
OTHERS = ("recipient", "witness")
TYPES = (*GRANTING, *OTHERS)
TO_SOMEBODY = "granting link to somebody's profile made"
TIED = 100  # profiles of which an account is tied to one
GROUPS = 50
LIMIT = 1.5  # times a link without rules
FEW = 5  # batches of links, which fill the store
OPENED = 10_000  # documents
CLOSED_WITHIN = 10.0  # seconds


def access_links(store: Path, runs: int) -> Iterator[Row]:
    with TemporaryDirectory(dir=store.parent) as folder:
        paths = [copy_of(store, Path(folder), name) for name in ("ruled.db", "free.db")]
        ruled, free = (LocalWorkspace(path, ACTOR) for path in paths)
        _put_under_rules(ruled)
        yield _rows_a_document(paths[0])
        for name, calls in CALLS.items():
            ours, floor = (calls(workspace) for workspace in (ruled, free))
            at_most = math.inf if name == TO_SOMEBODY else LIMIT
            yield compare(f"{name}, with rules and without", ours, floor, runs=runs, at_most=at_most, in_turn=True)
        yield _many_links(ruled, free, paths[1], runs)
        yield from _opened_and_closed(ruled)
        ruled.close()
        free.close()


def _put_under_rules(workspace: LocalWorkspace) -> None:
    """Types that grant, accounts that are tied to some of the profiles, and grants to groups on two fifths of the
    documents."""
    draw = random.Random(3)
    types = {type.name: Ref("type", type.id) for type in workspace.types()}
    workspace.write([Edit(types[name], {"grants": grants}) for name, grants in GRANTING.items()])
    profiles = _uids(workspace, "profile")[::TIED]
    ties = enumerate(map(id_text, profiles))
    workspace.write([Create("account", {"name": f"somebody {number}", "tied_to": tie}) for number, tie in ties])
    groups = workspace.write([Create("group", {"name": f"group {number}"}) for number in range(GROUPS)]).refs
    documents = _uids(workspace, "document")
    workspace.write([_grant(draw.choice(groups), uid) for uid in draw.sample(documents, 2 * len(documents) // 5)])


def _grant(group: Ref, document: RecordId) -> Create:
    fields = {"subject_kind": "group", "subject": id_text(group.id), "action": "see"}
    return Create("grant", fields | {"target_kind": "document", "target": id_text(document)})


def _uids(workspace: LocalWorkspace, table: str) -> list[RecordId]:
    return [uid for (uid,) in workspace.store.fetch(f"SELECT uid FROM {table} WHERE deleted_at IS NULL ORDER BY id")]


def _rows_a_document(path: Path) -> Row:
    db = raw_reader(path)
    (rows, documents) = db.execute("SELECT (SELECT count(*) FROM document_acl), count(*) FROM document").fetchone()
    db.close()
    return figure("rows of who may, for each document", rows / documents, "", digits=2)


# --- one link after the other -----------------------------------------------------------------------------------

Calls = Callable[[LocalWorkspace], Callable[[], Any]]


def _made(types: tuple[str, ...], to_every: int = 1) -> Calls:
    def calls(workspace: LocalWorkspace) -> Callable[[], Any]:
        draw = random.Random(4)
        documents, profiles = _uids(workspace, "document"), _uids(workspace, "profile")[::to_every]
        linked = set(workspace.store.fetch(LINKED))

        def make() -> None:
            ends = draw.choice(documents), draw.choice(profiles)
            while ends in linked:
                ends = draw.choice(documents), draw.choice(profiles)
            linked.add(ends)
            workspace.write([Create("link", dict(zip(ENDS, (*ends, draw.choice(types)), strict=True)))])

        return make

    return calls


def _edited(types: tuple[str, ...]) -> Calls:
    def calls(workspace: LocalWorkspace) -> Callable[[], Any]:
        numbers, links = count(2 * 10**15), _links(workspace, types)
        return lambda: workspace.write([Edit(next(links), {"valid_until": next(numbers)})])

    return calls


def _unlinked(types: tuple[str, ...]) -> Calls:
    def calls(workspace: LocalWorkspace) -> Callable[[], Any]:
        links = _links(workspace, types)
        return lambda: workspace.write([Delete(next(links))])

    return calls


def _links(workspace: LocalWorkspace, types: tuple[str, ...]) -> Iterator[Ref]:
    """In an order that is the same in both stores."""
    rows = workspace.store.fetch(LINKS.format(places=", ".join("?" * len(types))), types)
    random.Random(5).shuffle(rows)
    return (Ref("link", uid) for (uid,) in rows)


LINKED = "SELECT d.uid, p.uid FROM link l JOIN document d ON d.id = l.document_id JOIN profile p ON p.id = l.profile_id"
LINKS = """
SELECT l.uid FROM link l JOIN relationship_type t ON t.id = l.type_id
WHERE t.name IN ({places}) AND l.deleted_at IS NULL ORDER BY l.id
"""
CALLS: dict[str, Calls] = {
    f"{of} {done}": call(types)
    for of, types in (("link of any type", TYPES), ("granting link", tuple(GRANTING)))
    for done, call in (("made", _made), ("given a validity", _edited), ("unlinked", _unlinked))
} | {TO_SOMEBODY: _made(tuple(GRANTING), TIED)}


# --- very much at once --------------------------------------------------------------------------------------------


def _many_links(ruled: LocalWorkspace, free: LocalWorkspace, path: Path, runs: int) -> Row:
    """Of all types, as an import makes them."""
    raw = raw_reader(path)
    batches = [[write for write, _ in batch] for batch in new_links(raw, min(runs, FEW))]
    raw.close()
    of_ruled, of_free = iter(batches), iter(batches)
    return compare(
        f"{BATCH:,} links, with rules and without",
        lambda: ruled.write(next(of_ruled)),
        lambda: free.write(next(of_free)),
        runs=len(batches),
        once=True,
    )


def _opened_and_closed(workspace: LocalWorkspace) -> Iterator[Row]:
    """By a type whose links join one profile to that many documents, and by a grant on each of them."""
    documents = _uids(workspace, "document")[:OPENED]
    profile, type = workspace.write([Create("profile", {"name": "Reader"}), Create("type", {"name": "reader"})]).refs
    workspace.write([Create("account", {"name": "reader", "tied_to": id_text(profile.id)})])
    ends = [{"document": uid, "profile": profile.id, "type": "reader"} for uid in documents]
    workspace.write([Create("link", fields) for fields in ends])
    (group,) = workspace.write([Create("group", {"name": "readers"})]).refs
    grants: list[Ref] = []

    def open_each() -> None:
        grants.extend(workspace.write([_grant(group, uid) for uid in documents]).refs)

    what = f"{len(documents):,} documents"
    for name, work, at_most in (
        (f"a type opens {what}", lambda: workspace.write([Edit(type, {"grants": "see"})]), None),
        (f"a type closes {what}", lambda: workspace.write([Edit(type, {"grants": "none"})]), CLOSED_WITHIN),
        (f"grants open {what}", open_each, None),
        (f"grants on {what} revoked", lambda: workspace.write([Delete(ref) for ref in grants]), CLOSED_WITHIN),
    ):
        yield figure(name, timed(work), "s", at_most=at_most, digits=2)
    yield figure("all of it worked out anew", timed(workspace.rebuild_access), "s", digits=2)
    assert workspace.rebuild_access() == 0
