"""Tags that people follow.

Before the new code: the old reads none.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tag_follows",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_tag_follows_account_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="fk_tag_follows_tag_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_tag_follows"),
        sa.UniqueConstraint("account_id", "tag_id", name="uq_tag_follows_account_id"),
    )
    op.create_index("ix_tag_follows_tag", "tag_follows", ["tag_id"])


def downgrade() -> None:
    op.drop_table("tag_follows")
