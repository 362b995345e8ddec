"""What people note for themselves: bookmarks, conversations, people they recommend or write a word about, nodes they hide.

Before the new code: the old does not look at it.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("thread_marks", "bookmarks", "account_notes", "endorsements", "blocked_nodes")


def upgrade() -> None:
    op.add_column("follows", sa.Column("languages", WORDS, nullable=True))
    where = sa.text("languages is not null")
    op.create_index(
        "ix_follows_languages", "follows", ["follower_id", "followed_id"], sqlite_where=where, postgresql_where=where
    )
    _of_people()
    _of_posts()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_follows_languages", "follows")
    op.drop_column("follows", "languages")


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def _of_people() -> None:
    op.create_table(
        "blocked_nodes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("host", WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of("blocked_nodes", "account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocked_nodes")),
        sa.UniqueConstraint("account_id", "host", name=op.f("uq_blocked_nodes_account_id")),
    )
    op.create_table(
        "endorsements",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of("endorsements", "account_id", "accounts.id"),
        _of("endorsements", "target_id", "accounts.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endorsements")),
        sa.UniqueConstraint("account_id", "target_id", name=op.f("uq_endorsements_account_id")),
    )
    op.create_index("ix_endorsements_target", "endorsements", ["target_id"])
    op.create_table(
        "account_notes",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("target_id", ID, autoincrement=False, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        _of("account_notes", "account_id", "accounts.id"),
        _of("account_notes", "target_id", "accounts.id"),
        sa.PrimaryKeyConstraint("account_id", "target_id", name=op.f("pk_account_notes")),
    )
    op.create_index("ix_account_notes_target", "account_notes", ["target_id"])


def _of_posts() -> None:
    op.create_table(
        "bookmarks",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of("bookmarks", "account_id", "accounts.id"),
        _of("bookmarks", "post_id", "posts.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookmarks")),
        sa.UniqueConstraint("account_id", "post_id", name=op.f("uq_bookmarks_account_id")),
    )
    op.create_index("ix_bookmarks_post", "bookmarks", ["post_id"])
    op.create_table(
        "thread_marks",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("thread_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("muted", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("read_upto", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("removed_upto", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        _of("thread_marks", "account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("account_id", "thread_id", name=op.f("pk_thread_marks")),
    )
    op.create_index("ix_thread_marks_thread", "thread_marks", ["thread_id"])
