"""What posts hold beside their text (polls, events, titles, quotes, reactions), whole conversations, pins, reports, and moves.

Before the new code: the old does not look at it.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("thread_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("thread_id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("uri", name=op.f("uq_conversations_uri")),
    )
    op.create_table(
        "reports",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("target_id", sa.BigInteger(), nullable=False),
        sa.Column("comment", WORDS, nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("forwarded", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("resolved_at", sa.BigInteger(), nullable=True),
        sa.Column("resolved_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["accounts.id"], name=op.f("fk_reports_by_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["target_id"], ["accounts.id"], name=op.f("fk_reports_target_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("uri", name=op.f("uq_reports_uri")),
    )
    op.create_index("ix_reports_by", "reports", ["by_id", "id"], unique=False)
    op.create_index("ix_reports_target", "reports", ["target_id", "id"], unique=False)
    op.create_table(
        "emoji_reactions",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("emoji", WORDS, nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_emoji_reactions_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_emoji_reactions_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_emoji_reactions")),
        sa.UniqueConstraint("post_id", "account_id", "emoji", name=op.f("uq_emoji_reactions_post_id")),
    )
    op.create_index("ix_emoji_reactions_account", "emoji_reactions", ["account_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("timezone", WORDS, nullable=True),
        sa.Column("place", WORDS, server_default=sa.text("''"), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("join_mode", sa.String(length=16), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("attending_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_events_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_events")),
    )
    op.create_table(
        "pins",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_pins_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_pins_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pins")),
        sa.UniqueConstraint("post_id", name=op.f("uq_pins_post_id")),
    )
    op.create_index("ix_pins_account", "pins", ["account_id", "id"], unique=False)
    op.create_table(
        "polls",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("multiple", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("voters_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_polls_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_polls")),
    )
    op.create_index(
        "ix_polls_open",
        "polls",
        ["ends_at"],
        unique=False,
        sqlite_where=sa.text("closed_at is null"),
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_table(
        "quote_policies",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("policy", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_quote_policies_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_quote_policies")),
    )
    op.create_table(
        "quote_stamps",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("quoting_uri", WORDS, nullable=False),
        sa.Column("quoting_actor", WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_quote_stamps_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_stamps")),
        sa.UniqueConstraint("post_id", "quoting_uri", name=op.f("uq_quote_stamps_post_id")),
    )
    op.create_table(
        "quotes",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("quoted_uri", WORDS, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("request_uri", WORDS, nullable=True),
        sa.Column("stamp_uri", WORDS, nullable=True),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_quotes_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_quotes")),
    )
    op.create_index("ix_quotes_quoted", "quotes", ["quoted_uri", "post_id"], unique=False)
    op.create_table(
        "report_posts",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_report_posts_post_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_posts_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", "post_id", name=op.f("pk_report_posts")),
    )
    op.create_index("ix_report_posts_post", "report_posts", ["post_id"], unique=False)
    op.create_table(
        "titles",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.ForeignKeyConstraint(["post_id"], ["posts.id"], name=op.f("fk_titles_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_titles")),
    )
    op.create_table(
        "attendances",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_attendances_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["events.post_id"], name=op.f("fk_attendances_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendances")),
        sa.UniqueConstraint("post_id", "account_id", name=op.f("uq_attendances_post_id")),
    )
    op.create_table(
        "poll_options",
        sa.Column("post_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("title", WORDS, nullable=False),
        sa.Column("votes_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["polls.post_id"], name=op.f("fk_poll_options_post_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "position", name=op.f("pk_poll_options")),
    )
    op.create_table(
        "votes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("post_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("uri", WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_votes_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["post_id"], ["polls.post_id"], name=op.f("fk_votes_post_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_votes")),
        sa.UniqueConstraint("post_id", "account_id", "position", name=op.f("uq_votes_post_id")),
    )
    op.add_column("accounts", sa.Column("featured", WORDS, server_default=sa.text("''"), nullable=False))
    op.add_column("accounts", sa.Column("also_known_as", WORDS, server_default=sa.text("'[]'"), nullable=False))
    op.add_column("accounts", sa.Column("moved_to", WORDS, nullable=True))
    op.add_column("accounts", sa.Column("moved_at", sa.BigInteger(), nullable=True))
    op.add_column("posts", sa.Column("holds", sa.Integer(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    op.drop_column("posts", "holds")
    op.drop_column("accounts", "moved_at")
    op.drop_column("accounts", "moved_to")
    op.drop_column("accounts", "also_known_as")
    op.drop_column("accounts", "featured")
    op.drop_table("votes")
    op.drop_table("poll_options")
    op.drop_table("attendances")
    op.drop_table("titles")
    op.drop_index("ix_report_posts_post", table_name="report_posts")
    op.drop_table("report_posts")
    op.drop_index("ix_quotes_quoted", table_name="quotes")
    op.drop_table("quotes")
    op.drop_table("quote_stamps")
    op.drop_table("quote_policies")
    op.drop_index(
        "ix_polls_open",
        table_name="polls",
        sqlite_where=sa.text("closed_at is null"),
        postgresql_where=sa.text("closed_at is null"),
    )
    op.drop_table("polls")
    op.drop_index("ix_pins_account", table_name="pins")
    op.drop_table("pins")
    op.drop_table("events")
    op.drop_index("ix_emoji_reactions_account", table_name="emoji_reactions")
    op.drop_table("emoji_reactions")
    op.drop_index("ix_reports_target", table_name="reports")
    op.drop_index("ix_reports_by", table_name="reports")
    op.drop_table("reports")
    op.drop_table("conversations")
