"""`legation serve`: run the node."""

import asyncio
import sys
from pathlib import Path

import click
import uvloop

from node import app, observe
from node import settings as node_settings
from node.app import Running
from node.command.common import data_option
from node.errors import Invalid
from node.settings import split_listen

THREADS_WAIT_SECONDS = 0.0005
"""How long a thread of the database waits for a busy event loop, at each statement and row. Python's own 5 ms add up to
seconds: under load some reads would hardly ever end."""


@click.command()
@data_option
@click.option("--listen", default=None, metavar="ADDR:PORT", help="Where to listen, instead of what the settings say.")
def serve(data: Path, listen: str | None) -> None:
    """Run the node in a data folder, until it is told to stop (Ctrl-C or SIGTERM)."""
    settings = node_settings.load(data)
    observe.configure(level=settings.log_level)
    if settings.development:
        click.echo("Development mode: plain http, on this machine alone. Never for real posts.", err=True)

    def ready(running: Running) -> None:
        where = split_listen(listen or settings.listen_address)[0]
        click.echo(f"{settings.name} answers at {settings.base_url} (listening on {where}:{running.serving.port})")

    try:
        address = split_listen(listen) if listen else None
    except ValueError as error:
        raise Invalid("listen", "ERR_INVALID", f"{error}.") from error
    sys.setswitchinterval(THREADS_WAIT_SECONDS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(app.serve(settings, listen=address, ready=ready))
