"""Whoever changes the audit in the file of a closed store is found, and the first entry that is wrong is named.

Against one who knows how it is made and changes all that tells of it alike, only a checkpoint helps that was kept
elsewhere; the last tests say which those are.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core import checkpoint_text
from core.access_values import Checkpoint
from core.values import Actor, Ref
from core.workspace import Workspace, open_workspace
from tests.core.audit.raw import raw, verified
from tests.core.making import edit, make_document, make_linked

WHOLE = 40  # entries of the closed store: those of the changes, then that of the key
Tamper = Callable[[Any], None]


class Closed(NamedTuple):
    path: Path
    kept: Checkpoint


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Closed:
    """A store with WHOLE entries, to be copied, and a checkpoint of the last."""
    path = tmp_path_factory.mktemp("closed") / "store.db"
    workspace = open_workspace(str(path), Actor("tester"))
    document, profile, _ = make_linked(workspace)
    for number in range((WHOLE - 5) // 2):
        edit(workspace, document, title=f"Report {number}")
        edit(workspace, profile, notes=f"Note {number}")
    make_document(workspace, "The last one")
    kept = workspace.checkpoint_audit()
    workspace.close()
    assert kept.seq == WHOLE
    return Closed(path, kept)


@pytest.fixture
def kept(closed: Closed, store_path: Path) -> Checkpoint:
    """The store, closed; the checkpoint was kept elsewhere."""
    for end in ("", "-audit-key"):
        shutil.copy(f"{closed.path}{end}", f"{store_path}{end}")
    return closed.kept


def body_of(db: Any, seq: int) -> dict[str, Any]:
    ((body,),) = db.execute("SELECT body FROM audit WHERE seq = ?", (seq,)).fetchall()
    told: dict[str, Any] = json.loads(body)
    return told


def rewrite(db: Any, first: int = 1) -> None:
    """Makes the chain hold again from this entry on, as one can who knows how it is made."""
    found = db.execute("SELECT hash FROM audit WHERE seq < ? ORDER BY seq DESC LIMIT 1", (first,)).fetchone()
    hash = found[0] if found else bytes(32)
    for seq, body in db.execute("SELECT seq, body FROM audit WHERE seq >= ? ORDER BY seq", (first,)).fetchall():
        hash = hashlib.sha256(hash + seq.to_bytes(8, "big") + hashlib.sha256(body.encode()).digest()).digest()
        db.execute("UPDATE audit SET hash = ? WHERE seq = ?", (hash, seq))


def set_body(db: Any, seq: int, **said: Any) -> None:
    body = json.dumps(body_of(db, seq) | said, sort_keys=True, separators=(",", ":"))
    db.execute("UPDATE audit SET body = ? WHERE seq = ?", (body, seq))


def remove(db: Any, first: int, last: int) -> None:
    db.execute("DELETE FROM audit WHERE seq BETWEEN ? AND ?", (first, last))


def test_what_nobody_touched_holds(store_path: Path, kept: Checkpoint) -> None:
    verdict = verified(store_path, kept)

    assert (verdict.bad, verdict.problem, verdict.remarks) == (None, "", [])
    assert (verdict.entries, verdict.first, verdict.last, verdict.checkpoints) == (WHOLE, 1, WHOLE, 1)


def test_progress_is_told(store_path: Path, kept: Checkpoint) -> None:
    told: list[tuple[int, int]] = []
    workspace = open_workspace(str(store_path), Actor("tester"))

    workspace.verify_audit(progress=lambda done, total: told.append((done, total)))
    workspace.close()

    assert told[-1] == (WHOLE, WHOLE)


# --- what is found by the store alone -----------------------------------------------------------------------------


def edit_a_body(db: Any) -> None:
    set_body(db, 17, actor="somebody")


def edit_a_hash(db: Any) -> None:
    db.execute("UPDATE audit SET hash = zeroblob(32) WHERE seq = 17")


def edit_a_body_and_all_hashes(db: Any) -> None:
    set_body(db, 17, actor="somebody")
    rewrite(db, 17)


def hide_the_change_of_an_entry(db: Any) -> None:
    body = body_of(db, 17)
    told = json.dumps({name: body[name] for name in ("actor", "at", "kind")}, separators=(",", ":"))
    db.execute("UPDATE audit SET body = ? WHERE seq = 17", (told,))
    rewrite(db, 17)


def make_a_body_no_body(db: Any) -> None:
    db.execute("UPDATE audit SET body = '{}' WHERE seq = 17")
    rewrite(db, 17)


def remove_a_middle_one(db: Any) -> None:
    remove(db, 17, 17)


def remove_a_middle_one_and_close_the_gap(db: Any) -> None:
    remove(db, 17, 17)
    for seq in range(18, WHOLE + 1):
        db.execute("UPDATE audit SET seq = ? WHERE seq = ?", (seq - 1, seq))
    rewrite(db, 17)


def remove_the_first_ten(db: Any) -> None:
    remove(db, 1, 10)


def remove_the_last_ten(db: Any) -> None:
    remove(db, WHOLE - 9, WHOLE)


def remove_the_last_ten_and_the_count(db: Any) -> None:
    remove(db, WHOLE - 9, WHOLE)
    db.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'audit'", (WHOLE - 10,))


def remove_the_last_ten_the_count_and_the_checkpoint(db: Any) -> None:
    remove_the_last_ten_and_the_count(db)
    db.execute("DELETE FROM audit_checkpoint")


def remove_all(db: Any) -> None:
    db.execute("DELETE FROM audit")


def insert_one(db: Any) -> None:
    """In the middle, with a hash that follows; the others move up."""
    for seq in range(WHOLE, 16, -1):
        db.execute("UPDATE audit SET seq = ? WHERE seq = ?", (seq + 1, seq))
    db.execute(
        "INSERT INTO audit(seq, body, hash) VALUES (17, ?, zeroblob(32))",
        ('{"actor":"ann","at":1,"kind":"login","via":"cli"}',),
    )


def insert_one_with_all_hashes(db: Any) -> None:
    insert_one(db)
    rewrite(db, 17)


def swap_two(db: Any) -> None:
    (one, other) = db.execute("SELECT body, hash FROM audit WHERE seq IN (17, 18) ORDER BY seq").fetchall()
    db.execute("UPDATE audit SET body = ?, hash = ? WHERE seq = 17", other)
    db.execute("UPDATE audit SET body = ?, hash = ? WHERE seq = 18", one)


def swap_two_with_all_hashes(db: Any) -> None:
    swap_two(db)
    rewrite(db, 17)


def edit_a_change(db: Any) -> None:
    db.execute("UPDATE change SET after = replace(after, 'Report', 'Rapport') WHERE seq = 17")


def edit_a_change_of_a_profile(db: Any) -> None:
    db.execute("UPDATE change SET before = replace(before, 'Note', 'Hint') WHERE seq = 16")


def remove_a_change(db: Any) -> None:
    db.execute("DELETE FROM change WHERE seq = 17")


def add_a_change(db: Any) -> None:
    db.execute(
        "INSERT INTO change(request_id, entity, record_id, kind, revision, version)"
        " SELECT request_id, entity, record_id, kind, revision, version FROM change WHERE seq = 17"
    )


def blame_another_for_a_request(db: Any) -> None:
    db.execute("UPDATE request SET actor = 'somebody' WHERE first_seq = 17")


def drop_a_salt(db: Any) -> None:
    db.execute("UPDATE audit SET salt = NULL WHERE seq = 17")


def drop_a_key(db: Any) -> None:
    db.execute("DELETE FROM profile_key")


def forge_a_checkpoint(db: Any) -> None:
    db.execute("UPDATE audit_checkpoint SET signature = randomblob(64)")


def edit_a_checkpoint(db: Any) -> None:
    db.execute("UPDATE audit_checkpoint SET body = replace(body, '\"kind\"', '\"mind\"')")


def cut_a_checkpoint(db: Any) -> None:
    db.execute("UPDATE audit_checkpoint SET body = '{', public_key = x'00'")


def sign_with_another_key(db: Any) -> None:
    key = Ed25519PrivateKey.generate()
    ((said,),) = db.execute("SELECT body FROM audit_checkpoint").fetchall()
    db.execute(
        "UPDATE audit_checkpoint SET public_key = ?, signature = ?",
        (key.public_key().public_bytes_raw(), key.sign(checkpoint_text.PURPOSE + said.encode())),
    )


def remove_a_checkpoint(db: Any) -> None:
    db.execute("DELETE FROM audit_checkpoint")


def forge_a_prune(db: Any) -> None:
    """As if the first ten had been removed by a rule of retention, signed with a key of the forger's."""
    ((hash,),) = db.execute("SELECT hash FROM audit WHERE seq = 10").fetchall()
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    said = checkpoint_text.statement(Checkpoint(10, hash, 1, public, b"", "prune"))
    db.execute(
        "INSERT INTO audit_checkpoint(seq, body, public_key, signature) VALUES (10, ?, ?, ?)",
        (said.decode(), public, key.sign(checkpoint_text.PURPOSE + said)),
    )
    remove(db, 1, 10)


def forge_a_prune_badly(db: Any) -> None:
    forge_a_prune(db)
    db.execute("UPDATE audit_checkpoint SET signature = randomblob(64) WHERE seq = 10")


FOUND: dict[Tamper, tuple[int, str]] = {
    edit_a_body: (17, "entry 17 is not what was written"),
    edit_a_hash: (17, "entry 17 is not what was written"),
    edit_a_body_and_all_hashes: (17, "the change log says otherwise than entry 17 who made change 17"),
    hide_the_change_of_an_entry: (18, "change 17 has no entry"),
    make_a_body_no_body: (17, "entry 17 does not say what an entry says"),
    remove_a_middle_one: (17, "entry 17 is missing"),
    remove_a_middle_one_and_close_the_gap: (17, "change 17 has no entry"),
    remove_the_first_ten: (1, "entries 1 to 10 are missing"),
    remove_the_last_ten: (31, "entries 31 to 40 are missing: a checkpoint was signed of entry 40"),
    remove_the_last_ten_and_the_count: (31, "entries 31 to 40 are missing: a checkpoint was signed of entry 40"),
    remove_the_last_ten_the_count_and_the_checkpoint: (31, "change 31 has no entry"),
    remove_all: (1, "entries 1 to 40 are missing"),
    insert_one: (17, "entry 17 is not what was written"),
    insert_one_with_all_hashes: (1, "one of entries 1 to 40 was written anew"),
    swap_two: (17, "entry 17 is not what was written, or not where it was written"),
    swap_two_with_all_hashes: (17, "change 17 has no entry"),
    edit_a_change: (17, "change 17 is not what it was when entry 17 was written"),
    edit_a_change_of_a_profile: (16, "change 16 is not what it was when entry 16 was written"),
    remove_a_change: (17, "the change that entry 17 is about, 17, is not in the change log"),
    add_a_change: (41, "change 40 has no entry"),
    blame_another_for_a_request: (17, "the change log says otherwise than entry 17"),
    drop_a_salt: (17, "what proves entry 17 was removed"),
    drop_a_key: (3, "what proves entry 3 was removed"),
    forge_a_checkpoint: (40, "the checkpoint of entry 40 is forged"),
    edit_a_checkpoint: (40, "the checkpoint of entry 40 is forged"),
    cut_a_checkpoint: (40, "the checkpoint of entry 40 is forged"),
    sign_with_another_key: (40, "a strange key signed the checkpoint of entry 40"),
    remove_a_checkpoint: (40, "the checkpoint of entry 40 was removed"),
    forge_a_prune: (11, "a strange key signed the checkpoint of entry 10"),
    forge_a_prune_badly: (11, "the checkpoint that says what was pruned before entry 11 is forged"),
}


@pytest.mark.parametrize("tamper", FOUND, ids=lambda tamper: tamper.__name__)
def test_who_tampers_is_found_and_the_first_bad_entry_named(store_path: Path, kept: Checkpoint, tamper: Tamper) -> None:
    seq, problem = FOUND[tamper]
    with raw(store_path) as db:
        tamper(db)

    verdict = verified(store_path)

    assert verdict.bad == seq
    assert verdict.problem.startswith(problem)


def test_an_entry_written_after_a_removal_leaves_the_gap(store_path: Path, kept: Checkpoint) -> None:
    with raw(store_path) as db:
        remove_the_last_ten(db)
    workspace = open_workspace(str(store_path), Actor("tester"))
    make_document(workspace, "Later")
    workspace.close()

    verdict = verified(store_path)

    assert (verdict.bad, verdict.problem) == (31, "entries 31 to 40 are missing")


@pytest.mark.parametrize("tamper", [edit_a_checkpoint, cut_a_checkpoint, edit_a_body, remove_all])
def test_what_was_tampered_with_stops_no_work(store_path: Path, kept: Checkpoint, tamper: Tamper) -> None:
    with raw(store_path) as db:
        tamper(db)
    workspace = open_workspace(str(store_path), Actor("tester"))

    document = make_document(workspace, "Later")
    assert workspace.checkpoint_audit().seq > WHOLE
    workspace.close()

    assert document.entity == "document"
    assert verified(store_path).bad is not None


# --- columns and indexes -------------------------------------------------------------------------------------------


def test_an_indexed_column_cannot_be_edited(store_path: Path, kept: Checkpoint) -> None:
    with raw(store_path) as db, pytest.raises(Exception, match="cannot UPDATE generated column"):
        db.execute("UPDATE audit SET actor = 'somebody' WHERE seq = 17")


@pytest.mark.parametrize("column", ["at", "actor", "kind", "record", "request"])
def test_plain_columns_in_place_of_those_read_out_are_found(store_path: Path, kept: Checkpoint, column: str) -> None:
    """The table is replaced by one whose columns can be edited, with the same indexes."""
    with raw(store_path) as db:
        indexes = [
            sql for (sql,) in db.execute("SELECT sql FROM sqlite_schema WHERE tbl_name = 'audit' AND type = 'index'")
        ]
        db.execute(
            "CREATE TABLE other(seq INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT, hash BLOB, at INTEGER, actor TEXT,"
            " kind TEXT, record TEXT, request TEXT, salt BLOB)"
        )
        db.execute("INSERT INTO other SELECT seq, body, hash, at, actor, kind, record, request, salt FROM audit")
        db.execute("DROP TABLE audit")
        db.execute("ALTER TABLE other RENAME TO audit")
        for sql in filter(None, indexes):
            db.execute(sql)
        db.execute("UPDATE audit SET COLUMN = 1 WHERE seq = 23".replace("COLUMN", column))

    verdict = verified(store_path)

    assert (verdict.bad, verdict.problem) == (
        23,
        f"the column {column} of entry 23 was changed: it is not what the entry says",
    )


def test_a_table_in_place_of_the_audit_s_is_found_before_anything_is_edited(store_path: Path, kept: Checkpoint) -> None:
    with raw(store_path) as db:
        db.execute(
            "CREATE TRIGGER quiet BEFORE INSERT ON audit WHEN new.body LIKE '%ann%' BEGIN SELECT RAISE(IGNORE); END"
        )

    verdict = verified(store_path)

    assert (verdict.bad, verdict.problem) == (
        1,
        "the table of the audit was replaced by another, or something was added to it",
    )


@pytest.mark.parametrize("column", ["actor", "kind", "record", "request"])
def test_an_index_that_says_otherwise_is_found(store_path: Path, kept: Checkpoint, column: str) -> None:
    """The index is built while the schema says that the column is something else, and the schema then put back."""
    with raw(store_path) as db:
        other = f"CASE seq WHEN 23 THEN 'somebody' ELSE body ->> '$.{column}' END"
        pretend(db, f"body ->> '$.{column}'", other)
    with raw(store_path) as db:
        db.execute(f"REINDEX audit_by_{column}")
        pretend(db, other, f"body ->> '$.{column}'")

    verdict = verified(store_path)

    assert (verdict.bad, verdict.problem) == (
        23,
        f"the index of the audit by {column} was changed: it does not hold what entry 23 says",
    )


def pretend(db: Any, said: str, other: str) -> None:
    """Writes into the schema what the table was not made as."""
    db.execute("PRAGMA writable_schema = ON")
    ((sql,),) = db.execute("SELECT sql FROM sqlite_schema WHERE name = 'audit'").fetchall()
    assert said in sql
    db.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'audit'", (sql.replace(said, other),))
    db.execute("PRAGMA writable_schema = RESET")


# --- what only a checkpoint finds that was kept elsewhere -------------------------------------------------------------


@pytest.fixture
def rewritten(store_path: Path, kept: Checkpoint) -> Iterator[Path]:
    """The whole chain is another, without change 17, signed with a new key by the program itself."""
    with raw(store_path) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        everything = db.execute("SELECT body, salt FROM audit ORDER BY seq").fetchall()
        db.execute("DELETE FROM audit")
        db.execute("DELETE FROM audit_checkpoint")
        for seq, (body, salt) in enumerate((one for one in everything if '"change"' in one[0]), start=1):
            db.execute("INSERT INTO audit(seq, body, hash, salt) VALUES (?, ?, zeroblob(32), ?)", (seq, body, salt))
        set_body(db, 17, reason="I was told to")
        rewrite(db)
        db.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'audit'", (WHOLE - 1,))
    Path(f"{store_path}-audit-key").unlink()
    workspace = open_workspace(str(store_path), Actor("tester"))
    workspace.checkpoint_audit()
    workspace.close()
    return store_path


def test_a_chain_written_anew_with_a_new_key_is_found_by_a_checkpoint_kept_elsewhere(
    rewritten: Path, kept: Checkpoint
) -> None:
    inside, outside = verified(rewritten), verified(rewritten, kept)

    assert inside.bad is None
    assert outside.bad == 1
    assert outside.problem == (
        "one of entries 1 to 40 was written anew: the checkpoint of entry 40 that was kept elsewhere confirms another"
    )


def test_checkpoints_kept_elsewhere_narrow_down_where(store_path: Path, workspace: Workspace) -> None:
    document = make_document(workspace, "Report")
    kept = [workspace.checkpoint_audit()]
    for number in range(3):
        edit(workspace, document, title=f"Report {number}")
        kept.append(workspace.checkpoint_audit())
    workspace.close()
    with raw(store_path) as db:
        set_body(db, 4, reason="I was told to")
        rewrite(db, 4)
        db.execute("DELETE FROM audit_checkpoint WHERE seq > 2")

    inside, outside = verified(store_path), verified(store_path, *kept)

    assert inside.bad is None
    assert outside.bad == 4
    assert outside.problem.startswith("entry 4 was written anew: the checkpoint of entry 4 that was kept elsewhere")


def test_an_end_cut_off_with_all_that_tells_of_it_is_found_by_a_checkpoint_kept_elsewhere(
    store_path: Path, workspace: Workspace
) -> None:
    """Entries, their changes, requests and checkpoints, and all counts: in the store nothing is left that tells."""
    document = make_document(workspace, "Report")
    workspace.checkpoint_audit()
    edit(workspace, document, title="Annual report")
    kept = workspace.checkpoint_audit()
    workspace.close()
    with raw(store_path) as db:
        db.execute("DELETE FROM audit WHERE seq > 2")
        db.execute("DELETE FROM audit_checkpoint WHERE seq > 2")
        db.execute("DELETE FROM change WHERE seq > 1")
        db.execute("DELETE FROM request WHERE id > 1")
        db.execute("UPDATE sqlite_sequence SET seq = CASE name WHEN 'audit' THEN 2 ELSE 1 END")

    inside, outside = verified(store_path), verified(store_path, kept)

    assert inside.bad is None
    assert (outside.bad, outside.problem) == (3, "entry 3 is missing: a checkpoint was signed of entry 3")


def test_a_key_that_was_replaced_is_remarked(rewritten: Path, store_path: Path) -> None:
    Path(f"{store_path}-audit-key").unlink()
    again = open_workspace(str(store_path), Actor("tester"))
    make_document(again, "Later")
    again.close()

    remarks = verified(store_path).remarks

    assert remarks == ["another key signs since entry 42: that of before was missing or replaced"]


def test_a_checkpoint_of_another_store_does_not_fit(store_path: Path, kept: Checkpoint, tmp_path: Path) -> None:
    other = open_workspace(str(tmp_path / "other.db"), Actor("tester"))
    ref: Ref = make_document(other, "Report")
    assert ref.entity == "document"
    strange = other.checkpoint_audit()
    other.close()

    verdict = verified(store_path, strange)

    assert verdict.bad == 1
    assert "that was kept elsewhere confirms another" in verdict.problem
