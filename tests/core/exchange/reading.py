"""What a test looks at after an import."""

from __future__ import annotations

from typing import Any, get_args

from core.exchange import ImportReport
from core.exchange.walking import walk
from core.fields import Entity
from core.values import Record
from core.workspace import Workspace


def everything(workspace: Workspace) -> dict[Any, Any]:
    """Fields and external ids of every record, by its id."""
    records = [record for entity in get_args(Entity) for record in walk(workspace, entity)]
    return {record.ref: (record.fields, record.external) for record in records}


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    """Rows created, updated, unchanged and refused."""
    return report.created, report.updated, report.unchanged, len(report.errors)


def refusals(report: ImportReport) -> list[tuple[int, str, str]]:
    """Line, field and reason of each refused row."""
    return [(error.line, error.field, error.reason) for error in report.errors]


def found(workspace: Workspace, name: str) -> Record:
    return workspace.get(workspace.resolve(name))
