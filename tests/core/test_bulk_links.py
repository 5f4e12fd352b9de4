"""Many links at once: the same rows and the same changes as one by one, at another speed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.bulk_links import WORTHWHILE
from core.errors import Exists, Invalid, NotFound
from core.values import Actor, Query, Ref
from core.workspace import Workspace, open_workspace
from core.write_values import Create
from tests.core.making import delete, make_document, make_link, make_profile, make_type, new_link

MANY = WORTHWHILE + 4
EXTRAS: list[dict[str, Any]] = [
    {},
    {"position": 0},
    {"position": 3, "note": 'a "quoted" line\nand\ta tab \\ ü 🗎'},
    {"valid_from": 0, "valid_until": 1, "created": 0},
    {"tags": ["b", "a"], "attributes": {"deep": {"list": [1, None, "x"]}}},
    {"title": "Chair", "reference_type": "attachment", "category": "", "collection": "c", "description": "d"},
]


def planned(workspace: Workspace, extras: list[dict[str, Any]]) -> list[Create]:
    """More new links than a batch needs to pay, the extra fields going round."""
    make_type(workspace)
    document = make_document(workspace)
    return [
        new_link(document, make_profile(workspace, f"Person {number}"), **extras[number % len(extras)])
        for number in range(MANY)
    ]


def seen(workspace: Workspace, refs: list[Ref]) -> list[Any]:
    """What anybody can see of links and their changes, but for ids and versions."""
    records = [workspace.get(ref) for ref in refs]
    changes = [change for ref in refs for change in workspace.changes(ref=ref)]
    return [(r.title, _without_ends(r.fields), r.revision, r.updated_by) for r in records] + [
        (c.title, c.kind, c.revision, _without_ends(c.before), _without_ends(c.after)) for c in changes
    ]


def _without_ends(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in fields.items()
        if name not in ("document", "profile") and (name != "created" or value == 0)
    }


@pytest.mark.parametrize("extras", [EXTRAS[:1], EXTRAS], ids=["the ends alone", "every field"])
def test_many_at_once_are_as_one_by_one(tmp_path: Path, extras: list[dict[str, Any]]) -> None:
    at_once, one_by_one = (open_workspace(str(tmp_path / name), Actor("tester")) for name in ("a.db", "b.db"))

    receipt = at_once.write(planned(at_once, extras))
    refs = [one_by_one.write([write]).refs[0] for write in planned(one_by_one, extras)]

    assert receipt.changes == MANY
    assert seen(at_once, receipt.refs) == seen(one_by_one, refs)
    assert at_once.stats().links_by_type == one_by_one.stats().links_by_type == {"author": MANY}
    at_once.close()
    one_by_one.close()


def test_they_are_one_request_that_is_undone_as_one(workspace: Workspace) -> None:
    receipt = workspace.write(planned(workspace, EXTRAS))

    workspace.undo(receipt.request)
    assert workspace.count(Query(entity="link")).value == 0

    workspace.redo()
    assert workspace.count(Query(entity="link")).value == MANY


def test_what_was_unlinked_is_linked_again_among_new_ones(workspace: Workspace) -> None:
    writes = planned(workspace, EXTRAS)
    (old,) = workspace.write(writes[5:6]).refs
    delete(workspace, old)

    receipt = workspace.write(writes)

    assert receipt.refs[5] == old
    assert workspace.get(old).revision == 3
    assert workspace.count(Query(entity="link")).value == MANY


def test_one_that_exists_refuses_all_and_is_named_by_its_place(workspace: Workspace) -> None:
    writes = planned(workspace, EXTRAS)
    workspace.write(writes[7:8])

    with pytest.raises(Exists) as refused:
        workspace.write(writes)

    assert refused.value.index == 7
    assert workspace.count(Query(entity="link")).value == 1


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"document": bytes(16)}, NotFound),
        ({"document": "no id"}, Invalid),
        ({"profile": ["no", "id"]}, Invalid),
        ({"type": "unheard of"}, NotFound),
        ({"type": "\ud800"}, Invalid),
        ({"valid_from": 2, "valid_until": 1}, Invalid),
        ({"position": "first"}, Invalid),
        ({"colour": "red"}, Invalid),
    ],
)
def test_a_bad_one_refuses_all(workspace: Workspace, fields: dict[str, Any], error: type[Exception]) -> None:
    writes = planned(workspace, EXTRAS)
    writes[9] = Create("link", writes[9].fields | fields)

    with pytest.raises(error) as refused:
        workspace.write(writes)

    assert refused.value.index == 9  # type: ignore[attr-defined]
    assert workspace.count(Query(entity="link")).value == 0


def test_a_type_for_other_kinds_of_profile_refuses_all(workspace: Workspace) -> None:
    writes = planned(workspace, EXTRAS)
    make_type(workspace, "employer", profile_kinds=["organisation"])
    writes[9] = Create("link", writes[9].fields | {"type": "employer"})

    with pytest.raises(Invalid) as refused:
        workspace.write(writes)

    assert refused.value.index == 9


def test_a_type_for_some_kinds_takes_many_at_once(workspace: Workspace) -> None:
    make_type(workspace, "employer", profile_kinds=["organisation"])
    document = make_document(workspace)
    firms = [make_profile(workspace, f"Firm {number}", kind="organisation") for number in range(MANY)]

    receipt = workspace.write([new_link(document, firm, "employer") for firm in firms])

    assert receipt.changes == MANY


def test_an_external_id_of_a_link_is_kept(workspace: Workspace) -> None:
    writes = planned(workspace, EXTRAS)
    writes[3] = Create("link", writes[3].fields, ("crm", "42"))

    refs = workspace.write(writes).refs

    assert workspace.get(refs[3]).external == [("crm", "42")]


def test_links_to_the_trash_are_refused(workspace: Workspace) -> None:
    writes = planned(workspace, EXTRAS)
    make_link(workspace, make_document(workspace, "Other"), Ref("profile", writes[9].fields["profile"]))
    delete(workspace, Ref("profile", writes[9].fields["profile"]))

    with pytest.raises(Exception, match="in the trash"):
        workspace.write(writes)
