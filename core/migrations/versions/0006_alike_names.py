"""Whether a name of an account, group or role reads like another is looked up, not searched for.

Revision ID: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ALIVE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    for table in ("account", "account_group", "role"):
        op.create_index(f"{table}_by_sort_key", table, ["sort_key"], sqlite_where=ALIVE, postgresql_where=ALIVE)
