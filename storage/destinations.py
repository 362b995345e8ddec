"""A database that a node is copied into: made ready, filled, finished; or given back as it was.

    empty ─► prepare ─► filling ─► finish ─► a node's database ─► forget
                           │
                           └─ cut off: prepare again, for the same node only

While it is being filled it holds no references between tables, its version says so (no node opens it), and a table `moving`
notes which node is copied, and the references that are put back at the end.
"""

import contextlib
import hashlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import psycopg
from psycopg import sql

from storage import post_words, presence, schema_version, sides
from storage.errors import StorageError, StorageTrouble
from storage.migrations import apply
from storage.opening import is_postgresql
from storage.presence import InUse
from storage.schema import metadata
from storage.sides import Row, Side

DISCARD_TRIES = 4
DISCARD_PAUSE_SECONDS = 0.5

LEAVE_SECONDS = 1.0
"""How long PostgreSQL may take to notice that somebody has hung up."""

NOTES = "moving"
MAKE_NOTES = f"create table {NOTES} (name text primary key, value text not null)"
OTHERS_RELATIONS = """
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_%' and c.relkind <> 'i'
  and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')
order by c.relname
"""
REFERENCES = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
where contype = 'f' and connamespace = current_schema()::regnamespace order by 1, 2
"""


class Occupied(StorageError):
    """The database to copy into is not empty. Name an empty one; nothing was changed."""

    code = "occupied"


def identity_of(source: Side) -> str:
    """Which node a database holds, and of which schema: its address, and what only it knows."""
    (address,) = source.ask("select value from facts where name = 'base_url'") or [("",)]
    keys = source.ask("select key_id, sealed from private_keys order by created_at, key_id limit 1")
    return f"{address[0]} {hashlib.sha256(repr(keys).encode()).hexdigest()[:16]} {schema_version.CURRENT}"


def demand_empty(database: Path | str) -> None:
    """Refuse a database that holds anything.  Raises Occupied, StorageTrouble."""
    found = _tables_in(database)
    if found:
        raise Occupied(_occupied(database, found))


def prepare(database: Path | str, *, node: str) -> None:
    """Make a database ready to be filled, or go on with one that was being filled with the same node.

    node: as `identity_of` gives it.  Raises Occupied, StorageTrouble.
    """
    found = _tables_in(database)
    if not found:
        _begin(database, node)
    elif NOTES not in found:
        raise Occupied(_occupied(database, found))
    elif _note(database, "node") != node:
        raise Occupied(
            "Another node, or the same one by another version of the program, was being copied into the database. Name an "
            "empty one; nothing was changed."
        )
    if _revision(database) != schema_version.FILLING:
        apply.upgrade(database)
        _loosen(database)


def is_unfinished(database: Path | str) -> bool:
    """Whether notes of a copy are left in a database."""
    return NOTES in _tables_in(database)


def finish(database: Path | str) -> None:
    """Put the references back, and have the database be a node's.  Raises StorageTrouble: a row points nowhere."""
    if is_postgresql(database):
        _finish_in_postgresql(str(database))
    else:
        _finish_in_sqlite(Path(database))


def forget(database: Path | str) -> None:
    """Take away the notes of the copy."""
    with sides.writing(database) as side:
        side.do(f"drop table if exists {NOTES}")


def discard(database: Path | str) -> None:
    """Take away everything of a node from a database that was empty before, if it answers. Never raises StorageTrouble."""
    if not is_postgresql(database):
        for path in files_of(Path(database)):
            path.unlink(missing_ok=True)
        return
    for _ in range(DISCARD_TRIES):
        try:
            with sides.connected(str(database)) as raw:
                for name in (NOTES, "alembic_version", post_words.TABLE, *metadata.tables):
                    raw.execute(sql.SQL("drop table if exists {} cascade").format(sql.Identifier(name)))
                raw.commit()
                return
        except StorageTrouble:  # a connection that was closed a moment ago may still count against a limit
            time.sleep(DISCARD_PAUSE_SECONDS)


def mark_moved(database: Path | str) -> None:
    """Have no node open a database again: it lives elsewhere now."""
    with sides.writing(database) as side:
        _set_revision(side, schema_version.MOVED)


def files_of(path: Path) -> list[Path]:
    """A SQLite file and those that it may have beside it."""
    return [path, *(path.with_name(f"{path.name}-{end}") for end in ("wal", "shm"))]


@contextlib.contextmanager
def alone(database: Path | str) -> Iterator[None]:
    """Nobody else has a node's database open, and nobody opens it.  Raises InUse, StorageTrouble."""
    if not is_postgresql(database):
        with presence.alone_in(Path(database).parent):
            yield
        return
    with sides.connected(str(database)) as raw:
        raw.autocommit = True
        until = time.monotonic() + LEAVE_SECONDS
        while raw.execute(presence.ALONE).fetchone() != (True,):
            if time.monotonic() > until:
                raise InUse(InUse.__doc__)
            time.sleep(0.05)
        yield


# ---- both engines ---------------------------------------------------------------------------------------------------


def _tables_in(database: Path | str) -> list[str]:
    if is_postgresql(database):
        with sides.connected(str(database)) as raw:
            return [str(name) for (name,) in raw.execute(OTHERS_RELATIONS).fetchall()]
    if not Path(database).exists():
        return []
    try:
        with contextlib.closing(sqlite3.connect(database)) as opened:
            return [str(name) for (name,) in opened.execute("select name from sqlite_master where type <> 'index'")]
    except sqlite3.DatabaseError as error:
        raise StorageTrouble(f"The database {database} cannot be read: {error}.") from error


def _occupied(database: Path | str, found: list[str]) -> str:
    if "alembic_version" in found and "private_keys" in found:
        return "There is a node in that database already. Name an empty one; nothing was changed."
    what = f"a table {found[0]}" if is_postgresql(database) else f"something: {database}"
    return f"The database is not empty: there is {what}. Name an empty one; nothing was changed."


def _begin(database: Path | str, node: str) -> None:
    if not is_postgresql(database):
        Path(database).touch(mode=0o600)
    with sides.writing(database) as side:
        side.do(MAKE_NOTES)
        _put_note(side, "node", node)


def _revision(database: Path | str) -> str | None:
    if "alembic_version" not in _tables_in(database):
        return None
    with sides.reading(database) as side:
        found = side.ask("select version_num from alembic_version")
    return str(found[0][0]) if found else None


def _loosen(database: Path | str) -> None:
    """Take the references away, with a note of each. SQLite looks at none where it is told not to."""
    with sides.writing(database) as side:
        if isinstance(side, sides.PostgresqlSide):
            found = side.raw.execute(REFERENCES).fetchall()
            noted = orjson.loads(_noted(side, "references") or "[]")
            _put_note(side, "references", orjson.dumps([*noted, *found]).decode())
            for table, name, _ in found:
                side.do(f"alter table {table} drop constraint {sql.Identifier(name).as_string()}")
        _set_revision(side, schema_version.FILLING)


def _finish_in_postgresql(address: str) -> None:
    with sides.writing(address) as side:
        assert isinstance(side, sides.PostgresqlSide)
        for table, name, definition in orjson.loads(_noted(side, "references") or "[]"):
            with _named_strays(table):
                side.do(f"alter table {table} add constraint {sql.Identifier(name).as_string()} {definition}")
        _put_note(side, "references", "[]")
        _set_revision(side, schema_version.CURRENT)
        side.keep()
        side.do("analyze")  # so that the first questions are answered well already


def _finish_in_sqlite(path: Path) -> None:
    with sides.writing(path) as side:
        astray: list[Row] = side.ask("pragma foreign_key_check")
        if astray:
            raise StorageTrouble(_astray(str(astray[0][0])))
        _set_revision(side, schema_version.CURRENT)


@contextlib.contextmanager
def _named_strays(table: str) -> Iterator[None]:
    try:
        yield
    except psycopg.errors.ForeignKeyViolation as error:
        raise StorageTrouble(_astray(table)) from error


def _astray(table: str) -> str:
    return f"A row of {table} points to a row that is not there: the database that was copied is damaged. Ask `legation doctor`."


def _set_revision(side: Side, revision: str) -> None:
    side.do(f"update alembic_version set version_num = '{revision}'")


def _note(database: Path | str, name: str) -> str | None:
    with sides.reading(database) if _revision(database) else sides.writing(database) as side:
        return _noted(side, name)


def _noted(side: Side, name: str) -> str | None:
    return next((str(value) for known, value in side.ask(f"select name, value from {NOTES}") if known == name), None)


def _put_note(side: Side, name: str, value: str) -> None:
    written = value.replace("'", "''")
    side.do(f"delete from {NOTES} where name = '{name}'")
    side.do(f"insert into {NOTES} (name, value) values ('{name}', '{written}')")
