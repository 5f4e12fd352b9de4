"""Links: one row, read from both ends."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import Conflict, Exists, Invalid, NotFound
from core.values import Query, Ref
from core.workspace import Workspace
from core.write_values import Create, Edit
from tests.core.making import (
    delete,
    edit,
    fields_of,
    made,
    make_document,
    make_link,
    make_linked,
    make_profile,
    make_type,
    new_link,
    restore,
)

FULL: dict[str, Any] = {
    "position": 3,
    "valid_from": -1_000_000,
    "valid_until": 0,
    "note": "As agreed.",
    "reference_type": "attachment",
    "title": "My contract",
    "description": "The one of May.",
    "category": "contract",
    "tags": ["signed", "original"],
    "collection": "2026",
    "attributes": {"pages": 4},
    "created": 0,
}


def test_a_link_holds_every_field_that_it_was_made_with(workspace: Workspace) -> None:
    make_type(workspace)
    document, profile = make_document(workspace, "Notes"), make_profile(workspace, "Ada")

    record = workspace.get(make_link(workspace, document, profile, **FULL))

    assert record.fields == {"document": document.id, "profile": profile.id, "type": "author", "merged_into": ""} | FULL
    assert record.title == "Notes · author · Ada"
    assert record.created_at == 0


def test_a_link_is_read_from_both_ends(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)

    (of_profile,) = workspace.page(Query(entity="link", profile=profile.id)).rows
    (of_document,) = workspace.page(Query(entity="link", document=document.id)).rows
    (of_both,) = workspace.page(Query(entity="link", document=document.id, profile=profile.id)).rows
    (of_all,) = workspace.page(Query(entity="link")).rows

    for row in (of_profile, of_document, of_both, of_all):
        assert (row.id, row.document, row.profile, row.type) == (link.id, document.id, profile.id, "author")
    assert (of_profile.document_title, of_profile.profile_name) == ("Notes", "")
    assert (of_document.document_title, of_document.profile_name) == ("", "Ada Lovelace")
    assert (of_document.profile_kind, of_document.position) == ("person", None)
    assert of_all.label == "Notes · author · Ada Lovelace"


def test_a_document_and_a_profile_may_be_linked_by_several_types(workspace: Workspace) -> None:
    document, profile, _ = make_linked(workspace)
    make_type(workspace, "sponsor")

    make_link(workspace, document, profile, "sponsor")

    assert sorted(row.type for row in workspace.page(Query(entity="link", profile=profile.id)).rows) == [
        "author",
        "sponsor",
    ]


def test_the_same_link_again_exists(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    before, cursor = workspace.get(link), workspace.cursor()

    with pytest.raises(Exists, match="this link exists already: Notes · author · Ada Lovelace"):
        make_link(workspace, document, profile, note="again")

    assert (workspace.get(link), workspace.cursor()) == (before, cursor)


def test_a_link_has_the_same_id_wherever_it_is_made(workspace: Workspace) -> None:
    document, _, link = make_linked(workspace)

    assert link.id[6] >> 4 == 5, "a UUID of version 5"
    with pytest.raises(Invalid, match="follows from its ends"):
        workspace.write([Create("link", new_link(document, make_profile(workspace, "Eve")).fields, id=link.id)])


def test_a_link_may_have_an_external_id(workspace: Workspace) -> None:
    document, profile, _ = make_linked(workspace)
    make_type(workspace, "editor")

    ref = made(workspace, Create("link", new_link(document, profile, "editor").fields, ("crm", "l-1")))

    assert workspace.get(ref).external == [("crm", "l-1")]
    assert workspace.find_external("link", "crm", ["l-1"])["l-1"].ref == ref
    # and keeps it when it is unlinked and linked again
    delete(workspace, ref)
    made(workspace, Create("link", new_link(document, profile, "editor").fields, ("crm", "l-1")))
    assert workspace.get(ref).external == [("crm", "l-1")]


def test_unlinked_and_linked_again_it_is_the_same_link_anew(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    edit(workspace, link, note="old note", position=4)
    delete(workspace, link)

    again = make_link(workspace, document, profile, title="new title")

    record = workspace.get(again)
    assert again == link
    assert record.deleted_at is None
    assert (record.fields["note"], record.fields["position"], record.fields["title"]) == ("", None, "new title")
    assert record.revision == 4
    assert workspace.changes(limit=1)[0].type == "link.restored"
    assert workspace.stats().links == 1
    assert workspace.stats().trash == 0


@pytest.mark.parametrize("end", ["document", "profile"])
def test_no_link_to_a_record_in_the_trash(workspace: Workspace, end: str) -> None:
    make_type(workspace)
    ends = {"document": make_document(workspace, "Notes"), "profile": make_profile(workspace, "Ada")}
    delete(workspace, ends[end])

    with pytest.raises(Conflict, match=r"(Notes|Ada) is in the trash; restore it first"):
        make_link(workspace, **ends)

    assert workspace.stats().links == 0


@pytest.mark.parametrize("end", ["document", "profile"])
def test_no_link_to_a_record_that_is_not_there(workspace: Workspace, end: str) -> None:
    make_type(workspace)
    ends = {"document": make_document(workspace), "profile": make_profile(workspace)}

    with pytest.raises(NotFound, match=f"there is no {end} "):
        make_link(workspace, **(ends | {end: Ref("profile", bytes(16))}))


def test_no_link_of_a_type_that_is_not_there(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    delete(workspace, link)
    delete(workspace, Ref("type", workspace.types()[0].id))

    for type in ("author", "friend"):
        with pytest.raises(NotFound, match=f'no relationship type "{type}"'):
            make_link(workspace, document, profile, type)


def test_a_type_may_allow_some_kinds_of_profile_only(workspace: Workspace) -> None:
    make_type(workspace, "publisher", profile_kinds=["organisation", "group"])
    document = make_document(workspace)
    firm, person = make_profile(workspace, "Firm", kind="organisation"), make_profile(workspace, "Ada")

    make_link(workspace, document, firm, "publisher")
    with pytest.raises(Invalid, match='type: "publisher" links organisation and group profiles, this one is of kind'):
        make_link(workspace, document, person, "publisher")

    assert workspace.stats().links == 1


@pytest.mark.parametrize("missing", ["document", "profile", "type"])
def test_a_link_needs_both_ends_and_a_type(workspace: Workspace, missing: str) -> None:
    make_type(workspace)
    fields = dict(new_link(make_document(workspace), make_profile(workspace)).fields)
    del fields[missing]

    with pytest.raises(Invalid, match=f"{missing}: is missing"):
        workspace.write([Create("link", fields)])


def test_ends_and_type_of_a_link_are_fixed(workspace: Workspace) -> None:
    document, _, link = make_linked(workspace)
    make_type(workspace, "editor")

    for fields in ({"document": make_document(workspace).id}, {"type": "editor"}):
        with pytest.raises(Invalid, match="cannot be changed; unlink and link anew"):
            workspace.write([Edit(link, fields)])

    assert workspace.get(link).revision == 1
    assert fields_of(workspace, link)["document"] == document.id


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"valid_from": "2026-02-01"}, {"valid_until": "2026-01-01"}),
        ({"valid_until": "2026-01-01"}, {"valid_from": "2026-02-01"}),
        ({"valid_from": 100}, {"valid_until": 0}),
        ({}, {"valid_from": "2026-02-01", "valid_until": "2026-01-01"}),
    ],
)
def test_a_link_does_not_end_before_it_begins(
    workspace: Workspace, first: dict[str, Any], then: dict[str, Any]
) -> None:
    _, _, link = make_linked(workspace)
    edit(workspace, link, **first)
    before = workspace.get(link)

    with pytest.raises(Invalid, match="valid_until: must not be before the beginning"):
        edit(workspace, link, **then)

    assert workspace.get(link) == before


def test_a_link_may_be_valid_in_times_before_1970(workspace: Workspace) -> None:
    _, _, link = make_linked(workspace)

    edit(workspace, link, valid_until="1843-01-01")
    edit(workspace, link, valid_from="1815-12-10")

    fields = fields_of(workspace, link)
    assert fields["valid_from"] < fields["valid_until"] < 0


def test_deleting_an_end_takes_its_links_along_and_restoring_brings_them_back(workspace: Workspace) -> None:
    make_type(workspace)
    ada, eve = make_profile(workspace, "Ada"), make_profile(workspace, "Eve")
    papers = [make_document(workspace, title) for title in ("A", "B", "C")]
    links = [make_link(workspace, paper, ada) for paper in papers]
    of_eve = make_link(workspace, papers[0], eve)
    delete(workspace, links[2])  # by itself, earlier

    receipt = delete(workspace, ada)

    assert receipt.changes == 3
    assert receipt.summary == "unlinked 2 links, deleted 1 profile"
    assert all(workspace.get(link).deleted_at for link in links)
    assert [row.id for row in workspace.page(Query(entity="link")).rows] == [of_eve.id]
    assert (workspace.stats().links, workspace.stats().trash) == (1, 4)

    restore(workspace, ada)

    assert [workspace.get(link).deleted_at is None for link in links] == [True, True, False]
    assert (workspace.stats().links, workspace.stats().trash) == (3, 1)


def test_restoring_an_end_leaves_links_whose_other_end_is_in_the_trash(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    delete(workspace, profile)
    delete(workspace, document)

    restore(workspace, profile)

    assert workspace.get(link).deleted_at is not None
    assert workspace.stats().links == 0


def test_restoring_an_end_leaves_links_whose_type_is_in_the_trash(workspace: Workspace) -> None:
    _, profile, link = make_linked(workspace)
    delete(workspace, profile)
    delete(workspace, Ref("type", workspace.types()[0].id))

    restore(workspace, profile)

    assert workspace.get(link).deleted_at is not None
    assert workspace.groups(profile) == []


def test_a_link_alone_cannot_be_restored_while_what_it_joins_is_in_the_trash(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    author = Ref("type", workspace.types()[0].id)

    for other in (document, profile):
        delete(workspace, other)
        with pytest.raises(Conflict, match="is in the trash; restore that first"):
            restore(workspace, link)
        restore(workspace, other)
    delete(workspace, link)
    delete(workspace, author)
    with pytest.raises(Conflict, match="its type author is in the trash; restore that first"):
        restore(workspace, link)

    restore(workspace, author)
    restore(workspace, link)
    assert workspace.get(link).deleted_at is None


def test_links_are_found_by_their_ends_and_type(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)
    make_type(workspace, "editor")
    key = (document.id, profile.id, "author")

    assert workspace.find_links([key, (document.id, profile.id, "editor"), (bytes(16), profile.id, "nobody")]) == {
        key: workspace.get(link)
    }
    delete(workspace, link)
    assert workspace.find_links([key])[key].deleted_at is not None


def test_a_renamed_end_is_renamed_in_its_links(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)

    edit(workspace, document, title="Sketches")
    edit(workspace, Ref("type", workspace.types()[0].id), name="writer")

    assert workspace.get(link).title == "Sketches · writer · Ada Lovelace"
    assert fields_of(workspace, link)["type"] == "writer"
    assert workspace.stats().links_by_type == {"writer": 1}
    assert [group.type.name for group in workspace.groups(profile)] == ["writer"]
