"""`legation restore`: make a node again from a backup."""

from pathlib import Path

import click

from node import keeping
from node.command.common import a_postgresql, data_option, postgresql_option
from node.command.progress import copying_shown
from storage.addresses import shown


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_option
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The node's secret, when it is not where it was.",
)
@postgresql_option
def restore(file: Path, data: Path, secret_file: Path | None, postgresql: str) -> None:
    """Make a node again from a backup, in a folder that has none. Run only one of the two: they are the same node.

    Its database is a file in the folder, or an empty PostgreSQL database, wherever it was when it was backed up.
    """
    if postgresql:
        a_postgresql(postgresql, "--postgresql")
    with copying_shown() as tell:
        settings = keeping.restore(file, data, secret_file=secret_file, postgresql=postgresql, tell=tell)
    click.echo(f"The node {settings.base_url} is in {settings.data}, as it was when it was backed up.")
    if postgresql:
        click.echo(f"Its database is {shown(postgresql)}.")
    click.echo(f"Run it with: legation serve --data {settings.data}")
