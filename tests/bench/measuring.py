"""What all benchmarks use: where they run, what they tell, and turns of the node and of its floor."""

import asyncio
import sqlite3
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import dataclass
from pathlib import Path

import psycopg

from storage.opening import is_postgresql
from tests.bench.load import Figures, load, once, request
from tests.bench.scene import Scene, Size, floor, made, repeated

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
    profile: Callable[[str, int], AbstractAsyncContextManager[None]]

    def number(self, whole: int) -> int:
        """How many, in this run."""
        return max(200, int(whole * self.part))

    async def scene(self, size: Size) -> Scene:
        """A node of this size, new."""
        here = self.folder / f"node-{time.monotonic_ns()}"
        return await made(here, size, postgresql=self.new_database(), tell=self.tell)


Measure = Callable[[Bench], Awaitable[list[Row]]]


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


async def verifying(bench: Bench, scene: Scene) -> Figures:
    """The bare application that only verifies a signature and answers 202."""
    number = bench.number(3_000)
    async with floor(scene) as (port, pid):
        sent = iter(scene.creates(number, run="bare", port=port))
        return await load(port, sent, clients=CLIENTS, number=number, pids=[pid], status=b"202")


async def until_applied(scene: Scene) -> None:
    while one(scene, "select count(*) from journal where outcome is null"):  # noqa: ASYNC110  another process applies it
        await asyncio.sleep(0.02)


def one(scene: Scene, sql: str) -> int:
    if is_postgresql(scene.settings.database):
        with closing(psycopg.connect(str(scene.settings.database), autocommit=True)) as raw:
            row = raw.execute(sql).fetchone()
    else:
        with closing(sqlite3.connect(scene.settings.database_file)) as file:
            row = file.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


def size_of(scene: Scene) -> int:
    if is_postgresql(scene.settings.database):
        return one(scene, "select pg_database_size(current_database())")
    return one(scene, "select page_count * page_size from pragma_page_count(), pragma_page_size()")
