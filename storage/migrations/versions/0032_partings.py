"""Whoever is at home at a removed peer is hidden with it, and the follows that end there leave a record.

Before the new code: the old hides nobody more. What came from peers that are removed already is hidden here; the follows of
their people stay, and count again when they are admitted again.
"""

import time

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

HIDE = """
update accounts set suspended_at = :now, hidden_with_node = 1 where suspended_at is null and gone_at is null
    and host in (select host from peers where allowed = 0)
"""


def upgrade() -> None:
    op.add_column(
        "accounts", sa.Column("hidden_with_node", sa.SmallInteger, server_default=sa.text("0"), nullable=False)
    )
    op.create_table(
        "severed_follows",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("host", WORDS, nullable=False),
        sa.Column("follower_id", sa.BigInteger, nullable=False),
        sa.Column("followed_id", sa.BigInteger, nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("accepted_at", sa.BigInteger, nullable=True),
        sa.Column("accept_uri", WORDS, nullable=True),
        sa.Column("shares", sa.SmallInteger, server_default=sa.text("1"), nullable=False),
        sa.Column("notify", sa.SmallInteger, server_default=sa.text("0"), nullable=False),
        sa.Column("languages", WORDS, nullable=True),
        sa.Column("at_home", sa.SmallInteger, server_default=sa.text("1"), nullable=False),
        sa.Column("lists", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("severed_at", sa.BigInteger, nullable=False),
        *(
            sa.ForeignKeyConstraint([name], ["accounts.id"], name=f"fk_severed_follows_{name}", ondelete="CASCADE")
            for name in ("follower_id", "followed_id")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_severed_follows"),
    )
    op.create_index("ix_severed_follows_host", "severed_follows", ["host", "followed_id", "id"])
    op.create_index("ix_severed_follows_follower", "severed_follows", ["follower_id"])
    op.create_index("ix_severed_follows_followed", "severed_follows", ["followed_id"])
    op.get_bind().execute(sa.text(HIDE), {"now": int(time.time() * 1000)})


def downgrade() -> None:
    op.execute("update accounts set suspended_at = null where hidden_with_node = 1")
    op.drop_table("severed_follows")
    op.drop_column("accounts", "hidden_with_node")
