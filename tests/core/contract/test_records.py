"""Create, edit, delete and restore, one record at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from core.errors import Conflict, Exists, Invalid, NotFound, Stale
from core.fields import FIELDS, Entity
from core.values import Query, Ref
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Restore
from tests.core.contract.conftest import Place
from tests.core.making import (
    delete,
    edit,
    fields_of,
    made,
    make_document,
    make_linked,
    make_profile,
    make_type,
    restore,
)

FULL: Mapping[Entity, dict[str, Any]] = {
    "profile": {
        "name": "Édouard Ångström",
        "kind": "organisation",
        "aliases": ["Ed", "Teddy"],
        "emails": [{"label": "work", "value": "ed@example.org"}, {"label": "", "value": "e@example.net"}],
        "phones": [{"label": "home", "value": "+46 8 123"}],
        "attributes": {"born": 1814, "languages": ["sv", "fr"], "deep": {"er": {"still": True, "none": None}}},
        "notes": "Two\nlines, and 漢字.",
        "created": -4_900_000_000_000_000,
        "merged_into": "",
        "distinct_from": ["018f2f3e-0000-7000-8000-000000000001"],
    },
    "document": {
        "title": "Recherches sur le spectre solaire",
        "description": "Spectra.",
        "category": "book",
        "tags": ["physics", "light"],
        "media_type": "application/pdf",
        "attributes": {"pages": 42, "ratio": 0.5},
        "text": "Full text of the book.",
        "contents": [{"name": "a.pdf", "media_type": "application/pdf", "bytes": 3, "sha256": "ab" * 32}],
        "created": 0,
        "confidential": "yes",
    },
    "type": {
        "name": "author",
        "inverse": "author of",
        "profile_kinds": ["person", "group"],
        "created": 1,
        "grants": "see",
    },
}
RECORDS = list(FULL)


@pytest.mark.parametrize("entity", RECORDS)
def test_a_record_holds_every_field_that_it_was_made_with(workspace: Workspace, entity: Entity) -> None:
    ref = made(workspace, Create(entity, FULL[entity]))

    record = workspace.get(ref)

    assert record.fields == FULL[entity]
    assert record.ref == ref
    assert record.title == FULL[entity].get("name", FULL[entity].get("title"))
    assert (record.revision, record.updated_by, record.deleted_at, record.external) == (1, "ann", None, [])
    assert record.created_at == FULL[entity]["created"]


@pytest.mark.parametrize("entity", RECORDS)
def test_fields_that_are_not_given_are_empty(workspace: Workspace, entity: Entity) -> None:
    title = "title" if entity == "document" else "name"
    record = workspace.get(made(workspace, Create(entity, {title: "Just a name"})))

    expected = {name: field.empty for name, field in FIELDS[entity].items()} | {title: "Just a name"}
    expected |= {"kind": "person"} if entity == "profile" else {}
    assert record.fields == expected | {"created": record.created_at}
    assert record.created_at == record.updated_at


@pytest.mark.parametrize("entity", RECORDS)
def test_an_edit_sets_the_fields_given_and_no_others(workspace: Workspace, entity: Entity) -> None:
    ref = made(workspace, Create(entity, FULL[entity]))
    title = "title" if entity == "document" else "name"
    before = workspace.get(ref)

    edit(workspace, ref, **{title: "Renamed"})

    after = workspace.get(ref)
    assert after.fields == before.fields | {title: "Renamed"}
    assert after.title == "Renamed"
    assert after.revision == 2
    assert after.version != before.version


@pytest.mark.parametrize("entity", RECORDS)
def test_every_field_can_be_edited_and_emptied(workspace: Workspace, entity: Entity) -> None:
    title = "title" if entity == "document" else "name"
    ref = made(workspace, Create(entity, {title: "First"}))

    edit(workspace, ref, **FULL[entity])
    assert fields_of(workspace, ref) == FULL[entity]

    empty = {n: f.empty for n, f in FIELDS[entity].items() if not f.required and n != "created"}
    edit(workspace, ref, **empty)
    assert fields_of(workspace, ref) == FULL[entity] | empty


def test_values_are_stored_tidied(workspace: Workspace) -> None:
    ref = make_document(
        workspace,
        "  Cafe\N{COMBINING ACUTE ACCENT}  ",
        tags=["b", " a ", "b", ""],
        description="one\r\ntwo\rthree",
        created="2026-01-31T10:00+02:00",
    )

    assert fields_of(workspace, ref) | {
        "title": "Café",
        "tags": ["b", "a"],
        "description": "one\ntwo\nthree",
        "created": 1_769_846_400_000_000,
    } == fields_of(workspace, ref)


def test_emails_may_be_given_as_plain_text(workspace: Workspace) -> None:
    ref = make_profile(workspace, emails=["ada@example.org", {"label": "old", "value": "a@b.c"}, " "])

    assert fields_of(workspace, ref)["emails"] == [
        {"label": "", "value": "ada@example.org"},
        {"label": "old", "value": "a@b.c"},
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"active": 1}, {"active": True}),
        ({"active": 1}, {"active": 1.0}),
        ({"active": False}, {"active": 0}),
        ({"deep": [{"x": 1}]}, {"deep": [{"x": True}]}),
    ],
)
def test_a_change_of_type_alone_in_a_map_is_a_change(
    workspace: Workspace, old: dict[str, Any], new: dict[str, Any]
) -> None:
    ref = make_profile(workspace, attributes=old)

    edit(workspace, ref, attributes=new)

    assert repr(fields_of(workspace, ref)["attributes"]) == repr(new)


def test_an_edit_that_changes_nothing_leaves_no_trace(workspace: Workspace) -> None:
    ref = made(workspace, Create("document", FULL["document"]))
    before, cursor = workspace.get(ref), workspace.cursor()

    receipt = edit(workspace, ref, **FULL["document"])

    assert (receipt.request, receipt.changes, receipt.refs) == (None, 0, [ref])
    assert receipt.summary == "nothing had to change"
    assert workspace.get(ref) == before
    assert workspace.cursor() == cursor


def test_an_edit_of_an_older_version_is_refused_with_the_current_record(place: Place) -> None:
    # given two people who read the same record
    ann, bob = place.open("ann"), place.open("bob")
    ref = make_profile(ann, "Ada")
    read = bob.get(ref)
    # when one saves first
    edit(ann, ref, notes="ann was here")
    # then the other is told, and nothing of theirs is written
    with pytest.raises(Stale, match="changed by someone else meanwhile") as refused:
        bob.write([Edit(ref, {"notes": "bob was here"}, read.version)])
    assert refused.value.current == bob.get(ref)
    assert fields_of(bob, ref)["notes"] == "ann was here"
    # and with the version of what there is now, they can save
    bob.write([Edit(ref, {"notes": "both were here"}, refused.value.current.version)])
    assert workspace_author(ann, ref) == ("both were here", "bob")


def workspace_author(workspace: Workspace, ref: Ref) -> tuple[str, str]:
    record = workspace.get(ref)
    return record.fields["notes"], record.updated_by


def test_a_delete_of_an_older_version_is_refused(workspace: Workspace) -> None:
    ref = make_profile(workspace)
    version = workspace.get(ref).version
    edit(workspace, ref, notes="more")

    with pytest.raises(Stale):
        workspace.write([Delete(ref, version)])

    assert workspace.get(ref).deleted_at is None


@pytest.mark.parametrize("entity", RECORDS)
def test_a_deleted_record_is_in_the_trash_and_comes_back_as_it_was(workspace: Workspace, entity: Entity) -> None:
    ref = made(workspace, Create(entity, FULL[entity]))

    delete(workspace, ref)
    assert workspace.get(ref).deleted_at is not None
    assert listed(workspace, entity) == []
    assert listed(workspace, entity, trash=True) == [ref.id]

    restore(workspace, ref)
    assert workspace.get(ref).fields == FULL[entity]
    assert workspace.get(ref).deleted_at is None
    assert listed(workspace, entity) == [ref.id]
    assert listed(workspace, entity, trash=True) == []


def listed(workspace: Workspace, entity: Entity, *, trash: bool = False) -> list[bytes]:
    return [row.id for row in workspace.page(Query(entity=entity, trash=trash)).rows]


def test_deleting_and_restoring_twice_changes_nothing_more(workspace: Workspace) -> None:
    ref = make_profile(workspace)
    assert restore(workspace, ref).changes == 0
    delete(workspace, ref)
    assert delete(workspace, ref).changes == 0
    assert restore(workspace, ref).changes == 1
    assert workspace.get(ref).revision == 3


def test_a_record_in_the_trash_cannot_be_edited(workspace: Workspace) -> None:
    ref = make_profile(workspace, "Ada")
    delete(workspace, ref)

    with pytest.raises(Conflict, match="Ada is in the trash; restore it first"):
        edit(workspace, ref, name="Eve")

    assert fields_of(workspace, ref)["name"] == "Ada"


@pytest.mark.parametrize("write", [Edit, Delete, Restore])
@pytest.mark.parametrize("entity", FIELDS)
def test_writing_an_unknown_record(workspace: Workspace, entity: Entity, write: Any) -> None:
    unknown = Ref(entity, bytes(16))

    with pytest.raises(NotFound, match=f"no {entity} 00000000-0000-0000-0000-000000000000"):
        workspace.write([write(unknown, {}) if write is Edit else write(unknown)])


@pytest.mark.parametrize("entity", FIELDS)
def test_reading_an_unknown_record(workspace: Workspace, entity: Entity) -> None:
    with pytest.raises(NotFound, match=f"no {entity}"):
        workspace.get(Ref(entity, bytes(16)))


def test_an_external_id_is_unique_for_each_source_and_entity(workspace: Workspace) -> None:
    person = made(workspace, Create("profile", {"name": "Ada"}, ("crm", "7")))
    paper = made(workspace, Create("document", {"title": "Notes"}, ("crm", "7")))
    other = made(workspace, Create("profile", {"name": "Eve"}, ("hr", "7")))

    with pytest.raises(Exists, match='"7" of "crm"'):
        workspace.write([Create("profile", {"name": "Bob"}, ("crm", "7"))])

    assert workspace.get(person).external == [("crm", "7")]
    assert workspace.get(other).external == [("hr", "7")]
    assert {id: r.ref for id, r in workspace.find_external("profile", "crm", ["7", "8"]).items()} == {"7": person}
    assert {id: r.ref for id, r in workspace.find_external("document", "crm", ["7"]).items()} == {"7": paper}
    assert len(listed(workspace, "profile")) == 2


def test_external_ids_are_kept_in_the_trash(workspace: Workspace) -> None:
    ref = made(workspace, Create("profile", {"name": "Ada"}, ("crm", "7")))
    delete(workspace, ref)

    assert workspace.find_external("profile", "crm", ["7"])["7"].deleted_at is not None
    with pytest.raises(Exists):
        workspace.write([Create("profile", {"name": "Bob"}, ("crm", "7"))])


def test_a_record_may_be_made_with_its_own_id(workspace: Workspace) -> None:
    id = bytes(range(16))

    assert made(workspace, Create("profile", {"name": "Ada"}, id=id)) == Ref("profile", id)
    with pytest.raises(Exists, match="with this id already"):
        workspace.write([Create("profile", {"name": "Eve"}, id=id)])
    assert workspace.get(Ref("profile", id)).title == "Ada"


def test_a_relationship_type_has_a_name_of_its_own(workspace: Workspace) -> None:
    author, editor = make_type(workspace, "author"), make_type(workspace, "editor")

    with pytest.raises(Exists, match='a relationship type "author" already'):
        make_type(workspace, "author")
    with pytest.raises(Exists, match='a relationship type "author" already'):
        edit(workspace, editor, name="author")
    delete(workspace, author)
    with pytest.raises(Exists, match="in the trash; restore that one"):
        make_type(workspace, "author")

    assert [type.name for type in workspace.types()] == ["editor"]


def test_a_type_in_use_cannot_be_deleted(workspace: Workspace) -> None:
    _, _, link = make_linked(workspace)
    (author,) = workspace.types()

    with pytest.raises(Conflict, match='links of the type "author" exist; unlink them first'):
        delete(workspace, Ref("type", author.id))

    delete(workspace, link)
    delete(workspace, Ref("type", author.id))
    assert workspace.types() == []


def test_types_stand_by_name(workspace: Workspace) -> None:
    for name in ("reviewer", "Author", "éditeur"):
        make_type(workspace, name)

    assert [(type.name, type.inverse) for type in workspace.types()] == [
        ("Author", "Author of"),
        ("éditeur", "éditeur of"),
        ("reviewer", "reviewer of"),
    ]


def test_a_type_allows_only_kinds_that_there_are(workspace: Workspace) -> None:
    with pytest.raises(Invalid, match="must be one of person, organisation, group"):
        make_type(workspace, "author", profile_kinds=["robot"])


def test_nothing_written_is_nothing_done(workspace: Workspace) -> None:
    assert workspace.write([]).changes == 0
    assert workspace.cursor() == 0
