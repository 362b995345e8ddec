"""A node as the command serves it, a peer made by hand that may try anything, and a trap that no connection may reach.

The node is one process for all tests here. It may connect to a part of loopback only, so the rest of loopback is to it what a
private network is to a node in service; each test has peers of its own, with names and ports of their own.
"""

import asyncio
import contextlib
import itertools
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession, web
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from yarl import URL

from federation.signatures import keys as signing_keys
from federation.strict_json import JsonObject
from node.actions.communities import Founding, found_for
from node.settings import Settings
from storage import oauth
from storage.opening import open_store
from tests import founding, loopback
from tests.federated.conftest import PASSWORD, SCOPES, Json
from tests.federated.processes import port_of, process_of
from tests.federation.conftest import Rogue
from tests.node.conftest import _hire as hire

REACHABLE = "127.0.0.0/26"
FORBIDDEN = "127.0.0.200"
"""Loopback too, and outside of what the node may connect to."""

ACTIVITIES_PER_MINUTE = 120
UNPROVEN_PER_MINUTE = 200
"""From one address, from which all tests come that do not say otherwise (`elsewhere`)."""

elsewhere = (f"198.51.100.{number}" for number in itertools.count(1))
"""Addresses from which nobody has come yet. The node believes its proxy, which is this machine, that somebody comes from there."""
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


@dataclass(frozen=True)
class Served:
    """A node that a process of its own serves.

    group, salon: ids of its communities, for members alone and for all.  tokens: of marie, who reads and leads it, and of the chief, who admits peers.
    log: everything that it writes about its work.
    """

    settings: Settings
    marie: str
    group: str
    salon: str
    tokens: dict[str, str]
    log: Path


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    found = asyncio.run(_founded(tmp_path_factory))
    environment = {
        "LEGATION_EGRESS__ALLOW": REACHABLE,
        "LEGATION_API_CALLS_PER_5_MINUTES": "1000000",
        "LEGATION_PEER_ACTIVITIES_PER_MINUTE": str(ACTIVITIES_PER_MINUTE),
        "LEGATION_UNPROVEN_PER_MINUTE": str(UNPROVEN_PER_MINUTE),
        "LEGATION_LOG_LEVEL": "debug",
        "LEGATION_LOG_REQUESTS": "all",
    }
    with process_of(found.settings, log=str(found.log), **environment) as process:
        port_of(process)
        yield found


async def _founded(tmp_path_factory: pytest.TempPathFactory) -> Served:
    settings = await founding.founded(tmp_path_factory.mktemp("node") / "paris", admin="chief", password=PASSWORD)
    store = await open_store(settings.database)
    people = {}
    found = {}
    for name, role in (("marie", "staff"), ("lea", "staff"), ("boss", "admin")):
        account = await store.write(hire, name, settings.base_url, role)
        found[name] = account
        people[name] = account.uri, await store.write(oauth.add_token, account_id=account.id, scopes=SCOPES)
    groups = []
    for wanted in (Founding("circle", "Circle", is_for_members=True), Founding("salon", "Salon")):
        made = await found_for(store, settings.base_url, found["marie"], wanted, by="test", source="test")
        groups.append(made.uri)
    await store.close()
    tokens = {name: token for name, (_, token) in people.items()}
    log = tmp_path_factory.mktemp("log") / "served"
    return Served(founding.with_templates(settings), people["marie"][0], groups[0], groups[1], tokens, log)


class Node:
    """The node, asked through its own doors; only what became of an activity is read from its journal."""

    def __init__(self, served: Served, session: ClientSession) -> None:
        self.settings, self.marie, self.session = served.settings, served.marie, session
        self.group, self.salon = served.group, served.salon
        self.url = served.settings.base_url
        self.inbox = f"{self.url}/inbox"
        self.log = served.log
        self._tokens = served.tokens

    async def ask(self, method: str, path: str, *, by: str = "marie", expect: int = 200, **sent: Any) -> Json:
        headers = {"Authorization": f"Bearer {self._tokens[by]}"}
        async with self.session.request(method, self.url + path, headers=headers, **sent) as response:
            answer = await response.json()
            assert response.status == expect, (method, path, response.status, answer)
            return answer

    async def allow(self, host: str) -> str:
        """Put a host on the allowlist; returns the entry's id."""
        entry = await self.ask("POST", "/api/v1/admin/domain_allows", by="boss", json={"domain": host})
        return str(entry["id"])

    async def remove(self, entry: str) -> None:
        await self.ask("DELETE", f"/api/v1/admin/domain_allows/{entry}", by="boss")

    async def shown(self, *peers: "HandMade") -> list[str]:
        """What marie can read of somebody of these peers, newest first."""
        hosts = {str(peer.host) for peer in peers}
        found = await self.ask("GET", "/api/v1/timelines/public", params={"limit": "40"})
        theirs = [each for each in found if each["account"]["acct"].rpartition("@")[2] in hosts]
        return [(each["reblog"] or each)["content"].removeprefix("<p>").removesuffix("</p>") for each in theirs]

    async def journal(self, *, by: str = "marie") -> list[Json]:
        """All of somebody's journal, newest first: what tests before have left stands in it too, and peers' posts are older."""
        found, page = list[Json](), {"limit": "40"}
        while part := await self.ask("GET", "/api/v1/timelines/home", by=by, params=page):
            found += part
            page["max_id"] = part[-1]["id"]
        return found

    async def person(self, uri: str, *, by: str = "marie") -> Json | None:
        """An actor, if this node finds it or knows it."""
        found = await self.ask("GET", "/api/v2/search", by=by, params={"q": uri, "resolve": "true", "type": "accounts"})
        return found["accounts"][0] if found["accounts"] else None

    async def relation(self, account: Json, *, by: str = "marie") -> Json:
        (found,) = await self.ask("GET", "/api/v1/accounts/relationships", by=by, params={"id[]": account["id"]})
        return found

    def verdict(self, activity: str) -> str | None:
        """What became of an activity: `applied`, or why not; None while it waits, or where it was never taken."""
        return next(iter(self.rows("select coalesce(error, outcome) from journal where uri = ?", activity)), None)

    def rows(self, sql: str, *values: str) -> list[str]:
        """The first column of what stands in its database."""
        with contextlib.closing(sqlite3.connect(f"file:{self.settings.database}?mode=ro", uri=True)) as database:
            return [row[0] for row in database.execute(sql, values)]

    async def has_logged(self, code: str, *, about: str) -> bool:
        """Whether a line of the node's log has this code, and says of whom."""
        return any(code in line and about in line for line in self.log.read_text(encoding="utf-8").splitlines())

    async def settled(self, activity: JsonObject) -> str:
        """Wait until an activity that was taken is dealt with; returns what became of it."""
        async with asyncio.timeout(10):
            while (found := self.verdict(str(activity["id"]))) is None:  # noqa: ASYNC110  another process
                await asyncio.sleep(0.01)
        # What the node remembers hears of a commit a moment after others can read it, and before the next one is answered.
        await self.ask("POST", "/api/v1/notifications/1/dismiss")
        return found


Offer = Callable[[], web.Response]


class HandMade(Rogue):
    """A peer made by hand: it owns actors with real keys, and offers what no honest peer would."""

    def __init__(self, base_url: str, key: rsa.RSAPrivateKey, session: ClientSession, node: Node) -> None:
        super().__init__(base_url, key, session)
        self.node = node
        self.entry = ""
        self.posted: list[JsonObject] = []
        self.raw: list[bytes] = []
        """What the node has told, as it came over the wire."""
        self.bare: dict[str, Offer] = {}
        self.proving = ed25519.Ed25519PrivateKey.generate()
        self.eve = self.add("eve")

    def add(self, name: str, **changes: object) -> str:
        """Offer an actor with both kinds of keys; returns its id."""
        uri = f"{self.base_url}/users/{name}"
        multikey = {
            "id": f"{uri}#proof",
            "type": "Multikey",
            "controller": uri,
            "publicKeyMultibase": signing_keys.multikey_of(self.proving.public_key()),
        }
        self.actor(name, **{"assertionMethod": [multikey], **changes})
        return uri

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "POST" and request.path.endswith("/inbox"):
            self.raw.append(await request.read())
            self.posted.append(orjson.loads(self.raw[-1]))
            return web.Response(status=202)
        if request.path in self.bare:
            self.asked.append(request.path)
            return self.bare[request.path]()
        return await super().answer(request)

    async def tell(self, document: JsonObject | bytes, **how: Any) -> int:
        """Deliver to the node. Arguments as those of `Rogue.post`."""
        how.setdefault("key_id", f"{self.eve}#main-key" if isinstance(document, bytes) else None)
        return await self.post(self.node.inbox, document, **how)

    async def deliver(self, body: bytes, headers: Mapping[str, str], *, target: str = "/inbox") -> int:
        """Deliver bytes with exactly these headers. target: path and query, as they are sent."""
        url = URL(self.node.url + target, encoded=True)
        async with self.node.session.post(url, data=body, headers=headers) as response:
            return await self.heard(response)

    async def outcome(self, document: JsonObject, **how: Any) -> str:
        """Deliver what is taken at the door; returns what became of it inside."""
        assert await self.tell(document, **how) == 202
        return await self.node.settled(document)

    def note(self, author: str = "", name: str = "1", /, **changes: object) -> JsonObject:
        """A post that marie is told of."""
        author = author or self.eve
        return _with(
            {
                "id": f"{author}/notes/{name}",
                "type": "Note",
                "attributedTo": author,
                "content": f"<p>Note {name}</p>",
                "to": [PUBLIC],
                "cc": [f"{author}/followers", self.node.marie],
                "tag": [{"type": "Mention", "href": self.node.marie, "name": "@marie"}],
                "published": "2026-02-01T09:00:00Z",
            },
            changes,
        )

    def act(self, kind: str, thing: object, name: str = "1", *, actor: str = "", **changes: object) -> JsonObject:
        actor = actor or self.eve
        return _with({"id": f"{actor}#{kind}-{name}", "type": kind, "actor": actor, "object": thing}, changes)

    def create(self, name: str = "1", /, **changes: object) -> JsonObject:
        """Eve writes a post that marie is told of."""
        return self.act("Create", self.note("", name, **changes), name)


def _with(document: dict[str, object], changes: dict[str, object]) -> JsonObject:
    return {**document, **changes}  # type: ignore[dict-item]  # tests send whatever a rogue would


MakePeer = Callable[..., Awaitable[HandMade]]
numbers = itertools.count()


@pytest.fixture
async def node(served: Served) -> AsyncIterator[Node]:
    async with loopback.session() as session:
        yield Node(served, session)


@pytest.fixture
async def make_peer(node: Node, rsa_key: rsa.RSAPrivateKey) -> AsyncIterator[MakePeer]:
    """Make peers by hand. listed: whether the node admits it.  address: where it listens."""
    made: list[HandMade] = []
    async with contextlib.AsyncExitStack() as stack:

        async def make(name: str = "tokyo", *, listed: bool = True, own_key: bool = False) -> HandMade:
            port = loopback.free_port()
            key = signing_keys.generate_rsa() if own_key else rsa_key
            peer = HandMade(f"http://{name}{next(numbers)}.localhost:{port}", key, node.session, node)
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", peer.answer)
            runner = web.AppRunner(app)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", port).start()
            if listed:
                peer.entry = await node.allow(peer.host)
            made.append(peer)
            return peer

        yield make
        assert max([0, *(status for peer in made for status in peer.answers)]) < 500


@pytest.fixture(scope="package")
def rsa_key() -> rsa.RSAPrivateKey:
    """Keys are dear to make: one for all peers, each of which has ids of its own."""
    return signing_keys.generate_rsa()


@pytest.fixture
async def peer(make_peer: MakePeer) -> AsyncIterator[HandMade]:
    """A peer with eve. Afterwards the node still takes what she writes."""
    made = await make_peer()
    yield made
    if made.entry:
        last = made.create("last")
        assert await made.outcome(last) == "applied"


@dataclass
class Trap:
    """Listens at one port of the addresses that the node must not call, and counts who comes."""

    port: int
    came: list[str] = field(default_factory=list)

    def url(self, host: str = FORBIDDEN, path: str = "/") -> str:
        return str(URL.build(scheme="http", host=host, port=self.port)).rstrip("/") + path


@pytest.fixture
async def trap() -> AsyncIterator[Trap]:
    """Where every disguise of loopback ends: 127.0.0.1 for `0.0.0.0` and mapped addresses, and the forbidden one itself."""
    found = Trap(loopback.free_port())

    async def count(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.came.append(str(writer.get_extra_info("sockname")))
        writer.close()

    async with contextlib.AsyncExitStack() as stack:
        for address in ("127.0.0.1", FORBIDDEN):
            await stack.enter_async_context(await asyncio.start_server(count, address, found.port))
        yield found
        assert found.came == [], "the node has called an address that is closed to it"
