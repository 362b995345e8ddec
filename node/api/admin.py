"""The allowlist, for administrators and their scripts."""

from federation.errors import BadHost
from federation.hosts import canonical_host, is_mixed_script
from node.api import entities
from node.api.answers import Answerable, Paged
from node.api.callers import Caller
from node.api.endpoints import endpoint
from node.api.parameters import LongestPage, Parameters
from node.errors import Invalid
from storage import audit, partings, peers
from storage.errors import NotFound
from storage.ids import Host
from storage.peers import Peer
from storage.store import Unit

READ, WRITE = "admin:read:domain_allows", "admin:write:domain_allows"


class Domain(Parameters):
    """The host of a node."""

    domain: str


@endpoint("GET", "/api/v1/admin/domain_allows", scope=READ, administrators=True)
async def several(caller: Caller, query: LongestPage) -> Answerable:
    """The nodes on the allowlist, the newest first."""
    return Paged.by_id([_entity(peer) for peer in await caller.node.store.read(peers.allowed_by_id, query.part)])


@endpoint("GET", "/api/v1/admin/domain_allows/{id}", scope=READ, administrators=True)
async def one(caller: Caller, *, id: int) -> Answerable:
    """A node on the allowlist."""
    return _entity(await _allowed(caller, id))


@endpoint("POST", "/api/v1/admin/domain_allows", scope=WRITE, administrators=True)
async def allow(caller: Caller, domain: Domain) -> Answerable:
    """Put a node on the allowlist; what waits for it goes at once."""
    settings = caller.node.settings
    try:
        host = canonical_host(domain.domain.strip(), allow_addresses=settings.development)
    except BadHost as error:
        raise Invalid("domain", "ERR_INVALID", error.reason) from error
    if host == settings.domain:
        raise Invalid("domain", "ERR_INVALID", "Domain is this node itself")
    if is_mixed_script(host):  # a page asks once more; a program cannot look at the letters
        raise Invalid("domain", "ERR_INVALID", "Domain mixes letters of several scripts: admit it on the page of nodes")
    return _entity(await caller.node.store.write(_allow, host, caller.me.username))


@endpoint("DELETE", "/api/v1/admin/domain_allows/{id}", scope=WRITE, administrators=True)
async def remove(caller: Caller, *, id: int) -> Answerable:
    """Take a node off the allowlist, from its next request on."""
    peer = await _allowed(caller, id)
    await caller.node.store.write(_remove, peer.host, caller.me.username)
    return {}


async def _allowed(caller: Caller, identifier: int) -> Peer:
    peer = await caller.node.store.read(peers.by_id, identifier)
    if peer is None or not peer.allowed:
        raise NotFound
    return peer


def _allow(unit: Unit, host: Host, by: str) -> Peer:
    audit.add(unit, who=by, source="api", act="peer.allow", subject=host)
    return peers.allow(unit, host, by=by)


def _remove(unit: Unit, host: Host, by: str) -> None:
    ended = {"follows": str(partings.severed(unit, host))}
    audit.add(unit, who=by, source="api", act="peer.remove", subject=host, detail=ended)
    peers.remove(unit, host, by=by)


def _entity(peer: Peer) -> entities.Entity:
    return {"id": str(peer.id), "domain": peer.host, "created_at": entities.timestamp(peer.changed_at)}
