"""A row of a file, whatever its format, with its fields checked."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from core.errors import Invalid
from core.exchange.reports import RowError
from core.fields import FIELDS, Entity, Field, check_fields, sort_key
from core.values import RecordId

BATCH_ROWS: Final = 20_000
BATCH_CHARACTERS: Final = 32_000_000


Advance = Callable[[int], None]
"""Told now and then how many more bytes of a file were read."""


class Place(NamedTuple):
    """Where a row starts."""

    file: str
    line: int

    def error(self, error: Invalid) -> RowError:
        return RowError(self.file, self.line, error.field, error.reason)

    def __str__(self) -> str:
        return f"line {self.line} of {self.file}"


class GivenRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A profile, document or relationship type; `fields` has those alone that the file names."""

    place: Place
    entity: Entity
    id: str  # by which links and attachments of the same files name it
    external: list[tuple[str, str]]  # the (source, external id) it has, or shall get
    record_id: RecordId | None = None  # where the id has the form of a record's id
    exported: bool = False  # the id is a record's id, to be kept
    derived: bool = False  # the file gives no id
    version: int | None = None  # that was exported
    fields: dict[str, Any]


class GivenLink(msgspec.Struct, frozen=True):
    place: Place
    document: str
    profile: str
    type: str
    fields: dict[str, Any]  # without the ends and the type
    external: tuple[str, str] | None = None
    version: int | None = None  # that was exported


class GivenAttachment(msgspec.Struct, frozen=True):
    place: Place
    document: str
    folder: Path
    path: str  # in the folder
    name: str
    media_type: str
    bytes: int | None
    sha256: str | None


def gather_record(
    place: Place,
    entity: Entity,
    source: str,
    id: str,
    values: Mapping[str, Any],
    external: Sequence[tuple[str, str]] | None = None,
    version: int | None = None,
) -> GivenRecord:
    """The row with its fields checked. Without an id, one is derived from a profile's email or name.

    `external` and `version` are given by what rolodoc exported: then the id is that of the record. Raises Invalid.
    """
    fields = check_fields(entity, values)
    for field in FIELDS[entity].values():
        if field.required and field.name != "kind" and field.name not in fields:
            raise Invalid("is missing", field.name)
    derived = not id
    if derived:
        id = derive_id(entity, fields)
    record_id = parse_record_id(id)
    if external is not None and record_id is None:
        raise Invalid("must be the id of a record, as export writes it", "id")
    return GivenRecord(
        place=place,
        entity=entity,
        id=id,
        external=list(external) if external is not None else [(source, id)],
        record_id=record_id,
        exported=external is not None,
        derived=derived,
        version=version,
        fields=fields,
    )


def derive_id(entity: Entity, fields: Mapping[str, Any]) -> str:
    """For a profile its first email or else its name, in lower case: what stays the same when it is imported again.

    >>> derive_id("profile", {"name": "Ann Keller", "emails": [{"label": "", "value": "Ann@example.org"}]})
    'email:ann@example.org'
    """
    if entity == "type":
        return str(fields["name"])
    if entity != "profile":
        raise Invalid("is missing", "id")
    if fields.get("emails"):
        return f"email:{fields['emails'][0]['value'].lower()}"
    return f"name:{sort_key(fields['name'])}"


def check_id(value: Any, name: str = "id") -> str:
    """An id as a file gives it; raises Invalid, which names `name`, where there is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    checked: str = _id_field(name).check("" if value is None else value)
    return checked


@cache
def _id_field(name: str) -> Field:
    return Field(name, "line", name, required=True)


def check_external(value: Any) -> list[tuple[str, str]]:
    """The (source, external id) pairs of an exported record; raises Invalid."""
    try:
        return [(check_id(source, "external"), check_id(id, "external")) for source, id in value]
    except (TypeError, ValueError):
        raise Invalid("must be a list of [source, id] pairs", "external") from None


VERSION: Final = "rolodoc_version"
"""The name under which exports tell the version of a record, so that an import knows what the file started from."""


def format_version(version: int) -> str:
    """Not as a number, which a spreadsheet would round."""
    return f"v{version:x}"


def check_version(text: Any) -> int | None:
    """The version that `format_version` wrote, None where there is none; raises Invalid."""
    if text is None or text == "":
        return None
    if not isinstance(text, str) or not re.fullmatch("v[0-9a-f]{1,16}", text):
        raise Invalid("must be as export writes it; leave it out where it is not known", VERSION)
    return int(text[1:], 16)


_RECORD_ID: Final = re.compile(r"(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)


def parse_record_id(text: str) -> RecordId | None:
    """The bytes of an id in the form of a record's, None for any other text."""
    found = _RECORD_ID.fullmatch(text)
    return uuid.UUID(found[1]).bytes if found else None


def profile_kind(text: Any) -> Any:
    """Our word for a kind of profile that others name otherwise."""
    return _KINDS.get(text.strip().lower(), text) if isinstance(text, str) else text


_KINDS = {
    "individual": "person",
    "contact": "person",
    "people": "person",
    "organization": "organisation",
    "org": "organisation",
    "company": "organisation",
}
_KINDS |= {kind: kind for kind in FIELDS["profile"]["kind"].choices}


Given = TypeVar("Given", bound=GivenRecord | GivenLink | GivenAttachment)


def in_batches(rows: Iterator[Given | RowError]) -> Iterator[list[Given | RowError]]:
    """Lists of up to BATCH_ROWS rows, shorter where their texts are long."""
    batch: list[Given | RowError] = []
    characters = 0
    for row in rows:
        batch.append(row)
        if isinstance(row, GivenRecord):
            characters += sum(len(value) for value in row.fields.values() if isinstance(value, str))
        if len(batch) >= BATCH_ROWS or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
