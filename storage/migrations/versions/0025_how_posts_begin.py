"""How somebody's posts begin: for whom, in which language, and who may quote them.

Before the new code: the old reads none.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posting_defaults",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("reach", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("sensitive", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("quotable", sa.String(length=16), server_default=sa.text("'public'"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_posting_defaults_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_posting_defaults"),
    )


def downgrade() -> None:
    op.drop_table("posting_defaults")
