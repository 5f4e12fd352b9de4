"""Exports the profiles as vCards of version 3.0, which address books read and import reads back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from core.exchange.content_lines import Property, escape, format_properties
from core.exchange.reports import ExportReport
from core.exchange.rows import format_version
from core.exchange.vcards import ATTRIBUTES, CREATED, EXTERNAL, LABEL, REST, VERSION
from core.exchange.walking import Counter, replacing, walk
from core.instants import format_instant
from core.values import Record, id_text
from core.workspace import Progress, Workspace

TYPES: Final = frozenset({"work", "home", "cell", "fax", "pager", "video", "text"})
"""Labels that are types of an email or phone; others stand in a property of their own."""

BEGIN: Final = "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//rolodoc//EN\r\n"


def export_vcard(workspace: Workspace, path: Path | str, *, progress: Progress | None = None) -> ExportReport:
    """Raises Exists for a file that is no earlier export, NotFound, Invalid, Unavailable."""
    counter = Counter(progress, workspace.stats().profiles)
    written = 0
    with (
        replacing(Path(path), lambda start: start.startswith(BEGIN.encode())) as unfinished,
        unfinished.open("w", encoding="utf-8", newline="") as file,
    ):
        for record in walk(workspace, "profile"):
            file.write(f"{BEGIN}{format_properties(_properties(record))}END:VCARD\r\n")
            written += 1
            counter.advance(record)
    counter.finish()
    return ExportReport(profiles=written, withheld=counter.withheld)


def _properties(record: Record) -> Iterator[Property]:
    fields = record.fields
    name = escape(fields["name"])
    yield Property("UID", f"urn:uuid:{id_text(record.ref.id)}")
    yield Property(EXTERNAL, escape(msgspec.json.encode(record.external).decode()))
    yield Property(VERSION, format_version(record.version))
    yield Property("FN", name)
    yield Property("N", f"{name};;;;")
    if fields["kind"] == "organisation":
        yield Property("X-ABSHOWAS", "COMPANY")
    elif fields["kind"] == "group":
        yield Property("X-ADDRESSBOOKSERVER-KIND", "group")
    if fields["aliases"]:
        yield Property("NICKNAME", ",".join(map(escape, fields["aliases"])))
    yield from _entries("EMAIL", "mailto:", fields["emails"])
    yield from _entries("TEL", "tel:", fields["phones"])
    if fields["notes"]:
        yield Property("NOTE", escape(fields["notes"]))
    yield from _attributes(fields["attributes"])
    yield Property(CREATED, format_instant(fields["created"]))


def _entries(name: str, scheme: str, entries: list[dict[str, str]]) -> Iterator[Property]:
    for number, entry in enumerate(entries, 1):
        label, value = entry["label"], escape(entry["value"])
        if value.startswith(scheme):
            value = scheme + value  # import takes one of them for a URI's
        if label and label not in TYPES:
            group = f"{name.lower()}{number}"
            yield Property(name, value, group=group)
            yield Property(LABEL, escape(label), group=group)
        else:
            yield Property(name, value, [label] if label else [])


def _attributes(attributes: dict[str, Any]) -> Iterator[Property]:
    rest = dict(attributes)
    for property, name in ATTRIBUTES.items():
        value = rest.get(name)
        if isinstance(value, list) and len(value) > 1 and all(map(_is_plain, value)):
            texts = [escape(text) for text in rest.pop(name)]
            for text in [",".join(texts)] if property == "CATEGORIES" else texts:
                yield Property(property, text)
        elif _is_plain(value):
            yield Property(property, escape(rest.pop(name)))
    if rest:
        yield Property(REST, escape(msgspec.json.encode(rest).decode()))


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) and value != "" and "\r" not in value
