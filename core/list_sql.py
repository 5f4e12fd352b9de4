"""The statements of lists: which columns a row has, and what a page, a count and a rank ask.

The texts are kept, since a statement that SQLite has prepared before is found by its text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

from core.field_kinds import NO_POSITION
from core.fields import Entity
from core.records import CONFLICT_TITLE, TABLES
from core.rows import (
    AccountRow,
    ConflictRow,
    DocumentRow,
    GrantRow,
    GroupRow,
    LinkRow,
    MarkRow,
    ProfileRow,
    RetentionRow,
    RoleRow,
    RuleRow,
    TypeRow,
)
from core.values import COUNT_LIMIT
from core.visibility import EVERYTHING, Sight, in_any_order, in_order, sees

ROWS: Final[dict[Entity, Any]] = {
    "profile": ProfileRow,
    "document": DocumentRow,
    "link": LinkRow,
    "type": TypeRow,
    "rule": RuleRow,
    "conflict": ConflictRow,
    "account": AccountRow,
    "group": GroupRow,
    "role": RoleRow,
    "grant": GrantRow,
    "mark": MarkRow,
    "retention": RetentionRow,
}
CONFLICT_RECORD: Final = """CASE t.entity
    WHEN 'profile' THEN (SELECT uid FROM profile WHERE id = t.record_id)
    WHEN 'document' THEN (SELECT uid FROM document WHERE id = t.record_id)
    WHEN 'link' THEN (SELECT uid FROM link WHERE id = t.record_id)
    ELSE (SELECT uid FROM relationship_type WHERE id = t.record_id) END"""
SUBJECT_NAME: Final = """CASE t.subject_kind
    WHEN 'account' THEN (SELECT name FROM account WHERE id = t.subject_code / 8)
    WHEN 'group' THEN (SELECT name FROM account_group WHERE id = t.subject_code / 8)
    WHEN 'role' THEN (SELECT name FROM role WHERE id = t.subject_code / 8)
    WHEN 'profile' THEN coalesce((SELECT p.name FROM profile p WHERE p.id = t.subject_code / 8{profile}), '')
    ELSE 'everyone' END"""
TARGET_NAME: Final = """CASE t.target_kind
    WHEN 'document' THEN coalesce((SELECT d.title FROM document d WHERE d.id = t.record_id{document}), '')
    WHEN 'profile' THEN coalesce((SELECT p.name FROM profile p WHERE p.id = t.record_id{profile}), '')
    ELSE t.target_kind END"""
COLUMNS: Final[dict[Entity, str]] = {
    "profile": "t.uid, t.name, t.kind, t.emails ->> '$[0].value', t.revision, t.created_at, t.updated_at",
    "document": "t.uid, t.title, t.category, t.tags, t.media_type, t.revision, t.created_at, t.updated_at",
    "type": "t.uid, t.name, t.inverse, t.profile_kinds, t.revision, t.created_at, t.updated_at",
    "rule": "t.uid, t.name, t.entity, t.field, t.relationship, t.actor, t.source, t.tag, t.prefer, t.preferred,"
    " t.revision, t.created_at, t.updated_at",
    "conflict": f"t.uid, t.entity, {CONFLICT_RECORD}, {CONFLICT_TITLE}, t.question,"
    " (SELECT json_group_array(key) FROM json_each(t.mine) WHERE key NOT IN (SELECT key FROM json_each(t.outcome))),"
    " t.sides, t.suggested,"
    " t.revision, t.created_at, t.updated_at",
    "account": "t.uid, t.name, t.kind, t.tied_to, t.groups, t.roles, t.system_user,"
    " t.revision, t.created_at, t.updated_at",
    "group": "t.uid, t.name, t.description, t.groups, t.roles, t.revision, t.created_at, t.updated_at",
    "role": "t.uid, t.name, t.description, t.revision, t.created_at, t.updated_at",
    "grant": f"t.uid, t.effect, t.subject_kind, t.subject, {SUBJECT_NAME}, t.action, t.target_kind, t.target,"
    f" {TARGET_NAME}, t.valid_from, t.valid_until, t.condition, t.note, t.revision, t.created_at, t.updated_at",
    "mark": "t.uid, t.entity, t.attribute, t.revision, t.created_at, t.updated_at",
    "retention": "t.uid, t.log, t.days, t.revision, t.created_at, t.updated_at",
    "link": "t.uid, {document}, {profile}, r.name, {title}, {name}, {kind},"
    f" nullif(t.position, {NO_POSITION}),"
    " t.valid_from, t.valid_until, t.category, t.collection, t.tags, t.revision, t.created_at, t.updated_at",
}


class Shape(NamedTuple):
    """What a query's statement depends on, apart from the parameters."""

    entity: Entity
    sort: str  # column
    newest_first: bool
    where: tuple[str, ...]
    ends: tuple[str, ...] = ()  # of a link: those that the query names
    words: bool = False  # from a full-text index, which gives the newest first and knows no other order
    sight: Sight = EVERYTHING
    by_rights: bool = False  # walks the rights of the viewer, not the records; links by those to documents


@lru_cache(maxsize=512)
def page_sql(
    shape: Shape, has_key: bool, backwards: bool, has_offset: bool, limit: int, subjects: tuple[int, int] = (0, 0)
) -> str:
    """The limit stands in the text, because SQLite prepares a statement anew whenever a limit is bound to it.

    `subjects` are those whose rights are walked, from the first to before the last.
    """
    descending = _descends(shape) != backwards
    where = list(shape.where)
    if shape.by_rights:
        rights = in_order(shape.sight, shape.entity, _column(shape), descending, has_key, subjects)
        columns, joins = _columns(shape)
        return (
            f"SELECT {columns}, m.sort, m.id FROM ({rights}) m CROSS JOIN {TABLES[shape.entity]} t ON t.id = m.id"
            f" WHERE {' AND '.join(where)} LIMIT {limit:d}{' OFFSET :offset' if has_offset else ''}"
        )
    order = _order(shape, descending)
    if has_key:
        where.append(_beyond(shape, descending))
    if has_offset:
        # The index alone finds the place; the rows are joined for the one page.
        inner = f"SELECT t.id FROM {_source(shape)} WHERE {' AND '.join(where)} ORDER BY {order}"
        inner += f" LIMIT {limit:d} OFFSET :offset"
        where = [f"t.id IN ({inner})"]
    columns, joins = _columns(shape)
    sort = shape.sort.lstrip("+")
    return (
        f"SELECT {columns}, {sort}, t.id FROM {_source(shape)} {joins}"
        f" WHERE {' AND '.join(where)} ORDER BY {order} LIMIT {limit:d}"
    )


@lru_cache(maxsize=256)
def count_sql(shape: Shape) -> str:
    source = _rights(shape) if shape.by_rights else _source(shape)
    return f"SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {' AND '.join(shape.where)} LIMIT {COUNT_LIMIT + 1})"


@lru_cache(maxsize=256)
def key_sql(shape: Shape) -> str:
    sort = shape.sort.lstrip("+")
    where = [*shape.where, *(sees(shape.sight, shape.entity, "t.id") if shape.by_rights else ())]
    return f"SELECT {sort}, t.id FROM {_source(shape)} WHERE t.uid = :uid AND {' AND '.join(where)}"


@lru_cache(maxsize=256)
def rank_sql(shape: Shape) -> str:
    # Standing before in the order is lying beyond in the opposite one.
    if shape.by_rights:
        source = _rights(shape, ">" if _descends(shape) else "<")
        return f"SELECT count(*) FROM {source} WHERE {' AND '.join(shape.where)}"
    where = (*shape.where, _beyond(shape, not _descends(shape)))
    return f"SELECT count(*) FROM {_source(shape)} WHERE {' AND '.join(where)}"


# --- parts ------------------------------------------------------------------------------------------------


def _columns(shape: Shape) -> tuple[str, str]:
    """The columns of a row, and the joins that they need."""
    if shape.entity == "link":
        return _link_columns(shape.ends)
    columns = COLUMNS[shape.entity]
    if shape.entity == "grant":
        hidden = {
            entity: "".join(f" AND {condition}" for condition in sees(shape.sight, entity, id))
            for entity, id in NAMED_BY_A_GRANT.items()
        }
        columns = columns.format(**hidden)
    return columns, ""


NAMED_BY_A_GRANT: Final[dict[Entity, str]] = {"profile": "p.id", "document": "d.id"}


def _link_columns(ends: tuple[str, ...]) -> tuple[str, str]:
    joins = " JOIN relationship_type r ON r.id = t.type_id"
    parts = {"document": ":document", "profile": ":profile", "title": "''", "name": "''", "kind": "''"}
    if "document" not in ends:
        joins += " JOIN document d ON d.id = t.document_id"
        parts |= {"document": "d.uid", "title": "d.title"}
    if "profile" not in ends:
        joins += " JOIN profile p ON p.id = t.profile_id"
        parts |= {"profile": "p.uid", "name": "p.name", "kind": "p.kind"}
    return COLUMNS["link"].format(**parts), joins


def _source(shape: Shape) -> str:
    if shape.words:
        return f"{shape.entity}_search JOIN {TABLES[shape.entity]} t ON t.id = {shape.entity}_search.rowid"
    return f"{TABLES[shape.entity]} t"


def _rights(shape: Shape, beyond: str = "") -> str:
    """What the viewer has rights to; that which lies before or after a key, by its sign."""
    if shape.entity == "link":
        return f"({in_any_order(shape.sight, 'document')}) m CROSS JOIN link t ON t.document_id = m.id"
    rights = in_any_order(shape.sight, shape.entity, _column(shape) if beyond else "created_at", beyond)
    return f"({rights}) m CROSS JOIN {TABLES[shape.entity]} t ON t.id = m.id"


def _column(shape: Shape) -> str:
    return shape.sort.removeprefix("t.")


def _descends(shape: Shape) -> bool:
    return shape.words or shape.newest_first


def _order(shape: Shape, descending: bool) -> str:
    way = "DESC" if descending else "ASC"
    return ", ".join(f"{column} {way}" for column in _order_columns(shape))


def _beyond(shape: Shape, descending: bool) -> str:
    compare = "<" if descending else ">"
    columns = _order_columns(shape)
    if len(columns) == 1:
        return f"{columns[0]} {compare} :number"
    return f"({', '.join(columns)}) {compare} (:sort, :number)"


def _order_columns(shape: Shape) -> tuple[str, ...]:
    if shape.words:
        return (f"{shape.entity}_search.rowid",)
    return ("t.id",) if shape.sort == "t.id" else (shape.sort, "t.id")
