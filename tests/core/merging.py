"""Merging and splitting profiles, for tests: short ways to do it and to see what came of it."""

from __future__ import annotations

from typing import Any

from core.fields import FIELDS
from core.values import Query, RecordId, Ref
from core.workspace import Workspace
from core.write_values import MergeProfiles, Receipt, SplitProfile
from tests.core.making import delete, fields_of, make_document, make_link, make_profile, make_type

Snapshot = dict[Ref, dict[str, Any]]


def living(workspace: Workspace) -> Snapshot:
    """Everything that lives, with its fields."""
    refs = [Ref(entity, row.id) for entity in FIELDS for row in workspace.page(Query(entity=entity), limit=10_000).rows]
    return {ref: fields_of(workspace, ref) for ref in refs}


def in_one_order(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with their sets in one order."""
    return {name: sorted(value) if FIELDS_OF_SETS.get(name) else value for name, value in fields.items()}


FIELDS_OF_SETS = {name: True for table in FIELDS.values() for name, field in table.items() if field.kind == "set"}


def links_rows(workspace: Workspace, profile: Ref) -> list[Any]:
    return workspace.page(Query(entity="link", profile=profile.id, sort="created"), limit=10_000).rows


def links_of(workspace: Workspace, profile: Ref) -> set[tuple[RecordId, str]]:
    """The documents and types of its links."""
    return {(row.document, row.type) for row in links_rows(workspace, profile)}


def link_ids(workspace: Workspace, profile: Ref) -> list[RecordId]:
    return [row.id for row in links_rows(workspace, profile)]


def merge(workspace: Workspace, into: Ref, other: Ref, **fields: Any) -> Receipt:
    return workspace.write([MergeProfiles(into.id, other.id, fields)])


def split(workspace: Workspace, profile: Ref, links: list[RecordId], other: Ref | None = None, **fields: Any) -> Ref:
    write = SplitProfile(profile.id, links, other.id if other else None, fields)
    return workspace.write([write]).refs[0]


def make_drakes(workspace: Workspace) -> tuple[Ref, Ref]:
    """Fred Drake under two spellings, with a document of each and one of both."""
    make_type(workspace, "author")
    make_type(workspace, "editor")
    full = make_profile(
        workspace, "Fred L. Drake, Jr.", emails=["fdrake@example.org"], aliases=["Fred"], notes="Lives in Virginia."
    )
    short = make_profile(
        workspace,
        "F. Drake",
        emails=["fred@example.net"],
        phones=["+1 555 010 2030"],
        aliases=["fdrake"],
        kind="person",
    )
    first, second, third = (make_document(workspace, title) for title in ("One", "Two", "Three"))
    make_link(workspace, first, full, position=1)
    make_link(workspace, second, short, position=2, note="second author", tags=["draft"])
    make_link(workspace, third, full, position=3, tags=["a"])
    make_link(workspace, third, short, position=7, tags=["b"], note="checked")
    make_link(workspace, third, short, "editor")
    return full, short


class Scene:
    """The two, and what cannot be merged or split."""

    def __init__(self, workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
        self.workspace = workspace
        self.full, self.short = pair
        self.third = make_profile(workspace, "Third")
        self.trashed = make_profile(workspace, "Trashed")
        self.merged = make_profile(workspace, "Merged")
        self.club = make_profile(workspace, "Club", kind="organisation")
        make_type(workspace, "publisher", profile_kinds=["organisation"])
        self.published = make_link(workspace, make_document(workspace, "Four"), self.club, "publisher")
        delete(workspace, self.trashed)
        merge(workspace, self.third, self.merged)
        self.links = link_ids(workspace, self.full)
        self.document = workspace.resolve("Four", "document")
        self.unlinked = make_link(workspace, self.document, self.full)
        delete(workspace, self.unlinked)


NOBODY = bytes(range(16))
