"""`python -m tests.bench`: prints a Markdown table of ratios; exit code 1 where a limit is broken."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_cache_path

from tests.bench.access_links import access_links
from tests.bench.access_pages import access_pages
from tests.bench.audits import audits
from tests.bench.conflicts import open_conflicts
from tests.bench.duplicates import duplicates
from tests.bench.edits import single_edits
from tests.bench.imports import imported_rows
from tests.bench.links import bulk_links
from tests.bench.live import followed_changes
from tests.bench.merges import merges
from tests.bench.pages import growth, linked_documents
from tests.bench.revokes import revoked_records
from tests.bench.runner import Row, table
from tests.bench.searches import search_as_you_type
from tests.bench.stores import store_of
from tests.bench.terminal import terminal_budgets
from tests.bench.worst_cases import worst_cases

BENCHES = {
    "links": bulk_links,
    "pages": linked_documents,
    "edits": single_edits,
    "search": search_as_you_type,
    "live": followed_changes,
    "import": imported_rows,
    "merge": merges,
    "conflicts": open_conflicts,
    "duplicates": duplicates,
    "access-links": access_links,
    "audit": audits,
    "revoke": revoked_records,
    "worst": worst_cases,
}
SMALL = 10_000  # documents of the store that a larger one is held against
PTYBENCH = Path(__file__).parents[3] / "shared" / "tools" / "ptybench.py"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    add = parser.add_argument
    names = [*BENCHES, "access-pages", "growth", "terminal"]
    add("--only", choices=names, action="append", help="this bench alone; may be given again")
    add("--size", type=int, default=SMALL, metavar="N", help=f"documents of the store (default {SMALL:,})")
    add("--runs", type=int, default=21, metavar="N", help="pairs that a ratio is the median of (default 21)")
    add("--cache", type=Path, default=user_cache_path("rolodoc") / "bench", metavar="DIR", help="where stores are kept")
    add("--terminal", action="store_true", help="also the budgets of the terminal, in a pty")
    add("--ptybench", type=Path, default=PTYBENCH, metavar="FILE", help="the program that measures a terminal program")
    args = parser.parse_args()
    wanted = args.only or [name for name in names if name != "terminal" or args.terminal]
    rows: list[Row] = []
    for name in wanted:
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows += _rows(name, args)
    print(table(rows))
    return 1 if any(row.ok is False for row in rows) else 0


def _rows(name: str, args: argparse.Namespace) -> Iterator[Row]:
    if name == "access-pages":
        return access_pages(args.size, args.cache, args.runs)
    store = store_of(args.size, args.cache)
    if name == "terminal":
        return terminal_budgets(store, args.ptybench, args.runs)
    if name == "growth":
        small = min(SMALL, args.size // 10)
        return growth(store, store_of(small, args.cache), args.size / small, args.runs)
    return BENCHES[name](store, args.runs)


if __name__ == "__main__":
    sys.exit(main())
