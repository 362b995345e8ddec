"""What size does to a node: none at all, many people, many posts."""

import asyncio
import itertools
import shutil
import statistics
import time
from collections.abc import Iterator

import orjson

from tests.bench import rows
from tests.bench.load import cpu_seconds, load, once, pss_mib
from tests.bench.measuring import CLIENTS, HOME, Bench, Row, rates, size_of, until_applied
from tests.bench.scene import Scene, Size, repeated, serving


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
        await until_applied(scene)
        took = 1000 * (time.perf_counter() - began) / number
        bench.curve.append(
            {"database": bench.database, "axis": axis, "at": at, "work": "activity", "p50": took, "p99": took}
        )
        found.append(Row(f"activity until applied, {at:,} {axis}", f"{1000 / took:,.0f}/s", "flat"))
    shutil.rmtree(scene.folder, ignore_errors=True)
    return found


async def search(bench: Bench) -> list[Row]:
    """Search by words, with a million posts: what the index takes, and how long it takes to find rare and common words."""
    posts = 1_000_000 if bench.part >= 1 else 100_000
    scene = await bench.scene(Size(accounts=1_000, posts=posts, readers=16, follows=100))
    before, began = size_of(scene), time.perf_counter()
    await asyncio.to_thread(rows.index, scene.settings.database)
    seconds, size = time.perf_counter() - began, size_of(scene) - before
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
