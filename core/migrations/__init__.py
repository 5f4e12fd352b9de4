"""Brings the schema of a store up to date, with Alembic."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlcipher3 import dbapi2


def configuration() -> Config:
    """Where Alembic finds the migrations."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(db: Any, begin: Callable[[], bool]) -> None:
    """Runs the missing migrations on the open connection and commits; raises SQLite's own errors.

    `begin` starts the transaction and says whether any is missing; SQLAlchemy must have met the connection before,
    because it ends whatever transaction it finds on a new one.
    """
    engine = create_engine(
        "sqlite+pysqlite://",
        module=dbapi2,
        creator=lambda: db,
        poolclass=StaticPool,
        pool_reset_on_return=None,
    )
    with engine.connect() as connection:
        if begin():
            config = configuration()
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except DBAPIError as error:
                raise (error.orig or error) from None
        connection.commit()
        db.commit()
