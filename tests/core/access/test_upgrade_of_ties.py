"""A store that kept the rights of every profile keeps, once it is upgraded, those of whom somebody is tied to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlite

from core.local import LocalWorkspace
from core.values import Actor, Ref, id_text
from core.write_values import MergeProfiles
from tests.core.access.people import OWNER, People, grant_to, people
from tests.core.making import delete, edit, make_document, make_link, make_profile, make_type
from tests.core.soundness import assert_sound

NAMES = ("ann", "bob", "cid")
THE_SCHEMA_BEFORE = """
DROP INDEX account_by_sort_key; DROP INDEX account_group_by_sort_key; DROP INDEX role_by_sort_key;
DROP TABLE tied_profile; UPDATE account SET tied_to = '' WHERE name = 'cid';
UPDATE alembic_version SET version_num = '0004';
"""


@pytest.fixture
def herself(empty_store: Path, store_path: Path) -> Iterator[dict[str, Ref]]:
    """By the name of the account, the profile that it was tied to, each with a grant and links; Ann's is merged into
    another since. In the store of the schema before, Cid is tied to none any more, and his profile's rows are there."""
    with people(empty_store, store_path) as office:
        profiles = fill(office)
    db = sqlite.connect(str(store_path))
    db.executescript(THE_SCHEMA_BEFORE)
    db.close()
    yield profiles
    assert_sound(store_path)


def fill(office: People) -> dict[str, Ref]:
    owner = office.owner
    make_type(owner, grants="edit")
    profiles = {name: make_profile(owner, name) for name in NAMES}
    for name, profile in profiles.items():
        office.account(name, tied_to=id_text(profile.id))
    plan, report, in_trash = (make_document(owner, title) for title in ("Plan", "Report", "Trash"))
    for profile in profiles.values():
        make_link(owner, plan, profile)
        make_link(owner, in_trash, profile)
        owner.write([grant_to(profile, "see", report), grant_to(profile, "edit", plan)])
    make_link(owner, report, make_profile(owner, "Other"))
    delete(owner, in_trash)
    other = make_profile(owner, "Ann the same")
    owner.write([MergeProfiles(other.id, profiles["ann"].id)])
    return profiles | {"ann": other}


@pytest.mark.parametrize(
    ("name", "rights"),
    [
        ("ann", [("Plan", 1)]),  # a merge moves links, not grants
        ("bob", [("Plan", 2), ("Report", 1), ("Trash", 1)]),
        ("cid", [("Plan", 1), ("Report", 1)]),
    ],
)
def test_an_upgraded_store_keeps_what_links_give_to_somebody_alone(
    herself: dict[str, Ref], store_path: Path, name: str, rights: list[tuple[str, int]]
) -> None:
    workspace = LocalWorkspace(store_path, Actor(OWNER, "terminal"), create=False)

    sql = (
        "SELECT d.title, a.support FROM document_acl a JOIN document d ON d.id = a.record_id"
        " WHERE a.subject = (SELECT id FROM profile WHERE uid = ?) * 8 + 3"
    )
    rows = workspace.store.fetch(sql, (herself[name].id,))

    assert sorted(rows) == rights, "with how many grants and links are behind each"
    assert workspace.rebuild_access() == 0
    workspace.close()


def test_it_gives_them_back_as_soon_as_somebody_is_tied_again(herself: dict[str, Ref], store_path: Path) -> None:
    owner = LocalWorkspace(store_path, Actor(OWNER, "terminal"), create=False)
    plan = owner.resolve("Plan", "document")
    edit(owner, owner.resolve("cid", "account"), tied_to=id_text(herself["cid"].id))

    cid = LocalWorkspace(store_path, Actor("cid", "terminal"), create=False)

    assert cid.may(plan) == ("see", "edit")
    cid.close()
    owner.close()
