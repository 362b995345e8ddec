"""What people have begun to write, and to how many nodes a post was sent.

Before the new code: the old reads none of it.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("typed", WORDS, nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_drafts_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
        sa.UniqueConstraint("account_id", "key", name="uq_drafts_account_id"),
    )
    op.create_index(
        "ix_drafts_sent",
        "drafts",
        ["sent_at"],
        sqlite_where=sa.text("sent_at is not null"),
        postgresql_where=sa.text("sent_at is not null"),
    )
    op.create_table(
        "sendings",
        sa.Column("post_id", ID, autoincrement=False, nullable=False),
        sa.Column("nodes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_sendings_post_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name="pk_sendings"),
    )


def downgrade() -> None:
    op.drop_table("sendings")
    op.drop_table("drafts")
