"""A record as it was, and who set each of its fields."""

from __future__ import annotations

from core.store import Store
from core.values import Blame, Record, Ref


def record_at(store: Store, ref: Ref, *, at: int | None = None, revision: int | None = None) -> Record:
    raise NotImplementedError


def blame(store: Store, ref: Ref) -> dict[str, Blame]:
    raise NotImplementedError
