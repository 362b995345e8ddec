"""Filters: words and posts that a person wants to be warned of, or not to read at all.

Before the new code: the old does not look at it.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "filters",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("contexts", WORDS, nullable=False),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        _of("filters", "account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filters")),
    )
    op.create_index("ix_filters_account", "filters", ["account_id", "id"])
    op.create_table(
        "filter_keywords",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("filter_id", sa.BigInteger(), nullable=False),
        sa.Column("keyword", WORDS, nullable=False),
        sa.Column("whole_word", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        _of("filter_keywords", "filter_id", "filters.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filter_keywords")),
    )
    op.create_index("ix_filter_keywords_filter", "filter_keywords", ["filter_id", "id"])
    op.create_table(
        "filter_posts",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("filter_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        _of("filter_posts", "filter_id", "filters.id"),
        _of("filter_posts", "post_id", "posts.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filter_posts")),
        sa.UniqueConstraint("filter_id", "post_id", name=op.f("uq_filter_posts_filter_id")),
    )
    op.create_index("ix_filter_posts_post", "filter_posts", ["post_id"])


def downgrade() -> None:
    for table in ("filter_posts", "filter_keywords", "filters"):
        op.drop_table(table)


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")
