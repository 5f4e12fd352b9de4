"""Many writes at once: all of them or none, under one request."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from core.errors import Exists, Invalid, NotFound, RolodocError, Stale
from core.values import Query, Ref, Stats
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Restore, Write
from tests.core.making import edit, fields_of, make_document, make_linked, make_profile, make_type, new_link

MANY = 100  # enough for the fast path of links


def test_writes_of_all_kinds_in_one_request(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    other = make_profile(workspace, "Eve")

    receipt = workspace.write(
        [
            Create("document", {"title": "New"}),
            Edit(profile, {"notes": "edited"}),
            Delete(other),
            Edit(link, {"note": "edited"}),
            Restore(other),
            Delete(document),
        ],
        reason="a good one",
    )

    assert [ref.entity for ref in receipt.refs] == ["document", "profile", "profile", "link", "profile", "document"]
    assert receipt.refs[1:] == [profile, other, link, other, document]
    assert receipt.changes == 7, "the link went with the document"
    log = workspace.changes(request=receipt.request)
    assert {(change.request, change.reason, change.size, change.actor.name) for change in log} == {
        (receipt.request, "a good one", 7, "ann")
    }
    assert len({change.at for change in log}) == 1


def people_and_papers(workspace: Workspace, count: int = MANY) -> list[Create]:
    """New links between as many documents and profiles, both already there."""
    make_type(workspace)
    documents = workspace.write([Create("document", {"title": f"D{n}"}) for n in range(count)]).refs
    profiles = workspace.write([Create("profile", {"name": f"P{n}"}) for n in range(count)]).refs
    return [new_link(document, profile) for document, profile in zip(documents, profiles, strict=True)]


def test_many_links_at_once_are_as_if_made_one_by_one(workspace: Workspace) -> None:
    writes = people_and_papers(workspace)
    writes[1].fields.update(note="n", position=0, tags=["t"], attributes={"a": [1]}, created=0, valid_from=-5)
    writes[2].fields.update(
        collection='quoted "c" \\', valid_until="2026-01-01", title="\N{CJK UNIFIED IDEOGRAPH-6F22}"
    )

    receipt = workspace.write(writes)

    assert receipt.changes == len(receipt.refs) == MANY
    assert receipt.summary == f"linked {MANY} links"
    records = [workspace.get(ref) for ref in receipt.refs]
    for record, write in zip(records, writes, strict=True):
        given = {name: value for name, value in write.fields.items() if name != "valid_until"}
        assert record.fields | given == record.fields
        assert record.revision == 1
    assert records[1].created_at == 0
    assert len({record.version for record in records}) == MANY
    log = workspace.changes(after=receipt_start(workspace, receipt.changes))
    assert [change.ref for change in log] == receipt.refs
    for change, record in zip(log, records, strict=True):
        filled = {name: value for name, value in record.fields.items() if value not in (None, "", [], {})}
        assert (change.type, change.before, change.after) == ("link.created", {}, filled)
        assert (change.revision, change.version) == (1, record.version)
    assert workspace.stats().links_by_type == {"author": MANY}


def receipt_start(workspace: Workspace, changes: int) -> int:
    return workspace.cursor() - changes


@pytest.mark.parametrize("place_of_bad_one", [0, 40, MANY])
@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ("duplicate", Exists),
        ("unknown end", NotFound),
        ("unknown type", NotFound),
        ("unknown field", Invalid),
        ("bad value", Invalid),
        ("missing end", Invalid),
        ("an end of the wrong kind of value", Invalid),
        ("ends before it begins", Invalid),
        ("bad text", Invalid),
        ("bad type of type", Invalid),
        ("huge number", Invalid),
        ("kind not allowed", Invalid),
    ],
)
def test_one_bad_link_of_many_and_nothing_is_written(
    workspace: Workspace, bad: str, error: type[RolodocError], place_of_bad_one: int
) -> None:
    *writes, one = people_and_papers(workspace, MANY + 1)
    make_type(workspace, "publisher", profile_kinds=["organisation"])
    if bad == "duplicate":
        workspace.write([one])
    if bad == "missing end":
        del one.fields["profile"]
    writes.insert(place_of_bad_one, Create("link", one.fields | BAD_FIELDS.get(bad, {})))
    before = state_of(workspace)

    with pytest.raises(error) as refused:
        workspace.write(writes)

    assert refused.value.index == place_of_bad_one
    assert state_of(workspace) == before


BAD_FIELDS = {
    "unknown end": {"profile": bytes(16)},
    "unknown type": {"type": "friend"},
    "unknown field": {"colour": "red"},
    "bad value": {"position": "first"},
    "an end of the wrong kind of value": {"document": ["x"]},
    "ends before it begins": {"valid_from": 100, "valid_until": 0},
    "bad text": {"note": "\ud800"},
    "bad type of type": {"type": "\ud800"},
    "huge number": {"created": 2**70},
    "kind not allowed": {"type": "publisher"},
}


def state_of(workspace: Workspace) -> tuple[Stats, int, list[bytes]]:
    rows = [row.id for entity in ("profile", "document", "link") for row in rows_of(workspace, entity)]
    stats = workspace.stats()
    return (
        Stats(stats.profiles, stats.documents, stats.links, stats.links_by_type, stats.trash, stats.changes),
        (workspace.cursor()),
        rows,
    )


def rows_of(workspace: Workspace, entity: str) -> Sequence[object]:
    return workspace.page(Query(entity=entity), limit=10_000).rows


def test_the_same_link_twice_in_one_request(workspace: Workspace) -> None:
    writes = people_and_papers(workspace)
    before = state_of(workspace)

    with pytest.raises(Exists) as refused:
        workspace.write([*writes, writes[7]])

    assert refused.value.index == MANY
    assert state_of(workspace) == before


def test_many_links_revive_those_that_were_unlinked(workspace: Workspace) -> None:
    writes = people_and_papers(workspace)
    first = workspace.write(writes[:3]).refs
    workspace.write([Delete(ref) for ref in first])

    receipt = workspace.write(writes)

    assert receipt.refs[:3] == first
    assert receipt.changes == MANY
    assert workspace.stats().links == MANY
    assert workspace.stats().trash == 0


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (Edit(Ref("profile", bytes(16)), {}), NotFound),
        (Create("profile", {}), Invalid),
        (Create("profile", {"name": "Eve"}, ("crm", "1")), Exists),
    ],
)
def test_one_bad_write_of_several_and_nothing_is_written(
    workspace: Workspace, bad: Write, error: type[RolodocError]
) -> None:
    document, profile, link = make_linked(workspace)
    workspace.write([Create("profile", {"name": "Bob"}, ("crm", "1"))])
    before = state_of(workspace)
    good = [Edit(document, {"title": "X"}), Delete(profile), Create("document", {"title": "Y"})]

    with pytest.raises(error) as refused:
        workspace.write([*good, bad, Delete(document)])

    assert refused.value.index == 3
    assert state_of(workspace) == before
    assert fields_of(workspace, document)["title"] == "Notes"
    assert workspace.get(link).deleted_at is None


def test_one_stale_edit_of_several_says_which(workspace: Workspace) -> None:
    refs = [make_profile(workspace, name) for name in ("A", "B", "C")]
    versions = [workspace.get(ref).version for ref in refs]
    edit(workspace, refs[1], notes="moved on")

    with pytest.raises(Stale) as refused:
        workspace.write([Edit(ref, {"notes": "mine"}, version) for ref, version in zip(refs, versions, strict=True)])

    assert refused.value.index == 1
    assert [fields_of(workspace, ref)["notes"] for ref in refs] == ["", "moved on", ""]


def test_a_record_may_be_written_twice_in_one_request(workspace: Workspace) -> None:
    ref = make_document(workspace)

    receipt = workspace.write([Edit(ref, {"title": "B"}), Edit(ref, {"title": "C", "tags": ["t"]}), Delete(ref)])

    assert receipt.changes == 3
    assert workspace.get(ref).revision == 4
    assert [change.after for change in workspace.changes(ref=ref)][:3] == [
        {},
        {"title": "C", "tags": ["t"]},
        {"title": "B"},
    ]


def test_progress_counts_towards_the_whole_request(workspace: Workspace) -> None:
    links = people_and_papers(workspace)
    profiles = [Create("profile", {"name": f"N{n}"}) for n in range(2_000)]
    told: list[tuple[int, int]] = []

    workspace.write([*profiles, *links], progress=lambda done, total: told.append((done, total)))

    assert told
    assert {total for _, total in told} == {2_000 + MANY}
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1][0] == 2_000 + MANY


def test_what_fails_in_the_middle_of_the_progress_writes_nothing(workspace: Workspace) -> None:
    before = state_of(workspace)

    def cancel(*_done_and_total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workspace.write([Create("profile", {"name": f"N{n}"}) for n in range(1_500)], progress=cancel)

    assert state_of(workspace) == before
    make_profile(workspace)
    assert workspace.stats().profiles == 1
