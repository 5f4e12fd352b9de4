"""`join`, `leave`, `give-role` and `take-role`, for accounts and for groups."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from core.cli.access_effects import DryRun, Yes, write_after_preview
from core.cli.command import Session, command
from core.cli.names import find_record
from core.cli.subject_names import find_memberships
from core.fields import Entity
from core.write_values import Edit

Who = Annotated[str, typer.Argument(metavar="NAME", help="Name or id.")]
Groups = Annotated[list[str], typer.Argument(metavar="GROUP", help="Names or ids of groups.")]
Roles = Annotated[list[str], typer.Argument(metavar="ROLE", help="Names or ids of roles; owner, auditor.")]

FIELD_OF: Final[dict[Entity, str]] = {"group": "groups", "role": "roles"}


def declare_memberships(app: typer.Typer, entity: Entity) -> None:
    """Gives the noun's group the four commands."""

    def join(session: Session, who: Who, groups: Groups, dry_run: DryRun = False, yes: Yes = False) -> int:
        return _change(session, entity, who, "group", groups, add=True, dry_run=dry_run, yes=yes)

    def leave(session: Session, who: Who, groups: Groups, dry_run: DryRun = False, yes: Yes = False) -> int:
        return _change(session, entity, who, "group", groups, add=False, dry_run=dry_run, yes=yes)

    def give_role(session: Session, who: Who, roles: Roles, dry_run: DryRun = False, yes: Yes = False) -> int:
        return _change(session, entity, who, "role", roles, add=True, dry_run=dry_run, yes=yes)

    def take_role(session: Session, who: Who, roles: Roles, dry_run: DryRun = False, yes: Yes = False) -> int:
        return _change(session, entity, who, "role", roles, add=False, dry_run=dry_run, yes=yes)

    for function, sentence in (
        (join, f"Make the {entity} a member of groups."),
        (leave, f"Take the {entity} out of groups."),
        (give_role, f"Give roles to the {entity}."),
        (take_role, f"Take roles from the {entity}."),
    ):
        function.__doc__ = sentence
        command(app, function.__name__.replace("_", "-"))(function)


def _change(
    session: Session, entity: Entity, who: str, of: Entity, names: list[str], *, add: bool, dry_run: bool, yes: bool
) -> int:
    workspace = session.workspace
    record = workspace.get(find_record(workspace, who, entity))
    given, field = find_memberships(workspace, of, names), FIELD_OF[of]
    had = record.fields[field]
    wanted = list(dict.fromkeys((*had, *given))) if add else [one for one in had if one not in given]
    edit = Edit(record.ref, {field: wanted}, record.version, merge=True)
    return write_after_preview(session, [edit], dry_run=dry_run, yes=yes)
