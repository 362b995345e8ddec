"""When somebody accepted the charter, and how far they are with the steps of welcome.

Before the new code: the old reads none.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "welcomes",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("charter_at", sa.BigInteger(), nullable=True),
        sa.Column("step", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=True),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_welcomes_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name="pk_welcomes"),
    )


def downgrade() -> None:
    op.drop_table("welcomes")
