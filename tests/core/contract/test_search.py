"""Search as a person types it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.values import Query, Ref
from core.workspace import Workspace
from core.write_values import Create, Delete
from tests.core.contract.conftest import NewPlace, Place
from tests.core.making import (
    delete,
    edit,
    make_document,
    make_link,
    make_profile,
    make_type,
    restore,
)


def found(workspace: Workspace, text: str) -> set[str]:
    """The labels that a search gives; the filtered lists must agree with it."""
    hits = {hit.row.label for hit in workspace.search(text)}
    lists = (workspace.page(Query(entity=entity, text=text)) for entity in ("profile", "document"))
    assert hits == {row.label for page in lists for row in page.rows}
    return hits


@pytest.fixture
def library(workspace: Workspace) -> Workspace:
    make_profile(
        workspace,
        "Édouard Ångström",
        aliases=["Teddy"],
        emails=["ed@example.org"],
        phones=["+46 8 123456"],
        attributes={"employer": {"city": "Uppsala"}},
        notes="Likes spectra.",
    )
    make_profile(workspace, "Fred L. Drake, Jr.")
    make_document(
        workspace,
        "Solar spectrum",
        description="Measured in Uppsala",
        tags=["physics"],
        category="treatise",
        text="The wavelength of light, in units.\n" * 3,
    )
    make_document(workspace, "漢字 and kana", text="日本語のテキスト")
    return workspace


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("angstrom", {"Édouard Ångström"}),  # accents and case do not matter
        ("ÅNGSTRÖM", {"Édouard Ångström"}),
        ("A\N{COMBINING RING ABOVE}ngstr", {"Édouard Ångström"}),
        ("teddy", {"Édouard Ångström"}),  # alias
        ("ed@example.org", {"Édouard Ångström"}),  # email
        ("123456", {"Édouard Ångström"}),  # phone
        ("likes", {"Édouard Ångström"}),  # notes
        ("uppsala", {"Édouard Ångström", "Solar spectrum"}),  # attribute, description
        ("physics", {"Solar spectrum"}),  # tag
        ("treatise", {"Solar spectrum"}),  # category
        ("wavelength", {"Solar spectrum"}),  # text
        ("solar wavelength", {"Solar spectrum"}),  # every word, in whatever field
        ("solar teddy", set()),
        ("Fred L. Drake, Jr.", {"Fred L. Drake, Jr."}),
        ("漢字", {"漢字 and kana"}),
        ("spectra", {"Édouard Ångström"}),
        ("zebra", set()),
    ],
)
def test_what_is_found(library: Workspace, text: str, labels: set[str]) -> None:
    assert found(library, text) == labels


def test_every_beginning_of_the_last_word_finds_it(library: Workspace) -> None:
    for end in range(2, len("wavelength") + 1):
        assert found(library, f"solar {'wavelength'[:end]}") == {"Solar spectrum"}


def test_a_finished_word_is_no_beginning(library: Workspace) -> None:
    assert found(library, "wave") == {"Solar spectrum"}
    assert found(library, "wave ") == set()
    assert found(library, "wave light") == set(), "only the last word may be a beginning"


@pytest.mark.parametrize(
    "text",
    [
        '"solar',
        'solar"',
        '"solar spectrum"',
        "solar AND spectrum",
        "(solar",
        "solar)",
        "solar*",
        "*solar",
        "^solar",
        "-solar",
        "+solar",
        "title:solar",
        "{title}:solar",
        "NEAR(solar spectrum, 3)",
        "solar OR",
        "NOT solar",
        "solar;--",
        "sol'ar",
        "100% solar",
        "solar\\",
        "solar \0",
        "[solar]",
        "solar_spectrum",
        "_",
        "solar _",
        "_ solar",
        "…",
        "solar –",
        "\N{COMBINING ACUTE ACCENT}",
        "solar \N{COMBINING ACUTE ACCENT}",
        "🙂",
        "solar 🙂",
        "\x1b[31msolar",
    ],
)
def test_signs_that_people_type_are_no_commands(library: Workspace, text: str) -> None:
    assert found(library, text) <= {"Solar spectrum"}
    assert library.count(Query(entity="document", text=text)).value <= 1


@pytest.mark.parametrize("text", ['"solar', "(solar)", "solar*", "-solar", "solar _", "_ solar", "solar –", "solar ;"])
def test_signs_beside_words_are_passed_over(library: Workspace, text: str) -> None:
    assert found(library, text) == {"Solar spectrum"}


@given(text=st.text(max_size=30))
@settings(max_examples=200)
def test_whatever_is_typed_a_search_answers(text: str, searched: Workspace) -> None:
    hits = {hit.row.id for hit in searched.search(text)}
    everything = {row.id for row in searched.page(Query(entity="profile")).rows}

    assert hits <= everything
    listed = {row.id for row in searched.page(Query(entity="profile", text=text)).rows}
    assert listed == (hits if text.strip() else everything)


@pytest.fixture(scope="module")
def searched(new_place: NewPlace) -> Iterator[Workspace]:
    with new_place() as place:
        workspace = place.open()
        for name in ("Ada Lovelace", "a0 b1 c2", "AND OR NOT NEAR", "é ü ß"):
            make_profile(workspace, name)
        yield workspace


@pytest.mark.parametrize("text", ["", "  ", "\t"])
def test_a_blank_search_finds_nothing_and_a_blank_filter_hides_nothing(library: Workspace, text: str) -> None:
    assert library.search(text) == []
    assert len(library.page(Query(entity="profile", text=text)).rows) == 2
    assert library.count(Query(entity="document", text=text)).value == 2


def test_text_that_is_no_unicode_is_refused(workspace: Workspace) -> None:
    for ask in (workspace.search, workspace.resolve, lambda text: workspace.page(Query(entity="profile", text=text))):
        with pytest.raises(Invalid, match="not valid Unicode"):
            ask("caf\udce9 au lait")


def test_very_long_text_is_searched_by_its_first_words(library: Workspace) -> None:
    assert found(library, "solar " * 100_000) == {"Solar spectrum"}
    assert found(library, "x" * 1_000_000) == set()


def test_what_is_edited_deleted_and_restored_is_found_as_it_is_now(workspace: Workspace) -> None:
    person, paper = make_profile(workspace, "Ada"), make_document(workspace, "Notes", tags=["maths"], text="cards")

    edit(workspace, person, name="Augusta", notes="countess")
    edit(workspace, paper, tags=["engines"], text="loops")
    assert [found(workspace, text) for text in ("ada", "augusta", "countess", "maths", "cards")] == [
        set(),
        {"Augusta"},
        {"Augusta"},
        set(),
        set(),
    ]
    assert [found(workspace, text) for text in ("engines", "loops", "notes")] == [{"Notes"}] * 3

    delete(workspace, paper)
    assert found(workspace, "loops") == set()
    restore(workspace, paper)
    assert found(workspace, "loops") == {"Notes"}


def test_the_best_matches_come_first(workspace: Workspace) -> None:
    make_document(workspace, "Something else", text="engine " + "word " * 50)
    make_document(workspace, "Engine")
    make_document(workspace, "Yet another", description="An engine")

    titles = [hit.row.label for hit in workspace.search("engine")]

    assert titles[0] == "Engine"
    assert set(titles) == {"Engine", "Something else", "Yet another"}


def test_a_hit_shows_a_line_of_the_text_around_the_word(workspace: Workspace) -> None:
    make_document(workspace, "Notes", text="Long before.\n" * 50 + "Then the\nengine weaves. " + "And after. " * 50)
    make_profile(workspace, "Engine driver")

    hits = {hit.entity: hit for hit in workspace.search("engine")}

    assert "Then the engine weaves." in hits["document"].excerpt
    assert hits["document"].excerpt.startswith("…")
    assert len(hits["document"].excerpt) < 150
    assert hits["profile"].excerpt == ""


def test_no_more_hits_than_asked_for(workspace: Workspace) -> None:
    workspace.write([Create("profile", {"name": f"Ann {n}"}) for n in range(10)])

    assert len(workspace.search("ann", limit=3)) == 3
    assert len(workspace.search("ann")) == 10


# --- lists filtered by words ------------------------------------------------------------------------


@pytest.mark.parametrize("many", [False, True])
def test_pages_of_matches(place: Place, many: bool) -> None:
    workspace = place.open()
    count = 1_100 if many else 150
    refs = workspace.write([Create("profile", {"name": f"Ann {count - n:04d}"}) for n in range(count)]).refs
    workspace.write([Create("profile", {"name": f"Bob {n}"}) for n in range(5)])
    query = Query(entity="profile", text="ann")
    forwards, key = list[bytes](), None

    while page := workspace.page(query, key=key, limit=70).rows:
        forwards += [row.id for row in page]
        key = (page[-1].sort_value, page[-1].number)
    backwards, key = list[bytes](), None
    while page := workspace.page(query, key=key, limit=70, backwards=True).rows:
        backwards = [row.id for row in page] + backwards
        key = (page[0].sort_value, page[0].number)

    assert forwards == backwards == [ref.id for ref in reversed(refs)]
    assert [workspace.rank(query, id) for id in (forwards[0], forwards[-1])] == [0, count - 1]
    assert [row.id for row in workspace.page(query, offset=100, limit=2).rows] == forwards[100:102]
    assert workspace.rank(query, workspace.page(Query(entity="profile", text="bob")).rows[0].id) is None


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        (Query(entity="document", text="report", sort="name"), ["A report", "B report", "C report"]),
        (Query(entity="document", text="report", sort="name", descending=True), ["C report", "B report", "A report"]),
        (Query(entity="document", text="report", sort="created"), ["B report", "C report", "A report"]),
        (Query(entity="document", text="report", sort="updated"), ["C report", "A report", "B report"]),
        (Query(entity="document", text="report", category="x"), ["A report", "C report"]),
        (Query(entity="document", text="report", tag="t"), ["B report", "C report"]),
        (Query(entity="document", text="report", type="author"), ["C report"]),
    ],
)
def test_few_matches_come_in_the_order_and_with_the_filters_asked_for(
    workspace: Workspace, query: Query, labels: list[str]
) -> None:
    make_type(workspace)
    make_document(workspace, "B report", created=30, tags=["t"])
    make_document(workspace, "A report", created=10, category="x")
    third = make_document(workspace, "C report", created=20, category="x", tags=["t"])
    make_document(workspace, "Letter", category="x", tags=["t"])
    make_link(workspace, third, make_profile(workspace))

    rows = workspace.page(query).rows

    assert [row.label for row in rows] == labels
    assert workspace.count(query).value == len(labels)
    assert [workspace.rank(query, row.id) for row in rows] == list(range(len(labels)))


def test_links_are_found_by_the_words_of_both_ends(workspace: Workspace) -> None:
    make_type(workspace)
    ada, eve = make_profile(workspace, "Ada Lovelace"), make_profile(workspace, "Eve")
    notes, letter = make_document(workspace, "Notes", text="cards"), make_document(workspace, "Letter")
    first, second = make_link(workspace, notes, ada), make_link(workspace, letter, eve)

    def links(text: str, **filters: bytes) -> list[Ref]:
        return [Ref("link", row.id) for row in workspace.page(Query(entity="link", text=text, **filters)).rows]

    assert links("lovelace") == links("cards") == links("notes") == [first]
    assert links("lett") == [second]
    assert links("lett", profile=ada.id) == []
    assert links("zebra") == links("!") == []


def test_the_trash_is_not_searched_by_words(workspace: Workspace) -> None:
    workspace.write([Delete(make_profile(workspace, "Ada"))])

    with pytest.raises(Invalid, match="list it, or restore first"):
        workspace.page(Query(entity="profile", text="ada", trash=True))


def test_pages_of_many_matches_go_on_when_they_become_few(workspace: Workspace) -> None:
    refs = workspace.write([Create("profile", {"name": f"Ann {n:04d}"}) for n in range(1_100)]).refs
    query = Query(entity="profile", text="ann")
    first = workspace.page(query, limit=50)

    workspace.write([Delete(ref) for ref in refs[150:]])
    second = workspace.page(query, key=first.last, limit=200)

    assert [row.id for row in second.rows] == [ref.id for ref in reversed(refs[:150])]


def test_pages_of_few_matches_go_on_when_they_become_many(workspace: Workspace) -> None:
    """In the other order, so that some rows come twice."""
    workspace.write([Create("profile", {"name": f"Ann {n:04d}"}) for n in range(150)])
    query = Query(entity="profile", text="ann")
    key = workspace.page(query, limit=50).last

    workspace.write([Create("profile", {"name": f"Ann {n:04d}"}) for n in range(150, 1_100)])

    assert len(workspace.page(query, key=key, limit=50).rows) == 49
    assert len(workspace.page(query, key=key, limit=50, backwards=True).rows) == 50


def test_matches_in_names_and_titles_come_before_all_others(workspace: Workspace) -> None:
    make_profile(workspace, "Bob", notes="a friend of Ada " * 3)
    make_profile(workspace, "Ada Lovelace with a rather long name")
    make_profile(workspace, "Eve", aliases=["Ada"])

    names = [hit.row.label for hit in workspace.search("ada")]

    assert names[-1] == "Bob"
    assert set(names[:2]) == {"Ada Lovelace with a rather long name", "Eve"}


def test_a_search_among_profiles_or_documents_alone(workspace: Workspace) -> None:
    profile, document = make_profile(workspace, "Ada"), make_document(workspace, "About Ada")

    assert {hit.row.id for hit in workspace.search("ada")} == {profile.id, document.id}
    assert [hit.row.id for hit in workspace.search("ada", entity="profile")] == [profile.id]
    assert [hit.row.id for hit in workspace.search("ada", entity="document")] == [document.id]
