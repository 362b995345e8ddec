"""The benchmarks. Each is one function: it gets a `Bench`, and returns what it has measured, each figure beside its floor."""

import asyncio
import contextlib
import itertools
import re
import shutil
import sqlite3
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import orjson
import psycopg

from federation.signatures import keys as signing_keys
from storage.opening import is_postgresql
from tests.bench import pages, rows
from tests.bench import signing as requests_and_proofs
from tests.bench.load import Figures, answered, cpu_seconds, load, once, pss_mib, request, share
from tests.bench.scene import Scene, Size, add_followers, floor, made, repeated, serving, stub
from tests.loopback import free_port

CLIENTS = 16
HOME = "/api/v1/timelines/home"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. aim: what is wanted.  floor: what the bare application did, and `share` of it."""

    work: str
    value: str
    aim: str = ""
    floor: str = ""
    share: float | None = None


@dataclass(slots=True)
class Bench:
    """Where benchmarks run. part: 1 for a whole run, less for a quick one; scales what is sent, never what it is sent to."""

    folder: Path
    database: str
    new_database: Callable[[], str]
    part: float
    tell: Callable[[str], None]
    curve: list[dict[str, float | str]]
    profile: Callable[[str, int], contextlib.AbstractAsyncContextManager[None]]

    def number(self, whole: int) -> int:
        """How many, in this run."""
        return max(200, int(whole * self.part))

    async def scene(self, size: Size) -> Scene:
        """A node of this size, new."""
        here = self.folder / f"node-{time.monotonic_ns()}"
        return await made(here, size, postgresql=self.new_database(), tell=self.tell)


Measure = Callable[[Bench], Awaitable[list[Row]]]
MEASURES: dict[str, Measure] = {}


def measure(name: str) -> Callable[[Measure], Measure]:
    """Put a benchmark on the list."""

    def known(function: Measure) -> Measure:
        MEASURES[name] = function
        return function

    return known


def rates(found: list[Figures]) -> str:
    """Per second, and times, of the turn in the middle."""
    middle = sorted(found, key=lambda figures: figures.per_second)[len(found) // 2]
    return f"{middle.per_second:,.0f}/s, p50 {middle.p50_ms:.1f} ms, p99 {middle.p99_ms:.1f} ms, {middle.cpu_ms:.2f} ms CPU"


async def in_turns(
    bench: Bench, scene: Scene, message: bytes, pid: int, *, number: int, clients: int = CLIENTS
) -> tuple[list[Figures], list[Figures]]:
    """The node and the bare application that sends the same bytes, one after the other, five times."""
    body = await once(scene.port, message)
    node: list[Figures] = []
    bare: list[Figures] = []
    async with floor(scene, body) as (port, floor_pid):
        plain = request("GET", "localhost", "/bytes", {})
        for _ in range(5):
            bare.append(await load(port, repeated(plain), clients=clients, number=number, pids=[floor_pid]))
            node.append(await load(scene.port, repeated(message), clients=clients, number=number, pids=[pid]))
    return node, bare


def ratio(node: list[Figures], bare: list[Figures]) -> float:
    """What share of its floor the node reached: the median of the turns, each against its neighbour."""
    return statistics.median(ours.per_second / theirs.per_second for ours, theirs in zip(node, bare, strict=True))


@measure("reading")
async def reading(bench: Bench) -> list[Row]:
    """The home timeline and a single post, over and over, by sixteen clients of one reader."""
    scene = await bench.scene(Size())
    found: list[Row] = []
    async with serving(scene) as pid:
        post = orjson.loads(await once(scene.port, scene.asking(HOME)))[0]["id"]
        for work, path, aim in (
            ("home, 20 posts", HOME, "≥ 0.45, p99 ≤ 10 ms"),
            ("one post", f"/api/v1/statuses/{post}", "≥ 0.85"),
        ):
            async with bench.profile(work, pid):
                node, bare = await in_turns(bench, scene, scene.asking(path), pid, number=bench.number(4_000))
            found.append(Row(work, rates(node), aim, rates(bare), ratio(node, bare)))
    return found


@measure("pages")
async def narrow_lines(bench: Bench) -> list[Row]:
    """The journal in a browser over narrow lines: what comes, and when it can be read. Nothing where there is no browser."""
    if pages.CHROMIUM is None:
        return []
    scene = await bench.scene(Size())
    cookie = await pages.session_of(scene)
    async with serving(scene):
        found = await pages.waited(scene, cookie)
    return [
        Row(
            f"journal over {one.line.words}",
            f"{one.first:.1f} s first ({one.first_kb:.0f} kB), {one.next:.1f} s next",
            one.line.aim,
        )
        for one in found
    ]


@measure("posting")
async def posting(bench: Bench) -> list[Row]:
    """Posts by sixteen people at once, each answered when it is durable."""
    scene = await bench.scene(Size())
    async with serving(scene) as pid, bench.profile("posting", pid):
        texts = (scene.posting(f"{at} {rows.TEXT[:200]}", at % 16) for at in itertools.count())
        await load(scene.port, texts, clients=CLIENTS, number=200, pids=[pid])
        turns = [
            await load(scene.port, texts, clients=CLIENTS, number=bench.number(3_000), pids=[pid]) for _ in range(3)
        ]
    return [Row("posting, durable", rates(turns), "≥ 1,000/s, p50 ≤ 15 ms")]


@measure("inbox")
async def inbox(bench: Bench) -> list[Row]:
    """Signed activities: accepted, beside the bare handler that verifies the same signature; and until they are applied."""
    found: list[Row] = []
    for posts in (4_000, 100_000):
        scene = await bench.scene(Size(accounts=400, posts=posts, follows=400))
        metrics = free_port()
        async with serving(scene, metrics=metrics) as pid:
            if posts == 4_000:
                found.append(await _accepted(bench, scene, pid))
            found += await _visible(bench, scene, pid, metrics, posts)
    return found


async def _accepted(bench: Bench, scene: Scene, pid: int) -> Row:
    node: list[Figures] = []
    bare: list[Figures] = []
    each = bench.number(1_500)
    async with floor(scene) as (port, floor_pid):
        for turn in range(5):
            theirs = iter(scene.creates(each, run=f"floor{turn}", port=port))
            bare.append(await load(port, theirs, clients=CLIENTS, number=each, pids=[floor_pid], status=b"202"))
            ours = iter(scene.creates(each, run=f"accepted{turn}"))
            node.append(await load(scene.port, ours, clients=CLIENTS, number=each, pids=[pid], status=b"202"))
            await _until_applied(scene)
    return Row("inbox: accepted", rates(node), "≥ 0.60", rates(bare), ratio(node, bare))


async def verifying(bench: Bench, scene: Scene) -> Figures:
    """The bare application that only verifies a signature and answers 202."""
    number = bench.number(3_000)
    async with floor(scene) as (port, pid):
        sent = iter(scene.creates(number, run="bare", port=port))
        return await load(port, sent, clients=CLIENTS, number=number, pids=[pid], status=b"202")


async def _visible(bench: Bench, scene: Scene, pid: int, metrics: int, posts: int) -> list[Row]:
    number = bench.number(15_000)
    sent = scene.creates(number, run=f"visible{posts}")
    before, size = cpu_seconds([pid]), _bytes(scene)
    began = time.perf_counter()
    async with bench.profile(f"inbox at {posts} posts", pid):
        await load(scene.port, iter(sent), clients=CLIENTS, number=number, pids=[pid], status=b"202")
        accepted = time.perf_counter() - began
        await _until_applied(scene)
    seconds = time.perf_counter() - began
    lag = await _lag(metrics)
    newest = orjson.loads(await once(scene.port, scene.asking(HOME)))[0]["content"]
    assert f"visible{posts}-" in newest, newest[:80]
    cpu = 1000 * (cpu_seconds([pid]) - before) / number
    per_thousand = (_bytes(scene) - size) / number * 1000 / 1e6
    where, bare = f"at {posts:,} posts", await verifying(bench, scene)
    return [
        Row(
            f"inbox: until applied, {where}",
            f"{number / seconds:,.0f}/s for {seconds:.0f} s (accepted in {accepted:.0f} s), lag p99 ≤ {lag:g} s",
            "≥ 1,000/s, lag p99 < 1 s",
            rates([bare]),
            number / seconds / bare.per_second,
        ),
        Row(f"inbox: CPU per activity, {where}", f"{cpu:.2f} ms", "≤ 1 ms"),
        Row(f"database per 1,000 federated posts, {where}", f"{per_thousand:.2f} MB", "< 2 MB"),
    ]


async def _until_applied(scene: Scene) -> None:
    while _one(scene, "select count(*) from journal where outcome is null"):  # noqa: ASYNC110  another process applies it
        await asyncio.sleep(0.02)


async def _lag(metrics: int) -> float:
    """The upper end of the class that 99 of 100 activities' lags fall in, in seconds, as the node tells it."""
    told = (await once(metrics, request("GET", f"127.0.0.1:{metrics}", "/metrics", {}))).decode()
    classes = [(float(le), int(float(count))) for le, count in LAG.findall(told)]
    every = classes[-1][1]
    return next(le for le, count in classes if count >= 0.99 * every)


LAG = re.compile(r'legation_activity_lag_seconds_bucket\{le="([^"]+)"\} (\S+)')


def _one(scene: Scene, sql: str) -> int:
    if is_postgresql(scene.settings.database):
        with closing(psycopg.connect(str(scene.settings.database), autocommit=True)) as raw:
            row = raw.execute(sql).fetchone()
    else:
        with closing(sqlite3.connect(scene.settings.database_file)) as file:
            row = file.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


def _bytes(scene: Scene) -> int:
    if is_postgresql(scene.settings.database):
        return _one(scene, "select pg_database_size(current_database())")
    return _one(scene, "select page_count * page_size from pragma_page_count(), pragma_page_size()")


@measure("slow peer")
async def slow_peer(bench: Bench) -> list[Row]:
    """Many authors write to one peer that answers after 200 ms; what each wrote arrives in order."""
    scene = await bench.scene(Size(readers=40))
    number = bench.number(1_000)
    async with stub(0.2) as port:
        await add_followers(scene, [f"slow.localhost:{port}"], of=range(40))
        async with serving(scene) as pid:
            texts = (scene.posting(f"n {at}", at % 40) for at in itertools.count())
            await load(scene.port, texts, clients=CLIENTS, number=number, pids=[pid])
            arrived = await _arrived(port, number)
    by_author: dict[str, list[str]] = {}
    for each in arrived:
        by_author.setdefault(each.actor, []).append(each.activity)
    assert all(ids == sorted(ids) for ids in by_author.values()), "out of order"
    moments = sorted(each.moment for each in arrived)
    per_second = len(moments) / (moments[-1] - moments[0])
    return [Row("to one peer 200 ms away, in order per author", f"{per_second:,.0f}/s", "≥ 100/s")]


@measure("many peers")
async def many_peers(bench: Bench) -> list[Row]:
    """A post to followers on 170 peers: until all have it, and what others who read meanwhile notice."""
    scene = await bench.scene(Size())
    took: list[list[float]] = []
    read: list[float] = []
    async with stub(0.0) as port:
        await add_followers(scene, [f"peer{nth:03}.localhost:{port}" for nth in range(170)], of=[0])
        async with serving(scene):
            await once(scene.port, scene.posting("the first makes connections and keys"))
            await _arrived(port, 170)
            for turn in range(7):
                await asyncio.sleep(0.3)
                reading_others = asyncio.create_task(_read_for(scene, 0.5))
                began = time.time()
                await once(scene.port, scene.posting(f"to all {turn}"))
                arrived = await _arrived(port, 170)
                took.append(sorted(1000 * (each.moment - began) for each in arrived))
                read += await reading_others
    last, median = (statistics.median(share(each, part) for each in took) for part in (1.0, 0.5))
    rate, bare = 170 / last * 1000, await verifying(bench, scene)
    return [
        Row("a post to 170 peers", f"all in {last:.0f} ms, half in {median:.0f} ms", "≤ 250 ms (RSA)"),
        Row("deliveries to 170 peers", f"{rate:,.0f}/s", "", rates([bare]), rate / bare.per_second),
        Row("home of others meanwhile, 4 clients", f"p99 {1000 * share(sorted(read), 0.99):.1f} ms", "unharmed"),
    ]


@dataclass(frozen=True, slots=True)
class Arrival:
    """An activity that a peer was sent. moment: seconds since 1970."""

    host: str
    actor: str
    activity: str
    moment: float


async def _arrived(port: int, number: int) -> list[Arrival]:
    arrived: list[Arrival] = []
    async with asyncio.timeout(120):
        while len(arrived) < number:
            told = await once(port, request("GET", "localhost", "/arrivals", {}))
            arrived += [Arrival(*each) for each in orjson.loads(told)]
            await asyncio.sleep(0.05)
    return arrived


async def _read_for(scene: Scene, seconds: float) -> list[float]:
    until = time.perf_counter() + seconds
    took: list[float] = []

    async def reader(nth: int) -> None:
        stream, writer = await asyncio.open_connection("127.0.0.1", scene.port, limit=1 << 20)
        while time.perf_counter() < until:
            began = time.perf_counter()
            writer.write(scene.asking(HOME, nth))
            await answered(stream, b"200")
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.005)
        writer.close()

    await asyncio.gather(*(reader(nth) for nth in range(1, 5)))
    return took


@measure("idle")
async def idle(bench: Bench) -> list[Row]:
    """A small node: how soon it answers, and what it takes while nobody asks anything of it."""
    scene = await bench.scene(Size(accounts=4, posts=40, readers=16, follows=4))
    first: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        async with serving(scene):
            first.append(time.perf_counter() - began)
    async with serving(scene) as pid:
        await asyncio.sleep(3)
        cpu, before = cpu_seconds([pid]), pss_mib(pid)
        seconds = 20 * bench.part if bench.part < 1 else 20.0
        await asyncio.sleep(seconds)
        used = (cpu_seconds([pid]) - cpu) / seconds
        texts = (scene.posting(f"n {at}", at % 16) for at in itertools.count())
        await load(scene.port, texts, clients=CLIENTS, number=500, pids=[pid])
        await load(scene.port, repeated(scene.asking(HOME)), clients=CLIENTS, number=2_000, pids=[pid])
        after = pss_mib(pid)
    return [
        Row("from start to first answer", f"{statistics.median(first):.2f} s", "≤ 0.8 s"),
        Row("memory, idle (PSS)", f"{before:.0f} MiB", "≤ 70 MiB"),
        Row("memory, after load (PSS)", f"{after:.0f} MiB", "≤ 100 MiB"),
        Row("processor, idle", f"{used:.2%} of a core", "< 1 %"),
    ]


@measure("large")
async def large(bench: Bench) -> list[Row]:
    """42,000 accounts, a thousand follows each: 64 readers at once, cold, warm, and while others write."""
    posts = 1_000_000 if bench.part >= 1 else 100_000
    scene = await bench.scene(Size(accounts=42_000, posts=posts, readers=64, follows=1_000))
    found: list[Row] = []
    async with serving(scene) as pid:
        asked = (scene.asking(HOME, at % 64) for at in itertools.count())
        cold = await load(scene.port, asked, clients=64, number=64, pids=[pid])
        warm = await load(scene.port, asked, clients=64, number=bench.number(12_000), pids=[pid])
        stop = asyncio.Event()
        writing = asyncio.create_task(_write_until(scene, stop))
        busy = await load(scene.port, asked, clients=64, number=bench.number(12_000), pids=[pid])
        stop.set()
        await writing
    where = f"home, 42,000 accounts, {posts:,} posts, 64 readers"
    for name, figures, aim in (
        ("first of each, all at once", cold, ""),
        ("warm", warm, "p99 < 50 ms"),
        ("while 20 posts a second come", busy, "p99 < 50 ms"),
    ):
        found.append(Row(f"{where}: {name}", rates([figures]), aim))
    return found


async def _write_until(scene: Scene, stop: asyncio.Event) -> None:
    for at in itertools.count():
        if stop.is_set():
            return
        await once(scene.port, scene.posting(f"meanwhile {at}", at % 64))
        await asyncio.sleep(0.05)


@measure("apps")
async def apps(bench: Bench) -> list[Row]:
    """What apps do most, by 1, 16 and 64 clients: a thousand people followed, a million posts in the database."""
    posts = 1_000_000 if bench.part >= 1 else 100_000
    scene = await bench.scene(Size(accounts=2_000, posts=posts, readers=64, follows=1_000))
    found: list[Row] = []
    async with serving(scene) as pid:
        post = orjson.loads(await once(scene.port, scene.asking(HOME)))[0]["id"]
        for clients in (1, 16, 64):
            for work, path in (("home", HOME), ("one post", f"/api/v1/statuses/{post}")):
                number = bench.number(1_000 if clients == 1 else 4_000)
                node, bare = await in_turns(bench, scene, scene.asking(path), pid, number=number, clients=clients)
                named = f"{work}, {posts:,} posts, clients: {clients}"
                found.append(Row(named, rates(node), "", rates(bare), ratio(node, bare)))
            texts = (scene.posting(f"{clients} {at} {rows.TEXT[:200]}", at % 64) for at in itertools.count())
            turns = [
                await load(scene.port, texts, clients=clients, number=bench.number(1_000), pids=[pid]) for _ in range(3)
            ]
            found.append(Row(f"posting, durable, {posts:,} posts, clients: {clients}", rates(turns)))
    return found


@measure("curve")
async def curve(bench: Bench) -> list[Row]:
    """Cost against size: more posts, then more accounts; everything else the same."""
    by_posts = (10_000, 100_000, 1_000_000) if bench.part >= 1 else (10_000, 100_000)
    found: list[Row] = []
    for posts in by_posts:
        found += await _point(bench, Size(accounts=1_000, posts=posts, readers=16, follows=500), "posts", posts)
    for accounts in (1_000, 10_000, 42_000) if bench.part >= 1 else (1_000, 10_000):
        found += await _point(
            bench, Size(accounts=accounts, posts=100_000, readers=16, follows=500), "accounts", accounts
        )
    return found


async def _point(bench: Bench, size: Size, axis: str, at: int) -> list[Row]:
    scene = await bench.scene(size)
    number = bench.number(2_000)
    async with serving(scene) as pid:
        older = orjson.loads(await once(scene.port, scene.asking(f"{HOME}?limit=40")))[-1]["id"]
        works: dict[str, Iterator[bytes]] = {
            "home": (scene.asking(HOME, nth % 16) for nth in itertools.count()),
            "home, older page": (scene.asking(f"{HOME}?max_id={older}", nth % 16) for nth in itertools.count()),
            "posting": (scene.posting(f"{nth} {rows.TEXT[:200]}", nth % 16) for nth in itertools.count()),
        }
        found = []
        for work, messages in works.items():
            await load(scene.port, messages, clients=CLIENTS, number=64, pids=[pid])
            figures = await load(scene.port, messages, clients=CLIENTS, number=number, pids=[pid])
            bench.curve.append(
                {
                    "database": bench.database,
                    "axis": axis,
                    "at": at,
                    "work": work,
                    "p50": figures.p50_ms,
                    "p99": figures.p99_ms,
                }
            )
            found.append(Row(f"{work}, {at:,} {axis}", rates([figures]), "flat"))
        sent = scene.creates(number, run=f"curve{axis}{at}")
        began = time.perf_counter()
        await load(scene.port, iter(sent), clients=CLIENTS, number=number, pids=[pid], status=b"202")
        await _until_applied(scene)
        took = 1000 * (time.perf_counter() - began) / number
        bench.curve.append(
            {"database": bench.database, "axis": axis, "at": at, "work": "activity", "p50": took, "p99": took}
        )
        found.append(Row(f"activity until applied, {at:,} {axis}", f"{1000 / took:,.0f}/s", "flat"))
    shutil.rmtree(scene.folder, ignore_errors=True)
    return found


@measure("search")
async def search(bench: Bench) -> list[Row]:
    """Search by words, with a million posts: what the index takes, and how long it takes to find rare and common words."""
    posts = 1_000_000 if bench.part >= 1 else 100_000
    scene = await bench.scene(Size(accounts=1_000, posts=posts, readers=16, follows=100))
    before, began = _bytes(scene), time.perf_counter()
    await asyncio.to_thread(rows.index, scene.settings.database)
    seconds, size = time.perf_counter() - began, _bytes(scene) - before
    found = [
        Row(
            "search: index of a post",
            f"{1e6 * seconds / posts:.0f} µs, {size / posts:,.0f} bytes",
            "< 2 kB, post and all",
        )
    ]
    async with serving(scene) as pid:
        for work, asked in (
            ("a rare word", f"q={posts // 2}"),
            ("a word of every post", "q=calendrier"),
            ("a rare and a common word", f"q={posts // 3}+calendrier"),
            ("no such word", "q=introuvables"),
            ("a common word, by one author", f"q=calendrier&account_id={rows.FIRST_ACCOUNT + 7}"),
            ("a common word, the fifth page", "q=calendrier&offset=80"),
        ):
            path = f"/api/v2/search?type=statuses&{asked}"
            asking = (scene.asking(path, nth % 16) for nth in itertools.count())
            await load(scene.port, asking, clients=1, number=5, pids=[pid])
            figures = await load(scene.port, asking, clients=4, number=bench.number(1_000), pids=[pid])
            found.append(Row(f"search, {posts:,} posts: {work}", rates([figures]), "p95 ≤ 200 ms"))
    return found


@measure("signatures")
async def signing(bench: Bench) -> list[Row]:
    """How many signatures one core makes and verifies in a second, beside the bare application that verifies and answers."""
    bare = await verifying(bench, await bench.scene(Size(accounts=4, posts=40, follows=4)))
    found: list[tuple[str, float]] = []
    for name, material in (("RSA-2048", signing_keys.generate_rsa()), ("Ed25519", signing_keys.generate_ed25519())):
        signature = signing_keys.make_signature(material, MESSAGE)
        sign = partial(signing_keys.make_signature, material, MESSAGE)
        verify = partial(signing_keys.is_signature_of, material.public_key(), MESSAGE, signature=signature)
        for work, act in (("sign", sign), ("verify", verify)):
            number, began = 0, time.perf_counter()
            while time.perf_counter() - began < max(0.2, bench.part):
                act()
                number += 1
            found.append((f"{name}: {work}", number / (time.perf_counter() - began)))
    found += requests_and_proofs.per_second(max(0.2, bench.part))
    return [Row(work, f"{rate:,.0f}/s", "", rates([bare]), rate / bare.per_second) for work, rate in found]


MESSAGE = b"(request-target): post /inbox\n" * 8
