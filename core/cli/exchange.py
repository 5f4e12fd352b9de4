"""Import and export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from core.cli.command import Session, command
from core.cli.progress import progress_bar
from core.errors import Invalid


def declare(app: typer.Typer) -> None:
    command(app, "import", via="import")(import_)
    command(app, "export")(export)


def import_(
    session: Session,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="Folders of NDJSON, or NDJSON, CSV or vCard files."),
    ],
    source: Annotated[str | None, typer.Option("--source", metavar="NAME", help="Where the records come from.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Nothing goes in when a row is bad.")] = False,
    errors_path: Annotated[Path, typer.Option("--errors", metavar="FILE", help="Where bad rows are written.")] = Path(
        "import-errors.ndjson"
    ),
) -> int:
    """Bring records in; the same import again changes nothing."""
    from core.exchange import import_paths

    out = session.out
    with progress_bar("importing") as progress:
        report = import_paths(
            session.workspace,
            paths,
            source=source,
            dry_run=dry_run,
            strict=strict,
            progress=progress,
            errors_path=errors_path,
        )
    for error in report.errors:
        out.note(f"{error.file}:{error.line}: {f'{error.field}: ' if error.field else ''}{error.reason}")
    for note in report.notes:
        out.note(note)
    if out.json:
        out.object(_object(report))
    else:
        verb = "would be " if dry_run else ""
        out.line(
            f"{verb}created {report.created:,}, updated {report.updated:,}, "
            f"unchanged {report.unchanged:,}, refused {len(report.errors):,}"
        )
    return Invalid.exit_code if report.errors else 0


def export(
    session: Session, folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")]
) -> None:
    """Write everything into a folder, as import reads it."""
    from core.exchange import export_folder

    with progress_bar("exporting") as progress:
        report = export_folder(session.workspace, folder, progress=progress)
    if session.out.json:
        session.out.object(_object(report))
    else:
        session.out.line(
            f"wrote {report.profiles:,} profiles, {report.documents:,} documents, {report.links:,} links "
            f"and {report.attachments:,} attachments to {folder}"
        )


def _object(report: Any) -> Any:
    return msgspec.to_builtins(report, enc_hook=str)
