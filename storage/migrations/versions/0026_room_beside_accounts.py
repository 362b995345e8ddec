"""On PostgreSQL pages of accounts keep room for a new copy of a row beside the old one.

Each post counts at its author's row. Where a page is full, the new copy goes to another page, and every index of the table is
written again; with room, neither happens, and the place of the old copy is used at the next post.

Before or after the new code: it changes nothing that the code sees. Full pages are left as they are.
"""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("alter table accounts set (fillfactor = 70)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("alter table accounts reset (fillfactor)")
