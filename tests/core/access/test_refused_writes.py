"""Writes that are refused: of what is hidden, of many at once, those that would lead to more rights, and what taking
back and settling leave alone."""

from __future__ import annotations

import pytest

from core.errors import Conflict, Denied, Exists, NotFound
from core.open_request import OpenRequest
from core.records import load_one
from core.values import Actor, Query, Ref, id_text
from core.write_values import (
    Create,
    Delete,
    Edit,
    MergeProfiles,
    Receipt,
    Resolve,
    Restore,
    TakingBack,
    Write,
)
from tests.core.access.people import contents_of, refusal
from tests.core.access.scene import NEWEST, Scene
from tests.core.making import new_link

# --- what is hidden ------------------------------------------------------------------------------------------


def test_a_link_to_what_is_hidden_is_refused_as_one_to_what_there_is_not(scene: Scene) -> None:
    scene.grant("ann", "administer", scene["report"])
    for hidden in (scene["lost profile"], scene["twin"]):
        unknown = Ref("profile", bytes(range(16)))
        answers = [
            refusal(scene.owner, lambda end=end: scene.ann.write([new_link(scene["report"], end)]))
            for end in (hidden, unknown)
        ]
        assert all(isinstance(answer, NotFound) for answer in answers)
        assert str(answers[0]).replace(id_text(hidden.id), id_text(unknown.id)) == str(answers[1])


@pytest.mark.parametrize("version", [None, 17])
def test_a_stale_version_tells_nothing_of_a_hidden_record(scene: Scene, version: int | None) -> None:
    error = refusal(scene.owner, lambda: scene.ann.write([Edit(scene["report"], {"title": "Mine"}, version)]))
    assert type(error) is not Conflict
    assert str(error) == f"there is no {scene['report']}"


def test_an_external_id_that_a_denied_record_has_is_taken_and_names_nobody(scene: Scene) -> None:
    taken = Create("document", {"title": "Testament"}, ("list", "7"))
    hidden = scene.made(taken)
    scene.grant("ann", "edit", "documents")
    scene.grant("ann", "see", hidden, effect="deny")
    error = refusal(scene.owner, lambda: scene.ann.write([Create("document", {"title": "Will"}, ("list", "7"))]))
    assert isinstance(error, Exists)
    assert str(error) == 'there is a document with the id "7" of "list" already'


def test_who_may_not_see_what_a_profile_was_merged_into_does_not_hear_of_it(scene: Scene) -> None:
    eve = scene.made(Create("profile", {"name": "Eve"}))
    scene.grant("ann", "link", eve)
    scene.grant("ann", "link", scene["letter"])
    into = scene.made(Create("profile", {"name": "Lady Secret"}))
    scene.owner.write([MergeProfiles(into.id, eve.id)])
    error = refusal(scene.owner, lambda: scene.ann.write([new_link(scene["letter"], eve)]))
    assert isinstance(error, Denied | NotFound)
    assert "Secret" not in str(error)


# --- many at once --------------------------------------------------------------------------------------------


def test_links_in_bulk_are_checked_each(scene: Scene) -> None:
    profiles = [scene.made(Create("profile", {"name": f"Guest {n}"})) for n in range(40)]
    scene.grant("ann", "link", scene["letter"])
    for profile in profiles[:-1]:
        scene.grant("ann", "link", profile)
    links = [new_link(scene["letter"], profile) for profile in profiles]
    error = refusal(scene.owner, lambda: scene.ann.write(links))
    assert isinstance(error, NotFound)
    assert (error.index, str(error)) == (39, f"there is no {profiles[-1]}")
    assert scene.ann.write(links[:-1]).changes == 39


def test_links_in_bulk_grant_no_more_than_one_has(scene: Scene) -> None:
    profiles = [scene.made(Create("profile", {"name": f"Guest {n}"})) for n in range(40)]
    scene.grant("ann", "link", "profiles")
    scene.grant("ann", "share", scene["letter"])
    types = ["reader"] * 35 + ["keeper"] + ["reader"] * 4
    links = [new_link(scene["letter"], *ends) for ends in zip(profiles, types, strict=True)]
    error = refusal(scene.owner, lambda: scene.ann.write(links))
    assert isinstance(error, Denied)
    assert error.index == 35
    assert str(error) == '"keeper" grants administer on the document, which ann may not do; ask one who may'


def test_several_writes_are_all_done_or_none(scene: Scene) -> None:
    scene.grant("ann", "edit", scene["report"])
    writes = [Edit(scene["report"], {"title": "Account"}), Edit(scene["letter"], {"title": "Epistle"})]
    error = refusal(scene.owner, lambda: scene.ann.write(writes))
    assert isinstance(error, NotFound)
    assert error.index == 1


# --- ways that lead to more rights ---------------------------------------------------------------------------


@pytest.mark.parametrize("write", ["create", "edit", "links"])
def test_a_record_is_not_said_to_be_merged_into_another(scene: Scene, write: str) -> None:
    scene.grant("ann", "edit", "profiles")
    scene.grant("ann", "link", "profiles")
    scene.grant("ann", "link", "documents")
    into = {"merged_into": id_text(scene["bob"].id)}
    writes: dict[str, list[Write]] = {
        "create": [Create("profile", {"name": "Eve"} | into)],
        "edit": [Edit(scene["ada"], into)],
        "links": [new_link(scene["letter"], scene["ada"], **into)] * 40,
    }
    error = refusal(scene.owner, lambda: scene.ann.write(writes[write]))
    assert isinstance(error, Denied)
    assert "merge the two profiles instead" in str(error)


def test_an_undo_lets_a_type_grant_nothing_that_its_author_has_not(scene: Scene) -> None:
    request = scene.owner.write([Edit(scene["keeper"], {"grants": "none"})]).request
    scene.grant("ann", "edit", "settings")
    scene.grant("ann", "share", "documents")
    error = refusal(scene.owner, lambda: scene.ann.undo(request))
    assert isinstance(error, Denied)


def test_a_change_that_nobody_checked_does_not_get_into_the_log(scene: Scene) -> None:
    scene.grant("ann", "edit", scene["letter"])

    def unchecked() -> Receipt:
        with scene.ann.store.write() as db:
            request = OpenRequest(db, Actor("ann"))
            request.perform(Edit(scene["letter"], {"title": "Epistle"}))
            request.edit("document", load_one(db, scene["report"]), {"title": "Epistle"})
            return request.finish([])

    error = refusal(scene.owner, unchecked)
    assert isinstance(error, Denied)
    assert "was not checked" in str(error)


def test_a_name_without_an_account_writes_nothing(scene: Scene) -> None:
    stranger = scene.workspace("mallory")
    error = refusal(scene.owner, lambda: stranger.write([Create("profile", {"name": "Eve"})]))
    assert isinstance(error, Denied)
    assert 'no account "mallory"' in str(error)


# --- taking back ---------------------------------------------------------------------------------------------


def test_a_request_with_a_hidden_part_is_undone_by_nobody_who_does_not_see_it(scene: Scene) -> None:
    both = scene.owner.write([Edit(scene["report"], {"title": "A"}), Edit(scene["letter"], {"title": "B"})]).request
    scene.grant("ann", "edit", scene["letter"])
    error = refusal(scene.owner, lambda: scene.ann.undo(both))
    unknown = refusal(scene.owner, lambda: scene.ann.undo(bytes(range(16))))
    assert (type(error).__mro__[-4:], str(error)) == (type(unknown).__mro__[-4:], str(unknown))


def test_who_may_edit_no_more_cannot_undo_what_they_did(scene: Scene) -> None:
    grant = scene.grant("ann", "edit", scene["letter"])
    scene.grant("ann", "see", scene["letter"])
    scene.ann.write([Edit(scene["letter"], {"title": "Epistle"})])
    scene.owner.write([Delete(grant)])
    error = refusal(scene.owner, scene.ann.undo)
    assert isinstance(error, Denied)


def test_who_sees_no_more_what_they_did_has_nothing_to_undo(scene: Scene) -> None:
    grant = scene.grant("ann", "edit", scene["letter"])
    scene.ann.write([Edit(scene["letter"], {"title": "Epistle"})])
    scene.owner.write([Delete(grant)])
    error = refusal(scene.owner, scene.ann.undo)
    assert (isinstance(error, NotFound), str(error)) == (True, "there is nothing to undo")


def test_a_deletion_is_undone_with_the_links_that_went_along(scene: Scene) -> None:
    scene.grant("ann", "edit", scene["ada"])
    scene.ann.write([Delete(scene["ada"])])
    assert scene.owner.get(scene["authorship"]).deleted_at
    scene.ann.undo()
    assert scene.owner.get(scene["authorship"]).deleted_at is None
    scene.ann.redo()
    assert scene.owner.get(scene["ada"]).deleted_at


def test_taking_back_tells_what_it_keeps_and_nothing_of_what_is_hidden(scene: Scene) -> None:
    names = ("report", "letter", "lost document")
    scene.owner.write([Restore(scene["lost document"])])
    request = scene.owner.write([Edit(scene[name], {"category": "mail"}) for name in names]).request
    scene.grant("ann", "edit", scene["report"])
    scene.grant("ann", "see", scene["letter"])
    taking = scene.ann.take_back(TakingBack(request=request))
    told = {one.title: one.kept for one in taking.touched}
    assert told.keys() == {"Report", "Letter"}
    assert told["Report"] == ""
    assert told["Letter"].startswith("ann may not edit Letter")
    assert (taking.records, taking.kept) == (1, 1)
    categories = [scene.owner.get(scene[name]).fields["category"] for name in names]
    assert categories == ["", "mail", "mail"]


@pytest.mark.parametrize("scope", ["request", "actor", "record"])
def test_where_all_is_hidden_there_is_nothing_to_take_back(scene: Scene, scope: str) -> None:
    scene.account("bea")
    scene.grant("bea", "edit", scene["letter"])
    scene.workspace("bea").write([Edit(scene["letter"], {"category": "mail"})])
    unknown = Ref("document", bytes(range(16)))
    hidden, missing = {
        "request": (TakingBack(request=scene["edit request"]), TakingBack(request=unknown.id)),
        "actor": (TakingBack(actor="bea", since=0), TakingBack(actor="nobody", since=0)),
        "record": (TakingBack(ref=scene["letter"], revision=1), TakingBack(ref=unknown, revision=1)),
    }[scope]
    answers = [refusal(scene.owner, lambda one=one: scene.ann.take_back(one)) for one in (hidden, missing)]
    assert all(isinstance(answer, NotFound) for answer in answers)
    assert str(answers[0]).replace(id_text(scene["letter"].id), id_text(unknown.id)) == str(answers[1])


# --- settling ------------------------------------------------------------------------------------------------


def test_a_rule_settles_what_its_author_may_settle(scene: Scene) -> None:
    scene.grant("ann", "edit", scene["report"])
    preview = scene.ann.settle(NEWEST, dry_run=True)
    settled = scene.ann.settle(NEWEST)
    assert (preview.records, preview.total) == (settled.records, settled.total) == (1, 1)
    still_open = {row.id for row in scene.owner.page(Query(entity="conflict", sort="created")).rows}
    assert still_open == {scene["link conflict"], scene["type conflict"]}


def test_a_conflict_of_a_hidden_record_is_settled_as_one_that_there_is_not(scene: Scene) -> None:
    for settle in (
        lambda id: scene.ann.settle(NEWEST, [id]),
        lambda id: scene.ann.write([Resolve(id, {"description": "mine"})]),
    ):
        hidden, unknown = (
            refusal(scene.owner, lambda id=id, settle=settle: settle(id)) for id in (scene["conflict"], bytes(16))
        )
        assert isinstance(hidden, NotFound)
        assert str(hidden) == str(unknown)


# --- what an owner notices -----------------------------------------------------------------------------------


def test_an_owner_is_asked_for_nothing(scene: Scene) -> None:
    before = contents_of(scene.owner)
    scene.owner.write([Edit(scene["report"], {"title": "Account"}), Delete(scene["keeping"])])
    scene.owner.undo()
    assert scene.owner.get(scene["report"]).title == "Report"
    assert contents_of(scene.owner)["link"] != before["link"]  # its revision, for the log tells of both
