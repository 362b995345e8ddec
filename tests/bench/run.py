"""`make bench`: every figure beside its floor, a table, and a line for the history in `.bench/history.jsonl`."""

import asyncio
import contextlib
import itertools
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
from aiohttp import ClientError, ClientSession
from yarl import URL

from federation import actors, signatures
from federation.signatures import keys as signing_keys
from federation.signatures.keys import PrivateKey
from federation.strict_json import JsonObject
from node import founding
from node.settings import Settings
from storage import accounts, follows, oauth, peers, posts
from storage.accounts import Account
from storage.ids import Host
from storage.sqlite import SqliteStore
from storage.store import Unit
from storage.visibility import Reach
from tests.bench.load import Figures, Request, load
from tests.loopback import free_port

PEER = "https://tokyo.example"
AUTHORS = 40
POSTS_BEFORE = 4_000
SENT = 3_000
ASKED = 1_500
CLIENTS = 16
TURNS = 2
HISTORY = Path(".bench/history.jsonl")
UNLIMITED = {
    "LEGATION_PEER_ACTIVITIES_PER_MINUTE": "100000000",
    "LEGATION_API_CALLS_PER_5_MINUTES": "100000000",
    "LEGATION_POSTS_PER_3_HOURS": "100000000",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A node with a reader who follows many, and a peer whose key is known. port, floor_port: where both listen."""

    settings: Settings
    token: str
    key: PrivateKey
    authors: list[str]
    post: int
    floor_port: int
    folder: Path


async def prepared(folder: Path) -> Scene:
    """The node's database, filled."""
    settings = await founding.found(
        folder / "node",
        domain=f"paris.localhost:{free_port()}",
        development=True,
        name="Paris",
        language="fr",
        admin="marie",
        admin_name="",
        password="quatre mots de passe",
    )
    material = signing_keys.generate_rsa()
    pem = signing_keys.public_to_pem(material.public_key())
    (folder / "key.pem").write_text(pem)
    store = await SqliteStore.open(settings.database_file)
    uris = [f"{PEER}/users/{number}" for number in range(AUTHORS)]
    known = [await store.write(actors.keep, _actor(uri, pem)) for uri in uris]
    reader = await store.write(_reader, known)
    await store.write(peers.allow, Host("tokyo.example"), by="bench")
    for first in range(0, POSTS_BEFORE, 500):
        await store.write(_fill, known, first)
    token = await store.write(oauth.add_token, account_id=reader.id, scopes="read write")
    post = await store.read(lambda unit: unit.one(int, "select max(id) from posts"))
    await store.close()
    assert post is not None
    return Scene(settings, token, PrivateKey(f"{uris[0]}#main-key", material), uris, post, free_port(), folder)


def _actor(uri: str, pem: str) -> JsonObject:
    return {
        "id": uri,
        "type": "Person",
        "preferredUsername": uri.rpartition("/")[2],
        "inbox": f"{uri}/inbox",
        "outbox": f"{uri}/outbox",
        "followers": f"{uri}/followers",
        "following": f"{uri}/following",
        "publicKey": {"id": f"{uri}#main-key", "owner": uri, "publicKeyPem": pem},
    }


def _reader(unit: Unit, known: list[Account]) -> Account:
    marie = accounts.by_handle(unit, "marie")
    assert marie is not None
    for author in known:
        follows.ask(unit, marie.id, author.id, uri=f"urn:{author.id}")
        follows.accept(unit, marie.id, author.id)
    return marie


def _fill(unit: Unit, known: list[Account], first: int) -> None:
    for number in range(first, first + 500):
        author = known[number % len(known)]
        uri = f"{author.uri}/before/{number}"
        posts.add(
            unit,
            uri=uri,
            url=uri,
            author=author.id,
            is_local=False,
            reach=Reach.ALL_NODES,
            writing=posts.Writing(f"<p>{TEXT}</p>", "", sensitive=False, language="fr", source=None),
            published=unit.now,
        )


TEXT = "Compte rendu de la réunion de service : le calendrier des permanences de décembre est affiché. " * 3


@contextlib.asynccontextmanager
async def process(*command: str, health: str, host: str) -> AsyncIterator[int]:
    """A process that answers; its number."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **UNLIMITED},
    )
    try:
        async with ClientSession() as session, asyncio.timeout(20):
            while True:
                with contextlib.suppress(ClientError):
                    async with session.get(health, headers={"Host": host}) as answer:
                        if answer.status == 200:
                            break
                await asyncio.sleep(0.02)
        yield started.pid
    finally:
        started.terminate()
        await started.wait()


def signed_creates(scene: Scene, base: str, *, number: int, run: str) -> list[Request]:
    """Activities, signed before the clock runs; their authors take turns."""
    found = []
    for at in range(number):
        author = scene.authors[at % len(scene.authors)]
        note = {
            "id": f"{author}/notes/{run}-{at}",
            "type": "Note",
            "attributedTo": author,
            "content": f"<p>{TEXT}</p>",
            "to": ["https://www.w3.org/ns/activitystreams#Public"],
            "cc": [f"{author}/followers"],
            "published": datetime.now(UTC).isoformat(),
        }
        create = {"id": f"{note['id']}/create", "type": "Create", "actor": author, "object": note}
        body = orjson.dumps(create)
        # The signature names the public host; the connection goes to the address.
        public = URL(f"http://paris.localhost:{URL(base).port}/inbox")
        key = PrivateKey(f"{author}#main-key", scene.key.material)
        headers = signatures.sign("POST", public, body, key, now=datetime.now(UTC))
        headers = {**headers, "Host": f"paris.localhost:{URL(base).port}", "Content-Type": "application/activity+json"}
        found.append(Request("POST", f"{base}/inbox", headers, body, 202))
    return found


@dataclass(slots=True)
class Row:
    """A figure of the node and its floor."""

    name: str
    node: Figures
    floor: Figures | None
    note: str = ""


async def measured(scene: Scene) -> list[Row]:
    """All of it."""
    node = f"http://127.0.0.1:{scene.settings.listen_port}"
    floor = f"http://127.0.0.1:{scene.floor_port}"
    host = scene.settings.domain
    signed_in = {"Authorization": f"Bearer {scene.token}", "Host": host}
    serve = ("node.command", "serve", "--data", str(scene.settings.data))
    rows: list[Row] = []
    async with process(*serve, health=f"{node}/health", host=host) as pid:
        for name, path in (
            ("home, 20 posts", "/api/v1/timelines/home"),
            ("one post", f"/api/v1/statuses/{scene.post}"),
        ):
            request = Request("GET", node + path, signed_in)
            async with ClientSession() as session, session.get(request.url, headers=signed_in) as answer:
                (scene.folder / "bytes").write_bytes(await answer.read())
            async with floor_of(scene, floor) as floor_pid:
                bare = Request("GET", floor + path, {})
                rows.append(await in_turns(name, again(request), again(bare), pid=pid, floor_pid=floor_pid))
        new = (Request("POST", f"{node}/api/v1/statuses", signed_in | JSON, posting(at)) for at in itertools.count())
        rows.append(Row("posting", await load(lambda: new, clients=CLIENTS, number=ASKED, pid=pid), None))
        async with floor_of(scene, floor) as floor_pid:
            rows.append(await inbox(scene, node, floor, pid=pid, floor_pid=floor_pid))
    return rows


JSON = {"Content-Type": "application/json"}


def posting(at: int) -> bytes:
    """The body of a new post."""
    return orjson.dumps({"status": f"{at} {TEXT[:200]}"})


def floor_of(scene: Scene, floor: str) -> contextlib.AbstractAsyncContextManager[int]:
    """The bare application, with the bytes that the node has just sent."""
    files = (str(scene.folder / "key.pem"), str(scene.folder / "bytes"))
    return process("tests.bench.floor", str(scene.floor_port), *files, health=f"{floor}/ready", host="localhost")


def again(request: Request) -> Callable[[], Iterator[Request]]:
    """The same request for ever."""
    return lambda: itertools.repeat(request)


async def in_turns(
    name: str,
    node: Callable[[], Iterator[Request]],
    floor: Callable[[], Iterator[Request]],
    *,
    pid: int,
    floor_pid: int,
) -> Row:
    """The node and its floor, one after the other, more than once; the last turn counts, the first ones warm up."""
    row: Row | None = None
    for _ in range(TURNS):
        bare = await load(floor, clients=CLIENTS, number=ASKED, pid=floor_pid)
        row = Row(name, await load(node, clients=CLIENTS, number=ASKED, pid=pid), bare)
    assert row is not None
    return row


async def inbox(scene: Scene, node: str, floor: str, *, pid: int, floor_pid: int) -> Row:
    """Activities accepted, and the time until all of them are in the reader's journal."""
    bare = signed_creates(scene, floor, number=SENT, run="floor")
    floor_figures = await load(lambda: iter(bare), clients=CLIENTS, number=SENT, pid=floor_pid)
    sent = signed_creates(scene, node, number=SENT, run="node")
    began = time.perf_counter()
    figures = await load(lambda: iter(sent), clients=CLIENTS, number=SENT, pid=pid)
    store = await SqliteStore.open(scene.settings.database_file)
    waiting = "select count(*) from journal where outcome is null"
    while await store.read(lambda unit: unit.one(int, waiting)):  # noqa: ASYNC110  another process applies it
        await asyncio.sleep(0.01)
    seconds = time.perf_counter() - began
    await store.close()
    return Row("inbox, accepted", figures, floor_figures, f"all applied: {SENT / seconds:.0f}/s")


def shown(rows: list[Row]) -> str:
    """The table."""
    lines = [f"{'work':<20}{'per second':>11}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}{'floor/s':>10}{'share':>8}"]
    for row in rows:
        figures = row.node
        line = f"{row.name:<20}{figures.per_second:>11.0f}{figures.p50_ms:>9.1f}{figures.p99_ms:>9.1f}{figures.cpu_ms:>9.2f}"
        if row.floor:
            line += f"{row.floor.per_second:>10.0f}{figures.per_second / row.floor.per_second:>8.2f}"
        lines.append(f"{line}   {row.note}".rstrip())
    return "\n".join(lines)


def kept(rows: list[Row]) -> None:
    """One more line of the history."""
    HISTORY.parent.mkdir(exist_ok=True)
    line = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "clients": CLIENTS,
        "rows": [
            {
                "work": row.name,
                "node": row.node.as_json(),
                "floor": row.floor.as_json() if row.floor else None,
                "note": row.note,
            }
            for row in rows
        ],
    }
    with HISTORY.open("ab") as file:
        file.write(orjson.dumps(line) + b"\n")


async def main() -> None:
    """Measure, print, keep."""
    with tempfile.TemporaryDirectory(prefix="legation-bench-") as folder:
        rows = await measured(await prepared(Path(folder)))
    print(f"{CLIENTS} clients and the node on the same {os.cpu_count()} processors; SQLite, durable commits")  # noqa: T201
    print(shown(rows))  # noqa: T201
    kept(rows)


if __name__ == "__main__":
    asyncio.run(main())
