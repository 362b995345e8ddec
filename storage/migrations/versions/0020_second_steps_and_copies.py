"""What people prove themselves with beside their password, and copies of what is theirs.

Before the new code: the old reads none of these tables, and leaves the new column of sessions empty.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ID, WORDS

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sessions", sa.Column("confirmed_at", sa.BigInteger()))
    op.create_table(
        "code_secrets",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_code_secrets_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name="pk_code_secrets"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mark", sa.String(22), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_recovery_codes_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", "mark", name="pk_recovery_codes"),
    )
    op.create_table(
        "passkeys",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("credential", WORDS, nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("transports", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_passkeys_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential", name="uq_passkeys_credential"),
    )
    op.create_index("ix_passkeys_account", "passkeys", ["account_id"])
    op.create_table(
        "challenges",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("account_id", sa.BigInteger()),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_challenges_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("digest", name="pk_challenges"),
    )
    op.create_index("ix_challenges_created", "challenges", ["created_at"])
    op.create_table(
        "half_sign_ins",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_half_sign_ins_account_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_half_sign_ins"),
    )
    op.create_index("ix_half_sign_ins_account", "half_sign_ins", ["account_id"])
    op.create_table(
        "exports",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("size", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("failed_at", sa.BigInteger()),
        sa.Column("leased_by", sa.String(32)),
        sa.Column("leased_until", sa.BigInteger()),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_exports_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name="pk_exports"),
    )


def downgrade() -> None:
    for table in ("exports", "half_sign_ins", "challenges", "passkeys", "recovery_codes", "code_secrets"):
        op.drop_table(table)
    op.drop_column("sessions", "confirmed_at")
