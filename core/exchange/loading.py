"""Brings the rows of files into a workspace: what is new is created, what differs is edited, the rest is left alone.

A row sets the fields that it names and no others, of a map the keys that it names. What an operator put into the
trash stays there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any, Final

import uuid_utils

from core.errors import Conflict, Invalid, RolodocError
from core.exchange.contents import check_file
from core.exchange.matching import Ends, differences, find_by_ids, find_records
from core.exchange.reports import RowError
from core.exchange.rows import GivenAttachment, GivenLink, GivenRecord, Place
from core.exchange.writing import Planned, Writer
from core.fields import Entity
from core.values import Create, Edit, Record, RecordId
from core.workspace import Workspace

INVERSES: Final[Mapping[str, str]] = {
    "author": "author of",
    "sponsor": "sponsor of",
    "bdfl_delegate": "BDFL delegate of",
    "pep_delegate": "PEP delegate of",
}
"""Inverse names of relationship types that are made because a link names them; of any other "<name> of"."""


class Loader:
    """Takes rows batch by batch: types, profiles and documents before the links between them."""

    def __init__(self, workspace: Workspace, writer: Writer) -> None:
        self._workspace = workspace
        self._writer = writer
        self._ends = Ends(workspace)
        self._types: set[str] = {type.name for type in workspace.types()}
        self._made_types: list[str] = []
        self._in_trash: Counter[Entity] = Counter()
        self._places: defaultdict[tuple[Entity, str], dict[str, Place]] = defaultdict(dict)
        self._linked: dict[tuple[RecordId, RecordId, str], Place] = {}

    def load_records(
        self,
        rows: Iterable[GivenRecord | RowError],
        source: str,
        attachments: MutableMapping[str, list[GivenAttachment]],
    ) -> None:
        """Rows of one kind. Documents take their attachments along, out of `attachments`; a document that is there
        keeps the files it has when one of those is bad."""
        given = [row for row in self._writer.accepted(rows) if self._is_first(row, source)]
        if not given:
            return
        entity = given[0].entity
        found = find_records(self._workspace, entity, given)
        planned: list[Planned] = []
        for row in given:
            record = found.get(row.id)
            fields = row.fields
            if files := attachments.pop(row.id, ()):
                contents = self._contents(files)
                if record is None or len(contents) == len(files):
                    fields = fields | {"contents": contents}
            if record:
                self._ends.add(entity, source, row.id, record.ref.id)
                planned += self._edit(row.place, record, fields)
            else:
                id = row.record_id if row.exported and row.record_id else uuid_utils.uuid7().bytes
                self._ends.add(entity, source, row.id, id)
                external = row.external[0] if row.external and entity != "type" else None
                planned.append((row.place, Create(entity, fields, external, id)))
        if entity == "type":
            self._types.update(row.fields["name"] for row in given)
        self._writer.write(planned)

    def load_attachments(self, attachments: Mapping[str, Sequence[GivenAttachment]], source: str) -> None:
        """Those of documents that the same files do not hold."""
        found = find_by_ids(self._workspace, "document", source, list(attachments))
        planned: list[Planned] = []
        for document, rows in attachments.items():
            if record := found.get(document):
                contents = self._contents(rows)
                fields = {"contents": contents} if len(contents) == len(rows) else {}
                planned += self._edit(rows[0].place, record, fields)
            else:
                for row in rows:
                    self._writer.refuse(row.place, Invalid(f'there is no document "{document}"', "document_id"))
        self._writer.write(planned)

    def load_links(self, rows: Iterable[GivenLink | RowError], source: str) -> None:
        given = self._writer.accepted(rows)
        documents = self._ends.resolve("document", source, [row.document for row in given])
        profiles = self._ends.resolve("profile", source, [row.profile for row in given])
        keys: dict[tuple[RecordId, RecordId, str], GivenLink] = {}
        for row in given:
            document, profile = documents[row.document], profiles[row.profile]
            if document is None:
                self._writer.refuse(row.place, Invalid(f'there is no document "{row.document}"', "document_id"))
            elif profile is None:
                self._writer.refuse(row.place, Invalid(f'there is no profile "{row.profile}"', "profile_id"))
            elif first := self._linked.setdefault((document, profile, row.type), row.place):
                if first is row.place:
                    keys[document, profile, row.type] = row
                else:
                    self._writer.refuse(row.place, Invalid(f"is the same link as {first}"))
        found = self._workspace.find_links(list(keys))
        refused = self._make_types({key[2] for key in keys} - self._types)
        planned: list[Planned] = []
        for (document, profile, type), row in keys.items():
            if record := found.get((document, profile, type)):
                planned += self._edit(row.place, record, row.fields)
            elif error := refused.get(type) or self._trashed_end(document, profile):
                self._writer.refuse(row.place, error)
            else:
                ends = {"document": document, "profile": profile, "type": type}
                planned.append((row.place, Create("link", ends | row.fields, row.external)))
        self._writer.write(planned)

    def finish(self) -> None:
        """Notes for the report."""
        notes = self._writer.report.notes
        if self._made_types:
            verb = "would be made" if self._writer.dry_run else "made"
            notes.append(f"Relationship types {verb} for the links: {', '.join(self._made_types)}.")
        if self._in_trash:
            counted = [f"{n:,} {entity}{'s' if n > 1 else ''}" for entity, n in self._in_trash.items()]
            notes.append(f"In the trash, and left there: {', '.join(counted)}.")

    # --- helpers -----------------------------------------------------------------------------------

    def _is_first(self, row: GivenRecord, source: str) -> bool:
        first = self._places[row.entity, source].setdefault(row.id, row.place)
        if first is row.place:
            return True
        way_out = "; give each row an id of its own" if row.derived else ""
        self._writer.refuse(row.place, Invalid(f'"{row.id}" is {first} already{way_out}', "id"))
        return False

    def _edit(self, place: Place, record: Record, fields: Mapping[str, Any]) -> list[Planned]:
        entity = record.ref.entity
        if record.deleted_at is not None:
            self._ends.trashed.add(record.ref.id)
            self._in_trash[entity] += 1
        elif different := differences(entity, record.fields, fields):
            return [(place, Edit(record.ref, different, record.version))]
        self._writer.report.unchanged += 1
        return []

    def _contents(self, rows: Sequence[GivenAttachment]) -> list[dict[str, Any]]:
        """The entries for those files that are what their rows say."""
        entries = []
        for row in rows:
            try:
                file = check_file(row)
            except Invalid as error:
                self._writer.refuse(row.place, error)
                continue
            self._writer.keep_file(file)
            entries.append({"name": row.name, "media_type": row.media_type, "bytes": file.size, "sha256": file.sha256})
        return entries

    def _make_types(self, names: set[str]) -> dict[str, RolodocError]:
        """Makes the relationship types that links name and nobody made; the error of each that could not be."""
        refused: dict[str, RolodocError] = {}
        for name in sorted(names):
            try:
                self._writer.add(Create("type", {"name": name, "inverse": INVERSES.get(name, f"{name} of")}))
            except (Invalid, Conflict) as error:
                refused[name] = error
            else:
                self._types.add(name)
                self._made_types.append(name)
        return refused

    def _trashed_end(self, document: RecordId, profile: RecordId) -> RolodocError | None:
        for name, id in ("document_id", document), ("profile_id", profile):
            if id in self._ends.trashed:
                return Invalid("is in the trash; restore it before it can be linked", name)
        return None
