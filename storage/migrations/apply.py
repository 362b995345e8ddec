"""Bring a database to this program's schema."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from storage import schema_version
from storage.errors import StorageTrouble
from storage.opening import is_postgresql

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


def upgrade(database: Path | str) -> tuple[str | None, str]:
    """Create a node's tables, or bring them to the present schema.

    database: the path of a SQLite file, or `postgresql://…` of a database that exists.
    Returns the migration it was at (None for a new one) and the one it is at now.
    Raises WrongSchema when it is newer than this program, StorageTrouble when it cannot be used.
    """
    engine = _on_postgresql(str(database)) if is_postgresql(database) else _on_sqlite(Path(database))
    settings = config()
    try:
        with engine.connect() as connection:
            before = _revision(connection)
            if before is not None and before > head():
                schema_version.check(before)
            connection.rollback()
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
            return before, head()
    except (OperationalError, sqlite3.OperationalError) as error:
        place = "The database" if is_postgresql(database) else f"The database {database}"
        raise StorageTrouble(f"{place} cannot be written: {str(error.args[0]).strip()}.") from error
    finally:
        engine.dispose()


def _on_sqlite(path: Path) -> Engine:
    engine = create_engine("sqlite+pysqlite://", creator=lambda: _opened(path), poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("begin immediate"))
    return engine


def _on_postgresql(address: str) -> Engine:
    return create_engine(f"postgresql+psycopg://{address.partition('://')[2]}", poolclass=NullPool)


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
