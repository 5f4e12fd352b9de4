"""Short ways to put records into a workspace, for tests about something else."""

from __future__ import annotations

from typing import Any

from core.values import Ref
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, Receipt, Restore


def make_profile(workspace: Workspace, name: str = "Ada Lovelace", **fields: Any) -> Ref:
    return made(workspace, Create("profile", {"name": name} | fields))


def make_document(workspace: Workspace, title: str = "Notes", **fields: Any) -> Ref:
    return made(workspace, Create("document", {"title": title} | fields))


def make_type(workspace: Workspace, name: str = "author", **fields: Any) -> Ref:
    return made(workspace, Create("type", {"name": name, "inverse": f"{name} of"} | fields))


def make_link(workspace: Workspace, document: Ref, profile: Ref, type: str = "author", **fields: Any) -> Ref:
    return made(workspace, new_link(document, profile, type, **fields))


def new_link(document: Ref, profile: Ref, type: str = "author", **fields: Any) -> Create:
    return Create("link", {"document": document.id, "profile": profile.id, "type": type} | fields)


def make_linked(workspace: Workspace) -> tuple[Ref, Ref, Ref]:
    """A document, its author, and the link between them."""
    make_type(workspace)
    document, profile = make_document(workspace), make_profile(workspace)
    return document, profile, make_link(workspace, document, profile)


def made(workspace: Workspace, write: Create) -> Ref:
    return workspace.write([write]).refs[0]


def edit(workspace: Workspace, ref: Ref, **fields: Any) -> Receipt:
    return workspace.write([Edit(ref, fields)])


def delete(workspace: Workspace, ref: Ref) -> Receipt:
    return workspace.write([Delete(ref)])


def restore(workspace: Workspace, ref: Ref) -> Receipt:
    return workspace.write([Restore(ref)])


def fields_of(workspace: Workspace, ref: Ref) -> dict[str, Any]:
    return workspace.get(ref).fields
