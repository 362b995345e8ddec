"""Whatever dies, and whenever: nothing acknowledged is lost, nothing is doubled, and service returns by itself.

A node of three workers on PostgreSQL, with its disk in earnest, and a peer on SQLite. On both people write all the time, each
post after the one before was acknowledged; an attempt that failed is made again under the same key. Meanwhile, every other
second, a worker is killed, PostgreSQL is restarted or loses its power, or all workers are replaced.

It lasts `SECONDS`; CHAOS_SECONDS=600 has it go on for ten minutes. Run with `-s`, it tells what clients have seen.
"""

import asyncio
import contextlib
import os
import random
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

import psutil  # type: ignore[import-untyped]  # it brings no types
from aiohttp import ClientError, ClientSession, ClientTimeout, TCPConnector

from node import founding
from node.settings import Settings
from storage import oauth, peers
from storage.ids import Host
from storage.opening import open_store
from storage.store import Unit
from tests import loopback
from tests.databases import PostgresqlServer, postgresql_server
from tests.federated.conftest import PASSWORD, SCOPES, Json
from tests.loopback import Loopback
from tests.node.conftest import _hire as hire

SECONDS = float(os.environ.get("CHAOS_SECONDS", "13"))
CALM = (0.5, 1.5)
"""Seconds between two blows, at least and at most."""

RETURNS_WITHIN = 30.0
ARRIVES_WITHIN = 120.0
WORKERS = 3
AUTHORS = 3
PAUSE = 0.05
"""Seconds between two posts of an author: the machine is shared with whoever watches."""

LIKED = 5
"""Every so manyth post is liked by everybody who sees it."""

UNLIMITED = {
    "LEGATION_API_CALLS_PER_5_MINUTES": "100000000",
    "LEGATION_POSTS_PER_3_HOURS": "100000000",
    "LEGATION_PEER_ACTIVITIES_PER_MINUTE": "100000000",
    "LEGATION_UNASKED_PER_HOUR": "100000000",
}
AGAIN = (ClientError, TimeoutError, OSError)


# ---- nodes and people -----------------------------------------------------------------------------------------------


@dataclass
class Node:
    """A node that serves in processes of its own."""

    settings: Settings
    process: asyncio.subprocess.Process
    log: Path

    async def is_whole(self) -> bool:
        """Whether as many workers as there shall be answer, and none is left over."""
        started = re.findall(rb'"event":"WorkerStarted","worker":\d+,"pid":(\d+)', self.log.read_bytes())
        pids = {worker.pid for worker in self.workers}
        return len(pids) == WORKERS and pids <= {int(each) for each in started}

    @property
    def workers(self) -> list[psutil.Process]:
        children: list[psutil.Process] = psutil.Process(self.process.pid).children()
        return children


@dataclass
class Seen:
    """What clients have seen of a node: when which kind of request went well, and when it did not."""

    well: Counter[str] = field(default_factory=Counter)
    badly: list[tuple[float, str, str]] = field(default_factory=list)
    longest: float = 0.0
    last_begun: dict[str, float] = field(default_factory=dict)

    def went_well(self, kind: str, began: float) -> None:
        """began: when it was asked; by the monotonic clock."""
        self.well[kind] += 1
        self.longest = max(self.longest, time.monotonic() - began)
        self.last_begun[kind] = max(began, self.last_begun.get(kind, 0.0))

    def failed(self, kind: str, how: str) -> None:
        self.badly.append((time.monotonic(), kind, how))


@dataclass
class Person:
    """Somebody who works at a node, and what they were answered. All requests go to whichever worker takes them."""

    node: Settings
    name: str
    token: str
    session: ClientSession
    seen: Seen

    async def ask(self, kind: str, method: str, path: str, **sent: Any) -> Json:
        """Ask until it is answered well. Errors of the place are noted, and it is asked again; others fail the test."""
        headers = {"Authorization": f"Bearer {self.token}"} | sent.pop("headers", {})
        while True:
            began = time.monotonic()
            try:
                async with self.session.request(method, self.node.base_url + path, headers=headers, **sent) as answer:
                    found = await answer.json()
                    if answer.status == 200:
                        self.seen.went_well(kind, began)
                        return found
                    assert answer.status in {502, 503}, (method, path, answer.status, found)
                    self.seen.failed(kind, str(answer.status))
            except AGAIN as error:
                self.seen.failed(kind, type(error).__name__)
            await asyncio.sleep(0.1)

    async def follow(self, other: "Person") -> None:
        query = {"q": f"@{other.name}@{other.node.domain}", "resolve": "true", "type": "accounts"}
        account = (await self.ask("search", "GET", "/api/v2/search", params=query))["accounts"][0]["id"]
        await self.ask("follow", "POST", f"/api/v1/accounts/{account}/follow")
        relation = f"/api/v1/accounts/relationships?id[]={account}"
        async with asyncio.timeout(20):
            while not (await self.ask("read", "GET", relation))[0]["following"]:  # noqa: ASYNC110  another process agrees
                await asyncio.sleep(0.05)

    async def journal(self) -> list[Json]:
        """All of it, oldest first."""
        return await self._all("/api/v1/timelines/home")

    async def mentions(self) -> list[Json]:
        """All posts that they were told of, oldest first."""
        return [told["status"] for told in await self._all("/api/v1/notifications") if told["type"] == "mention"]

    async def _all(self, path: str) -> list[Json]:
        found: list[Json] = []
        page = {"limit": "40"}
        while part := await self.ask("read", "GET", path, params=page):
            found += part
            page["max_id"] = part[-1]["id"]
        return found[::-1]


async def founded(folder: Path, name: str, postgresql: str) -> Settings:
    return await founding.found(
        folder / name,
        domain=f"{name}.localhost:{loopback.free_port()}",
        development=True,
        name=name.title(),
        language="fr",
        admin="chief",
        admin_name="",
        password=PASSWORD,
        postgresql=postgresql,
    )


async def peopled(settings: Settings, peer: Settings, names: Iterable[str]) -> dict[str, str]:
    """Let the node speak with the other, and hire people. Returns their tokens."""
    store = await open_store(settings.database)
    await store.write(peers.allow, Host(peer.domain), by="test")
    tokens = {}
    for name in names:
        account = await store.write(hire, name, settings.base_url, "staff")
        tokens[name] = await store.write(oauth.add_token, account_id=account.id, scopes=SCOPES)
    await store.close()
    return tokens


@contextlib.asynccontextmanager
async def serving(settings: Settings, log: Path, *more: str) -> AsyncIterator[Node]:
    """The node, as `legation serve` runs it."""
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "node.command", "serve", "--data", str(settings.data), *more),
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            env=os.environ | UNLIMITED,
        )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            assert b" answers at " in await process.stdout.readline()
        yield Node(settings, process, log)
        assert process.returncode is None, "the parent has ended"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


# ---- what people do -------------------------------------------------------------------------------------------------


class Busy:
    """Everybody writes and reads, until it is enough."""

    def __init__(self) -> None:
        self.enough = False
        self.written: dict[str, list[str]] = {}

    async def write(self, author: Person, mentioned: Person) -> None:
        """Post after post, each once the one before is acknowledged."""
        written = self.written.setdefault(author.name, [])
        while not self.enough:
            text = f"{author.name} {len(written)}"
            said = {"status": f"{text} @{mentioned.name}@{mentioned.node.domain}"}
            key = {"Idempotency-Key": text}
            post = await author.ask("post", "POST", "/api/v1/statuses", json=said, headers=key)
            assert text_of(post) == text
            written.append(text)
            await asyncio.sleep(PAUSE)

    async def read(self, reader: Person) -> None:
        """What is new, over and over; some of it is liked."""
        liked: set[str] = set()
        while not self.enough:
            liked |= await like(reader, await reader.ask("read", "GET", "/api/v1/timelines/home?limit=40"), liked)
            await asyncio.sleep(PAUSE)


async def like(reader: Person, posts: Iterable[Json], liked: set[str]) -> set[str]:
    """Like what of these is to be liked, and is not yet. Returns their ids."""
    wanted = [post["id"] for post in posts if number_of(post) % LIKED == 0 and post["id"] not in liked]
    for post in wanted:
        await reader.ask("like", "POST", f"/api/v1/statuses/{post}/favourite")
    return set(wanted)


def text_of(post: Json) -> str:
    """What was written, without the mention."""
    text: str = post["content"].removeprefix("<p>").partition(" <")[0]
    return text


def number_of(post: Json) -> int:
    return int(text_of(post).partition(" ")[2])


# ---- blows ----------------------------------------------------------------------------------------------------------


@dataclass
class Blow:
    """Something that happened to the node.

    back: seconds until a post and a read that began after it had gone well.  felt: until the last failure that was seen of it.
    """

    kind: str
    at: float
    back: float = 0.0
    felt: float = 0.0


async def strike(node: Node, server: PostgresqlServer, seen: Seen, chance: random.Random) -> Blow:
    """One blow, and wait until posting and reading go well again."""
    kind = chance.choice(("worker killed", "worker killed", "restart", "power cut", "workers replaced"))
    blow = Blow(kind, time.monotonic())
    match kind:
        case "worker killed":
            if node.workers:
                chance.choice(node.workers).kill()
        case "restart":
            await asyncio.to_thread(server.restart)
        case "power cut":
            await asyncio.to_thread(server.restart, kill=True)
        case _:
            node.process.send_signal(signal.SIGHUP)
    async with asyncio.timeout(RETURNS_WITHIN):
        while min(seen.last_begun.get(each, 0.0) for each in ("post", "read")) < blow.at:  # noqa: ASYNC110  others ask
            await asyncio.sleep(0.02)
    blow.back = time.monotonic() - blow.at
    return blow


async def strike_again_and_again(node: Node, server: PostgresqlServer, seen: Seen) -> list[Blow]:
    chance = random.Random(os.urandom(8))
    until = time.monotonic() + SECONDS
    blows: list[Blow] = []
    while time.monotonic() < until:
        await asyncio.sleep(chance.uniform(*CALM))
        blows.append(await strike(node, server, seen, chance))
    for blow, following in zip(blows, [*blows[1:], None], strict=True):
        end = following.at if following else float("inf")
        failures = [at - blow.at for at, _, _ in seen.badly if blow.at <= at < end]
        blow.felt = max(failures, default=0.0)
    return blows


# ---- the test -------------------------------------------------------------------------------------------------------


async def test_nothing_acknowledged_is_lost_or_doubled_whatever_dies(tmp_path: Path) -> None:
    with postgresql_server() as server:
        async with contextlib.AsyncExitStack() as stack:
            paris = await founded(tmp_path, "paris", server.create())
            tokyo = await founded(tmp_path, "tokyo", "")
            session = await stack.enter_async_context(
                ClientSession(connector=TCPConnector(resolver=Loopback(), limit=0), timeout=ClientTimeout(total=20))
            )
            seen = {paris.domain: Seen(), tokyo.domain: Seen()}
            staff: dict[str, Person] = {}
            for node, peer, name in ((paris, tokyo, "marie"), (tokyo, paris, "ken")):
                names = [f"reader.{name}", *(f"{name}{number}" for number in range(AUTHORS))]
                for known, token in (await peopled(node, peer, names)).items():
                    staff[known] = Person(node, known, token, session, seen[node.domain])
            struck = await stack.enter_async_context(serving(paris, tmp_path / "paris.log", "--workers", str(WORKERS)))
            await stack.enter_async_context(serving(tokyo, tmp_path / "tokyo.log"))
            await in_chaos(struck, server, staff, seen)


async def in_chaos(node: Node, server: PostgresqlServer, staff: dict[str, Person], seen: dict[str, Seen]) -> None:
    """People write and read while blow follows blow; then everything is where it belongs, once."""
    readers = {"marie": staff["reader.marie"], "ken": staff["reader.ken"]}
    authors = [each for name, each in staff.items() if not name.startswith("reader")]
    for author in authors:
        for reader in readers.values():
            await reader.follow(author)
    busy = Busy()
    async with asyncio.TaskGroup() as group:
        for author in authors:
            other = readers["ken" if author.name.startswith("marie") else "marie"]
            group.create_task(busy.write(author, other))
        for reader in readers.values():
            group.create_task(busy.read(reader))
        blows = await strike_again_and_again(node, server, seen[node.settings.domain])
        busy.enough = True

    ended = time.monotonic()
    await until(node.is_whole, within=RETURNS_WITHIN)
    for reader in readers.values():
        await until(lambda reader=reader: has_all(reader, busy.written), within=ARRIVES_WITHIN)  # type: ignore[misc]  # bound now
    settled_after = time.monotonic() - ended
    for reader in readers.values():
        await like(reader, await reader.journal(), set())
    for reader in readers.values():
        await until(lambda reader=reader: own_are_liked_by_both(reader), within=ARRIVES_WITHIN)  # type: ignore[misc]  # as above
        await verify(reader, busy.written)
    for name, reader in readers.items():
        others = [author for author in authors if not author.name.startswith(name)]
        await verify_mentions(reader, {author.name: busy.written[author.name] for author in others})
    await verify_counts(authors, readers.values(), busy.written)
    await verify_queues(node.settings, readers["ken"].node)
    report(blows, seen, busy.written, settled_after)


async def until(is_so: Callable[[], Awaitable[object]], *, within: float) -> None:
    async with asyncio.timeout(within):
        while not await is_so():  # noqa: ASYNC110  what is waited for happens in other processes
            await asyncio.sleep(0.5)


async def has_all(reader: Person, written: dict[str, list[str]]) -> bool:
    """Whether the newest posts of all have come; what is older is verified afterwards."""
    newest = {text_of(post) for post in await reader.ask("read", "GET", "/api/v1/timelines/home?limit=40")}
    if {texts[-1] for texts in written.values()} <= newest:
        return True
    return {text_of(post) for post in await reader.journal()} >= {text for texts in written.values() for text in texts}


async def own_are_liked_by_both(reader: Person) -> bool:
    """Whether what was written at the reader's node has each like once. Elsewhere only the likes of that place are known."""
    own = [post for post in await reader.journal() if "@" not in post["account"]["acct"]]
    return all(post["favourites_count"] == (2 if number_of(post) % LIKED == 0 else 0) for post in own)


async def verify(reader: Person, written: dict[str, list[str]]) -> None:
    """In the reader's journal stands every acknowledged post, once, in the order in which its author wrote.

    Asked through several connections, each of which leads to one of the workers.
    """
    for _ in range(2 * WORKERS):
        connector = TCPConnector(resolver=Loopback(), limit=1)
        async with ClientSession(connector=connector) as session:
            journal = await replace(reader, session=session).journal()
        arrived: dict[str, list[str]] = {}
        for post in journal:
            arrived.setdefault(post["account"]["username"], []).append(text_of(post))
        for author, texts in written.items():
            assert arrived[author] == texts, (reader.name, first_difference(arrived[author], texts))


def first_difference(arrived: list[str], written: list[str]) -> tuple[list[str], list[str]]:
    """From there on, a little of both."""
    at = next((at for at, (one, other) in enumerate(zip(arrived, written, strict=False)) if one != other), 0)
    return arrived[at : at + 5], written[at : at + 5]


async def verify_mentions(reader: Person, written: dict[str, list[str]]) -> None:
    """Of each post that mentions them, and comes from elsewhere, they were told once."""
    told = Counter(text_of(post) for post in await reader.mentions())
    assert told == Counter(text for texts in written.values() for text in texts)


async def verify_counts(authors: Iterable[Person], readers: Iterable[Person], written: dict[str, list[str]]) -> None:
    for author in authors:
        for reader in readers:
            is_own = author.node == reader.node
            query = {"acct": author.name if is_own else f"{author.name}@{author.node.domain}"}
            found = await reader.ask("read", "GET", "/api/v1/accounts/lookup", params=query)
            assert found["statuses_count"] == len(written[author.name]), (reader.name, author.name)
            # Of those who follow somebody elsewhere only the own are known.
            assert found["followers_count"] == (2 if is_own else 1), (reader.name, author.name)


async def verify_queues(*nodes: Settings) -> None:
    """Nothing waits, nothing was set aside; what each sent has arrived at the other, once and in the order of its author."""
    stores = [await open_store(settings.database) for settings in nodes]
    for settings, here, there in zip(nodes, stores, stores[::-1], strict=True):
        assert await there.read(_outcomes) == ["applied"]
        assert await here.read(_waiting) == 0
        assert by_author(await there.read(_arrived, settings.domain)) == by_author(await here.read(_written))
    for store in stores:
        await store.close()


@dataclass(frozen=True)
class Told:
    """An activity: whose, and its id."""

    actor: str
    uri: str


def by_author(told: Iterable[Told]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in told:
        found.setdefault(each.actor, []).append(each.uri)
    return found


def _outcomes(unit: Unit) -> list[str]:
    return unit.all(str, "select distinct coalesce(outcome, 'waiting') from journal")


def _waiting(unit: Unit) -> int | None:
    return unit.one(int, "select count(*) from deliveries")


def _written(unit: Unit) -> list[Told]:
    """The activities of all posts that were written here, in order."""
    sql = """
    select a.uri, p.uri || '/activity' from posts p join accounts a on a.id = p.author_id
    where p.is_local = 1 order by p.id
    """
    return unit.all(Told, sql)


def _arrived(unit: Unit, host: str) -> list[Told]:
    """The same of a peer, in the order in which they came."""
    sql = "select actor_uri, uri from journal where host = :host and uri like '%/activity' order by id"
    return unit.all(Told, sql, host=host)


def report(blows: list[Blow], seen: dict[str, Seen], written: dict[str, list[str]], settled_after: float) -> None:
    """What it was like, for whoever runs this with `-s`."""
    lines = [f"{SECONDS:.0f} s, {len(blows)} blows, {sum(map(len, written.values()))} posts"]
    for kind in sorted({blow.kind for blow in blows}):
        back, felt = zip(*((blow.back, blow.felt) for blow in blows if blow.kind == kind), strict=True)
        lines.append(
            f"{kind}: {len(back)} times, well again after {median(back):.2f} s (median), {max(back):.2f} s (longest); "
            f"failures seen for {max(felt):.2f} s (longest)"
        )
    for domain, each in seen.items():
        failures = Counter(f"{kind} {how}" for _, kind, how in each.badly)
        lines.append(
            f"{domain}: went well {each.well.total()} {dict(each.well)}, failed {dict(failures)}, longest {each.longest:.1f} s"
        )
    lines.append(f"all had arrived {settled_after:.1f} s after the last post")
    sys.stdout.write("\n" + "\n".join(lines) + "\n")
