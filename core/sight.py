"""Sight of a profile that comes through documents: which ones bring it to an account."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

from core.access_values import Reason
from core.records import in_chunks
from core.rights import BITS, RIGHTS, has
from core.rights_of_many import rights_of

if TYPE_CHECKING:
    from core.explain import Case

SHOWN: Final = 20  # documents
CHUNK: Final = 200  # documents whose rights are asked for together
FEW: Final = 1_000
"""Rights to documents up to which each is looked up among the links, rather than each link among the rights."""
LINKED: Final = "SELECT DISTINCT document_id FROM link WHERE profile_id = ? AND deleted_at IS NULL"
MORE: Final = f"sight of more documents than these {SHOWN}"


def of_profile(case: Case, profile: int) -> list[Reason]:
    """A reason for each of up to 20 documents that bring sight, and one more where there are more of them; or, where
    none does, for some that would at another time or under their condition."""
    if has(case.viewer.denied["documents"], "see"):
        return []
    area = case.of_area("documents")
    found: list[Reason] = []
    for document in _seen(case, profile):
        if len(found) == SHOWN:
            return [*found, msgspec.structs.replace(found[-1], rule=MORE, ref=None)]
        found += _through(case, area, document, profile, counts=True)
    if not found:
        of_all = any(reason.effect == "allow" for reason in area)
        for document in islice(_candidates(case, profile, of_all=of_all, any_time=True), SHOWN):
            found += _through(case, area, document, profile, counts=False)
    return found


def _seen(case: Case, profile: int) -> Iterator[int]:
    """The documents that a living link joins to the profile and that the account may see."""
    of_all = has(case.viewer.all_rights("document"), "see")
    candidates = _candidates(case, profile, of_all=of_all)
    while chunk := list(islice(candidates, CHUNK)):
        rights = rights_of(case.db, case.viewer, "document", chunk)
        yield from (id for id in chunk if has(rights[id], "see"))


def _candidates(case: Case, profile: int, *, of_all: bool, any_time: bool = False) -> Iterator[int]:
    """Documents of the profile that some allowance is about, now or at `any_time`, whatever is denied; each of its
    documents where one is about all of them."""
    if of_all:
        return _ids(case, LINKED, (profile,))
    opens = f"subject IN ({','.join('?' * len(case.viewer.subjects))})"
    asked: tuple[int, ...] = case.viewer.subjects
    if not any_time:
        opens += f" AND condition_id IN ({','.join('?' * len(case.viewer.conditions))})"
        opens += " AND valid_from <= ? AND valid_until > ?"
        asked = (*asked, *case.viewer.conditions, case.at, case.at)
    opened = list(_ids(case, f"SELECT DISTINCT record_id FROM document_acl WHERE {opens} LIMIT {FEW + 1}", asked))
    if len(opened) <= FEW:
        return (id for (id,) in in_chunks(case.db, f"{LINKED} AND document_id IN", opened, (profile,)))
    opening = f"SELECT 1 FROM document_acl WHERE record_id = link.document_id AND +{opens}"
    return _ids(case, f"{LINKED} AND EXISTS ({opening})", (profile, *asked))


def _ids(case: Case, sql: str, parameters: tuple[int, ...]) -> Iterator[int]:
    return (id for (id,) in case.db.execute(sql, parameters))


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
