"""How a person names a record: by id, external id or name."""

from __future__ import annotations

import uuid

import pytest

from core.errors import Ambiguous, NotFound
from core.fields import Entity
from core.values import Ref, id_text
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit
from tests.core.making import delete, made, make_document, make_link, make_linked, make_profile, make_type


@pytest.mark.parametrize("spelling", [id_text, lambda id: id.hex(), lambda id: id_text(id).upper()])
def test_by_id(workspace: Workspace, spelling: object) -> None:
    for ref in make_linked(workspace):
        assert workspace.resolve(spelling(ref.id)) == ref
        assert workspace.resolve(spelling(ref.id), ref.entity) == ref


def test_by_id_also_in_the_trash(workspace: Workspace) -> None:
    ref = make_profile(workspace)
    delete(workspace, ref)

    assert workspace.resolve(id_text(ref.id)) == ref


def test_by_external_id(workspace: Workspace) -> None:
    ref = made(workspace, Create("profile", {"name": "Ada"}, ("crm", "p-ada")))

    assert workspace.resolve("p-ada") == ref
    assert workspace.resolve("p-ada", "profile") == ref
    with pytest.raises(NotFound, match='there is no document "p-ada"'):
        workspace.resolve("p-ada", "document")


@pytest.mark.parametrize(
    "name", ["Édouard Ångström", "edouard angstrom", " ÉDOUARD ÅNGSTRÖM ", "E\u0301douard Ångström"]
)
def test_by_name_without_regard_to_case_and_accents(workspace: Workspace, name: str) -> None:
    ref = make_profile(workspace, "Édouard Ångström")
    make_profile(workspace, "Anders")

    assert workspace.resolve(name) == ref


@pytest.mark.parametrize("typed", ["José", "Jose\u0301"])
def test_a_name_spelled_just_so_comes_before_others_alike(workspace: Workspace, typed: str) -> None:
    workspace.write([Create("profile", {"name": "Jose"}) for _ in range(15)])
    exact = make_profile(workspace, "José")

    assert workspace.resolve(typed) == exact


def test_an_id_comes_before_an_external_id_and_that_before_a_name(workspace: Workspace) -> None:
    first = make_profile(workspace, "7")
    second = made(workspace, Create("profile", {"name": "Eve"}, ("crm", "7")))
    third = made(workspace, Create("profile", {"name": "Bob"}, ("crm", id_text(first.id))))

    assert workspace.resolve("7") == second
    assert workspace.resolve(id_text(first.id)) == first
    assert workspace.resolve("Bob") == third


@pytest.mark.parametrize(
    ("entity", "labels"), [(None, {"profile", "document", "type"}), ("profile", {"profile"}), ("type", {"type"})]
)
def test_the_entity_decides_between_records_of_one_name(
    workspace: Workspace, entity: Entity | None, labels: set[str]
) -> None:
    refs = {
        "profile": make_profile(workspace, "editor"),
        "document": make_document(workspace, "editor"),
        "type": make_type(workspace, "editor"),
    }
    if entity:
        assert workspace.resolve("editor", entity) == refs[entity]
    else:
        with pytest.raises(Ambiguous) as refused:
            workspace.resolve("editor")
        assert all(any(label in candidate for candidate in refused.value.candidates) for label in labels)


def test_an_ambiguous_name_lists_the_candidates(workspace: Workspace) -> None:
    person = make_profile(workspace, "Ada", emails=["ada@example.org"])
    firm = make_profile(workspace, "ADA", kind="organisation")

    with pytest.raises(Ambiguous, match='"ada" names 2 records; say which by its id') as refused:
        workspace.resolve("ada")

    assert sorted(refused.value.candidates) == sorted(
        [
            f"{id_text(person.id)} Ada (profile, person, ada@example.org)",
            f"{id_text(firm.id)} ADA (profile, organisation)",
        ]
    )
    assert all(candidate in str(refused.value) for candidate in refused.value.candidates)


def test_of_very_many_candidates_some_are_listed(workspace: Workspace) -> None:
    workspace.write([Create("profile", {"name": "Ada"}) for _ in range(30)])

    with pytest.raises(Ambiguous, match='"Ada" names more than 10 records') as refused:
        workspace.resolve("Ada")

    assert len(refused.value.candidates) == 10


def test_an_external_id_of_two_sources_is_ambiguous(workspace: Workspace) -> None:
    workspace.write([Create("profile", {"name": name}, (name, "7")) for name in ("crm", "hr")])

    with pytest.raises(Ambiguous, match="names 2 records"):
        workspace.resolve("7")


def test_what_lives_is_meant_before_what_is_in_the_trash(workspace: Workspace) -> None:
    gone, alive = make_profile(workspace, "Ada"), make_profile(workspace, "Ada")
    workspace.write([Delete(gone)])

    assert workspace.resolve("Ada") == alive
    workspace.write([Edit(alive, {"name": "Augusta"})])
    assert workspace.resolve("Ada") == gone
    delete(workspace, alive)
    assert workspace.resolve("Augusta") == alive


@pytest.mark.parametrize("name", ["nobody", "", " ", str(uuid.UUID(int=7)), "a\0b", "x" * 100_000])
def test_a_name_that_nothing_has(workspace: Workspace, name: str) -> None:
    make_profile(workspace, "\N{COMBINING ACUTE ACCENT}")

    for entity in ("profile", None):
        with pytest.raises(NotFound, match=f"there is no {entity or 'record'} "):
            workspace.resolve(name, entity)


def test_a_link_has_no_name(workspace: Workspace) -> None:
    make_type(workspace)
    link = make_link(workspace, make_document(workspace, "Notes"), make_profile(workspace, "Ada"))

    with pytest.raises(NotFound):
        workspace.resolve("Notes · author · Ada")
    assert workspace.resolve(id_text(link.id), "link") == Ref("link", link.id)
