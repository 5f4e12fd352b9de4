"""A store with several accounts, made once and copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.access.people import people
from tests.core.access.scene import Scene, furnish


@pytest.fixture(scope="session")
def furnished(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A store with one record of each kind, and what these are called."""
    path = tmp_path_factory.mktemp("furnished") / "store.db"
    with people(empty_store, path) as office:
        office.account("ann")
        records = furnish(office)
        office.owner.store.checkpoint()
    return path, records


@pytest.fixture
def scene(furnished: tuple[Path, dict[str, Any]], store_path: Path) -> Iterator[Scene]:
    path, records = furnished
    store_path.write_bytes(path.read_bytes())
    found = Scene(store_path, records)
    yield found
    found.close()
