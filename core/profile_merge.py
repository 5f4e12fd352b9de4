"""Two profiles that are one person become one, and one that is two is split."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.store import Store
from core.values import MergeProfiles, ProfileMerge, RecordId, Ref, SplitProfile

if TYPE_CHECKING:
    from core.writes import OpenRequest


def preview(store: Store, into: RecordId, other: RecordId) -> ProfileMerge:
    raise NotImplementedError


def merge(request: OpenRequest, write: MergeProfiles) -> Ref:
    raise NotImplementedError


def split(request: OpenRequest, write: SplitProfile) -> Ref:
    raise NotImplementedError
