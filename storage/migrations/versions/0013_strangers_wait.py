"""What happens with what strangers do: each person's policy, whom they have decided for, and what waits for a decision.

Before the new code: the old tells of everything, and reads no policy.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

CHOICES = ("not_following", "not_followers", "new_accounts", "private_mentions", "limited_accounts")


def upgrade() -> None:
    op.add_column(
        "notifications", sa.Column("filtered", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.create_index(
        "ix_notifications_filtered",
        "notifications",
        ["account_id", "from_id"],
        sqlite_where=sa.text("filtered = 1"),
        postgresql_where=sa.text("filtered = 1"),
    )
    op.create_table(
        "notification_policies",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        *(sa.Column(f"for_{choice}", sa.String(8), nullable=False) for choice in CHOICES),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_notification_policies_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_notification_policies"),
    )
    op.create_table(
        "notification_permissions",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("from_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_notification_permissions_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["from_id"], ["accounts.id"], name="fk_notification_permissions_from_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "from_id", name="pk_notification_permissions"),
    )
    op.create_index("ix_notification_permissions_from", "notification_permissions", ["from_id"])


def downgrade() -> None:
    op.drop_table("notification_permissions")
    op.drop_table("notification_policies")
    op.drop_index("ix_notifications_filtered", "notifications")
    op.drop_column("notifications", "filtered")
