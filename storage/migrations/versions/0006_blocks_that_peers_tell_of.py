"""Blocks that a peer tells of are known by the id of their activity; who has moved is found without reading all accounts.

Before the new code: the old writes blocks without an id, and reads neither.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import WORDS

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("blocks", sa.Column("uri", WORDS, nullable=True))
    op.create_index(
        "ix_accounts_moved",
        "accounts",
        ["moved_at"],
        sqlite_where=sa.text("moved_at is not null"),
        postgresql_where=sa.text("moved_at is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_accounts_moved", "accounts")
    op.drop_column("blocks", "uri")
