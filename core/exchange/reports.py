"""What an import or export did, and the file of rows that were refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec


class RowError(msgspec.Struct, frozen=True):
    """A row that did not go in. `line` is where it starts, 1 the first; `field` is "" when no one field is to blame."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}"
        return f"{where}: {self.field}: {self.reason}" if self.field else f"{where}: {self.reason}"


class ImportReport(msgspec.Struct, kw_only=True):
    """The first three count rows of the files, `conflicts` what they left open. `errors_file` is where the errors were
    written, if they were."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    conflicts: int = 0  # a dry run cannot know them
    errors: list[RowError] = []
    notes: list[str] = []  # sentences for people: what was left out, and why
    errors_file: str | None = None


class ExportReport(msgspec.Struct, frozen=True, kw_only=True):
    profiles: int = 0
    documents: int = 0
    links: int = 0
    attachments: int = 0
    withheld: int = 0  # confidential fields that were left out, because who exports may not read them


def write_errors(errors: Sequence[RowError], path: Path) -> None:
    """One JSON object a line, in place of what the file held. Raises OSError."""
    with path.open("wb") as file:
        for error in errors:
            file.write(msgspec.json.encode(error) + b"\n")
