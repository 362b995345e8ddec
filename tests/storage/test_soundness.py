"""What can be told of a database that is not opened as a store."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from storage import keys, schema_version, soundness
from storage.errors import StorageTrouble
from storage.soundness import OLDEST_VERSION, SealedKey
from storage.store import Store
from tests.databases import PostgresqlServer
from tests.storage.conftest import Person


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


async def test_a_sealed_key_is_found_through_the_store_on_both_engines(store: Store, person: Person) -> None:
    assert await store.read(soundness.sealed_key) is None
    marie = await person("marie")
    sealed = bytes(range(60))
    await store.write(keys.keep_private, "key", account=marie.id, kind="rsa", public_pem="", sealed=sealed)
    assert await store.read(soundness.sealed_key) == SealedKey("key", sealed)


def test_the_schema_of_a_database_in_postgresql(postgresql: PostgresqlServer) -> None:
    address = postgresql.create()
    assert soundness.schema_at(address) is None
    assert soundness.schema_at(postgresql.address("template")) == schema_version.CURRENT
    postgresql.drop(address)
    with pytest.raises(StorageTrouble, match="does not answer"):
        soundness.schema_at(address)


def test_how_a_postgresql_keeps_a_database(postgresql: PostgresqlServer) -> None:
    address = postgresql.create()
    found = soundness.condition_of(address)
    assert found.version >= OLDEST_VERSION
    assert found.encoding == "UTF8"
    assert found.settings == {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }  # as tests set them
    assert found.size > 1_000_000
    assert 100 < found.connections < 200
    assert 1 <= found.used < 200
    with psycopg.connect(address, autocommit=True) as opened:
        opened.execute("create role few login connection limit 7")
        assert soundness.condition_of(address.replace("legation@", "few@")).connections == 7
        opened.execute("drop role few")
    postgresql.drop(address)
