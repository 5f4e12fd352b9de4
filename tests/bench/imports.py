"""Export and import of a whole store, as information: a file's lines, not its bytes, are what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from core.exchange import export_folder, import_paths
from core.workspace import open_workspace
from tests.bench.runner import Row, figure, timed
from tests.bench.stores import ACTOR


def imported_rows(store: Path, _runs: int) -> Iterator[Row]:
    with TemporaryDirectory(dir=store.parent) as folder:
        files = Path(folder) / "files"
        source = open_workspace(str(store), ACTOR, create=False)
        totals = source.stats()
        rows = totals.documents + totals.profiles + totals.links
        yield figure(f"export of {rows:,} rows", rows / timed(lambda: export_folder(source, files)), "rows/s", digits=0)
        source.close()
        target = open_workspace(str(Path(folder) / "target.db"), ACTOR)
        rate = rows / timed(lambda: import_paths(target, [files]))
        yield figure(f"import of {rows:,} rows into an empty store", rate, "rows/s", digits=0)
        assert target.stats().links == totals.links
        rate = rows / timed(lambda: import_paths(target, [files]))
        yield figure("the same import again, which changes nothing", rate, "rows/s", digits=0)
        target.close()
