"""The models are the schema, and the migrations make just that."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2 as sqlite
from sqlmodel import SQLModel

from core import models
from core.migrations import configuration
from core.records import NO_POSITION
from core.store import SCHEMA, Store
from tests.core.soundness import ask

SEARCH = ("profile_search", "document_search")


@pytest.fixture
def store(empty_store: Path, tmp_path: Path) -> Store:
    return Store(shutil.copyfile(empty_store, tmp_path / "store.db"))


def test_the_migrations_make_what_the_models_say(store: Store) -> None:
    db = store.connect()
    engine = create_engine("sqlite+pysqlite://", module=sqlite, creator=lambda: db, poolclass=StaticPool)

    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or not (name or "").startswith((*SEARCH, "alembic_version"))

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours, "compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_checks_and_table_options_are_those_of_the_models(store: Store, tmp_path: Path) -> None:
    """What Alembic does not compare: the text of the tables that the models would make."""
    path = tmp_path / "models.db"
    engine = create_engine(f"sqlite+pysqlite:///{path}", module=sqlite)
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    wanted = sqlite.connect(str(path))

    made = {name: parts(sql) for name, sql in definitions(store.connect())}

    assert made == {name: parts(sql) for name, sql in definitions(wanted)}
    assert len(made) >= 10


def definitions(db: sqlite.Connection) -> list[tuple[str, str]]:
    rows = ask(db, "SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'index') AND sql IS NOT NULL")
    own = (*SEARCH, "sqlite_", "alembic_version")
    return [(name, sql) for name, sql in rows if not name.startswith(own)]


def parts(sql: str) -> set[str]:
    """The clauses of a definition, in whatever order and spacing."""
    head, _, body = sql.replace('"', "").partition("(")
    body, _, tail = body.rpartition(")")
    clauses = re.split(r",(?![^()]*\))", body)  # at commas outside of brackets
    return {" ".join(clause.split()) for clause in (head, *clauses, tail)}


def test_the_schema_the_program_knows_is_the_newest_migration() -> None:
    heads = ScriptDirectory.from_config(configuration()).get_heads()

    assert heads == [SCHEMA]


def test_a_store_says_what_it_is(store: Store) -> None:
    assert store.fetch("PRAGMA application_id") == [(int.from_bytes(b"rolo"),)]
    assert store.fetch("SELECT version_num FROM alembic_version") == [(SCHEMA,)]
    assert store.fetch("PRAGMA journal_mode") == [("wal",)]


def test_the_models_and_the_rows_agree_on_what_no_position_is() -> None:
    assert models.NO_POSITION == NO_POSITION


TABLES = [name for name in SQLModel.metadata.tables]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_strict(store: Store, table: str) -> None:
    ((strict,),) = store.fetch("SELECT strict FROM pragma_table_list WHERE name = ?", (table,))

    assert strict == 1


BROKEN = {
    "a profile of no kind": (
        "INSERT INTO profile(uid, kind, name, sort_key, revision, version, created_at, updated_at)"
        " VALUES (x'00', 'robot', 'n', 'n', 1, 1, 1, 1)",
        "CHECK constraint failed: profile_kind",
    ),
    "a name over the limit": (
        "INSERT INTO profile(uid, kind, name, sort_key, revision, version, created_at, updated_at)"
        f" VALUES (x'00', 'person', '{'x' * 501}', 'n', 1, 1, 1, 1)",
        "CHECK constraint failed: profile_name_limit",
    ),
    "a text in a number": (
        "INSERT INTO stat(name, value) VALUES ('profiles', 'many')",
        "cannot store TEXT value in INTEGER column stat.value",
    ),
    "a link to nothing": (
        "INSERT INTO link(uid, document_id, profile_id, type_id, revision, version, created_at, updated_at)"
        " VALUES (x'00', 1, 1, 1, 1, 1, 1, 1)",
        "FOREIGN KEY constraint failed",
    ),
    "a change of no request": (
        "INSERT INTO change(request_id, entity, record_id, kind, revision, version)"
        " VALUES (7, 'profile', 1, 'created', 1, 1)",
        "FOREIGN KEY constraint failed",
    ),
    "a change of no entity": (
        "INSERT INTO change(request_id, entity, record_id, kind, revision, version)"
        " VALUES (1, 'robot', 1, 'created', 1, 1)",
        "CHECK constraint failed: change_entity",
    ),
    "a change of no kind": (
        "INSERT INTO change(request_id, entity, record_id, kind, revision, version)"
        " VALUES (1, 'profile', 1, 'melted', 1, 1)",
        "CHECK constraint failed: change_kind",
    ),
    "a body without its digest": (
        "INSERT INTO body(sha256, text) VALUES (x'00', 'text')",
        "CHECK constraint failed: body_sha256",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_the_file_itself_refuses_what_cannot_be(store: Store, case: str) -> None:
    statement, reason = BROKEN[case]
    with store.write() as db:
        db.execute("SAVEPOINT try")
        with pytest.raises(sqlite.IntegrityError, match=reason):
            db.execute(statement)


def test_a_link_does_not_end_before_it_begins_even_in_the_file(store: Store) -> None:
    with store.write() as db:
        db.execute(
            "INSERT INTO relationship_type(id, uid, name, sort_key, revision, version, created_at, updated_at)"
            " VALUES (1, x'01', 'author', 'author', 1, 1, 1, 1)"
        )
        db.execute(
            "INSERT INTO profile(id, uid, kind, name, sort_key, revision, version, created_at, updated_at)"
            " VALUES (1, x'01', 'person', 'n', 'n', 1, 1, 1, 1)"
        )
        db.execute(
            "INSERT INTO document(id, uid, title, sort_key, revision, version, created_at, updated_at)"
            " VALUES (1, x'01', 't', 't', 1, 1, 1, 1)"
        )
        link = (
            "INSERT INTO link(uid, document_id, profile_id, type_id, revision, version, created_at, updated_at,"
            " valid_from, valid_until) VALUES (?, 1, 1, 1, 1, 1, 1, 1, ?, ?)"
        )
        with pytest.raises(sqlite.IntegrityError, match="link_validity"):
            db.execute(link, (b"1", 2, 1))
        db.execute(link, (b"1", 1, None))
        with pytest.raises(sqlite.IntegrityError, match=r"UNIQUE constraint failed: link.document_id, link.profile_id"):
            db.execute(link, (b"2", 1, None))
