"""Pages, against the raw statement; and against the same pages of a small store, which must cost the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.local import LocalWorkspace
from core.values import Key, Query, RecordId, Ref
from tests.bench.runner import Row, compare, figure, grow, timed
from tests.bench.stores import ACTOR, raw_reader

LINKED = 50  # documents of a profile on a page

LINKED_DOCUMENTS = f"""
SELECT t.uid, d.uid, :profile, r.name, d.title, '', '', nullif(t.position, 2147483647), t.valid_from, t.valid_until,
       t.category, t.collection, t.tags, t.revision, t.created_at, t.updated_at, t.created_at, t.id
FROM link t JOIN relationship_type r ON r.id = t.type_id JOIN document d ON d.id = t.document_id
WHERE t.deleted_at IS NULL AND t.profile_id = (SELECT id FROM profile WHERE uid = :profile)
ORDER BY t.created_at DESC, t.id DESC LIMIT {LINKED}
"""
"""As many columns as a row of the workspace's page has."""


class Sights:
    """A workspace, and places in it that stand for many: a hub, an ordinary profile, the middle of a list."""

    def __init__(self, path: Path) -> None:
        self.workspace = LocalWorkspace(path, ACTOR, create=False)
        db = raw_reader(path)
        self.hub = self._profile(db, 10**9)
        self.ordinary = self._profile(db, 2 * LINKED)
        self.document = db.execute("SELECT uid FROM document ORDER BY id LIMIT 1 OFFSET 77").fetchone()[0]
        self.title = self._middle(db, "document")
        self.name = self._middle(db, "profile")
        db.close()

    @staticmethod
    def _profile(db: Any, links: int) -> RecordId:
        """The profile with the most links up to this number."""
        found = db.execute(
            "SELECT p.uid FROM (SELECT profile_id, count(*) AS links FROM link GROUP BY 1) l"
            " JOIN profile p ON p.id = l.profile_id WHERE links <= ? ORDER BY links DESC LIMIT 1",
            (links,),
        ).fetchone()
        return RecordId(found[0])

    @staticmethod
    def _middle(db: Any, table: str) -> Key:
        rows = f"SELECT sort_key, id FROM {table} WHERE deleted_at IS NULL ORDER BY sort_key, id"
        (half,) = db.execute(f"SELECT count(*) / 2 FROM {table}").fetchone()
        found: Key = db.execute(f"{rows} LIMIT 1 OFFSET ?", (half,)).fetchone()
        return found

    def reads(self) -> dict[str, Callable[[], object]]:
        """What a person looks at, by name."""
        page, workspace = self.workspace.page, self.workspace
        links = {who: Query(entity="link", profile=getattr(self, who)) for who in ("hub", "ordinary")}
        documents, profiles = Query(entity="document"), Query(entity="profile")
        return {
            "documents by title, in the middle": lambda: page(documents, key=self.title),
            "documents by title, the end": lambda: page(documents, backwards=True),
            "documents by time of change": lambda: page(Query(entity="document", sort="updated")),
            "profiles by name, in the middle": lambda: page(profiles, key=self.name, limit=LINKED),
            "links of a hub": lambda: page(links["hub"], limit=LINKED),
            "links of an ordinary profile": lambda: page(links["ordinary"], limit=LINKED),
            "people of a document": lambda: page(Query(entity="link", document=self.document)),
            "all links": lambda: page(Query(entity="link")),
            "groups of an ordinary profile": lambda: workspace.groups(Ref("profile", self.ordinary)),
            "count of all documents": lambda: workspace.count(documents),
            "count of an ordinary profile's links": lambda: workspace.count(links["ordinary"]),
            "one document, whole": lambda: workspace.get(Ref("document", self.document)),
            "history of a document": lambda: workspace.changes(ref=Ref("document", self.document)),
            "the latest changes": lambda: workspace.changes(),
            "totals": lambda: workspace.stats(),
        }


@contextmanager
def sights_of(path: Path) -> Iterator[Sights]:
    sights = Sights(path)
    try:
        yield sights
    finally:
        sights.workspace.close()


def linked_documents(store: Path, runs: int) -> Iterator[Row]:
    db = raw_reader(store)
    with sights_of(store) as sights:
        for name, profile in (("a hub", sights.hub), ("an ordinary profile", sights.ordinary)):
            query, parameters = Query(entity="link", profile=profile), {"profile": profile}
            found = [row.document_title for row in sights.workspace.page(query, limit=LINKED).rows]
            assert found == [row[4] for row in db.execute(LINKED_DOCUMENTS, parameters)]
            yield compare(
                f"{len(found)} documents of {name} with titles",
                lambda query=query: sights.workspace.page(query, limit=LINKED),
                lambda parameters=parameters: db.execute(LINKED_DOCUMENTS, parameters).fetchall(),
                runs=runs,
                at_most=1.25,
            )
    db.close()


def growth(large: Path, small: Path, factor: float, runs: int) -> Iterator[Row]:
    """Each read on the large store (ours) and on the small one (floor)."""
    with sights_of(large) as big, sights_of(small) as little:
        reads = little.reads()
        for name, read in big.reads().items():
            yield grow(name, read, reads[name], runs=runs, at_most=1.5, factor=factor)
        middle = big.workspace.page(Query(entity="document"), key=big.title, limit=1).rows[0]
        for name, work in {
            "rank of the document in the middle": lambda: big.workspace.rank(Query(entity="document"), middle.id),
            "go to 50 % of all documents": lambda: big.workspace.page(
                Query(entity="document"), offset=big.workspace.count(Query(entity="document")).value // 2
            ),
        }.items():
            yield figure(f"{name} (grows with n)", min(timed(work) for _ in range(5)) * 1000, "ms", digits=2)
