"""Sight of a profile that comes through documents: which ones bring it to an account."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

from core.access import marks
from core.access_values import Reason
from core.rights import BITS, DERIVED, RIGHTS, has
from core.rights_of_many import rights_of
from core.store import Connection
from core.viewer import Viewer

if TYPE_CHECKING:
    from core.explain import Case

SHOWN: Final = 20  # documents
CHUNK: Final = SHOWN + 5  # documents whose rights are asked for together; few, for each may take many looks to find
MANY_LINKS: Final = 1_000
MANY_RIGHTS: Final = 5_000
"""The links of a profile are looked up among the rights of the account; where those are many and these are not, the
rights among the links."""
LINKED: Final = "SELECT DISTINCT document_id FROM link WHERE profile_id = ? AND deleted_at IS NULL"
MORE: Final = f"sight of more documents than these {SHOWN}"


def of_profile(case: Case, profile: int) -> list[Reason]:
    """A reason for each of up to 20 documents that bring sight, and one more where there are more of them; or, where
    none does, for some that would at another time or under their condition."""
    if has(case.viewer.denied["documents"], "see"):
        return []
    area = case.of_area("documents")
    found: list[Reason] = []
    for document in seen_documents(case.db, case.viewer, profile):
        if len(found) == SHOWN:
            return [*found, msgspec.structs.replace(found[-1], rule=MORE, ref=None)]
        found += _through(case, area, document, profile, counts=True)
    if not found:
        of_all = any(reason.effect == "allow" for reason in area)
        for document in islice(_candidates(case.db, case.viewer, profile, of_all=of_all, any_time=True), SHOWN):
            found += _through(case, area, document, profile, counts=False)
    return found


def seen_documents(db: Connection, viewer: Viewer, profile: int) -> Iterator[int]:
    """The documents that a living link joins to the profile and that the viewer may see."""
    of_all = has(viewer.all_rights("document"), "see")
    candidates = _candidates(db, viewer, profile, of_all=of_all)
    while chunk := list(islice(candidates, CHUNK)):
        rights = rights_of(db, viewer, "document", chunk)
        yield from (id for id in chunk if has(rights[id], "see"))


def _candidates(db: Connection, viewer: Viewer, profile: int, *, of_all: bool, any_time: bool = False) -> Iterator[int]:
    """Documents of the profile that some allowance is about, now or at `any_time`, whatever is denied; each of its
    documents where one is about all of them."""
    if of_all:
        return _ids(db, LINKED, (profile,))
    opens = f"subject IN ({marks(viewer.subjects)})"
    asked: tuple[int, ...] = viewer.subjects
    if not any_time:
        opens += f" AND condition_id IN ({marks(viewer.conditions)})"
        opens += " AND valid_from <= ? AND valid_until > ?"
        asked = (*asked, *viewer.conditions, viewer.at, viewer.at)
    listed = f"SELECT 1 FROM profile_acl WHERE record_id = ? AND rights & {DERIVED} AND +{opens} LIMIT 1"
    if not db.execute(listed, (profile, *asked)).fetchone():
        return iter(())
    if not _is_beyond(db, "link", "profile_id = ? AND deleted_at IS NULL", (profile,), MANY_LINKS) or _is_beyond(
        db, "document_acl", opens, asked, MANY_RIGHTS
    ):
        opening = f"SELECT 1 FROM document_acl WHERE record_id = link.document_id AND +{opens}"
        return _ids(db, f"{LINKED} AND EXISTS ({opening})", (profile, *asked))
    linking = "SELECT 1 FROM link WHERE document_id = record_id AND profile_id = ? AND deleted_at IS NULL"
    return _ids(
        db, f"SELECT DISTINCT record_id FROM document_acl WHERE {opens} AND EXISTS ({linking})", (*asked, profile)
    )


def _is_beyond(db: Connection, table: str, where: str, parameters: tuple[int, ...], number: int) -> bool:
    """Whether there are more rows than that."""
    rows = f"SELECT 1 FROM {table} WHERE {where} LIMIT {number + 1}"
    return bool(db.execute(f"SELECT count(*) > {number} FROM ({rows})", parameters).fetchone()[0])


def _ids(db: Connection, sql: str, parameters: tuple[int, ...]) -> Iterator[int]:
    return (id for (id,) in db.execute(sql, parameters))


def _through(case: Case, area: list[Reason], document: int, profile: int, *, counts: bool) -> list[Reason]:
    """By what the account sees the document, or would."""
    for reason in (*case.of_itself("document", document), *area):
        if reason.effect == "allow" and reason.counts is counts and RIGHTS[reason.action] & BITS["see"]:
            path = [*reason.path, reason.rule]
            return [
                msgspec.structs.replace(
                    reason,
                    action="see",
                    path=path,
                    rule=f"sight of {case.titles.of('document', document)}",
                    ref=case.titles.link(document, profile),
                )
            ]
    return []
