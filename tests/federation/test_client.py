"""The only way out of the house, against real sockets on loopback (security D; protocol 5, F1 to F9)."""

import asyncio
import base64
import gzip
import hashlib
import json
import re
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDict
from yarl import URL

from federation import signatures
from federation.addresses import Egress
from federation.answers import seconds_until
from federation.client import Answer, Budget, Client, Patience
from federation.connections import CONNECTIONS_PER_PEER
from federation.errors import (
    BadDocument,
    BudgetSpent,
    FetchFailed,
    ForbiddenAddress,
    NotThere,
    PeerNotAdmitted,
    Unreachable,
)
from federation.signatures.keys import Kind, PrivateKey, PublicKey, generate_ed25519, generate_rsa
from federation.signatures.requests import SignedRequest
from federation.signatures.ways import Way
from storage.ids import Host

NOW = datetime(2031, 5, 4, 9, 30, tzinfo=UTC)
ACTIVITY = "application/activity+json"
LOOPBACK = Egress(loopback=True, plain_http=True)
PART = Egress(networks=(ip_network("127.0.0.0/26"),), loopback=True, plain_http=True)
SHORT = Patience(connect_seconds=0.2, get_seconds=0.2, post_seconds=0.2)

KEY_ID = "https://own.example/actor#main-key"
ED25519 = generate_ed25519()
RSA = generate_rsa()

Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Peer:
    """Another node, which answers what the test has laid out and remembers all it was asked."""

    host: Host
    origin: str
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[SignedRequest] = field(default_factory=list)
    most_at_once: int = 0

    def paths(self) -> list[str]:
        return [request.target.raw_path_qs for request in self.asked]

    def url(self, path: str) -> str:
        return self.origin + path

    def gives(self, path: str, content: Any = None, *, status: int = 200, kind: str = ACTIVITY, **headers: str) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        own = {"Content-Type": kind} | {name.replace("_", "-"): value for name, value in headers.items()}

        async def reply(_request: web.Request) -> web.Response:
            return web.Response(status=status, body=body, headers=own)

        self.replies[path] = reply

    def shows(self, path: str, **properties: Any) -> None:
        self.gives(path, {"id": self.url(path), "type": "Note"} | properties)

    def redirects(self, path: str, location: str, *, status: int = 302) -> None:
        self.gives(path, b"", status=status, Location=location)


@dataclass
class Silent:
    """A socket that counts who connects."""

    port: int
    connections: int = 0


class InTheDraftAlone:
    """Every peer is sent what is signed in the older way, and nothing else; `test_knocks` has the others."""

    async def ways_to(self, _: Host) -> Sequence[Way]:
        return (Way.DRAFT,)

    async def took(self, _: Host, way: Way) -> None:
        assert way is Way.DRAFT


async def author(_: Kind) -> PrivateKey:
    return PrivateKey("https://own.example/users/1#main-key", ED25519)


class Names(AbstractResolver):
    """Knows these names and no others; being asked for another fails the test."""

    def __init__(self, **names: str) -> None:
        self.names = {name.replace("_", "."): addresses.split() for name, addresses in names.items()}
        self.asked: list[str] = []
        self.closed = False

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        self.asked.append(host)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)
            for address in self.names[host]
        ]

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture
def peer_at(stack: AsyncExitStack) -> Callable[..., Awaitable[Peer]]:
    async def begin(address: str = "127.0.0.1", *, name: str = "", tls: ssl.SSLContext | None = None) -> Peer:
        peer = Peer(Host(""), "")
        at_once = 0

        async def answer(request: web.Request) -> web.StreamResponse:
            nonlocal at_once
            at_once += 1
            peer.most_at_once = max(peer.most_at_once, at_once)
            target = URL(peer.origin + request.raw_path, encoded=True)
            peer.asked.append(SignedRequest(request.method, target, request.headers, await request.read()))
            try:
                return await peer.replies[request.path](request)
            finally:
                at_once -= 1

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, address, 0, ssl_context=tls)
        await site.start()
        peer.host = Host(f"{name or address}:{site.port}")
        peer.origin = f"{'https' if tls else 'http'}://{peer.host}"
        return peer

    return begin


@pytest.fixture
async def peer(peer_at: Callable[..., Awaitable[Peer]]) -> Peer:
    return await peer_at()


@pytest.fixture
def silent_at(stack: AsyncExitStack) -> Callable[..., Awaitable[Silent]]:
    async def begin(address: str = "127.0.0.1") -> Silent:
        def count(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            silent.connections += 1
            writer.close()

        server = await asyncio.start_server(count, address, 0)
        silent = Silent(server.sockets[0].getsockname()[1])
        stack.push_async_callback(server.wait_closed)
        stack.callback(server.close)
        return silent

    return begin


@pytest.fixture
def client_with(stack: AsyncExitStack) -> Callable[..., Client]:
    def begin(*, strangers: frozenset[str] = frozenset(), material: Any = ED25519, **settings: Any) -> Client:
        async def admitted(host: Host) -> bool:
            return host not in strangers

        async def signer(_: Kind) -> PrivateKey:
            return PrivateKey(KEY_ID, material)

        own: dict[str, Any] = {"own": Host("own.example"), "egress": LOOPBACK, "resolver": Names()}
        client = Client(
            admitted=admitted,
            signer=signer,
            knocks=InTheDraftAlone(),
            now=lambda: NOW,
            software="legation (test)",
            **(own | settings),
        )
        stack.push_async_callback(client.close)
        return client

    return begin


@pytest.fixture
async def client(client_with: Callable[..., Client]) -> Client:
    return client_with()


def signer_of(request: SignedRequest, material: Any) -> str:
    """The id of the key that signed this request; raises if it did not."""
    verification = signatures.verify(request, now=NOW)
    wanted = next(verification)
    try:
        verification.send(PublicKey(wanted.key_id, "https://own.example/actor", material.public_key()))
    except StopIteration as end:
        return str(end.value.key_id)
    raise AssertionError


def test_sec_d_there_is_no_other_way_out() -> None:
    ways_out = re.compile(
        r"ClientSession|TCPConnector|open_connection|urllib\.request|http\.client|import (requests|httpx)\b"
    )
    house = Path(__file__).parents[2]
    sources = [source for floor in ("node", "federation", "storage") for source in (house / floor).rglob("*.py")]
    found = {str(source.relative_to(house)) for source in sources if ways_out.search(source.read_text())}
    # The demonstration is its sample people's app: it asks the nodes that it started itself, on this machine.
    of_nodes = {path for path in found if not path.startswith("node/demo/")}
    # Push services are no peers: they stand on a list of their own, and are reached through the same checks of addresses.
    assert of_nodes == {"federation/client.py", "federation/connections.py", "federation/push_services.py"}


# A document, as it should be


@pytest.mark.parametrize("material", [ED25519, RSA], ids=["ed25519", "rsa"])
async def test_a_document_is_fetched_with_a_signature(
    peer: Peer, client_with: Callable[..., Client], material: Any
) -> None:
    peer.shows("/notes/1", content="Bonjour")
    document = await client_with(material=material).get_document(peer.url("/notes/1#it"), budget=Budget())
    assert (document.uri, document.json["content"]) == (peer.url("/notes/1"), "Bonjour")
    assert json.loads(document.raw) == document.json
    (request,) = peer.asked
    assert signer_of(request, material) == KEY_ID
    assert request.headers["Host"] == peer.host
    assert request.headers["User-Agent"] == "legation (test)"
    assert request.headers["Accept-Encoding"] == "identity"
    assert request.headers["Accept"] == (
        'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
    )
    assert "Cookie" not in request.headers


GOOD_TYPES = (
    "application/activity+json",
    "Application/Activity+JSON; charset=utf-8",
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    "application/ld+json;profile=https://www.w3.org/ns/activitystreams",
    'application/ld+json; charset=utf-8; profile="https://w3id.org/x https://www.w3.org/ns/activitystreams"',
)
WRONG_TYPES = (
    "text/html",
    "application/json",
    "application/ld+json",
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams-not"',
    "image/png",
    "text/plain",
    "application/octet-stream",
    "application/activity+json2",
    "text/html; a=application/activity+json",
    "application/activity+json, text/html",
    "nonsense",
)


@pytest.mark.parametrize("kind", GOOD_TYPES)
async def test_sec_b8_a_document_of_the_right_type_counts(peer: Peer, client: Client, kind: str) -> None:
    peer.gives("/notes/1", {"id": peer.url("/notes/1")}, kind=kind)
    assert (await client.get_document(peer.url("/notes/1"), budget=Budget())).uri == peer.url("/notes/1")


@pytest.mark.parametrize("kind", WRONG_TYPES)
async def test_sec_b8_a_document_of_another_type_does_not(peer: Peer, client: Client, kind: str) -> None:
    peer.gives("/notes/1", {"id": peer.url("/notes/1")}, kind=kind)
    with pytest.raises(BadDocument) as caught:
        await client.get_document(peer.url("/notes/1"), budget=Budget())
    assert caught.value.code == "wrong-type"


async def test_two_types_are_none(peer: Peer, client: Client) -> None:
    async def reply(_request: web.Request) -> web.Response:
        types = CIMultiDict([("Content-Type", ACTIVITY), ("Content-Type", "text/html")])
        return web.Response(body=json.dumps({"id": peer.url("/x")}).encode(), headers=types)

    peer.replies["/x"] = reply
    with pytest.raises(BadDocument):
        await client.get_document(peer.url("/x"), budget=Budget())


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<html>", "not-json"),
        (b"", "not-json"),
        (b"[]", "not-an-object"),
        (b'{"id":"a","id":"b"}', "duplicate-key"),
        (b'{"a":NaN}', "bad-number"),
        (b"\xff", "not-utf8"),
        (b"[" * 100_000, "too-many-values"),
        (b'{"type":"Note"}', "no-id"),
        (b'{"id":["a"]}', "no-id"),
    ],
)
async def test_what_is_no_document_is_not_believed(peer: Peer, client: Client, body: bytes, code: str) -> None:
    peer.gives("/x", body)
    with pytest.raises(BadDocument) as caught:
        await client.get_document(peer.url("/x"), budget=Budget())
    assert caught.value.code == code


# What a document calls itself


async def test_a_document_found_under_another_url_is_fetched_from_its_own(peer: Peer, client: Client) -> None:
    peer.gives("/@marie", {"id": peer.url("/users/1")})
    peer.shows("/users/1", name="Marie")
    document = await client.get_document(peer.url("/@marie"), budget=Budget())
    assert (document.uri, document.json["name"]) == (peer.url("/users/1"), "Marie")
    assert peer.paths() == ["/@marie", "/users/1"]


async def test_sec_b8_a_document_that_calls_itself_something_else_twice_is_not_believed(
    peer: Peer, client: Client
) -> None:
    for here, there in (("/a", "/b"), ("/b", "/c"), ("/c", "/c")):
        peer.gives(here, {"id": peer.url(there)})
    with pytest.raises(BadDocument) as caught:
        await client.get_document(peer.url("/a"), budget=Budget())
    assert caught.value.code == "id-is-not-its-url"
    assert peer.paths() == ["/a", "/b"]


async def test_sec_b8_a_document_may_not_call_itself_after_another_host(
    peer: Peer, peer_at: Callable[..., Awaitable[Peer]], client: Client
) -> None:
    tokyo = await peer_at("127.0.0.2")
    tokyo.shows("/users/ken")
    peer.gives("/users/ken", {"id": tokyo.url("/users/ken")})
    with pytest.raises(BadDocument) as caught:
        await client.get_document(peer.url("/users/ken"), budget=Budget())
    assert caught.value.code == "id-of-another-origin"
    assert tokyo.asked == []


@pytest.mark.parametrize("speaker", ["attributedTo", "actor", "owner", "controller"])
@pytest.mark.parametrize("form", ["{}", ["{}"], {"id": "{}"}, ["https://paris.example/a", {"id": "{}"}]])
async def test_a_document_speaks_for_its_own_origin_only(peer: Peer, client: Client, speaker: str, form: Any) -> None:
    def filled(uri: str) -> Any:
        return json.loads(json.dumps(form).replace("https://paris.example", peer.origin).replace("{}", uri))

    peer.shows("/good", **{speaker: filled(peer.url("/users/1"))})
    peer.shows("/bad", **{speaker: filled("https://tokyo.example/users/1")})
    await client.get_document(peer.url("/good"), budget=Budget())
    with pytest.raises(BadDocument) as caught:
        await client.get_document(peer.url("/bad"), budget=Budget())
    assert caught.value.code == "speaks-for-another-origin"


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_sec_d4_one_redirect_within_the_origin_is_followed_and_signed_anew(
    peer: Peer, client: Client, status: int
) -> None:
    peer.redirects("/old", "/new", status=status)
    peer.shows("/new")
    assert (await client.get_document(peer.url("/old"), budget=Budget())).uri == peer.url("/new")
    assert [signer_of(request, ED25519) for request in peer.asked] == [KEY_ID, KEY_ID]


async def test_sec_d4_a_second_redirect_is_not_followed(peer: Peer, client: Client) -> None:
    peer.redirects("/a", "/b")
    peer.redirects("/b", "/c")
    with pytest.raises(BadDocument) as caught:
        await client.get_document(peer.url("/a"), budget=Budget())
    assert caught.value.code == "too-many-redirects"
    assert peer.paths() == ["/a", "/b"]


async def test_sec_d4_no_signature_follows_a_redirect_to_another_origin(
    peer: Peer, silent_at: Callable[..., Awaitable[Silent]], client: Client
) -> None:
    silent = await silent_at()
    for location in (f"http://127.0.0.1:{silent.port}/a", f"//127.0.0.1:{silent.port}/a"):
        peer.redirects("/a", location)
        with pytest.raises(BadDocument) as caught:
            await client.get_document(peer.url("/a"), budget=Budget())
        assert caught.value.code == "redirect-to-another-origin"
    assert silent.connections == 0


@pytest.mark.parametrize("location", ["ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://[", "javascript:0"])
async def test_a_redirect_to_nowhere_is_no_document(peer: Peer, client: Client, location: str) -> None:
    peer.redirects("/a", location)
    with pytest.raises(BadDocument):
        await client.get_document(peer.url("/a"), budget=Budget())


# What peers say instead


@pytest.mark.parametrize(("status", "gone"), [(404, False), (410, True)])
async def test_what_is_not_there(peer: Peer, client: Client, status: int, gone: bool) -> None:
    peer.gives("/x", b"", status=status)
    with pytest.raises(NotThere) as caught:
        await client.get_document(peer.url("/x"), budget=Budget())
    assert caught.value.gone is gone


@pytest.mark.parametrize(
    ("status", "temporary"),
    [
        *((status, True) for status in (408, 425, 429, 500, 502, 503, 504)),
        *((status, False) for status in (204, 206, 304, 400, 401, 403, 406, 421)),
    ],
)
async def test_what_a_refusal_promises(peer: Peer, client: Client, status: int, temporary: bool) -> None:
    peer.gives("/x", b"", status=status)
    with pytest.raises(FetchFailed) as caught:
        await client.get_document(peer.url("/x"), budget=Budget())
    assert (caught.value.temporary, caught.value.code) == (temporary, f"status-{status}")


async def test_a_peer_that_is_away_may_come_back(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(FetchFailed) as caught:
        await client.get_document(f"http://127.0.0.1:{port}/x", budget=Budget())
    assert (caught.value.temporary, caught.value.code) == (True, "no-answer")


async def test_a_peer_that_hangs_up_may_come_back(silent_at: Callable[..., Awaitable[Silent]], client: Client) -> None:
    silent = await silent_at()
    with pytest.raises(FetchFailed) as caught:
        await client.get_document(f"http://127.0.0.1:{silent.port}/x", budget=Budget())
    assert caught.value.temporary


async def test_older_mastodon_is_asked_again_with_a_signature_without_the_query(peer: Peer, client: Client) -> None:
    async def reply(request: web.Request) -> web.Response:
        if len(peer.asked) == 1:
            return web.Response(status=401)
        return web.json_response({"id": peer.url(str(request.rel_url))}, content_type=ACTIVITY)

    peer.replies["/outbox"] = reply
    budget = Budget()
    await client.get_document(peer.url("/outbox?page=1"), budget=budget)
    assert peer.paths() == ["/outbox?page=1", "/outbox?page=1"]
    first, second = peer.asked
    assert signer_of(first, ED25519) == KEY_ID
    bare = SignedRequest("GET", second.target.with_query(None), second.headers, b"")
    assert signer_of(bare, ED25519) == KEY_ID
    assert budget.fetches == 18


async def test_a_peer_that_refuses_twice_is_not_asked_a_third_time(peer: Peer, client: Client) -> None:
    peer.gives("/outbox", b"", status=401)
    with pytest.raises(FetchFailed):
        await client.get_document(peer.url("/outbox?page=1"), budget=Budget())
    assert len(peer.asked) == 2


# Time and size


async def drip(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": ACTIVITY})
    await answer.prepare(request)
    for _ in range(200):
        await answer.write(b" ")
        await asyncio.sleep(0.02)
    return answer


async def endless(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": ACTIVITY})
    await answer.prepare(request)
    while True:
        await answer.write(b" " * 65_536)


async def never(_request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise AssertionError


@pytest.mark.parametrize("reply", [drip, never])
async def test_sec_d5_the_whole_request_has_one_deadline(
    peer: Peer, client_with: Callable[..., Client], reply: Reply
) -> None:
    peer.replies["/x"] = reply
    began = time.monotonic()
    with pytest.raises(FetchFailed) as caught:
        await client_with(patience=SHORT).get_document(peer.url("/x"), budget=Budget())
    assert (caught.value.temporary, caught.value.code) == (True, "timeout")
    assert time.monotonic() - began < 1


async def test_sec_d5_an_endless_answer_is_left(peer: Peer, client: Client) -> None:
    peer.replies["/x"] = endless
    with pytest.raises(BadDocument) as caught:
        await client.get_document(peer.url("/x"), budget=Budget())
    assert caught.value.code == "too-large"


@pytest.mark.parametrize(("size", "taken"), [(1_048_576, True), (1_048_577, False)])
async def test_sec_d5_a_document_has_at_most_a_mebibyte(peer: Peer, client: Client, size: int, taken: bool) -> None:
    document = json.dumps({"id": peer.url("/x")}).encode()
    peer.gives("/x", document + b" " * (size - len(document)))
    if taken:
        assert len((await client.get_document(peer.url("/x"), budget=Budget())).raw) == size
        return
    with pytest.raises(BadDocument) as caught:
        await client.get_document(peer.url("/x"), budget=Budget())
    assert caught.value.code == "too-large"


async def test_sec_d5_a_document_that_says_it_is_too_large_is_not_waited_for(
    peer: Peer, client_with: Callable[..., Client]
) -> None:
    async def reply(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": ACTIVITY, "Content-Length": "1048577"})
        await answer.prepare(request)
        return await never(request)

    peer.replies["/x"] = reply
    with pytest.raises(BadDocument) as caught:
        await client_with(patience=SHORT).get_document(peer.url("/x"), budget=Budget())
    assert caught.value.code == "too-large"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
async def test_sec_d5_a_compressed_answer_is_not_unpacked(peer: Peer, client: Client, coding: str) -> None:
    peer.gives("/x", gzip.compress(b" " * 50_000_000, 1), Content_Encoding=coding)
    with pytest.raises(BadDocument) as caught:
        await client.get_document(peer.url("/x"), budget=Budget())
    assert caught.value.code == "compressed"


async def test_only_so_many_requests_are_under_way_to_one_peer(peer: Peer, client: Client) -> None:
    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.02)
        return web.json_response({"id": peer.url(request.path)}, content_type=ACTIVITY)

    paths = [f"/{number}" for number in range(CONNECTIONS_PER_PEER + 12)]
    peer.replies = dict.fromkeys(paths, slow)
    async with asyncio.TaskGroup() as group:
        for path in paths:
            group.create_task(client.get_document(peer.url(path), budget=Budget()))
    assert len(peer.asked) == len(paths)
    assert peer.most_at_once == CONNECTIONS_PER_PEER


# Budgets


async def test_sec_d7_an_endless_chain_causes_twenty_fetches(peer: Peer, client: Client) -> None:
    async def reply(request: web.Request) -> web.Response:
        return web.json_response({"id": peer.url(request.path)}, content_type=ACTIVITY)

    paths = [f"/{number}" for number in range(25)]
    peer.replies = dict.fromkeys(paths, reply)
    budget = Budget()
    for path in paths[:20]:
        await client.get_document(peer.url(path), budget=budget)
    for path in paths[20:]:
        with pytest.raises(BudgetSpent):
            await client.get_document(peer.url(path), budget=budget)
    assert peer.paths() == paths[:20]


async def test_redirects_and_second_looks_count(peer: Peer, client: Client) -> None:
    peer.redirects("/a", "/b")
    peer.gives("/b", {"id": peer.url("/c")})
    peer.shows("/c")
    with pytest.raises(BudgetSpent):
        await client.get_document(peer.url("/a"), budget=Budget(fetches=2))
    assert peer.paths() == ["/a", "/b"]


async def test_sec_d7_the_time_of_one_cause_is_counted_together(peer: Peer, client: Client) -> None:
    peer.replies["/x"] = never
    budget = Budget(seconds=0.1)
    with pytest.raises(FetchFailed):
        await client.get_document(peer.url("/x"), budget=budget)
    with pytest.raises(BudgetSpent):
        await client.get_document(peer.url("/x"), budget=budget)
    assert len(peer.asked) == 1


# Who is asked at all


async def test_no_packet_leaves_for_a_host_that_is_not_admitted(
    silent_at: Callable[..., Awaitable[Silent]], client_with: Callable[..., Client]
) -> None:
    silent = await silent_at()
    host = Host(f"127.0.0.1:{silent.port}")
    client = client_with(strangers=frozenset({host}))
    with pytest.raises(PeerNotAdmitted):
        await client.get_document(f"http://{host}/x", budget=Budget())
    with pytest.raises(PeerNotAdmitted):
        await client.get_jrd(host, "acct:marie@127.0.0.1", budget=Budget())
    with pytest.raises(PeerNotAdmitted):
        await client.get_json(f"http://{host}/nodeinfo/2.1", budget=Budget())
    with pytest.raises(PeerNotAdmitted):
        await client.post(f"http://{host}/inbox", b"{}", author)
    await asyncio.sleep(0.02)
    assert silent.connections == 0


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("https://stranger.example@127.0.0.1:{port}/x", "bad-uri"),
        ("http://127.0.0.1:{port}\\@paris.example/x", "bad-uri"),
        ("http://127.1:{port}/x", "bad-uri"),
        ("http://2130706433:{port}/x", "bad-uri"),
        ("http://127.0.0.1:{port}/\r\nX: y", "bad-uri"),
        ("ftp://127.0.0.1:{port}/x", "bad-uri"),
        ("//127.0.0.1:{port}/x", "bad-uri"),
        ("http:///x", "bad-uri"),
        ("", "bad-uri"),
        ("http://127.0.0.1:{port}/x", "not-https"),
        ("https://own.example/users/1", "own-host"),
        ("https://OWN.example.:443/users/1", "own-host"),
    ],
)
async def test_no_packet_leaves_for_a_uri_that_may_not_be_asked(
    silent_at: Callable[..., Awaitable[Silent]], client_with: Callable[..., Client], uri: str, code: str
) -> None:
    silent = await silent_at()
    client = client_with(egress=Egress(loopback=True))
    with pytest.raises(PeerNotAdmitted) as caught:
        await client.get_document(uri.replace("{port}", str(silent.port)), budget=Budget())
    assert caught.value.code == code
    await asyncio.sleep(0.02)
    assert silent.connections == 0


async def test_sec_d2_an_address_outside_the_permitted_part_gets_no_packet(
    silent_at: Callable[..., Awaitable[Silent]], client_with: Callable[..., Client]
) -> None:
    silent = await silent_at("127.0.0.100")
    client = client_with(egress=PART)
    with pytest.raises(ForbiddenAddress):
        await client.get_document(f"http://127.0.0.100:{silent.port}/x", budget=Budget())
    with pytest.raises(ForbiddenAddress):
        await client.post(f"http://127.0.0.100:{silent.port}/inbox", b"{}", author)
    with pytest.raises(ForbiddenAddress):
        await client.get_document(f"http://[::ffff:127.0.0.100]:{silent.port}/x", budget=Budget())
    await asyncio.sleep(0.02)
    assert silent.connections == 0


async def test_an_address_inside_the_permitted_part_is_asked(
    peer_at: Callable[..., Awaitable[Peer]], client_with: Callable[..., Client]
) -> None:
    peer = await peer_at("127.0.0.60")
    peer.shows("/x")
    await client_with(egress=PART).get_document(peer.url("/x"), budget=Budget())


@pytest.mark.parametrize(
    "addresses", ["127.0.0.100", "127.0.0.1 127.0.0.100", "127.0.0.100 127.0.0.1", "::1 127.0.0.1"]
)
async def test_sec_d2_a_name_with_one_forbidden_address_gets_no_packet(
    silent_at: Callable[..., Awaitable[Silent]], client_with: Callable[..., Client], addresses: str
) -> None:
    here, there = await silent_at("127.0.0.1"), await silent_at("127.0.0.100")
    client = client_with(egress=PART, resolver=Names(paris_example=addresses))
    for silent in (here, there):
        with pytest.raises(ForbiddenAddress):
            await client.get_document(f"http://paris.example:{silent.port}/x", budget=Budget())
    await asyncio.sleep(0.02)
    assert (here.connections, there.connections) == (0, 0)


async def test_outside_development_loopback_gets_no_packet(
    silent_at: Callable[..., Awaitable[Silent]], client_with: Callable[..., Client]
) -> None:
    silent = await silent_at()
    names = Names(paris_example="127.0.0.1")
    client = client_with(egress=Egress(), resolver=names)
    for name in ("paris.example", "127.0.0.1", "localhost", "[::1]", "169.254.169.254", "0.0.0.0"):
        with pytest.raises(ForbiddenAddress):
            await client.get_document(f"https://{name}:{silent.port}/x", budget=Budget())
    await asyncio.sleep(0.02)
    assert silent.connections == 0
    assert names.asked == ["paris.example"]


@pytest.mark.parametrize("name", ["localhost", "paris.localhost", "a.b.localhost"])
async def test_names_of_this_machine_are_found_without_asking(
    peer_at: Callable[..., Awaitable[Peer]], client_with: Callable[..., Client], name: str
) -> None:
    peer = await peer_at(name=name)
    peer.shows("/x")
    names = Names()
    await client_with(resolver=names).get_document(peer.url("/x"), budget=Budget())
    assert names.asked == []


async def test_other_names_are_asked_for_and_the_resolver_is_closed_with_the_client(
    peer_at: Callable[..., Awaitable[Peer]], client_with: Callable[..., Client]
) -> None:
    peer = await peer_at(name="paris.example")
    peer.shows("/x")
    names = Names(paris_example="127.0.0.1")
    client = client_with(resolver=names)
    await client.get_document(peer.url("/x"), budget=Budget())
    assert names.asked == ["paris.example"]
    await client.close()
    assert names.closed


async def test_a_name_that_nobody_knows_may_be_known_later(client_with: Callable[..., Client]) -> None:
    class NoNames(Names):
        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
        ) -> list[ResolveResult]:
            raise OSError(socket.EAI_NONAME, host, port, family)

    with pytest.raises(FetchFailed) as caught:
        await client_with(resolver=NoNames()).get_document("http://paris.example/x", budget=Budget())
    assert caught.value.temporary


async def test_sec_d6_proxies_of_the_environment_are_not_used(
    peer: Peer,
    silent_at: Callable[..., Awaitable[Silent]],
    client_with: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proxy = await silent_at()
    for variable in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
    peer.shows("/x")
    await client_with().get_document(peer.url("/x"), budget=Budget())
    assert proxy.connections == 0


async def test_sec_d6_cookies_are_not_kept(peer: Peer, client: Client) -> None:
    peer.gives("/x", {"id": peer.url("/x")}, Set_Cookie="a=b")
    for _ in range(2):
        await client.get_document(peer.url("/x"), budget=Budget())
    assert all("Cookie" not in request.headers for request in peer.asked)


# TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_of(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def believed(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_sec_c9_a_peer_with_a_believed_certificate_is_asked(
    peer_at: Callable[..., Awaitable[Peer]],
    client_with: Callable[..., Client],
    authority: trustme.CA,
    believed: ssl.SSLContext,
) -> None:
    peer = await peer_at(name="paris.example", tls=tls_of(authority, "paris.example"))
    peer.shows("/x")
    names = Names(paris_example="127.0.0.1")
    client = client_with(egress=Egress(loopback=True), resolver=names, tls=believed)
    assert (await client.get_document(peer.url("/x"), budget=Budget())).uri.startswith("https://paris.example:")


@pytest.mark.parametrize("name", ["tokyo.example", "*.paris.example"])
async def test_sec_c9_a_certificate_for_another_name_is_not_believed(
    peer_at: Callable[..., Awaitable[Peer]],
    client_with: Callable[..., Client],
    authority: trustme.CA,
    believed: ssl.SSLContext,
    name: str,
) -> None:
    peer = await peer_at(name="paris.example", tls=tls_of(authority, name))
    client = client_with(egress=Egress(loopback=True), resolver=Names(paris_example="127.0.0.1"), tls=believed)
    with pytest.raises(FetchFailed) as caught:
        await client.get_document(peer.url("/x"), budget=Budget())
    assert (caught.value.code, caught.value.temporary) == ("bad-certificate", True)
    assert peer.asked == []


async def test_sec_c9_an_authority_that_nobody_named_is_not_believed(
    peer_at: Callable[..., Awaitable[Peer]], client_with: Callable[..., Client], authority: trustme.CA
) -> None:
    peer = await peer_at(name="paris.example", tls=tls_of(authority, "paris.example"))
    client = client_with(egress=Egress(loopback=True), resolver=Names(paris_example="127.0.0.1"))
    with pytest.raises(FetchFailed) as caught:
        await client.get_document(peer.url("/x"), budget=Budget())
    assert caught.value.code == "bad-certificate"


# WebFinger, NodeInfo


@pytest.mark.parametrize("kind", ["application/jrd+json", "application/jrd+json; charset=utf-8", "application/json"])
async def test_webfinger_is_asked_with_a_signature(peer: Peer, client: Client, kind: str) -> None:
    peer.gives("/.well-known/webfinger", {"subject": "acct:marie@paris.example"}, kind=kind)
    answer = await client.get_jrd(peer.host, "acct:marie@paris.example", budget=Budget())
    assert answer == {"subject": "acct:marie@paris.example"}
    (request,) = peer.asked
    assert request.target.query["resource"] == "acct:marie@paris.example"
    assert signer_of(request, ED25519) == KEY_ID


@pytest.mark.parametrize("resource", ["acct:a&rel=self@paris.example", "https://paris.example/?a=b#c", "acct:é@x +%41"])
async def test_a_resource_arrives_as_it_was_asked_for(peer: Peer, client: Client, resource: str) -> None:
    peer.gives("/.well-known/webfinger", {}, kind="application/jrd+json")
    await client.get_jrd(peer.host, resource, budget=Budget())
    assert dict(peer.asked[0].target.query) == {"resource": resource}
    assert signer_of(peer.asked[0], ED25519) == KEY_ID


async def test_sec_c8_webfinger_is_not_redirected_to_another_host(
    peer: Peer, silent_at: Callable[..., Awaitable[Silent]], client: Client
) -> None:
    silent = await silent_at()
    peer.redirects("/.well-known/webfinger", f"http://127.0.0.1:{silent.port}/.well-known/webfinger")
    with pytest.raises(BadDocument):
        await client.get_jrd(peer.host, "acct:marie@paris.example", budget=Budget())
    assert silent.connections == 0


@pytest.mark.parametrize(("kind", "padding"), [("text/html", 0), (ACTIVITY, 0), ("application/jrd+json", 256 * 1024)])
async def test_what_is_no_webfinger_answer_is_not_believed(peer: Peer, client: Client, kind: str, padding: int) -> None:
    peer.gives("/.well-known/webfinger", b"{}" + b" " * padding, kind=kind)
    with pytest.raises(BadDocument):
        await client.get_jrd(peer.host, "acct:marie@paris.example", budget=Budget())


async def test_nodeinfo_is_plain_json(peer: Peer, client: Client) -> None:
    profile = 'application/json; profile="http://nodeinfo.diaspora.software/ns/schema/2.1#"'
    peer.gives("/nodeinfo/2.1", {"version": "2.1"}, kind=profile)
    assert await client.get_json(peer.url("/nodeinfo/2.1"), budget=Budget()) == {"version": "2.1"}


# Deliveries


async def deliver(client: Client, peer: Peer, path: str = "/inbox", body: bytes = b'{"type":"Like"}') -> Answer:
    """What the peer said; its clock, which is this machine's and not the tests', is left out."""
    return replace(await client.post(peer.url(path), body, author), skew_seconds=None)


async def test_a_delivery_is_signed_with_the_key_of_its_actor(peer: Peer, client: Client) -> None:
    peer.gives("/inbox", b"", status=202)
    assert await deliver(client, peer) == Answer(202, None, "")
    (request,) = peer.asked
    assert signer_of(request, ED25519) == "https://own.example/users/1#main-key"
    assert (request.method, request.body, request.headers["Content-Type"]) == ("POST", b'{"type":"Like"}', ACTIVITY)
    assert request.headers["Digest"] == f"SHA-256={base64.b64encode(hashlib.sha256(request.body).digest()).decode()}"


async def test_deliveries_to_one_peer_share_a_connection(peer: Peer, client: Client) -> None:
    ports = set()

    async def reply(request: web.Request) -> web.Response:
        assert request.transport is not None
        ports.add(request.transport.get_extra_info("peername")[1])
        return web.Response(status=202)

    peer.replies["/inbox"] = reply
    for _ in range(5):
        await deliver(client, peer)
    assert len(ports) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_sec_d4_a_delivery_is_never_redirected(peer: Peer, client: Client, status: int) -> None:
    peer.redirects("/inbox", "/elsewhere", status=status)
    assert (await deliver(client, peer)).status == status
    assert peer.paths() == ["/inbox"]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413, 429, 500, 503])
async def test_what_a_peer_says_to_a_delivery_is_handed_back(peer: Peer, client: Client, status: int) -> None:
    peer.gives("/inbox", "Nein,\n\tdanke\u202e \x00".encode(), status=status, Retry_After="120")
    assert await deliver(client, peer) == Answer(status, 120.0, "Nein, danke")


async def test_a_long_refusal_is_cut(peer: Peer, client: Client) -> None:
    peer.gives("/inbox", b"no " * 100_000, status=400)
    assert len((await deliver(client, peer)).detail) == 500


async def test_a_refusal_that_drips_still_counts(peer: Peer, client: Client) -> None:
    async def reply(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(status=410)
        await answer.prepare(request)
        await answer.write(b"gone")
        await asyncio.sleep(0.3)
        return answer

    peer.replies["/inbox"] = reply
    assert (await deliver(client, peer)).status == 410


async def test_sec_d5_a_delivery_has_one_deadline(peer: Peer, client_with: Callable[..., Client]) -> None:
    peer.replies["/inbox"] = never
    began = time.monotonic()
    with pytest.raises(FetchFailed) as caught:
        await deliver(client_with(patience=SHORT), peer)
    assert (caught.value.temporary, caught.value.code) == (True, "timeout")
    assert time.monotonic() - began < 1
    assert isinstance(caught.value, Unreachable)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("", None),
        ("0", 0.0),
        ("120", 120.0),
        ("9" * 400, 999_999_999.0),
        ("-1", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("Sun, 04 May 2031 09:31:00 GMT", 60.0),
        ("Sun, 04 May 2031 09:29:00 GMT", 0.0),
        ("Sun, 04 May 2031 09:31:00", None),
    ],
)
def test_how_long_a_peer_asks_us_to_wait(text: str, seconds: float | None) -> None:
    assert seconds_until(text, NOW) == seconds
