"""The demo: believable, the same for the same seed, with conflicts to settle and a colleague at work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from core.demo import Colleague, build_demo
from core.drafts import list_drafts
from core.errors import Exists
from core.fields import check_fields
from core.values import Actor, Change, Query, Ref
from core.workspace import Workspace, open_workspace
from core.write_values import Edit

LOOKER = Actor("looker")


@pytest.fixture(scope="module")
def demo_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "demo.db"
    build_demo(path, looker=LOOKER)
    return path


@pytest.fixture
def demo(demo_path: Path) -> Iterator[Workspace]:
    opened = open_workspace(str(demo_path), LOOKER)
    yield opened
    opened.close()


def build_small(folder: Path, name: str, **options: int) -> Workspace:
    build_demo(folder / name, **options)
    return open_workspace(str(folder / name), LOOKER)


def titles(workspace: Workspace) -> list[str]:
    rows = [*workspace.page(Query(entity="document")).rows, *workspace.page(Query(entity="profile")).rows]
    return [row.label for row in rows]


def test_its_size(demo: Workspace) -> None:
    stats = demo.stats()

    assert (stats.profiles, stats.documents) == (400, 2000)
    assert 5_500 < stats.links < 6_500
    assert len(stats.links_by_type) >= 12
    assert stats.trash == 0


def test_every_kind_of_record_and_field_is_there(demo: Workspace) -> None:
    for kind in ("person", "organisation", "group"):
        assert demo.page(Query(entity="profile", kind=kind), limit=1).rows
    for category in ("Contract", "Report", "Letter", "Minutes", "Invoice"):
        assert demo.page(Query(entity="document", category=category), limit=1).rows
    used = {"profile": set(), "document": set(), "link": set()}
    for entity, names in used.items():
        for row in demo.page(Query(entity=entity), limit=400).rows:
            fields = demo.get(Ref(entity, row.id)).fields
            assert check_fields(entity, fields) == fields
            names |= {name for name, value in fields.items() if value not in ("", None, [], {})}
    assert used["profile"] >= {"aliases", "emails", "phones", "attributes", "notes"}
    assert used["document"] >= {"description", "tags", "attributes", "text"}
    assert used["link"] >= {"position", "valid_from", "valid_until", "note", "collection", "title", "tags"}


def test_a_few_profiles_have_very_many_links(demo: Workspace) -> None:
    profiles = demo.page(Query(entity="profile"), limit=400).rows

    counts = sorted(demo.count(Query(entity="link", profile=row.id)).value for row in profiles)
    assert counts[-1] > 20 * counts[len(counts) // 2]


def test_some_documents_have_a_file(demo: Workspace) -> None:
    files = 0
    rows = demo.page(Query(entity="document", sort="updated"), limit=2000).rows
    for row in rows:
        for entry in demo.get(Ref("document", row.id)).fields["contents"]:
            with demo.open_content(entry["sha256"]) as file:
                files += len(file.read()) == entry["bytes"]
    assert files == 25


def test_text_is_found_by_search(demo: Workspace) -> None:
    assert demo.search("harbour extension")


def test_conflicts_of_each_kind_wait_to_be_settled(demo: Workspace) -> None:
    conflicts = [demo.conflict(row.id) for row in demo.page(Query(entity="conflict", sort="created")).rows]

    assert demo.stats().conflicts == len(conflicts) == 5
    assert {one.question for one in conflicts} == {"fields", "deletion"}
    assert {field.field for one in conflicts for field in one.fields} == {"phones", "notes", "emails", "title", "*"}
    assert {one.mine.source for one in conflicts} == {"", "Membership list"}
    for one in conflicts:
        assert LOOKER.name in (one.mine.actor, one.theirs.actor)
        assert demo.get(one.record).deleted_at is None


def test_drafts_wait_to_be_saved(demo: Workspace) -> None:
    new, draft = list_drafts(demo)

    assert (new.id, new.fields) == (None, {"title": "Minutes of the next meeting"})
    assert draft.ref
    stored = demo.get(draft.ref)
    assert (stored.updated_by, stored.version != draft.base_version) == ("Ann Keller", True)
    receipt = demo.write([Edit(draft.ref, draft.fields, draft.base_version, merge=True)])
    assert receipt.conflicts == []
    assert demo.get(draft.ref).fields["attributes"]["floor"] == "3"


def test_the_same_seed_gives_the_same_records(tmp_path: Path) -> None:
    first, again = build_small(tmp_path, "a.db", size=60), build_small(tmp_path, "b.db", size=60)
    another = build_small(tmp_path, "c.db", size=60, seed=2)

    assert titles(first) == titles(again) != titles(another)
    assert first.stats().links_by_type == again.stats().links_by_type
    for workspace in (first, again, another):
        workspace.close()


def test_a_size_is_kept(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    build_demo(tmp_path / "a.db", size=50, progress=lambda done, total: told.append((done, total)))

    workspace = open_workspace(str(tmp_path / "a.db"), LOOKER)
    stats = workspace.stats()
    workspace.close()
    assert (stats.profiles, stats.documents) == (10, 50)
    assert 200 <= stats.links <= 300
    assert told == sorted(told)


@pytest.mark.parametrize("size", [1, 2])
def test_the_smallest_demos(tmp_path: Path, size: int) -> None:
    workspace = build_small(tmp_path, "a.db", size=size)

    assert workspace.stats().documents == size
    workspace.close()


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mine.db"
    path.write_text("mine")

    with pytest.raises(Exists, match="is there already"):
        build_demo(path)

    assert path.read_text() == "mine"


def changes_of(path: Path, count: int) -> list[Change]:
    """The first changes that a colleague makes on a fresh demo, as another terminal hears of them."""
    build_demo(path, size=100)
    workspace = open_workspace(str(path), LOOKER)
    colleague, stop = Colleague(path, interval=0), Event()
    heard: list[Change] = []
    follow = workspace.follow(stop, after=workspace.cursor())
    colleague.start()
    for batch in follow:
        heard += batch
        if len(heard) >= count:
            break
    stop.set()
    colleague.stop()
    workspace.close()
    return heard[:count]


def test_the_colleague_makes_changes_that_others_hear_of(tmp_path: Path) -> None:
    changes = changes_of(tmp_path / "a.db", 30)

    assert {change.actor for change in changes} == {Actor("Ann Keller", "demo")}
    assert {change.type for change in changes} >= {
        "profile.updated",
        "document.updated",
        "document.created",
        "link.created",
    }


def test_the_colleague_does_the_same_each_time(tmp_path: Path) -> None:
    first, again = changes_of(tmp_path / "a.db", 12), changes_of(tmp_path / "b.db", 12)

    assert [(change.type, change.title) for change in first] == [(change.type, change.title) for change in again]


def test_the_colleague_stops_at_once(demo_path: Path) -> None:
    colleague = Colleague(demo_path, interval=3600)
    colleague.start()

    colleague.stop()

    assert not colleague.working


def test_a_colleague_who_never_started_can_be_stopped(demo_path: Path) -> None:
    Colleague(demo_path).stop()
