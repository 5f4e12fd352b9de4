"""Makes what a bulk operation, an import or an actor did as it was before, with a preview."""

from __future__ import annotations

from core.store import Store
from core.values import Actor, Taking, TakingBack


def take_back(store: Store, actor: Actor, scope: TakingBack, *, dry_run: bool, reason: str) -> Taking:
    raise NotImplementedError
