"""What can be told of a database file that is not opened as a store."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage import schema_version, soundness
from storage.errors import StorageTrouble


def test_a_whole_database_has_no_fault(sqlite_database: Path) -> None:
    assert soundness.first_fault(sqlite_database) is None
    assert soundness.schema_at(sqlite_database) == schema_version.CURRENT
    assert soundness.one_sealed_key(sqlite_database) is None


def test_a_row_that_points_nowhere_is_a_fault(sqlite_database: Path) -> None:
    with closing(sqlite3.connect(sqlite_database)) as opened:
        opened.execute("pragma foreign_keys = off")
        opened.execute("insert into staff (account_id, password, role, locale, created_at) values (7, '', '', '', 0)")
        opened.commit()
    assert soundness.first_fault(sqlite_database) == "a row of staff points to a row of accounts that is not there"


def test_overwritten_pages_are_a_fault(sqlite_database: Path) -> None:
    with closing(sqlite3.connect(sqlite_database)) as opened:
        opened.execute("pragma wal_checkpoint(truncate)").fetchall()
    with sqlite_database.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 16384)
    assert soundness.first_fault(sqlite_database) is not None


def test_what_is_no_database_is_a_fault(tmp_path: Path) -> None:
    letter = tmp_path / "letter.db"
    letter.write_text("Monsieur l'Ambassadeur, " * 100, encoding="utf-8")
    assert soundness.first_fault(letter) == "file is not a database"
    with pytest.raises(StorageTrouble, match=r"letter\.db cannot be read"):
        soundness.schema_at(letter)


def test_no_file_and_an_empty_file_have_no_schema(tmp_path: Path) -> None:
    assert soundness.schema_at(tmp_path / "none.db") is None
    (tmp_path / "empty.db").touch()
    assert soundness.schema_at(tmp_path / "empty.db") is None
