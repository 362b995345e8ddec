"""Open a node's database, whichever engine keeps it."""

from importlib import import_module
from pathlib import Path

from storage.addresses import SCHEMES
from storage.sqlite import Clock, SqliteStore, utc_now
from storage.store import Store


def is_postgresql(database: Path | str) -> bool:
    """Whether this names a PostgreSQL database, and not a file."""
    return isinstance(database, str) and database.startswith(SCHEMES)


async def open_store(database: Path | str, *, clock: Clock = utc_now) -> Store:
    """A node's database, opened.

    database: the path of a SQLite file, or `postgresql://…`.  clock: gives the moment, aware, UTC.
    Raises WrongSchema, StorageTrouble.
    """
    if not is_postgresql(database):
        return await SqliteStore.open(Path(database), clock=clock)
    # A node on SQLite does not pay for loading the driver.
    opened: Store = await import_module("storage.postgresql").PostgresqlStore.open(str(database), clock=clock)
    return opened
