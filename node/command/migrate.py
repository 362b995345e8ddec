"""`legation migrate`: bring the database to this version of the program."""

import sqlite3
from contextlib import closing
from pathlib import Path

import click

from node import settings as node_settings
from node.command.common import data_option
from storage import schema_version
from storage.migrations import apply


@click.command()
@data_option
def migrate(data: Path) -> None:
    """Bring the database to this version of the program. A copy of it is kept beside it first."""
    settings = node_settings.load(data)
    found = apply.revision(settings.database)
    if found == schema_version.CURRENT:
        click.echo(f"The database is up to date (schema {found}).")
        return
    if found is not None:
        copy = settings.database.with_suffix(f".before-{schema_version.CURRENT}.db")
        with closing(sqlite3.connect(settings.database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        copy.chmod(0o600)
        click.echo(f"A copy of the database as it was is in {copy}.")
    before, after = apply.upgrade(settings.database)
    click.echo(f"The database went from schema {before or 'none'} to {after}.")
