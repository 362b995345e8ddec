"""`legation peers`: the nodes that this one speaks with."""

from pathlib import Path

import click

from federation import node_identity
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
from storage import audit, partings
from storage import peers as known
from storage.ids import Host
from storage.node_keys import NodeKey
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
        identity = await store.read(node_identity.of, wanted)
    if peer is None:
        raise _never_allowed(wanted)
    described = _described(peer, waiting) | _keys_of(identity)
    if as_json:
        print_json(described)
        return
    for name, value in described.items():
        for line in value if isinstance(value, list) else [value]:
            click.echo(f"{name.replace('_', ' '):20}{line if line not in (None, '') else '-'}")


@peers.command()
@click.argument("host")
@data_option
@click.option("--yes", is_flag=True, help="Also allow a name that mixes writing systems.")
@click.option("--contact", default=None, help="Who answers for the node, and how they are reached.")
@asynchronous
async def allow(host: str, data: Path, *, yes: bool, contact: str | None) -> None:
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
        if contact is not None:
            await store.write(_set_contact, wanted, contact)
    click.echo(f"{_shown(wanted)} is allowed. It must allow {settings.domain} too.")


@peers.command()
@click.argument("host")
@data_option
@asynchronous
async def remove(host: str, data: Path) -> None:
    """No longer speak with a node, from its next request on. What came from it is hidden, and follows end on both sides.

    All of it comes back if the node is allowed again, and what waits for it stays until then. For an afternoon, `pause`.
    """
    async with opened(data) as (settings, store):
        wanted = a_host(host, settings)
        if not await store.write(_remove, wanted):
            raise Invalid(
                "host", "ERR_UNKNOWN", f"{wanted} is not allowed. `legation peers list` shows which nodes are."
            )
    click.echo(f"{_shown(wanted)} is no longer allowed.")


@peers.command()
@click.argument("host")
@data_option
@asynchronous
async def pause(host: str, data: Path) -> None:
    """Let exchange with a node rest: nothing is sent or taken, nothing is lost, and nobody stops following anybody."""
    async with opened(data) as (settings, store):
        wanted = a_host(host, settings)
        if not await store.write(_pause, wanted):
            raise Invalid(
                "host", "ERR_UNKNOWN", f"{wanted} is not allowed, or rests already. See: legation peers show {wanted}"
            )
    click.echo(f"Exchange with {_shown(wanted)} rests. Go on with: legation peers resume {wanted}")


@peers.command()
@click.argument("host")
@data_option
@asynchronous
async def resume(host: str, data: Path) -> None:
    """Go on with exchange that rests; what waits goes at once."""
    async with opened(data) as (settings, store):
        wanted = a_host(host, settings)
        if not await store.write(_resume, wanted):
            raise Invalid("host", "ERR_UNKNOWN", f"Exchange with {wanted} does not rest.")
    click.echo(f"Exchange with {_shown(wanted)} goes on.")


@peers.command()
@click.argument("host")
@click.argument("text")
@data_option
@asynchronous
async def contact(host: str, text: str, data: Path) -> None:
    """Note who answers for a node, and how they are reached. An empty text takes the note away."""
    async with opened(data) as (settings, store):
        wanted = a_host(host, settings)
        if not await store.write(_set_contact, wanted, text):
            raise _never_allowed(wanted)
    click.echo(f"Noted for {_shown(wanted)}.")


@peers.command("confirm-key")
@click.argument("host")
@click.argument("fingerprints", nargs=-1, required=True)
@data_option
@asynchronous
async def confirm_key(host: str, fingerprints: tuple[str, ...], data: Path) -> None:
    """Know a node by the keys that it shows now. FINGERPRINTS: all of them, as its administrator reads them aloud.

    They find them with `legation keys list --json`; here `legation peers show HOST` shows what came from the node.
    """
    async with opened(data) as (settings, store):
        wanted = a_host(host, settings)
        given = sorted({each.lower().replace(":", "").replace(" ", "") for each in fingerprints})
        if not await store.write(_confirm_key, wanted, given):
            raise Invalid(
                "fingerprints",
                "ERR_NOT_SHOWN",
                f"{wanted} shows other keys than these. Nothing was changed. See: legation peers show {wanted}",
            )
    click.echo(f"{_shown(wanted)} is known by these keys from now on.")


def _allow(unit: Unit, host: Host) -> None:
    known.allow(unit, host, by=operator())
    audit.add(unit, who=operator(), source=SOURCE, act="peer.allow", subject=host)


def _remove(unit: Unit, host: Host) -> bool:
    removed = known.remove(unit, host, by=operator())
    if removed:
        ended = {"follows": str(partings.severed(unit, host))}
        audit.add(unit, who=operator(), source=SOURCE, act="peer.remove", subject=host, detail=ended)
    return removed


def _pause(unit: Unit, host: Host) -> bool:
    paused = known.pause(unit, host, by=operator())
    if paused:
        audit.add(unit, who=operator(), source=SOURCE, act="peer.pause", subject=host)
    return paused


def _resume(unit: Unit, host: Host) -> bool:
    resumed = known.resume(unit, host, by=operator())
    if resumed:
        audit.add(unit, who=operator(), source=SOURCE, act="peer.resume", subject=host)
    return resumed


def _set_contact(unit: Unit, host: Host, text: str) -> bool:
    noted = known.set_contact(unit, host, text)
    if noted:
        audit.add(unit, who=operator(), source=SOURCE, act="peer.contact", subject=host)
    return noted


def _confirm_key(unit: Unit, host: Host, fingerprints: list[str]) -> bool:
    confirmed = node_identity.confirm(unit, host, fingerprints, by=operator())
    if confirmed:
        detail = {"fingerprints": " ".join(fingerprints)}
        audit.add(unit, who=operator(), source=SOURCE, act="peer.confirm-key", subject=host, detail=detail)
    return confirmed


def _never_allowed(host: Host) -> Invalid:
    return Invalid("host", "ERR_UNKNOWN", f"{host} was never allowed. Allow it with: legation peers allow {host}")


def _shown(host: Host) -> str:
    readable = unicode_form(host)
    return host if readable == host else f"{readable} ({host})"


def _state(peer: Peer) -> str:
    if not peer.allowed:
        return "removed"
    if peer.paused:
        return "paused"
    return "allowed" if peer.retry_at is None else f"not answering, next try {moment(peer.retry_at)}"


def _described(peer: Peer, waiting: int) -> dict[str, object]:
    return {
        "host": peer.host,
        "allowed": peer.allowed,
        "paused": peer.paused,
        "contact": peer.contact,
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


def _keys_of(identity: node_identity.Identity) -> dict[str, object]:
    """The fingerprints of the node's keys: those by which it is known, with who confirmed them; and those that wait."""
    known_by = [f"{key.fingerprint} ({_confirmed(key)})" for key in identity.known]
    return {"node_keys": known_by, "node_keys_held": list(identity.held)}


def _confirmed(key: NodeKey) -> str:
    if key.confirmed_at is None:
        return f"not confirmed, first seen {moment(key.pinned_at)}"
    return f"confirmed {moment(key.confirmed_at)} by {key.confirmed_by}"
