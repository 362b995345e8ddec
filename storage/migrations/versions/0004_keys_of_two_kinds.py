"""Several keys for one actor, keys that were followed by newer ones, and how a peer took our last request.

Before the new code: the old writes keys of one kind, and does not look at the rest.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import WORDS

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("public_keys", sa.Column("proves", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.add_column("public_keys", sa.Column("expires_at", sa.BigInteger(), nullable=True))
    op.add_column("private_keys", sa.Column("retired_at", sa.BigInteger(), nullable=True))
    op.add_column("peers", sa.Column("way", WORDS, nullable=True))


def downgrade() -> None:
    op.drop_column("peers", "way")
    op.drop_column("private_keys", "retired_at")
    op.drop_column("public_keys", "expires_at")
    op.drop_column("public_keys", "proves")
