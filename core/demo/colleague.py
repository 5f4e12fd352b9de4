"""A simulated colleague, who works in the same store as whoever looks at the demo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Final

from core.demo import words
from core.demo.clashes import COLLEAGUE
from core.demo.papers import TYPES, Names, invent_document
from core.errors import RolodocError
from core.instants import now
from core.values import Query, Ref
from core.workspace import Workspace, open_workspace
from core.write_values import Create, Edit, Write

INTERVAL: Final = 4.0  # seconds between two changes, give or take a half
IN_SIGHT: Final = 40  # records at the top of the lists, which most changes go to


class Colleague:
    """Ann Keller edits, links and writes documents until `stop`. The same seed gives the same sequence of changes."""

    def __init__(self, path: str | Path, *, interval: float = INTERVAL, seed: int = 7) -> None:
        self._path = str(path)
        self._interval = interval
        self._random = Random(seed)
        self._stop = Event()
        self._thread = Thread(target=self._work, name="colleague", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns when the last change is written or given up."""
        self._stop.set()
        if self.working:
            self._thread.join()

    @property
    def working(self) -> bool:
        return self._thread.is_alive()

    def _work(self) -> None:
        workspace = open_workspace(self._path, COLLEAGUE, create=False)
        try:
            while not self._stop.wait(self._interval * self._random.uniform(0.5, 1.5)):
                think = self._random.choice(THOUGHTS)
                try:
                    workspace.write(think(workspace, self._random))
                except RolodocError:
                    continue  # somebody else was there first; the next change will do
        finally:
            workspace.close()


def _edit_profile(workspace: Workspace, random: Random) -> list[Write]:
    record = workspace.get(_pick(workspace, random, Query(entity="profile", kind="person")))
    phone = {"label": "mobile", "value": f"+44 20 7946 0{random.randrange(1000):03}"}
    change = random.choice(
        (
            {"notes": random.choice(words.NOTES)},
            {"phones": [*record.fields["phones"][:2], phone]},
            {"attributes": record.fields["attributes"] | {"department": random.choice(words.DEPARTMENTS)}},
        )
    )
    return [Edit(record.ref, change, record.version)]


def _edit_document(workspace: Workspace, random: Random) -> list[Write]:
    record = workspace.get(_pick(workspace, random, Query(entity="document")))
    tags = [tag for tag in record.fields["tags"] if not tag.startswith("seen:")]
    change = random.choice(
        (
            {"description": f"{record.fields['category']} on {random.choice(words.TOPICS)}."},
            {"tags": [*tags, f"seen:{random.choice(words.GIVEN).lower()}"]},
        )
    )
    return [Edit(record.ref, change, record.version)]


def _link(workspace: Workspace, random: Random) -> list[Write]:
    document = _pick(workspace, random, Query(entity="document"))
    profile = _pick(workspace, random, Query(entity="profile"))
    type = random.choice(list(TYPES))
    return [Create("link", {"document": document.id, "profile": profile.id, "type": type})]


def _new_document(workspace: Workspace, random: Random) -> list[Write]:
    people = workspace.page(Query(entity="profile", kind="person"), limit=IN_SIGHT).rows
    organisations = workspace.page(Query(entity="profile", kind="organisation"), limit=IN_SIGHT).rows
    groups = workspace.page(Query(entity="profile", kind="group"), limit=IN_SIGHT).rows
    names = Names(*([row.name for row in rows] for rows in (people, organisations, groups)))
    paper = invent_document(random, names)
    return [Create("document", paper.fields | {"created": now()})]


THOUGHTS: Final[tuple[Callable[[Workspace, Random], list[Write]], ...]] = (
    _edit_profile,
    _edit_profile,
    _edit_document,
    _edit_document,
    _link,
    _link,
    _link,
    _new_document,
)


def _pick(workspace: Workspace, random: Random, query: Query) -> Ref:
    rows = workspace.page(query, limit=IN_SIGHT).rows
    return Ref(query.entity, random.choice(rows).id)
