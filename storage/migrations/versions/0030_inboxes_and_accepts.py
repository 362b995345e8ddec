"""The journal says into whose own inbox an activity came that names nobody; follows say which Accept granted them.

Before the new code: the code of the version before leaves both empty.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import WORDS

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("journal", sa.Column("addressee", sa.BigInteger))
    op.add_column("follows", sa.Column("accept_uri", WORDS))


def downgrade() -> None:
    op.drop_column("follows", "accept_uri")
    op.drop_column("journal", "addressee")
