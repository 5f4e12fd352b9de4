"""Import and export: NDJSON folders of everything, CSV and vCard files of profiles."""

from core.exchange.importing import import_paths
from core.exchange.reports import ExportReport, ImportReport, RowError

__all__ = ["ExportReport", "ImportReport", "RowError", "import_paths"]
