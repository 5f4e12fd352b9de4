"""Import and export: NDJSON folders of everything, CSV and vCard files of profiles."""

from core.exchange.card_export import export_vcard
from core.exchange.folders import export_folder
from core.exchange.importing import import_paths
from core.exchange.reports import ExportReport, ImportReport, RowError
from core.exchange.table_export import export_csv

__all__ = [
    "ExportReport",
    "ImportReport",
    "RowError",
    "export_csv",
    "export_folder",
    "export_vcard",
    "import_paths",
]
