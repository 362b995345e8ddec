"""A node that hosts a community keeps what members elsewhere wrote for the others as they have proven it.

The nodes of those who come later have it from here: the author's gives it to nobody else.

Before the new code: the old writes none.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proven_posts",
        sa.Column("post_id", ID, autoincrement=False, nullable=False),
        sa.Column("document", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name="fk_proven_posts_post_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name="pk_proven_posts"),
    )


def downgrade() -> None:
    op.drop_table("proven_posts")
