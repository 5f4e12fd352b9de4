"""Import and export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from core.cli.command import Session, command
from core.cli.progress import progress_bar
from core.errors import Invalid

SHOWN: Final = 20  # bad rows told one by one


def declare(app: typer.Typer) -> None:
    command(app, "import", via="import")(import_)
    command(app, "export")(export)


def import_(
    session: Session,
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH", help="Folders of NDJSON, or NDJSON, CSV or vCard files."),
    ],
    source: Annotated[
        str, typer.Option("--source", metavar="NAME", help="Where the records come from; else the name of the file.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Nothing goes in when a row is bad.")] = False,
    errors: Annotated[
        Path | None,
        typer.Option("--errors", metavar="FILE", help="Where bad rows are written; else import-errors.ndjson."),
    ] = None,
) -> int:
    """Bring records in.

    The same import again changes nothing. What was edited here since the last import is merged with what the files say
    anew; what clashes becomes a conflict. A bad row is told and listed in a file, and the others go in.
    """
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
            errors_path=errors,
        )
    for error in report.errors[:SHOWN]:
        out.note(str(error))
    if len(report.errors) > SHOWN:
        out.note(f"and {len(report.errors) - SHOWN:,} more rows that were refused")
    if report.errors_file:
        out.note(f"the rows that were refused are listed in {report.errors_file}")
    for note in report.notes:
        out.note(note)
    if out.json:
        out.object(report)
    else:
        would = "would have " if dry_run else ""
        out.line(
            f"{would}created {report.created:,}, updated {report.updated:,}, "
            f"unchanged {report.unchanged:,}, refused {len(report.errors):,}"
        )
        if report.conflicts:
            noun = "conflict" if report.conflicts == 1 else "conflicts"
            out.line(f"{report.conflicts:,} {noun}; rolodoc conflicts list shows them, 4 in the terminal")
    return Invalid.exit_code if report.errors else 0


def export(
    session: Session,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A new or empty folder, or a file.csv or file.vcf.")],
) -> None:
    """Write everything into a folder, or the profiles into a CSV or vCard file.

    It can be imported again.
    """
    from core.exchange import export_csv, export_folder, export_vcard

    export_to = {".csv": export_csv, ".vcf": export_vcard}.get(path.suffix.lower(), export_folder)
    with progress_bar("exporting") as progress:
        report = export_to(session.workspace, path, progress=progress)
    told = f"{report.profiles:,} profiles, {report.documents:,} documents, {report.links:,} links"
    session.workspace.note("export", detail=f"{told} to {path.name}"[:500])
    if session.out.json:
        session.out.object(report)
    else:
        session.out.line(f"wrote {told} and {report.attachments:,} attachments to {path}")
        if report.withheld:
            fields = "confidential field was" if report.withheld == 1 else "confidential fields were"
            session.out.line(f"{report.withheld:,} {fields} left out, which you may not read")
