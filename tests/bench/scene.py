"""Nodes with people and posts, and the processes that are measured."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import orjson
from yarl import URL

from federation import actors, signatures
from federation.signatures import keys as signing_keys
from federation.signatures.keys import PrivateKey
from federation.strict_json import JsonObject
from node import founding
from node.settings import Settings
from storage import accounts, follows, oauth, peers
from storage.accounts import Account
from storage.ids import Host
from storage.opening import open_store
from storage.store import Unit
from tests.bench import rows
from tests.bench.load import once, request
from tests.loopback import free_port

PEER = "https://tokyo.example"
SENDERS = 40
UNLIMITED = {
    "LEGATION_PEER_ACTIVITIES_PER_MINUTE": "100000000",
    "LEGATION_UNASKED_PER_HOUR": "100000000",
    "LEGATION_API_CALLS_PER_5_MINUTES": "100000000",
    "LEGATION_POSTS_PER_3_HOURS": "100000000",
}
READY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Size:
    """How large a node's world is. follows: of each reader."""

    accounts: int = 40
    posts: int = 4_000
    readers: int = 16
    follows: int = 40


@dataclass(slots=True)
class Scene:
    """A node that is there and does not serve yet.

    readers: name and token of each member of staff.  senders: actor ids of the peer whose key is known.
    """

    settings: Settings
    folder: Path
    readers: list[tuple[Account, str]]
    key: signing_keys.PrivateKey
    senders: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        """Where the node listens."""
        return self.settings.listen_port

    def asking(self, path: str, reader: int = 0) -> bytes:
        """A request of one of the readers."""
        headers = {"Authorization": f"Bearer {self.readers[reader][1]}"}
        return request("GET", self.settings.domain, path, headers)

    def posting(self, text: str, reader: int = 0) -> bytes:
        """A post by one of the readers."""
        headers = {"Authorization": f"Bearer {self.readers[reader][1]}", "Content-Type": "application/json"}
        return request("POST", self.settings.domain, "/api/v1/statuses", headers, orjson.dumps({"status": text}))

    def creates(self, number: int, *, run: str, port: int | None = None) -> list[bytes]:
        """Activities of the peer, signed; their authors take turns. port: of whoever else they are for, as the floor."""
        domain = self.settings.domain if port is None else f"paris.localhost:{port}"
        return [self._create(at, run, domain) for at in range(number)]

    def _create(self, at: int, run: str, domain: str) -> bytes:
        author = self.senders[at % len(self.senders)]
        note = {
            "id": f"{author}/notes/{run}-{at}",
            "type": "Note",
            "attributedTo": author,
            "content": f"<p>{run}-{at} {rows.TEXT}</p>",
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "cc": [f"{author}/followers"],
            "published": datetime.now(UTC).isoformat(),
        }
        body = orjson.dumps({"id": f"{note['id']}/create", "type": "Create", "actor": author, "object": note})
        key = PrivateKey(f"{author}#main-key", self.key.material)
        signed = signatures.sign("POST", URL(f"http://{domain}/inbox"), body, key, now=datetime.now(UTC))
        headers = {name: value for name, value in signed.items() if name.lower() != "host"}
        return request("POST", domain, "/inbox", {**headers, "Content-Type": "application/activity+json"}, body)


async def made(folder: Path, size: Size, *, postgresql: str, tell: Callable[[str], None]) -> Scene:
    """A node in a folder that is not there yet. postgresql: the address of an empty database, or '' for SQLite."""
    settings = await founding.found(
        folder,
        domain=f"paris.localhost:{free_port()}",
        development=True,
        name="Paris",
        language="fr",
        admin="marie",
        admin_name="",
        password="quatre mots de passe",
        postgresql=postgresql,
    )
    material = signing_keys.generate_rsa()
    store = await open_store(settings.database)
    readers = [await store.write(_reader, nth, settings.base_url) for nth in range(size.readers)]
    await store.write(peers.allow, Host(rows.HOST), by="bench")
    await store.close()
    ids = [account.id for account, _ in readers]
    await asyncio.to_thread(
        rows.fill,
        settings.database,
        accounts=size.accounts,
        posts=size.posts,
        readers=ids,
        follows=size.follows,
        tell=tell,
    )
    scene = Scene(settings, folder, readers, PrivateKey("", material))
    await _add_senders(scene, signing_keys.public_to_pem(material.public_key()))
    return scene


def _reader(unit: Unit, nth: int, base_url: str) -> tuple[Account, str]:
    name = f"reader{nth}"
    account = accounts.add_local(unit, username=name, display_name=name.title(), base_url=base_url)
    unit.run(
        "insert into staff (account_id, password, role, locale, created_at) values (:id, '', 'staff', 'fr', :now)",
        id=account.id,
        now=unit.now,
    )
    return account, oauth.add_token(unit, account_id=account.id, scopes="read write follow")


async def _add_senders(scene: Scene, pem: str) -> None:
    """Actors of the peer whose key is known, each followed by the first reader."""
    store = await open_store(scene.settings.database)
    for number in range(SENDERS):
        uri = f"{PEER}/users/{number}"
        known = await store.write(actors.keep, _actor(uri, number, pem))
        await store.write(_follow, scene.readers[0][0], known)
        scene.senders.append(uri)
    await store.close()


def _actor(uri: str, number: int, pem: str) -> JsonObject:
    return {
        "id": uri,
        "type": "Person",
        "preferredUsername": f"person{number}",
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers",
        "following": f"{uri}/following",
        "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": pem},
    }


def _follow(unit: Unit, reader: Account, followed: Account) -> None:
    follows.ask(unit, reader.id, followed.id, uri=f"urn:{reader.id}:{followed.id}")
    follows.accept(unit, reader.id, followed.id)


async def add_followers(scene: Scene, hosts: Sequence[str], *, of: Sequence[int]) -> None:
    """Give each of these readers a follower on each of these hosts, which are admitted."""
    store = await open_store(scene.settings.database)
    for nth, host in enumerate(hosts):
        await store.write(peers.allow, Host(host), by="bench")
        document = _actor(f"http://{host}/users/1", nth, PEM_OF_NOBODY)
        follower = await store.write(actors.keep, document)
        for reader in of:
            await store.write(_follow, follower, scene.readers[reader][0])
    await store.close()


PEM_OF_NOBODY = signing_keys.public_to_pem(signing_keys.generate_rsa().public_key())


@contextlib.asynccontextmanager
async def process(*command: str, port: int, ready: bytes) -> AsyncIterator[int]:
    """A process that answers, for as long as the context lasts; its number. ready: what it answers when it is ready."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **UNLIMITED},
    )
    try:
        until = time.monotonic() + READY_SECONDS
        while True:
            try:
                await once(port, ready)
                break
            except OSError:
                if time.monotonic() > until or started.returncode is not None:
                    raise
                await asyncio.sleep(0.005)
        yield started.pid
    finally:
        if started.returncode is None:
            started.terminate()
        await started.wait()


def serving(scene: Scene, *, metrics: int = 0) -> contextlib.AbstractAsyncContextManager[int]:
    """The node, as `legation serve` runs it. metrics: the port on which it tells its figures, if any."""
    if metrics:
        os.environ["LEGATION_METRICS_LISTEN"] = f"127.0.0.1:{metrics}"
    else:
        os.environ.pop("LEGATION_METRICS_LISTEN", None)
    health = request("GET", scene.settings.domain, "/health", {})
    return process("node.command", "serve", "--data", str(scene.settings.data), port=scene.port, ready=health)


@contextlib.asynccontextmanager
async def floor(scene: Scene, body: bytes = b"") -> AsyncIterator[tuple[int, int]]:
    """The bare application: its port and its process. body: what it answers to every GET."""
    port = free_port()
    (scene.folder / "key.pem").write_text(signing_keys.public_to_pem(scene.key.material.public_key()))
    (scene.folder / "bytes").write_bytes(body)
    files = (str(scene.folder / "key.pem"), str(scene.folder / "bytes"))
    ready = request("GET", "localhost", "/ready", {})
    async with process("tests.bench.floor", str(port), *files, port=port, ready=ready) as pid:
        yield port, pid


@contextlib.asynccontextmanager
async def stub(delay: float) -> AsyncIterator[int]:
    """Peers that take everything; the port of all of them. delay: seconds before each answer."""
    port = free_port()
    ready = request("GET", "localhost", "/arrivals", {})
    async with process("tests.bench.stub", str(port), str(delay), port=port, ready=ready):
        yield port


def repeated(message: bytes) -> Iterator[bytes]:
    """The same for ever."""
    while True:
        yield message
