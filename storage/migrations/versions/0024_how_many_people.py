"""How many people the directory of another node says that it holds.

Before the new code: the old reads none.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("directories", sa.Column("people", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("directories", "people")
