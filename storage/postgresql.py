"""PostgreSQL behind `Store`: for a node that has outgrown one machine, with any number of processes beside it.

    read(unit) ────► lane "quick": threads, each with its own connection; one read-only snapshot a unit
    read_slowly ───► lane "slow": the same, with a time limit
    write(unit) ───► lane "write": one transaction a unit, several at once; committed ─► told here ─► told elsewhere

**Races.** Units were written as if they ran one after the other. Here several run at once, READ COMMITTED: a unit that loses
a race (deadlock, a name that another took meanwhile) is rolled back and run again, and then sees what the other did. Where
two must exclude each other they say so with `Unit.lock`.

**Signals** (`storage.signals`) tell other processes what was committed, before the writer has its answer.

**Trouble.** A connection that broke is made anew, for up to `PATIENCE_SECONDS`; a unit that had not begun to commit is run
again on it. When the answer to a commit is lost nobody can say whether it was kept: then the caller is told of trouble, and
what it repeats is recognised by its own names (activity ids, idempotency keys).
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import psycopg
from psycopg import errors
from psycopg.abc import Buffer
from psycopg.pq import ExecStatus
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumperUnknown

from storage import schema_version
from storage.errors import Conflict, StorageBusy, StorageFull, StorageTrouble
from storage.events import Event
from storage.ids import IdSequence
from storage.meters import Commits, Meters
from storage.put_off import PutOff
from storage.rows import maker
from storage.signals import Signals
from storage.statements import for_postgresql, postgresql_values
from storage.store import Listener, Unit, Value

T = TypeVar("T")
P = ParamSpec("P")
Clock = Callable[[], datetime]
Raw = psycopg.Connection[tuple[Any, ...]]

QUICK_READERS = 4
SLOW_READERS = 1
WRITERS = 4
CONNECTIONS = QUICK_READERS + SLOW_READERS + WRITERS + 1
"""How many a process needs at most, with the one for signals."""

MOST_WAITING = 10_000
MOST_RUNS = 8
PATIENCE_SECONDS = 10.0
SIZE = "select pg_database_size(current_database())"
SLOW_READ_MILLISECONDS = 60_000
# How often a word stands in posts decides how one looks for it: each question is planned with its own values.
SLOW_READING = f"-c statement_timeout={SLOW_READ_MILLISECONDS} -c plan_cache_mode=force_custom_plan"

BEGIN, COMMIT, ROLLBACK = b"begin", b"commit", b"rollback"
BEGIN_READING = b"begin isolation level repeatable read read only"
LOCK = """
select pg_advisory_xact_lock(hashtextextended(n.name, 0))
from (select name from unnest(cast(:names as text[])) as t (name) order by name) n
"""
LOST_RACES = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation)


class _Int(Int8Dumper):
    """Every integer as bigint, so that a statement has one plan whatever the number's size."""


class _Text(StrDumperUnknown):
    """A text whose type its place decides. PostgreSQL keeps no NUL: it is left out."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "") if "\0" in obj else obj)


class PostgresqlUnit:
    """A unit of work on one PostgreSQL connection; see `storage.store.Unit`."""

    __slots__ = ("_ids", "_locked", "_put_off", "_raw", "events", "now")

    def __init__(self, raw: Raw, ids: IdSequence, now: datetime) -> None:
        self._raw = raw
        self._ids = ids
        self._put_off = PutOff()
        self._locked: set[str] = set()
        self.now = now
        self.events: list[Event] = []

    def all(self, kind: type[T], sql: str, /, **values: Value) -> list[T]:
        return list(map(maker(kind), self._execute(sql, values).fetchall()))

    def one(self, kind: type[T], sql: str, /, **values: Value) -> T | None:
        row = self._execute(sql, values).fetchone()
        return None if row is None else maker(kind)(row)

    def run(self, sql: str, /, **values: Value) -> int:
        self.catch_up()
        return self._execute(sql, values).rowcount

    def each(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        self.catch_up()
        given = [postgresql_values(row) for row in rows]
        if len(given) == 1:
            self._execute(sql, given[0])
        elif given:
            with self._raw.cursor() as cursor:
                cursor.executemany(for_postgresql(sql), given)

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
        told, locked = len(self.events), set(self._locked)
        self._raw.execute("savepoint attempt")
        try:
            yield
            self.catch_up()
        except Exception as error:
            self._put_off.clear()
            self._locked = locked  # those of the attempt are let go with it
            del self.events[told:]
            if not self._raw.broken:
                self._raw.execute("rollback to attempt")
                self._raw.execute("release attempt")
            if isinstance(error, errors.UniqueViolation | errors.ForeignKeyViolation):
                raise Conflict(str(error)) from error
            raise
        self._raw.execute("release attempt")

    def lock(self, *names: str) -> None:
        # In one order, so that two who lock several do not wait for each other.
        wanted = sorted({*names} - self._locked)
        if wanted:
            self._execute(LOCK, {"names": wanted})
            self._locked.update(wanted)

    def size(self) -> int:
        return int(self._raw.execute(SIZE).fetchall()[0][0])

    def _execute(self, sql: str, values: Mapping[str, Value]) -> psycopg.Cursor[tuple[Any, ...]]:
        return self._raw.execute(for_postgresql(sql), postgresql_values(values))


class Lane:
    """Threads that run units, each with its own connection, made when it is first needed."""

    def __init__(self, name: str, address: str, *, threads: int, options: str = "") -> None:
        """address: `postgresql://…`.  options: settings of the connections, as `-c name=value`."""
        self._address = address
        self._options = options
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=f"postgresql-{name}")
        self._most_running = threads
        self._own = threading.local()
        self._made: list[Raw] = []
        self.waiting = 0

    async def run(self, work: Callable[[Raw], T]) -> T:
        """Run a function with a connection in one of the lane's threads. Raises StorageBusy, and what the function raises."""
        if self.waiting >= MOST_WAITING:
            raise StorageBusy(StorageBusy.__doc__)
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._on_own_connection, work)
        finally:
            self.waiting -= 1

    @property
    def queued(self) -> int:
        """How many wait for a thread."""
        return max(0, self.waiting - self._most_running)

    def close(self) -> None:
        """Finish what was begun and hang up."""
        self._threads.shutdown(wait=True)
        for connection in self._made:
            connection.close()

    def _on_own_connection(self, work: Callable[[Raw], T]) -> T:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            connection = self._connected(until)
            try:
                return work(connection)
            except _LostBeforeCommit as lost:
                self._made.remove(connection)
                connection.close()
                if time.monotonic() >= until:
                    raise StorageTrouble(UNREACHABLE) from lost

    def _connected(self, until: float) -> Raw:
        known: Raw | None = getattr(self._own, "connection", None)
        if known is not None and not known.closed:
            return known
        if known in self._made:
            self._made.remove(known)
        while True:
            try:
                made = connect(self._address, self._options)
            except errors.OperationalError as error:
                if time.monotonic() >= until:
                    raise StorageTrouble(UNREACHABLE) from error
                time.sleep(0.1)
            else:
                self._own.connection = made
                self._made.append(made)
                return made


UNREACHABLE = "PostgreSQL does not answer. See whether it runs, and whether the address in `database` is right."


class _LostBeforeCommit(Exception):
    """The connection broke while nothing of the unit could have been kept."""


def connect(address: str, options: str = "") -> Raw:
    """A connection as all of this program's are. Raises psycopg.OperationalError."""
    made = psycopg.connect(address, autocommit=True, options=options or None, connect_timeout=5)
    made.prepare_threshold = 2
    made.prepared_max = 1000
    made.adapters.register_dumper(int, _Int)
    made.adapters.register_dumper(str, _Text)
    return made


class PostgresqlStore:
    """A node's database in PostgreSQL; see `storage.store.Store`."""

    is_shared = True

    def __init__(self, address: str, signals: Signals, clock: Clock) -> None:
        self._address = address
        self._clock = clock
        self._ids = IdSequence(shared=True)
        self._quick = Lane("quick", address, threads=QUICK_READERS)
        self._slow = Lane("slow", address, threads=SLOW_READERS, options=SLOW_READING)
        self._writers = Lane("write", address, threads=WRITERS)
        self._commits = Commits()
        self._signals = signals
        self._everywhere: list[Listener] = []
        self._here: list[Listener] = []
        self._writing: set[asyncio.Task[Any]] = set()
        signals.listen(self._tell_of_others)

    @classmethod
    async def open(cls, address: str, *, clock: Clock) -> Self:
        """Open the database of a node.

        address: `postgresql://…`, a database that was migrated to this version's schema.  clock: gives the moment.
        Raises WrongSchema, StorageTrouble.
        """
        found = await asyncio.to_thread(revision_at, address)
        schema_version.check(found)
        return cls(address, await Signals.open(address), clock)

    async def read(self, unit: Callable[Concatenate[Unit, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._quick.run(partial(_read, lambda on: unit(on, *args, **kwargs), self._ids, self._clock()))

    async def read_slowly(self, unit: Callable[Concatenate[Unit, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._slow.run(partial(_read, lambda on: unit(on, *args, **kwargs), self._ids, self._clock()))

    async def write(self, unit: Callable[Concatenate[Unit, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        # A task of its own: what was begun is finished and told, even when the caller has gone away.
        writing = asyncio.get_running_loop().create_task(self._write(lambda on: unit(on, *args, **kwargs)))
        self._writing.add(writing)
        writing.add_done_callback(self._writing.discard)
        return await asyncio.shield(writing)

    def listen(self, listener: Listener, /, *, here_only: bool = False) -> None:
        (self._here if here_only else self._everywhere).append(listener)

    async def up_to_date(self) -> None:
        await self._signals.up_to_date()

    async def backup(self, target: Path, /, *, progress: Callable[[float], None]) -> None:
        # A node that serves does without what copies, and without the metadata of its tables.
        copying = import_module("storage.copying")
        await asyncio.to_thread(copying.back_up, self._address, target, progress=progress)

    def meters(self) -> Meters:
        return Meters(self._commits, self._quick.queued, self._writers.queued)

    async def close(self) -> None:
        await asyncio.gather(*self._writing, return_exceptions=True)
        await self._signals.close()
        for lane in (self._quick, self._slow, self._writers):
            await asyncio.to_thread(lane.close)

    async def _write(self, work: Callable[[Unit], T]) -> T:
        try:
            result, events, seconds = await self._writers.run(partial(_write, work, self._ids, self._clock))
        except StorageTrouble:
            self._commits.lost()
            raise
        self._commits.kept(1, seconds=seconds)
        if events:
            for listener in (*self._here, *self._everywhere):
                listener(events)
            await self._signals.send(events)
        return result

    def _tell_of_others(self, events: Sequence[Event]) -> None:
        for listener in self._everywhere:
            listener(events)


def revision_at(address: str) -> str | None:
    """The migration that a database is at; None when it holds no node. Raises StorageTrouble."""
    try:
        with contextlib.closing(connect(address)) as connection:
            row = connection.execute("select version_num from alembic_version").fetchone()
    except errors.UndefinedTable:
        return None
    except psycopg.Error as error:
        raise StorageTrouble(f"{UNREACHABLE} It said: {str(error).strip()}") from error
    return None if row is None else str(row[0])


def _read(work: Callable[[Unit], T], ids: IdSequence, now: datetime, raw: Raw) -> T:
    with _translated(raw, committing=lambda: False):
        _say(raw, BEGIN_READING)
        try:
            return work(PostgresqlUnit(raw, ids, now))
        finally:
            if not raw.closed:
                _say(raw, ROLLBACK)


def _write(work: Callable[[Unit], T], ids: IdSequence, clock: Clock, raw: Raw) -> tuple[T, Sequence[Event], float]:
    """Run a unit in a transaction; again when it lost a race."""
    lost: psycopg.Error | None = None
    for run in range(MOST_RUNS):
        try:
            return _write_once(work, ids, clock(), raw, again=run > 0)
        except errors.UniqueViolation as error:
            # An id that two processes made at once differs next time; any other name is taken for good if it still is.
            if run and not (error.diag.message_detail or "").startswith("Key (id)="):
                raise Conflict(str(error)) from error
            lost = error
        except (errors.SerializationFailure, errors.DeadlockDetected) as error:
            lost = error
    raise StorageBusy(StorageBusy.__doc__) from lost


def _write_once(
    work: Callable[[Unit], T], ids: IdSequence, now: datetime, raw: Raw, *, again: bool
) -> tuple[T, Sequence[Event], float]:
    committing = False
    began = time.perf_counter()
    with _translated(raw, committing=lambda: committing):
        unit = PostgresqlUnit(raw, ids, now)
        _say(raw, BEGIN)
        try:
            if again:
                unit.lock("whoever lost a race")  # one after the other, so that they do not lose to each other for ever
            result = work(unit)
            unit.catch_up()
            committing = True
            _say(raw, COMMIT)
        except BaseException:
            if not raw.closed:
                _say(raw, ROLLBACK)
            raise
    return result, unit.events, time.perf_counter() - began


def _say(raw: Raw, command: bytes) -> None:
    """Begin or end a transaction: straight to libpq, which costs a third less than a cursor. Raises psycopg.Error."""
    answer = raw.pgconn.exec_(command)
    if raw.closed:
        raise errors.OperationalError(raw.pgconn.get_error_message())
    if answer.status != ExecStatus.COMMAND_OK:
        raise errors.error_from_result(answer)
    if command is COMMIT and answer.command_status != b"COMMIT":  # a statement failed before, and nobody was told
        raise errors.InFailedSqlTransaction("The transaction was rolled back.")


@contextlib.contextmanager
def _translated(raw: Raw, *, committing: Callable[[], bool]) -> Iterator[None]:
    """What PostgreSQL says of the place, in the words of `storage.errors`."""
    try:
        yield
    except LOST_RACES:
        raise
    except errors.ForeignKeyViolation as error:
        raise Conflict(str(error)) from error
    except (errors.DiskFull, errors.InsufficientResources) as error:
        raise StorageFull(StorageFull.__doc__) from error
    except errors.QueryCanceled as error:
        raise StorageBusy(StorageBusy.__doc__) from error
    except psycopg.DatabaseError as error:
        lost = raw.closed or _says_farewell(error)
        if lost and not committing():
            raise _LostBeforeCommit from error
        if not lost and not isinstance(error, errors.OperationalError):
            raise
        message = f"The database cannot be used: {str(error).strip()}."
        raise StorageTrouble(message) from error


def _says_farewell(error: psycopg.DatabaseError) -> bool:
    """Whether the connection is as good as gone, although libpq may not have noticed: PostgreSQL stops, or has died."""
    if error.sqlstate is None:  # said by libpq, which knows no better class for it
        return type(error) in (psycopg.DatabaseError, errors.OperationalError)
    return error.sqlstate.startswith("57P")
