"""The rows of an NDJSON folder: one JSON object a line, a file for each kind of row.

    types.ndjson        name, inverse, profile_kinds
    profiles.ndjson     id, kind, name, email or emails, phone or phones, aliases, notes, attributes, created
    documents.ndjson    id, title, description, category, tags, media_type, text, attributes, created
    attachments.ndjson  document_id, path, name, media_type, bytes, sha256
    links.ndjson        document_id, profile_id, relationship_type, and the other fields of a link

What is named otherwise goes to the attributes. `position` among a link's attributes is its position. Rows that
rolodoc exported also have `external` and `rolodoc_version`, and their ids are those of the records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final, TypeVar

import msgspec

from core.errors import Invalid
from core.exchange import lines
from core.exchange.reports import RowError
from core.exchange.rows import (
    VERSION,
    Advance,
    GivenAttachment,
    GivenLink,
    GivenRecord,
    Place,
    check_external,
    check_id,
    check_version,
    gather_record,
    profile_kind,
)
from core.fields import FIELDS, Entity, Field, check_fields

Object = dict[str, Any]
Shaped = TypeVar("Shaped")

OUTER_MEDIA_TYPE: Final = "application/octet-stream"


def read_records(
    path: Path, name: str, entity: Entity, source: str, advance: Advance | None = None
) -> Iterator[GivenRecord | RowError]:
    return _read(path, name, partial(_shape_record, entity, source), advance)


def read_links(path: Path, name: str, source: str, advance: Advance | None = None) -> Iterator[GivenLink | RowError]:
    return _read(path, name, partial(_shape_link, source), advance)


def read_attachments(path: Path, name: str, advance: Advance | None = None) -> Iterator[GivenAttachment | RowError]:
    """The files themselves are not looked at yet."""
    return _read(path, name, partial(_shape_attachment, path.parent), advance)


def recognise(path: Path) -> str:
    """The kind of row in a file, by its first object: the name its file has in a folder. Raises Invalid."""
    for _, line in lines.read_lines(path):
        try:
            row = _decode(line)
        except ValueError:
            continue
        for kind, keys in _SHAPES:
            if keys <= row.keys():
                return kind
    raise Invalid(f"{path} has no row that looks like a profile, document, link, attachment or type")


_SHAPES: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("links", frozenset({"profile_id", "document_id"})),
    ("attachments", frozenset({"document_id", "path"})),
    ("document_links", frozenset({"from_id", "to_id"})),
    ("documents", frozenset({"title"})),
    ("types", frozenset({"name", "inverse"})),
    ("profiles", frozenset({"name"})),
)


def _read(
    path: Path, name: str, shape: Callable[[Object, Place], Shaped], advance: Advance | None
) -> Iterator[Shaped | RowError]:
    for number, line in lines.read_lines(path, advance):
        if line is not None and line.isspace():
            continue
        place = Place(name, number)
        try:
            yield shape(_decode(line), place)
        except Invalid as error:
            yield place.error(error)
        except ValueError as error:
            yield RowError(name, number, "", str(error))


def _decode(line: bytes | None) -> Object:
    """The object that the line holds; raises ValueError with the reason when it holds none."""
    if line is None:
        raise ValueError(f"is longer than {lines.LINE_BYTES:,} bytes")
    try:
        row = msgspec.json.decode(line)
    except UnicodeDecodeError:
        raise ValueError("is not valid UTF-8") from None
    except RecursionError:
        raise ValueError("is nested too deep") from None
    except msgspec.MsgspecError as error:
        raise ValueError(f"is not valid JSON ({error})") from None
    if not isinstance(row, dict):
        raise ValueError('is not a JSON object; a row looks like {"id": ..., "name": ...}')
    return row


# --- a row as what it stands for ---------------------------------------------------------------------


def _shape_record(entity: Entity, source: str, row: Object, place: Place) -> GivenRecord:
    id = row.pop("id", None)
    external = check_external(row.pop("external")) if "external" in row else None
    version = check_version(row.pop(VERSION, None))
    if entity == "profile":
        _join(row, "email", "emails")
        _join(row, "phone", "phones")
        if "kind" in row:
            row["kind"] = profile_kind(row["kind"])
    elif "contents" in row:
        raise Invalid("is not read from here; files are listed in attachments.ndjson", "contents")
    values = _split(entity, row)
    return gather_record(place, entity, source, check_id(id) if id is not None else "", values, external, version)


def _shape_link(source: str, row: Object, place: Place) -> GivenLink:
    external = [(source, check_id(row.pop("id")))] if "id" in row else []
    external += check_external(row.pop("external", []))
    version = check_version(row.pop(VERSION, None))
    profile = check_id(row.pop("profile_id", None), "profile_id")
    document = check_id(row.pop("document_id", None), "document_id")
    type = check_id(row.pop("relationship_type", None), "relationship_type")
    attributes = row.get("attributes")
    if "position" not in row and isinstance(attributes, dict) and _is_position(attributes.get("position")):
        row["position"] = attributes["position"]
        row["attributes"] = {name: value for name, value in attributes.items() if name != "position"}
    for name in ("document", "profile", "type"):
        if name in row:
            raise Invalid("is not a field of a row; name the record in the field that ends in _id", name)
    try:
        FIELDS["type"]["name"].check(type)
    except Invalid as error:
        raise Invalid(error.reason, "relationship_type") from None
    fields = check_fields("link", _split("link", row))
    return GivenLink(place, document, profile, type, fields, external[0] if external else None, version)


def _shape_attachment(folder: Path, row: Object, place: Place) -> GivenAttachment:
    document = check_id(row.get("document_id"), "document_id")
    written = _line(row, "path")
    path = PurePosixPath(written)
    if not written or path.is_absolute() or ".." in path.parts:
        raise Invalid("must name a file in the folder of attachments.ndjson", "path")
    size, sha256 = row.get("bytes"), row.get("sha256")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int)):
        raise Invalid("must be a whole number", "bytes")
    if sha256 is not None and not isinstance(sha256, str):
        raise Invalid("must be text", "sha256")
    return GivenAttachment(
        place,
        document,
        folder,
        str(path),
        _line(row, "name") or path.name,
        _line(row, "media_type") or OUTER_MEDIA_TYPE,
        size,
        sha256.lower() if sha256 else None,
    )


TYPED: Final = {
    entity: frozenset(name for name, field in fields.items() if not field.internal) for entity, fields in FIELDS.items()
}
"""The names of the fields that a row may give."""


def _split(entity: Entity, row: Object) -> Object:
    """The fields of the row; what is none goes to the attributes, and is refused where it is given twice."""
    known = TYPED[entity]
    values = {name: value for name, value in row.items() if name in known}
    others = {name: value for name, value in row.items() if name not in known}
    if others:
        attributes = values.get("attributes", {})
        if "attributes" not in known or not isinstance(attributes, dict):
            raise Invalid(f"is not a field of a {entity}", next(iter(others)))
        for name in others.keys() & attributes.keys():
            raise Invalid("is given twice: in the row and in its attributes", name)
        values["attributes"] = attributes | others
    return values


def _join(row: Object, one: str, many: str) -> None:
    """`email` stands first among the `emails`."""
    value = row.pop(one, None)
    if value is None or value == "":
        return
    others = row.get(many, [])
    if not isinstance(value, str) or not isinstance(others, list):
        raise Invalid("must be text", one)
    if not any(other == value or (isinstance(other, dict) and other.get("value") == value) for other in others):
        row[many] = [value, *others]


def _is_position(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 - 1


def _line(row: Object, name: str) -> str:
    limit = FIELDS["document"]["media_type"].limit if name == "media_type" else 500
    value = row.get(name)
    checked: str = Field(name, "line", name, limit=limit).check("" if value is None else value)
    return checked
