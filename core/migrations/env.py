"""Alembic's entry: runs the migrations on the connection that `upgrade` handed over."""

from alembic import context
from sqlmodel import SQLModel

import core.models  # noqa: F401 - fills the metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, transactional_ddl=True
)
context.run_migrations()
