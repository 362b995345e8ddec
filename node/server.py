"""Serving HTTP to strangers: who may hold a connection, and for how long.

aiohttp answers requests well, but waits for ever: a head that never ends, a body that drips, a thousand silent
connections. Here every wait has an end, and what a request must look like is settled (`protection.py`) before any handler runs:

    connect ── Door: one too many? 503
       │
    head ───── Connection: not whole within `head_seconds`? closed.  Framing that two readers could read differently? 400
       │
    identified ── every request has an id
    addressed ─── to one of our names? 421.  To two names, or to a proxy? 400
    received ──── compressed? 415.  Too large? 413.  Too slow? 408
       │
    handler ── answer ── protective headers

Start reading at `application` (an aiohttp application with all of this in it) and `start` (opens the socket).
"""

import asyncio
import contextlib
import errno
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, cast

from aiohttp import hdrs, http_parser, web
from aiohttp.abc import AbstractAccessLogger

from node.protection import (
    IDENTIFIER,
    SOFTWARE,
    Identifier,
    addressed_to,
    identified,
    protective_headers,
    received_within,
)

FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nServer: legation\r\nRetry-After: 5\r\nConnection: close\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 21\r\n\r\nToo many connections."
)

BACKLOG = 1024
LOOK_SECONDS = 0.02

NOWHERE = "0.0.0.0"  # noqa: S104  counted as the address of callers who have hung up before they were let in

Network = IPv4Network | IPv6Network


class ServingError(Exception):
    """The node cannot serve."""

    code = "serving"


class AddressInUse(ServingError):
    """Another program listens on this address and port already."""

    code = "address-in-use"


class AddressNotOurs(ServingError):
    """This machine may not listen on this address and port."""

    code = "address-not-ours"


class UnsafeParser(ServingError):
    """aiohttp's compiled HTTP parser is missing; the other one is more lenient than a public service may be."""

    code = "unsafe-parser"


@dataclass(frozen=True, slots=True)
class Limits:
    """What strangers may take.

    head_seconds: from connecting, or from a request's first byte, to the end of its head.
    body_seconds: to the end of its body.  body_bytes: of its body.
    idle_seconds: between two requests.
    linger_seconds: how long a refused caller is given to read why, before the connection is cut.
    stop_seconds: how long requests under way may go on when the node stops.
    leave_seconds: how long connections may go on when another process takes over, until they have been answered once more.
    connections: at one time.  connections_per_address: of these, from one IPv4 address or one IPv6 /64.
    proxies: our own, which connect for many people and are not counted per address.
    """

    head_seconds: float = 10.0
    body_seconds: float = 15.0
    body_bytes: int = 1024 * 1024
    idle_seconds: float = 75.0
    linger_seconds: float = 1.0
    stop_seconds: float = 10.0
    leave_seconds: float = 5.0
    connections: int = 4_000
    connections_per_address: int = 200
    proxies: tuple[Network, ...] = ()


LIMITS = web.AppKey("limits", Limits)

TOLD_TO: web.AppKey[AbstractAccessLogger] = web.AppKey("told_to", AbstractAccessLogger)
"""Who hears of each request once its answer is out; nobody, where an application has none."""

ShortRoad = Callable[[web.Request], Awaitable[web.StreamResponse | None]]

WholeRoad = Callable[[Any], Awaitable[web.StreamResponse]]

SHORT_ROAD: web.AppKey[ShortRoad] = web.AppKey("short_road")
"""Answers a request before any of the protections, or not at all; it must be as strict as all of them."""


def application(*, host_names: frozenset[str], https: bool, limits: Limits | None = None) -> web.Application:
    """An application without routes that has every protection of this page.

    host_names: each as callers write it in `Host`, in lower case, with the port unless it is the scheme's own.
    https: whether callers come over https; then browsers are told to use nothing else for a year.
    """
    limits = limits or Limits()
    identifier = Identifier(limits.proxies)
    protections = (
        identified(identifier),
        addressed_to(host_names, https=https),
        received_within(body_seconds=limits.body_seconds, body_bytes=limits.body_bytes),
    )
    app = web.Application(middlewares=protections, client_max_size=limits.body_bytes)
    app.on_response_prepare.append(protective_headers(https=https))
    app[LIMITS] = limits
    app[IDENTIFIER] = identifier
    return app


class Door:
    """Counts who is in, and lets nobody in for whom there is no room."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._inside = 0
        self._inside_from: Counter[str] = Counter()

    def let_in(self, address: str) -> bool:
        """Count one more from here, unless there is no room: then False."""
        crowded = self._inside_from[origin_of(address)] >= self._limits.connections_per_address
        if self._inside >= self._limits.connections or (crowded and not self._is_proxy(address)):
            return False
        self._inside += 1
        self._inside_from[origin_of(address)] += 1
        return True

    def let_out(self, address: str) -> None:
        """Count one less from here. Only for whom was let in."""
        self._inside -= 1
        self._inside_from -= Counter({origin_of(address): 1})  # forgets whoever has nobody left inside

    def _is_proxy(self, address: str) -> bool:
        return any(ip_address(address) in network for network in self._limits.proxies)


def origin_of(address: str) -> str:
    """What callers are counted by: the IPv4 address or, since one machine has as many as it likes, the IPv6 /64."""
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Network((int(parsed) >> 64 << 64, 64)))
    return address


class Connection(web.RequestHandler):
    """One caller's connection: aiohttp's, with a door before it and a clock over each head.

    aiohttp has no setting for either. Relied upon, and pinned by tests/node/test_server.py: `_request_count` grows
    when a head is whole, and `_waiter` is there while the connection waits for a request and answers none.
    """

    __slots__ = ("_address", "_door", "_head_clock", "_head_seconds")

    def __init__(
        self,
        server: "GuardedServer",
        *,
        door: Door,
        head_seconds: float,
        told_to: AbstractAccessLogger | None,
        **settings: Any,
    ) -> None:
        """door: where this connection is counted.  head_seconds, settings: see `Limits` and aiohttp's class.

        told_to: hears of each answer; aiohttp itself would make one anew for each connection.
        """
        super().__init__(server, **settings)
        self.access_logger = told_to
        self._logging_enabled = told_to is not None
        self._door = door
        self._address: str | None = None
        self._head_seconds = head_seconds
        self._head_clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let the caller in and start the clock, or say that the house is full."""
        peer = transport.get_extra_info("peername")
        address = str(peer[0]) if peer else NOWHERE
        if not self._door.let_in(address):
            self._turn_away(cast(asyncio.Transport, transport))
            return
        self._address = address
        super().connection_made(transport)
        self._start_clock()

    def data_received(self, data: bytes) -> None:
        """Stop the clock when a head is whole; start it at the first byte of the next."""
        heads = self._request_count
        super().data_received(data)
        if self._request_count > heads:
            self._stop_clock()
        elif self._waits_for_a_request() and self._head_clock is None:
            self._start_clock()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Count the caller out."""
        self._stop_clock()
        if self._address is not None:
            self._door.let_out(self._address)
            self._address = None
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what could not be read as a request; the caller's bytes come back in neither answer nor log."""
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return super().handle_error(request, status, exc, message)
        answer = web.Response(status=status, text="This is not a request.", headers={hdrs.SERVER: SOFTWARE})
        answer.force_close()
        return answer

    def _turn_away(self, transport: asyncio.Transport) -> None:
        self._force_close = True  # whatever still arrives is not read
        transport.write(FULL)
        if transport.can_write_eof():
            transport.write_eof()
        # Closed at once, the answer would be lost with the bytes that the caller has sent meanwhile.
        self._loop.call_later(self._lingering_time, transport.abort)

    def _waits_for_a_request(self) -> bool:
        return self._waiter is not None and not self._waiter.done()

    def _start_clock(self) -> None:
        self._head_clock = self._loop.call_later(self._head_seconds, self._time_is_up)

    def _stop_clock(self) -> None:
        if self._head_clock is not None:
            self._head_clock.cancel()
            self._head_clock = None

    def _time_is_up(self) -> None:
        self._head_clock = None
        if self._waits_for_a_request():
            self.force_close()


class GuardedServer(web.Server):
    """aiohttp's server, making our connections instead of its own."""

    def __init__(
        self, plain: web.Server, limits: Limits, told_to: AbstractAccessLogger | None, short_road: ShortRoad | None
    ) -> None:
        """plain: what `AppRunner` made of the application, whose settings are taken over."""
        settings = plain._kwargs  # noqa: SLF001  the only place where aiohttp keeps them
        self._whole_road = plain.request_handler
        handler = plain.request_handler if short_road is None else first(short_road, plain.request_handler)
        super().__init__(self._saying_farewell(handler), request_factory=plain.request_factory, **settings)
        self.leaving = False
        self._door = Door(limits)
        self._head_seconds = limits.head_seconds
        self._told_to = told_to

    def __call__(self) -> Connection:
        """A new connection."""
        return Connection(
            self,
            door=self._door,
            head_seconds=self._head_seconds,
            told_to=self._told_to,
            loop=asyncio.get_running_loop(),
            **self._kwargs,
        )

    def _saying_farewell(self, handler: WholeRoad) -> WholeRoad:
        """Once this server leaves, each answer says that it is the connection's last."""

        async def handle(request: Any) -> web.StreamResponse:  # Any: see `first`
            if not self.leaving:
                return await handler(request)
            try:
                answer = await self._whole_road(request)
            except web.HTTPException as refusal:
                refusal.force_close()
                raise
            answer.force_close()
            return answer

        return handle


def first(short: ShortRoad, whole: WholeRoad) -> WholeRoad:
    """A handler that takes the short road where it leads somewhere, else the whole one."""

    async def handle(
        request: Any,
    ) -> web.StreamResponse:  # Any: aiohttp's types say less than its application's requests are
        found = await short(request)
        return await whole(request) if found is None else found

    return handle


class GuardedRunner(web.AppRunner):
    """aiohttp's runner of an application, on a `GuardedServer`: there is no setting for it."""

    def __init__(self, app: web.Application, limits: Limits) -> None:
        """limits: see there."""
        super().__init__(
            app,
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=limits.idle_seconds,
            lingering_time=limits.linger_seconds,
            # aiohttp waits this long twice: for answers under way, then for what they left behind.
            shutdown_timeout=limits.stop_seconds / 2,
        )
        self._limits = limits

    async def leave(self) -> None:
        """Accept nothing more; wait until nobody is connected, or for `Limits.leave_seconds`."""
        for site in self.sites:
            await site.stop()
        server = self.server
        if not isinstance(server, GuardedServer):
            return
        server.leaving = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.leave_seconds):
                while server.connections:  # noqa: ASYNC110  aiohttp tells nobody that a connection has ended
                    await asyncio.sleep(LOOK_SECONDS)

    async def _make_server(self) -> web.Server:
        app = self._app
        return GuardedServer(await super()._make_server(), self._limits, app.get(TOLD_TO), app.get(SHORT_ROAD))


class Serving:
    """An application that is being served."""

    def __init__(self, runner: GuardedRunner) -> None:
        self._runner = runner
        self._stopped = False
        self.port: int = runner.addresses[0][1]

    async def leave(self) -> None:
        """Accept nothing more, since another process does, and part with whoever is connected at their next answer."""
        await self._runner.leave()

    async def stop(self) -> None:
        """Accept nothing more, let requests under way finish within `Limits.stop_seconds`, close. Twice is once."""
        if not self._stopped:
            self._stopped = True
            await self._runner.cleanup()


async def start(app: web.Application, *, host: str, port: int, reuse_port: bool = False) -> Serving:
    """Serve an application made by `application`.

    host: a name or address of this machine.  port: 0 for any free one; `Serving.port` tells which.
    reuse_port: let several processes share the port.
    Raises AddressInUse, AddressNotOurs, UnsafeParser; then nothing is left running.
    """
    return await _start(
        app, lambda runner: listen(web.TCPSite(runner, host, port, reuse_port=reuse_port, backlog=BACKLOG), host, port)
    )


async def start_on(app: web.Application, sockets: Sequence[socket.socket]) -> Serving:
    """Serve an application made by `application` on sockets that listen already, and that others may share.

    Raises UnsafeParser; then nothing is left running.
    """

    async def accept(runner: GuardedRunner) -> None:
        for each in sockets:
            await web.SockSite(runner, each, backlog=BACKLOG).start()

    return await _start(app, accept)


async def _start(app: web.Application, accept: Callable[[GuardedRunner], Awaitable[None]]) -> Serving:
    require_compiled_parser()
    runner = GuardedRunner(app, app[LIMITS])
    try:
        await runner.setup()
        await accept(runner)
    except BaseException:
        await runner.cleanup()
        raise
    return Serving(runner)


async def listen(site: web.TCPSite, host: str, port: int) -> None:
    """Open the socket.  Raises AddressInUse, AddressNotOurs, with what to do about it."""
    try:
        await site.start()
    except OSError as trouble:
        if trouble.errno == errno.EADDRINUSE:
            problem = f"Another program listens on {host}:{port} already: stop it, or choose another port."
            raise AddressInUse(problem) from trouble
        problem = f"This machine does not let us listen on {host}:{port}: choose another address or port."
        raise AddressNotOurs(problem) from trouble


def require_compiled_parser() -> None:
    """Refuse to serve with aiohttp's parser in pure Python.  Raises UnsafeParser."""
    if http_parser.HttpRequestParser is http_parser.HttpRequestParserPy:
        raise UnsafeParser("aiohttp's compiled parser is missing: install aiohttp from a wheel for this platform.")
