"""What each write needs: an account with just that may, one with a little less may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from core.errors import Denied, NotFound, ReasonNeeded
from core.fields import FIELDS
from core.local import LocalWorkspace
from core.values import Ref, id_text
from core.write_values import Create, Delete, Edit, MergeProfiles, Resolve, Restore, SplitProfile, TakingBack, Write
from tests.core.access.people import grant_to, hours_from_now, refusal
from tests.core.access.scene import NEWEST, Scene
from tests.core.making import new_link

AREAS = ("profiles", "documents", "access", "settings", "audit")
LESS = {"edit": "see", "link": "edit", "share": "link", "administer": "share", "confidential": "see"}
LESS_ON_AREA = {"edit": "see", "administer": "edit", "share": "link", "see": None, "confidential": "administer"}


# --- the table -----------------------------------------------------------------------------------------------

Deed = Callable[[LocalWorkspace, Scene], Any]
Needs = Mapping[str, str]


def write(make: Callable[[Scene], Write]) -> Deed:
    return lambda workspace, scene: workspace.write([make(scene)])


def creation(kind: Any, /, **fields: Any) -> Deed:
    return write(lambda _: Create(kind, fields))


def edit(which: str, /, **fields: Any) -> Deed:
    return write(lambda scene: Edit(scene[which], fields))


def delete(name: str) -> Deed:
    return write(lambda scene: Delete(scene[name]))


def restore(name: str) -> Deed:
    return write(lambda scene: Restore(scene[name]))


def split(to: str, **fields: Any) -> Deed:
    return write(
        lambda scene: SplitProfile(scene["ada"].id, [scene["authorship"].id], scene[to].id if to else None, fields)
    )


DEEDS: Mapping[str, tuple[Deed, Needs]] = {
    "make a profile": (creation("profile", name="Eve"), {"profiles": "edit"}),
    "make a document": (creation("document", title="Will"), {"documents": "edit"}),
    "make a type": (creation("type", name="heir"), {"settings": "edit"}),
    "make a type that grants": (
        creation("type", name="heir", grants="share"),
        {"settings": "edit", "documents": "share"},
    ),
    "make a rule": (creation("rule", name="mine", prefer="mine", field="text"), {"settings": "edit"}),
    "make an account": (creation("account", name="eve"), {"access": "administer"}),
    "make a group": (creation("group", name="staff"), {"access": "administer"}),
    "make a role": (creation("role", name="guest"), {"access": "administer"}),
    "make a mark": (creation("mark", entity="document", attribute="value"), {"access": "administer"}),
    "make a retention": (creation("retention", log="changes", days=100), {"access": "administer"}),
    "link": (write(lambda s: new_link(s["letter"], s["ada"])), {"letter": "link", "ada": "link"}),
    "link what grants sight": (
        write(lambda s: new_link(s["letter"], s["ada"], "reader")),
        {"letter": "link", "ada": "link"},
    ),
    "link what grants all": (
        write(lambda s: new_link(s["letter"], s["ada"], "keeper")),
        {"letter": "administer", "ada": "link"},
    ),
    "grant on a record": (
        write(lambda s: grant_to(s["account"], "edit", s["letter"])),
        {"letter": "share"},
    ),
    "grant on an area": (
        write(lambda s: grant_to(s["account"], "see", "documents")),
        {"access": "administer", "documents": "see"},
    ),
    "edit a profile": (edit("ada", notes="a countess"), {"ada": "edit"}),
    "edit a document": (edit("report", title="Account"), {"report": "edit"}),
    "edit a link": (edit("authorship", note="alone"), {"report": "link", "ada": "link"}),
    "edit a link that grants all": (edit("keeping", note="alone"), {"report": "administer", "bob": "link"}),
    "edit a type": (edit("unused type", inverse="unused by"), {"settings": "edit"}),
    "let a type grant": (edit("unused type", grants="edit"), {"settings": "edit", "documents": "edit"}),
    "let a type grant no more": (edit("keeper", grants="none"), {"settings": "edit", "documents": "administer"}),
    "edit a rule": (edit("rule", name="latest"), {"settings": "edit"}),
    "edit an account": (edit("account", kind="service"), {"access": "administer"}),
    "edit a group": (edit("group", description="all of us"), {"access": "administer"}),
    "edit a role": (edit("role", description="writes"), {"access": "administer"}),
    "edit a grant": (edit("grant", note="for the audit"), {"report": "share"}),
    "edit a retention": (edit("retention", days=400), {"access": "administer"}),
    "edit what a source says": (
        write(lambda s: Edit(s["letter"], {"category": "mail"}, source="list")),
        {"letter": "edit"},
    ),
    "save late": (
        write(lambda s: Edit(s["letter"], {"title": "Epistle"}, s["letter as read"], merge=True)),
        {"letter": "edit"},
    ),
    "delete late": (write(lambda s: Delete(s["letter"], s["letter as read"], merge=True)), {"letter": "edit"}),
    "edit by way of what was merged": (
        write(lambda s: Edit(s["twin"], {"notes": "the same"}, source="list")),
        {"bob": "edit"},
    ),
    "delete a profile": (delete("ada"), {"ada": "edit"}),
    "delete a document": (delete("report"), {"report": "edit"}),
    "unlink": (delete("authorship"), {"report": "link", "ada": "link"}),
    "unlink what grants all": (delete("keeping"), {"report": "administer", "bob": "link"}),
    "delete a type": (delete("unused type"), {"settings": "edit"}),
    "delete a rule": (delete("rule"), {"settings": "edit"}),
    "delete an account": (delete("account"), {"access": "administer"}),
    "delete a group": (delete("group"), {"access": "administer"}),
    "delete a role": (delete("role"), {"access": "administer"}),
    "delete a grant": (delete("grant"), {"report": "share"}),
    "delete a mark": (delete("mark"), {"access": "administer", "profiles": "confidential"}),
    "restore a profile": (restore("lost profile"), {"profiles": "edit"}),
    "restore a document": (restore("lost document"), {"documents": "edit"}),
    "link again": (restore("lost link"), {"letter": "link", "bob": "link"}),
    "restore a type": (restore("lost type"), {"settings": "edit"}),
    "restore a rule": (restore("lost rule"), {"settings": "edit"}),
    "resolve about a document": (
        write(lambda s: Resolve(s["conflict"], {"description": "mine"})),
        {"report": "edit"},
    ),
    "resolve about a link": (
        write(lambda s: Resolve(s["link conflict"], {"note": "mine"})),
        {"report": "link", "ada": "link"},
    ),
    "resolve about a type": (write(lambda s: Resolve(s["type conflict"], {"inverse": "mine"})), {"settings": "edit"}),
    "merge": (write(lambda s: MergeProfiles(s["ada"].id, s["bob"].id)), {"ada": "share", "bob": "share"}),
    "split": (split("bob"), {"ada": "share", "bob": "share", "report": "link"}),
    "split to a new one": (split("", name="Eve"), {"ada": "share", "report": "link", "profiles": "edit"}),
    "undo": (lambda ws, s: ws.undo(s["edit request"]), {"letter": "edit"}),
    "undo many": (
        lambda ws, s: ws.undo(s["trash request"]),
        {"documents": "edit", "profiles": "edit", "letter": "link", "bob": "link", "settings": "edit"},
    ),
    "undo a merge": (lambda ws, s: ws.undo(s["merge request"]), {"profiles": "share"}),
    "take back": (
        lambda ws, s: ws.take_back(TakingBack(ref=s["letter"], revision=1)).receipt,
        {"letter": "edit"},
    ),
    "settle": (lambda ws, s: ws.settle(NEWEST, [s["conflict"]]).receipt, {"report": "edit"}),
    "purge": (
        lambda ws, _: ws.purge(hours_from_now(1)),
        {"documents": "administer", "profiles": "administer"},
    ),
}


UNSEEN = ("edit a grant", "delete a grant", "edit by way of what was merged")
"""What one does not even see with less: grants on records are for those who share them."""


def give(scene: Scene, needs: Needs) -> None:
    for target, action in needs.items():
        scene.grant("ann", action, target if target in AREAS else scene[target])


@pytest.mark.parametrize("deed", DEEDS)
def test_an_account_with_just_what_a_write_needs_may(scene: Scene, deed: str) -> None:
    do, needs = DEEDS[deed]
    give(scene, needs)
    before = scene.owner.cursor()
    do(scene.ann, scene)
    assert scene.owner.cursor() > before
    assert scene.owner.changes(limit=1)[0].actor.name == "ann"


@pytest.mark.parametrize(("deed", "short"), [(deed, short) for deed, (_, needs) in DEEDS.items() for short in needs])
def test_with_one_action_less_it_is_denied_and_nothing_changes(scene: Scene, deed: str, short: str) -> None:
    do, needs = DEEDS[deed]
    less = (LESS_ON_AREA if short in AREAS else LESS)[needs[short]]
    give(scene, {**needs, short: less} if less else {target: needs[target] for target in needs if target != short})
    error = refusal(scene.owner, lambda: do(scene.ann, scene))
    assert isinstance(error, NotFound if deed in UNSEEN else Denied)


# --- when a right holds --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last"),
    [(None, None), (-1, None), (None, 1), (-1, 1)],
    ids=["always", "since an hour ago", "for another hour", "for two hours"],
)
def test_a_right_to_write_holds_in_its_window(scene: Scene, first: float | None, last: float | None) -> None:
    scene.grant("ann", "edit", scene["report"], **window(first, last))
    assert scene.ann.write([Edit(scene["report"], {"title": "Account"})]).changes == 1


@pytest.mark.parametrize(("first", "last"), [(1, None), (None, -1), (-2, -1), (1, 2)])
def test_out_of_its_window_it_holds_no_more_or_not_yet(scene: Scene, first: float | None, last: float | None) -> None:
    scene.grant("ann", "see", scene["report"])
    scene.grant("ann", "edit", scene["report"], **window(first, last))
    error = refusal(scene.owner, lambda: scene.ann.write([Edit(scene["report"], {"title": "Account"})]))
    assert isinstance(error, Denied)
    assert str(error).startswith("ann may not edit Report")


def window(first: float | None, last: float | None) -> dict[str, int]:
    edges = {"valid_from": first, "valid_until": last}
    return {name: hours_from_now(hours) for name, hours in edges.items() if hours is not None}


def test_a_right_to_write_holds_while_its_condition_does(scene: Scene) -> None:
    scene.grant("ann", "see", scene["report"])
    scene.grant("ann", "edit", scene["report"], condition="terminal")
    write = Edit(scene["report"], {"title": "Account"})
    error = refusal(scene.owner, lambda: scene.workspace("ann", via="api").write([write]))
    assert isinstance(error, Denied)
    assert scene.workspace("ann", via="terminal").write([write]).changes == 1


def test_a_denial_wins_over_what_was_granted(scene: Scene) -> None:
    scene.grant("ann", "share", scene["report"])
    scene.grant("ann", "edit", scene["report"], effect="deny")
    error = refusal(scene.owner, lambda: scene.ann.write([Edit(scene["report"], {"title": "Account"})]))
    assert isinstance(error, Denied)


def test_a_right_goes_with_the_group_that_brought_it(scene: Scene) -> None:
    scene.made(grant_to(scene["group"], "edit", scene["report"]))
    scene.owner.write([Edit(scene["ann"], {"groups": [id_text(scene["group"].id)]})])
    assert scene.ann.write([Edit(scene["report"], {"title": "Account"})]).changes == 1
    scene.owner.write([Delete(scene["group"])])
    error = refusal(scene.owner, lambda: scene.ann.write([Edit(scene["report"], {"title": "Story"})]))
    assert isinstance(error, NotFound)


# --- with a reason -------------------------------------------------------------------------------------------

REASONED: Mapping[str, tuple[Callable[[LocalWorkspace, Scene, str], Any], Needs]] = {
    "edit": (
        lambda ws, s, reason: ws.write([Edit(s["report"], {"title": "Account"})], reason=reason),
        {"report": "edit"},
    ),
    "delete": (lambda ws, s, reason: ws.write([Delete(s["report"])], reason=reason), {"report": "edit"}),
    "link": (
        lambda ws, s, reason: ws.write([new_link(s["letter"], s["ada"])], reason=reason),
        {"letter": "link", "ada": "link"},
    ),
    "make a document": (
        lambda ws, _, reason: ws.write([Create("document", {"title": "Will"})], reason=reason),
        {"documents": "edit"},
    ),
    "undo": (lambda ws, s, reason: asked(ws, reason).undo(s["edit request"]), {"letter": "edit"}),
    "undo one change": (
        lambda ws, s, reason: asked(ws, reason).undo(seq=last_change(s, s["lost document"])),
        {"documents": "edit"},
    ),
    "take back": (
        lambda ws, s, reason: ws.take_back(TakingBack(ref=s["letter"], revision=1), reason=reason),
        {"letter": "edit"},
    ),
    "settle": (lambda ws, s, reason: asked(ws, reason).settle(NEWEST, [s["conflict"]]), {"report": "edit"}),
    "purge": (
        lambda ws, _, reason: asked(ws, reason).purge(hours_from_now(1)),
        {"documents": "administer", "profiles": "administer"},
    ),
}


def asked(workspace: LocalWorkspace, reason: str) -> LocalWorkspace:
    workspace.reason = reason
    return workspace


def last_change(scene: Scene, ref: Ref) -> int:
    return scene.owner.changes(ref=ref, limit=1)[0].seq


@pytest.mark.parametrize("deed", REASONED)
def test_what_needs_a_reason_is_refused_without_and_done_with_one(scene: Scene, deed: str) -> None:
    do, needs = REASONED[deed]
    for target, action in needs.items():
        on = target if target in AREAS else scene[target]
        scene.grant("ann", "see", on)
        scene.grant("ann", action, on, condition="reason")
    error = refusal(scene.owner, lambda: do(scene.ann, scene, ""))
    assert isinstance(error, ReasonNeeded)
    assert "--reason" in str(error)
    do(scene.ann, scene, "the widow asked for it")
    assert scene.owner.changes(limit=1)[0].reason == "the widow asked for it"


def test_every_kind_of_record_is_in_the_table() -> None:
    assert {entity for entity in FIELDS if any(entity in deed for deed in DEEDS)} == set(FIELDS) - {"conflict"}
