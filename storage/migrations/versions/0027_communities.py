"""Communities of this node, and what is known of others': how they are led, by whom, and what their managers decided.

Before the new code: the old reads none. What other nodes' communities are is read when their accounts are refreshed.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def _of(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [target], name=f"fk_{table}_{name}", ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "communities",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("is_for_members", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("managers_write_only", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("managers_uri", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        _of("communities", "account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_communities"),
    )
    op.execute("insert into communities (account_id) select id from accounts where kind = 'Group'")
    op.create_table(
        "community_managers",
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        _of("community_managers", "community_id", "accounts.id"),
        _of("community_managers", "account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("community_id", "account_id", name="pk_community_managers"),
    )
    op.create_index("ix_community_managers_account", "community_managers", ["account_id"])
    op.create_table(
        "community_bans",
        sa.Column("community_id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of("community_bans", "community_id", "accounts.id"),
        _of("community_bans", "account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("community_id", "account_id", name="pk_community_bans"),
    )
    op.create_index("ix_community_bans_account", "community_bans", ["account_id"])
    op.create_table(
        "locked_threads",
        sa.Column("post_id", ID, autoincrement=False, nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("locked_at", sa.BigInteger(), nullable=False),
        _of("locked_threads", "post_id", "posts.id"),
        _of("locked_threads", "community_id", "accounts.id"),
        sa.PrimaryKeyConstraint("post_id", name="pk_locked_threads"),
    )
    op.create_index("ix_locked_threads_community", "locked_threads", ["community_id"])
    op.create_table(
        "community_pins",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("community_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of("community_pins", "community_id", "accounts.id"),
        _of("community_pins", "post_id", "posts.id"),
        sa.PrimaryKeyConstraint("id", name="pk_community_pins"),
        sa.UniqueConstraint("community_id", "post_id", name="uq_community_pins_community_id"),
    )
    op.create_index("ix_community_pins_post", "community_pins", ["post_id"])


def downgrade() -> None:
    for table in ("community_pins", "locked_threads", "community_bans", "community_managers", "communities"):
        op.drop_table(table)
