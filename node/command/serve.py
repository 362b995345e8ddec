"""`legation serve`: run the node."""

import asyncio
import sys
from contextlib import ExitStack, closing
from importlib import import_module
from pathlib import Path

import click
import uvloop

from federation.roles import Role
from node import observe, released, workers
from node import settings as node_settings
from node.command.common import data_option
from node.errors import Invalid
from node.settings import Settings, split_listen
from node.workers import Inherited, Workers
from storage.sqlite import utc_now

THREADS_WAIT_SECONDS = 0.0005
"""How long a thread of the database waits for a busy event loop, at each statement and row. Python's own 5 ms add up to
seconds: under load some reads would hardly ever end."""


@click.command()
@data_option
@click.option("--listen", default=None, metavar="ADDR:PORT", help="Where to listen, instead of what the settings say.")
@click.option(
    "--workers",
    "number",
    type=click.IntRange(1, 64),
    help="How many processes serve on this machine, instead of what the settings say.",
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="What they do, instead of what the settings say. May be given several times.",
)
@click.option("--inherited", hidden=True)
def serve(
    data: Path,
    listen: str | None,
    number: int | None,
    roles: tuple[str, ...],
    inherited: str | None,
) -> None:
    """Run the node in a data folder, until it is told to stop (Ctrl-C or SIGTERM).

    With several workers, SIGHUP puts new ones in their places, one after the other.
    """
    settings = _settled(node_settings.load(data), number, roles)
    observe.configure(level=settings.log_level)
    try:
        address = split_listen(listen) if listen else (settings.listen_host, settings.listen_port)
    except ValueError as error:
        raise Invalid("listen", "ERR_INVALID", f"{error}.") from error
    if inherited is not None:
        with closing(Inherited.told(inherited)) as found:
            _work(settings, address, found)
        return
    released.demand_clock(utc_now())
    workers.demand_possible(settings)
    if settings.development:
        click.echo("Development mode: plain http, on this machine alone. Never for real posts.", err=True)
    if settings.workers > 1:
        _have_worked(settings, address)
    else:
        _work(settings, address, None)


def _settled(settings: Settings, number: int | None, roles: tuple[str, ...]) -> Settings:
    """The settings, with what the command says instead."""
    said = {
        "workers": number if number is not None else settings.workers,
        "roles": frozenset(map(Role, roles)) or settings.roles,
    }
    return settings.model_copy(update=said)


def _have_worked(settings: Settings, address: tuple[str, int]) -> None:
    """Be the parent of workers."""
    with ExitStack() as leaving:
        sockets = workers.listening(*address) if Role.WEB in settings.roles else []
        for each in sockets:
            leaving.enter_context(each)
        port = sockets[0].getsockname()[1] if sockets else None
        parent = Workers(settings.workers, sockets=sockets)
        asyncio.run(parent.run(ready=lambda: _say_ready(settings, address[0], port)))


def _work(settings: Settings, address: tuple[str, int], inherited: Inherited | None) -> None:
    """Serve in this process."""
    app = import_module("node.app")  # the parent of workers does without it, and is a third smaller

    def ready(port: int | None) -> None:
        _say_ready(settings, address[0], port)

    sys.setswitchinterval(THREADS_WAIT_SECONDS)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(app.serve(settings, listen=address, inherited=inherited, ready=ready))


def _say_ready(settings: Settings, host: str, port: int | None) -> None:
    several = f", {settings.workers} workers" if settings.workers > 1 else ""
    if port is not None:
        click.echo(f"{settings.name} answers at {settings.base_url} (listening on {host}:{port}{several})")
    else:
        click.echo(f"{settings.name} works as {' and '.join(sorted(settings.roles))} (no port{several})")
