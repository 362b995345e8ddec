"""An actor that sends whatever it is given, signed as it should be, and offers itself and whatever a test adds."""

import contextlib
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson
from aiohttp import ClientSession, web
from cryptography.hazmat.primitives.asymmetric import rsa
from yarl import URL

from federation import signatures
from federation.signatures import keys as signing_keys
from federation.signatures.keys import PrivateKey
from federation.strict_json import JsonObject
from storage import peers
from storage.ids import Host
from tests import loopback
from tests.federated.conftest import Place


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


class Sender:
    """The actor `/actor` of an origin, as the collections of documents expect it."""

    def __init__(self, origin: str, session: ClientSession) -> None:
        self.origin = origin
        self.actor = f"{origin}/actor"
        self.asked: list[str] = []
        self.offers: dict[str, web.Response] = {}
        self._key: rsa.RSAPrivateKey = signing_keys.generate_rsa()
        self._session = session

    @property
    def host(self) -> Host:
        return Host(self.origin.partition("://")[2])

    def document(self) -> JsonObject:
        pem = signing_keys.public_to_pem(self._key.public_key())
        return {
            "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
            "id": self.actor,
            "type": "Person",
            "preferredUsername": "actor",
            "inbox": f"{self.origin}/inbox",
            "publicKey": {"id": f"{self.actor}#main-key", "owner": self.actor, "publicKeyPem": pem},
        }

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "POST" and request.path == "/inbox":
            return web.Response(status=202)
        if request.path == "/actor":
            return web.Response(body=orjson.dumps(self.document()), content_type="application/activity+json")
        if request.path in self.offers:
            return self.offers.pop(request.path)
        self.asked.append(f"{self.origin}{request.path_qs}")
        return web.Response(status=404)

    async def tell(self, inbox: str, document: JsonObject) -> tuple[int, str]:
        """Deliver a document. Returns the status, and where it was refused the code of the refusal."""
        body = orjson.dumps(document)
        headers = self._signed("POST", inbox, body) | {"Content-Type": "application/activity+json"}
        async with self._session.post(inbox, data=io.BytesIO(body), headers=headers) as response:
            if response.status == 202:
                return 202, ""
            problem = await response.json(content_type=None)
            return response.status, problem["type"].rpartition("/")[2].rpartition("#")[2]

    async def ask(self, address: str) -> Answer:
        """Read something, with a signature."""
        url = URL(address, encoded=True)
        async with self._session.get(url, headers=self._signed("GET", address, None)) as response:
            return Answer(response.status, dict(response.headers), await response.read())

    def _signed(self, method: str, address: str, body: bytes | None) -> dict[str, str]:
        key = PrivateKey(f"{self.actor}#main-key", self._key)
        return signatures.sign(method, URL(address, encoded=True), body, key, now=datetime.now(UTC))


@contextlib.asynccontextmanager
async def sending_to(place: Place, name: str) -> AsyncIterator[Sender]:
    """An actor of this origin, which the node admits."""
    port = loopback.free_port()
    async with loopback.session() as session:
        sender = Sender(f"http://{name}.localhost:{port}", session)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", sender.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await place.running.node.store.write(peers.allow, sender.host, by="test")
        yield sender
        await runner.cleanup()
