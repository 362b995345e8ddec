"""Leases, so that several processes share one queue; and what an activity says apart from what became of it.

The text of an activity is large and kept for a moment, its id is small and kept for good: in one row, every text that went
would leave a hole behind it.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "journal_bodies",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["journal.id"], name=op.f("fk_journal_bodies_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_bodies")),
    )
    op.execute("insert into journal_bodies (id, body) select id, body from journal where body is not null")
    op.drop_column("journal", "body")
    for table in ("journal", "deliveries"):
        op.add_column(table, sa.Column("leased_by", sa.String(32), nullable=True))
        op.add_column(table, sa.Column("leased_until", sa.BigInteger(), nullable=True))
    _partial_index("ix_journal_chain", "journal", ["actor_uri", "id"], "outcome is null")
    _partial_index("ix_journal_retry", "journal", ["retry_at"], "retry_at is not null")
    _partial_index("ix_deliveries_lane", "deliveries", ["host", "actor_id", "id"], "dead_at is null")
    _partial_index("ix_deliveries_leased", "deliveries", ["host", "actor_id"], "leased_by is not null")


def downgrade() -> None:
    for name, table in (
        ("ix_deliveries_leased", "deliveries"),
        ("ix_deliveries_lane", "deliveries"),
        ("ix_journal_retry", "journal"),
        ("ix_journal_chain", "journal"),
    ):
        op.drop_index(name, table_name=table)
    for table in ("journal", "deliveries"):
        op.drop_column(table, "leased_until")
        op.drop_column(table, "leased_by")
    op.add_column("journal", sa.Column("body", sa.LargeBinary(), nullable=True))
    op.execute("update journal set body = (select b.body from journal_bodies b where b.id = journal.id)")
    op.drop_table("journal_bodies")


def _partial_index(name: str, table: str, columns: list[str], condition: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
