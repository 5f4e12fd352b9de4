"""No way around: to an account without rights a store full of records is as one without them, whatever it asks and by
whichever method; and who may see everything and nothing more changes nothing.

The two stores share what everyone may see (relationship types, rules) and the accounts. All arguments name records
that are in the full one and not in the bare one, so that every answer must be the answer about what does not exist.
"""

from __future__ import annotations

import inspect
import io
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest

from core.errors import Denied, Invalid, NotFound, RolodocError
from core.fields import FIELDS
from core.values import id_text
from core.workspace import Workspace
from core.write_values import Create, Delete, Edit, MergeProfiles, Write
from tests.core.access.every_call import CALLS, CHANGED, NAMES_OF, NEW, WRITES, Hidden, answer, outcome, ref_of
from tests.core.access.people import People, contents_of, grant_to, people
from tests.core.making import new_link

ALLOWED: Mapping[str, tuple[str, ...]] = {
    "remember": ("memory",),
    "follow": ("relationship_type", "change", "request", "stat"),
}
"""Tables that a call may change, or that change beside it."""
WRITING = ("undo", "settle", "take_back", "purge", "erase", "prune", "rebuild_access", "set_password")
SECRET = b"the combination of the safe"


@dataclass
class Two:
    full: People
    bare: People
    hidden: Hidden


@pytest.fixture(scope="module")
def furnished_twice(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Hidden]:
    folder = tmp_path_factory.mktemp("twice")
    full, bare = folder / "full.db", folder / "bare.db"
    with people(empty_store, full) as office:
        office.account("ann")
        office.account("aud", roles=["auditor"])
        office.made(Create("type", {"name": "author", "inverse": "author of"}))
        office.made(Create("type", {"name": "keeper", "grants": "administer"}))
        office.made(Create("rule", {"name": "newest", "prefer": "newest", "field": "title"}))
        office.owner.store.checkpoint()
        shutil.copyfile(full, bare)
        hidden = _fill(office)
        office.owner.store.checkpoint()
    return full, bare, hidden


@pytest.fixture
def two(furnished_twice: tuple[Path, Path, Hidden], tmp_path: Path) -> Iterator[Two]:
    full, bare, hidden = furnished_twice
    copies = [tmp_path / path.name for path in (full, bare)]
    for path, copy in zip((full, bare), copies, strict=True):
        shutil.copyfile(path, copy)
    shutil.copytree(f"{full}-blobs", f"{copies[0]}-blobs")
    opened = [People(copy) for copy in copies]
    yield Two(*opened, hidden)
    for one in opened:
        one.close()


def _fill(office: People) -> Hidden:
    """One record of each kind at least, some in the trash, one merged away, one with a conflict, one confidential."""
    owner, made = office.owner, office.made
    digest, size = owner.store_content(io.BytesIO(SECRET))
    contents = [{"name": "safe.txt", "media_type": "text/plain", "bytes": size, "sha256": digest}]
    refs = {
        "document": made(
            Create("document", {"title": "Testament", "text": "to my nephew", "contents": contents}, ("list", "17"))
        ),
        "lost document": made(Create("document", {"title": "Codicil", "confidential": "yes"})),
        "profile": made(
            Create(
                "profile",
                {"name": "Ada Lovelace", "aliases": ["Enchantress"], "emails": ["ada@example.org"]},
                ("list", "3"),
            )
        ),
        "other": made(Create("profile", {"name": "A. Lovelace", "emails": ["ada@example.org"]})),
        "twin": made(Create("profile", {"name": "Lady Byron"})),
    }
    refs["link"] = made(new_link(refs["document"], refs["profile"]))
    refs["lost link"] = made(new_link(refs["document"], refs["twin"]))
    refs["account"] = made(Create("account", {"name": "zoe", "tied_to": id_text(refs["profile"].id)}))
    refs["group"] = made(Create("group", {"name": "office"}))
    refs["role"] = made(Create("role", {"name": "clerk"}))
    refs["grant"] = made(grant_to(refs["account"], "see", refs["document"]))
    refs["mark"] = made(Create("mark", {"entity": "profile", "attribute": "salary"}))
    refs["retention"] = made(Create("retention", {"log": "audit", "days": 365}))
    owner.write([MergeProfiles(refs["other"].id, refs["twin"].id), Delete(refs["lost document"])])
    version = owner.get(refs["document"]).version
    owner.write([Edit(refs["document"], {"description": "of the family"}, source="list")])
    request = owner.write([Edit(refs["document"], {"description": "of the house"})]).request
    (conflict,) = owner.write([Edit(refs["document"], {"description": "mine"}, version, merge=True)]).conflicts
    owner.remember(f"draft:{id_text(refs['document'].id)}", {"title": "Last will"})
    assert request is not None
    return Hidden(refs, conflict, request, owner.cursor(), version, digest)


METHODS = {name for name, _ in inspect.getmembers(Workspace, inspect.isfunction) if not name.startswith("_")}


def test_each_method_has_its_calls() -> None:
    assert CALLS.keys() == METHODS


def test_each_kind_of_write_is_tried() -> None:
    assert WRITES.keys() == set(get_args(Write))
    assert NEW.keys() == CHANGED.keys() == NAMES_OF.keys() == set(FIELDS)


@pytest.mark.parametrize("method", sorted(METHODS))
def test_to_an_account_without_rights_what_there_is_does_not_exist(two: Two, method: str) -> None:
    before = contents(two, method)
    for number, call in enumerate(CALLS[method]):
        full, bare = (
            answer(lambda of=of, call=call: call(of.workspace("ann"), two.hidden)) for of in (two.full, two.bare)
        )
        assert full == bare, f"{method}, call {number}"
    assert contents(two, method) == before


@pytest.mark.parametrize("method", sorted(METHODS - {"follow", "close"}))
def test_no_answer_tells_of_what_is_hidden(two: Two, method: str) -> None:
    words = ("Lovelace", "Testament", "Codicil", "Byron", "nephew", "Enchantress", "of the house", "clerk", "salary")
    asked = {"Lovelace", "nephew", "Enchantress", "Codicil"} if method in ("resolve", "search") else set()
    for call in CALLS[method]:
        told = repr(answer(lambda call=call: call(two.full.workspace("ann"), two.hidden)))
        assert not [word for word in words if word in told and word not in asked]


@pytest.mark.parametrize("kind", WRITES, ids=lambda kind: kind.__name__)
def test_who_may_only_see_everything_changes_nothing(two: Two, kind: type) -> None:
    auditor = two.full.workspace("aud")
    before = contents_of(two.full.owner)
    for number, making in enumerate(WRITES[kind]):
        write = making(two.hidden)
        error = outcome(lambda write=write: auditor.write([write]))
        is_conflict = getattr(write, "entity", "") == "conflict" or getattr(write, "ref", ("",))[0] == "conflict"
        is_static = is_conflict or "no such field" in getattr(write, "fields", {})
        assert isinstance(error, Denied | (Invalid if is_static else Denied)), f"{number}: {error!r}"
    assert contents_of(two.full.owner) == before


@pytest.mark.parametrize("method", WRITING)
def test_nor_by_any_other_method(two: Two, method: str) -> None:
    before = contents_of(two.full.owner)
    for call in CALLS[method]:
        found = outcome(lambda call=call: call(two.full.workspace("aud"), two.hidden))
        if not isinstance(found, RolodocError):
            assert getattr(found, "receipt", None) is None or found.receipt.request is None
    assert contents_of(two.full.owner) == before


def contents(two: Two, method: str) -> list[Any]:
    """What both stores hold, but for what the method may change."""
    found = [contents_of(one.owner) for one in (two.full, two.bare)]
    return [{name: rows for name, rows in one.items() if name not in ALLOWED.get(method, ())} for one in found]


def test_what_is_hidden_is_there_for_its_owner(two: Two) -> None:
    owner = two.full.owner
    for names in NAMES_OF.values():
        for name in names:
            assert owner.get(ref_of(two.hidden, name))
            with pytest.raises(NotFound):
                two.bare.owner.get(ref_of(two.hidden, name))
    with owner.open_content(two.hidden.digest) as content:
        assert content.read() == SECRET
