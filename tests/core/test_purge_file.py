"""What a purge leaves in the files of a store: nothing of what was purged."""

from __future__ import annotations

import io
import os
import time
from contextlib import closing
from pathlib import Path

import pytest

from core.drafts import Draft, save_draft
from core.errors import NotFound, Unavailable
from core.instants import now
from core.values import Actor, Ref
from core.workspace import Workspace, open_workspace
from core.write_values import Create, Delete, Edit
from tests.core.identity import folder_for_all, someone_without_rights
from tests.core.making import make_document, make_profile
from tests.core.soundness import assert_sound

SECRETS = (b"zebraquux", b"quokkatown", b"wombatlane", b"numbatroad", b"dingohills", b"typedword")


def holding(store: Path) -> set[bytes]:
    """The secrets that stand in a file of the store."""
    files = [path for path in store.parent.rglob("*") if path.is_file() and path.name.startswith("store.db")]
    contents = b"".join(path.read_bytes() for path in files).lower()
    return {secret for secret in SECRETS if secret in contents}


def test_no_word_of_a_purged_record_is_left_in_the_file(workspace: Workspace, store_path: Path) -> None:
    make_document(workspace, "Stays", text="other words")
    for number in range(50):
        make_profile(workspace, f"Person {number}")
    profile = make_profile(workspace, "Zebraquux", aliases=["quokkatown"], notes="wombatlane")
    document = make_document(workspace, "numbatroad", text="dingohills " * 50)
    workspace.write([Edit(document, {"text": "later"})])
    save_draft(workspace, Draft(entity="profile", id=profile.id, fields={"notes": "typedword"}, at=1))
    workspace.write([Delete(profile), Delete(document)])
    assert holding(store_path) == set(SECRETS)

    workspace.purge(now() + 10**9)

    assert holding(store_path) == set()
    assert [hit.row.label for hit in workspace.search("other words")] == ["Stays"]
    workspace.close()
    assert_sound(store_path)


def stored(workspace: Workspace, store: Path, data: bytes) -> tuple[Path, Ref]:
    """The file of a content, and a document in the trash that has it."""
    sha256, size = workspace.store_content(io.BytesIO(data))
    entry = {"name": "a", "media_type": "text/plain", "bytes": size, "sha256": sha256}
    ref = workspace.write([Create("document", {"title": "D", "contents": [entry]})]).refs[0]
    workspace.write([Delete(ref)])
    return Path(f"{store}-blobs") / sha256[:2] / sha256, ref


def test_a_content_that_an_interrupted_purge_left_goes_with_the_next(workspace: Workspace, store_path: Path) -> None:
    # given a file that nothing names, of two days ago, and one of a moment ago that somebody may be about to name
    path, _ = stored(workspace, store_path, b"page")
    workspace.purge(now() + 10**9)
    workspace.store_content(io.BytesIO(b"page"))
    two_days_ago = time.time() - 2 * 86_400
    os.utime(path, (two_days_ago, two_days_ago))
    young = Path(f"{store_path}-blobs") / (sha256 := workspace.store_content(io.BytesIO(b"new"))[0])[:2] / sha256

    assert workspace.purge(now() + 10**9) == {"content": 1}

    assert (path.exists(), young.exists()) == (False, True)


def test_a_content_that_cannot_be_deleted_is_told_with_its_file_and_goes_with_a_later_purge() -> None:
    with folder_for_all() as folder:
        folder.chmod(0o777)
        with someone_without_rights(), closing(open_workspace(f"{folder}/store.db", Actor("ann"))) as workspace:
            path, ref = stored(workspace, folder / "store.db", b"page")
            path.parent.chmod(0o555)
            with pytest.raises(Unavailable, match=f"no permission for .*{path.name}"):
                workspace.purge(now() + 10**9)
            with pytest.raises(NotFound):
                workspace.get(ref)
            path.parent.chmod(0o755)
            os.utime(path, (0, 0))

            assert workspace.purge(now() + 10**9) == {"content": 1}
            assert not path.exists()
