"""Brings the rows of files into a workspace: what is new is created, what their source says anew is merged, the rest is
left alone.

A row speaks of the fields that it names and no others, of a map of the keys that it names. What its source said last is
the base: where it says the same again nothing is written, so that what was edited here stays. What an operator put into
the trash stays there.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any, Final

import uuid_utils

from core.errors import Conflict, Invalid, RolodocError
from core.exchange.contents import check_file
from core.exchange.matching import Ends, differences, find_by_ids, find_records, standing_for
from core.exchange.reports import RowError
from core.exchange.rows import GivenAttachment, GivenLink, GivenRecord, Place
from core.exchange.writing import Planned, Writer
from core.fields import FIELDS, Entity
from core.values import Record, RecordId
from core.workspace import Workspace
from core.write_values import Create, Edit

INVERSES: Final[Mapping[str, str]] = {
    "author": "author of",
    "sponsor": "sponsor of",
    "bdfl_delegate": "BDFL delegate of",
    "pep_delegate": "PEP delegate of",
}
"""Inverse names of relationship types that are made because a link names them; of any other "<name> of"."""

EMPTY: Final = {entity: {name: field.empty for name, field in fields.items()} for entity, fields in FIELDS.items()}

IN_TRASH: Final = "In the trash, and left there"
EDITED_HERE: Final = "Edited here since the last import, and left so"
"""Why rows of what is there change nothing, for the report."""


class Loader:
    """Takes rows batch by batch: types, profiles and documents before the links between them."""

    def __init__(self, workspace: Workspace, writer: Writer) -> None:
        self._workspace = workspace
        self._writer = writer
        self._ends = Ends(workspace)
        self._types: set[str] = {type.name for type in workspace.types()}
        self._made_types: list[str] = []
        self._left: defaultdict[str, Counter[Entity]] = defaultdict(Counter)
        self._places: defaultdict[tuple[Entity, str], dict[str, Place]] = defaultdict(dict)
        self._linked: dict[tuple[RecordId, RecordId, str], GivenLink] = {}

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
        said = self._said(entity, source, found.values())
        planned: list[Planned] = []
        for row in given:
            record = found.get(row.id)
            fields = row.fields
            if files := attachments.pop(row.id, ()):
                contents = self._contents(files)
                if record is None or len(contents) == len(files):
                    fields = fields | {"contents": contents}
            if record:
                stands = self._ends.meet(entity, source, row.id, record)
                planned += self._edit(row.place, record, stands, fields, source, said, row.version)
            else:
                id = row.record_id if row.exported and row.record_id else uuid_utils.uuid7().bytes
                self._ends.add(entity, source, row.id, id)
                external = row.external[0] if row.external and entity != "type" else None
                planned.append(Planned(row.place, Create(entity, spoken(fields), external, id, source)))
        if entity == "type":
            self._types.update(row.fields["name"] for row in given)
        self._writer.write(planned)

    def load_attachments(self, attachments: Mapping[str, Sequence[GivenAttachment]], source: str) -> None:
        """Those of documents that the same files do not hold."""
        found = find_by_ids(self._workspace, "document", source, list(attachments))
        said = self._said("document", source, found.values())
        planned: list[Planned] = []
        for document, rows in attachments.items():
            if record := found.get(document):
                contents = self._contents(rows)
                fields = {"contents": contents} if len(contents) == len(rows) else {}
                planned += self._edit(rows[0].place, record, record, fields, source, said)
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
            elif first := self._linked.setdefault((document, profile, row.type), row):
                if first is row:
                    keys[document, profile, row.type] = row
                else:
                    self._writer.refuse(row.place, Invalid(f"is the same link as {first.place}"))
        found = self._workspace.find_links(list(keys))
        said = self._said("link", source, found.values())
        refused = self._make_types({key[2] for key in keys} - self._types, source)
        planned: list[Planned] = []
        for key, row in keys.items():
            document, profile, type = key
            profile = self._ends.merged.get(profile, profile)
            if record := found.get(key):
                stands = standing_for(self._workspace, record)
                planned += self._edit(row.place, record, stands, row.fields, source, said, row.version)
            elif error := refused.get(type) or self._trashed_end(document, profile):
                self._writer.refuse(row.place, error)
            elif profile != key[1] and not self._is_first_link((document, profile, type), row):
                self._writer.report.unchanged += 1
            else:
                ends = {"document": document, "profile": profile, "type": type}
                write = Create("link", ends | spoken(row.fields), row.external, source=source)
                planned.append(Planned(row.place, write))
        self._writer.write(planned)

    def finish(self) -> None:
        """Notes for the report."""
        notes = self._writer.report.notes
        if self._made_types:
            verb = "would be made" if self._writer.dry_run else "made"
            notes.append(f"Relationship types {verb} for the links: {', '.join(self._made_types)}.")
        for why in (IN_TRASH, EDITED_HERE):
            if left := self._left.get(why):
                counted = [f"{n:,} {entity}{'s' if n > 1 else ''}" for entity, n in left.items()]
                notes.append(f"{why}: {', '.join(counted)}.")

    # --- helpers -----------------------------------------------------------------------------------

    def _is_first(self, row: GivenRecord, source: str) -> bool:
        first = self._places[row.entity, source].setdefault(row.id, row.place)
        if first is row.place:
            return True
        way_out = "; give each row an id of its own" if row.derived else ""
        self._writer.refuse(row.place, Invalid(f'"{row.id}" is {first} already{way_out}', "id"))
        return False

    def _said(self, entity: Entity, source: str, records: Iterable[Record]) -> Mapping[RecordId, Mapping[str, Any]]:
        return self._workspace.said(entity, source, [record.ref.id for record in records])

    def _edit(
        self,
        place: Place,
        record: Record,
        stands: Record,
        given: Mapping[str, Any],
        source: str,
        said: Mapping[RecordId, Mapping[str, Any]],
        version: int | None = None,
    ) -> list[Planned]:
        """What the source has not said before of a record, for which another `stands` where it was merged into that.

        Where it is stored so already it is kept as said none the less, lest the two seem to differ when one changes.
        """
        entity = record.ref.entity
        given = spoken(given)
        if stands.deleted_at is not None:
            self._leave(IN_TRASH, entity)
            return []
        different = differences(entity, stands.fields, given)
        new = differences(entity, _known(entity, said.get(record.ref.id, {}), version), given)
        if record.version == version and not different:
            new = {}
        if new:
            silent = not new.keys() & different.keys()
            return [Planned(place, Edit(record.ref, new, version, source=source), silent)]
        if different and stands is record:
            self._leave(EDITED_HERE, entity)
        else:
            self._writer.report.unchanged += 1
        return []

    def _leave(self, why: str, entity: Entity) -> None:
        self._left[why][entity] += 1
        self._writer.report.unchanged += 1

    def _is_first_link(self, key: tuple[RecordId, RecordId, str], row: GivenLink) -> bool:
        """Whether a link is neither there nor in another row; the profile of this row was merged into that of `key`."""
        return self._linked.setdefault(key, row) is row and not self._workspace.find_links([key])

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

    def _make_types(self, names: set[str], source: str) -> dict[str, RolodocError]:
        """Makes the relationship types that links name and nobody made; the error of each that could not be."""
        refused: dict[str, RolodocError] = {}
        for name in sorted(names):
            try:
                fields = {"name": name, "inverse": INVERSES.get(name, f"{name} of")}
                self._writer.add(Create("type", fields, source=source))
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


def _known(entity: Entity, said: Mapping[str, Any], version: int | None) -> Mapping[str, Any]:
    """What a file says nothing new with: what was said, and emptiness where nothing was and the file started from
    nothing that is known."""
    if version is not None:
        return said
    return {**EMPTY[entity], **said}


def spoken(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without a time of creation that a row leaves open."""
    if fields.get("created", 0) is not None:
        return dict(fields)
    return {name: value for name, value in fields.items() if name != "created"}
