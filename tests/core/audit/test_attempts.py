"""What was refused and what was read of confidential documents is in the audit, once a minute."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from core.errors import Denied, Invalid, NotFound, RolodocError, Unavailable
from core.instants import now
from core.local import LocalWorkspace
from core.values import Actor, Query, Ref
from core.workspace import open_workspace
from core.write_values import Create, Delete, Edit, MergeProfiles, Restore
from tests.core.access.people import People
from tests.core.audit.raw import bodies, entries, kinds
from tests.core.identity import folder_for_all, someone_without_rights
from tests.core.making import edit, make_document, make_linked, make_profile

MINUTE = 60_000_000  # microseconds
UNKNOWN = bytes.fromhex("0190" + "0" * 28)


def refused(call: Callable[[], Any]) -> RolodocError:
    with pytest.raises((NotFound, Denied)) as error:
        call()
    assert isinstance(error.value, RolodocError)
    return error.value


def attempts(office: People) -> list[dict[str, Any]]:
    """The oldest first; of the accounts' open workspaces all is told before."""
    for workspace in office._opened:
        workspace._attempts.settle()
    return [body for body in bodies(office.path) if body["kind"] == "access.denied"]


# --- what was refused --------------------------------------------------------------------------------------------


ATTEMPTS: dict[str, Callable[[LocalWorkspace, Ref, Ref, Ref], Any]] = {
    "get": lambda bob, document, _p, _l: bob.get(document),
    "write": lambda bob, document, _p, _l: bob.write([Edit(document, {"title": "Mine"})]),
    "groups": lambda bob, document, _p, _l: bob.groups(document),
    "blame": lambda bob, document, _p, _l: bob.blame(document),
    "may": lambda bob, document, _p, _l: bob.may(document),
    "who": lambda bob, document, _p, _l: bob.who(document),
}


@pytest.mark.parametrize("method", ATTEMPTS)
def test_an_attempt_on_what_may_not_be_seen_is_answered_as_unknown_and_told(office: People, method: str) -> None:
    document, profile, link = make_linked(office.owner)
    bob = office.account("bob")
    unknown = Ref("document", UNKNOWN)

    error = refused(lambda: ATTEMPTS[method](bob, document, profile, link))
    other = refused(lambda: ATTEMPTS[method](bob, unknown, profile, link))

    assert type(error) is type(other) is NotFound
    assert str(error).replace(str(document), "") == str(other).replace(str(unknown), "")
    (body,) = attempts(office)
    assert (body["actor"], body["decision"], body["method"]) == ("bob", "denied", method)
    assert body["record"] == f"document:{document.id.hex()}"
    assert "Notes" not in str(body)


def test_an_attempt_to_do_more_than_one_may_is_told_with_the_action(office: People) -> None:
    document = make_document(office.owner, "Report")
    bob = office.account("bob")
    office.grant("bob", "see", document)

    error = refused(lambda: bob.write([Edit(document, {"title": "Mine"})]))

    assert type(error) is Denied
    bob._attempts.settle()
    (entry,) = entries(office.owner, kind="access.denied")
    assert (entry.actor.name, entry.record, entry.title) == ("bob", document, "Report")
    assert (entry.decision, entry.detail) == ("denied", "edit was refused")
    assert office.owner.get(document).title == "Report"


def test_what_was_tried_on_no_single_record_is_told(office: People) -> None:
    bob = office.account("bob")

    refused(lambda: bob.write([Create("account", {"name": "eve"})]))
    refused(lambda: bob.verify_audit())
    bob._attempts.settle()

    told = [entry.detail for entry in entries(office.owner, kind="access.denied")]
    assert sorted(told) == ["make a new account was refused", "verify the audit was refused"]


def test_the_position_of_the_write_that_was_refused_is_kept(office: People) -> None:
    hidden, seen = make_document(office.owner, "Hidden"), make_document(office.owner, "Seen")
    bob = office.account("bob")
    office.grant("bob", "edit", seen)

    error = refused(lambda: bob.write([Edit(seen, {"title": "A"}), Edit(hidden, {"title": "B"})]))

    assert (type(error), error.index) == (NotFound, 1)


def test_an_attempt_in_an_area_is_told(office: People) -> None:
    bob = office.account("bob")

    refused(lambda: bob.write([Create("rule", {"name": "newest", "prefer": "newest"})]))
    refused(lambda: bob.verify_audit())
    refused(lambda: bob.rebuild_access())

    assert [body["method"] for body in attempts(office)] == ["write", "verify_audit", "rebuild_access"]


def test_a_name_that_no_account_has_is_told(office: People) -> None:
    office.account("bob")
    stranger = office.workspace("mallory")

    refused(lambda: stranger.page(Query(entity="document")))

    (body,) = attempts(office)
    assert (body["actor"], body["method"]) == ("mallory", "page")


def test_a_wrong_password_is_told_of_the_account_and_a_right_one_as_a_log_in(office: People) -> None:
    office.account("bob")
    office.owner.set_password("bob", "correct horse")
    stranger = office.workspace("mallory")

    refused(lambda: stranger.log_in("bob", lambda _: "battery staple"))
    stranger.log_in("bob", lambda _: "correct horse")

    (body,) = attempts(office)
    assert (body["actor"], body["method"], body["action"]) == ("mallory", "log_in", "log in")
    assert body["record"] == f"account:{office.accounts['bob'].id.hex()}"
    (login,) = entries(office.owner, kind="login")
    assert (login.actor.name, login.detail) == ("bob", "by password")
    assert "staple" not in str(bodies(office.path))
    assert "horse" not in str(bodies(office.path))


def test_what_lists_leave_out_is_no_attempt(office: People) -> None:
    make_linked(office.owner)
    bob = office.account("bob")

    assert bob.page(Query(entity="document")).rows == []
    assert bob.search("Notes") == []
    assert {change.ref.entity for change in bob.changes()} == {"account", "type"}

    assert attempts(office) == []


def test_what_is_not_there_is_no_attempt(office: People) -> None:
    bob = office.account("bob")

    refused(lambda: bob.get(Ref("document", UNKNOWN)))

    assert attempts(office) == []


def test_a_refused_write_that_says_a_value_is_wrong_is_no_attempt(office: People) -> None:
    with pytest.raises(Invalid):
        office.owner.write([Create("document", {"title": ""})])

    assert attempts(office) == []


# --- the same again ------------------------------------------------------------------------------------------------


def test_the_same_within_a_minute_is_told_once_and_then_counted(office: People) -> None:
    document, other = make_document(office.owner), make_document(office.owner, "Other")
    bob = office.account("bob")
    start = now()
    bob.clock = lambda: start
    for _ in range(5):
        refused(lambda: bob.get(document))
    refused(lambda: bob.get(other))
    assert [body.get("count", 1) for body in attempts(office)] == [1, 1]

    bob.clock = lambda: start + MINUTE - 1
    refused(lambda: bob.get(document))
    assert len(attempts(office)) == 2
    bob.clock = lambda: start + MINUTE
    refused(lambda: bob.get(document))

    last = attempts(office)[-1]
    assert (last["record"], last["count"], last["at"]) == (f"document:{document.id.hex()}", 6, start + MINUTE)
    assert entries(office.owner, kind="access.denied")[0].detail == "see was refused, 6 times"


def test_each_account_is_told_of(office: People) -> None:
    document = make_document(office.owner)
    for name in ("bob", "cid"):
        workspace = office.account(name)
        refused(lambda workspace=workspace: workspace.get(document))

    assert sorted(body["actor"] for body in attempts(office)) == ["bob", "cid"]


def test_what_was_only_counted_is_told_when_the_workspace_closes(office: People) -> None:
    document = make_document(office.owner)
    bob = office.account("bob")
    for _ in range(4):
        refused(lambda: bob.get(document))

    bob.close()

    assert [body.get("count", 1) for body in attempts(office)] == [1, 3]


def test_the_chain_holds_after_attempts_of_several_at_once(office: People) -> None:
    documents = [make_document(office.owner, f"D{n}") for n in range(10)]
    bobs = [office.account(f"bob{n}") for n in range(3)]
    for document in documents:
        for bob in bobs:
            refused(lambda bob=bob, document=document: bob.get(document))
        edit(office.owner, document, title="Later")

    assert len(attempts(office)) == 30
    assert office.owner.verify_audit().bad is None


# --- where nothing can be recorded -----------------------------------------------------------------------------------


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_for_all() as folder:
        yield folder


@pytest.fixture
def closed(folder: Path, office: People) -> tuple[Path, Ref, Ref]:
    """A copy of a store that nobody can write: a document that bob may not see, and a confidential one that he may."""
    hidden = make_document(office.owner, "Hidden")
    secret = make_document(office.owner, "Secret", confidential="yes", text="for few")
    office.account("bob")
    office.grant("bob", "confidential", secret)
    office.close()
    store = Path(shutil.copy(office.path, folder / "store.db"))
    store.chmod(0o444)
    folder.chmod(0o555)
    return store, hidden, secret


def test_where_the_store_cannot_be_written_a_refusal_stands(closed: tuple[Path, Ref, Ref]) -> None:
    store, hidden, _ = closed
    with someone_without_rights():
        bob = LocalWorkspace(store, Actor("bob"))
        error = refused(lambda: bob.get(hidden))
        bob.close()

    assert type(error) is NotFound


def test_where_the_store_cannot_be_written_nothing_confidential_is_shown(closed: tuple[Path, Ref, Ref]) -> None:
    store, _, secret = closed
    with someone_without_rights():
        bob = LocalWorkspace(store, Actor("bob"))
        with pytest.raises(Unavailable) as error:
            bob.get(secret)
        bob.close()

    assert str(error.value).startswith("a confidential document is only shown where that can be recorded, and ")


# --- what is confidential ---------------------------------------------------------------------------------------------


@pytest.fixture
def secret(office: People) -> Ref:
    """A confidential document, which bob may read."""
    document = make_document(office.owner, "Secret", confidential="yes", text="for few")
    office.account("bob").close()
    office.grant("bob", "confidential", document)
    return document


def reads(office: People) -> list[dict[str, Any]]:
    return [body for body in bodies(office.path) if body["kind"].endswith(".read")]


def test_reading_what_is_confidential_is_told_before_it_is_shown(office: People, secret: Ref) -> None:
    bob = office.workspace("bob", reason="the case of today")

    record = bob.get(secret)

    assert record.fields["text"] == "for few"
    (body,) = reads(office)
    assert (body["kind"], body["actor"], body["reason"]) == ("document.read", "bob", "the case of today")
    assert body["record"] == f"document:{secret.id.hex()}"


def test_reading_it_again_within_a_minute_is_counted(office: People, secret: Ref) -> None:
    bob = office.workspace("bob")
    start = now()
    bob.clock = lambda: start
    for _ in range(3):
        bob.get(secret)
    assert len(reads(office)) == 1

    bob.clock = lambda: start + MINUTE
    bob.get(secret)

    assert [body.get("count", 1) for body in reads(office)] == [1, 3]


def test_its_history_and_content_are_told_of_too(office: People, secret: Ref) -> None:
    sha256, size = office.owner.store_content(io.BytesIO(b"bytes"))
    edit(office.owner, secret, contents=[{"name": "a", "media_type": "", "bytes": size, "sha256": sha256}])
    before = len(reads(office))
    for read in (
        lambda bob: bob.changes(ref=secret),
        lambda bob: bob.get(secret, revision=1),
        lambda bob: bob.open_content(sha256, secret.id).close(),
    ):
        bob = office.workspace("bob")
        read(bob)

    assert [body["actor"] for body in reads(office)[before:]] == ["bob"] * 3


def test_an_owner_s_reading_is_told_too(office: People, secret: Ref) -> None:
    office.owner.get(secret)

    assert [body["actor"] for body in reads(office)] == ["olga"]


def test_who_sees_nothing_confidential_of_it_is_not_told_of(office: People, secret: Ref) -> None:
    cid = office.account("cid")
    office.grant("cid", "see", secret)

    assert cid.get(secret).withheld != []
    assert cid.page(Query(entity="document")).rows != []

    assert reads(office) == []


def test_who_follows_is_shown_nothing_confidential_and_nothing_is_told(
    office: People, secret: Ref, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.changes.POLL", 0.001)
    stop = Event()
    batches = office.workspace("bob").follow(stop)
    before = len(reads(office))
    edit(office.owner, secret, text="for fewer", category="c")

    (change,) = next(batches)
    stop.set()

    assert (change.after, change.withheld) == ({"category": "c"}, ["text"])
    assert len(reads(office)) == before


def test_a_marked_attribute_of_a_profile_is_told_of(office: People) -> None:
    office.account("bob")
    office.owner.write([Create("mark", {"entity": "profile", "attribute": "salary"})])
    plain, paid = make_profile(office.owner, "Ada"), make_profile(office.owner, "Bob", attributes={"salary": 1})
    before = len(reads(office))

    office.owner.get(plain)
    office.owner.get(paid)

    assert [(body["kind"], body["record"]) for body in reads(office)[before:]] == [
        ("profile.read", f"profile:{paid.id.hex()}")
    ]


def test_the_one_operator_of_a_store_is_not_told_of(office: People) -> None:
    document = make_document(office.owner, "Secret", confidential="yes", text="for few")

    office.owner.get(document)

    assert reads(office) == []


# --- what one says of oneself ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["login", "logout", "export"])
def test_an_account_may_note_what_it_did(office: People, kind: str) -> None:
    bob = office.account("bob")
    bob.reason = "moving"

    bob.note(kind, detail="12 documents to a folder")

    (entry,) = entries(office.owner, kind=kind)
    assert (entry.actor.name, entry.reason, entry.detail) == ("bob", "moving", "12 documents to a folder")
    assert entry.record is None
    assert office.owner.verify_audit().bad is None


BAD_NOTES: dict[str, tuple[str, str, str]] = {
    "another kind": (
        "grant.created",
        "",
        'kind: "grant.created" cannot be noted; it must be one of login, logout, export',
    ),
    "no kind": ("", "", 'kind: "" cannot be noted'),
    "a long detail": ("export", "x" * 501, "detail: is 501 characters long; the limit is 500"),
    "two lines": ("export", "a\nb", "detail: must be one line"),
}


@pytest.mark.parametrize("case", BAD_NOTES)
def test_a_note_that_cannot_be_is_refused_with_a_sentence(office: People, case: str) -> None:
    kind, detail, sentence = BAD_NOTES[case]
    told = kinds(office.path)

    with pytest.raises(Invalid) as error:
        office.owner.note(kind, detail=detail)

    assert str(error.value).startswith(sentence)
    assert kinds(office.path) == told


def test_who_has_no_account_notes_nothing(office: People) -> None:
    office.account("bob")
    refused(lambda: office.workspace("mallory").note("export"))

    assert "export" not in kinds(office.path)


def test_a_workspace_without_attempts_starts_no_thread(office: People) -> None:
    import threading

    before = threading.active_count()
    workspace = open_workspace(str(office.path), Actor("olga"))
    workspace.stats()

    assert threading.active_count() == before
    workspace.close()


def test_every_write_of_one_who_may_nothing_is_told(office: People) -> None:
    document, profile, link = make_linked(office.owner)
    other = make_profile(office.owner, "Other")
    bob = office.account("bob")
    for write in (Delete(document), Restore(link), MergeProfiles(profile.id, other.id)):
        refused(lambda write=write: bob.write([write]))

    assert [body["record"].partition(":")[0] for body in attempts(office)] == ["document", "link", "profile"]
