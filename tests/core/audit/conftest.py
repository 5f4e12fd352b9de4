"""A store with several accounts, as the tests of access have it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.access.people import People, people


@pytest.fixture
def office(empty_store: Path, tmp_path: Path) -> Iterator[People]:
    """The owner, and whom a test adds."""
    with people(empty_store, tmp_path / "office.db") as found:
        yield found
