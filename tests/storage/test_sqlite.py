"""What `Store` promises, on SQLite: durable answers, units that harm nobody else, clear errors."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from storage import facts
from storage.errors import Conflict, StorageBusy, StorageFull, StorageTrouble, WrongSchema
from storage.events import Event, PeerChanged
from storage.ids import Host
from storage.sqlite import SqliteStore
from storage.store import Unit


def put(unit: Unit, name: str, value: str = "x") -> str:
    facts.put(unit, name, value)
    return name


def add(unit: Unit, name: str) -> None:
    unit.run("insert into facts (name, value) values (:name, '')", name=name)
    unit.after_commit(PeerChanged(Host(name)))


def fail_after_writing(unit: Unit, name: str) -> None:
    put(unit, name)
    raise LookupError(name)


def count(unit: Unit) -> int | None:
    return unit.one(int, "select count(*) from facts")


async def test_what_was_answered_is_in_the_file(store: SqliteStore, database: Path) -> None:
    await store.write(put, "capital", "Paris")
    with sqlite3.connect(database) as other:
        assert other.execute("select value from facts where name = 'capital'").fetchone() == ("Paris",)
    other.close()


async def test_a_unit_that_raises_leaves_nothing_and_harms_no_other_of_its_commit(store: SqliteStore) -> None:
    results = await asyncio.gather(
        *(store.write(put, f"fact {n}") for n in range(50)),
        store.write(fail_after_writing, "half"),
        *(store.write(put, f"more {n}") for n in range(50)),
        return_exceptions=True,
    )
    assert [type(result) for result in results].count(LookupError) == 1
    assert await store.read(count) == 100
    assert await store.read(facts.get, "half") is None


async def test_a_taken_name_is_a_conflict(store: SqliteStore) -> None:
    await store.write(add, "once")
    with pytest.raises(Conflict):
        await store.write(add, "once")


async def test_events_are_told_after_the_commit_in_order_and_only_of_what_was_kept(store: SqliteStore) -> None:
    heard: list[Event] = []
    store.listen(heard.extend)
    await store.write(add, "a")
    with pytest.raises(Conflict):
        await store.write(add, "a")
    await store.write(add, "b")
    assert heard == [PeerChanged(Host("a")), PeerChanged(Host("b"))]


async def test_a_reader_sees_what_was_answered_before_it_asked(store: SqliteStore) -> None:
    for n in range(20):
        await store.write(put, f"fact {n}")
        assert await store.read(count) == n + 1


async def test_a_slow_reader_holds_up_nobody(store: SqliteStore) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000000) select max(i) from n"
    slow = asyncio.create_task(store.read_slowly(lambda unit: unit.one(int, endless)))
    await asyncio.sleep(0)
    assert await store.write(put, "quick") == "quick"
    assert await store.read(count) == 1
    assert not slow.done()
    assert await slow == 3_000_000


async def test_a_full_disk_is_said_reads_go_on_and_nothing_acknowledged_is_lost(store: SqliteStore) -> None:
    await store.write(put, "before")
    await store.write(lambda unit: unit.one(int, "pragma max_page_count = 1"))
    with pytest.raises(StorageFull, match="Free some room"):
        await store.write(put, "large", "x" * 1_000_000)
    assert await store.read(count) == 1
    await store.write(lambda unit: unit.one(int, "pragma max_page_count = 1000000"))
    assert await store.write(put, "after") == "after"


async def test_a_lock_held_by_another_program_is_said(store: SqliteStore, database: Path) -> None:
    await store.write(lambda unit: unit.one(int, "pragma busy_timeout = 20"))
    with sqlite3.connect(database, isolation_level=None) as other:
        other.execute("begin immediate")
        with pytest.raises(StorageBusy):
            await store.write(put, "late")
        other.execute("rollback")
    other.close()
    assert await store.write(put, "now") == "now"


async def test_a_mistake_in_a_statement_is_its_callers_alone(store: SqliteStore) -> None:
    wrong = store.write(lambda unit: unit.run("update nothing set x = 1"))
    right = store.write(put, "right")
    results = await asyncio.gather(wrong, right, return_exceptions=True)
    assert results[1] == "right"
    assert isinstance(results[0], Exception)


async def test_a_change_by_another_process_is_noticed_once(store: SqliteStore, database: Path) -> None:
    await store.changed_elsewhere()
    await store.write(put, "mine")
    assert not await store.changed_elsewhere()
    with sqlite3.connect(database) as other:
        other.execute("insert into facts (name, value) values ('theirs', '')")
    other.close()
    assert await store.changed_elsewhere()
    assert not await store.changed_elsewhere()


async def test_a_backup_under_write_load_has_everything_acknowledged_before_it(
    store: SqliteStore, tmp_path: Path
) -> None:
    stop = asyncio.Event()
    written = 0

    async def load() -> None:
        nonlocal written
        while not stop.is_set():
            await store.write(put, f"fact {written:06}", "x" * 500)
            written += 1

    writers = asyncio.create_task(load())
    while written < 50:  # noqa: ASYNC110  the writer counts
        await asyncio.sleep(0.001)
    before, shares = written, list[float]()
    await store.backup(tmp_path / "copy.db", progress=shares.append)
    stop.set()
    await writers
    with sqlite3.connect(tmp_path / "copy.db") as copy:
        found = copy.execute("select name from facts order by name").fetchall()
        assert copy.execute("pragma integrity_check").fetchone() == ("ok",)
    copy.close()
    assert len(found) >= before
    assert found == [(f"fact {n:06}",) for n in range(len(found))]
    assert shares[-1] == 1.0


async def test_a_newer_database_is_refused_with_what_to_do(database: Path) -> None:
    with sqlite3.connect(database) as other:
        other.execute("update alembic_version set version_num = '9999'")
    other.close()
    with pytest.raises(WrongSchema, match="newer version"):
        await SqliteStore.open(database)


async def test_no_database_is_said(tmp_path: Path) -> None:
    with pytest.raises(StorageTrouble, match="legation init"):
        await SqliteStore.open(tmp_path / "nothing.db")


async def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    path.write_bytes(b"not a database at all" * 500)
    with pytest.raises(StorageTrouble, match="damaged or not a database"):
        await SqliteStore.open(path)
