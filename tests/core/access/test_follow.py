"""Following the log: each account is told what it may see, and that its sight changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import Denied
from core.local import LocalWorkspace
from core.values import Change, Ref, access_notice, id_text
from core.write_values import Create, Edit, MergeProfiles
from tests.core.access.people import People, people
from tests.core.following import Follower, following
from tests.core.making import delete, edit, make_document, make_link, make_linked, make_profile, make_type


@pytest.fixture
def office(empty_store: Path, tmp_path: Path) -> Iterator[People]:
    """The owner and `ann`; and `bob`, so that there are others when one goes."""
    with people(empty_store, tmp_path / "office.db") as found:
        found.account("bob")
        found.ann = found.account("ann")  # type: ignore[attr-defined]
        yield found


@pytest.fixture
def ann(office: People) -> LocalWorkspace:
    return office.ann  # type: ignore[attr-defined, no-any-return]


def told(changes: list[Change]) -> list[Any]:
    """What each tells: the record and what became of it, or that sight may have changed."""
    return ["notice" if change.is_access_notice else (change.ref, change.kind) for change in changes]


def until_marked(office: People, follower: Follower, mark: Ref) -> list[Change]:
    """What arrives beside a change of the record, which is made now and is seen; a notice comes with it or before."""
    edit(office.owner, mark, notes=f"mark {office.owner.cursor()}")
    found: list[Change] = []
    while not any(change.ref == mark for change in found):
        found += follower.wait_for(1)
    return [change for change in found if change.ref != mark]


@pytest.fixture
def mark(office: People) -> Ref:
    """A profile that ann sees, whose changes end what a test waits for."""
    ref = make_profile(office.owner, "Mark")
    office.grant("ann", "see", ref)
    return ref


# --- what is told -----------------------------------------------------------------------------------------------


def test_who_follows_is_told_what_may_be_seen_then(office: People, ann: LocalWorkspace, mark: Ref) -> None:
    seen, hidden = make_profile(office.owner, "Seen"), make_profile(office.owner, "Hidden")
    office.grant("ann", "see", seen)

    with following(ann) as follower:
        office.owner.write([Edit(seen, {"notes": "a"}), Edit(hidden, {"notes": "secret"})])
        arrived = until_marked(office, follower, mark)

    assert told(arrived) == [(seen, "updated")]
    assert "secret" not in str(arrived)


def test_who_sees_everything_is_told_everything_and_nothing_else(office: People) -> None:
    with following(office.owner) as follower:
        hidden = make_profile(office.owner, "Hidden")
        grant = office.grant("ann", "see", hidden)
        delete(office.owner, grant)

        assert told(follower.wait_for(3)) == [(hidden, "created"), (grant, "created"), (grant, "deleted")]


def test_one_who_is_alone_is_told_everything_and_nothing_else(empty_store: Path, tmp_path: Path) -> None:
    with people(empty_store, tmp_path / "alone.db") as office, following(office.owner) as follower:
        document, profile, link = make_linked(office.owner)
        kinds = told(follower.wait_for(4))

    assert kinds[1:] == [(document, "created"), (profile, "created"), (link, "created")]


def test_a_grant_that_is_made_while_somebody_follows_counts_from_then_on(
    office: People, ann: LocalWorkspace, mark: Ref
) -> None:
    ada = make_profile(office.owner)

    with following(ann) as follower:
        edit(office.owner, ada, notes="before")
        assert told(until_marked(office, follower, mark)) == []
        grant = office.grant("ann", "see", ada)
        edit(office.owner, ada, notes="after")
        assert set(told(until_marked(office, follower, mark))) == {"notice", (ada, "updated")}
        delete(office.owner, grant)
        edit(office.owner, ada, notes="again")
        assert set(told(until_marked(office, follower, mark))) == {"notice"}


def test_a_request_with_more_changes_than_a_batch_is_told_whole(office: People, ann: LocalWorkspace) -> None:
    office.grant("ann", "see", "profiles")

    with following(ann) as follower:
        refs = office.owner.write([Create("profile", {"name": f"Person {n}"}) for n in range(1_500)]).refs

        assert told(follower.wait_for(1_500)) == [(ref, "created") for ref in refs]


def test_what_happened_before_is_told_from_where_it_is_asked_for(office: People, ann: LocalWorkspace) -> None:
    before = office.owner.cursor()
    ada = make_profile(office.owner)
    office.grant("ann", "see", ada)

    with following(ann, after=before) as follower:
        first, notice = follower.wait_for(2)

    assert told([first, notice]) == [(ada, "created"), "notice"]
    assert notice.seq == office.owner.cursor()


# --- that sight changed -------------------------------------------------------------------------------------------


def test_the_notice_names_the_account_alone(office: People, ann: LocalWorkspace) -> None:
    hidden = make_profile(office.owner, "Hidden")
    with following(ann) as follower:
        office.owner.write([Create("grant", grant_fields(office, "bob", hidden), None)], reason="a secret")
        (notice,) = follower.wait_for(1)

    at = office.owner.changes(limit=1)[0].at
    assert notice == access_notice(office.accounts["ann"].id, "ann", office.owner.cursor(), at)
    assert (notice.type, notice.title, notice.reason) == ("account.updated", "ann", "access changed")
    assert (notice.before, notice.after) == ({}, {})


def grant_fields(office: People, name: str, on: Ref) -> dict[str, Any]:
    subject = {"subject_kind": "account", "subject": id_text(office.accounts[name].id)}
    return subject | {"action": "see", "target_kind": on.entity, "target": id_text(on.id)}


def _unlink(office: People, refs: dict[str, Ref]) -> None:
    delete(office.owner, refs["link"])


def _link(office: People, refs: dict[str, Ref]) -> None:
    make_link(office.owner, refs["other"], refs["profile"])


def _move_window(office: People, refs: dict[str, Ref]) -> None:
    edit(office.owner, refs["link"], valid_until=1)


def _change_type(office: People, refs: dict[str, Ref]) -> None:
    edit(office.owner, refs["type"], grants="see")


def _join_group(office: People, refs: dict[str, Ref]) -> None:
    group = office.made(Create("group", {"name": "hr"}))
    edit(office.owner, office.accounts["bob"], groups=[id_text(group.id)])


def _mark(office: People, refs: dict[str, Ref]) -> None:
    office.made(Create("mark", {"entity": "profile", "attribute": "salary"}))


def _delete_profile(office: People, refs: dict[str, Ref]) -> None:
    delete(office.owner, refs["profile"])


def _merge(office: People, refs: dict[str, Ref]) -> None:
    office.owner.write([MergeProfiles(make_profile(office.owner, "Ida").id, refs["profile"].id)])


@pytest.mark.parametrize(
    "change", [_unlink, _link, _move_window, _change_type, _join_group, _mark, _delete_profile, _merge]
)
def test_what_may_open_or_close_something_is_followed_by_a_notice(
    office: People, ann: LocalWorkspace, mark: Ref, change: Callable[[People, dict[str, Ref]], None]
) -> None:
    type = make_type(office.owner)
    document, other, profile = make_document(office.owner), make_document(office.owner), make_profile(office.owner)
    link = make_link(office.owner, document, profile)
    refs = {"type": type, "document": document, "other": other, "profile": profile, "link": link}

    with following(ann) as follower:
        change(office, refs)
        arrived = until_marked(office, follower, mark)

    assert "notice" in told(arrived)
    assert {change.ref for change in arrived if not change.is_access_notice} <= {type}  # all else is hidden


@pytest.mark.parametrize("hidden", [True, False])
def test_what_opens_and_closes_nothing_is_followed_by_none(
    office: People, ann: LocalWorkspace, mark: Ref, hidden: bool
) -> None:
    if not hidden:
        office.grant("ann", "see", "profiles")
    ada = make_profile(office.owner)

    with following(ann) as follower:
        edit(office.owner, ada, notes="a")
        make_profile(office.owner)
        arrived = until_marked(office, follower, mark)

    assert "notice" not in told(arrived)
    assert len(arrived) == (0 if hidden else 2)


def test_a_link_that_opens_a_document_is_told_with_a_notice(office: People, ann: LocalWorkspace) -> None:
    make_type(office.owner, grants="see")
    me, document = make_profile(office.owner, "Ann"), make_document(office.owner)
    edit(office.owner, office.accounts["ann"], tied_to=id_text(me.id))

    with following(ann) as follower:
        link = make_link(office.owner, document, me)

        assert told(follower.wait_for(2)) == [(link, "created"), "notice"]
        assert ann.get(document).title == "Notes"
        delete(office.owner, link)
        assert told(follower.wait_for(1)) == ["notice"]


def test_who_becomes_an_owner_is_told_so(office: People, ann: LocalWorkspace, mark: Ref) -> None:
    hidden = make_profile(office.owner, "Hidden")

    with following(ann) as follower:
        edit(office.owner, mark, notes="first")
        follower.wait_for(1)
        edit(office.owner, office.accounts["ann"], roles=["owner"])
        assert set(told(until_marked(office, follower, mark))) == {(office.accounts["ann"], "updated"), "notice"}
        edit(office.owner, hidden, notes="new")
        assert told(until_marked(office, follower, mark)) == [(hidden, "updated")]
        edit(office.owner, office.accounts["ann"], roles=[])
        edit(office.owner, hidden, notes="newer")
        assert set(told(until_marked(office, follower, mark))) == {(office.accounts["ann"], "updated"), "notice"}


# --- the end --------------------------------------------------------------------------------------------------------


def test_following_ends_when_the_account_goes(office: People, ann: LocalWorkspace) -> None:
    with following(ann) as follower:
        delete(office.owner, office.accounts["ann"])

        with pytest.raises(Denied, match='there is no account "ann" here'):
            follower.wait_for(1)


def test_nobody_without_an_account_follows(office: People) -> None:
    with pytest.raises(Denied, match='there is no account "mallory" here'), following(office.workspace("mallory")):
        pass
