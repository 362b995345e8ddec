"""What a poll needs to end in time: when to look at it next, whether its totals are hidden, what an edited one offered before.

Before the new code: the old does not look at it.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import WORDS

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("polls", sa.Column("hides_totals", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("polls", sa.Column("due_at", sa.BigInteger(), nullable=True))
    op.add_column("post_versions", sa.Column("options", WORDS, nullable=True))
    op.drop_index(
        "ix_polls_open",
        table_name="polls",
        sqlite_where=sa.text("closed_at is null"),
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index(
        "ix_polls_due",
        "polls",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("due_at is not null"),
        postgresql_where=sa.text("due_at is not null"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_polls_due",
        table_name="polls",
        sqlite_where=sa.text("due_at is not null"),
        postgresql_where=sa.text("due_at is not null"),
    )
    op.create_index(
        "ix_polls_open",
        "polls",
        ["ends_at"],
        unique=False,
        sqlite_where=sa.text("closed_at is null"),
        postgresql_where=sa.text("closed_at is null"),
    )
    op.drop_column("post_versions", "options")
    op.drop_column("polls", "due_at")
    op.drop_column("polls", "hides_totals")
