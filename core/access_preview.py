"""What writes to accounts, groups, roles, grants and types would open and close, and for whom."""

from __future__ import annotations

from collections.abc import Sequence

from core.access_values import AccessPreview
from core.store import Store
from core.values import Actor
from core.write_values import Write


def preview(store: Store, actor: Actor, writes: Sequence[Write], reason: str) -> AccessPreview:
    """Raises what writing them would."""
    raise NotImplementedError
