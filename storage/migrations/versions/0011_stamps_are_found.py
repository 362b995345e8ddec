"""Quotes are found by the stamp that they stand on, so that one which is taken back reaches its quote.

Before the new code: the old does not look at it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_quotes_stamp",
        "quotes",
        ["stamp_uri"],
        unique=False,
        sqlite_where=sa.text("stamp_uri is not null"),
        postgresql_where=sa.text("stamp_uri is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_quotes_stamp", table_name="quotes")
