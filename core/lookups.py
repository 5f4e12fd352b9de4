"""Single records, as who asks may see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from core import history, links, merged, rights, sources
from core.access_values import Me
from core.blobs import NOT_HERE
from core.errors import Denied, NotFound
from core.fields import AREAS, Entity
from core.reading import Reading
from core.records import TABLES, Row, in_chunks, load, load_one, names
from core.values import Record, RecordId, Ref
from core.viewer import Viewer


def me(viewer: Viewer) -> Me:
    """The account that reads."""
    identity = viewer.identity
    areas = {area: rights.names(viewer.area_rights(area)) for area in AREAS}
    return Me(identity.name, alone=identity.alone, owner=identity.unrestricted, id=identity.id, areas=areas)


def get(reading: Reading, ref: Ref, *, at: int | None = None, revision: int | None = None) -> Record:
    """The record as it is, or as it was; who may see it, and what is confidential of it, is of now. Raises NotFound,
    Invalid."""
    id = reading.see(ref)
    row = load_one(reading.db, ref)
    if at is None and revision is None:
        return reading.record(ref.entity, row)
    return reading.shown(id, history.record_at(reading.db, ref, row, at=at, revision=revision))


def find_external(
    reading: Reading, entity: Entity, source: str, ids: Sequence[str], *, follow: bool
) -> dict[str, Record]:
    """The records that may be seen, by the ids that they have at the source; to `follow` puts in place of what was
    merged into another that other one."""
    sql = "SELECT external_id, record_id FROM external_id WHERE entity = ? AND source = ? AND external_id IN"
    found = dict(in_chunks(reading.db, sql, list(ids), (entity, source)))
    records = _records(reading, entity, list(found.values()), follow=follow)
    return {external_id: records[id] for external_id, id in found.items() if id in records}


def find_links(
    reading: Reading, keys: Sequence[tuple[RecordId, RecordId, str]]
) -> dict[tuple[RecordId, RecordId, str], Record]:
    """The links that may be seen, by document, profile and name of the type."""
    types = dict(reading.db.execute("SELECT name, uid FROM relationship_type WHERE deleted_at IS NULL").fetchall())
    uids = {
        links.link_id(document, profile, types[type]): (document, profile, type)
        for document, profile, type in keys
        if type in types
    }
    ids = [id for (id,) in in_chunks(reading.db, "SELECT id FROM link WHERE uid IN", list(uids))]
    return {uids[found.ref.id]: found for found in _records(reading, "link", ids).values()}


def said(reading: Reading, entity: Entity, source: str, ids: Sequence[RecordId]) -> dict[RecordId, dict[str, Any]]:
    """What the source said last of those of the records that may be seen, without what is withheld."""
    found = sources.said(reading.db, entity, source, ids)
    if reading.viewer.unrestricted:
        return found
    local = dict(in_chunks(reading.db, f"SELECT uid, id FROM {TABLES[entity]} WHERE uid IN", list(found)))
    seen = reading.seen(entity, local.values())
    return {
        uid: dict(reading.fields(entity, local[uid], Ref(entity, uid), fields)[0])
        for uid, fields in found.items()
        if local[uid] in seen
    }


def allow_content(reading: Reading, sha256: str, document: RecordId | None) -> None:
    """Raises NotFound for a content that no document lists that may be read, or that the named one never listed;
    Denied where that one may be seen and not read.

    Without the document all of them are looked through, some 0.5 s for a million.
    """
    viewer = reading.viewer
    if viewer.identity.alone:
        return
    for id, uid in _documents_with(reading, sha256, document):
        if not reading.kept_from("document", id):
            if "contents" in reading.parts("document", [id])[id].fields:
                reading.handed_out[Ref("document", uid)] = None
            return
        if document is not None:
            title = names(reading.db, "document", [id])[id].title
            raise Denied(f"the contents of {title} are confidential; to read them needs confidential on it")
    if not viewer.unrestricted:
        raise NotFound(NOT_HERE.format(sha256=sha256))


def _documents_with(reading: Reading, sha256: str, document: RecordId | None) -> list[tuple[int, RecordId]]:
    """Those that may be seen and list the content: the named one also if it once did, of any the open ones first."""
    sql = "SELECT id, uid FROM document t WHERE contents <> '[]' AND instr(contents, ?) ORDER BY confidential"
    parameters: tuple[Any, ...] = (sha256,)
    if document is not None:
        sql, parameters = LISTED, (document, sha256)
    found = reading.db.execute(sql, parameters).fetchall()
    seen = reading.seen("document", [id for id, _ in found])
    return [(id, uid) for id, uid in found if id in seen]


LISTED: Final = """
SELECT id, uid FROM document t WHERE uid = ?1 AND (instr(contents, ?2) OR EXISTS (SELECT 1 FROM change c
    WHERE c.entity = 'document' AND c.record_id = t.id AND instr(c.before || c.after, ?2)))
"""


def _records(reading: Reading, entity: Entity, ids: list[int], *, follow: bool = False) -> dict[int, Record]:
    """By local id, those that may be seen."""
    rows: list[Row] = []
    for start in range(0, len(ids), 1000):
        chunk = ids[start : start + 1000]
        rows += load(reading.db, entity, f"t.id IN ({','.join('?' * len(chunk))})", chunk)
    stand_for = {row[0]: (merged.successor(reading.db, entity, row) if follow else None) or row for row in rows}
    seen = reading.seen(entity, [row[0] for row in stand_for.values()])
    return {id: reading.record(entity, row) for id, row in stand_for.items() if row[0] in seen}
