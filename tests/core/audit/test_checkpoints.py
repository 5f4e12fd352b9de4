"""Checkpoints are signed as time and entries go by, with a key in a file beside the store; a copy of one kept elsewhere
is a line of text."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import audit, checkpoint_text
from core.access_values import Checkpoint
from core.errors import Invalid, NotFound, Unavailable
from core.instants import now
from core.local import LocalWorkspace
from core.values import Actor
from core.workspace import Workspace, open_workspace
from core.write_values import Create
from tests.core.access.people import People, refusal
from tests.core.audit.raw import entries, kinds, raw, verified
from tests.core.identity import folder_for_all, someone_without_rights
from tests.core.making import edit, make_document

MINUTE = 60_000_000  # microseconds


def key_file(store: Path) -> Path:
    return Path(f"{store}-audit-key")


def signed(store: Path) -> list[int]:
    """The entries that have a checkpoint."""
    with raw(store) as db:
        return [seq for (seq,) in db.execute("SELECT seq FROM audit_checkpoint ORDER BY id")]


# --- when ------------------------------------------------------------------------------------------------------


def test_a_few_changes_are_signed_when_the_workspace_closes(store_path: Path, workspace: Workspace) -> None:
    make_document(workspace)
    make_document(workspace)
    assert signed(store_path) == []

    workspace.close()

    assert signed(store_path) == [3]
    assert kinds(store_path) == ["document.created", "document.created", "audit.key"]


def test_a_workspace_that_only_reads_signs_nothing(store_path: Path, workspace: Workspace) -> None:
    make_document(workspace)
    reader = open_workspace(str(store_path), Actor("tester"))
    reader.stats()

    reader.close()

    assert signed(store_path) == []
    assert not key_file(store_path).exists()


def test_every_thousand_entries_are_signed(store_path: Path, workspace: Workspace) -> None:
    workspace.write([Create("document", {"title": f"D{n}"}) for n in range(999)])
    assert signed(store_path) == []

    make_document(workspace)

    assert signed(store_path) == [1_001]  # that of the key is the last


def test_what_is_older_than_a_minute_is_signed_with_the_next_write(
    store_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make_document(workspace)
    edit(workspace, document, title="Soon")
    assert signed(store_path) == []
    later = now() + MINUTE
    monkeypatch.setattr("core.open_request.now", lambda: later)

    edit(workspace, document, title="Later")

    assert signed(store_path) == [4]
    edit(workspace, document, title="Right after")
    assert signed(store_path) == [4]


def test_one_may_ask_for_a_checkpoint_of_the_latest_entry(store_path: Path, workspace: Workspace) -> None:
    make_document(workspace)

    checkpoint = workspace.checkpoint_audit()

    latest = entries(workspace)[0]
    assert (checkpoint.seq, checkpoint.hash) == (latest.seq, latest.hash)
    assert checkpoint_text.is_signed(checkpoint)
    assert workspace.checkpoint_audit() == checkpoint
    assert verified(store_path, checkpoint).bad is None


def test_without_an_entry_there_is_nothing_to_sign(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="the audit has no entry yet, so there is nothing to sign"):
        workspace.checkpoint_audit()


def test_only_who_sees_the_audit_may_take_a_checkpoint_along(office: People) -> None:
    bob = office.account("bob")
    error = refusal(office.owner, bob.checkpoint_audit)

    assert str(error) == "bob may not sign a checkpoint of the audit; that needs see on audit"
    office.grant("bob", "see", "audit")
    assert bob.checkpoint_audit().seq > 0


# --- the key ---------------------------------------------------------------------------------------------------


def test_the_key_is_for_its_owner_alone_and_stays(store_path: Path, workspace: Workspace) -> None:
    make_document(workspace)
    first = workspace.checkpoint_audit()

    assert stat.S_IMODE(key_file(store_path).stat().st_mode) == 0o600
    make_document(workspace)
    assert workspace.checkpoint_audit().public_key == first.public_key
    secret = key_file(store_path).read_text().strip()
    for file in store_path.parent.glob("store.db*"):
        if file != key_file(store_path):
            assert secret.encode() not in file.read_bytes()
            assert bytes.fromhex(secret) not in file.read_bytes()


def test_a_lost_key_is_followed_by_another_and_remarked(store_path: Path, workspace: Workspace) -> None:
    make_document(workspace)
    first = workspace.checkpoint_audit()
    key_file(store_path).unlink()

    make_document(workspace)
    second = workspace.checkpoint_audit()

    assert second.public_key != first.public_key
    assert kinds(store_path) == ["document.created", "audit.key", "document.created", "audit.key"]
    verdict = verified(store_path, first, second)
    assert verdict.bad is None
    assert verdict.remarks == ["another key signs since entry 4: that of before was missing or replaced"]
    assert entries(workspace)[0].detail == f"key {second.public_key.hex()}"


def test_the_key_of_another_store_is_remarked(store_path: Path, workspace: Workspace, tmp_path: Path) -> None:
    other = open_workspace(str(tmp_path / "other.db"), Actor("tester"))
    make_document(other)
    other.close()
    make_document(workspace)
    workspace.checkpoint_audit()
    shutil.copy(key_file(tmp_path / "other.db"), key_file(store_path))

    make_document(workspace)
    workspace.close()

    assert "another key signs since entry 4" in verified(store_path).remarks[0]


@pytest.mark.parametrize("content", ["", "torn", "é" * 64, "0" * 63])
def test_a_key_file_without_a_key_is_written_anew(store_path: Path, workspace: Workspace, content: str) -> None:
    key_file(store_path).write_text(content)
    make_document(workspace)

    assert checkpoint_text.is_signed(workspace.checkpoint_audit())
    assert len(key_file(store_path).read_text()) == 65


def test_where_no_key_can_be_read_nothing_is_signed_and_all_else_goes_on(
    store_path: Path, workspace: Workspace
) -> None:
    key_file(store_path).mkdir()
    document = make_document(workspace)

    with pytest.raises(
        Unavailable, match="can neither be read nor made, so nothing can be signed; see its permissions"
    ):
        workspace.checkpoint_audit()
    workspace.close()

    assert signed(store_path) == []
    verdict = verified(store_path)
    assert (verdict.bad, verdict.remarks) == (None, ["entry 1 is not signed yet"])
    again = open_workspace(str(store_path), Actor("tester"))
    assert again.get(document).title == "Notes"
    again.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_for_all() as folder:
        yield folder


def test_a_store_that_cannot_be_written_can_be_verified_and_closed(folder: Path, empty_store: Path) -> None:
    store = Path(shutil.copy(empty_store, folder / "store.db"))
    workspace = open_workspace(str(store), Actor("tester"))
    make_document(workspace)
    kept = workspace.checkpoint_audit()
    make_document(workspace, "Not signed")
    workspace.store.close()  # type: ignore[attr-defined]  # as a process does that ends at once
    store.chmod(0o444)
    folder.chmod(0o555)

    with someone_without_rights():
        reader = open_workspace(str(store), Actor("tester"))
        verdict = reader.verify_audit([kept])
        with pytest.raises(Unavailable, match="read-only"):
            reader.checkpoint_audit()
        reader.close()

    assert (verdict.bad, verdict.remarks) == (None, ["entry 3 is not signed yet"])


def test_closing_does_not_wait_for_others_who_write(store_path: Path, workspace: Workspace) -> None:
    make_document(workspace)
    with raw(store_path) as db:
        db.execute("BEGIN IMMEDIATE")
        workspace.close()
        db.execute("ROLLBACK")

    assert signed(store_path) == []
    assert verified(store_path).bad is None


# --- as text ---------------------------------------------------------------------------------------------------


@pytest.fixture
def checkpoint(workspace: Workspace) -> Checkpoint:
    make_document(workspace)
    return workspace.checkpoint_audit()


def test_a_checkpoint_is_one_line_that_is_read_back(checkpoint: Checkpoint) -> None:
    text = checkpoint_text.to_text(checkpoint)

    assert "\n" not in text
    assert list(json.loads(text)) == ["at", "hash", "kind", "public_key", "seq", "signature"]
    assert checkpoint_text.from_text(text) == checkpoint
    assert checkpoint_text.from_text(f"  {text}\n") == checkpoint


BROKEN: dict[str, dict[str, Any]] = {
    "another entry": {"seq": 1},
    "another hash": {"hash": "00" * 32},
    "another instant": {"at": 1},
    "another kind": {"kind": "prune"},
    "another key": {"public_key": "01" * 32},
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_checkpoint_that_was_changed_is_refused(checkpoint: Checkpoint, case: str) -> None:
    said = json.loads(checkpoint_text.to_text(checkpoint)) | BROKEN[case]

    with pytest.raises(Invalid, match="was changed after it was signed, or was not signed by its key"):
        checkpoint_text.from_text(json.dumps(said))


UNREADABLE: dict[str, tuple[Any, str]] = {
    "nothing": ("", "this is no checkpoint; it is one line of JSON"),
    "no JSON": ("seq 4", "this is no checkpoint; it is one line of JSON"),
    "a list": ("[]", "this is no checkpoint; it is one line of JSON"),
    "half of one": ({"seq": None}, "this is no checkpoint"),
    "a text for a number": ({"seq": "4"}, "this is no checkpoint"),
    "no entry": ({"seq": 0}, "seq: this is no checkpoint: entries count from 1"),
    "a short hash": ({"hash": "00"}, "hash: this is no checkpoint: must be 32 bytes in hexadecimal digits"),
    "a hash that is a number": ({"hash": 7}, "hash: this is no checkpoint: must be 32 bytes in hexadecimal digits"),
    "a long signature": ({"signature": "00" * 65}, "signature: this is no checkpoint: must be 64 bytes"),
    "an unknown kind": ({"kind": "truce"}, "this is no checkpoint"),
    "something more": ({"note": "hi"}, "a checkpoint says at, hash, kind, public_key, seq, signature"),
    "lone surrogates": ("\ud800", "this is no checkpoint; it is one line of JSON"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_is_no_checkpoint_is_refused_with_a_sentence(checkpoint: Checkpoint, case: str) -> None:
    given, sentence = UNREADABLE[case]
    whole = json.loads(checkpoint_text.to_text(checkpoint))
    text = given if isinstance(given, str) else json.dumps(whole | given)

    with pytest.raises(Invalid) as refused:
        checkpoint_text.from_text(text)

    assert str(refused.value).startswith(sentence)


def test_what_lacks_a_part_is_no_checkpoint(checkpoint: Checkpoint) -> None:
    whole = json.loads(checkpoint_text.to_text(checkpoint))
    for name in whole:
        with pytest.raises(Invalid):
            checkpoint_text.from_text(json.dumps({key: value for key, value in whole.items() if key != name}))


def test_a_forged_checkpoint_is_no_measure_of_the_audit(workspace: Workspace, checkpoint: Checkpoint) -> None:
    forged = Checkpoint(checkpoint.seq, bytes(32), checkpoint.at, checkpoint.public_key, checkpoint.signature)

    with pytest.raises(Invalid, match="the checkpoint of entry 2 was changed after it was signed; use another copy"):
        workspace.verify_audit([forged])


# --- entries that are let go ---------------------------------------------------------------------------------------


def prune(workspace: LocalWorkspace, through: int) -> int:
    with workspace.store.write() as db:
        return audit.drop(db, workspace.actor, now(), through)


def test_entries_can_be_dropped_and_a_signed_checkpoint_stands_for_them(store_path: Path, workspace: Any) -> None:
    document = make_document(workspace)
    early = workspace.checkpoint_audit()
    for number in range(4):
        edit(workspace, document, title=f"Report {number}")
    middle = workspace.checkpoint_audit()

    assert prune(workspace, 4) == 4

    edit(workspace, document, title="Later")
    late = workspace.checkpoint_audit()
    verdict = verified(store_path, early, middle, late)
    assert (verdict.bad, verdict.first, verdict.last) == (None, 5, 8)
    assert verdict.remarks[0].startswith("entries 1 to 4 are gone, pruned on 20")
    assert verdict.remarks[1:] == [
        "1 of the given checkpoints are of entries that were pruned",
        "3 changes have no entry: they are older than the audit that is kept",
    ]
    assert [entry.kind for entry in entries(workspace)][1] == "audit.pruned"


def test_dropping_again_and_with_another_key_holds(store_path: Path, workspace: Any) -> None:
    document = make_document(workspace)
    for number in range(6):
        edit(workspace, document, title=f"Report {number}")
    workspace.checkpoint_audit()
    prune(workspace, 3)
    key_file(store_path).unlink()
    edit(workspace, document, title="Later")
    workspace.checkpoint_audit()

    prune(workspace, 6)

    workspace.close()
    verdict = verified(store_path)
    assert (verdict.bad, verdict.first) == (None, 7)


def test_removing_more_than_was_pruned_is_found(store_path: Path, workspace: Any) -> None:
    document = make_document(workspace)
    for number in range(6):
        edit(workspace, document, title=f"Report {number}")
    prune(workspace, 3)
    with raw(store_path) as db:
        db.execute("DELETE FROM audit WHERE seq = 4")

    verdict = verified(store_path)

    assert (verdict.bad, verdict.problem) == (
        1,
        "entries 1 to 4 are missing, and no checkpoint says that they were pruned",
    )


@pytest.mark.parametrize("through", [0, 2, 7])
def test_the_last_entry_is_not_dropped(store_path: Path, workspace: Any, through: int) -> None:
    make_document(workspace)
    workspace.checkpoint_audit()
    told = kinds(store_path)

    with pytest.raises(NotFound, match=f"there is no entry {through} before the last one of the audit"):
        prune(workspace, through)

    assert kinds(store_path) == told


def test_where_nothing_can_be_signed_nothing_is_dropped(store_path: Path, workspace: Any) -> None:
    key_file(store_path).mkdir()
    make_document(workspace)
    make_document(workspace)

    with pytest.raises(Unavailable, match="can neither be read nor made, so nothing is pruned; see its permissions"):
        prune(workspace, 1)

    assert len(kinds(store_path)) == 2
