"""A store that was filled before sources were remembered: what they said is gathered from its log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlcipher3 import dbapi2 as sqlite

from core.exchange import import_paths
from core.migrations import configuration
from core.values import Actor, Query
from core.workspace import Workspace, open_workspace
from tests.core.exchange.conftest import ANN, BEN, Write
from tests.core.exchange.reading import counts, everything, found
from tests.core.making import edit
from tests.core.soundness import ask, assert_sound

IMPORTER = Actor(name="tester", via="import")

SINCE = """
DROP TABLE account; DROP TABLE credential; DROP TABLE account_group; DROP TABLE role; DROP TABLE access_grant;
DROP TABLE access_condition; DROP TABLE confidential_mark; DROP TABLE retention; DROP TABLE document_acl;
DROP TABLE profile_acl; DROP TABLE tied_profile; DROP TABLE audit; DROP TABLE audit_checkpoint; DROP TABLE profile_key;
ALTER TABLE document DROP COLUMN confidential; ALTER TABLE relationship_type DROP COLUMN grants;
DROP TABLE source_value; DROP TABLE source_word; DROP TABLE rule; DROP TABLE conflict;
ALTER TABLE profile DROP COLUMN merged_into; ALTER TABLE profile DROP COLUMN distinct_from;
ALTER TABLE link DROP COLUMN merged_into; ALTER TABLE change DROP COLUMN taken;
UPDATE alembic_version SET version_num = '0001';
"""
"""Takes away what the second and the third schema brought."""


@pytest.fixture(params=["one source", "two sources together"])
def old_store(
    request: pytest.FixtureRequest, workspace: Workspace, store_path: Path, small_folder: Path, write: Write
) -> Path:
    """A store of the first schema: imported, changed outside, imported again, and edited here."""
    workspace.close()
    others = [write("crm.ndjson", {"id": "cy", "name": "Cy"})] if request.param != "one source" else []
    write(
        "small/links.ndjson",
        {"profile_id": "ann", "document_id": "plan", "relationship_type": "author", "position": 1},
        {"profile_id": "ben", "document_id": "report", "relationship_type": "reviewer", "created": "2024-05-01"},
    )
    write("small/types.ndjson", {"name": "author", "inverse": "author of"})
    importer = open_workspace(str(store_path), IMPORTER)
    import_paths(importer, [small_folder, *others])
    write("small/profiles.ndjson", ANN | {"name": "Ann Keller-Huber", "attributes": {"floor": 4}}, BEN)
    import_paths(importer, [small_folder])
    importer.close()
    here = open_workspace(str(store_path), Actor(name="tester", via="terminal"))
    edit(here, here.resolve("ann"), name="Ann Huber", attributes={"floor": 5})
    edit(here, here.resolve("plan"), title="Plan B", text="Three", contents=[])
    edit(here, here.resolve("author", "type"), inverse="wrote")
    for row in here.page(Query(entity="link")).rows:
        edit(here, here.resolve(row.id.hex(), "link"), position=9, created="2020-01-01")
    here.close()
    db = sqlite.connect(str(store_path))
    db.executescript(SINCE)
    db.close()
    return store_path


def test_the_old_store_is_one_of_the_first_schema(old_store: Path, tmp_path: Path) -> None:
    first = tmp_path / "first.db"
    engine = create_engine(f"sqlite+pysqlite:///{first}", module=sqlite)
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()

    assert columns(old_store) == columns(first)


def columns(path: Path) -> list[tuple[str, str]]:
    """Of every table."""
    db = sqlite.connect(str(path))
    sql = "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1, 2"
    try:
        return ask(db, sql)
    finally:
        db.close()


@pytest.fixture
def upgraded(old_store: Path) -> Iterator[Workspace]:
    opened = open_workspace(str(old_store), IMPORTER)
    yield opened
    opened.close()


def test_the_same_import_into_an_upgraded_store_changes_nothing(
    upgraded: Workspace, small_folder: Path, store_path: Path
) -> None:
    before, cursor = everything(upgraded), upgraded.cursor()

    report = import_paths(upgraded, [small_folder])

    assert (counts(report), report.conflicts) == ((0, 0, 7, 0), 0)
    assert (everything(upgraded), upgraded.cursor()) == (before, cursor)
    assert upgraded.stats().conflicts == 0
    assert_sound(store_path)


def test_what_the_file_says_anew_meets_what_it_said_before_the_upgrade(
    upgraded: Workspace, small_folder: Path, write: Write
) -> None:
    write("small/profiles.ndjson", ANN | {"name": "Ann Meier", "email": "ann@new.example"}, BEN)

    report = import_paths(upgraded, [small_folder])

    assert report.conflicts == 1
    (row,) = upgraded.page(Query(entity="conflict")).rows
    (name,) = [one for one in upgraded.conflict(row.id).fields if one.field == "name"]
    assert (name.base, name.mine, name.theirs) == ("Ann Keller-Huber", "Ann Meier", "Ann Huber")
    assert [entry["value"] for entry in found(upgraded, "ann").fields["emails"]] == ["ann@new.example"]
