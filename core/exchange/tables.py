"""Profiles in a CSV file, read by the names of its columns in the first line.

Several emails, phones or aliases stand in one cell with ";" between them, or in several columns. A label stands
before its value: "work=ann@example.org". A backslash takes the meaning from a ";" or "=". A column with none of the
known names is an attribute. An empty cell says nothing: it leaves alone what is stored.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from core.errors import Invalid
from core.exchange import lines
from core.exchange.cells import split_members, unguard
from core.exchange.reports import RowError
from core.exchange.rows import (
    Advance,
    GivenRecord,
    Place,
    check_external,
    check_id,
    check_version,
    gather_record,
    profile_kind,
)
from core.field_kinds import TEXT
from core.fields import FIELDS

ONCE: Final[Mapping[str, frozenset[str]]] = {
    "id": frozenset({"id", "uid", "external id", "contact id", "person id", "profile id"}),
    "external": frozenset({"external"}),
    "version": frozenset({"rolodoc version"}),
    "name": frozenset({"name", "full name", "display name"}),
    "given": frozenset({"first name", "given name", "forename"}),
    "middle": frozenset({"middle name", "additional name"}),
    "family": frozenset({"last name", "family name", "surname"}),
    "kind": frozenset({"kind", "profile kind"}),
    "notes": frozenset({"notes", "note", "comment", "comments"}),
    "created": frozenset({"created", "created at"}),
    "attributes": frozenset({"attributes"}),
}
"""The columns that a table has once, with the names they go by, in lower case."""

OFTEN: Final[Mapping[str, re.Pattern[str]]] = {
    "aliases": re.compile(r"(?:alias|aliases|nicknames?|also known as)(?: \d+)?"),
    "emails": re.compile(r"(?:(.+) )?e ?mails?(?: \d+)?(?: address(?:es)?)?(?: \d+)?(?: value)?"),
    "phones": re.compile(
        r"(?:(.+) )?(?:phones?|telephones?|tel)(?: \d+)?(?: numbers?)?(?: \d+)?(?: value)?|(mobile|cell|fax)"
    ),
}
"""The columns that a table may have several times; the group is the label of their values."""


class Column(NamedTuple):
    target: str  # a key of ONCE or OFTEN; "" for an attribute
    label: str  # of an email or phone; the name of an attribute


class Header(NamedTuple):
    columns: list[Column]
    delimiter: str


def read_header(path: Path) -> Header:
    """What the first line says. Raises Invalid when it is no header: none of its columns holds the name."""
    lines.check_start(path)
    first = next((line for _, line in lines.read_lines(path) if line is None or not line.isspace()), b"")
    try:
        text = (first or b"").decode()
        delimiter = max(",;\t", key=text.count)
        names = next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(f"{path} has no header that can be read ({error})") from None
    columns = [_column(name, number) for number, name in enumerate(names, 1)]
    targets = [column.target for column in columns]
    if "name" not in targets and "given" not in targets and "family" not in targets:
        raise Invalid(f'{path} has no header: its first line must name the columns, one of them "name"')
    for target in ONCE:
        if targets.count(target) > 1:
            raise Invalid(f"{path} has two columns for the {target}; leave one of them out")
    attributes = [column.label for column in columns if not column.target]
    for name in attributes:
        if attributes.count(name) > 1:
            raise Invalid(f'{path} has two columns "{name}"; rename one of them')
    return Header(columns, delimiter)


def read_table(
    path: Path, name: str, header: Header, source: str, advance: Advance | None = None
) -> Iterator[GivenRecord | RowError]:
    """The profiles; a row starts at the line that is given with it, and may take several."""
    csv.field_size_limit(max(TEXT, csv.field_size_limit()))
    reader = csv.reader(_decoded(path, advance), delimiter=header.delimiter, strict=True)
    before_header = True
    while True:
        place = Place(name, reader.line_num + 1)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLongError as error:
            yield RowError(*place, "", str(error))
            return
        except csv.Error as error:
            if "field limit" in str(error):
                yield RowError(*place, "", f"a quoted cell has no end within {TEXT:,} characters; reading ended here")
                return
            yield RowError(*place, "", f"is not valid CSV ({error})")
            continue
        if not any(cells):
            continue
        if before_header:
            before_header = False
            continue
        try:
            yield _shape(place, header.columns, cells, source)
        except Invalid as error:
            yield place.error(error)


class _TooLongError(Exception):
    pass


def _decoded(path: Path, advance: Advance | None) -> Iterator[str]:
    """The lines as text; bytes that are not UTF-8 become surrogates, by which the row is refused."""
    for _, line in lines.read_lines(path, advance):
        if line is None:
            raise _TooLongError(f"is longer than {lines.LINE_BYTES:,} bytes; reading ended here")
        yield line.decode("utf-8", "surrogateescape")


def _column(name: str, number: int) -> Column:
    plain = " ".join(re.findall(r"[^\W_]+", name.lower()))
    for target, names in ONCE.items():
        if plain in names:
            return Column(target, "")
    for target, pattern in OFTEN.items():
        if found := pattern.fullmatch(plain):
            return Column(target, next((group for group in found.groups() if group), ""))
    return Column("", name.strip() or f"column {number}")


def _shape(place: Place, columns: Sequence[Column], cells: Sequence[str], source: str) -> GivenRecord:
    if any(cells[len(columns) :]):
        raise Invalid(f"has {len(cells)} cells, the first line has {len(columns)}")
    given: dict[str, str] = {}
    values: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    for (target, label), cell in zip(columns, cells, strict=False):
        text = unguard(cell) if target == "notes" else unguard(cell.strip())
        if not text:
            continue
        if not text.isascii() and re.search("[\udc80-\udcff]", text):
            raise Invalid("is not valid UTF-8; save the file as UTF-8", target or label)
        if not target:
            attributes[label] = text
        elif target == "aliases":
            values.setdefault(target, []).extend(value for _, value in split_members(text, labelled=False))
        elif target in OFTEN:
            entries = [{"label": own or label, "value": value} for own, value in split_members(text)]
            values.setdefault(target, []).extend(entries)
        else:
            given[target] = text
    name = " ".join(given[part] for part in ("given", "middle", "family") if part in given)
    if name or "name" in given:
        values["name"] = given.get("name", name)
    if "kind" in given:
        values["kind"] = profile_kind(given["kind"])
    if "attributes" in given:
        attributes |= FIELDS["profile"]["attributes"].parse(given["attributes"])
    if attributes:
        values["attributes"] = attributes
    values |= {target: given[target] for target in ("notes", "created") if target in given}
    exported = "id" in given and any(column.target == "external" for column in columns)
    external = check_external(_pairs(given.get("external", "[]"))) if exported else None
    version = check_version(given.get("version"))
    id = check_id(given["id"]) if "id" in given else ""
    return gather_record(place, "profile", source, id, values, external, version)


def _pairs(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return None
