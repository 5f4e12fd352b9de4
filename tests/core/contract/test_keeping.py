"""Contents, and what a place remembers for itself."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest

from core.errors import Invalid, NotFound
from core.workspace import Workspace
from tests.core.contract.conftest import Place
from tests.core.making import fields_of, make_document


@pytest.mark.parametrize("content", [b"", b"\x00\xff binary", b"x" * 3_000_000])
def test_contents_come_back_as_they_were(place: Place, content: bytes) -> None:
    sha256, size = place.open().store_content(io.BytesIO(content))

    assert (sha256, size) == (hashlib.sha256(content).hexdigest(), len(content))
    with place.open().open_content(sha256) as stream:
        assert stream.read() == content


def test_the_same_content_twice_is_one(workspace: Workspace) -> None:
    assert workspace.store_content(io.BytesIO(b"same")) == workspace.store_content(io.BytesIO(b"same"))


def test_a_document_lists_its_contents(workspace: Workspace) -> None:
    sha256, size = workspace.store_content(io.BytesIO(b"page"))
    entry = {"name": "a.txt", "media_type": "text/plain", "bytes": size, "sha256": sha256}

    ref = make_document(workspace, contents=[entry])

    assert fields_of(workspace, ref)["contents"] == [entry]


@pytest.mark.parametrize("sha256", ["0" * 64, "", "../../etc/passwd", "0" * 63, "A" * 64, "0" * 64 + "\n", "\ud800"])
def test_a_content_that_is_not_there(workspace: Workspace, sha256: str) -> None:
    with pytest.raises(NotFound, match="is not in this store"):
        workspace.open_content(sha256)


class Endless(io.RawIOBase):
    """As a device that never ends."""

    def read(self, size: int = -1) -> bytes:
        return bytes(size)


def test_a_content_over_the_limit_is_refused_with_the_limit(workspace: Workspace) -> None:
    with pytest.raises(Invalid, match="larger than 100 MiB"):
        workspace.store_content(Endless())


@pytest.mark.parametrize(
    "value", ["text", "漢字", 0, 1.5, True, False, [], {}, [1, "a", None], {"deep": {"er": [1, {"x": "ü"}]}}]
)
def test_what_is_remembered_is_recalled(workspace: Workspace, value: Any) -> None:
    workspace.remember("screen", value)

    assert workspace.recall("screen") == {"screen": value}


def test_recall_by_the_beginning_of_the_key(workspace: Workspace) -> None:
    for key in ("draft:profile:1", "draft:document:2", "screen", "%", "draft_x"):
        workspace.remember(key, key)

    assert set(workspace.recall("draft:")) == {"draft:profile:1", "draft:document:2"}
    assert set(workspace.recall("draft")) == {"draft:profile:1", "draft:document:2", "draft_x"}
    assert set(workspace.recall("%")) == {"%"}
    assert len(workspace.recall("")) == 5
    assert workspace.recall("nothing") == {}


def test_remembering_again_replaces_and_none_forgets(workspace: Workspace) -> None:
    workspace.remember("k", 1)
    workspace.remember("k", 2)
    assert workspace.recall("k") == {"k": 2}

    workspace.remember("k", None)
    workspace.remember("k", None)
    assert workspace.recall("") == {}


def test_what_is_remembered_outlives_the_workspace_and_is_no_change(place: Place) -> None:
    first = place.open()
    first.remember("k", {"a": 1})
    assert first.cursor() == 0
    first.close()

    assert place.open().recall("k") == {"k": {"a": 1}}


def test_a_key_that_is_no_unicode_is_refused(workspace: Workspace) -> None:
    with pytest.raises(Invalid, match="not valid Unicode"):
        workspace.remember("\ud800", 1)
    with pytest.raises(Invalid, match="not valid Unicode"):
        workspace.remember("k", "\ud800")

    assert workspace.recall("") == {}
