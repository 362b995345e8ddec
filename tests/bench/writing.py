"""What it takes to publish."""

import itertools

from tests.bench import rows
from tests.bench.load import load
from tests.bench.measuring import CLIENTS, Bench, Row, rates
from tests.bench.scene import Size, serving


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
