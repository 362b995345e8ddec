"""Where a conversation is kept and when it was last asked for; what is known to belong to one and could not be fetched.

Before the new code: the old does not look at it, and has nothing in it.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import WORDS

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("conversations")
    op.create_table(
        "conversations",
        sa.Column("thread_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("host", WORDS, nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("thread_id", name=op.f("pk_conversations")),
    )
    op.create_index("ix_conversations_host", "conversations", ["host"], unique=False)
    op.create_table(
        "missing_posts",
        sa.Column("thread_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("host", WORDS, nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("is_list", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("thread_id", "uri", name=op.f("pk_missing_posts")),
    )
    op.create_index("ix_missing_posts_host", "missing_posts", ["host"], unique=False)


def downgrade() -> None:
    op.drop_table("missing_posts")
    op.drop_table("conversations")
    op.create_table(
        "conversations",
        sa.Column("thread_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("thread_id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("uri", name=op.f("uq_conversations_uri")),
    )
