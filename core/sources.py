"""What each source said last of a record: the base when the two meet again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.fields import Entity
from core.store import Connection


def said(db: Connection, entity: Entity, source: str, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    raise NotImplementedError
