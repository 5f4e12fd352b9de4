"""Two profiles become one: fields, names, links, look-ups, undo."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.errors import Conflict, Invalid, NotFound, RolodocError, Stale
from core.values import Query, Ref, id_text
from core.workspace import Workspace
from core.write_values import Create, Edit, MergeProfiles, Resolve, Restore, Write
from tests.core.contract.conftest import Place
from tests.core.making import (
    delete,
    edit,
    fields_of,
    made,
    make_document,
    make_link,
    make_profile,
    make_type,
    new_link,
    restore,
)
from tests.core.merging import (
    NOBODY,
    Scene,
    in_one_order,
    links_of,
    links_rows,
    living,
    make_drakes,
    merge,
)


@pytest.fixture
def pair(workspace: Workspace) -> tuple[Ref, Ref]:
    return make_drakes(workspace)


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
    assert in_one_order(fields_of(workspace, full)) == in_one_order(preview.result.value | {"merged_into": ""})


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


def test_a_link_that_went_with_its_document_comes_back_at_the_one_that_stays(
    workspace: Workspace, pair: tuple[Ref, Ref]
) -> None:
    # given a document that is in the trash with its link while the profile of that is merged away
    full, short = pair
    two = workspace.resolve("Two", "document")
    (old,) = [Ref("link", row.id) for row in links_rows(workspace, short) if row.document_title == "Two"]
    was = fields_of(workspace, old)
    states = [living(workspace)]
    delete(workspace, two)
    states.append(living(workspace))
    merge(workspace, full, short)
    states.append(living(workspace))

    # when the document is restored
    restore(workspace, two)

    # then it is linked to the one that stays, and every step can be taken back
    (now,) = [Ref("link", row.id) for row in links_rows(workspace, full) if row.document_title == "Two"]
    assert fields_of(workspace, now) == was | {"profile": full.id}
    gone = workspace.get(old)
    assert (gone.deleted_at is None, gone.fields["merged_into"]) == (False, id_text(now.id))
    after = living(workspace)
    for state in reversed(states):
        workspace.undo()
        assert living(workspace) == state
    for state in (*states[1:], after):
        workspace.redo()
        assert living(workspace) == state


def test_links_of_both_that_went_with_their_document_come_back_as_one(
    workspace: Workspace, pair: tuple[Ref, Ref]
) -> None:
    full, short = pair
    three = workspace.resolve("Three", "document")
    delete(workspace, three)
    merge(workspace, full, short)

    restore(workspace, three)

    found = [row for row in links_rows(workspace, full) if row.document_title == "Three"]
    assert sorted(row.type for row in found) == ["author", "editor"]
    (link,) = [Ref("link", row.id) for row in found if row.type == "author"]
    fields = fields_of(workspace, link)
    assert (set(fields["tags"]), fields["note"], fields["position"]) == ({"a", "b"}, "checked", 3)


def test_a_link_that_was_unlinked_before_the_merge_is_restored_at_the_one_that_stays(
    workspace: Workspace, pair: tuple[Ref, Ref]
) -> None:
    full, short = pair
    (old,) = [Ref("link", row.id) for row in links_rows(workspace, short) if row.document_title == "Two"]
    delete(workspace, old)
    merge(workspace, full, short)
    assert "Two" not in [row.document_title for row in links_rows(workspace, full)]
    before = living(workspace)

    (back,) = restore(workspace, old).refs

    assert workspace.get(back).title == "Two · author · Fred L. Drake, Jr."
    assert fields_of(workspace, back)["note"] == "second author"
    assert back.id in [row.id for row in links_rows(workspace, full)]
    workspace.undo()
    assert living(workspace) == before


def test_a_document_and_its_link_are_restored_together(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    """As where both were chosen in the trash: the link is back with its document, at the one that stays."""
    full, short = pair
    two = workspace.resolve("Two", "document")
    (old,) = [Ref("link", row.id) for row in links_rows(workspace, short) if row.document_title == "Two"]
    delete(workspace, two)
    merge(workspace, full, short)

    refs = workspace.write([Restore(two), Restore(old)]).refs

    assert workspace.get(refs[1]).title == "Two · author · Fred L. Drake, Jr."
    assert [row.id for row in links_rows(workspace, full) if row.document_title == "Two"] == [refs[1].id]


@pytest.mark.parametrize("why", ["it is in the trash", "it is of another kind"])
def test_a_document_comes_back_without_a_link_that_cannot_and_the_link_tells_why(
    workspace: Workspace, why: str
) -> None:
    make_type(workspace, "publisher", profile_kinds=["organisation"])
    document = make_document(workspace, "Four")
    person, club = make_profile(workspace, "Ann"), make_profile(workspace, "Club", kind="organisation")
    link = make_link(workspace, document, club, "publisher")
    delete(workspace, document)
    merge(workspace, person, club)
    if why == "it is in the trash":
        delete(workspace, person)

    restore(workspace, document)

    assert workspace.get(document).deleted_at is None
    before, cursor = living(workspace), workspace.cursor()
    error, sentence = {
        "it is in the trash": (Conflict, "its profile Ann is in the trash; restore that first"),
        "it is of another kind": (Invalid, '"publisher" links organisation profiles, and Ann is of kind person'),
    }[why]
    with pytest.raises(error, match=sentence):
        restore(workspace, link)
    assert (living(workspace), workspace.cursor()) == (before, cursor)


def test_a_link_of_the_merged_one_that_moved_is_not_restored_beside_the_other(
    workspace: Workspace, pair: tuple[Ref, Ref]
) -> None:
    full, short = pair
    (old,) = [Ref("link", row.id) for row in links_rows(workspace, short) if row.document_title == "Two"]
    merge(workspace, full, short)
    before, cursor = living(workspace), workspace.cursor()

    with pytest.raises(Conflict) as refused:
        restore(workspace, old)

    assert str(refused.value) == (
        "Two · author · F. Drake stands as Two · author · Fred L. Drake, Jr. now;"
        " split that profile to take it back, or unlink that one first"
    )
    assert (living(workspace), workspace.cursor()) == (before, cursor)


def test_another_ones_deletion_is_not_undone_over_a_merge_and_the_sentence_says_how_to_go_on(place: Place) -> None:
    ann, bob = place.open("ann"), place.open("bob")
    full, short = make_drakes(ann)
    two = ann.resolve("Two", "document")
    delete(ann, two)
    merge(bob, full, short)

    with pytest.raises(Conflict, match=r"its profile F\. Drake was merged away; restore the link or its document"):
        ann.undo()

    restore(ann, two)
    assert "Two" in [row.document_title for row in links_rows(ann, full)]


def test_five_thousand_links_move_and_come_back(workspace: Workspace) -> None:
    make_type(workspace)
    one, other = make_profile(workspace, "One"), make_profile(workspace, "Other")
    documents = workspace.write([Create("document", {"title": f"D{n}"}) for n in range(5_000)]).refs
    workspace.write([new_link(document, other, position=n) for n, document in enumerate(documents)])

    merge(workspace, one, other)
    assert len(links_of(workspace, one)) == 5_000
    workspace.undo()

    assert workspace.stats().links == 5_000
    assert len(links_of(workspace, other)) == 5_000


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


@pytest.mark.parametrize("edited", ["into", "other"])
def test_what_was_edited_since_it_was_looked_at_is_not_merged_over(place: Place, edited: str) -> None:
    # given what Ann looked at, and what Bob wrote since
    ann, bob = place.open("ann"), place.open("bob")
    full, short = make_drakes(ann)
    preview = ann.preview_merge(full.id, short.id)
    shown = (preview.into.version, preview.other.version)
    edit(bob, full if edited == "into" else short, notes="Moved to Fairfax.")
    before, cursor = living(ann), ann.cursor()

    # when she merges what she saw
    decided = {"notes": "Lives in Virginia, still."}
    with pytest.raises(Stale) as refused:
        ann.write([MergeProfiles(full.id, short.id, decided, shown)])

    # then she is told, and nothing is lost; having looked again she merges
    assert refused.value.current.fields["notes"] == "Moved to Fairfax."
    assert (living(ann), ann.cursor()) == (before, cursor)
    preview = ann.preview_merge(full.id, short.id)
    ann.write([MergeProfiles(full.id, short.id, decided, (preview.into.version, preview.other.version))])
    assert fields_of(ann, full)["notes"] == "Lives in Virginia, still."


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


# --- refused ---------------------------------------------------------------------------------------------


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
    "restoring a merged one": (
        lambda s: Restore(s.merged),
        Conflict,
        "Merged was merged into Third; split that one to",
    ),
    "linking a merged one": (
        lambda s: new_link(s.document, s.merged),
        Conflict,
        "Merged was merged into Third; link that one",
    ),
    "editing a merged one": (lambda s: Edit(s.merged, {"notes": "x"}), Conflict, "merged into Third; edit that one"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_merged_is_refused_with_a_sentence(
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


def test_a_dangling_link_that_is_kept_goes_to_the_profile_that_stays(place: Place) -> None:
    # given a link that Ann edits late, that Bob unlinked, and whose profile was merged meanwhile
    ann, bob = place.open("ann"), place.open("bob")
    make_type(ann)
    document, stays, goes = make_document(ann), make_profile(ann, "Ann Keller"), make_profile(ann, "A. Keller")
    link = make_link(ann, document, goes)
    read = ann.get(link).version
    delete(bob, link)
    merge(bob, stays, goes)
    (conflict,) = ann.write([Edit(link, {"note": "kept"}, read, merge=True)]).conflicts

    # when it is kept
    ann.write([Resolve(conflict, {"*": "mine"})])

    # then it is at the profile that stays, and the other one stays merged
    (row,) = ann.page(Query(entity="link", document=document.id)).rows
    assert row.profile == stays.id
    assert fields_of(ann, Ref("link", row.id))["note"] == "kept"
    assert ann.get(goes).deleted_at is not None


def test_the_deletion_of_a_merged_profile_is_not_undone_by_itself(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    request = merge(workspace, full, short).request
    (deletion,) = [c for c in workspace.changes(request=request) if (c.ref, c.kind) == (short, "deleted")]

    with pytest.raises(Conflict, match="split"):
        workspace.undo(seq=deletion.seq)

    assert workspace.get(short).deleted_at is not None
