"""How many records there are: kept totals for who sees everything, counts of what is seen for all others."""

from __future__ import annotations

from core import changes, reads
from core.fields import RECORDS
from core.reading import Reading
from core.store import Connection, Store
from core.values import COUNT_LIMIT, Count, Query, Stats
from core.viewer import Viewer


def read(store: Store, viewer: Viewer) -> Stats:
    return _kept(store) if viewer.unrestricted else _counted(store, viewer)


def _kept(store: Store) -> Stats:
    with store.read() as db:
        totals = dict(db.execute("SELECT name, value FROM stat").fetchall())
        names = _names_of_totals(db)
        seq = changes.cursor(db)
    return Stats(
        profiles=totals.get("profiles", 0),
        documents=totals.get("documents", 0),
        links=totals.get("links", 0),
        links_by_type=_largest_first({name: totals.get(key, 0) for key, name in names.items()}),
        trash=totals.get("trash", 0),
        conflicts=totals.get("conflicts", 0),
        changes=seq,
        path=str(store.path),
        size=store.size(),
    )


def _counted(store: Store, viewer: Viewer) -> Stats:
    counts: list[Count] = []

    def count(query: Query) -> int:
        counts.append(reads.count(store, viewer, query))
        return counts[-1].value

    trash = [reads.count(store, viewer, Query(entity=entity, trash=True)) for entity in RECORDS]
    counts += trash
    with store.read() as db:
        latest = changes.read(Reading(db, viewer), limit=1)
    return Stats(
        profiles=count(Query(entity="profile")),
        documents=count(Query(entity="document")),
        links=count(Query(entity="link")),
        links_by_type=_largest_first(
            {type.name: count(Query(entity="link", type=type.name)) for type in reads.types(store, viewer)}
        ),
        trash=sum(one.value for one in trash) if all(one.exact for one in trash) else COUNT_LIMIT,
        conflicts=count(Query(entity="conflict")),
        changes=latest[0].seq if latest else 0,
        path=str(store.path),
        size=store.size(),
        exact=all(one.exact for one in counts),
    )


def _names_of_totals(db: Connection) -> dict[str, str]:
    return dict(db.execute("SELECT 'links:' || id, name FROM relationship_type").fetchall())


def _largest_first(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(((name, n) for name, n in counts.items() if n), key=lambda item: (-item[1], item[0])))
