"""Two kinds of partner: a node's federation on real sockets, and a peer that may only do what the test says."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from ipaddress import ip_network
from pathlib import Path

import orjson
import pytest
from aiohttp import ClientResponse, ClientSession, web
from cryptography.hazmat.primitives.asymmetric import rsa
from yarl import URL

from federation import asking, routes, signatures
from federation.addresses import Egress
from federation.roles import ALL_ROLES, Role
from federation.service import Federation, Place
from federation.signatures import keys as signing_keys
from federation.signatures.keys import PrivateKey
from federation.strict_json import JsonObject
from node.server import application, start
from storage import accounts, journal, peers
from storage.accounts import Account
from storage.events import Event
from storage.ids import Host
from storage.opening import open_store
from storage.sqlite import utc_now
from storage.store import Store
from storage.vault import Vault
from tests import loopback
from tests.loopback import free_port

LOOPBACK = ip_network("127.0.0.0/26")


@pytest.fixture(scope="session")
def rsa_keys() -> list[rsa.RSAPrivateKey]:
    """Keys are dear to make: a few, shared by all tests."""
    return [signing_keys.generate_rsa() for _ in range(3)]


@dataclass
class Side:
    """A node's federation, listening."""

    base_url: str
    host: Host
    store: Store
    federation: Federation
    told: list[Event] = field(default_factory=list)

    async def member(self, name: str) -> Account:
        return await self.store.write(
            accounts.add_local, username=name, display_name=name.title(), base_url=self.base_url
        )

    async def settled(self) -> None:
        """Wait until the journal is applied."""
        async with asyncio.timeout(10):
            while await self.store.read(journal.unsettled):  # noqa: ASYNC110  a database gives no event
                await asyncio.sleep(0.005)


@pytest.fixture
def roles() -> frozenset[Role]:
    """What the process of `side` does; a test may say otherwise."""
    return ALL_ROLES


@pytest.fixture
def unasked() -> int:
    """How much that nobody has asked for one person elsewhere may send to `side`; a test may say otherwise."""
    return 100_000


@pytest.fixture
async def side(database: Path | str, roles: frozenset[Role], unasked: int) -> AsyncIterator[Side]:
    port = free_port()
    host = Host(f"paris.localhost:{port}")
    base_url = f"http://{host}"
    store = await open_store(database)
    await store.write(accounts.add_node_actor, username="paris.localhost", display_name="Paris", base_url=base_url)
    place = Place(
        base_url,
        host,
        "Paris",
        "0",
        Egress(networks=(LOOPBACK,), loopback=True, plain_http=True),
        allow_addresses=True,
        activities_per_minute=100_000,
        unasked_per_hour=unasked,
        unproven_per_minute=100_000,
    )
    told: list[Event] = []
    federation = Federation(place, store, Vault(b"k" * 32), now=utc_now, tell=told.append)
    app = application(host_names=frozenset({str(host)}), https=False)
    app[asking.FEDERATION] = federation
    app[asking.STORE] = store
    app[asking.IS_SIGNED_IN] = nobody_is_signed_in
    app[asking.COUNTED_BY] = lambda request: str(request.remote)
    app.add_routes(routes.routes())
    serving = await start(app, host="127.0.0.1", port=port)
    async with federation.running(roles):
        yield Side(base_url, host, store, federation, told)
        await serving.stop()
    await federation.client.close()
    await store.close()


Beside = Callable[[], Awaitable[Federation]]


@pytest.fixture
async def beside(side: Side, database: Path | str) -> AsyncIterator[Beside]:
    """Make further processes of the same node: each with its own store on the same database, running nothing yet."""
    async with contextlib.AsyncExitStack() as stack:

        async def make() -> Federation:
            store = await open_store(database)
            stack.push_async_callback(store.close)
            place = side.federation.place
            federation = Federation(place, store, Vault(b"k" * 32), now=utc_now, tell=side.told.append)
            stack.push_async_callback(federation.client.close)
            return federation

        yield make


async def until(is_so: Callable[[], Awaitable[object]], *, seconds: float = 10.0) -> None:
    """Wait until something is so, looking often."""
    async with asyncio.timeout(seconds):
        while not await is_so():  # noqa: ASYNC110  what is waited for happens in a database or on the other side
            await asyncio.sleep(0.005)


async def nobody_is_signed_in(_: web.Request) -> bool:
    return False


class Rogue:
    """A peer made by hand. It offers documents by path; any request that was not announced fails the test."""

    def __init__(self, base_url: str, key: rsa.RSAPrivateKey, session: ClientSession) -> None:
        self.base_url = base_url
        self.host = Host(base_url.partition("://")[2])
        self.key = key
        self.offers: dict[str, JsonObject] = {}
        self.asked: list[str] = []
        self.gone: set[str] = set()
        """Paths where it says that there is nothing any more."""
        self.status = 200
        """What it answers instead, while it is in trouble."""
        self.took: list[JsonObject] = []
        """What it was told, where it has offered an inbox."""
        self.unannounced: list[str] = []
        self.answers: list[int] = []
        """How its requests were answered."""
        self.refusal = ""
        """Why the last of them was refused, if it was."""
        self.let_go = asyncio.Event()
        """Cleared, it keeps everybody waiting who asks."""
        self.let_go.set()
        self._session = session

    def actor(self, name: str = "eve", **changes: object) -> JsonObject:
        """Offer an actor; returns its document."""
        uri = f"{self.base_url}/users/{name}"
        pem = signing_keys.public_to_pem(self.key.public_key())
        document: JsonObject = {
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": uri,
            "type": "Person",
            "preferredUsername": name,
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "followers": f"{uri}/followers",
            "following": f"{uri}/following",
            "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": pem},
        }
        document.update(changes)  # type: ignore[arg-type]  # tests offer whatever a rogue would
        self.offers[f"/users/{name}"] = document
        return document

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        await self.let_go.wait()
        if request.path in self.gone:
            return web.Response(status=410)
        if self.status != HTTPStatus.OK:
            return web.Response(status=self.status)
        offered = self.offers.get(request.path)
        if offered is None:
            self.unannounced.append(f"{request.method} {request.path}")
            return web.Response(status=404)
        if request.method == "POST":
            self.took.append(orjson.loads(await request.read()))
        return web.Response(body=orjson.dumps(offered), content_type="application/activity+json")

    async def post(
        self,
        address: str,
        document: JsonObject | bytes,
        *,
        key_id: str | None = None,
        key: rsa.RSAPrivateKey | None = None,
        now: datetime | None = None,
        headers: dict[str, str] | None = None,
        without: str = "",
        signed: bool = True,
    ) -> int:
        """Deliver a document, signed by its actor unless told otherwise. Returns the status."""
        body = document if isinstance(document, bytes) else orjson.dumps(document)
        sender = key_id or (f"{document['actor']}#main-key" if isinstance(document, dict) else f"{self.base_url}#k")
        sent = {"Content-Type": "application/activity+json"}
        if signed:
            material = PrivateKey(sender, key or self.key)
            sent |= signatures.sign("POST", URL(address), body, material, now=now or datetime.now(UTC))
        sent |= headers or {}
        sent.pop(without, None)
        async with self._session.post(address, data=io.BytesIO(body), headers=sent) as response:
            return await self.heard(response)

    async def get(self, address: str, *, name: str = "eve", now: datetime | None = None) -> tuple[int, JsonObject]:
        """Ask for a document, signed by one of this peer's actors."""
        status, raw = await self.fetch(address, name=name, now=now)
        return status, orjson.loads(raw) if raw else {}

    async def fetch(self, address: str, *, name: str = "eve", now: datetime | None = None) -> tuple[int, bytes]:
        """Ask for anything, signed by one of this peer's actors."""
        material = PrivateKey(f"{self.base_url}/users/{name}#main-key", self.key)
        headers = {"Accept": "application/activity+json"}
        headers |= signatures.sign("GET", URL(address), None, material, now=now or datetime.now(UTC))
        async with self._session.get(address, headers=headers) as response:
            return await self.heard(response), await response.read()

    async def heard(self, response: ClientResponse) -> int:
        """Note how a request of this peer was answered; returns the status."""
        raw = await response.read()
        is_problem = response.content_type == "application/problem+json"
        self.refusal = orjson.loads(raw)["title"] if is_problem else ""
        self.answers.append(response.status)
        return response.status


MakeRogue = Callable[[str], Awaitable[Rogue]]


@pytest.fixture
async def rogue_peer(side: Side, rsa_keys: list[rsa.RSAPrivateKey]) -> AsyncIterator[MakeRogue]:
    """Make peers by hand; each is on the allowlist unless its name begins with `outside`."""
    made: list[Rogue] = []
    async with contextlib.AsyncExitStack() as stack:

        async def make(name: str) -> Rogue:
            port = free_port()
            session = await stack.enter_async_context(loopback.session())
            rogue = Rogue(f"http://{name}.localhost:{port}", rsa_keys[len(made)], session)
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", rogue.answer)
            runner = web.AppRunner(app)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", port).start()
            if not name.startswith("outside"):
                await side.store.write(peers.allow, rogue.host, by="test")
            made.append(rogue)
            return rogue

        yield make
        assert [rogue.unannounced for rogue in made] == [[] for _ in made], "a request that no test announced"
        assert {status for rogue in made for status in rogue.answers if status >= 500} <= {503}
