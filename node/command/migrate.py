"""`legation migrate`: bring the database to this version of the program."""

import sqlite3
from contextlib import closing
from pathlib import Path

import click

from node import settings as node_settings
from node.command.common import data_option
from storage import schema_version, soundness
from storage.migrations import apply


@click.command()
@data_option
def migrate(data: Path) -> None:
    """Bring the database to this version of the program. A copy of it is kept beside it first."""
    settings = node_settings.load(data)
    found = soundness.schema_at(settings.database)
    if found == schema_version.CURRENT:
        click.echo(f"The database is up to date (schema {found}).")
        return
    if found is None or found > schema_version.CURRENT:
        schema_version.check(found)
    click.echo(f"A copy of the database as it was is in {_copy(settings.database)}.")
    before, after = apply.upgrade(settings.database)
    click.echo(f"The database went from schema {before} to {after}.")


def _copy(database: Path) -> Path:
    copy = database.with_suffix(f".before-{schema_version.CURRENT}.db")
    copy.unlink(missing_ok=True)  # of an upgrade that was cut short; the database is still as it was then
    copy.touch(mode=0o600)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy
