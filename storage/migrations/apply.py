"""Bring a SQLite database to this program's schema."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from storage import schema_version
from storage.errors import StorageTrouble

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


def upgrade(path: Path) -> tuple[str | None, str]:
    """Create the database at this path, or bring it to the present schema.

    Returns the migration it was at (None for a new one) and the one it is at now.
    Raises WrongSchema when it is newer than this program, StorageTrouble when the file cannot be used.
    """
    engine = create_engine("sqlite+pysqlite://", creator=lambda: _opened(path), poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("begin immediate"))
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
        message = f"The database {path} cannot be written: {error.args[0]}."
        raise StorageTrouble(message) from error
    finally:
        engine.dispose()


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("pragma journal_mode = wal").close()
    connection.execute("pragma synchronous = full").close()
    return connection


def _revision(connection: Connection) -> str | None:
    known = connection.execute(text("select 1 from sqlite_master where name = 'alembic_version'")).first()
    if known is None:
        return None
    row = connection.execute(text("select version_num from alembic_version")).first()
    return None if row is None else str(row[0])
