"""Lists, counts, ranks, groups and search of an account: what it sees of them and nothing else, in the order and at the
cost that they have for everybody."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core import visibility
from core.errors import NotFound
from core.local import LocalWorkspace
from core.rows import Row
from core.values import Query, Ref, Sort, id_text
from core.write_values import Create, Delete
from tests.core.access.agreement import differences, groups_of_links, lists, point_checks, searches, whole_lists
from tests.core.access.building import made
from tests.core.access.oracle import Oracle
from tests.core.access.people import People, grant_to, people
from tests.core.access.scene import Scene
from tests.core.access.worlds import CONTEXTS, at_instant, instants, random_world
from tests.core.clashing import clash
from tests.core.making import delete, edit, make_document, make_link, make_profile, make_type, new_link
from tests.core.test_query_plans import SORTING, plans

RUNS = int(os.environ.get("ROLODOC_RUNS", "3"))
UNKNOWN = bytes.fromhex("0190" + "0" * 28)
SORTS: tuple[Sort, ...] = ("name", "updated", "created")

WAYS: dict[str, dict[str, int]] = {
    "from few rights": {"core.list_plans.COUNT_LIMIT": 0},
    "from records of a wide filter": {
        "core.list_plans.COUNT_LIMIT": 0,
        "core.visibility.FEW": -1,
        "core.list_plans.RARE": -1,
    },
    "from records of a narrow filter": {"core.visibility.FEW": -1},
    "from many subjects": {"core.reads.ARMS": 2},
    "from subjects one by one": {"core.reads.ARMS": 1},
    "from many matches": {"core.reads.WHOLE": 0, "core.visibility.FEW": -1},
    "from many denials": {"core.visibility.LISTED": -1},
}
"""What decides where a list starts from, set so that small worlds are read as large ones are."""


@pytest.fixture
def office(empty_store: Path, tmp_path: Path) -> Iterator[People]:
    """The owner, and whom a test adds."""
    with people(empty_store, tmp_path / "office.db") as found:
        yield found


def labels(workspace: LocalWorkspace, query: Query, **options: Any) -> list[str]:
    return [row.label for row in workspace.page(query, **options).rows]


def sentence(call: Callable[[], Any]) -> str:
    """That of the NotFound that the call ends with, without the id that it names."""
    with pytest.raises(NotFound) as refused:
        call()
    return str(refused.value)[:-36]


# --- as the oracle says -------------------------------------------------------------------------------------


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[dict[str, int]], None]]:
    """Sets them; statements with others are forgotten."""
    kept = (visibility.sees, visibility.not_denied)

    def set_all(limits: dict[str, int]) -> None:
        for name, limit in limits.items():
            monkeypatch.setattr(name, limit)
        for function in kept:
            function.cache_clear()

    yield set_all
    for function in kept:
        function.cache_clear()


@pytest.mark.parametrize("way", WAYS)
def test_a_list_is_what_the_oracle_says_from_wherever_it_is_read(
    way: str, empty_store: Path, tmp_path: Path, limits: Callable[[dict[str, int]], None]
) -> None:
    limits(WAYS[way])
    for seed in range(RUNS):
        random = Random(f"{way} {seed}")
        world = random_world(random)
        with made(world, random, empty_store, tmp_path) as built:
            for context in (CONTEXTS[0], at_instant(random.choice(CONTEXTS), random.choice(instants(world)))):
                checks = (lists, whole_lists, groups_of_links, searches, point_checks)
                assert differences(built, Oracle(world, context), *checks) == []


# --- pages ----------------------------------------------------------------------------------------------------


@pytest.fixture
def library(office: People) -> LocalWorkspace:
    """Ann, a member of two groups: these and she may see thirty of forty documents, often more than one of them."""
    ann = office.account("ann")
    groups = [office.made(Create("group", {"name": name})) for name in ("readers", "writers")]
    edit(office.owner, office.accounts["ann"], groups=[id_text(group.id) for group in groups])
    titles = [f"{number * 7 % 40:02} report" for number in range(40)]
    made = office.owner.write([Create("document", {"title": title}) for title in titles]).refs
    for number, ref in enumerate(made[::-1]):
        edit(office.owner, ref, category=f"category {number % 2}")
    subjects = [*groups, office.accounts["ann"]]
    office.owner.write(
        [
            grant_to(subjects[place], "see", ref)
            for number, ref in enumerate(made)
            for place in {number % 4, number % 6 // 2} - {3}
            if number % 4 < 3
        ]
    )
    delete(office.owner, made[5])
    return ann


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_follow_each_other_in_order_and_skip_as_they_are_told(
    library: LocalWorkspace, sort: Sort, descending: bool
) -> None:
    query = Query(entity="document", sort=sort, descending=descending)
    column: Callable[[Row], Any] = {
        "name": lambda row: row.label,
        "updated": lambda row: row.updated_at,
        "created": lambda row: row.created_at,
    }[sort]

    rows = library.page(query).rows
    assert len({row.id for row in rows}) == len(rows) > 20
    in_order = sorted(rows, key=lambda row: (column(row), row.number), reverse=(sort != "name") != descending)
    assert rows == in_order
    for offset in (0, 1, 7, len(rows) - 1, len(rows)):
        assert library.page(query, offset=offset, limit=5).rows == rows[offset : offset + 5]
        last = len(rows) - offset
        assert library.page(query, offset=offset, limit=5, backwards=True).rows == rows[max(0, last - 5) : last]
    middle = library.page(query, offset=9, limit=1).last
    assert library.page(query, key=middle, offset=3, limit=4).rows == rows[13:17]
    assert library.page(query, key=middle, offset=3, limit=4, backwards=True).rows == rows[2:6]


def test_a_page_goes_on_behind_a_record_that_is_not_seen(library: LocalWorkspace, office: People) -> None:
    """Whose place may come from a time when it was."""
    query = Query(entity="document")
    everything = office.owner.page(query).rows
    seen = [row.id for row in library.page(query).rows]
    hidden = next(row for row in everything[5:] if row.id not in seen)
    behind = [row.id for row in everything[everything.index(hidden) + 1 :] if row.id in seen]

    found = library.page(query, key=(hidden.sort_value, hidden.number)).rows

    assert [row.id for row in found] == behind
    assert library.rank(query, hidden.id) is None


def test_a_grant_opens_and_a_revoke_closes_a_list_at_once(office: People) -> None:
    ann, report = office.account("ann"), make_document(office.owner, "Report")
    assert labels(ann, Query(entity="document")) == []

    grant = office.grant("ann", "see", report)
    assert labels(ann, Query(entity="document")) == ["Report"]
    office.owner.write([Delete(grant)])
    assert labels(ann, Query(entity="document")) == []


def test_a_denial_on_an_area_empties_its_lists(office: People) -> None:
    ann, report, ada = office.account("ann"), make_document(office.owner, "Report"), make_profile(office.owner)
    make_type(office.owner)
    make_link(office.owner, report, ada)
    office.grant("ann", "edit", report)
    queries = [Query(entity=entity) for entity in ("document", "profile", "link")]
    assert [ann.count(query).value for query in queries] == [1, 1, 1]

    office.grant("ann", "see", "documents", effect="deny")

    assert [labels(ann, query) for query in queries] == [[], [], []]
    assert [ann.count(query).value for query in queries] == [0, 0, 0]
    assert ann.search("report") == []


def test_who_sees_all_documents_sees_the_profiles_that_are_linked_to_one_of_them(office: People) -> None:
    ann, owner = office.account("ann"), office.owner
    report, letter = make_document(owner, "Report"), make_document(owner, "Letter")
    ada, bob, _ = (make_profile(owner, name) for name in ("Ada", "Bob", "Carl"))
    make_type(owner)
    make_link(owner, report, ada)
    make_link(owner, letter, bob)
    office.grant("ann", "see", "documents")
    assert labels(ann, Query(entity="profile")) == ["Ada", "Bob"]

    office.grant("ann", "see", letter, effect="deny")

    assert labels(ann, Query(entity="profile")) == ["Ada"]
    assert ann.count(Query(entity="profile")).value == 1


def test_a_link_to_a_person_who_is_denied_is_in_no_list_and_does_not_count(office: People) -> None:
    ann, owner = office.account("ann"), office.owner
    report, ada, bob = make_document(owner, "Report"), make_profile(owner, "Ada"), make_profile(owner, "Bob")
    for type in ("author", "editor"):
        make_type(owner, type)
    make_link(owner, report, ada)
    make_link(owner, report, bob, "editor")
    office.grant("ann", "see", report)
    office.grant("ann", "see", bob, effect="deny")

    assert labels(ann, Query(entity="link")) == ["Report · author · Ada"]
    assert labels(ann, Query(entity="link", document=report.id)) == ["author · Ada"]
    assert [group.type.name for group in ann.groups(report)] == ["author"]
    assert labels(ann, Query(entity="document", type="editor")) == []
    assert ann.count(Query(entity="link", type="editor")).value == 0


def test_a_profile_of_very_many_documents_stays_while_one_of_them_is_seen(office: People) -> None:
    ann, owner, ada = office.account("ann"), office.owner, make_profile(office.owner, "Ada")
    make_type(owner)
    made = owner.write([Create("document", {"title": f"Report {number}"}) for number in range(150)]).refs
    owner.write([new_link(ref, ada) for ref in made])
    owner.write([grant_to(office.accounts["ann"], "see", ref) for ref in made[:3]])
    query = Query(entity="profile")

    for denied, seen in ((made[1:3], ["Ada"]), (made[:1], [])):
        owner.write([grant_to(office.accounts["ann"], "see", ref, effect="deny") for ref in denied])
        assert labels(ann, query) == [row.name for row in ann.page(query, backwards=True).rows] == seen
        assert ann.count(query).value == len(seen)


@pytest.mark.parametrize("subjects", [1, 400])
def test_a_record_that_several_rules_open_is_in_a_page_once(
    office: People, subjects: int, limits: Callable[[dict[str, int]], None]
) -> None:
    limits({"core.reads.ARMS": subjects})
    ann, titles = office.account("ann"), [f"Report {number}" for number in range(8)]
    made = office.owner.write([Create("document", {"title": title}) for title in titles]).refs
    office.owner.write(
        [grant_to(office.accounts["ann"], action, ref) for ref in made for action in ("see", "edit", "confidential")]
    )
    query = Query(entity="document")

    assert labels(ann, query, limit=3) == titles[:3]
    assert labels(ann, query, key=ann.page(query, limit=3).last, limit=3) == titles[3:6]
    assert labels(ann, query, limit=3, backwards=True) == titles[5:]
    assert labels(ann, query, offset=3, limit=4) == titles[3:7]


def test_of_more_subjects_than_a_statement_takes_all_count(office: People) -> None:
    """SQLite takes 500 parts of a union."""
    names = [f"group {number:03}" for number in range(600)]
    ann = office.account("ann")
    groups = office.owner.write([Create("group", {"name": name}) for name in names]).refs
    edit(office.owner, office.accounts["ann"], groups=[id_text(group.id) for group in groups])
    titles = [f"report {number * 7 % 600:03}" for number in range(600)]
    made = office.owner.write([Create("document", {"title": title}) for title in titles]).refs
    office.owner.write([grant_to(group, "see", ref) for group, ref in zip(groups, made, strict=True)])
    query = Query(entity="document")

    expected = sorted(titles)
    assert labels(ann, query, limit=1_000) == expected
    assert labels(ann, query, offset=290, limit=20) == expected[290:310]
    assert labels(ann, query, limit=3, backwards=True) == expected[-3:]
    assert labels(ann, query, key=ann.page(query, limit=401).last, limit=2) == expected[401:403]
    assert ann.count(query).value == 600
    assert ann.rank(query, made[0].id) == 0


# --- counts and totals ------------------------------------------------------------------------------------------


def test_counts_and_totals_go_up_to_a_thousand(office: People) -> None:
    ann, owner = office.account("ann"), office.owner
    make_type(owner)
    ada = make_profile(owner)
    made = owner.write([Create("document", {"title": f"Report {number}"}) for number in range(1_010)]).refs
    owner.write([new_link(ref, ada) for ref in made])
    owner.write([grant_to(office.accounts["ann"], "see", ref) for ref in made[:1_000]])
    assert str(ann.count(Query(entity="document"))) == "1,000"

    owner.write([grant_to(office.accounts["ann"], "see", ref) for ref in made[1_000:1_005]])

    assert str(ann.count(Query(entity="document"))) == str(ann.count(Query(entity="link"))) == "1000+"
    totals = ann.stats()
    assert (totals.shown(totals.documents), totals.shown(totals.links), totals.profiles) == ("1000+", "1000+", 1)
    assert {name: totals.shown(n) for name, n in totals.links_by_type.items()} == {"author": "1000+"}
    assert not totals.exact
    assert owner.stats().shown(owner.stats().documents) == "1,010"


def test_totals_tell_nothing_of_what_is_hidden(scene: Scene) -> None:
    edit(scene.owner, scene["report"], category="late")
    nothing = scene.ann.stats()
    assert (nothing.profiles, nothing.documents, nothing.links, nothing.trash) == (0, 0, 0, 1)  # a type, for all
    assert (nothing.links_by_type, nothing.conflicts) == ({}, 1)  # about a type
    assert nothing.changes < scene.owner.cursor()

    scene.grant("ann", "see", scene["report"])
    scene.grant("ann", "see", scene["letter"])
    scene.owner.write([Delete(scene["letter"])])

    some = scene.ann.stats()
    assert (some.profiles, some.documents, some.links, some.trash) == (2, 1, 2, 4)
    assert some.links_by_type == {"author": 1, "keeper": 1}
    assert some.conflicts == 3
    assert some.exact


def test_the_totals_of_who_sees_all_of_a_kind_are_exact(office: People) -> None:
    ann = office.account("ann")
    office.owner.write([Create("document", {"title": f"Report {number}"}) for number in range(1_010)])
    office.grant("ann", "see", "documents")

    assert str(ann.count(Query(entity="document"))) == "1,010"
    assert ann.stats().shown(ann.stats().documents) == "1,010"


# --- what is named and not seen -----------------------------------------------------------------------------------

NAMING: dict[str, Callable[[LocalWorkspace, Ref], object]] = {
    "links": lambda ann, ref: ann.page(Query(entity="link", **{ref.entity: ref.id})),
    "links in the trash": lambda ann, ref: ann.page(Query(entity="link", trash=True, **{ref.entity: ref.id})),
    "links after a key": lambda ann, ref: ann.page(Query(entity="link", **{ref.entity: ref.id}), key=(0, 0)),
    "how many links": lambda ann, ref: ann.count(Query(entity="link", **{ref.entity: ref.id})),
    "the place of a link": lambda ann, ref: ann.rank(Query(entity="link", **{ref.entity: ref.id}), UNKNOWN),
    "groups of links": lambda ann, ref: ann.groups(ref),
    "grants on it": lambda ann, ref: ann.page(Query(entity="grant", target=ref)),
    "how many grants": lambda ann, ref: ann.count(Query(entity="grant", target=ref)),
}


@pytest.mark.parametrize("what", NAMING)
@pytest.mark.parametrize("name", ["report", "ada"])
def test_a_hidden_record_is_named_in_vain_as_an_unknown_one(scene: Scene, what: str, name: str) -> None:
    ask, ref = NAMING[what], scene[name]

    hidden = sentence(lambda: ask(scene.ann, ref))

    assert hidden == sentence(lambda: ask(scene.ann, Ref(ref.entity, UNKNOWN)))
    ask(scene.owner, ref)


@pytest.mark.parametrize("what", ["links", "how many links", "groups of links", "grants on it", "how many grants"])
def test_so_an_unknown_record_is_to_an_owner(scene: Scene, what: str) -> None:
    assert sentence(lambda: NAMING[what](scene.owner, Ref("profile", UNKNOWN))) == "there is no profile "


def test_a_trashed_link_is_listed_with_both_of_its_ends(office: People) -> None:
    """Of a living one the document alone opens the profile; this one opens nothing."""
    ann, owner = office.account("ann"), office.owner
    report, ada = make_document(owner, "Report"), make_profile(owner, "Ada")
    make_type(owner)
    delete(owner, make_link(owner, report, ada))
    office.grant("ann", "see", report)
    trashed = Query(entity="link", trash=True)
    assert labels(ann, trashed) == []

    office.grant("ann", "see", ada)

    assert labels(ann, trashed) == ["Report · author · Ada"]


# --- conflicts and the administration of access -------------------------------------------------------------------


def test_conflicts_are_listed_with_the_record_that_they_are_about(office: People) -> None:
    ann = office.account("ann")
    report, letter = make_document(office.owner, "Report"), make_document(office.owner, "Letter")
    for ref in (report, letter):
        clash(office.owner, office.owner, ref, {"title": f"My {ref.id.hex()}"}, {"title": "Theirs"})
    assert ann.count(Query(entity="conflict")).value == 0

    office.grant("ann", "see", letter)

    (row,) = ann.page(Query(entity="conflict")).rows
    assert row.record == letter
    assert ann.count(Query(entity="conflict")).value == 1


def test_one_sees_oneself_among_the_accounts_and_with_a_right_all_of_them(scene: Scene) -> None:
    kinds = ("account", "group", "role", "mark", "retention")
    assert labels(scene.ann, Query(entity="account")) == ["ann"]
    assert [scene.ann.count(Query(entity=kind)).value for kind in kinds] == [1, 0, 0, 0, 0]

    scene.grant("ann", "see", "access")

    assert labels(scene.ann, Query(entity="account")) == ["ann", "olga", "zoe"]
    assert [scene.ann.count(Query(entity=kind)).value for kind in kinds] == [3, 1, 1, 1, 1]


def test_who_may_share_a_record_sees_the_grants_on_it(scene: Scene) -> None:
    on_report = Query(entity="grant", target=scene["report"])
    scene.grant("ann", "link", scene["report"])
    assert labels(scene.ann, on_report) == labels(scene.ann, Query(entity="grant")) == []

    scene.grant("ann", "share", scene["report"])

    to_it = ["allow share Report to ann", "allow link Report to ann", "allow see Report to zoe"]
    assert labels(scene.ann, on_report) == labels(scene.ann, Query(entity="grant")) == to_it
    assert labels(scene.ann, Query(entity="grant", subject=scene.accounts["ann"])) == to_it[:2]


def test_a_grant_does_not_name_the_profile_that_it_is_to_where_that_is_hidden(office: People) -> None:
    ann, owner = office.account("ann"), office.owner
    report, ada = make_document(owner, "Report"), make_profile(owner, "Ada")
    owner.write([grant_to(ada, "see", report)])
    office.grant("ann", "share", report)
    named = Query(entity="grant", target=report)
    assert labels(ann, named)[-1] == "allow see Report to "

    office.grant("ann", "see", ada)

    assert labels(ann, named)[-1] == "allow see Report to Ada"


@pytest.mark.parametrize("make", [make_document, make_profile])
def test_a_grant_does_not_name_the_record_that_it_is_on_where_that_is_hidden(office: People, make: Any) -> None:
    ann, ref = office.account("ann"), make(office.owner, "Secret")
    office.grant("ann", "see", "access")
    office.grant("ann", "see", ref, valid_until=1)

    (row,) = [row for row in ann.page(Query(entity="grant")).rows if row.target_kind == ref.entity]

    assert (row.target_name, row.target) == ("", id_text(ref.id))


# --- search -------------------------------------------------------------------------------------------------------


def test_the_line_beside_a_hit_is_not_taken_from_a_confidential_text(office: People) -> None:
    ann = office.account("ann")
    for title, confidential in (("Open report", "no"), ("Closed report", "yes")):
        document = make_document(office.owner, title, text="the report names a price", confidential=confidential)
        office.grant("ann", "see", document)

    found = {hit.row.title: hit.excerpt for hit in ann.search("report")}

    assert found == {"Open report": "the report names a price", "Closed report": ""}


def test_words_find_the_links_of_what_is_seen_alone(office: People) -> None:
    ann, owner = office.account("ann"), office.owner
    make_type(owner)
    ada = make_profile(owner, "Ada")
    for title in ("Red report", "Blue report"):
        make_link(owner, make_document(owner, title), ada)
    office.grant("ann", "see", owner.resolve("Red report"))

    assert labels(ann, Query(entity="link", text="report")) == ["Red report · author · Ada"]
    assert labels(ann, Query(entity="link", profile=ada.id, text="report")) == ["Red report · author"]


# --- plans ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keyed", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("entity", ["document", "profile"])
def test_a_page_merges_rights_in_its_order_and_sorts_nothing(
    library: LocalWorkspace, office: People, entity: Any, sort: Sort, backwards: bool, keyed: bool
) -> None:
    office.grant("ann", "see", Ref("document", office.owner.page(Query(entity="document")).rows[0].id), effect="deny")
    key: Any = ("a" if sort == "name" else 1, 1) if keyed else None

    plan = plans(library, lambda: library.page(Query(entity=entity, sort=sort), key=key, backwards=backwards))[-1]

    steps = plan.splitlines()
    assert steps[:2] == ["CO-ROUTINE m", "MERGE (UNION)"]
    subjects = len(library._viewer().subjects)
    assert (
        sum(f"SEARCH acl USING COVERING INDEX {entity}_acl_by_{sort} (subject=?" in step for step in steps) == subjects
    )
    assert "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)" in steps
    assert SORTING not in plan
    scanned = {step.split()[1] for step in steps if step.startswith("SCAN")}
    assert {"m"} <= scanned <= {"m", "gone", "json_each"}  # the latter two are what is denied, by its numbers


def test_a_count_goes_along_the_rights_in_the_order_of_the_records(library: LocalWorkspace) -> None:
    for entity in ("document", "profile"):
        plan = plans(library, lambda entity=entity: library.count(Query(entity=entity)))[-1]
        assert f"SEARCH acl USING COVERING INDEX {entity}_acl_by_created (subject=?)" in plan
        assert "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)" in plan


def test_what_one_record_needs_is_looked_up(library: LocalWorkspace, office: People) -> None:
    document = office.owner.page(Query(entity="document")).rows[0]
    ref = Ref("document", document.id)
    make_type(office.owner)
    ada = make_profile(office.owner)
    make_link(office.owner, ref, ada)
    office.grant("ann", "see", ref)
    office.grant("ann", "see", ref, effect="deny", valid_until=1)
    reads: list[Callable[[], object]] = [
        lambda: library.page(Query(entity="link", profile=ada.id)),
        lambda: library.page(Query(entity="link", document=ref.id)),
        lambda: library.page(Query(entity="document", text="report")),
        lambda: library.page(Query(entity="document", category="category 1", sort="updated")),
        lambda: library.groups(ada),
        lambda: library.count(Query(entity="document")),
    ]

    library.types()  # finds out who asks
    for read in reads:
        for plan in plans(library, read):
            scanned = {line.split()[1] for line in plan.splitlines() if line.startswith("SCAN")}
            assert not scanned & LARGE, plan


LARGE = {"t", "l", "document", "profile", "link", "via", "seen", "acl", "document_acl", "access_grant", "deny"}
"""What is large, by the names that statements give it."""
