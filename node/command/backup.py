"""`legation backup`: copy the node into one file, while it runs."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from node import keeping
from node.command.common import asynchronous, data_option, opened


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@data_option
@asynchronous
async def backup(file: Path, data: Path) -> None:
    """Copy the node into one file, while it runs. The node's secret is not in it: keep that apart."""
    async with opened(data) as (settings, store):
        with _progress() as progress:
            size = await keeping.back_up(store, settings, file, progress=progress)
    click.echo(f"{file}: {size / 1_000_000:.1f} MB. The secret {settings.secret_path} is not in it.")


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[float], None]]:
    """Shows, at a terminal, the share that is done."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("Copying the database", total=1.0)
        yield lambda share: shown.update(task, completed=share)
