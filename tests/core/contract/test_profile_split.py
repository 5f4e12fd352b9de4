"""One profile becomes two: names, links, undo; and what holds of merges and splits of anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Conflict, Invalid, NotFound, RolodocError
from core.values import RecordId, Ref
from core.workspace import Workspace
from core.write_values import Delete, MergeProfiles, SplitProfile, Write
from tests.core.contract.conftest import NewPlace
from tests.core.making import delete, edit, fields_of, make_document, make_link, make_profile, make_type, restore
from tests.core.merging import (
    NOBODY,
    Scene,
    Snapshot,
    in_one_order,
    link_ids,
    links_of,
    links_rows,
    living,
    make_drakes,
    merge,
    split,
)


@pytest.fixture
def pair(workspace: Workspace) -> tuple[Ref, Ref]:
    return make_drakes(workspace)


# --- split -----------------------------------------------------------------------------------------------


def test_split_with_the_links_that_moved_gives_both_as_they_were(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    before = living(workspace)
    moved = {id: fields_of(workspace, Ref("link", id)) for id in link_ids(workspace, short)}
    merge(workspace, full, short)
    chosen = [bytes.fromhex(fields_of(workspace, Ref("link", id))["merged_into"].replace("-", "")) for id in moved]

    assert split(workspace, full, chosen, short) == short

    after = living(workspace)
    assert {ref: in_one_order(fields) for ref, fields in after.items()} == {
        ref: in_one_order(fields) for ref, fields in before.items()
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

    assert in_one_order(fields_of(workspace, full)) == in_one_order(before[full])
    assert fields_of(workspace, short) == before[short]
    workspace.undo()
    assert living(workspace) == before


def test_a_merge_is_undone_after_a_join_that_changed_nothing_was(workspace: Workspace) -> None:
    """What the joined link overruled is in the log, which must not count as a later edit of that link."""
    make_type(workspace)
    document = make_document(workspace)
    one, other, third = (make_profile(workspace, name) for name in ("One", "Other", "Third"))
    make_link(workspace, document, one, position=1)
    link = make_link(workspace, document, third, position=2)
    before = living(workspace)
    merge(workspace, other, one)
    split(workspace, third, [link.id], other)

    workspace.undo()
    workspace.undo()

    assert living(workspace) == before


def test_links_of_both_that_came_back_as_one_are_two_again(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    """A document that both had was in the trash while they were merged."""
    full, short = pair
    before = living(workspace)
    three = workspace.resolve("Three", "document")
    delete(workspace, three)
    merge(workspace, full, short)
    restore(workspace, three)
    came = [row.id for row in links_rows(workspace, full) if row.document_title != "One"]

    split(workspace, full, came, short)

    assert {ref: in_one_order(fields) for ref, fields in living(workspace).items()} == {
        ref: in_one_order(fields) for ref, fields in before.items()
    }


def test_a_link_that_came_from_the_trash_after_the_merge_goes_back(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    full, short = pair
    (old,) = [Ref("link", row.id) for row in links_rows(workspace, short) if row.document_title == "Two"]
    delete(workspace, old)
    merge(workspace, full, short)
    (came,) = restore(workspace, old).refs

    split(workspace, full, [came.id], short)

    assert [row.id for row in links_rows(workspace, short)] == [old.id]
    assert "Two" not in [row.document_title for row in links_rows(workspace, full)]
    assert fields_of(workspace, old)["merged_into"] == ""


def test_a_link_that_was_split_off_is_not_restored_into_a_double(workspace: Workspace, pair: tuple[Ref, Ref]) -> None:
    # given a link that went from one profile to another
    full, short = pair
    (old,) = [Ref("link", row.id) for row in links_rows(workspace, full) if row.document_title == "One"]
    split(workspace, full, [old.id], short)
    before, cursor = living(workspace), workspace.cursor()

    # when the old one is restored, it is refused
    with pytest.raises(Conflict) as refused:
        restore(workspace, old)
    assert str(refused.value) == (
        "One · author · Fred L. Drake, Jr. stands as One · author · F. Drake now;"
        " split that profile to take it back, or unlink that one first"
    )
    assert (living(workspace), workspace.cursor()) == (before, cursor)

    # and once the other is unlinked, it comes back and stands for itself
    (new,) = [Ref("link", row.id) for row in links_rows(workspace, short) if row.document_title == "One"]
    delete(workspace, new)
    states = [living(workspace)]
    restore(workspace, old)
    assert workspace.get(old).deleted_at is None
    assert fields_of(workspace, old)["merged_into"] == ""
    workspace.undo()
    assert [living(workspace)] == states


def test_a_profile_comes_back_without_the_links_that_were_split_off_with_its_deletion(
    workspace: Workspace, pair: tuple[Ref, Ref]
) -> None:
    full, short = pair
    (one,) = [row.id for row in links_rows(workspace, full) if row.document_title == "One"]
    workspace.write([SplitProfile(full.id, [one], short.id), Delete(full)])

    restore(workspace, full)

    assert [row.document_title for row in links_rows(workspace, full)] == ["Three"]
    assert "One" in [row.document_title for row in links_rows(workspace, short)]


# --- refused ---------------------------------------------------------------------------------------------


REFUSED: dict[str, tuple[Callable[[Scene], Write], type[RolodocError], str]] = {
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
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_split_is_refused_with_a_sentence(
    workspace: Workspace, pair: tuple[Ref, Ref], case: str
) -> None:
    scene = Scene(workspace, pair)
    write, error, sentence = REFUSED[case]
    before, cursor = living(workspace), workspace.cursor()

    with pytest.raises(error) as refused:
        workspace.write([write(scene)])

    assert sentence in str(refused.value)
    assert (living(workspace), workspace.cursor()) == (before, cursor)


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
        assert {ref: in_one_order(f) for ref, f in after_split.items()} == {
            ref: in_one_order(f) for ref, f in states[1].items()
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
