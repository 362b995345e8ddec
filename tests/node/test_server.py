"""What strangers may do to a node's HTTP: sockets, raw bytes, short deadlines (security E1, E2, E3, E7, E9, H1, H2)."""

import asyncio
import gzip
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from ipaddress import ip_network
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from node.protection import CONTENT_SECURITY_POLICY, REQUEST_ID, streams_its_body
from node.server import AddressInUse, AddressNotOurs, Door, Limits, Serving, UnsafeParser, application, origin_of, start

HOST = "paris.example"
SHORT = 0.15
SOON = 2.0

GET = b"GET / HTTP/1.1\r\nHost: paris.example\r\nConnection: close\r\n\r\n"
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: paris.example\r\n\r\n"

seen = web.AppKey("seen", list[str])
release = web.AppKey("release", asyncio.Event)
arrived = web.AppKey("arrived", asyncio.Event)

Start = Callable[..., Awaitable[Serving]]


async def echo(request: web.Request) -> web.Response:
    request.app[seen].append(request.path)
    return web.Response(text=f"{len(await request.read())} {request[REQUEST_ID]}")


async def page(_request: web.Request) -> web.Response:
    return web.Response(text="<p>Bonjour", content_type="text/html")


async def consent(_request: web.Request) -> web.Response:
    own = {"Content-Security-Policy": "default-src 'none'; form-action https://app.example"}
    return web.Response(text="<p>Oui ?", content_type="text/html", headers=own)


async def stream(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(request)
    await answer.write(b"first")
    return answer


async def wait(request: web.Request) -> web.Response:
    request.app[arrived].set()
    await request.app[release].wait()
    return web.Response(text="done")


async def fail(_request: web.Request) -> web.Response:
    raise LookupError("the secret inside")


@streams_its_body
async def upload(request: web.Request) -> web.Response:
    size = 0
    async for piece in request.content.iter_any():
        size += len(piece)
    return web.Response(text=str(size))


def routes(app: web.Application) -> web.Application:
    app[seen] = []
    app[release] = asyncio.Event()
    app[arrived] = asyncio.Event()
    app.router.add_route("*", "/", echo)
    app.router.add_route("*", "/smuggled", echo)
    app.router.add_get("/page", page)
    app.router.add_get("/consent", consent)
    app.router.add_get("/stream", stream)
    app.router.add_get("/wait", wait)
    app.router.add_get("/fail", fail)
    app.router.add_post("/upload", upload)
    return app


@pytest.fixture
async def apps() -> list[web.Application]:
    return []


@pytest.fixture
async def serve(apps: list[web.Application]) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:

        async def begin(*, https: bool = False, **given: Any) -> Serving:
            limits = Limits(**{"linger_seconds": SHORT} | given)
            app = application(host_names=frozenset({HOST, "paris.example:8443"}), https=https, limits=limits)
            apps.append(routes(app))
            serving = await start(app, host="127.0.0.1", port=0)
            stack.push_async_callback(serving.stop)
            return serving

        yield begin


@pytest.fixture
async def caller() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(headers={"Host": HOST}, auto_decompress=False) as session:
        yield session


async def say(serving: Serving, *pieces: bytes, pause: float = 0.0) -> bytes:
    """All that comes back until the node closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", serving.port)
    try:
        for piece in pieces:
            if writer.is_closing():
                break
            writer.write(piece)
            await asyncio.sleep(pause)
        async with asyncio.timeout(SOON):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


def url(serving: Serving, path: str = "/") -> str:
    return f"http://127.0.0.1:{serving.port}{path}"


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


# Time


async def test_sec_e1_a_head_that_never_ends_is_cut_off(serve: Start, apps: list[web.Application]) -> None:
    serving = await serve(head_seconds=SHORT)
    began = time.monotonic()
    assert await say(serving, b"GET / HTTP/1.1\r\nHost: paris.example\r\nX-Long: ") == b""
    assert SHORT <= time.monotonic() - began < SOON
    assert apps[0][seen] == []


async def test_sec_e1_a_head_that_drips_has_one_deadline_for_all_its_bytes(serve: Start) -> None:
    serving = await serve(head_seconds=SHORT)
    drops = [bytes([byte]) for byte in GET[:14]]
    began = time.monotonic()
    assert await say(serving, *drops, pause=0.02) == b""
    assert time.monotonic() - began < SOON


async def test_sec_e1_a_silent_caller_is_cut_off(serve: Start) -> None:
    assert await say(await serve(head_seconds=SHORT)) == b""


async def test_sec_e1_the_head_of_a_second_request_has_a_deadline_too(serve: Start) -> None:
    serving = await serve(head_seconds=SHORT)
    whole = GET.replace(b"Connection: close\r\n", b"")
    answer = await say(serving, whole, b"GET / HTTP/1.1\r\n", pause=0.05)
    assert answer.count(b"HTTP/1.1 200") == 1


async def test_sec_e1_between_two_requests_the_deadline_of_heads_rests(serve: Start) -> None:
    serving = await serve(head_seconds=0.05)
    answer = await say(serving, GET.replace(b"Connection: close\r\n", b""), GET, pause=0.15)
    assert answer.count(b"HTTP/1.1 200") == 2


async def test_sec_e1_the_deadline_of_heads_harms_neither_long_bodies_nor_long_answers(
    serve: Start, apps: list[web.Application]
) -> None:
    serving = await serve(head_seconds=0.05)
    head = b"POST / HTTP/1.1\r\nHost: paris.example\r\nConnection: close\r\nContent-Length: 4\r\n\r\n"
    assert b"\r\n\r\n4 " in await say(serving, head, b"a", b"b", b"c", b"d", pause=0.04)
    waiting = asyncio.create_task(say(serving, GET.replace(b"GET /", b"GET /wait")))
    await asyncio.sleep(0.15)
    apps[0][release].set()
    assert (await waiting).endswith(b"done")


async def test_sec_e1_an_idle_connection_is_closed(serve: Start) -> None:
    serving = await serve(idle_seconds=SHORT)
    answer = await say(serving, GET.replace(b"Connection: close\r\n", b""))
    assert status_of(answer) == 200


async def test_sec_e1_a_body_that_drips_is_408(serve: Start, apps: list[web.Application]) -> None:
    serving = await serve(body_seconds=SHORT)
    head = b"POST / HTTP/1.1\r\nHost: paris.example\r\nContent-Length: 100\r\n\r\n"
    answer = await say(serving, head, *[b"x"] * 12, pause=0.02)
    assert status_of(answer) == 408
    assert b"Connection: close" in answer
    assert apps[0][seen] == []


async def test_a_route_that_streams_its_body_has_its_own_limits(serve: Start) -> None:
    serving = await serve(body_seconds=0.05, body_bytes=10)
    head = b"POST /upload HTTP/1.1\r\nHost: paris.example\r\nConnection: close\r\nContent-Length: 20\r\n\r\n"
    answer = await say(serving, head, b"x" * 10, b"x" * 10, pause=0.08)
    assert answer.endswith(b"20")


# Size


async def test_sec_e3_a_body_that_says_it_is_too_large_is_413_before_it_is_read(
    serve: Start, apps: list[web.Application]
) -> None:
    serving = await serve(body_bytes=1000)
    head = b"POST / HTTP/1.1\r\nHost: paris.example\r\nContent-Length: 1001\r\n\r\n"
    assert status_of(await say(serving, head)) == 413
    assert apps[0][seen] == []


async def test_sec_e3_a_body_of_unknown_size_is_413_once_it_is_too_large(
    serve: Start, apps: list[web.Application], caller: aiohttp.ClientSession
) -> None:
    serving = await serve(body_bytes=1000)

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 100

    async with caller.post(url(serving), data=pieces()) as answer:
        assert answer.status == 413
    assert apps[0][seen] == []


async def test_sec_e3_a_body_at_the_limit_is_taken(serve: Start, caller: aiohttp.ClientSession) -> None:
    serving = await serve(body_bytes=1000)
    async with caller.post(url(serving), data=b"x" * 1000) as answer:
        assert (answer.status, (await answer.text()).split()[0]) == (200, "1000")


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "identity", "GZIP"])
async def test_sec_e2_a_compressed_body_is_415(
    serve: Start, apps: list[web.Application], caller: aiohttp.ClientSession, coding: str
) -> None:
    serving = await serve()
    bomb = gzip.compress(b"\0" * 10_000_000)
    async with caller.post(url(serving), data=bomb, headers={"Content-Encoding": coding}) as answer:
        assert answer.status == 415
        assert answer.headers["Accept-Encoding"] == "identity"
    assert apps[0][seen] == []


async def test_sec_e2_a_body_is_what_was_sent(serve: Start, caller: aiohttp.ClientSession) -> None:
    body = gzip.compress(b"\0" * 100_000)
    async with caller.post(url(await serve()), data=body) as answer:
        assert (await answer.text()).split()[0] == str(len(body))


# Framing

NOT_ONE_REQUEST = {
    "length and chunks": b"POST / HTTP/1.1\r\nHost: paris.example\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two lengths": b"POST / HTTP/1.1\r\nHost: paris.example\r\nContent-Length: 0\r\nContent-Length: 47\r\n\r\n"
    + SMUGGLED,
    "one length twice": b"POST / HTTP/1.1\r\nHost: paris.example\r\nContent-Length: 3, 3\r\n\r\nabc" + SMUGGLED,
    "signed length": b"POST / HTTP/1.1\r\nHost: paris.example\r\nContent-Length: +3\r\n\r\nabc" + SMUGGLED,
    "negative length": b"POST / HTTP/1.1\r\nHost: paris.example\r\nContent-Length: -1\r\n\r\n" + SMUGGLED,
    "length in hexadecimal": b"POST / HTTP/1.1\r\nHost: paris.example\r\nContent-Length: 0x3\r\n\r\nabc" + SMUGGLED,
    "underscore in length": b"POST / HTTP/1.1\r\nHost: paris.example\r\nContent-Length: 1_0\r\n\r\n" + SMUGGLED,
    "unknown coding": b"POST / HTTP/1.1\r\nHost: paris.example\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"
    + SMUGGLED,
    "chunked not last": b"POST / HTTP/1.1\r\nHost: paris.example\r\nTransfer-Encoding: chunked, identity\r\n\r\n"
    b"0\r\n\r\n" + SMUGGLED,
    "chunked twice": b"POST / HTTP/1.1\r\nHost: paris.example\r\nTransfer-Encoding: chunked\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "space before colon": b"POST / HTTP/1.1\r\nHost: paris.example\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"
    + SMUGGLED,
    "folded header": b"POST / HTTP/1.1\r\nHost: paris.example\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"
    + SMUGGLED,
    "chunk size with prefix": b"POST / HTTP/1.1\r\nHost: paris.example\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"0x3\r\nabc\r\n0\r\n\r\n" + SMUGGLED,
    "chunk size with sign": b"POST / HTTP/1.1\r\nHost: paris.example\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"+3\r\nabc\r\n0\r\n\r\n" + SMUGGLED,
    "chunk longer than its size": b"POST / HTTP/1.1\r\nHost: paris.example\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"1\r\nabc\r\n0\r\n\r\n" + SMUGGLED,
    "newline in chunk extension": b"POST / HTTP/1.1\r\nHost: paris.example\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3;a\nb\r\nabc\r\n0\r\n\r\n" + SMUGGLED,
    "two hosts": b"GET / HTTP/1.1\r\nHost: paris.example\r\nHost: paris.example\r\n\r\n" + SMUGGLED,
    "no host": b"GET / HTTP/1.1\r\n\r\n" + SMUGGLED,
    "no host in an old request": b"GET / HTTP/1.0\r\n\r\n",
    "asked as a proxy": b"GET http://tokyo.example/ HTTP/1.1\r\nHost: paris.example\r\nConnection: close\r\n\r\n",
    "asked as our own proxy": b"GET http://paris.example/ HTTP/1.1\r\nHost: paris.example\r\nConnection: close\r\n\r\n",
    "a tunnel": b"CONNECT tokyo.example:443 HTTP/1.1\r\nHost: paris.example\r\nConnection: close\r\n\r\n",
    "NUL in a header": b"GET / HTTP/1.1\r\nHost: paris.example\r\nX-A: a\0b\r\n\r\n" + SMUGGLED,
    "carriage return in a header": b"GET / HTTP/1.1\r\nHost: paris.example\r\nX-A: a\rX-B: b\r\n\r\n" + SMUGGLED,
    "header without colon": b"GET / HTTP/1.1\r\nHost: paris.example\r\nX-A\r\n\r\n" + SMUGGLED,
    "header without name": b"GET / HTTP/1.1\r\nHost: paris.example\r\n: a\r\n\r\n" + SMUGGLED,
    "space in the path": b"GET / x HTTP/1.1\r\nHost: paris.example\r\n\r\n" + SMUGGLED,
    "another version": b"GET / HTTP/9.9\r\nHost: paris.example\r\n\r\n" + SMUGGLED,
    "a header too long": b"GET / HTTP/1.1\r\nHost: paris.example\r\nX-A: " + b"a" * 9000 + b"\r\n\r\n" + SMUGGLED,
    "too many headers": b"GET / HTTP/1.1\r\nHost: paris.example\r\n" + b"X-A: a\r\n" * 200 + b"\r\n" + SMUGGLED,
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n" + SMUGGLED,
}


@pytest.mark.parametrize("raw", NOT_ONE_REQUEST.values(), ids=NOT_ONE_REQUEST.keys())
async def test_sec_e7_what_two_readers_could_read_differently_is_400(
    serve: Start, apps: list[web.Application], caplog: pytest.LogCaptureFixture, raw: bytes
) -> None:
    answer = await say(await serve(), raw)
    assert status_of(answer) == 400
    assert answer.count(b"HTTP/1.1 ") + answer.count(b"HTTP/1.0 ") == 1
    assert apps[0][seen] == []
    assert caplog.records == []


async def test_a_refusal_repeats_nothing_of_what_was_sent(serve: Start) -> None:
    answer = await say(await serve(), b"GET / HTTP/1.1\r\nHost: paris.example\r\n<script>: 1\r\n\r\n")
    assert b"script" not in answer
    assert b"Server: legation\r\n" in answer


def test_sec_e7_the_lenient_parser_is_not_served_with() -> None:
    program = "from node import server\ntry:\n    server.require_compiled_parser()\nexcept server.UnsafeParser: print('refused')"
    environment = os.environ | {"AIOHTTP_NO_EXTENSIONS": "1"}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout == "refused\n"
    assert UnsafeParser.code == "unsafe-parser"


# Names


@pytest.mark.parametrize("host", ["paris.example", "PARIS.example", "paris.example:80", "paris.example:8443"])
async def test_sec_e9_requests_to_our_names_are_answered(serve: Start, host: str) -> None:
    answer = await say(await serve(), GET.replace(b"paris.example", host.encode()))
    assert status_of(answer) == 200


@pytest.mark.parametrize(
    "host",
    [
        "tokyo.example",
        "127.0.0.1",
        "paris.example.evil.example",
        "evil-paris.example",
        "paris.example:81",
        "paris.example.",
    ],
)
async def test_sec_e9_requests_to_other_names_are_421(serve: Start, apps: list[web.Application], host: str) -> None:
    answer = await say(await serve(), GET.replace(b"paris.example", host.encode()))
    assert status_of(answer) == 421
    assert apps[0][seen] == []


# Answers


async def test_sec_h1_pages_carry_every_protective_header(serve: Start, caller: aiohttp.ClientSession) -> None:
    async with caller.get(url(await serve(), "/page")) as answer:
        assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Permissions-Policy"] == "camera=(), microphone=(), geolocation=()"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in answer.headers


async def test_a_page_may_set_its_own_policy(serve: Start, caller: aiohttp.ClientSession) -> None:
    async with caller.get(url(await serve(), "/consent")) as answer:
        assert answer.headers.getall("Content-Security-Policy") == [
            "default-src 'none'; form-action https://app.example"
        ]
        assert answer.headers["X-Frame-Options"] == "DENY"


async def test_sec_h2_https_is_announced_where_it_is_spoken(serve: Start, caller: aiohttp.ClientSession) -> None:
    async with caller.get(url(await serve(https=True), "/page")) as answer:
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("path", ["/", "/page", "/stream", "/fail", "/no-such-page"])
async def test_sec_h2_no_answer_tells_the_version_and_each_has_an_id(
    serve: Start, caller: aiohttp.ClientSession, path: str
) -> None:
    async with caller.get(url(await serve(), path), headers={"X-Request-Id": "mine"}) as answer:
        assert answer.headers.getall("Server") == ["legation"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert len(answer.headers["X-Request-Id"]) == 16
        assert b"secret" not in await answer.read()


async def test_the_id_of_a_request_is_known_to_its_handler(serve: Start, caller: aiohttp.ClientSession) -> None:
    async with caller.get(url(await serve())) as answer:
        assert (await answer.text()).split()[1] == answer.headers["X-Request-Id"]


# Connections


async def open_connections(serving: Serving, count: int, *, host: str = "127.0.0.1") -> list[asyncio.StreamWriter]:
    opened = [await asyncio.open_connection("127.0.0.1", serving.port, local_addr=(host, 0)) for _ in range(count)]
    await asyncio.sleep(0.02)
    return [writer for _, writer in opened]


async def close_all(writers: list[asyncio.StreamWriter]) -> None:
    for writer in writers:
        writer.close()
        await writer.wait_closed()
    await asyncio.sleep(0.02)


async def test_sec_e1_too_many_connections_from_one_address_are_503(serve: Start) -> None:
    serving = await serve(connections_per_address=3)
    held = await open_connections(serving, 3)
    refused = await say(serving, GET)
    assert status_of(refused) == 503
    assert b"Retry-After: " in refused
    await close_all(held)
    assert status_of(await say(serving, GET)) == 200


async def test_one_address_takes_no_room_from_another(serve: Start) -> None:
    serving = await serve(connections_per_address=3)
    held = await open_connections(serving, 3, host="127.0.0.9")
    assert status_of(await say(serving, GET)) == 200
    await close_all(held)


async def test_sec_e1_too_many_connections_from_everywhere_are_503(serve: Start) -> None:
    serving = await serve(connections=4)
    held = [writer for last in (7, 8, 9, 10) for writer in await open_connections(serving, 1, host=f"127.0.0.{last}")]
    assert status_of(await say(serving, GET)) == 503
    await close_all(held)
    assert status_of(await say(serving, GET)) == 200


async def test_our_own_proxy_may_hold_connections_for_many(serve: Start) -> None:
    serving = await serve(connections_per_address=1, proxies=(ip_network("127.0.0.1"),))
    held = await open_connections(serving, 3)
    assert status_of(await say(serving, GET)) == 200
    await close_all(held)


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
def test_callers_are_counted_by_what_one_machine_has(address: str, counted_as: str) -> None:
    assert origin_of(address) == counted_as


def test_the_door_forgets_who_has_left() -> None:
    door = Door(Limits(connections_per_address=2))
    for last in range(1, 200):
        assert door.let_in(f"203.0.113.{last}")
        door.let_out(f"203.0.113.{last}")
    assert len(door._inside_from) == 0


# Start and stop


async def test_a_port_in_use_is_told_in_a_sentence(serve: Start) -> None:
    serving = await serve()
    second = routes(application(host_names=frozenset({HOST}), https=False))
    with pytest.raises(AddressInUse, match=f"Another program listens on 127.0.0.1:{serving.port} already"):
        await start(second, host="127.0.0.1", port=serving.port)


async def test_an_address_of_another_machine_is_told_in_a_sentence() -> None:
    app = routes(application(host_names=frozenset({HOST}), https=False))
    with pytest.raises(AddressNotOurs, match="choose another address or port"):
        await start(app, host="192.0.2.1", port=0)


async def test_a_start_that_fails_leaves_nothing_running() -> None:
    told: list[str] = []

    async def resource(_app: web.Application) -> AsyncIterator[None]:
        told.append("opened")
        yield
        told.append("closed")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        app = application(host_names=frozenset({HOST}), https=False)
        app.cleanup_ctx.append(resource)
        with pytest.raises(AddressInUse):
            await start(app, host="127.0.0.1", port=taken.getsockname()[1])
    assert told == ["opened", "closed"]


async def test_several_processes_may_share_a_port() -> None:
    apps = [routes(application(host_names=frozenset({HOST}), https=False)) for _ in range(2)]
    first = await start(apps[0], host="127.0.0.1", port=0, reuse_port=True)
    second = await start(apps[1], host="127.0.0.1", port=first.port, reuse_port=True)
    assert first.port == second.port
    await first.stop()
    assert status_of(await say(second, GET)) == 200
    await second.stop()


async def test_stopping_lets_requests_under_way_finish(serve: Start, apps: list[web.Application]) -> None:
    serving = await serve()
    waiting = asyncio.create_task(say(serving, GET.replace(b"GET /", b"GET /wait")))
    await apps[0][arrived].wait()
    stopping = asyncio.create_task(serving.stop())
    await asyncio.sleep(0.05)
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", serving.port)
    apps[0][release].set()
    assert (await waiting).endswith(b"done")
    await stopping


async def test_stopping_waits_for_nobody_for_ever(serve: Start, apps: list[web.Application]) -> None:
    serving = await serve(stop_seconds=SHORT)
    waiting = asyncio.create_task(say(serving, GET.replace(b"GET /", b"GET /wait")))
    await apps[0][arrived].wait()
    began = time.monotonic()
    await serving.stop()
    await serving.stop()
    assert time.monotonic() - began < SOON
    assert await waiting == b""
