"""Administration: one node that this one exchanges with: who answers for it, by which keys it is known, whether exchange rests."""

from dataclasses import dataclass

from aiohttp import web

from federation import node_identity
from federation.hosts import unicode_form
from federation.node_identity import Identity
from node.context import NODE
from node.web import session
from node.web.answers import go, language_of, render
from node.web.declared import page
from node.web.on_record import by
from node.web.pages.admin_peers import host_of
from node.web.wording import contact_is_too_long, keys_have_changed
from storage import accounts, audit, keys, peers
from storage.errors import NotFound
from storage.ids import Host
from storage.peers import Peer
from storage.store import Unit


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a peer. own: the fingerprints of this node's keys, for the other administrator."""

    peer: Peer
    identity: Identity
    own: list[str]


@page("GET", "/administration/nodes/{host}", administrators=True)
async def show(request: web.Request) -> web.StreamResponse:
    """What is known of a node, and what can be decided about it."""
    return await _shown(request, errors={}, status=200)


@page("POST", "/administration/nodes/{host}/contact", administrators=True)
async def note_contact(request: web.Request) -> web.StreamResponse:
    """Note who answers for a node."""
    host, text = host_of(request), str((await request.post()).get("contact", "")).strip()
    if len(text) > peers.LONGEST_CONTACT:
        language = language_of(request, session.present(request))
        wrong = {"contact": contact_is_too_long(peers.LONGEST_CONTACT, language)}
        return await _shown(request, errors=wrong, status=422, typed=text)
    await request.app[NODE].store.write(set_contact, host, text, **by(request))
    return go(f"/administration/nodes/{host}", done="saved")


@page("POST", "/administration/nodes/{host}/pause", administrators=True)
async def pause(request: web.Request) -> web.StreamResponse:
    """Let exchange with a node rest, from the next request on."""
    host = host_of(request)
    await request.app[NODE].store.write(rest, host, **by(request))
    return go(f"/administration/nodes/{host}", done="paused")


@page("POST", "/administration/nodes/{host}/resume", administrators=True)
async def resume(request: web.Request) -> web.StreamResponse:
    """Go on with exchange; what waits leaves."""
    host = host_of(request)
    await request.app[NODE].store.write(go_on, host, **by(request))
    return go(f"/administration/nodes/{host}", done="resumed")


@page("POST", "/administration/nodes/{host}/confirm-key", administrators=True)
async def confirm_key(request: web.Request) -> web.StreamResponse:
    """Know a node by the keys that the page has shown; by no others, should it show others meanwhile."""
    host = host_of(request)
    fingerprints = [str(each) for each in (await request.post()).getall("fingerprint", [])]
    if not await request.app[NODE].store.write(confirm, host, fingerprints, **by(request)):
        errors = {"keys": keys_have_changed(language_of(request, session.present(request)))}
        return await _shown(request, errors=errors, status=422)
    return go(f"/administration/nodes/{host}", done="key-confirmed")


async def _shown(
    request: web.Request, *, errors: dict[str, str], status: int, typed: str | None = None
) -> web.StreamResponse:
    host = host_of(request)
    entry = await request.app[NODE].store.read(entry_of, host)
    return await render(
        request,
        "admin_peer.html",
        status=status,
        peer=entry.peer,
        identity=entry.identity,
        to_confirm=entry.identity.to_confirm,
        own=entry.own,
        unicode_host=unicode_form(host),
        contact=entry.peer.contact if typed is None else typed,
        errors=errors,
    )


def entry_of(unit: Unit, host: Host) -> Entry:
    """What is known of a peer, admitted or removed. Raises NotFound."""
    peer = peers.get(unit, host)
    if peer is None:
        raise NotFound
    ours = keys.private(unit, accounts.node_actor(unit).id)
    own = sorted(node_identity.fingerprint_of(key.public_pem) for key in ours if key.retired_at is None)
    return Entry(peer, node_identity.of(unit, host), own)


def set_contact(unit: Unit, host: Host, text: str, *, by: str, source: str) -> None:
    """Note who answers for a peer, and the act on record. Raises NotFound."""
    if not peers.set_contact(unit, host, text):
        raise NotFound
    audit.add(unit, who=by, source=source, act="peer.contact", subject=host)


def rest(unit: Unit, host: Host, *, by: str, source: str) -> None:
    """Let exchange rest, and put the act on record. Raises NotFound."""
    if not peers.is_allowed(unit, host):
        raise NotFound
    if peers.pause(unit, host, by=by):
        audit.add(unit, who=by, source=source, act="peer.pause", subject=host)


def go_on(unit: Unit, host: Host, *, by: str, source: str) -> None:
    """Go on with exchange, and put the act on record. Raises NotFound."""
    if not peers.is_allowed(unit, host):
        raise NotFound
    if peers.resume(unit, host, by=by):
        audit.add(unit, who=by, source=source, act="peer.resume", subject=host)


def confirm(unit: Unit, host: Host, fingerprints: list[str], *, by: str, source: str) -> bool:
    """Know a peer by these keys, and put the act on record. Returns False where it shows others now."""
    confirmed = node_identity.confirm(unit, host, fingerprints, by=by)
    if confirmed:
        detail = {"fingerprints": " ".join(fingerprints)}
        audit.add(unit, who=by, source=source, act="peer.confirm-key", subject=host, detail=detail)
    return confirmed
