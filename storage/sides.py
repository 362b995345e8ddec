"""The two engines as one copies rows between them: each gives a table's rows in the order of its key, and takes rows in.

Keys sort by their bytes on both sides, so that the two can be walked through side by side. A side that reads does so on one
snapshot; a side that is written keeps what `keep` was called for.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import IsolationLevel, sql
from sqlalchemy import BigInteger, Integer

from storage.addresses import shown
from storage.errors import StorageFull, StorageTrouble
from storage.opening import is_postgresql
from storage.schema import metadata

Key = tuple[int | str, ...]
Row = tuple[Any, ...]  # Any: whatever a column holds

BATCH = 1000
"""How many rows are taken in one go, and compared as one."""


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table as one copies it. key: the positions of its key among its columns; texts: which parts of the key are texts."""

    name: str
    columns: tuple[str, ...]
    key: tuple[int, ...]
    texts: frozenset[str]

    def key_of(self, row: Row) -> Key:
        """The key of a row."""
        return tuple(row[at] for at in self.key)

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The columns of the key, in its order."""
        return tuple(self.columns[at] for at in self.key)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a table: keys greater than `after`, up to and with `upto`. None: from the beginning, to the end."""

    after: Key | None = None
    upto: Key | None = None


WHOLE = Span()


class Side(Protocol):
    """A database that rows are copied from, or to."""

    def rows_in(self, shape: TableShape) -> int:
        """How many rows a table has."""

    def batches(self, shape: TableShape, span: Span = WHOLE) -> Iterator[list[Row]]:
        """The rows of a stretch in the order of their key, `BATCH` at a time."""

    def remove(self, shape: TableShape, span: Span) -> None:
        """Take a stretch of rows away, and nothing else with them."""

    def add(self, shape: TableShape, rows: Sequence[Row]) -> None:
        """Put rows in."""

    def ask(self, statement: str) -> list[Row]:
        """What a query says."""

    def do(self, statement: str) -> None:
        """Run a statement."""

    def keep(self) -> None:
        """Make durable what was done since the last time."""


@cache
def shapes() -> tuple[TableShape, ...]:
    """Every table of a node; what is pointed to comes before what points to it."""
    return tuple(
        TableShape(
            table.name,
            columns := tuple(column.name for column in table.columns),
            tuple(columns.index(column.name) for column in table.primary_key.columns),
            frozenset(
                column.name for column in table.primary_key.columns if not isinstance(column.type, BigInteger | Integer)
            ),
        )
        for table in metadata.sorted_tables
    )


@contextlib.contextmanager
def reading(database: Path | str) -> Iterator[Side]:
    """A database to copy from, as it is now: what others write meanwhile is not seen.  Raises StorageTrouble."""
    with _postgresql_to_read(str(database)) if is_postgresql(database) else _sqlite_to_read(Path(database)) as side:
        yield side


@contextlib.contextmanager
def writing(database: Path | str) -> Iterator[Side]:
    """A database to copy into, in which no reference is looked at.  Raises StorageTrouble, StorageFull."""
    with _postgresql_to_write(str(database)) if is_postgresql(database) else _sqlite_to_write(Path(database)) as side:
        yield side


# ---- SQLite ---------------------------------------------------------------------------------------------------------


class SqliteSide:
    """See `Side`."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        """raw: in a transaction."""
        self._raw = raw

    def rows_in(self, shape: TableShape) -> int:
        return int(self._raw.execute(f"select count(*) from {shape.name}").fetchone()[0])

    def batches(self, shape: TableShape, span: Span = WHOLE) -> Iterator[list[Row]]:
        keys = shape.key_columns
        where, values = _where(span, f"({', '.join(keys)})", f"({', '.join('?' * len(keys))})")
        statement = f"select {', '.join(shape.columns)} from {shape.name} {where} order by {', '.join(keys)}"
        with contextlib.closing(self._raw.execute(statement, values)) as cursor:
            while rows := cursor.fetchmany(BATCH):
                yield rows

    def remove(self, shape: TableShape, span: Span) -> None:
        keys = shape.key_columns
        where, values = _where(span, f"({', '.join(keys)})", f"({', '.join('?' * len(keys))})")
        self._raw.execute(f"delete from {shape.name} {where}", values)

    def add(self, shape: TableShape, rows: Sequence[Row]) -> None:
        places = ", ".join("?" * len(shape.columns))
        self._raw.executemany(f"insert into {shape.name} ({', '.join(shape.columns)}) values ({places})", rows)

    def ask(self, statement: str) -> list[Row]:
        return self._raw.execute(statement).fetchall()

    def do(self, statement: str) -> None:
        self._raw.execute(statement).close()

    def keep(self) -> None:
        self._raw.execute("commit")
        self._raw.execute("begin immediate")


@contextlib.contextmanager
def _sqlite_to_read(path: Path) -> Iterator[SqliteSide]:
    with _sqlite_trouble(path), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("begin")
        raw.execute("select count(*) from alembic_version").fetchone()  # the snapshot is taken at the first read
        yield SqliteSide(raw)


@contextlib.contextmanager
def _sqlite_to_write(path: Path) -> Iterator[SqliteSide]:
    with _sqlite_trouble(path), contextlib.closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for pragma in ("foreign_keys = off", "journal_mode = wal", "synchronous = normal", "cache_size = -65536"):
            raw.execute(f"pragma {pragma}").close()
        raw.execute("begin immediate")
        yield SqliteSide(raw)
        raw.execute("commit")
        raw.execute("pragma wal_checkpoint(truncate)").fetchone()  # one wait for the disk, instead of one a commit


@contextlib.contextmanager
def _sqlite_trouble(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if "full" in str(error):
            raise StorageFull(StorageFull.__doc__) from error
        raise StorageTrouble(f"The database {path}: {error}.") from error


# ---- PostgreSQL -----------------------------------------------------------------------------------------------------


class PostgresqlSide:
    """See `Side`."""

    def __init__(self, raw: psycopg.Connection[Row]) -> None:
        """raw: begins a transaction by itself."""
        self.raw = raw

    def rows_in(self, shape: TableShape) -> int:
        (found,) = self.raw.execute(_made(f"select count(*) from {shape.name}")).fetchall()
        return int(found[0])

    def batches(self, shape: TableShape, span: Span = WHOLE) -> Iterator[list[Row]]:
        where, values = _where(span, *_bytewise(shape))
        order = ", ".join(_sorted_by_bytes(shape))
        statement = _made(f"select {', '.join(shape.columns)} from {shape.name} {where} order by {order}")
        with self.raw.cursor(name="walk") as cursor:
            cursor.execute(statement, values)
            while rows := cursor.fetchmany(BATCH):
                yield rows

    def remove(self, shape: TableShape, span: Span) -> None:
        where, values = _where(span, *_bytewise(shape))
        self.raw.execute(_made(f"delete from {shape.name} {where}"), values)

    def add(self, shape: TableShape, rows: Sequence[Row]) -> None:
        into = _made(f"copy {shape.name} ({', '.join(shape.columns)}) from stdin")
        with self.raw.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)

    def ask(self, statement: str) -> list[Row]:
        return self.raw.execute(statement).fetchall()

    def do(self, statement: str) -> None:
        self.raw.execute(statement)

    def keep(self) -> None:
        self.raw.commit()


@contextlib.contextmanager
def _postgresql_to_read(address: str) -> Iterator[PostgresqlSide]:
    with connected(address) as raw:
        raw.isolation_level = IsolationLevel.REPEATABLE_READ
        raw.read_only = True
        yield PostgresqlSide(raw)
        raw.rollback()


@contextlib.contextmanager
def _postgresql_to_write(address: str) -> Iterator[PostgresqlSide]:
    with connected(address) as raw:
        yield PostgresqlSide(raw)
        raw.commit()


@contextlib.contextmanager
def connected(address: str) -> Iterator[psycopg.Connection[Row]]:
    """A connection for work that takes its time.  Raises StorageTrouble, StorageFull, naming the address without password."""
    try:
        with contextlib.closing(psycopg.connect(address, connect_timeout=10)) as raw:
            for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
                raw.execute(sql.SQL("set {} = 0").format(sql.Identifier(name)))
            raw.commit()
            yield raw
    except psycopg.errors.DiskFull as error:
        raise StorageFull(StorageFull.__doc__) from error
    except psycopg.Error as error:
        said = str(error).strip().replace("\n", " ")
        raise StorageTrouble(f"The database {shown(address)}: {said}") from error


def _bytewise(shape: TableShape) -> tuple[str, str]:
    return f"({', '.join(_sorted_by_bytes(shape))})", f"({', '.join(['%s'] * len(shape.key))})"


def _sorted_by_bytes(shape: TableShape) -> list[str]:
    return [f'{name} collate "C"' if name in shape.texts else name for name in shape.key_columns]


def _made(statement: str) -> sql.SQL:
    """A statement put together from names of the schema."""
    return sql.SQL(statement)


def _where(span: Span, keys: str, places: str) -> tuple[str, list[int | str]]:
    """The condition that a stretch is, and its values. keys, places: as the engine writes them."""
    parts, values = [], list[int | str]()
    for comparison, key in ((">", span.after), ("<=", span.upto)):
        if key is not None:
            parts.append(f"{keys} {comparison} {places}")
            values += key
    return (f"where {' and '.join(parts)}" if parts else ""), values
