"""The page with every table equals the sum of the migrations, and the program knows which is the newest."""

import re
import sqlite3
from pathlib import Path

import sqlalchemy
from sqlalchemy.schema import CreateIndex, CreateTable

from storage import schema_version
from storage.migrations.apply import head, upgrade
from storage.schema import metadata


def described(path: Path) -> dict[str, list[str]]:
    with sqlite3.connect(path) as database:
        rows = database.execute(
            "select name, sql from sqlite_master where sql is not null and name <> 'alembic_version'"
            " and name not like 'post_words%'"  # an index, which no two databases make alike
        )
        found = {name: canonical(sql) for name, sql in rows}
    database.close()
    return found


def canonical(sql: str) -> list[str]:
    """A statement without white space and quotation marks, its parts in an order of their own."""
    head, _, body = re.sub(r"\s+", "", sql).replace('"', "").lower().partition("(")
    return [head, *sorted(body.removesuffix(")").split(","))]


def test_the_schema_is_the_sum_of_the_migrations(tmp_path: Path) -> None:
    upgrade(tmp_path / "migrated.db")
    engine = sqlalchemy.create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(CreateTable(table))
            for index in table.indexes:
                connection.execute(CreateIndex(index))
    engine.dispose()
    assert described(tmp_path / "migrated.db") == described(tmp_path / "declared.db")


def test_the_program_works_with_the_newest_migration() -> None:
    assert head() == schema_version.CURRENT


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    assert upgrade(tmp_path / "node.db") == (None, schema_version.CURRENT)
    before = described(tmp_path / "node.db")
    assert upgrade(tmp_path / "node.db") == (schema_version.CURRENT, schema_version.CURRENT)
    assert described(tmp_path / "node.db") == before
