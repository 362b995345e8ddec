"""The types of columns that the two engines spell differently."""

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

ID: TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite keeps a table in the order of its key only when the key is spelled INTEGER."""

WORDS: TypeEngine[str] = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""A text that both engines sort by its bytes and fold in ASCII only, whatever the language of the machine."""
