"""The places that the contract is tested at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from core.values import Actor
from core.workspace import Workspace, open_workspace
from tests.core.soundness import assert_sound


class Place(Protocol):
    """Where workspaces meet: what one of them writes, the others see."""

    def open(self, actor: str = "ann") -> Workspace: ...

    def close(self) -> None:
        """Closes the workspaces that were opened, and checks what they leave behind."""


class LocalPlace:
    """A store file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._opened: list[Workspace] = []

    def open(self, actor: str = "ann") -> Workspace:
        self._opened.append(open_workspace(str(self.path), Actor(actor, "terminal"), create=False))
        return self._opened[-1]

    def close(self) -> None:
        for workspace in self._opened:
            workspace.close()
        assert_sound(self.path)


def local_place(empty_store: Path, folder: Path) -> Place:
    return LocalPlace(Path(shutil.copyfile(empty_store, folder / "store.db")))


PLACES: Mapping[str, Callable[[Path, Path], Place]] = {"local": local_place}

NewPlace = Callable[[], "contextmanager[Place]"]


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, empty_store: Path, tmp_path: Path) -> Iterator[Place]:
    made = PLACES[request.param](empty_store, tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session", params=PLACES)
def new_place(request: pytest.FixtureRequest, empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> NewPlace:
    """Makes a place for each example of a property."""

    @contextmanager
    def make() -> Iterator[Place]:
        folder = tmp_path_factory.mktemp("place")
        made = PLACES[request.param](empty_store, folder)
        try:
            yield made
        finally:
            made.close()
            shutil.rmtree(folder)

    return make


@pytest.fixture
def workspace(place: Place) -> Workspace:
    return place.open()


@pytest.fixture
def ann(place: Place) -> Workspace:
    return place.open("ann")


@pytest.fixture
def bob(place: Place) -> Workspace:
    return place.open("bob")
