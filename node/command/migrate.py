"""`legation migrate`: bring the database to this version of the program, or the node to another database."""

import contextlib
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import click

from node import moving
from node import settings as node_settings
from node.command.common import a_postgresql, data_option, print_table
from node.command.progress import copying_shown, share_shown
from node.moving import Moved
from node.settings import Settings
from storage import schema_version, soundness
from storage.addresses import shown
from storage.migrations import apply
from storage.opening import is_postgresql

TO_SQLITE = "sqlite"
NOT_YET = 3
"""The exit code when the node has yet to be stopped."""


@click.command()
@data_option
@click.option(
    "--to",
    "target",
    default=None,
    metavar="ADDRESS",
    help="Move the node to an empty PostgreSQL database, as postgresql://legation@host/legation; or back: sqlite.",
)
def migrate(data: Path, target: str | None) -> None:
    """Bring the database to this version of the program, or move the node to another database.

    Moving begins while the node runs, and asks for it to be stopped at the end, for seconds. A run that was cut off goes on
    when the command is given again. Exit code 3: all is copied; stop the node and give the command again.
    """
    settings = node_settings.load(data)
    if target is None:
        _upgrade(settings)
    else:
        _move(settings, settings.database_file if target == TO_SQLITE else a_postgresql(target, "--to"))


# ---- another version of the program ---------------------------------------------------------------------------------


def _upgrade(settings: Settings) -> None:
    database = settings.database
    found = soundness.schema_at(database)
    if found == schema_version.CURRENT:
        click.echo(f"The database is up to date (schema {found}).")
        return
    if found is None or found > schema_version.CURRENT:
        schema_version.check(found)
    if is_postgresql(database):
        click.echo(
            "If it goes wrong, only a backup helps: `legation backup` makes one with the version that ran so far."
        )
    else:
        click.echo(f"A copy of the database as it was is in {_copy(settings.database_file)}.")
    with share_shown("Bringing the database up to date") as tell:
        before, after = apply.upgrade(database, tell=tell)
    if before == after:
        click.echo(f"Another process has brought the database to schema {after} meanwhile.")
    else:
        click.echo(f"The database went from schema {before} to {after}.")


def _copy(database: Path) -> Path:
    copy = database.with_suffix(f".before-{schema_version.CURRENT}.db")
    copy.unlink(missing_ok=True)  # of an upgrade that was cut short; the database is still as it was then
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


# ---- another database -----------------------------------------------------------------------------------------------


def _move(settings: Settings, target: Path | str) -> None:
    with copying_shown() as tell:
        moved = moving.move(settings, target, tell=tell, ask_to_stop=_ask_to_stop)
    if moved is None:
        click.echo("Everything is copied as it was a moment ago, and the node goes on where it is.")
        click.echo("Stop the node and give the same command again: it takes over what has changed since, and finishes.")
        sys.exit(NOT_YET)
    _tell(moved, settings, target)


def _ask_to_stop() -> bool:
    """Whether somebody at the terminal says that the node is stopped now."""
    if not sys.stdin.isatty():
        return False
    with contextlib.suppress(click.Abort):
        return click.confirm("Everything is copied. Stop the node now. Is it stopped?", default=True, err=True)
    return False


def _tell(moved: Moved, settings: Settings, target: Path | str) -> None:
    if moved.tables:
        found = [(each.table, f"{each.rows:,}", each.digest[:16]) for each in moved.tables if each.rows]
        print_table(("table", "rows", "sha256, the same on both sides"), found, empty="")
        click.echo()
    here = shown(str(target))
    click.echo(f"The node {settings.base_url} is in {here} now, whole; {settings.data / node_settings.FILE} names it.")
    way = TO_SQLITE if is_postgresql(target) else "ADDRESS"
    click.echo(f"Start it again. The old database is kept: {moved.old}. To go back: legation migrate --to {way}")
