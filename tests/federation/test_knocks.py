"""In which way a peer is told: tried once, then known; over real sockets, against peers that read some ways only."""

import contextlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson
import pytest
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from federation import signatures
from federation.client import Budget
from federation.errors import FetchFailed, Unauthenticated
from federation.roles import Role
from federation.signatures import PublicKey, SignedRequest, ways
from federation.signatures import keys as signing_keys
from federation.signatures.keys import PrivateKey
from federation.signatures.ways import Way
from federation.strict_json import JsonObject
from storage import deliveries, keys, peers
from storage.accounts import Account
from storage.ids import Host
from tests import loopback
from tests.federation.conftest import Beside, Side, until
from tests.loopback import free_port

NODEINFO = "http://nodeinfo.diaspora.software/ns/schema/2.1"
OF_OUR_OWN = b'{"type":"about:legation/clock-skew","title":"clock-skew","status":401}'


@dataclass
class Reader:
    """A peer that verifies what it is sent, and knows the ways that the test says."""

    host: Host
    side: Side
    reads: set[Way]
    refusal: int = 401
    words: bytes = b"no"
    taken: int = 202
    says: JsonObject = field(default_factory=dict)
    """Of its software, at `/nodeinfo/2.1`."""
    knocks: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def inbox(self) -> str:
        return f"http://{self.host}/inbox"

    async def answer(self, request: web.Request) -> web.Response:
        target = URL(f"http://{self.host}{request.raw_path}", encoded=True)
        signed = SignedRequest(request.method, target, request.headers, await request.read())
        if "nodeinfo" in request.path:
            self.knocks.append(f"GET {request.path}")
            return web.json_response(
                {"links": [{"rel": NODEINFO, "href": f"http://{self.host}/nodeinfo/2.1"}], **self.says}
            )
        way = await self.way_of(signed)
        self.knocks.append(f"{request.method} {way}")
        if way not in self.reads:
            return web.Response(status=self.refusal, body=self.words, content_type="application/problem+json")
        if request.method == "GET":
            shown = orjson.dumps({"id": str(target), "type": "Note"})
            return web.Response(body=shown, content_type="application/activity+json")
        self.told.append(orjson.loads(signed.body)["id"])
        return web.Response(status=self.taken)

    async def way_of(self, request: SignedRequest) -> Way:
        """In which way a request was signed: by the right key, or this fails."""
        steps = signatures.verify(request, now=datetime.now(UTC))
        wanted = next(steps)
        sql = "select public_pem from private_keys where key_id = :key_id"
        pem = await self.side.store.read(lambda unit: unit.one(str, sql, key_id=wanted.key_id))
        assert pem is not None
        owner = wanted.key_id.partition("#")[0]
        try:
            steps.send(PublicKey(wanted.key_id, owner, signing_keys.public_from_pem(pem)))
        except StopIteration as end:
            scheme, kind = end.value.scheme, end.value.kind
            return Way.DRAFT if scheme == "cavage-12" else Way(f"{scheme}-{kind}")
        raise AssertionError

    async def was_told(self, number: int) -> bool:
        return len(self.told) >= number


MakeReader = Callable[..., Awaitable[Reader]]


@pytest.fixture
async def reader(side: Side) -> AsyncIterator[MakeReader]:
    async with contextlib.AsyncExitStack() as stack:

        async def make(*reads: Way, name: str = "tokyo", **more: object) -> Reader:
            port = free_port()
            made = Reader(Host(f"{name}.localhost:{port}"), side, set(reads), **more)  # type: ignore[arg-type]  # a test's
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", made.answer)
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", port).start()
            await side.store.write(peers.allow, made.host, by="test")
            return made

        yield make


async def tell(side: Side, author: Account, peer: Reader, name: str) -> None:
    """Have somebody say something to a peer, once."""
    uri = f"{author.uri}#{name}"
    body = orjson.dumps({"id": uri, "type": "Listen", "actor": author.uri})
    await side.store.write(deliveries.add, uri=uri, actor=author.id, body=body, inboxes=[(peer.host, peer.inbox)])


async def remembered(side: Side, peer: Reader) -> str | None:
    return await side.store.read(peers.way_of, peer.host)


async def kinds(side: Side, account: Account) -> list[str]:
    return [row.kind for row in await side.store.read(keys.private, account.id)]


async def test_a_node_of_our_kind_is_told_with_ed25519_from_the_first_time(side: Side, reader: MakeReader) -> None:
    tokyo, marie = await reader(*Way), await side.member("marie")
    for number in range(2):
        await tell(side, marie, tokyo, str(number))
        await until(lambda: tokyo.was_told(number + 1))  # noqa: B023  waited for at once
    assert tokyo.knocks == ["POST rfc9421-ed25519"] * 2
    assert await remembered(side, tokyo) == "rfc9421-ed25519"
    assert await kinds(side, marie) == ["ed25519"], "an RSA key costs 60 ms, and nobody has asked for one"


@pytest.mark.parametrize("refusal", [400, 401, 500])
@pytest.mark.parametrize(
    ("reads", "knocks"),
    [
        (Way.DRAFT, ["rfc9421-ed25519", "cavage-12"]),
        (Way.MODERN_RSA, ["rfc9421-ed25519", "cavage-12", "rfc9421-rsa"]),
    ],
)
async def test_other_software_is_tried_until_it_takes_something_and_that_is_remembered(
    side: Side, reader: MakeReader, reads: Way, knocks: list[str], refusal: int
) -> None:
    tokyo, marie = await reader(reads, refusal=refusal), await side.member("marie")
    await tell(side, marie, tokyo, "1")
    await until(lambda: tokyo.was_told(1))
    assert tokyo.knocks == [f"POST {way}" for way in knocks]
    await until(lambda: remembered(side, tokyo))
    assert await remembered(side, tokyo) == reads
    await tell(side, marie, tokyo, "2")
    await until(lambda: tokyo.was_told(2))
    assert tokyo.knocks[len(knocks) :] == [f"POST {reads}"]
    assert await kinds(side, marie) == ["ed25519", "rsa"]


async def test_another_process_knows_what_one_has_found_out(side: Side, reader: MakeReader, beside: Beside) -> None:
    tokyo, marie = await reader(Way.DRAFT), await side.member("marie")
    await tell(side, marie, tokyo, "1")
    await until(lambda: remembered(side, tokyo))
    other = await beside()
    answer = await other.client.post(tokyo.inbox, b'{"id":"2"}', lambda kind: other.keys.key(marie.id, kind))
    assert answer.status == 202
    assert tokyo.knocks == ["POST rfc9421-ed25519", "POST cavage-12", "POST cavage-12"]


@pytest.mark.parametrize("status", [403, 404, 408, 410, 413, 429, 502, 503])
async def test_other_refusals_are_no_matter_of_signatures(side: Side, reader: MakeReader, status: int) -> None:
    tokyo, marie = await reader(refusal=status), await side.member("marie")
    federation = side.federation
    answer = await federation.client.post(tokyo.inbox, b'{"id":"1"}', lambda kind: federation.keys.key(marie.id, kind))
    assert answer.status == status
    assert tokyo.knocks == ["POST rfc9421-ed25519"]
    assert await remembered(side, tokyo) is None


@pytest.mark.parametrize("roles", [frozenset({Role.WEB})], ids=["nothing is delivered"])
async def test_a_known_peer_that_stumbles_is_not_knocked_at_twice(side: Side, reader: MakeReader) -> None:
    tokyo, marie = await reader(refusal=500), await side.member("marie")
    await side.store.write(peers.took, tokyo.host, way="rfc9421-ed25519")
    federation = side.federation
    answer = await federation.client.post(tokyo.inbox, b'{"id":"1"}', lambda kind: federation.keys.key(marie.id, kind))
    assert answer.status == 500
    with pytest.raises(FetchFailed, match="status-500"):
        await federation.client.get_document(f"http://{tokyo.host}/notes/1", budget=Budget())
    assert tokyo.knocks == ["POST rfc9421-ed25519", "GET rfc9421-ed25519"]
    assert await kinds(side, marie) == ["ed25519"]


async def test_our_own_software_is_not_knocked_at_twice(side: Side, reader: MakeReader) -> None:
    """It reads everything that is sent: what is wrong is a key or a clock, and is told to the administrator."""
    tokyo, marie = await reader(words=OF_OUR_OWN), await side.member("marie")
    await tell(side, marie, tokyo, "1")

    async def is_told() -> bool:
        peer = await side.store.read(peers.get, tokyo.host)
        return peer is not None and "clock-skew" in (peer.last_error or "")

    await until(is_told)
    assert tokyo.knocks == ["POST rfc9421-ed25519"]
    with pytest.raises(FetchFailed, match="clock-skew"):
        await side.federation.client.get_document(f"http://{tokyo.host}/notes/1?page=1", budget=Budget())
    assert tokyo.knocks == ["POST rfc9421-ed25519", "GET rfc9421-ed25519"]


@pytest.mark.parametrize("software", ["legation", "mastodon"])
async def test_what_a_peer_says_of_its_software_decides_nothing(side: Side, reader: MakeReader, software: str) -> None:
    """Nor is it asked for: how a peer takes our requests is found out by making them (FEP-0151)."""
    says: JsonObject = {
        "version": "2.1",
        "software": {"name": software, "version": "4.5.0"},
        "protocols": ["activitypub"],
    }
    tokyo, marie = await reader(Way.DRAFT, says=says), await side.member("marie")
    await tell(side, marie, tokyo, "1")

    async def is_noted() -> bool:
        return await remembered(side, tokyo) == "cavage-12"

    await until(is_noted)
    await side.federation.client.get_document(f"http://{tokyo.host}/notes/1", budget=Budget())
    assert tokyo.knocks == ["POST rfc9421-ed25519", "POST cavage-12", "GET cavage-12"]


@pytest.mark.parametrize(
    ("known", "second"),
    [(Way.MODERN, Way.DRAFT), (Way.DRAFT, Way.MODERN_RSA), (Way.MODERN_RSA, Way.DRAFT)],
)
async def test_what_no_longer_works_is_followed_by_one_other(
    side: Side, reader: MakeReader, known: Way, second: Way
) -> None:
    tokyo, marie = await reader(second), await side.member("marie")
    await side.store.write(peers.took, tokyo.host, way=known.value)
    await tell(side, marie, tokyo, "1")
    await until(lambda: tokyo.was_told(1))
    assert tokyo.knocks == [f"POST {known}", f"POST {second}"]

    async def is_noted() -> bool:
        return await remembered(side, tokyo) == second

    await until(is_noted)


@pytest.mark.parametrize("roles", [frozenset({Role.WEB})], ids=["nothing is delivered"])
async def test_who_reads_nothing_is_knocked_at_once_in_each_way(side: Side, reader: MakeReader) -> None:
    tokyo, marie = await reader(), await side.member("marie")
    federation = side.federation
    answer = await federation.client.post(tokyo.inbox, b'{"id":"1"}', lambda kind: federation.keys.key(marie.id, kind))
    assert answer.status == 401
    assert tokyo.knocks == ["POST rfc9421-ed25519", "POST cavage-12", "POST rfc9421-rsa"]
    assert await remembered(side, tokyo) is None


async def test_an_answer_to_a_question_proves_nothing_unless_another_was_refused(
    side: Side, reader: MakeReader
) -> None:
    open_to_all, strict = await reader(*Way), await reader(Way.DRAFT, name="osaka")
    for peer in (open_to_all, strict):
        await side.federation.client.get_document(f"http://{peer.host}/notes/1", budget=Budget())
    assert open_to_all.knocks == ["GET rfc9421-ed25519"]
    assert await remembered(side, open_to_all) is None
    assert strict.knocks == ["GET rfc9421-ed25519", "GET cavage-12"]
    assert await remembered(side, strict) == "cavage-12"


async def test_every_knock_counts_against_the_budget(side: Side, reader: MakeReader) -> None:
    tokyo = await reader()
    budget = Budget(fetches=3)
    with pytest.raises(FetchFailed) as failure:
        await side.federation.client.get_document(f"http://{tokyo.host}/notes/1", budget=budget)
    assert failure.value.code == "status-401"
    assert (len(tokyo.knocks), budget.fetches) == (3, 0)


async def test_who_signs_as_our_nodes_do_is_told_in_the_same_way(side: Side, reader: MakeReader) -> None:
    """A peer that was known from before as other software, and runs ours now."""
    material = signing_keys.generate_ed25519()
    tokyo, marie = await reader(*Way), await side.member("marie")
    await side.store.write(peers.took, tokyo.host, way="cavage-12")
    eve = f"http://{tokyo.host}/users/eve"
    pem = signing_keys.public_to_pem(material.public_key())
    await side.store.write(keys.keep_public, eve, [keys.ShownKey(f"{eve}#k", pem, proves=True)])
    body = orjson.dumps({"id": f"{eve}#1", "type": "Listen", "actor": eve})
    address = URL(f"{side.base_url}/inbox")
    headers = ways.sign(Way.MODERN, "POST", address, body, PrivateKey(f"{eve}#k", material), now=datetime.now(UTC))
    async with loopback.session() as session, session.post(address, data=io.BytesIO(body), headers=headers) as answer:
        assert answer.status == 202, await answer.text()
    assert await remembered(side, tokyo) == "rfc9421-ed25519"
    await tell(side, marie, tokyo, "1")
    await until(lambda: tokyo.was_told(1))
    assert tokyo.knocks == ["POST rfc9421-ed25519"]


async def test_a_way_that_nobody_knows_any_more_is_found_anew(side: Side, reader: MakeReader) -> None:
    tokyo, marie = await reader(*Way), await side.member("marie")
    await side.store.write(peers.took, tokyo.host, way="pigeon")
    await tell(side, marie, tokyo, "1")
    await until(lambda: tokyo.was_told(1))
    assert tokyo.knocks == ["POST rfc9421-ed25519"]


def test_a_signature_in_one_way_is_none_in_another() -> None:
    key = PrivateKey("https://own.example/actor#k", signing_keys.generate_ed25519())
    url = URL("https://peer.example/inbox", encoded=True)
    draft = ways.sign(Way.DRAFT, "POST", url, b"{}", key, now=datetime.now(UTC))
    modern = ways.sign(Way.MODERN, "POST", url, b"{}", key, now=datetime.now(UTC))
    assert "Signature-Input" in modern
    assert "Signature-Input" not in draft
    mixed = {**draft, "Signature-Input": modern["Signature-Input"]}
    request = SignedRequest("POST", url, CIMultiDict(mixed), b"{}")
    with pytest.raises(Unauthenticated):
        next(signatures.verify(request, now=datetime.now(UTC)))
