"""SQLite behind `Store`: one writer that commits many units together, and lanes of readers.

    write(unit) ──► waiting ──► one batch: begin immediate · savepoint per unit · commit ──► every caller answered
    read(unit)  ──► a free quick reader       read_slowly(unit) ──► the slow reader

While one batch is being committed the next one gathers, so under load a disk flush is shared by many callers. A unit
that raises is rolled back to its own savepoint. When the commit itself fails, every caller of the batch is told, and
nothing of it is kept. Durability: WAL with synchronous=FULL, so what was answered survives a power cut.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import aiosqlite

from storage import schema_version
from storage.errors import Conflict, StorageBusy, StorageError, StorageFull, StorageTrouble
from storage.events import ChangedElsewhere, Event
from storage.ids import IdSequence
from storage.meters import Commits, Meters
from storage.presence import Share
from storage.put_off import PutOff
from storage.rows import maker
from storage.statements import for_sqlite, sqlite_values
from storage.store import Listener, Unit, Value

T = TypeVar("T")
P = ParamSpec("P")
Clock = Callable[[], datetime]

QUICK_READERS = 2
LOOK_EVERY_SECONDS = 0.5
MOST_WAITING = 10_000
MOST_TOGETHER = 512
BACKUP_PAGES = 512
SIZE = "select page_count * page_size from pragma_page_count, pragma_page_size"

PRAGMAS = (
    "pragma journal_mode = wal",
    "pragma synchronous = full",
    "pragma foreign_keys = on",
    "pragma busy_timeout = 5000",
    "pragma mmap_size = 134217728",
    "pragma temp_store = memory",
)


def utc_now() -> datetime:
    """The moment, aware, UTC."""
    return datetime.now(UTC)


class Connection(aiosqlite.Connection):
    """An aiosqlite connection that runs a whole unit of work in one hop to its thread."""

    def __init__(self, path: Path) -> None:
        """path: of an existing database."""
        connect = partial(sqlite3.connect, path, isolation_level=None, cached_statements=512)
        super().__init__(connect, iter_chunk_size=64)
        # A connection that was never closed must not keep a process from ending; what was answered is durable.
        self._thread.daemon = True

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run a function with the raw connection, in the connection's own thread."""
        # aiosqlite's protected doors, here and above: one hop a unit, not one a query.
        execute: Callable[..., Awaitable[T]] = self._execute
        return await execute(self._with_raw, work)

    def _with_raw(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return work(self._conn)


class SqliteUnit:
    """A unit of work on one SQLite connection; see `storage.store.Unit`."""

    __slots__ = ("_ids", "_put_off", "_raw", "events", "now")

    def __init__(self, raw: sqlite3.Connection, ids: IdSequence, now: datetime) -> None:
        self._raw = raw
        self._ids = ids
        self._put_off = PutOff()
        self.now = now
        self.events: list[Event] = []

    def all(self, kind: type[T], sql: str, /, **values: Value) -> list[T]:
        try:
            return list(map(maker(kind), self._raw.execute(for_sqlite(sql), sqlite_values(values))))
        except sqlite3.IntegrityError as error:
            raise Conflict(str(error)) from error

    def one(self, kind: type[T], sql: str, /, **values: Value) -> T | None:
        try:
            row = self._raw.execute(for_sqlite(sql), sqlite_values(values)).fetchone()
        except sqlite3.IntegrityError as error:
            raise Conflict(str(error)) from error
        return None if row is None else maker(kind)(row)

    def run(self, sql: str, /, **values: Value) -> int:
        self.catch_up()
        with _named_conflicts():
            return self._raw.execute(for_sqlite(sql), sqlite_values(values)).rowcount

    def each(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        self.catch_up()
        with _named_conflicts():
            self._raw.executemany(for_sqlite(sql), [sqlite_values(row) for row in rows])

    def later(self, sql: str, /, **values: Value) -> None:
        self._put_off.add(sql, values)

    def tally(self, sql: str, /, **values: Value) -> None:
        self._put_off.count(sql, values)

    def catch_up(self) -> None:
        """Do what was put off."""
        for sql, rows in self._put_off.taken():
            self.each(sql, rows)

    def new_id(self) -> int:
        return self._ids.next(self.now)

    def after_commit(self, event: Event, /) -> None:
        self.events.append(event)

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        self.catch_up()
        told = len(self.events)
        self._raw.execute("savepoint attempt")
        try:
            yield
            self.catch_up()
        except Exception:
            self._put_off.clear()
            del self.events[told:]
            if self._raw.in_transaction:  # a full disk has ended it already
                self._raw.execute("rollback to attempt")
                self._raw.execute("release attempt")
            raise
        self._raw.execute("release attempt")

    def lock(self, *names: str) -> None:
        """There is one writer."""

    def size(self) -> int:
        return int(self._raw.execute(SIZE).fetchone()[0])


@dataclass(slots=True)
class _Waiting:
    """A unit that waits for the writer, and what became of it."""

    work: Callable[[Unit], Any]
    answer: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None
    events: Sequence[Event] = field(default_factory=tuple)


class SqliteStore:
    """A node's database in one SQLite file; see `storage.store.Store`."""

    is_shared = False

    def __init__(
        self, writer: Connection, quick: Sequence[Connection], slow: Connection, clock: Clock, share: Share
    ) -> None:
        self._share = share
        self._writer = writer
        self._connections = (writer, *quick, slow)
        self._slow = slow
        self._slow_turn = asyncio.Lock()
        self._free: asyncio.Queue[Connection] = asyncio.Queue()
        for reader in quick:
            self._free.put_nowait(reader)
        self._clock = clock
        self._ids = IdSequence()
        self._commits = Commits()
        self._reading = 0
        self._listeners: list[Listener] = []
        self._looking: asyncio.Task[None] | None = None
        self._waiting: list[_Waiting] = []
        self._work = asyncio.Event()
        self._data_version = 0
        self._closing = False
        self._committing = asyncio.create_task(self._commit_for_ever(), name="storage-writer")

    @classmethod
    async def open(cls, path: Path, *, clock: Clock = utc_now) -> Self:
        """Open the database of a node.

        path: an existing database that was migrated to this version's schema.  clock: gives the moment, aware, UTC.
        Raises WrongSchema, StorageTrouble.
        """
        if not path.is_file():  # noqa: ASYNC240  once, at the start
            message = (
                f"There is no database at {path}. Run `legation init` first, or name the right folder with --data."
            )
            raise StorageTrouble(message)
        share = Share(path.parent)
        connections: list[Connection] = []
        try:
            for _ in range(QUICK_READERS + 2):
                connections.append(await _connected(path))  # noqa: PERF401  those that are open are closed on failure
            with _translated():
                await connections[0].run(_check_schema)
        except StorageError:
            await _close_all(connections)
            share.let_go()
            raise
        return cls(connections[0], connections[1:-1], connections[-1], clock, share)

    async def read(self, unit: Callable[Concatenate[Unit, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        self._reading += 1
        try:
            reader = await self._free.get()
            try:
                return await self._read_on(reader, _applied(unit, args, kwargs))
            finally:
                self._free.put_nowait(reader)
        finally:
            self._reading -= 1

    async def read_slowly(self, unit: Callable[Concatenate[Unit, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._slow_turn:
            return await self._read_on(self._slow, _applied(unit, args, kwargs))

    async def write(self, unit: Callable[Concatenate[Unit, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        if len(self._waiting) >= MOST_WAITING or self._closing:
            raise StorageBusy
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(_applied(unit, args, kwargs), answer))
        self._work.set()
        return await answer

    def listen(self, listener: Listener, /, *, here_only: bool = False) -> None:
        self._listeners.append(listener)
        if not here_only and self._looking is None:
            self._looking = asyncio.create_task(self._look_for_ever(), name="storage-look-elsewhere")

    async def up_to_date(self) -> None:
        """One process writes here; it tells its listeners before it answers. Commands are noticed by `_look_for_ever`."""

    async def backup(self, target: Path, /, *, progress: Callable[[float], None]) -> None:
        # On the slow reader: the writer and the quick readers go on. WAL gives the copy one consistent snapshot only
        # when it is taken in one transaction, so the steps below share the reader's.
        async with self._slow_turn:
            with _translated():
                await self._slow.run(partial(_copy, target=target, progress=progress))

    def meters(self) -> Meters:
        return Meters(self._commits, max(0, self._reading - QUICK_READERS), len(self._waiting))

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        self._closing = True
        self._work.set()
        await self._committing
        with contextlib.suppress(sqlite3.OperationalError):
            await self._writer.run(lambda raw: raw.execute("pragma optimize").close())
        await _close_all(self._connections)
        self._share.let_go()

    async def _read_on(self, reader: Connection, work: Callable[[Unit], T]) -> T:
        with _translated():
            return await reader.run(partial(_read, work, self._ids, self._clock()))

    async def _look_for_ever(self) -> None:
        """The command works on the same database: that it changed something is noticed here within half a second."""
        while True:
            version = await self._writer.run(_data_version)
            if version != self._data_version:
                first, self._data_version = self._data_version == 0, version
                if not first:
                    self._tell([ChangedElsewhere()])
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _commit_for_ever(self) -> None:
        while not self._closing or self._waiting:
            await self._work.wait()
            self._work.clear()
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
                await self._commit(batch)

    async def _commit(self, batch: list[_Waiting]) -> None:
        try:
            with _translated():
                seconds = await self._writer.run(partial(_commit_together, batch, self._ids, self._clock()))
            self._commits.kept(sum(waiting.error is None for waiting in batch), seconds=seconds)
        except Exception as error:  # noqa: BLE001 - the writer outlives whatever happens; each caller is told
            self._commits.lost()
            for waiting in batch:
                waiting.error = waiting.error or error
        for waiting in batch:
            if waiting.answer.done():  # its caller went away; what it asked for is kept all the same
                continue
            if waiting.error is not None:
                waiting.answer.set_exception(waiting.error)
            else:
                waiting.answer.set_result(waiting.result)
        self._tell([event for waiting in batch if waiting.error is None for event in waiting.events])

    def _tell(self, events: Sequence[Event]) -> None:
        if events:
            for listener in self._listeners:
                listener(events)


def _applied(unit: Callable[..., T], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Callable[[Unit], T]:
    return lambda on: unit(on, *args, **kwargs)


def _read(work: Callable[[Unit], T], ids: IdSequence, now: datetime, raw: sqlite3.Connection) -> T:
    raw.execute("begin")
    try:
        return work(SqliteUnit(raw, ids, now))
    finally:
        raw.execute("rollback")


def _commit_together(batch: Sequence[_Waiting], ids: IdSequence, now: datetime, raw: sqlite3.Connection) -> float:
    """Run units and keep them together. Returns the seconds that it took."""
    began = time.perf_counter()
    raw.execute("begin immediate")
    try:
        for waiting in batch:
            _run_in_savepoint(waiting, SqliteUnit(raw, ids, now), raw)
        raw.execute("commit")
    except BaseException:
        if raw.in_transaction:
            raw.execute("rollback")
        raise
    return time.perf_counter() - began


def _run_in_savepoint(waiting: _Waiting, unit: SqliteUnit, raw: sqlite3.Connection) -> None:
    raw.execute("savepoint unit")
    try:
        waiting.result = waiting.work(unit)
        unit.catch_up()
        waiting.events = unit.events
    except Exception as error:  # whatever a unit raises is its caller's to hear
        if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise  # the disk or the file, not the unit: the whole batch is told
        waiting.error = error
        raw.execute("rollback to unit")
    raw.execute("release unit")


def _copy(raw: sqlite3.Connection, *, target: Path, progress: Callable[[float], None]) -> None:
    def told(_status: int, remaining: int, total: int) -> None:
        progress(1 - remaining / total if total else 1.0)

    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
        raw.execute("begin")
        try:
            raw.execute("select count(*) from alembic_version").fetchone()  # the snapshot is taken at the first read
            raw.backup(copy, pages=BACKUP_PAGES, progress=told)
        finally:
            raw.execute("rollback")


def _check_schema(raw: sqlite3.Connection) -> None:
    try:
        row = raw.execute("select version_num from alembic_version").fetchone()
    except sqlite3.OperationalError:
        row = None
    schema_version.check(None if row is None else str(row[0]))


async def _connected(path: Path) -> Connection:
    opened = Connection(path)
    try:
        with _translated():
            assert await opened is opened
            for pragma in PRAGMAS:
                await opened.run(partial(_execute, statement=pragma))
    except StorageError:
        await opened.close()
        raise
    return opened


def _data_version(raw: sqlite3.Connection) -> int:
    """A number that changes when another connection has committed."""
    return int(raw.execute("pragma data_version").fetchone()[0])


def _execute(raw: sqlite3.Connection, *, statement: str) -> None:
    raw.execute(statement).close()


async def _close_all(connections: Iterable[Connection]) -> None:
    for connection in connections:
        await connection.close()


@contextlib.contextmanager
def _named_conflicts() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise Conflict(str(error)) from error


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """What SQLite says of the place, in the words of `storage.errors`."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "full" in text:
            raise StorageFull(StorageFull.__doc__) from error
        if "locked" in text or "busy" in text:
            raise StorageBusy(StorageBusy.__doc__) from error
        message = f"The database cannot be used: {text}."
        raise StorageTrouble(message) from error
    except sqlite3.DatabaseError as error:
        message = (
            f"The database file is damaged or not a database: {error}. Restore the last backup with `legation restore`."
        )
        raise StorageTrouble(message) from error
