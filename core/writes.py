"""The one write path: every write, from wherever it comes, goes through `apply`.

One call is one request and one transaction: all of its writes happen, or none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import groupby
from typing import cast

from core import bulk_links
from core.errors import RolodocError
from core.open_request import OpenRequest
from core.store import Store
from core.values import Actor, Ref
from core.write_values import Create, Receipt, Write


def apply(
    store: Store,
    actor: Actor,
    writes: Sequence[Write],
    *,
    reason: str = "",
    progress: Callable[[int, int], None] | None = None,
    stored_here: Collection[str] = (),
) -> Receipt:
    """All of the writes or none. An error carries the position of the write that was refused, as `index`."""
    with store.write() as db:
        request = OpenRequest(db, actor, reason, stored_here=stored_here)
        return request.finish(carry_out(request, writes, progress))


def carry_out(
    request: OpenRequest, writes: Sequence[Write], progress: Callable[[int, int], None] | None = None
) -> list[Ref]:
    """Performs the writes in their order; returns what each was about. Raises as `apply` does."""
    refs: list[Ref] = []
    for are_new_links, run in groupby(writes, _is_new_link):
        batch = list(run)
        try:
            if are_new_links and len(batch) >= bulk_links.WORTHWHILE:
                for made in bulk_links.create(request, cast(list[Create], batch)):
                    refs += made
                    if progress:
                        progress(len(refs), len(writes))
                continue
            for write in batch:
                refs.append(request.perform(write))
                if progress and len(refs) % 1000 == 0:
                    progress(len(refs), len(writes))
        except RolodocError as error:
            error.index = len(refs) + (error.index or 0)
            raise
    return refs


def _is_new_link(write: Write) -> bool:
    return type(write) is Create and write.entity == "link"
