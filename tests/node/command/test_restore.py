"""`legation backup` and `legation restore` with PostgreSQL on either side: the same node, whichever engine keeps it."""

import asyncio
import hashlib
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from node import settings as node_settings
from storage import schema_version, soundness
from storage.migrations import apply
from storage.opening import open_store
from tests.node.command.conftest import Place, Said, Serve, run_here
from tests.node.command.test_backup import KEPT_TABLES, repacked, write
from tests.node.command.test_init import tables_in
from tests.node.command.test_peers import counts, fill

Rows = dict[str, list[Any]]


def rows_of(place: Place) -> Rows:
    """The rows of a node, wherever they are, without an order; not when it was backed up, which it learns afterwards."""
    found: Rows = {}
    with (
        closing(sqlite3.connect(place.database))
        if not place.postgresql
        else psycopg.connect(place.postgresql) as opened
    ):
        for name in KEPT_TABLES:
            rows = opened.execute(f"select * from {name}").fetchall()
            found[name] = sorted((row for row in rows if row[0] != "backed_up_at"), key=repr)
    return found


@pytest.fixture
async def lively(on_postgresql: Place) -> Place:
    """A node in PostgreSQL with peers, a queue and dead letters."""
    store = await open_store(on_postgresql.postgresql)
    await store.write(fill)
    await store.close()
    return on_postgresql


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tuesday.tar.gz"


def restored(place: Place, file: Path, postgresql: str = "") -> Place:
    again = Place(place.data.with_name("again"), place.domain, postgresql)
    said = again.run_here("restore", file, *(("--postgresql", postgresql) if postgresql else ()))
    assert (said.code, said.err) == (0, "")
    return again


def test_sec_q1_a_node_in_postgresql_is_backed_up_as_any_other(lively: Place, file: Path) -> None:
    lively.did("backup", file)
    with tarfile.open(file) as tar:
        assert sorted(tar.getnames()) == ["legation.db", "legation.toml", "manifest.json"]
    again = restored(lively, file)
    assert rows_of(again) == rows_of(lively)
    assert counts(again) == ({"oslo.example": 3}, 3)
    assert soundness.first_fault(again.database) is None
    settings = node_settings.load(again.data)
    assert settings.database == again.database
    assert sorted(path.name for path in again.data.iterdir()) == ["legation.db", "legation.toml"]
    assert {path.stat().st_mode & 0o777 for path in again.data.iterdir()} == {0o600}


async def test_it_is_restored_into_postgresql_and_serves(
    lively: Place, file: Path, bare_postgresql: str, serve: Serve
) -> None:
    await asyncio.to_thread(lively.did, "backup", file)
    again = await asyncio.to_thread(restored, lively, file, bare_postgresql)
    assert rows_of(again) == rows_of(lively)
    assert node_settings.load(again.data).database == bare_postgresql
    assert not again.database.exists()
    assert (await serve(again)).announced.startswith(f"{lively.domain} answers at ")


def test_a_backup_of_a_file_is_restored_into_postgresql(place: Place, file: Path, bare_postgresql: str) -> None:
    place.did("backup", file)
    again = restored(place, file, bare_postgresql)
    assert rows_of(again) == rows_of(place)


def test_a_backup_from_before_an_upgrade_is_restored_into_postgresql(
    place: Place, file: Path, bare_postgresql: str, tmp_path: Path
) -> None:
    place.did("backup", file)
    with tarfile.open(file) as tar:
        parts = {member.name: reader.read() for member in tar if (reader := tar.extractfile(member))}
    older = tmp_path / "older.db"
    older.write_bytes(parts["legation.db"])
    downgrade(older)
    written = orjson.loads(parts["manifest.json"])
    written["sha256"]["legation.db"] = hashlib.sha256(older.read_bytes()).hexdigest()
    repacked(file, legationb=older.read_bytes(), manifestn=orjson.dumps(written))
    again = restored(place, file, bare_postgresql)
    assert soundness.schema_at(bare_postgresql) == schema_version.CURRENT
    assert len(again.did("staff", "list", "--json").json) == 1


def downgrade(path: Path) -> None:
    """Have a database be at the schema before this one."""
    settings = apply.config()
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        settings.attributes["connection"] = connection
        command.downgrade(settings, "-1")
    assert str(soundness.schema_at(path)) < schema_version.CURRENT


def test_sec_k_the_password_of_a_database_is_not_in_a_backup(on_postgresql: Place, file: Path) -> None:
    settings = on_postgresql.data / "legation.toml"
    secret = on_postgresql.postgresql.replace("legation@", "legation:s3cret@")
    settings.write_text(settings.read_text().replace(on_postgresql.postgresql, secret) + f'# postgresql = "{secret}"\n')
    said = on_postgresql.did("backup", file)
    assert "s3cret" not in said.out
    with tarfile.open(file) as tar:
        assert all(b"s3cret" not in reader.read() for member in tar if (reader := tar.extractfile(member)))
    assert node_settings.load(restored(on_postgresql, file).data).postgresql == ""


async def test_sec_q1_what_was_acknowledged_before_is_in_a_backup_under_load(on_postgresql: Place, file: Path) -> None:
    store = await open_store(on_postgresql.postgresql)
    acknowledged = 0
    begun, stopping = asyncio.Event(), asyncio.Event()

    async def write_on() -> None:
        nonlocal acknowledged
        while not stopping.is_set():
            await store.write(write, acknowledged)
            acknowledged += 1
            if acknowledged == 100:
                begun.set()

    writing = asyncio.create_task(write_on())
    await begun.wait()
    before = acknowledged
    await asyncio.to_thread(on_postgresql.did, "backup", file)
    after = acknowledged
    stopping.set()
    await writing
    await store.close()
    again = await asyncio.to_thread(restored, on_postgresql, file)
    with closing(sqlite3.connect(again.database)) as opened:
        numbers = [int(uri.rpartition("/")[2]) for (uri,) in opened.execute("select uri from posts order by id")]
    assert before <= len(numbers) <= after + 1
    assert numbers == list(range(len(numbers)))
    assert soundness.first_fault(again.database) is None


# ---- what is not restored -------------------------------------------------------------------------------------------


def refused(place: Place, file: Path, postgresql: str) -> str:
    said: Said = run_here("restore", file, "--data", place.data.with_name("again"), "--postgresql", postgresql)
    assert not place.data.with_name("again").exists()
    assert not place.data.with_name("again.secret").exists()
    return said.sentence


def test_a_node_in_postgresql_is_not_overwritten(on_postgresql: Place, file: Path) -> None:
    on_postgresql.did("backup", file)
    before = rows_of(on_postgresql)
    assert "There is a node in that database already" in refused(on_postgresql, file, on_postgresql.postgresql)
    assert rows_of(on_postgresql) == before


def test_others_tables_are_left_alone(place: Place, file: Path, bare_postgresql: str) -> None:
    place.did("backup", file)
    with psycopg.connect(bare_postgresql) as opened:
        opened.execute("create table recipes (name text)")
    assert "The database is not empty" in refused(place, file, bare_postgresql)
    assert tables_in(bare_postgresql) == {"recipes"}


def test_a_backup_that_was_changed_leaves_the_database_empty(place: Place, file: Path, bare_postgresql: str) -> None:
    place.did("backup", file)
    repacked(file, legationb=b"another database")
    assert "is not what was backed up" in refused(place, file, bare_postgresql)
    assert tables_in(bare_postgresql) == set()


def test_what_fails_at_the_end_leaves_the_database_empty(place: Place, file: Path, bare_postgresql: str) -> None:
    """A row that SQLite keeps and PostgreSQL does not: a name that is longer than its column."""
    with closing(sqlite3.connect(place.database)) as opened:
        opened.execute("insert into facts (name, value) values (:name, '')", {"name": "n" * 60})
        opened.commit()
    place.did("backup", file)
    assert "too long" in refused(place, file, bare_postgresql)
    assert tables_in(bare_postgresql) == set()
