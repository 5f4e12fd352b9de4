"""`rolodoc profile erase`: what is known of a person goes for good."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from core.access_values import Erasure
from core.cli.asking import YES
from core.cli.command import Session, command
from core.cli.failure import UsageError
from core.cli.names import find_record
from core.cli.terminal import is_terminal
from core.values import id_text


def declare(app: typer.Typer) -> None:
    command(app, "erase")(erase)


def erase(
    session: Session,
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="Id, external id or unique name.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go, and what would be left.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help=YES)] = False,
) -> None:
    """Remove for good what the store knows of a person, out of its history too; nothing brings it back.

    The profile stays without a name, and so do its links. Copies and backups that were made before are not touched.
    """
    workspace = session.workspace
    ref = find_record(workspace, profile, "profile")
    if dry_run or not yes:
        preview = workspace.erase(ref.id, dry_run=True)
        _tell(session, preview)
        if dry_run or not _is_meant(session, preview.title):
            return
    _tell(session, workspace.erase(ref.id))


def _is_meant(session: Session, title: str) -> bool:
    """Whether the person types the name again. Raises UsageError where nobody can be asked."""
    if not is_terminal():
        raise UsageError("nothing was changed: give --yes to do it where nobody can be asked")
    session.out.flush()
    session.out.note("nothing brings it back. Type the name again to erase it:")
    if sys.stdin.readline().strip() == title:
        return True
    session.out.note("nothing was changed")
    return False


def _tell(session: Session, erasure: Erasure) -> None:
    out = session.out
    if out.json:
        out.object(
            {
                "profile": id_text(erasure.profile.id),
                "title": erasure.title,
                "removed": erasure.removed,
                "left": erasure.left,
                "dry_run": erasure.dry_run,
            }
        )
        return
    removed = ", ".join(
        f"{count:,} {place if count != 1 else _one(place)}" for place, count in erasure.removed.items() if count
    )
    out.line(f"{'would erase' if erasure.dry_run else 'erased'} {erasure.title}: {removed or 'nothing is left of it'}")
    for line in erasure.left:
        out.note(f"stays: {line}")


def _one(places: str) -> str:
    """A kind of place in the singular: "audit entries" is "audit entry"."""
    return f"{places.removesuffix('ies')}y" if places.endswith("ies") else places.removesuffix("s")
