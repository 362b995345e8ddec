"""An entry of a peer says who answers for it, whether exchange with it rests, and by which keys its node is known.

The keys that nodes show now are taken for theirs, unconfirmed: a new one is then held until it was vouched for.

Before the new code: the old reads none of it, and treats a peer with which exchange rests as any other.
"""

import hashlib

import sqlalchemy as sa
from alembic import op
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from storage.column_types import WORDS

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

NODES = """
select k.owner_uri, k.pem, k.fetched_at, a.host from public_keys k join accounts a on a.uri = k.owner_uri
where a.kind = 'Application' and a.host <> ''
"""
PIN = """
insert into node_keys (owner_uri, fingerprint, host, pinned_at) values (:owner, :fingerprint, :host, :at)
on conflict (owner_uri, fingerprint) do nothing
"""


def _fingerprint(pem: str) -> str | None:
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(spki).hexdigest()


def upgrade() -> None:
    op.add_column("peers", sa.Column("contact", WORDS, server_default=sa.text("''"), nullable=False))
    op.add_column("peers", sa.Column("paused", sa.SmallInteger, server_default=sa.text("0"), nullable=False))
    op.add_column("public_keys", sa.Column("held", sa.SmallInteger, server_default=sa.text("0"), nullable=False))
    op.create_index(
        "ix_public_keys_held",
        "public_keys",
        ["owner_uri"],
        sqlite_where=sa.text("held = 1"),
        postgresql_where=sa.text("held = 1"),
    )
    op.create_table(
        "node_keys",
        sa.Column("owner_uri", WORDS, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("host", WORDS, nullable=False),
        sa.Column("pinned_at", sa.BigInteger, nullable=False),
        sa.Column("confirmed_at", sa.BigInteger, nullable=True),
        sa.Column("confirmed_by", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("owner_uri", "fingerprint", name="pk_node_keys"),
    )
    op.create_index("ix_node_keys_host", "node_keys", ["host"])
    connection = op.get_bind()
    for owner, pem, fetched_at, host in connection.execute(sa.text(NODES)).fetchall():
        if (found := _fingerprint(pem)) is not None:
            values = {"owner": owner, "fingerprint": found, "host": host, "at": fetched_at}
            connection.execute(sa.text(PIN), values)


def downgrade() -> None:
    op.drop_table("node_keys")
    op.drop_index("ix_public_keys_held", "public_keys")
    op.drop_column("public_keys", "held")
    op.drop_column("peers", "paused")
    op.drop_column("peers", "contact")
