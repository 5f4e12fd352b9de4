"""Pairs of profiles that may be one person."""

from __future__ import annotations

from core.store import Store
from core.values import Candidate


def find(store: Store, limit: int) -> list[Candidate]:
    raise NotImplementedError
