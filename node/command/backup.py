"""`legation backup`: copy the node into one file, while it runs."""

from pathlib import Path

import click

from node import keeping
from node.command.common import asynchronous, data_option, opened
from node.command.progress import share_shown


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_option
@asynchronous
async def backup(file: Path, data: Path) -> None:
    """Copy the node into one file, while it runs. The node's secret is not in it: keep that apart."""
    async with opened(data) as (settings, store):
        with share_shown("Copying the database") as progress:
            size = await keeping.back_up(store, settings, file, progress=progress)
    click.echo(f"{file}: {size / 1_000_000:.1f} MB. The secret {settings.secret_path} is not in it.")
