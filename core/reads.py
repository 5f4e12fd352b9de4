"""Keyset pages, look-ups and counts.

A page is one statement: the rows after a key in an order that an index holds, so it costs the same in a large store as
in a small one. A filter without an index for the order asked for is either narrow (up to COUNT_LIMIT records: they are
looked up and sorted) or wide (the order is walked and every so many rows fit).
"""

from __future__ import annotations

from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, NamedTuple

from core import search
from core.errors import Invalid, NotFound
from core.fields import NO_POSITION, Entity
from core.records import CONFLICT_TITLE, TABLES
from core.store import Store
from core.values import (
    COUNT_LIMIT,
    AccountRow,
    ConflictRow,
    Count,
    DocumentRow,
    GrantRow,
    Group,
    GroupRow,
    Key,
    LinkRow,
    MarkRow,
    Page,
    ProfileRow,
    Query,
    RecordId,
    Ref,
    RetentionRow,
    RoleRow,
    Row,
    RuleRow,
    TypeRow,
    key_of,
)

WHOLE: Final = 200
"""Up to so many matches of typed words are read whole and put in the order asked for."""


def page(store: Store, query: Query, key: Key | None, backwards: bool, offset: int, limit: int) -> Page:
    shape, parameters = _plan(store, query)
    if shape.words and (key is None or isinstance(key[0], tuple)):
        found = _fetch(store, shape, parameters, None, False, 0, WHOLE + 1)
        if len(found) <= WHOLE:
            return Page(_slice(_sorted(shape, found), key, backwards, offset, limit))
        if key is None and not backwards and not offset and limit <= WHOLE:
            return Page([ROWS[shape.entity](*row) for row in found[:limit]])
    rows = _rows(store, shape, parameters, key, backwards, offset, limit)
    if not rows and key is None:
        _refuse_unknown_ends(store, query)
    return Page(rows)


def count(store: Store, query: Query) -> Count:
    total = _total(query)
    if total is not None:
        rows = store.fetch(total, {"type": query.type})
        if query.type and not rows:
            _type_id(store, query.type)
        return Count(rows[0][0] if rows else 0)
    shape, parameters = _plan(store, query)
    ((found,),) = store.fetch(_count_sql(shape), parameters)
    if not found:
        _refuse_unknown_ends(store, query)
    return Count(min(found, COUNT_LIMIT), found <= COUNT_LIMIT)


def rank(store: Store, query: Query, id: RecordId) -> int | None:
    shape, parameters = _plan(store, query)
    if shape.words:
        matches = _fetch(store, shape, parameters, None, False, 0, WHOLE + 1)
        if len(matches) <= WHOLE:
            return next((index for index, row in enumerate(_sorted(shape, matches)) if row.id == id), None)
    found = store.fetch(_key_sql(shape), parameters | {"uid": id})
    if not found:
        return None
    ((before,),) = store.fetch(_rank_sql(shape), parameters | {"sort": found[0][0], "number": found[0][1]})
    return int(before)


def groups(store: Store, ref: Ref) -> list[Group]:
    """Served by link_of_profile_by_type, or by link_of_document."""
    end = f"{ref.entity}_id"
    with store.read() as db:
        found = db.execute(f"SELECT id FROM {TABLES[ref.entity]} WHERE uid = ?", (ref.id,)).fetchone()
        if not found:
            raise NotFound(f"there is no {ref}")
        sql = GROUPS.format(end=end, type=_type_of_link("l", end), limit=COUNT_LIMIT + 1)
        counts = dict(db.execute(sql, {"id": found[0]}).fetchall())
    return [
        Group(type, Count(min(counts[type.number], COUNT_LIMIT), counts[type.number] <= COUNT_LIMIT))
        for type in types(store)
        if counts.get(type.number)
    ]


GROUPS: Final = """
SELECT t.id, (SELECT count(*) FROM (
    SELECT 1 FROM link l WHERE l.{end} = :id AND {type} = t.id AND l.deleted_at IS NULL LIMIT {limit}
)) FROM relationship_type t WHERE t.deleted_at IS NULL
"""


def types(store: Store) -> list[TypeRow]:
    return page(store, Query(entity="type"), None, False, 0, 10_000).rows


# --- rows of typed words ----------------------------------------------------------------------------------


def _sorted(shape: Shape, found: list[tuple[Any, ...]]) -> list[Row]:
    """The few matches in the order asked for. A key of theirs is a tuple, which tells it from one of many matches."""
    found.sort(key=itemgetter(-2, -1), reverse=shape.newest_first)
    make = ROWS[shape.entity]
    return [make(*row[:-2], (shape.newest_first, row[-2]), row[-1]) for row in found]


def _slice(rows: list[Row], key: Key | None, backwards: bool, offset: int, limit: int) -> list[Row]:
    if key is not None:
        descending = key[0][0] != backwards
        rows = [row for row in rows if (key_of(row) < key if descending else key_of(row) > key)]
    if backwards:
        return rows[max(0, len(rows) - offset - limit) : len(rows) - offset]
    return rows[offset : offset + limit]


# --- statements -------------------------------------------------------------------------------------------

CONFLICT_RECORD: Final = """CASE t.entity
    WHEN 'profile' THEN (SELECT uid FROM profile WHERE id = t.record_id)
    WHEN 'document' THEN (SELECT uid FROM document WHERE id = t.record_id)
    WHEN 'link' THEN (SELECT uid FROM link WHERE id = t.record_id)
    ELSE (SELECT uid FROM relationship_type WHERE id = t.record_id) END"""
SUBJECT_NAME: Final = """CASE t.subject_kind
    WHEN 'account' THEN (SELECT name FROM account WHERE id = t.subject_code / 8)
    WHEN 'group' THEN (SELECT name FROM account_group WHERE id = t.subject_code / 8)
    WHEN 'role' THEN (SELECT name FROM role WHERE id = t.subject_code / 8)
    WHEN 'profile' THEN (SELECT name FROM profile WHERE id = t.subject_code / 8)
    ELSE 'everyone' END"""
TARGET_NAME: Final = """CASE t.target_kind
    WHEN 'document' THEN (SELECT title FROM document WHERE id = t.record_id)
    WHEN 'profile' THEN (SELECT name FROM profile WHERE id = t.record_id)
    ELSE t.target_kind END"""
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
ORDERS: Final[dict[Entity, dict[str, tuple[str, bool]]]] = {
    entity: {
        "name": ("t.sort_key", False),
        "updated": ("t.updated_at", True),
        "created": ("t.created_at", True),
    }
    for entity in ("profile", "document", "type", "account", "group", "role", "mark", "retention")
} | {
    "grant": {"name": ("t.created_at", True)},
    "rule": {"name": ("t.position", False)},
    "conflict": {"name": ("t.created_at", True)},
}


class Shape(NamedTuple):
    """What a query's statement depends on, apart from the parameters."""

    entity: Entity
    sort: str  # column
    newest_first: bool
    where: tuple[str, ...]
    ends: tuple[str, ...] = ()  # of a link: those that the query names
    words: bool = False  # from a full-text index, which gives the newest first and knows no other order


def _plan(store: Store, query: Query) -> tuple[Shape, dict[str, Any]]:
    return _plan_link(store, query) if query.entity == "link" else _plan_record(store, query)


INDEXED_BY_NAME: Final[dict[Entity, str]] = {"profile": "kind", "document": "category"}
"""The field of an entity whose records an index holds by name."""


def _plan_record(store: Store, query: Query) -> tuple[Shape, dict[str, Any]]:
    if query.entity not in ("profile", "document"):
        query = Query(
            entity=query.entity,
            sort=query.sort,
            trash=query.trash,
            descending=query.descending,
            subject=query.subject,
            target=query.target,
        )
    orders = ORDERS[query.entity]
    column, newest_first = ("t.deleted_at", True) if query.trash else orders.get(query.sort, orders["name"])
    where = ["t.deleted_at IS NOT NULL" if query.trash else "t.deleted_at IS NULL"]
    parameters: dict[str, Any] = {}
    narrow: list[str] = []
    name = INDEXED_BY_NAME.get(query.entity, "")
    if name and getattr(query, name):
        parameters[name] = getattr(query, name)
        if column == "t.sort_key" or query.trash:
            where.append(f"t.{name} = :{name}")
        else:
            # The sign keeps that index out, since all of the kind or category would have to be sorted anew.
            where.append(f"+t.{name} = :{name}")
            narrow.append(f"SELECT id FROM {query.entity} WHERE {name} = :{name} AND deleted_at IS NULL")
    if query.tag and query.entity == "document" and query.trash:
        parameters["tag"] = query.tag
        where.append(TAGGED)
    elif query.tag and query.entity == "document":
        parameters["tag"] = query.tag
        where.append("EXISTS (SELECT 1 FROM document_tag g WHERE g.tag = :tag AND g.document_id = t.id)")
        narrow.append("SELECT document_id FROM document_tag WHERE tag = :tag")
    if query.type:
        parameters["type"] = _type_id(store, query.type)
        end = f"{query.entity}_id"
        of_type = f"{_type_of_link('l', end)} = :type AND l.deleted_at IS NULL"
        where.append(f"EXISTS (SELECT 1 FROM link l WHERE l.{end} = t.id AND {of_type})")
        narrow.append(f"SELECT l.{end} FROM link l WHERE l.type_id = :type AND l.deleted_at IS NULL")
    if query.text.strip():
        if query.trash:
            raise Invalid("the trash cannot be searched by words; list it, or restore first", "text")
        parameters["text"] = search.match_expression(query.text)
        table = f"{query.entity}_search"
        where = [f"{table} MATCH :text", *where] if parameters["text"] else ["0"]
        return Shape(query.entity, column, newest_first != query.descending, tuple(where), words=True), parameters
    for candidates in narrow:
        limited = f"{candidates} LIMIT {COUNT_LIMIT + 1}"
        ((found,),) = store.fetch(f"SELECT count(*) FROM ({limited})", parameters)
        if found <= COUNT_LIMIT:
            # The sign keeps the order's index out, so that the few candidates lead.
            return Shape(
                query.entity,
                f"+{column}",
                newest_first != query.descending,
                (f"t.id IN ({candidates})", *where),
            ), parameters
    return Shape(query.entity, column, newest_first != query.descending, tuple(where)), parameters


def _plan_link(store: Store, query: Query) -> tuple[Shape, dict[str, Any]]:
    where = ["t.deleted_at IS NOT NULL" if query.trash else "t.deleted_at IS NULL"]
    parameters: dict[str, Any] = {}
    ends = []
    column, newest_first = "t.id", True
    if query.document is not None:
        column, newest_first = "t.position", False
    if query.profile is not None:
        column, newest_first = "t.created_at", True
    if query.trash:
        column, newest_first = "t.deleted_at", True
    for end in ("document", "profile"):
        uid = getattr(query, end)
        if uid is not None:
            ends.append(end)
            parameters[end] = uid
            where.append(f"t.{end}_id = (SELECT id FROM {end} WHERE uid = :{end})")
    if query.type:
        where.append(f"{_type_of_link('t', 'document_id' if ends == ['document'] else 'profile_id')} = :type")
        parameters["type"] = _type_id(store, query.type)
    if query.valid_at is not None:
        where.append("(t.valid_from IS NULL OR t.valid_from <= :at) AND (t.valid_until IS NULL OR t.valid_until > :at)")
        parameters["at"] = query.valid_at
    if query.category:
        where.append("t.category = :category")
        parameters["category"] = query.category
    if query.tag:
        where.append(TAGGED)
        parameters["tag"] = query.tag
    if query.kind:
        where.append("(SELECT kind FROM profile WHERE id = t.profile_id) = :kind")
        parameters["kind"] = query.kind
    if query.text.strip():
        parameters["text"] = search.match_expression(query.text)
        where.append(LINKS_OF_WORDS if parameters["text"] else "0")
    return Shape("link", column, newest_first != query.descending, tuple(where), tuple(ends)), parameters


TAGGED: Final = "EXISTS (SELECT 1 FROM json_each(t.tags) WHERE value = :tag)"
LINKS_OF_WORDS: Final = """t.id IN (
    SELECT id FROM link WHERE document_id IN (
        SELECT rowid FROM document_search WHERE document_search MATCH :text ORDER BY rowid DESC LIMIT 1000)
    UNION SELECT id FROM link WHERE deleted_at IS NULL AND profile_id IN (
        SELECT rowid FROM profile_search WHERE profile_search MATCH :text ORDER BY rowid DESC LIMIT 1000))"""


def _type_of_link(link: str, end: str) -> str:
    """Served by link_of_profile_by_type; for other ends the sign keeps link_by_type out, which would read far more."""
    return f"{'' if end == 'profile_id' else '+'}{link}.type_id"


def _refuse_unknown_ends(store: Store, query: Query) -> None:
    if query.profile is not None and not store.fetch("SELECT 1 FROM profile WHERE uid = ?", (query.profile,)):
        raise NotFound(f"there is no {Ref('profile', query.profile)}")
    if query.document is not None and not store.fetch("SELECT 1 FROM document WHERE uid = ?", (query.document,)):
        raise NotFound(f"there is no {Ref('document', query.document)}")


def _type_id(store: Store, name: str) -> int:
    found = store.fetch("SELECT id FROM relationship_type WHERE name = ? AND deleted_at IS NULL", (name,))
    if not found:
        raise NotFound(f'there is no relationship type "{name}"')
    return int(found[0][0])


def _total(query: Query) -> str | None:
    """The statement for a total that is kept, if the query asks for one."""
    if query == Query(entity=query.entity, sort=query.sort, descending=query.descending):
        return f"SELECT value FROM stat WHERE name = '{query.entity}s'"
    if query == Query(entity="link", type=query.type, sort=query.sort, descending=query.descending):
        return (
            "SELECT value FROM stat WHERE name ="
            " (SELECT 'links:' || id FROM relationship_type WHERE name = :type AND deleted_at IS NULL)"
        )
    return None


def _rows(
    store: Store,
    shape: Shape,
    parameters: dict[str, Any],
    key: Key | None,
    backwards: bool,
    offset: int,
    limit: int,
) -> list[Row]:
    make = ROWS[shape.entity]
    rows = [make(*row) for row in _fetch(store, shape, parameters, key, backwards, offset, limit)]
    if backwards:
        rows.reverse()
    return rows


def _fetch(
    store: Store,
    shape: Shape,
    parameters: dict[str, Any],
    key: Key | None,
    backwards: bool,
    offset: int,
    limit: int,
) -> list[tuple[Any, ...]]:
    if offset:
        parameters["offset"] = offset
    if key is not None:
        parameters["sort"], parameters["number"] = key
    return store.fetch(_page_sql(shape, key is not None, backwards, offset > 0, limit), parameters)


@lru_cache(maxsize=512)
def _page_sql(shape: Shape, has_key: bool, backwards: bool, has_offset: bool, limit: int) -> str:
    """The limit stands in the text, because SQLite prepares a statement anew whenever a limit is bound to it."""
    descending = _descends(shape) != backwards
    where = list(shape.where)
    order = _order(shape, descending)
    if has_key:
        where.append(_beyond(shape, descending))
    if has_offset:
        # The index alone finds the place; the rows are joined for the one page.
        inner = f"SELECT t.id FROM {_source(shape)} WHERE {' AND '.join(where)} ORDER BY {order}"
        inner += f" LIMIT {limit:d} OFFSET :offset"
        where = [f"t.id IN ({inner})"]
    columns = COLUMNS[shape.entity]
    joins = ""
    if shape.entity == "link":
        columns, joins = _link_columns(shape.ends)
    sort = shape.sort.lstrip("+")
    return (
        f"SELECT {columns}, {sort}, t.id FROM {_source(shape)} {joins}"
        f" WHERE {' AND '.join(where)} ORDER BY {order} LIMIT {limit:d}"
    )


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


@lru_cache(maxsize=256)
def _count_sql(shape: Shape) -> str:
    return (
        f"SELECT count(*) FROM (SELECT 1 FROM {_source(shape)} WHERE {' AND '.join(shape.where)}"
        f" LIMIT {COUNT_LIMIT + 1})"
    )


@lru_cache(maxsize=256)
def _key_sql(shape: Shape) -> str:
    sort = shape.sort.lstrip("+")
    return f"SELECT {sort}, t.id FROM {_source(shape)} WHERE t.uid = :uid AND {' AND '.join(shape.where)}"


@lru_cache(maxsize=256)
def _rank_sql(shape: Shape) -> str:
    # Standing before in the order is lying beyond in the opposite one.
    where = (*shape.where, _beyond(shape, not _descends(shape)))
    return f"SELECT count(*) FROM {_source(shape)} WHERE {' AND '.join(where)}"
