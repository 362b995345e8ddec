"""Files of posts and pictures of profiles.

Before the new code: the old does not look at it.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("avatar", "header"):
        op.add_column("accounts", sa.Column(name, sa.String(length=32), server_default=sa.text("''"), nullable=False))
    op.create_table(
        "media",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("place", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("media_type", WORDS, nullable=False),
        sa.Column("description", WORDS, nullable=False),
        *(_count(name) for name in ("width", "height", "small_width", "small_height", "duration")),
        sa.Column("size", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        _count("small_size"),
        sa.Column("blurhash", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("digest", sa.String(length=64), server_default=sa.text("''"), nullable=False),
        _count("focus_x"),
        _count("focus_y"),
        sa.Column("remote_url", WORDS, nullable=True),
        sa.Column("loose_at", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], name=op.f("fk_media_owner_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_media_post_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
        sa.UniqueConstraint("name", name=op.f("uq_media_name")),
    )
    op.create_index("ix_media_post", "media", ["post_id", "position"], unique=False)
    op.create_index("ix_media_owner", "media", ["owner_id", "place"], unique=False)
    _partial("ix_media_loose", "media", ["loose_at"], "post_id is null and place = 0")
    _partial("ix_media_of_peers", "media", ["used_at"], "state = 1 and remote_url is not null")
    _partial("ix_posts_with_media", "posts", ["id"], "(holds & 256) <> 0")
    _partial("ix_posts_author_with_media", "posts", ["author_id", "id"], "(holds & 256) <> 0")


def downgrade() -> None:
    op.drop_index("ix_posts_author_with_media", table_name="posts")
    op.drop_index("ix_posts_with_media", table_name="posts")
    op.drop_table("media")
    for name in ("header", "avatar"):
        op.drop_column("accounts", name)


def _count(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
