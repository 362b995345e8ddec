"""Who is suspended, silenced or sensitized; notes and warnings of moderators; announcements; rules and texts of the house.

Before the new code: the old does not look at it.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STANDINGS = ("suspended_at", "silenced_at", "sensitized_at")


def upgrade() -> None:
    for name in STANDINGS:
        op.add_column("accounts", sa.Column(name, sa.BigInteger(), nullable=True))
    _partial_index("ix_accounts_suspended", "accounts", "suspended_at is not null")
    _partial_index("ix_accounts_silenced", "accounts", "silenced_at is not null")
    op.add_column("notifications", sa.Column("about", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("assigned_to", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("rules", WORDS, server_default=sa.text("'[]'"), nullable=False))
    op.add_column("reports", sa.Column("updated_at", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    _partial_index("ix_reports_open", "reports", "resolved_at is null")
    _of_moderators()
    _of_announcements()
    op.create_table(
        "rules",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.Column("hint", WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
    )
    op.create_table(
        "house_texts",
        sa.Column("name", sa.String(length=48), nullable=False),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("content", WORDS, nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_house_texts")),
    )


def _partial_index(name: str, table: str, where: str) -> None:
    op.create_index(name, table, ["id"], unique=False, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def _of(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")


def _of_moderators() -> None:
    op.create_table(
        "report_notes",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of("report_notes", "report_id", "reports.id"),
        _of("report_notes", "by_id", "accounts.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_notes")),
    )
    op.create_index("ix_report_notes_report", "report_notes", ["report_id", "id"], unique=False)
    op.create_table(
        "warnings",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("text", WORDS, nullable=False),
        sa.Column("posts", WORDS, nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of("warnings", "account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warnings")),
    )
    op.create_index("ix_warnings_account", "warnings", ["account_id", "id"], unique=False)


def _of_announcements() -> None:
    op.create_table(
        "announcements",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("content", WORDS, nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("all_day", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    op.create_table(
        "announcement_reads",
        sa.Column("announcement_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("read_at", sa.BigInteger(), nullable=False),
        _of("announcement_reads", "announcement_id", "announcements.id"),
        _of("announcement_reads", "account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("announcement_id", "account_id", name=op.f("pk_announcement_reads")),
    )
    op.create_index("ix_announcement_reads_account", "announcement_reads", ["account_id"], unique=False)
    op.create_table(
        "announcement_reactions",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("announcement_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("emoji", WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _of("announcement_reactions", "announcement_id", "announcements.id"),
        _of("announcement_reactions", "account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_reactions")),
        sa.UniqueConstraint(
            "announcement_id", "account_id", "emoji", name=op.f("uq_announcement_reactions_announcement_id")
        ),
    )
    op.create_index("ix_announcement_reactions_account", "announcement_reactions", ["account_id"], unique=False)


def downgrade() -> None:
    for table in (
        "house_texts",
        "rules",
        "announcement_reactions",
        "announcement_reads",
        "announcements",
        "warnings",
        "report_notes",
    ):
        op.drop_table(table)
    op.drop_index("ix_reports_open", table_name="reports")
    for column in ("updated_at", "rules", "assigned_to"):
        op.drop_column("reports", column)
    op.drop_column("notifications", "about")
    op.drop_index("ix_accounts_silenced", table_name="accounts")
    op.drop_index("ix_accounts_suspended", table_name="accounts")
    for name in STANDINGS:
        op.drop_column("accounts", name)
