"""`legation demo`: a small federation on this machine."""

import asyncio
from pathlib import Path

import click
from rich.console import Console

from node.demo import running
from node.demo.places import most


@click.command()
@click.option("--nodes", type=click.IntRange(1, most()), default=3, show_default=True, help="How many nodes.")
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), default=None, help="Keep the nodes in this folder."
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Write a file for scripts.",
)
@click.option("--port", type=click.IntRange(1024, 60_000), default=8001, show_default=True, help="The first port.")
def demo(nodes: int, keep: Path | None, json_file: Path | None, port: int) -> None:
    """Run a small federation on this machine, with people and posts, until Ctrl-C."""
    console = Console(highlight=False)
    asyncio.run(running.run(nodes=nodes, keep=keep, json_file=json_file, first_port=port, console=console))
