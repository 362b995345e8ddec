"""What readers wait for: the journal and single posts, as apps ask for them."""

import itertools

import orjson

from tests.bench import rows
from tests.bench.load import load, once
from tests.bench.measuring import HOME, Bench, Row, in_turns, rates, ratio
from tests.bench.scene import Size, serving


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
