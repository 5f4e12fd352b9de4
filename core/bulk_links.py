"""Many new links at once.

This is the hot path of imports: the ends are looked up a thousand at a time, the rows go in by one
`executemany`, and one statement makes their changes out of the rows. Where anything in the batch is refused, the batch
goes one by one instead, which revives what was unlinked before and says what is wrong with which link.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import repeat
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from sqlcipher3 import dbapi2 as sqlite

from core import creation, permissions, sources
from core.errors import RolodocError
from core.field_kinds import NO_POSITION
from core.fields import FIELDS
from core.links import PLAIN, Type, find_type, link_id, without_ends
from core.records import COLUMNS, ENDS, JSON_KINDS, encode
from core.values import Ref
from core.write_values import Create

if TYPE_CHECKING:
    from core.open_request import OpenRequest

WORTHWHILE: Final = 32  # links from which on a batch pays
BATCH: Final = 20_000  # links

CHECKS: Final = {name: FIELDS["link"][name].check for name in PLAIN}


def create(request: OpenRequest, writes: list[Create]) -> Iterator[list[Ref]]:
    """The links made, a batch at a time. Raises as creation.create does, with the position in `writes` as `index`."""
    for start in range(0, len(writes), BATCH):
        batch = writes[start : start + BATCH]
        try:
            yield _create_batch(request, batch)
        except _NotPlainError:
            yield _create_one_by_one(request, batch)


def _create_one_by_one(request: OpenRequest, batch: list[Create]) -> list[Ref]:
    refs: list[Ref] = []
    for write in batch:
        try:
            refs.append(creation.create(request, write))
        except RolodocError as error:
            error.index = len(refs)
            raise
    return refs


class _NotPlainError(Exception):
    """Something in the batch needs to be looked at by itself."""


REFUSALS: Final = (_NotPlainError, KeyError, TypeError, UnicodeEncodeError, RolodocError, sqlite.IntegrityError)


def _create_batch(request: OpenRequest, batch: list[Create]) -> list[Ref]:
    request.flush()
    db = request.db
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM link").fetchone()
    db.execute("SAVEPOINT links")
    try:
        if any(write.external or write.id or "merged_into" in write.fields for write in batch):
            raise _NotPlainError
        by_type = Counter([write.fields["type"] for write in batch])
        types = {name: find_type(request, name) for name in by_type}
        uids = [link_id(f["document"], f["profile"], types[f["type"]].uid) for f in (write.fields for write in batch)]
        extra = _extra_fields(batch)
        # In the order of one of the indexes, so that a large store fetches its pages once.
        rows = sorted(_rows(request, batch, uids, types, extra, last), key=itemgetter(2, 3))
        db.executemany(_insert(extra), rows)
        for source in {write.source for write in batch} - {""}:
            sources.keep_many(db, "link", source, _said(batch, source, last))
        if any(type.kinds for type in types.values()) and db.execute(OF_OTHER_KINDS, (last,)).fetchone():
            raise _NotPlainError
    except REFUSALS:
        db.execute("ROLLBACK TO links")
        db.execute("RELEASE links")
        raise _NotPlainError from None
    db.execute("RELEASE links")
    db.execute(_append_changes(extra), (request.begin(), last))
    request.total += len(batch)
    request.done["created", "link"] += len(batch)
    request.stats["links"] += len(batch)
    for name, number in by_type.items():
        request.stats[f"links:{types[name].id}"] += number
    return list(map(Ref._make, zip(repeat("link"), uids, strict=False)))


def _extra_fields(batch: list[Create]) -> tuple[str, ...]:
    """The fields beside ends, type and time of creation that some link of the batch has."""
    used = {name for write in batch if len(write.fields) > 3 for name in write.fields}
    return tuple(name for name in PLAIN if name in used and name != "created")


def _rows(
    request: OpenRequest,
    batch: list[Create],
    uids: list[bytes],
    types: dict[str, Type],
    extra: tuple[str, ...],
    last: int,
) -> Iterator[tuple[Any, ...]]:
    """For each link the parameters of `_insert`; raises one of REFUSALS."""
    documents = request.local_ids("document", sorted({write.fields["document"] for write in batch}))
    profiles = request.local_ids("profile", sorted({write.fields["profile"] for write in batch}))
    permissions.check_new_links(
        request,
        ((documents[f["document"]], profiles[f["profile"]], f["type"]) for f in (write.fields for write in batch)),
    )
    at = request.at
    version = request.next_version(len(batch))
    for number, (uid, write) in enumerate(zip(uids, batch, strict=True)):
        fields = write.fields
        created, others = (at, ()) if len(fields) == 3 and not extra else _others(request, write, extra)
        yield (
            last + 1 + number,
            uid,
            documents[fields["document"]],
            profiles[fields["profile"]],
            types[fields["type"]].id,
            version + number,
            at,
            created,
            *others,
        )


def _others(request: OpenRequest, write: Create, extra: tuple[str, ...]) -> tuple[int, list[Any]]:
    """When a link was created, and its extra fields as their columns hold them."""
    checked = {name: CHECKS[name](value) for name, value in without_ends(write.fields).items()}
    created = checked.get("created")
    values = [encode("link", name, checked.get(name, PLAIN[name])) for name in extra]
    return request.at if created is None else created, values


def _said(batch: list[Create], source: str, last: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """What the source says of each link beside its ends and type, by the link's local id."""
    for number, write in enumerate(batch):
        if write.source == source and len(write.fields) > 3:
            fields = without_ends(write.fields)
            yield last + 1 + number, {name: CHECKS[name](value) for name, value in fields.items()}


@cache
def _insert(extra: tuple[str, ...]) -> str:
    names = ("id", "uid", "document_id", "profile_id", "type_id", "version", "updated_at", "created_at", *extra)
    return f"INSERT INTO link(revision, {', '.join(names)}) VALUES (1, {', '.join('?' * len(names))})"


@cache
def _append_changes(extra: tuple[str, ...]) -> str:
    """The changes of the links after an id, their JSON made from the rows: what is empty is left out."""
    members = " || ".join(("'{\"created\":' || created_at", *(_member(name) for name in (*ENDS, *extra))))
    return (
        "INSERT INTO change(request_id, entity, record_id, kind, revision, version, after)"
        f" SELECT ?, 'link', id, 'created', 1, version, {members} || '}}' FROM link WHERE id > ? ORDER BY id"
    )


def _member(name: str) -> str:
    kind = FIELDS["link"][name].kind
    if kind in JSON_KINDS:
        value = f"nullif({name}, '{encode('link', name, PLAIN[name])}')"
    elif kind in ("line", "text"):
        value = f"CASE WHEN {name} <> '' THEN json_quote({name}) END"
    elif name == "position":
        value = f"nullif(position, {NO_POSITION})"
    else:
        value = COLUMNS.get(name, name)
    return f"ifnull(',\"{name}\":' || {value}, '')"


OF_OTHER_KINDS: Final = """
SELECT 1 FROM link l JOIN relationship_type r ON r.id = l.type_id JOIN profile p ON p.id = l.profile_id
WHERE l.id > ? AND r.profile_kinds <> '[]' AND p.kind NOT IN (SELECT value FROM json_each(r.profile_kinds)) LIMIT 1
"""
