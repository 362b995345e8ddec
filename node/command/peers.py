"""`legation peers`: the nodes that this one speaks with."""

from pathlib import Path

import click

from federation.hosts import is_mixed_script, unicode_form
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
from node.errors import Invalid
from storage import audit
from storage import peers as known
from storage.ids import Host
from storage.peers import Peer
from storage.store import Unit


@click.group()
def peers() -> None:
    """The nodes that this one speaks with. Who is not allowed gets nothing, and is sent nothing."""


@peers.command("list")
@data_option
@json_option
@asynchronous
async def list_all(data: Path, *, as_json: bool) -> None:
    """Every node that is, or was, allowed."""
    async with opened(data) as (_, store):
        found = await store.read(known.list_all)
        waiting = await store.read(known.waiting)
    if as_json:
        print_json([_described(peer, waiting.get(peer.host, 0)) for peer in found])
        return
    rows = [
        (
            _shown(peer.host),
            _state(peer),
            str(waiting.get(peer.host, 0)),
            moment(peer.last_sent_at),
            peer.last_error or "-",
        )
        for peer in found
    ]
    headings = ("NODE", "STATE", "WAITING", "LAST SENT", "TROUBLE")
    print_table(headings, rows, empty="No node is allowed yet. Allow one with: legation peers allow HOST")


@peers.command()
@click.argument("host")
@data_option
@json_option
@asynchronous
async def show(host: str, data: Path, *, as_json: bool) -> None:
    """Everything known about one node."""
    async with opened(data) as (settings, store):
        wanted = a_host(host, settings)
        peer = await store.read(known.get, wanted)
        waiting = (await store.read(known.waiting)).get(wanted, 0)
    if peer is None:
        raise Invalid(
            "host", "ERR_UNKNOWN", f"{wanted} was never allowed. Allow it with: legation peers allow {wanted}"
        )
    described = _described(peer, waiting)
    if as_json:
        print_json(described)
        return
    for name, value in described.items():
        click.echo(f"{name.replace('_', ' '):20}{value if value is not None else '-'}")


@peers.command()
@click.argument("host")
@data_option
@click.option("--yes", is_flag=True, help="Also allow a name that mixes writing systems.")
@asynchronous
async def allow(host: str, data: Path, *, yes: bool) -> None:
    """Speak with a node from now on; what waits for it goes at once."""
    async with opened(data) as (settings, store):
        wanted = a_host(host, settings)
        if is_mixed_script(wanted) and not yes:
            raise Invalid(
                "host",
                "ERR_MIXED_SCRIPT",
                f"{_shown(wanted)} mixes letters of several writing systems, as forged names do. If it is right, add --yes.",
            )
        await store.write(_allow, wanted)
    click.echo(f"{_shown(wanted)} is allowed. It must allow {settings.domain} too.")


@peers.command()
@click.argument("host")
@data_option
@asynchronous
async def remove(host: str, data: Path) -> None:
    """No longer speak with a node, from its next request on. What waits for it stays, should it be allowed again."""
    async with opened(data) as (settings, store):
        wanted = a_host(host, settings)
        if not await store.write(_remove, wanted):
            raise Invalid(
                "host", "ERR_UNKNOWN", f"{wanted} is not allowed. `legation peers list` shows which nodes are."
            )
    click.echo(f"{_shown(wanted)} is no longer allowed.")


def _allow(unit: Unit, host: Host) -> None:
    known.allow(unit, host, by=operator())
    audit.add(unit, who=operator(), source=SOURCE, act="peer.allow", subject=host)


def _remove(unit: Unit, host: Host) -> bool:
    removed = known.remove(unit, host, by=operator())
    if removed:
        audit.add(unit, who=operator(), source=SOURCE, act="peer.remove", subject=host)
    return removed


def _shown(host: Host) -> str:
    readable = unicode_form(host)
    return host if readable == host else f"{readable} ({host})"


def _state(peer: Peer) -> str:
    if not peer.allowed:
        return "removed"
    return "allowed" if peer.retry_at is None else f"not answering, next try {moment(peer.retry_at)}"


def _described(peer: Peer, waiting: int) -> dict[str, object]:
    return {
        "host": peer.host,
        "allowed": peer.allowed,
        "changed_at": peer.changed_at,
        "changed_by": peer.changed_by,
        "waiting": waiting,
        "failures": peer.failures,
        "retry_at": peer.retry_at,
        "last_error": peer.last_error,
        "last_sent_at": peer.last_sent_at,
        "last_heard_at": peer.last_heard_at,
        "clock_ahead_seconds": peer.skew_seconds,
        "signed_for_as": peer.way,
    }
