"""Conflicts: what a merge left open, stored until somebody settles it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.rules import Rule
from core.store import Store
from core.values import Actor, ConflictRecord, RecordId, Ref, Resolve, Settlement

if TYPE_CHECKING:
    from core.writes import OpenRequest


def read(store: Store, id: RecordId) -> ConflictRecord:
    raise NotImplementedError


def resolve(request: OpenRequest, write: Resolve) -> Ref:
    raise NotImplementedError


def settle(store: Store, actor: Actor, rule: Rule, ids: Sequence[RecordId] | None, *, dry_run: bool) -> Settlement:
    raise NotImplementedError
