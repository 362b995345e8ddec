"""A node put together: settings → store, federation, faces → a server. Nothing else constructs anything.

serve(settings)
└─ running(settings)      vault · store · federation · application · listening · applying and delivering
"""

import asyncio
import contextlib
import importlib.metadata
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from aiohttp.abc import AbstractResolver

from federation import routes as federation_routes
from federation.addresses import Egress
from federation.asking import COUNTED_BY, FEDERATION, IS_SIGNED_IN, STORE, TO_SIGN_IN
from federation.hosts import canonical_host
from federation.push_services import PushServices
from federation.roles import Role
from federation.service import Federation, Place
from node import api, oauth, observe, short_road
from node import web as pages
from node.api.limits import BUCKETS, Buckets
from node.community_order import COMMUNITY_ORDER, CommunityOrder
from node.context import NODE, Node
from node.errors import BadSettings
from node.exports import Exporter
from node.media import serving
from node.media.library import Library
from node.memory import Memory
from node.metrics import Metrics, scraped
from node.origins import neighbourhood_of
from node.passwords import Passwords
from node.protection import IDENTIFIER
from node.push import vapid
from node.push.sender import PUSH, Sender
from node.server import SHORT_ROAD, TOLD_TO, Limits, Serving, application, start, start_on
from node.settings import Settings
from node.streaming import STREAMS, Hub
from node.timetable import Timetable
from node.trends import TRENDS, Trends
from node.web.declared import to_sign_in
from node.web.session import is_signed_in
from node.workers import Inherited
from storage import facts, schema_version
from storage.events import ChangedElsewhere, Event
from storage.opening import open_files, open_store
from storage.sqlite import utc_now
from storage.store import Store, Unit
from storage.vault import Vault

VERSION = importlib.metadata.version("legation")


@dataclass(frozen=True, slots=True)
class Running:
    """A node that serves. serving: none, where it answers nobody.  streams: who listens here."""

    node: Node
    serving: Serving | None
    streams: Hub

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self.serving is not None
        return self.serving.port


@contextlib.asynccontextmanager
async def running(
    settings: Settings,
    *,
    listen: tuple[str, int] | None = None,
    clock: Callable[[], datetime] = utc_now,
    resolver: AbstractResolver | None = None,
    inherited: Inherited | None = None,
) -> AsyncIterator[Running]:
    """A node that serves for as long as the context lasts.

    listen: address and port instead of the settings' own.  clock: aware, UTC.  resolver: finds the addresses of peers.
    inherited: what a worker has from its parent: its number, and sockets to serve on instead of an address.
    Raises BadSettings, StorageTrouble, ServingError: each one sentence that says what to do.
    """
    worker = inherited.number if inherited else 0
    sockets = inherited.sockets if inherited else ()
    vault = Vault(settings.secret())
    store = await open_store(settings.database, clock=clock)
    try:
        metrics = metrics_of(settings, store, clock=clock, worker=worker)
        store.listen(observe.hear_all, here_only=True)
        await store.read(_demand_same_address, settings.base_url)
        if store.is_shared:
            await store.write(_have_all_forget)
        federation = Federation(
            place_of(settings),
            store,
            vault,
            now=clock,
            tell=observe.hear if metrics is None else both(observe.hear, metrics.hear),
            resolver=resolver,
            tls=settings.certificates(),
            name=inherited.name if inherited else "",
        )
        memory = Memory(store, now=clock)
        if metrics is not None:
            for name, cache in memory.caches.items():
                metrics.watch_cache(name, cache)
        node = Node(
            settings, store, federation, Passwords(), vault, clock, memory, library_of(settings, store, federation)
        )
        host, port = listen or (settings.listen_host, settings.listen_port)
        async with contextlib.AsyncExitStack() as leaving:
            leaving.callback(node.passwords.close)
            leaving.push_async_callback(federation.client.close)
            app = application_of(node)
            if settings.push.allow:
                app[PUSH] = await leaving.enter_async_context(_pushing(node, resolver))
            await leaving.enter_async_context(Timetable(node).running())
            await leaving.enter_async_context(Exporter(node).running())
            streams = await leaving.enter_async_context(app[STREAMS].running())
            if metrics is not None:
                metrics.watch_streams(streams)
            app[TOLD_TO] = observe.Requests(every=settings.log_requests == "all", metrics=metrics)
            if metrics is not None and (address := settings.metrics_address(worker)) is not None:
                await leaving.enter_async_context(scraped(metrics, store, now=clock, address=address))
            serving = None
            if Role.WEB in settings.roles:
                serving = await (start_on(app, sockets) if sockets else start(app, host=host, port=port))
                # Beside the first answers, not before them; a page that is asked for meanwhile compiles its own.
                warming = asyncio.get_running_loop().run_in_executor(None, pages.prepare, settings.templates_folder)
                leaving.push_async_callback(asyncio.wait_for, warming, None)
            observe.started(settings, version=VERSION, schema=schema_version.CURRENT, worker=worker)
            leaving.callback(observe.stopped, worker=worker)
            await leaving.enter_async_context(node.library.open())
            async with federation.running(settings.roles, instead_of=inherited.instead_of if inherited else ()):
                try:
                    yield Running(node, serving, streams)
                finally:
                    if serving is not None:
                        await serving.stop()
    finally:
        await store.close()


def library_of(settings: Settings, store: Store, federation: Federation) -> Library:
    """The files of the node: in a folder, or in a bucket."""
    files = open_files(settings.media_folder, settings.media.access())
    return Library(store, files, federation.client, settings.media, incoming=settings.incoming_folder)


def metrics_of(settings: Settings, store: Store, *, clock: Callable[[], datetime], worker: int) -> Metrics | None:
    """What counts for scrapers; nothing, where the settings name no place for them."""
    if not settings.metrics_listen:
        return None
    facts = {
        "version": VERSION,
        "schema": schema_version.CURRENT,
        "database": observe.engine_of(settings),
        "worker": str(worker),
    }
    return Metrics(store, facts=facts, now=clock)


def both(first: Callable[[Event], None], second: Callable[[Event], None]) -> Callable[[Event], None]:
    """One that is told and tells two."""

    def tell(event: Event) -> None:
        first(event)
        second(event)

    return tell


def application_of(node: Node) -> web.Application:
    """The web application: what peers use, what apps use, what people see."""
    settings = node.settings
    limits = Limits(proxies=settings.trusted_proxies)
    app = application(host_names=settings.host_names, https=settings.scheme == "https", limits=limits)
    app[NODE] = node
    app[FEDERATION] = node.federation
    app[STORE] = node.store
    app[BUCKETS] = Buckets(settings, node.store, now=node.now)
    app[IS_SIGNED_IN] = is_signed_in
    app[TO_SIGN_IN] = to_sign_in
    app[COUNTED_BY] = neighbourhood_of
    app[STREAMS] = streams = Hub(node)
    app[TRENDS] = Trends(node.store)
    app[COMMUNITY_ORDER] = CommunityOrder(node.store)
    app.on_shutdown.append(streams.stop)
    # The outermost first: refusals that come before any handler are still said in the caller's own way.
    app.middlewares[:0] = [api.in_json, pages.in_plain_words]
    app.on_response_prepare.append(api.open_to_browsers)
    app.on_response_prepare.append(short_road.remember)  # after all that add to the head
    app[SHORT_ROAD] = short_road.ShortRoad(node, app[IDENTIFIER]).take
    for routes in (federation_routes.routes(), serving.routes(), oauth.routes(), api.routes(), pages.routes()):
        app.add_routes(routes)
    return app


@contextlib.asynccontextmanager
async def _pushing(node: Node, resolver: AbstractResolver | None) -> AsyncIterator[Sender]:
    """What sends pushes; it does so where this process sends at all."""
    sender = await _sender_of(node, resolver)
    async with contextlib.AsyncExitStack() as leaving:
        leaving.push_async_callback(sender.services.close)
        if Role.DELIVERY in node.settings.roles:
            await leaving.enter_async_context(sender.running())
        yield sender


async def _sender_of(node: Node, resolver: AbstractResolver | None) -> Sender:
    """What sends pushes, and the key with which it does."""
    settings, place = node.settings, node.federation.place
    services = PushServices(
        settings.push.allow,
        egress=place.egress,
        software=f"Legation (+{place.base_url}/)",
        resolver=resolver,
        tls=settings.certificates(),
    )
    subject = f"mailto:{settings.contact_email}" if settings.contact_email else settings.base_url
    return Sender(node, services, await vapid.load(node.store, node.vault, subject=subject))


def place_of(settings: Settings) -> Place:
    """Where the node stands among others."""
    return Place(
        base_url=settings.base_url,
        account_domain=canonical_host(settings.account_domain, allow_addresses=settings.development),
        name=settings.name,
        version=VERSION,
        egress=Egress(
            networks=settings.egress_networks, loopback=settings.development, plain_http=settings.scheme == "http"
        ),
        allow_addresses=settings.development,
        activities_per_minute=settings.peer_activities_per_minute,
        unproven_per_minute=settings.unproven_per_minute,
        unasked_per_hour=settings.unasked_per_hour,
        open_webfinger=settings.open_webfinger,
    )


async def serve(
    settings: Settings,
    *,
    listen: tuple[str, int] | None,
    inherited: Inherited | None = None,
    ready: Callable[[int | None], None],
) -> None:
    """Serve until the process is told to stop (SIGTERM or SIGINT), then finish what was begun.

    SIGHUP: another process has taken over; whoever is connected goes on there, then this one stops.
    inherited: what a worker has from its parent, None where there is no parent.
    ready: is called once the node answers, with its port if it has one.
    """
    stopping, leaving = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)
    loop.add_signal_handler(signal.SIGHUP, leaving.set)
    async with running(settings, listen=listen, inherited=inherited) as found:
        if inherited is None:
            ready(None if found.serving is None else found.serving.port)
        else:
            inherited.say_ready()
            inherited.when_alone(stopping.set)
        if await first_of(stopping, leaving) is leaving and found.serving is not None:
            await found.serving.leave()


async def first_of(*events: asyncio.Event) -> asyncio.Event:
    """Wait for any of these, and tell which."""
    waiting = {asyncio.create_task(event.wait()): event for event in events}
    done, others = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for other in others:
        other.cancel()
    return waiting[done.pop()]


def _have_all_forget(unit: Unit) -> None:
    """The process before this one may have died after a commit and before it told the others of it."""
    unit.after_commit(ChangedElsewhere())


def _demand_same_address(unit: Unit, base_url: str) -> None:
    """Every id that was ever given out begins with the address: it cannot change under a living node."""
    known = facts.get(unit, facts.BASE_URL)
    if known is not None and known != base_url:
        message = (
            f"This node's address is {known}; the settings say {base_url}. The address is part of every post and cannot "
            "change: put the domain back in legation.toml."
        )
        raise BadSettings(message)
