"""Imports files: finds out what each of them is, reads it, and loads its rows in the order that links need."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from core.errors import Invalid, NotFound
from core.exchange import lines, ndjson, tables, vcards
from core.exchange.loading import Loader
from core.exchange.reports import ImportReport, write_errors
from core.exchange.rows import Advance, GivenAttachment, in_batches
from core.exchange.writing import Writer
from core.fields import Entity
from core.workspace import Progress, Workspace

NOT_IMPORTED: Final = "document_links"
KINDS: Final = ("types", "profiles", "attachments", "documents", "links", NOT_IMPORTED)
"""In the order of reading. The attachments wait for their documents."""

ENTITIES: Final[dict[str, Entity]] = {"types": "type", "profiles": "profile", "documents": "document"}
ERRORS_FILE: Final = Path("import-errors.ndjson")


class Part(NamedTuple):
    """One file."""

    path: Path
    name: str  # as it was given
    kind: str  # one of KINDS, or NOT_IMPORTED
    source: str
    read: Callable[[Advance | None], Iterator[Any]]


def import_paths(
    workspace: Workspace,
    paths: Sequence[Path | str],
    *,
    source: str = "",
    dry_run: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
    errors_path: Path | None = None,
) -> ImportReport:
    """Brings in NDJSON folders, NDJSON files, and CSV and vCard files of profiles.

    A record keeps its id there as external id of `source`, by default the name of the folder or file; so the same
    import again changes nothing. A row that cannot go in is in the report and in the errors file, and the others go
    in; with `strict` nothing does then, and everything is one write. `dry_run` writes nothing, no errors file either.
    `progress` counts bytes of the files, then the writes of a strict import. Raises NotFound, Invalid and
    Unavailable for what is no such file or cannot be read, before anything is written.
    """
    parts = [part for path in paths for part in _find_parts(Path(path), source)]
    parts = sorted({part.path.resolve(): part for part in parts}.values(), key=lambda part: KINDS.index(part.kind))
    for part in parts:
        lines.check_start(part.path)
    writer = Writer(workspace, dry_run=dry_run, strict=strict, reason=_reason(parts))
    loader = Loader(workspace, writer)
    advance = _counting(progress, sum(part.path.stat().st_size for part in parts))
    attachments: defaultdict[str, dict[str, list[GivenAttachment]]] = defaultdict(dict)
    for part in parts:
        if part.kind == NOT_IMPORTED:
            writer.report.notes.append(f"{part.name} was not imported: links between two documents are not kept yet.")
        elif part.kind == "attachments":
            for row in writer.accepted(part.read(advance)):
                attachments[part.source].setdefault(row.document, []).append(row)
        else:
            for batch in in_batches(part.read(advance)):
                if part.kind == "links":
                    loader.load_links(batch, part.source)
                else:
                    files = attachments[part.source] if part.kind == "documents" else {}
                    loader.load_records(batch, part.source, files)
    for of_source, of_documents in attachments.items():
        loader.load_attachments(of_documents, of_source)
    loader.finish()
    writer.finish(progress)
    _keep_errors(writer.report, errors_path, dry_run)
    return writer.report


def _reason(parts: Iterable[Part]) -> str:
    return f"import of {', '.join(dict.fromkeys(part.source for part in parts))}"[:500]


def _counting(progress: Progress | None, total: int) -> Advance | None:
    """Adds up what `progress` is to be told."""
    if progress is None:
        return None
    done = 0

    def advance(by: int) -> None:
        nonlocal done
        done += by
        progress(done, total)

    return advance


def _keep_errors(report: ImportReport, path: Path | None, dry_run: bool) -> None:
    if dry_run or not report.errors:
        return
    path = path or ERRORS_FILE
    try:
        write_errors(report.errors, path)
        report.errors_file = str(path)
    except OSError as error:
        report.notes.append(f"The errors could not be written to {path}: {error.strerror}.")


def _find_parts(path: Path, source: str) -> list[Part]:
    """The files to read, each with its kind. Raises NotFound, Invalid."""
    if path.is_dir():
        files = [path / f"{kind}.ndjson" for kind in KINDS]
        parts = [_ndjson_part(file, source) for file in files if file.is_file()]
        if not parts:
            raise Invalid(
                f"{path} holds none of the files of an import: {', '.join(f'{kind}.ndjson' for kind in ENTITIES)}, ..."
            )
        return parts
    if not path.exists():
        raise NotFound(f"there is no file or folder {path}")
    if not path.is_file():
        raise Invalid(f"{path} is neither a file nor a folder")
    name, suffix = _readable(path), path.suffix.lower()
    if suffix in (".ndjson", ".jsonl"):
        return [_ndjson_part(path, source)]
    if suffix in (".csv", ".tsv"):
        source = source or _readable(path.stem)
        header = tables.read_header(path)
        read = lambda advance: tables.read_table(path, name, header, source, advance)  # noqa: E731
        return [Part(path, name, "profiles", source, read)]
    if suffix in (".vcf", ".vcard"):
        source = source or _readable(path.stem)
        read = lambda advance: vcards.read_cards(path, name, source, advance)  # noqa: E731
        return [Part(path, name, "profiles", source, read)]
    raise Invalid(f"{path} is none of NDJSON (.ndjson), CSV (.csv) and vCard (.vcf)")


def _ndjson_part(path: Path, source: str) -> Part:
    """A file with the name of a kind belongs to its folder, another one stands for itself."""
    name = _readable(path)
    known = path.stem in KINDS
    kind = path.stem if known else ndjson.recognise(path)
    source = source or _readable(path.resolve().parent.name if known else path.stem) or "import"
    read: Callable[[Advance | None], Iterator[Any]]
    if kind in ENTITIES:
        entity = ENTITIES[kind]
        read = lambda advance: ndjson.read_records(path, name, entity, source, advance)  # noqa: E731
    elif kind == "links":
        read = lambda advance: ndjson.read_links(path, name, source, advance)  # noqa: E731
    else:
        read = lambda advance: ndjson.read_attachments(path, name, advance)  # noqa: E731
    return Part(path, name, kind, source, read)


def _readable(path: Path | str) -> str:
    """The path as text, even where it is none."""
    return os.fsencode(path).decode(errors="replace")
