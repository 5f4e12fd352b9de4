"""A person whose data went everywhere is erased, and no file of the store holds a word of it any more."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path

import pytest

from core.drafts import Draft, save_draft
from core.errors import Conflict
from core.exchange import export_folder, import_paths
from core.local import LocalWorkspace
from core.values import Actor, Query, RecordId, Ref
from core.write_values import Create, Edit, MergeProfiles, Resolve
from tests.core.audit.raw import raw
from tests.core.clashing import clash
from tests.core.following import following
from tests.core.making import delete, edit, make_document, make_profile, make_type, new_link, restore
from tests.core.soundness import assert_sound

CANARIES = (
    "Zebraquux",  # the name
    "Ottervåle",  # a former name
    "Quokkatown",  # an alias
    "wombat.lane@numbat.example",  # an email
    "+44 7700 900147",  # a phone
    "Dingohill",  # the value of an attribute
    "bilbyfield",  # the name of an attribute
    "Potoroobrook",  # in the notes
    "Kowarimoor",  # the name of one that was merged in
    "wallaroo@merged.example",  # of that one
    "Thylacinedale",  # typed and not saved
    "Quollgate",  # as a source has it
    "Antechinusport",  # typed over a newer version
    "list-numbat-77",  # an external id
)
FORMS = (str, str.lower, str.upper, str.title, str.casefold)
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "latin-1")
MOMENTS = 5  # random ones, at which it is killed
UNDO_TEXT = "was erased since, so nothing was undone"


def forms(canary: str) -> set[bytes]:
    """As it may stand in a file: in whatever case, and as the index folds it, without its accents."""
    plain = canary.replace("å", "a")
    texts = {form(text) for form, text in product(FORMS, (canary, plain))}
    words = {word for text in texts for word in text.replace("@", " ").replace(".", " ").split() if len(word) > 7}
    tails = {word[2:] for word in words}  # the index leaves out what a word shares with the one before it
    return {text.encode(encoding) for text in texts | words | tails for encoding in ENCODINGS}


def files(store: Path) -> list[Path]:
    """Of the store: the database, its log, its contents and its key."""
    return [path for path in store.parent.rglob("*") if path.is_file() and str(path).startswith(str(store))]


def held(store: Path) -> set[str]:
    contents = [path.read_bytes() for path in files(store)]
    return {one for one in CANARIES if any(form in content for content in contents for form in forms(one))}


class Everywhere:
    """A store in which one person is in everything that keeps values."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.workspace = LocalWorkspace(path, Actor("tester", "terminal"))
        self.requests: list[RecordId | None] = []
        self._fill()

    def _fill(self) -> None:
        workspace, folder = self.workspace, self.path.parent
        make_type(workspace)
        people = [Create("profile", {"name": f"Person {n}", "notes": f"number {n} " * 20}) for n in range(200)]
        self.others = workspace.write(people).refs
        self.document = make_document(workspace, "Harbour survey", text="The quay wall needs work.")
        table = folder / "people.csv"
        head = "ID,Full Name,E-mail Address,Mobile,Nickname,Notes,bilbyfield"
        row = "list-numbat-77,{name},wombat.lane@numbat.example,+44 7700 900147,Quokkatown,{notes},Dingohill"
        table.write_text(f"{head}\n{row.format(name='Ottervåle', notes='Quollgate')}\n", "utf-8")
        import_paths(workspace, [table])
        (found,) = workspace.find_external("profile", "people", ["list-numbat-77"]).values()
        self.person = found.ref
        self.requests.append(edit(workspace, self.person, name="Zebraquux", notes="Potoroobrook " * 300).request)
        table.write_text(f"{head}\n{row.format(name='Ottervåle', notes='Quollgate anew')}\n", "utf-8")
        import_paths(workspace, [table])
        self.merged = make_profile(workspace, "Kowarimoor", emails=["wallaroo@merged.example"])
        links = [new_link(self.document, ref) for ref in (self.person, self.merged, *self.others[:5])]
        self.requests.append(workspace.write(links).request)
        self.requests.append(workspace.write([MergeProfiles(self.person.id, self.merged.id)]).request)
        workspace.undo()
        workspace.redo()
        for asked in workspace.page(Query(entity="conflict", sort="created")).rows:
            workspace.write([Resolve(asked.id, self._theirs(asked.id))])
        conflict = clash(workspace, workspace, self.person, {"notes": "Antechinusport"}, {"notes": "Potoroobrook"})
        workspace.write([Resolve(conflict, {"notes": "theirs"})])
        delete(workspace, self.person)
        restore(workspace, self.person)
        save_draft(
            workspace, Draft(entity="profile", id=self.person.id, fields={"notes": "Thylacinedale"}, base={}, at=1)
        )
        workspace.remember("session:terminal", {"lists": {"profiles": {"filter": "zebraqu"}}})
        for text in ("Zebraquux", "wombat.lane", "Potoroo"):
            workspace.search(text)
        for other in self.others[5:60]:
            workspace.write([Edit(other, {"notes": "another"})])

    def _theirs(self, conflict: RecordId) -> dict[str, str]:
        return {one.field: "theirs" for one in self.workspace.conflict(conflict).fields}


@pytest.fixture
def everywhere(tmp_path: Path) -> Iterator[Everywhere]:
    (tmp_path / "store").mkdir()
    made = Everywhere(tmp_path / "store" / "people.db")
    yield made
    made.workspace.close()


def test_no_file_of_the_store_holds_a_word_of_who_was_erased(everywhere: Everywhere, tmp_path: Path) -> None:
    # given a person that the store knows in many places
    workspace, store = everywhere.workspace, everywhere.path
    assert held(store) == set(CANARIES)
    before = workspace.stats()

    # when it is erased
    erasure = workspace.erase(everywhere.person.id, reason="asked by letter")

    # then no file holds anything of it, nor a copy, nor an export
    assert held(store) == set()
    workspace.store.checkpoint()
    (tmp_path / "copy").mkdir()
    for path in files(store):
        if path.parent == store.parent:
            shutil.copy(path, tmp_path / "copy" / path.name)
    assert held(tmp_path / "copy" / store.name) == set()
    export_folder(workspace, tmp_path / "export")
    exported = b"".join(path.read_bytes() for path in (tmp_path / "export").rglob("*") if path.is_file())
    assert not [one for one in CANARIES if any(form in exported for form in forms(one))]
    # and all else is as it was
    after = workspace.stats()
    assert (after.profiles, after.documents, after.links, after.trash) == (
        before.profiles,
        before.documents,
        before.links,
        before.trash,
    )
    assert len(workspace.page(Query(entity="link", document=everywhere.document.id)).rows) == 6
    assert len(workspace.page(Query(entity="link", profile=everywhere.person.id)).rows) == 1
    assert erasure.removed.keys() >= {"fields", "changes", "audit entries", "merged profiles", "external ids", "drafts"}
    assert erasure.left == []
    assert workspace.recall("session") == {}
    assert workspace.verify_audit().bad is None
    for request in everywhere.requests:
        with pytest.raises(Conflict) as refused:
            workspace.undo(request)
        assert not [one for one in CANARIES if one in str(refused.value)]
    with pytest.raises(Conflict, match=UNDO_TEXT):
        workspace.undo(everywhere.requests[0])
    with pytest.raises(Conflict, match="is erased already"):
        workspace.erase(everywhere.person.id)
    workspace.close()
    assert_sound(store)
    assert held(store) == set()


ERASER = """
import sys
from core.local import LocalWorkspace
from core.values import Actor

workspace = LocalWorkspace(sys.argv[1], Actor("tester"))
workspace.stats()
print("ready", flush=True)
workspace.erase(bytes.fromhex(sys.argv[2]))
"""


@contextmanager
def eraser(store: Path, person: Ref) -> Iterator[subprocess.Popen[str]]:
    """A process that erases the person; it is killed when the block ends."""
    command = [sys.executable, "-c", ERASER, str(store), person.id.hex()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_one_that_was_killed_before_the_file_was_written_anew_is_finished_by_the_next(everywhere: Everywhere) -> None:
    # given an erasure that was killed after its transaction, while it waited for another program that reads
    store, person, workspace = everywhere.path, everywhere.person, everywhere.workspace
    with raw(store) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM profile").fetchone()
        with following(workspace, after=workspace.cursor()) as follower, eraser(store, person):
            assert "profile.created" in {change.type for change in follower.wait_for(4)}
        reader.execute("ROLLBACK")
    assert workspace.get(person).title == tombstone(person)
    assert held(store) != set()

    # when it is run again
    workspace.erase(person.id)

    # then it is done
    assert held(store) == set()
    with pytest.raises(Conflict, match="is erased already"):
        workspace.erase(person.id)
    workspace.close()
    assert_sound(store)


def test_killed_at_whatever_moment_the_next_call_finishes(everywhere: Everywhere, tmp_path: Path) -> None:
    # given how long it takes here
    everywhere.workspace.close()
    person = everywhere.person
    stores = [tmp_path / str(number) / "people.db" for number in range(MOMENTS + 1)]
    for store in stores:
        shutil.copytree(everywhere.path.parent, store.parent)
    with eraser(stores[0], person) as process:
        started = time.monotonic()
        process.wait(60)
        duration = time.monotonic() - started
    # when it is killed sometime within
    for store in stores[1:]:
        with eraser(store, person) as process, suppress(subprocess.TimeoutExpired):
            process.wait(random.uniform(0, duration))
        # then all of the person is there or nothing but the name of what was erased
        workspace = LocalWorkspace(store, Actor("tester"))
        title, history = workspace.get(person).title, workspace.changes(ref=person)
        assert (title, len(history) > 3) in [("Zebraquux", True), (tombstone(person), False)]
        # and the next call finishes what was begun
        with suppress(Conflict):
            workspace.erase(person.id)
        assert workspace.get(person).title == tombstone(person)
        assert held(store) == set()
        workspace.close()
        assert_sound(store)


def tombstone(ref: Ref) -> str:
    return f"(erased) {ref.id.hex()[-8:]}"
