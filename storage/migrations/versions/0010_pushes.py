"""Where apps want to be told of notifications, and what waits to be sent there.

Before the new code: the old reads neither table.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push_subscriptions",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("token_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("endpoint", WORDS, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("auth", sa.LargeBinary(), nullable=False),
        sa.Column("standard", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("alerts", WORDS, nullable=False),
        sa.Column("policy", sa.String(16), nullable=False),
        sa.Column("sealed_token", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"], ["oauth_tokens.id"], name="fk_push_subscriptions_token_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_push_subscriptions_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscriptions"),
        sa.UniqueConstraint("token_id", name="uq_push_subscriptions_token_id"),
    )
    op.create_index("ix_push_subscriptions_account", "push_subscriptions", ["account_id"])
    op.create_table(
        "pushes",
        sa.Column("subscription_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("notification_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["push_subscriptions.id"], name="fk_pushes_subscription_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["notification_id"], ["notifications.id"], name="fk_pushes_notification_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscription_id", "notification_id", name="pk_pushes"),
    )
    op.create_index("ix_pushes_notification", "pushes", ["notification_id"])
    op.create_index("ix_pushes_due", "pushes", ["due_at"])


def downgrade() -> None:
    op.drop_table("pushes")
    op.drop_table("push_subscriptions")
