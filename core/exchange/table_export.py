"""Exports the profiles as a CSV file, which a spreadsheet opens and import reads back."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import msgspec

from core.exchange.cells import guard, join_members, join_plain
from core.exchange.reports import ExportReport
from core.exchange.rows import VERSION, format_version
from core.exchange.walking import Counter, replacing, walk
from core.instants import format_instant
from core.values import Record, id_text
from core.workspace import Progress, Workspace

HEADER: Final = (
    "id",
    "external",
    "kind",
    "name",
    "aliases",
    "emails",
    "phones",
    "notes",
    "created",
    "attributes",
    VERSION,
)


def export_csv(workspace: Workspace, path: Path | str, *, progress: Progress | None = None) -> ExportReport:
    """Raises Exists for a file that is no earlier export, NotFound, Invalid, Unavailable."""
    counter = Counter(progress, workspace.stats().profiles)
    written = 0
    with (
        replacing(Path(path), lambda start: start.startswith(",".join(HEADER[:-1]).encode())) as unfinished,
        unfinished.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for record in walk(workspace, "profile"):
            writer.writerow([guard(cell) for cell in _cells(record)])
            written += 1
            counter.advance(record)
    counter.finish()
    return ExportReport(profiles=written, withheld=counter.withheld)


def _cells(record: Record) -> list[str]:
    fields = record.fields
    return [
        id_text(record.ref.id),
        msgspec.json.encode(record.external).decode() if record.external else "",
        fields["kind"],
        fields["name"],
        join_plain(fields["aliases"]),
        join_members((entry["label"], entry["value"]) for entry in fields["emails"]),
        join_members((entry["label"], entry["value"]) for entry in fields["phones"]),
        fields["notes"],
        format_instant(fields["created"]),
        msgspec.json.encode(fields["attributes"]).decode() if fields["attributes"] else "",
        format_version(record.version),
    ]
