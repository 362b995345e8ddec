"""Open a node's database, whichever engine keeps it, and its files, wherever they lie."""

from importlib import import_module
from pathlib import Path

from storage.addresses import SCHEMES
from storage.files import Access, Files, Folder
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


def open_files(folder: Path, access: Access | None) -> Files:
    """The bytes of a node's media.

    folder: where they lie on this machine.  access: of the bucket in which they lie instead; None when they do not.
    """
    if access is None:
        return Folder(folder)
    # A node with a folder does not pay for loading the library: 9 MiB.
    opened: Files = import_module("storage.bucket").Bucket(access)
    return opened
