"""Who is somebody: rights that links give are kept only for profiles that an account is tied to.

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = "record_id, subject, rights, condition_id, valid_from, valid_until"
NOBODY = "{0} % 8 = 3 AND {0} / 8 NOT IN (SELECT profile_id FROM tied_profile)"
FOREVER = 2**62
SEE_THROUGH = 65


def upgrade() -> None:
    op.create_table(
        "tied_profile",
        sa.Column("profile_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("profile_id"),
        sqlite_strict=True,
    )
    op.execute(TIED)
    for statement in WITHOUT_NOBODY:
        op.execute(statement)


TIED = """
WITH RECURSIVE tied(uid) AS (
    SELECT unhex(tied_to, '-') FROM account WHERE deleted_at IS NULL AND tied_to <> ''
    UNION SELECT unhex(p.merged_into, '-') FROM tied JOIN profile p ON p.uid = tied.uid
    WHERE p.deleted_at IS NOT NULL AND p.merged_into <> ''
)
INSERT INTO tied_profile SELECT p.id FROM tied JOIN profile p ON p.uid = tied.uid
"""
WITHOUT_NOBODY = (
    f"DELETE FROM document_acl WHERE {NOBODY.format('subject')}",
    f"""
INSERT INTO document_acl({KEY}, support, sort_key, updated_at, created_at)
SELECT g.record_id, g.subject_code, g.rights, g.condition_id, max(coalesce(g.valid_from, 0), 0),
    coalesce(g.valid_until, {FOREVER}), count(*), d.sort_key, d.updated_at, d.created_at
FROM access_grant g JOIN document d ON d.id = g.record_id
WHERE g.target_kind = 'document' AND g.effect = 'allow' AND g.deleted_at IS NULL AND {NOBODY.format("g.subject_code")}
GROUP BY 1, 2, 3, 4, 5, 6""",
    f"DELETE FROM profile_acl WHERE rights = {SEE_THROUGH} AND {NOBODY.format('subject')}",
    f"""
INSERT INTO profile_acl({KEY}, support, sort_key, updated_at, created_at)
SELECT l.profile_id, a.subject, {SEE_THROUGH}, a.condition_id, a.valid_from, a.valid_until, count(*), p.sort_key,
    p.updated_at, p.created_at
FROM document_acl a JOIN link l ON l.document_id = a.record_id AND l.deleted_at IS NULL
JOIN profile p ON p.id = l.profile_id
WHERE {NOBODY.format("a.subject")} GROUP BY 1, 2, 3, 4, 5, 6""",
)
"""What they come to without links to those whom nobody is tied to: their grants, and sight through these."""
