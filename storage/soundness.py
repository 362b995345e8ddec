"""What can be told of a database file without opening it as a store: whether it is whole, and of which schema.

For files that no node has open, as backups, and beside a node that runs.
"""

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from storage.errors import StorageTrouble


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A private key as it is kept: only the right secret opens it."""

    key_id: str
    sealed: bytes


def schema_at(path: Path) -> str | None:
    """The migration that a database is at; None when there is no database, or none of a node. Raises StorageTrouble."""
    if not path.is_file():
        return None
    try:
        with contextlib.closing(sqlite3.connect(path)) as database:
            row = database.execute("select version_num from alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise StorageTrouble(f"The database {path} cannot be read: {error}.") from error
        return None  # no such table
    except sqlite3.DatabaseError as error:
        raise StorageTrouble(f"The database {path} cannot be read: {error}.") from error
    return None if row is None else str(row[0])


def first_fault(path: Path) -> str | None:
    """What is wrong with a database, or None. path: an existing file.  Reads all of it."""
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
            said = str(database.execute("pragma integrity_check(1)").fetchone()[0])
            if said != "ok":
                return said
            astray = database.execute("pragma foreign_key_check").fetchone()
            return None if astray is None else f"a row of {astray[0]} points to a row of {astray[2]} that is not there"
    except sqlite3.DatabaseError as error:
        return str(error)


def one_sealed_key(path: Path) -> SealedKey | None:
    """A private key in a sound database, to try a secret on; None when it has none."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        row = database.execute("select key_id, sealed from private_keys order by created_at limit 1").fetchone()
    return None if row is None else SealedKey(str(row[0]), bytes(row[1]))
