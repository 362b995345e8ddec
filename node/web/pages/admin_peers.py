"""Administration: the nodes that this one exchanges with, and how it goes with each."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from federation.errors import BadHost
from federation.hosts import canonical_host, is_mixed_script, unicode_form
from node.context import NODE
from node.web import session
from node.web.answers import go, language_of, render
from node.web.declared import page
from node.web.languages import Language
from node.web.on_record import by
from node.web.wording import host_is_broken, host_is_ours, host_mixes_scripts, trouble_of
from storage import audit, deliveries, node_keys, partings, peers
from storage.errors import NotFound
from storage.ids import Host
from storage.peers import Peer
from storage.store import Unit

MOST_DEAD = 1000
SKEW_TO_TELL = 60


@dataclass(frozen=True, slots=True)
class Shown:
    """A peer as the page tells of it."""

    host: str
    unicode_host: str
    state: str
    changed_at: datetime
    changed_by: str
    waiting: int
    dead: int
    trouble: str
    retry_at: datetime | None
    skew_minutes: int
    last_sent_at: datetime | None
    last_heard_at: datetime | None
    contact: str
    key_waits: bool


@page("GET", "/administration/nodes", administrators=True)
async def show(request: web.Request) -> web.StreamResponse:
    """The list, and the form to admit one more."""
    return await listed(request, errors={}, typed="", status=200)


@page("POST", "/administration/nodes", administrators=True)
async def admit(request: web.Request) -> web.StreamResponse:
    """Admit a node by its name. Letters of several scripts in one name are asked about once."""
    node = request.app[NODE]
    form = await request.post()
    typed = str(form.get("host", "")).strip()
    language = language_of(request, session.present(request))
    try:
        host = canonical_host(typed, allow_addresses=node.federation.place.allow_addresses)
    except BadHost:
        return await listed(request, errors={"host": host_is_broken(language)}, typed=typed, status=422)
    if host == node.federation.place.host:
        return await listed(request, errors={"host": host_is_ours(language)}, typed=typed, status=422)
    if is_mixed_script(host) and form.get("confirmed") != host:
        errors = {"host": host_mixes_scripts(host, language)}
        return await listed(request, errors=errors, typed=typed, confirm=host, status=422)
    await node.store.write(allow, host, **by(request))
    return go("/administration/nodes", done="admitted")


@page("POST", "/administration/nodes/{host}/admit", administrators=True)
async def admit_again(request: web.Request) -> web.StreamResponse:
    """Admit a node that was removed; what waits for it leaves."""
    await request.app[NODE].store.write(allow_again, host_of(request), **by(request))
    return go("/administration/nodes", done="admitted")


@page("POST", "/administration/nodes/{host}/try", administrators=True)
async def try_now(request: web.Request) -> web.StreamResponse:
    """Send what waits now instead of later."""
    await request.app[NODE].store.write(peers.try_now, host_of(request))
    return go("/administration/nodes", done="trying")


@page("GET", "/administration/nodes/{host}/remove", administrators=True)
async def remove_form(request: web.Request) -> web.StreamResponse:
    """The question before a node goes."""
    host = host_of(request)
    waiting = await request.app[NODE].store.read(waiting_for, host)
    return await render(request, "admin_peer_remove.html", host=host, waiting=waiting)


@page("POST", "/administration/nodes/{host}/remove", administrators=True)
async def remove(request: web.Request) -> web.StreamResponse:
    """Exchange nothing more with a node, from the next request on."""
    await request.app[NODE].store.write(take_off, host_of(request), **by(request))
    return go("/administration/nodes", done="removed")


async def listed(
    request: web.Request, *, errors: dict[str, str], typed: str, status: int, confirm: str = ""
) -> web.StreamResponse:
    """The page, with what was typed and what is wrong with it."""
    node = request.app[NODE]
    language = language_of(request, session.present(request))
    nodes = await node.store.read(all_shown, language=language)
    return await render(
        request,
        "admin_peers.html",
        status=status,
        nodes=nodes,
        errors=errors,
        typed=typed,
        confirm=confirm,
        node_host=node.federation.place.host,
    )


def host_of(request: web.Request) -> Host:
    """The node that the address names. Raises NotFound."""
    try:
        return canonical_host(request.match_info["host"], allow_addresses=True)
    except BadHost:
        raise NotFound from None


def allow(unit: Unit, host: Host, *, by: str, source: str) -> None:
    """Put a host on the list, and the act on record."""
    peers.allow(unit, host, by=by)
    audit.add(unit, who=by, source=source, act="peer.allow", subject=host)


def allow_again(unit: Unit, host: Host, *, by: str, source: str) -> None:
    """As `allow`, for a host that was on the list before. Raises NotFound."""
    if peers.get(unit, host) is None:
        raise NotFound
    allow(unit, host, by=by, source=source)


def take_off(unit: Unit, host: Host, *, by: str, source: str) -> None:
    """Take a host off the list, and put the act on record. Raises NotFound."""
    if not peers.remove(unit, host, by=by):
        raise NotFound
    ended = {"follows": str(partings.severed(unit, host))}
    audit.add(unit, who=by, source=source, act="peer.remove", subject=host, detail=ended)


def waiting_for(unit: Unit, host: Host) -> int:
    """How many messages wait for an admitted node. Raises NotFound."""
    if not peers.is_allowed(unit, host):
        raise NotFound
    return peers.waiting(unit).get(host, 0)


def all_shown(unit: Unit, *, language: Language) -> list[Shown]:
    """Every peer, admitted ones first."""
    waiting = peers.waiting(unit)
    dead = Counter(letter.host for letter in deliveries.dead(unit, limit=MOST_DEAD))
    found = sorted(peers.list_all(unit), key=lambda peer: (not peer.allowed, peer.host))
    holding = frozenset(node_keys.holding(unit))
    return [
        _shown(peer, waiting.get(peer.host, 0), dead[peer.host], language, key_waits=peer.host in holding)
        for peer in found
    ]


def _shown(peer: Peer, waiting: int, dead: int, language: Language, *, key_waits: bool) -> Shown:
    skew = abs(peer.skew_seconds or 0)
    return Shown(
        host=peer.host,
        unicode_host=unicode_form(peer.host),
        state=state_of(peer, waiting),
        changed_at=peer.changed_at,
        changed_by=peer.changed_by,
        waiting=waiting,
        dead=dead,
        trouble=trouble_of(peer.last_error, language),
        retry_at=peer.retry_at,
        skew_minutes=round(skew / 60) if skew >= SKEW_TO_TELL else 0,
        last_sent_at=peer.last_sent_at,
        last_heard_at=peer.last_heard_at,
        contact=peer.contact,
        key_waits=key_waits,
    )


def state_of(peer: Peer, waiting: int) -> str:
    """One word for how it goes with a peer: removed, paused, failing, waiting, new or well."""
    if not peer.allowed:
        return "removed"
    if peer.paused:
        return "paused"
    if waiting:
        return "failing" if peer.failures else "waiting"
    return "well" if peer.last_sent_at or peer.last_heard_at else "new"
