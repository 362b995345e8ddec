"""Bring a database to this program's schema."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from storage import schema_version
from storage.addresses import shown
from storage.errors import StorageTrouble
from storage.opening import is_postgresql

TURN_MINUTES = 30
"""How long a process waits while another upgrades the same database."""

TABLE_SECONDS = 10
"""How long a step waits for a table that others work on; everybody who comes later waits behind it."""

HERE = Path(__file__).parent


def config() -> Config:
    """Alembic's configuration; it lives in code, so no ini file has to be found."""
    found = Config()
    found.set_main_option("script_location", str(HERE))
    return found


def head() -> str:
    """The newest migration there is."""
    newest = ScriptDirectory.from_config(config()).get_current_head()
    assert newest is not None
    return newest


def upgrade(database: Path | str, *, tell: Callable[[float], None] = lambda _: None) -> tuple[str | None, str]:
    """Create a node's tables, or bring them to the present schema.

    database: the path of a SQLite file, or `postgresql://…` of a database that exists.  tell: hears how far a step that takes
    its time is, 0 to 1.
    Returns the migration it was at (None for a new one) and the one it is at now.
    In PostgreSQL, processes that do this at once do it one after the other.
    Raises WrongSchema when it is newer than this program, StorageTrouble when it cannot be used.
    """
    engine = _on_postgresql(str(database)) if is_postgresql(database) else _on_sqlite(Path(database))
    settings = config()
    try:
        with engine.connect() as connection:
            if is_postgresql(database):
                _wait_for_turn(connection)
            before = _revision(connection)
            if before is not None and before > head():
                schema_version.check(before)
            connection.rollback()
            settings.attributes |= {"connection": connection, "tell": tell}
            command.upgrade(settings, "head")
            return before, head()
    except (DBAPIError, sqlite3.OperationalError) as error:
        if not is_postgresql(database) and isinstance(error, DBAPIError) and not isinstance(error, OperationalError):
            raise
        said = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())
        raise StorageTrouble(f"The database {shown(str(database))} cannot be written: {said}") from error
    finally:
        engine.dispose()


def _on_sqlite(path: Path) -> Engine:
    engine = create_engine("sqlite+pysqlite://", creator=lambda: _opened(path), poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("begin immediate"))
    return engine


def _on_postgresql(address: str) -> Engine:
    return create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(address), poolclass=NullPool)


def _wait_for_turn(connection: Connection) -> None:
    """Upgrade alone: until the connection is closed. And hold up those who serve for a short time only, or not at all."""
    connection.execute(text(f"set lock_timeout = '{TURN_MINUTES} min'"))
    connection.execute(text("select pg_advisory_lock(hashtextextended('legation: upgrade', 0))"))
    connection.execute(text(f"set lock_timeout = '{TABLE_SECONDS} s'"))
    connection.execute(text("set statement_timeout = 0"))
    connection.commit()


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma journal_mode = wal").close()
    connection.execute("pragma synchronous = full").close()
    return connection


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("select version_num from alembic_version")).first()
    return None if row is None else str(row[0])
