"""Posts that are to be posted later.

Before the new code: the old posts at once, or refuses.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scheduled_posts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("draft", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=True),
        sa.Column("application", WORDS, nullable=True),
        sa.Column("app_id", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("failed_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_scheduled_posts_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_scheduled_posts"),
    )
    op.create_index("ix_scheduled_posts_account", "scheduled_posts", ["account_id", "id"])
    op.create_index(
        "ix_scheduled_posts_due",
        "scheduled_posts",
        ["due_at"],
        sqlite_where=sa.text("failed_at is null"),
        postgresql_where=sa.text("failed_at is null"),
    )


def downgrade() -> None:
    op.drop_table("scheduled_posts")
