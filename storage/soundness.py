"""What can be told of a database without opening it as a store: whether it is whole, of which schema, and how it is kept.

For files that no node has open, as backups, and beside a node that runs.
"""

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from storage.errors import StorageTrouble
from storage.opening import is_postgresql
from storage.postgresql import revision_at
from storage.sides import connected
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A private key as it is kept: only the right secret opens it."""

    key_id: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Condition:
    """How a PostgreSQL keeps a node's database.

    version: as 150004.  encoding: of the database.  settings: those that durability hangs on, by name.  size: in bytes.
    connections: how many this role may have to this database; used: how many there are, of all roles.
    """

    version: int
    encoding: str
    settings: dict[str, str]
    size: int
    connections: int
    used: int


ONE_KEY = "select key_id, sealed from private_keys order by created_at, key_id limit 1"
OLDEST_VERSION = 140000
WATCHED = ("fsync", "synchronous_commit", "full_page_writes")
CONDITION = """
select current_setting('server_version_num')::int, pg_encoding_to_char(d.encoding), pg_database_size(d.oid),
  current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - coalesce(current_setting('reserved_connections', true), '0')::int,
  r.rolconnlimit, d.datconnlimit, (select count(*) from pg_stat_activity a where a.datid is not null)
from pg_database d, pg_roles r where d.datname = current_database() and r.rolname = current_user
"""


def schema_at(database: Path | str) -> str | None:
    """The migration that a database is at; None when there is no database, or none of a node. Raises StorageTrouble."""
    if is_postgresql(database):
        return revision_at(str(database))
    path = Path(database)
    if not path.is_file():
        return None
    try:
        with contextlib.closing(sqlite3.connect(path)) as opened:
            row = opened.execute("select version_num from alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise StorageTrouble(f"The database {path} cannot be read: {error}.") from error
        return None  # no such table
    except sqlite3.DatabaseError as error:
        raise StorageTrouble(f"The database {path} cannot be read: {error}.") from error
    return None if row is None else str(row[0])


def first_fault(path: Path) -> str | None:
    """What is wrong with a database file, or None. path: an existing file.  Reads all of it."""
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
    """A private key in a sound database file, to try a secret on; None when it has none."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        row = database.execute(ONE_KEY).fetchone()
    return None if row is None else SealedKey(str(row[0]), bytes(row[1]))


def sealed_key(unit: Unit) -> SealedKey | None:
    """The same of a store that is open, whichever engine it is."""
    return unit.one(SealedKey, ONE_KEY)


def condition_of(address: str) -> Condition:
    """How the PostgreSQL at an address keeps a node's database.  Raises StorageTrouble: it does not answer."""
    with connected(address) as raw:
        ((version, encoding, size, most, of_role, of_database, used),) = raw.execute(CONDITION).fetchall()
        settings = {name: str(raw.execute(f"show {name}").fetchall()[0][0]) for name in WATCHED}
    limits = [limit for limit in (most, of_role, of_database) if limit >= 0]
    return Condition(version, encoding, settings, size, min(limits), used)
