"""A node that hosts a community keeps the files of its members elsewhere as their own nodes gave them.

Members' nodes compare them with what their authors signed, which what was made anew from them is not.

Before the new code: the code of the version before leaves the column at 0.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("media", sa.Column("given_size", sa.BigInteger, nullable=False, server_default=sa.text("0")))


def downgrade() -> None:
    op.drop_column("media", "given_size")
