"""How accounts, groups, roles and what they may be granted on are named on the command line."""

from __future__ import annotations

from core.cli.failure import UsageError
from core.cli.names import find_record
from core.errors import Ambiguous, NotFound
from core.fields import AREAS, SUBJECTS, Entity
from core.rights import BUILT_IN
from core.values import Query, Ref, id_text
from core.workspace import Workspace

SUBJECT_HELP = (
    "everyone, or account:NAME, group:NAME, role:NAME, profile:NAME; a plain name is an account, group or role."
)
TARGET_HELP = f"A record by its name or id, or one of {', '.join(AREAS)} for all of them."
NAMED: tuple[Entity, ...] = ("account", "group", "role")


def find_subject(workspace: Workspace, text: str) -> tuple[str, str]:
    """The kind of a subject and its id as text, "" for everyone. Raises NotFound, Ambiguous."""
    kind, colon, name = text.partition(":")
    if text == "everyone":
        return "everyone", ""
    if colon and kind in SUBJECTS:
        return kind, id_text(find_record(workspace, name, kind).id)  # type: ignore[arg-type]
    found = [ref for entity in NAMED if (ref := _found(workspace, text, entity))]
    if len(found) > 1:
        raise Ambiguous(text, [f"{ref.entity}:{text}" for ref in found])
    if not found:
        raise NotFound(f'there is no account, group or role "{text[:100]}"; write {SUBJECT_HELP.rstrip(".")}')
    return found[0].entity, id_text(found[0].id)


def find_target(workspace: Workspace, text: str) -> Ref | str:
    """A profile or document, or an area."""
    if text in AREAS:
        return text
    kind, colon, name = text.partition(":")
    if colon and kind in ("profile", "document"):
        return find_record(workspace, name, kind)  # type: ignore[arg-type]
    ref = find_record(workspace, text)
    if ref.entity not in ("profile", "document"):
        raise UsageError(
            f"rights are granted on profiles and documents, not on a {ref.entity}; or on {', '.join(AREAS)}"
        )
    return ref


def find_memberships(workspace: Workspace, entity: Entity, names: list[str]) -> list[str]:
    """Groups or roles as the fields of accounts and groups hold them."""
    return [
        name if entity == "role" and name in BUILT_IN else id_text(find_record(workspace, name, entity).id)
        for name in names
    ]


def membership_names(workspace: Workspace, entity: Entity) -> dict[str, str]:
    """What those ids are called, for lists; of those in the trash nothing."""
    names = {id_text(row.id): row.name for row in workspace.page(Query(entity=entity), limit=10_000).rows}
    return names | ({name: name for name in BUILT_IN} if entity == "role" else {})


def _found(workspace: Workspace, name: str, entity: Entity) -> Ref | None:
    try:
        return workspace.resolve(name, entity)
    except NotFound:
        return None
