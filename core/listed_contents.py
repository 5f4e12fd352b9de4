"""Who lists a content in a document reads it by that: so it must be one's own, or one that may be read anyhow.

The digest alone proves nothing: whoever could read a document once may have kept it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from core import lookups
from core.errors import Denied, NotFound
from core.reading import Reading
from core.values import RecordId

if TYPE_CHECKING:
    from core.open_request import OpenRequest

Contents = Iterable[Mapping[str, Any]]


def check(request: OpenRequest, document: RecordId | None, before: Contents, after: Contents) -> None:
    """Of the contents of a document, None for a new one: each that it does not list yet was stored by this workspace,
    or may be read. Raises NotFound. Costs as much as lookups.allow_content where it was stored elsewhere."""
    if request.viewer.unrestricted:
        return
    known = request.stored_here | {one["sha256"] for one in before}
    for sha256 in dict.fromkeys(one["sha256"] for one in after if one["sha256"] not in known):
        if not _may_read(request, sha256, document):
            raise NotFound(f"the content {sha256} is not yours to list; attach the file itself")


def _may_read(request: OpenRequest, sha256: str, document: RecordId | None) -> bool:
    reading = Reading(request.db, request.viewer)
    for of in (document, None):
        try:
            lookups.allow_content(reading, sha256, of)
        except (NotFound, Denied):
            continue
        return True
    return False
