"""`legation restore`: make a node again from a backup."""

from pathlib import Path

import click

from node import keeping
from node.command.common import data_option


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_option
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The node's secret, when it is not where it was.",
)
def restore(file: Path, data: Path, secret_file: Path | None) -> None:
    """Make a node again from a backup, in a folder that has none. Run only one of the two: they are the same node."""
    settings = keeping.restore(file, data, secret_file=secret_file)
    click.echo(f"The node {settings.base_url} is in {settings.data}, as it was when it was backed up.")
    click.echo(f"Run it with: legation serve --data {settings.data}")
