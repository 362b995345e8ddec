"""What posts say and who people are, where one looks for it: the index of words, visiting cards, and the directory.

Before the new code: the old reads none of it. What the old writes meanwhile is indexed when it next changes.
"""

import sqlalchemy as sa
from alembic import context, op

from storage import cards, post_words
from storage.column_types import ID, WORDS

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("card", WORDS, nullable=False, server_default=sa.text("'{}'")))
    op.create_table(
        "directory",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("words", WORDS, nullable=False),
        sa.Column("is_local", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_directory_account_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", name="pk_directory"),
    )
    op.create_index(
        "ix_directory_revision",
        "directory",
        ["revision"],
        sqlite_where=sa.text("is_local = 1"),
        postgresql_where=sa.text("is_local = 1"),
    )
    op.create_table(
        "directories",
        sa.Column("host", WORDS, nullable=False),
        sa.Column("cursor", WORDS, nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("host", name="pk_directories"),
    )
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    mark = "%s" if on_postgresql else "?"
    _fill_directory(mark)
    for statement in post_words.ON_POSTGRESQL if on_postgresql else (post_words.ON_SQLITE,):
        op.execute(statement)
    _fill_words("(%s, cast(%s as tsvector))" if on_postgresql else "(?, ?)")
    if on_postgresql:
        op.execute("analyze post_words")


def _fill_directory(mark: str) -> None:
    bind, after = op.get_bind(), 0
    into = f"insert into directory (account_id, name, words, is_local, revision) values ({', '.join([mark] * 5)})"
    while found := bind.exec_driver_sql(cards.TO_BE_INDEXED.format(after=after)).fetchall():
        bind.exec_driver_sql(into, cards.first_rows([tuple(row) for row in found]))
        after = found[-1][0]


def _fill_words(places: str) -> None:
    bind, tell = op.get_bind(), context.config.attributes["tell"]
    total = bind.exec_driver_sql("select count(*) from posts where boost_of is null").scalar() or 1
    done = 0

    def put(rows: list[post_words.Row]) -> None:
        nonlocal done
        bind.exec_driver_sql(f"insert into post_words (rowid, words) values {places}", rows)
        done += len(rows)
        tell(min(done / total, 1.0))

    post_words.fill(lambda sql: bind.exec_driver_sql(sql).fetchall(), put)


def downgrade() -> None:
    op.drop_table("post_words")
    op.drop_table("directories")
    op.drop_table("directory")
    op.drop_column("accounts", "card")
