"""Exports everything into an NDJSON folder, which import reads back without loss.

Ids are those of the records, so that records, and with them the links, are the same wherever they are imported; the
external ids stand beside them. Empty fields are left out. The trash and the change log are not exported.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from core.errors import Exists, Invalid, Unavailable
from core.exchange.reports import ExportReport
from core.exchange.rows import VERSION, format_version
from core.exchange.walking import Counter, check_parent, unfinished_name, walk
from core.fields import FIELDS, Entity
from core.instants import format_instant
from core.values import Record, RecordId, id_text
from core.workspace import Progress, Workspace

MANIFEST: Final = "rolodoc-export.json"
FILES: Final = "files"
KINDS: Final = ("types", "profiles", "documents", "attachments", "links")
OWN: Final = frozenset({MANIFEST, FILES, *(f"{kind}.ndjson" for kind in KINDS)})

_json = msgspec.json.Encoder().encode


def export_folder(workspace: Workspace, folder: Path | str, *, progress: Progress | None = None) -> ExportReport:
    """Writes a folder that was not there, was empty, or holds an earlier export; it is there whole or not at all.

    Raises Exists and Invalid when the folder holds anything else, NotFound when its parent is missing, Unavailable
    when it cannot be written, and Corrupt and NotFound when a content is damaged or lost.
    """
    folder = Path(folder).absolute()
    check_parent(folder)
    _check_free(folder)
    unfinished = unfinished_name(folder)
    try:
        unfinished.mkdir()
        report = _Export(workspace, unfinished, progress).write()
        _put_in_place(unfinished, folder)
    except OSError as error:
        raise Unavailable(f"{folder} cannot be written: {error.strerror or error}") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return report


def _check_free(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise Invalid(f"{folder} is a file; name a folder")
    names = {path.name for path in folder.iterdir()}
    if names and (MANIFEST not in names or not names <= OWN):
        raise Exists(f"{folder} holds other files than an export does; name a new or empty folder")


def _put_in_place(unfinished: Path, folder: Path) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        os.replace(unfinished, folder)
        return
    earlier = unfinished_name(folder)
    os.replace(folder, earlier)
    os.replace(unfinished, folder)
    shutil.rmtree(earlier)


class _Export:
    def __init__(self, workspace: Workspace, folder: Path, progress: Progress | None) -> None:
        self._workspace = workspace
        self._folder = folder
        stats = workspace.stats()
        self._counter = Counter(progress, stats.profiles + stats.documents + stats.links)

    def write(self) -> ExportReport:
        self._write_records("type", "types")
        profiles = self._write_records("profile", "profiles")
        documents, attachments = self._write_documents()
        links = self._write_links(documents, profiles)
        report = ExportReport(
            profiles=len(profiles),
            documents=len(documents),
            links=links,
            attachments=attachments,
            withheld=self._counter.withheld,
        )
        manifest = {"format": "rolodoc export", "version": 1, **msgspec.to_builtins(report)}
        (self._folder / MANIFEST).write_bytes(msgspec.json.format(_json(manifest)) + b"\n")
        self._counter.finish()
        return report

    def _write_records(self, entity: Entity, kind: str) -> set[RecordId]:
        written = set()
        with (self._folder / f"{kind}.ndjson").open("wb") as file:
            for record in walk(self._workspace, entity):
                file.write(_json(_named(record) | fields_of(record)) + b"\n")
                written.add(record.ref.id)
                self._counter.advance(record)
        return written

    def _write_documents(self) -> tuple[set[RecordId], int]:
        """And their files, each content once."""
        written: set[RecordId] = set()
        attachments = 0
        files = self._folder / FILES
        files.mkdir()
        with (
            (self._folder / "documents.ndjson").open("wb") as documents,
            (self._folder / "attachments.ndjson").open("wb") as listed,
        ):
            for record in walk(self._workspace, "document"):
                fields = fields_of(record)
                for entry in fields.pop("contents", []):
                    path = files / entry["sha256"]
                    if not path.exists():
                        content = self._workspace.open_content(entry["sha256"], record.ref.id)
                        with content as stream, path.open("wb") as file:
                            shutil.copyfileobj(stream, file)
                    row = {"document_id": id_text(record.ref.id), "path": f"{FILES}/{path.name}"} | entry
                    listed.write(_json(row) + b"\n")
                    attachments += 1
                documents.write(_json(_named(record) | fields) + b"\n")
                written.add(record.ref.id)
                self._counter.advance(record)
        return written, attachments

    def _write_links(self, documents: set[RecordId], profiles: set[RecordId]) -> int:
        """Those of what was written: others were made meanwhile."""
        written = 0
        with (self._folder / "links.ndjson").open("wb") as file:
            for record in walk(self._workspace, "link"):
                fields = record.fields
                if fields["document"] not in documents or fields["profile"] not in profiles:
                    continue
                ends = {
                    "document_id": id_text(fields["document"]),
                    "profile_id": id_text(fields["profile"]),
                    "relationship_type": fields["type"],
                    "position": fields["position"],
                }
                known = {VERSION: format_version(record.version)}
                external = {"external": record.external} if record.external else {}
                file.write(_json(ends | fields_of(record) | external | known) + b"\n")
                written += 1
                self._counter.advance(record)
        return written


def _named(record: Record) -> dict[str, Any]:
    return {"id": id_text(record.ref.id), "external": record.external, VERSION: format_version(record.version)}


def fields_of(record: Record) -> dict[str, Any]:
    """The fields that are not empty and not kept by rolodoc itself, with dates as people write them; of a link without
    its ends and type."""
    known: Mapping[str, Any] = FIELDS[record.ref.entity]
    return {
        name: format_instant(value) if known[name].kind == "instant" else value
        for name, value in record.fields.items()
        if value != known[name].empty and not (known[name].fixed or known[name].internal)
    }
