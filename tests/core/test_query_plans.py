"""Each hot read is served by the index that was made for it, and sorts nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from core.conflicts import OF_RECORD
from core.local import LocalWorkspace
from core.store import Connection
from core.undo import LAST_DONE, LAST_UNDONE
from core.values import Query, Ref
from core.viewer import EPOCH
from core.write_values import Edit, Resolve
from tests.core.making import delete, edit, make_linked, make_profile

SORTING = "USE TEMP B-TREE FOR ORDER BY"


@pytest.fixture
def workspace(workspace: Any) -> LocalWorkspace:
    assert isinstance(workspace, LocalWorkspace)
    return workspace


@contextmanager
def statements(workspace: LocalWorkspace) -> Iterator[list[str]]:
    """The statements that are run in the block."""
    run: list[str] = []
    with workspace.store.read() as db:
        db.set_trace_callback(run.append)
    yield run
    with workspace.store.read() as db:
        db.set_trace_callback(None)


def plans(workspace: LocalWorkspace, read: Callable[[], object]) -> list[str]:
    """The query plan of each statement of a read, but for the one that asks whether access was changed."""
    with statements(workspace) as run:
        read()
    selects = [sql for sql in run if sql.lstrip().startswith("SELECT") and f"name = '{EPOCH}'" not in sql]
    assert selects
    with workspace.store.read() as db:
        return [plan(db, sql) for sql in selects]


def plan(db: Connection, sql: str) -> str:
    """One line a step; the scan of the few relationship types, or of a value's members, is told apart."""
    steps = "\n".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}"))
    steps = steps.replace("SCAN json_each", "MEMBERS")
    return steps.replace("SCAN t\n", "SCAN type\n") if "FROM relationship_type t" in sql else steps


def filters(workspace: LocalWorkspace, names: tuple[str, ...]) -> dict[str, Any]:
    document, profile, link = make_linked(workspace)
    edit(workspace, link, category="x")
    values = {"document": document.id, "profile": profile.id, "type": "author", "kind": "person", "category": "x"}
    return {name: values[name] for name in names}


def make_conflict(workspace: LocalWorkspace, *, settled: bool) -> Ref:
    """Of a record that was edited over a newer row."""
    ref = make_profile(workspace)
    version = workspace.get(ref).version
    edit(workspace, ref, name="Theirs")
    (id,) = workspace.write([Edit(ref, {"name": "Mine"}, version, merge=True)]).conflicts
    if settled:
        workspace.write([Resolve(id, {"name": "mine"})])
    return ref


PAGES: list[tuple[Query, tuple[str, ...], str]] = [
    (Query(entity="profile"), (), "profile_by_name"),
    (Query(entity="profile", sort="updated"), (), "profile_by_updated"),
    (Query(entity="profile", sort="created"), (), "profile_by_created"),
    (Query(entity="profile", trash=True), (), "profile_trash"),
    (Query(entity="profile"), ("kind",), "profile_by_kind (kind=?"),
    (Query(entity="document"), (), "document_by_title"),
    (Query(entity="document", sort="updated"), (), "document_by_updated"),
    (Query(entity="document", sort="created"), (), "document_by_created"),
    (Query(entity="document", trash=True), (), "document_trash"),
    (Query(entity="document"), ("category",), "document_by_category (category=?"),
    (Query(entity="conflict", sort="created"), (), "conflict_by_created"),
    (Query(entity="conflict", sort="created", trash=True), (), "conflict_settled"),
    (Query(entity="link"), (), ""),
    (Query(entity="link", trash=True), (), "link_trash"),
    (Query(entity="link"), ("type",), "link_by_type (type_id=?"),
    (Query(entity="link"), ("profile",), "link_of_profile (profile_id=?"),
    (Query(entity="link"), ("profile", "type"), "link_of_profile_by_type (profile_id=? AND type_id=?"),
    (Query(entity="link"), ("document",), "link_of_document (document_id=?"),
    (Query(entity="link"), ("document", "type"), "link_of_document (document_id=?"),
    (Query(entity="link"), ("document", "category"), "link_of_document (document_id=?"),
    (Query(entity="link"), ("profile", "category"), "link_of_profile"),
    (Query(entity="link"), ("profile", "document"), "link_"),
    (Query(entity="link"), ("profile", "document", "type"), "link_"),
]


@pytest.mark.parametrize(("query", "named", "index"), PAGES)
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("keyed", [False, True])
def test_a_page_walks_its_index(
    workspace: LocalWorkspace, query: Query, named: tuple[str, ...], index: str, backwards: bool, keyed: bool
) -> None:
    values = filters(workspace, named)
    query = Query(**{name: getattr(query, name) for name in ("entity", "sort", "trash")}, **values)
    key = ("a" if query.entity != "link" and query.sort == "name" and not query.trash else 1, 1) if keyed else None

    plan = plans(workspace, lambda: workspace.page(query, key=key, backwards=backwards))[-1]

    assert index in plan
    assert SORTING not in plan
    if keyed:
        assert "SCAN" not in plan


@pytest.mark.parametrize(("query", "named", "index"), PAGES)
def test_counts_and_ranks_go_along_the_index(
    workspace: LocalWorkspace, query: Query, named: tuple[str, ...], index: str
) -> None:
    values = filters(workspace, named)
    query = Query(entity=query.entity, sort=query.sort, trash=query.trash, **values)
    if query.entity == "conflict":
        make_conflict(workspace, settled=query.trash)
        row = workspace.page(query).rows[0]
    else:
        row = workspace.page(Query(entity=query.entity)).rows[0]
    if query.trash and query.entity != "conflict":
        delete(workspace, Ref(query.entity, row.id))
    where = index.partition("=")[0]

    for plan in plans(workspace, lambda: workspace.rank(query, row.id))[-2:]:
        assert "uid=?" in plan or where in plan
        assert "SCAN" not in plan
        assert SORTING not in plan
    if named:
        counted = plans(workspace, lambda: workspace.count(query))[-1]
        assert index.partition(" ")[0] in counted or "stat USING PRIMARY KEY" in counted


def test_the_page_of_a_wide_filter_walks_the_order(workspace: LocalWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    make_linked(workspace)
    monkeypatch.setattr("core.list_plans.COUNT_LIMIT", 0)

    for entity, index in (("document", "document_by_title"), ("profile", "profile_by_name")):
        plan = plans(workspace, lambda entity=entity: workspace.page(Query(entity=entity, type="author")))[-1]
        assert f"{index}" in plan
        assert SORTING not in plan
        assert "link_of_" in plan or "link_ends" in plan


def test_the_page_of_a_narrow_filter_starts_from_the_filter(workspace: LocalWorkspace) -> None:
    make_linked(workspace)

    plan = plans(workspace, lambda: workspace.page(Query(entity="document", type="author")))[-1]

    assert "SEARCH t USING INTEGER PRIMARY KEY" in plan
    assert "link_by_type (type_id=?)" in plan


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, "SCAN c"),
        ({"after": 1}, "SEARCH c USING INTEGER PRIMARY KEY (rowid>?)"),
        ({"before": 9}, "SEARCH c USING INTEGER PRIMARY KEY (rowid<?)"),
        ({"ref": True}, "SEARCH c USING INDEX change_of_record (entity=? AND record_id=?"),
        ({"request": True}, "SEARCH c USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"),
        ({"entity": "document"}, "SCAN c"),
        ({"actor": "tester"}, "request_of_actor (actor=?)"),
        ({"actor": "tester", "entity": "link", "after": 1}, "request_of_actor (actor=?)"),
    ],
)
def test_the_log_is_read_in_its_order(workspace: LocalWorkspace, parts: dict[str, Any], expected: str) -> None:
    document, _, _ = make_linked(workspace)
    if "ref" in parts:
        parts = {"ref": document}
    if "request" in parts:
        parts = {"request": workspace.changes()[0].request}

    log = next(plan for plan in plans(workspace, lambda: workspace.changes(**parts)) if "SEARCH r " in plan)

    assert expected in log
    assert SORTING not in log


@pytest.mark.parametrize("end", ["document", "profile"])
def test_groups_read_the_links_of_the_record_alone(workspace: LocalWorkspace, end: str) -> None:
    document, profile, _ = make_linked(workspace)
    ref = document if end == "document" else profile

    counted = next(plan for plan in plans(workspace, lambda: workspace.groups(ref)) if "SEARCH l" in plan)

    assert f"SEARCH l USING INDEX link_of_{end}" in counted


@pytest.mark.parametrize("read", ["get", "find_external", "find_links", "resolve", "groups", "stats"])
def test_look_ups_scan_no_large_table(workspace: LocalWorkspace, read: str) -> None:
    document, profile, link = make_linked(workspace)
    reads: dict[str, Callable[[], object]] = {
        "get": lambda: [workspace.get(ref) for ref in (document, profile, link)],
        "find_external": lambda: workspace.find_external("profile", "crm", ["7"]),
        "find_links": lambda: workspace.find_links([(document.id, profile.id, "author")]),
        "resolve": lambda: [workspace.resolve(name) for name in ("Notes", "ada lovelace", document.id.hex())],
        "groups": lambda: [workspace.groups(ref) for ref in (document, profile)],
        "stats": workspace.stats,
    }

    for plan in plans(workspace, reads[read]):
        scanned = {line.split()[1] for line in plan.splitlines() if line.startswith("SCAN")}
        assert scanned <= SMALL, plan


SMALL = {"stat", "relationship_type", "type", "account", "(subquery-1)"}  # of the last two only some are counted


def test_open_conflicts_are_found_by_their_record(workspace: LocalWorkspace) -> None:
    with workspace.store.read() as db:
        sql = f"EXPLAIN QUERY PLAN SELECT id FROM conflict t WHERE {OF_RECORD}"
        plan = "\n".join(row[3] for row in db.execute(sql, ("profile", 1)))
    assert "conflict_of_record (entity=? AND record_id=?" in plan


def test_undo_looks_its_request_up(workspace: LocalWorkspace) -> None:
    with workspace.store.read() as db:
        for sql in (LAST_DONE, LAST_UNDONE):
            plan = "\n".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", ("x",)))
            assert "request_of_actor (actor=?" in plan
            assert SORTING not in plan
