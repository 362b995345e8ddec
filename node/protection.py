"""What a request must look like before any handler runs, and what every answer tells a browser.

Three middlewares, in this order: `identified`, `addressed_to` (400, 421), `received_within` (415, 413, 408, 400); and one
signal, `protective_headers`, which sees every answer, streams and refusals included. `server.application` puts them in
their places.
"""

import asyncio
import contextlib
import itertools
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextvars import ContextVar
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any, TypeVar

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

SOFTWARE = "legation"
"""All that the `Server` header tells: a version would tell which holes are open."""

REQUEST_ID = web.RequestKey("request_id", str)
"""The id of a request, as it stands in the answer's `X-Request-Id` and in each log line about it."""

REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The same id, for whoever writes a log line while the request is worked on, however deep inside."""

BEGAN = web.RequestKey("began", float)
"""When a request's head was there, by `time.perf_counter`."""

ACCOUNT = web.RequestKey("account", int)
"""The account for which a request was made, once it is known; told in its log line."""

GOOD_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
MOST_REMEMBERED = 1_024

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types legation"
)

PAGE_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

AnyHandler = TypeVar("AnyHandler", bound=Callable[..., Any])


class Identifier:
    """Gives each request an id: the one that our own proxy sends as `X-Request-Id`, or a new one."""

    def __init__(self, proxies: Sequence[IPv4Network | IPv6Network]) -> None:
        """proxies: from where our own proxies connect.

        What anybody else sends as an id is not believed, nor one that is not 1 to 64 letters, digits, dots, dashes and
        underscores.
        """
        self._proxies = proxies
        # Unique, and short of asking the system for each: no secret, so what comes next may be guessed.
        self._beginning, self._counter = secrets.token_hex(4), itertools.count(1)
        self._known: dict[str, bool] = {}

    def name(self, request: web.Request) -> None:
        """Note a request's id, and that it has begun."""
        request[BEGAN] = time.perf_counter()
        name = self._given_by_proxy(request) or f"{self._beginning}{next(self._counter):08x}"
        request[REQUEST_ID] = name
        REQUEST.set(name)

    def _given_by_proxy(self, request: web.Request) -> str | None:
        given = request.headers.get("X-Request-Id")
        return given if given and GOOD_ID.fullmatch(given) and self._is_proxy(request.remote or "") else None

    def _is_proxy(self, address: str) -> bool:
        if address not in self._known:
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[address] = bool(address) and any(ip_address(address) in network for network in self._proxies)
        return self._known[address]


IDENTIFIER = web.AppKey("identifier", Identifier)


def identified(identifier: Identifier) -> Middleware:
    """A middleware that gives each request an id."""

    @web.middleware
    async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
        identifier.name(request)
        return await handler(request)

    return identify


def addressed_to(host_names: frozenset[str], *, https: bool) -> Middleware:
    """A middleware that refuses requests which are not for this node.

    host_names: as for `application`.  A path that names a host (as proxies are asked) or a `Host` given twice is 400,
    another name is 421.  Source: RFC 9112 section 3.2, RFC 9110 section 15.5.20.
    """
    own_port = ":443" if https else ":80"

    @web.middleware
    async def addressed(request: web.Request, handler: Handler) -> web.StreamResponse:
        names = request.headers.getall(hdrs.HOST, [])
        if len(names) != 1 or not request.raw_path.startswith("/"):
            raise web.HTTPBadRequest(text="A request names one host, in its Host header.")
        if names[0].lower().removesuffix(own_port) not in host_names:
            raise web.HTTPMisdirectedRequest(text="This node has another name.")
        return await handler(request)

    return addressed


def streams_its_body(handler: AnyHandler) -> AnyHandler:
    """Mark a handler that reads its request's body by itself, in pieces, under limits of its own (uploads)."""
    handler.streams_its_body = True  # type: ignore[attr-defined]  # a mark on a function, read by `received_within`
    return handler


def takes_files(handler: object) -> bool:
    """Whether a handler is marked so."""
    return hasattr(handler, "streams_its_body")


def received_within(*, body_seconds: float, body_bytes: int) -> Middleware:
    """A middleware that has the whole body, in time, before the handler runs.

    body_seconds: from the end of the head.  body_bytes: as sent.
    Raises 415 for a compressed body (a digest is made over the bytes as sent), 413, 408, and 400 for broken chunks.
    Handlers marked with `streams_its_body` are spared the time and the size.
    """

    @web.middleware
    async def received(request: web.Request, handler: Handler) -> web.StreamResponse:
        if hdrs.CONTENT_ENCODING in request.headers:
            plain = {hdrs.ACCEPT_ENCODING: "identity"}
            raise web.HTTPUnsupportedMediaType(text="Send the body as it is, without compression.", headers=plain)
        if request.body_exists and not takes_files(request.match_info.handler):
            with closing_the_connection_on_refusal():
                await read_body(request, body_seconds=body_seconds, body_bytes=body_bytes)
        return await handler(request)

    return received


async def read_body(request: web.Request, *, body_seconds: float, body_bytes: int) -> None:
    """Read a request's body, so that `request.read()` has it.  Raises 413, 408, 400."""
    if (request.content_length or 0) > body_bytes:
        raise web.HTTPRequestEntityTooLarge(body_bytes, request.content_length or 0)
    try:
        async with asyncio.timeout(body_seconds):
            await request.read()
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="The body did not arrive in time.") from None
    except (web.RequestPayloadError, ConnectionError):
        raise web.HTTPBadRequest(text="The body ends before its end.") from None


@contextlib.contextmanager
def closing_the_connection_on_refusal() -> Iterator[None]:
    """What is left of a refused body must not be read as the next request."""
    try:
        yield
    except web.HTTPException as refusal:
        refusal.force_close()
        raise


def protective_headers(*, https: bool) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """What every answer, and every page in particular, tells browsers. A handler may set any of a page's itself."""

    async def protect(request: web.Request, answer: web.StreamResponse) -> None:
        answer.headers[hdrs.SERVER] = SOFTWARE
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers["X-Request-Id"] = request.get(REQUEST_ID, "")
        if https:
            answer.headers["Strict-Transport-Security"] = "max-age=31536000"
        if answer.content_type == "text/html":
            for name, value in PAGE_HEADERS.items():
                answer.headers.setdefault(name, value)

    return protect
