"""`legation queue`: what waits for other nodes."""

import sys
from pathlib import Path

import click

from node.command.common import (
    SOURCE,
    a_host,
    asynchronous,
    data_option,
    json_option,
    moment,
    opened,
    operator,
    print_json,
    print_table,
)
from storage import audit, deliveries
from storage.ids import Host
from storage.store import Unit

host_argument = click.argument("host", required=False)


@click.group()
def queue() -> None:
    """What waits for other nodes, and what was given up."""


@queue.command("list")
@data_option
@json_option
@asynchronous
async def list_all(data: Path, *, as_json: bool) -> None:
    """What waits for each node, and the dead letters: what a node refused for good."""
    async with opened(data) as (_, store):
        waiting = await store.read(deliveries.waiting_by_host)
        dead = await store.read(deliveries.dead)
    if as_json:
        print_json({"waiting": waiting, "dead": dead})
        return
    rows = [(found.host, str(found.waiting), moment(found.oldest_at)) for found in waiting]
    print_table(("NODE", "WAITING", "SINCE"), rows, empty="Nothing waits: every node has everything.")
    if dead:
        click.echo("\nDead letters; `legation queue retry` sends them again, `legation queue drop` throws them away:")
        letters = [(letter.host, moment(letter.dead_at), letter.error) for letter in dead]
        print_table(("NODE", "GIVEN UP", "WHY"), letters, empty="")


@queue.command()
@host_argument
@data_option
@asynchronous
async def retry(host: str | None, data: Path) -> None:
    """Try now what waits, and send dead letters again; to one node, or to all."""
    async with opened(data) as (settings, store):
        again = await store.write(deliveries.retry, a_host(host, settings) if host else None)
    click.echo(f"Trying now. Dead letters sent again: {again}.")


@queue.command()
@host_argument
@data_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@asynchronous
async def drop(host: str | None, data: Path, *, yes: bool) -> None:
    """Throw dead letters away for good; of one node, or of all. Asks first at a terminal."""
    if sys.stdin.isatty() and not yes:
        click.confirm("Throw these dead letters away for good?", abort=True)
    async with opened(data) as (settings, store):
        dropped = await store.write(_drop, a_host(host, settings) if host else None)
    click.echo(f"Dead letters thrown away: {dropped}.")


def _drop(unit: Unit, host: Host | None) -> int:
    dropped = deliveries.drop(unit, host)
    detail = {"letters": str(dropped)}
    audit.add(unit, who=operator(), source=SOURCE, act="queue.drop", subject=host or "all", detail=detail)
    return dropped
