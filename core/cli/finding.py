"""Search and totals."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from core.cli.command import Session, command
from core.cli.numbers import LARGEST
from core.cli.objects import row_object
from core.values import id_text


def declare(app: typer.Typer) -> None:
    command(app, "search")(search)
    command(app, "stats")(stats)


def search(
    session: Session,
    words: Annotated[list[str], typer.Argument(metavar="TEXT", help="Words; the last may be a beginning.")],
    limit: Annotated[int, typer.Option("--limit", min=1, max=LARGEST, help="At most so many of each kind.")] = 50,
) -> None:
    """Find what holds every word."""
    out = session.out
    hits = session.workspace.search(" ".join(words), limit=limit)
    for hit in hits if out.json else ():
        out.object(row_object(hit.entity, hit.row) | {"excerpt": hit.excerpt})
    if not out.json:
        out.table(["", "found", "id", "text"]).rows(
            [hit.entity, hit.row.label, id_text(hit.row.id), hit.excerpt] for hit in hits
        )
    if not hits:
        out.note("nothing holds these words")
    elif limit in Counter(hit.entity for hit in hits).values():
        out.note(f"the first {limit} of a kind; --limit N shows more")


def stats(session: Session) -> None:
    """Count records, and links by type."""
    out = session.out
    stats = session.workspace.stats()
    if out.json:
        out.object(stats)
        return
    counted = [
        ("profiles", stats.shown(stats.profiles)),
        ("documents", stats.shown(stats.documents)),
        ("links", stats.shown(stats.links)),
        *((f"  {name}", stats.shown(count)) for name, count in stats.links_by_type.items()),
        ("in the trash", stats.shown(stats.trash)),
        ("changes", f"{stats.changes:,}"),
    ]
    out.pairs(counted)
    out.pairs([("store", f"{stats.path} ({stats.size:,} bytes)")])
