"""Lists of people whom one follows; whose posts stand in a list alone, and do not come home.

Before the new code: the old does not look at it.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("follows", sa.Column("at_home", sa.SmallInteger(), server_default=sa.text("1"), nullable=False))
    op.create_table(
        "lists",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("replies_policy", sa.String(length=16), nullable=False),
        sa.Column("exclusive", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of("lists", "account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lists")),
    )
    op.create_index("ix_lists_account", "lists", ["account_id", "id"])
    op.create_table(
        "list_members",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("follow_id", sa.BigInteger(), nullable=False),
        _of("list_members", "list_id", "lists.id"),
        _of("list_members", "follow_id", "follows.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_members")),
        sa.UniqueConstraint("list_id", "follow_id", name=op.f("uq_list_members_list_id")),
    )
    op.create_index("ix_list_members_follow", "list_members", ["follow_id"])


def downgrade() -> None:
    op.drop_table("list_members")
    op.drop_table("lists")
    op.drop_column("follows", "at_home")


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")
