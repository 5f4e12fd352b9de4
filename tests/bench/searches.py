"""Search as one types, against the raw full-text statement, newest first, joined to the rows of its list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.values import Query
from core.workspace import PAGE, open_workspace
from tests.bench.runner import Row, compare
from tests.bench.stores import ACTOR, raw_reader, raw_writer

LETTERS = (2, 3, 5)

NEWEST_FIRST = {
    "document": f"""
SELECT t.uid, t.title, t.category, t.tags, t.media_type, t.revision, t.created_at, t.updated_at, t.id, t.id
FROM document_search JOIN document t ON t.id = document_search.rowid
WHERE t.deleted_at IS NULL AND document_search MATCH :text ORDER BY document_search.rowid DESC LIMIT {PAGE}
""",
    "profile": f"""
SELECT t.uid, t.name, t.kind, t.emails ->> '$[0].value', t.revision, t.created_at, t.updated_at, t.id, t.id
FROM profile_search JOIN profile t ON t.id = profile_search.rowid
WHERE t.deleted_at IS NULL AND profile_search MATCH :text ORDER BY profile_search.rowid DESC LIMIT {PAGE}
""",
}


def search_as_you_type(store: Path, runs: int) -> Iterator[Row]:
    workspace = open_workspace(str(store), ACTOR, create=False)
    db = raw_reader(store)
    for kind, word in _words(store).items():
        for letters in LETTERS:
            typed = word[:letters]
            query, parameters = Query(entity="document", text=typed), {"text": f'"{typed}" *'}
            found = workspace.page(query).rows
            assert len(found) == len(db.execute(NEWEST_FIRST["document"], parameters).fetchall())
            yield compare(
                f"{letters} letters of a {kind} word ({len(found)} rows)",
                lambda query=query: workspace.page(query),
                lambda parameters=parameters: db.execute(NEWEST_FIRST["document"], parameters).fetchall(),
                runs=runs,
                at_most=2,
            )
    workspace.close()
    db.close()


def _words(store: Path) -> dict[str, str]:
    """The word with most documents, and one with fewest, of five letters or more."""
    db = raw_writer(store)
    db.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, document_search, row)")
    common = "SELECT term FROM temp.words WHERE term GLOB '[a-z][a-z][a-z][a-z][a-z]*' ORDER BY doc DESC LIMIT 1"
    rare = common.replace("ORDER BY doc DESC", "ORDER BY doc, term DESC")
    words: dict[str, Any] = {"common": common, "rare": rare}
    found = {kind: str(db.execute(sql).fetchone()[0]) for kind, sql in words.items()}
    db.close()
    return found
