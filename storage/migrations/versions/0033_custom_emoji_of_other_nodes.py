"""Custom emoji of other nodes are shown by their pictures; a reaction with one says whose it is.

Two nodes may call two pictures alike: `:blob:` of Tokyo becomes `:blob@tokyo.example:`.

Before the new code: the old shows such a reaction as text, with the name of the node in it.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

WHOSE = """
update emoji_reactions set emoji = substr(emoji, 1, length(emoji) - 1) || '@'
    || (select a.host from accounts a where a.id = emoji_reactions.account_id) || ':'
where emoji like ':%:' and exists (select 1 from accounts a where a.id = emoji_reactions.account_id and a.host <> '')
"""
NOBODYS = """
update emoji_reactions
set emoji = replace(emoji, '@' || (select a.host from accounts a where a.id = emoji_reactions.account_id) || ':', ':')
where emoji like ':%@%:'
"""


def upgrade() -> None:
    op.add_column("accounts", sa.Column("emoji", WORDS, server_default=sa.text("'{}'"), nullable=False))
    op.create_table(
        "custom_emoji",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("host", WORDS, nullable=False),
        sa.Column("shortcode", sa.String(64), nullable=False),
        sa.Column("url", WORDS, nullable=False),
        sa.Column("file", sa.String(32), nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_custom_emoji"),
        sa.UniqueConstraint("host", "shortcode", name="uq_custom_emoji_host"),
    )
    op.execute(WHOSE)


def downgrade() -> None:
    op.execute(NOBODYS)
    op.drop_table("custom_emoji")
    op.drop_column("accounts", "emoji")
