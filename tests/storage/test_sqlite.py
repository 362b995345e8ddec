"""What is SQLite's own: one file, a full disk, another program's lock, a copy while it is used."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from storage import facts
from storage.errors import StorageBusy, StorageFull, StorageTrouble, WrongSchema
from storage.events import ChangedElsewhere, Event
from storage.sqlite import SqliteStore
from storage.store import Unit


def put(unit: Unit, name: str, value: str = "x") -> str:
    facts.put(unit, name, value)
    return name


def count(unit: Unit) -> int | None:
    return unit.one(int, "select count(*) from facts")


async def test_what_was_answered_is_in_the_file(sqlite_store: SqliteStore, sqlite_database: Path) -> None:
    await sqlite_store.write(put, "capital", "Paris")
    with sqlite3.connect(sqlite_database) as other:
        assert other.execute("select value from facts where name = 'capital'").fetchone() == ("Paris",)
    other.close()


async def test_a_full_disk_is_said_reads_go_on_and_nothing_acknowledged_is_lost(sqlite_store: SqliteStore) -> None:
    await sqlite_store.write(put, "before")
    await sqlite_store.write(lambda unit: unit.one(int, "pragma max_page_count = 1"))
    with pytest.raises(StorageFull, match="Free some room"):
        await sqlite_store.write(put, "large", "x" * 1_000_000)
    assert await sqlite_store.read(count) == 1
    await sqlite_store.write(lambda unit: unit.one(int, "pragma max_page_count = 1000000"))
    assert await sqlite_store.write(put, "after") == "after"


async def test_a_lock_held_by_another_program_is_said(sqlite_store: SqliteStore, sqlite_database: Path) -> None:
    await sqlite_store.write(lambda unit: unit.one(int, "pragma busy_timeout = 20"))
    with sqlite3.connect(sqlite_database, isolation_level=None) as other:
        other.execute("begin immediate")
        with pytest.raises(StorageBusy):
            await sqlite_store.write(put, "late")
        other.execute("rollback")
    other.close()
    assert await sqlite_store.write(put, "now") == "now"


async def test_a_change_by_another_process_is_noticed_once(sqlite_store: SqliteStore, sqlite_database: Path) -> None:
    heard: list[Event] = []
    sqlite_store.listen(heard.extend)
    await asyncio.sleep(0.05)
    await sqlite_store.write(put, "mine")
    await asyncio.sleep(0.6)
    assert heard == []
    with sqlite3.connect(sqlite_database) as other:
        other.execute("insert into facts (name, value) values ('theirs', '')")
    other.close()
    await asyncio.sleep(1.2)
    assert heard == [ChangedElsewhere()]


async def test_a_backup_under_write_load_has_everything_acknowledged_before_it(
    sqlite_store: SqliteStore, tmp_path: Path
) -> None:
    stop = asyncio.Event()
    written = 0

    async def load() -> None:
        nonlocal written
        while not stop.is_set():
            await sqlite_store.write(put, f"fact {written:06}", "x" * 500)
            written += 1

    writers = asyncio.create_task(load())
    while written < 50:  # noqa: ASYNC110  the writer counts
        await asyncio.sleep(0.001)
    before, shares = written, list[float]()
    await sqlite_store.backup(tmp_path / "copy.db", progress=shares.append)
    stop.set()
    await writers
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        found = copy.execute("select name from facts order by name").fetchall()
        assert copy.execute("pragma integrity_check").fetchone() == ("ok",)
    copy.close()
    assert len(found) >= before
    assert found == [(f"fact {n:06}",) for n in range(len(found))]
    assert shares[-1] == 1.0


async def test_a_newer_database_is_refused_with_what_to_do(sqlite_database: Path) -> None:
    with sqlite3.connect(sqlite_database) as other:
        other.execute("update alembic_version set version_num = '9999'")
    other.close()
    with pytest.raises(WrongSchema, match="newer version"):
        await SqliteStore.open(sqlite_database)


async def test_no_database_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageTrouble, match="legation init"):
        await SqliteStore.open(tmp_path / "nothing.db")


async def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    path.write_bytes(b"not a database at all" * 500)
    with pytest.raises(StorageTrouble, match="damaged or not a database"):
        await SqliteStore.open(path)
