"""The writes of an import: batch by batch, all at once, or not at all; and the rows that were refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeVar

from core.errors import Conflict, Invalid, NotFound, RolodocError, Unavailable
from core.exchange.contents import CheckedFile
from core.exchange.reports import ImportReport, RowError
from core.exchange.rows import Place
from core.values import RecordId
from core.workspace import Progress, Workspace
from core.write_values import Create, Edit, Receipt, Write


class Planned(NamedTuple):
    """A write and the row that asked for it; a `silent` one only keeps what the source says, which is stored so."""

    place: Place
    write: Write
    silent: bool = False


Row = TypeVar("Row")


class Writer:
    """Keeps the report. A strict one holds all writes until `finish`; a dry one counts them and drops them."""

    def __init__(self, workspace: Workspace, *, dry_run: bool, strict: bool, reason: str) -> None:
        self.report = ImportReport()
        self.dry_run = dry_run
        self._workspace = workspace
        self._strict = strict
        self._reason = reason
        self._added: list[Write] = []
        self._held: list[Planned] = []
        self._conflicts: set[RecordId] = set()
        self._files: dict[str, CheckedFile] = {}

    def write(self, planned: Sequence[Planned]) -> None:
        """A row whose write is refused is reported, the others are written."""
        if self.dry_run or self._strict:
            self._count(planned)
            if not self.dry_run:
                self._held += planned
            return
        self._store_files(planned)
        while planned:
            try:
                receipt = self._workspace.write([one.write for one in planned], reason=self._reason)
            except (Invalid, NotFound, Conflict) as error:
                if error.index is None:
                    raise
                self.write(planned[: error.index])
                self.refuse(planned[error.index].place, error)
                planned = planned[error.index + 1 :]
            else:
                self._count(planned)
                self._count_conflicts(receipt)
                return

    def add(self, write: Write) -> None:
        """A write that no row asked for. Raises what Workspace.write raises."""
        if self.dry_run:
            return
        if self._strict:
            self._added.append(write)
        else:
            self._workspace.write([write], reason=self._reason)

    def keep_file(self, file: CheckedFile) -> None:
        """It is stored before the first write that names it."""
        self._files[file.sha256] = file

    def refuse(self, place: Place, error: RolodocError) -> None:
        if isinstance(error, Invalid):
            self.report.errors.append(place.error(error))
        else:
            self.report.errors.append(place.error(Invalid(str(error))))

    def accepted(self, rows: Iterable[Row | RowError]) -> list[Row]:
        """The rows that could be read; the others are reported."""
        good: list[Row] = []
        for row in rows:
            if isinstance(row, RowError):
                self.report.errors.append(row)
            else:
                good.append(row)
        return good

    def finish(self, progress: Progress | None = None) -> None:
        """The one write of a strict import."""
        report = self.report
        if self._held and not report.errors:
            self._store_files(self._held)
            writes = [*self._added, *(one.write for one in self._held)]
            try:
                self._count_conflicts(self._workspace.write(writes, reason=self._reason, progress=progress))
            except (Invalid, NotFound, Conflict) as error:
                if error.index is None or error.index < len(self._added):
                    raise
                self.refuse(self._held[error.index - len(self._added)].place, error)
        if self._strict and report.errors:
            report.created = report.updated = report.unchanged = 0
            report.notes.append("Nothing was imported: a strict import takes all rows or none.")

    def _store_files(self, planned: Iterable[Planned]) -> None:
        for write in (one.write for one in planned):
            entries = write.fields.get("contents", ()) if isinstance(write, Create | Edit) else ()
            for file in filter(None, (self._files.pop(entry["sha256"], None) for entry in entries)):
                with file.path.open("rb") as stream:
                    if self._workspace.store_content(stream)[0] != file.sha256:
                        raise Unavailable(f"{file.path} was changed while it was read; import it again")

    def _count(self, planned: Iterable[Planned]) -> None:
        for one in planned:
            if isinstance(one.write, Create):
                self.report.created += 1
            elif one.silent:
                self.report.unchanged += 1
            else:
                self.report.updated += 1

    def _count_conflicts(self, receipt: Receipt) -> None:
        """Each once, though several writes may meet with it."""
        self._conflicts.update(receipt.conflicts)
        self.report.conflicts = len(self._conflicts)
