"""Counts, groups and totals."""

from __future__ import annotations

import pytest

from core.fields import Entity
from core.values import Query, Ref
from core.workspace import Workspace
from core.write_values import Create, Delete
from tests.core.contract.conftest import Place
from tests.core.making import (
    delete,
    edit,
    make_document,
    make_link,
    make_linked,
    make_profile,
    make_type,
    new_link,
    restore,
)


def make_many(workspace: Workspace, entity: Entity, count: int, **fields: object) -> list[Ref]:
    title = "title" if entity == "document" else "name"
    return workspace.write([Create(entity, {title: f"{title} {n}"} | fields) for n in range(count)]).refs


def make_links(workspace: Workspace, count: int) -> tuple[Ref, list[Ref]]:
    """One profile, author of so many documents; and the links."""
    make_type(workspace)
    author = make_profile(workspace)
    documents = make_many(workspace, "document", count)
    return author, workspace.write([new_link(document, author) for document in documents]).refs


def test_a_kept_total_is_exact_however_large(workspace: Workspace) -> None:
    make_many(workspace, "profile", 1_500)

    assert str(workspace.count(Query(entity="profile"))) == "1,500"
    assert str(workspace.count(Query(entity="profile", sort="updated", descending=True))) == "1,500"


@pytest.mark.parametrize(("number", "shown"), [(999, "999"), (1_000, "1,000"), (1_001, "1000+")])
def test_other_counts_are_exact_to_a_thousand(workspace: Workspace, number: int, shown: str) -> None:
    make_many(workspace, "profile", number, kind="group")
    author, _ = make_links(workspace, number)

    assert str(workspace.count(Query(entity="profile", kind="group"))) == shown
    assert str(workspace.count(Query(entity="link", profile=author.id))) == shown
    assert str(workspace.count(Query(entity="document", type="author"))) == shown
    assert str(workspace.count(Query(entity="document", text="title"))) == shown
    (group,) = workspace.groups(author)
    assert (group.type.name, str(group.count)) == ("author", shown)


def test_the_count_of_the_links_of_a_type_is_kept(workspace: Workspace) -> None:
    _, links = make_links(workspace, 1_200)
    workspace.write([Delete(link) for link in links[:100]])

    assert str(workspace.count(Query(entity="link", type="author"))) == "1,100"
    assert str(workspace.count(Query(entity="link"))) == "1,100"


def test_groups_are_the_types_of_a_records_links_by_name(workspace: Workspace) -> None:
    for name in ("sponsor", "author", "unused"):
        make_type(workspace, name)
    document, ada, eve = make_document(workspace), make_profile(workspace, "Ada"), make_profile(workspace, "Eve")
    make_link(workspace, document, ada, "author")
    make_link(workspace, document, eve, "author")
    gone = make_link(workspace, document, eve, "sponsor")
    make_link(workspace, document, ada, "sponsor")
    delete(workspace, gone)

    def groups(ref: Ref) -> list[tuple[str, str, str]]:
        return [(group.type.name, group.type.inverse, str(group.count)) for group in workspace.groups(ref)]

    assert groups(document) == [("author", "author of", "2"), ("sponsor", "sponsor of", "1")]
    assert groups(eve) == [("author", "author of", "1")]


def test_the_totals_follow_every_kind_of_write(workspace: Workspace) -> None:
    document, _, link = make_linked(workspace)
    other = make_document(workspace, "Other")
    assert totals(workspace) == (1, 2, 1, {"author": 1}, 0)

    edit(workspace, document, title="Renamed")
    assert totals(workspace) == (1, 2, 1, {"author": 1}, 0)

    delete(workspace, other)
    assert totals(workspace) == (1, 1, 1, {"author": 1}, 1)

    delete(workspace, document)
    assert totals(workspace) == (1, 0, 0, {}, 3)

    restore(workspace, document)
    assert totals(workspace) == (1, 1, 1, {"author": 1}, 1)

    delete(workspace, link)
    assert totals(workspace) == (1, 1, 0, {}, 2)

    workspace.undo()
    assert totals(workspace) == (1, 1, 1, {"author": 1}, 1)


def totals(workspace: Workspace) -> tuple[int, int, int, dict[str, int], int]:
    stats = workspace.stats()
    return stats.profiles, stats.documents, stats.links, stats.links_by_type, stats.trash


def test_the_size_grows_with_what_is_written(workspace: Workspace) -> None:
    before = workspace.stats().size

    make_document(workspace, text=" ".join(str(n) for n in range(20_000)))

    assert before > 0
    assert workspace.stats().size > before + 100_000


def test_links_by_type_stand_largest_first(workspace: Workspace) -> None:
    for name in ("rare", "common", "middle"):
        make_type(workspace, name)
    documents, profile = make_many(workspace, "document", 3), make_profile(workspace)
    for type, count in (("rare", 1), ("common", 3), ("middle", 2)):
        workspace.write([new_link(document, profile, type) for document in documents[:count]])

    assert list(workspace.stats().links_by_type.items()) == [("common", 3), ("middle", 2), ("rare", 1)]


def test_the_number_of_changes_and_the_cursor_count_the_log(place: Place) -> None:
    workspace = place.open()
    assert (workspace.stats().changes, workspace.cursor()) == (0, 0)

    make_linked(workspace)

    assert workspace.stats().changes == workspace.cursor() == len(workspace.changes()) == 4
