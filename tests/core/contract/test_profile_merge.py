"""Two profiles become one, and one becomes two: fields, names, links, look-ups, undo."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Conflict, Invalid, NotFound, RolodocError
from core.fields import FIELDS
from core.values import (
    Create,
    Edit,
    MergeProfiles,
    Query,
    Receipt,
    RecordId,
    Ref,
    Resolve,
    Restore,
    SplitProfile,
    Write,
    id_text,
)
from core.workspace import Workspace
from tests.core.contract.conftest import NewPlace, Place
from tests.core.making import delete, edit, fields_of, made, make_document, make_link, make_profile, make_type, new_link

Snapshot = dict[Ref, dict[str, Any]]


def living(workspace: Workspace) -> Snapshot:
    """Everything that lives, with its fields."""
    refs = [Ref(entity, row.id) for entity in FIELDS for row in workspace.page(Query(entity=entity), limit=10_000).rows]
    return {ref: fields_of(workspace, ref) for ref in refs}


def without_counting(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with their sets in one order."""
    return {name: sorted(value) if FIELDS_OF_SETS.get(name) else value for name, value in fields.items()}


FIELDS_OF_SETS = {name: True for table in FIELDS.values() for name, field in table.items() if field.kind == "set"}


def links_of(workspace: Workspace, profile: Ref) -> set[tuple[RecordId, str]]:
    rows = workspace.page(Query(entity="link", profile=profile.id, sort="created"), limit=10_000).rows
    return {(row.document, row.type) for row in rows}


def link_ids(workspace: Workspace, profile: Ref) -> list[RecordId]:
    return [
        row.id for row in workspace.page(Query(entity="link", profile=profile.id, sort="created"), limit=10_000).rows
    ]


def merge(workspace: Workspace, into: Ref, other: Ref, **fields: Any) -> Receipt:
    return workspace.write([MergeProfiles(into.id, other.id, fields)])


def split(workspace: Workspace, profile: Ref, links: list[RecordId], other: Ref | None = None, **fields: Any) -> Ref:
    write = SplitProfile(profile.id, links, other.id if other else None, fields)
    return workspace.write([write]).refs[0]


@pytest.fixture
def pair(workspace: Workspace) -> tuple[Ref, Ref]:
    """Fred Drake under two spellings, with a document of each and one of both."""
    make_type(workspace, "author")
    make_type(workspace, "editor")
    full = make_profile(
        workspace, "Fred L. Drake, Jr.", emails=["fdrake@example.org"], aliases=["Fred"], notes="Lives in Virginia."
    )
    short = make_profile(
        workspace,
        "F. Drake",
        emails=["fred@example.net"],
        phones=["+1 555 010 2030"],
        aliases=["fdrake"],
        kind="person",
    )
    first, second, third = (make_document(workspace, title) for title in ("One", "Two", "Three"))
    make_link(workspace, first, full, position=1)
    make_link(workspace, second, short, position=2, note="second author", tags=["draft"])
    make_link(workspace, third, full, position=3, tags=["a"])
    make_link(workspace, third, short, position=7, tags=["b"], note="checked")
    make_link(workspace, third, short, "editor")
    return full, short


# --- fields and names ------------------------------------------------------------------------------------


def test_the_one_that_stays_takes_up_what_the_other_has(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair

    receipt = merge(workspace, full, short)

    fields = fields_of(workspace, full)
    assert receipt.refs == [full]
    assert fields["name"] == "Fred L. Drake, Jr."
    assert set(fields["aliases"]) == {"Fred", "F. Drake", "fdrake"}
    assert [entry["value"] for entry in fields["emails"]] == ["fdrake@example.org", "fred@example.net"]
    assert [entry["value"] for entry in fields["phones"]] == ["+1 555 010 2030"]
    assert fields["notes"] == "Lives in Virginia."
    gone = workspace.get(short)
    assert gone.deleted_at is not None
    assert gone.fields["merged_into"] == id_text(full.id)
    assert workspace.stats().profiles == 1


def test_what_clashes_stays_and_the_log_tells_what_was_overruled(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    edit(workspace, full, attributes={"city": "Reston", "role": "editor"})
    edit(workspace, short, attributes={"city": "Fairfax", "since": 1999}, notes="Moved to Fairfax.")

    request = merge(workspace, full, short).request

    fields = fields_of(workspace, full)
    assert fields["attributes"] == {"city": "Reston", "role": "editor", "since": 1999}
    assert fields["notes"] == "Lives in Virginia."
    (change,) = [c for c in workspace.changes(request=request) if c.ref == full]
    assert change.taken["notes"].overruled == "Moved to Fairfax."
    assert change.taken["attributes"].overruled["city"] == "Fairfax"
    assert change.taken["name"].overruled == "F. Drake"


def test_what_a_person_decided_stands(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair

    request = merge(workspace, full, short, name="Fred Drake", notes="Lives in Fairfax.").request

    fields = fields_of(workspace, full)
    assert (fields["name"], fields["notes"]) == ("Fred Drake", "Lives in Fairfax.")
    assert set(fields["aliases"]) == {"Fred", "fdrake", "F. Drake", "Fred L. Drake, Jr."}
    (change,) = [c for c in workspace.changes(request=request) if c.ref == full]
    assert (change.taken["name"].how, change.taken["name"].overruled) == ("value", "F. Drake")


def test_with_the_name_of_the_other_ones_own_name_is_an_alias(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair

    merge(workspace, full, short, name="F. Drake")

    fields = fields_of(workspace, full)
    assert fields["name"] == "F. Drake"
    assert set(fields["aliases"]) == {"Fred", "fdrake", "Fred L. Drake, Jr."}


def test_a_rule_decides_as_everywhere(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    edit(workspace, short, notes="Lives in Virginia, in a house with a porch.")
    made(workspace, Create("rule", {"name": "more says more", "field": "notes", "prefer": "longest"}))

    request = merge(workspace, full, short).request

    assert fields_of(workspace, full)["notes"] == "Lives in Virginia, in a house with a porch."
    (change,) = [c for c in workspace.changes(request=request) if c.ref == full]
    assert change.taken["notes"].how.startswith("rule 1")
    assert change.taken["notes"].overruled == "Lives in Virginia."


def test_the_earlier_creation_counts(workspace: Workspace) -> None:
    late, early = make_profile(workspace, "A", created="2020-05-01"), make_profile(workspace, "B", created="1999-01-01")

    preview = workspace.preview_merge(late.id, early.id)
    merge(workspace, late, early)

    assert "created" not in [one.field for one in preview.result.conflicts]
    assert fields_of(workspace, late)["created"] == fields_of(workspace, early)["created"]


def test_whom_either_was_told_apart_from_stays_told_apart(workspace: Workspace) -> None:
    ann, anne, third = (make_profile(workspace, name) for name in ("Ann", "Anne", "Anna"))
    edit(workspace, ann, distinct_from=[id_text(anne.id)])
    edit(workspace, anne, distinct_from=[id_text(third.id), id_text(ann.id)])

    merge(workspace, ann, anne)

    assert fields_of(workspace, ann)["distinct_from"] == [id_text(third.id)]


# --- preview ---------------------------------------------------------------------------------------------


def test_preview_shows_what_the_merge_then_does(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    edit(workspace, short, notes="Moved to Fairfax.")
    before = living(workspace)

    preview = workspace.preview_merge(full.id, short.id)

    assert (preview.into.ref, preview.other.ref) == (full, short)
    assert (preview.moved, preview.joined) == (2, 1)
    assert {c.field: (c.mine, c.theirs) for c in preview.result.conflicts} == {
        "name": ("Fred L. Drake, Jr.", "F. Drake"),
        "notes": ("Lives in Virginia.", "Moved to Fairfax."),
    }
    assert living(workspace) == before
    merge(workspace, full, short)
    assert preview.result.value is not None
    assert without_counting(fields_of(workspace, full)) == without_counting(preview.result.value | {"merged_into": ""})


# --- links -----------------------------------------------------------------------------------------------


def test_every_link_moves_and_those_that_both_have_are_one(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    both = links_of(workspace, full) | links_of(workspace, short)
    old = {row.id: workspace.get(Ref("link", row.id)) for row in links_rows(workspace, short)}

    merge(workspace, full, short)

    assert links_of(workspace, full) == both
    assert workspace.stats().links_by_type == {"author": 3, "editor": 1}
    moved = {workspace.get(Ref("link", id)).fields["document"]: workspace.get(Ref("link", id)) for id in old}
    for id, was in old.items():
        gone = workspace.get(Ref("link", id))
        assert gone.deleted_at is not None
        assert gone.fields == was.fields | {"merged_into": gone.fields["merged_into"]}
        stands = workspace.get(Ref("link", bytes.fromhex(gone.fields["merged_into"].replace("-", ""))))
        assert stands.deleted_at is None
        assert (stands.fields["document"], stands.fields["type"]) == (was.fields["document"], was.fields["type"])
        assert stands.fields["profile"] == full.id
    assert moved


def links_rows(workspace: Workspace, profile: Ref) -> list[Any]:
    return workspace.page(Query(entity="link", profile=profile.id, sort="created"), limit=10_000).rows


def test_a_moved_link_holds_what_it_held(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    (two,) = [row for row in links_rows(workspace, short) if row.document_title == "Two"]
    was = fields_of(workspace, Ref("link", two.id))

    merge(workspace, full, short)

    (now,) = [row for row in links_rows(workspace, full) if row.document_title == "Two"]
    assert fields_of(workspace, Ref("link", now.id)) == was | {"profile": full.id}


def test_a_link_that_both_have_takes_up_the_fields_of_both(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair

    request = merge(workspace, full, short).request

    (link,) = [row for row in links_rows(workspace, full) if (row.document_title, row.type) == ("Three", "author")]
    fields = fields_of(workspace, Ref("link", link.id))
    assert (set(fields["tags"]), fields["note"], fields["position"]) == ({"a", "b"}, "checked", 3)
    (change,) = [c for c in workspace.changes(request=request) if c.ref.id == link.id]
    assert change.taken["position"].overruled == 7


def test_a_link_that_was_unlinked_before_is_linked_again(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    two = workspace.resolve("Two", "document")
    gone = make_link(workspace, two, full, note="by mistake")
    delete(workspace, gone)

    merge(workspace, full, short)

    assert workspace.get(gone).deleted_at is None
    assert fields_of(workspace, gone)["note"] == "second author"
    workspace.undo()
    assert workspace.get(gone).deleted_at is not None
    assert fields_of(workspace, gone)["note"] == "by mistake"


def test_five_thousand_links_move_in_seconds(workspace: Workspace) -> None:
    make_type(workspace)
    one, other = make_profile(workspace, "One"), make_profile(workspace, "Other")
    documents = workspace.write([Create("document", {"title": f"D{n}"}) for n in range(5_000)]).refs
    workspace.write([new_link(document, other, position=n) for n, document in enumerate(documents)])

    started = time.perf_counter()
    merge(workspace, one, other)
    merged = time.perf_counter() - started
    started = time.perf_counter()
    workspace.undo()
    undone = time.perf_counter() - started

    assert workspace.stats().links == 5_000
    assert len(links_of(workspace, other)) == 5_000
    assert merged < 8, "seconds"
    assert undone < 20, "seconds"


# --- look-ups and imports ----------------------------------------------------------------------------------


def test_what_the_other_was_called_by_finds_the_one_that_stays(workspace: Workspace) -> None:
    ann = made(workspace, Create("profile", {"name": "Ann Keller"}, ("crm", "p-1")))
    other = made(workspace, Create("profile", {"name": "A. Keller", "aliases": ["Annie"]}, ("crm", "p-2")))
    third = made(workspace, Create("profile", {"name": "Anne Keller"}, ("crm", "p-3")))

    merge(workspace, other, third)
    merge(workspace, ann, other)

    for name in ("Ann Keller", "A. Keller", "Anne Keller", "Annie", "ANNIE", "p-1", "p-2", "p-3"):
        assert workspace.resolve(name, "profile") == ann, name
    assert {
        id: found.ref for id, found in workspace.find_external("profile", "crm", ["p-1", "p-2", "p-3"]).items()
    } == {
        "p-1": ann,
        "p-2": ann,
        "p-3": ann,
    }
    assert workspace.resolve(id_text(other.id)) == other, "its own id is still its own"
    with pytest.raises(Conflict, match="already"):
        workspace.write([Create("profile", {"name": "A. Keller"}, ("crm", "p-2"))])


def test_the_name_leads_to_the_one_that_stays_without_the_alias_too(
    workspace: Workspace, pair: tuple[Ref, Ref]
) -> None:
    full, short = pair
    merge(workspace, full, short)

    edit(workspace, full, aliases=[])

    assert workspace.resolve("F. Drake") == full


def test_what_a_source_says_of_the_merged_one_is_merged_from_what_it_said(workspace: Workspace) -> None:
    """Two rows of one source name one profile now: neither is taken for a change of what the other said."""
    rows = {
        "p-1": {"name": "Ann Keller", "emails": ["ann@example.org"], "attributes": {"city": "Bern"}},
        "p-2": {"name": "A. Keller", "emails": ["keller@example.org"], "attributes": {"city": "Basel"}},
    }
    ann, other = workspace.write(
        [Create("profile", fields, ("crm", id), source="crm") for id, fields in rows.items()]
    ).refs
    merge(workspace, ann, other)
    merged, cursor = fields_of(workspace, ann), workspace.cursor()

    # the same again is no news
    again = [Edit(ann, rows["p-1"], source="crm"), Edit(other, rows["p-2"], source="crm")]
    assert workspace.write(again).conflicts == []
    assert (fields_of(workspace, ann), workspace.cursor()) == (merged, cursor)

    # what is new reaches the one that stays, a new name as an alias
    news = rows["p-2"] | {"name": "A. M. Keller", "phones": ["+41 31 555 01 02"]}
    receipt = workspace.write([Edit(other, news, source="crm")])
    fields = fields_of(workspace, ann)
    assert (receipt.refs, receipt.conflicts) == ([ann], [])
    assert fields["name"] == "Ann Keller"
    assert "A. M. Keller" in fields["aliases"]
    assert [entry["value"] for entry in fields["phones"]] == ["+41 31 555 01 02"]
    assert workspace.get(other).deleted_at is not None

    # and what clashes is asked about the one that stays
    edit(workspace, ann, attributes={"city": "Zug"})
    receipt = workspace.write([Edit(other, {"attributes": {"city": "Genf"}}, source="crm")])
    (conflict,) = receipt.conflicts
    assert workspace.conflict(conflict).record == ann
    assert workspace.get(other).deleted_at is not None


def test_a_form_that_was_open_on_the_merged_one_is_not_lost(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    stays, goes = make_profile(ann, "Stays"), make_profile(ann, "Goes")
    opened = bob.get(goes)
    merge(ann, stays, goes)

    receipt = bob.write([Edit(goes, {"notes": "typed meanwhile"}, opened.version, merge=True)])

    assert receipt.refs == [stays]
    assert fields_of(bob, stays)["notes"] == "typed meanwhile"


def test_open_conflicts_of_the_merged_one_are_asked_of_the_one_that_stays(workspace: Workspace) -> None:
    fields = {"name": "A", "attributes": {"city": "Bern"}}
    stays = make_profile(workspace, "Stays")
    goes = made(workspace, Create("profile", fields, ("crm", "1"), source="crm"))
    edit(workspace, goes, attributes={"city": "Zug"})
    (conflict,) = workspace.write([Edit(goes, {"attributes": {"city": "Genf"}}, source="crm")]).conflicts
    before = living(workspace)

    merge(workspace, stays, goes)

    (row,) = workspace.page(Query(entity="conflict", sort="created")).rows
    assert row.record == stays
    assert workspace.conflict(conflict).settled_at is not None
    workspace.write([Resolve(row.id, {"attributes": "mine"})])
    assert fields_of(workspace, stays)["attributes"] == {"city": "Genf"}
    workspace.undo()
    workspace.undo()
    assert living(workspace) == before


# --- undo ------------------------------------------------------------------------------------------------


def test_one_undo_gives_the_state_before_and_redo_the_state_after(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    before, totals = living(workspace), workspace.stats().links_by_type

    merge(workspace, full, short, name="Fred Drake")
    after = living(workspace)
    for _ in range(2):
        workspace.undo()
        assert living(workspace) == before
        assert workspace.stats().links_by_type == totals
        assert workspace.resolve("F. Drake") == short
        workspace.redo()
        assert living(workspace) == after


def test_an_undo_does_not_overwrite_what_was_edited_since(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    stays, goes = make_profile(ann, "Stays"), make_profile(ann, "Goes", phones=["1234567"])
    merge(ann, stays, goes)
    edit(bob, stays, phones=["7654321"])
    before = living(ann)

    with pytest.raises(Conflict, match="bob changed Stays"):
        ann.undo()

    assert living(ann) == before


# --- split -----------------------------------------------------------------------------------------------


def test_split_with_the_links_that_moved_gives_both_as_they_were(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    before = living(workspace)
    moved = {id: fields_of(workspace, Ref("link", id)) for id in link_ids(workspace, short)}
    merge(workspace, full, short)
    chosen = [bytes.fromhex(fields_of(workspace, Ref("link", id))["merged_into"].replace("-", "")) for id in moved]

    assert split(workspace, full, chosen, short) == short

    after = living(workspace)
    assert {ref: without_counting(fields) for ref, fields in after.items()} == {
        ref: without_counting(fields) for ref, fields in before.items()
    }
    workspace.undo()
    assert links_of(workspace, short) == set()
    workspace.redo()
    assert living(workspace) == after


def test_what_was_changed_since_the_merge_stays_with_the_profile(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    merge(workspace, full, short)
    fields = fields_of(workspace, full)
    edit(workspace, full, name="Frederick Drake", aliases=[*fields["aliases"], "Freddy"])

    split(workspace, full, [], short)

    fields = fields_of(workspace, full)
    assert fields["name"] == "Frederick Drake"
    assert set(fields["aliases"]) == {"Fred", "Freddy"}
    assert [entry["value"] for entry in fields["emails"]] == ["fdrake@example.org"]
    assert workspace.get(short).fields["merged_into"] == ""
    assert workspace.resolve("F. Drake") == short


def test_some_of_the_links_go_with_what_was_edited_on_them(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    merge(workspace, full, short)
    (two,) = [row for row in links_rows(workspace, full) if row.document_title == "Two"]
    edit(workspace, Ref("link", two.id), note="edited since")

    split(workspace, full, [two.id], short)

    (back,) = links_rows(workspace, short)
    assert back.document_title == "Two"
    assert fields_of(workspace, Ref("link", back.id))["note"] == "edited since"
    assert len(links_of(workspace, full)) == 3


def test_links_go_to_a_new_profile(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, _ = pair
    before = living(workspace)
    (one,) = [row for row in links_rows(workspace, full) if row.document_title == "One"]

    made = split(workspace, full, [one.id], name="Another Fred")

    assert workspace.get(made).fields["name"] == "Another Fred"
    assert workspace.get(made).fields["kind"] == "person"
    assert [row.document_title for row in links_rows(workspace, made)] == ["One"]
    assert [row.document_title for row in links_rows(workspace, full)] == ["Three"]
    workspace.undo()
    assert living(workspace) == before


def test_links_go_to_another_profile_that_lives(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    both = links_of(workspace, full) | links_of(workspace, short)

    split(workspace, full, link_ids(workspace, full), short)

    assert links_of(workspace, short) == both
    assert links_of(workspace, full) == set()


def test_what_came_by_way_of_a_third_comes_back(workspace: Workspace) -> None:
    make_type(workspace)
    first, second, third = (make_profile(workspace, name) for name in ("First", "Second", "Third"))
    for number, profile in enumerate((first, second, third)):
        make_link(workspace, make_document(workspace, f"D{number}"), profile)
    merge(workspace, second, third)
    merge(workspace, first, second)
    (of_third,) = [row.id for row in links_rows(workspace, first) if row.document_title == "D2"]

    split(workspace, first, [of_third], third)

    assert [row.document_title for row in links_rows(workspace, third)] == ["D2"]
    assert {row.document_title for row in links_rows(workspace, first)} == {"D0", "D1"}
    assert fields_of(workspace, first)["aliases"] == ["Second"]
    assert workspace.resolve("Third") == third
    assert workspace.resolve("Second") == first


def test_a_merge_and_its_split_in_one_request(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    before = living(workspace)

    workspace.write([MergeProfiles(full.id, short.id), SplitProfile(full.id, [], short.id)])

    assert without_counting(fields_of(workspace, full)) == without_counting(before[full])
    assert fields_of(workspace, short) == before[short]
    workspace.undo()
    assert living(workspace) == before


# --- refused ---------------------------------------------------------------------------------------------


class Scene:
    def __init__(self, workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
        self.workspace = workspace
        self.full, self.short = pair
        self.third = make_profile(workspace, "Third")
        self.trashed = make_profile(workspace, "Trashed")
        self.merged = make_profile(workspace, "Merged")
        self.club = make_profile(workspace, "Club", kind="organisation")
        make_type(workspace, "publisher", profile_kinds=["organisation"])
        self.published = make_link(workspace, make_document(workspace, "Four"), self.club, "publisher")
        delete(workspace, self.trashed)
        merge(workspace, self.third, self.merged)
        self.links = link_ids(workspace, self.full)
        self.unlinked = make_link(workspace, workspace.resolve("Four", "document"), self.full)
        delete(workspace, self.unlinked)


NOBODY = bytes(range(16))
REFUSED: dict[str, tuple[Callable[[Scene], Write], type[RolodocError], str]] = {
    "with itself": (lambda s: MergeProfiles(s.full.id, s.full.id), Invalid, "cannot be merged with itself; name two"),
    "into nobody": (lambda s: MergeProfiles(NOBODY, s.full.id), NotFound, "there is no profile"),
    "with nobody": (lambda s: MergeProfiles(s.full.id, NOBODY), NotFound, "there is no profile"),
    "into the trash": (lambda s: MergeProfiles(s.trashed.id, s.full.id), Conflict, "Trashed is in the trash; restore"),
    "from the trash": (lambda s: MergeProfiles(s.full.id, s.trashed.id), Conflict, "Trashed is in the trash; restore"),
    "merged already": (
        lambda s: MergeProfiles(s.full.id, s.merged.id),
        Conflict,
        "Merged was merged into Third; merge with that one",
    ),
    "of a kind that a type is not for": (
        lambda s: MergeProfiles(s.full.id, s.club.id),
        Invalid,
        '"publisher" links organisation profiles, and Fred L. Drake, Jr. is of kind person',
    ),
    "to a kind that its own type is not for": (
        lambda s: MergeProfiles(s.club.id, s.third.id, {"kind": "person"}),
        Invalid,
        '"publisher" links organisation profiles, and Club is of kind person',
    ),
    "with a field there is not": (
        lambda s: MergeProfiles(s.full.id, s.short.id, {"colour": "red"}),
        Invalid,
        "colour: a profile has no such field",
    ),
    "with a value that does not fit": (
        lambda s: MergeProfiles(s.full.id, s.short.id, {"kind": "robot"}),
        Invalid,
        "kind: must be one of",
    ),
    "without a name": (
        lambda s: MergeProfiles(s.full.id, s.short.id, {"name": ""}),
        Invalid,
        "name: must not be empty",
    ),
    "with a field of the merge": (
        lambda s: MergeProfiles(s.full.id, s.short.id, {"merged_into": "x"}),
        Invalid,
        "merged_into: is set by the merge itself",
    ),
    "split without an aim": (lambda s: SplitProfile(s.full.id, s.links), Invalid, "name the profile that the links go"),
    "split to a new one without links": (
        lambda s: SplitProfile(s.full.id, [], None, {"name": "New"}),
        Invalid,
        "links: choose the links",
    ),
    "split to a new one without a name": (
        lambda s: SplitProfile(s.full.id, s.links, None, {"notes": "x"}),
        Invalid,
        "name: is missing",
    ),
    "split to a living one without links": (
        lambda s: SplitProfile(s.full.id, [], s.short.id),
        Invalid,
        "links: choose the links that go to F. Drake",
    ),
    "split from itself": (lambda s: SplitProfile(s.full.id, s.links, s.full.id), Invalid, "split from itself"),
    "split of nobody": (lambda s: SplitProfile(NOBODY, s.links, s.short.id), NotFound, "there is no profile"),
    "split to nobody": (lambda s: SplitProfile(s.full.id, s.links, NOBODY), NotFound, "there is no profile"),
    "split of the trash": (
        lambda s: SplitProfile(s.trashed.id, s.links, s.short.id),
        Conflict,
        "Trashed is in the trash; restore it first",
    ),
    "split of a merged one": (
        lambda s: SplitProfile(s.merged.id, s.links, s.short.id),
        Conflict,
        "Merged was merged into Third; split that one",
    ),
    "split to the trash": (
        lambda s: SplitProfile(s.full.id, s.links, s.trashed.id),
        Conflict,
        "Trashed is in the trash, and was not merged into this profile",
    ),
    "split to one that another was merged into": (
        lambda s: SplitProfile(s.full.id, s.links, s.merged.id),
        Conflict,
        "Merged was merged into Third; split that one",
    ),
    "split to a known one with fields": (
        lambda s: SplitProfile(s.full.id, s.links, s.short.id, {"name": "x"}),
        Invalid,
        "fields: are for a new profile",
    ),
    "an unknown link": (lambda s: SplitProfile(s.full.id, [NOBODY], s.short.id), NotFound, "there is no link"),
    "a link of another": (
        lambda s: SplitProfile(s.full.id, [s.published.id], s.short.id),
        Invalid,
        "Four · publisher · Club is not a link of Fred L. Drake, Jr.",
    ),
    "a link in the trash": (
        lambda s: SplitProfile(s.full.id, [s.unlinked.id], s.short.id),
        Conflict,
        "is in the trash; restore it first",
    ),
    "a link that the kind does not suit": (
        lambda s: SplitProfile(s.club.id, [s.published.id], s.full.id),
        Invalid,
        '"publisher" links organisation profiles',
    ),
    "restoring a merged one": (
        lambda s: Restore(s.merged),
        Conflict,
        "Merged was merged into Third; split that one to",
    ),
    "editing a merged one": (lambda s: Edit(s.merged, {"notes": "x"}), Conflict, "merged into Third; edit that one"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_merged_or_split_is_refused_with_a_sentence(
    workspace: Workspace, pair: tuple[Ref, Ref], case: str
) -> None:
    scene = Scene(workspace, pair)
    write, error, sentence = REFUSED[case]
    before, cursor = living(workspace), workspace.cursor()

    with pytest.raises(error) as refused:
        workspace.write([write(scene)])

    assert sentence in str(refused.value)
    assert (living(workspace), workspace.cursor()) == (before, cursor)


@pytest.mark.parametrize("case", ["with itself", "into nobody", "into the trash", "from the trash", "merged already"])
def test_the_preview_of_what_cannot_be_merged_is_refused_as_the_merge_is(
    workspace: Workspace, pair: tuple[Ref, Ref], case: str
) -> None:
    scene = Scene(workspace, pair)
    write, error, sentence = REFUSED[case]
    wanted = write(scene)
    assert isinstance(wanted, MergeProfiles)

    with pytest.raises(error) as refused:
        workspace.preview_merge(wanted.into, wanted.other)

    assert sentence in str(refused.value)


def test_more_names_than_a_profile_holds(workspace: Workspace) -> None:
    one = make_profile(workspace, "One", aliases=[f"a{n}" for n in range(1_000)])
    other = make_profile(workspace, "Other")
    before = living(workspace)

    with pytest.raises(Invalid, match=r"aliases: has 1,001 entries; the limit is 1,000"):
        merge(workspace, one, other)

    assert living(workspace) == before
    merge(workspace, one, other, aliases=["one for all"])
    assert set(fields_of(workspace, one)["aliases"]) == {"one for all", "Other"}


# --- properties ------------------------------------------------------------------------------------------

ends = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2), st.sampled_from(["author", "editor"])), unique=True)
names = st.sampled_from(["Ann", "Anne", "A. Keller", "Zoë"])
profiles = st.fixed_dictionaries(
    {
        "name": names,
        "aliases": st.lists(names, unique=True, max_size=2),
        "emails": st.lists(st.sampled_from(["a@x.org", "b@x.org"]), unique=True, max_size=2),
        "notes": st.sampled_from(["", "one\ntwo", "one\nthree"]),
        "attributes": st.dictionaries(st.sampled_from("xy"), st.integers(0, 2), max_size=2),
    }
)


@settings(max_examples=40)
@given(people=st.lists(profiles, min_size=3, max_size=3), linked=ends, notes=st.lists(st.sampled_from(["", "n", "m"])))
def test_no_merge_or_split_loses_a_link_and_undo_gives_everything_back(
    new_place: NewPlace, people: list[dict[str, Any]], linked: list[tuple[int, int, str]], notes: list[str]
) -> None:
    with new_place() as place:
        workspace = place.open()
        for type in ("author", "editor"):
            make_type(workspace, type)
        documents = [make_document(workspace, f"D{n}") for n in range(5)]
        refs = [make_profile(workspace, **person) for person in people]
        for number, (document, profile, type) in enumerate(linked):
            note = notes[number % len(notes)] if notes else ""
            make_link(workspace, documents[document], refs[profile], type, note=note, position=number)
        states = [living(workspace)]
        all_links = links_of(workspace, refs[0]) | links_of(workspace, refs[1]) | links_of(workspace, refs[2])

        merge(workspace, refs[1], refs[2])
        states.append(living(workspace))
        merge(workspace, refs[0], refs[1])
        states.append(living(workspace))
        assert links_of(workspace, refs[0]) == all_links
        of_second = [id for id in link_ids(workspace, refs[0]) if key(workspace, id) in keys_of(states[1], refs[1])]
        split(workspace, refs[0], of_second, refs[1])
        after_split = living(workspace)
        assert {ref: without_counting(f) for ref, f in after_split.items()} == {
            ref: without_counting(f) for ref, f in states[1].items()
        }
        for state in reversed(states):
            workspace.undo()
            assert living(workspace) == state
        for state in (*states[1:], after_split):
            workspace.redo()
            assert living(workspace) == state


def key(workspace: Workspace, link: RecordId) -> tuple[RecordId, str]:
    fields = fields_of(workspace, Ref("link", link))
    return fields["document"], fields["type"]


def keys_of(state: Snapshot, profile: Ref) -> set[tuple[RecordId, str]]:
    return {
        (fields["document"], fields["type"])
        for ref, fields in state.items()
        if ref.entity == "link" and fields["profile"] == profile.id
    }
