"""What goes between nodes: what others send, what they are sent, and what signatures cost."""

import asyncio
import itertools
import re
import statistics
import time
from dataclasses import dataclass
from functools import partial

import orjson

from federation.signatures import keys as signing_keys
from tests.bench import signing as requests_and_proofs
from tests.bench.load import Figures, answered, cpu_seconds, load, once, request, share
from tests.bench.measuring import CLIENTS, HOME, Bench, Row, rates, ratio, size_of, until_applied, verifying
from tests.bench.scene import Scene, Size, add_followers, floor, serving, stub
from tests.loopback import free_port


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
            await until_applied(scene)
    return Row("inbox: accepted", rates(node), "≥ 0.60", rates(bare), ratio(node, bare))


async def _visible(bench: Bench, scene: Scene, pid: int, metrics: int, posts: int) -> list[Row]:
    number = bench.number(15_000)
    sent = scene.creates(number, run=f"visible{posts}")
    before, size = cpu_seconds([pid]), size_of(scene)
    began = time.perf_counter()
    async with bench.profile(f"inbox at {posts} posts", pid):
        await load(scene.port, iter(sent), clients=CLIENTS, number=number, pids=[pid], status=b"202")
        accepted = time.perf_counter() - began
        await until_applied(scene)
    seconds = time.perf_counter() - began
    lag = await _lag(metrics)
    newest = orjson.loads(await once(scene.port, scene.asking(HOME)))[0]["content"]
    assert f"visible{posts}-" in newest, newest[:80]
    cpu = 1000 * (cpu_seconds([pid]) - before) / number
    per_thousand = (size_of(scene) - size) / number * 1000 / 1e6
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


async def _lag(metrics: int) -> float:
    """The upper end of the class that 99 of 100 activities' lags fall in, in seconds, as the node tells it."""
    told = (await once(metrics, request("GET", f"127.0.0.1:{metrics}", "/metrics", {}))).decode()
    classes = [(float(le), int(float(count))) for le, count in LAG.findall(told)]
    every = classes[-1][1]
    return next(le for le, count in classes if count >= 0.99 * every)


LAG = re.compile(r'legation_activity_lag_seconds_bucket\{le="([^"]+)"\} (\S+)')


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
