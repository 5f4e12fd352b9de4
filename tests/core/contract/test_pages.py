"""Lists by pages: every order and filter, both ways, against a plain model of the records."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import NotFound
from core.fields import Entity, sort_key
from core.rows import Page, Row
from core.values import Query, RecordId, Ref, Sort
from core.workspace import Workspace
from core.write_values import Create, Delete
from tests.core.contract.conftest import NewPlace, Place
from tests.core.making import delete, edit, make_document, make_linked, make_profile, make_type, new_link

# --- a library, and what is in it ------------------------------------------------------------------

NAMES = ["Ada", "ada", "Ädä", "Bo", "Émile", "emile", "Zoë", "漢字", " x", "Ada Lovelace", "ada 2", "O'Neil"]
TIMES = [-5, 0, 1, 1, 1_000_000, 2_000_000, 2_000_000]
KINDS = ["person", "organisation", "group"]
CATEGORIES = ["", "letter", "report"]
TAGS = ["a", "b", "c"]
TYPES = ["author", "editor", "sponsor"]


class Library:
    """A workspace of some 40 records of each kind, and the same records as plain dictionaries."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        for name in TYPES:
            make_type(workspace, name)
        self.profiles = [self._profile(n) for n in range(40)]
        self.documents = [self._document(n) for n in range(40)]
        draw = random.Random(7)
        few_have_many = list({(int(draw.paretovariate(0.5)) % 40, draw.randrange(40)) for _ in range(100)})
        self.links = [self._link(n, *ends) for n, ends in enumerate(few_have_many)]
        for made in (*self.profiles[::9], *self.documents[4::9], *self.links[3::11]):
            workspace.write([Delete(made["ref"])])
        for number, made in enumerate((*self.profiles[::5], *self.documents[::7])):
            if workspace.get(made["ref"]).deleted_at is None:
                edit(workspace, made["ref"], attributes={"edit": number})

    def _profile(self, n: int) -> dict[str, Any]:
        fields = {"name": NAMES[n * 7 % len(NAMES)], "kind": KINDS[n % 3], "created": TIMES[n % len(TIMES)]}
        return fields | {"ref": self.workspace.write([Create("profile", fields)]).refs[0]}

    def _document(self, n: int) -> dict[str, Any]:
        fields = {
            "title": NAMES[n * 5 % len(NAMES)],
            "category": CATEGORIES[n % 3],
            "tags": [tag for place, tag in enumerate(TAGS) if n >> place & 1],
            "created": TIMES[n * 3 % len(TIMES)],
        }
        return fields | {"ref": self.workspace.write([Create("document", fields)]).refs[0]}

    def _link(self, n: int, one: int, other: int) -> dict[str, Any]:
        document, profile = self.documents[one if n % 2 else other], self.profiles[other if n % 2 else one]
        write = new_link(
            document["ref"],
            profile["ref"],
            TYPES[n // 34],
            position=[None, 1, 0, -3, 1][n % 5],
            category=CATEGORIES[n % 3],
            tags=TAGS[: n % 4],
            valid_from=[None, 10, 20][n % 3],
            valid_until=[None, 20, 30, 40][n % 4],
            created=TIMES[n % len(TIMES)],
        )
        made = self.workspace.write([write]).refs[0]
        return {"ref": made, "type": TYPES[n // 34], "document": document, "profile": profile} | {
            name: value for name, value in write.fields.items() if name not in ("type", "document", "profile")
        }

    def expected(self, query: Query) -> list[RecordId]:
        """The ids of the records that the query holds, in its order."""
        records = {"profile": self.profiles, "document": self.documents, "link": self.links}[query.entity]
        fitting = [
            (number, made, self.workspace.get(made["ref"]))
            for number, made in enumerate(records)
            if self._fits(query, made)
        ]
        fitting = [entry for entry in fitting if (entry[2].deleted_at is not None) == query.trash]
        value, newest_first = self._order(query)
        fitting.sort(key=lambda entry: (value(entry), entry[0]), reverse=newest_first != query.descending)
        return [made["ref"].id for _, made, _ in fitting]

    @staticmethod
    def _order(query: Query) -> tuple[Callable[[Any], Any], bool]:
        if query.trash:
            return lambda entry: entry[2].deleted_at, True
        if query.entity == "link":
            if query.profile is not None:
                return lambda entry: entry[2].created_at, True
            if query.document is not None:
                return lambda entry: [entry[1]["position"] is None, entry[1]["position"]], False
            return lambda _: 0, True
        if query.sort in ("updated", "created"):
            return lambda entry: getattr(entry[2], f"{query.sort}_at"), True
        return lambda entry: sort_key(entry[2].title), False

    def _fits(self, query: Query, made: dict[str, Any]) -> bool:
        if query.entity == "link":
            return (
                (query.profile is None or made["profile"]["ref"].id == query.profile)
                and (query.document is None or made["document"]["ref"].id == query.document)
                and query.type in ("", made["type"])
                and query.category in ("", made["category"])
                and (not query.tag or query.tag in made["tags"])
                and query.kind in ("", made["profile"]["kind"])
                and (query.valid_at is None or valid(made, query.valid_at))
            )
        linked = {
            link["type"]
            for link in self.links
            if link[query.entity] is made and self.workspace.get(link["ref"]).deleted_at is None
        }
        return (
            query.kind in ("", made.get("kind"))
            and query.category in ("", made.get("category"))
            and (not query.tag or query.tag in made["tags"])
            and (not query.type or query.type in linked)
        )


def valid(link: dict[str, Any], at: int) -> bool:
    return (link["valid_from"] is None or link["valid_from"] <= at) and (
        link["valid_until"] is None or at < link["valid_until"]
    )


@pytest.fixture(scope="module")
def library(new_place: NewPlace) -> Iterator[Library]:
    with new_place() as place:
        yield Library(place.open())


# --- queries ---------------------------------------------------------------------------------------

orders = {"sort": st.sampled_from(get_args(Sort)), "descending": st.booleans()}


def one_of_or_none(values: list[str]) -> st.SearchStrategy[str]:
    return st.sampled_from(["", *values])


record_queries = st.one_of(
    st.builds(Query, entity=st.just("profile"), kind=one_of_or_none(KINDS), type=one_of_or_none(TYPES), **orders),
    st.builds(
        Query,
        entity=st.just("document"),
        category=one_of_or_none(CATEGORIES),
        tag=one_of_or_none(TAGS),
        type=one_of_or_none(TYPES),
        **orders,
    ),
    st.builds(Query, entity=st.just("profile"), kind=one_of_or_none(KINDS), trash=st.just(True), **orders),
    st.builds(
        Query,
        entity=st.just("document"),
        category=one_of_or_none(CATEGORIES),
        tag=one_of_or_none(TAGS),
        trash=st.just(True),
        **orders,
    ),
)


@st.composite
def link_queries(draw: st.DrawFn, library: Library) -> Query:
    ends: dict[str, RecordId] = {}
    if draw(st.booleans()):
        ends["profile"] = draw(st.sampled_from(library.profiles))["ref"].id
    if draw(st.booleans()):
        ends["document"] = draw(st.sampled_from(library.documents))["ref"].id
    return Query(
        entity="link",
        type=draw(one_of_or_none(TYPES)),
        kind=draw(one_of_or_none(KINDS)),
        category=draw(one_of_or_none(CATEGORIES)),
        tag=draw(one_of_or_none(TAGS)),
        valid_at=draw(st.sampled_from([None, None, 9, 10, 20, 35])),
        descending=draw(st.booleans()),
        trash=draw(st.booleans()),
        **ends,
    )


def walk(workspace: Workspace, query: Query, size: int, *, backwards: bool = False) -> list[Row]:
    """All rows, page by page, as they stand in the list."""
    pages: list[Page] = []
    key = None
    while True:
        page = workspace.page(query, key=key, backwards=backwards, limit=size)
        if not page.rows:
            break
        assert len(page.rows) <= size
        pages.append(page)
        key = page.first if backwards else page.last
    if backwards:
        pages.reverse()
    return [row for page in pages for row in page.rows]


def ids(rows: list[Row]) -> list[RecordId]:
    return [row.id for row in rows]


@given(data=st.data())
@settings(max_examples=150)
def test_pages_counts_and_ranks_agree_with_the_model(library: Library, data: st.DataObject) -> None:
    query = data.draw(st.one_of(record_queries, link_queries(library)))
    size = data.draw(st.sampled_from([1, 2, 7, 50]))
    offset = data.draw(st.integers(0, 30))
    workspace, expected = library.workspace, library.expected(query)

    assert ids(walk(workspace, query, size)) == expected
    assert ids(walk(workspace, query, size, backwards=True)) == expected
    assert workspace.count(query).value == len(expected)
    assert ids(workspace.page(query, offset=offset, limit=size).rows) == expected[offset : offset + size]
    from_end = expected[: len(expected) - offset] if offset < len(expected) else []
    assert ids(workspace.page(query, offset=offset, limit=size, backwards=True).rows) == from_end[-size:]
    for place, id in itertools.islice(enumerate(expected), 0, None, 5):
        assert workspace.rank(query, id) == place


def test_a_record_outside_of_the_query_has_no_rank(library: Library) -> None:
    person, firm = library.profiles[0]["ref"].id, library.profiles[1]["ref"].id
    living = Query(entity="profile", kind="organisation")

    assert library.workspace.rank(living, firm) is not None
    assert library.workspace.rank(living, person) is None
    assert library.workspace.rank(living, bytes(16)) is None


# --- rows ------------------------------------------------------------------------------------------


def test_the_row_of_a_profile(workspace: Workspace) -> None:
    ref = make_profile(workspace, "Ada", kind="group", emails=["first@example.org", "second@example.org"])
    record = workspace.get(ref)

    (row,) = workspace.page(Query(entity="profile")).rows

    assert (row.id, row.name, row.label, row.kind, row.email) == (ref.id, "Ada", "Ada", "group", "first@example.org")
    assert (row.revision, row.created_at, row.updated_at) == (1, record.created_at, record.updated_at)


def test_the_row_of_a_document(workspace: Workspace) -> None:
    ref = make_document(workspace, "Notes", category="book", tags=["a", "ü"], media_type="text/plain", text="long")

    (row,) = workspace.page(Query(entity="document")).rows

    assert (row.id, row.title, row.category, row.tags, row.media_type) == (
        ref.id,
        "Notes",
        "book",
        ["a", "ü"],
        "text/plain",
    )


def test_the_row_of_a_link(workspace: Workspace) -> None:
    _, _, link = make_linked(workspace)
    edit(workspace, link, position=2, valid_from=1, valid_until=2, category="c", collection="k", tags=["t"])

    (row,) = workspace.page(Query(entity="link")).rows

    assert (row.position, row.valid_from, row.valid_until, row.category, row.collection, row.tags, row.revision) == (
        2,
        1,
        2,
        "c",
        "k",
        ["t"],
        2,
    )


# --- while the list changes ------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "person"])
def test_a_page_goes_on_from_a_row_that_is_gone(workspace: Workspace, text: str) -> None:
    refs = [make_profile(workspace, f"Person {letter}") for letter in "ABCDEF"]
    query = Query(entity="profile", text=text)
    page = workspace.page(query, limit=3)

    delete(workspace, refs[2])

    assert ids(workspace.page(query, key=page.last, limit=2).rows) == [refs[3].id, refs[4].id]
    assert ids(workspace.page(query, key=page.last, backwards=True, limit=9).rows) == [refs[0].id, refs[1].id]


@pytest.mark.parametrize("text", ["", "person"])
def test_rows_that_come_and_go_elsewhere_do_not_move_a_page(workspace: Workspace, text: str) -> None:
    refs = [make_profile(workspace, f"Person {letter}") for letter in "BCDEFG"]
    query = Query(entity="profile", text=text)
    page = workspace.page(query, limit=3)

    make_profile(workspace, "Person A")  # before the page
    delete(workspace, refs[1])  # in it
    new = make_profile(workspace, "Person DD")  # after it

    assert ids(workspace.page(query, key=page.last, limit=2).rows) == [new.id, refs[3].id]
    assert workspace.rank(query, refs[3].id) == 4


def test_a_row_renamed_across_the_key_is_met_where_it_stands_now(workspace: Workspace) -> None:
    refs = [make_profile(workspace, name) for name in "ABCD"]
    query = Query(entity="profile")
    page = workspace.page(query, limit=2)

    edit(workspace, refs[0], name="E")

    assert ids(workspace.page(query, key=page.last).rows) == [refs[2].id, refs[3].id, refs[0].id]


@given(steps=st.lists(st.tuples(st.sampled_from(["delete", "add", "page"]), st.integers(0, 20)), max_size=20))
@settings(max_examples=20)
def test_rows_that_stay_are_met_once_while_others_come_and_go(
    new_place: NewPlace, steps: list[tuple[str, int]]
) -> None:
    with new_place() as place:
        workspace = place.open()
        refs = [make_profile(workspace, f"N{n:02d}") for n in range(12)]
        staying, going, met, key = set(refs), list(refs), list[RecordId](), None
        for step, number in steps:
            if step == "delete" and going:
                gone = going.pop(number % len(going))
                staying.discard(gone)
                delete(workspace, gone)
            elif step == "add":
                make_profile(workspace, f"N{number:02d}x")
            elif step == "page":
                page = workspace.page(Query(entity="profile"), key=key, limit=2)
                met += ids(page.rows)
                key = page.last or key
        met += ids(workspace.page(Query(entity="profile"), key=key).rows)

        assert len(met) == len(set(met)), "no row twice"
        assert {ref.id for ref in staying} <= set(met), "none left out"


# --- what does not exist ----------------------------------------------------------------------------


@pytest.mark.parametrize("entity", ["profile", "document", "link"])
def test_an_unknown_type_is_said_to_be_unknown(workspace: Workspace, entity: Entity) -> None:
    query = Query(entity=entity, type="friend")

    for ask in (workspace.page, workspace.count):
        with pytest.raises(NotFound, match='no relationship type "friend"'):
            ask(query)


@pytest.mark.parametrize("end", ["profile", "document"])
def test_an_unknown_end_is_said_to_be_unknown(workspace: Workspace, end: str) -> None:
    query = Query(entity="link", **{end: bytes(16)})

    for ask in (workspace.page, workspace.count):
        with pytest.raises(NotFound, match=f"there is no {end} 0000"):
            ask(query)


def test_the_links_of_a_record_in_the_trash_are_none(workspace: Workspace) -> None:
    document, profile, _ = make_linked(workspace)
    delete(workspace, profile)

    assert workspace.page(Query(entity="link", profile=profile.id)).rows == []
    assert workspace.count(Query(entity="link", document=document.id)).value == 0


def test_an_empty_store_has_empty_lists(place: Place) -> None:
    workspace = place.open()
    for entity in ("profile", "document", "link", "type"):
        for trash in (False, True):
            page = workspace.page(Query(entity=entity, trash=trash))
            assert (page.rows, page.first, page.last) == ([], None, None)
            assert str(workspace.count(Query(entity=entity, trash=trash))) == "0"


def test_a_list_of_ref_is_not_a_list_of_another_entity(workspace: Workspace) -> None:
    document, profile, link = make_linked(workspace)

    assert {ref: ids(workspace.page(Query(entity=ref.entity)).rows) for ref in (document, profile, link)} == {
        ref: [ref.id] for ref in (document, profile, link)
    }
    assert isinstance(document, Ref)
