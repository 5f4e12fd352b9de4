"""Real documents, people and links, from the folder that lies beside the project."""

from __future__ import annotations

from collections import Counter

from core.exchange import export_folder, import_paths
from core.values import Query
from core.workspace import Workspace
from tests.conftest import PEPS
from tests.core.exchange.reading import counts, everything, found


def test_the_whole_folder(workspace: Workspace, other: Workspace, in_tmp) -> None:
    report = import_paths(workspace, [PEPS])

    assert counts(report) == (2487, 0, 0, 0)
    stats = workspace.stats()
    assert (stats.profiles, stats.documents, stats.links) == (371, 736, 1380)
    assert stats.links_by_type == {"author": 1148, "sponsor": 103, "bdfl_delegate": 84, "pep_delegate": 45}
    assert {type.name: type.inverse for type in workspace.types()} == {
        "author": "author of",
        "bdfl_delegate": "BDFL delegate of",
        "pep_delegate": "PEP delegate of",
        "sponsor": "sponsor of",
    }
    assert found(workspace, "Fred L. Drake, Jr.").fields["kind"] == "person"
    assert sum(row.kind == "organisation" for row in workspace.page(Query(entity="profile"), limit=400).rows) == 2
    links = workspace.page(Query(entity="link"), limit=2000).rows
    pairs = Counter((row.document, row.profile) for row in links)
    assert sum(count > 1 for count in pairs.values()) == 17
    assert all(row.position is not None for row in links)

    cursor = workspace.cursor()
    assert counts(import_paths(workspace, [PEPS])) == (0, 0, 2487, 0)
    assert workspace.cursor() == cursor

    exported = export_folder(workspace, in_tmp / "peps")
    assert (exported.profiles, exported.documents, exported.links, exported.attachments) == (371, 736, 1380, 39)
    assert import_paths(other, [in_tmp / "peps"]).errors == []
    assert everything(other) == everything(workspace)
