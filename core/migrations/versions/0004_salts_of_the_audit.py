"""What makes the digests of the audit say nothing about values that are gone.

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("audit", sa.Column("salt", sa.LargeBinary(), nullable=True))
