"""The audit is read both ways: what did this account do, who touched that record; by who may, and no more than that."""

from __future__ import annotations

from pathlib import Path

import pytest

from core import audit_reads
from core.access_values import AuditEntry, AuditQuery
from core.errors import Denied, NotFound
from core.instants import now
from core.local import LocalWorkspace
from core.values import Actor, Ref
from core.workspace import Workspace
from core.write_values import Create, Edit
from tests.core.access.people import People, refusal
from tests.core.audit.raw import entries, raw
from tests.core.making import delete, edit, make_document, make_linked, make_profile

HOUR = 3_600_000_000  # microseconds


@pytest.fixture
def several(store_path: Path, workspace: Workspace) -> list[AuditEntry]:
    """Entries of two actors about three records, the newest first."""
    other = LocalWorkspace(store_path, Actor("second", "cli"))
    document, profile, _ = make_linked(workspace)
    edit(other, document, title="Other")
    edit(workspace, profile, notes="mine")
    other.note("export", detail="all of it")
    delete(other, document)
    other.store.close()
    return entries(workspace)


# --- which entries -------------------------------------------------------------------------------------------------


def test_without_a_filter_all_come_the_newest_first(several: list[AuditEntry]) -> None:
    assert [entry.seq for entry in several] == list(range(len(several), 0, -1))
    assert len(several) == 9


FILTERS = {
    "actor": lambda one: {"actor": one.actor.name},
    "record": lambda one: {"record": one.record},
    "request": lambda one: {"request": one.request},
    "kind": lambda one: {"kind": one.kind},
    "beginning of a kind": lambda one: {"kind": one.kind.partition(".")[0] + "."},
    "since": lambda one: {"since": one.at},
    "until": lambda one: {"until": one.at},
    "actor and record": lambda one: {"actor": one.actor.name, "record": one.record},
    "actor and kind": lambda one: {"actor": one.actor.name, "kind": one.kind},
    "all": lambda one: {
        "actor": one.actor.name,
        "record": one.record,
        "request": one.request,
        "kind": one.kind,
        "since": one.at,
        "until": one.at + 1,
    },
    "nobody": lambda one: {"actor": "nobody", "kind": one.kind},
}


def holds(entry: AuditEntry, query: AuditQuery) -> bool:
    """Whether the entry is asked for, said plainly."""
    kind = entry.kind.startswith(query.kind) if query.kind.endswith(".") else query.kind in ("", entry.kind)
    return (
        kind
        and query.actor in ("", entry.actor.name)
        and query.record in (None, entry.record)
        and query.request in (None, entry.request)
        and (query.since is None or entry.at >= query.since)
        and (query.until is None or entry.at < query.until)
    )


@pytest.mark.parametrize("case", FILTERS)
def test_each_filter_leaves_what_it_says(workspace: Workspace, several: list[AuditEntry], case: str) -> None:
    for one in several:
        query = AuditQuery(**FILTERS[case](one))
        expected = [entry for entry in several if holds(entry, query)]

        assert workspace.audit(query) == expected
        assert workspace.audit(query, after=0) == expected[::-1]
        assert workspace.audit(query, before=5) == [entry for entry in expected if entry.seq < 5]
        assert workspace.audit(query, after=5) == [entry for entry in expected if entry.seq > 5][::-1]
        assert workspace.audit(query, limit=2) == expected[:2]
        assert (
            workspace.audit(query, after=3, before=7, limit=2)
            == [entry for entry in expected[::-1] if 3 < entry.seq < 7][:2]
        )


def test_what_is_not_known_has_no_entries(workspace: Workspace, several: list[AuditEntry]) -> None:
    for query in (
        AuditQuery(actor="nobody"),
        AuditQuery(kind="document.melted"),
        AuditQuery(kind="truce."),
        AuditQuery(record=Ref("document", bytes(16))),
        AuditQuery(request=bytes(16)),
        AuditQuery(since=now() + HOUR),
        AuditQuery(until=1),
    ):
        assert workspace.audit(query) == []


def test_an_empty_audit_has_no_entries(workspace: Workspace) -> None:
    assert workspace.audit(AuditQuery(since=0, kind="document.")) == []


def test_a_clock_that_was_set_back_hides_nothing(
    store_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = now()
    for hours in (0, 5, 2, 3):
        monkeypatch.setattr("core.open_request.now", lambda hours=hours: start + hours * HOUR)
        make_document(workspace, f"D{hours}")

    found = entries(workspace, since=start + 2 * HOUR, until=start + 4 * HOUR, kind="document.created")

    assert [entry.title for entry in found] == ["D3", "D2"]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (AuditQuery(actor="second"), "audit_by_actor"),
        (AuditQuery(record=Ref("document", bytes(16))), "audit_by_record"),
        (AuditQuery(request=bytes(16)), "audit_by_request"),
        (AuditQuery(kind="document.updated"), "audit_by_kind"),
        (AuditQuery(kind="document."), "audit_by_kind"),
        (AuditQuery(kind="document.updated", actor="second"), "audit_by_kind"),
        (AuditQuery(kind="document.", actor="nobody"), "audit_by_actor"),
    ],
)
def test_entries_are_found_by_an_index_and_not_sorted(
    store_path: Path, workspace: Workspace, several: list[AuditEntry], query: AuditQuery, index: str
) -> None:
    asked: list[str] = []
    with raw(store_path) as db:
        db.set_trace_callback(asked.append)
        audit_reads._rows(db, query, None, None, 50)
        db.set_trace_callback(None)
        plans = [
            detail
            for sql in asked
            if sql.startswith("SELECT seq, body")
            for *_, detail in db.execute(f"EXPLAIN QUERY PLAN {sql}")
        ]

    assert all(plan.startswith(f"SEARCH audit USING INDEX {index} ") for plan in plans)
    assert plans


# --- by whom ---------------------------------------------------------------------------------------------------------


def test_who_may_not_see_the_audit_sees_none_of_it(office: People) -> None:
    bob = office.account("bob")
    office.grant("bob", "administer", "documents")

    error = refusal(office.owner, lambda: bob.audit(AuditQuery()))

    assert (type(error), str(error)) == (Denied, "bob may not read the audit; that needs see on audit")
    assert str(refusal(office.owner, lambda: bob.verify_audit())) == (
        "bob may not verify the audit; that needs see on audit"
    )


def test_of_records_that_one_may_not_see_the_audit_tells_no_more_than_that_they_are(office: People) -> None:
    seen, hidden = make_document(office.owner, "Seen"), make_document(office.owner, "Hidden")
    profile = make_profile(office.owner, "Ada")
    bob = office.account("bob")
    office.grant("bob", "see", "audit")
    office.grant("bob", "see", seen)

    found = {entry.record: entry for entry in entries(bob) if entry.record}

    assert (found[seen].title, found[seen].after["title"]) == ("Seen", "Seen")
    for ref in (hidden, profile):
        assert (found[ref].title, found[ref].before, found[ref].after) == ("", None, None)
    with pytest.raises(NotFound):
        bob.get(hidden)


def test_an_auditor_reads_all_but_what_is_confidential(office: People) -> None:
    document = make_document(office.owner, "Secret", confidential="yes", text="for few", category="c")
    office.owner.write([Edit(document, {"text": "for fewer"})])
    eve = office.account("eve", roles=["auditor"])

    made, updated = (entries(eve, record=document, kind=f"document.{kind}")[0] for kind in ("created", "updated"))

    assert (made.title, made.after["category"]) == ("Secret", "c")
    assert "text" not in made.after
    assert (updated.before, updated.after) == ({}, {})
    assert updated.detail == "text"


def test_a_marked_attribute_stays_confidential_also_where_only_the_entry_has_it(office: People) -> None:
    """As where the change log was pruned."""
    office.account("bob")
    profile = make_profile(office.owner, "Ada", attributes={"salary": 1, "room": 2})
    office.owner.write([Create("mark", {"entity": "profile", "attribute": "salary"})])
    eve = office.account("eve", roles=["auditor"])
    with raw(office.path) as db:
        db.execute("DELETE FROM change WHERE entity = 'profile'")

    (entry,) = entries(eve, record=profile)
    (whole,) = entries(office.owner, record=profile)

    assert entry.after["attributes"] == {"room": 2}
    assert whole.after["attributes"] == {"salary": 1, "room": 2}


def test_reading_something_confidential_in_the_audit_is_told_of(office: People) -> None:
    office.account("bob")
    document = make_document(office.owner, "Secret", confidential="yes", text="for few")

    (entry,) = entries(office.owner, record=document)

    assert entry.after["text"] == "for few"
    assert [one.kind for one in entries(office.owner, record=document)] == ["document.read", "document.created"]
