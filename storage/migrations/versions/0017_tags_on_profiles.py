"""Tags that people show on their profile, and whom they want suggested no more.

Before the new code: the old reads neither.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "featured_tags",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("tag_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_featured_tags_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["tags.id"], name="fk_featured_tags_tag_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_featured_tags"),
        sa.UniqueConstraint("account_id", "tag_id", name="uq_featured_tags_account_id"),
    )
    op.create_index("ix_featured_tags_tag", "featured_tags", ["tag_id"])
    op.create_table(
        "hidden_suggestions",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("target_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_hidden_suggestions_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["accounts.id"], name="fk_hidden_suggestions_target_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "target_id", name="pk_hidden_suggestions"),
    )
    op.create_index("ix_hidden_suggestions_target", "hidden_suggestions", ["target_id"])


def downgrade() -> None:
    op.drop_table("hidden_suggestions")
    op.drop_table("featured_tags")
